"""Raw records as people and programs see them: authorisation codes and PINs are covered but for their last two signs.

The bytes stay in the store as the exchange sent them, because a call that is joined later is allocated by them; whoever looks at
them reads the record once more to know where the code stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from gateway.config import Config
from gateway.instants import from_micros
from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.settings import Parser, SourceSettings

#: Signs of a code that is looked for; a shorter one is found in every line.
_LEAST: Final = 3
_SEEN: Final = 2


class Covered:
    """Covers the codes in raw records of a house's exchanges."""

    def __init__(self, config: Config) -> None:
        self._exchanges = {one.name: one for one in config.pbx}
        self._pins = frozenset(one.code for one in config.account_codes if one.person)
        self._parser = cache(self._made)

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A record's row with its codes covered; one that cannot be read has none that we know of."""
        said = dict(row)
        parse = self._parser(said["source"])
        if parse is None or said["kind"] != "call" or not said["raw"]:
            return said
        raw = bytes(said["raw"])
        leg = parse(raw, from_micros(said["received_at"]))
        if isinstance(leg, CallRecord):
            said["raw"] = self._without(raw, leg)
        return said

    def _made(self, name: str) -> Parser | None:
        pbx = self._exchanges.get(name)
        if pbx is None:
            return None
        settings = SourceSettings(
            timezone=pbx.timezone, trunk_access=pbx.trunk_access, trunks=frozenset(pbx.trunks), options=pbx.options
        )
        return DIALECTS[pbx.dialect].parser(settings)

    def _without(self, raw: bytes, leg: CallRecord) -> bytes:
        secret = [leg.authorization_code, leg.account_code if leg.account_code in self._pins else None]
        for code in secret:
            if code is not None and len(code) >= _LEAST:
                seen = min(_SEEN, len(code) // 2)
                raw = raw.replace(
                    code.encode("utf-8", "replace"),
                    b"*" * (len(code) - seen) + code[len(code) - seen :].encode("utf-8", "replace"),
                )
        return raw
