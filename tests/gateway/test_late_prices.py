"""Calls that had no rate: they wait, come on one list when a tariff has a price for them, and go out when approved."""

from __future__ import annotations

from gateway.store import lists
from tests.gateway.prices import decide, flat, start_again
from tests.gateway.rig import Rig, line

MOBILE = "9600123456"


def unrated(rig: Rig, calls: int = 1) -> None:
    """Calls to mobiles, while the tariff knows none."""
    rig.use(flat("0.50", classes="local national"))
    rig.check_in()
    rig.send(rig.connect(), *(line(number, dialled=MOBILE, seconds=61) for number in range(1, calls + 1)))


def test_a_call_without_a_rate_is_held_and_a_start_without_one_leaves_it_so(rig: Rig) -> None:
    """Nothing is proposed where there is nothing to say."""
    unrated(rig)
    start_again(rig, flat("0.50", classes="local"))
    [row] = rig.postings()
    assert (row["state"], row["hold"], row["amount"]) == ("held", "unrated", None)
    assert rig.rows("SELECT count(*) FROM lists") == [(0,)]


def test_a_later_rate_is_proposed_and_posts_nothing_by_itself(rig: Rig) -> None:
    """The posting says which list it is on; the call has no price yet."""
    unrated(rig, 2)
    start_again(rig, flat("1.50"))
    assert [(row["state"], row["hold"], row["amount"]) for row in rig.postings()] == [
        ("held", "rate_proposed", None)
    ] * 2
    assert "3.00 PLN; approve list 1" in rig.postings()[0]["reason"]
    assert rig.rows("SELECT amount FROM calls ORDER BY id") == [(None,), (None,)]
    assert rig.database.read(lambda c: lists.totals(c, "SEASIDE", 1)) == [("charge", 2, 0, 600)]


def test_an_approved_list_prices_its_calls_and_lets_them_go(rig: Rig) -> None:
    """Amount, tariff and trace are those of the list; who approved it is in the audit trail."""
    unrated(rig)
    book = flat("1.50", code="LATE")
    start_again(rig, book)
    assert decide(rig, "approve", 1) == "list 1 is approved; 1 postings are due by it"
    [row] = rig.postings()
    assert (row["state"], row["amount"], row["hold"]) == ("due", 300, "")
    assert [one.amount for one in rig.due] == [300]
    [(amount, tariff, version, status)] = rig.rows("SELECT amount, tariff, tariff_version, status FROM calls")
    assert (amount, tariff, version, status) == (300, "LATE", book.version, "charge")
    assert any("Anna" in who for (who,) in rig.rows("SELECT who FROM audit_trail"))
    assert decide(rig, "approve", 1) == "list 1 is approved already"


def test_another_tariff_replaces_the_list_and_the_same_one_does_not(rig: Rig) -> None:
    """What is approved is what stands there."""
    unrated(rig)
    start_again(rig, flat("1.50"))
    start_again(rig, flat("1.50"))
    assert rig.rows("SELECT id, state FROM lists") == [(1, "open")]
    start_again(rig, flat("2.50"))
    assert rig.rows("SELECT id, state FROM lists ORDER BY id") == [(1, "replaced"), (2, "open")]
    assert "5.00 PLN; approve list 2" in rig.postings()[0]["reason"]
    assert decide(rig, "approve", 1) == "list 1 is replaced already"


def test_a_rate_that_goes_again_leaves_the_call_waiting(rig: Rig) -> None:
    """The list is gone with it."""
    unrated(rig)
    start_again(rig, flat("1.50"))
    start_again(rig, flat("0.50", classes="local"))
    [row] = rig.postings()
    assert (row["hold"], row["reason"]) == ("unrated", "the tariff has no rate for it any more")
    assert rig.rows("SELECT state FROM lists") == [("replaced",)]


def test_a_rejected_rate_is_not_proposed_again_but_another_one_is(rig: Rig) -> None:
    """A no is remembered for this very price."""
    unrated(rig)
    start_again(rig, flat("15.00"))
    assert "rejected" in decide(rig, "reject", 1)
    [row] = rig.postings()
    assert (row["state"], row["hold"]) == ("held", "unrated")
    start_again(rig, flat("15.00"))
    assert rig.rows("SELECT count(*) FROM lists") == [(1,)]
    start_again(rig, flat("1.50"))
    assert rig.rows("SELECT id, state FROM lists ORDER BY id") == [(1, "rejected"), (2, "open")]


def test_a_call_that_costs_nothing_by_the_later_rate_is_let_go_when_approved(rig: Rig) -> None:
    """The list says so before."""
    unrated(rig)
    start_again(rig, flat("0"))
    [total] = rig.database.read(lambda c: lists.totals(c, "SEASIDE", 1))
    assert total.deed == "nothing"
    decide(rig, "approve", 1)
    [row] = rig.postings()
    assert row["state"] == "written_off"
    assert rig.rows("SELECT amount FROM calls") == [(0,)]


def test_no_list_is_approved_with_prices_that_nobody_approved(rig: Rig) -> None:
    """Invented prices stay in the house."""
    unrated(rig)
    start_again(rig, flat("1.50"))
    rig.rules = rig.rules.__class__(
        **{name: getattr(rig.rules, name) for name in ("rooms", "transfer_payer", "currency", "decimals")},
        policy=rig.rules.policy.__class__(pms="opera", may_post=False),
    )
    assert "foliogate tariff approve" in decide(rig, "approve", 1)
    assert rig.rows("SELECT state FROM lists") == [("open",)]


def test_a_guest_who_went_no_post_meanwhile_is_priced_and_still_held(rig: Rig) -> None:
    """The rate answers one reason; another one stands."""
    unrated(rig)
    start_again(rig, flat("1.50"))
    rig.check_in(no_post=True)
    decide(rig, "approve", 1)
    [row] = rig.postings()
    assert (row["state"], row["hold"], row["amount"]) == ("held", "no_post", 300)
