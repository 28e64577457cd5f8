"""Bookings balance to the minor unit, carry all of every tax, and come to what the PMS took; the sheet for the desk adds up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.config import AccountingSettings
from gateway.instants import SECOND
from gateway.reports.as_accounts import NotInEncoding, write_accounts
from gateway.reports.asking import Asked, ExportStamp
from gateway.reports.bookings import Booking, balances, of_charge, of_house_call, summed
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.accounting import lines_of
from gateway.reports.periods import Period
from gateway.reports.values import Money, Report
from gateway.store.database import Database
from tests.gateway.reports.books import FIRST, HOUSE, LAST, Book, filled
from tests.gateway.reports.samples import WARSAW

ACCOUNTS = {
    "guests": "1400",
    "revenue": {"international": "4410", "default": "4400"},
    "taxes": {"VAT": "3806", "default": "3800"},
    "departments": {"Kitchen": "6920", "default": "6900"},
    "recovered": "4990",
}
SAID = AccountingSettings.model_validate(ACCOUNTS)
NOON = 1_795_000_000 * SECOND


def charges_of(parts: list[int], taxes: list[int]) -> list[dict[str, Any]]:
    """The postings of one call whose parts come to its price."""
    call = {
        "price": sum(parts),
        "tax": sum(taxes),
        "price_currency": "PLN",
        "price_decimals": 2,
        "number_class": "local",
    }
    trace = None if len(taxes) != 1 else json.dumps([])
    rows, before = [], 0
    for number, amount in enumerate(parts, 1):
        rows.append(
            {
                **call,
                "id": number,
                "kind": "charge" if amount >= 0 else "reversal",
                "amount": amount,
                "before": before,
                "currency": "PLN",
                "decimals": 2,
                "changed_at": NOON + number,
                "trace": trace,
            }
        )
        before += amount
    return rows


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.integers(-500, 90_000), min_size=1, max_size=5), share=st.integers(0, 100))
def test_every_booking_balances_and_the_parts_of_a_call_carry_all_of_its_tax(parts: list[int], share: int) -> None:
    whole = sum(parts)
    tax = whole * share // 123
    bookings = [of_charge(row, SAID, WARSAW) for row in charges_of(parts, [tax])]
    for lines in bookings:
        assert sum(one.minor for one in lines) == 0
        assert len({one.document for one in lines}) == 1
    every = [one for lines in bookings for one in lines]
    assert sum(one.minor for one in every if one.account == "1400") == whole
    assert sum(one.charges for one in every) == len(parts)
    if whole:
        assert -sum(one.minor for one in every if one.tax) == tax
    days = summed(every)
    assert sum(one.minor for one in days) == 0
    by_hand = {one.account: one.debit - one.credit for one in balances(every)}
    assert {one.account: one.debit - one.credit for one in balances(days)} == {
        account: minor for account, minor in by_hand.items() if minor or account in {one.account for one in days}
    }


def test_a_tax_has_the_account_of_its_name_and_a_call_of_the_house_that_of_its_department() -> None:
    head = ["x"] * 3
    row = charges_of([123], [23])[0] | {"trace": json.dumps([head])}
    assert [(one.account, one.minor) for one in of_charge(row, SAID, WARSAW)] == [
        ("1400", 123),
        ("4400", -100),
        ("3800", -23),
    ]
    other = charges_of([123], [23])[0] | {"price_currency": "EUR"}
    assert [one.account for one in of_charge(other, SAID, WARSAW)] == ["1400", "4400"], (
        "another currency tells no share"
    )
    call = {
        "id": 7,
        "department": "Kitchen",
        "amount": 50,
        "currency": "PLN",
        "decimals": 2,
        "number_class": "local",
        "received_at": NOON,
    }
    assert [(one.account, one.minor) for one in of_house_call(call, SAID, WARSAW)] == [("6920", 50), ("4990", -50)]
    lines = of_house_call(call | {"department": "Bar"}, SAID, WARSAW)
    assert lines[0].account == "6900"


@pytest.fixture
def book(store_url: str) -> Iterator[Book]:
    """A store filled by chance, in which the PMS took each charge an hour after its call."""
    database = Database(store_url, HOUSE)
    database.open()
    made = filled(database, 5)
    later = "(SELECT started_at FROM calls c WHERE c.property = postings.property AND c.id = postings.call_id)"
    sql = f"UPDATE postings SET created_at = {later}, changed_at = {later} + {3600 * SECOND}"
    database.transact(lambda c: c.execute(text(sql)))
    yield made
    database.close()


def asked_of(book: Book, **more: Any) -> Asked:
    """The three days, for the accounts."""
    return replace(book.asked(), accounting=AccountingSettings.model_validate({**ACCOUNTS, **more}))


def test_the_bookings_of_some_days_are_what_the_pms_took_in_them_and_the_calls_of_the_house(book: Book) -> None:
    span = Period(FIRST, LAST, WARSAW)
    calls = {one["id"]: one for one in book.calls}
    expected: dict[str, int] = defaultdict(int)
    for one in book.postings:
        at = calls[one["call_id"]]["started_at"] + 3600 * SECOND
        if one["state"] == "posted" and span.since <= at < span.until:
            expected[one["currency"]] += one["amount"]
    for lines_kind in ("charges", "totals"):
        asked = asked_of(book, lines=lines_kind)
        lines = book.database.read(lambda c: lines_of(asked, c))  # noqa: B023
        guests: dict[str, int] = defaultdict(int)
        for line in lines:
            if line.account == "1400":
                guests[line.currency] += line.minor
        assert guests == expected
        documents: dict[str, int] = defaultdict(int)
        for line in lines:
            documents[line.document] += line.minor
        assert set(documents.values()) == {0}
    asked = asked_of(book)
    made = book.database.read(lambda c: KINDS["accounting"].make(asked, c))
    totals = {row[1].currency: (row[1], row[2]) for row in made.tables[0].totals if isinstance(row[1], Money)}
    assert all(debit == credit for debit, credit in totals.values())
    assert len(totals) == 2
    assert "no export" in str(made.sections[0])


def test_the_file_is_written_as_the_program_wants_it(tmp_path: Path, book: Book) -> None:
    columns = [{"title": "Konto", "value": "account"}, {"title": "Betrag", "value": "absolute"}, {"title": "S/H", "value": "side"},
               {"title": "Datum", "value": "date"}, {"title": "Beleg", "value": "document"}, {"text": "001"}, {"value": "again"}]  # fmt: skip
    said = {"columns": columns, "separator": ";", "decimal_mark": ",", "date_format": "%d.%m.%Y", "encoding": "cp1252",
            "debit_word": "S", "credit_word": "H"}  # fmt: skip
    asked = replace(asked_of(book, **said), export=ExportStamp(7, again=True))
    line = Booking(LAST, "P3", "1400", -123_456, "PLN", 2, "x", "", "", "Küche", 1)
    write_accounts([line], asked, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().decode("cp1252") == (
        "Konto;Betrag;S/H;Datum;Beleg;;again\r\n1400;1234,56;H;26.10.2026;7-P3;001;A\r\n"
    )
    bare = replace(asked_of(book, columns=[{"value": "department"}], encoding="ascii", head=False))
    with pytest.raises(NotInEncoding, match="cannot be written in ascii"):
        write_accounts([line], bare, tmp_path / "b.csv")


# -- the sheet for the desk ---------------------------------------------------------------------------------------------


def sheet(book: Book, masked: bool = False) -> Report:
    """The contingency sheet of the filled house."""
    asked = replace(book.asked(masked), run_at=datetime(2026, 10, 29, 6, tzinfo=UTC))
    return book.database.read(lambda c: KINDS["contingency"].make(asked, c))


def test_the_sheet_has_every_guest_with_all_that_he_was_charged_by_state(book: Book) -> None:
    made = sheet(book)
    guests, charges, others = made.tables
    groups = {
        "posted": ("posted",),
        "waiting": ("due", "sent"),
        "held": ("held", "refused"),
        "in_doubt": ("in_doubt", "unconfirmable"),
    }
    for reservation in ("7", "8"):
        lines = [row for row in guests.rows if reservation in row or row[4] is None]
        own = [one for one in book.postings if one["reservation"] == reservation]
        for place, states in enumerate(groups.values(), 6):
            for currency in ("PLN", "EUR"):
                expected = sum(
                    one["amount"] or 0 for one in own if one["state"] in states and one["currency"] == currency
                )
                shown = _cell(list(guests.rows), reservation, place, currency)
                assert shown == expected, (reservation, states, currency, lines)
    lively = [one for one in book.postings if one["state"] not in ("posted", "written_off")]
    assert charges.count + others.count == len(lively)
    assert charges.count == len([one for one in lively if one["reservation"]])
    assert str(made.last) == "2026-10-29"
    assert any("Bill them by hand" in sentence for sentence in made.sections[0].sentences)  # type: ignore[union-attr]
    assert made.complete


def _cell(rows: list[Any], reservation: str, place: int, currency: str) -> int:
    """An amount of a guest, whose further currencies stand in lines of their own below the first."""
    for row in rows:
        if row[4] == reservation and isinstance(row[place], Money) and row[place].currency == currency:
            return int(row[place].minor)
    return 0


def test_numbers_are_masked_on_the_sheet_for_whoever_may_not_see_them(book: Book) -> None:
    numbers = {one["number"] for one in book.calls if one["number"]}
    told = str(list(sheet(book, masked=True).tables[1].rows)) + str(list(sheet(book, masked=True).tables[2].rows))
    assert not any(number in told for number in numbers)
    assert any(
        number in str(list(sheet(book).tables[2].rows)) + str(list(sheet(book).tables[1].rows)) for number in numbers
    )
