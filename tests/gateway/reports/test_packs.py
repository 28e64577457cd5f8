"""The packs of the night and of the month: what they itemise, what they only add up, and what a time statement is about."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from gateway.reports.as_pdf import pdf
from gateway.reports.asking import Asked, asked_of
from gateway.reports.catalog import KINDS
from gateway.reports.values import Report, Table
from tests.gateway.audit import nights
from tests.gateway.rig import line
from tests.gateway.web.house import StandingHouse

DAY = date(2026, 11, 20)


@pytest.fixture
def hotel(tmp_path: Path) -> Iterator[StandingHouse]:
    """A house after an evening and the night behind it: one call with an account code, one that came in and was put through."""
    made = StandingHouse(tmp_path)
    made.evening()
    made.raw(line(2001, extension="600", dialled="90048600700800", seconds=300))
    with_code = line(2002, extension="600", dialled="90048600700800", seconds=240).split(b",")
    with_code[7] = b"4711"
    made.raw(b",".join(with_code))
    made.raw(incoming(2003, "600", 90))
    made.rig.advance(15 * 3600)
    nights.night(made.rig, running=True)
    made.rig.advance(1500)
    nights.night(made.rig, running=False)
    yield made
    made.close()


def incoming(number: int, extension: str, seconds: int) -> bytes:
    """A call that came in."""
    return line(number, extension=extension, dialled=extension, seconds=seconds).replace(b",O,", b",I,")


def asked(hotel: StandingHouse, **more: Any) -> Asked:
    """The day, of the house by its configuration."""
    return asked_of(hotel.config, hotel.database, DAY, DAY, hotel.now(), **more)


def report(hotel: StandingHouse, kind: str, **more: Any) -> Report:
    """A report about it."""
    question = asked(hotel, **more)
    return hotel.database.read(lambda connection: KINDS[kind].make(question, connection))


def table(made: Report, name: str) -> Table:
    """One of its tables."""
    return next(one for one in made.tables if one.name == name)


def test_the_daily_pack_has_the_sheet_and_all_that_waits_and_is_one_document(hotel: StandingHouse) -> None:
    made = report(hotel, "night-audit")
    assert "not closed" in made.finding
    assert "1 difference without a name" in made.finding
    names = [one.name for one in made.tables]
    assert names[:4] == ["came", "went", "classes", "agreement"]
    assert {"differences", "open", "nobody"} <= set(names)
    came = {row[0]: row[1] for row in table(made, "came").rows}
    assert sum(number for number in came.values() if isinstance(number, int)) == table(made, "came").totals[0][1]
    states = {row[1] for row in table(made, "open").rows}
    assert {"in doubt", "refused", "held"} <= states
    assert all(row[6] for row in table(made, "open").rows), "each says what to do"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(made))).pages)
    assert "What the PMS says" in text
    assert "page 1 of" in text


def test_a_date_without_a_business_day_says_so(hotel: StandingHouse) -> None:
    question = replace(asked(hotel), period=replace(asked(hotel).period, first=date(2026, 1, 1), last=date(2026, 1, 2)))
    made = hotel.database.read(lambda connection: KINDS["night-audit"].make(question, connection))
    assert made.finding == "No business day has one of these dates."


def test_a_long_stay_is_itemised_and_a_short_one_is_not(hotel: StandingHouse) -> None:
    arrived = hotel.micros() - 30 * 24 * 3600 * 1_000_000
    hotel.database.transact(lambda c: c.exec_driver_sql(f"UPDATE stays SET since = {arrived} WHERE room = '201'"))
    kinds = {row[0]: row[1] for row in table(report(hotel, "month"), "accounts").rows}
    assert kinds == {"Kitchen": "department", "Adler, room 201": "long stay"}


def test_the_month_itemises_departments_and_only_adds_rooms_up(hotel: StandingHouse) -> None:
    made = report(hotel, "month")
    (kitchen,) = table(made, "accounts").rows
    assert kitchen[:2] == ("Kitchen", "department")
    listed = [one for one in made.tables if one.name.startswith("list_")]
    assert [one.title for one in listed] == ["Department: Kitchen"]
    calls = {row[0]: row for row in listed[0].rows}
    assert kitchen[7] == len(calls) == 3, "one call of the evening began the day before"
    assert sorted(str(row[2]) for row in calls.values()) == ["incoming", "out", "out"]
    assert kitchen[8] == sum(row[6] for row in calls.values() if isinstance(row[6], int)) == 300 + 240 + 90
    rooms = {row[0] for row in table(made, "rooms").rows}
    assert {"201", "202", "203", "204", "301"} == rooms
    assert "+48601234567" not in repr([one.rows for one in made.tables]), "no single call of a guest"


@pytest.mark.parametrize(
    ("about", "talk"),
    [("4711", [240]), ("code:4711", [240]), ("471", []), ("+48 600 700 800", [300, 240]), ("600700800", [300, 240])],
)
def test_a_time_statement_is_about_one_code_or_one_number(hotel: StandingHouse, about: str, talk: list[int]) -> None:
    made = report(hotel, "statement", about=about)
    assert [row[6] for row in table(made, "calls").rows] == talk
    assert f"{len(talk)} call" in made.finding


def test_a_time_statement_about_nothing_says_what_to_name(hotel: StandingHouse) -> None:
    assert "one account code or one outside number" in report(hotel, "statement").finding
