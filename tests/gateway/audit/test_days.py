"""Protects the business date: a day ends with the PMS's night audit, else by the clock, else by hand, and each oddity is told."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

import pytest

from gateway.audit.days import BusinessDay, DayRule, heard
from gateway.instants import SECOND, to_micros
from tests.gateway.audit import nights
from tests.gateway.desk import Desk
from tests.gateway.rig import NOON, WARSAW, Rig, line

HOUR = 3600


def at(text: str) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=WARSAW))


@pytest.mark.parametrize(
    ("ends_at", "instant", "day"),
    [
        ("03:00", "2026-11-21T02:59", "2026-11-20"),
        ("03:00", "2026-11-21T03:00", "2026-11-21"),
        ("23:30", "2026-11-20T23:29", "2026-11-20"),
        ("23:30", "2026-11-20T23:30", "2026-11-21"),
        ("02:30", "2026-03-29T03:00", "2026-03-29"),  # that night 02:30 does not exist
    ],
)
def test_a_date_by_the_clock(ends_at: str, instant: str, day: str) -> None:
    rule = DayRule(by="clock", at=time.fromisoformat(ends_at), zone=WARSAW)
    assert rule.date_at(at(instant)) == date.fromisoformat(day)
    assert rule.ends(date.fromisoformat(day)) > at(instant)


@pytest.mark.parametrize(
    ("day", "ends", "following"),
    [
        ("2026-11-20", "2026-11-21T03:25", "2026-11-21"),
        ("2026-11-20", "2026-11-20T23:30", "2026-11-21"),
        ("2026-11-20", "2026-11-21T14:00", "2026-11-21"),  # the auditor was late
        ("2026-11-20", "2026-11-23T03:00", "2026-11-23"),  # two nights were missed
        ("2026-11-25", "2026-11-21T03:00", "2026-11-26"),  # the PMS is ahead of the calendar
    ],
)
def test_the_date_that_follows(day: str, ends: str, following: str) -> None:
    assert nights.BY_PMS.next_date(_day(date=day), at(ends)) == date.fromisoformat(following)


def _day(**values: Any) -> BusinessDay:
    nothing = dict.fromkeys(BusinessDay._fields) | {"id": 1, "date": "2026-11-20", "opened_at": 0, "ended_by": "pms"}
    return BusinessDay(**{**nothing, **values})


@pytest.mark.parametrize(
    ("last", "running", "hours", "means"),
    [
        (None, True, 0, "ends"),
        (None, False, 0, "ends without begin"),
        ({"night_start": 0}, False, 0.4, "night ends"),
        ({"night_start": 0, "night_end": 1}, True, 1, "again"),
        ({"night_start": 0, "night_end": 1}, False, 1, "end again"),
        ({"night_start": 0, "night_end": 1}, True, 24, "ends"),
        ({"night_start": None}, False, 24, "ends without begin"),
        ({"ended_by": "clock"}, True, 10, "again"),  # the clock had ended the day that this night audit closes
    ],
)
def test_what_a_word_about_the_night_means(
    last: dict[str, Any] | None, running: bool, hours: float, means: str
) -> None:
    day = None if last is None else _day(ended_at=0, records_until=1, **last)
    assert heard(day, running, int(hours * HOUR * SECOND)) == means


def test_the_edge_is_the_begin_of_the_night_and_what_comes_behind_it_is_of_the_next_day(rig: Rig) -> None:
    nights.begin(rig)
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1))
    nights.night(rig, running=True)
    rig.advance(60)
    rig.send(feed, line(2))
    nights.night(rig, running=False)
    rig.advance(HOUR)
    nights.night(rig, running=True)  # begun anew
    first, second = nights.days(rig)
    assert (first.date, second.date) == ("2026-11-20", "2026-11-21")
    assert first.night_start == first.ended_at == second.opened_at
    assert first.night_end == to_micros(NOON) + 60 * SECOND
    assert "a night audit began, again" in first.remarks
    assert [nights.sheet_of(rig, one).rated.number for one in (first, second)] == [1, 1]


def test_a_pms_that_tells_nothing_is_waited_for_and_then_the_clock_ends_the_day_where_it_should_have_ended(
    rig: Rig,
) -> None:
    nights.begin(rig)
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, line(1))
    rig.advance(20 * HOUR)  # 08:00: five hours after
    nights.tick(rig, nights.BY_PMS)
    assert len(nights.days(rig)) == 1
    rig.send(feed, line(2))
    rig.advance(4 * HOUR)  # noon
    nights.tick(rig, nights.BY_PMS)
    first, second = nights.days(rig)
    assert "told no night audit until 12:00" in first.remarks
    assert second.opened_at == at("2026-11-21T03:00")
    assert [nights.sheet_of(rig, one).received for one in (first, second)] == [1, 1], (
        "back to the edge, by when it came"
    )


def test_days_on_which_the_gateway_was_off_are_told_and_not_invented(rig: Rig) -> None:
    nights.begin(rig, nights.BY_CLOCK)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    rig.advance(5 * 24 * HOUR)
    nights.tick(rig, nights.BY_CLOCK, up_since=to_micros(rig.now))
    first, second = nights.days(rig)
    assert (first.date, second.date) == ("2026-11-20", "2026-11-25")
    assert "The gateway was not running when the day ended" in first.remarks
    assert "Nothing came in the 4 days behind it" in first.remarks


def test_a_number_is_never_given_again_across_the_edge_of_a_day(rig: Rig) -> None:
    """What was withdrawn last before the edge leaves a hole; after a start the next charge must not fall into it."""
    nights.begin(rig)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    nights.night(rig, running=True)
    rig.database.transact(lambda c: c.exec_driver_sql("DELETE FROM postings"))
    rig.database.transact(rig.memory.reload)
    rig.send(rig.connect(), line(2))
    first, second = nights.days(rig)
    assert nights.sheet_of(rig, first).charges.number == 0
    assert nights.sheet_of(rig, second).charges.number == 1


def test_the_command_line_shows_compares_and_closes(desk: Desk) -> None:
    nights.begin(desk.rig, nights.BY_CLOCK)
    shown = desk.type("audit", "show", "--json")
    assert shown.exit_code == 0, shown.output
    sheet = json.loads(shown.output)
    assert sheet["charges"]["posted"]["number"] == 2
    assert "expected" in sheet
    assert sheet["differences"][0]["key"] == "no total"
    assert desk.type("audit", "close").exit_code == 1, "it has not ended"
    ended = desk.type("audit", "end", "--by", "Bruno")
    assert "was ended by hand" in ended.output, ended.output
    nameless = desk.type("audit", "close", "--by", "Bruno")
    assert nameless.exit_code == 1
    assert "“no total”" in nameless.output
    total = desk.type("audit", "total", sheet["expected"]["PLN"], "--by", "Bruno", "--why", "report 12")
    assert total.exit_code == 0, total.output
    closed = desk.type("audit", "close", "--by", "Bruno")
    assert f"business date {sheet['date']} is closed" in closed.output
    text = desk.type("audit", "show", "--day", sheet["date"])
    assert "Closed" in text.output
    assert "by Bruno" in text.output
    assert desk.type("audit", "name", "nothing", "--day", sheet["date"], "--why", "x").exit_code == 2
