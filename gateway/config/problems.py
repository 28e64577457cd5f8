"""One problem of a configuration: where it is, and a plain sentence that says what is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a configuration file that must be changed before the gateway can use it.

    `key` is the key as a person would name it, such as `pbx.main.dialect`; "" where the whole file is meant. `line`
    is the line of the file that holds it, counted from 1, or the heading of its table where the key is missing; None
    where no line can be told.
    """

    file: Path
    key: str
    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else f"{self.file}"
        return f"{place}: {self.key}: {self.sentence}" if self.key else f"{place}: {self.sentence}"


def did_you_mean(written: str, known: Iterable[str], listed: str = "see docs/configuration.md") -> str:
    """Return a half sentence that leads on: the nearest known word, or all of them where none is near and they are few; else `listed`."""
    words = sorted(known)
    folded = {word.casefold(): word for word in words}
    slip = written.casefold()
    begun = [word for word in folded if len(slip) > 2 and word.startswith(slip)][:3]
    near = begun if len(begun) > 1 else get_close_matches(slip, folded, n=1, cutoff=0.6) or begun
    if near:
        return f"did you mean {' or '.join(chr(34) + folded[one] + chr(34) for one in near)}?"
    if len(words) <= 30:
        return f"known are: {', '.join(words)}"
    return listed
