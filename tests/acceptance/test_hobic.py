"""Charges on a printed line, by the real program: over TCP either way round and a serial cable, answered or not.

The receivers are plain sockets and a pseudo-terminal with their own few lines of HOBIC, sharing no code with us.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import tty
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.peers import House, eventually, free_port, ipoffice_line, running
from tests.processes.size import long_form

pytestmark = pytest.mark.acceptance

STX, ETX, ENQ, ACK, NAK = b"\x02", b"\x03", b"\x05", b"\x06", b"\x15"


class ForeignReceiver:
    """A PMS program that reads lines: `read` and `write` are its cable. `answer` decides what a line gets."""

    def __init__(self, read: Callable[[], bytes], write: Callable[[bytes], object]) -> None:
        self.lines: list[str] = []
        self.answer: Callable[[str], bytes] = lambda _line: ACK
        self._read, self._write = read, write
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        held = b""
        with contextlib.suppress(OSError):
            while data := self._read():
                held = self._take(held + data)

    def _take(self, held: bytes) -> bytes:
        """Everything whole in what is held is taken; the rest is given back."""
        while held:
            if held[:1] == ENQ:
                self._write(ACK)
                held = held[1:]
            elif held[:1] == STX:
                end = held.find(ETX)
                if end < 0 or len(held) < end + 2:
                    return held
                line, held = held[1:end], held[end + 2 :]
                self._say(line)
            else:
                end = held.find(b"\r\n")
                if end < 0:
                    return held
                line, held = held[:end].lstrip(b"\n"), held[end + 2 :]
                self._say(line)
        return held

    def _say(self, line: bytes) -> None:
        self.lines.append(line.decode("ascii"))
        answer = self.answer(self.lines[-1])
        if answer:
            self._write(answer)


def of_socket(cable: socket.socket) -> ForeignReceiver:
    """A receiver on a connection."""
    return ForeignReceiver(lambda: cable.recv(4096), cable.sendall)


def house(folder: Path, pms: str, *, approved: bool = False) -> House:
    """A house with an IP Office that dials in, and this PMS."""
    port = free_port()
    pbx = f'[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nlisten = "tcp:{port}:interface=127.0.0.1"\ntrunk_access = ["9"]\n'
    made = House(folder, None, f'{pbx}[[pms]]\nname = "line"\nadapter = "hobic"\n{pms}\n', pbx_port=port)
    if approved:
        made.command("tariff", "approve", str(folder / "tariffs"), "--by", "Anna Nowak")
    return made


@contextlib.contextmanager
def listening_receiver() -> Iterator[tuple[int, Callable[[], ForeignReceiver]]]:
    """A receiver that waits to be dialled: its port, and the receiver once it was."""
    server = socket.create_server(("127.0.0.1", 0))
    made: list[ForeignReceiver] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                made.append(of_socket(server.accept()[0]))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], lambda: eventually("the gateway dials", lambda: made and made[-1])
    finally:
        server.close()


def calls(made: House, *numbers: int) -> None:
    """So many calls end."""
    with made.dial() as pbx:
        pbx.sendall(b"".join(ipoffice_line(1_000_000 + number) for number in numbers))
        made.eventually_kept(len(numbers))


def test_each_call_is_a_line_that_is_acknowledged(tmp_path: Path) -> None:
    """Three calls, three lines in order, three posted; the room, the sequence and the money are in their columns."""
    with listening_receiver() as (port, receiver):
        made = house(tmp_path, f'connect = "tcp:127.0.0.1:{port}"\noptions = {{ framing = "hx" }}')
        with running(made):
            calls(made, 1, 2, 3)
            eventually("all are posted", lambda: made.states() == {"posted": 3})
            lines = receiver().lines
            assert made.stop() == 0
    amount = made.postings()[0]["amount"]
    assert [line[:4] for line in lines] == ["0001", "0002", "0003"]
    assert {line[5:8] for line in lines} == {"HTL"}
    assert {line[15:20] for line in lines} == {"  201"}
    assert {line[32:39] for line in lines} == {f"{amount:>7}"}


def test_where_nobody_answers_nothing_is_called_posted_until_the_total_agrees(tmp_path: Path) -> None:
    """Unconfirmable, and one command with the PMS's own total settles the day."""
    with listening_receiver() as (port, receiver):
        made = house(tmp_path, f'connect = "tcp:127.0.0.1:{port}"\noptions = {{ answers = "none", stands = 0.3 }}')
        with running(made):
            calls(made, 1, 2)
            eventually("both are handed over", lambda: made.states() == {"unconfirmable": 2})
            assert len(receiver().lines) == 2
            told = made.command("postings", "total", "--config", str(made.config), *day(), check=False)
            total = told.split(": ")[1].split()[0]
            settle = ["postings", "total", "--config", str(made.config), *day(), "--why", "report 12"]
            made.command(*settle, "--amount", "0.01", check=False)
            assert made.states() == {"unconfirmable": 2}
            assert "settled: 2 charges" in made.command(*settle, "--amount", total)
            assert made.states() == {"posted": 2}
            assert made.stop() == 0


def day() -> list[str]:
    """Yesterday to tomorrow, whatever the hotel's clock says."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    return ["--from", f"{now - timedelta(days=1):%Y-%m-%d}", "--to", f"{now + timedelta(days=1):%Y-%m-%d}"]


@long_form
def test_a_pms_that_dials_us_is_charged_too(tmp_path: Path) -> None:
    """And again after it dialled anew; what it never answered is in doubt, once."""
    port = free_port()
    made = house(tmp_path, f'listen = "tcp:{port}:interface=127.0.0.1"\nanswer_timeout = 1')
    with running(made):
        with socket.create_connection(("127.0.0.1", port)) as cable:
            first = of_socket(cable)
            calls(made, 1)
            eventually("it is posted", lambda: made.states() == {"posted": 1})
            first.answer = lambda _line: b""
            calls(made, 2)
            eventually("the second is in doubt", lambda: made.states() == {"posted": 1, "in_doubt": 1})
        with socket.create_connection(("127.0.0.1", port)) as cable:
            second = of_socket(cable)
            calls(made, 3)
            eventually("the third is posted", lambda: made.states() == {"posted": 2, "in_doubt": 1})
        assert made.stop() == 0
    assert [line[:4] for line in first.lines + second.lines] == ["0001", "0002", "0003"]


def test_a_serial_cable_carries_charges_and_is_opened_again(tmp_path: Path) -> None:
    """A pseudo-terminal stands for the cable: NAK brings one more copy, and the charge is posted once."""
    outer, inner = os.openpty()
    tty.setraw(outer)
    tty.setraw(inner)
    receiver = ForeignReceiver(lambda: os.read(outer, 4096), lambda data: os.write(outer, data))
    naks = iter([NAK])
    receiver.answer = lambda _line: next(naks, ACK)
    serial = f'serial = "{os.ttyname(inner)}@9600,8N1"\noptions = {{ framing = "hx" }}'
    made = house(tmp_path, serial, approved=True)
    with running(made):
        calls(made, 1, 2)
        eventually("both are posted", lambda: made.states() == {"posted": 2})
        assert made.stop() == 0
    with running(made):
        calls(made, 3)
        eventually("the third is posted", lambda: made.states() == {"posted": 3})
        assert made.stop() == 0
    assert [line[:4] for line in receiver.lines] == ["0001", "0001", "0002", "0003"]
    os.close(outer)
    os.close(inner)


def test_a_serial_port_that_is_not_there_is_a_sentence_and_charges_wait(tmp_path: Path) -> None:
    made = house(tmp_path, 'serial = "/dev/nowhere@9600,8N1"', approved=True)
    with running(made):
        calls(made, 1)
        eventually("it waits", lambda: made.states() == {"due": 1})
        with urllib.request.urlopen(f"http://127.0.0.1:{made.web_port}/links", timeout=10) as page:
            assert b"/dev/nowhere cannot be opened" in page.read()
        assert made.stop() == 0


@long_form
def test_the_simulated_pms_takes_lines_and_misbehaves_as_it_is_told(tmp_path: Path) -> None:
    """A NAK, then a silence: one copy more, one doubt, and a balance that agrees with the gateway's."""
    words = ["simulate", "hobic-pms", "--listen", "tcp:0:interface=127.0.0.1", "--framing", "hx"]
    ledger = tmp_path / "lines.jsonl"
    faults = ["--fault", "nak:1", "--fault", "silence:1", "--ledger", str(ledger)]
    simulator = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", *words, *faults], stdout=subprocess.PIPE, text=True
    )
    assert simulator.stdout is not None
    try:
        port = simulator.stdout.readline().split('"port": ')[1].split("}")[0]
        made = house(
            tmp_path,
            f'connect = "tcp:127.0.0.1:{port}"\nanswer_timeout = 1\noptions = {{ framing = "hx", late_answer = 1 }}',
        )
        with running(made):
            calls(made, 1, 2)
            eventually("one doubt, one posted", lambda: made.states() == {"in_doubt": 1, "posted": 1}, 30)
            assert made.stop() == 0
        simulator.send_signal(signal.SIGTERM)
        balance = simulator.stdout.readline()
    finally:
        simulator.kill()
        simulator.wait()
        simulator.stdout.close()
    assert '"booked": 2' in balance
    assert '"refused": 1' in balance
    assert len(ledger.read_text().splitlines()) == 2
