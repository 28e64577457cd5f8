"""Protects the sums of the trunks: kept with each call, and added up anew, they are the same, whatever came and in what order."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.cli.main import main
from gateway.instants import SECOND, to_micros
from gateway.intake.overdue import SettleOverdue
from gateway.store import schema, traffic
from gateway.store.verify import broken_rules
from gateway.traffic.intervals import QUARTER, Load, Sweep
from gateway.traffic.uses import uses_from
from tests.gateway.configurations import EXAMPLE
from tests.gateway.frozen import PROPERTY, frozen, thaw
from tests.gateway.rig import NOON, Rig, line, starter_book

AT = to_micros(NOON)
BOOK = starter_book()
SUMS = (
    "SELECT quarter, trunk_group, trunk, direction, seizures, answered, busy, unrung, blocked FROM trunk_quarters "
    "ORDER BY quarter, trunk_group, trunk, direction"
)


def kept_and_rebuilt(rig: Rig) -> tuple[list[Any], list[Any]]:
    kept = rig.rows(SUMS)
    rig.database.transact(lambda connection: traffic.rebuild(connection, "SEASIDE"))
    return kept, rig.rows(SUMS)


def on_trunk(trunk: str, number: int, **said: Any) -> bytes:
    """A record whose trunk is another one."""
    return line(number, **said).replace(b"T9001", trunk.encode())


def test_a_call_is_in_its_quarter_hours(rig: Rig) -> None:
    """It began at 11:55 UTC less the quarter's beginning, rang four seconds and was talked for twenty minutes."""
    rig.send(rig.connect(), line(1, seconds=1200))
    began = AT - 300 * SECOND
    quarter = began - began % QUARTER
    length = 1204 * SECOND
    first = quarter + QUARTER - began
    assert rig.rows(SUMS) == [
        (quarter, "", "T9001", "out", 1, 1, first, 0, 0),
        (quarter + QUARTER, "", "T9001", "out", 0, 0, min(QUARTER, length - first), 0, 0),
        *(
            [(quarter + 2 * QUARTER, "", "T9001", "out", 0, 0, length - first - QUARTER, 0, 0)]
            if length - first > QUARTER
            else []
        ),
    ]


def test_a_call_that_comes_late_is_in_the_hour_it_belongs_to(rig: Rig) -> None:
    source = rig.connect()
    rig.send(source, line(2))
    rig.send(source, line(1, start=NOON - timedelta(days=3)))
    found = [row[0] for row in rig.rows(SUMS)]
    assert found[0] <= AT - 3 * 86_400 * SECOND < found[1]


def test_a_later_leg_changes_what_its_call_did(rig: Rig) -> None:
    """Handed on: one seizure that goes on, not two."""
    source = rig.connect()
    rig.send(source, line(1, more=1, start=NOON - timedelta(minutes=10)))
    rig.send(source, line(1, extension="202", start=NOON - timedelta(minutes=10) + timedelta(seconds=69)))
    ((uses,),) = rig.rows("SELECT trunk_uses FROM calls")
    assert len(uses_from(uses)) == 1
    assert [(row[4], row[6]) for row in rig.rows(SUMS)] == [(1, 138 * SECOND)]


def test_a_call_of_one_record_keeps_nothing_beside_its_row(rig: Rig) -> None:
    rig.send(rig.connect(), line(1))
    assert rig.rows("SELECT trunk_uses FROM calls") == [(None,)]


def test_a_buffer_sent_again_held_no_trunk_twice(rig: Rig) -> None:
    """Two records may be two calls; the third proves that all were repeats, and what the two added is taken back."""
    lines = [line(number, start=NOON - timedelta(minutes=30 - number)) for number in range(1, 6)]
    rig.send(rig.connect(), *lines)
    once = rig.rows(SUMS)
    again = rig.connect()
    rig.send(again, *lines[:2])
    assert rig.rows(SUMS) != once  # not proved yet: shown, not swallowed
    rig.send(again, *lines[2:])
    assert rig.rows(SUMS) == once
    kept, rebuilt = kept_and_rebuilt(rig)
    assert kept == rebuilt


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["call", "leg", "last", "again", "overdue"]),
        st.integers(1, 6),  # the call's number
        st.sampled_from(["T9001", "T9002", "T9003"]),
        st.integers(0, 4000),  # seconds talked
        st.integers(0, 90),  # minutes before noon
    ),
    min_size=1,
    max_size=25,
)


@given(DEEDS)
@settings(max_examples=40, deadline=None)
def test_any_history_kept_call_by_call_is_what_is_added_up_anew(deeds: list[tuple[str, int, str, int, int]]) -> None:
    rig = Rig("sqlite://", book=BOOK)
    _play(rig, deeds)
    kept, rebuilt = kept_and_rebuilt(rig)
    assert kept == rebuilt
    rig.close()


def test_a_history_is_the_same_on_either_database(store_url: str) -> None:
    rig, other = Rig(store_url), Rig("sqlite://")
    deeds = [
        (deed, number, f"T900{number % 3}", 37 * number, 7 * number)
        for number in range(1, 7)
        for deed in ("call", "leg", "again", "last", "overdue")
    ]
    for one in (rig, other):
        _play(one, deeds)
    kept, rebuilt = kept_and_rebuilt(rig)
    assert kept == rebuilt == other.rows(SUMS)
    assert len(kept) > 5
    rig.close()
    other.close()


def _play(rig: Rig, deeds: list[tuple[str, int, str, int, int]]) -> None:
    """Calls, legs that come late, buffers sent again after a reconnect, open calls that are given up."""
    source, sent = rig.connect(), list[bytes]()
    for deed, number, trunk, seconds, minutes in deeds:
        start = NOON - timedelta(minutes=minutes)
        if deed == "again":
            source = rig.connect()
            rig.send(source, *sent[-5:])
        elif deed == "overdue":
            rig.advance(5 * 3600)
            rig.database.transact(rig.memory.reload)
            rig.writer.submit(SettleOverdue(rig.settling, to_micros(rig.now), rig.batches.append))
            rig.pump()
        else:
            record = on_trunk(trunk, number, seconds=seconds, more=int(deed == "leg"), start=start)
            sent.append(record)
            rig.send(source, record)


def _as_told(_trunk: str, group: str) -> str:
    return group


def test_what_is_read_is_what_was_kept(rig: Rig) -> None:
    rig.send(rig.connect(), line(1), on_trunk("T9002", 2))
    begin = AT - AT % QUARTER - QUARTER
    found = rig.database.read(lambda c: traffic.sums(c, "SEASIDE", begin, begin + 4 * QUARTER, _as_told))
    assert sorted((one.trunk, one.direction) for one in found.lines) == [("T9001", "out"), ("T9002", "out")]
    assert found.lines[0].load == Load(1, 1, 69 * SECOND)
    later = rig.database.read(lambda c: traffic.sums(c, "SEASIDE", begin + 4 * QUARTER, begin + 8 * QUARTER, _as_told))
    assert later == ([], {})
    uses = rig.database.read(lambda c: traffic.uses(c, "SEASIDE", begin, begin + 4 * QUARTER))
    assert Sweep(((one.since, one.until) for one in uses), begin, begin + 4 * QUARTER).peak().busy == 2
    assert rig.database.read(lambda c: traffic.uses(c, "SEASIDE", begin - QUARTER, begin)) == []


@pytest.mark.parametrize("version", sorted(set(frozen()) - {schema.VERSION}))
def test_an_older_store_is_added_up_when_it_is_upgraded(version: int, bare_store_url: str) -> None:
    database = thaw(version, bare_store_url)
    database.upgrade()
    calls, seizures = database.read(
        lambda c: (
            c.execute(text("SELECT count(*) FROM calls WHERE direction <> 'internal'")).scalar(),
            c.execute(text("SELECT sum(seizures) FROM trunk_quarters WHERE property = :p"), {"p": PROPERTY}).scalar(),
        )
    )
    assert calls == seizures
    database.close()


def test_verifying_notices_sums_that_are_not_the_calls(rig: Rig) -> None:
    rig.send(rig.connect(), line(1), on_trunk("T9002", 2))

    def broken() -> list[str]:
        return rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite))

    assert broken() == []
    rig.database.transact(lambda c: c.execute(text("UPDATE trunk_quarters SET busy = busy + 1 WHERE trunk = 'T9002'")))
    (sentence,) = broken()
    assert "the sums of one trunk are not what its calls say" in sentence
    assert "T9002 out" in sentence


def test_the_command_adds_up_anew(tmp_path: Path) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'foliogate.db'}")
    rig.send(rig.connect(), line(1), line(2))
    kept = rig.rows(SUMS)
    rig.database.transact(lambda c: c.execute(text("UPDATE trunk_quarters SET busy = 0")))
    config = tmp_path / "foliogate.toml"
    config.write_text(EXAMPLE)
    done = CliRunner().invoke(main, ["db", "rebuild-traffic", "--config", str(config)])
    assert done.output == "what the trunks did was added up anew from 2 calls\n"
    assert rig.rows(SUMS) == kept
    rig.database.lock()
    done = CliRunner().invoke(main, ["db", "rebuild-traffic", "--config", str(config)])
    assert (done.exit_code, "another foliogate is running" in done.output) == (1, True)
    rig.close()


def test_uses_beside_a_call_are_plain_json(rig: Rig) -> None:
    source = rig.connect()
    rig.send(source, line(1, more=1))
    rig.send(source, line(1))
    ((uses,),) = rig.rows("SELECT trunk_uses FROM calls")
    assert json.loads(uses)[0][0] == "T9001"
