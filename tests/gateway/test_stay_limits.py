"""Limits of a stay: told once when 80 % is passed and once beyond, never barring; set and lifted by a person; receipts of a till."""

from __future__ import annotations

from datetime import timedelta

from gateway.acts import Act
from gateway.alarms.kinds import KINDS
from gateway.store import rack, stay_limits
from gateway.store.limit_deeds import subject
from gateway.store.receipts import subject as receipt_of
from gateway.store.stay_limits import OWN
from gateway.web.deeds import NotDone
from gateway.web.stay_limits import LimitForm, judged, limit_view
from gateway.web.words import Clock
from tests.gateway.rig import NOON, WARSAW, Rig, line
from tests.gateway.test_acts import Desk
from tests.gateway.test_budgets import MOBILE, limited
from tests.gateway.test_remarks import ask

GUEST = "77001"


def dial(rig: Rig, number: int, minutes: int, dialled: str = MOBILE) -> list[str]:
    """A call of so many minutes, one zloty each; what of limits is told because of it."""
    start = NOON - timedelta(minutes=90)
    rig.send(rig.connect(), line(number, dialled=dialled, seconds=60 * minutes, start=start))
    return [one.sentence for one in rig.batches[-1].crossed]


def guest(rig: Rig, action: str = "warn") -> Rig:
    """A house with a limit of five zloty a stay, and a guest since long ago."""
    rig.use(limited("stay", action))
    rig.check_in()
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET since = 0"))
    rig.database.transact(rig.memory.reload)
    return rig


def sign(rig: Rig) -> str | None:
    """What the rack says of the guest's limit."""
    return rig.database.read(lambda c: rack.read(c, "SEASIDE", None, ())).limits.get(GUEST)


def test_a_guest_is_told_of_once_when_near_and_once_when_beyond(store_url: str) -> None:
    rig = guest(Rig(store_url), "hold")
    assert dial(rig, 1, 3) == []
    assert sign(rig) is None
    near = dial(rig, 2, 1)
    assert near == ["Room 201, reservation 77001 is near the limit phone: 4.00 of 5.00 PLN a stay, 80 %"]
    assert KINDS[rig.batches[-1].crossed[0].kind].by_person
    assert sign(rig) == "near"
    rig.database.transact(rig.memory.reload)  # as after a start: what was told is not told again
    assert dial(rig, 3, 1) == []
    assert dial(rig, 4, 1) == ["Room 201, reservation 77001 has passed the limit phone: 6.00 of 5.00 PLN a stay, 120 %"]
    assert sign(rig) == "over"
    assert rig.states() == ["due", "due", "due", "held"]
    assert dial(rig, 5, 1, dialled="9112") == []  # an emergency is nobody's charge, whatever the limit
    assert dial(rig, 6, 1) == []
    assert rig.states() == ["due", "due", "due", "held", "held"]
    rig.close()


def test_a_person_sets_and_lifts_the_limit_of_a_stay_and_says_why(rig: Rig) -> None:
    guest(rig)
    dial(rig, 1, 6)
    assert sign(rig) == "over"
    assert ask(rig, "limit", subject(GUEST, "own", 1000, "hold"), "regular guest").startswith(
        "the limit of reservation"
    )
    assert sign(rig) is None
    assert dial(rig, 2, 2) == [
        "Room 201, reservation 77001 is near the own limit of the stay: 8.00 of 10.00 PLN a stay, 80 %"
    ]
    assert ask(rig, "limit", subject(GUEST, "own", 700, "hold"))
    assert sign(rig) == "over"
    assert dial(rig, 3, 1) == []  # whoever set the limit saw that it was passed already
    assert rig.states() == ["due", "due", "held"]
    assert rig.rows("SELECT warnings FROM calls ORDER BY id DESC")[0] == (
        f"budget {OWN} passed: 9.00 of 7.00 PLN a stay",
    )
    assert ask(rig, "limit", subject(GUEST, "none", None, "warn"))
    rig.database.transact(rig.memory.reload)
    assert dial(rig, 4, 9) == []
    assert sign(rig) is None
    assert ask(rig, "limit", subject(GUEST, "tariff", None, "warn"))
    assert len(dial(rig, 5, 1)) == 1
    assert rig.rows("SELECT who, what FROM audit_trail WHERE what LIKE 'the limit%' ORDER BY id")[1] == (
        "Ines",
        "the limit of reservation 77001 is 700 minor units, hold, was 1000 minor units, hold: so",
    )
    assert (
        ask(rig, "limit", subject("nobody", "none", None, "warn"))
        == "not done: there is no guest with reservation nobody"
    )
    assert ask(rig, "limit", "[]") == "not done: the limit cannot be read"
    assert ask(rig, "limit", subject(GUEST, "own", -5, "warn")) == "not done: a limit is an amount"
    assert ask(rig, "limit", subject(GUEST, "none", None, "warn"), " ").startswith("not done: a limit needs a reason")


def test_the_form_and_the_words_of_a_limit(rig: Rig) -> None:
    guest(rig)
    dial(rig, 1, 6)
    clock = Clock(WARSAW, rig.now)

    def shown(kind: str, amount: int | None) -> str:
        ask(rig, "limit", subject(GUEST, kind, amount, "warn"))
        said = rig.database.read(lambda c: stay_limits.of_guests(c, "SEASIDE", [GUEST]))
        spent = rig.database.read(lambda c: stay_limits.spent(c, "SEASIDE", GUEST))
        view = limit_view(said[GUEST], {GUEST: spent}, "PLN", clock)
        return "" if view is None else f"{view.tone} {view.words}"

    assert shown("own", 2000) == "quiet Limit for calls: 6.00 PLN used of 20.00 PLN (30 %)."
    assert shown("own", 750) == "amber Limit for calls nearly reached: 6.00 PLN used of 7.50 PLN (80 %)."
    assert shown("own", 0) == "amber Limit for calls passed: 6.00 PLN used of 0.00 PLN (100 %)."
    assert shown("none", None) == "quiet No limit for this stay, whatever the tariff says."
    assert shown("tariff", None) == ""
    good = LimitForm(kind="own", amount="12.50", who="Anna", why="so")
    assert judged(good, "PLN") == 1250
    for wrong in ({"amount": "much"}, {"amount": "-1"}, {"kind": "x"}, {"who": ""}, {"why": ""}):
        assert isinstance(
            judged(LimitForm(**{"kind": "own", "amount": "1", "who": "A", "why": "b", **wrong}), "PLN"), NotDone
        )


def test_a_receipt_lets_a_withheld_charge_go_once_and_stands_beside_a_booths_call(store_url: str) -> None:
    rig = Rig(store_url)
    rig.check_in(no_post=True)
    feed = rig.connect()
    rig.send(feed, line(1, dialled=MOBILE), line(2, extension="600", dialled=MOBILE))
    assert [(row["state"], row["hold"]) for row in rig.postings()] == [("held", "no_post")]
    price = rig.postings()[0]["amount"]
    assert ask(rig, "receipt", receipt_of(1, "POS", " A-4711 ")).startswith(
        "paid at the till: receipt A-4711 of the POS"
    )
    assert rig.states() == ["written_off"]
    assert "A-4711" in rig.postings()[0]["reason"]
    assert ask(rig, "receipt", receipt_of(1, "PMS", "2")) == "not done: call 1 is paid already, receipt A-4711"
    assert ask(rig, "receipt", receipt_of(2, "PMS", "17")).startswith("paid at the till: receipt 17 of the PMS")
    assert rig.rows("SELECT call_id, till, receipt, amount, who FROM receipts ORDER BY id") == [
        (1, "POS", "A-4711", price, "Ines"),
        (2, "PMS", "17", price, "Ines"),
    ]
    for wrong in (receipt_of(1, "CASH", "1"), receipt_of(1, "POS", " "), receipt_of(9, "POS", "1"), "{", "[]"):
        assert ask(rig, "receipt", wrong).startswith("not done")
    rig.check_in("202", "77002")
    rig.send(feed, line(3, extension="202", dialled=MOBILE))
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE postings SET state = 'posted' WHERE id = 2"))
    assert "what is on the folio is paid with the bill" in ask(rig, "receipt", receipt_of(3, "POS", "1"))
    rig.close()


def test_what_was_made_void_changed_or_moved_counts_as_it_stands_and_a_mark_is_taken_back(store_url: str) -> None:
    """On the folio or never sent; a limit that is near or passed anew is told anew."""
    rig = Rig(store_url)
    desk = Desk(rig, takes_reversals=True)
    guest(rig)

    def spent() -> int:
        return rig.database.read(lambda c: stay_limits.spent(c, "SEASIDE", GUEST))

    def phone(number: int, minutes: int) -> list[str]:
        told = dial(rig, number, minutes)
        rig.advance(1)
        return told

    assert phone(1, 3) == []
    assert phone(2, 3) == ["Room 201, reservation 77001 has passed the limit phone: 6.00 of 5.00 PLN a stay, 120 %"]
    assert sign(rig) == "over"
    assert "done" in desk.ask(Act(kind="void", call_id=2))
    assert (spent(), sign(rig)) == (300, None)
    assert phone(3, 1) == ["Room 201, reservation 77001 is near the limit phone: 4.00 of 5.00 PLN a stay, 80 %"]
    assert "done" in desk.ask(Act(kind="adjust", call_id=1, amount=100))
    assert (spent(), sign(rig)) == (200, None)
    rig.database.transact(rig.memory.reload)  # as after a start
    assert phone(4, 2) == ["Room 201, reservation 77001 is near the limit phone: 4.00 of 5.00 PLN a stay, 80 %"]
    assert "done" in desk.ask(Act(kind="move", call_id=4, room="305"))
    assert (spent(), sign(rig)) == (200, None)
    desk.pms.away = True
    assert len(phone(5, 4)) == 1
    assert sign(rig) == "over"
    assert "1 never sent" in desk.ask(Act(kind="void", call_id=5))
    assert (spent(), sign(rig)) == (200, None)
    assert rig.rows("SELECT amount FROM calls ORDER BY id") == [(300,), (300,), (100,), (200,), (400,)], "prices stay"
    assert desk.sound()
    rig.close()
