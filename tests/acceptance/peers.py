"""Foreign peers for acceptance tests: plain sockets and their own few lines of FIAS, sharing no code with us.

A fake that used our codec would agree with our mistakes. These speak the wire as the specification has it, no more.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

#: The files that `foliogate tariff init` makes, by name, once it was asked.
_STARTER: dict[str, bytes] = {}


def eventually(what: str, check: Callable[[], Any], seconds: float = 20.0, *, every: float = 0.02) -> Any:
    """Wait for something to become true, and return it; fail with its name if it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ForeignPms:
    """A PMS interface program: one client at a time, LS on connect, LA after LA, a PA for each PS.

    `guests` are told after every LA that follows the first start, each as GI fields. `answer` decides what a PS gets:
    the fields of a PA, or None for silence.
    """

    def __init__(self, port: int | None = None) -> None:
        self.postings: list[dict[str, str]] = []
        self.heard: list[str] = []
        self.guests: list[str] = []
        self.answer: Callable[[dict[str, str]], str | None] = lambda fields: "ASOK|"
        self.deaf_to_ls = False
        self._server = socket.create_server(("127.0.0.1", port or 0), reuse_port=False)
        self.port = int(self._server.getsockname()[1])
        self._client: socket.socket | None = None
        self._told = False
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Be gone: no listener, no connection."""
        self._open = False
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Drop the connection without a goodbye."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)  # the thread that talks to it closes it

    def eventually_heard(self, least: int) -> None:
        """Wait until at least so many postings came."""
        eventually(f"{least} postings came to the PMS", lambda: len(self.postings) >= least)

    def send(self, record: str) -> None:
        """Send one record, framed."""
        assert self._client is not None
        self._client.sendall(b"\x02" + record.encode("cp852") + b"\x03")

    def _serve(self) -> None:
        while self._open:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._client = client
            with contextlib.suppress(OSError), client:
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        self.send(f"LS|{self._stamp()}")
        held = b""
        while data := client.recv(65536):
            held += data
            while (match := re.search(rb"\x02([^\x03]*)\x03", held)) is not None:
                held = held[match.end() :]
                self._hear(match.group(1).decode("cp852"))

    def _hear(self, record: str) -> None:
        self.heard.append(record)
        kind, fields = record[:2], {part[:2]: part[2:] for part in record[3:].split("|") if part}
        if kind == "LA":
            self.send(f"LA|{self._stamp()}")
            if not self._told:
                self._told = True
                for guest in self.guests:
                    self.send(f"GI|{guest}{self._stamp()}")
        elif kind == "LS" and not self.deaf_to_ls:
            self.send(f"LA|{self._stamp()}")
        elif kind == "DR":
            self.send(f"DS|{self._stamp()}")
            for guest in self.guests:
                self.send(f"GI|{guest}SF|{self._stamp()}")
            self.send(f"DE|{self._stamp()}")
        elif kind == "LE":
            self.send(f"LE|{self._stamp()}")
        elif kind == "PS":
            self.postings.append(fields)
            answer = self.answer(fields)
            if answer is not None:
                self.send(f"PA|RN{fields['RN']}|{answer}P#{fields['P#']}|{self._stamp()}")

    @staticmethod
    def _stamp() -> str:
        return datetime.now(ZoneInfo("Europe/Warsaw")).strftime("DA%y%m%d|TI%H%M%S|")


class House:
    """A folder with a configuration and a tariff, and the gateway run in it as a process of its own."""

    def __init__(
        self,
        folder: Path,
        pms_port: int | None,
        pbx: str,
        *,
        pbx_port: int = 0,
        more_pms: str = "",
        pms_table: str = "",
        store: str = "sqlite:///foliogate.db",
    ) -> None:
        self.folder = folder
        self.pbx_port = pbx_port
        self.web_port = free_port()
        #: What the gateway's environment has more than the test's.
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._log = folder / "gateway.log"
        self._store = store
        fias = f'adapter = "fias"\nconnect = "tcp:127.0.0.1:{pms_port}"\nencoding = "cp852"\n'
        pms = f'[[pms]]\nname = "opera"\n{pms_table or fias}{more_pms}'
        self.config = folder / "foliogate.toml"
        self.config.write_text(
            '[property]\nid = "SEASIDE"\nname = "Seaside Hotel"\ntimezone = "Europe/Warsaw"\ncountry = "PL"\n'
            'area_code = "22"\ncurrency = "PLN"\n'
            f'[store]\nurl = "{store}"\n'
            f'[web]\nlisten = "tcp:{self.web_port}:interface=127.0.0.1"\nsign_in = "none"\n'
            f"{pbx}\n{pms if pms_port or pms_table else ''}"
            '[rooms]\nextensions = [{ from = "100", to = "499" }]\ndepartments = { "600" = "Kitchen" }\n'
            '[tariff]\nfolder = "tariffs"\n',
            encoding="utf-8",
        )
        self._lay_tariff(folder / "tariffs")

    def _lay_tariff(self, folder: Path) -> None:
        """The starter tariff, as the command makes it: once, and copies of that afterwards."""
        if not _STARTER:
            self.command("tariff", "init", str(folder), "--country", "PL", "--currency", "PLN")
            _STARTER.update((path.name, path.read_bytes()) for path in folder.iterdir())
            return
        folder.mkdir()
        for name, held in _STARTER.items():
            (folder / name).write_bytes(held)

    def command(self, *words: str, check: bool = True, timeout: float = 60.0) -> str:
        """Run a foliogate command to its end, within `timeout` seconds, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start the gateway; returns when its page answers."""
        self.begin()
        eventually("the gateway's page answers", self.answers, 60)

    def begin(self) -> None:
        """Start the gateway and do not wait for it."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli.main", "run", "--config", str(self.config)],
                stderr=log,
                stdout=log,
                env=os.environ | self.environment,
            )

    def dial(self) -> socket.socket:
        """The exchange dials the gateway."""
        return socket.create_connection(("127.0.0.1", self.pbx_port))

    def answers(self) -> bool:
        """Whether the page can be reached; fails if the process has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.web_port), timeout=1):
            return True
        return False

    def log(self) -> str:
        """What the gateway logged so far."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self, seconds: float = 12.0) -> int:
        """SIGTERM, and its exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        code = self.process.wait(timeout=seconds)
        self.process = None
        return code

    def postings(self) -> list[dict[str, Any]]:
        """`foliogate postings list --json`."""
        out = self.command("postings", "list", "--json", "--config", str(self.config))
        return [json.loads(line) for line in out.splitlines()]

    def eventually_kept(self, least: int) -> None:
        """Wait until there are at least so many postings."""
        eventually(f"{least} postings are kept", lambda: sum(self.states().values()) >= least)

    def states(self) -> dict[str, int]:
        """How many postings are in each state, by the store itself: tests ask often, and a command takes a moment."""
        question = "SELECT state, count(*) FROM postings GROUP BY state"
        if self._store.startswith("postgresql"):
            with psycopg.connect(self._store.replace("+psycopg", "")) as server:
                return dict(server.execute(question).fetchall())
        path = self.folder / self._store.removeprefix("sqlite:///")
        with contextlib.suppress(sqlite3.OperationalError):  # it is not there yet, or has no tables
            opened = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)
            with contextlib.closing(opened):
                return dict(opened.execute(question).fetchall())
        return {}


@contextlib.contextmanager
def running(house: House) -> Iterator[House]:
    """A started house, killed at the end if the test did not stop it; its log is printed if the test fails."""
    try:
        house.start()
        yield house
    except BaseException:
        print(house.log()[-8000:])
        raise
    finally:
        if house.process is not None:
            with contextlib.suppress(OSError):
                os.kill(house.process.pid, signal.SIGKILL)
            house.process.wait()


def ipoffice_line(
    number: int,
    *,
    extension: str = "201",
    dialled: str = "90048221234567",
    seconds: int = 65,
    more: int = 0,
    ago: float = 0,
) -> bytes:
    """A record of an Avaya IP Office as it writes them: 30 fields, CR LF; the call ended `ago` seconds ago."""
    began = datetime.now(ZoneInfo("Europe/Warsaw")) - timedelta(seconds=seconds + ago)
    talk = time.strftime("%H:%M:%S", time.gmtime(seconds))
    return (
        f"{began:%Y/%m/%d %H:%M:%S},{talk},4,{extension},O,{dialled},{dialled},,0,{number},{more},"
        f"E{extension},Room {extension},"
        f"T9001,LINE 1.1,0,0,,,,0000.00,,0000.00,0,0,618,0.01,,,\r\n"
    ).encode()
