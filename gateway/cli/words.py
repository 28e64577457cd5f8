"""How the commands speak: problems, plain errors, and the option that names the configuration.

An error is one sentence on standard error, led by the program's name, and exit code 1; a wrong way of calling a
command is click's own usage error, exit code 2. A traceback is for programmers: it goes to a file that only its owner
can read, because it may hold a guest's number, and to the screen only with `FOLIOGATE_TRACEBACK=1`.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:  # `foliogate --help` must not wait for pydantic
    from gateway.config import Config, Problem, StoreDocument

_F = TypeVar("_F", bound=Callable[..., Any])

TRACEBACK_VARIABLE = "FOLIOGATE_TRACEBACK"


class PlainError(click.ClickException):
    """Something expected went wrong; the message is a whole sentence for whoever ran the command."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence on standard error."""
        say(self.message, file)


def say(sentence: str, file: IO[Any] | None = None) -> None:
    """Print one sentence of the program's own on standard error."""
    click.echo(f"foliogate: {sentence}", file=file, err=file is None)


def fail(sentence: str) -> NoReturn:
    """End the command with a plain sentence and exit code 1."""
    raise PlainError(sentence)


def config_option(command: _F) -> _F:
    """Give a command the option `--config`, as the argument `config_path`."""
    option: Callable[[_F], _F] = click.option(
        "--config",
        "config_path",
        metavar="FILE",
        type=click.Path(path_type=Path),
        default=Path("foliogate.toml"),
        show_default=True,
        help="The configuration; relative paths in it start from its own folder.",
    )
    return option(command)


def version() -> str:
    """Return the installed version; "0" where the sources run without having been installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("foliogate")
    except PackageNotFoundError:
        return "0"


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error while a command works, if that is a terminal; told what is being done and how far it is."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda words, share: bar.update(task, description=f"{title}: {words}", completed=share)


def read_config(path: Path) -> Config:
    """Return the configuration, or print every problem with it and end the command with exit code 1."""
    from gateway.config import load

    loaded = load(path)
    if isinstance(loaded, list):
        print_problems(loaded)
        raise SystemExit(1)
    return loaded


def read_store_config(path: Path) -> StoreDocument:
    """Return what the configuration says of property and store, or print what is wrong with that and end the command."""
    from gateway.config import load_store

    loaded = load_store(path)
    if isinstance(loaded, list):
        print_problems(loaded)
        raise SystemExit(1)
    return loaded


def print_problems(problems: Iterable[Problem]) -> None:
    """Print each problem on a line of its own, `file:line: key: sentence`, and how many they were."""
    listed = list(problems)
    for problem in listed:
        click.echo(str(problem), err=True)
    say("one problem" if len(listed) == 1 else f"{len(listed)} problems")


def unexpected(error: Exception) -> NoReturn:
    """End the program after an exception that nobody expected: one sentence, and where the traceback is."""
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        raise error
    place = _keep_traceback(error)
    kept = f"the details are in {place}" if place else "the details could not be kept"
    say(
        f"a mistake of ours stopped this command ({type(error).__name__}); "
        f"{kept}, and {TRACEBACK_VARIABLE}=1 shows them here"
    )
    raise SystemExit(1)


def _keep_traceback(error: Exception) -> Path | None:
    """Write the traceback into a new file, readable by its owner alone; None where nothing can be written."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="foliogate-", suffix=".log")
        with open(descriptor, "w", encoding="utf-8") as kept:
            kept.write("".join(traceback.format_exception(error)))
    except OSError:
        return None
    return Path(name)
