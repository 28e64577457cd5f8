"""Commands that a page starts, run here and now, or never ending, as a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from click.testing import CliRunner
from twisted.internet.defer import Deferred, succeed

from gateway.cli.main import main
from gateway.web.workers import Ended, Running


class Done:
    """A command that has ended."""

    def __init__(self, ended: Ended) -> None:
        self.ended: Deferred[Ended] = succeed(ended)

    def stop(self) -> None:
        """It has."""


class Hanging:
    """A command that does not end by itself."""

    def __init__(self) -> None:
        self.ended: Deferred[Ended] = Deferred()
        self.stopped = False

    def stop(self) -> None:
        """Somebody had enough."""
        self.stopped = True


def here(arguments: Sequence[str], line: Callable[[str], None]) -> Running:
    """Run the very command in this process."""
    result = CliRunner().invoke(main, list(arguments))
    for one in result.stdout.splitlines():
        line(one)
    words = result.stderr.splitlines()
    return Done(Ended(result.exit_code, words[-1] if words else ""))
