"""Who pays, where the PMS tells no news of its rooms: the reservation that was in the room when the call began.

Such a PMS is asked at the moment of posting who is in the room now. That is the guest who called only if he was there when
the call began, and a charge that waited for an hour may meet the next guest. So a reservation is taken if it arrived
before the call. Many a PMS tells a day of arrival and no time: a guest of that very day is taken while the charge is
prompt, and left to a person once it is not. Whoever is not sure charges nobody.

Several reservations in one room are sharers: one that a check-in told us of wins, else the first as the PMS marks it, then
the longest there, then the lowest number, so that the same call always finds the same folio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from pms_adapters.posting import Posting, Refused

PROMPT: Final = timedelta(minutes=15)
"""How long after its end a call can still only be that of whoever is in the room: a room is not cleaned faster."""

NO_GUEST: Final = "NOGUEST"
"""The code of our refusal where the PMS has nobody in the room."""
NOT_THERE: Final = "NOTHERE"
"""The code of our refusal where the reservation that a check-in told us of is not in the room."""
CAME_LATER: Final = "CAMELATER"
"""The code of our refusal where whoever is in the room now may not have been there at the call."""
NO_POST: Final = "NOPOST"
"""The code of our refusal where the PMS forbids charges to the reservation."""
NO_CODE: Final = "NOCODE"
"""The code of our refusal where the hotel names no code for a class of number."""
_UNTOLD: Final = date(
    9000, 1, 1
)  # later than any arrival, and not so late that a zone could push it out of the calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A reservation that the PMS has in a room now.

    `key` is what a charge is posted to. `arrival` is a day, or an instant where the PMS is sure of it; None if it does
    not say. `primary` is true for the first of a share. `names` are other numbers of the same reservation.
    """

    key: str
    arrival: datetime | date | None
    no_post: bool = False
    primary: bool = False
    names: frozenset[str] = field(default_factory=frozenset)


def told(arrival: datetime | None) -> datetime | date | None:
    """An arrival as a PMS tells it: midnight means that it knows the day alone."""
    if arrival is not None and arrival.time() == time():
        return arrival.date()
    return arrival


def payer(stays: Sequence[Stay], posting: Posting, now: datetime) -> Stay | Refused:
    """The stay that pays for a call, or why none does."""
    room = posting.room
    if not stays:
        return Refused(NO_GUEST, f"the PMS has nobody in room {room}")
    if posting.reservation is not None:
        stays = [stay for stay in stays if posting.reservation in {stay.key, *stay.names}]
        if not stays:
            return Refused(NOT_THERE, f"reservation {posting.reservation} is not in room {room} any more")
    there = [stay for stay in stays if posting.reservation is not None or was_there(stay.arrival, posting, now)]
    if not there:
        return Refused(CAME_LATER, f"whoever is in room {room} now may have come after the call began")
    willing = [stay for stay in there if not stay.no_post]
    if not willing:
        return Refused(NO_POST, f"the PMS takes no charges for the guest in room {room}")
    return min(willing, key=lambda stay: (not stay.primary, _since(stay.arrival, posting), len(stay.key), stay.key))


def was_there(arrival: datetime | date | None, posting: Posting, now: datetime) -> bool:
    """Whether a guest with this arrival who is in the room now was there when the call began."""
    if isinstance(arrival, datetime):
        return _since(arrival, posting) <= posting.started_at
    day = posting.started_at.date()
    if arrival is None or arrival == day:
        return is_prompt(posting, now)
    return arrival < day


def is_prompt(posting: Posting, now: datetime) -> bool:
    """Whether a call ended so lately that its room can have no other guest yet."""
    return now - posting.started_at <= timedelta(seconds=posting.talk_seconds) + PROMPT


def no_code(posting: Posting) -> Refused:
    """Why a charge without a code of the hotel's is not offered."""
    return Refused(NO_CODE, f"no code is configured for {posting.number_class} calls")


def _since(arrival: datetime | date | None, posting: Posting) -> datetime:
    """An arrival as an instant of the hotel's: a day is counted from its end, and who does not say comes last."""
    zone = posting.started_at.tzinfo
    if isinstance(arrival, datetime):
        return arrival if arrival.tzinfo is not None else arrival.replace(tzinfo=zone)
    return datetime.combine(arrival or _UNTOLD, time.max, zone)
