"""A posting as a PS record: pure, exact, and refused here where it could only go wrong there.

PS is the simple posting (specification 2.20.25, chapter 4): it charges a room, not a guest; PT=C says that we have
priced the call. Amounts are digits with implied decimals. Where the posting's minor units do not fit the link's
decimals exactly (1.375 on a link with two) nothing is rounded behind the hotel's back: the charge is refused with a
sentence, code LOCAL, and a person decides. The same for what the wire would garble: a room that the code page cannot
say would be another room.

Negative amounts are refused unless the hotel has declared that its PMS takes them (`takes_reversals`): the data type
has a minus sign, but no edition says what a PMS does with it.
"""

from __future__ import annotations

import re
from typing import Final

from pms_adapters.amounts import scaled
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import Posting, Refused
from protocols.fias.codec import clean
from protocols.fias.moments import da_ti, duration
from protocols.fias.records import FIELDS, Record

LOCAL: Final = "LOCAL"
"""The code of a refusal that is ours: nothing was sent."""

MAX_AMOUNT_DIGITS: Final = 15
"""Digits of an amount in minor units (TA); no hotel's currency needs more for one call."""
_DIGITS: Final = re.compile("[0-9]*")
_OTHERS: Final = re.compile("[^0-9]")
_TRUNK: Final = re.compile(r"[A-Za-z]*([0-9]{1,6})")


def posting_record(posting: Posting, settings: FiasSettings) -> Record | Refused:
    """The PS of a posting, or why there is none."""
    amount = scaled(posting.amount, posting.decimals, settings.amount_decimals)
    if (sentence := _objection(posting, amount, settings)) is not None:
        return Refused(LOCAL, sentence, "never")
    values = _values(posting, str(amount), settings)
    return Record("PS", tuple((name, values[name]) for name in settings.declared_posting_fields if values.get(name)))


def _objection(posting: Posting, amount: int | None, settings: FiasSettings) -> str | None:
    if amount is None:
        return (
            f"{posting.amount} with {posting.decimals} decimals cannot be said exactly"
            f" on a link with {settings.amount_decimals} decimals"
        )
    if amount < 0 and not settings.takes_reversals:
        return "FIAS has no agreed way to post a negative amount; the front desk corrects it in the PMS"
    if len(str(abs(amount))) > MAX_AMOUNT_DIGITS:
        return f"the amount has more than {MAX_AMOUNT_DIGITS} digits"
    if not 1 <= posting.token <= settings.highest_token:
        return f"posting number {posting.token} is not between 1 and {settings.highest_token}"
    return _room_objection(posting.room, settings.encoding)


def _room_objection(room: str, encoding: str) -> str | None:
    if not room:
        return "the charge names no room"
    if clean(room) != room:
        return f"room {room!r} has a character that FIAS cannot send"
    if room.isascii():  # every code page of a link leaves plain characters as they are
        return None
    try:
        room.encode(encoding)
    except UnicodeEncodeError:
        return f"room {room!r} cannot be written in {encoding}"
    return None


def _values(posting: Posting, amount: str, settings: FiasSettings) -> dict[str, str]:
    da, ti = da_ti(posting.started_at, settings.timezone)
    trunk = _TRUNK.fullmatch(posting.trunk or "")
    text = clean(posting.text)
    longest = FIELDS["DD"].max_length
    return {
        "RN": posting.room,
        "PT": "C",
        "TA": amount,
        "DD": (posting.dialled if _DIGITS.fullmatch(posting.dialled) else _OTHERS.sub("", posting.dialled))[:longest],
        "DU": duration(posting.talk_seconds),
        "PC": settings.call_type_of(posting.number_class),
        "CT": text[:20].rstrip(),
        "X1": text[20:45].strip(),
        "PX": trunk[1] if trunk else "",
        "SO": settings.outlet_of(posting.number_class),
        "P#": str(posting.token),
        "G#": (posting.reservation or "") if settings.send_reservation else "",
        "DA": da,
        "TI": ti,
    }
