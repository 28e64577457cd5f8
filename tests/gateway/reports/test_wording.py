"""Cells as people and programs read them; days of 23 and 25 hours; purses that never mix currencies."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gateway.instants import SECOND
from gateway.reports.periods import QUARTER, Period, local_hour
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Cell, CellKind, Money
from gateway.reports.wording import plain, shown
from gateway.schedules import last_month, last_week, yesterday
from tests.gateway.reports.samples import SECOND_TIME, WARSAW

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("cell", "kind", "people", "programs"),
    [
        (None, "count", "–", None),
        (1_234_567, "count", "1\u202f234\u202f567", 1_234_567),
        (Money(-1_234_567, "PLN", 2), "money", "−12\u202f345.67 PLN", "-12345.67"),
        (Money(5, "BHD", 3), "money", "0.005 BHD", "0.005"),
        (Money(1_000, "JPY", 0), "money", "1\u202f000 JPY", "1000"),
        (3_725, "seconds", "1:02:05", 3_725),
        (12.345, "percent", "12.3 %", 12.345),
        (0.5, "erlangs", "0.50", 0.5),
        (36.0, "ccs", "36.0", 36.0),
        (SECOND_TIME, "instant", "2026-10-25 02:30:00", "2026-10-25T02:30:00+01:00"),
        (SECOND_TIME - 3600 * SECOND, "instant", "2026-10-25 02:30:00", "2026-10-25T02:30:00+02:00"),
        (date(2026, 10, 25), "day", "2026-10-25", "2026-10-25"),
        (7, "hour", "07:00", 7),
        ("\u202eevil", "text", "\\u202eevil", "\u202eevil"),
    ],
)
def test_a_cell_is_written_for_people_and_for_programs(
    cell: Cell, kind: CellKind, people: str, programs: object
) -> None:
    assert shown(cell, kind, WARSAW) == people
    assert plain(cell, kind, WARSAW) == programs


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), WARSAW, 23),
        (date(2026, 10, 25), WARSAW, 25),
        (date(2026, 11, 20), WARSAW, 24),
        (date(2026, 10, 4), LORD_HOWE, 23.5),
        (date(2026, 4, 5), LORD_HOWE, 24.5),
    ],
)
def test_a_day_has_the_hours_that_the_clocks_give_it(day: date, zone: ZoneInfo, hours: float) -> None:
    period = Period(day, day, zone)
    assert (period.until - period.since) / (3600 * SECOND) == hours
    quarters = range(period.since // QUARTER, period.until // QUARTER)
    assert {local_hour(one, zone).day for one in quarters} == {day}
    assert local_hour(period.since // QUARTER - 1, zone).day != day
    assert local_hour(period.until // QUARTER, zone).day != day


def test_the_days_that_the_form_offers() -> None:
    wednesday = date(2026, 11, 25)
    assert yesterday(wednesday) == (date(2026, 11, 24), date(2026, 11, 24))
    assert last_week(wednesday) == (date(2026, 11, 16), date(2026, 11, 22))
    assert last_month(wednesday) == (date(2026, 10, 1), date(2026, 10, 31))
    assert last_month(date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))


def test_a_purse_keeps_currencies_apart_and_decimals_exact() -> None:
    purse = Purse()
    purse.put(150, "EUR", 2)
    purse.put(12_345, "EUR", 4)
    purse.put(-5, "HRK", 2)
    assert purse.amounts() == [Money(27_345, "EUR", 4), Money(-5, "HRK", 2)]
    assert purse.of("USD", 2) == Money(0, "USD", 2)
    assert Purse().known is None


def test_a_row_of_two_currencies_is_two_rows_and_counts_once() -> None:
    one, other = Purse(), Purse()
    one.put(100, "HRK", 2)
    other.put(200, "EUR", 2)
    home = Money(0, "EUR", 2)
    assert money_rows(("101", 7), [one, other, None], home, (3,)) == [
        ("101", 7, Money(0, "EUR", 2), Money(200, "EUR", 2), None, 3),
        ("101", None, Money(100, "HRK", 2), Money(0, "HRK", 2), None, None),
    ]
    assert money_rows(("102",), [Purse()], home) == [("102", Money(0, "EUR", 2))]
