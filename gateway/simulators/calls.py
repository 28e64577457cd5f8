"""One call of a simulated hotel, as it really happened, before any exchange has written it down.

A call is drawn whole from a random source: who rang whom, how long it rang and was spoken, whether it was handed on
to another extension. Only the instant comes from outside. The lengths and shares are of our own invention, shaped
like those of a city hotel: talk times are log-normal with a median of 95 s, one call in six is not answered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from gateway.simulators.destinations import Kind, Plan, number, outside_kind

Outcome: TypeAlias = Literal["answered", "no_answer", "busy"]
Way: TypeAlias = Literal["out", "in", "internal"]

TALK_AT_MOST: Final = 5400
"""Seconds: a call of the small hours ends before the check-outs of the morning, and fits every layout's column."""
TRUNKS: Final = 30
"""One E1: the trunk numbers run from 1 to this."""
DEPARTMENTS: Final[Mapping[str, str]] = MappingProxyType({"600": "Kitchen", "601": "Front desk", "602": "Housekeeping"})
"""Extensions of the house that are no rooms."""

_WAYS: Final[tuple[Way, ...]] = ("out", "in", "internal")
_OUTCOMES: Final[tuple[Outcome, ...]] = ("answered", "no_answer", "busy")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCall:
    """One call. `dialled` is what was dialled, trunk access code included; `sent` what went out on the trunk.

    An internal call has `trunk` 0; an incoming one has `caller` and, in `dialled`, the digits that came in. After
    `transferred_after` seconds of talk the call went on at `transferred_to`. `quirk` is 0 to 999, drawn once: by it a
    writer decides on the oddities of its exchange, so that one call is always written the same.
    """

    seq: int
    start: datetime
    ring_seconds: int
    talk_seconds: int
    direction: Way
    kind: Kind
    outcome: Outcome
    extension: str
    name: str
    dialled: str
    sent: str = ""
    caller: str = ""
    trunk: int = 0
    transferred_to: str | None = None
    transferred_after: int = 0
    quirk: int = 500

    @property
    def connected(self) -> datetime:
        """The instant of the answer, or of giving up."""
        return later(self.start, self.ring_seconds)

    @property
    def end(self) -> datetime:
        """The instant at which the last party hung up."""
        return later(self.start, self.ring_seconds + self.talk_seconds)

    @property
    def charged(self) -> bool:
        """True for an answered call on a trunk, neither an emergency nor a free number: a charge is expected."""
        return self.direction == "out" and self.outcome == "answered" and self.kind not in ("emergency", "toll_free")


def later(at: datetime, seconds: float) -> datetime:
    """Adds elapsed seconds to an aware instant; clock changes of its zone are crossed rightly."""
    return (at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(at.tzinfo)


def unanswered(call: SimulatedCall) -> SimulatedCall:
    """The same call, had nobody answered it."""
    outcome: Outcome = "no_answer"
    return replace(call, outcome=outcome, talk_seconds=0, transferred_to=None, transferred_after=0)


def draw_call(
    draw: random.Random,
    seq: int,
    start: datetime,
    plan: Plan,
    access: str,
    party: tuple[str, str],
    rooms: Sequence[str],
) -> SimulatedCall:
    """Draws a call of `party` (extension and the name on its display) that starts at `start`.

    Internal calls and transfers go to departments and to the first few of `rooms`. A call on a trunk has trunk 1
    until someone who knows which trunks are free says otherwise.
    """
    extension, name = party
    peers = [other for other in (*DEPARTMENTS, *rooms[:5]) if other != extension]
    way = draw.choices(_WAYS, weights=(78, 12, 10))[0]
    outcome = draw.choices(_OUTCOMES, weights=(84, 11, 5))[0]
    talk = min(max(1, round(draw.lognormvariate(4.55, 1.1))), TALK_AT_MOST)
    call = SimulatedCall(
        seq=seq,
        start=start,
        ring_seconds=draw.randint(2, 25),
        talk_seconds=talk if outcome == "answered" else 0,
        direction="internal",
        kind="internal",
        outcome=outcome,
        extension=extension,
        name=name,
        dialled=draw.choice(peers),
        quirk=draw.randrange(1000),
    )
    if way == "out":
        return _outgoing(draw, call, plan, access, peers)
    return _incoming(draw, call, plan) if way == "in" else call


def _outgoing(draw: random.Random, call: SimulatedCall, plan: Plan, access: str, peers: list[str]) -> SimulatedCall:
    kind = outside_kind(draw)
    digits = number(draw, plan, kind)
    moved = call.outcome == "answered" and call.talk_seconds > 30 and kind != "emergency" and draw.random() < 0.03
    return replace(
        call,
        direction="out",
        kind=kind,
        dialled=access + digits,
        sent=digits,
        trunk=1,
        transferred_to=draw.choice(peers) if moved else None,
        transferred_after=draw.randint(10, call.talk_seconds - 10) if moved else 0,
    )


def _incoming(draw: random.Random, call: SimulatedCall, plan: Plan) -> SimulatedCall:
    return replace(
        call,
        direction="in",
        kind="incoming",
        dialled=call.extension,
        caller=number(draw, plan, "incoming"),
        trunk=1,
    )
