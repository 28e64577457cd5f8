"""`foliogate bill-check`: a carrier's itemised bill held against our calls."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.periods import Day
from gateway.cli.report import FORMS, not_for_a_terminal, write_report
from gateway.cli.store import opened
from gateway.cli.words import config_option, fail, progress_bar, read_config, say

if TYPE_CHECKING:
    from gateway.carrier_bills.layout import Layout
    from gateway.config import Config
    from gateway.reports.values import Report

#: Columns of the sums where no terminal says how wide it is.
WIDE: Final = 160


@click.command("bill-check")
@click.argument("bill", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--layout", "layout_name", required=True, metavar="NAME", help="A [[carrier_bills.layout]] of the configuration."
)
@config_option
@click.option(
    "--from", "first", type=Day(), help="The first day whose calls must be in the bill; else that of its first line."
)
@click.option("--to", "last", type=Day(), help="The last one, included; else that of its last line.")
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="A whole report in this form; else the sums are printed."
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write there, not to standard output.")
@click.option("--table", "table", default="", metavar="NAME", help="For CSV: which table; the sums if left out.")
@click.option("--masked", is_flag=True, help="Hide the middle of telephone numbers.")
def bill_check_command(
    bill: Path,
    layout_name: str,
    config_path: Path,
    first: date | None,
    last: date | None,
    form: str | None,
    output: Path | None,
    table: str,
    masked: bool,
) -> None:
    """Hold a carrier's itemised bill (CSV) against our calls and their stored costs.

    Every line of FILE is matched with a call of ours, or is told: twice in the bill, in the bill alone, at another price,
    of another length, or not readable and why. Calls of ours that the bill has not are told too. By how much the carrier's
    clock differs from the exchange's is found out and told. The store is opened for reading alone.

    \b
    foliogate bill-check telco-2026-11.csv --layout telco
    foliogate bill-check telco-2026-11.csv --layout telco --format pdf --output check.pdf
    foliogate bill-check telco-2026-11.csv --layout telco --format csv --table theirs --output theirs.csv
    """
    from gateway.bill_files import BillUnreadable
    from gateway.carrier_bills.layout import WrongLayout

    if (first is None) != (last is None):
        raise click.UsageError("--from and --to go together")
    if first is not None and last is not None and last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    if (output is not None or table) and form is None:
        raise click.UsageError("a file has a form: --format csv|xlsx|pdf|json|html")
    if form is not None:
        not_for_a_terminal(form, output)
    config = read_config(config_path)
    layout = _layout(config, layout_name)
    days = (first, last) if first is not None and last is not None else None
    try:
        with tempfile.TemporaryDirectory(prefix="foliogate-bill-") as folder:
            report = _checked(config, config_path, layout, bill, days, Path(folder), masked)
            if form is None:
                _print(report)
            else:
                write_report(report, form, output, table, config)
    except (BillUnreadable, WrongLayout) as error:
        fail(str(error))
    except OSError as error:
        fail(f"the bill cannot be sorted in {tempfile.gettempdir()}: {error.strerror}; TMPDIR names another place")
    if output is not None:
        say(f"{report.title}, {report.days}: {output}")


def _layout(config: Config, name: str) -> Layout:
    from gateway.config.meanings import layout_of
    from gateway.config.problems import did_you_mean

    said = {one.name: one for one in config.carrier_bills.layout}
    if name not in said:
        known = (
            did_you_mean(name, said) if said else "the configuration has none: write a table [[carrier_bills.layout]]"
        )
        raise click.UsageError(f'there is no layout "{name}"; {known}')
    return layout_of(config, said[name])


def _checked(
    config: Config,
    config_path: Path,
    layout: Layout,
    bill: Path,
    days: tuple[date, date] | None,
    folder: Path,
    masked: bool,
) -> Report:
    from gateway.clock import utc_now
    from gateway.reports.asking import asked_of
    from gateway.reports.bill_check import check_bill
    from gateway.reports.bill_report import bill_report

    today = utc_now().astimezone(config.property.timezone).date()
    with opened(config_path, read_only=True, config=config) as database, progress_bar("bill check") as told:
        asked = asked_of(config, database, today, today, utc_now(), masked=masked)
        return bill_report(asked, check_bill(asked, layout, bill, folder, told, days))


def _print(report: Report) -> None:
    """The finding, the sums, and how it was compared."""
    from rich.console import Console
    from rich.table import Table

    from gateway.reports.showing import ShownTable, show

    shown = show(report, 1)
    click.echo(shown.finding)
    click.echo()
    sums = next(one for one in shown.sections if isinstance(one, ShownTable))
    grid = Table(box=None, pad_edge=False)
    for column in sums.columns:
        grid.add_column(column.title, justify="right" if column.figures else "left", no_wrap=not column.figures)
    for row in (*sums.rows, *sums.totals):
        grid.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDE, highlight=False).print(grid)
    click.echo()
    for words in shown.assumptions:
        click.echo(words)
