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

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

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
