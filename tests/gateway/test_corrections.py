"""A wrong tariff put right: what would change is listed, a person approves it, and only then is anything posted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.instants import to_micros
from gateway.ledger import DEEDS
from gateway.posting.deeds import ReadCommands, refuse
from gateway.store import commands, lists, outbox
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedOut
from rating.book import TariffBook
from tests.gateway.prices import decide, flat, make_list, propose
from tests.gateway.rig import Rig, line
from tests.gateway.web.house import LaidOut

MOBILE = "9600123456"
WRONG, DEARER, CHEAPER, FREE = flat("1.50"), flat("2.00"), flat("0.50"), flat("0")


def posted(rig: Rig, calls: int = 1) -> LaidOut:
    """Calls of two minutes, charged 3.00 each by the wrong tariff and taken by the PMS."""
    pms = LaidOut()
    rig.use(WRONG)
    rig.employ(pms)
    rig.check_in()
    rig.send(rig.connect(), *(line(number, dialled=MOBILE, seconds=61) for number in range(1, calls + 1)))
    rig.advance(1)
    assert rig.states() == ["posted"] * calls
    return pms


def parts(rig: Rig) -> list[tuple[int, str, str, str, int]]:
    """Every posting: part, kind, state, hold, amount."""
    rows = rig.rows("SELECT part, kind, state, hold, amount FROM postings ORDER BY id")
    return [(int(part), kind, state, hold, int(amount)) for part, kind, state, hold, amount in rows]


def deeds(rig: Rig, book: TariffBook, *, takes_reversals: bool = False) -> list[tuple[str, int, int]]:
    """What a list would say: deed, before, after."""
    return [(one.deed, one.before, one.amount) for one in propose(rig, book, takes_reversals=takes_reversals).items]


def test_the_same_tariff_changes_nothing(rig: Rig) -> None:
    """A period that is right makes no list."""
    posted(rig, 2)
    found = propose(rig, WRONG)
    assert (found.items, found.looked_at) == ([], 2)


def test_a_raise_is_posted_as_the_difference_once_approved(rig: Rig) -> None:
    """The call keeps its own price; what is added has its own number, kind and trail."""
    posted(rig)
    make_list(rig, DEARER)
    assert parts(rig) == [(0, "charge", "posted", "", 300)]
    assert "1 postings are due" in decide(rig, "approve", 1)
    rig.advance(1)
    assert parts(rig) == [(0, "charge", "posted", "", 300), (1, "correction", "posted", "", 100)]
    assert rig.rows("SELECT amount, tariff_version FROM calls") == [(300, WRONG.version)]
    [(before, amount, version, outcome)] = rig.rows("SELECT before, amount, tariff_version, outcome FROM list_items")
    assert (before, amount, version) == (300, 400, DEARER.version)
    assert "goes to the PMS" in outcome
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []
    assert deeds(rig, DEARER) == []


def test_nothing_is_raised_after_the_guest_has_left(rig: Rig) -> None:
    """The bill was final; the list says so instead of asking."""
    posted(rig)
    rig.news(CheckedOut(room="201", at=rig.now))
    [item] = propose(rig, DEARER).items
    assert (item.deed, "checked out" in item.words) == ("nothing", True)
    make_list(rig, DEARER)
    decide(rig, "approve", 1)
    assert [one[4] for one in parts(rig)] == [300]


def test_a_guest_who_leaves_between_list_and_approval_is_not_charged_either(rig: Rig) -> None:
    """The list is looked at again at the moment it is approved."""
    posted(rig)
    make_list(rig, DEARER)
    rig.news(CheckedOut(room="201", at=rig.now))
    decide(rig, "approve", 1)
    assert [one[4] for one in parts(rig)] == [300]
    assert rig.rows("SELECT outcome FROM list_items") == [("not raised: the guest has checked out since",)]


def test_a_fall_is_booked_by_hand_where_the_pms_takes_no_reversal(rig: Rig) -> None:
    """The item says what to do; it stays in sight until a person says that it is done."""
    posted(rig)
    make_list(rig, CHEAPER)
    decide(rig, "approve", 1)
    rig.advance(1)
    assert parts(rig)[1] == (1, "reversal", "held", "by_hand", -200)
    [_, row] = rig.postings()
    assert row["reason"] == "take 2.00 PLN off the folio of room 201 by hand"
    stored = rig.database.read(lambda c: outbox.posting(c, "SEASIDE", 2))
    assert "book it by hand" in (refuse(stored, "release") or "")
    assert refuse(stored, "on-folio", why="booked in the PMS") is None
    assert set(DEEDS) >= {"release", "on-folio"}


def test_a_booked_correction_is_on_the_folio_once_a_person_says_so(rig: Rig) -> None:
    """Then the call is charged what is right, and no further list finds anything."""
    posted(rig)
    make_list(rig, CHEAPER)
    decide(rig, "approve", 1)
    assert [item.words for item in propose(rig, CHEAPER).items] == []
    give_deed(rig, "on-folio", 2)
    assert parts(rig)[1] == (1, "reversal", "posted", "", -200)
    assert deeds(rig, CHEAPER) == []


def give_deed(rig: Rig, deed: str, number: int) -> None:
    """A person decides about a posting."""
    now = to_micros(rig.now)
    said = {"who": "Ines", "deed": deed, "posting_id": number, "why": "booked in the PMS"}
    rig.database.transact(lambda c: commands.give(c, "SEASIDE", now=now, **said))  # type: ignore[arg-type]
    rig.writer.submit(ReadCommands(rig.memory, None, now=now, done=lambda *_: None))
    rig.pump()


def test_where_the_pms_takes_reversals_the_stored_amount_goes_back_and_the_right_one_out(rig: Rig) -> None:
    """A reversal repeats what was charged with the opposite sign; it is not computed anew."""
    posted(rig)
    make_list(rig, CHEAPER, takes_reversals=True)
    decide(rig, "approve", 1, takes_reversals=True)
    rig.advance(1)
    rig.advance(1)
    assert [one[1:] for one in parts(rig)] == [
        ("charge", "posted", "", 300),
        ("reversal", "posted", "", -300),
        ("correction", "posted", "", 100),
    ]
    assert deeds(rig, CHEAPER, takes_reversals=True) == []


def test_each_part_that_was_posted_is_taken_back_by_itself(rig: Rig) -> None:
    """A call charged in two parts has two amounts on the folio."""
    posted(rig)
    make_list(rig, DEARER)
    decide(rig, "approve", 1)
    rig.advance(1)
    make_list(rig, FREE, takes_reversals=True)
    decide(rig, "approve", 2, takes_reversals=True)
    for _ in range(3):
        rig.advance(1)
    assert [one[4] for one in parts(rig)] == [300, 100, -300, -100]
    assert set(rig.states()) == {"posted"}


def test_after_one_reversal_the_next_is_for_a_person(rig: Rig) -> None:
    """Which amount a second one would repeat is no longer plain."""
    posted(rig)
    make_list(rig, CHEAPER, takes_reversals=True)
    decide(rig, "approve", 1, takes_reversals=True)
    rig.advance(1)
    rig.advance(1)
    assert deeds(rig, FREE, takes_reversals=True) == [("by_hand", 100, 0)]


def test_a_guest_who_has_left_is_paid_back_by_hand_whatever_the_pms_takes(rig: Rig) -> None:
    """His folio is closed."""
    posted(rig)
    rig.news(CheckedOut(room="201", at=rig.now))
    [item] = propose(rig, CHEAPER, takes_reversals=True).items
    assert (item.deed, item.words) == ("by_hand", "the guest has left: pay 2.00 PLN back by hand")


def test_a_call_whose_posting_is_not_at_its_end_is_left_alone(rig: Rig) -> None:
    """It may be on the folio or not: that is settled first."""
    rig.use(WRONG)
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=61))
    [item] = propose(rig, DEARER).items
    assert (item.deed, item.words) == ("nothing", "posting 1 is due: settle it first, then make the list anew")


def test_what_has_changed_since_the_list_was_made_is_left_alone(rig: Rig) -> None:
    """Two lists for one call do not charge it twice."""
    posted(rig)
    make_list(rig, DEARER)
    make_list(rig, DEARER)
    decide(rig, "approve", 1)
    rig.advance(1)
    decide(rig, "approve", 2)
    rig.advance(1)
    assert [one[4] for one in parts(rig)] == [300, 100]
    [(outcome,)] = rig.rows("SELECT outcome FROM list_items WHERE list_id = 2")
    assert outcome == "left alone: its postings have changed since the list was made"


def test_a_rejected_list_posts_nothing(rig: Rig) -> None:
    """And cannot be approved afterwards."""
    posted(rig)
    make_list(rig, DEARER)
    assert "nothing was posted" in decide(rig, "reject", 1)
    assert decide(rig, "approve", 1) == "list 1 is rejected already"
    assert len(parts(rig)) == 1


def test_a_charge_that_a_person_let_go_is_not_charged_again(rig: Rig) -> None:
    """A write-off is a decision; a list does not undo it."""
    rig.use(WRONG)
    rig.check_in(no_post=True)
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=61))
    give_deed(rig, "write-off", 1)
    assert deeds(rig, DEARER) == [("nothing", 0, 400)]


def test_a_call_that_was_free_by_mistake_is_charged_while_the_guest_is_here(rig: Rig) -> None:
    """It has no posting yet; its first is the correction."""
    rig.use(FREE)
    rig.employ(LaidOut())
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=61))
    assert rig.postings() == []
    make_list(rig, WRONG)
    decide(rig, "approve", 1)
    rig.advance(1)
    assert parts(rig) == [(0, "correction", "posted", "", 300)]
    assert rig.postings()[0]["pms"] == "opera"


def test_a_guest_who_became_no_post_is_not_raised_by_wire(rig: Rig) -> None:
    """The difference is held as any charge of his would be."""
    posted(rig)
    make_list(rig, DEARER)
    rig.check_in(no_post=True)
    decide(rig, "approve", 1)
    assert parts(rig)[1] == (1, "correction", "held", "no_post", 100)


def test_a_list_has_totals(rig: Rig) -> None:
    """By what approving does."""
    posted(rig, 3)
    number = make_list(rig, DEARER)
    assert rig.database.read(lambda c: lists.totals(c, "SEASIDE", number)) == [("raise", 3, 900, 1200)]


def test_calls_outside_the_period_are_not_touched(rig: Rig) -> None:
    """Neither before nor after."""
    posted(rig)
    rig.use(WRONG)
    rig.send(rig.connect(), line(9, dialled=MOBILE, seconds=61, start=rig.now - timedelta(days=3)))
    assert propose(rig, DEARER).looked_at == 1


@pytest.mark.parametrize("subject", ["7", "", "x", "9" * 40])
def test_a_list_that_is_not_there_is_said_to_be_so(rig: Rig, subject: str) -> None:
    """In a sentence."""
    assert "there is no list" in decide(rig, "approve", subject)
