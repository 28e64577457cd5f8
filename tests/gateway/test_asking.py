"""Protects the promise where an exchange tells everything again and again: each record once, twins twice, late ones too."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import asking
from gateway.asking import Cursor, Kept, Manner

WARSAW = ZoneInfo("Europe/Warsaw")
BEGUN = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)


def manner(*places: str, times: str = "iso", overlap: int = 3_600) -> Manner:
    return Manner(places=frozenset(places), times=times, zone=WARSAW, overlap=timedelta(seconds=overlap))


def test_templates_are_filled_so_that_no_value_can_say_something_else() -> None:
    values = {"since": "2026-11-26T06:00:00+01:00", "token": 'a"&b'}
    assert asking.address("https://x/?a={since}&t={token}&{other}", values) == (
        "https://x/?a=2026-11-26T06%3A00%3A00%2B01%3A00&t=a%22%26b&{other}"
    )
    assert asking.body('{"t":"{token}","n":{"o":"{offset}"}}', values) == '{"t":"a\\"&b","n":{"o":""}}'
    assert asking.places_in("https://x/{since}", '{"u":"{until}"}') == {"since", "until"}


@pytest.mark.parametrize(
    ("times", "since", "until"),
    [
        ("iso", "2026-11-26T06:00:00+01:00", "2026-11-26T08:05:00+01:00"),
        ("utc", "2026-11-26T05:00:00Z", "2026-11-26T07:05:00Z"),
        ("unix", "1795669200", "1795676700"),
        # without its offset a clock's time is in doubt by an hour, once a year
        ("%Y-%m-%d %H:%M:%S", "2026-11-26 05:00:00", "2026-11-26 09:05:00"),
    ],
)
def test_a_span_reaches_back_and_a_little_ahead(times: str, since: str, until: str) -> None:
    now = BEGUN + timedelta(hours=2)
    cursor = Cursor(since=BEGUN + timedelta(hours=1), after="0", begun=BEGUN)
    span = asking.span(manner("since", "until", times=times), cursor, now, far=False)
    assert (span.values["since"], span.values["until"]) == (since, until)
    assert span.then == Cursor(since=now, after="0", begun=BEGUN)
    assert (
        asking.span(manner("since"), cursor, now, far=True).values["since"] == "2026-11-26T06:00:00+01:00"
    )  # no further


def test_after_a_long_absence_a_day_is_asked_for_at_a_time() -> None:
    cursor, now = Cursor(since=BEGUN, after="0", begun=BEGUN), BEGUN + timedelta(days=3)
    span = asking.span(manner("since", "until", times="utc"), cursor, now, far=False)
    assert span.values["until"] == "2026-11-27T05:00:00Z"
    assert span.then.since == BEGUN + timedelta(days=1)


def test_a_clock_that_was_ahead_does_not_hide_what_came_meanwhile() -> None:
    ahead = Cursor(since=BEGUN + timedelta(days=30), after="0", begun=BEGUN)
    span = asking.span(manner("since", times="utc"), ahead, BEGUN + timedelta(hours=4), far=False)
    assert span.values["since"] == "2026-11-26T08:00:00Z"
    assert span.then.since == BEGUN + timedelta(hours=4)


def test_a_cursor_is_read_back_as_it_was_and_nothing_else_is_one() -> None:
    cursor = Cursor(since=BEGUN, after='to"ken', begun=BEGUN)
    assert Cursor.parse(str(cursor)) == cursor
    assert Cursor.parse("00000000000000000001:0012:ab") is None


# -- what is new ------------------------------------------------------------------------------------------------------

#: A record of the model: what it says (few words, so that twins are frequent), when it begins, how much later it is told.
RECORDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 30)), max_size=25)


@settings(max_examples=150, deadline=None)
@given(RECORDS, st.booleans(), st.sets(st.integers(0, 19)), st.integers(1, 4))
def test_every_record_is_kept_once_whatever_is_told_late_or_again(
    records: list[tuple[int, int, int]], named: bool, crashes: set[int], size: int
) -> None:
    """An exchange lists records by their begin; the overlap covers what is late; some rounds end before the commit."""
    kept, held, since, overlap = Kept(), Counter[bytes](), 0, 31
    names = [f"{n}" if named else f"{word}/{begin}" for n, (word, begin, _) in enumerate(records)]
    marks = [name.encode() for name in names]
    for at in range(0, 80, 4):
        shown = [
            n for n, (_, begin, late) in enumerate(records) if since - overlap <= begin <= at and begin + late <= at
        ]
        pages = [[marks[n] for n in shown[first : first + size]] for first in range(0, len(shown), size)]
        fresh = [pages[page][place] for page, place in kept.fresh(pages)]
        if at // 4 in crashes:
            kept = Kept(held.elements())  # what the store holds; the cursor stays
            continue
        held.update(fresh)
        kept.add(fresh)
        since = at
    for _ in range(2):  # equal records on two pages are believed when they are seen again
        shown = [n for n, (_, begin, late) in enumerate(records) if begin + late <= 80]
        pages = [[marks[n] for n in shown[first : first + size]] for first in range(0, len(shown), size)]
        fresh = [pages[page][place] for page, place in kept.fresh(pages)]
        held.update(fresh)
        kept.add(fresh)
    assert held == Counter(marks)


def test_a_record_that_a_shifted_page_shows_twice_is_one() -> None:
    kept = Kept()
    a, b, c, d = b"a", b"b", b"c", b"d"
    assert kept.fresh([[b, a], [a]]) == [(0, 0), (0, 1)]
    kept.add([b"a", b"b"])
    assert kept.fresh([[d, c], [b, a]]) == [(0, 0), (0, 1)]


def test_what_was_forgotten_is_forgotten_by_count() -> None:
    kept = Kept([b"a", b"a"])
    kept.forget([b"a"])
    assert kept.fresh([[b"a", b"a"]]) == [(0, 0)]


# -- when it goes wrong -----------------------------------------------------------------------------------------------


def test_pauses_grow_to_a_limit_and_respect_what_the_service_asks_for() -> None:
    assert asking.pause(60, 0, 0, 0.5) == 60
    assert [asking.pause(60, failures, 0, 0.5) for failures in (1, 2, 3, 30)] == [60, 120, 240, 900]
    assert asking.pause(60, 1, 0, 0) == 48
    assert asking.pause(60, 1, 600, 0.5) == 600
    assert asking.pause(60, 1, 10**9, 0.5) == 3_600
    assert asking.pause(7_200, 5, 0, 0.5) == 7_200


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    assert asking.retry_after("120", now) == 120
    assert asking.retry_after("Thu, 26 Nov 2026 05:01:00 GMT", now) == 60
    assert asking.retry_after("Thu, 26 Nov 2026 04:01:00 GMT", now) == asking.retry_after("soon", now) == 0
    assert asking.retry_after("", now) == asking.retry_after("Thu, 26 Nov 2026 05:01:00 -0000", now) == 0


def test_every_refusal_is_a_sentence_that_says_what_to_do() -> None:
    said = {status: asking.refusal(status) for status in (301, 401, 403, 404, 418, 429, 503)}
    assert len(set(said.values())) == len(said)
    assert "write that address into pull" in said[301]
    assert "make every longer" in said[429]
