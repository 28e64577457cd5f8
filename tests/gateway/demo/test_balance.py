"""Protects the demo's verdict: "0 lost, 0 doubled" is said only where three ledgers agree, and every difference has a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.balance import LastWords, balance
from tests.gateway.demo.ledgers import SEEN, books, folio_line, stored, told_line


def test_a_call_that_stands_once_in_each_ledger_is_neither_lost_nor_doubled() -> None:
    stands = balance(books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], [folio_line(7)]))
    assert stands.good
    assert stands.sentence == "1 record, 0 lost, 0 doubled"
    assert (stands.state("posted"), stands.posted_amount, stands.booked, stands.booked_amount) == (1, 120, 1, 120)
    assert not stands.doubts
    assert not stands.open


def test_a_call_that_the_store_never_got_is_lost_once_it_is_overdue() -> None:
    ledgers = books([told_line("1", extension="117")], [], [])
    assert balance(ledgers, SEEN - 1).good
    stands = balance(ledgers)
    assert stands.lost == ("call 1 from extension 117: told by the exchange, not in the store",)
    assert not stands.good


def test_a_posted_charge_that_the_pms_does_not_hold_is_lost() -> None:
    stands = balance(books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], []))
    assert stands.lost == ("call 1, room 201, 1.20 PLN: posted, but the PMS does not hold it",)


def test_a_line_that_the_pms_refused_is_no_charge() -> None:
    refused = folio_line(7, booked=False, answer="NG")
    assert balance(books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], [refused])).lost
    stands = balance(books([told_line("1")], [stored(1, "1", "refused", tokens=(7,))], [refused]))
    assert stands.good
    assert stands.open == ("call 1, room 201, 1.20 PLN: refused",)


@pytest.mark.parametrize("tokens", [(7,), (7, 9)])
def test_a_charge_that_the_pms_holds_twice_is_doubled_whether_by_one_number_or_by_two(tokens: tuple[int, ...]) -> None:
    twice = [folio_line(tokens[0]), folio_line(tokens[-1])]
    stands = balance(books([told_line("1")], [stored(1, "1", "posted", tokens=tokens)], twice))
    assert stands.doubled == ("call 1, room 201, 1.20 PLN: the PMS holds it 2 times",)
    assert not stands.good


def test_a_call_that_is_charged_as_two_calls_is_doubled() -> None:
    calls = [stored(1, "1", "posted", tokens=(7,)), stored(2, "1", "posted", tokens=(8,))]
    stands = balance(books([told_line("1")], calls, [folio_line(7), folio_line(8)]))
    assert stands.doubled == ("call 1: charged as 2 calls",)


def test_the_parts_of_one_call_are_one_charge_each() -> None:
    call = stored(1, "1", "posted", "due", tokens=(7,))
    stands = balance(books([told_line("1")], [call], [folio_line(7)]))
    assert stands.good
    assert stands.open == ("call 1, room 201, 1.20 PLN: waiting",)


def test_a_charge_at_the_pms_that_nobody_sent_is_doubled_once_it_is_overdue() -> None:
    ledgers = books([], [], [folio_line(99)])
    assert balance(ledgers, SEEN - 1).good
    assert balance(ledgers).doubled == ("room 201: the PMS holds a charge with number 99 that no attempt carried",)


def test_a_charge_with_another_amount_is_named_and_the_balance_does_not_hold() -> None:
    stands = balance(books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], [folio_line(7, 130)]))
    assert stands.wrong == ("call 1, room 201, 1.20 PLN: the PMS holds 1.30",)
    assert not stands.good
    assert stands.sentence.endswith("1 with another amount")


@pytest.mark.parametrize(("folio", "found"), [([folio_line(7)], "has it"), ([], "does not have it")])
def test_a_doubt_is_neither_lost_nor_doubled_and_the_referee_knows_the_truth(
    folio: list[dict[str, object]], found: str
) -> None:
    stands = balance(books([told_line("1")], [stored(1, "1", "in_doubt", tokens=(7,))], folio))
    assert stands.good
    assert stands.doubts == (f"call 1, room 201, 1.20 PLN: in doubt; the PMS's own list {found}",)


def test_a_charge_that_was_written_off_and_yet_stands_on_the_folio_is_named() -> None:
    stands = balance(books([told_line("1")], [stored(1, "1", "written_off", tokens=(7,))], [folio_line(7)]))
    assert stands.doubts == ("call 1, room 201, 1.20 PLN: written off, and yet the PMS's own list has it",)


def test_a_call_without_a_charge_is_counted_with_its_reason_and_not_missed() -> None:
    free = stored(1, "1", amount=None, status="not_chargeable", reason="the call was not answered")
    stands = balance(books([told_line("1", charged=False)], [free], []))
    assert stands.good
    assert stands.not_charged == 1


def test_what_the_exchange_forgot_is_lost_and_what_it_still_keeps_is_not() -> None:
    ledgers = books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], [folio_line(7)])
    assert len(balance(ledgers, said=LastWords(written=1, dropped=2)).lost) == 2
    kept = balance(ledgers, said=LastWords(written=1, waiting=3))
    assert kept.good
    assert kept.open == ("3 records: still in the exchange's own buffer, because nobody read them",)


def test_a_record_that_is_missing_from_a_call_of_two_is_lost_too() -> None:
    ledgers = books([told_line("1")], [stored(1, "1", "posted", tokens=(7,))], [folio_line(7)], records=1)
    assert balance(ledgers, said=LastWords(written=2)).lost == (
        "record 1 of 1 that the exchange wrote beyond those in the store",
    )


@given(st.lists(st.sampled_from(["once", "never stored", "not booked", "twice"]), max_size=20))
def test_each_accident_is_counted_exactly_once(fates: list[str]) -> None:
    """Whatever happens to each of many calls, lost and doubled are as many as there were accidents of that kind."""
    told, calls, folio = [], [], []
    for number, fate in enumerate(fates, 1):
        told.append(told_line(str(number)))
        calls += [stored(number, str(number), "posted", tokens=(number,))] if fate != "never stored" else []
        folio += [folio_line(number)] * {"once": 1, "twice": 2}.get(fate, 0)
    stands = balance(books(told, calls, folio), said=LastWords(written=len(fates)))
    assert len(stands.lost) == fates.count("never stored") + fates.count("not booked")
    assert len(stands.doubled) == fates.count("twice")
    assert stands.good == (set(fates) <= {"once"})
