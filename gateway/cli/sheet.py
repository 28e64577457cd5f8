"""`foliogate sheet`: one call on one page, to lay before a guest who asks why it is on the bill."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from gateway.cli.store import opened
from gateway.cli.words import config_option, fail, read_config

FORMS: Final = ("pdf", "html")


@click.command("sheet")
@click.argument("number", type=int)
@config_option
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="pdf", show_default=True, help="The form of the sheet."
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write there, not to standard output.")
@click.option(
    "--language", default="", metavar="TAG", help="Explain the price in this language; the guest's if left out."
)
def sheet_command(number: int, config_path: Path, form: str, output: Path | None, language: str) -> None:
    """Put one call on one page: what was phoned, why it costs that, how far its charge has come, with digits masked.

    NUMBER is the call's. The store is opened for reading alone.

    \b
    foliogate sheet 17 --output call-17.pdf
    """
    from gateway.cli.report import not_for_a_terminal, write_report
    from gateway.clock import utc_now
    from gateway.reports.sheet import sheet

    not_for_a_terminal(form, output)
    config = read_config(config_path)
    with opened(config_path, read_only=True, config=config) as database:
        made = database.read(lambda c: sheet(c, config, database.property, number, utc_now(), language))
        if made is None:
            fail(f"there is no call {number}; 'foliogate postings list' names the call of each charge")
        write_report(made, form, output, "", config, language)
