"""Long work in a process of its own: a foliogate command, so that a rehearsal of a year holds up no call and no page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

import gateway

#: Where Python finds this program: a checkout, or an installation.
ROOT: Final = Path(gateway.__file__).parent.parent
#: Characters kept of what a command says on standard error.
LAST_WORDS: Final = 2_000


class Ended(NamedTuple):
    """How a command ended: its exit code, and the last line it said on standard error."""

    code: int
    words: str


class Running(Protocol):
    """A command under way."""

    @property
    def ended(self) -> Deferred[Ended]:
        """Fires when it is gone."""

    def stop(self) -> None:
        """End it; what it was doing changes nothing."""


#: Starts a foliogate command with its arguments; each line that it prints goes to the second.
Run: TypeAlias = Callable[[Sequence[str], Callable[[str], None]], Running]


def in_processes(reactor: Any) -> Run:
    """Run commands in processes of this reactor."""

    def run(arguments: Sequence[str], line: Callable[[str], None]) -> Running:
        command = _Command(line)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "TERM": "dumb"}
        program = (sys.executable, "-m", "gateway.cli.main", *arguments)
        reactor.spawnProcess(command, program[0], program, env=environment)
        return command

    return run


class _Command(ProcessProtocol):
    """One process."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self.ended: Deferred[Ended] = Deferred()
        self._line, self._rest, self._words = line, b"", ""

    def stop(self) -> None:
        try:
            if self.transport is not None:
                self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LAST_WORDS:]
        for line in lines:
            self._line(line.decode("utf-8", "replace"))

    def errReceived(self, data: bytes) -> None:
        self._words = (self._words + data.decode("utf-8", "replace"))[-LAST_WORDS:]

    def processEnded(self, reason: Failure) -> None:
        status: Any = reason.value
        code = -status.signal if status.signal else int(status.exitCode or 0)
        lines = [line for line in self._words.splitlines() if line.strip()]
        self.ended.callback(Ended(code, lines[-1] if lines else ""))
