"""What reports of the office need of the configuration: working hours, budgets, flat rates, and the agreement with the staff."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gateway.alarms.budgets import Budget
from gateway.allocation import Codes
from gateway.config.meanings import account_codes_of, budgets_of, hours_of
from gateway.languages.spoken import later, ours
from gateway.reports.flat import FlatRate, Pricing, flat_rates, pricing_of
from gateway.reports.sums import Tally
from gateway.reports.unmasking import Unmasking, unmasking_of
from gateway.working_hours import WorkingHours

if TYPE_CHECKING:
    from gateway.config import Config

#: Why figures per person are not there.
NO_AGREEMENT: Final = (
    "Figures by person are off: they need an agreement with the staff, and the house has named none ([staff] agreement). "
    "Departments are shown as a whole."
)
#: What stands where an extension of the staff would.
TOGETHER: Final = ours("together")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The office of a house. `pricing` prices calls anew by the house's own tariff, read when a report asks for it."""

    agreement: str = ""
    hours: WorkingHours = field(default_factory=WorkingHours)
    budgets: tuple[Budget, ...] = ()
    flat_rates: tuple[FlatRate, ...] = ()
    pricing: Callable[[], Pricing] | None = None
    unmasking: Callable[[], Unmasking] | None = None
    house_accounts: frozenset[str] = frozenset()
    codes: Codes = field(default_factory=Codes)


def office_of(config: Config) -> Office:
    """The office of a house by its configuration."""
    return Office(
        agreement=config.staff.agreement.strip(),
        hours=hours_of(config),
        budgets=budgets_of(config),
        flat_rates=flat_rates(config),
        pricing=lambda: pricing_of(config),
        unmasking=lambda: unmasking_of(config),
        codes=account_codes_of(config),
        house_accounts=frozenset(one.house_account for one in config.account_codes if one.house_account),
    )


def on_persons(office: Office) -> tuple[str, ...]:
    """What a report with figures per person says of the agreement that they rest on, or of its absence."""
    return (
        later("Figures by person rest on: {agreement}.", agreement=office.agreement)
        if office.agreement
        else NO_AGREEMENT,
    )


def folded(
    office: Office, found: Mapping[tuple[Any, ...], Tally], extension: int, department: int
) -> dict[tuple[Any, ...], Tally]:
    """Sums by extension as they may be shown: without an agreement those of a department's extensions are one.

    The places are those of the extension and the department in a key.
    """
    if office.agreement:
        return dict(found)
    shown: dict[tuple[Any, ...], Tally] = {}
    for key, tally in found.items():
        one = key if not key[department] else (*key[:extension], TOGETHER, *key[extension + 1 :])
        shown.setdefault(one, Tally()).join(tally)
    return shown


def shown_extension(office: Office, row: Mapping[str, Any]) -> str | None:
    """The extension of a sum, where it may be named: of the staff's only by the agreement."""
    hidden = row["department"] and not office.agreement
    return None if hidden else row["extension"]


def without_persons(office: Office, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of the store's sums without those of the staff's extensions, where there is no agreement."""
    return [one for one in rows if office.agreement or not one["department"]]
