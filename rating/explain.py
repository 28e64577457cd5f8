"""Explaining a charge: the stored trace as a few lines that a guest understands and an auditor can recompute.

Nothing but stored values is asked: no tariff, no number plan, so that a charge of last year explains itself in the
numbers of last year's tariff. Every number that the amount rests on is written out, each line with its own result, and
the results add up in the order of the trace. The sentences come from a catalogue, in the guest's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rating.money import ROUNDINGS, format_amount, percent_text, price_text
from rating.sentences import catalogue, language_of
from rating.trace import Head, Line, Result, is_tax, read_trace, worked_out

DECIMALS_SHOWN = 8
"""Decimals of an unrounded amount that are written out; what is longer ends in an ellipsis."""

_CLASSES = ("local", "national", "mobile", "international", "toll-free", "premium", "service")
_FEES = ("surcharge", "access", "operator", "attempt")
_CONTAINED = ("in ", "fixed in ")
_FOUND = {"class": "found_class", "rule": "found_rule", "the": "found_tariff", "attempt": "found_tariff"}


def explain(
    trace: Sequence[int | str],
    currency: str,
    decimals: int,
    language: str = "en",
    *,
    dialled: str = "",
    number: str = "",
    placed: Callable[[str], str] = str,
) -> list[str]:
    """Say in sentences how an amount came about. Never raises; a trace of another layout is explained as such.

    `language` is a tag such as "de" or "pt-BR". `dialled` and `number` are what is stored of the digits, as they came
    and as they were understood; with both the explanation begins with them.
    `placed` says the name of a place in that language.
    """
    words = _Words(language_of(language), currency, decimals)
    read = read_trace(trace)
    if read is None:
        return [words.say("unknown")]
    head, lines = read
    first = [words.say("dialled", dialled=dialled, number=number)] if dialled and number else []
    return [*first, *_told(words, head._replace(place=placed(head.place)), lines)]


@dataclass(frozen=True, slots=True)
class _Words:
    """A language, and how amounts are written in it."""

    language: str
    currency: str
    decimals: int

    def say(self, sentence: str, **values: object) -> str:
        """Fill in a sentence of the catalogue."""
        text = catalogue(self.language).get(sentence) or catalogue("en")[sentence]
        return text.format(currency=self.currency, **values)

    def mark(self, text: str) -> str:
        """Write a decimal number with the language's own decimal mark."""
        return text.replace(".", catalogue(self.language)["decimal"])

    def price(self, millionths: int) -> str:
        return self.mark(price_text(millionths))

    def percent(self, share: int) -> str:
        return self.mark(percent_text(share))

    def minor(self, amount: int) -> str:
        return self.mark(format_amount(amount, self.decimals))

    def exact(self, value: Fraction) -> str:
        """Write an unrounded amount: all its decimals where they end soon, else the first of them and an ellipsis."""
        scaled = abs(value) * 10**DECIMALS_SHOWN
        text = format_amount(scaled.numerator // scaled.denominator, DECIMALS_SHOWN)
        if scaled.denominator != 1:
            return self.mark(f"{text}…")
        head, _, fraction = text.partition(".")
        return self.mark(f"{head}.{fraction.rstrip('0').ljust(2, '0')}")


def _told(words: _Words, head: Head, lines: list[Line]) -> Iterator[str]:
    yield _found(words, head)
    if head.counted_seconds != head.talk_seconds and head.counted_seconds:
        yield words.say("counted", seconds=head.talk_seconds - head.counted_seconds)
    yield _talked(words, head, lines)
    taxes = [line for line in lines if is_tax(line)]
    whole = head.net + sum(line.b for line in taxes if line.what.startswith(_CONTAINED))
    per = 60
    for result in worked_out(lines):
        if result.line.what == "per":
            per = result.line.a
        else:
            yield _line(words, result, per, whole)
    yield from _taxes(words, head, taxes)
    yield words.say("pay_cost" if head.kind == "cost" else "pay", amount=words.minor(head.amount))


def _found(words: _Words, head: Head) -> str:
    known = head.number_class if head.number_class in _CLASSES else "other"
    what = {
        "class": words.say(f"class_{known.replace('-', '_')}"),
        "place": head.place,
        "found": _place(words, head),
        "tariff": head.tariff,
        "version": head.version,
    }
    if head.rule and not head.prefix.startswith("rule "):
        return words.say("head_rule", **what, rule=head.rule)
    return words.say("head", **what)


def _place(words: _Words, head: Head) -> str:
    """Say what the price belongs to: a prefix, or as the label of a rate says, a class, a rule, all of the tariff."""
    prefix = head.prefix
    if prefix == "+":
        return words.say("found_world")
    if prefix.startswith("#"):
        return words.say("found_short", prefix=prefix[1:])
    if prefix.startswith("+"):
        return words.say("found_prefix", prefix=prefix)
    return words.say(_FOUND.get(prefix.partition(" ")[0], "found_tariff"), rule=head.rule)


def _talked(words: _Words, head: Head, lines: list[Line]) -> str:
    kinds = {line.what for line in lines}
    talk = duration(head.talk_seconds)
    if not kinds & {"time", "from"} and head.billed_seconds == head.counted_seconds:
        return words.say("talked", talk=talk)
    how = words.say("how_prices") if "from" in kinds else _how(words, head)
    billed = duration(head.billed_seconds)
    if head.free_seconds:
        return words.say("billed_free", talk=talk, free=head.free_seconds, how=how, billed=billed)
    return words.say("billed", talk=talk, how=how, billed=billed)


def _how(words: _Words, head: Head) -> str:
    if head.reading == "modulo":
        return words.say("how_modulo", first=head.first, then=head.then)
    if head.first != head.then:
        return words.say("how_first", first=head.first, then=head.then)
    return words.say("how_second") if head.then == 1 else words.say("how_even", then=head.then)


def _line(words: _Words, result: Result, per: int, whole: int) -> str:
    """The sentence for one line of the trace, with what it brought."""
    what, text, a, b = result.line
    band, brought = "_band" if text else "", words.exact(result.brought)
    match what:
        case "time":
            name = ("time" if per == 60 else "time_per") + band
            return words.say(name, time=duration(a), price=words.price(b), per=per, band=text, amount=brought)
        case "from":
            return words.say("from_charge" if b else "from", start=duration(a), amount=brought)
        case "call":
            return words.say("call" + band, band=text, amount=brought)
        case "pulses":
            return words.say("pulses" + band, count=a, price=words.price(b), band=text, amount=brought)
        case "cost":
            return words.say("cost", tariff=text, amount=brought)
        case "markup" | "discount":
            base = words.exact(result.after - result.brought)
            return words.say(what, percent=words.percent(a), base=base, amount=brought)
        case "minute":
            return words.say("minute", price=words.price(b), time=duration(a), amount=brought)
        case "charge":
            return words.say(f"charge_{text if text in _FEES else 'surcharge'}", amount=brought)
        case "least" | "most":
            return words.say(what, amount=words.price(a))
        case "grace":
            return words.say("grace", seconds=a)
        case "round":
            return _rounded(words, whole, result)
        case _:
            return words.say(what, amount=brought)


def _rounded(words: _Words, whole: int, result: Result) -> str:
    line = result.line
    key = line.text.replace("-", "_")
    rounding = words.say(key) if line.text in ROUNDINGS else line.text
    return words.say(
        "sum_coin" if line.a != 1 else "sum",
        exact=words.exact(result.after),
        rounding=rounding,
        coin=words.minor(line.a),
        amount=words.minor(whole),
    )


def _taxes(words: _Words, head: Head, taxes: list[Line]) -> Iterator[str]:
    """One sentence for each tax, with its base where it is added; before them the net amount that is left."""
    if any(line.what.startswith(_CONTAINED) for line in taxes):
        yield from (_tax(words, line, 0) for line in taxes if line.what.startswith(_CONTAINED))
        yield words.say("net", amount=words.minor(head.net))
    before = head.net
    for line in taxes:
        if not line.what.startswith(_CONTAINED):
            yield _tax(words, line, before if line.what.endswith("taxes") else head.net)
        before += line.b


def _tax(words: _Words, line: Line, base: int) -> str:
    fixed, place = line.what.startswith("fixed "), "in" if line.what.startswith(_CONTAINED) else "on"
    name = f"tax_fixed_{place}" if fixed else f"tax_{place}"
    percent = "" if fixed else words.percent(line.a)
    return words.say(name, name=line.text, percent=percent, base=words.minor(base), amount=words.minor(line.b))


def duration(seconds: int) -> str:
    """Write a duration for people: "45 s", "2 min 05 s", "1 h 00 min 07 s"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min {rest:02d} s"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
