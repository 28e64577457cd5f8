"""The adapters by name: what a configuration must say to each, and what the house must know of it before a link stands.

How an adapter is made is in `gateway/app/pms.py`, because only the composition root chooses concrete classes; a test
holds both lists together. The options classes are loaded when they are asked for, so that a house without SOAP
does not load it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pms_adapters.options import AdapterOptions, NoOptions

Way: TypeAlias = Literal["connect", "listen", "serial", "url"]
"""The key of `[[pms]]` that says where a PMS is: an endpoint string, where it dials us, a port, a web service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterKind:
    """One adapter: its name for people, the keys that may say where its PMS is, and its options.

    `tells_rooms`: the PMS tells who is in which room. Where it does not, a call from a listed room is charged to
    whoever the PMS has there.
    """

    title: str
    ways: tuple[Way, ...]
    tells_rooms: bool
    options: Callable[[], type[AdapterOptions]] = lambda: NoOptions


def _ows() -> type[AdapterOptions]:
    from pms_adapters.soap.ows_options import OwsOptions

    return OwsOptions


def _guestline() -> type[AdapterOptions]:
    from pms_adapters.soap.guestline import GuestlineOptions

    return GuestlineOptions


def _innroad() -> type[AdapterOptions]:
    from pms_adapters.soap.innroad import InnRoadOptions

    return InnRoadOptions


def _sihot() -> type[AdapterOptions]:
    from pms_adapters.soap.sihot import SihotOptions

    return SihotOptions


def _ohip() -> type[AdapterOptions]:
    from pms_adapters.rest.ohip_messages import OhipOptions

    return OhipOptions


def _door() -> type[AdapterOptions]:
    from pms_adapters.door import DoorOptions

    return DoorOptions


def _hobic() -> type[AdapterOptions]:
    from pms_adapters.hobic.options import HobicOptions

    return HobicOptions


ADAPTERS: Final[Mapping[str, AdapterKind]] = MappingProxyType(
    {
        "door": AdapterKind(title="a program that asks us", ways=(), tells_rooms=False, options=_door),
        "fias": AdapterKind(title="FIAS", ways=("connect",), tells_rooms=True),
        "guestline": AdapterKind(title="Guestline Rezlynx", ways=("url",), tells_rooms=False, options=_guestline),
        "hobic": AdapterKind(
            title="HOBIC, a printed line for each call",
            ways=("connect", "listen", "serial"),
            tells_rooms=False,
            options=_hobic,
        ),
        "innroad": AdapterKind(title="innRoad", ways=("url",), tells_rooms=False, options=_innroad),
        "ohip": AdapterKind(title="OPERA Cloud (OHIP)", ways=("url",), tells_rooms=False, options=_ohip),
        "ows": AdapterKind(title="OPERA Web Services (OWS 5.1)", ways=("url",), tells_rooms=False, options=_ows),
        "sihot": AdapterKind(title="SIHOT.PMS", ways=("url",), tells_rooms=False, options=_sihot),
    }
)
"""Every adapter that a configuration may name."""
