"""What a report needs of the configuration beyond days and money: the tenants, and how a record tells its account code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from gateway.instants import from_micros

if TYPE_CHECKING:
    from gateway.config import Config
    from protocols.records import CallRecord

#: Reads a raw record again, by its exchange and when it came: the store does not keep account codes apart.
CodeOf: TypeAlias = Callable[[str, bytes, int], "str | None"]
#: Reads a raw record again, by its exchange and when it came.
ReadAgain: TypeAlias = "Callable[[str, bytes, int], CallRecord | None]"


def tenants_of(config: Config) -> Mapping[str, frozenset[str]]:
    """Extensions by tenant: a tenant has the name of the tariff that its extensions carry."""
    found: dict[str, frozenset[str]] = {}
    for one in config.tariff.assign:
        if one.tenant:
            found[one.tariff] = found.get(one.tariff, frozenset()) | frozenset(one.tenant)
    return found


def codes_of(config: Config) -> CodeOf:
    """A reader of account codes for the exchanges of a house."""
    read = reader_of(config)

    def code(source: str, raw: bytes, at: int) -> str | None:
        record = read(source, raw, at)
        return None if record is None else record.account_code

    return code


def reader_of(config: Config) -> ReadAgain:
    """A reader of raw records for the exchanges of a house; parsers are made when the first record is read."""
    from protocols.records import CallRecord
    from protocols.smdr.catalog import DIALECTS
    from protocols.smdr.settings import SourceSettings

    parsers = {}

    def record(source: str, raw: bytes, at: int) -> CallRecord | None:
        if source not in parsers:
            pbx = next((one for one in config.pbx if one.name == source), None)
            if pbx is None:
                return None
            access, trunks = pbx.trunk_access, frozenset(pbx.trunks)
            settings = SourceSettings(timezone=pbx.timezone, trunk_access=access, trunks=trunks, options=pbx.options)
            parsers[source] = DIALECTS[pbx.dialect].parser(settings)
        parsed = parsers[source](raw, from_micros(at))
        return parsed if isinstance(parsed, CallRecord) else None

    return record
