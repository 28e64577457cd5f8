"""What an adapter may say of a charge where the receiver never acknowledges: that it went out, and no more."""

from __future__ import annotations

from pms_adapters.contract.stage import RECOVERY, STOP_LIMIT, Recorder, Stage, clause, gone, post, state, up
from pms_adapters.posting import InDoubt, NotSent, Unconfirmable


@clause("unconfirmed")
def a_charge_that_nobody_acknowledges_is_unconfirmable(stage: Stage, recorder: Recorder) -> None:
    """It reached the receiver once, and the outcome says how it went out; it is never called posted."""
    up(stage, recorder)
    attempt = post(stage, token=7)
    stage.advance(stage.answer_timeout + 1)
    assert isinstance(attempt.outcome, Unconfirmable)
    assert attempt.outcome.how
    stage.advance(RECOVERY)
    assert stage.arrived() == [7]
    assert recorder.late == []


@clause("unconfirmed")
def charges_that_nobody_acknowledges_go_out_one_by_one_and_in_order(stage: Stage, recorder: Recorder) -> None:
    """While one goes out the next is not sent; then it may be offered."""
    up(stage, recorder)
    for token in (1, 2, 3):
        attempt = post(stage, token)
        assert attempt.open
        assert isinstance(post(stage, 99).outcome, NotSent)
        stage.advance(stage.answer_timeout + 1)
        assert isinstance(attempt.outcome, Unconfirmable)
        assert state(stage).ready
    assert stage.arrived() == [1, 2, 3]


@clause("unconfirmed", "away")
def a_connection_that_breaks_while_a_charge_goes_out_is_a_doubt(stage: Stage, recorder: Recorder) -> None:
    """Nobody knows how much of it arrived: InDoubt at once, and never sent again by itself."""
    up(stage, recorder)
    attempt = post(stage)
    stage.leave()
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    assert not state(stage).up
    stage.come_back()
    stage.advance(RECOVERY)
    assert state(stage).ready
    assert stage.arrived() in ([], [1])


@clause("unconfirmed", "away")
def a_link_that_nobody_answers_on_comes_back_by_itself(stage: Stage, recorder: Recorder) -> None:
    """When the receiver is there again the link stands again within two minutes, and takes charges."""
    up(stage, recorder)
    stage.leave()
    stage.advance(300)
    assert not state(stage).ready
    stage.come_back()
    stage.advance(RECOVERY)
    attempt = post(stage, 9)
    stage.advance(stage.answer_timeout + 1)
    assert isinstance(attempt.outcome, Unconfirmable)


@clause("unconfirmed")
def stop_leaves_no_charge_that_goes_out_without_an_outcome(stage: Stage, recorder: Recorder) -> None:
    """A charge that is on its way when the link is stopped ends within the limit, and not as posted or not sent."""
    up(stage, recorder)
    attempt = post(stage)
    ended = gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert ended == [None]
    assert isinstance(attempt.outcome, InDoubt | Unconfirmable)
