"""A buffer dumped again is told from twins that are two real calls; a match too short to prove anything stays a doubt."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.repeats import HISTORY, LEAST_RUN, MOST_MISSED, RepeatWatch, Verdict, digest
from gateway.store.verify import broken_rules
from tests.gateway.rig import Rig, line


def verdicts(watch: RepeatWatch, lines: str) -> str:
    """The verdicts of a connection that sends these lines: n new, d doubt, r repeat."""
    watch.begin(7)
    return "".join(_letter(watch.see(7, 100 + place, digest(one.encode()))) for place, one in enumerate(lines))


def _letter(verdict: Verdict) -> str:
    return "r" if verdict.repeat else "d" if verdict.doubt else "n"


def remembering(lines: str) -> RepeatWatch:
    """A watch whose source has sent these lines."""
    return RepeatWatch([digest(one.encode()) for one in lines])


def test_a_run_at_the_start_of_a_connection_is_a_repeat_and_what_follows_is_new() -> None:
    """The last records of the buffer come again, then the new ones."""
    assert verdicts(remembering("abcdef"), "cdefgh") == "ddrrnn"


def test_the_run_that_proves_itself_names_the_records_that_were_in_doubt() -> None:
    """So that what was held for them can be let go."""
    watch = remembering("abcdef")
    watch.begin(7)
    seen = [watch.see(7, place, digest(one.encode())) for place, one in enumerate("cdef")]
    assert seen[LEAST_RUN - 1].proved == (0, 1)
    assert all(not one.proved for one in seen if one is not seen[LEAST_RUN - 1])


def test_a_match_shorter_than_the_least_run_stays_a_doubt() -> None:
    """Two equal lines after a reconnect prove nothing."""
    assert verdicts(remembering("abcdef"), "efxyz") == "ddnnn"


def test_twins_inside_a_connection_are_two_calls() -> None:
    """However many."""
    assert verdicts(remembering("abc"), "xxxxx") == "nnnnn"


def test_repeats_are_looked_for_at_the_start_of_a_connection_only() -> None:
    """So many new records end it."""
    new = [digest(str(number).encode()) for number in range(MOST_MISSED + 1)]
    watch = remembering("abcdef")
    watch.begin(7)
    assert all(watch.see(7, place, mark) == Verdict() for place, mark in enumerate(new))
    assert all(watch.see(7, 200 + place, digest(one.encode())) == Verdict() for place, one in enumerate("abcdef"))


def test_a_run_that_breaks_begins_again_and_what_was_in_doubt_stays_in_doubt() -> None:
    """Only consecutive records, in the order they were stored, prove anything."""
    assert verdicts(remembering("abcdef"), "abdef") == "ddddr"
    assert verdicts(remembering("abcabd"), "abd") == "ddr"
    assert verdicts(remembering("abcdef"), "fa") == "dd"


def test_a_record_that_never_arrived_does_not_end_a_run() -> None:
    """The buffer holds what was on its way when a link broke; that one is new, and what stands around it is not."""
    assert verdicts(remembering("abcdef"), "abcXdefg") == "ddrnrrrn"
    assert verdicts(remembering("abcdef"), "aXbcdefg") == "dndrrrrn"
    assert verdicts(remembering("abcdef"), "Xabcdefg") == "nddrrrrn"


def test_a_record_that_came_late_is_known_wherever_it_stands() -> None:
    """Our history has d behind f, because it was missing in the first dump and came with the second; each counts once."""
    assert verdicts(remembering("abcefdg"), "abcdefgh") == "ddrrrrrn"
    assert verdicts(remembering("abcefdg"), "abcddefgh") == "ddrrnrrrn"


def test_a_connection_is_taken_up_again_where_it_was() -> None:
    """After a restart in the middle of a dump: its own new records are no history that it could repeat."""
    told = [(place, digest(one.encode())) for place, one in enumerate("abcX")]
    watch = remembering("abcdefX")  # X was new, and is remembered
    watch.resume(7, 1, told)
    assert "".join(_letter(watch.see(7, 9, digest(one.encode()))) for one in "defXg") == "rrrnn"


def test_a_second_dump_is_a_repeat_too() -> None:
    """Repeats are not remembered as calls, the calls they repeat still are."""
    watch = remembering("abcdef")
    assert verdicts(watch, "defg") == "ddrn"
    assert verdicts(watch, "defg") == "ddrr"


def test_two_connections_of_one_source_do_not_disturb_each_other() -> None:
    """Each has a run of its own, and what one brings is no history for the other."""
    watch = remembering("abcdef")
    watch.begin(1)
    watch.begin(2)
    story = [(1, "a"), (2, "d"), (1, "b"), (2, "x"), (1, "c"), (2, "a"), (1, "d")]
    assert (
        "".join(_letter(watch.see(who, place, digest(one.encode()))) for place, (who, one) in enumerate(story))
        == "dddnrdr"
    )


def test_the_memory_of_a_source_is_bounded_and_a_run_in_it_survives_the_forgetting() -> None:
    """The deepest buffer known, and not more than twice that."""
    watch = RepeatWatch(digest(str(number).encode()) for number in range(HISTORY))
    watch.begin(1)
    for number in range(3 * HISTORY):
        watch.see(2, number, digest(f"new {number}".encode()))
    assert len(watch._seen) <= 2 * HISTORY
    assert watch.see(1, 1, digest(b"5")) == Verdict()


@given(st.text("ab", max_size=40), st.text("abc", max_size=40))
def test_a_source_that_never_reconnects_has_no_repeats(history: str, lines: str) -> None:
    """Without `begin`, everything is new; with it, doubts come first, and repeats only once a run is proved."""
    watch = remembering(history)
    assert all(watch.see(7, place, digest(one.encode())) == Verdict() for place, one in enumerate(lines))
    story = verdicts(remembering(history), lines)
    assert all(letter == "n" or one in history for letter, one in zip(story, lines, strict=True))
    assert "r" not in story or story[: story.index("r")].count("d") >= LEAST_RUN - 1


@given(st.lists(st.integers(0, 5), min_size=3, max_size=60), st.data())
def test_the_end_of_a_buffer_sent_again_is_recognised_exactly_and_what_follows_is_new(
    history: list[int], data: st.DataObject
) -> None:
    """However many twins the history holds: from the least run on, neither one record more nor one less."""
    again = data.draw(st.integers(LEAST_RUN, len(history)))
    fresh = data.draw(st.lists(st.integers(10, 12), max_size=5))
    watch = RepeatWatch(digest(bytes((one,))) for one in history)
    watch.begin(7)
    seen = [watch.see(7, place, digest(bytes((one,)))) for place, one in enumerate([*history[-again:], *fresh])]
    proved = [one for verdict in seen for one in verdict.proved]
    repeats = {place for place, verdict in enumerate(seen) if verdict.repeat} | set(proved)
    assert repeats == set(range(again))
    assert proved == list(range(LEAST_RUN - 1))
    assert seen[again:] == [Verdict()] * len(fresh)


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 4), max_size=40))
def test_what_was_never_stored_is_never_called_a_repeat(history: list[int], lines: list[int]) -> None:
    """Nor doubted; and no repeat comes before the least run."""
    watch = RepeatWatch(digest(bytes((one,))) for one in history)
    watch.begin(7)
    for place, one in enumerate(lines):
        verdict = watch.see(7, place, digest(bytes((one,))))
        assert not (verdict.repeat or verdict.doubt) or one in history
        assert not verdict.repeat or place >= LEAST_RUN - 1


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=6))
def test_an_exchange_that_dumps_its_buffer_at_every_connection_is_charged_once_a_call(
    connections: list[tuple[int, int]],
) -> None:
    """Each record is kept; each call is due once; what two lines cannot prove is held and shown, and nothing is lost."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(f"sqlite:///{Path(folder) / 'foliogate.db'}")
        rig.check_in()
        calls: list[bytes] = []
        sent = doubts = repeats = 0
        for again, fresh in connections:
            dump = calls[-again:] if again else []
            new = [line(len(calls) + number, seconds=10 + len(calls) + number) for number in range(fresh)]
            rig.send(rig.connect(), *dump, *new)
            calls += new
            sent += len(dump) + len(new)
            doubts += len(dump) if len(dump) < LEAST_RUN else 0
            repeats += len(dump) if len(dump) >= LEAST_RUN else 0
        marked = dict(rig.rows("SELECT mark, count(*) FROM records GROUP BY mark"))
        assert sum(marked.values()) == sent
        assert (marked.get("repeat", 0), marked.get("possible repeat", 0)) == (repeats, doubts)
        assert rig.states().count("due") == len(calls)
        assert [row["hold"] for row in rig.postings() if row["state"] != "due"] == ["possible_repeat"] * doubts
        assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", True)) == []
        rig.close()
