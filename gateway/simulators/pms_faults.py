"""What a simulated PMS can do wrong, as short words a user, a script or a test writes down.

  refuse:AS:CHANCE   a posting is refused with that answer status, by chance (refuse:UR:0.1)
  ry:N               the next N postings are answered RY (try again), and not booked
  silence:N          the next N postings are booked and never answered
  deaf:N             the next N postings are neither booked nor answered
  late:SECONDS[:N]   answers come so much later; with N, only the next N of them
  cut-after-ps:N     the next N postings are booked, and then the link breaks
  na                 the night audit is running (NS); ends with na:off (NE)
  no-la              the PMS never says LA
  no-resync          a request for a resync is silently ignored, as newer PMSs do
  no-echo            P# is not repeated in the answer
  lrc-after-etx      a checksum follows each record although TCP wants none
  empty-fields       every declared field is sent, empty where there is nothing to say
  duplicate-pa       every answer is sent twice

`WORD:off` takes one back, `none` all of them. Field reports of real systems that do these things are why they are
here: the list follows what the FIAS specification allows and what installed PMSs have been seen to do.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from protocols.fias.codec import encode, lrc
from protocols.fias.records import Record

SWITCHES: Final = frozenset({"na", "no-la", "no-resync", "no-echo", "lrc-after-etx", "empty-fields", "duplicate-pa"})
COUNTED: Final = frozenset({"ry", "silence", "deaf", "cut-after-ps"})
LATEST: Final = 86_400.0
"""Seconds by which an answer can be late: a day is longer than any gateway waits."""
MOST: Final = 1_000_000
"""How many postings one word can spoil."""

Delivery = Literal["now", "late", "never", "cut"]


class Treatment(NamedTuple):
    """What becomes of one posting: an AS in place of the judgement, whether it is booked, how it is answered."""

    refuse: str | None = None
    book: bool = True
    delivery: Delivery = "now"
    seconds: float = 0.0


AS_IT_SHOULD_BE: Final = Treatment()
"""A posting that no fault touches."""


@dataclass(slots=True)
class _Late:
    seconds: float = 0.0
    left: int | None = None


class PmsFaults:
    """The faults that are on now."""

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

    def treatment(self) -> Treatment:
        """Decides what becomes of the next posting, and counts it off."""
        if self._take("deaf"):
            return Treatment(book=False, delivery="never")
        if self._take("silence"):
            return Treatment(delivery="never")
        if self._take("cut-after-ps"):
            return Treatment(delivery="cut")
        refuse = "RY" if self._take("ry") else self._refusal()
        seconds = self._lateness()
        return Treatment(refuse=refuse, delivery="late" if seconds else "now", seconds=seconds)

    def wire(self, record: Record, encoding: str) -> bytes:
        """Writes a record with what the faults add to it."""
        frame = encode(record, encoding)
        return frame + bytes((lrc(frame[1:-1]),)) if self.on("lrc-after-etx") else frame

    def _apply_one(self, word: str) -> None:
        name, _, rest = word.partition(":")
        name = name.strip().lower()
        if name == "none":
            self._switches, self._counts, self._chances, self._late = set(), {}, {}, _Late()
        elif name in SWITCHES:
            self._switch(name, rest)
        elif name in COUNTED:
            self._counts[name] = 0 if rest == "off" else _whole(word, rest or "1")
        elif name == "late":
            self._set_late(word, rest)
        elif name == "refuse":
            self._set_refusal(word, rest)
        else:
            known = ", ".join(sorted(SWITCHES | COUNTED | {"late", "refuse", "none"}))
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
        if len(status) != 2 or not status.isascii() or not status.isalpha():
            raise ValueError(f"{word!r} needs an answer status of two letters, as in refuse:UR:0.1.")
        self._chances[status.upper()] = _number(word, chance or "1", 1.0)

    def _take(self, name: str) -> bool:
        left = self._counts.get(name, 0)
        self._counts[name] = max(0, left - 1)
        return left > 0

    def _refusal(self) -> str | None:
        hits = (status for status, chance in sorted(self._chances.items()) if self._draw.random() < chance)
        return next(hits, None)

    def _lateness(self) -> float:
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
