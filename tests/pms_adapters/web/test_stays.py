"""Protects the guest who did not call: a charge finds the reservation that was in the room when the call began, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pms_adapters.contract import a_posting
from pms_adapters.posting import Posting, Refused
from pms_adapters.web.stays import CAME_LATER, NO_GUEST, NO_POST, NOT_THERE, Stay, payer, told

HOTEL = ZoneInfo("Europe/Vienna")
CALL = replace(a_posting(), started_at=datetime(2026, 11, 20, 8, 15, tzinfo=HOTEL))
JUST_AFTER = CALL.started_at + timedelta(minutes=5)
THE_EVENING = CALL.started_at + timedelta(hours=10)
TODAY, YESTERDAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 21)


def found(*stays: Stay, posting: Posting = CALL, now: datetime = THE_EVENING) -> str:
    """The key of who pays, or the code of the refusal."""
    paying = payer(stays, posting, now)
    return paying.code if isinstance(paying, Refused) else paying.key


def test_nobody_in_the_room_pays_nothing() -> None:
    assert found() == NO_GUEST


@pytest.mark.parametrize(
    ("arrival", "now", "said"),
    [
        (YESTERDAY, THE_EVENING, "R1"),
        (TODAY, JUST_AFTER, "R1"),
        (TODAY, THE_EVENING, CAME_LATER),
        (TOMORROW, THE_EVENING, CAME_LATER),
        (None, JUST_AFTER, "R1"),
        (None, THE_EVENING, CAME_LATER),
        (datetime(2026, 11, 20, 8, 15, tzinfo=HOTEL), THE_EVENING, "R1"),
        (datetime(2026, 11, 20, 8, 16, tzinfo=HOTEL), JUST_AFTER, CAME_LATER),
        (datetime(2026, 11, 20, 8, 15), THE_EVENING, "R1"),  # without a zone: the hotel's
        (datetime(2026, 11, 20, 8, 16), JUST_AFTER, CAME_LATER),
    ],
)
def test_a_guest_pays_only_for_calls_since_the_arrival(arrival: date | None, now: datetime, said: str) -> None:
    assert found(Stay(key="R1", arrival=arrival), now=now) == said


def test_a_charge_is_prompt_by_the_end_of_the_call() -> None:
    long_call = replace(CALL, talk_seconds=3 * 3600)
    after_it = CALL.started_at + timedelta(hours=3, minutes=5)
    assert found(Stay(key="R1", arrival=TODAY), posting=long_call, now=after_it) == "R1"


def test_a_guest_whom_the_pms_closed_for_charges_is_left_alone() -> None:
    assert found(Stay(key="R1", arrival=YESTERDAY, no_post=True)) == NO_POST


def test_of_sharers_always_the_same_one_pays() -> None:
    sharers = [
        Stay(key="R3", arrival=YESTERDAY),
        Stay(key="R2", arrival=YESTERDAY),
        Stay(key="R1", arrival=TODAY),
        Stay(key="R0", arrival=date(2026, 11, 1), no_post=True),
    ]
    assert found(*sharers) == found(*reversed(sharers)) == "R2"


def test_a_reservation_that_a_check_in_told_us_of_wins() -> None:
    told_of = replace(CALL, reservation="R9")
    sharers = [Stay(key="R2", arrival=YESTERDAY), Stay(key="R1", arrival=TODAY, names=frozenset({"R9"}))]
    assert found(*sharers, posting=told_of) == "R1"
    assert found(sharers[0], posting=told_of) == NOT_THERE


def test_midnight_is_no_time_of_arrival() -> None:
    assert told(datetime(2026, 11, 20)) == TODAY
    assert told(datetime(2026, 11, 20, 15)) == datetime(2026, 11, 20, 15)
    assert told(None) is None


def test_the_first_of_a_share_comes_first_and_who_tells_no_arrival_last() -> None:
    first, unknown = Stay(key="R9", arrival=YESTERDAY, primary=True), Stay(key="R0", arrival=None)
    elsewhere = Stay(key="R5", arrival=datetime(2026, 11, 18, 23, 0, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert found(first, elsewhere, unknown, now=JUST_AFTER) == "R9"
    assert found(unknown, elsewhere, now=JUST_AFTER) == "R5"
    assert found(Stay(key="10", arrival=YESTERDAY), Stay(key="9", arrival=YESTERDAY)) == "9"
