"""Protects the truth of one word: how a call stands is said as the ledger has it, and the most pressing state wins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from gateway.instants import to_micros
from gateway.ledger import STATES, Hold
from gateway.web.marks import HOLDS, MEANINGS, NAMES, SIGNS, TONES, URGENCY, call_mark, posting_mark
from gateway.web.words import Clock

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
CLOCK = Clock(ZoneInfo("Europe/Warsaw"), NOON)
TWO_PAST = to_micros(datetime(2026, 11, 20, 10, 2, tzinfo=UTC))


def posting(state: str, **other: Any) -> dict[str, Any]:
    """A posting as far as its mark is concerned."""
    row = {"state": state, "changed_at": TWO_PAST, "due_at": TWO_PAST, "reason": "", "hold": "", "attempts": 0}
    return {**row, **other}


def call(status: str, reason: str = "", **other: Any) -> dict[str, Any]:
    """A call as far as its mark is concerned."""
    base = {"number_class": "mobile", "department": None, "started_at": TWO_PAST}
    return {"status": status, "reason": reason, **base, **other}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (posting("posted"), "posted 11:02"),
        (posting("due"), "waiting for PMS"),
        (posting("due", due_at=TWO_PAST + 3600 * 1_000_000, attempts=1, reason="PMS asks to retry"), "again 12:02"),
        (posting("sent"), "on its way since 11:02:00"),
        (posting("refused", reason="refused: NG no such guest"), "refused: NG no such guest"),
        (posting("refused"), "refused: no reason was told"),
        (posting("in_doubt", reason="no answer"), "in doubt since 11:02"),
        (
            posting("held", hold="no_post", reason="the PMS marks the guest of room 204 as no-post"),
            "held: guest is no-post",
        ),
        (posting("held", hold="news from the future", reason="because"), "held: because"),
        (posting("written_off"), "written off 11:02"),
    ],
)
def test_a_posting_says_how_it_stands(row: dict[str, Any], words: str) -> None:
    assert words in posting_mark(row, CLOCK).words


def test_the_long_form_has_the_stores_own_reason() -> None:
    held = posting_mark(posting("held", hold="no_post", reason="the PMS marks the guest of room 204 as no-post"), CLOCK)
    assert held.long == "held: the PMS marks the guest of room 204 as no-post"
    assert posting_mark(posting("in_doubt", reason="no answer within 30 s"), CLOCK).long.endswith(
        "no answer within 30 s"
    )


@pytest.mark.parametrize(
    ("row", "words", "tone"),
    [
        (call("open"), "not finished yet", "quiet"),
        (call("not_chargeable", "incoming call: not charged"), "not charged: incoming call", "quiet"),
        (call("not_chargeable", "the call was not answered"), "not charged: the call was not answered", "quiet"),
        (call("not_chargeable", "", number_class="emergency"), "emergency: not charged", "red"),
        (call("allocated", "call of the house: Kitchen", department="Kitchen"), "house call, not posted", "quiet"),
        (call("allocated", "no PMS is configured"), "not posted: no PMS is configured", "quiet"),
        (call("allocated"), "not posted", "quiet"),
        (call("charge", "priced twice"), "priced twice", "quiet"),
    ],
)
def test_a_call_without_a_posting_says_why(row: dict[str, Any], words: str, tone: str) -> None:
    mark = call_mark(row, [], CLOCK)
    assert (mark.words, mark.tone) == (words, tone)


def test_a_call_of_several_parts_shows_the_one_that_needs_somebody() -> None:
    parts = [posting("posted"), posting("in_doubt"), posting("due")]
    assert call_mark(call("charge"), parts, CLOCK).words == "in doubt since 11:02 (3 parts)"


def test_the_day_is_named_only_where_it_is_not_the_calls_own() -> None:
    yesterday = call("charge", started_at=TWO_PAST - 24 * 3600 * 1_000_000)
    assert call_mark(yesterday, [posting("posted")], CLOCK).words == "posted Fri 20 Nov 11:02"
    same_night = posting("posted", changed_at=TWO_PAST - 23 * 3600 * 1_000_000)
    assert call_mark(yesterday, [same_night], CLOCK).words == "posted 12:02"


def test_every_state_and_every_hold_has_its_words() -> None:
    assert set(URGENCY) == set(NAMES) == set(MEANINGS) == set(SIGNS) == set(TONES) == set(STATES)
    assert set(HOLDS) == set(get_args(Hold))
    assert len(set(SIGNS.values())) == len(STATES), "two states with one sign cannot be told apart without colour"
