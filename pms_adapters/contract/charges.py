"""What an adapter may say of a charge: one attempt, one outcome, and never more than it knows."""

from __future__ import annotations

from pms_adapters.contract.stage import RECOVERY, STOP_LIMIT, Recorder, Stage, clause, gone, post, state, up
from pms_adapters.posting import InDoubt, NotSent, Posted, Refused


@clause("accept")
def a_charge_that_is_accepted_is_posted_once(stage: Stage, recorder: Recorder) -> None:
    """Yes means Posted, and the PMS saw the charge once, with its token."""
    up(stage, recorder)
    attempt = post(stage, token=7)
    stage.advance(1)
    assert isinstance(attempt.outcome, Posted)
    stage.advance(stage.answer_timeout * 3)
    assert isinstance(attempt.outcome, Posted)
    assert stage.arrived() == [7]
    assert recorder.late == []


@clause("accept")
def charges_follow_each_other(stage: Stage, recorder: Recorder) -> None:
    """The next charge may be offered as soon as the last has its answer."""
    up(stage, recorder)
    for token in (1, 2, 3):
        attempt = post(stage, token)
        stage.advance(1)
        assert isinstance(attempt.outcome, Posted)
    assert stage.arrived() == [1, 2, 3]


@clause("refuse")
def a_charge_that_is_refused_says_why(stage: Stage, recorder: Recorder) -> None:
    """No means Refused, with the PMS's code; the link goes on."""
    up(stage, recorder)
    stage.say("no")
    attempt = post(stage)
    stage.advance(1)
    outcome = attempt.outcome
    assert isinstance(outcome, Refused)
    assert outcome.code
    assert outcome.retry in ("never", "later", "after_audit")
    assert len(stage.arrived()) == 1


@clause("accept", "refuse")
def a_refusal_concerns_one_charge(stage: Stage, recorder: Recorder) -> None:
    """What was refused is not sent again by itself, and the next charge is as welcome as before."""
    up(stage, recorder)
    stage.say("no")
    refused = post(stage, 1)
    stage.advance(stage.answer_timeout)
    assert isinstance(refused.outcome, Refused)
    stage.say("yes")
    stage.advance(RECOVERY)
    assert state(stage).ready
    accepted = post(stage, 2)
    stage.advance(1)
    assert isinstance(accepted.outcome, Posted)
    assert stage.arrived() == [1, 2]


@clause("silence")
def silence_is_a_doubt_when_the_time_is_up_and_not_before(stage: Stage, recorder: Recorder) -> None:
    """A charge without an answer is InDoubt after the time-out, and the charge is not repeated."""
    up(stage, recorder)
    stage.say("nothing")
    attempt = post(stage)
    stage.advance(stage.answer_timeout - 0.5)
    assert attempt.open
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    stage.advance(stage.answer_timeout * 3)
    assert len(stage.arrived()) == 1
    assert isinstance(attempt.outcome, InDoubt)


@clause("garble")
def an_answer_that_nobody_can_trust_is_a_doubt(stage: Stage, recorder: Recorder) -> None:
    """The charge reached the PMS and what came back is no answer: neither a yes nor a no, and no reason to repeat."""
    up(stage, recorder)
    stage.say("garbage")
    attempt = post(stage)
    stage.advance(stage.answer_timeout + 1)
    assert isinstance(attempt.outcome, InDoubt)
    assert attempt.outcome.why
    stage.advance(stage.answer_timeout * 3)
    assert stage.arrived() == [1]


@clause("silence")
def one_at_a_time(stage: Stage, recorder: Recorder) -> None:
    """A second charge while the first awaits its answer is not sent, and does not disturb the first."""
    up(stage, recorder)
    stage.say("nothing")
    first = post(stage, 1)
    stage.advance(1)
    assert isinstance(post(stage, 2).outcome, NotSent)
    assert first.open
    assert stage.arrived() == [1]


@clause("silence", "late")
def after_a_time_out_nothing_is_sent_until_a_sign_of_life(stage: Stage, recorder: Recorder) -> None:
    """A PMS that hangs leaves one doubt: the link is not ready until the PMS speaks again."""
    up(stage, recorder)
    stage.say("nothing")
    post(stage, 1)
    stage.advance(stage.answer_timeout + 1)
    assert not state(stage).ready
    assert state(stage).why
    assert isinstance(post(stage, 2).outcome, NotSent)
    assert stage.arrived() == [1]
    stage.answer_late()
    stage.advance(1)
    assert state(stage).ready


@clause("accept", "silence")
def a_pms_that_hung_is_charged_again_once_it_speaks(stage: Stage, recorder: Recorder) -> None:
    """The link finds out by itself that its PMS lives; what is in doubt is not sent with the rest."""
    up(stage, recorder)
    stage.say("nothing")
    doubtful = post(stage, 1)
    stage.advance(stage.answer_timeout + 1)
    assert not state(stage).ready
    assert state(stage).why
    stage.say("yes")
    stage.advance(RECOVERY)
    assert state(stage).ready, state(stage).why
    accepted = post(stage, 2)
    stage.advance(1)
    assert isinstance(accepted.outcome, Posted)
    assert isinstance(doubtful.outcome, InDoubt)
    assert stage.arrived() == [1, 2]


@clause("late")
def an_answer_after_the_time_out_is_told_with_its_token(stage: Stage, recorder: Recorder) -> None:
    """A late answer settles the doubt through the listener; the attempt itself stays as it was reported."""
    up(stage, recorder)
    stage.say("nothing")
    attempt = post(stage, token=41)
    stage.advance(stage.answer_timeout + 1)
    stage.answer_late()
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    assert [token for token, _ in recorder.late] == [41]
    assert isinstance(recorder.late[0][1], Posted)


@clause("away", "silence")
def a_broken_connection_puts_the_charge_in_doubt(stage: Stage, recorder: Recorder) -> None:
    """Bytes left and the connection broke: InDoubt at once, and never sent again by itself."""
    up(stage, recorder)
    stage.say("nothing")
    attempt = post(stage)
    stage.advance(1)
    stage.leave()
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    assert not state(stage).up
    stage.say("yes")
    stage.come_back()
    stage.advance(RECOVERY)
    assert state(stage).ready
    assert len(stage.arrived()) == 1


@clause("accept", "away")
def a_connection_that_breaks_after_the_answer_changes_nothing(stage: Stage, recorder: Recorder) -> None:
    """Posted stays posted, and is not sent again when the PMS is back."""
    up(stage, recorder)
    attempt = post(stage)
    stage.advance(1)
    stage.leave()
    stage.advance(10)
    stage.come_back()
    stage.advance(RECOVERY)
    assert isinstance(attempt.outcome, Posted)
    assert stage.arrived() == [1]
    assert recorder.late == []


@clause("silence")
def stop_leaves_no_charge_without_an_outcome(stage: Stage, recorder: Recorder) -> None:
    """A charge that awaits its answer when the link is stopped ends in doubt within the limit."""
    up(stage, recorder)
    stage.say("nothing")
    attempt = post(stage)
    stage.advance(1)
    ended = gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert ended == [None]
    assert isinstance(attempt.outcome, InDoubt)
