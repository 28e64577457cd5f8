"""The price of one call whose rate is found: what was used, what is added, one rounding, the taxes, and the trace.

`rating.rate` decides what a call is and finds its rate; here is only arithmetic, in whole numbers, and its record. The
work is bounded: a call's pieces by the bands and steps of a tariff and the longest talk time, pulses by multiplying.
"""

from __future__ import annotations

from datetime import datetime
from math import gcd, lcm
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from rating.bands import band_at, instant_of, pieces
from rating.book import TariffBook
from rating.choosing import Choice
from rating.money import MILLIONTHS, rounded
from rating.numbering import DialledNumber
from rating.outcomes import RatedCall, Trace
from rating.sums import MINUTE, added_up, billed_seconds, billed_steps
from rating.tariff import Rate, Step, Tariff, Terms
from rating.taxes import levied
from rating.trace import TRACE_LAYOUT

_new = tuple.__new__  # builds a named tuple in a third of the time; there is one for each call


class Metered(NamedTuple):
    """What a price that is not one of time starts from: pulses, an amount in millionths, or a carrier's exact cost."""

    amount: int
    below: int = 1
    text: str = ""


class Worked(NamedTuple):
    """A priced call with its exact amount before rounding, in currency units, as a fraction."""

    rated: RatedCall
    numerator: int
    denominator: int


class Talk(NamedTuple):
    """When the call began, how long it was, how much of that counts, and what was metered."""

    start: datetime
    seconds: int
    counted: int
    metered: Metered | None


_Used: TypeAlias = tuple[int, int, int, Trace]
"""What was used: the millionths spent, over a denominator; the billed seconds; the lines that say so."""


def worked(talk: Talk, number: DialledNumber, found: Rate, choice: Choice, tariff: Tariff, book: TariffBook) -> Worked:
    """Work a price out, and write down what it rests on."""
    terms, counted = choice.terms, talk.counted
    first, then = (found.first, found.then) if found.first else (terms.first, terms.then)
    modulo = terms.modulo if found.modulo is None else found.modulo
    # Answered and gone within the second: nothing was used, so no fee is due either.
    due = counted > terms.grace_seconds if counted else talk.metered is not None and talk.metered.amount > 0
    if due:
        used = _used(talk, found, choice, tariff, book.zone, (first, then, modulo))
        numerator, denominator, lines = _with_fees(talk, used, found, choice, tariff, book.zone)
        billed = used[2]
    else:
        billed, numerator, denominator, lines = 0, *_not_due(counted, terms)
    # The fields of Head in a plain tuple, because building the named one costs as much as the arithmetic.
    how_long = (talk.seconds, counted, terms.free_seconds, first, then, "modulo" if modulo else "steps", billed)
    return _written(numerator, denominator, lines, how_long, number, found, choice.name, tariff, book.version)


def plainly(
    seconds: int, number: DialledNumber, found: Rate, choice: Choice, tariff: Tariff, version: str
) -> Worked | None:
    """Work the usual price out, one price by the minute under a plain rule, by the shortest way; None for another one.

    What comes out is what `worked` gives, in two thirds of the time.
    """
    plain = choice.plain
    if plain is None or not found.plain or not found.one_price or found.connections is not None:
        return None
    prefix, place, (price, *_), _, first, then, *_ = found
    terms = choice.terms
    if not first:
        first, then = terms.first, terms.then
    billed = billed_seconds(seconds, first, then, terms.modulo, terms.free_seconds)
    lines = plain.lines
    exact = price * billed * plain.times + plain.plus
    net, tax, gross, taxes = _levied(exact, plain.unit, tariff)
    code, decimals, place, rule = tariff.code, tariff.decimals, place or number.place, choice.name
    kind, reading = "cost" if tariff.is_cost else "price", "modulo" if terms.modulo else "steps"
    trace = (
        TRACE_LAYOUT, kind, code, version, rule, number.number_class, prefix, place, seconds, seconds,
        terms.free_seconds, first, then, reading, billed, decimals, net, tax, gross,
        "time", "", billed, price, *lines, *taxes,
    )  # fmt: skip
    about = (tariff.currency, decimals, code, version, prefix, place, billed, trace, rule, tariff.post_zero)
    return _new(Worked, (_new(RatedCall, (gross, net, tax, *about)), exact, plain.unit))


def _not_due(counted: int, terms: Terms) -> tuple[int, int, Trace]:
    """A call that costs nothing but the fee for the attempt: (numerator, denominator, lines)."""
    lines: Trace = ("grace", "", terms.grace_seconds, 0) if counted else ()
    if terms.attempt:
        lines += ("charge", "attempt", terms.attempt, 0)
    return terms.attempt, MILLIONTHS, lines


def _written(
    numerator: int,
    denominator: int,
    lines: Trace,
    how_long: Trace,
    number: DialledNumber,
    found: Rate,
    rule: str,
    tariff: Tariff,
    version: str,
) -> Worked:
    """Round the exact amount, levy the taxes, and bind it all together."""
    net, tax, gross, taxes = _levied(numerator, denominator, tariff)
    code, prefix, place, decimals = tariff.code, found.prefix, found.place or number.place, tariff.decimals
    what = (TRACE_LAYOUT, "cost" if tariff.is_cost else "price", code, version, rule, number.number_class)
    end = ("round", tariff.rounding, tariff.round_to, 0, *taxes)
    trace = (*what, prefix, place, *how_long, decimals, net, tax, gross, *lines, *end)
    where = (code, version, prefix, place, how_long[-1], trace, rule, tariff.post_zero)
    return _new(Worked, (_new(RatedCall, (gross, net, tax, tariff.currency, decimals, *where)), numerator, denominator))


def _levied(numerator: int, denominator: int, tariff: Tariff) -> tuple[int, int, int, Trace]:
    """Round once, and levy the taxes: (net, tax, gross, lines of the taxes)."""
    step, rounding = tariff.round_to, tariff.rounding
    if step == 1 and rounding == "half-up":
        whole = (2 * 10**tariff.decimals * numerator + denominator) // (2 * denominator)
    else:
        whole = rounded(numerator * 10**tariff.decimals, denominator * step, rounding) * step
    if not tariff.taxes:
        return whole, 0, whole, ()
    net, each, gross = levied(whole, tariff.taxes, rounding)
    pairs = zip(tariff.taxes, each, strict=True)
    lines = [entry for tax, amount in pairs for entry in (tax.kind, tax.name, tax.shown, amount)]
    return net, gross - net, gross, tuple(lines)


def _with_fees(
    talk: Talk, used: _Used, found: Rate, choice: Choice, tariff: Tariff, zone: ZoneInfo
) -> tuple[int, int, Trace]:
    """Put fees, mark-up and limits on what was used: (numerator, denominator, lines), in currency units."""
    spent, below, billed, lines = used
    terms = choice.terms
    connection = terms.connection
    if found.connections is not None:
        connection = 0 if choice.continued else _by_band(found.connections, found, talk, tariff, zone)
    if connection:
        spent += connection * below
        lines = (*lines, "connection", "", connection, 0)
    if terms.markup:
        lines = (*lines, "markup", "", terms.markup, 0)
    extras = choice.fees_sum * below
    if terms.add_per_minute and billed:
        extras += terms.add_per_minute * billed * (below // MINUTE)
        lines = (*lines, "minute", "", billed, terms.add_per_minute)
    for name, amount in choice.fees:
        lines = (*lines, "charge", name, amount, 0)
    numerator, denominator, met = added_up(spent, below, extras, terms)
    return numerator, denominator, (*lines, *met)


def _by_band(values: tuple[int, ...], found: Rate, talk: Talk, tariff: Tariff, zone: ZoneInfo) -> int:
    """The value in the band of the call's start."""
    return values[0] if found.one_price else values[band_at(tariff.week, zone, instant_of(talk.start))]


def _used(
    talk: Talk, found: Rate, choice: Choice, tariff: Tariff, zone: ZoneInfo, increments: tuple[int, int, bool]
) -> _Used:
    """What the call costs before any fee."""
    if found.basis != "minute":
        return _other(talk, found, tariff, zone)
    if not (found.plain and found.one_price):
        return _time(talk, found, choice, tariff, zone, increments)
    seconds, price = billed_seconds(talk.counted, *increments, choice.terms.free_seconds), found.prices[0]
    return (price * seconds, MINUTE, seconds, ("time", "", seconds, price))


def _time(
    talk: Talk, found: Rate, choice: Choice, tariff: Tariff, zone: ZoneInfo, increments: tuple[int, int, bool]
) -> _Used:
    """What the time costs: by band, by step, or for other units than the minute."""
    scale = lcm(MINUTE, found.per)
    times, names = scale // found.per, tariff.week.names
    spent, lines = 0, list[int | str]()
    if found.per != MINUTE:
        lines += ["per", "", found.per, 0]
    billed, start = 0, instant_of(talk.start)
    for step, prices, seconds in _stretches(talk, found, choice, increments):
        if step is not None:
            spent += step.charge * scale
            lines += ["from", "", step.start, step.charge]
        after = start + choice.terms.free_seconds + billed
        for band, part in _parts(found, prices, tariff, zone, (start, after), seconds):
            spent += prices[band] * part * times
            lines += ["time", names[band], part, prices[band]]
        billed += seconds
    return (spent, scale, billed, tuple(lines))


def _stretches(
    talk: Talk, found: Rate, choice: Choice, increments: tuple[int, int, bool]
) -> list[tuple[Step | None, tuple[int, ...], int]]:
    """The billed time in order, with the prices that hold in it; a whole call is one stretch where there are no steps."""
    if found.steps:
        return [(step, step.prices, seconds) for step, seconds in billed_steps(talk.counted, found.steps)]
    first, then, modulo = increments
    free = choice.terms.free_seconds
    return [(None, found.prices, billed_seconds(talk.counted, first, then, modulo, free))]


def _parts(
    found: Rate, prices: tuple[int, ...], tariff: Tariff, zone: ZoneInfo, starts: tuple[int, int], seconds: int
) -> list[tuple[int, int]]:
    """Cut a stretch of billed time into (band, seconds). `starts` are those of the call and of the stretch.

    Time added by rounding up runs on from the end of the call.
    """
    if not seconds:
        return []
    if found.one_price or len(set(prices)) == 1:
        return [(0, seconds)]
    if not tariff.split:
        return [(band_at(tariff.week, zone, starts[0]), seconds)]
    return pieces(tariff.week, zone, starts[1], seconds)


def _other(talk: Talk, found: Rate, tariff: Tariff, zone: ZoneInfo) -> _Used:
    """What a call costs that is not charged by its time."""
    seconds, metered = talk.counted, talk.metered
    if found.basis == "call" or metered is None:
        band = 0 if found.one_price else band_at(tariff.week, zone, instant_of(talk.start))
        price = found.prices[band]
        return (price * MINUTE, MINUTE, seconds, ("call", tariff.week.names[band], 1, price))
    amount, below, text = metered
    if found.basis == "pulses":
        band = 0 if found.one_price else band_at(tariff.week, zone, instant_of(talk.start))
        price = found.prices[band]
        return (price * amount * MINUTE, MINUTE, seconds, ("pulses", tariff.week.names[band], amount, price))
    if found.basis == "advice":
        return (amount * MINUTE, MINUTE, seconds, ("advice", text, amount, 0))
    common = gcd(amount, below)
    amount, below = amount // common, below // common
    return (amount * MILLIONTHS * MINUTE, below * MINUTE, seconds, ("cost", text, amount, below))
