"""Single scenes on the simulated house, where chance would be a long way round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.simulators.calls import SimulatedCall, draw_call
from gateway.simulators.destinations import plan_of
from tests.simulation import checks, hotel, plan
from tests.simulation.day import DAY_HOURS, HOUR, Day
from tests.simulation.play import workshop


@pytest.fixture
def day() -> Iterator[Day]:
    """An empty day in a house of its own."""
    with workshop() as house:
        made = Day(2, house.folder, house)
        yield made
        made.end()


def costly(day: Day, room: str) -> SimulatedCall:
    """A call from a room that surely costs something, begun now."""
    now = day.world.now().astimezone(hotel.ZONE).replace(microsecond=0)
    for seq in range(1, 1000):
        call = draw_call(day.world.draw, seq, now, plan_of(hotel.COUNTRY), "9", (room, "Guest"), hotel.ROOMS)
        if call.charged and call.transferred_to is None:
            return call
    raise AssertionError("a thousand calls, and none costs anything")


def ends(day: Day, call: SimulatedCall) -> None:
    """The call ends, and the gateway has a while for it."""
    day.world.run((call.end - call.start).total_seconds())
    day.exchanges["mitel"].ended(call)
    day.world.run(HOUR)


def test_a_check_in_that_a_crash_swallowed_is_asked_for_again_and_its_calls_are_charged(day: Day) -> None:
    """FIAS has no answer to room news; what tells of the loss is a call from a room that seems vacant."""

    def scene(day: Day) -> None:
        def check_in() -> None:
            assert day.life is not None
            day.life.machine.doom = ("before commit", 0)
            day.pms._happened(day.pms.pms.house.check_in())

        day.world.later(HOUR, check_in)
        day.world.run(2 * HOUR)
        room = day.pms.stays[-1].room
        assert day.lives == 2
        assert day.ask("SELECT 1 FROM stays WHERE room = ? AND until IS NULL", room) == []
        ends(day, costly(day, room))

    day.run(scene)
    assert checks.broken(day) == []
    assert [row[0] for row in day.ask("SELECT state FROM postings")] == ["posted"]


def test_a_resync_is_not_asked_for_again_and_again(day: Day) -> None:
    """A call from a room that is vacant asks once, and then it is known to be vacant."""

    def scene(day: Day) -> None:
        day.world.run(HOUR)
        room = day.pms.pms.office.vacant_rooms()[0]
        for _ in range(5):
            ends(day, costly(day, room))

    day.run(scene)
    assert day.pms.pms.state()["counts"]["resyncs"] <= 2  # type: ignore[index]
    assert day.ask("SELECT 1 FROM postings") == []


def test_what_a_web_service_booked_in_silence_is_settled_by_its_folio() -> None:
    """No person is needed: each doubt is found on the bill, by its mark, and none is sent again."""

    def silences(day: Day) -> None:
        plan.quiet(day)
        for hour in range(1, DAY_HOURS - 2, 2):
            day.world.later(hour * HOUR, day.pms.pms.house.fault, "silence:1")

    with workshop() as house:
        over_soap = Day(3, house.folder, house, "ows")
        over_soap.run(silences)
        settled = over_soap.ask(
            "SELECT who, count(*) FROM audit_trail WHERE what LIKE 'in_doubt -> posted%' GROUP BY who"
        )
        assert [who for who, _ in settled] == ["read-back"]
        assert settled[0][1] >= 5
        assert over_soap.ask("SELECT count(*) FROM postings WHERE state = 'in_doubt'") == [(0,)]
        assert checks.broken(over_soap) == []
        over_soap.end()
