"""The price of one call whose rate is found: what was used, what is added, one rounding, the taxes, and the trace.

`rating.rate` decides what a call is and finds its rate; here is only arithmetic, in whole numbers, and its record. The
work is bounded: a call's pieces by the bands and steps of a tariff and the longest talk time, pulses by multiplying.
"""

from __future__ import annotations

from math import lcm
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rating.bands import band_at, pieces
from rating.book import TariffBook
from rating.choosing import Choice
from rating.money import MILLIONTHS, rounded
from rating.numbering import DialledNumber
from rating.outcomes import RatedCall, Trace
from rating.sums import MINUTE, added_up, billed_seconds, billed_steps
from rating.tariff import Rate, Step, Tariff
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
    """When the call began (seconds since 1970), how long it was, how much of that counts, and what was metered."""

    start: int
    seconds: int
    counted: int
    metered: Metered | None = None


class _Used(NamedTuple):
    """What was used: `spent` millionths over `below`, the billed seconds, and the lines that say so."""

    spent: int
    below: int
    billed: int
    lines: Trace


def worked(talk: Talk, number: DialledNumber, found: Rate, choice: Choice, tariff: Tariff, book: TariffBook) -> Worked:
    """Work a price out, and write down what it rests on."""
    terms, counted = choice.terms, talk.counted
    first, then = (found.first, found.then) if found.first else (terms.first, terms.then)
    modulo = terms.modulo if found.modulo is None else found.modulo
    # Answered and gone within the second: nothing was used, so no fee is due either.
    due = counted > terms.grace_seconds if counted else talk.metered is not None and talk.metered.amount > 0
    if not due:
        used = _Used(0, MINUTE, 0, ("grace", "", terms.grace_seconds, 0) if counted else ())
        return _written(talk, used, number, found, choice, tariff, book, (first, then, modulo), due=False)
    if found.basis == "minute" and not found.steps and found.one_price and found.per == MINUTE:
        billed = billed_seconds(counted, first=first, then=then, modulo=modulo, free=terms.free_seconds)
        price = found.prices[0]
        used = _Used(price * billed, MINUTE, billed, ("time", "", billed, price))
    elif found.basis == "minute":
        used = _time(talk, found, choice, tariff, book.zone, (first, then, modulo))
    else:
        used = _other(talk, found, tariff, book.zone)
    return _written(talk, used, number, found, choice, tariff, book, (first, then, modulo), due=True)


def _written(
    talk: Talk,
    used: _Used,
    number: DialledNumber,
    found: Rate,
    choice: Choice,
    tariff: Tariff,
    book: TariffBook,
    increments: tuple[int, int, bool],
    *,
    due: bool,
) -> Worked:
    """Put fees, mark-up, limits, rounding and taxes on what was used, and bind it all together."""
    spent, below, billed, lines = used
    if due:
        spent, extras, lines = _with_fees(talk, used, found, choice, tariff, book.zone)
    else:
        attempt = choice.terms.attempt
        extras = attempt * below
        lines = (*lines, "charge", "attempt", attempt, 0) if attempt else lines
    numerator, denominator, met = added_up(spent, below, extras, choice.terms)
    step, decimals = tariff.round_to, tariff.decimals
    whole = rounded(numerator * 10**decimals, denominator * step, tariff.rounding) * step
    lines = (*lines, *met, "round", tariff.rounding, step, 0)
    if tariff.taxes:
        net, each, gross = levied(whole, tariff.taxes, tariff.rounding)
        tax = gross - net
        for layer, amount in zip(tariff.taxes, each, strict=True):
            lines += (layer.kind, layer.name, layer.shown, amount)
    else:
        net, tax, gross = whole, 0, whole
    code, version, prefix, place = tariff.code, book.version, found.prefix, found.place or number.place
    first, then, modulo = increments
    kind, reading = "cost" if tariff.is_cost else "price", "modulo" if modulo else "steps"
    # The fields of Head in a plain tuple, because building the named one costs as much as the arithmetic.
    what = (TRACE_LAYOUT, kind, code, version, choice.name, number.number_class, prefix, place)
    how_long = (talk.seconds, talk.counted, choice.terms.free_seconds, first, then, reading, billed)
    trace = (*what, *how_long, decimals, net, tax, gross, *lines)
    about = (tariff.currency, decimals, code, version, prefix, place, billed, trace, choice.name, tariff.post_zero)
    return _new(Worked, (_new(RatedCall, (gross, net, tax, *about)), numerator, denominator))


def _with_fees(
    talk: Talk, used: _Used, found: Rate, choice: Choice, tariff: Tariff, zone: ZoneInfo
) -> tuple[int, int, Trace]:
    """Add connection fee, mark-up and what comes after it: (spent, extras, lines)."""
    spent, below, billed, lines = used
    terms = choice.terms
    connection = (
        terms.connection if found.connections is None else _by_band(found.connections, found, talk, tariff, zone)
    )
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
    return spent, extras, lines


def _by_band(values: tuple[int, ...], found: Rate, talk: Talk, tariff: Tariff, zone: ZoneInfo) -> int:
    """The value in the band of the call's start."""
    return values[0] if found.one_price else values[band_at(tariff.week, zone, talk.start)]


def _time(
    talk: Talk, found: Rate, choice: Choice, tariff: Tariff, zone: ZoneInfo, increments: tuple[int, int, bool]
) -> _Used:
    """What the time costs: by band, by step, or for other units than the minute."""
    scale = lcm(MINUTE, found.per)
    times, names = scale // found.per, tariff.week.names
    spent, lines = 0, list[int | str]()
    if found.per != MINUTE:
        lines += ["per", "", found.per, 0]
    billed = 0
    for step, prices, seconds in _stretches(talk, found, choice, increments):
        if step is not None:
            spent += step.charge * scale
            lines += ["from", "", step.start, step.charge]
        after = talk.start + choice.terms.free_seconds + billed
        for band, part in _parts(found, prices, tariff, zone, (talk.start, after), seconds):
            spent += prices[band] * part * times
            lines += ["time", names[band], part, prices[band]]
        billed += seconds
    return _Used(spent, scale, billed, tuple(lines))


def _stretches(
    talk: Talk, found: Rate, choice: Choice, increments: tuple[int, int, bool]
) -> list[tuple[Step | None, tuple[int, ...], int]]:
    """The billed time in order, with the prices that hold in it; a whole call is one stretch where there are no steps."""
    if found.steps:
        return [(step, step.prices, seconds) for step, seconds in billed_steps(talk.counted, found.steps)]
    first, then, modulo = increments
    free = choice.terms.free_seconds
    return [(None, found.prices, billed_seconds(talk.counted, first=first, then=then, modulo=modulo, free=free))]


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
        band = 0 if found.one_price else band_at(tariff.week, zone, talk.start)
        price = found.prices[band]
        return _Used(price * MINUTE, MINUTE, seconds, ("call", tariff.week.names[band], 1, price))
    amount, below, text = metered
    if found.basis == "pulses":
        band = 0 if found.one_price else band_at(tariff.week, zone, talk.start)
        price = found.prices[band]
        return _Used(price * amount * MINUTE, MINUTE, seconds, ("pulses", tariff.week.names[band], amount, price))
    if found.basis == "advice":
        return _Used(amount * MINUTE, MINUTE, seconds, ("advice", text, amount, 0))
    return _Used(amount * MILLIONTHS * MINUTE, below * MINUTE, seconds, ("cost", text, amount, below))
