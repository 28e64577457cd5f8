"""Rating one call: what it costs, or why it costs nothing, or why nobody can say.

Three outcomes, and only three. *Rated*: an amount with the trace of how it came about; an amount of zero is an amount.
*Not chargeable*: a fact of the call, with its reason (an emergency before all else, then the direction, then no
answer). *Unrated*: the call may well cost money and we cannot say how much; it is held and shown, never zero, never
dropped. Nothing here raises on anything an exchange can report.

An incoming call is no emergency, even if its digits (the extension that was called) happen to read 112.

The trace is flat so that it is cheap to store; `Trace` names its entries. It holds every number that the amount
rests on, and no reference to anything that may change later.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from protocols.records import CallRecord
from rating.bands import DAY, band_at, pieces
from rating.book import TariffBook
from rating.circumstances import PLAIN, Circumstances
from rating.numbering import DialledNumber
from rating.outcomes import NotChargeable, RatedCall, Rating, Unrated
from rating.sums import amounts, billed_seconds, cost
from rating.tariff import SHORT, ClassRule, Rate, Tariff, Terms

TALK_LIMIT = 31 * DAY
"""Longest talk time that is priced. A longer one is a counter gone wrong; it is held for a person to look at."""

FIRST_YEAR, LAST_YEAR = 1980, 2200
"""Calls outside these years have a clock gone wrong; inside them no date arithmetic can overflow."""

TRACE_LAYOUT = 1
"""First entry of every trace; a later layout gets another number, and old charges keep theirs for ever."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Trace(NamedTuple):
    """The fixed entries of a trace, in order; triples of band, seconds and price per minute follow them.

    `reading` is "steps" or "modulo", `tax_kind` "included" or "added"; fees, prices and shares are millionths.
    """

    layout: int
    tariff: str
    version: str
    number_class: str
    prefix: str
    place: str
    talk_seconds: int
    free_seconds: int
    first: int
    then: int
    reading: str
    billed_seconds: int
    connection: int
    markup: int
    surcharge: int
    minimum: int
    rounding: str
    decimals: int
    tax_name: str
    tax_share: int
    tax_kind: str
    net: int
    tax: int
    amount: int


_INCOMING = NotChargeable("incoming", "incoming call: not charged")
_EMERGENCY = NotChargeable("emergency", "emergency call: never charged")
_INTERNAL = NotChargeable("internal", "internal call: not charged")
_TANDEM = NotChargeable("tandem", "call from trunk to trunk: not charged")
_UNANSWERED = NotChargeable("unanswered", "the call was not answered")
_NO_TIME = NotChargeable("unanswered", "no talk time, and the exchange does not say that the call was answered")


def cost_of(call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances = PLAIN) -> Rating | None:
    """What the carrier will charge the hotel for a call; None where the book has no cost tariff."""
    return None


def rate(call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances = PLAIN) -> Rating:
    """Price one call for the guest, with the tariff in force at its start."""
    settled = _not_chargeable(call, number) or _doubtful(call, number)
    if settled is not None:
        return settled
    since = call.start - _EPOCH
    start = since.days * DAY + since.seconds
    tariff = book.in_force(start)
    if tariff is None:
        day = call.start.astimezone(book.zone).date()
        return Unrated(f"no tariff is in force on {day.isoformat()}")
    rule = tariff.rules.get(number.number_class)
    if rule is None:
        return Unrated(f"the tariff {tariff.code} has no rule for calls of class {number.number_class}")
    if rule.free:
        return NotChargeable("class-free", f"calls of class {number.number_class} are free in tariff {tariff.code}")
    found = find_rate(tariff, rule, number)
    if found is None:
        return Unrated(f"the tariff {tariff.code} has no rate for {number.e164 or number.digits or number.raw}")
    talk = call.talk_seconds
    assert talk is not None  # a call without it is doubtful
    return _price(talk, start, number, found, rule.terms, tariff, book)


def _not_chargeable(call: CallRecord, number: DialledNumber) -> NotChargeable | None:
    """The facts that end the matter, most important first; None where the call may cost money."""
    if call.direction == "in":
        return _INCOMING
    if number.number_class == "emergency":
        return _EMERGENCY
    if call.direction == "internal" or number.number_class == "internal":
        return _INTERNAL
    if call.direction == "tandem":
        return _TANDEM
    if call.answered is False:
        return _UNANSWERED
    if call.talk_seconds == 0 and call.answered is None:
        return _NO_TIME
    return None


def _doubtful(call: CallRecord, number: DialledNumber) -> Unrated | None:
    """The gaps in a record that forbid to price it."""
    if call.direction != "out":
        return Unrated("the exchange does not say whether the call went out or came in")
    talk = call.talk_seconds
    if talk is None:
        return Unrated("the exchange does not say how long the call lasted")
    if not 0 <= talk <= TALK_LIMIT:
        return Unrated(f"a talk time of {talk} seconds cannot be right")
    if not FIRST_YEAR <= call.start.year < LAST_YEAR:
        return Unrated(f"a call in the year {call.start.year} cannot be right")
    if number.number_class == "unknown":
        return Unrated(f"the number {number.raw!r} could not be understood" if number.raw else "no digits are known")
    return None


def find_rate(tariff: Tariff, rule: ClassRule, number: DialledNumber) -> Rate | None:
    """Find the rate of a number: a row for its class, else the price of its class, else the longest prefix."""
    key = number.e164 or SHORT + number.digits
    if rule.rows is not None:
        found = rule.rows.find(key)
        if found is not None:
            return found
    if rule.price is not None:
        return rule.price
    return tariff.deck.find(key) if number.e164 is not None else None


def _price(
    talk: int, start: int, number: DialledNumber, found: Rate, terms: Terms, tariff: Tariff, book: TariffBook
) -> RatedCall:
    """Work the price out, and write down what it rests on."""
    first, then = (found.first, found.then) if found.first else (terms.first, terms.then)
    billed = billed_seconds(talk, first=first, then=then, modulo=terms.modulo, free=terms.free_seconds)
    parts = _parts(found, tariff, book.zone, start, terms.free_seconds, billed)
    # Answered and gone within the second: nothing was used, so no fee is due either.
    connection = _connection(found, terms, tariff, book.zone, start) if talk else 0
    surcharge = terms.surcharge if talk else 0
    numerator = cost(
        [(found.prices[band], seconds) for band, seconds in parts],
        connection=connection,
        markup=terms.markup,
        surcharge=surcharge,
        minimum=terms.minimum,
    )
    tax = tariff.tax
    net, levied, gross = amounts(
        numerator, tariff.decimals, rounding=tariff.rounding, tax_share=tax.share, tax_included=tax.included
    )
    code, version, prefix, place = tariff.code, book.version, found.prefix, found.place or number.place
    reading, tax_kind = "modulo" if terms.modulo else "steps", "included" if tax.included else "added"
    # The fields of Trace in a plain tuple, because building the named one costs as much as the arithmetic.
    what = (TRACE_LAYOUT, code, version, number.number_class, prefix, place)
    how_long = (talk, terms.free_seconds, first, then, reading, billed)
    fees = (connection, terms.markup, surcharge, terms.minimum, tariff.rounding, tariff.decimals)
    trace = (*what, *how_long, *fees, tax.name, tax.share, tax_kind, net, levied, gross, *_items(parts, found, tariff))
    return RatedCall(gross, net, levied, tariff.currency, tariff.decimals, code, version, prefix, place, billed, trace)


def _items(parts: list[tuple[int, int]], found: Rate, tariff: Tariff) -> tuple[int | str, ...]:
    """The part of a trace that grows: band, seconds and price per minute for each part of the billed time."""
    names = tariff.week.names
    if len(parts) == 1:
        [(band, seconds)] = parts
        return names[band], seconds, found.prices[band]
    return tuple(entry for band, seconds in parts for entry in (names[band], seconds, found.prices[band]))


def _parts(found: Rate, tariff: Tariff, zone: ZoneInfo, start: int, free: int, seconds: int) -> list[tuple[int, int]]:
    """Cut the billed time, which begins after the free seconds, into (band, seconds).

    Time added by rounding up runs on from the end of the call.
    """
    if not seconds:
        return []
    if found.one_price:
        return [(0, seconds)]
    if not tariff.split:
        return [(band_at(tariff.week, zone, start), seconds)]
    return pieces(tariff.week, zone, start + free, seconds)


def _connection(found: Rate, terms: Terms, tariff: Tariff, zone: ZoneInfo, start: int) -> int:
    """The fee for being connected: that of the band of the call's start."""
    fees = found.connections
    if fees is None:
        return terms.connection
    return fees[0] if found.one_price else fees[band_at(tariff.week, zone, start)]
