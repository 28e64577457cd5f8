"""A record becomes a call, a price and a posting in one commit; what cannot be charged is kept with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.instants import to_micros
from gateway.intake.call_rows import call_row
from gateway.intake.feed import Segment
from gateway.intake.overdue import SettleOverdue
from gateway.settle import Price, Ruling, price
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged
from protocols.records import CallRecord, Frame, JoinedCall
from tests.conftest import LoggedFailures
from tests.gateway.prices import flat
from tests.gateway.rig import NOON, Rig, line


def whole(rig: Rig) -> None:
    """Assert that the stored ledger keeps its rules."""
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []


def test_a_call_of_a_guest_is_priced_and_due(rig: Rig) -> None:
    """One record, one call, one posting; the price is stored with its trace."""
    rig.check_in()
    rig.send(rig.connect(), line(1))
    (row,) = rig.postings()
    assert (row["state"], row["room"], row["reservation"], row["call_key"]) == ("due", "201", "77001", "1")
    assert row["amount"] > 0
    assert [one.posting_id for one in rig.due] == [row["id"]]
    assert rig.rows("SELECT status, number_class, trace IS NOT NULL FROM calls") == [("charge", "local", True)]
    whole(rig)


@pytest.mark.parametrize(
    ("record", "hold"),
    [
        (line(1, extension="777"), "unknown_extension"),
        (line(1, extension="202"), "no_room_news"),
        (line(1, dialled="9999999999999"), "unrated"),
    ],
)
def test_what_cannot_be_charged_yet_is_held_with_its_reason(rig: Rig, record: bytes, hold: str) -> None:
    """Never a silence, never a zero."""
    rig.check_in()
    rig.send(rig.connect(), record)
    (row,) = rig.postings()
    assert (row["state"], row["hold"]) == ("held", hold)
    assert row["reason"]
    assert not rig.due
    whole(rig)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (line(1, dialled="9112"), "emergency"),
        (line(1, dialled="112"), "emergency"),
        (line(1, seconds=0), "not answered"),
        (line(1, extension="600"), "Kitchen"),
        (line(1, dialled="205"), "internal"),
    ],
)
def test_what_is_not_the_guest_s_to_pay_is_a_fact_of_the_call(rig: Rig, record: bytes, words: str) -> None:
    """No posting, and the reason in a sentence."""
    rig.check_in()
    rig.send(rig.connect(), record)
    assert rig.postings() == []
    ((reason,),) = rig.rows("SELECT reason FROM calls")
    assert words in reason
    whole(rig)


def test_an_emergency_is_told_at_once(rig: Rig) -> None:
    """The batch names it, so that the alarm can be raised."""
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled="9112"))
    assert [call.dialled for call in rig.batches[0].emergencies] == ["9112"]


def test_news_of_the_room_frees_what_waited_for_it(rig: Rig) -> None:
    """A record that came before the check-in was told."""
    rig.send(rig.connect(), line(1))
    assert rig.states() == ["held"]
    rig.check_in()
    assert rig.states() == ["due"]
    assert len(rig.due) == 1


def test_a_vacant_room_s_call_is_not_charged_to_the_next_guest(rig: Rig) -> None:
    """Kept, with the reason."""
    rig.check_in()
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30), reservation="77001"))
    rig.send(rig.connect(), line(1))
    assert rig.postings() == []
    assert rig.rows("SELECT reason FROM calls") == [("room 201 was vacant when the call began",)]


def test_news_that_comes_after_the_guest_s_first_call_has_that_call_charged(rig: Rig) -> None:
    """The PMS was away while the guest came; the call was ruled to come from a vacant room, and is not lost for it."""
    rig.check_in(reservation="77001")
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30), reservation="77001"))
    rig.send(rig.connect(), line(1), line(2, start=NOON - timedelta(minutes=25)))
    assert rig.postings() == []
    rig.advance(3600)
    guest = Guest(reservation="77002", name="Brahms")
    rig.news(CheckedIn(room="201", guest=guest, at=NOON - timedelta(minutes=20)))
    assert [(row["state"], row["reservation"]) for row in rig.postings()] == [("due", "77002")]
    assert [due.posting_id for due in rig.due] == [1]
    assert rig.rows("SELECT status, reservation FROM calls ORDER BY id") == [
        ("charge", "77002"),
        ("not_chargeable", None),  # before the guest came
    ]
    rig.news(CheckedIn(room="201", guest=guest, at=NOON - timedelta(minutes=20)))
    assert len(rig.postings()) == 1
    whole(rig)


def test_a_clock_that_is_behind_does_not_make_a_guest_s_last_call_nobody_s(rig: Rig) -> None:
    """The PMS says when the guest left, and the exchange when the call began; our clock has no part in it."""
    rig.check_in()
    rig.now -= timedelta(hours=5)
    rig.news(CheckedOut(room="201", at=NOON, reservation="77001"))
    rig.send(rig.connect(), line(1))
    assert rig.rows("SELECT status, reservation FROM calls") == [("charge", "77001")]
    assert len(rig.postings()) == 1


def test_such_a_call_is_held_where_the_guest_may_not_be_posted_to(rig: Rig) -> None:
    """Late news is judged as news in time would have been."""
    rig.check_in(reservation="77001")
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30), reservation="77001"))
    rig.send(rig.connect(), line(1))
    guest = Guest(reservation="77002", name="Brahms", no_post=True)
    rig.news(CheckedIn(room="201", guest=guest, at=NOON - timedelta(minutes=20)))
    assert [(row["state"], row["hold"]) for row in rig.postings()] == [("held", "no_post")]


def test_a_call_priced_by_its_country_alone_says_so(rig: Rig) -> None:
    """The night auditor sees beside the price that a mobile abroad was sold like any number there."""
    deck = "prefix;place;price_per_minute\n49;Germany;0.10\n"
    rig.use(flat("0.50", classes="local", more='decks = ["d.csv"]\n', deck=deck))
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled="9004915112345678"), line(2, dialled="900493012345678"))
    said = [warnings for (warnings,) in rig.rows("SELECT warnings FROM calls ORDER BY id")]
    assert said == ["only the country code +49 decided the price of this mobile number: the deck has no row for it", ""]


def test_such_a_call_without_a_rate_waits_for_one(rig: Rig) -> None:
    """It is not lost for having had no price when its room seemed vacant."""
    rig.use(flat("0.50", classes="local national"))
    rig.check_in(reservation="77001")
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30), reservation="77001"))
    rig.send(rig.connect(), line(1, dialled="9600123456"))
    assert rig.postings() == []
    rig.news(CheckedIn(room="201", guest=Guest(reservation="77002"), at=NOON - timedelta(minutes=20)))
    assert [(row["state"], row["hold"], row["amount"]) for row in rig.postings()] == [("held", "unrated", None)]
    whole(rig)


def test_a_no_post_guest_s_charge_waits_until_the_mark_is_lifted(rig: Rig) -> None:
    """GC with NP off frees it."""
    rig.check_in(no_post=True)
    rig.send(rig.connect(), line(1))
    assert [row["hold"] for row in rig.postings()] == ["no_post"]
    rig.news(GuestChanged(room="201", guest=Guest(reservation="77001", no_post=False), at=rig.now))
    assert rig.states() == ["due"]


def test_legs_of_one_call_are_one_charge(rig: Rig) -> None:
    """The call is open until its last record; then the sum is posted once."""
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1, extension="600", seconds=60, more=1))
    assert (rig.states(), rig.rows("SELECT status FROM calls")) == ([], [("open",)])
    rig.send(feed, line(1, seconds=60, start=NOON - timedelta(minutes=4)))
    assert rig.states() == ["due"]
    assert rig.rows("SELECT legs, talk_seconds, extension FROM calls") == [(2, 120, "201")]
    whole(rig)


def test_an_announced_record_that_does_not_come_is_not_waited_for_for_ever(rig: Rig) -> None:
    """After the named time the call is settled with what is there, and says so; the late record posts the difference."""
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1, seconds=60, more=1))
    rig.now += timedelta(hours=5)
    rig.writer.submit(SettleOverdue(rig.settling, to_micros(rig.now), rig.batches.append))
    rig.pump()
    assert rig.states() == ["due"]
    assert "settled without its last record" in str(rig.rows("SELECT reason FROM calls"))
    rig.send(feed, line(1, seconds=600, start=NOON - timedelta(minutes=4)))
    parts = rig.postings()
    assert [row["part"] for row in parts] == [0, 1]
    assert sum(row["amount"] for row in parts) == rig.rows("SELECT amount FROM calls")[0][0]
    assert "difference" in parts[1]["reason"]
    whole(rig)


def test_two_equal_lines_with_the_exchange_s_own_number_are_a_doubt_and_not_a_second_charge(rig: Rig) -> None:
    """Held and shown: not joined, not charged, not dropped."""
    rig.check_in()
    rig.send(rig.connect(), line(1), line(1))
    assert [(row["state"], row["hold"]) for row in rig.postings()] == [("due", ""), ("held", "possible_repeat")]
    whole(rig)


def test_twins_without_a_number_of_their_own_are_two_calls(store_url: str) -> None:
    """A Mitel writes two calls of one minute alike: both are charged."""
    rig = Rig(store_url, dialect="mitel-mivb")
    twin = list(" " * 90)
    for column, words in (
        (2, "11/20"),
        (8, "11:55"),
        (15, "00:01:05"),
        (24, "201"),
        (34, "90048221234567"),
        (62, "T021"),
    ):
        twin[column - 1 : column - 1 + len(words)] = words
    rig.check_in()
    rig.send(rig.connect(), "".join(twin).encode(), "".join(twin).encode())
    assert rig.states() == ["due", "due"]
    rig.close()


def test_a_buffer_dumped_again_is_kept_and_not_charged(rig: Rig) -> None:
    """The whole run is marked; what was held for its first records is withdrawn by itself, and the audit trail says so."""
    rig.check_in()
    lines = [line(number) for number in range(1, 7)]
    rig.send(rig.connect(), *lines)
    rig.send(rig.connect(), *lines[2:], line(7))
    assert rig.states() == ["due"] * 7
    assert rig.rows("SELECT count(*) FROM audit_trail WHERE what LIKE '%withdrawn: repeats a run%'") == [(2,)]
    assert rig.rows("SELECT count(*) FROM records WHERE mark = 'repeat'") == [(4,)]
    assert rig.rows("SELECT count(*) FROM records") == [(11,)]
    whole(rig)


def test_a_short_match_after_a_reconnect_is_held_and_shown(rig: Rig) -> None:
    """Two equal records prove nothing."""
    rig.check_in()
    rig.send(rig.connect(), *[line(number) for number in range(1, 4)])
    rig.send(rig.connect(), line(2), line(3), line(4))
    assert rig.states() == ["due"] * 3 + ["held", "held", "due"]


def test_the_repeats_of_a_connection_are_still_known_after_a_failed_transaction(rig: Rig) -> None:
    """The memory that was thrown away is built again from the store, runs included."""
    rig.check_in()
    lines = [line(number) for number in range(1, 7)]
    rig.send(rig.connect(), *lines)
    again = rig.connect()
    rig.send(again, lines[0])
    rig.database.transact(rig.memory.reload)
    rig.send(again, *lines[1:], line(8))
    assert rig.rows("SELECT count(*) FROM records WHERE mark = 'repeat'") == [(6,)]
    assert rig.states().count("due") == 7


def test_an_exception_in_one_record_loses_neither_it_nor_its_neighbours(
    rig: Rig, logged_failures: LoggedFailures
) -> None:
    """A fault of ours is the record's reason, not its end."""
    rig.check_in()
    source = rig.sources["main"]

    def faulty(data: bytes, now: object) -> object:
        if b",2,0,E201" in data:
            raise ZeroDivisionError("a fault of ours")
        return source.parse(data, now)  # type: ignore[arg-type]

    rig.settling._sources = {"main": replace(source, parse=faulty)}  # type: ignore[arg-type]
    rig.send(rig.connect(), line(1), line(2), line(3))
    assert rig.states() == ["due", "due"]
    assert "a fault of ours" in str(rig.rows("SELECT reason FROM records WHERE kind = 'unparsed'"))
    assert len(logged_failures.take(ZeroDivisionError)) == 1


def test_a_possible_repeat_that_announced_more_is_settled_in_time_too(rig: Rig) -> None:
    """It is not remembered as a live call, and must not stay open for ever: it is held, like any other doubt."""
    rig.check_in()
    rig.send(rig.connect(), line(1), line(2, more=1))
    rig.send(rig.connect(), line(2, more=1))
    assert rig.rows("SELECT status FROM calls ORDER BY id") == [("charge",), ("open",), ("open",)]
    rig.writer.submit(SettleOverdue(rig.settling, to_micros(rig.now + timedelta(hours=5)), lambda batch: None))
    rig.pump()
    assert rig.rows("SELECT status FROM calls ORDER BY id") == [("charge",)] * 3
    assert [(row["state"], row["hold"]) for row in rig.postings()] == [
        ("due", ""), ("due", ""), ("held", "possible_repeat")
    ]  # fmt: skip
    whole(rig)


def test_a_fault_in_ruling_one_call_is_that_records_alone(
    rig: Rig, logged_failures: LoggedFailures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record is kept unread; the records around it, in the same read, are charged, under one connection's number."""
    rig.check_in()
    priced = price

    def faulty(joined: JoinedCall, *rest: Any) -> Price:
        if joined.call.call_key == "2":
            raise ZeroDivisionError("a fault of ours")
        return priced(joined, *rest)

    monkeypatch.setattr("gateway.intake.charging.price", faulty)
    feed = rig.connect()
    rig.send(feed, line(1), line(2), line(3))
    assert rig.rows("SELECT position, kind, segment FROM records ORDER BY id") == [
        (0, "call", 1), (1, "unparsed", 1), (2, "call", 1)
    ]  # fmt: skip
    assert rig.states() == ["due", "due"]
    assert len(logged_failures.take(ZeroDivisionError)) == 1
    monkeypatch.undo()
    rig.send(feed, line(4))
    assert rig.rows("SELECT count(*) FROM segments") == [(1,)]
    assert rig.states() == ["due"] * 3


def test_legs_that_come_in_one_read_are_ruled_once(rig: Rig) -> None:
    """Two segments of one call in one batch are one posting for both."""
    rig.check_in()
    later = NOON - timedelta(minutes=4)
    rig.send(rig.connect(), line(1, seconds=60, more=1), line(1, seconds=60, start=later))
    assert rig.rows("SELECT legs, talk_seconds FROM calls") == [(2, 120)]
    assert [(row["state"], row["reason"]) for row in rig.postings()] == [("due", "")]


def test_a_restart_goes_on_where_the_store_stands(rig: Rig) -> None:
    """Open calls, numbers and rooms are read again; a leg finds its call."""
    rig.check_in()
    rig.send(rig.connect(), line(1, seconds=60, more=1))
    rig.database.transact(rig.memory.reload)
    rig.send(rig.feed(Segment("main", "connection")), line(1, seconds=60, start=NOON - timedelta(minutes=4)))
    assert rig.rows("SELECT legs, talk_seconds FROM calls") == [(2, 120)]
    whole(rig)


def test_an_unapproved_tariff_holds_charges_for_a_pms_elsewhere(store_url: str) -> None:
    """Starter prices do not leave the house."""
    rig = Rig(store_url, may_post=False)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    assert [row["hold"] for row in rig.postings()] == ["unapproved_tariff"]
    rig.close()


def test_without_a_pms_calls_are_priced_and_nothing_is_queued(store_url: str) -> None:
    """A house that only counts."""
    rig = Rig(store_url, pms=None)
    rig.send(rig.connect(), line(1))
    assert rig.postings() == []
    assert rig.rows("SELECT status, amount > 0 FROM calls") == [("allocated", True)]
    rig.close()


def test_a_position_of_a_file_moves_with_what_was_read(rig: Rig) -> None:
    """In one commit: never one without the other."""
    segment = Segment("main", "file", "1:0:x")
    feed = rig.feed(segment)
    feed.take([Frame(line(1), 0, 200), Frame(line(2), 200, 400)], "1:400:y")
    rig.pump()
    assert rig.rows("SELECT identity, position FROM segments") == [("1:400:y", 400)]
    assert rig.rows("SELECT position FROM records ORDER BY id") == [(0,), (200,)]
    assert segment.position == 400


def test_an_emergency_that_is_handed_on_is_told_with_its_first_record(rig: Rig) -> None:
    """It does not wait for the last one, and is told once."""
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1, dialled="9112", more=1))
    assert [len(batch.emergencies) for batch in rig.batches] == [1]
    rig.send(feed, line(1, dialled="9112", start=NOON - timedelta(minutes=4)))
    assert [len(batch.emergencies) for batch in rig.batches] == [1, 1]  # the watch tells one call once
    assert rig.postings() == []


def test_what_joining_remarks_of_the_call_alone_is_kept(rig: Rig) -> None:
    """A remark on the joined call is stored even where no single record had one."""
    leg = rig.sources["main"].parse(line(1), rig.now)
    assert isinstance(leg, CallRecord)
    joined = rig.sources["main"].join([leg])
    remarked = replace(joined, call=joined.call._replace(warnings=("two records tell of one stretch",)), warnings=())
    row = call_row("SEASIDE", 1, "main", 1, remarked, None, None, Ruling(status="open", reason=""))
    assert row.warnings == "two records tell of one stretch"
