"""Reading the bands of a tariff: [[band]] tables with days, hours, holidays and dates of their own."""

from __future__ import annotations

import re
from datetime import date, datetime

from rating.bands import BAND_LIMIT, DAY, Stretch, Week, overlap, week_of
from rating.calendar import BandDays, clash, day_tables, holiday_calendar
from rating.decks import COLUMNS
from rating.fields import Section

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BAND_NAME = re.compile(r"\w[\w -]*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_EVERY_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def read_week(top: Section, country: str) -> Week:
    """Read the bands of a tariff; `country` is where the property is, whose holidays hold unless it says others."""
    region = top.text("holidays", country)
    sections = top.tables("band")
    bands: list[tuple[str, BandDays]] = []
    for section in sections:
        name = section.text("name")
        if name and (name.lower() in COLUMNS or not _BAND_NAME.fullmatch(name)):
            section.note(
                "name", f"{name!r} cannot name a band: write letters, digits and blanks, and no column's name."
            )
        if name in (other for other, _ in bands):
            section.note("name", f"Two bands are called {name!r}; list their days or hours in one name each.")
        days = _band(section)
        if days is not None:
            bands.append((name, days))
        section.finish()
    if len(bands) > BAND_LIMIT:
        top.note("band", f"A tariff has at most {BAND_LIMIT} bands.")
        return Week()
    return _laid(top, sections, bands, region)


def _laid(top: Section, sections: list[Section], bands: list[tuple[str, BandDays]], region: str) -> Week:
    """Lay the bands over the week, and over holidays and dates where they name any."""
    stretches = [(name, _stretches(days)) for name, days in bands]
    alike = overlap(stretches)
    if alike is not None:
        first, second = (_place(sections, name) for name in alike)
        second.note("", f"The bands {alike[0]!r} (line {_line(first)}) and {alike[1]!r} claim the same time.")
        return Week()
    week, days = week_of(stretches), [one for _, one in bands]
    special = clash(days)
    if special is not None:
        earlier, later = (bands[one][0] for one in special)
        _place(sections, later).note("", f"The bands {earlier!r} and {later!r} claim the same time of a special day.")
        return Week()
    if not any(one.holidays or one.dates for one in days) and "holidays" not in top.values:
        return week
    try:
        return week._replace(day=day_tables(days, holiday_calendar(region)))
    except ValueError as sentence:
        top.note("holidays", str(sentence))
        return week


def _place(sections: list[Section], name: str) -> Section:
    return next(one for one in sections if one.values.get("name") == name)


def _line(section: Section) -> int:
    return section.lines.get(section.path, 0)


def _stretches(days: BandDays) -> list[Stretch]:
    return [Stretch(day * DAY + days.start, day * DAY + days.end) for day in sorted(days.weekdays)]


def _band(section: Section) -> BandDays | None:
    start, end = _clock(section, "from"), _clock(section, "to")
    if start is not None and start == end:
        section.note("to", "A band that begins when it ends has no length; for the whole day write 00:00 to 24:00.")
    dates = _dates(section)
    weekdays, holidays = _days(section, "" if dates else "daily")
    if start is None or end is None or start == end:
        return None
    return BandDays(start, end if end > start else end + DAY, weekdays, holidays, dates)


def _clock(section: Section, key: str) -> int | None:
    text = section.text(key)
    if not text:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None or (text == "24:00" and key == "from"):
        section.note(key, f"{key} is a time of day like 18:00; {text!r} is not.")
        return None
    return DAY if match[1] is None else (int(match[1]) * 60 + int(match[2])) * 60


def _days(section: Section, default: str) -> tuple[frozenset[int], bool]:
    """Read "mon-fri", "sat, sun, holidays" or "daily": on these days the band begins."""
    text = section.text("days", default).lower()
    days: set[int] = set()
    parts = [part.strip() for part in text.split(",")] if text else []
    for part in parts:
        first, dash, last = (piece.strip()[:3] for piece in part.partition("-"))
        if part == "daily":
            days |= set(range(7))
        elif part in ("holiday", "holidays"):
            continue
        elif first not in _DAYS or (dash and last not in _DAYS):
            section.note("days", f"{part!r} are no days; write daily, holidays, or days like mon-fri or sat,sun.")
        else:
            begin, end = _DAYS.index(first), _DAYS.index(last if dash else first)
            days |= {day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)}
    return frozenset(days), any(part in ("holiday", "holidays") for part in parts)


def _dates(section: Section) -> frozenset[str]:
    """Read the dates of a band: days like 2026-12-24, or "12-24" for every year."""
    value = section.take("dates")
    if value is None:
        return frozenset()
    found = set()
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, date) and not isinstance(one, datetime):
            found.add(one.isoformat())
        elif isinstance(one, str) and _EVERY_YEAR.fullmatch(one):
            found.add(one)
        else:
            section.note(
                "dates", 'dates are days like 2026-12-24, or "12-24" for every year: dates = ["12-24", "12-31"].'
            )
    return frozenset(found)
