"""Toll fraud is an alarm in the round after its records were committed: once a run, with its calls, also over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.alarms import evidence
from gateway.alarms.evidence import Evidence
from tests.gateway.reports.test_guarding import guard
from tests.gateway.rig import Rig, line
from tests.gateway.watch.house import A_ROUND, WatchedHouse


@pytest.fixture
def guarded(rig: Rig) -> Iterator[WatchedHouse]:
    """A house that looks for fraud, and whose guest is in 201."""
    house = WatchedHouse(rig)
    house.stop()
    house.guard = guard()
    house.begin()
    rig.check_in()
    house.pass_time(A_ROUND)
    yield house
    house.stop()


def abroad(house: WatchedHouse, first: int, count: int, **said: Any) -> None:
    """Calls abroad that have just ended, all under way at once."""
    start = house.rig.now - timedelta(minutes=5)
    records = [
        line(
            number,
            dialled=f"900442079{46_000 + number * 977}",
            seconds=290,
            start=start + timedelta(seconds=number % 7),
            **said,
        )
        for number in range(first, first + count)
    ]
    house.rig.send(house.rig.connect(), *records)
    house.heard()


def run(house: WatchedHouse, place: int = 0) -> Evidence:
    found = evidence.taken_up(house.alarms()[place].details)
    assert found is not None
    return found


def test_many_calls_at_once_are_an_alarm_with_its_calls_and_one_mail(guarded: WatchedHouse) -> None:
    abroad(guarded, 1, 2)
    guarded.pass_time(A_ROUND)
    assert guarded.open() == [], "two at once are a transfer"
    abroad(guarded, 3, 2)
    guarded.pass_time(A_ROUND)
    (alarm,) = guarded.alarms()
    assert (alarm.kind, alarm.subject) == ("fraud", "parallel: room 201")
    assert alarm.sentence.startswith("room 201 had 3 or more calls abroad at once: 4 calls, 0:19:36 h, ")
    assert {one.id for one in run(guarded).newest} == {1, 2, 3, 4}
    (_, mail) = guarded.mail.taken[0]
    assert "Possible toll fraud: room 201 had 3 or more calls abroad at once" in mail.subject
    assert mail.body.count("+442******") >= 4  # a mail goes to lists of people: masked
    assert "7946" not in mail.body
    assert "bar calls abroad for it in the exchange now" in mail.body
    abroad(guarded, 5, 3)
    guarded.pass_time(60)
    assert run(guarded).calls == 7
    assert [one.sentence.split(":")[1].strip()[:7] for one in guarded.alarms()] == ["7 calls"]
    assert guarded.mail.events() == [event for event in guarded.mail.events() if event.startswith("raised")]
    assert len(guarded.mail.taken) == 1, "a run is told once"


def test_what_a_person_took_is_told_again_only_if_it_goes_on(guarded: WatchedHouse) -> None:
    abroad(guarded, 1, 4)
    guarded.pass_time(A_ROUND)
    guarded.acknowledge(1, "Ines", "barred the line")
    guarded.pass_time(A_ROUND)
    assert guarded.open() == []
    abroad(guarded, 5, 2)  # they began before she took it, and their records came later
    guarded.pass_time(A_ROUND)
    assert guarded.open() == []
    guarded.pass_time(600, step=60)
    abroad(guarded, 7, 3)
    guarded.pass_time(A_ROUND)
    assert guarded.open() == ["fraud"]
    assert {one.id for one in run(guarded, 1).newest} == {7, 8, 9}


def test_a_restart_tells_no_run_again_and_goes_on_counting(guarded: WatchedHouse) -> None:
    abroad(guarded, 1, 4)
    guarded.pass_time(A_ROUND)
    guarded.stop()
    guarded.begin()
    guarded.pass_time(A_ROUND)
    assert len(guarded.alarms()) == 1
    abroad(guarded, 5, 1)
    guarded.pass_time(A_ROUND)
    assert len(guarded.alarms()) == 1
    assert run(guarded).calls == 5
    assert len(guarded.mail.taken) == 1


def test_old_records_that_somebody_reads_in_are_history(guarded: WatchedHouse) -> None:
    old = guarded.rig.now - timedelta(days=3)
    records = [line(number, dialled=f"90044207946{number:04}", seconds=600, start=old) for number in range(1, 9)]
    guarded.rig.send(guarded.rig.connect(), *records)
    guarded.pass_time(A_ROUND)
    assert guarded.open() == []


def test_a_room_that_is_vacant_by_the_pms_and_a_barred_number(guarded: WatchedHouse) -> None:
    start = guarded.rig.now - timedelta(minutes=2)
    guarded.rig.check_in("305", "77009")
    guarded.rig.send(
        guarded.rig.connect(),
        line(1, extension="600", dialled="9600000005", seconds=30, start=start),
        line(2, extension="600", dialled="9600000105", seconds=30, start=start),
    )
    guarded.pass_time(A_ROUND)
    assert [one.subject for one in guarded.alarms()] == ["barred: Kitchen (extension 600)"]
    assert 'called a number on the list "never": 1 call' in guarded.alarms()[0].sentence
