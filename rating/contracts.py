"""A carrier's contract: what the lines cost besides the calls, and until when it must be ended.

The monthly bill of a contract is rent and the calls, of which the included minutes are free, but no less than the
commitment. Whoever knows a month's calls asks; nothing here keeps count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

REMINDER_DAYS = 30
"""Days before the last day for notice on which a reminder begins, where the contract says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a cost tariff says of the contract. Money is in millionths of a currency unit, a month.

    `notice_by` is the last day on which notice can be given; from `remind_from` to it a reminder is due.
    """

    carrier: str
    tariff: str
    line_rent: int = 0
    equipment_rent: int = 0
    commitment: int = 0
    included_minutes: int = 0
    notice_by: date | None = None
    remind_from: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A contract that someone must look at now; `days` are left, and are negative when the day has gone by."""

    contract: Contract
    days: int

    def __str__(self) -> str:
        until = f"the contract with {self.contract.carrier} ({self.contract.tariff})"
        if self.days < 0:
            return f"Notice to end {until} was possible until {self.contract.notice_by}; write the next such day."
        left = "today is the last day" if not self.days else f"{self.days} days are left"
        return f"Notice to end {until} must be given by {self.contract.notice_by}: {left}."


def reminders(contracts: Iterable[Contract], day: date) -> list[Reminder]:
    """Tell the contracts whose day for notice is near, or has gone by while the contract still runs."""
    return [
        Reminder(one, (one.notice_by - day).days)
        for one in contracts
        if one.notice_by is not None
        and day >= (one.remind_from or one.notice_by - timedelta(days=REMINDER_DAYS))
        and (one.ends is None or day <= one.ends)
    ]


def month_total(contract: Contract, calls: Iterable[tuple[int, int]]) -> int:
    """A month's bill in millionths, of `calls` as (seconds, cost in millionths) in the order they were made.

    The included minutes are used up by the first calls; a call that begins within them and ends beyond pays for the
    part beyond, to the millionth rounded up.
    """
    left, used = contract.included_minutes * 60, 0
    for seconds, cost in calls:
        covered = min(seconds, left)
        left -= covered
        used += cost if not covered else -(-cost * (seconds - covered) // seconds)
    return contract.line_rent + contract.equipment_rent + max(contract.commitment, used)
