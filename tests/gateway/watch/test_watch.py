"""Something goes wrong, people are told once; it ends, they are told that; nothing of it is lost over a restart."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from twisted.internet.defer import Deferred

from gateway.alarms.kinds import Fact
from gateway.store import schema
from tests.conftest import LoggedFailures
from tests.gateway.rig import line
from tests.gateway.watch.house import A_ROUND, WatchedHouse


def down(house: WatchedHouse) -> None:
    """The PMS goes away."""
    house.link.up, house.link.why, house.link.up_since = False, "connection refused", house.rig.now


def test_all_is_well_and_nobody_is_told_anything(house: WatchedHouse) -> None:
    house.pass_time(600, step=30)
    assert house.alarms() == []
    assert house.mail.tries == house.hook.tries == 0


def test_a_link_that_is_down_is_told_once_and_its_return_too(house: WatchedHouse) -> None:
    down(house)
    house.pass_time(110)
    assert house.alarms() == []
    house.pass_time(60)
    assert house.open() == ["pms_down"]
    house.pass_time(3600, step=30)
    house.link.up = True
    house.pass_time(330, step=30)
    assert house.open() == []
    assert house.mail.events() == [
        "raised PMS not connected: PMS opera is not connected since Fri 20 Nov 12:00",
        "cleared over: PMS not connected: PMS opera is not connected since Fri 20 Nov 12:00",
    ]
    (alarm,) = house.alarms()
    assert (alarm.acknowledged_by, alarm.settled) == ("", 1)


def test_a_mail_says_what_is_so_what_to_do_and_where_to_look(house: WatchedHouse) -> None:
    down(house)
    house.pass_time(200)
    ((name, mail),) = house.mail.taken
    assert name == "SEASIDE-1"
    assert mail.recipients == "desk@example.org it@example.org"
    assert mail.subject.startswith("[Seaside Hotel] PMS not connected: ")
    assert "What to do: See that the PMS and its interface run." in mail.body
    assert "Page: https://foliogate.example/alarms/1\n" in mail.body


def test_a_web_hook_is_told_the_same_as_values(house: WatchedHouse) -> None:
    down(house)
    house.pass_time(200)
    ((name, notice),) = house.hook.taken
    said = json.loads(notice.body)
    assert name == "SEASIDE-2"
    assert (said["event"], said["property"], said["link"]) == (
        "raised",
        "SEASIDE",
        "https://foliogate.example/alarms/1",
    )
    assert said["alarm"]["kind"] == "pms_down"
    assert said["alarm"]["raised"].endswith("+00:00")


def test_an_acknowledgement_puts_a_name_to_it_and_only_the_fact_ends_it(house: WatchedHouse) -> None:
    down(house)
    house.pass_time(200)
    assert house.acknowledge(1, "Ines", "called the PMS people") == "alarm 1 is acknowledged by Ines"
    assert house.acknowledge(1, "Bruno") == "alarm 1 was acknowledged by Ines before; nothing was changed"
    assert house.acknowledge(9) == "there is no alarm 9"
    assert house.acknowledge(1, " ") == "an acknowledgement needs a name"
    house.pass_time(A_ROUND)
    assert house.open() == ["pms_down"]
    house.link.up = True
    house.pass_time(330, step=30)
    assert house.open() == []
    assert "Acknowledged: Fri 20 Nov 2026 12:03:35 by Ines" in house.mail.taken[-1][1].body
    assert house.rig.rows("SELECT who, what FROM audit_trail") == [
        ("Ines", "alarm 1 acknowledged: called the PMS people")
    ]


def test_a_restart_neither_raises_again_nor_forgets(house: WatchedHouse) -> None:
    down(house)
    house.pass_time(200)
    house.stop()
    house.begin()
    house.pass_time(600, step=30)
    assert [alarm.id for alarm in house.alarms()] == [1]
    assert len(house.mail.taken) == 1
    house.stop()
    house.link.up = True
    house.begin()
    house.pass_time(330, step=30)
    assert [event.split()[0] for event in house.mail.events()] == ["raised", "cleared"]


def test_what_happened_stays_until_somebody_takes_it(house: WatchedHouse) -> None:
    house.watch.happened(Fact("gap", "main 17", "PBX main: records 17 to 19 never came"))
    house.watch.happened(Fact("gap", "main 17", "PBX main: records 17 to 19 never came"))
    house.pass_time(3600, step=30)
    assert house.open() == ["gap"]
    house.acknowledge(1, "Ines", "seen in the exchange")
    house.pass_time(A_ROUND)
    assert house.open() == []
    assert [event.split()[0] for event in house.mail.events()] == ["raised", "cleared"]
    assert "Taken by Ines at Fri 20 Nov 2026 13:00:30: seen in the exchange." in house.mail.taken[-1][1].body


def test_only_what_happens_may_be_told_by_others(house: WatchedHouse) -> None:
    with pytest.raises(ValueError, match="no event"):
        house.watch.happened(Fact("disk", "", "full"))


def test_a_jump_of_the_clock_is_told(house: WatchedHouse) -> None:
    house.rig.now += timedelta(hours=1)
    house.pass_time(A_ROUND)
    house.rig.now -= timedelta(minutes=5)
    house.pass_time(A_ROUND)
    assert [alarm.sentence for alarm in house.alarms()] == [
        "this machine's clock went forward by 3600 s at Fri 20 Nov 13:00",
        "this machine's clock went back by 300 s at Fri 20 Nov 12:55",
    ]


def test_doubts_and_a_low_disk_are_alarms_and_health_knows_the_disk(house: WatchedHouse) -> None:
    house.rig.check_in()
    house.rig.send(house.rig.connect(), line(1))
    house.rig.database.transact(
        lambda c: c.execute(schema.postings.update().values(state="in_doubt", changed_at=1, attempts=1))
    )
    house.free = 10
    house.pass_time(80)
    assert sorted(house.open()) == ["disk", "in_doubt"]
    assert house.status.alarms == ["less than 1000 MB are free on the disk that holds the store"]
    assert house.status.troubles()[-1] == house.status.alarms[0]
    house.free = 10_000_000_000
    house.pass_time(330, step=30)
    assert house.open() == ["in_doubt"]
    assert house.status.troubles() == []


# -- delivery -----------------------------------------------------------------------------------------------------


def test_a_notice_that_does_not_arrive_is_tried_again_later_and_later_under_the_same_name(house: WatchedHouse) -> None:
    house.hook.answers.extend(["refused"] * 4)
    down(house)
    tried: list[float] = []
    while len(tried) < 5:
        house.pass_time(5)
        if house.hook.tries > len(tried):
            tried.append(house.rig.clock.seconds())
    pauses = [later - earlier for earlier, later in zip(tried, tried[1:], strict=False)]
    assert pauses == [10, 30, 90, 300]
    assert [name for name, _ in house.hook.taken] == ["SEASIDE-2"]
    assert len(house.mail.taken) == 1
    assert house.rig.rows("SELECT tries, delivered FROM notices ORDER BY id") == [(1, 1), (5, 1)]


def test_a_notice_outlives_a_restart(house: WatchedHouse) -> None:
    house.mail.answers.append("refused")
    down(house)
    house.pass_time(130)
    house.stop()
    assert house.mail.taken == []
    house.begin()
    house.pass_time(20)
    assert [name for name, _ in house.mail.taken] == ["SEASIDE-1"]


def test_a_way_that_never_answers_holds_up_nothing_else_and_no_stop(house: WatchedHouse) -> None:
    house.mail.answers.append(Deferred())
    down(house)
    house.pass_time(200)
    assert len(house.hook.taken) == 1
    assert house.deliveries.stopService().called
    assert house.rig.rows("SELECT tries, done_at FROM notices WHERE channel = 'mail'") == [(0, None)]


def test_notices_that_never_arrive_are_an_alarm_of_their_own_and_are_given_up_after_three_days(
    quick: WatchedHouse,
) -> None:
    quick.hook.answers.extend(["refused"] * 1_000)
    down(quick)
    quick.pass_time(3600, step=30)
    assert quick.open() == ["pms_down", "notices"]
    assert quick.alarms()[1].sentence == "notices to the web hook desk-chat do not arrive: refused"
    assert len(quick.mail.taken) == 1
    quick.days(4)
    assert quick.rig.rows("SELECT tries, delivered FROM notices WHERE channel = 'desk-chat' AND id = 2") == [(79, 0)]


def test_a_way_that_is_no_longer_configured_ends_its_notices(house: WatchedHouse) -> None:
    house.hook.answers.extend(["refused"])
    down(house)
    house.pass_time(130)
    house.deliveries._channels = {"mail": house.mail}
    house.pass_time(20)
    question = "SELECT problem, delivered FROM notices WHERE channel = 'desk-chat' AND done_at IS NOT NULL"
    assert house.rig.rows(question) == [("the configuration no longer has this way", 0)]


# -- what must not do harm ----------------------------------------------------------------------------------------


def test_a_watch_that_cannot_write_harms_nobody_and_begins_again(
    house: WatchedHouse, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    """Its job fails in the same transaction as a record's, and the record is kept."""
    from gateway.store import alarms

    with monkeypatch.context() as broken:
        broken.setattr(alarms, "start", lambda *_args, **_more: 1 / 0)
        down(house)
        house.rig.clock.advance(130)
        house.rig.now += timedelta(seconds=130)
        house.rig.send(house.rig.connect(), line(1))
        house.pass_time(10)
        assert house.alarms() == []
    assert house.rig.rows("SELECT count(*) FROM calls") == [(1,)]
    assert logged_failures.take(ZeroDivisionError)
    house.pass_time(200)
    assert house.open() == ["pms_down"]


def test_trouble_of_the_store_is_told_without_the_store(house: WatchedHouse) -> None:
    from sqlalchemy.exc import OperationalError

    def locked(_work: object) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    well = house.rig.database.transact_kept
    house.rig.database.transact_kept = locked  # type: ignore[method-assign, assignment]
    house.rig.send(house.rig.connect(), line(1))
    house.pass_time(100)
    assert [event.split(":")[0] for event in house.mail.events()] == ["raised Store cannot be written"]
    assert house.alarms() == []
    house.rig.database.transact_kept = well  # type: ignore[method-assign]
    house.rig.writer.trouble = None
    house.rig.pump()
    house.pass_time(400, step=30)
    assert [alarm.kind for alarm in house.alarms()] == ["store"]
    assert [event.split()[0] for event in house.mail.events()] == ["raised", "cleared"]
