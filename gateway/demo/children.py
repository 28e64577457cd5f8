"""One of the demo's processes: a foliogate command in a process of its own, on a leash.

What it prints on standard output comes line by line to whoever started it; what it says on standard error goes into a
file of the demo's folder, and its last words are kept for the sentence that tells why it ended.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import Signals
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

import gateway
from gateway.demo import leash

#: Lines of standard error kept in memory; the file has the rest.
LAST_WORDS: Final = 5
#: Bytes of an unfinished line kept; our own programs write short lines.
LONGEST_LINE: Final = 65_536
#: Where Python finds this program: a checkout, or an installation.
ROOT: Final = Path(gateway.__file__).parent.parent


class Child(ProcessProtocol):
    """A running process. `ended` fires with its exit code, or with minus the signal that killed it."""

    def __init__(self, reactor: Any, name: str, log: Path, line: Callable[[str], None] = lambda line: None) -> None:
        self.name = name
        self.ended: Deferred[int] = Deferred()
        self.exit_code: int | None = None
        self._reactor, self._log, self._line = reactor, log, line
        self._rest = b""
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._ultimatum: IDelayedCall | None = None

    def start(self, arguments: Sequence[str]) -> None:
        """Start `foliogate ARGUMENTS...`."""
        program = (sys.executable, "-m", "gateway.cli.main", *arguments)
        command = (sys.executable, "-I", "-S", str(leash.__file__), str(os.getpid()), *program)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
        self._reactor.spawnProcess(self, command[0], command, env=environment)

    @property
    def last_words(self) -> str:
        """The last line it said on standard error."""
        return self._words[-1] if self._words else "it said nothing"

    def signal(self, name: str) -> None:
        """Send a signal, as TERM, KILL or USR1; a process that is gone already is none the worse."""
        try:
            if self.transport is not None:
                self.transport.signalProcess(Signals[f"SIG{name}"].value)
        except ProcessExitedAlready:
            pass

    def stop(self, patience: float) -> Deferred[int]:
        """Ask it to end, and kill it if it has not after so many seconds; fires when it is gone."""
        if self.exit_code is None and self._ultimatum is None:
            self.signal("TERM")
            self._ultimatum = self._reactor.callLater(patience, self.signal, "KILL")
        return self.gone()

    def gone(self) -> Deferred[int]:
        """Fires with its exit code when it is gone; whoever asks gets an answer of his own."""
        waiter: Deferred[int] = Deferred()
        self.ended.addCallback(_and_tell, waiter)
        return waiter

    def connectionMade(self) -> None:
        """It runs; it has nothing to read from us."""
        self._transport.closeStdin()

    def outReceived(self, data: bytes) -> None:
        """It printed something."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LONGEST_LINE:]
        for line in lines:
            self._line(line.decode("utf-8", "replace"))

    def errReceived(self, data: bytes) -> None:
        """It said something."""
        with self._log.open("ab") as log:
            log.write(data)
        self._words.extend(line for line in data.decode("utf-8", "replace").splitlines() if line.strip())

    def processEnded(self, reason: Failure) -> None:
        """It is gone, and nothing more comes from it."""
        if self._ultimatum is not None and self._ultimatum.active():
            self._ultimatum.cancel()
        status: Any = reason.value
        self.exit_code = -status.signal if status.signal else int(status.exitCode or 0)
        self.ended.callback(self.exit_code)

    @property
    def _transport(self) -> Any:
        return self.transport


def _and_tell(code: int, waiter: Deferred[int]) -> int:
    waiter.callback(code)
    return code
