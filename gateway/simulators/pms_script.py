"""A play for the simulated PMS: what happens how many seconds after the start, one act to a line.

    5      checkin 105
    10     fault ry:3,late:2
    20     cut
    25     restore
    30     checkout 101
    35     move 102 110
    40     audit start
    60     audit end
    70     goodbye

Empty lines and lines that begin with # are passed over. `checkin` without a room takes a vacant one; `checkout`
without a room lets anybody go; `goodbye` sends LE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from gateway.simulators.pms_house import House

ACTS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "checkin": (0, 1),
        "checkout": (0, 1),
        "move": (2, 2),
        "fault": (1, 1),
        "cut": (0, 0),
        "restore": (0, 0),
        "audit": (1, 1),
        "goodbye": (0, 0),
    }
)
"""Every act, and how many words it takes at least and at most."""
LONGEST: Final = 10_000
"""Lines of a play."""


class Act(NamedTuple):
    """One act: seconds after the start, the verb, and its words."""

    seconds: float
    verb: str
    words: tuple[str, ...]


class Playable(Protocol):
    """A simulated PMS to which an act can happen."""

    house: House

    async def cut(self) -> None:
        """Pull the plug."""

    async def restore(self) -> None:
        """Put it back."""

    def goodbye(self) -> None:
        """Say goodbye; raises ValueError where there is no link to say it on."""


class Playing:
    """A play while it runs. `trouble` is told in a sentence what was not possible."""

    def __init__(self, pms: Playable, clock: IReactorTime, trouble: Callable[[str], None]) -> None:
        self._pms, self._clock, self._trouble = pms, clock, trouble
        self._timers: list[IDelayedCall] = []

    def start(self, acts: Sequence[Act]) -> None:
        """Lets each act happen at its time from now."""
        self._timers = [self._clock.callLater(act.seconds, partial(self._play, act)) for act in acts]

    def stop(self) -> None:
        """Leaves out what has not happened yet."""
        for timer in self._timers:
            if timer.active():
                timer.cancel()

    def _play(self, act: Act) -> None:
        words, house = act.words, self._pms.house
        verbs: dict[str, Callable[[], object]] = {
            "checkin": lambda: house.check_in(*words),
            "checkout": lambda: house.check_out(*words),
            "move": lambda: house.move(*words),
            "fault": lambda: house.fault(*words),
            "cut": lambda: Deferred.fromCoroutine(self._pms.cut()).addErrback(self._not_possible),
            "restore": lambda: Deferred.fromCoroutine(self._pms.restore()).addErrback(self._not_possible),
            "audit": lambda: house.audit(words[0] == "start"),
            "goodbye": self._pms.goodbye,
        }
        try:
            verbs[act.verb]()
        except ValueError as refused:
            self._trouble(f"The script's {act.verb} at {act.seconds:g} s was not possible: {refused}")

    def _not_possible(self, failure: Failure) -> None:
        self._trouble(f"The script could not go on: {failure.getErrorMessage()}")


def parse_script(text: str) -> list[Act]:
    """Reads a play, in the order of its times; raises ValueError that names the line that is not understood."""
    acts: list[Act] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        acts.append(_act(number, words))
        if len(acts) > LONGEST:
            raise ValueError(f"A script can have {LONGEST} acts; this one has more.")
    return sorted(acts, key=lambda act: act.seconds)


def _act(number: int, words: list[str]) -> Act:
    try:
        seconds, verb = float(words[0]), words[1].lower()
        least, most = ACTS[verb]
    except (ValueError, IndexError, KeyError):
        raise ValueError(
            f"Line {number} should be SECONDS and one of {', '.join(ACTS)}: {' '.join(words)!r}."
        ) from None
    if not (0 <= seconds < 1e7 and least <= len(words) - 2 <= most):
        raise ValueError(
            f"Line {number}: {verb} takes {least} to {most} words, and seconds from 0: {' '.join(words)!r}."
        )
    if verb == "audit" and words[2] not in ("start", "end"):
        raise ValueError(f"Line {number}: the audit can start or end, not {words[2]!r}.")
    return Act(seconds, verb, tuple(words[2:]))
