"""The clerk writes down before it speaks, sends one at a time, and leaves a doubt to the PMS's late word or a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway.instants import to_micros
from gateway.ledger import LONGEST_WAIT
from gateway.posting.deeds import ReadCommands
from gateway.store import commands, outbox
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged
from pms_adapters.posting import (
    InDoubt,
    LinkState,
    NotSent,
    PmsListener,
    Posted,
    Posting,
    PostingResult,
    Refused,
)
from pms_adapters.stand_ins import AlwaysPosts
from tests.gateway.rig import NOON, Rig, line


class ByHand:
    """A PMS whose every answer the test gives, and that looks into the store at the moment it is spoken to."""

    takes_reversals = False
    tells_rooms = True

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.state = LinkState(up=True, ready=True, why="", since=NOON)
        self.out: list[tuple[Posting, Deferred[PostingResult]]] = []
        self.states_when_sent: list[list[str]] = []

    def start(self, listener: PmsListener) -> None:
        """Nothing to connect."""

    def stop(self) -> Deferred[None]:
        """Nothing to close."""
        raise NotImplementedError

    def ask_resync(self) -> None:
        """No rooms to tell of."""

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Keep the posting until the test answers."""
        answer: Deferred[PostingResult] = Deferred()
        self.states_when_sent.append(self._rig.states())
        self.out.append((posting, answer))
        return answer

    def answer(self, result: PostingResult) -> None:
        """Answer the last posting."""
        self.out[-1][1].callback(result)
        self._rig.pump()

    def ready(self, ready: bool) -> None:
        """The link begins or ceases to take postings."""
        self.state = replace(self.state, ready=ready)


@pytest.fixture
def pms(rig: Rig) -> ByHand:
    """A house with a guest in room 201 and a PMS that answers by hand."""
    rig.check_in()
    made = ByHand(rig)
    rig.employ(made).pump()
    rig.pump()
    return made


def whole(rig: Rig) -> None:
    """Assert that the stored ledger keeps its rules."""
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []


def deed(rig: Rig, what: str, posting_id: int = 1) -> str:
    """A person decides something."""
    number = rig.database.transact(
        lambda c: commands.give(
            c, "SEASIDE", now=to_micros(rig.now), who="Ines", deed=what, posting_id=posting_id, why="seen"
        )
    )
    clerk = rig.clerk
    assert clerk is not None
    rig.writer.submit(
        ReadCommands(rig.memory, clerk._numbers, now=to_micros(rig.now), done=lambda due, _resync: clerk.take(due))
    )
    rig.pump()
    return rig.database.read(lambda c: commands.result(c, "SEASIDE", number)) or ""


def test_it_is_committed_as_sent_before_the_adapter_hears_of_it(rig: Rig, pms: ByHand) -> None:
    """Write it down before you say it; one at a time, in order."""
    rig.send(rig.connect(), line(1), line(2))
    assert pms.states_when_sent == [["sent", "due"]]
    assert len(pms.out) == 1
    pms.answer(Posted("900817"))
    assert pms.states_when_sent[1:] == [["posted", "sent"]]
    pms.answer(Posted("900818"))
    assert rig.states() == ["posted", "posted"]
    assert [posting.token for posting, _ in pms.out] == [1, 2]
    assert [row["reference"] for row in rig.postings()] == ["900817", "900818"]
    whole(rig)


def test_the_answer_and_the_next_sent_ride_in_one_commit(rig: Rig, pms: ByHand) -> None:
    """A link costs one commit a posting."""
    rig.send(rig.connect(), *[line(number) for number in range(1, 6)])
    before = rig.writer.commits
    for _ in range(5):
        pms.answer(Posted())
    assert rig.writer.commits - before == 5


def test_nothing_is_sent_while_the_link_is_not_ready(rig: Rig, pms: ByHand) -> None:
    """It waits as due, and goes out when the adapter says so."""
    pms.ready(False)
    rig.send(rig.connect(), line(1))
    assert (rig.states(), pms.out) == (["due"], [])
    pms.ready(True)
    assert rig.clerk is not None
    rig.clerk.pump()
    rig.pump()
    assert rig.states() == ["sent"]


def test_not_sent_is_offered_again_and_in_doubt_never(rig: Rig, pms: ByHand) -> None:
    """No byte left: again, with another number. Bytes left: a doubt that stays."""
    rig.send(rig.connect(), line(1))
    pms.answer(NotSent("the link went down"))
    assert rig.states() == ["due"]
    rig.advance(2)
    assert [posting.token for posting, _ in pms.out] == [1, 2]
    pms.answer(InDoubt("no answer within 30 s"))
    rig.advance(100_000)
    assert rig.states() == ["in_doubt"]
    assert len(pms.out) == 2
    whole(rig)


def test_a_pms_that_asks_to_retry_gets_it_again_in_time_and_others_go_ahead(rig: Rig, pms: ByHand) -> None:
    """RY waits its ten seconds; the next posting does not wait with it."""
    rig.send(rig.connect(), line(1), line(2))
    pms.answer(Refused("RY", "DATABASE BUSY", "later"))
    assert rig.states() == ["due", "sent"]
    pms.answer(Posted())
    rig.advance(5)
    assert len(pms.out) == 2
    rig.advance(6)
    assert rig.states() == ["sent", "posted"]
    pms.answer(Posted())
    assert [row["attempts"] for row in rig.postings()] == [2, 1]
    whole(rig)


def test_a_refusal_is_shown_with_the_pms_s_words_and_a_person_may_offer_it_again(rig: Rig, pms: ByHand) -> None:
    """NG is not repeated by itself."""
    rig.send(rig.connect(), line(1))
    pms.answer(Refused("NG", "INVALID ROOM"))
    rig.advance(10_000)
    assert rig.states() == ["refused"]
    assert "INVALID ROOM" in rig.postings()[0]["reason"]
    assert deed(rig, "retry") == "posting 1 is now due"
    pms.answer(Posted())
    assert rig.states() == ["posted"]


def test_a_late_answer_settles_the_doubt(rig: Rig, pms: ByHand) -> None:
    """The PMS has spoken; what it says of a number that nobody waits for is kept as an oddity."""
    rig.send(rig.connect(), line(1))
    pms.answer(InDoubt("no answer"))
    assert rig.clerk is not None
    rig.clerk.late_answer(1, Posted("900817"))
    rig.pump()
    assert rig.states() == ["posted"]
    rig.clerk.late_answer(77, Posted("x"))
    rig.pump()
    assert "number 77" in rig.odd[0]
    whole(rig)


def test_a_doubt_settled_by_a_person_and_contradicted_by_the_pms_is_told(rig: Rig, pms: ByHand) -> None:
    """Sent again because a person did not find it; then the PMS says yes to the first number: look for a double."""
    rig.send(rig.connect(), line(1))
    pms.answer(InDoubt("no answer"))
    assert deed(rig, "not-on-folio") == "posting 1 is now due"
    pms.answer(Posted())
    assert rig.clerk is not None
    rig.clerk.late_answer(1, Posted())
    rig.pump()
    assert "double" in rig.odd[0]
    assert rig.states() == ["posted"]


@pytest.mark.parametrize(
    ("what", "after"), [("on-folio", "posted"), ("not-on-folio", "sent"), ("write-off", "written_off")]
)
def test_a_person_settles_a_doubt(rig: Rig, pms: ByHand, what: str, after: str) -> None:
    """Each deed along its arrow, with who and why in the audit trail."""
    rig.send(rig.connect(), line(1))
    pms.answer(InDoubt("no answer"))
    deed(rig, what)
    assert rig.states() == [after]
    assert any("Ines" in str(row) for row in rig.rows("SELECT who, what FROM audit_trail"))


def test_a_person_s_word_goes_before_what_is_known_of_the_room(rig: Rig, pms: ByHand) -> None:
    """Held because the guest left; released by a person, it goes to the room all the same."""
    rig.news(CheckedOut(room="201", at=rig.now, reservation="77001"))
    rig.send(rig.connect(), line(1))
    assert [row["hold"] for row in rig.postings()] == ["guest_left"]
    assert deed(rig, "release") == "posting 1 is now due"
    assert pms.out[0][0].room == "201"
    assert rig.states() == ["sent"]


def test_a_deed_that_does_not_fit_the_state_is_refused_in_a_sentence(rig: Rig, pms: ByHand) -> None:
    """And changes nothing."""
    rig.send(rig.connect(), line(1))
    pms.answer(Posted())
    assert deed(rig, "retry") == "posting 1 is posted; 'retry' is not for that state"
    assert deed(rig, "retry", 99) == "there is no such posting"
    assert rig.states() == ["posted"]


def test_what_was_sent_when_the_house_went_down_is_in_doubt_at_the_next_start(rig: Rig, pms: ByHand) -> None:
    """The number is not used again while the doubt stands."""
    rig.send(rig.connect(), line(1), line(2))
    again = ByHand(rig)
    rig.clerk = None
    rig.employ(again, width=4).pump()
    rig.pump()
    assert rig.states() == ["in_doubt", "sent"]
    assert [posting.token for posting, _ in again.out] == [2]
    whole(rig)


def test_wire_numbers_wrap_behind_the_width_and_are_never_0_nor_one_in_doubt(rig: Rig, pms: ByHand) -> None:
    """9999 is followed by 1, unless 1 still waits for its answer."""
    rig.send(rig.connect(), line(1))
    pms.answer(InDoubt("no answer"))
    assert rig.clerk is not None
    numbers = rig.clerk._numbers
    numbers._highest, numbers._last = 9999, 9998
    assert [numbers.take() for _ in range(3)] == [9999, 2, 3]


def test_a_charge_follows_its_guest_and_is_held_when_he_has_left(rig: Rig, pms: ByHand) -> None:
    """The folio is where the payer is when the posting leaves, not where the call was made."""
    pms.ready(False)
    rig.send(rig.connect(), line(1), line(2))
    rig.news(GuestChanged(room="305", guest=Guest(reservation="77001"), at=rig.now, old_room="201"))
    pms.ready(True)
    assert rig.clerk is not None
    rig.clerk.pump()
    rig.pump()
    assert pms.out[0][0].room == "305"
    rig.news(CheckedOut(room="305", at=rig.now, reservation="77001"))
    pms.answer(Posted())
    assert [(row["state"], row["hold"]) for row in rig.postings()] == [("posted", ""), ("held", "guest_left")]
    rig.news(CheckedIn(room="201", guest=Guest(reservation="77001"), at=rig.now + timedelta(seconds=1)))
    assert rig.states() == ["posted", "sent"]


def test_a_posting_settled_by_a_person_meanwhile_is_not_sent(rig: Rig, pms: ByHand) -> None:
    """Compare-and-set: no byte leaves unless one row changed."""
    pms.ready(False)
    rig.send(rig.connect(), line(1))

    def meddle(connection: Connection) -> None:
        row = outbox.posting(connection, "SEASIDE", 1)
        assert row is not None
        outbox.step(connection, rig.memory.statements, row, "guest_gone", now=1, hold="guest_left", reason="x")

    rig.database.transact(meddle)
    pms.ready(True)
    assert rig.clerk is not None
    rig.clerk.pump()
    rig.pump()
    assert pms.out == []
    assert rig.states() == ["held"]


def test_more_than_the_queue_holds_waits_in_the_outbox_in_order(
    rig: Rig, pms: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded memory, nothing forgotten, nothing twice."""
    monkeypatch.setattr("gateway.posting.clerk.MOST_QUEUED", 3)
    pms.ready(False)
    rig.send(rig.connect(), *[line(number) for number in range(1, 11)])
    pms.ready(True)
    assert rig.clerk is not None
    rig.clerk.pump()
    rig.pump()
    for _ in range(10):
        pms.answer(Posted())
    assert rig.states() == ["posted"] * 10
    assert [posting.token for posting, _ in pms.out] == list(range(1, 11))


def test_a_stand_in_that_always_posts_empties_the_outbox(rig: Rig) -> None:
    """The real composition over the port, with an adapter of the shelf."""
    rig.check_in()
    adapter = AlwaysPosts(clock=rig.clock, wall_clock=lambda: rig.now)
    rig.send(rig.connect(), *[line(number) for number in range(1, 6)])
    clerk = rig.employ(adapter)

    class Quiet:
        def link_changed(self, state: LinkState) -> None:
            clerk.pump()

        def room_news(self, news: object) -> None: ...

        def late_answer(self, token: int, result: Posted | Refused) -> None: ...

        def oddity(self, sentence: str) -> None: ...

    adapter.start(Quiet())
    rig.pump()
    for _ in range(20):
        rig.advance(0.1)
    assert rig.states() == ["posted"] * 5
    whole(rig)


def test_a_clock_that_was_a_year_ahead_does_not_keep_a_posting_waiting_for_a_year(rig: Rig, pms: ByHand) -> None:
    """Ten seconds are ten seconds, whatever the wall clock says at their beginning and at their end."""
    rig.now += timedelta(days=400)
    rig.send(rig.connect(), line(1))
    pms.answer(Refused("RY", "DATABASE BUSY", "later"))
    rig.now -= timedelta(days=400)
    rig.advance(11)
    pms.answer(Posted())
    assert rig.states() == ["posted"]


def test_nor_does_a_restart_after_it_was_put_right(rig: Rig, pms: ByHand) -> None:
    """The store says "in a year"; a posting waits no longer than the longest pause there is."""
    rig.now += timedelta(days=400)
    rig.send(rig.connect(), line(1))
    pms.answer(Refused("RY", "DATABASE BUSY", "later"))
    rig.now -= timedelta(days=400)
    assert rig.clerk is not None
    rig.clerk.stop()
    fresh = ByHand(rig)
    rig.employ(fresh).pump()
    rig.pump()
    rig.advance(LONGEST_WAIT + 1)
    fresh.answer(Posted())
    assert rig.states() == ["posted"]
