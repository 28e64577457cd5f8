"""The adapter of a PMS: one maker for each name that `pms_adapters.catalog` knows.

An adapter's package is loaded by its maker, so that a house with FIAS does not load what SOAP needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from twisted.internet.endpoints import clientFromString

from gateway.config import Config, PmsSettings
from pms_adapters.catalog import ADAPTERS
from pms_adapters.fias.adapter import FiasAdapter
from pms_adapters.fias.settings import FiasSettings, mapping_lines
from pms_adapters.options import AdapterOptions
from pms_adapters.posting import PmsAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a maker is given; `crowded` is true while room news cannot be written down quickly enough."""

    config: Config
    pms: PmsSettings
    reactor: Any
    now: Callable[[], datetime]
    version: str
    crowded: Callable[[], bool]


Maker: TypeAlias = Callable[[Making], PmsAdapter]
_O = TypeVar("_O", bound=AdapterOptions)


def fias_settings(config: Config, pms: PmsSettings, version: str) -> FiasSettings:
    """A FIAS link's settings."""
    return FiasSettings(
        name=pms.name,
        encoding=pms.encoding,
        amount_decimals=pms.amount_decimals,
        interface_family=pms.interface_family,
        version=version[:10],
        token_width=pms.token_width,
        answer_timeout=pms.answer_timeout,
        alive_check=pms.alive_check,
        auth_key=pms.auth_key,
        outlet=pms.outlet,
        call_type=pms.call_type,
        send_reservation=pms.send_reservation,
        takes_reversals=pms.takes_reversals,
        tariff_field=pms.tariff_field,
        class_field=pms.class_field,
        timezone=config.property.timezone,
    )


def _fias(making: Making) -> PmsAdapter:
    return FiasAdapter(
        settings=fias_settings(making.config, making.pms, making.version),
        endpoint=clientFromString(making.reactor, making.pms.connect),  # type: ignore[no-untyped-call]
        clock=making.reactor,
        wall_clock=making.now,
        crowded=making.crowded,
    )


def _ows(making: Making) -> PmsAdapter:
    from pms_adapters.soap.ows import OwsAdapter

    from pms_adapters.soap.ows_options import OwsOptions

    return OwsAdapter(
        settings=_web_settings(making), options=_of(making, OwsOptions), reactor=making.reactor, now=making.now
    )


MAKERS: Final[Mapping[str, Maker]] = MappingProxyType({"fias": _fias, "ows": _ows})


def adapter(making: Making) -> PmsAdapter:
    """The adapter that the configuration names."""
    return MAKERS[making.pms.adapter](making)


def tells_rooms(pms: PmsSettings | None) -> bool:
    """Whether the house's PMS tells who is in which room; without a PMS nobody need be asked."""
    return pms is None or ADAPTERS[pms.adapter].tells_rooms


def described(config: Config, pms: PmsSettings, version: str) -> list[str]:
    """How charges will look to the PMS, in lines for the hotel to confirm; raises ValueError with what cannot work."""
    if pms.adapter == "fias":
        return mapping_lines(fias_settings(config, pms, version))
    head = f"PMS {pms.name}: {ADAPTERS[pms.adapter].title}; an answer is awaited {pms.answer_timeout:g} s"
    return [head, *(f"  {line}" for line in pms.options.lines())]


def _of(making: Making, kind: type[_O]) -> _O:
    """The options, of the class that the catalog names for this adapter."""
    assert isinstance(making.pms.options, kind)
    return making.pms.options


def _web_settings(making: Making) -> Any:
    from pms_adapters.soap.kit import WebSettings

    pms = making.pms
    return WebSettings(
        name=pms.name,
        url=pms.url,
        timezone=making.config.property.timezone,
        answer_timeout=pms.answer_timeout,
        takes_reversals=pms.takes_reversals,
    )
