"""What a call would cost: a number typed at the desk, priced as the call itself would be, with nothing stored. Pure.

Every amount comes from `rating.rate`, for a call of so many minutes that begins at the asked instant. The connection fee and
the price per minute are read off the trace of such a call, with mark-up, discount and taxes in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.attribution import Attribution, StayTariffs, caller
from gateway.directory import Occupants, RoomList
from gateway.instants import to_micros
from protocols.records import CallRecord
from rating.bands import DAY, band_at, instant_of, pieces
from rating.book import TariffBook
from rating.circumstances import PLAIN, Circumstances
from rating.money import MILLIONTHS
from rating.numbering import DialledNumber, NumberPlan
from rating.outcomes import NotChargeable, RatedCall, Rating
from rating.rate import rate
from rating.trace import Line, is_tax, read_trace

#: Calls of these many minutes are priced as examples.
EXAMPLES: Final = (1, 5, 10)
#: How far ahead the end of a price is looked for: what holds for longer is said to hold.
AHEAD: Final = 8 * DAY
#: Characters of a typed number that are looked at.
LONGEST_NUMBER: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDesk:
    """What prices calls in this house: the tariffs, how each exchange's digits are read, and who pays by which tariff."""

    book: TariffBook
    plans: Mapping[str, NumberPlan]
    rooms: RoomList
    attribution: Attribution
    zone: ZoneInfo

    def understood(self, typed: str) -> DialledNumber:
        """What somebody means who types a number: as dialled for a line outside, else as it stands.

        Typed numbers come from a slip of paper; the access code of a line is on none, and taking it for granted finds 112.
        """
        text = " ".join(typed.split())[:LONGEST_NUMBER]
        plan = next(iter(self.plans.values()))
        bare = "".join(one for one in text if one not in " -/().")
        codes = () if bare.startswith("+") else plan.trunk_access[:1]
        readings = [plan.classify(code + bare) for code in codes] + [plan.classify(bare)]
        known = [one for one in readings if one.number_class not in ("unknown", "internal")]
        found = (known or readings[-1:])[0]
        return found._replace(raw=text)

    def extension_of(self, words: str) -> str | None:
        """The telephone that a room or an extension means; None where the hotel's list has neither."""
        if self.rooms.lists(words):
            return words
        return next((extension for extension, room in self.rooms.rooms.items() if room == words), None)

    def around(self, extension: str, who: Occupants, tariffs: StayTariffs, at: datetime) -> Circumstances:
        """What of a telephone and its guest bears on the price."""
        by = caller(extension, self.rooms.place(extension), who, operator=False)
        return self.attribution.circumstances(by, tariffs, to_micros(at))


class Offer(NamedTuple):
    """What a call of so many minutes costs, in minor units."""

    minutes: int
    net: int
    tax: int
    gross: int


class Terms(NamedTuple):
    """A price as people say it, in currency units with every tax in it: what being connected costs, and each minute."""

    connection: Fraction
    minute: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The answer: priced (`offers`), free (`free` says why), or neither (`unpriced` says why).

    `terms` is None where the price is no connection fee and price per minute. `until` is when the price changes; None where it
    holds for the days that were looked at.
    """

    number: DialledNumber
    at: datetime
    offers: tuple[Offer, ...] = ()
    terms: Terms | None = None
    currency: str = ""
    decimals: int = 0
    tariff: str = ""
    version: str = ""
    rule: str = ""
    band: str = ""
    place: str = ""
    until: datetime | None = None
    free: str = ""
    unpriced: str = ""


def quote(desk: PriceDesk, number: DialledNumber, at: datetime, around: Circumstances = PLAIN) -> Quote:
    """Price a call to a number that begins at an aware instant."""
    if number.number_class == "unknown":
        return Quote(number=number, at=at, unpriced="this is no number that can be dialled")
    found = [_rated(desk, number, at, around, count) for count in EXAMPLES]
    first = found[0]
    if isinstance(first, NotChargeable):
        return Quote(number=number, at=at, free=first.reason)
    offers = [
        Offer(count, one.net, one.tax, one.amount)
        for count, one in zip(EXAMPLES, found, strict=True)
        if isinstance(one, RatedCall)
    ]
    if not isinstance(first, RatedCall):
        return Quote(number=number, at=at, unpriced=first.reason)
    return Quote(
        number=number,
        at=at,
        offers=tuple(offers),
        terms=terms_of(first.trace),
        currency=first.currency,
        decimals=first.decimals,
        tariff=first.tariff,
        version=first.version,
        rule=first.rule,
        band=_band(desk, at, around),
        place=first.place or number.place,
        until=_until(desk, number, at, around, first),
    )


def _rated(desk: PriceDesk, number: DialledNumber, at: datetime, around: Circumstances, count: int) -> Rating:
    call = CallRecord(direction="out", answered=True, start=at, talk_seconds=60 * count, dialled=number.raw)
    return rate(call, number, desk.book, around)


def _band(desk: PriceDesk, at: datetime, around: Circumstances) -> str:
    tariff = desk.book.in_force(at, around.tariff)
    return tariff.week.names[band_at(tariff.week, desk.zone, instant_of(at))] if tariff is not None else ""


def _until(
    desk: PriceDesk, number: DialledNumber, at: datetime, around: Circumstances, now: RatedCall
) -> datetime | None:
    """The first edge of a band or a tariff at which the same call costs something else."""
    for seconds in _edges(desk, at, around):
        later = at + timedelta(seconds=seconds)
        then = _rated(desk, number, later, around, EXAMPLES[0])
        if not isinstance(then, RatedCall) or (then.amount, _prices(then)) != (now.amount, _prices(now)):
            return later.astimezone(desk.zone)
    return None


def _prices(call: RatedCall) -> Terms | None:
    return terms_of(call.trace)


def _edges(desk: PriceDesk, at: datetime, around: Circumstances) -> Iterator[int]:
    """Seconds from now to each edge, in order."""
    tariff, instant = desk.book.in_force(at, around.tariff), instant_of(at)
    found: list[int] = []
    if tariff is not None:
        passed = 0
        for _, seconds in pieces(tariff.week, desk.zone, instant, AHEAD):
            passed += seconds
            found.append(passed)
    periods = desk.book.carried.get(around.tariff, ()) if around.tariff else desk.book.periods
    found += [one.end - instant for one in periods if one.tariff is tariff]
    return iter(sorted(seconds for seconds in found if 0 < seconds < AHEAD))


def terms_of(trace: Sequence[int | str]) -> Terms | None:
    """What being connected and each minute cost, read off the trace of a call; None where the price is not of that form."""
    read = read_trace(trace)
    if read is None:
        return None
    connection, minute, per, timed = Fraction(0), Fraction(0), 60, False
    for line in read[1]:
        what, _, a, b = line
        if what in ("pulses", "advice", "cost"):
            return None
        if what == "per":
            per = a
        elif what == "time" and not timed:
            minute, timed = minute + Fraction(b * 60, per * MILLIONTHS), True
        elif what == "minute":
            minute += Fraction(b, MILLIONTHS)
        elif what in ("connection", "charge"):
            connection += Fraction(a, MILLIONTHS)
        elif what == "call":
            connection += Fraction(b, MILLIONTHS)
        elif what in ("markup", "discount"):
            times = 1 + Fraction(a if what == "markup" else -a, MILLIONTHS)
            connection, minute = connection * times, minute * times
    times, fixed = _taxed([line for line in read[1] if is_tax(line)])
    return Terms(connection * times + fixed, minute * times)


def _taxed(taxes: Sequence[Line]) -> tuple[Fraction, Fraction]:
    """What an amount grows by when taxes are put on top of it: a factor, and what is added once a call.

    Taxes that the amount contains already leave it as it is, but what comes on top is put on the net amount in it.
    """
    contained, added, fixed = Fraction(0), Fraction(0), Fraction(0)
    for line in taxes:
        share = Fraction(line.a, MILLIONTHS)
        compound = line.what.endswith("and taxes")
        if line.what.startswith("fixed "):
            fixed += share if line.what.startswith("fixed on") else 0
        elif line.what.startswith("in "):
            contained += share * (1 + contained if compound else 1)
        else:
            added += share * (1 + contained + added if compound else 1)
    return 1 + added / (1 + contained), fixed
