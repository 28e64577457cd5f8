"""An emergency call reaches people, with the room and the guest, whatever became of its charge, and until somebody takes it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from gateway.alarms.emergencies import EmergencyCall, taken_up
from gateway.instants import to_micros
from pms_adapters.events import CheckedIn, Guest
from tests.conftest import LoggedFailures
from tests.gateway.rig import line
from tests.gateway.watch.house import A_ROUND, WatchedHouse


def dial(
    house: WatchedHouse,
    number: int = 1,
    *,
    extension: str = "412",
    start: datetime | None = None,
    more: int = 0,
    dialled: str = "9112",
) -> bytes:
    """Somebody dials 112; the record comes when the call ends."""
    began = start or house.rig.now - timedelta(seconds=45)
    record = line(number, extension=extension, dialled=dialled, seconds=41, start=began, more=more)
    house.rig.send(house.rig.connect(), record)
    house.heard()
    return record


def guest(house: WatchedHouse) -> None:
    """A Swedish guest is in 412."""
    someone = Guest(reservation="77009", name="Björk, Åsa", language="SE")
    house.rig.news(CheckedIn(room="412", guest=someone, at=house.rig.now - timedelta(days=1)))


def told(house: WatchedHouse, number: int = 0) -> EmergencyCall:
    """What an alarm keeps of its call."""
    call = taken_up(house.alarms()[number].details)
    assert call is not None
    return call


def quiet_log(logged: LoggedFailures) -> None:
    """An emergency is logged as critical: that was expected."""
    logged._events = [event for event in logged._events if not str(event.get("words", "")).startswith("EMERGENCY")]


def test_who_where_and_how_to_call_back(house: WatchedHouse, logged_failures: LoggedFailures) -> None:
    guest(house)
    dial(house)
    call = told(house)
    assert (call.room, call.floor, call.guest, call.language) == ("412", "4", "Björk, Åsa", "SE")
    assert (call.extension, call.dialled, call.call_back) == ("412", "9112", "+48 22 555 412")
    assert (call.late_seconds, call.live, call.call_id) == (0, False, 1)
    assert house.status.oddities[-1][1] == "EMERGENCY CALL: 9112 was dialled from room 412 (extension 412)"
    house.pass_time(A_ROUND)
    (_, mail) = house.mail.taken[0]
    assert mail.subject == "[Seaside Hotel] EMERGENCY CALL: 9112 was dialled from room 412 (extension 412)"
    for said in ("Room: 412", "Floor: 4", "Guest: Björk, Åsa", "Language: SE", "Call back: +48 22 555 412"):
        assert said in mail.body
    assert "told of this call when it ended" in mail.body
    hook = json.loads(house.hook.taken[0][1].body)
    assert hook["emergency"]["room"] == "412"
    assert "Björk" not in house.hook.taken[0][1].body
    quiet_log(logged_failures)


def test_taken_in_time_it_is_not_told_again(house: WatchedHouse, logged_failures: LoggedFailures) -> None:
    dial(house)
    house.pass_time(60)
    house.acknowledge(1, "Ines", "guest is fine")
    house.pass_time(300)
    assert [event.split()[0] for event in house.mail.events()] == ["raised", "cleared"]
    assert "Taken by Ines" in house.mail.taken[-1][1].body
    assert house.open() == []
    quiet_log(logged_failures)


def test_what_nobody_takes_is_told_again_once_and_to_more_people(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    dial(house)
    house.pass_time(600)
    assert house.mail.events() == [
        "raised EMERGENCY CALL: 9112 was dialled from room 412 (extension 412)",
        "escalated NOBODY HAS TAKEN IT: EMERGENCY CALL: 9112 was dialled from room 412 (extension 412)",
    ]
    assert [notice.recipients for _, notice in house.mail.taken] == [
        "desk@example.org it@example.org",
        "gm@example.org",
    ]
    (alarm,) = house.alarms()
    assert alarm.escalated_at is not None
    assert 120 <= (alarm.escalated_at - alarm.raised_at) / 1_000_000 <= 130
    quiet_log(logged_failures)


def test_a_second_record_of_the_same_call_is_no_second_emergency(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    """Twice the same bytes (held as a doubt), and a later leg."""
    record = dial(house, 7, more=1)
    house.rig.send(house.rig.connect(), record)
    house.heard()
    dial(house, 7)
    assert len(house.alarms()) == 1
    quiet_log(logged_failures)


def test_the_same_number_of_the_exchange_on_another_day_is_another_emergency(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    dial(house, 7)
    house.acknowledge(1)
    house.rig.now += timedelta(days=30)
    dial(house, 7)
    assert [alarm.acknowledged_by for alarm in house.alarms()] == ["Ines", ""]
    quiet_log(logged_failures)


def test_a_late_one_says_how_late_and_history_is_one_quiet_alarm(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    dial(house, 1, start=house.rig.now - timedelta(hours=2))
    assert told(house).late_seconds == 7155
    house.pass_time(A_ROUND)
    assert "LATE: the exchange told of this call 119 minutes after it ended." in house.mail.taken[0][1].body
    dial(house, 2, start=house.rig.now - timedelta(days=3))
    dial(house, 3, start=house.rig.now - timedelta(days=9000))
    assert [(alarm.kind, alarm.subject) for alarm in house.alarms()[1:]] == [("old_emergency", "main")]
    assert house.alarms()[1].sentence.startswith(
        "PBX main tells of an emergency call of Tue 17 Nov 12:00: 9112 was dialled"
    )
    quiet_log(logged_failures)


def test_one_that_a_crash_kept_from_the_watch_is_found_at_the_next_counting(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    """The commit was made and the process died before anybody was told."""
    house.rig.send(house.rig.connect(), line(1, extension="412", dialled="9112", start=house.rig.now))
    house.rig.batches.clear()
    house.stop()
    house.begin()
    house.pass_time(A_ROUND)
    assert house.open() == ["emergency"]
    house.pass_time(700, step=30)
    assert len(house.alarms()) == 1
    quiet_log(logged_failures)


def test_one_that_could_not_be_written_is_logged_and_tried_again(
    house: WatchedHouse, logged_failures: LoggedFailures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in the watch: somebody hears of it, and hears again when it is mended."""
    from gateway.store import alarms

    with monkeypatch.context() as broken:
        broken.setattr(alarms, "known", lambda *_args: 1 / 0)
        dial(house)
    assert house.rig.rows("SELECT count(*) FROM calls") == [(1,)]
    assert logged_failures.take(ZeroDivisionError)
    assert logged_failures.sentences() == [
        "logged: EMERGENCY CALL (not written down yet): 9112 was dialled from room 412 (extension 412)"
    ]
    house.pass_time(A_ROUND)
    assert house.open() == ["emergency"]
    logged_failures._events.clear()


def test_told_live_and_completed_by_its_record(house: WatchedHouse, logged_failures: LoggedFailures) -> None:
    """One alarm: raised while the call lasts, its record adds the number of the call."""
    guest(house)
    now = to_micros(house.rig.now)
    live = EmergencyCall(
        source="main", call_key="9", call_id=0, extension="412", room="412", department="", reservation="",
        dialled="112", trunk="pjsip", started_at=now, ended_at=now, heard_at=now, live=True,
    )  # fmt: skip
    house.watch.emergency_call(live)
    house.rig.pump()
    assert (told(house).guest, told(house).live) == ("Björk, Åsa", True)
    house.pass_time(40)
    dial(house, 9)
    (alarm,) = house.alarms()
    assert alarm.call_id == 1
    assert alarm.sentence == "112 is being dialled from room 412 (extension 412)"
    assert (told(house).live, told(house).late_seconds) == (True, 0)
    quiet_log(logged_failures)


def test_an_extension_in_no_list_and_a_department_are_told_too(
    house: WatchedHouse, logged_failures: LoggedFailures
) -> None:
    dial(house, 1, extension="999")
    dial(house, 2, extension="600")
    assert [alarm.sentence for alarm in house.alarms()] == [
        "9112 was dialled from extension 999",
        "9112 was dialled from Kitchen",
    ]
    quiet_log(logged_failures)
