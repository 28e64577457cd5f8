"""Protects the pages' questions to the store: bounded, by index however large the ledger, and the same on each database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text

from gateway.instants import to_micros
from gateway.intake.stored_calls import legs_of
from gateway.store import lists, pages, reading, records, schema
from pms_adapters.stand_ins import AlwaysPosts
from tests.gateway.rig import NOON, Rig, line


@pytest.fixture
def calls(rig: Rig) -> Rig:
    """Seven calls of one room, a minute apart, none posted: the first three are written off by hand."""
    rig.check_in()
    feed = rig.connect()
    for number in range(1, 8):
        rig.send(feed, line(number, dialled=f"9004860123456{number}"))
        rig.now += timedelta(minutes=1)
    rig.database.transact(lambda c: c.execute(text("UPDATE postings SET state = 'written_off' WHERE id <= 3")))
    return rig


def read(rig: Rig, question: Any, *arguments: Any) -> Any:
    """Ask the store."""
    return rig.database.read(lambda c: question(c, "SEASIDE", *arguments))


def test_counts_name_every_lively_state_even_those_without_postings(calls: Rig) -> None:
    assert read(calls, pages.lively_counts) == {
        "held": 0,
        "due": 4,
        "sent": 0,
        "refused": 0,
        "in_doubt": 0,
        "unconfirmable": 0,
    }
    assert read(calls, pages.totals) == {"due": 4, "written_off": 3}


def test_the_oldest_that_waits_is_the_first_that_was_wanted(calls: Rig) -> None:
    assert read(calls, pages.oldest) == {"due": to_micros(NOON + timedelta(minutes=3))}


@pytest.mark.parametrize("minutes", range(-1, 8))
def test_what_happened_since_an_instant_begins_at_the_right_row(calls: Rig, minutes: int) -> None:
    since = to_micros(NOON + timedelta(minutes=minutes, seconds=-1))
    first = read(calls, pages.first_since, schema.postings, schema.postings.c.created_at, since)
    assert first == max(1, minutes + 1)


def test_a_gap_in_the_numbers_does_not_hide_a_row(calls: Rig) -> None:
    calls.database.transact(lambda c: c.execute(text("DELETE FROM postings WHERE id IN (2, 3, 4, 6)")))
    for since, wanted in ((0, [1, 5, 7]), (1, [5, 7]), (4, [5, 7]), (5, [7]), (6, [7]), (7, [])):
        instant = to_micros(NOON + timedelta(minutes=since))
        first = read(calls, pages.first_since, schema.postings, schema.postings.c.created_at, instant)
        assert [one for one in (1, 5, 7) if one >= first] == wanted, since


def test_an_empty_ledger_has_a_first_row_all_the_same(rig: Rig) -> None:
    assert read(rig, pages.settled_since, 0) == {}
    assert read(rig, pages.calls_before, 5) == []
    assert read(rig, pages.find_calls, "201", 5) == pages.Found([], None)
    assert read(rig, pages.emergencies, 0, 100, 5) == []
    assert read(rig, pages.odd_records, "", 5) == ([], None)


def test_settled_postings_are_counted_and_summed(calls: Rig) -> None:
    assert read(calls, pages.settled_since, to_micros(NOON)) == {"written_off": (3, 600)}
    assert read(calls, pages.settled_since, to_micros(NOON + timedelta(minutes=1))) == {"written_off": (2, 400)}


def test_a_search_looks_back_over_a_stretch_and_says_where_it_stopped(
    calls: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SEARCH_STRETCH", 3)
    seen, before = [], None
    for _ in range(4):
        found = read(calls, pages.find_calls, "201", 50, before)
        seen += [one["id"] for one in found.calls]
        before = found.looked_to
        if before is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("word", ["%", "_", "\\", "'", '"; DROP TABLE calls', "\u202e", "\0", "\ud800", ""])
def test_a_search_word_is_a_word_and_no_pattern(calls: Rig, word: str) -> None:
    assert read(calls, pages.find_calls, word, 50).calls == []


def test_rows_outlive_their_connection_as_plain_values(calls: Rig) -> None:
    for row in read(calls, pages.newest, 3):
        assert type(row) is dict
    assert [row["id"] for row in read(calls, pages.newest, 3)] == [7, 6, 5]
    assert [row["id"] for row in read(calls, pages.newest, 3, 5)] == [4, 3, 2]
    assert [row["id"] for row in read(calls, pages.in_state, "due", 2)] == [7, 6]
    assert [row["id"] for row in read(calls, pages.oldest_in_state, "due", 2)] == [4, 5]
    assert read(calls, pages.posting, 99) is None
    assert read(calls, pages.call, 99) is None
    assert read(calls, pages.command, 99) is None


def test_an_emergency_shows_itself_even_when_the_exchanges_clock_is_wrong_but_history_does_not(rig: Rig) -> None:
    rig.check_in()
    feed = rig.connect()
    for number, hours in ((1, 30), (2, 24 * 40), (3, -2)):
        rig.send(feed, line(number, dialled="9112", start=NOON - timedelta(hours=hours)))
    since = to_micros(NOON - timedelta(hours=8))
    assert [one["id"] for one in read(rig, pages.emergencies, since, 100, 5)] == [3, 1]
    assert read(rig, pages.emergencies, to_micros(NOON + timedelta(seconds=1)), 100, 5) == []


def test_another_house_in_the_same_store_is_not_seen(calls: Rig) -> None:
    assert calls.database.read(lambda c: pages.calls_before(c, "OTHER", 5)) == []
    assert calls.database.read(lambda c: pages.lively_counts(c, "OTHER"))["due"] == 0


def test_attempts_are_told_oldest_first_by_posting(rig: Rig) -> None:
    rig.check_in()
    adapter = AlwaysPosts(clock=rig.clock, wall_clock=lambda: rig.now)
    clerk = rig.employ(adapter)
    adapter.start(_Deaf())
    rig.send(rig.connect(), line(1), line(2))
    clerk.pump()
    for _ in range(5):
        rig.advance(1)
    found = read(rig, pages.attempts_of, [1, 2])
    assert {number: [one["event"] for one in rows] for number, rows in found.items()} == {
        1: ["accepted"],
        2: ["accepted"],
    }


class _Deaf:
    """Somebody whom the adapter tells things, and who does not care."""

    def link_changed(self, state: object) -> None:
        """Nothing."""

    def room_news(self, news: object) -> None:
        """Nothing."""

    def late_answer(self, token: int, result: object) -> None:
        """Nothing."""

    def oddity(self, sentence: str) -> None:
        """Nothing."""


def plan(rig: Rig, statement: Select[Any]) -> str:
    """How SQLite would answer a statement."""
    compiled = statement.compile(rig.database.engine, compile_kwargs={"render_postcompile": True})
    parameters = tuple(compiled.params[name] for name in compiled.positiontup or ())
    with rig.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", parameters)
        return " / ".join(str(row[3]) for row in rows)


def test_what_is_asked_every_second_does_not_read_the_whole_ledger(calls: Rig) -> None:
    if not calls.database.is_sqlite:
        pytest.skip("PostgreSQL chooses its plan by statistics, and finds partial indexes by itself")
    asked: list[Select[Any]] = []

    class Listening:
        def execute(self, statement: Select[Any]) -> Any:
            asked.append(statement)
            return connection.execute(statement)

    with calls.database.engine.connect() as connection:
        pages.lively_counts(Listening(), "SEASIDE")  # type: ignore[arg-type]
        pages.oldest(Listening(), "SEASIDE")  # type: ignore[arg-type]
        pages.oldest_in_state(Listening(), "SEASIDE", "in_doubt", 5)  # type: ignore[arg-type]
        pages.in_state(Listening(), "SEASIDE", "due", 5)  # type: ignore[arg-type]
    plans = [plan(calls, statement) for statement in asked]
    assert len(plans) == 9
    assert all("USING COVERING INDEX postings_lively" in one for one in plans), plans
    assert not any("PRIMARY KEY (property=?)" in one or "SCAN" in one.replace("SCAN CONSTANT", "") for one in plans), (
        plans
    )


def test_what_is_asked_of_one_call_or_posting_reads_its_rows_alone(calls: Rig) -> None:
    """Without statistics SQLite takes the property for a rare thing, and read every record for each late leg of a call."""
    if not calls.database.is_sqlite:
        pytest.skip("PostgreSQL chooses its plan by statistics")
    asked: list[Select[Any]] = []

    class Listening:
        def execute(self, statement: Select[Any]) -> Any:
            asked.append(statement)
            return connection.execute(statement)

    listening: Any = Listening()
    source: Any = None  # nothing is parsed: no record has this number
    with calls.database.engine.connect() as connection:
        legs_of(listening, "SEASIDE", 987_654, source)
        records.in_doubt(listening, "SEASIDE", 987_654)
        pages.records_of(listening, "SEASIDE", 987_654)
        pages.attempts_of(listening, "SEASIDE", [987_654, 987_655])
        reading.records_of(listening, "SEASIDE", 987_654)
        reading.attempts(listening, "SEASIDE", 987_654)
        lists.of_call(listening, "SEASIDE", 987_654)
    plans = [plan(calls, statement) for statement in asked]
    assert len(plans) == 7
    assert not any("PRIMARY KEY (property=?)" in one or "SCAN" in one for one in plans), plans
