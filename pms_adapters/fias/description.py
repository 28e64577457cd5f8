"""What we tell a PMS about ourselves when it greets us: LD, and one LR for each record we send or want.

A PMS sends only what was declared, and some say LA only when they have seen LRs. The lists below are what the rest of
this package reads and writes, no more: a declared field that nobody uses comes back empty in every record of several
PMSs. SF must be declared or a resync cannot be told from live news; P# must be declared in PS *and* PA or it is not
echoed. LR is never sent for the link's own records, nor for DR, DS and DE (specification 2.20.25, chapter 8).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pms_adapters.fias.settings import FiasSettings
from protocols.fias.crypt import BLOCK, auth_key, cryptogram
from protocols.fias.link import Description, Timers

CHECK_IN: Final = ("RN", "G#", "GS", "GN", "GF", "GL", "GV", "GG", "CS", "NP", "GA", "GD", "SF", "DA", "TI")
CHECK_OUT: Final = ("RN", "G#", "GS", "SF", "DA", "TI")
CHANGE: Final = ("RN", "G#", "GS", "RO", "GN", "GF", "GL", "GV", "GG", "CS", "NP", "GA", "GD", "DA", "TI")
ANSWER: Final = ("RN", "AS", "CT", "P#", "DA", "TI")
AUDIT: Final = ("DA", "TI")


def description_of(settings: FiasSettings, random_bytes: Callable[[int], bytes]) -> Description:
    """The description of a link with these settings. `random_bytes` makes the cryptogram's random block."""
    records = (
        ("GI", _with(CHECK_IN, settings)),
        ("GO", CHECK_OUT),
        ("GC", _with(CHANGE, settings)),
        ("PS", settings.declared_posting_fields),
        ("PA", ANSWER),
        ("NS", AUDIT),
        ("NE", AUDIT),
    )
    return Description(
        version=settings.version,
        family=settings.interface_family,
        records=records,
        sign=_signature(settings.auth_key, random_bytes),
    )


def _with(fields: tuple[str, ...], settings: FiasSettings) -> tuple[str, ...]:
    """The fields of a guest's record, and those that the hotel gave a meaning of its own."""
    return tuple(dict.fromkeys((*fields, *settings.own_guest_fields)))


def timers_of(settings: FiasSettings) -> Timers:
    """The waits of a link with these settings."""
    return Timers(alive_check=settings.alive_check)


def _signature(key_text: str | None, random_bytes: Callable[[int], bytes]) -> Callable[[str, str], str] | None:
    if key_text is None:
        return None
    key = auth_key(key_text)
    return lambda da, ti: cryptogram(key, random_bytes(BLOCK), da, ti)
