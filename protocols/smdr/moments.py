"""Instants in records that write their times whole: a date with its time, or seconds since 1970.

Seconds since 1970 count in UTC and are never in doubt. A date with its time is what the clock of the exchange showed, and is
read by `WallClock` with all its traps. Both end in the zone of the exchange's clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from protocols.smdr.fields import FIRST_YEAR, LAST_YEAR, Day, WallClock, Wrong, is_number, time_of_day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Digits of seconds since 1970 that a date of this and the next century can have.
_MOST_DIGITS = 10
#: `2026-11-21 10:11:12`: its length, and where the time begins.
_STAMP, _TIME = 19, 11


def epoch(column: str, text: str, zone: tzinfo) -> datetime | None:
    """Read seconds since 1970, with or without a fraction, which is left out; none for nought or nothing."""
    whole, _, fraction = text.partition(".")
    if not whole and not fraction:
        return None
    if not is_number(whole) or len(whole) > _MOST_DIGITS or (fraction and not is_number(fraction)):
        raise Wrong(column, text, "seconds since 1970")
    if int(whole) == 0:
        return None
    at = _EPOCH + timedelta(seconds=int(whole))
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Wrong(column, text, f"a time between {FIRST_YEAR} and {LAST_YEAR}, in seconds since 1970")
    return at.astimezone(zone)


def stamp(clock: WallClock, column: str, text: str, warnings: list[str], near: datetime | None = None) -> datetime:
    """Read `2026-11-21 10:11:12`, with any one sign between the parts of the date; what stands behind is left out.

    `near` decides in the hour that the clock showed twice.
    """
    if len(text) < _STAMP or text[_TIME - 1] not in " T":
        raise Wrong(column, text, "year-month-day hours:minutes:seconds")
    day = clock.day(column, text[: _TIME - 1])
    return clock.instant(day, time_of_day(column, text[_TIME:_STAMP]), warnings, near)


def before(at: datetime, seconds: int) -> datetime:
    """The instant so many elapsed seconds earlier, in the same zone."""
    return after(at, -seconds)


def after(at: datetime, seconds: int) -> datetime:
    """The instant so many elapsed seconds later, in the same zone: in UTC, for a clock's face may be put meanwhile."""
    return (at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(at.tzinfo)


def between(first: datetime, last: datetime) -> int:
    """Whole elapsed seconds from one instant to a later one; none are fewer than nought."""
    return max(int((last.astimezone(UTC) - first.astimezone(UTC)).total_seconds()), 0)


#: Seconds after a record's time within which it was told as it happened, and not dumped from a buffer later.
_LIVE = 3 * 3600


def live_instant(clock: WallClock, day: Day, seconds: int, warnings: list[str], now: datetime) -> datetime:
    """The instant at which the clock showed this; in the hour that it showed twice, a record that comes at once decides.

    One that comes from a buffer, hours later, does not: then the first showing is taken, with a warning.
    """
    if not clock.is_doubtful(day, seconds):
        return clock.instant(day, seconds, warnings)
    nearest = clock.instant(day, seconds, [], now)
    apart = abs((now.astimezone(UTC) - nearest.astimezone(UTC)).total_seconds())
    return nearest if apart <= _LIVE else clock.instant(day, seconds, warnings)
