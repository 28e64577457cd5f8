"""Protects "nothing waits unseen": periodic work goes on for ever, whatever one round of it does."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from gateway.clock import utc_now
from gateway.periodic import PeriodicService
from tests.conftest import LoggedFailures


class Rounds:
    """Work that ends when the test says so, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.open: Deferred[None] | None = None

    def __call__(self) -> Deferred[None]:
        assert self.open is None, "a round began while another was in flight"
        self.begun += 1
        self.open = Deferred()
        return self.open

    def end(self) -> None:
        ending, self.open = self.open, None
        assert ending is not None
        ending.callback(None)


def service(clock: Clock, work: Rounds, seconds: float = 10) -> PeriodicService:
    made = PeriodicService(clock, seconds, work, "testing")
    made.startService()
    clock.advance(0)
    return made


def test_the_first_round_comes_at_once() -> None:
    clock, work = Clock(), Rounds()
    service(clock, work)
    assert work.begun == 1


def test_the_pause_is_counted_from_the_end_of_a_round() -> None:
    clock, work = Clock(), Rounds()
    service(clock, work)
    clock.advance(1000)
    work.end()
    clock.advance(9.9)
    assert work.begun == 1
    clock.advance(0.1)
    assert work.begun == 2


def test_work_that_returns_nothing_goes_on_too() -> None:
    clock = Clock()
    rounds: list[float] = []
    PeriodicService(clock, 10, lambda: rounds.append(clock.seconds()), "testing").startService()
    clock.pump([0, 10, 10, 10])
    assert rounds == [0, 10, 20, 30]


@pytest.mark.parametrize("deferred", [False, True], ids=["raised", "in the Deferred"])
def test_a_failure_is_logged_with_what_was_done_and_the_next_round_comes(
    logged_failures: LoggedFailures, deferred: bool
) -> None:
    clock = Clock()
    rounds: list[float] = []

    async def fails_later() -> None:
        raise OSError("disk full")

    def work() -> Deferred[None]:
        rounds.append(clock.seconds())
        if deferred:
            return Deferred.fromCoroutine(fails_later())
        raise OSError("disk full")

    PeriodicService(clock, 10, work, "looking at the disk").startService()
    clock.pump([0, 10, 10])
    assert rounds == [0, 10, 20]
    assert any("While looking at the disk" in sentence for sentence in logged_failures.sentences())
    assert len(logged_failures.take(OSError)) == 3


def test_called_soon_while_idle_a_round_comes_now_and_the_pause_begins_anew() -> None:
    clock, work = Clock(), Rounds()
    periodic = service(clock, work)
    work.end()
    clock.advance(4)
    periodic.call_soon()
    periodic.call_soon()
    clock.advance(0)
    assert work.begun == 2
    work.end()
    clock.advance(9)
    assert work.begun == 2
    clock.advance(1)
    assert work.begun == 3


def test_called_soon_ten_times_during_a_round_one_more_follows() -> None:
    clock, work = Clock(), Rounds()
    periodic = service(clock, work)
    for _ in range(10):
        periodic.call_soon()
    clock.advance(0)
    assert work.begun == 1
    work.end()
    clock.advance(0)
    assert work.begun == 2
    work.end()
    clock.advance(0)
    assert work.begun == 2


def test_work_may_ask_for_its_own_next_round() -> None:
    clock = Clock()
    rounds: list[float] = []

    def work() -> None:
        rounds.append(clock.seconds())
        if len(rounds) < 3:
            periodic.call_soon()

    periodic = PeriodicService(clock, 10, work, "testing")
    periodic.startService()
    clock.pump([0, 0, 0, 0])
    assert rounds == [0, 0, 0]


def test_stopping_waits_for_the_round_in_flight_and_begins_no_other() -> None:
    clock, work = Clock(), Rounds()
    periodic = service(clock, work)
    periodic.call_soon()
    stopped: list[None] = []
    periodic.stopService().addCallback(stopped.append)
    assert stopped == []
    work.end()
    assert stopped == [None]
    clock.advance(1000)
    assert work.begun == 1


def test_stopping_while_idle_is_done_at_once_and_leaves_no_timer() -> None:
    clock, work = Clock(), Rounds()
    periodic = service(clock, work)
    work.end()
    stopped: list[None] = []
    periodic.stopService().addCallback(stopped.append)
    assert stopped == [None]
    assert clock.getDelayedCalls() == []


def test_stopping_what_never_started_or_twice_is_fine() -> None:
    clock, work = Clock(), Rounds()
    periodic = PeriodicService(clock, 10, work, "testing")
    stopped: list[None] = []
    periodic.stopService().addCallback(stopped.append)
    periodic.startService()
    periodic.stopService().addCallback(stopped.append)
    periodic.stopService().addCallback(stopped.append)
    periodic.call_soon()
    clock.advance(100)
    assert (stopped, work.begun) == ([None, None, None], 0)


def test_started_again_during_the_last_round_it_goes_on_without_overlap() -> None:
    clock, work = Clock(), Rounds()
    periodic = service(clock, work)
    periodic.stopService()
    periodic.startService()
    clock.advance(100)
    assert work.begun == 1
    work.end()
    clock.advance(0)
    assert work.begun == 2


def test_a_pause_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 0 s"):
        PeriodicService(Clock(), 0, lambda: succeed(None), "testing")


class Periodic(RuleBasedStateMachine):
    """Any order of starting, stopping, asking, ending and waiting: never two rounds at once, never a stop of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.work = Clock(), Rounds()
        self.service = PeriodicService(self.clock, 10, self.work, "testing")
        self.stops_waiting = 0

    @rule()
    def start(self) -> None:
        self.service.startService()

    @rule()
    def stop(self) -> None:
        self.stops_waiting += 1
        self.service.stopService().addCallback(self._stopped)

    def _stopped(self, _: None) -> None:
        assert self.work.open is None
        self.stops_waiting -= 1

    @rule()
    def ask(self) -> None:
        self.service.call_soon()

    @precondition(lambda self: self.work.open is not None)
    @rule()
    def end(self) -> None:
        self.work.end()

    @rule(seconds=st.integers(0, 25))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def a_running_service_has_a_round_in_flight_or_one_to_come(self) -> None:
        timers = len(self.clock.getDelayedCalls())
        in_flight = self.work.open is not None
        if self.service.running:
            assert timers + in_flight == 1
        else:
            assert timers == 0
        if not in_flight:
            assert self.stops_waiting == 0


TestPeriodic = Periodic.TestCase
TestPeriodic.settings = settings(max_examples=60, stateful_step_count=30)


def test_the_wall_clock_tells_aware_instants_in_utc() -> None:
    now = utc_now()
    assert now.utcoffset() is not None
    assert now.tzname() == "UTC"
