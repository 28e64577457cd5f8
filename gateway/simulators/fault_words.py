"""The language of a simulated PMS's faults: short words that a user, a script or a test writes down.

  WORD          a switch; WORD:off takes it back
  WORD:N        the next N postings; WORD alone is one, WORD:off none
  late:SECONDS[:N]   answers come so much later; with N, only the next N of them
  refuse:CODE:CHANCE a posting is refused with that code, by chance

`none` takes everything back. Which switches and counts there are, and what a code looks like, each PMS says itself.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar, Final

LATEST: Final = 86_400.0
"""Seconds by which an answer can be late: a day is longer than any gateway waits."""
MOST: Final = 1_000_000
"""How many postings one word can spoil."""


@dataclass(slots=True)
class _Late:
    seconds: float = 0.0
    left: int | None = None


class FaultWords:
    """The faults that are on now; a PMS's own class says which words it knows."""

    switches: ClassVar[frozenset[str]]
    counted: ClassVar[frozenset[str]]
    code: ClassVar[re.Pattern[str]]
    code_example: ClassVar[str]

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._switches: set[str] = set()
        self._counts: dict[str, int] = {}
        self._chances: dict[str, float] = {}
        self._late = _Late()

    def on(self, switch: str) -> bool:
        """Whether a switch is set."""
        return switch in self._switches

    def words(self) -> list[str]:
        """The faults that are on, in the words that would set them again."""
        late = [f"late:{self._late.seconds:g}"] if self._late.seconds and self._late.left != 0 else []
        if late and self._late.left is not None:
            late = [f"{late[0]}:{self._late.left}"]
        chances = [f"refuse:{status}:{chance:g}" for status, chance in sorted(self._chances.items())]
        counts = [f"{name}:{count}" for name, count in sorted(self._counts.items()) if count]
        return [*chances, *counts, *late, *sorted(self._switches)]

    def apply(self, text: str) -> None:
        """Sets one fault by its word, or several with commas between; raises ValueError with a plain sentence.

        Nothing is changed unless all of them are understood.
        """
        words = [word.strip() for word in text.split(",") if word.strip()]
        kept = set(self._switches), dict(self._counts), dict(self._chances), _Late(self._late.seconds, self._late.left)
        try:
            for word in words:
                self._apply_one(word)
        except ValueError:
            self._switches, self._counts, self._chances, self._late = kept
            raise

    def _apply_one(self, word: str) -> None:
        name, _, rest = word.partition(":")
        name = name.strip().lower()
        if name == "none":
            self._switches, self._counts, self._chances, self._late = set(), {}, {}, _Late()
        elif name in self.switches:
            self._switch(name, rest)
        elif name in self.counted:
            self._counts[name] = 0 if rest == "off" else _whole(word, rest or "1")
        elif name == "late":
            self._set_late(word, rest)
        elif name == "refuse":
            self._set_refusal(word, rest)
        else:
            known = ", ".join(sorted(self.switches | self.counted | {"late", "refuse", "none"}))
            raise ValueError(f"There is no fault {word!r}; there are {known}.")

    def _switch(self, name: str, rest: str) -> None:
        if rest not in ("", "on", "off"):
            raise ValueError(f"The fault {name} is on or off, not {rest!r}.")
        self._switches = self._switches - {name} if rest == "off" else self._switches | {name}

    def _set_late(self, word: str, rest: str) -> None:
        seconds, _, count = rest.partition(":")
        if seconds == "off":
            self._late = _Late()
        else:
            self._late = _Late(_number(word, seconds, LATEST), _whole(word, count) if count else None)

    def _set_refusal(self, word: str, rest: str) -> None:
        status, _, chance = rest.partition(":")
        if status == "off":
            self._chances = {}
            return
        if not self.code.fullmatch(status):
            raise ValueError(f"{word!r} needs {self.code_example}.")
        self._chances[status.upper()] = _number(word, chance or "1", 1.0)

    def take(self, name: str) -> bool:
        """Whether a counted fault strikes now; counts it off."""
        left = self._counts.get(name, 0)
        self._counts[name] = max(0, left - 1)
        return left > 0

    def refusal(self) -> str | None:
        """The code with which this posting is refused, by chance."""
        hits = (status for status, chance in sorted(self._chances.items()) if self._draw.random() < chance)
        return next(hits, None)

    def lateness(self) -> float:
        """Seconds by which this answer comes late; counts it off."""
        late = self._late
        if late.left == 0:
            return 0.0
        if late.left is not None:
            late.left -= 1
        return late.seconds


def _whole(word: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > MOST:
        raise ValueError(f"{word!r} needs a whole number up to {MOST}.")
    return int(text)


def _number(word: str, text: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(f"{word!r} needs a number between 0 and {most:g}.")
    return number
