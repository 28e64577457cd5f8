"""Protects the sums of a bill: whatever states charges are in, every total is the sum of the stored postings, to the minor unit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.bills.bill import Rate, by_class, by_rates, by_standing, standing_of, total
from gateway.bills.making import Charges, bill_of, stay_of, taxes_of
from gateway.ledger import STATES
from tests.gateway.bills.samples import DAY, NOON, call, posting, priced, stay

VAT = Rate("VAT", 230_000)
HOLDS = ("no_post", "unrated", "no_room_news", "possible_repeat", "amount_fell", "guest_left")


def of_stay(calls: list[dict[str, Any]], parts: dict[int, list[dict[str, Any]]], corrected: Any = None) -> Any:
    """The bill of reservation 77001."""
    own = [one for rows in parts.values() for one in rows if one["reservation"] == "77001"]
    charges = Charges(own, {one["id"]: one for one in calls}, parts, corrected or {}, [])
    found, _, _ = stay_of([stay(1, "201", NOON - DAY)], 1)
    return bill_of(found, charges, NOON)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[int, list[dict[str, Any]]], dict[int, dict[str, Any]]]:
    """Calls with prices of several taxes, and postings of any states, kinds and amounts, some of them another guest's."""
    calls, parts, corrected, next_id = [], {}, {}, 1
    for number in range(1, draw(st.integers(1, 6)) + 1):
        price = draw(prices())
        number_class = draw(st.sampled_from(("local", "mobile", "international")))
        calls.append(call(number, price, number_class=number_class))
        rows = []
        for part in range(draw(st.integers(1, 4))):
            amounts = [price["amount"], -price["amount"], draw(st.integers(-5_000, 5_000)), None]
            state = draw(st.sampled_from(STATES))
            amount = draw(st.sampled_from(amounts if state in ("held", "written_off") else amounts[:3]))
            hold = draw(st.sampled_from(HOLDS)) if state == "held" else ""
            whose = draw(st.sampled_from(("77001", "77001", "88002")))
            rows.append(posting(next_id, number, part, amount, state, hold=hold, reservation=whose))
            if part and draw(st.booleans()):
                corrected[next_id] = draw(prices())
            next_id += 1
        parts[number] = rows
    return calls, parts, corrected


@st.composite
def prices(draw: st.DrawFn) -> dict[str, Any]:
    """A stored price with no, one or two taxes."""
    net = draw(st.integers(0, 100_000))
    taxes = [
        ("on net", "VAT", 230_000, draw(st.integers(0, net))),
        ("fixed on net", "levy", 500_000, draw(st.integers(0, 500))),
    ]
    return priced(net, *taxes[: draw(st.integers(0, 2))])


@settings(max_examples=150, deadline=None)
@given(ledgers())
def test_every_total_is_the_sum_of_the_stored_postings(made: Any) -> None:
    """By class, by tax and by where the charges stand: the same sum, that of the guest's postings that were not let go."""
    calls, parts, corrected = made
    bill = of_stay(calls, parts, corrected)
    own = [one for rows in parts.values() for one in rows if one["reservation"] == "77001"]
    owed = [one["amount"] for one in own if one["amount"] is not None and one["state"] != "written_off"]
    whole = total(bill.lines)
    assert len(bill.lines) == len(own)
    assert (whole.lines, whole.gross) == (len(owed), sum(owed))
    assert whole.net + whole.tax == whole.gross
    assert sum(one.gross for one in by_class(bill.lines).values()) == whole.gross
    assert sum(one.gross for one in by_standing(bill.lines).values()) == whole.gross
    taxed = by_rates(bill.lines).values()
    assert sum(net for net, _ in taxed) == whole.net
    assert sum(sum(taxes.values()) for _, taxes in taxed) == whole.tax
    folio = by_standing(bill.lines).get("folio")
    assert (folio.gross if folio else 0) == sum(one["amount"] for one in own if one["state"] == "posted")


def test_a_posting_bears_the_stored_taxes_and_its_reversal_takes_them_back() -> None:
    """100 with 23 tax, taken back, charged anew by an approved list at 80 with 18.40: each line and the sum are as stored."""
    price, new = priced(10_000, ("on net", "VAT", 230_000, 2_300)), priced(8_000, ("on net", "VAT", 230_000, 1_840))
    rows = [posting(1, 1, 0, 12_300), posting(2, 1, 1, -12_300), posting(3, 1, 2, 9_840, kind="correction")]
    found = taxes_of(call(1, price), rows, {2: new})
    assert [[(one.rate, one.amount) for one in found[number]] for number in (1, 2, 3)] == [
        [(VAT, 2_300)],
        [(VAT, -2_300)],
        [(VAT, 1_840)],
    ]


def test_parts_of_a_call_bear_shares_that_add_up_to_its_taxes() -> None:
    """A later leg posted the difference: the taxes of both parts are the stored ones, to the last minor unit."""
    price = priced(1_001, ("in net", "VAT", 230_000, 230))
    found = taxes_of(call(1, price), [posting(1, 1, 0, 333), posting(2, 1, 1, 898)], {})
    assert [one.amount for rows in found.values() for one in rows] == [62, 168]


def test_a_raised_price_adds_what_the_list_says() -> None:
    """The difference was charged: its tax is the new tax less the old, not a share of either."""
    old, new = priced(1_000, ("on net", "VAT", 230_000, 230)), priced(1_500, ("on net", "VAT", 80_000, 120))
    found = taxes_of(call(1, old), [posting(1, 1, 0, 1_230), posting(2, 1, 1, 390, kind="correction")], {2: new})
    assert [(one.rate.share, one.amount) for one in found[2]] == [(230_000, -230), (80_000, 120)]


def test_a_price_stored_without_layers_keeps_its_sum_of_taxes() -> None:
    found = taxes_of(call(1, {**priced(100), "tax": 23, "amount": 123}), [posting(1, 1, 0, 123)], {})
    assert [(one.rate.name, one.amount) for one in found[1]] == [("", 23)]


def test_every_state_of_the_ledger_stands_somewhere() -> None:
    assert {standing_of(state, "no_post") for state in STATES} == {
        "folio", "waiting", "doubt", "handed", "withheld", "released"
    }  # fmt: skip


def test_a_stay_is_all_the_rooms_of_one_visit_and_nothing_of_the_next() -> None:
    """A move and a check-out taken back go on with the stay; next month's visit under the same number is another one."""
    rows = [
        stay(1, "201", 0, DAY),
        stay(2, "305", DAY, 2 * DAY),
        stay(3, "305", 2 * DAY + DAY // 2, 3 * DAY),
        stay(7, "110", 30 * DAY, None),
    ]
    first, after, before = stay_of(rows, 2)
    assert (first.rooms, first.since, first.until, after, before) == (("201", "305"), 0, 3 * DAY, None, 30 * DAY)
    second, after, before = stay_of(rows, 7)
    assert (second.rooms, second.until, after, before) == (("110",), None, 30 * DAY, None)


def test_where_the_pms_knows_rooms_alone_each_guest_has_a_bill_of_his_own() -> None:
    rows = [stay(1, "201", 0, DAY, "@201"), stay(2, "201", DAY, None, "@201")]
    assert stay_of(rows, 1)[1:] == (None, DAY)
    assert stay_of(rows, 2)[1:] == (DAY, None)


@pytest.mark.parametrize(("said", "moved"), [({}, False), ({"reservation": "88002"}, True), ({"room": "110"}, True)])
def test_a_charge_moved_here_says_so(said: dict[str, str], moved: bool) -> None:
    bill = of_stay([call(1, priced(100), **said)], {1: [posting(1, 1, 0, 100)]})
    assert [one.moved for one in bill.lines] == [moved]
