"""`foliogate replay`: any past period by another tariff, or with another carrier, and nothing is changed by it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from gateway.cli.periods import bar, period_options, span_of
from gateway.cli.store import opened
from gateway.cli.words import config_option, fail, read_config, say

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.replay.comparing import Asked
    from gateway.replay.rehearsing import Money, Rehearsal
    from gateway.replay.writing import Writer
    from gateway.store.database import Database

FORMATS: Final = ("table", "csv", "xlsx", "json")


@click.command("replay")
@config_option
@click.option(
    "--tariff",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The tariff to try; the one in force if left out.",
)
@period_options
@click.option("--carrier", metavar="NAME", help="What would this carrier have cost? One of the tariff's carriers.")
@click.option("--least-cost", is_flag=True, help="Each call by whichever carrier of the tariff asks least.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to answer.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write there, not to standard output.")
@click.option("--into", metavar="FOLDER", type=click.Path(path_type=Path), hidden=True)
def replay_command(
    config_path: Path,
    folder: Path | None,
    first: date,
    last: date,
    carrier: str | None,
    least_cost: bool,
    form: str,
    output: Path | None,
    into: Path | None,
) -> None:
    """Price the stored calls of a period again, and compare. The store is opened for reading alone.

    Without --carrier: what guests would have paid by the tariff in FOLDER, beside what they were charged. With it: what
    that carrier would have asked, beside what yours did. The answer has totals by class, trunk and carrier, and the
    calls that become dearer or cheaper by most; csv, xlsx and json have every call.

    \b
    foliogate replay --tariff tariffs-2027 --from 2026-10-01 --to 2026-10-31
    foliogate replay --tariff offers --carrier NordTel --from 2026-10-01 --to 2026-10-31 --format xlsx --output offer.xlsx
    foliogate replay --tariff offers --least-cost --from 2026-10-01 --to 2026-10-31
    """
    if carrier and least_cost:
        raise click.UsageError("--carrier asks about one carrier and --least-cost about all; use one of them")
    if form == "xlsx" and output is None and into is None:
        raise click.UsageError("a work book needs a file: --output FILE")
    config = read_config(config_path)
    span = span_of(first, last, config.property.timezone)
    with opened(config_path, read_only=True, config=config) as database, ExitStack() as closing:
        rehearsal, asked = _rehearsal(config, database, folder, first, last, carrier, least_cost)
        writers = _writers(closing, form, output, into, asked, config)
        _run(rehearsal, asked, span, writers, form, into)


def _rehearsal(
    config: Config,
    database: Database,
    folder: Path | None,
    first: date,
    last: date,
    carrier: str | None,
    least_cost: bool,
) -> tuple[Rehearsal, Asked]:
    from gateway.app import configured, parts
    from gateway.replay.rehearsing import CannotCompare, Rehearsal

    rooms = configured.room_list(config)
    try:
        book = configured.tariff(config, folder)
        rehearsal = Rehearsal(
            database=database,
            rules=parts.rules(config, rooms, book),
            sources=parts.sources(config, rooms),
            book=book,
            question="split" if least_cost else "cost" if carrier else "price",
            carrier=carrier or "",
        )
        money = rehearsal.money()
    except (configured.CannotStart, CannotCompare) as error:
        fail(str(error))
    return rehearsal, _asked(rehearsal, money, (folder or config.tariff.folder).name, first, last)


def _asked(rehearsal: Rehearsal, money: Money, name: str, first: date, last: date) -> Asked:
    """What was asked, in words."""
    from gateway.replay.comparing import Asked

    what, before, after = {
        "price": ("what guests pay", "as charged", f"by the tariff {name}"),
        "cost": ("what calls cost us", "as carried", f"with {rehearsal.carrier}"),
        "split": ("what calls cost us", "as carried", "each with the cheapest carrier"),
    }[rehearsal.question]
    return Asked(
        what=what,
        before=before,
        after=after,
        first=first.isoformat(),
        last=last.isoformat(),
        currency=money.currency,
        decimals=money.decimals,
        version=rehearsal.book.version,
        carriers=rehearsal.carriers if rehearsal.question == "split" else (),
    )


def _writers(
    closing: ExitStack, form: str, output: Path | None, into: Path | None, asked: Asked, config: Config
) -> list[Writer]:
    """Where the calls go. Whatever is written is written whole or said."""
    from gateway.replay.writing import BookWriter, CsvWriter, JsonWriter

    zone = config.property.timezone

    def text(path: Path | None) -> IO[str]:
        if path is None:
            return sys.stdout
        return closing.enter_context(path.open("w", encoding="utf-8", newline=""))

    try:
        if into is not None:
            os.nice(10)  # a rehearsal waits for the gateway, never the other way round
            into.mkdir(parents=True, exist_ok=True)
            return [CsvWriter(text(into / "calls.csv"), asked, zone), BookWriter(into / "calls.xlsx", asked, zone)]
        if form == "csv":
            return [CsvWriter(text(output), asked, zone)]
        if form == "json":
            return [JsonWriter(text(output), asked, zone)]
        return [BookWriter(output, asked, zone)] if form == "xlsx" and output is not None else []
    except OSError as error:
        fail(f"{error.filename} cannot be written: {error.strerror}")


def _run(rehearsal: Rehearsal, asked: Asked, span: Any, writers: list[Writer], form: str, into: Path | None) -> None:
    from gateway.intake.stored_calls import numbers_between
    from gateway.replay.writing import run
    from protocols.text import mask_number

    begin, end = numbers_between(rehearsal.database, span)
    zone = rehearsal.book.zone
    with _seen(into, begin, end) as seen:
        lines = rehearsal.lines(span, seen)
        if into is not None:  # files of a page, for whoever may rehearse prices: not all of them may see whole numbers
            lines = (one._replace(number=mask_number(one.number)) for one in lines)
        found = run(lines, asked, zone, writers)
    if into is not None:
        import json

        (into / "summary.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    elif form == "table":
        for line in table(found):
            click.echo(line)
    if not found["total"]["calls"]:
        say("no call of this period costs anything; look at the days, and at 'foliogate postings list'")


def _seen(into: Path | None, begin: int, end: int) -> Any:
    """How far it is: a bar for people, lines of a number in a hundred for the page that started us."""
    from contextlib import nullcontext

    if into is None:
        return bar("pricing calls again", max(1, end - begin), begin)
    return nullcontext(_percent(begin, end))


def _percent(begin: int, end: int) -> Callable[[int], None]:
    def tell(call: int) -> None:
        click.echo(f"{min(100, 100 * (call - begin) // max(1, end - begin))}")

    return tell


# -- for the eye ---------------------------------------------------------------------------------------------------


def table(found: dict[str, Any]) -> Iterator[str]:
    """The sums as lines of a terminal."""
    asked = found["asked"]
    yield f"{asked['what']}, {asked['first']} to {asked['last']}, in {asked['currency']}"
    yield f"before: {asked['before']}; after: {asked['after']} (version {asked['version']})"
    head = ("calls", "compared", "before", "after", "difference", "dearer", "cheaper")
    for title, rows in (("total", [{"name": "all calls", **found["total"]}]), *found["groups"].items()):
        yield ""
        yield f"{title:<20}" + "".join(f"{name:>13}" for name in head)
        for one in rows:
            yield f"{one['name'][:20] or '-':<20}" + "".join(f"{one[name]:>13}" for name in head)
    for title in ("dearer", "cheaper"):
        if found[title]:
            yield ""
            yield f"{title} by most"
            for one in found[title][:10]:
                said = f"{one['start'][:16].replace('T', ' ')}  {one['caller']:<10} {one['dialled']:<18} {one['place']}"
                yield f"  {one['before']:>10} -> {one['after']:>10}  {said}"
    for one in found["notes"]:
        yield f"{one['calls']} calls: {one['note']}"
