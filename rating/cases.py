"""Running a tariff's own test cases: every call that its author wrote down must come to what stands beside it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import cast

from protocols.records import CallRecord, Direction
from rating.book import TariffBook
from rating.circumstances import Circumstances
from rating.fields import Problem, shown
from rating.money import format_amount
from rating.numbering import NumberPlan
from rating.outcomes import RatedCall, Rating, Unrated
from rating.rate import cost_of, rate
from rating.tariff import CallCase, Tariff
from rating.trace import exact_amount, read_trace

_MONEY = ("amount", "net", "tax", "exact", "cost")


def failed_cases(book: TariffBook, plan: NumberPlan) -> list[Problem]:
    """Rate every case of every tariff in the book; each that comes out otherwise is an error with its file and line."""
    return [
        problem for tariff in book.tariffs for case in tariff.cases for problem in _judged(case, tariff, book, plan)
    ]


def _judged(case: CallCase, tariff: Tariff, book: TariffBook, plan: NumberPlan) -> list[Problem]:
    call, around = _call(case, tariff, book)
    number = plan.classify(str(case.given["dialled"]))
    cost = cost_of(call, number, book, around) if tariff.is_cost or "cost" in case.expected else None
    rating = cost if tariff.is_cost and cost is not None else rate(call, number, book, around)
    found = _found(rating) | ({"cost": _found(cost)["amount"]} if cost is not None else {})
    problems = []
    for key, wanted in case.expected.items():
        got = found.get(key, "nothing")
        if not _same(key, wanted, got):
            sentence = f"The test {shown(case.name)!r} expects {key} {shown(wanted)}, and it is {got}{_why(rating)}."
            problems.append(Problem(case.file, case.line, "test", sentence))
    return problems


def _call(case: CallCase, tariff: Tariff, book: TariffBook) -> tuple[CallRecord, Circumstances]:
    given = case.given
    start = cast(datetime, given["start"])
    direction = str(given["direction"])
    own = {entry: given[entry] for entry in Circumstances._fields if entry in given and entry != "direction"}
    if tariff.is_cost:
        own.setdefault("carrier", tariff.for_whom.carrier)
    elif tariff.for_whom.by_code or len(book.carried) > 1:
        own.setdefault("tariff", tariff.code)
    around = Circumstances(**own, direction=direction if direction == "collect" else "")  # type: ignore[arg-type]
    call = CallRecord(
        direction=cast(Direction, "in" if direction == "collect" else direction),
        answered=bool(given["answered"]),
        start=start if start.tzinfo else start.replace(tzinfo=book.zone),
        talk_seconds=cast(int, given["seconds"]),
        pulses=cast("int | None", given.get("pulses")),
        aoc_amount=cast("str | None", given.get("advice")),
    )
    return call, around


def _found(rating: Rating) -> dict[str, str]:
    """What came out, by the name under which a case expects it."""
    if not isinstance(rating, RatedCall):
        outcome = "unrated" if isinstance(rating, Unrated) else rating.code
        return {"outcome": outcome, "amount": "nothing"}
    amounts = {name: format_amount(getattr(rating, name), rating.decimals) for name in ("amount", "net", "tax")}
    read = read_trace(rating.trace)
    exact = exact_amount(read[1]) if read else Fraction(0)
    return amounts | {
        "outcome": "rated",
        "exact": exact_text(exact),
        "billed_seconds": str(rating.billed_seconds),
        "rule": rating.rule,
        "prefix": rating.prefix,
        "place": rating.place,
    }


def exact_text(value: Fraction) -> str:
    """Write an exact amount: as a decimal number where it ends, else as a fraction."""
    below, places = value.denominator, 0
    while 10**places % below and places < 40:
        places += 1
    if 10**places % below:
        return f"{value.numerator}/{below}"
    return format_amount(value.numerator * (10**places // below), places)


def _same(key: str, wanted: str, got: str) -> bool:
    if key not in _MONEY:
        return wanted == got
    try:
        return _value(wanted) == _value(got)
    except (ValueError, ZeroDivisionError, InvalidOperation):
        return False


def _value(text: str) -> Fraction:
    whole, slash, below = text.replace(",", ".").partition("/")
    return Fraction(Decimal(whole)) / (Fraction(Decimal(below)) if slash else 1)


def _why(rating: Rating) -> str:
    if isinstance(rating, RatedCall):
        return f" (prefix {rating.prefix}{f', rule {rating.rule}' if rating.rule else ''}, {rating.billed_seconds} s billed)"
    return f" ({rating.reason})"
