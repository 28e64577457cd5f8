"""What became of a call that came in: answered or missed, after how long, and how it wandered through the house. Pure.

Everything here is read from the records of the call (its legs and their stages, `protocols/smdr/stages.py`), and what they do
not say stays unsaid: `untold`, or None, and never nought. docs/inbound.md says the same to people, outcome by outcome.

* `answered`: a person took it, by the exchange's word: a leg that was answered, in which a telephone took part.
* `handed_on`: a person took it and handed it on, and whoever it was handed to did not take it: the last leg began when the
  last answered one was over, and was not answered.
* `voicemail`: nobody took it, and voice mail did.
* `queue`, `menu`: nobody took it, and the last thing its records name is a queue, a menu or an announcement.
* `refused`: nobody took it, and the exchange says busy, congested or failed.
* `rang`: nobody took it, and the exchange says no more than that.
* `untold`: the exchange does not say whether it was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from gateway.instants import to_micros
from protocols.records import CallRecord
from protocols.smdr.stages import ANSWERS_ITSELF, kinds
from rating.callers import Home, caller_number

#: Outcomes of calls that a person took, in the end or at least in between.
TAKEN: Final = ("answered", "handed_on")
#: Outcomes in which the exchange tells where the caller was when he gave up.
ABANDONED: Final = ("rang", "queue", "menu", "handed_on")
#: Outcomes of a call that found nobody.
MISSED: Final = ("rang", "queue", "menu", "handed_on", "voicemail", "refused")
#: What an exchange writes of an attempt that found a line busy, or none: Asterisk's dispositions, Mitel's completion mark.
_REFUSED: Final = frozenset({"BUSY", "CONGESTION", "FAILED", "B", "E", "O"})
_INWARD: Final = ("in", "tandem")
#: How long before the end of an answered leg the next may begin and still follow it: records count whole seconds.
_ROUNDING: Final = timedelta(seconds=1)


class Arrival(NamedTuple):
    """One call that came in, as its row has it.

    `caller` is in E.164 where it has that form, else digits, "" where no number was shown; `did` the digits that were
    dialled to reach the house, "" where the exchange does not tell. `waited` are the seconds until a person answered, or
    until the caller gave up; None where the records do not tell. `stages` are those of all legs, each once, in order,
    separated by `;`. `hands` counts how often the records tell that one person handed it to another.
    """

    caller: str
    did: str
    outcome: str
    waited: int | None
    stages: str
    hands: int


def arrival_of(legs: Sequence[CallRecord], home: Home) -> Arrival | None:
    """What became of a call by its records; None for one that did not come in from outside."""
    if len(legs) == 1:
        ordered: Sequence[CallRecord] = legs
    else:
        ordered = sorted(legs, key=lambda leg: to_micros(leg.start))  # in order of arrival where starts are the same
    first = ordered[0]
    if first.direction not in _INWARD:
        return None
    outcome = _outcome(ordered)
    stages = tuple(dict.fromkeys(stage for leg in ordered for stage in leg.stages))
    shown = next((leg.caller for leg in ordered if leg.caller), "")
    return Arrival(
        caller_number(shown, home),
        _digits(next((leg.did for leg in ordered if leg.did), "")),
        outcome,
        _waited(ordered, outcome),
        ";".join(stages),
        _hands(ordered),
    )


def contact_number(direction: str, number: str | None, dialled: str | None, caller: str | None, home: Home) -> str:
    """The number outside that a call was with: E.164 where it has that form, else digits; "" for none."""
    if direction == "internal":
        return ""
    if direction in _INWARD:
        return caller_number(caller, home) if caller else ""
    return number or _digits(dialled or "")


def _digits(text: str) -> str:
    return text if text.isdecimal() and text.isascii() else "".join([one for one in text if one in "0123456789"])


def by_a_person(leg: CallRecord) -> bool:
    """Whether the exchange says that a person took this leg."""
    return leg.answered is True and "machine" not in leg.stages


def _outcome(legs: Sequence[CallRecord]) -> str:
    taken = [leg for leg in legs if by_a_person(leg)]
    if taken:
        ended = max(_end(leg) for leg in taken)
        last = legs[-1]
        after = last.start.astimezone(UTC) >= ended - _ROUNDING and last is not taken[-1]
        return "handed_on" if after and last.answered is False else "answered"
    if any(leg.answered is None for leg in legs):
        return "untold"
    return _missed(legs)


def _missed(legs: Sequence[CallRecord]) -> str:
    told = [kinds(leg.stages) for leg in legs]
    if any("voicemail" in one and leg.answered for one, leg in zip(told, legs, strict=True)):
        return "voicemail"
    for one in reversed(told):
        if "queue" in one:
            return "queue"
        if one & {"menu", "announcement"}:
            return "menu"
    conditions = {(leg.condition or "").upper() for leg in legs}
    return "refused" if conditions and conditions <= _REFUSED else "rang"


def _waited(legs: Sequence[CallRecord], outcome: str) -> int | None:
    """Seconds from the call's beginning to the first person's answer, or to the end of a call that its caller gave up."""
    begin = legs[0].start.astimezone(UTC)
    if outcome in TAKEN:
        return _to_answer(legs, begin)
    if outcome not in ABANDONED or any(leg.ring_seconds is None and leg.end is None for leg in legs):
        return None
    return max(0, int((max(_end(leg) for leg in legs) - begin).total_seconds()))


def _to_answer(legs: Sequence[CallRecord], begin: datetime) -> int | None:
    """Until the first person's answer; not told where the exchange had answered by itself before."""
    for leg in legs:
        if ANSWERS_ITSELF & kinds(leg.stages):
            return None
        if by_a_person(leg):
            if leg.ring_seconds is None:
                return None
            return max(0, int((leg.start.astimezone(UTC) - begin).total_seconds())) + leg.ring_seconds
    return None


def _end(leg: CallRecord) -> datetime:
    """When a leg was over: by its own word, else after its ringing and talk."""
    if leg.end is not None:
        return leg.end.astimezone(UTC)
    spent = (leg.ring_seconds or 0) + (leg.talk_seconds or 0) + (leg.hold_seconds or 0) + (leg.park_seconds or 0)
    return leg.start.astimezone(UTC) + timedelta(seconds=spent)


def _hands(legs: Sequence[CallRecord]) -> int:
    """How often the records tell that one person gave the call to another."""
    told = sum("transfer" in leg.stages for leg in legs)
    if len(legs) == 1:
        return told
    held = [leg.extension for leg in legs if by_a_person(leg) and leg.extension]
    changed = sum(one != other for one, other in zip(held, held[1:], strict=False))
    return max(told, changed)
