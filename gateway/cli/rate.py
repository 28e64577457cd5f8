"""`foliogate rate`: what the calls in a file would cost, without storing or posting anything.

The same parsers, number plan, tariff and joining of legs that `run` uses; what is printed is what would be charged.
The legs of a call are found by the rules of `run` too (`intake/live_calls.py`), as long as they stand near one another in the
input, because an exchange may write them with other calls between.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click

from gateway.app.configured import plan_of, room_list, source_settings
from gateway.cli.rate_options import circumstances_of, circumstances_options, one_call_of, one_call_options
from gateway.cli.records import Row, read_rows
from gateway.cli.words import config_option, fail, read_config, say
from gateway.config import Config, PbxSettings
from gateway.intake.live_calls import LiveCalls
from gateway.settle import Free, Price, Priced, Unpriced, price
from gateway.tariff_folder import TariffUnreadable, read_texts
from protocols.records import CallRecord, JoinedCall
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, SourceSettings
from protocols.text import printable
from rating.book import TariffBook
from rating.cases import exact_text
from rating.circumstances import Circumstances
from rating.explain import explain
from rating.money import format_amount
from rating.numbering import NumberPlan
from rating.outcomes import RatedCall, Unrated
from rating.rate import cost_of
from rating.sentences import LANGUAGES
from rating.text import load
from rating.trace import exact_amount, read_trace

LEGS_APART = 500
"""Records that may lie between two legs of one call; a busy hotel writes fewer in the hours of its longest call."""

_TABLE = (("line", 6), ("start", 25), ("ext", 6), ("dialled", 20), ("class", 13), ("seconds", 7), ("amount", 12))


class _Bench(NamedTuple):
    """What pricing needs of one exchange."""

    dialect: str
    settings: SourceSettings
    plan: NumberPlan
    book: TariffBook
    around: Circumstances
    language: str


class _Call(NamedTuple):
    """The legs of one call, and what the first of them was in the input."""

    legs: tuple[CallRecord, ...]
    lines: tuple[int, ...]
    raw: bytes


@click.command("rate")
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@config_option
@click.option("--dialect", metavar="NAME", help=f"The dialect of the records: {', '.join(DIALECTS)}.")
@click.option("--pbx", metavar="NAME", help="Which [[pbx]] of the configuration, where several have the dialect.")
@click.option("--explain", "in_words", is_flag=True, help="Say below each call how its amount came about.")
@click.option("--language", metavar="TAG", default="en", help=f"The language of that: {', '.join(LANGUAGES)}.")
@one_call_options
@circumstances_options
@click.option("--json", "as_objects", is_flag=True, help="Print one JSON object per call instead of a table.")
def rate_command(
    source: BinaryIO,
    config_path: Path,
    dialect: str | None,
    pbx: str | None,
    in_words: bool,
    language: str,
    as_objects: bool,
    **options: Any,
) -> None:
    """Price the calls in FILE (or standard input) with the tariff of the configuration; nothing is stored or posted.

    Each call becomes one row: what was dialled, its class and place, the talk time, the amount, or the reason why
    there is none. With --json, what `parse --json` prints of it and class, place, amount, net, tax, exact, currency,
    tariff, rule, cost, explain and reason. What the records do not say (the guest's class, a carrier) holds for all of
    them. With --dialled, one call is priced that stands in no record. The exit code is 1 when a record could not be
    read or a call not be priced.

    \b
    foliogate rate --dialect avaya-ipoffice smdr.log
    foliogate rate --dialect asterisk --json Master.csv | jq -r '.explain[]?'
    foliogate rate --dialled 900442079460000 --seconds 125 --vip V1 --explain --language de
    """
    around = circumstances_of(options)
    if dialect is not None and dialect not in DIALECTS:
        raise click.UsageError(f"There is no dialect {dialect!r}; the dialects are {', '.join(DIALECTS)}.")
    config = read_config(config_path)
    one_call = one_call_of(options, config.property.timezone)
    if dialect is None and one_call is None:
        raise click.UsageError("Say the dialect of the records with --dialect, or one call with --dialled.")
    bench = _bench(config, dialect, pbx, around, language)
    counted: Counter[str] = Counter()
    if not as_objects:
        click.echo(" ".join(title.ljust(width) for title, width in _TABLE) + " place, reason")
    for found in _calls(source, bench) if one_call is None else [_Call((one_call,), (1,), b"")]:
        one = _priced(found, bench) if isinstance(found, _Call) else as_json(*found)
        counted[str(one.get("outcome", one["kind"]))] += 1
        if as_objects:
            click.echo(json.dumps(one))
        elif one["kind"] != "furniture":
            click.echo(_row(one))
            if in_words and isinstance(lines := one.get("explain"), list):
                click.echo("".join(f"       {_shown(line)}\n" for line in lines))
    say(", ".join(f"{number} {kind}" for kind, number in counted.items()) or "no records")
    sys.exit(1 if counted["unparsed"] or counted["unrated"] else 0)


def _bench(config: Config, dialect: str | None, name: str | None, around: Circumstances, language: str) -> _Bench:
    """Take the exchange and the tariff from the configuration, or end the command with a sentence."""
    pbx = _exchange(config, dialect, name)
    home = config.property
    try:
        texts = read_texts(config.tariff.folder)
    except TariffUnreadable as error:
        fail(str(error))
    loaded = load(texts, zone=home.timezone, currency=home.currency, country=home.country)
    if loaded.book is None:
        for problem in loaded.problems:
            click.echo(str(problem), err=True)
        fail("the tariff cannot be used")
    settings = source_settings(pbx) if pbx else SourceSettings(timezone=home.timezone)
    plan = plan_of(config, settings.trunk_access, room_list(config))
    return _Bench(dialect or "", settings, plan, loaded.book, around, language)


def _exchange(config: Config, dialect: str | None, name: str | None) -> PbxSettings | None:
    """The exchange that is meant; None where the configuration has none of this dialect.

    Without a dialect it is the named one, or the first there is: all that matters then is its trunk access code.
    """
    named = [pbx for pbx in config.pbx if dialect in (None, pbx.dialect) and name in (None, pbx.name)]
    if dialect is None:
        return named[0] if named else None
    if len(named) > 1:
        fail(f"several exchanges have the dialect {dialect}; say which with --pbx {named[0].name}")
    if not named and name is not None:
        fail(f"the configuration has no exchange {name!r} with the dialect {dialect}")
    if not named:
        say(f"the configuration has no exchange with the dialect {dialect}: no trunk access code is taken off")
    return named[0] if named else None


# -- legs to calls -------------------------------------------------------------------------------------------------


def _calls(source: BinaryIO, bench: _Bench) -> Iterator[_Call | Row]:
    """Give each call with its legs together, and each record that is none, in the order of their last records."""
    dialect = DIALECTS[bench.dialect]
    sharing = dialect.sharing(bench.settings.options)
    live = LiveCalls(sharing)
    batches = read_rows(source, dialect, bench.settings, datetime.now(UTC))
    waiting: dict[int, tuple[_Call | Row, int]] = {}
    for number, row in enumerate(row for batch in batches for row in batch):
        yield from _gone(waiting, number - LEGS_APART)
        parsed, raw, line = row
        if not isinstance(parsed, CallRecord):
            waiting[number] = row, number
        elif (known := live.find(parsed)) is not None and known.id in waiting:
            known.add(parsed, b"")
            earlier, _ = waiting.pop(known.id)
            waiting[known.id] = _with_leg(earlier, _Call((parsed,), (line,), raw)), number
        else:
            live.begin(number, parsed, b"", remember=True)
            waiting[number] = _Call((parsed,), (line,), raw), number
        if not (isinstance(parsed, CallRecord) and (parsed.call_key or sharing)) and len(waiting) == 1:
            yield waiting.popitem()[1][0]
    yield from (one for one, _ in waiting.values())


def _with_leg(call: _Call | Row, leg: _Call) -> _Call:
    assert isinstance(call, _Call)  # what a leg was found to belong to
    return _Call((*call.legs, *leg.legs), (*call.lines, *leg.lines), call.raw)


def _gone(waiting: dict[int, tuple[_Call | Row, int]], before: int) -> Iterator[_Call | Row]:
    """Take out what stands there for so long that no leg of it is to be expected."""
    while waiting:
        key, (one, number) = next(iter(waiting.items()))
        if number > before:
            return
        del waiting[key]
        yield one


# -- pricing and printing ------------------------------------------------------------------------------------------


def _priced(call: _Call, bench: _Bench) -> dict[str, object]:
    """One call as an object: what the exchange said of it, and what it costs."""
    if bench.dialect:
        joined = DIALECTS[bench.dialect].join(call.legs)
    else:
        joined = JoinedCall(call=call.legs[0], charged=call.legs, holders=(), complete=True)
    price_found = price(joined, bench.plan, bench.book, bench.around)
    told = as_json(joined.call, call.raw, call.lines[0]) | {"lines": list(call.lines)}
    return told | _of_price(price_found, bench.language) | _of_cost(joined, bench)


def _of_cost(joined: JoinedCall, bench: _Bench) -> dict[str, object]:
    """What the carrier charges the house: the sum over the legs, or null with the reason where one has no cost."""
    found = []
    for leg in joined.charged or (joined.call,):
        cost = cost_of(leg, bench.plan.classify(leg.dialled or ""), bench.book, bench.around)
        if isinstance(cost, Unrated):
            return {"cost": None, "cost_reason": cost.reason, "cost_explain": []}
        found += [cost] if isinstance(cost, RatedCall) else []
    if not found:
        return {"cost": None, "cost_reason": None, "cost_explain": []}
    amount = format_amount(sum(cost.amount for cost in found), found[0].decimals)
    lines = [line for cost in found for line in explain(cost.trace, cost.currency, cost.decimals, bench.language)]
    return {"cost": amount, "cost_reason": None, "cost_explain": lines}


def _of_price(cost: Price, language: str) -> dict[str, object]:
    found: dict[str, object] = {
        "outcome": "rated",
        "class": cost.number.number_class if cost.number else None,
        "number": cost.number.e164 if cost.number else None,
        "place": cost.number.place if cost.number else None,
        "amount": None,
        "net": None,
        "tax": None,
        "exact": None,
        "currency": None,
        "tariff": None,
        "version": None,
        "rule": None,
        "prefix": None,
        "billed_seconds": None,
        "explain": [],
        "reason": None,
    }
    if isinstance(cost, Priced):
        return found | _amounts(cost, language)
    assert isinstance(cost, Free | Unpriced)
    outcome = "unrated" if isinstance(cost, Unpriced) else cost.code
    return found | {"outcome": outcome, "reason": cost.reason, "explain": [cost.reason]}


def _amounts(cost: Priced, language: str) -> dict[str, object]:
    read = [one for one in map(read_trace, cost.traces) if one is not None]
    number = cost.number
    return {
        "place": cost.place,
        "amount": format_amount(cost.amount, cost.decimals),
        "net": format_amount(cost.net, cost.decimals),
        "tax": format_amount(cost.tax, cost.decimals),
        "exact": exact_text(sum((exact_amount(lines) for _, lines in read), Fraction(0))),
        "currency": cost.currency,
        "tariff": cost.tariff,
        "version": cost.version,
        "rule": next((head.rule for head, _ in read if head.rule), None),
        "prefix": cost.prefix,
        "billed_seconds": cost.billed_seconds,
        "explain": [
            line
            for trace in cost.traces
            for line in explain(
                trace,
                cost.currency,
                cost.decimals,
                language,
                dialled=printable(number.raw.encode("utf-8", "backslashreplace"), 60),
                number=number.e164 or number.digits,
            )
        ],
    }


def _row(one: dict[str, object]) -> str:
    if one["kind"] != "call":
        return f"{one['line']!s:<6} {one['kind']}: {one['reason']}"
    amount = f"{one['amount']} {one['currency']}" if one["amount"] is not None else "-"
    names = ("line", "start", "extension", "dialled", "class", "talk_seconds")
    cells = [*(_shown(one[name]) for name in names), amount]
    tail = "; ".join(_shown(one[name]) for name in ("place", "reason") if one[name])
    return f"{_padded(cells)} {tail}".rstrip()


def _padded(cells: Iterable[str]) -> str:
    return " ".join(cell.ljust(width) for cell, (_, width) in zip(cells, _TABLE, strict=True))


def _shown(value: object) -> str:
    """Show one value safely: digits and places come from outside."""
    return "-" if value is None else printable(str(value).encode("utf-8", "backslashreplace"), 200)
