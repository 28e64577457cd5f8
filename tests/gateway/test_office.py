"""Protects what the office promises: numbers that nobody is shown, codes that lead to who pays, targets, budgets, working hours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.alarms.budgets import Budget, facts, standings
from gateway.allocation import Code, codes, last_two
from gateway.config import Config, ReportSettings
from gateway.config.meanings import budgets_of
from gateway.helplines import HELPLINE, PERSONAL, WITHHELD, Helplines, helplines
from gateway.instants import SECOND, to_micros
from gateway.intake.hiding import again
from gateway.intake.settling import Settling
from gateway.posting.deeds import ReadCommands
from gateway.reports.asking import Asked
from gateway.reports.catalog import KINDS
from gateway.reports.desks import followed
from gateway.reports.flat import FlatRate, Given, Pricing
from gateway.reports.office import Office
from gateway.reports.periods import Period
from gateway.reports.values import Report, Table
from gateway.store import commands, office, pages, schema
from gateway.store.office import TARGET, Wish, spent_in
from gateway.working_hours import Shift, WorkingHours
from tests.gateway.configurations import SMALLEST, good, with_tariff
from tests.gateway.rig import NOON, WARSAW, Rig, line

CODES = codes(
    (
        Code(code="4711", name="Congress", house_account="9001"),
        Code(code="815", name="Banquet", department="Banquets"),
        Code(code="778899", name="Own calls", department="Kitchen", person="J. Kowalska", personal=True),
    )
)
DAY = date(2026, 11, 20)


def coded(number: int, code: str, **more: Any) -> bytes:
    """A record with an account code."""
    fields = line(number, **more).split(b",")
    return b",".join([*fields[:7], code.encode(), *fields[8:]])


@pytest.fixture
def house(rig: Rig) -> Rig:
    """A house with codes and helplines, and a guest in room 201."""
    rules = replace(rig.rules, codes=CODES)
    rules = replace(rules, helplines=helplines(["22 555 01 02"], "PL", rig.sources["main"].plan.classify))
    rig.rules, rig.settling = rules, Settling(rig.memory, rules, rig.sources, rig.book)
    rig.database.transact(rig.memory.reload)
    rig.check_in()
    return rig


def asked(rig: Rig, **office_: Any) -> Asked:
    """The day of the calls."""
    return Asked(
        database=rig.database,
        hotel="Seaside",
        period=Period(DAY, DAY, WARSAW),
        currency="PLN",
        decimals=2,
        run_at=NOON + timedelta(hours=2),
        settings=ReportSettings.model_validate({}),
        capacity=None,  # type: ignore[arg-type]
        office=Office(**office_),
    )


def made(rig: Rig, kind: str, **office_: Any) -> Report:
    """A report about that day."""
    question = asked(rig, **office_)
    return rig.database.read(lambda connection: KINDS[kind].make(question, connection))


def rows(report: Report, name: str) -> list[tuple[Any, ...]]:
    """The rows of one of its tables."""
    return [tuple(row) for one in report.sections if isinstance(one, Table) and one.name == name for row in one.rows]


def calls(rig: Rig) -> dict[int, dict[str, Any]]:
    """Every call."""
    found = rig.database.read(
        lambda c: pages.plain(c.execute(schema.calls.select().order_by(schema.calls.c.id)).mappings())
    )
    return {one["id"]: one for one in found}


def test_the_number_of_a_helpline_is_in_no_table_but_the_raw_records(house: Rig) -> None:
    house.read_feed()
    feed = house.connect()
    house.send(
        feed, line(1, dialled="9116123"), line(2, dialled="9225550102", seconds=125), line(3, dialled="9225550103")
    )
    hidden, doctor, plain = calls(house).values()
    assert [one["place"] for one in (hidden, doctor)] == [HELPLINE, HELPLINE]
    assert (doctor["amount"] or 0) > 0, "it is charged like any other"
    assert plain["number"] == "+48225550103"
    for table in schema.metadata.sorted_tables:
        if table.name != "records":
            rows_ = house.database.read(lambda c: c.execute(table.select()).all())  # noqa: B023
            assert not [row for row in rows_ for cell in row if "116123" in str(cell) or "5550102" in str(cell)], table
    shown = house.database.read(lambda c: pages.records_of(c, "SEASIDE", doctor["id"]))
    assert [one["raw"] for one in shown] == [WITHHELD]
    assert not [due for due in house.due if "5550102" in due.dialled], "the PMS books no number of it either"


def test_numbers_that_are_listed_later_leave_the_stored_calls(house: Rig) -> None:
    plain = replace(house.rules, helplines=Helplines(), codes=codes(()))
    house.settling = Settling(house.memory, plain, house.sources, house.book)
    house.database.transact(house.memory.reload)
    house.send(house.connect(), coded(1, "815", dialled="9225550102"), line(2), coded(3, "778899", extension="600"))
    before = calls(house)
    assert before[1]["number"] == "+48225550102"
    house.database.transact(lambda c: c.execute(schema.call_codes.delete()))
    for looked, hidden, coded_ in ((3, 2, 2), (3, 0, 0)):
        assert again(house.database, house.sources, house.rules, lambda *_: None) == (looked, hidden, coded_)
    after = calls(house)
    assert [after[one]["place"] for one in (1, 3)] == [HELPLINE, PERSONAL]
    assert [one["number"] for one in after.values()] == [None, "+48221234567", None]
    changed = ("number", "dialled", "caller", "place", "prefix", "trace", "cost_trace")
    for number, one in after.items():
        assert {k: v for k, v in one.items() if k not in changed} == {
            k: v for k, v in before[number].items() if k not in changed
        }
    contacts = house.database.read(lambda c: [row.number for row in c.execute(schema.contacts.select())])
    assert contacts == ["+48221234567"]


def test_a_flat_rate_is_held_against_the_tariff_and_its_fee(house: Rig) -> None:
    house.send(house.connect(), line(1), line(2, seconds=600))
    found = calls(house)
    by_tariff = sum(one["amount"] for one in found.values())
    mark = schema.calls.update().values(tariff="FLAT", amount=0, cost=77, cost_currency="PLN", cost_decimals=2)
    house.database.transact(lambda c: c.execute(mark))
    given = Given(frozenset(), frozenset({"201"}), date.min, date.max)
    pricing = Pricing(house.book, house.sources["main"].plan, ("PLN", 2))
    office_ = {"flat_rates": (FlatRate("FLAT", 600, "day", (given,)),), "pricing": lambda: pricing}
    ((room, _, nights, number, unpriced, _, *money),) = rows(made(house, "flat-rates", **office_), "rate_flat")
    assert (room, nights, number, unpriced) == ("201", 1, 2, 0)
    assert [one.minor for one in money] == [600, by_tariff, 154, 446]
    assert made(house, "flat-rates", **office_).finding.startswith("They pay")


def test_an_emergency_and_an_extension_are_never_hidden(house: Rig) -> None:
    plan = house.sources["main"].plan
    listed = helplines(["112", "201", "+48 22 555 01 02"], "PL", plan.classify)
    assert [listed.holds(text, plan.classify) for text in ("9112", "112", "201", "9116111", "90048225550102")] == [
        False, False, False, True, True
    ]  # fmt: skip
    assert helplines((), "CH", plan.classify).holds("9143", plan.classify)


def test_a_code_leads_to_a_house_account_a_department_or_a_person(house: Rig) -> None:
    feed = house.connect()
    house.send(
        feed,
        coded(1, "4711"),
        coded(2, "815"),
        coded(3, "778899", extension="600"),
        coded(4, "778898", extension="600"),
        line(5),
        line(6, extension="600"),
    )
    first, second, third, fourth, *_ = calls(house).values()
    assert (first["room"], first["reservation"]) == ("9001", None)
    assert [(one.room, one.by_hand) for one in house.due][:1] == [("9001", 1)]
    assert (second["status"], second["department"], second["room"]) == ("allocated", "Banquets", None)
    assert (third["place"], third["number"], fourth["number"]) == (PERSONAL, None, "+48221234567")
    kept = house.database.read(lambda c: c.execute(schema.call_codes.select().order_by("call_id")).mappings().all())
    assert [(one["account_code"], one["known"]) for one in kept] == [("4711", 1), ("815", 1), ("**99", 1), ("**98", 0)]
    listed = house.database.read(lambda c: pages.calls_before(c, "SEASIDE", 10))
    assert third["id"] not in [one["id"] for one in listed]


def test_allocation_adds_up_to_all_rated_calls_and_names_nobody_without_an_agreement(house: Rig) -> None:
    feed = house.connect()
    house.send(
        feed, coded(1, "4711"), coded(2, "815"), coded(3, "778899", extension="600"), line(4), line(5, extension="600")
    )
    report = made(house, "allocation", house_accounts=frozenset({"9001"}))
    payers = {row[0]: (row[2], row[4]) for row in rows(report, "payers")}
    assert set(payers) == {"9001", "Banquets", "Kitchen", "Guest rooms"}
    rated = [
        one for one in calls(house).values() if one["amount"] is not None and one["status"] in ("charge", "allocated")
    ]
    assert sum(number for number, _ in payers.values()) == len(rated) == 5
    assert sum(money.minor for _, money in payers.values()) == sum(one["amount"] for one in rated)
    for kind in ("allocation", "personal", "busiest", "extensions", "departments"):
        text = repr(made(house, kind).sections)
        assert not [word for word in ("Kowalska", "**99", "'600'") if word in text], kind
        agreed = made(house, kind, agreement="Works agreement, 2026-03-01")
        assert "Works agreement" in " ".join(agreed.assumptions) or kind == "allocation"
    question = replace(asked(house, codes=CODES), about="778899")
    refused = house.database.read(lambda c: KINDS["statement"].make(question, c)).finding
    assert ("778899" in refused, "PIN **99 (not shown" in refused) == (False, True)
    named = rows(made(house, "personal", agreement="Works agreement"), "personal")
    assert [(row[0], row[1], row[2], row[3]) for row in named] == [("2026-11", "J. Kowalska", "**99", 1)]


def test_a_target_is_set_followed_replaced_and_kept(house: Rig) -> None:
    feed = house.connect()

    def came(number: int, ring: int, talk: int) -> bytes:
        fields = line(number, extension="600", dialled="600", seconds=talk).split(b",")
        return b",".join([*fields[:2], str(ring).encode(), b"600", b"I", *fields[5:]])

    house.send(feed, came(1, 5, 60), came(2, 30, 60), came(3, 12, 0), line(4, extension="600", seconds=1200))
    for seconds, why in ((20, "the spring"), (40, "")):
        wish = Wish("Kitchen", "", seconds, 60, 20, 100, "day").subject()
        told: dict[str, Any] = {
            "now": to_micros(house.now),
            "who": "Ines",
            "deed": TARGET,
            "posting_id": None,
            "why": why,
        }
        house.database.transact(lambda c: commands.give(c, "SEASIDE", subject=wish, **told))  # noqa: B023
        house.writer.submit(
            ReadCommands(house.memory, None, now=to_micros(house.now), done=lambda _dues, _resync: None)
        )
        house.pump()
    hours = WorkingHours(zone=WARSAW, shifts={"Kitchen": (Shift(days=frozenset({4}), begin=time(8), end=time(17)),)})
    day, *_ = house.database.read(lambda c: followed(asked(house, hours=hours), c))
    assert (day.came.calls, day.came.answered, day.came.missed) == (3, 2, 1)
    assert (day.came.quick, day.answers, day.misses, day.costs) == (2, True, False, False)
    night = WorkingHours(zone=WARSAW, shifts={"": (Shift(days=frozenset({4}), begin=time(22), end=time(6)),)})
    closed, *_ = house.database.read(lambda c: followed(asked(house, hours=night), c))
    assert (closed.came.calls, closed.answers) == (0, None)
    (before,) = house.database.read(lambda c: office.ended(c, "SEASIDE"))
    assert (before.within_seconds, before.set_by, before.ended_by, before.why) == (20, "Ines", "Ines", "the spring")
    trail = house.database.read(lambda c: [row.what for row in c.execute(schema.audit_trail.select())])
    assert "40 s" in trail[-1]
    assert "before: 60 % answered within 20 s" in trail[-1]
    assert rows(made(house, "targets"), "targets")[0][0] == "Kitchen"


def test_a_budget_warns_at_its_share_and_at_its_limit(house: Rig) -> None:
    feed = house.connect()
    house.send(feed, line(1, extension="600"), coded(2, "815"))
    question = asked(house)
    spent = house.database.read(lambda c: spent_in(c, question.chosen(c), "PLN"))
    kitchen, banquet = spent["department", "Kitchen"], spent["account_code", "Banquet"]
    assert kitchen > 0
    assert banquet > 0
    assert spent["extension", "600"] == kitchen
    limits = ((kitchen, "budget_near"), (kitchen - 1, "budget_passed"), (2 * kitchen, None))
    for amount, kind in limits:
        found = list(facts(standings([Budget("department", "Kitchen", amount)], spent), "PLN", 2, "2026-11"))
        assert [one.kind for one in found] == ([kind] if kind else [])
    assert "1 are spent" in made(house, "budgets", budgets=(Budget("account_code", "Banquet", banquet - 1),)).finding


def test_a_budget_of_a_person_is_told_by_department_until_the_staff_has_agreed(tmp_path: Path) -> None:
    """Neither the extension nor its limit; two of a department are one alarm, and the report has neither."""
    house = SMALLEST + '[rooms]\ndepartments = { "600" = "Kitchen", "601" = "Kitchen" }\n'
    house += '[[account_codes]]\ncode = "1"\nname = "Ines"\nperson = "Ines K"\ndepartment = "Bar"\n'
    house += '[[account_codes]]\ncode = "2"\nname = "Banquet"\ndepartment = "Bar"\n'
    for place, one in enumerate(("extension", "extension", "extension", "account_code", "account_code")):
        name = ("600", "601", "699", "Ines", "Banquet")[place]
        house += f'[[budgets]]\n{one} = "{name}"\namount = "7.1{place}"\n'
    without = good(with_tariff(tmp_path), house)
    agreed = good(tmp_path, f'{house}[staff]\nagreement = "of 2026"\n')

    def told(config: Config) -> list[str]:
        spent: dict[tuple[str, str], int] = {(one.whose, one.name): 720 for one in budgets_of(config)}
        return [one.sentence for one in facts(standings(budgets_of(config), spent), "PLN", 2, "2026-11")]

    assert told(without) == [
        "an extension of department Kitchen has spent more than its limit for 2026-11",
        "an extension of the house has spent more than its limit for 2026-11",
        "a PIN of department Bar has spent more than its limit for 2026-11",
        "account code Banquet has spent more than its 7.14 PLN for 2026-11",
    ]
    assert [one.partition(" has")[0] for one in told(agreed)] == [
        "extension 600",
        "extension 601",
        "extension 699",
        "account code Ines",
        "account code Banquet",
    ]


SHIFTS = st.builds(
    Shift,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    begin=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    end=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    closed=st.frozensets(st.sampled_from([date(2026, 10, 25), date(2026, 3, 29)])),
)
#: Around the nights on which the clocks are put, and an ordinary one.
NIGHTS = st.sampled_from(
    [datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)]
)


@settings(max_examples=60)
@given(st.tuples(SHIFTS) | st.tuples(SHIFTS, SHIFTS), NIGHTS, st.integers(-50_000, 90_000))
def test_an_instant_is_inside_exactly_if_a_span_holds_it(
    shifts: tuple[Shift, ...], night: datetime, seconds: int
) -> None:
    hours = WorkingHours(zone=WARSAW, shifts={"Kitchen": shifts})
    at = to_micros(night) + seconds * SECOND
    spans = hours.spans("Kitchen", at - 100_000 * SECOND, at + 100_000 * SECOND)
    assert hours.inside("Kitchen", at) == any(since <= at < until for since, until in spans)
    assert all(one[1] < other[0] for one, other in zip(spans, spans[1:], strict=False))
    assert hours.inside("Front desk", at) is None


def test_a_night_shift_is_an_hour_longer_when_the_clocks_go_back() -> None:
    night = Shift(days=frozenset({5}), begin=time(22), end=time(6))
    hours = WorkingHours(zone=WARSAW, shifts={"": (night,)}, is_holiday=lambda day: day == date(2026, 10, 17))

    def length(day: date) -> int:
        begin = to_micros(datetime(day.year, day.month, day.day, tzinfo=WARSAW))
        return sum(until - since for since, until in hours.spans("Desk", begin, begin + 2 * 86_400 * SECOND)) // SECOND

    assert [length(date(2026, *one)) // 3600 for one in ((10, 24), (3, 28), (10, 17), (10, 10))] == [9, 7, 0, 8]


def test_a_pin_shows_its_last_two_signs_and_never_more_than_half_of_it() -> None:
    assert [last_two(one) for one in ("", "7", "78", "789", "778899")] == ["**", "**", "**8", "**9", "**99"]


def test_what_is_no_target_is_said(house: Rig) -> None:
    command = commands.Command(1, "Ines", TARGET, None, None, "", None, json.dumps({"desk": "Kitchen", "what": 1}))
    assert house.database.transact(lambda c: office.carry_out(c, house.memory, command, 1)) == "this is no target"
