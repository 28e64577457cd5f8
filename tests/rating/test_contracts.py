"""Protects the hotel from a contract that renews itself: the day for notice is told in time, and the month adds up."""

from __future__ import annotations

from datetime import date

import pytest

from rating.contracts import Contract, month_total, reminders

CONTRACT = Contract(
    carrier="Tele",
    tariff="C",
    line_rent=120_000_000,
    equipment_rent=15_000_000,
    commitment=20_000_000,
    included_minutes=10,
    notice_by=date(2026, 9, 30),
    remind_from=date(2026, 8, 1),
    ends=date(2026, 12, 31),
)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 7, 31), None),
        (date(2026, 8, 1), 60),
        (date(2026, 9, 30), 0),
        (date(2026, 10, 1), -1),
        (date(2027, 1, 1), None),
    ],
)
def test_a_reminder_is_due_from_its_day_until_the_contract_ends(day: date, days: int | None) -> None:
    assert [one.days for one in reminders([CONTRACT], day)] == ([] if days is None else [days])


def test_a_reminder_says_what_to_do() -> None:
    told = [
        str(one)
        for day in (date(2026, 9, 28), date(2026, 9, 30), date(2026, 10, 2))
        for one in reminders([CONTRACT], day)
    ]
    assert told == [
        "Notice to end the contract with Tele (C) must be given by 2026-09-30: 2 days are left.",
        "Notice to end the contract with Tele (C) must be given by 2026-09-30: today is the last day.",
        "Notice to end the contract with Tele (C) was possible until 2026-09-30; write the next such day.",
    ]


@pytest.mark.parametrize(
    ("calls", "total"),
    [
        ([], 155_000_000),
        ([(600, 90_000_000)], 155_000_000),
        ([(600, 90_000_000), (60, 30_000_000)], 165_000_000),
        ([(1200, 60_000_000)], 165_000_000),
        ([(0, 5)], 155_000_000),
    ],
)
def test_a_month_is_rent_and_the_calls_beyond_the_included_minutes_or_the_commitment(
    calls: list[tuple[int, int]], total: int
) -> None:
    assert month_total(CONTRACT, calls) == total
