"""FIAS dates and times: six digits each, in the hotel's own wall clock, without a zone.

DA is YYMMDD and TI is HHMMSS (specification 2.20.25, chapter 1, "Data types"). Years are 2000 to 2099: the language
is from 1994, but nobody checks in last century any more. In the hour that the autumn change repeats, FIAS cannot say
which of the two is meant; the first is taken. A time that the spring change leaves out is read by the offset before
it, as Python's zoneinfo does.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final

_DIGITS: Final = 6


def instant(da: str | None, ti: str | None, zone: tzinfo) -> datetime | None:
    """The UTC instant of a date and time of the hotel; without `ti`, midnight. None where they are no such thing."""
    time = "000000" if ti is None else ti
    if da is None or not _is_number(da) or not _is_number(time):
        return None
    try:
        local = datetime(
            2000 + int(da[:2]), int(da[2:4]), int(da[4:]), int(time[:2]), int(time[2:4]), int(time[4:]), tzinfo=zone
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_number(text: str) -> bool:
    return len(text) == _DIGITS and text.isascii() and text.isdigit()


def da_ti(at: datetime, zone: tzinfo) -> tuple[str, str]:
    """The DA and TI of an aware instant in the hotel's zone."""
    local = at.astimezone(zone)
    day = f"{local.year % 100:02}{local.month:02}{local.day:02}"  # a third of what strftime takes
    return day, f"{local.hour:02}{local.minute:02}{local.second:02}"


def duration(seconds: int) -> str:
    """The DU of a length in seconds: HHMMSS, never below zero and never above 99:59:59, which is all it can say."""
    hours, rest = divmod(max(0, seconds), 3600)
    if hours > 99:
        return "995959"
    return f"{hours:02}{rest // 60:02}{rest % 60:02}"
