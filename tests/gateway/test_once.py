"""What a program asks is carried out once, on both databases: postings handed over, room news kept, answers given again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.app.asked import Asking
from gateway.instants import to_micros
from gateway.posting.handing import Counter
from gateway.posting.steps import WireNumbers
from gateway.store import tokens
from gateway.store.once import Answered, NotDone, Outcome
from gateway.store.tokens import Token
from gateway.store.verify import broken_rules
from gateway.wishes import Acknowledge, AnyWish, CheckIn, Said, Take
from tests.gateway.rig import WARSAW, Rig, line


class Desk:
    """A house whose PMS is a program at the door, and that program."""

    def __init__(self, store_url: str) -> None:
        self.rig = rig = Rig(store_url)
        rig.rules = replace(rig.rules, policy=replace(rig.rules.policy, tells_rooms=False))
        rig.use(rig.book)
        numbers = WireNumbers(rig.memory, "opera", 8)
        self.counter = Counter(
            rig.memory, numbers, zone=lambda one: one.astimezone(WARSAW), patience=300, tells_rooms=False
        )
        rig.read_feed()
        self.token = self.a_token("crm")
        self.asking = Asking(
            memory=rig.memory,
            submit=rig.writer.submit,
            now=lambda: rig.now,
            policy=rig.rules.policy,
            pms_tells_rooms=False,
            counter=self.counter,
            take=rig.due.extend,
        )

    def a_token(self, name: str) -> Token:
        """A token that stands."""
        now = to_micros(self.rig.now)
        words = self.rig.database.transact(
            lambda c: tokens.add(c, "SEASIDE", name=name, rights=tokens.RIGHTS, who="Ines", now=now)
        )
        found = self.rig.database.read(lambda c: tokens.standing(c, "SEASIDE", words))
        assert found is not None
        return found

    def ask(self, wish: AnyWish, token: Token | None = None) -> Outcome:
        """Ask, and hear what came of it."""
        heard: list[Outcome] = []
        self.asking.ask(token or self.token, wish).addCallback(heard.append)
        self.rig.pump()
        (outcome,) = heard
        return outcome


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """A desk whose store is whole at the end."""
    made = Desk(store_url)
    yield made
    assert made.rig.database.read(lambda c: broken_rules(c, "SEASIDE", made.rig.database.is_sqlite)) == []
    made.rig.close()


def test_a_charge_is_taken_and_booked_once(desk: Desk) -> None:
    """And told so in the feed, with the guest whom the program itself had told of."""
    arrived = CheckIn(client_id="c", room="201", reservation="R-1", at=desk.rig.now.replace(hour=1))
    assert isinstance(desk.ask(arrived), Answered)
    desk.rig.send(desk.rig.connect(), line(1), line(2))
    taken, again = desk.ask(Take(client_id="t")), desk.ask(Take(client_id="t"))
    assert taken == Answered({"ids": [1, 2]}, to_micros(desk.rig.now), duplicate=False)
    assert again == Answered({"ids": [1, 2]}, to_micros(desk.rig.now), duplicate=True)
    said = (Said(id=1, reference="F-1"), Said(id=2, outcome="refused", reason="no such guest"))
    booked = Acknowledge(client_id="k", postings=said)
    assert isinstance(desk.ask(booked), Answered)
    once_more = desk.ask(booked)
    assert isinstance(once_more, Answered)
    assert once_more.duplicate
    assert [(row["state"], row["reservation"]) for row in desk.rig.postings()] == [
        ("posted", "R-1"),
        ("refused", "R-1"),
    ]
    kinds = [row[0] for row in desk.rig.rows("SELECT kind FROM events WHERE posting_id = 1 ORDER BY id")]
    assert kinds == ["posting.due", "posting.sent", "posting.posted"]


def test_a_name_is_its_tokens_and_for_one_wish(desk: Desk) -> None:
    desk.rig.send(desk.rig.connect(), line(1), line(2))
    assert isinstance(desk.ask(Take(client_id="t", most=1)), Answered)
    assert desk.ask(Take(client_id="t", most=2)) == NotDone(
        "this client_id was used for another request before; give each request a client_id of its own. Nothing was done",
        conflict=True,
    )
    assert desk.ask(Take(client_id="t", most=1), desk.a_token("other")) == Answered(
        {"ids": [2]}, to_micros(desk.rig.now), duplicate=False
    )


def test_what_was_done_is_known_after_a_start(desk: Desk) -> None:
    """The name, the answer and the posting are one commit."""
    desk.rig.send(desk.rig.connect(), line(1))
    desk.ask(Take(client_id="t"))
    desk.rig.database.transact(desk.rig.memory.reload)
    again = desk.ask(Take(client_id="t"))
    assert isinstance(again, Answered)
    assert (again.duplicate, again.answer) == (True, {"ids": [1]})
