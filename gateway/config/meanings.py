"""What the settings come to: values of the rooms that work with them, made of a whole configuration.

The classes of the settings say what may be written; what is written often means something only together with the house's zone,
country or currency. That is put together here, one function for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from gateway.alarms.budgets import Budget, Whose
from gateway.alarms.fraud import Limits
from gateway.alarms.lists import Entry, NumberList, NumberLists
from gateway.allocation import Code, Codes, codes
from gateway.carrier_bills.items import Tolerance
from gateway.carrier_bills.layout import Layout
from gateway.carrier_bills.moments import Lengths
from gateway.carrier_bills.numbers import Written, keys_of
from gateway.config import checks
from gateway.config.carrier_bills import BillLayoutSettings
from gateway.config.lists import NumberListSettings
from gateway.config.office import BUDGETED, clock
from gateway.config.settings import Config
from gateway.instants import midnight
from gateway.number_lists import MOST_ENTRIES, ListUnreadable, Said, read_file
from gateway.working_hours import Shift, WorkingHours
from rating.calendar import holiday_calendar
from rating.money import MILLIONTHS, exact, half_up, minor_digits


def hours_of(config: Config) -> WorkingHours:
    """The working hours of a house."""
    shifts: dict[str, tuple[Shift, ...]] = {}
    for one in config.working_hours:
        days = frozenset(checks.WEEKDAYS.index(day) for day in one.days)
        own = tuple(
            Shift(days=days, begin=begin, end=end, closed=frozenset(one.closed), holidays=one.on_holidays)
            for begin, end in ((clock(text.partition("-")[0]), clock(text.partition("-")[2])) for text in one.spans)
        )
        for name in one.departments or ("",):
            shifts[name] = shifts.get(name, ()) + own
    home = config.property
    if not shifts:
        return WorkingHours(zone=home.timezone)
    return WorkingHours(zone=home.timezone, shifts=shifts, is_holiday=holiday_calendar(home.country))


def account_codes_of(config: Config) -> Codes:
    """The codes of a house. A tenant's calls are kept under his name, as a department's are under its."""
    return codes(
        Code(
            code=one.code,
            name=one.name,
            department=one.department or one.tenant or "",
            tenant=bool(one.tenant),
            house_account=one.house_account or "",
            person=one.person or "",
            personal=one.personal,
        )
        for one in config.account_codes
    )


def budgets_of(config: Config) -> tuple[Budget, ...]:
    """The budgets of a house."""
    found = []
    for one in config.budgets:
        whose, name = next((key, name) for key in BUDGETED if (name := getattr(one, key)))
        amount = minor(one.amount, config.property.currency)
        found.append(Budget(whose, name, amount, one.warn_percent, _unnamed(config, whose, name)))
    return tuple(found)


def _unnamed(config: Config, whose: Whose, name: str) -> str:
    """What is said of a budget that is a person's, where there is no agreement with the staff; empty where it may be named."""
    if config.staff.agreement.strip() or whose == "department":
        return ""
    if whose == "extension":
        department, what = config.rooms.departments.get(name), "an extension"
    else:
        code = next((one for one in config.account_codes if one.name == name and one.person), None)
        if code is None:
            return ""
        department, what = code.department or code.tenant, "a PIN"
    return f"{what} of department {department}" if department else f"{what} of the house"


def fraud_limits(config: Config) -> Limits:
    """From where on calls of this house look like fraud."""
    said, home = config.fraud, config.property
    return Limits(
        zone=home.timezone,
        currency=home.currency,
        decimals=minor_digits(home.currency),
        parallel=said.parallel,
        sequential=said.sequential,
        off_hours=said.off_hours,
        tandem=said.tandem,
        new_country=said.new_country,
        vacant=said.vacant,
        cost_per_hour=minor(said.cost_per_hour, home.currency),
        after_from=config.reports.after_hours_from,
        after_to=config.reports.after_hours_to,
        off=frozenset(said.off),
    )


def lists_of(said: Iterable[NumberListSettings], zone: ZoneInfo) -> NumberLists:
    """The lists of a configuration as they stand now, with what their files say. Raises ListUnreadable."""
    lists: list[NumberList] = []
    entries: list[Entry] = []
    for place, one in enumerate(said):
        lists.append(NumberList(one.name, one.kind))
        own = [Said(prefix) for prefix in one.numbers]
        for entry in [*own, *(read_file(one.file) if one.file is not None else [])]:
            since = max(filter(None, (one.since, entry.first)), default=None)
            until = min(filter(None, (one.until, entry.last)), default=None)
            begin = midnight(since, zone) if since else 0
            end = midnight(until + timedelta(days=1), zone) if until else 0
            entries.append(Entry(entry.prefix, place, entry.note, begin, end))
    if len(entries) > MOST_ENTRIES:
        raise ListUnreadable(f"all lists together have more than {MOST_ENTRIES} entries")
    return NumberLists(lists, entries)


def worked_days(config: Config) -> Callable[[date], bool]:
    """Which days of the hotel's office are worked. A country without known holidays has none."""
    said = config.delivery
    days = frozenset(checks.WEEKDAYS.index(one) for one in said.workdays)
    try:
        is_holiday = holiday_calendar(said.holidays or config.property.country)
    except ValueError:
        return lambda day: day.weekday() in days
    return lambda day: day.weekday() in days and not is_holiday(day)


def layout_of(config: Config, said: BillLayoutSettings) -> Layout:
    """The layout as the reading of bills takes it, with what the property says where it is silent."""
    home, currency = config.property, said.currency or config.property.currency
    access = {code for pbx in config.pbx for code in pbx.trunk_access}
    written = cast("Written", said.numbers)
    return Layout(
        name=said.name,
        number=said.number,
        began=said.began,
        time=said.time,
        duration=said.duration,
        amount=said.amount,
        caller=said.caller,
        written=said.written,
        zone=said.timezone or home.timezone,
        lengths=cast("Lengths", said.durations),
        decimal=said.decimal,
        currency=currency,
        keys=keys_of(home.country, home.area_code, written, said.masked_digits, tuple(access)),
        factor=_factor(said),
        tolerance=Tolerance(said.time_tolerance, said.duration_tolerance, _near(said, currency)),
        carrier=said.carrier,
        separator=said.separator,
        encoding=said.encoding,
        skip=said.skip,
    )


def minor(amount: str, currency: str) -> int:
    """An amount of the configuration in minor units."""
    digits = minor_digits(currency)
    return half_up(exact(amount, checks.AMOUNT_DECIMALS) * 10**digits, 10**checks.AMOUNT_DECIMALS)


def _near(said: BillLayoutSettings, currency: str) -> int:
    """What a rounding may make of a price, in millionths: one minor unit unless the layout says otherwise."""
    return exact(said.rounding, 6) if said.rounding is not None else MILLIONTHS // 10 ** minor_digits(currency)


def _factor(said: BillLayoutSettings) -> tuple[int, int]:
    """What takes the bill's amounts to the footing of our costs."""
    if said.our_costs is None or said.our_costs == said.vat or said.vat_percent is None:
        return (1, 1)
    without, whole = 100 * 10_000, 100 * 10_000 + exact(said.vat_percent, 4)
    return (whole, without) if said.vat == "excluded" else (without, whole)
