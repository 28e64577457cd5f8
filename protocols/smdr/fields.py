"""Reading the parts of a record: times, durations, counts, numbers.

Exchanges write local time without an offset, some without a year, and a reader has to make instants of it; that is
where the traps are. An hour that the clock shows twice in autumn is read as its first showing unless something in
the record that counts in UTC decides; an hour that the clock skips in spring is read as if it had not been skipped;
both carry a warning. A missing year is the one that puts the day nearest to now, so that a buffer dumped on 1 January
keeps its December, and a clock that runs a little ahead keeps its January.

A value that cannot be is a `Wrong`, which names the column; dialects turn it into an `Unparsed`. Nothing else is
raised here. Numbers are read strictly: Python's own `int` would take `+1`, `1_0` and Arabic digits.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from protocols.text import printable

# A reason is read by a person and stored: what stood in a column is shown up to this many characters.
SHOWN_IN_REASON = 40

# An exchange whose clock was never set shows years like 1900 or 2036; outside these bounds a date is no call's date.
FIRST_YEAR, LAST_YEAR = 1980, 2199

# A number in a record is a count of seconds, pulses or a sequence; more digits than this are noise, not a number.
_MOST_DIGITS = 12

# Days are looked at once and remembered; a feed has one or two, a file of years some thousand.
_DAYS_REMEMBERED = 4_096

_DIGITS = frozenset("0123456789")


class Wrong(Exception):
    """A column held something that cannot be; `column` is its name in the layout."""

    def __init__(self, column: str, held: str, expected: str) -> None:
        super().__init__(column)
        self.column = column
        self.held = held
        self.expected = expected

    def sentence(self, place: str) -> str:
        """Say which column it was and what stood there, in a bounded sentence."""
        return f"{place} holds {quoted(self.held)}, expected {self.expected}"


def quoted(held: str) -> str:
    """Show what stood in a column, in quotation marks, safe and bounded."""
    return f"'{printable(held.encode('utf-8', 'backslashreplace'), SHOWN_IN_REASON)}'"


def is_number(text: str) -> bool:
    """Tell whether a text consists of ASCII digits, at least one."""
    return text.isdecimal() and text.isascii()


# Most numbers, times and durations of a feed are among these; a table answers faster than any reading, and as strictly.
_SMALL = {str(number): number for number in range(1_000)}
_HOURS_MINUTES = {f"{h:02}:{m:02}": h * 3600 + m * 60 for h in range(100) for m in range(60)}
_SECONDS = {f":{s:02}": s for s in range(60)}
_DAY = 86_400


def count(column: str, text: str) -> int | None:
    """Read a whole number; blank is None."""
    known = _SMALL.get(text)
    if known is not None:
        return known
    if not text:
        return None
    if len(text) <= _MOST_DIGITS and is_number(text):
        return int(text)
    raise Wrong(column, text, "a whole number")


def duration(column: str, text: str) -> int:
    """Read `hh:mm:ss` with two to four digits of hours as seconds."""
    minutes, seconds = _HOURS_MINUTES.get(text[:5]), _SECONDS.get(text[5:])
    if minutes is not None and seconds is not None:
        return minutes + seconds
    hours, minutes, seconds = text[:-6], _HOURS_MINUTES.get("00" + text[-6:-3]), _SECONDS.get(text[-3:])
    if minutes is None or seconds is None or not is_number(hours) or not 2 <= len(hours) <= 4:
        raise Wrong(column, text, "hours:minutes:seconds")
    return int(hours) * 3600 + minutes + seconds


def clock_seconds(column: str, text: str) -> int | None:
    """Read minutes and seconds, `0'05` or `0:05`, as seconds; blank is None."""
    if not text:
        return None
    minutes, _, seconds = text.replace("'", ":").partition(":")
    if is_number(minutes) and is_number(seconds) and len(minutes) <= 3 and len(seconds) == 2 and int(seconds) < 60:
        return int(minutes) * 60 + int(seconds)
    raise Wrong(column, text, "minutes and seconds")


def time_of_day(column: str, text: str) -> int:
    """Read `hh:mm:ss` as seconds since midnight."""
    minutes, seconds = _HOURS_MINUTES.get(text[:5]), _SECONDS.get(text[5:])
    if minutes is None or seconds is None or minutes >= _DAY:
        raise Wrong(column, text, "a time of day")
    return minutes + seconds


def number_sent(text: str, warnings: list[str]) -> str | None:
    """Keep the digits of a dialled number, and a leading `+`, which says that a country code follows.

    Anything from `@` on is an address, not a number; `#` at the end only says that dialling is over. Other characters
    are left out with a warning, for what remains may not be the number that was called.
    """
    if is_number(text):
        return text
    bare = text.partition("@")[0].strip()
    kept = "".join(c for c in bare if c in _DIGITS)
    if not kept:
        return None
    if bare.removeprefix("+").rstrip("#") != kept:
        warnings.append(f"the number {quoted(text)} holds other signs than digits; they are left out")
    return "+" + kept if bare.startswith("+") else kept


def text_or_none(text: str) -> str | None:
    """Give the text, or None where it is empty."""
    return text or None


class Day(NamedTuple):
    """One day of a clock: the midnight that begins it, and whether the clock is neither put forward nor back on it."""

    midnight: datetime
    plain: bool


class WallClock:
    """Makes instants of what the clock of one exchange shows."""

    __slots__ = ("_days", "_nearest", "zone")

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._days: dict[str, Day] = {}
        self._nearest: dict[tuple[str, int], Day] = {}

    def day(self, column: str, text: str) -> Day:
        """Read a date written year, month, day with any one sign between them: `2026/11/21`."""
        day = self._days.get(text)
        if day is None:
            if len(self._days) >= _DAYS_REMEMBERED:
                self._days.clear()
            day = self._days[text] = self._read(column, text)
        return day

    def _read(self, column: str, text: str) -> Day:
        year, month, day = text[:4], text[5:7], text[8:]
        if len(text) == 10 and text[4] == text[7] and is_number(year + month + day):
            found = _midnight(int(year), int(month), int(day), self.zone)
            if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR:
                return Day(found, _is_plain(found))
        raise Wrong(column, text, f"a date between {FIRST_YEAR} and {LAST_YEAR}")

    def nearest(self, column: str, text: str, now: datetime) -> Day:
        """Read a date without a year, `11/21`, as the one nearest to now."""
        key = (text, now.astimezone(self.zone).toordinal())
        day = self._nearest.get(key)
        if day is None:
            if len(self._nearest) >= _DAYS_REMEMBERED:
                self._nearest.clear()
            day = self._nearest[key] = self._choose(column, text, key[1])
        return day

    def _choose(self, column: str, text: str, today: int) -> Day:
        month, day = text[:2], text[3:]
        if len(text) == 5 and is_number(month + day):
            year = date.fromordinal(today).year
            # Eight years reach the nearest 29 February even across a century without one.
            reach = 8 if text[:2] == "02" and text[3:] == "29" else 1
            years = range(year - reach, year + reach + 1)
            found = [at for y in years if (at := _midnight(y, int(month), int(day), self.zone)) is not None]
            if found:
                # At equal distance the past wins, for a record of the future can only come from a wrong clock.
                nearest = min(found, key=lambda at: abs(at.toordinal() - today))
                return Day(nearest, _is_plain(nearest))
        raise Wrong(column, text, "a month and a day")

    def instant(self, day: Day, seconds: int, warnings: list[str], near: datetime | None = None) -> datetime:
        """Make the instant at which the clock showed this time of this day.

        Where the clock showed it twice, the showing nearest to `near` is meant, and without it the first, with a
        warning; where the clock skipped it, the time is counted from before the skip, with a warning.
        """
        shown = day.midnight + timedelta(seconds=seconds)
        if day.plain:
            return shown
        first, second = shown.utcoffset(), shown.replace(fold=1).utcoffset()
        if first == second or first is None or second is None:
            return shown
        if first < second:
            warnings.append(f"the clock never showed {shown:%Y-%m-%d %H:%M:%S}: it was put forward over it")
            return shown
        if near is None:
            warnings.append(f"the clock showed {shown:%Y-%m-%d %H:%M:%S} twice that night; the first time is taken")
            return shown
        return min(shown, shown.replace(fold=1), key=lambda at: abs(at.astimezone(UTC) - near))

    @staticmethod
    def is_doubtful(day: Day, seconds: int) -> bool:
        """Tell whether the clock showed this time twice, so that an instant counted in UTC is worth looking for."""
        if day.plain:
            return False
        shown = day.midnight + timedelta(seconds=seconds)
        first, second = shown.utcoffset(), shown.replace(fold=1).utcoffset()
        return first is not None and second is not None and first > second


def _midnight(year: int, month: int, day: int, zone: tzinfo) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=zone)
    except ValueError:
        return None


def _is_plain(midnight: datetime) -> bool:
    """Tell whether a day has one offset throughout; clocks are put at whole hours, or by half an hour from one."""
    offsets = set()
    for hour in range(25):
        at = midnight + timedelta(hours=hour)
        offsets |= {at.utcoffset(), at.replace(fold=1).utcoffset()}
    return len(offsets) == 1
