"""Every kind of report against sums made by hand over stores filled by chance, on both databases."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.instants import from_micros
from gateway.reports.as_json import write_json
from gateway.reports.as_pdf import pdf
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.calls import SETTLED
from gateway.reports.values import Cell, Money, Report, Table
from gateway.store.database import Database
from protocols.text import mask_number
from tests.gateway.reports.books import FIRST, HOUSE, LAST, Book, Row, filled
from tests.gateway.reports.samples import NASTY, WARSAW

SEEDS = (1, 2, 3)


@pytest.fixture(params=SEEDS)
def book(store_url: str, request: pytest.FixtureRequest) -> Iterator[Book]:
    """A store filled by chance."""
    database = Database(store_url, HOUSE)
    database.open()
    yield filled(database, request.param)
    database.close()


def table(report: Report, name: str) -> Table:
    """One table."""
    return next(one for one in report.tables if one.name == name)


def rows(report: Report, name: str) -> list[dict[str, Cell]]:
    """Its rows by column."""
    found = table(report, name)
    return [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.rows]


def totals(report: Report, name: str) -> list[dict[str, Cell]]:
    """Its totals by column."""
    found = table(report, name)
    return [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.totals]


def purse(amounts: Iterable[tuple[int | None, str | None, int | None]]) -> dict[str, int]:
    """Amounts by currency in ten-thousandths, by hand."""
    held: dict[str, int] = defaultdict(int)
    for minor, currency, decimals in amounts:
        if minor is not None and currency is not None and decimals is not None:
            held[currency] += minor * 10 ** (4 - decimals)
    return {currency: minor for currency, minor in held.items() if minor}


def held(found: Iterable[dict[str, Cell]], column: str) -> dict[str, int]:
    """The same of a column of a report."""
    return purse(cell for one in found if isinstance(cell := one[column], Money))


def price(some: Iterable[Row]) -> dict[str, int]:
    """What calls come to."""
    return purse((one["amount"], one["currency"], one["decimals"]) for one in some)


def charged(book: Book, of: Callable[[Row, Row], bool]) -> dict[str, int]:
    """What charges come to that some condition finds."""
    return purse((one["amount"], one["currency"], one["decimals"]) for one, call in book.charges if of(one, call))


def number(found: Iterable[dict[str, Cell]], column: str) -> int:
    """A column's figures together."""
    return sum(int(str(one[column] or 0)) for one in found)


def talk(some: Iterable[Row]) -> int:
    """Seconds of talk."""
    return sum(one["talk_seconds"] or 0 for one in some)


def test_calls_have_each_call_once_with_its_sums(book: Book) -> None:
    report = book.report("calls")
    found, chosen = rows(report, "calls"), sorted(book.chosen, key=lambda one: (one["started_at"], one["id"]))
    assert [int(str(one["call"])) for one in found] == [one["id"] for one in chosen]
    assert table(report, "calls").count == len(book.chosen)
    by_call: dict[int, list[Row]] = defaultdict(list)
    for one, call in book.charges:
        if one["state"] != "written_off":
            by_call[call["id"]].append(one)
    for row, call in zip(found, chosen, strict=True):
        assert row["talk_seconds"] == call["talk_seconds"]
        assert held([row], "charged") == price(by_call[call["id"]])
    assert held(found, "charged") == held(totals(report, "calls"), "charged")
    assert held(totals(report, "calls"), "charged") == charged(book, lambda one, _: one["state"] != "written_off")
    paying = [one for one in book.chosen if one["status"] in ("charge", "allocated")]
    assert held(totals(report, "calls"), "price") == price(paying)
    assert number(totals(report, "calls"), "talk_seconds") == talk(book.chosen)


def test_the_pictures_of_calls_count_each_call_once_by_local_time(book: Book) -> None:
    report = book.report("calls")
    days = report.sections[0]
    counted: dict[str, int] = defaultdict(int)
    for one in book.chosen:
        local = from_micros(one["started_at"]).astimezone(WARSAW)
        counted[f"{local:%a} {local.day} {local:%b}"] += 1
    labels, values = days.labels, days.values  # type: ignore[union-attr]
    assert {name: sum(row) for name, row in zip(labels, values, strict=True)} == counted


def test_rooms_have_each_stay_once_and_every_way_of_adding_up_agrees(book: Book) -> None:
    report = book.report("rooms")
    found, whole = rows(report, "rooms"), totals(report, "rooms")
    here = [one for one in book.chosen if one["room"]]
    assert number(found, "calls") == number(whole, "calls") == len(here)
    assert number(found, "talk_seconds") == talk(here)
    by_state = {
        "charged": lambda one, call: call["room"] and one["state"] != "written_off",
        "posted": lambda one, call: call["room"] and one["state"] == "posted",
        "open": lambda one, call: call["room"] and one["state"] not in SETTLED,
        "written_off": lambda one, call: call["room"] and one["state"] == "written_off",
    }
    for column, condition in by_state.items():
        assert held(found, column) == held(whole, column) == charged(book, condition), column
    by_class: dict[str, list[Row]] = defaultdict(list)
    by_stay: dict[Any, list[Row]] = defaultdict(list)
    for one, call in book.charges:
        if call["room"] and one["state"] != "written_off":
            by_class[(call["number_class"] or "other").replace("-", "_")].append(one)
            by_stay[call["room"], call["reservation"]].append(one)
    classes = [one.name for one in table(report, "rooms").columns if one.kind == "money"][:-4]
    assert {name: held(found, name) for name in classes} == {name: price(by_class[name]) for name in classes}
    for stay in {(call["room"], call["reservation"]) for call in here}:
        mine = [row for row in found if (row["room"], row["reservation"]) == stay]
        assert held(mine, "charged") == price(by_stay[stay])


def test_classes_places_and_carriers_each_add_up_to_the_whole(book: Book) -> None:
    report = book.report("classes")
    out = [one for one in book.chosen if one["direction"] == "out"]
    for name in ("class", "place", "carrier"):
        found, whole = rows(report, name), totals(report, name)
        assert number(found, "calls") == number(whole, "calls") == len(out)
        assert held(found, "price") == held(whole, "price") == price(one for one in out if one["status"] == "charge")
        assert held(found, "house_price") == price(one for one in out if one["status"] == "allocated")
        assert held(found, "cost") == purse((one["cost"], one["cost_currency"], one["cost_decimals"]) for one in out)
        assert held(found, "margin") == _margin(out)
    mobile = [one for one in rows(report, "class") if one["class"] == "mobile"]
    assert number(mobile, "calls") == sum(one["number_class"] == "mobile" for one in out)


def _margin(out: list[Row]) -> dict[str, int]:
    known = [
        one
        for one in out
        if one["status"] == "charge" and one["amount"] is not None and one["currency"] == one["cost_currency"]
    ]
    gained = price(known)
    for currency, minor in purse((one["cost"], one["cost_currency"], one["cost_decimals"]) for one in known).items():
        gained[currency] = gained.get(currency, 0) - minor
    return {currency: minor for currency, minor in gained.items() if minor}


@pytest.mark.parametrize("kind", ["extensions", "departments"])
def test_extensions_and_departments_have_every_call_of_theirs(book: Book, kind: str) -> None:
    report = book.report(kind)
    here = [one for one in book.chosen if kind == "extensions" or one["department"]]
    for name in {"extensions", kind}:
        found = rows(report, name)
        for column, way in (("out", "out"), ("in", "in"), ("internal", "internal")):
            assert number(found, column) == sum(one["direction"] == way for one in here)
        assert number(found, "talk_seconds") == number(totals(report, name), "talk_seconds") == talk(here)
        assert held(found, "house_price") == price(one for one in here if one["status"] == "allocated")


def test_charges_are_counted_by_state_and_those_for_people_are_named(book: Book) -> None:
    report = book.report("postings")
    words = {"in_doubt": "in doubt", "due": "waiting", "sent": "on its way", "written_off": "written off"}
    by_state: dict[str, list[Row]] = defaultdict(list)
    for one, _ in book.charges:
        by_state[one["state"]].append(one)
    for state, charges in by_state.items():
        found = [one for one in rows(report, "states") if one["state"] == words.get(state, state)]
        assert number(found, "charges") == len(charges)
        assert held(found, "amount") == price(charges)
    for state in ("in_doubt", "refused", "held"):
        named = [int(str(one["posting"])) for one in rows(report, state)]
        assert named == [one["id"] for one, _ in book.charges if one["state"] == state]
    guests = {one["guest"] for one in rows(report, "held")}
    assert guests <= {NASTY[3], "Żółć", None}
    assert held(rows(report, "kinds"), "amount") == held(totals(report, "states"), "amount")


def test_the_balance_adds_up_and_names_every_difference(book: Book) -> None:
    report = book.report("balance")
    lines: dict[str, list[dict[str, Cell]]] = defaultdict(list)
    last = ""
    for one in rows(report, "went"):
        last = str(one["line"])
        lines[last].append(one)
    guests = [one for one in book.chosen if one["status"] == "charge"]
    assert held(lines["priced for guests"], "amount") == price(guests)
    assert held(lines["charges of these calls"], "amount") == charged(book, lambda one, _: one["kind"] == "charge")
    assert held(lines["corrections and reversals"], "amount") == charged(book, lambda one, _: one["kind"] != "charge")
    assert held(lines["on folios"], "amount") == charged(book, lambda one, _: one["state"] == "posted")
    pending = charged(book, lambda one, _: one["state"] not in SETTLED)
    assert held(lines["on folios"], "difference") == pending
    yes = [one["posting_id"] for one in book.attempts if one["event"] in ("accepted", "late_yes")]
    charges = {one["id"]: one for one, _ in book.charges}
    taken = [charges[number] for number in yes if number in charges]
    assert held(lines["the PMS said yes to"], "amount") == price(taken)
    assert number(lines["the PMS said yes to"], "number") == len(taken)
    days = rows(report, "days")
    assert held(days, "rated") == price(guests)
    assert held(days, "open") == pending
    assert len({one["day"] for one in days}) == (LAST - FIRST).days + 1
    named = {
        int(str(one["posting"]))
        for name in ("in_doubt", "refused", "held", "unconfirmable", "sent", "due")
        for one in _maybe(report, name)
    }
    assert named == {one["id"] for one, _ in book.charges if one["state"] not in SETTLED}
    found = {int(str(one["posting"])) for one in _maybe(report, "found")}
    assert found == {one["id"] for one, _ in book.charges if one["state"] == "posted" and one["id"] not in yes}
    oddly = {int(str(one["posting"])) for one in _maybe(report, "oddly")}
    assert oddly == {
        one["id"]
        for one, _ in book.charges
        if yes.count(one["id"]) > 1 or (one["state"] != "posted" and one["id"] in yes)
    }
    uncharged = {int(str(one["call"])) for one in _maybe(report, "uncharged")}
    assert uncharged == {one["id"] for one in guests} - {one["call_id"] for one in book.postings}
    assert report.finding.startswith("The balance has a difference")


def _maybe(report: Report, name: str) -> list[dict[str, Cell]]:
    """The rows of a table that is there only if something is in it."""
    return rows(report, name) if any(one.name == name for one in report.tables) else []


def test_exceptions_are_those_that_a_person_would_pick(book: Book) -> None:
    report = book.report("exceptions")
    out = [one for one in book.chosen if one["direction"] == "out"]
    night = [one for one in out if not one["room"] and not 6 <= _hour(one) < 22]
    wanted = {
        "long": [one for one in out if (one["talk_seconds"] or 0) >= 3_600],
        "costly": [one for one in out if one["currency"] == "PLN" and (one["amount"] or 0) >= 5_000],
        "short": [one for one in out if one["talk_seconds"] == 3],
        "premium": [one for one in out if one["number_class"] == "premium"],
        "international": [one for one in out if one["number_class"] == "international"],
        "after_hours": night,
        "vacant": [one for one in out if one["room"] and one["reservation"] is None],
    }
    for name, calls in wanted.items():
        assert {int(str(one["call"])) for one in _maybe(report, name)} == {one["id"] for one in calls}, name
    again: dict[Any, int] = defaultdict(int)
    callers: dict[str, set[str]] = defaultdict(set)
    for one in out:
        if one["number"]:
            again[one["extension"], one["room"], one["department"], one["number"]] += 1
            callers[one["number"]] |= {one["extension"]} - {None}
    assert sorted(int(str(one["calls"])) for one in _maybe(report, "repeated")) == sorted(
        n for n in again.values() if n >= 3
    )
    assert {one["number"] for one in _maybe(report, "sought")} == {
        name for name, who in callers.items() if len(who) >= 3
    }


def _hour(one: Row) -> int:
    return from_micros(one["started_at"]).astimezone(WARSAW).hour


@pytest.mark.parametrize("book", SEEDS[:1], indirect=True)
def test_masked_reports_show_no_whole_number_anywhere(book: Book) -> None:
    for kind in KINDS:
        out = io.StringIO()
        write_json(book.report(kind, masked=True), out)
        shown = out.getvalue()
        assert not [one for one in book.chosen if (one["number"] or "x+") in shown or one["dialled"] in shown]
        if kind == "calls":
            assert mask_number(next(one["number"] for one in book.chosen if one["number"])) in shown


def test_every_kind_says_how_whole_it_is_and_can_be_written(store_url: str) -> None:
    """Of an empty store and of one filled by chance."""
    database = Database(store_url, HOUSE)
    database.open()
    for kind in KINDS:
        empty = Book(database).report(kind)
        assert empty.complete == ("No record of the exchange has ever come.",)
        assert not database.is_sqlite or pdf(empty).startswith(b"%PDF")  # on paper it is the same from either
    book = filled(database, 4, 60)
    for kind in KINDS:
        report = book.report(kind)
        if kind == "contingency":  # of this moment, whatever days are asked for
            assert report.complete[0].startswith("These days are not over")
        else:
            assert report.complete[0] == "These days are over."
            assert any("may not be finished" in one for one in report.complete)
        out = io.StringIO()
        write_json(report, out)
        assert json.loads(out.getvalue())["report"] == kind
        assert not database.is_sqlite or pdf(report).startswith(b"%PDF")
    database.close()


def test_days_that_are_not_over_say_so(store_url: str) -> None:
    database = Database(store_url, HOUSE)
    database.open()
    book = filled(database, 1, 30)
    asked = book.asked()
    early = replace(asked, run_at=asked.run_at - timedelta(days=3))
    report = database.read(lambda connection: KINDS["calls"].make(early, connection))
    assert report.complete[0].startswith("These days are not over")
    database.close()
