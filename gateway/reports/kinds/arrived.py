"""Calls that came in, added up: by outcome, with their waits as exact distributions. Pure.

A wait that the records do not tell is not in the distribution and is counted beside it, so that a mean never rests on noughts
that nobody measured.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from gateway.arrivals import ABANDONED, MISSED, TAKEN
from gateway.languages.spoken import ours
from gateway.reports.values import Cell, Column, Row

#: What each outcome is called, and from what it is concluded.
OUTCOMES: Final[dict[str, tuple[str, str]]] = {
    "answered": (ours("answered"), ours("a person took it")),
    "handed_on": (
        ours("lost behind the operator"),
        ours("a person took it and handed it on, and nobody took it there"),
    ),
    "rang": (ours("gave up while it rang"), ours("nobody took it, and the exchange says no more")),
    "queue": (ours("gave up in a queue"), ours("nobody took it; the last that the records name is a queue")),
    "menu": (
        ours("gave up in a menu"),
        ours("nobody took it; the last that the records name is a menu or an announcement"),
    ),
    "voicemail": (ours("voice mail"), ours("nobody took it, and voice mail did")),
    "refused": (ours("busy or refused"), ours("nobody took it; the exchange says busy, congested or failed")),
    "untold": (ours("not told"), ours("the exchange does not say whether it was answered")),
}


class Waits:
    """Seconds of waiting, each value with how often it was; and how many are not told."""

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()
        self.untold = 0

    def add(self, seconds: int | None, times: int = 1) -> None:
        """Take in one, or several that were the same."""
        if seconds is None:
            self.untold += times
        else:
            self._counted[seconds] += times

    @property
    def told(self) -> int:
        """How many are told."""
        return self._counted.total()

    @property
    def mean(self) -> float | None:
        """The mean of those that are told."""
        return sum(seconds * times for seconds, times in self._counted.items()) / self.told if self.told else None

    @property
    def longest(self) -> int | None:
        """The longest of those that are told."""
        return max(self._counted, default=None)

    def percentile(self, percent: int) -> int | None:
        """The least wait that so many of a hundred did not exceed (nearest rank, so it is a wait that was)."""
        rank, passed = -(-self.told * percent // 100), 0
        for seconds in sorted(self._counted):
            passed += self._counted[seconds]
            if passed >= rank:
                return seconds
        return None

    def within(self, seconds: int) -> int:
        """How many of those that are told were not longer."""
        return sum(times for wait, times in self._counted.items() if wait <= seconds)


class Told(NamedTuple):
    """What is added up of one call: its end with its wait, the talk with a person, and whether that was a talk."""

    end: tuple[str, int | None]
    talk: int
    talks: int


def told(row: Any, talk_seconds: int) -> Told:
    """What is added up of a call; it is a talk from so many seconds on."""
    talk = (row.talk_seconds or 0) if row.outcome in TAKEN else 0
    return Told((row.outcome, row.waited), talk, talk >= talk_seconds)


class Came:
    """Calls that came in, added up. Kept is only how often each end was; a year of calls is added up several ways."""

    __slots__ = ("_ends", "talk", "talks")

    def __init__(self) -> None:
        self._ends: defaultdict[tuple[str, int | None], int] = defaultdict(int)
        self.talk = self.talks = 0

    def add(self, one: Told) -> None:
        """Take in one call."""
        self._ends[one.end] += 1
        self.talk += one.talk
        self.talks += one.talks

    @property
    def outcomes(self) -> Counter[str]:
        """How many came to each end."""
        found: Counter[str] = Counter()
        for (outcome, _), times in self._ends.items():
            found[outcome] += times
        return found

    @property
    def calls(self) -> int:
        """How many came in."""
        return sum(self._ends.values())

    def waits(self, outcomes: Collection[str]) -> Waits:
        """How long those waited who came to one of these ends."""
        found = Waits()
        for (outcome, waited), times in self._ends.items():
            if outcome in outcomes:
                found.add(waited, times)
        return found

    @property
    def to_answer(self) -> Waits:
        """Until a person answered."""
        return self.waits(TAKEN)

    @property
    def to_give_up(self) -> Waits:
        """Until the caller gave up, where nobody had taken the call."""
        return self.waits([one for one in ABANDONED if one not in TAKEN])

    @property
    def answered(self) -> int:
        """Calls that a person took and that were not lost behind him."""
        return self.outcomes["answered"]

    @property
    def missed(self) -> int:
        """Calls that found nobody."""
        return _of(self.outcomes, MISSED)

    @property
    def abandoned(self) -> int:
        """Of these, those of which the exchange tells where the caller gave up."""
        return _of(self.outcomes, ABANDONED)

    @property
    def untold(self) -> int:
        """Calls of which the exchange does not tell."""
        return self.outcomes["untold"]

    @property
    def known(self) -> int:
        """Calls of which it does."""
        return self.calls - self.untold


def _of(outcomes: Counter[str], some: Collection[str]) -> int:
    return sum(outcomes[one] for one in some)


def share(part: int, whole: int) -> float | None:
    """So many of a hundred; None of nothing."""
    return 100 * part / whole if whole else None


#: The figures that every table by something has.
FIGURES: Final = (
    Column("calls", "came in", "count"),
    Column("answered", "answered", "count"),
    Column("missed", "missed", "count"),
    Column("abandoned", "of these abandoned", "count"),
    Column("untold", "not told", "count"),
    Column("share_answered", "answered of those told", "percent"),
    Column("mean_wait", "mean wait to answer", "seconds"),
    Column("in_time", "answered in time", "percent"),
    Column("waits_untold", "wait not told", "count"),
    Column("talk_seconds", "talk", "seconds"),
)


def figures(came: Came, in_time: int) -> tuple[Cell, ...]:
    """The cells under `FIGURES`."""
    waits = came.to_answer
    mean = waits.mean
    counts = (came.calls, came.answered, came.missed, came.abandoned, came.untold, share(came.answered, came.known))
    return (
        *counts,
        None if mean is None else round(mean),
        share(waits.within(in_time), waits.told),
        waits.untold,
        came.talk,
    )


def rows(found: dict[Any, Came], in_time: int, *, by_size: bool = False) -> list[Row]:
    """A row for each key, which is a tuple of the first cells."""
    order = (
        sorted(found, key=lambda key: (-found[key].calls, tuple(str(one or "") for one in key)))
        if by_size
        else list(found)
    )
    return [(*key, *figures(found[key], in_time)) for key in order]
