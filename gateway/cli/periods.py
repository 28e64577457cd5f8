"""What commands on a stretch of the past share: the two days that bound it, and a bar that shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from gateway.store.reporting import Span

_F = TypeVar("_F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day, written 2026-11-30."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it, or say how it is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-11-30", param, ctx)


def period_options(command: _F) -> _F:
    """Give a command `--from` and `--to`, as the arguments `first` and `last`."""
    begin = click.option("--from", "first", type=Day(), required=True, help="The first day, as the hotel counts days.")
    end = click.option("--to", "last", type=Day(), required=True, help="The last day; it is included.")
    return begin(end(command))


def span_of(first: date, last: date, zone: ZoneInfo) -> Span:
    """The stretch between two days of the property, both included."""
    from gateway.instants import midnight
    from gateway.store.reporting import Span

    if last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    return Span(midnight(first, zone), midnight(last + timedelta(days=1), zone))


@contextmanager
def bar(words: str, whole: int, begin: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere; what it yields takes the number of the last call seen."""
    if not sys.stderr.isatty():
        yield lambda _call: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=whole)
        yield lambda call: progress.update(task, completed=min(whole, call - begin))
