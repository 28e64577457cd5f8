"""What an alarm of fraud shows: the calls of the run, how long they were, what they cost so far. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, NamedTuple

from gateway.alarms.fraud import Call, Suspicion
from gateway.instants import SECOND
from rating.money import format_amount

#: Calls that an alarm names one by one, the newest; the report of the day has them all.
MOST_NAMED: Final = 40
#: Calls that are remembered as counted, so that none is counted twice.
MOST_COUNTED: Final = 2_000


class NamedCall(NamedTuple):
    """A call of the run, as it is shown."""

    id: int
    began: int
    seconds: int
    who: str
    number: str
    place: str
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A run: which pattern, about whom, since when, and its calls. Money is minor units of the hotel's currency."""

    rule: str
    who: str
    words: str
    first_at: int
    calls: int
    seconds: int
    cost: int
    currency: str
    decimals: int
    counted: tuple[int, ...]
    newest: tuple[NamedCall, ...]

    @property
    def subject(self) -> str:
        """What the alarm is known by."""
        return f"{self.rule}: {self.who}"

    def sentence(self, since: str) -> str:
        """What is so; `since` is when the first call began, in the hotel's time."""
        hours, rest = divmod(self.seconds, 3600)
        length = f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        cost = f"{format_amount(self.cost, self.decimals)} {self.currency}"
        return f"{self.words}: {calls}, {length} h, {cost} so far, since {since}"

    def kept(self) -> str:
        """The form the store keeps."""
        return json.dumps({"fraud": asdict(self)}, ensure_ascii=False)


def key_of(subject: str) -> tuple[str, str]:
    """The pattern and whom it is about, of an alarm's subject."""
    rule, _, who = subject.partition(": ")
    return rule, who


def found(suspicion: Suspicion, currency: str, decimals: int, before: Evidence | None = None) -> Evidence:
    """The evidence of a suspicion, added to what was known of the run before."""
    known = before or Evidence(
        rule=suspicion.rule,
        who=suspicion.who,
        words=suspicion.words,
        first_at=suspicion.calls[0].began,
        calls=0,
        seconds=0,
        cost=0,
        currency=currency,
        decimals=decimals,
        counted=(),
        newest=(),
    )
    counted = frozenset(known.counted)
    fresh = [call for call in suspicion.calls if call.id not in counted]
    if not fresh:
        return known
    return replace(
        known,
        words=suspicion.words,
        first_at=min(known.first_at, fresh[0].began),
        calls=known.calls + len(fresh),
        seconds=known.seconds + sum(map(_seconds, fresh)),
        cost=known.cost + sum(call.cost for call in fresh),
        counted=(*known.counted, *(call.id for call in fresh))[-MOST_COUNTED:],
        newest=(*known.newest, *map(_named, fresh))[-MOST_NAMED:],
    )


def _seconds(call: Call) -> int:
    return max(0, call.ended - call.began) // SECOND


def _named(call: Call) -> NamedCall:
    return NamedCall(call.id, call.began, _seconds(call), call.who, call.number, call.place, call.cost)


def taken_up(text: str) -> Evidence | None:
    """Read the stored form; None for something else."""
    try:
        said: Mapping[str, Any] = json.loads(text)["fraud"]
        values = {one.name: said[one.name] for one in fields(Evidence)}
        newest = tuple(NamedCall(*one) for one in values["newest"])
        return Evidence(**{**values, "counted": tuple(values["counted"]), "newest": newest})
    except (ValueError, KeyError, TypeError):
        return None
