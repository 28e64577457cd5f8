"""Protects who sets an exchange up: what it sends is kept before it is acknowledged, told for what it is, and imported by the gateway."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.connect import connect_command
from gateway.connecting.block import pbx_block
from gateway.connecting.capture import Capture, dumped, listen
from protocols.framing import LineFramer
from tests.gateway.rig import line

RECORDS = b"".join(line(1_000_000 + number) + b"\r\n" for number in range(6))


def met(folder: Path, *words: str, answers: str = "y\ny\n") -> Result:
    """The command, as somebody at a terminal has it."""
    config = str(folder / "foliogate.toml")
    return CliRunner().invoke(connect_command, ["main", "--config", config, "--seconds", "3", *words], input=answers)


@pytest.fixture
def exchange() -> Iterator[Callable[[bytes], str]]:
    """An exchange that waits to be dialled, and then says something and hangs up."""
    door = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def says(data: bytes) -> str:
        def serve() -> None:
            connection, _ = door.accept()
            with connection:
                for begin in range(0, len(data), 100):
                    connection.sendall(data[begin : begin + 100])

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"tcp:127.0.0.1:{door.getsockname()[1]}"

    yield says
    for thread in threads:
        thread.join(5)
    door.close()


def test_an_exchange_is_met_told_kept_and_written_down(tmp_path: Path, exchange: Callable[[bytes], str]) -> None:
    there = exchange(RECORDS)
    done = met(tmp_path, "--dial", there)
    assert done.exit_code == 0, done.output
    assert "000000  32 30 32 36 2f 31 31 2f" in done.output
    assert "6 of 6 rows read as Avaya IP Office SMDR" in done.output
    assert "6 call" in done.output
    (kept,) = (tmp_path / "captures" / "main").iterdir()
    assert (kept.suffix, kept.read_bytes()) == (".rec", RECORDS)
    assert (tmp_path / "foliogate.toml").read_text() == (
        f'\n[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nconnect = "{there}"\n'
    )


def test_calls_made_for_trying_lie_where_nobody_imports_them(tmp_path: Path, exchange: Callable[[bytes], str]) -> None:
    done = met(tmp_path, "--dial", exchange(RECORDS), "--test", answers="y\nn\n")
    assert done.exit_code == 0, done.output
    assert "imports" not in done.output
    assert [one.name for one in (tmp_path / "captures" / "main").iterdir()] == ["tests"]
    assert not (tmp_path / "foliogate.toml").exists()


def test_what_no_dialect_reads_is_kept_and_said(tmp_path: Path, exchange: Callable[[bytes], str]) -> None:
    done = met(tmp_path, "--dial", exchange(b"\x1b[2Jhello\r\n<html>\r\n"))
    assert done.exit_code == 1
    assert "No dialect reads it" in done.output
    assert "\x1b" not in done.output
    assert len(list((tmp_path / "captures" / "main").iterdir())) == 1


def test_an_exchange_that_dials_us_and_one_that_does_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def dial() -> None:
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.sendall(RECORDS)
                    return
            except OSError:
                threading.Event().wait(0.05)

    calling = threading.Thread(target=dial)
    calling.start()
    done = met(tmp_path, "--listen", f"tcp:{port}:interface=127.0.0.1")
    calling.join(5)
    assert "127.0.0.1 connected." in done.output
    assert done.exit_code == 0, done.output
    nobody = met(tmp_path, "--listen", f"tcp:{port}:interface=127.0.0.1", "--seconds", "1", "--yes")
    assert nobody.exit_code != 0
    assert "main already" in nobody.output or "Nobody connected in time" in nobody.output


def test_a_cable_is_read(tmp_path: Path) -> None:
    outer, inner = os.openpty()
    tty.setraw(inner)
    speaking = threading.Timer(0.5, lambda: os.write(outer, RECORDS))
    speaking.start()
    done = met(tmp_path, "--serial", f"{os.ttyname(inner)}@9600,8N1", "--seconds", "2")
    speaking.join()
    os.close(outer)
    os.close(inner)
    assert done.exit_code == 0, done.output
    assert "avaya-ipoffice" in done.output


def test_nothing_is_acknowledged_that_is_not_on_the_disk(tmp_path: Path) -> None:
    capture = Capture(tmp_path, datetime(2026, 11, 26, tzinfo=UTC))
    seen: list[tuple[int, int]] = []

    class Told:
        """A session that acknowledges, and looks at the disk when it does."""

        problem = None

        def connected(self) -> bytes:
            """Say nothing."""
            return b""

        def receive(self, data: bytes) -> tuple[bytes, bytes]:
            """Everything is records."""
            return b"", data

        def committed(self, count: int) -> bytes:
            """Look."""
            seen.append((count, next(tmp_path.iterdir()).stat().st_size))
            return b"\x06"

    class Wire:
        """Gives two pieces, then is gone."""

        def __init__(self) -> None:
            self.pieces: list[bytes | None] = [b"one\ntwo\nth", b"ree\n", None]
            self.said = b""

        def read(self) -> bytes | None:
            """The next piece."""
            return self.pieces.pop(0)

        def write(self, data: bytes) -> None:
            """Remember."""
            self.said += data

    wire = Wire()
    problem = listen(wire, Told(), LineFramer(), capture, seconds=9, clock=lambda: 0.0, show=lambda line: None)
    assert capture.close() is not None
    assert (problem, wire.said, seen) == (None, b"\x06\x06", [(2, 10), (1, 14)])


def test_small_things() -> None:
    assert dumped(16, b"9A\x00\xff") == "000010  39 41 00 ff" + " " * 37 + " 9A··"
    assert pbx_block("main", "3cx", ("listen", "tcp:5100"), {"fields": 'a "b"\n'}).splitlines()[4] == (
        r'options = { fields = "a \"b\"\u000a" }'
    )
