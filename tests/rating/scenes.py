"""What the rating tests share: a book from a few lines of tariff text, a call, and its price, all through the real loader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from protocols.records import CallRecord, Direction
from rating.book import TariffBook
from rating.numbering import DialledNumber
from rating.outcomes import NotChargeable, RatedCall, Unrated
from rating.rate import rate
from rating.text import load

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_NOON = datetime(2024, 3, 4, 12, 0, tzinfo=BERLIN)
HEAD = "prefix;place;price_per_minute;connection;increments\n"


def folder(rules: str = "", deck: str = "", *, currency: str = "EUR") -> dict[str, bytes]:
    """A tariff folder: rules below the few keys that must be there, and one deck."""
    head = f'code = "T"\ncurrency = "{currency}"\nvalid_from = 2000-01-01\n'
    files = {"tariff.toml": (head + rules).encode()}
    return files | {"deck.csv": deck.encode()} if deck else files


def book(rules: str = "", deck: str = "", *, currency: str = "EUR", zone: ZoneInfo = BERLIN) -> TariffBook:
    """The book of such a folder; whatever is wrong with it fails the test."""
    return book_of(folder(rules, deck, currency=currency), currency=currency, zone=zone)


def book_of(
    files: Mapping[str, bytes], *, currency: str = "EUR", zone: ZoneInfo = BERLIN, country: str = "DE"
) -> TariffBook:
    """The book of a folder; whatever is wrong with it fails the test."""
    loaded = load(files, zone=zone, currency=currency, country=country)
    assert loaded.book is not None, "\n".join(map(str, loaded.problems))
    return loaded.book


def abroad(e164: str = "+33140000000") -> DialledNumber:
    """An international number, as the number plan would give it."""
    return DialledNumber(e164, "international", e164, "FR", "France", e164)


def at_home(number_class: str, e164: str | None = "+4930123456", digits: str = "030123456") -> DialledNumber:
    """A number of the home country."""
    return DialledNumber(digits, number_class, e164, "DE", "Germany", digits)


def call(
    seconds: int | None = 60,
    *,
    start: datetime = MONDAY_NOON,
    direction: Direction = "out",
    answered: bool | None = True,
) -> CallRecord:
    """An answered call out, unless told otherwise."""
    return CallRecord(direction=direction, answered=answered, start=start, talk_seconds=seconds)


def priced(
    tariff: TariffBook, seconds: int, *, start: datetime = MONDAY_NOON, number: DialledNumber | None = None
) -> RatedCall:
    """The price of an answered call out; anything but a price fails the test."""
    rated = outcome(tariff, call(seconds, start=start), number)
    assert isinstance(rated, RatedCall), rated
    return rated


def outcome(
    tariff: TariffBook, record: CallRecord, number: DialledNumber | None = None
) -> RatedCall | Unrated | NotChargeable:
    """What rating says of a call."""
    return rate(record, abroad() if number is None else number, tariff)
