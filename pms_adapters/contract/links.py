"""How a link comes, goes and stands, whatever its PMS answers."""

from __future__ import annotations

from pms_adapters.contract.stage import RECOVERY, STOP_LIMIT, Recorder, Stage, clause, gone, post, state, up
from pms_adapters.posting import NotSent, Posted


@clause()
def before_it_is_started_nothing_is_sent(stage: Stage, recorder: Recorder) -> None:
    """An adapter that was not started is not ready, and says NotSent at once."""
    assert not state(stage).ready
    assert isinstance(post(stage).outcome, NotSent)
    assert stage.arrived() == []


@clause()
def a_started_link_becomes_ready(stage: Stage, recorder: Recorder) -> None:
    """With its PMS there, a started link becomes ready and tells so."""
    up(stage, recorder)
    assert recorder.states[-1].ready


@clause("away")
def without_a_pms_nothing_is_sent(stage: Stage, recorder: Recorder) -> None:
    """While the PMS cannot be reached, a charge is NotSent at once, and the state says why."""
    stage.leave()
    stage.adapter.start(recorder)
    stage.advance(stage.settling)
    assert not state(stage).up
    assert state(stage).why
    assert isinstance(post(stage).outcome, NotSent)
    assert stage.arrived() == []


@clause("away", "accept")
def a_link_that_broke_comes_back_by_itself(stage: Stage, recorder: Recorder) -> None:
    """When the PMS is there again the link stands again within two minutes, and takes charges."""
    up(stage, recorder)
    stage.leave()
    stage.advance(300)
    assert not state(stage).ready
    stage.come_back()
    stage.advance(RECOVERY)
    assert state(stage).ready
    attempt = post(stage, 9)
    stage.advance(1)
    assert isinstance(attempt.outcome, Posted)


@clause()
def stop_ends_within_its_limit(stage: Stage, recorder: Recorder) -> None:
    """`stop` fires in time, and afterwards nothing is sent, also after a long while."""
    up(stage, recorder)
    ended = gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert ended == [None]
    assert not state(stage).up
    stage.advance(300)
    assert not state(stage).up
    assert isinstance(post(stage).outcome, NotSent)
    assert stage.arrived() == []


@clause("goodbye")
def stop_says_goodbye(stage: Stage, recorder: Recorder) -> None:
    """The PMS hears a goodbye, once."""
    up(stage, recorder)
    gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert stage.goodbyes() == 1


@clause("away")
def stop_without_a_connection_is_immediate(stage: Stage, recorder: Recorder) -> None:
    """Stopping while the PMS cannot be reached neither waits nor connects."""
    stage.leave()
    stage.adapter.start(recorder)
    stage.advance(10)
    ended = gone(stage)
    stage.advance(0.1)
    assert ended == [None]
    stage.come_back()
    stage.advance(RECOVERY)
    assert not state(stage).up


@clause()
def stop_may_be_asked_for_twice(stage: Stage, recorder: Recorder) -> None:
    """Both who asked are told, within the limit."""
    up(stage, recorder)
    first, second = gone(stage), gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert (first, second) == ([None], [None])


@clause()
def a_stopped_link_can_be_started_again(stage: Stage, recorder: Recorder) -> None:
    """Stop is no end for ever."""
    up(stage, recorder)
    gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    up(stage, recorder)


@clause()
def the_state_of_the_rooms_may_be_asked_for_at_any_time(stage: Stage, recorder: Recorder) -> None:
    """On a link that stands and after the stop; it never charges anything."""
    up(stage, recorder)
    stage.adapter.ask_resync()
    stage.advance(10)
    gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    stage.adapter.ask_resync()
    assert stage.arrived() == []


@clause()
def the_state_of_the_rooms_may_be_asked_for_before_the_start(stage: Stage, recorder: Recorder) -> None:
    """There is nobody to ask yet, and that is no fault."""
    stage.adapter.ask_resync()
    stage.adapter.start(recorder)
    stage.advance(stage.settling)
    assert state(stage).up
