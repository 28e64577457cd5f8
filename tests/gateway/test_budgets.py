"""Budgets of a tariff: near and passed are written beside the call, a charge waits only where the tariff asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rating.book import TariffBook
from tests.gateway.prices import HEAD, of_files
from tests.gateway.rig import NOON, Rig, line

MOBILE = "9600123456"


def limited(per: str, action: str = "warn") -> TariffBook:
    """One zloty a minute, and a limit of five."""
    budget = f'[[budget]]\nname = "phone"\namount = "5"\nper = "{per}"\naction = "{action}"\n'
    return of_files(house=f'code = "T"\n{HEAD}[class.mobile]\nprice_per_minute = "1"\n{budget}')


def call(rig: Rig, number: int, minutes: int, *, days: int = 0) -> str:
    """A call; what was odd about it."""
    start = NOON - timedelta(minutes=90) + timedelta(days=days)
    rig.send(rig.connect(), line(number, dialled=MOBILE, seconds=60 * minutes, start=start))
    return str(rig.rows("SELECT warnings FROM calls ORDER BY id DESC")[0][0])


def said(minutes: int, per: str, *, over: bool) -> str:
    """The sentence beside a call."""
    return f"budget phone {'passed' if over else 'nearly reached'}: {minutes}.00 of 5.00 PLN a {per}"


def test_a_budget_of_a_stay_is_told_when_it_is_near_and_when_it_is_passed(rig: Rig) -> None:
    """Charges go out all the same: nothing is barred."""
    rig.use(limited("stay"))
    rig.check_in()
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET since = 0"))
    rig.database.transact(rig.memory.reload)
    assert call(rig, 1, 3) == ""
    assert call(rig, 2, 1) == said(4, "stay", over=False)
    assert call(rig, 3, 2) == said(6, "stay", over=True)
    assert rig.states() == ["due", "due", "due"]
    rig.database.transact(rig.memory.reload)  # what was spent is read again from the store
    assert call(rig, 4, 1) == said(7, "stay", over=True)


@pytest.mark.parametrize(("per", "days", "spent"), [("day", 1, 4), ("month", 1, 8), ("call", 1, 4)])
def test_days_and_months_are_those_of_the_hotel(rig: Rig, per: str, days: int, spent: int) -> None:
    """And a limit for one call looks at that call alone."""
    rig.use(limited(per))
    rig.check_in()
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET since = 0"))
    rig.database.transact(rig.memory.reload)
    assert call(rig, 1, 4) == said(4, per, over=False)
    assert call(rig, 2, 4, days=days) == said(spent, per, over=spent > 5)


def test_a_charge_beyond_a_budget_waits_where_the_tariff_asks_for_it(rig: Rig) -> None:
    """For a person, with the sentence; the call keeps its price."""
    rig.use(limited("call", "hold"))
    rig.check_in()
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET since = 0"))
    rig.database.transact(rig.memory.reload)
    call(rig, 1, 6)
    [row] = rig.postings()
    assert (row["state"], row["hold"], row["amount"]) == ("held", "over_budget", 600)
    assert row["reason"] == said(6, "call", over=True)
