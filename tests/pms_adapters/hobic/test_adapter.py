"""Protects the promise that a printed line is charged once, and that nothing is called posted that nobody took."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pms_adapters.contract import Attempt, a_posting
from pms_adapters.posting import InDoubt, NotSent, Posted, Refused, Unconfirmable
from protocols.hobic.wire import Enquired
from tests.pms_adapters.hobic.scene import HobicScene, HolidexScene, SilentScene


def scene(kind: type[HobicScene] = HobicScene, **options: Any) -> HobicScene:
    stage = kind(**options)
    stage.start()
    return stage


def post(stage: HobicScene, token: int = 42, **changes: Any) -> Attempt:
    attempt = Attempt(stage.hobic.post(replace(a_posting(token), **changes)))
    stage.flow()
    return attempt


def test_the_line_says_what_the_posting_says() -> None:
    """In the hotel's time, with the letter of its class, minutes begun counted whole."""
    stage = scene()
    assert isinstance(post(stage).outcome, Posted)
    assert stage.lines() == ["0042 HTL 11/20  0412 08:15    5   13.75 0043123456789      I"]


def test_a_nak_is_sent_again_and_then_left_to_the_retry_policy() -> None:
    """Four copies, each refused: not taken, so it may be offered again later."""
    stage = scene()
    stage.say("no")
    outcome = post(stage).outcome
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.retry) == ("NAK", "later")
    assert len(stage.lines()) == 4
    assert stage.arrived() == [42]


def test_a_pms_that_is_busy_has_been_sent_nothing() -> None:
    """NAK to each ENQ: the charge waits here."""
    stage = scene(HolidexScene)
    stage.busy = True
    attempt = post(stage)
    stage.advance(20)
    assert isinstance(attempt.outcome, NotSent)
    assert stage.lines() == []
    assert not stage.hobic.state.up
    stage.busy = False
    stage.advance(20)
    assert isinstance(post(stage).outcome, Posted)


def test_a_damaged_line_is_asked_for_again_and_charged_once() -> None:
    """The receiver's own NAK for a wrong checksum leads to one good copy."""
    stage = scene(HolidexScene)
    assert stage.pms is not None
    good = stage.pms.receiver
    attempt = Attempt(stage.hobic.post(a_posting()))
    damaged = {"left": 1}
    take = good.receive

    def noisy(data: bytes) -> Any:
        if damaged["left"] and len(data) > 10:
            damaged["left"] = 0
            data = data.replace(b"13.75", b"93.75")
        return take(data)

    good.receive = noisy  # type: ignore[method-assign]
    stage.flow()
    assert isinstance(attempt.outcome, Posted)
    assert ["13.75" in line for line in stage.lines()] == [True]


def test_each_silence_is_waited_for_twice_as_long() -> None:
    """A receiver that hangs behind a terminal server that accepts everything: few doubts, not one a minute."""
    stage = scene()
    stage.say("nothing")
    waited = []
    for token in range(1, 6):
        attempt = post(stage, token)
        stage.advance(stage.answer_timeout + 1)
        assert isinstance(attempt.outcome, InDoubt)
        began = stage.seconds
        while not stage.hobic.state.ready:
            stage.advance(5)
        waited.append(stage.seconds - began)
    assert stage.arrived() == [1, 2, 3, 4, 5]
    assert all(later > 1.7 * sooner for sooner, later in zip(waited, waited[1:], strict=False))


def test_an_answer_of_before_is_not_taken_for_one_of_after() -> None:
    """The doubt's answer comes when the line was opened anew: it is noise, and the next charge needs its own."""
    stage = scene()
    stage.say("nothing")
    first = post(stage, 1)
    stage.advance(stage.answer_timeout + stage.settings.options.late_answer)
    assert isinstance(first.outcome, InDoubt)
    while "opened" not in stage.hobic.state.why:
        stage.advance(0.1)
    assert stage.pms is not None
    stage.pms.say(b"\x06")
    stage.advance(2)
    second = post(stage, 2)
    assert second.open
    assert stage.listener.late == []
    assert any("answer nothing" in one for one in stage.listener.oddities)


def test_a_late_no_says_that_it_was_not_taken() -> None:
    stage = scene()
    stage.say("nothing")
    post(stage, 7)
    stage.advance(stage.answer_timeout + 1)
    assert stage.pms is not None
    stage.pms.say(b"\x15")
    stage.flow()
    ((token, result),) = stage.listener.late
    assert token == 7
    assert isinstance(result, Refused)
    assert result.retry == "later"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"room": "Royal Suite"}, "wider than its column"),
        ({"amount": 13755, "decimals": 3}, "cannot be printed exactly"),
        ({"amount": -1375}, "no agreed way to take a charge back"),
        ({"amount": 99_999_999}, "wider than its column"),
    ],
)
def test_what_the_line_cannot_say_is_refused_here(change: dict[str, Any], words: str) -> None:
    """Nothing goes out that would be another charge."""
    stage = scene()
    outcome = post(stage, **change).outcome
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.retry) == ("LOCAL", "never")
    assert words in outcome.text
    assert stage.lines() == []
    assert stage.hobic.state.ready


def test_a_charge_is_taken_back_where_the_hotel_says_that_it_can_be() -> None:
    stage = scene(takes_reversals=True)
    assert isinstance(post(stage, amount=-1375).outcome, Posted)
    assert "-13.75" in stage.lines()[0]


def test_a_receiver_that_begins_to_answer_has_said_nothing() -> None:
    """Where nobody is to answer an ACK is noise, and the charge is unconfirmable all the same."""
    stage = scene(SilentScene)
    attempt = post(stage)
    assert stage.pms is not None
    stage.pms.say(b"\x06")
    stage.advance(3)
    assert isinstance(attempt.outcome, Unconfirmable)
    assert len(stage.listener.oddities) == 1


def test_a_peer_that_talks_without_end_does_not_fill_the_log() -> None:
    stage = scene()
    assert stage.pms is not None
    for _ in range(500):
        stage.pms.say(b"GET / HTTP/1.1\r\n")
        stage.flow()
    assert len(stage.listener.oddities) < 30
    assert isinstance(post(stage).outcome, Posted)


def test_an_attempt_that_is_called_off_is_in_doubt_and_its_answer_is_late() -> None:
    stage = scene()
    stage.say("nothing")
    answer = stage.hobic.post(a_posting(9))
    attempt = Attempt(answer)
    stage.flow()
    answer.cancel()
    assert isinstance(attempt.outcome, InDoubt)
    stage.answer_late()
    assert stage.listener.late == [(9, Posted())]


def test_holidex_asks_whether_anybody_is_there_before_it_says_that_the_link_is_up() -> None:
    """A terminal server accepts connections while the PMS behind it is off."""
    stage = HolidexScene()
    stage.hung = True
    stage.hobic.start(stage.listener)
    stage.advance(30)
    assert not stage.hobic.state.up
    assert "ENQ" in stage.hobic.state.why
    assert stage.heard.count(Enquired()) >= 9
    stage.hung = False
    stage.advance(20)
    assert stage.hobic.state.ready
