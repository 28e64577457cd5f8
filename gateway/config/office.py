"""Settings of the office: working hours, account codes and PINs, budgets, flat rates, and the agreement with the staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.alarms.budgets import Whose
from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import Secret, Text, Texts, as_tuple, one_of
from gateway.config.lines import Path

if TYPE_CHECKING:
    pass

#: Where a code can lead: one of them.
LEADS_TO: Final = ("department", "tenant", "house_account")
#: Whose a budget can be: one of them.
BUDGETED: Final[tuple[Whose, ...]] = ("department", "extension", "account_code")
FLAT_PERS: Final = ("day", "stay")
_Table: TypeAlias = Mapping[str, Any]


def _span(text: str) -> str:
    begin, dash, end = text.partition("-")
    try:
        if not dash:
            raise ValueError
        first, last = clock(begin), clock(end)
    except ValueError:
        raise ValueError(f'"{text}" is not a span of hours; write "08:00-17:30"') from None
    if first == last and first != time(0):
        raise ValueError(f'"{text}" begins when it ends; a whole day is "00:00-24:00"')
    return text


def clock(text: str) -> time:
    """A time of day; 24:00 is the midnight that ends the day."""
    text = text.strip()
    return time(0) if text == "24:00" else time.fromisoformat(text)


class WorkingHoursSettings(Settings):
    """When departments work, on the hotel's clock. Tables of the same department add up.

    Without `departments` the table is for every department that is in no other. A span that ends before it begins runs past
    midnight. `closed` are days without these hours; on public holidays of the country they do not hold, save with
    `on_holidays`.
    """

    departments: Texts = Field((), examples=[["Front desk", "Kitchen"]])
    days: Annotated[tuple[Annotated[str, AfterValidator(checks.weekday)], ...], BeforeValidator(as_tuple)] = Field(
        checks.WEEKDAYS[:5], examples=[["monday", "friday"]]
    )
    spans: Annotated[
        tuple[Annotated[str, AfterValidator(_span)], ...], BeforeValidator(as_tuple), Field(min_length=1)
    ] = Field(examples=[["08:00-12:00", "13:00-17:30"]])
    closed: Annotated[tuple[date, ...], BeforeValidator(as_tuple)] = Field((), examples=[[date(2026, 12, 24)]])
    on_holidays: bool = Field(False, examples=[True])


class AccountCodeSettings(Settings):
    """A code that is dialled with a call, or a PIN: whose the call is then, or which account of the PMS it is charged to.

    Exactly one of `department`, `tenant` and `house_account`. `person` makes it a PIN, of which only the last two signs are
    kept; `personal` says that calls with it are that person's private ones: counted for the payroll, and listed nowhere.
    """

    code: Annotated[Secret, Field(min_length=1)] = Field(examples=["4711"], repr=False)
    name: Text = Field(examples=["Spring congress"])
    department: Text | None = Field(None, examples=["Banquets"])
    tenant: Text | None = Field(None, examples=["Congress Ltd"])
    house_account: Text | None = Field(None, examples=["9001"])
    person: Text | None = Field(None, examples=["J. Kowalska"])
    personal: bool = Field(False, examples=[True])


class BudgetSettings(Settings):
    """What a department, an extension of the house, or an account code may spend in a month, in the hotel's currency.

    Nothing is ever barred by it: an alarm comes at `warn_percent` and another at the limit.
    """

    department: Text | None = Field(None, examples=["Kitchen"])
    extension: Text | None = Field(None, examples=["601"])
    account_code: Text | None = Field(None, examples=["Spring congress"])
    amount: Annotated[str, AfterValidator(checks.amount)] = Field(examples=["150.00"])
    warn_percent: Annotated[int, Field(ge=1, le=100)] = Field(80, examples=[80])


class FlatRateSettings(Settings):
    """What a guest pays for a tariff whose calls cost nothing more: a flat rate, booked by the PMS and not by us."""

    tariff: Text = Field(examples=["FLAT"])
    fee: Annotated[str, AfterValidator(checks.amount)] = Field(examples=["6.00"])
    per: Annotated[str, AfterValidator(one_of(FLAT_PERS, 'per = "day"'))] = Field("day", examples=["stay"])


class StaffSettings(Settings):
    """The agreement with the staff that figures per person rest on, by its name and date; without it there are none."""

    agreement: str = Field("", examples=["Works agreement on telephone data, 2026-03-01"])


def office_findings(document: _Table, tables: Mapping[str, Sequence[_Table]]) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys of these tables."""
    for key, choices in (("account_codes", LEADS_TO), ("budgets", BUDGETED)):
        for place, one in enumerate(tables[key]):
            if sum(1 for name in choices if one.get(name)) != 1:
                yield (key, place), f"exactly one of {', '.join(choices)} must be said"
    yield from _codes(tables["account_codes"])
    yield from _budgets(tables["budgets"], tables["account_codes"])
    yield from _house_accounts(document, tables["account_codes"])


def _codes(listed: Sequence[_Table]) -> Iterator[tuple[Path, str]]:
    seen: set[object] = set()
    names: set[object] = set()
    for place, one in enumerate(listed):
        if one.get("code") in seen:
            yield ("account_codes", place, "code"), "another [[account_codes]] has this code; give each its own"
        elif one.get("name") in names:
            yield ("account_codes", place, "name"), "another [[account_codes]] has this name; give each its own"
        if one.get("personal") is True and not one.get("person"):
            yield ("account_codes", place), 'private calls are somebody\'s: write person = "…" too'
        if one.get("personal") is True and one.get("house_account"):
            yield (
                ("account_codes", place, "house_account"),
                "private calls are for the payroll: name a department instead",
            )
        seen.add(one.get("code"))
        names.add(one.get("name"))


def _budgets(listed: Sequence[_Table], known: Sequence[_Table]) -> Iterator[tuple[Path, str]]:
    names = {one.get("name") for one in known}
    seen: set[tuple[str, object]] = set()
    for place, one in enumerate(listed):
        whose = next(((key, one[key]) for key in BUDGETED if one.get(key)), None)
        if whose is None:
            continue
        if whose in seen:
            yield ("budgets", place, whose[0]), "another [[budgets]] is for the same; keep one"
        seen.add(whose)
        if whose[0] == "account_code" and whose[1] not in names:
            yield (
                ("budgets", place, "account_code"),
                "no [[account_codes]] has this name; name the code, not its digits",
            )


def _house_accounts(document: _Table, listed: Sequence[_Table]) -> Iterator[tuple[Path, str]]:
    acts = document.get("acts")
    known = acts.get("house_accounts", []) if isinstance(acts, dict) else []
    for place, one in enumerate(listed):
        account = one.get("house_account")
        if isinstance(account, str) and account and isinstance(known, list) and account not in known:
            words = f'the PMS is not known to take charges for it; write it under [acts] house_accounts = ["{account}"]'
            yield ("account_codes", place, "house_account"), words
