"""The adapter of a PMS: one maker for each name that `pms_adapters.catalog` knows.

An adapter's package is loaded by its maker, so that a house with FIAS does not load what SOAP needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.interfaces import IStreamClientEndpoint, IStreamServerEndpoint

from gateway.app.mapping import fias_settings
from gateway.config import Config, PmsSettings
from pms_adapters.catalog import ADAPTERS
from pms_adapters.door import DoorAdapter, DoorOptions
from pms_adapters.fias.adapter import FiasAdapter
from pms_adapters.options import AdapterOptions
from pms_adapters.posting import PmsAdapter

if TYPE_CHECKING:
    from pms_adapters.soap.kit import MadeFromKit
    from pms_adapters.web.link import WebSettings
    from pms_adapters.web.options import WebOptions


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
_W = TypeVar("_W", bound="WebOptions")


def _fias(making: Making) -> PmsAdapter:
    return FiasAdapter(
        settings=fias_settings(making.config, making.pms, making.version),
        endpoint=clientFromString(making.reactor, making.pms.connect),  # type: ignore[no-untyped-call]
        clock=making.reactor,
        wall_clock=making.now,
        crowded=making.crowded,
    )


def _door(making: Making) -> PmsAdapter:
    return DoorAdapter(_of(making, DoorOptions), making.now)


def _hobic(making: Making) -> PmsAdapter:
    from pms_adapters.hobic.adapter import HobicAdapter
    from pms_adapters.hobic.charges import HobicSettings
    from pms_adapters.hobic.options import HobicOptions

    pms = making.pms
    settings = HobicSettings(
        name=pms.name,
        timezone=making.config.property.timezone,
        options=_of(making, HobicOptions),
        answer_timeout=pms.answer_timeout,
        takes_reversals=pms.takes_reversals,
    )
    endpoint = _endpoint(making.reactor, pms)
    return HobicAdapter(settings=settings, endpoint=endpoint, clock=making.reactor, wall_clock=making.now)


def _endpoint(reactor: Any, pms: PmsSettings) -> IStreamClientEndpoint | IStreamServerEndpoint:
    """Where a PMS is that we dial, that dials us, or that is at the other end of a cable."""
    from pms_adapters.serial_port import SerialEndpoint, serial_place

    if pms.serial is not None:
        return SerialEndpoint(reactor, serial_place(pms.serial))
    if pms.listen is not None:
        return serverFromString(reactor, pms.listen)  # type: ignore[no-untyped-call,no-any-return]
    return clientFromString(reactor, pms.connect)  # type: ignore[no-untyped-call,no-any-return]


def _ows(making: Making) -> PmsAdapter:
    from pms_adapters.soap.ows import Ows
    from pms_adapters.soap.ows_options import OwsOptions

    return _soap(making, Ows, OwsOptions)


def _guestline(making: Making) -> PmsAdapter:
    from pms_adapters.soap.guestline import Guestline, GuestlineOptions

    return _soap(making, Guestline, GuestlineOptions)


def _innroad(making: Making) -> PmsAdapter:
    from pms_adapters.soap.innroad import InnRoad, InnRoadOptions

    return _soap(making, InnRoad, InnRoadOptions)


def _sihot(making: Making) -> PmsAdapter:
    from pms_adapters.soap.sihot import Sihot, SihotOptions

    return _soap(making, Sihot, SihotOptions)


def _ohip(making: Making) -> PmsAdapter:
    from pms_adapters.rest import ohip
    from pms_adapters.rest.ohip_messages import OhipOptions

    options = _of(making, OhipOptions)
    return ohip.adapter(_web_settings(making), options, reactor=making.reactor, now=making.now)


MAKERS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "door": _door,
        "fias": _fias,
        "guestline": _guestline,
        "hobic": _hobic,
        "innroad": _innroad,
        "ohip": _ohip,
        "ows": _ows,
        "sihot": _sihot,
    }
)


def adapter(making: Making) -> PmsAdapter:
    """The adapter that the configuration names."""
    return MAKERS[making.pms.adapter](making)


def tells_rooms(pms: PmsSettings | None) -> bool:
    """Whether the house's PMS tells who is in which room; without a PMS nobody need be asked."""
    if pms is not None and isinstance(pms.options, DoorOptions):
        return pms.options.tells_rooms
    return pms is None or ADAPTERS[pms.adapter].tells_rooms


def _of(making: Making, kind: type[_O]) -> _O:
    """The options, of the class that the catalog names for this adapter."""
    assert isinstance(making.pms.options, kind)
    return making.pms.options


def _soap(making: Making, dialect: MadeFromKit[_W], kind: type[_W]) -> PmsAdapter:
    """The adapter of a SOAP dialect."""
    from pms_adapters.soap import kit

    return kit.adapter(_web_settings(making), _of(making, kind), dialect, reactor=making.reactor, now=making.now)


def _web_settings(making: Making) -> WebSettings:
    from pms_adapters.web.link import WebSettings

    pms = making.pms
    return WebSettings(
        name=pms.name,
        url=pms.url,
        timezone=making.config.property.timezone,
        answer_timeout=pms.answer_timeout,
        takes_reversals=pms.takes_reversals,
    )
