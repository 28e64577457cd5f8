"""The book of tariffs: every period's tariff, which of them is in force, and who approved them.

A book never changes. A new version of the tariff folder is a new book, and the one reference to it is exchanged;
calls already rated keep the numbers of the book they were rated with. Its version is the head of a digest over the
texts it was read from, so that a charge names the exact text that priced it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rating.tariff import Tariff

FOREVER = 2**62
"""Seconds since 1970 of the end of a tariff without a last day; later than every date there is."""


class Period(NamedTuple):
    """A tariff and the instants (seconds since 1970) from which and until which it is in force."""

    start: int
    end: int
    tariff: Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffBook:
    """All tariffs of a property. `version` is 12 hexadecimal digits; `approved_by` is None while nobody vouches for it.

    `starter` says that a tariff of it still carries the mark of invented prices.
    """

    zone: ZoneInfo
    currency: str
    decimals: int
    version: str
    approved_by: str | None
    starter: bool
    periods: tuple[Period, ...] = field(repr=False)

    def in_force(self, instant: int) -> Tariff | None:
        """Give the tariff in force at an instant (seconds since 1970), or None."""
        for start, end, tariff in self.periods:
            if start <= instant < end:
                return tariff
        return None


def tariff_book(
    tariffs: tuple[Tariff, ...], *, zone: ZoneInfo, version: str, approved_by: str | None = None
) -> TariffBook:
    """Put tariffs of one currency together; the newest comes first, because most calls are of today."""
    newest_first = sorted(tariffs, key=lambda tariff: tariff.valid_from, reverse=True)
    return TariffBook(
        zone=zone,
        currency=newest_first[0].currency,
        decimals=newest_first[0].decimals,
        version=version,
        approved_by=approved_by,
        starter=any(tariff.starter for tariff in tariffs),
        periods=tuple(_period(tariff, zone) for tariff in newest_first),
    )


def _period(tariff: Tariff, zone: ZoneInfo) -> Period:
    end = FOREVER if tariff.valid_to is None else _midnight(tariff.valid_to + timedelta(days=1), zone)
    return Period(_midnight(tariff.valid_from, zone), end, tariff)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
