"""Numbers that are missing are named as facts, taken back when they come late, and never invented."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.instants import SECOND
from gateway.sequences import Anew, Gap, Late, SequenceWatch
from gateway.store.pages import odd_records
from protocols.smdr.counting import Counter
from tests.gateway.rig import NOON, Rig, line

LONG = Counter(first=1, last=999_999)
SHORT = Counter(first=0, last=127)


def story(counter: Counter, *numbers: int) -> list[str]:
    """What is told of numbers that come a second apart."""
    watch, said = SequenceWatch(counter), []
    for at, number in enumerate(numbers):
        seen = watch.see(number, at, at * SECOND)
        said += [(one.gap if isinstance(one, Late) else one).sentence("main") for one in seen]
    return said


def test_a_gap_is_named_by_its_neighbours() -> None:
    """And whoever reads it can look for it at the exchange."""
    assert story(LONG, 1040, 1041, 1045, 1046) == ["main: 3 records missing between 1041 and 1045"]
    assert story(LONG, 7, 9) == ["main: 1 record missing between 7 and 9"]


def test_what_comes_late_shrinks_its_gap_and_the_last_of_it_closes_it() -> None:
    """Out of order is not lost."""
    assert story(LONG, 1, 4, 3, 2) == [
        "main: 2 records missing between 1 and 4",
        "main: 1 record missing between 1 and 4 (1 of 2 came late)",
        "main: 2 records missing between 1 and 4 came late",
    ]


def test_numbers_wrap() -> None:
    """The first follows the last, and a gap may lie across the end."""
    assert story(SHORT, 126, 127, 0, 1) == []
    assert story(SHORT, 126, 2) == ["main: 3 records missing between 126 and 2"]
    assert story(SHORT, 126, 2, 127, 0, 1)[-1] == "main: 3 records missing between 126 and 2 came late"


def test_a_counter_that_begins_anew_is_told_as_that() -> None:
    """A restart of the exchange: what was lost with it nobody can count."""
    assert story(LONG, 5_000, 5_001, 1, 2, 3) == [
        "main: the exchange began its numbers anew at 1 after 5001; what was lost with that cannot be told"
    ]
    assert story(SHORT, 60, 0, 1)[0].startswith("main: the exchange began its numbers anew at 0 after 60")


def test_a_number_that_was_there_says_nothing() -> None:
    """A further record of a call, however much later."""
    assert story(LONG, 100, 101, 102, 100, 101, 102, 103) == []


def test_a_number_outside_of_the_counter_says_nothing() -> None:
    """A record of another kind carries another number."""
    assert story(Counter(first=1_000, last=2_000), 1_000, 28, 1_001, 50_000, 1_002) == []


def test_with_patience_a_gap_is_told_only_when_its_numbers_had_their_time() -> None:
    """A long call comes after the short ones that began behind it."""
    watch = SequenceWatch(Counter(first=1, last=999, patience=60))
    assert watch.see(1, 1, 0) == []
    assert watch.see(4, 2, 10 * SECOND) == []
    assert watch.see(2, 3, 30 * SECOND) == []
    (gap,) = watch.see(5, 4, 70 * SECOND)
    assert isinstance(gap, Gap)
    assert (gap.left, gap.record) == (1, 4)


def test_a_counter_goes_up() -> None:
    """Anything else is a mistake of a dialect."""
    with pytest.raises(ValueError, match="up to a last one"):
        Counter(first=5, last=5)


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.integers(0, 127))
def test_in_order_every_lost_number_is_told_and_none_that_came(kept: list[bool], start: int) -> None:
    """Whatever is lost in runs shorter than half the counter, between two records that came, over any number of wraps."""
    numbers = [(start + place) % 128 for place, keep in enumerate(kept) if keep]
    places = [place for place, keep in enumerate(kept) if keep]
    lost = sum(after - before - 1 for before, after in zip(places, places[1:], strict=False))
    if any(after - before > 16 for before, after in zip(places, places[1:], strict=False)):
        return
    watch = SequenceWatch(SHORT)
    told = [one for at, number in enumerate(numbers) for one in watch.see(number, at, at)]
    assert all(isinstance(one, Gap) for one in told)
    assert sum(one.size for one in told if isinstance(one, Gap)) == lost


@given(st.permutations(range(12)), st.integers(1, 900_000))
def test_what_arrives_in_any_order_is_not_missing_in_the_end(order: list[int], start: int) -> None:
    """Once the first is known, nothing stays told as missing if everything came."""
    watch = SequenceWatch(LONG)
    gaps: list[Gap] = []
    for at, place in enumerate([0, *[one + 1 for one in order], 13]):
        gaps += [one for one in watch.see(start + place, at, at) if isinstance(one, Gap)]
        assert not any(isinstance(one, Anew) for one in gaps)
    assert [gap.left for gap in gaps] == [0] * len(gaps)


@given(st.lists(st.integers(0, 130), max_size=200))
def test_any_numbers_keep_the_memory_bounded_and_the_counts_true(numbers: list[int]) -> None:
    """Whatever an exchange sends."""
    watch = SequenceWatch(SHORT)
    for at, number in enumerate(numbers):
        for one in watch.see(number, at, at):
            if isinstance(one, Gap):
                assert 0 < one.left <= one.size < 128
    assert len(watch._gaps) <= 200


# -- in the store -------------------------------------------------------------------------------------------------------


def call(number: int) -> bytes:
    """A call with its number; the exchange counts from a million."""
    return line(1_000_000 + number, start=NOON + timedelta(seconds=number))


@pytest.fixture
def counting(store_url: str) -> Rig:
    """A house whose IP Office records every call it numbers."""
    rig = Rig(store_url, options={"count_calls": "yes"})
    rig.check_in()
    return rig


def gaps(rig: Rig) -> list[str]:
    """The sentences of the page of records."""
    return [row["reason"] for row in rig.database.read(lambda c: odd_records(c, "SEASIDE", "gap", 50))[0]]


def test_a_gap_is_a_fact_of_the_store_and_the_call_behind_it_is_charged(counting: Rig) -> None:
    """Told with the record after its patience, counted for an alarm, taken back when the call comes after all."""
    feed = counting.connect()
    counting.send(feed, call(1), call(5))
    assert gaps(counting) == []
    counting.advance(4 * 3600)
    counting.send(feed, call(6))
    assert gaps(counting) == ["main: 3 records missing between 1000001 and 1000005"]
    assert sum(one.told_missing for one in counting.batches) == 3
    assert [one for batch in counting.batches for one in batch.told_gaps] == gaps(counting)
    counting.send(feed, call(3))
    assert gaps(counting) == ["main: 2 records missing between 1000001 and 1000005 (1 of 3 came late)"]
    counting.send(feed, call(2), call(4))
    assert gaps(counting) == []
    assert sum(one.told_missing for one in counting.batches) == 0
    assert len(counting.postings()) == 6
    counting.close()


def test_after_a_restart_the_same_is_told_as_without_one(counting: Rig, store_url: str) -> None:
    """The memory comes from the store."""
    feed = counting.connect()
    counting.send(feed, call(1), call(5))
    counting.advance(4 * 3600)
    again = Rig(store_url, options={"count_calls": "yes"})
    again.advance(4 * 3600)
    again.send(again.connect(), call(6))
    assert gaps(again) == ["main: 3 records missing between 1000001 and 1000005"]
    third = Rig(store_url, options={"count_calls": "yes"})
    third.advance(4 * 3600)
    third.send(third.connect(), call(2), call(3), call(4))
    assert gaps(third) == []
    for rig in (counting, again, third):
        rig.close()


def test_a_buffer_dumped_again_opens_no_gap(counting: Rig) -> None:
    """Repeats carry old numbers, and records in doubt are not counted twice."""
    counting.send(counting.connect(), *[call(number) for number in range(1, 8)])
    counting.advance(5 * 3600)
    counting.send(counting.connect(), *[call(number) for number in range(3, 10)])
    assert gaps(counting) == []
    assert counting.rows("SELECT count(*) FROM records WHERE mark = 'repeat'") == [(5,)]
    counting.close()


@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_no_call_is_counted_too_and_a_gap_before_it_is_told_with_the_next_call(
    store_url: str, restarts: bool
) -> None:
    """A Nortel numbers account codes, authorisations and what cannot be read like its calls."""
    rig = Rig(store_url, dialect="nortel")
    for kind, number in zip("NCDNPNANBN", (995, 996, 997, 998, 999, 0, 2, 3, 4, 7), strict=True):
        rest = "4711" if kind in "CPA" else "00:00:40 A 0221555640"
        rig.send(rig.connect(), f"{kind} {number:03} 00 2343 T020001 11/20 11:0{number % 10} {rest}".encode())
        if restarts:
            rig.use(rig.book)
    assert set(gaps(rig)) == {"main: 1 record missing between 0 and 2", "main: 2 records missing between 4 and 7"}
    assert rig.rows("SELECT kind, count(*) FROM records GROUP BY kind ORDER BY kind") == [
        ("call", 6),
        ("event", 3),
        ("unparsed", 1),
    ]
    assert sum(one.told_missing for one in rig.batches) == 3
    rig.close()


def test_an_exchange_that_does_not_count_has_no_gaps(rig: Rig) -> None:
    """Without the site's word that every call is recorded, a missing call number means nothing."""
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, call(1))
    rig.advance(100_000)
    rig.send(feed, call(50), call(90))
    assert gaps(rig) == []
