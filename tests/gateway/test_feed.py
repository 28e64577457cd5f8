"""The feed tells each settled call and each change of a posting, in the commit of the change, under a number for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.instants import to_micros
from gateway.posting.deeds import ReadCommands
from gateway.store import commands, feed, schema
from gateway.store.rows import PostingRow
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedIn, Guest
from pms_adapters.posting import InDoubt, Refused
from tests.gateway.rig import NOON, Rig, line
from tests.gateway.web.house import LaidOut, StandingHouse


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    """A house whose feed is read."""
    made = Rig(store_url)
    made.read_feed()
    yield made
    assert made.database.read(lambda c: broken_rules(c, "SEASIDE", made.database.is_sqlite)) == []
    made.close()


def told(rig: Rig, after: int = 0) -> list[tuple[int, str, int | None]]:
    """Number, kind and posting of the events behind one."""
    rows = rig.rows(f"SELECT id, kind, posting_id FROM events WHERE id > {after} ORDER BY id")
    return [(int(row[0]), str(row[1]), row[2]) for row in rows]


def kinds(rig: Rig) -> list[str]:
    """The kinds of all events, in order."""
    return [kind for _, kind, _ in told(rig)]


def command(rig: Rig, deed: str, posting: int, why: str = "") -> None:
    """A person decides."""
    rig.database.transact(
        lambda c: commands.give(c, "SEASIDE", now=1, who="Ines", deed=deed, posting_id=posting, why=why)
    )
    take = rig.clerk.take if rig.clerk is not None else rig.due.extend
    rig.writer.submit(ReadCommands(rig.memory, None, now=to_micros(rig.now), done=lambda due, _resync: take(due)))
    rig.pump()


def test_nothing_is_written_while_nobody_reads(store_url: str) -> None:
    rig = Rig(store_url)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    assert rig.rows("SELECT count(*) FROM events")[0][0] == 0
    rig.close()


def test_a_call_and_its_charge_are_told_step_by_step(rig: Rig) -> None:
    rig.check_in()
    rig.employ(LaidOut())
    rig.send(rig.connect(), line(1))
    assert told(rig) == [
        (1, "call.settled", None),
        (2, "posting.due", 1),
        (3, "posting.sent", 1),
        (4, "posting.posted", 1),
    ]
    (settled,) = rig.rows("SELECT call_id, at FROM events WHERE id = 1")
    assert settled[0] == 1
    assert rig.rows("SELECT DISTINCT call_id FROM events") == [(1,)]


def test_each_event_keeps_the_posting_as_it_stood(rig: Rig) -> None:
    """Also after it went on: what the PMS refused is told as refused for ever, with its words."""
    rig.check_in()
    pms = LaidOut()
    pms.answers.append(Refused("NG", "no such guest"))
    rig.employ(pms)
    rig.send(rig.connect(), line(1))
    command(rig, "retry", 1)
    states = rig.rows(
        "SELECT kind, state, attempts, code, reason, reference FROM events WHERE posting_id = 1 ORDER BY id"
    )
    assert [row[0] for row in states] == [
        *("posting.due", "posting.sent", "posting.refused", "posting.due", "posting.changed", "posting.sent"),
        "posting.posted",
    ]
    assert all(row[0] in (f"posting.{row[1]}", "posting.changed") for row in states)
    assert tuple(states[2][2:5]) == (1, "NG", "refused: NG no such guest")
    assert states[-1][5] == "T2"


def test_a_call_of_many_legs_is_settled_once_and_changed_after(rig: Rig) -> None:
    rig.check_in()
    feed_of = rig.connect()
    rig.send(feed_of, line(1, more=1))
    assert kinds(rig) == []
    rig.send(feed_of, line(1, seconds=10))
    assert kinds(rig) == ["call.settled", "posting.due"]
    rig.send(feed_of, line(1, seconds=600))
    assert kinds(rig)[2:] == ["call.changed", "posting.due"]


def test_news_of_a_room_that_frees_a_charge_is_told(rig: Rig) -> None:
    rig.send(rig.connect(), line(1))
    assert kinds(rig) == ["call.settled", "posting.held"]
    rig.news(CheckedIn(room="201", guest=Guest(reservation="77", name="Adler"), at=NOON - timedelta(days=1)))
    assert kinds(rig)[2:] == ["posting.due"]


def test_a_transaction_that_fails_takes_its_events_with_it_and_their_numbers_are_used_again(rig: Rig) -> None:
    """A number that was given out in a transaction that fell over was never seen by anybody."""
    rig.check_in()

    def falls_over(connection: Connection) -> None:
        rig.memory.statements.feed.call_changed(connection, "SEASIDE", 1, 5)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        rig.database.transact(falls_over)
    rig.database.transact(rig.memory.reload)
    rig.send(rig.connect(), line(1))
    assert [number for number, _, _ in told(rig)] == [1, 2]


def test_the_numbers_go_on_after_a_start(rig: Rig, store_url: str) -> None:
    rig.check_in()
    rig.send(rig.connect(), line(1))
    again = Rig(store_url)
    again.database.transact(again.memory.reload)
    again.send(again.connect(), line(2))
    assert [number for number, _, _ in told(again)] == [1, 2, 3, 4]
    again.close()


def test_a_restored_store_never_uses_a_number_again(rig: Rig) -> None:
    """What was told after the copy was made had numbers that the copy does not know of."""
    rig.check_in()
    rig.send(rig.connect(), line(1))
    instant = 1_795_000_000_000_000

    def restored(connection: Connection) -> None:
        rig.memory.statements.feed.restored(connection, "SEASIDE", instant)

    rig.database.transact(restored)
    assert told(rig)[-1] == (instant, "store.restored", None)
    rig.send(rig.connect(), line(2))
    assert [number for number, _, _ in told(rig, instant)] == [instant + 1, instant + 2]


def test_a_row_is_kept_by_place_as_the_names_say() -> None:
    """The insert of many postings takes them by position."""
    row = PostingRow._make(range(len(PostingRow._fields)))
    by_place = (*row[5:11], *row[13:16], *row[19:21])
    assert by_place == tuple(getattr(row, name) for name in feed.KEPT)
    assert [column.name for column in schema.events.columns][6:] == list(feed.KEPT)


def test_an_evening_is_told_as_it_was(tmp_path: Path) -> None:
    """Every state, a person's deeds among them: the newest event of each posting is the posting."""
    house = StandingHouse(tmp_path)
    house.rig.read_feed()
    house.pms.answers.append(InDoubt("the line broke"))
    house.evening()
    rig = house.rig
    doubtful = rig.rows("SELECT id FROM postings WHERE state = 'in_doubt' ORDER BY id")[0][0]
    command(rig, "on-folio", int(doubtful), "it is there")
    newest: dict[Any, Any] = {}
    for posting, state, reason in rig.rows(
        "SELECT posting_id, state, reason FROM events WHERE posting_id > 0 ORDER BY id"
    ):
        newest[posting] = (state, reason)
    assert newest == {row[0]: (row[1], row[2]) for row in rig.rows("SELECT id, state, reason FROM postings")}
    assert {state for state, _ in newest.values()} >= {"posted", "refused", "held", "due"}
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", True)) == []
    house.close()


def test_an_open_call_that_turns_out_to_be_a_repeat_is_told_as_settled(rig: Rig) -> None:
    """The first record of a buffer dumped again is in doubt, and its call waits for further records that never come."""
    rig.check_in()
    before = [line(1, more=1), line(2), line(3), line(4)]
    rig.send(rig.connect(), *before)
    again = rig.connect()
    for one in before:
        rig.send(again, one)
    settled = {call for (call,) in rig.rows("SELECT call_id FROM events WHERE kind = 'call.settled'")}
    assert {call for (call,) in rig.rows("SELECT id FROM calls WHERE status <> 'open'")} <= settled
    assert rig.rows("SELECT count(*) FROM calls WHERE reason LIKE 'repeats%'") != [(0,)]
