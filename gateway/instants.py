"""Instants as the store keeps them: whole microseconds since 1970 in UTC, exact in both directions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """The stored form of an aware instant; a naive one raises TypeError."""
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of a stored one."""
    return EPOCH + timedelta(microseconds=micros)


def midnight(day: date, zone: tzinfo) -> int:
    """The stored form of the instant at which a local day begins."""
    return to_micros(datetime.combine(day, time(), zone))
