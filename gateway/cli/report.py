"""`foliogate report`: a report about some days, as a file of the form that somebody wants it in."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.periods import period_options
from gateway.cli.store import opened
from gateway.cli.words import config_option, fail, progress_bar, read_config, say

if TYPE_CHECKING:
    from gateway.call_log.asking import Question
    from gateway.config import Config
    from gateway.reports.asking import Asked
    from gateway.reports.values import Report
    from gateway.store.database import Database

FORMS: Final = ("csv", "xlsx", "pdf", "json", "html")


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print every kind with the question it answers."""
    if not wanted or context.resilient_parsing:
        return
    from gateway.reports.catalog import KINDS

    wide = max(map(len, KINDS))
    for name, kind in KINDS.items():
        click.echo(f"{name:<{wide}}  {kind.answers}")
    context.exit()


@click.command("report")
@click.argument("kind", metavar="KIND")
@config_option
@period_options
@click.option("--format", "form", type=click.Choice(FORMS), required=True, help="The form of the report.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write there, not to standard output.")
@click.option(
    "--table", "table", default="", metavar="NAME", help="For CSV: which table; the report's first if left out."
)
@click.option("--about", default="", metavar="WHAT", help="For the time statement: an account code or outside number.")
@click.option(
    "--filter",
    "asked_for",
    default="",
    metavar="WHAT",
    help="For calls: which of them, as the address of the log says it: 'direction=in&result=missed'.",
)
@click.option("--masked", is_flag=True, help="Hide the middle of telephone numbers.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Tell of every kind, and end."
)
def report_command(
    kind: str,
    config_path: Path,
    first: date,
    last: date,
    form: str,
    output: Path | None,
    table: str,
    about: str,
    asked_for: str,
    masked: bool,
) -> None:
    """Report on the calls and charges of some days. The store is opened for reading alone.

    KIND is one of those that --list tells of. Days are the hotel's own, both included; counted are the calls that began in
    them. CSV has one table, row by row; PDF and HTML cut long tables and say so; XLSX and JSON have everything.

    \b
    foliogate report balance --from 2026-11-30 --to 2026-11-30 --format pdf --output balance.pdf
    foliogate report calls --from 2026-11-01 --to 2026-11-30 --format csv --output calls.csv
    foliogate report calls --from 2026-11-01 --to 2026-11-30 --filter 'direction=in&result=missed' --format xlsx --output missed.xlsx
    foliogate report exceptions --from 2026-11-01 --to 2026-11-30 --format xlsx --masked --output exceptions.xlsx
    """
    from gateway.reports.catalog import KINDS

    if kind not in KINDS:
        from gateway.config.problems import did_you_mean

        raise click.UsageError(f'there is no report "{kind}"; {did_you_mean(kind, KINDS)} or look at --list')
    if last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    if table and form != "csv":
        raise click.UsageError("--table chooses a table for --format csv; the other forms have all of them")
    if asked_for and kind != "calls":
        raise click.UsageError("--filter chooses calls for the report calls; the others count all")
    question = _question(asked_for, masked=masked)
    not_for_a_terminal(form, output)
    config = read_config(config_path)
    with opened(config_path, read_only=True, config=config) as database, progress_bar(kind) as seen:
        seen("counting", 0.1)
        report = _made(kind, _asked(config, database, first, last, masked, about, question))
        seen("writing", 0.6)
        write_report(report, form, output, table, config)
    if output is not None:
        say(f"{report.title}, {report.days}: {output}")


def _question(words: str, *, masked: bool) -> Question:
    from urllib.parse import parse_qsl

    from gateway.call_log.asking import Misread, read
    from gateway.call_log.fields import PARAMETERS

    said = dict(parse_qsl(words, keep_blank_values=True))
    unknown = sorted(set(said) - {*PARAMETERS, "sort", "order"})
    if unknown or (words and not said):
        known = ", ".join((*PARAMETERS, "sort", "order"))
        raise click.UsageError(f"--filter asks for {unknown[0] if unknown else words}, which is none of {known}")
    try:
        return read({"sort": "began", "order": "up", **said}, masked=masked)
    except Misread as error:
        raise click.UsageError(f"--filter: {error}") from error


def _asked(
    config: Config, database: Database, first: date, last: date, masked: bool, about: str, question: Question
) -> Asked:
    from gateway.clock import utc_now
    from gateway.reports.asking import asked_of

    return asked_of(config, database, first, last, utc_now(), masked=masked, about=about, question=question)


def _made(kind: str, asked: Asked) -> Report:
    from gateway.reports.catalog import KINDS

    return asked.database.read(lambda connection: KINDS[kind].make(asked, connection))


def not_for_a_terminal(form: str, output: Path | None) -> None:
    """Refuse to write what no terminal can show."""
    if output is None and form in ("xlsx", "pdf") and sys.stdout.isatty():
        raise click.UsageError(f"a {form.upper()} is not for a terminal: --output FILE")


def write_report(
    report: Report, form: str, output: Path | None, table: str, config: Config, language: str = ""
) -> None:
    """Into the file, or by way of one to standard output, so that a report that fails leaves no half of one."""
    from gateway.reports.as_csv import NoSuchTable
    from gateway.reports.writing import own_tongue, write

    tongue = own_tongue(config, language)
    try:
        if output is not None:
            write(report, form, output, table, tongue)
            return
        with tempfile.TemporaryDirectory(prefix="foliogate-report-") as folder:
            path = Path(folder) / f"report.{form}"
            write(report, form, path, table, tongue)
            _to_standard_output(path)
    except NoSuchTable as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        fail(f"the report cannot be written to {output or 'standard output'}: {error.strerror}")


def _to_standard_output(path: Path) -> None:
    out = sys.stdout.buffer
    with path.open("rb") as made:
        while piece := made.read(1 << 16):
            out.write(piece)
    out.flush()
