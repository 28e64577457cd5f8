"""Protects the promise: a call is never silently lost and never silently charged twice, whatever happens in a day.

Thirty simulated days here, a thousand in `make prove`. And protects the proof: a day is a function of its seed, and a
bug of each kind that the promise forbids, planted into the real objects, is found.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway import ledger
from gateway.intake import tcp
from gateway.intake.rotation import Rotation
from gateway.intake.settling import Settling
from gateway.ledger import after_attempt
from gateway.posting import clerk, steps
from gateway.repeats import NEW, RepeatWatch, Verdict
from gateway.store import records
from pms_adapters.posting import InDoubt, NotSent, PostingResult, Refused
from tests.conftest import LoggedFailures
from tests.simulation import hotel, plan
from tests.simulation.day import DAY_HOURS, HOUR, Day
from tests.simulation.play import Outcome, play, workshop

ROOT = Path(__file__).resolve().parents[2]
#: Days within which a planted bug must be found.
ENOUGH = 12
#: Days on which the PMS is asked over SOAP.
OVER_SOAP = range(3, 3 + 7 * 4, 7)


@pytest.fixture(scope="module")
def house() -> Iterator[hotel.House]:
    """The simulated house, furnished once."""
    with workshop() as furnished:
        yield furnished


@pytest.mark.parametrize("seeds", [range(begin, begin + 5) for begin in range(0, 30, 5)], ids=lambda s: f"from-{s[0]}")
def test_the_promise_holds_on_each_of_thirty_days(
    house: hotel.House, seeds: range, logged_failures: LoggedFailures
) -> None:
    """Every fault there is, drawn by chance; a failing day is named by its seed."""
    outcomes = [play(seed, house) for seed in seeds]
    assert {outcome.seed: outcome.broken for outcome in outcomes if outcome.broken} == {}
    assert all(outcome.records > 60 for outcome in outcomes)
    assert all(outcome.counts["postings booked"] > 20 for outcome in outcomes)
    logged_failures.forget("EMERGENCY CALL")


@pytest.mark.parametrize("seed", [7, 10], ids=["fias", "ows"])
def test_a_day_is_a_function_of_its_seed(house: hotel.House, seed: int, logged_failures: LoggedFailures) -> None:
    """The same trace here and in another process whose hashes are others, whatever the PMS speaks."""
    outcome = play(seed, house)
    command = [sys.executable, "-m", "tests.simulation", "--seed", str(seed)]
    other = subprocess.run(
        command, env=os.environ | {"PYTHONHASHSEED": "4711"}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert outcome.digest in other.stdout.splitlines()[-1]
    assert outcome.digest != play(8, house).digest
    logged_failures.forget("EMERGENCY CALL")


# -- bugs of the kinds that the promise forbids, planted into the real objects ---------------------------------------


def found(
    house: hotel.House,
    logged: LoggedFailures,
    what: Callable[[Day], None],
    *words: str,
    seeds: Sequence[int] = range(ENOUGH),
) -> Outcome:
    """Play days until one is broken as expected; fails where none is."""
    for seed in seeds:
        outcome = play(seed, house, what)
        if any(word in sentence for sentence in outcome.broken for word in words):
            logged.forget("")
            return outcome
    raise AssertionError(f"{len(seeds)} days did not find the planted bug")


def crashes(day: Day) -> None:
    """A day with calls and crashes among them, on a slow disk."""
    plan.quiet(day)
    day.disk.slow = 0.5
    for hour in range(1, DAY_HOURS - 2, 2):
        day.world.later(hour * HOUR, plan.crash_in_traffic, day)


def silences(day: Day) -> None:
    """A day with calls and a PMS that books and does not answer."""
    plan.quiet(day)
    for hour in range(1, DAY_HOURS - 2, 2):
        day.world.later(hour * HOUR, day.pms.pms.house.fault, "silence:1")


def rotations(day: Day) -> None:
    """A day with calls, stops, and a file that is renamed every ten minutes, whether anybody reads it or not."""
    plan.quiet(day)
    for hour in range(1, DAY_HOURS - 2):
        day.world.later(hour * HOUR, plan.stop, day)
        for minute in range(0, 60, 10):
            day.world.later(hour * HOUR + minute * 60, day.call, "asterisk")
            day.world.later(hour * HOUR + minute * 60 + 300, plan.rotate, day)


def dumps(day: Day) -> None:
    """A day with calls, twins, and buffers that are dumped again."""
    plan.quiet(day)
    for hour in range(1, DAY_HOURS - 2, 2):
        day.world.later(hour * HOUR, plan.dump, day)
        day.world.later(hour * HOUR + 1800, plan.twins, day)


def test_an_acknowledgement_before_the_commit_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """The exchange forgets what it was told is safe."""
    received = tcp.RecordsProtocol.dataReceived

    def hasty(self: Any, data: bytes) -> None:
        received(self, data)
        self._write(self._session.committed(data.count(b"\n")))

    monkeypatch.setattr(tcp.RecordsProtocol, "dataReceived", hasty)
    monkeypatch.setattr(tcp.RecordsProtocol, "_committed", lambda _self, _count: None)
    found(house, logged_failures, crashes, "acknowledged records", seeds=range(1, 2 * ENOUGH, 2))


def test_a_posting_sent_again_although_it_is_in_doubt_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """The guest pays twice."""
    monkeypatch.setattr(clerk, "after_attempt", lambda result, attempts: after_attempt(_as_not_sent(result), attempts))
    found(house, logged_failures, silences, "times on the folio")


def test_a_posting_sent_again_over_soap_although_it_is_in_doubt_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """A web service that books and does not answer: the guest pays twice."""
    monkeypatch.setattr(clerk, "after_attempt", lambda result, attempts: after_attempt(_as_not_sent(result), attempts))
    found(house, logged_failures, silences, "times on the folio", seeds=OVER_SOAP)


def test_a_page_of_a_web_server_taken_for_a_no_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """The charge was booked before the server broke down: refused here, on the folio there."""

    def hasty(result: PostingResult, attempts: int) -> ledger.Outcome:
        return after_attempt(Refused("500", result.why) if isinstance(result, InDoubt) else result, attempts)

    def breakdowns(day: Day) -> None:
        plan.quiet(day)
        for hour in range(1, DAY_HOURS - 2, 2):
            day.world.later(hour * HOUR, day.pms.pms.house.fault, "error-500:1")

    monkeypatch.setattr(clerk, "after_attempt", hasty)
    found(house, logged_failures, breakdowns, "the balance is off", seeds=OVER_SOAP)


def _as_not_sent(result: PostingResult) -> PostingResult:
    return NotSent(result.why) if isinstance(result, InDoubt) else result


def test_a_twin_dropped_as_a_repeat_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """Two equal lines can be two calls."""
    seen: set[tuple[int, bytes]] = set()
    meant = RepeatWatch.see

    def by_content(self: RepeatWatch, segment: int, record_id: int, mark: bytes) -> Verdict:
        verdict = meant(self, segment, record_id, mark)
        known = (segment, mark) in seen
        seen.add((segment, mark))
        return Verdict(repeat=True) if known else verdict

    monkeypatch.setattr(RepeatWatch, "see", by_content)
    found(house, logged_failures, dumps, "should be charged")


def test_a_dumped_buffer_charged_again_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """What was told again is no second call."""
    monkeypatch.setattr(RepeatWatch, "see", lambda _self, _segment, _record, _mark: NEW)
    found(house, logged_failures, dumps, "charges for")


def test_a_lost_position_in_a_file_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """The file would be read from its beginning after a crash."""
    monkeypatch.setattr(records, "known_files", lambda _connection, _owner, _source: [])
    found(house, logged_failures, crashes, "more often than it was delivered")


def test_a_file_that_is_passed_over_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """Written and renamed while nobody looked: without the bug every row of it is kept."""
    assert play(0, house, rotations).broken == ()
    monkeypatch.setattr(Rotation, "oldest_unread", lambda _self: None)
    found(house, logged_failures, rotations, "deliveries of")


def test_a_position_that_runs_ahead_of_the_commit_is_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """Rows that were read and not committed would never be read again."""
    meant = Settling.move_position
    monkeypatch.setattr(
        Settling, "move_position", lambda self, connection, segment, end: meant(self, connection, segment, end + 400)
    )
    found(house, logged_failures, crashes, "deliveries of", "more often than it was delivered")


def test_bytes_that_leave_before_they_are_written_down_are_found(
    house: hotel.House, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """Write it down before you say it."""
    meant = steps.Step.work

    def hasty(self: Any, connection: Any) -> Any:
        announce = meant(self, connection)
        announce()
        return lambda: None

    monkeypatch.setattr(steps.Step, "work", hasty)
    found(house, logged_failures, plan.quiet, "before it was written down")
