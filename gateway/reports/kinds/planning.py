"""The trunks as they could be: other sizes and what is saved, and where the traffic is going."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked
from gateway.reports.kinds.studying import MODEL, made, studied
from gateway.reports.kinds.trunk_pictures import expected_words, measured_days, trend
from gateway.reports.periods import WEEKDAYS
from gateway.reports.values import Cell, Column, Money, Report, Row, Section, Table, table
from gateway.reports.wording import in_words
from gateway.traffic.forecast import seasons
from gateway.traffic.grade import Grade
from gateway.traffic.study import GroupStudy, Study
from gateway.traffic.whatif import GROWTH, around, returnable, saved

#: Days of the past that a forecast rests on, where the report asks for fewer: two years tell a trend from a season.
_BACK: Final = timedelta(days=730)
_MONTHS_A_YEAR: Final = 12


def what_if(asked: Asked, connection: Connection) -> Report:
    """Trunks that could be given back and what they cost, five fewer to five more, with traffic as it is and grown."""
    found = studied(asked, connection, swept=True)
    graded = [(one, one.grade) for one in found.groups if one.grade is not None]
    sections: list[Section] = [_given_back(asked, graded)] if graded else []
    for number, (one, judged) in enumerate(graded):
        if not judged.offered.saturated:
            sections.append(_sizes(asked, one, judged, f"sizes_{number}"))
    finding = joined(" ", (_returned(asked, one, judged) for one, judged in graded))
    finding = finding or "No group of the configuration was used: [[trunks]] says how many trunks each has."
    words = (
        "Growth is of the traffic offered in the time-consistent busy hour.",
        "What a trunk costs is monthly_rent of its group in [[trunks]]; what the contract says of notice and of trunks that "
        "come in bundles is not known here.",
    )
    return made(asked, connection, found, "what-if", "What if", finding, sections, MODEL, *words)


def _spare(judged: Grade) -> int:
    return 0 if judged.clumped else returnable(judged.trunks, judged.offered, judged.target)


def _returned(asked: Asked, one: GroupStudy, judged: Grade) -> str:
    if judged.offered.saturated:
        return later("{name} is saturated, so nothing can be said of other sizes.", name=one.name)
    if judged.offered.variance is not None:
        return later("{name} takes the overflow of others: whether it can be smaller depends on them.", name=one.name)
    spare = _spare(judged)
    if judged.clumped:
        return later(
            "{name}: none is to be given back, for in its busy hour it lost more than its target allows already.",
            name=one.name,
        )
    if not spare:
        return later("{name}: none can be given back.", name=one.name)
    money = _money(asked, one, spare)
    if money is None:
        return later_plural(
            "{name}: {number} trunk could be given back with the target still met.",
            "{name}: {number} trunks could be given back with the target still met.",
            spare,
            name=one.name,
        )
    return later_plural(
        "{name}: {number} trunk could be given back with the target still met, which saves {amount} a month.",
        "{name}: {number} trunks could be given back with the target still met, which saves {amount} a month.",
        spare,
        name=one.name,
        amount=in_words(money),
    )


def _money(asked: Asked, one: GroupStudy, trunks: int, months: int = 1) -> Money | None:
    """What so many trunks of a group cost; None where their rent is not known."""
    rent = one.installed.rent if one.installed is not None else None
    minor = saved(trunks * months, rent)
    return None if minor is None or rent is None else Money(minor, asked.currency, rent.decimals)


def _given_back(asked: Asked, graded: list[tuple[GroupStudy, Grade]]) -> Table:
    columns = (
        Column("group", "group"),
        Column("trunks", "trunks", "count"),
        Column("target_percent", "target", "percent"),
        Column("spare", "could be given back", "count"),
        Column("rent", "rent a month now", "money"),
        Column("saves_month", "saves a month", "money"),
        Column("saves_year", "saves a year", "money"),
    )
    rows: list[Row] = []
    for one, judged in graded:
        spare = None if judged.offered.saturated or judged.offered.variance is not None else _spare(judged)
        saves = (
            (None, None) if spare is None else (_money(asked, one, spare), _money(asked, one, spare, _MONTHS_A_YEAR))
        )
        target = round(100 * judged.target, 4)
        rows.append((one.name, judged.trunks, target, spare, _money(asked, one, judged.trunks), *saves))
    return table("given_back", "Trunks that could be given back", columns, rows)


def _sizes(asked: Asked, one: GroupStudy, found: Grade, name: str) -> Table:
    """The same traffic on fewer and on more trunks, and grown."""
    rent = one.installed.rent if one.installed is not None else None
    columns = (
        Column("trunks", "trunks", "count"),
        *(
            Column(
                f"blocked_{round(100 * share)}",
                later("blocked, +{percent} %", percent=round(100 * share)) if share else "blocked",
                "percent",
            )
            for share in GROWTH
        ),
        Column("occupancy_percent", "occupancy", "percent"),
        Column("last_trunk", "the last one carries", "erlangs"),
        Column("saves", "saves a month", "money"),
        Column("note", "note"),
    )
    rows: list[Row] = []
    for row in around(found.trunks, found.offered, rent=rent):
        here = ours("as it is") if row.trunks == found.trunks else ""
        blocked = [round(100 * share, 4) for share in row.blocking]
        saves = None if row.saves is None or rent is None else Money(row.saves, asked.currency, rent.decimals)
        rows.append((row.trunks, *blocked, round(100 * row.occupancy, 4), row.last_trunk, saves, here))
    return table(name, later("Other sizes of {name}", name=one.name), columns, rows)


# -- forecast -------------------------------------------------------------------------------------------------------


def forecast(asked: Asked, connection: Connection) -> Report:
    """Where the busy hour of each day is going, from up to two years of days before the last of these."""
    found = since_known(asked, connection)
    sections: list[Section] = []
    told: list[str] = []
    for number, one in enumerate(found.groups):
        sections += [trend(one, asked.period.last, number), *season_tables(one, number)]
        told.append(expected_words(one))
    words = later(
        "The forecast is a straight trend with a level for each weekday, fitted to the sliding busy hour of each day since {first}; 95 of 100 such days stay in the band. It knows no holidays and no season: months are told beside it, and with less than two years of them a season looks like a trend.",
        first=found.asked.first,
    )
    finding = joined(" ", told) or "No trunk was used in these days."
    return made(asked, connection, found, "forecast", "Forecast", finding, sections, words)


def since_known(asked: Asked, connection: Connection) -> Study:
    """The study of up to two years before the last day: as far back as there are figures."""
    return studied(asked, connection, min(asked.period.first, asked.period.last - _BACK))


def season_tables(one: GroupStudy, number: int) -> Iterator[Table]:
    """The busy hour by weekday, and by month where there is more than one."""
    measured = measured_days(one)
    weekdays, months = seasons(measured)
    if not weekdays:
        return
    mean = sum(measured.values()) / len(measured)

    def rows(named: dict[str, tuple[int, float]]) -> list[Row]:
        found: list[Row] = []
        for name, (days, erlangs) in named.items():
            against: Cell = 100 * erlangs / mean if mean else None
            found.append((name, days, erlangs, against))
        return found

    def columns(name: str) -> tuple[Column, ...]:
        return (
            Column("season", name),
            Column("days", "days", "count"),
            Column("erlangs", "busy hour, mean", "erlangs"),
            Column("of_mean_percent", "of the mean day", "percent"),
        )

    by_day = {ours(WEEKDAYS[day]): said for day, said in weekdays.items()}
    yield table(f"weekdays_{number}", later("By weekday, {name}", name=one.name), columns("weekday"), rows(by_day))
    if len(months) > 1:
        by_month = {f"{date(*month, 1):%B %Y}": said for month, said in months.items()}
        yield table(f"months_{number}", later("By month, {name}", name=one.name), columns("month"), rows(by_month))
