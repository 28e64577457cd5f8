"""Clocks that disagree: this machine's own, the exchange's, the PMS's. Pure.

A record is written when its call ends, so what lies between the end that it tells and its arrival is a second or two, or
the time that the exchange kept it. A buffer that is emptied gives every span there is; an exchange whose clock is wrong
gives nearly the same span again and again, and if it has the wrong zone or missed the change of the hour, that
span is a multiple of half an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: Calls that must agree, and which share of those looked at.
LEAST_CALLS: Final = 20
AGREEING: Final = 0.8
#: Seconds around the middle within which spans agree: rounding to minutes, a polled file, talk that was not counted.
NEAR: Final = 90
#: Seconds that a clock may be off without a word.
TOLERATED: Final = 180
_HALF_HOUR: Final = 1800

#: Seconds by which this machine's wall clock and its steady clock may part between two looks.
JUMP: Final = 10.0
#: Seconds by which the PMS's clock may differ from ours: it tells whole seconds, and links are slow.
PMS_TOLERATED: Final = 120


def shift(lags: Sequence[int]) -> int | None:
    """The span in seconds by which an exchange's clock is behind (negative: ahead); None if it is not, or not known.

    `lags` are arrival less the end that the record tells, newest calls of one exchange.
    """
    if len(lags) < LEAST_CALLS:
        return None
    middle = sorted(lags)[len(lags) // 2]
    half_hours = round(middle / _HALF_HOUR) * _HALF_HOUR
    centre = half_hours if half_hours and abs(middle - half_hours) <= NEAR else middle
    agreeing = sum(abs(lag - centre) <= NEAR for lag in lags)
    if abs(centre) <= TOLERATED or agreeing < AGREEING * len(lags):
        return None
    return centre


def shift_words(seconds: int) -> str:
    """What a shift of an exchange's clock means, in half a sentence."""
    way = "behind" if seconds > 0 else "ahead of"
    if seconds % _HALF_HOUR == 0:
        hours = abs(seconds) / 3600
        return f"{hours:g} h {way} ours: a wrong time zone, or the change of the hour was missed"
    return f"about {round(abs(seconds) / 60)} min {way} ours"


def jumped(wall: float, steady: float) -> float | None:
    """Seconds that the wall clock gained (or lost) on the steady one between two looks; None if no more than `JUMP`."""
    gained = wall - steady
    return gained if abs(gained) > JUMP else None
