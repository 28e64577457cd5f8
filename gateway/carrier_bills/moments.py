"""Dates, times and lengths as bills write them. Pure.

`strptime` takes ten microseconds a line and a zone as much again; a month has 744 hours. So the parts are found by an
expression that is made once from the format, and the instant of each hour is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

#: How lengths are written: whole or decimal seconds, m:ss or h:mm:ss, decimal minutes.
Lengths: TypeAlias = Literal["seconds", "clock", "minutes"]
LENGTHS: Final[tuple[Lengths, ...]] = ("seconds", "clock", "minutes")

#: Hours whose instants are remembered: ten years of them are more than any bill has.
_HOURS_REMEMBERED: Final = 100_000
#: What a format may hold, and the digits that each stands for.
_PARTS: Final = {
    "%d": "(?P<d>[0-9]{1,2})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<y>[0-9]{2})",
    "%H": "(?P<H>[0-9]{1,2})",
    "%I": "(?P<I>[0-9]{1,2})",
    "%M": "(?P<M>[0-9]{2})",
    "%S": "(?P<S>[0-9]{2})",
    "%p": "(?P<p>[AaPp]\\.?[Mm]\\.?)",
}
_NEEDED: Final = (("%d",), ("%m",), ("%Y", "%y"), ("%H", "%I"), ("%M",))
#: The longest call that a line may tell of, in seconds: a month, as the rating has it.
LONGEST: Final = 31 * 86_400


def moment_format(text: str) -> str:
    """Accept a way of writing date and time, or raise ValueError with a sentence."""
    if text == "iso":
        return text
    parts = re.findall("%.", text)
    unknown = [part for part in parts if part not in _PARTS]
    if unknown:
        raise ValueError(f'"{unknown[0]}" cannot stand here; write a format of {" ".join(_PARTS)}, or "iso"')
    missing = [" or ".join(ways) for ways in _NEEDED if not any(way in parts for way in ways)]
    if missing or len(set(parts)) < len(parts) or ("%I" in parts) != ("%p" in parts):
        raise ValueError(
            f'"{text}" does not tell day, month, year, hour and minute once each; write "%d.%m.%Y %H:%M:%S"'
        )
    return text


def moments(written: str, zone: ZoneInfo) -> Callable[[str], int]:
    """What reads a moment as whole seconds since 1970 UTC; it raises ValueError where there is none.

    A time that the clocks show twice, in the night they go back, is taken for the first.
    """

    @lru_cache(_HOURS_REMEMBERED)
    def hour_of(year: int, month: int, day: int, hour: int) -> int:
        return int(datetime(year, month, day, hour, tzinfo=zone).timestamp())

    def iso(text: str) -> int:
        found = datetime.fromisoformat(text.strip())
        return int((found if found.tzinfo is not None else found.replace(tzinfo=zone)).timestamp())

    if written == "iso":
        return iso
    shape = re.compile(_expression(written))
    short, twelve, seconds = "%y" in written, "%I" in written, "%S" in written
    parts = itemgetter("y" if short else "Y", "m", "d", "I" if twelve else "H", "M", "S" if seconds else "M")

    def read(text: str) -> int:
        found = shape.fullmatch(text.strip())
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = map(int, parts(found))
        if minute > 59 or second > 59:
            raise ValueError
        if twelve:
            hour = _twelve(hour, found["p"])
        whole = hour_of(2000 + year if short else year, month, day, hour) + minute * 60
        return whole + second if seconds else whole

    return read


def _expression(written: str) -> str:
    pieces = re.split("(%.)", written)
    return "".join(_PARTS.get(piece) or re.escape(piece).replace("\\ ", "\\s+") for piece in pieces)


def _twelve(hour: int, half: str) -> int:
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half[0] in "pP" else 0)


def lengths(written: Lengths, decimal: str) -> Callable[[str], int]:
    """What reads a length as whole seconds; it raises ValueError where there is none."""

    def seconds(text: str) -> int:
        bare = text.strip()
        return _bounded(int(bare) if bare.isdigit() else _half_up(float(_pointed(bare))))

    def minutes(text: str) -> int:
        return _bounded(_half_up(float(_pointed(text.strip())) * 60))

    def clock(text: str) -> int:
        whole = 0
        parts = text.strip().split(":")
        if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError
        for part in parts:
            whole = whole * 60 + int(part)
        if any(int(part) > 59 for part in parts[1:]):
            raise ValueError
        return _bounded(whole)

    def _pointed(text: str) -> str:
        if not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", text):
            raise ValueError
        return text.replace(decimal, ".")

    return {"seconds": seconds, "minutes": minutes, "clock": clock}[written]


def _half_up(seconds: float) -> int:
    return int(seconds + 0.5)


def _bounded(seconds: int) -> int:
    if seconds > LONGEST:
        raise ValueError
    return seconds
