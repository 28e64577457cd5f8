"""What an OmniPCX Enterprise sends for a call: an accounting ticket of version ED5.2, 772 bytes behind two bytes of length.

The widths are those of the head of the exchange's own TAX files, one after the other as they stand there. Oddities that are real and kept:
numbers are padded with blanks, the rest of a ticket with NULs; a call that was handed on is one ticket, on its first extension.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.simulators.calls import SimulatedCall

WIDEST_EXTENSION: Final = 30
TICKET: Final = 772
_FIELDS: Final[tuple[tuple[str, int], ...]] = (
    ("version", 5), ("called", 30), ("charged", 30), ("name", 20), ("centre", 10), ("company", 16), ("node", 5),
    ("subaddress", 20), ("calling", 30), ("type", 2), ("cost type", 1), ("end", 17), ("units", 5), ("cost", 10),
    ("duration", 10), ("trunk", 5), ("group", 5), ("trunk node", 5), ("personal", 1), ("business", 16), ("charge", 7),
    ("bearer", 1), ("high level", 2), ("volume", 10), ("user to user", 5), ("external", 40), ("internal", 40),
    ("reference", 10), ("rate 1", 10), ("rate 2", 10), ("rate 3", 10), ("communication", 1), ("in flow", 2),
    ("out flow", 2), ("carrier", 2), ("dialled", 30), ("waiting", 5), ("effective", 10), ("redirected", 1), ("start", 17),
    ("acting", 30), ("nodes", 25), ("offset", 6), ("delta", 6),
)  # fmt: skip
_TYPES: Final = {"out": "0", "internal": "3", "in": "4"}


def tickets(call: SimulatedCall) -> tuple[bytes, ...]:
    """Writes a call as its ticket."""
    values = _values(call)
    text = "".join(values.get(name, "").ljust(width)[:width] for name, width in _FIELDS)
    return (_message(b"\x01\x00\x02\x00" + text.encode("latin-1", "replace")),)


def empty() -> bytes:
    """A ticket without anything in it."""
    return _message(b"\x01\x00\x01\x00")


def _message(data: bytes) -> bytes:
    return TICKET.to_bytes(2, "big") + data.ljust(TICKET, b"\0")


def _values(call: SimulatedCall) -> Mapping[str, str]:
    inward = call.direction == "in"
    return {
        "version": "ED5.2",
        "called": call.extension if inward else call.sent or call.dialled,
        "charged": call.extension,
        "name": call.name,
        "calling": call.caller if inward else call.extension,
        "type": _TYPES[call.direction],
        "end": f"{call.end:%Y%m%d %H:%M:%S}",
        "units": "0",
        "cost": "0",
        "duration": str(call.talk_seconds),
        "trunk": str(call.trunk),
        "group": "12" if call.trunk else "0",
        "dialled": call.dialled,
        "waiting": str(call.ring_seconds),
        "effective": str(call.talk_seconds),
        "redirected": "0",
        "start": f"{call.start:%Y%m%d %H:%M:%S}",
        "acting": call.transferred_to or call.extension,
    }
