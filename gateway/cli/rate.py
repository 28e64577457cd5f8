"""`foliogate rate`: what the calls in a file would cost, without storing or posting anything.

The same parsers, number plan, tariff and joining of legs that `run` uses; what is printed is what would be charged.
The legs of a call are brought together as they are found near one another in the input, because an exchange may write
them with other calls between.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click

from gateway.app.parts import room_list, source_settings
from gateway.cli.records import Row, read_rows
from gateway.cli.words import config_option, fail, read_config, say
from gateway.config import Config, PbxSettings
from gateway.settle import Free, Price, Priced, Unpriced, price
from gateway.tariff_folder import TariffUnreadable, read_texts
from protocols.records import CallRecord
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, SourceSettings
from protocols.text import printable
from rating.book import TariffBook
from rating.explain import explain
from rating.money import format_amount
from rating.numbering import NumberPlan, number_plan
from rating.text import load

LEGS_APART = 500
"""Records that may lie between two legs of one call; a busy hotel writes fewer in the hours of its longest call."""

LEGS_LIMIT = 200
"""Most records of one call that are waited for: an exchange that gives every call the same key must not fill memory."""

_TABLE = (("line", 6), ("start", 25), ("ext", 6), ("dialled", 20), ("class", 13), ("seconds", 7), ("amount", 12))


class _Bench(NamedTuple):
    """What pricing needs of one exchange."""

    dialect: str
    settings: SourceSettings
    plan: NumberPlan
    book: TariffBook


class _Call(NamedTuple):
    """The legs of one call, and what the first of them was in the input."""

    legs: tuple[CallRecord, ...]
    lines: tuple[int, ...]
    raw: bytes


@click.command("rate")
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@config_option
@click.option("--dialect", metavar="NAME", required=True, help=f"The dialect of the records: {', '.join(DIALECTS)}.")
@click.option("--pbx", metavar="NAME", help="Which [[pbx]] of the configuration, where several have the dialect.")
@click.option("--json", "as_objects", is_flag=True, help="Print one JSON object per call instead of a table.")
def rate_command(source: BinaryIO, config_path: Path, dialect: str, pbx: str | None, as_objects: bool) -> None:
    """Price the calls in FILE (or standard input) with the tariff of the configuration; nothing is stored or posted.

    Each call becomes one row: what was dialled, its class and place, the talk time, the amount, or the reason why
    there is none. With --json, what `parse --json` prints of it and class, place, amount, net, tax, currency, tariff,
    explain and reason. The exit code is 1 when a record could not be read or a call not be priced.

    \b
    foliogate rate --dialect avaya-ipoffice smdr.log
    foliogate rate --dialect asterisk --json Master.csv | jq -r '.explain[]?'
    """
    if dialect not in DIALECTS:
        raise click.UsageError(f"There is no dialect {dialect!r}; the dialects are {', '.join(DIALECTS)}.")
    config = read_config(config_path)
    bench = _bench(config, dialect, pbx)
    counted: Counter[str] = Counter()
    if not as_objects:
        click.echo(" ".join(title.ljust(width) for title, width in _TABLE) + " place, reason")
    for found in _calls(source, bench):
        one = _priced(found, bench) if isinstance(found, _Call) else as_json(*found)
        counted[str(one.get("outcome", one["kind"]))] += 1
        if as_objects:
            click.echo(json.dumps(one))
        elif one["kind"] != "furniture":
            click.echo(_row(one))
    say(", ".join(f"{number} {kind}" for kind, number in counted.items()) or "no records")
    sys.exit(1 if counted["unparsed"] or counted["unrated"] else 0)


def _bench(config: Config, dialect: str, name: str | None) -> _Bench:
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
    plan = number_plan(home.country, home.area_code or None, settings.trunk_access, room_list(config).lists)
    return _Bench(dialect, settings, plan, loaded.book)


def _exchange(config: Config, dialect: str, name: str | None) -> PbxSettings | None:
    """The exchange that is meant; None where the configuration has none of this dialect."""
    named = [pbx for pbx in config.pbx if pbx.dialect == dialect and name in (None, pbx.name)]
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
    batches = read_rows(source, dialect, dialect.parser(bench.settings), datetime.now(UTC))
    waiting: dict[str, tuple[_Call | Row, int]] = {}
    for number, row in enumerate(row for batch in batches for row in batch):
        yield from _gone(waiting, number - LEGS_APART)
        parsed, raw, line = row
        key = parsed.call_key if isinstance(parsed, CallRecord) else None
        one = _Call((parsed,), (line,), raw) if isinstance(parsed, CallRecord) else row
        if isinstance(one, _Call) and key is not None:
            earlier, _ = waiting.pop(f"key {key}", (None, 0))
            whole = _with_leg(earlier, one) if isinstance(earlier, _Call) else one
            waiting[f"key {key}"] = whole, number
            if len(whole.legs) >= LEGS_LIMIT:
                yield waiting.pop(f"key {key}")[0]
        elif waiting:
            waiting[f"record {number}"] = one, number
        else:
            yield one
    yield from (one for one, _ in waiting.values())


def _with_leg(call: _Call, leg: _Call) -> _Call:
    return _Call((*call.legs, *leg.legs), (*call.lines, *leg.lines), call.raw)


def _gone(waiting: dict[str, tuple[_Call | Row, int]], before: int) -> Iterator[_Call | Row]:
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
    joined = DIALECTS[bench.dialect].join(call.legs)
    cost = price(joined, bench.plan, bench.book)
    return as_json(joined.call, call.raw, call.lines[0]) | {"lines": list(call.lines)} | _cost(cost)


def _cost(cost: Price) -> dict[str, object]:
    found: dict[str, object] = {
        "outcome": "rated",
        "class": cost.number.number_class if cost.number else None,
        "number": cost.number.e164 if cost.number else None,
        "place": cost.number.place if cost.number else None,
        "amount": None,
        "net": None,
        "tax": None,
        "currency": None,
        "tariff": None,
        "version": None,
        "prefix": None,
        "billed_seconds": None,
        "explain": [],
        "reason": None,
    }
    if isinstance(cost, Priced):
        return found | _amounts(cost)
    assert isinstance(cost, Free | Unpriced)
    outcome = "unrated" if isinstance(cost, Unpriced) else cost.code
    return found | {"outcome": outcome, "reason": cost.reason, "explain": [cost.reason]}


def _amounts(cost: Priced) -> dict[str, object]:
    return {
        "place": cost.place,
        "amount": format_amount(cost.amount, cost.decimals),
        "net": format_amount(cost.net, cost.decimals),
        "tax": format_amount(cost.tax, cost.decimals),
        "currency": cost.currency,
        "tariff": cost.tariff,
        "version": cost.version,
        "prefix": cost.prefix,
        "billed_seconds": cost.billed_seconds,
        "explain": [line for trace in cost.traces for line in explain(trace, cost.currency, cost.decimals)],
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
