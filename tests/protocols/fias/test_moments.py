"""Protects the promise that a charge carries the hotel's own date and time, and that a stay begins when it began."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.fias.moments import da_ti, duration, instant

VIENNA = ZoneInfo("Europe/Vienna")


def test_hotel_time_becomes_utc_and_back() -> None:
    at = instant("261120", "081530", VIENNA)
    assert at == datetime(2026, 11, 20, 7, 15, 30, tzinfo=UTC)
    assert da_ti(at, VIENNA) == ("261120", "081530")


def test_a_date_alone_is_its_midnight_in_the_hotel() -> None:
    assert instant("260701", None, VIENNA) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)


def test_the_repeated_hour_is_taken_as_the_first_and_the_missing_hour_is_read_at_all() -> None:
    assert instant("261025", "023000", VIENNA) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant("260329", "023000", VIENNA) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("da", "ti"),
    [
        (None, "080000"),
        ("", "080000"),
        ("261320", "080000"),
        ("260230", "080000"),
        ("26112", "080000"),
        ("261120", "240000"),
        ("261120", "0800"),
        ("261120", ""),
        ("11202026", "080000"),
        ("²61120", "080000"),
        ("٢٦١١٢٠", "080000"),
        ("26-1-2", "080000"),
    ],
)
def test_what_is_no_date_is_none(da: str | None, ti: str | None) -> None:
    assert instant(da, ti, VIENNA) is None


@given(st.integers(978_307_200, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_every_instant_survives_the_way_out_and_back_in_a_zone_without_summer_time(at: datetime) -> None:
    zone = ZoneInfo("Asia/Dubai")
    assert instant(*da_ti(at, zone), zone) == at


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_text_raises(da: str, ti: str) -> None:
    at = instant(da, ti, VIENNA)
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "000000"),
        (10, "000010"),
        (252, "000412"),
        (3600, "010000"),
        (359_999, "995959"),
        (360_000, "995959"),
        (-5, "000000"),
    ],
)
def test_a_duration_never_says_more_than_it_can(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown
