"""Protects whoever believes a simulated year: it has its seasons, its congresses and its quiet nights, and is the same twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

from click.testing import CliRunner

from gateway.cli.main import main
from gateway.config import Config, load
from gateway.simulators.hotel import SimulatedCall, history, parse_rooms
from gateway.simulators.seasons import CityYear, congress_days
from gateway.store import reading
from gateway.store.database import Database

YEAR = CityYear(1)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_a_year_has_seasons_weekdays_feasts_and_congresses() -> None:
    let = {month: mean(YEAR.occupancy(day) for day in DAYS if day.month == month) for month in range(1, 13)}
    assert let[1] < 0.6 < let[3] < let[6]
    assert YEAR.occupancy(date(2026, 7, 11)) > YEAR.occupancy(date(2026, 7, 7)), "in July a Saturday is full"
    plain = [day for day in DAYS if day.month == 2]
    tuesdays, sundays = ([YEAR.occupancy(day) for day in plain if day.weekday() == which] for which in (1, 6))
    assert mean(tuesdays) > mean(sundays)
    assert YEAR.calls(date(2026, 12, 24)) < 0.4 * YEAR.calls_per_room < YEAR.calls(date(2026, 12, 31))
    congress = congress_days(1, 2026)
    assert len(congress) == 36
    assert {day.weekday() for day in congress} == {1, 2, 3}
    assert min(map(YEAR.calls, congress)) > 1.5 * max(YEAR.calls(day) for day in plain)
    assert all(0 < YEAR.occupancy(day) < 1 for day in DAYS)
    assert congress != congress_days(2, 2026)


def test_the_days_of_a_large_house_follow_the_year() -> None:
    """A guest who moves twice in a day would be where he is not; trunks are as many as there are."""
    first = min(congress_days(1, 2026)) - timedelta(days=7)
    rooms = parse_rooms("1001-1040")
    calls = [one for one in history(1, rooms, first, 10, year=YEAR, trunks=4) if isinstance(one, SimulatedCall)]
    by_day = Counter(one.start.date() for one in calls)
    assert min(by_day[first + timedelta(days=n)] for n in (7, 8, 9)) > max(
        by_day[first + timedelta(days=n)] for n in (1, 2, 3)
    )
    assert {one.trunk for one in calls} <= set(range(5))
    assert sum(one.start.hour in (2, 3, 4) for one in calls) < len(calls) / 50
    again = [one for one in history(1, rooms, first, 10, year=YEAR, trunks=4) if isinstance(one, SimulatedCall)]
    assert again == calls


def test_a_past_is_written_into_a_new_folder_and_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "year"
    asked = ["simulate", "past", str(folder), "--days", "2", "--rooms", "101-112", "--trunks", "5"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    config = load(folder / "foliogate.toml")
    assert isinstance(config, Config)
    assert (config.trunks[0].last, config.rooms.extensions[0].last) == ("T9005", "112")
    database = Database(config.store.url, config.property.id)
    database.open()
    states = Counter(one["state"] for one in database.read(lambda c: list(reading.postings(c, config.property.id))))
    database.close()
    assert states["posted"] > 10
    assert f"{states['posted']} charges on folios" in done.output
    again = CliRunner().invoke(main, asked)
    assert (again.exit_code, "has a hotel already" in again.output) == (1, True)
