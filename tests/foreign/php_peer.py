"""PHP's own SOAP stack: a PMS by SoapServer whose folio a test can read, and a SoapClient for one call."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.peers import PEERS, missing, peer, unused_port

SCRIPTS: Final = Path(__file__).parent / "php"
WSDL: Final = Path(__file__).parents[2] / "pms_adapters" / "soap" / "wsdl"
#: Requests that may hang at the same time before the server takes no more.
WORKERS: Final = 6
#: What a PMS knows that knows nothing yet.
_EMPTY: Final[Mapping[str, Any]] = MappingProxyType(
    {"guests": [], "lines": [], "mood": None, "sessions": [], "asked": [], "routed": {}}
)
#: Seconds for PHP to start; a fraction of one on an idle machine.
START: Final = 20.0


def php() -> Path:
    """Where PHP with its soap extension is; else the test is skipped or fails."""
    program = peer("php")
    loaded = subprocess.run([program, "-m"], capture_output=True, text=True, check=True).stdout.split()
    if "soap" not in loaded:
        missing("php's soap extension", PEERS["php"].package)
    return program


class PhpPms:
    """A PMS that PHP plays. `book` is all it knows: guests, folio lines, sessions, and what it was asked."""

    def __init__(self, dialect: str, folder: Path) -> None:
        self.port = unused_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._dialect, self._folder = dialect, folder
        self._file = folder / "book.json"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, on the same port each time; what it knew it still knows."""
        environment = os.environ | {
            "BOOK": str(self._file),
            "WSDL": str(WSDL),
            "PHP_CLI_SERVER_WORKERS": str(WORKERS),
        }
        script = SCRIPTS / f"{self._dialect}.php"
        command = [str(php()), "-d", "display_errors=stderr", "-S", f"127.0.0.1:{self.port}", str(script)]
        with (self._folder / "php.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + START
        while not self._answers():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < until, f"PHP did not start: {self.log()}"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it with all its workers."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def book(self) -> dict[str, Any]:
        """All it knows."""
        return self._book({})

    def lines(self) -> list[dict[str, Any]]:
        """The charges on its folios, in order."""
        found: list[dict[str, Any]] = self.book()["lines"]
        return found

    def know(self, **change: object) -> None:
        """Make it know something: `guests`, `lines`, `sessions`, `routed`, `mood`."""
        self._book(change)

    def spoil(self, what: str, times: int = 1, **more: object) -> None:
        """What the next requests get: refuse, fault, close-before, close-after, deaf, silence, half, html or 500."""
        self._book({"mood": {"what": what, "times": times, **more}})

    def log(self) -> str:
        """What PHP said."""
        return (self._folder / "php.log").read_text(encoding="utf-8", errors="replace")

    def _book(self, change: Mapping[str, object]) -> dict[str, Any]:
        """Read and change the file itself: a worker of PHP that sleeps may have taken our connection too."""
        with self._file.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            found: dict[str, Any] = {**_EMPTY, **(json.loads(text) if text else {}), **change}
            file.truncate(0)
            file.write(json.dumps(found))
        return found

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


def a_guest(room: str, reservation: str, name: str = "Kowalska", **more: object) -> dict[str, object]:
    """A guest as PHP's PMS knows one: in house since long ago."""
    return {
        "room": room,
        "reservation": reservation,
        "name": name,
        "arrival": "2026-01-05T15:00:00",
        "departure": "2099-01-07T11:00:00",
        "no_post": False,
    } | more


@contextmanager
def php_pms(dialect: str, folder: Path) -> Iterator[PhpPms]:
    """A PMS of that dialect (the name of a script in `php/`), running."""
    pms = PhpPms(dialect, folder)
    pms.start()
    try:
        yield pms
    finally:
        pms.stop()


class PhpFault(Exception):
    """A service answered PHP's SoapClient with a fault: its code, its text, and its detail as JSON."""

    def __init__(self, code: str, text: str, detail: object) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.detail = code, text, detail


def php_call(
    wsdl: str | Path,
    operation: str,
    arguments: Mapping[str, object],
    *,
    headers: Sequence[tuple[str, str, object]] = (),
    **options: object,
) -> Any:
    """Call an operation with PHP's SoapClient; `headers` are (namespace, name, value). Raises PhpFault.

    `options` are SoapClient's own, as `location="http://…"`, `login="…"`, `soap_version=2`.
    """
    chosen = json.dumps(options | ({"headers": [list(one) for one in headers]} if headers else {}))
    command = [str(php()), str(SCRIPTS / "client.php"), str(wsdl), operation, json.dumps(arguments), chosen]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    if "fault" in said:
        fault = said["fault"]
        raise PhpFault(str(fault["code"]), str(fault["text"]), fault["detail"])
    return said["answer"]
