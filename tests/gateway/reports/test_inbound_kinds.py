"""The reports on calls that came in against sums made by hand over stores filled by chance, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from gateway.arrivals import MISSED, TAKEN
from gateway.config import NumberSettings
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.arrived import OUTCOMES
from gateway.reports.kinds.campaigns import cost_within
from gateway.reports.periods import Period
from gateway.reports.values import Heat, Money, Report
from gateway.store import schema
from gateway.store.database import Database
from gateway.store.schema_inbound import PIECE
from tests.gateway.reports.books import FIRST, HOUSE, LAST, Book, Row, filled
from tests.gateway.reports.samples import NASTY, WARSAW
from tests.gateway.reports.test_kinds import rows, totals

CALLERS = ("+48601234567", "+48221234567", "+442071234567", "+4930123456", "12345", "")
STAGES = ("", "queue reception", "menu;queue reception", f"queue {NASTY[0]};voicemail;machine")


def number(
    did: str, name: str, cost: str | None, first: date | None = None, last: date | None = None
) -> NumberSettings:
    """A number of the configuration."""
    said: dict[str, Any] = {"did": did, "name": name}
    said |= {} if cost is None else {"campaign_cost": cost, "from": first, "to": last}
    return NumberSettings.model_validate(said)


NUMBERS = (
    number("5500", "Spring <b>", "100.00", date(2026, 10, 25), date(2026, 10, 31)),
    number("5500", "Earlier", "50", date(2026, 9, 1), date(2026, 9, 30)),
    number("5501", "Front desk", None),
)


@pytest.fixture
def told(store_url: str) -> Iterator[tuple[Book, dict[int, Row]]]:
    """A store filled by chance, and what its calls that came in told."""
    database = Database(store_url, HOUSE)
    database.open()
    book, chance = filled(database, 5), random.Random(5)
    arrivals = {one["id"]: _arrival(chance, one["id"]) for one in book.calls if one["direction"] == "in"}
    contacts = [_contact(one["id"], one["caller"], 1) for one in arrivals.values() if one["caller"]]
    contacts += [
        _contact(one["id"], one["number"], 0) for one in book.calls if one["direction"] == "out" and one["number"]
    ]

    def work(connection: Any) -> None:
        for table, some in ((schema.arrivals, list(arrivals.values())), (schema.contacts, contacts)):
            connection.execute(insert(table), some)
            connection.execute(insert(table), [one | {"property": "NEIGHBOUR"} for one in some])

    database.transact(work)
    yield book, arrivals
    database.close()


def _arrival(chance: random.Random, call: int) -> Row:
    return {
        "property": HOUSE,
        "id": call,
        "caller": chance.choice(CALLERS),
        "did": chance.choice(["5500", "5501", ""]),
        "outcome": chance.choice([*OUTCOMES, "answered", "answered"]),
        "waited": chance.choice([None, 3, 12, 20, 21, 60]),
        "stages": chance.choice(STAGES),
        "hands": chance.choice([0, 0, 1, 2]),
    }


def _contact(call: int, number_: str, inward: int) -> Row:
    return {"property": HOUSE, "piece": call // PIECE, "number": number_, "call_id": call, "inward": inward}


def report(book: Book, kind: str, *, masked: bool = False) -> Report:
    """A report about the days, with the house's numbers."""
    asked = replace(book.asked(masked), numbers=NUMBERS)
    return book.database.read(lambda connection: KINDS[kind].make(asked, connection))


Told = tuple[Book, dict[int, Row]]


def came(told: Told) -> list[tuple[Row, Row]]:
    """The calls of the three days that came in, each with what it told."""
    book, arrivals = told
    return [(call, arrivals[call["id"]]) for call in book.chosen if call["id"] in arrivals]


def test_calls_that_came_in_are_counted_by_what_became_of_them(told: Told) -> None:
    made, listed = report(told[0], "inbound"), came(told)
    by_outcome = {one["outcome"]: one["calls"] for one in rows(made, "outcomes")}
    for outcome, (name, _) in OUTCOMES.items():
        assert by_outcome.get(name, 0) == sum(one["outcome"] == outcome for _, one in listed)
    answered = [(call, one) for call, one in listed if one["outcome"] == "answered"]
    for table in ("by_hour", "by_weekday", "by_place", "by_extension", "by_did"):
        (total,) = totals(made, table)
        some = rows(made, table)
        assert total["calls"] == len(listed) == sum(int(str(one["calls"])) for one in some)
        assert total["answered"] == len(answered) == sum(int(str(one["answered"])) for one in some)
        assert total["missed"] == sum(one["outcome"] in MISSED for _, one in listed)
        assert total["untold"] == sum(one["outcome"] == "untold" for _, one in listed)
        assert int(str(total["answered"])) + int(str(total["missed"])) + int(str(total["untold"])) == total["calls"]
    dids = {one["did"]: (one["calls"], one["name"]) for one in rows(made, "by_did")}
    assert dids["5501"] == (sum(one["did"] == "5501" for _, one in listed), "Front desk")
    assert dids[None][0] == sum(one["did"] == "" for _, one in listed)


def test_waits_are_those_that_are_told(told: Told) -> None:
    made, listed = report(told[0], "inbound"), came(told)
    waits = sorted(one["waited"] for _, one in listed if one["outcome"] in TAKEN and one["waited"] is not None)
    shown = {one["measure"]: one["to_answer"] for one in rows(made, "waits")}
    assert shown["longest"] == waits[-1]
    assert shown["50 % within"] == waits[-(-len(waits) // 2) - 1]
    (total,) = totals(made, "by_hour")
    share = total["in_time"]
    assert isinstance(share, float)
    assert abs(share - 100 * sum(one <= 20 for one in waits) / len(waits)) < 1e-9
    untold = sum(one["outcome"] in TAKEN and one["waited"] is None for _, one in listed)
    assert total["waits_untold"] == untold
    stages = {(one["stage"], one["name"]): one["calls"] for one in rows(made, "stages")}
    assert stages["a menu", None] == sum(one["stages"].startswith("menu") for _, one in listed)
    assert stages["a queue", NASTY[0]] == sum(NASTY[0] in one["stages"] for _, one in listed)
    assert not any(isinstance(one, Heat) for one in made.sections), "three days are no week"


def test_callers_are_first_time_or_known_and_the_missed_stand_as_they_stand(told: Told) -> None:
    book, arrivals = told
    made, listed = report(book, "callers"), came(told)
    calls = {one["id"]: one for one in book.calls}
    since = Period(FIRST, LAST, WARSAW).since
    earlier = {one["caller"] for id_, one in arrivals.items() if calls[id_]["started_at"] < since}
    callers = {one["caller"] for _, one in listed if one["caller"]}
    known = {one["number"]: one["known"] for one in rows(made, "callers")}
    assert known == {one: "yes" if one in earlier else "first time" for one in callers}
    origins = rows(made, "origins")
    assert sum(int(str(one["calls"])) for one in origins) == len(listed)
    assert sum(int(str(one["callers"] or 0)) for one in origins) == len(callers)
    hidden = next(one for one in origins if one["country"] == "no number shown")
    assert (hidden["calls"], hidden["callers"]) == (sum(not one["caller"] for _, one in listed), None)
    assert {one["area"] for one in origins if one["country"] == "Poland"} <= {"22", "mobile"}
    for one in rows(made, "missed"):
        assert one["standing"] == _stands(book, arrivals, listed, str(one["number"])), one


def _stands(book: Book, arrivals: dict[int, Row], listed: list[tuple[Row, Row]], caller: str) -> str:
    missed = [
        (call["started_at"], call["id"]) for call, one in listed if one["caller"] == caller and one["outcome"] in MISSED
    ]
    contacts = []
    for call in book.calls:
        inward = call["id"] in arrivals and arrivals[call["id"]]["caller"] == caller
        if inward or (call["direction"] == "out" and call["number"] == caller):
            spoken = arrivals[call["id"]]["outcome"] in TAKEN if inward else bool(call["talk_seconds"])
            contacts.append((call["started_at"], call["id"], inward, spoken))
    after = sorted(one for one in contacts if one[:2] > max(missed))
    first = next((one for one in after if one[3]), None)
    if first is not None:
        return "called again" if first[2] else "called back"
    return "called back, nobody answered" if any(not one[2] for one in after) else "nobody spoke with him since"


def test_a_campaign_costs_its_part_exactly_and_its_calls_are_its_own_days(told: Told) -> None:
    made, listed = report(told[0], "campaigns"), came(told)
    (spring,) = rows(made, "campaigns")  # the earlier one shares no day, the front desk has no cost
    period = Period(date(2026, 10, 25), date(2026, 10, 26), WARSAW)
    own = [
        (call, one)
        for call, one in listed
        if one["did"] == "5500" and period.since <= call["started_at"] < period.until
    ]
    talks = sum(one["outcome"] in TAKEN and (call["talk_seconds"] or 0) >= 60 for call, one in own)
    cost = Fraction(100_00 * 2, 7)
    assert (spring["campaign"], spring["days"], spring["calls"], spring["talks"]) == ("Spring <b>", 2, len(own), talks)
    assert spring["cost"] == Money(_half_up(cost), "PLN", 2)
    assert spring["cost_call"] == Money(_half_up(cost / len(own)), "PLN", 2)
    assert spring["cost_talk"] == (Money(_half_up(cost / talks), "PLN", 2) if talks else None)
    assert spring["callers"] == len({one["caller"] for _, one in own} - {""})
    numbers = {one["did"]: one["calls"] for one in rows(made, "numbers")}
    assert numbers["not told"] == sum(not one["did"] for _, one in listed)


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2) // 1) if value.denominator == 1 else int((value + Fraction(1, 2)) // 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**8), st.integers(1, 60), st.integers(0, 59), st.integers(1, 60))
def test_the_parts_of_a_campaign_come_to_the_whole(minor: int, days: int, cut: int, of: int) -> None:
    """Cut anywhere in two, the exact parts are the whole; and each is rounded once."""
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days - 1)
    middle = date.fromordinal(first.toordinal() + cut % days)
    campaign = number("1", "x", f"{minor // 100}.{minor % 100:02}", first, last)
    parts = [cost_within(campaign, Period(first, middle, WARSAW), 2)]
    if middle < last:
        parts.append(cost_within(campaign, Period(date.fromordinal(middle.toordinal() + 1), last, WARSAW), 2))
    exact = [Fraction(one.numerator, one.denominator) for one in parts if one is not None]
    assert sum(exact) == minor
    for one, fraction in zip(parts, exact, strict=True):
        assert one is not None
        assert one.each(of) == _half_up(fraction / of)
        assert one.each(0) is None


def test_masked_no_number_of_a_caller_stands_anywhere(told: Told) -> None:
    for kind in ("inbound", "callers", "campaigns"):
        made = report(told[0], kind, masked=True)
        assert not [one for table in made.tables for row in table.rows for one in row if one in CALLERS[:4]]
        assert "Telephone numbers are masked." in made.assumptions


def test_what_is_not_kept_is_said_and_an_empty_house_has_reports_too(told: Told) -> None:
    book, _ = told
    book.database.transact(lambda c: c.execute(text(f"DELETE FROM arrivals WHERE property = '{HOUSE}'")))
    for kind in ("inbound", "callers", "campaigns"):
        made = report(book, kind)
        assert made.finding == "No call came in in these days."
        number_ = len(came(told))
        assert any(one.startswith(f"{number_} calls came in before") for one in made.assumptions), made.assumptions
