"""What people do to charges: the money that is left on each folio is the money that was asked for, whatever stood before."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed

from gateway.acts import AGREE, ASK, DECLINE, Act, Part, Plan, Situation, needs_second, plan
from gateway.instants import to_micros
from gateway.intake.acts import ActRules, Acts
from gateway.posting.deeds import ReadCommands
from gateway.store import acts, commands, outbox
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedOut
from pms_adapters.posting import NotSent, Posting, PostingResult
from tests.gateway.desk import Desk as Typing
from tests.gateway.prices import flat, propose
from tests.gateway.rig import NOON, Rig, line
from tests.gateway.web.house import LaidOut

MOBILE = "9600123456"
WRONG = flat("1.50")

_states = st.sampled_from(["held", "due", "refused", "posted", "written_off"])


@st.composite
def parts_of_a_call(draw: st.DrawFn) -> list[Part]:
    """Postings as a call may have them: a charge, and differences by later legs."""
    states = draw(st.lists(_states, min_size=1, max_size=4))
    return [
        Part(
            id=number,
            state=state,
            hold="no_post" if state == "held" else "",
            kind="charge",
            amount=draw(st.integers(1, 900)),
            room="201",
            by_hand=False,
        )
        for number, state in enumerate(states, 1)
    ]


@given(
    parts=parts_of_a_call(),
    kind=st.sampled_from(["void", "adjust", "move"]),
    amount=st.integers(-5, 3_000),
    takes=st.booleans(),
    in_house=st.booleans(),
)
def test_what_is_left_is_what_was_asked_for(
    parts: list[Part], kind: Any, amount: int, takes: bool, in_house: bool
) -> None:
    """Once everything the plan makes is carried out, the guest pays what was asked, and what was on the folio is taken off."""
    act = Act(kind=kind, call_id=1, amount=amount, room="305")
    now = Situation(parts=parts, room="201", currency="PLN", decimals=2, in_house=in_house, takes_reversals=takes)
    what = plan(act, now)
    if isinstance(what, str):
        assert what
        return
    left = {part.id: part.amount or 0 for part in parts if part.state != "written_off" and part.id not in what.let_go}
    assert all(part.state != "posted" for part in parts if part.id in what.let_go), "what is on a folio is not let go"
    assert sum(left.values()) + sum(one.amount for one in what.made) == what.after
    assert what.after == {"void": 0, "adjust": amount, "move": what.before}[kind]
    moved = [one for one in what.made if one.room == "305"]
    assert bool(moved) == (kind == "move")
    if kind == "move":
        here = sum(left.values()) + sum(one.amount for one in what.made if one.room is None)
        assert here == 0, "nothing of it is left on the first folio"
    back = [one for one in what.made if one.kind == "reversal"]
    assert all(one.amount < 0 and (one.hold == "by_hand") == (not (takes and in_house)) for one in back)
    assert all(one.hold == "awaits_reversal" for one in what.made if back and one.kind == "correction")


def test_a_second_person_is_needed_beyond_either_limit() -> None:
    """What one may do alone, and what nobody may; a move counts with all that leaves the folio."""
    what = Plan(before=500, after=300)
    assert not needs_second(Act(kind="adjust"), what, None)
    assert needs_second(Act(kind="adjust", up_to=199), what, None)
    assert not needs_second(Act(kind="adjust", up_to=200), what, 1_000)
    assert needs_second(Act(kind="adjust"), what, 199)
    assert needs_second(Act(kind="move"), Plan(before=500, after=500), 499)


class Booking(LaidOut):
    """A PMS that keeps what it booked; while it is away nothing reaches it."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Posting] = []
        self.away = False

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Book it, or be away."""
        if self.away:
            return succeed(NotSent("nobody there"))
        self.posted.append(posting)
        return super().post(posting)


class Desk:
    """Somebody who asks for acts at a house with charges that are posted."""

    def __init__(self, rig: Rig, *, takes_reversals: bool = False, rules: ActRules | None = None) -> None:
        self.rig, self.pms = rig, Booking()
        rig.use(WRONG)
        rig.employ(self.pms)
        rig.check_in()
        rig.check_in("305", "77305")
        self.acts = Acts(rig.memory, rig.rules, rules or ActRules(), lambda: takes_reversals)
        rig.database.transact(self.acts._reload)

    def call(self, seconds: int = 61) -> None:
        """A call of 3.00 from room 201, charged and taken by the PMS."""
        self.rig.send(self.rig.connect(), line(1, dialled=MOBILE, seconds=seconds))
        self.rig.advance(1)

    def ask(self, act: Act, who: str = "Ines", why: str = "the guest showed the display") -> str:
        """Ask for an act; what came of it."""
        return self.give(ASK, act.subject(), who, why)

    def give(self, deed: str, subject: str, who: str, why: str = "", posting: int | None = None) -> str:
        """Write a command, have it carried out, and read what came of it."""
        rig, now = self.rig, to_micros(self.rig.now)
        said: dict[str, Any] = {"who": who, "deed": deed, "posting_id": posting, "why": why, "subject": subject}
        number = rig.database.transact(lambda c: commands.give(c, "SEASIDE", now=now, **said))
        self.look()
        return rig.database.read(lambda c: commands.result(c, "SEASIDE", number)) or ""

    def look(self) -> None:
        """What the gateway does each second."""
        rig, now = self.rig, to_micros(self.rig.now)
        assert rig.clerk is not None
        take = rig.clerk.take
        job = ReadCommands(
            rig.memory, None, now=now, done=lambda due, _: take(due), decide=self.acts, free=self.acts.free
        )
        rig.writer.submit(job)
        rig.pump()
        rig.advance(1)

    def parts(self) -> list[tuple[str, str, str, int, str]]:
        """Every posting: kind, state, hold, amount, room."""
        rows = self.rig.rows("SELECT kind, state, hold, amount, room FROM postings ORDER BY id")
        return [(kind, state, hold, int(amount), room) for kind, state, hold, amount, room in rows]

    def sound(self) -> bool:
        """No rule of the store is broken."""
        broken = self.rig.database.read(lambda c: broken_rules(c, "SEASIDE", self.rig.database.is_sqlite))
        assert broken == []
        return True


def test_a_void_takes_back_the_stored_amount_over_the_link(rig: Rig) -> None:
    """Where the PMS takes reversals; a second void finds nothing, and a correction of prices leaves the call alone."""
    desk = Desk(rig, takes_reversals=True)
    desk.call()
    said = desk.ask(Act(kind="void", call_id=1, reason="not-made"))
    assert said.startswith("act 1 done: 3.00 PLN of room 201 void (the guest did not make the call)")
    assert desk.parts() == [("charge", "posted", "", 300, "201"), ("reversal", "posted", "", -300, "201")]
    assert [one.amount for one in desk.pms.posted] == [300, -300]
    assert "nothing is charged" in desk.ask(Act(kind="void", call_id=1))
    [item] = propose(rig, flat("2.00")).items
    assert (item.deed, item.words) == ("nothing", "a person has voided, adjusted or moved its charge")
    assert desk.sound()


def test_a_void_is_booked_by_a_person_where_the_pms_takes_nothing_back(rig: Rig) -> None:
    """A held posting says what to take off which folio; when that is said to be done, the balance is nothing."""
    desk = Desk(rig)
    desk.call()
    assert "take 3.00 PLN off the folio of room 201 by hand" in desk.ask(Act(kind="void", call_id=1))
    assert desk.parts()[1] == ("reversal", "held", "by_hand", -300, "201")
    assert "waits for a person" in desk.ask(Act(kind="void", call_id=1))
    assert "now posted" in desk.give("on-folio", "", "Ines", "taken off, line 4", posting=2)
    assert desk.sound()


def test_what_was_never_sent_is_let_go_and_not_sent(rig: Rig) -> None:
    """A charge that is due while the PMS is away never leaves."""
    desk = Desk(rig)
    desk.pms.away = True
    desk.call()
    assert desk.parts() == [("charge", "due", "", 300, "201")]
    assert "1 never sent" in desk.ask(Act(kind="void", call_id=1))
    desk.pms.away = False
    desk.rig.advance(60)
    assert desk.parts() == [("charge", "written_off", "", 300, "201")]
    assert desk.pms.posted == []
    assert desk.sound()


def test_a_record_that_comes_after_an_act_is_held_for_a_person(rig: Rig) -> None:
    """The exchange tells of another leg of a call that was made void: it is not charged by itself."""
    desk = Desk(rig)
    feed = rig.connect()
    rig.send(feed, line(1, dialled=MOBILE, seconds=61))
    rig.advance(1)
    desk.ask(Act(kind="void", call_id=1))
    rig.send(feed, line(1, dialled=MOBILE, seconds=301, start=NOON - timedelta(minutes=3)))
    rig.advance(1)
    assert [one[:3] for one in desk.parts()][-1] == ("charge", "held", "acted_on")
    assert [one.amount for one in desk.pms.posted] == [300]
    assert desk.sound()


def test_a_move_reverses_first_and_charges_the_other_room_then(rig: Rig) -> None:
    """The new charge waits until the old one is off its folio, over the link or by a person's word."""
    desk = Desk(rig, takes_reversals=True)
    desk.call()
    assert "moved from room 201 to 305" in desk.ask(Act(kind="move", call_id=1, room="305", reason="wrong-room"))
    desk.look()
    assert [(one.room, one.amount) for one in desk.pms.posted] == [("201", 300), ("201", -300), ("305", 300)]
    assert {one[1] for one in desk.parts()} == {"posted"}
    assert desk.sound()


def test_a_move_by_hand_waits_for_the_person(rig: Rig) -> None:
    """Nothing reaches the second folio before somebody has taken the charge off the first."""
    desk = Desk(rig)
    desk.call()
    desk.ask(Act(kind="move", call_id=1, room="305", reason="wrong-room"))
    desk.look()
    assert [one[1:3] for one in desk.parts()] == [("posted", ""), ("held", "by_hand"), ("held", "awaits_reversal")]
    desk.give("on-folio", "", "Ines", "taken off", posting=2)
    desk.look()
    assert [(one.room, one.amount) for one in desk.pms.posted] == [("201", 300), ("305", 300)]
    assert desk.sound()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(kind="move", call_id=1, room="999"), "nobody is known to be in room 999"),
        (Act(kind="move", call_id=1, room="404"), "no-post"),
        (Act(kind="move", call_id=1), "name the room"),
        (Act(kind="move", call_id=1, room="201"), "charged already"),
        (Act(kind="adjust", call_id=1, amount=300), "makes it less"),
        (Act(kind="adjust", call_id=1, amount=0), "to charge nothing, void it"),
        (Act(kind="void", call_id=77), "no such call"),
        (Act(kind="charge", amount=500, room="404"), "no-post"),
        (Act(kind="charge", amount=0, room="201"), "name the amount"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(rig: Rig, act: Act, words: str) -> None:
    """And changes nothing."""
    desk = Desk(rig)
    rig.check_in("404", "77404", no_post=True)
    desk.call()
    before = desk.parts()
    assert words in desk.ask(act)
    assert desk.parts() == before
    assert rig.rows("SELECT COUNT(*) FROM acts") == [(0,)]


def test_an_adjustment_for_a_guest_who_has_left_is_paid_back_by_hand(rig: Rig) -> None:
    """The bill was final: what is too much is told to a person."""
    desk = Desk(rig, takes_reversals=True)
    desk.call()
    rig.news(CheckedOut(room="201", at=rig.now))
    assert "pay 1.00 PLN back by hand" in desk.ask(Act(kind="adjust", call_id=1, amount=200))
    assert desk.parts()[1] == ("reversal", "held", "by_hand", -100, "201")


def test_above_the_limit_another_person_must_agree(rig: Rig) -> None:
    """The same person under another spelling is no second person; a charge that changed meanwhile is left alone."""
    desk = Desk(rig, rules=ActRules(second_above=250))
    desk.call()
    assert "waits for a second person" in desk.ask(Act(kind="void", call_id=1))
    assert desk.parts() == [("charge", "posted", "", 300, "201")]
    assert "another person must agree" in desk.give(AGREE, "1", " INES ")
    assert "declined" in desk.give(DECLINE, "1", "Anna", "the guest did call")
    desk.ask(Act(kind="void", call_id=1))
    assert "act 2 done" in desk.give(AGREE, "2", "Anna", "heard the guest")
    assert desk.parts()[1][:4] == ("reversal", "held", "by_hand", -300)
    assert "done already" in desk.give(AGREE, "2", "Anna")
    [(asked, decided)] = rig.rows("SELECT asked_by, decided_by FROM acts WHERE id = 2")
    assert (asked, decided) == ("Ines", "Anna")


def test_a_waiting_act_is_stale_once_the_charge_has_changed(rig: Rig) -> None:
    """Two acts wait; the first that is agreed to leaves nothing for the other."""
    desk = Desk(rig, rules=ActRules(second_above=100), takes_reversals=True)
    desk.call()
    desk.ask(Act(kind="void", call_id=1))
    desk.ask(Act(kind="adjust", call_id=1, amount=100))
    assert "act 2 done" in desk.give(AGREE, "2", "Anna")
    desk.look()
    desk.look()
    assert "the charge has changed since" in desk.give(AGREE, "1", "Anna")
    assert sum(one[3] for one in desk.parts() if one[1] == "posted") == 100


def test_a_charge_by_hand_goes_the_way_of_every_charge(rig: Rig) -> None:
    """A record of the desk, a call, a posting with its tax; the house account needs no guest."""
    desk = Desk(rig, rules=ActRules(house_accounts=frozenset({"9001"}), tax=230_000))
    assert "12.30 PLN charged to 201 by hand" in desk.ask(
        Act(kind="charge", amount=1230, room="201"), why="fax, 3 pages"
    )
    assert "charged to 9001" in desk.ask(Act(kind="charge", amount=100, room="9001"), why="conference line")
    desk.look()
    assert [(one.room, one.amount, one.text) for one in desk.pms.posted] == [
        ("201", 1230, "fax, 3 pages"),
        ("9001", 100, "conference line"),
    ]
    assert rig.rows("SELECT net, tax, amount, source FROM calls ORDER BY id")[0] == (1000, 230, 1230, "desk")
    assert desk.sound()
    assert rig.database.read(lambda c: acts.of_calls(c, "SEASIDE", [1]))[0].why == "fax, 3 pages"
    assert rig.database.read(lambda c: outbox.of_call(c, "SEASIDE", 1))[0].state == "posted"


def test_the_command_line_asks_decides_and_lists(tmp_path: Path) -> None:
    """Where no gateway runs the command does it itself, by the same rules; what is refused ends with 1 and a sentence."""
    desk = Typing(tmp_path)
    desk.calls(61)
    said = desk.type("charges", "void", "1", "--reason", "bad-line", "--why", "crackled", "--by", "Ines")
    assert (said.exit_code, "act 1 done: 3.00 PLN of room 201 void" in said.output) == (0, True), said.output
    again = desk.type("charges", "void", "1", "--reason", "bad-line", "--why", "again", "--by", "Ines")
    assert (again.exit_code, "waits for a person" in again.output) == (1, True)
    assert desk.type("charges", "agree", "1", "--by", "Anna").exit_code == 1
    made = desk.type("charges", "make", "--room", "201", "--amount", "4,50", "--why", "fax")
    assert (made.exit_code, "4.50 PLN charged to 201" in made.output) == (0, True)
    assert desk.type("charges", "make", "--room", "201", "--amount", "4.505", "--why", "fax").exit_code == 2
    listed = desk.type("charges", "list", "--json")
    assert [json.loads(row)["kind"] for row in listed.stdout.splitlines()] == ["charge", "void"]
