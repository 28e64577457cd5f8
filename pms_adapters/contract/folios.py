"""What an adapter may say of a folio that it can read."""

from __future__ import annotations

from dataclasses import replace

from pms_adapters.contract.stage import STOP_LIMIT, FolioStage, Recorder, Stage, a_posting, clause, gone, post, up
from pms_adapters.posting import FolioReader, Found, InDoubt, NotFound, Posted, Posting, ReadBack, Unreadable


@clause("folio", "silence")
def a_charge_that_was_booked_in_silence_is_found_on_the_folio(stage: Stage, recorder: Recorder) -> None:
    """No answer came, and the folio tells: Found, with the PMS's own name for it."""
    _in_silence(stage, recorder, booked=True)
    found = _read_back(stage)
    assert isinstance(found, Found)
    assert found.reference


@clause("folio", "accept")
def a_charge_that_is_posted_is_found_on_the_folio(stage: Stage, recorder: Recorder) -> None:
    """What the PMS said yes to can be seen there."""
    up(stage, recorder)
    attempt = post(stage)
    stage.advance(1)
    assert isinstance(attempt.outcome, Posted)
    assert isinstance(_read_back(stage), Found)


@clause("folio", "silence")
def a_charge_that_is_not_on_the_folio_is_not_found(stage: Stage, recorder: Recorder) -> None:
    """It got lost on the way: NotFound, with what was read."""
    _in_silence(stage, recorder, booked=False)
    found = _read_back(stage)
    assert isinstance(found, NotFound)
    assert found.read


@clause("folio", "silence")
def another_charge_like_it_is_not_taken_for_it(stage: Stage, recorder: Recorder) -> None:
    """The same amount, room and time with another number is another charge."""
    _in_silence(stage, recorder, booked=True)
    assert not isinstance(_read_back(stage, of=a_posting(2)), Found)


@clause("folio", "silence")
def another_amount_under_its_number_is_not_taken_for_it(stage: Stage, recorder: Recorder) -> None:
    """A line with this posting's mark and another amount settles nothing: a person has to look."""
    _in_silence(stage, recorder, booked=True)
    assert not isinstance(_read_back(stage, of=replace(a_posting(), amount=1)), Found)


@clause("folio", "silence")
def reading_a_folio_charges_nothing(stage: Stage, recorder: Recorder) -> None:
    """However often it is read."""
    _in_silence(stage, recorder, booked=False)
    for _ in range(3):
        _read_back(stage)
    assert stage.arrived() == [1]


@clause("folio")
def a_folio_that_cannot_be_reached_is_unreadable(stage: Stage, recorder: Recorder) -> None:
    """Before the start and after the stop there is nobody to ask, and that is no answer."""
    assert isinstance(_read_back(stage), Unreadable)
    up(stage, recorder)
    gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert isinstance(_read_back(stage), Unreadable)


def _in_silence(stage: Stage, recorder: Recorder, *, booked: bool) -> None:
    """A charge went out, the PMS booked it or not, and said nothing; now it can be asked."""
    up(stage, recorder)
    assert isinstance(stage, FolioStage)
    stage.book(booked)
    stage.say("nothing")
    attempt = post(stage)
    stage.advance(stage.answer_timeout + 1)
    assert isinstance(attempt.outcome, InDoubt)


def _read_back(stage: Stage, *, of: Posting | None = None) -> ReadBack:
    """What the folio tells, which must be there within the time-out of an answer."""
    reader = stage.adapter
    assert isinstance(reader, FolioReader)
    heard: list[ReadBack] = []
    failures: list[object] = []
    reader.read_back(of or a_posting()).addCallbacks(heard.append, failures.append)
    stage.advance(stage.answer_timeout + 1)
    assert not failures, f"reading a folio ended with a failure instead of a value: {failures}"
    assert len(heard) == 1, f"one question has one answer, not {heard}"
    return heard[0]
