"""The states of a posting move along named arrows only, and the retry policy gives up to a person, never to silence."""

from __future__ import annotations

from typing import get_args

import pytest

from gateway.ledger import (
    ARROWS,
    DEEDS,
    RETRY_DELAYS,
    STATES,
    Event,
    IllegalMove,
    State,
    after_attempt,
    after_late_answer,
    mermaid,
    move,
)
from pms_adapters.posting import InDoubt, NotSent, Posted, Refused


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", get_args(Event))
def test_every_pair_of_state_and_event_either_has_an_arrow_or_is_refused(state: State, event: Event) -> None:
    """Nothing moves along an arrow that is not in the table."""
    if (state, event) in ARROWS:
        assert move(state, event) in STATES
    else:
        with pytest.raises(IllegalMove, match=f"{state}.*{event}"):
            move(state, event)


def test_a_doubt_is_never_sent_again_by_itself() -> None:
    """Out of in_doubt lead only the PMS's own late word and a person's deed."""
    ways = {event for (state, event) in ARROWS if state == "in_doubt"}
    assert ways == {
        "late_yes",
        "late_no",
        "late_retry",
        *(DEEDS[one] for one in ("on-folio", "not-on-folio", "write-off")),
    }


def test_posted_and_written_off_are_final() -> None:
    """What is on the folio, or let go, moves no more."""
    assert not [pair for pair in ARROWS if pair[0] in ("posted", "written_off")]


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    """Nothing waits in a state that no arrow leaves."""
    assert set(ARROWS.values()) | {"held", "due"} == set(STATES)
    for state in set(STATES) - {"posted", "written_off"}:
        assert any(pair[0] == state for pair in ARROWS)


def test_a_pms_that_asks_to_retry_is_obeyed_with_growing_patience_and_then_a_person_decides() -> None:
    """RY: due again after 10, 30, 120 … seconds; after the last delay it is refused, with the count in the reason."""
    refusal = Refused("RY", "DATABASE BUSY", "later")
    waits = [after_attempt(refusal, attempt).wait_seconds for attempt in range(1, len(RETRY_DELAYS) + 1)]
    assert waits == list(RETRY_DELAYS) == sorted(RETRY_DELAYS)
    last = after_attempt(refusal, len(RETRY_DELAYS) + 1)
    assert (last.event, last.wait_seconds) == ("refused", 0)
    assert "asked to retry 9 times" in last.reason


@pytest.mark.parametrize(
    ("result", "event"),
    [
        (Posted("900817"), "accepted"),
        (Refused("NG", "INVALID ROOM"), "refused"),
        (Refused("NA", "", "after_audit"), "retry_asked"),
        (NotSent("link down"), "not_sent"),
        (InDoubt("no answer"), "no_answer"),
    ],
)
def test_each_outcome_of_an_attempt_is_one_event(result: Posted | Refused | NotSent | InDoubt, event: Event) -> None:
    """And that event has an arrow out of `sent`."""
    assert after_attempt(result, 1).event == event
    assert ("sent", event) in ARROWS


def test_a_late_answer_settles_a_doubt_in_the_pms_s_own_words() -> None:
    """Yes, no and again, all along arrows out of in_doubt."""
    for result in (Posted("1"), Refused("NG", "x"), Refused("RY", "x", "later")):
        outcome = after_late_answer(result, 1)
        assert ("in_doubt", outcome.event) in ARROWS
    assert after_late_answer(Posted("900817"), 1).reference == "900817"


def test_the_page_with_arrows_is_drawn_from_the_table() -> None:
    """docs/posting-states.md shows exactly the arrows there are."""
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "posting-states.md").read_text(encoding="utf-8")
    assert mermaid() in page
