"""Protects the rehearsal's bookkeeping: what the simulated exchange says it wrote is what a reader got, fault or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulators.calls import SimulatedCall
from gateway.simulators.exchange import SPLIT_PAUSE, Exchange
from gateway.simulators.hotel import CallSource, parse_rooms
from gateway.simulators.line_faults import LineFaults, parse_line_faults
from gateway.simulators.write_avaya import CONNECT_NOISE
from gateway.simulators.writers import Writer, writer_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
ROOMS = parse_rooms("101-110")


class Reader:
    """An outlet that keeps what it is given, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.dropped = False

    def write(self, data: bytes) -> None:
        assert not self.dropped, "bytes after the link was dropped"
        self.writes.append(data)

    def drop(self) -> None:
        self.dropped = True

    @property
    def data(self) -> bytes:
        return b"".join(self.writes)


class Stage:
    """An exchange with everything around it that it needs, and time that passes when told to."""

    def __init__(self, faults: str | LineFaults = "", dialect: str = "mitel-mivb", seed: int = 1, **more: int) -> None:
        options = {"output": "ami"} if dialect == "asterisk" else {}
        self.writer: Writer = writer_of(dialect, options)
        self.sent: list[SimulatedCall] = []
        self.later: list[Callable[[], None]] = []
        self.exchange = Exchange(
            self.writer,
            parse_line_faults(faults) if isinstance(faults, str) else faults,
            random.Random(seed),
            call_later=self._call_later,
            sent=self.sent.append,
            **more,
        )
        self.source = CallSource(seed, ROOMS)

    def _call_later(self, seconds: float, act: Callable[[], None]) -> None:
        assert seconds == SPLIT_PAUSE
        self.later.append(act)

    def calls(self, count: int, glued: bool = False) -> list[SimulatedCall]:
        calls = [self.source.call_ending(NOW) for _ in range(count)]
        self.exchange.tell(calls, glued)
        return calls

    def time_passes(self) -> None:
        while self.later:
            self.later.pop(0)()

    def records(self, calls: list[SimulatedCall]) -> list[bytes]:
        return [record for call in calls for record in self.writer.records(call)]


def test_a_reader_gets_every_record_in_a_write_of_its_own() -> None:
    stage, reader = Stage(), Reader()
    stage.exchange.attach(reader)
    calls = stage.calls(5)
    assert reader.writes == stage.records(calls)
    assert stage.sent == calls
    assert stage.exchange.balance.written == len(reader.writes)
    assert stage.exchange.balance.charged == sum(call.charged for call in calls)


def test_records_wait_for_a_reader_and_come_in_order() -> None:
    stage, reader = Stage(), Reader()
    calls = stage.calls(5)
    assert not stage.exchange.idle
    assert stage.sent == []
    stage.exchange.attach(reader)
    assert reader.data == b"".join(stage.records(calls))
    assert stage.exchange.idle


def test_a_full_buffer_forgets_the_oldest_and_counts_them() -> None:
    stage, reader = Stage(buffered=3), Reader()
    calls = stage.calls(10)
    records = stage.records(calls)
    stage.exchange.attach(reader)
    assert reader.data == b"".join(records[-3:])
    assert stage.exchange.balance.dropped == len(records) - 3


def test_the_manager_interface_forgets_what_nobody_hears() -> None:
    stage, reader = Stage(dialect="asterisk"), Reader()
    lost = stage.calls(4)
    stage.exchange.attach(reader)
    heard = stage.calls(2)
    assert reader.data == b"".join(stage.records(heard))
    assert stage.exchange.balance.dropped == len(stage.records(lost))


def test_an_ip_office_sends_nuls_ahead_of_the_first_record() -> None:
    stage, reader = Stage(dialect="avaya-ipoffice"), Reader()
    stage.exchange.attach(reader)
    assert reader.data == CONNECT_NOISE


def test_nothing_is_written_to_a_reader_who_does_not_read() -> None:
    stage, reader = Stage(), Reader()
    stage.exchange.attach(reader)
    stage.exchange.pause(reader, True)
    calls = stage.calls(3)
    assert reader.writes == []
    stage.exchange.pause(reader, False)
    assert reader.data == b"".join(stage.records(calls))


def test_the_newest_reader_wins_and_the_old_ones_end_changes_nothing() -> None:
    stage, old, new = Stage(), Reader(), Reader()
    stage.exchange.attach(old)
    stage.exchange.attach(new)
    assert old.dropped
    stage.exchange.detach(old)
    calls = stage.calls(2)
    assert new.data == b"".join(stage.records(calls))


def test_a_cut_record_comes_whole_after_the_reconnect() -> None:
    stage, first = Stage("cut:1"), Reader()
    stage.exchange.attach(first)
    (record, *_) = stage.records(stage.calls(1))
    assert first.dropped
    assert record.startswith(first.data)
    assert 0 < len(first.data) < len(record)
    assert stage.sent == []
    stage = Stage("cut:0.5", seed=3)
    calls, readers = stage.calls(20), []
    while not stage.exchange.idle:
        readers.append(Reader())
        stage.exchange.attach(readers[-1])
        stage.exchange.detach(readers[-1])
    whole = b"".join(line for reader in readers for line in reader.data.splitlines(True) if line.endswith(b"\n"))
    assert whole == b"".join(stage.records(calls))
    assert stage.exchange.balance.cut == sum(not reader.data.endswith(b"\n") for reader in readers) > 3


def test_a_split_record_is_two_writes_and_nothing_comes_between() -> None:
    stage, reader = Stage("split:1"), Reader()
    stage.exchange.attach(reader)
    calls = stage.calls(2)
    records = stage.records(calls)
    assert len(reader.writes) == 1
    assert records[0].startswith(reader.data)
    stage.time_passes()
    assert reader.data == b"".join(records)
    assert len(reader.writes) == 2 * len(records)
    assert stage.exchange.idle


def test_a_split_record_is_sent_whole_to_the_next_reader_when_the_link_breaks_between() -> None:
    stage, first, second = Stage("split:1"), Reader(), Reader()
    stage.exchange.attach(first)
    calls = stage.calls(1)
    stage.exchange.detach(first)
    stage.exchange.attach(second)
    stage.time_passes()
    assert second.data == b"".join(stage.records(calls))
    assert stage.sent == calls


def test_glued_calls_are_one_write() -> None:
    stage, reader = Stage(), Reader()
    stage.exchange.attach(reader)
    calls = stage.calls(12, glued=True)
    assert reader.writes == [b"".join(stage.records(calls))]
    assert stage.sent == calls


def test_dump_again_repeats_the_last_records_after_the_reconnect_and_only_then() -> None:
    stage, first, second = Stage("dump-again:1", repeated=3), Reader(), Reader()
    quiet = Stage(repeated=3)
    quiet.exchange.attach(Reader())
    stage.exchange.attach(first)
    calls = stage.calls(1)
    assert first.dropped
    stage.exchange.attach(second)
    assert second.data == first.data == b"".join(stage.records(calls))
    assert stage.exchange.balance.dumped_again == len(first.writes)
    assert stage.exchange.balance.written == len(first.writes)
    assert quiet.exchange.balance.dumped_again == 0


def test_dump_again_also_follows_a_reconnect_of_the_readers_making() -> None:
    stage = Stage("dump-again:1")
    calls = stage.calls(3)
    while not stage.exchange.idle:
        stage.exchange.attach(Reader())
    stage.exchange.attach(Reader())
    again = Reader()
    stage.exchange.attach(again)
    stage.exchange.detach(again)
    assert again.data == b"".join(stage.records(calls))


def test_an_exchange_that_ends_does_not_finish_a_record() -> None:
    stage, reader = Stage("split:1"), Reader()
    stage.exchange.attach(reader)
    stage.calls(1)
    half = reader.data
    stage.exchange.close()
    stage.time_passes()
    assert reader.data == half
    assert stage.exchange.waiting > 0
    assert stage.sent == []


@given(
    seed=st.integers(0, 10_000),
    chances=st.fixed_dictionaries(
        {name: st.sampled_from([0.0, 0.1, 0.4]) for name in ("cut", "split", "dump_again", "garbage")}
    ),
    rounds=st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), max_size=12),
    buffered=st.integers(2, 30),
)
def test_no_record_is_lost_or_doubled_but_those_that_are_counted(
    seed: int, chances: dict[str, float], rounds: list[tuple[int, bool, bool]], buffered: int
) -> None:
    """Whatever the faults: told = written + dropped + waiting, and a reader can count the whole records it got."""
    stage = Stage(LineFaults(**chances), seed=seed, buffered=buffered)
    readers: list[Reader] = []
    told: list[SimulatedCall] = []
    for count, glued, breaks in rounds:
        if not readers or readers[-1].dropped:
            readers.append(Reader())
            stage.exchange.attach(readers[-1])
        told += stage.calls(count, glued)
        if not breaks:
            stage.time_passes()
        elif not readers[-1].dropped:
            readers[-1].dropped = True
            stage.exchange.detach(readers[-1])
    balance, records = stage.exchange.balance, set(stage.records(told))
    assert balance.records == balance.written + balance.dropped + stage.exchange.waiting
    got = [line for reader in readers for line in reader.data.splitlines(True) if line in records]
    # Mitel lines can be equal by chance, and then set membership still counts each of them.
    assert len(got) == balance.written + balance.dumped_again


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", LineFaults()),
        ("cut:0.01, split:.5,dump-again:1", LineFaults(cut=0.01, split=0.5, dump_again=1.0)),
        ("glue:0,twin:0.02,garbage:1e-3", LineFaults(twin=0.02, garbage=0.001)),
    ],
)
def test_faults_are_read_from_their_words(text: str, faults: LineFaults) -> None:
    assert parse_line_faults(text) == faults


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cute:0.1", "There is no fault 'cute'; there are cut, split, glue, dump-again, twin, garbage"),
        ("cut", "The fault cut needs a chance between 0 and 1, as in cut:0.05, not ''"),
        ("cut:2", "between 0 and 1"),
        ("cut:nan", "between 0 and 1"),
    ],
)
def test_a_fault_that_is_not_understood_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_line_faults(text)
