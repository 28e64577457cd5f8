"""Protects `foliogate simulate`: both simulators run as processes of their own, say when they are ready, and end well."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gateway.cli.simulate import simulate_group
from protocols.fias.codec import encode
from protocols.fias.records import Record
from tests.acceptance.peers import eventually

START = "from gateway.cli.simulate import simulate_group; simulate_group()"
SECONDS = 20.0
"""Longer than any of it takes on a busy machine."""


class Running:
    """A simulator as a process, and the JSON lines it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def next_event(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        return event

    def ended(self) -> int:
        return self.process.wait(SECONDS)


@contextmanager
def simulator(*arguments: str) -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-c", START, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.acceptance
def test_an_exchange_dials_sends_its_calls_and_prints_its_balance(tmp_path: Path) -> None:
    ledger = tmp_path / "calls.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as reader:
        reader.settimeout(SECONDS)
        where = f"tcp:127.0.0.1:{reader.getsockname()[1]}"
        options = ["--connect", where, "--rate", "6000", "--count", "40", "--ledger", str(ledger)]
        faults = ["--faults", "split:0.1,glue:0.1,cut:0.05,dump-again:0.05"]
        with simulator("pbx", "--dialect", "avaya-ipoffice", *options, *faults) as exchange:
            received = read_all_connections(reader, exchange)
            assert exchange.next_event()["event"] == "connected"
            balance = exchange.next_event()
            assert exchange.ended() == 0
    calls = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    assert (balance["event"], balance["calls"], balance["waiting"], len(calls)) == ("balance", 40, 0, 40)
    assert balance["connections"] == len(received)
    lines = [line for stream in received for line in stream.replace(b"\0", b"").splitlines(True)]
    whole = [line for line in lines if line.endswith(b"\r\n")]
    assert len(whole) == balance["written"] + balance["dumped_again"]
    assert {call["key"] for call in calls} == {line.split(b",")[9].decode() for line in whole}


def read_all_connections(reader: socket.socket, exchange: Running) -> list[bytes]:
    """Takes one connection after another until the exchange has ended."""
    received: list[bytes] = []
    reader.settimeout(0.2)
    while exchange.process.poll() is None:
        try:
            connection, _ = reader.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(SECONDS)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            received.append(b"".join(parts))
    return received


@pytest.mark.acceptance
def test_a_pms_listens_judges_shows_its_folios_and_ends_on_sigterm(tmp_path: Path) -> None:
    ledger = tmp_path / "folio.jsonl"
    ports = ["--listen", "tcp:0:interface=127.0.0.1", "--control", "tcp:0:interface=127.0.0.1"]
    with simulator("fias-pms", *ports, "--rooms", "101-110", "--ledger", str(ledger)) as pms:
        event = pms.next_event()
        assert event["event"] == "listening"
        with socket.create_connection(("127.0.0.1", event["port"]), timeout=SECONDS) as link:
            assert read_until(link, b"\x03").startswith(b"\x02LS|")
            for record in describe():
                link.sendall(encode(record, "cp852"))
            assert read_until(link, b"\x02LA|")
            link.sendall(encode(post("101", "7"), "cp852"))
            assert b"|ASOK|" in read_until(link, b"\x02PA|", b"P#7|")
        with urllib.request.urlopen(f"http://127.0.0.1:{event['control_port']}/folios", timeout=SECONDS) as answer:
            folios = json.load(answer)
        pms.process.send_signal(signal.SIGTERM)
        balance = pms.next_event()
        assert pms.ended() == 0
    assert (folios["booked"], folios["total"]) == (1, 1375)
    assert (balance["event"], balance["booked"]) == ("balance", 1)
    assert len(ledger.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.acceptance
@pytest.mark.parametrize("dialect", ["ows", "guestline"])
def test_a_pms_over_soap_listens_shows_its_page_plays_its_script_and_prints_its_balance(
    tmp_path: Path, dialect: str
) -> None:
    play = tmp_path / "play.txt"
    play.write_text("0 fault html:3\n0.1 goodbye\n")
    ports = ["--listen", "tcp:0:interface=127.0.0.1", "--control", "tcp:0:interface=127.0.0.1"]
    with simulator("soap-pms", "--dialect", dialect, *ports, "--rooms", "101-110", "--script", str(play)) as pms:
        event = pms.next_event()
        with urllib.request.urlopen(f"http://127.0.0.1:{event['port']}/?room=101", timeout=SECONDS) as answer:
            assert b"The folio of room 101" in answer.read()
        control = f"http://127.0.0.1:{event['control_port']}/state"

        def state() -> Any:
            with urllib.request.urlopen(control, timeout=SECONDS) as answer:
                return json.load(answer)

        oddities = eventually("the play is over", lambda: state()["oddities"])
        assert state()["faults"] == ["html:3"]
        pms.process.send_signal(signal.SIGTERM)
        balance = pms.next_event()
        assert pms.ended() == 0
    assert "nobody to say goodbye to" in oddities[0]
    assert (balance["event"], balance["dialect"], balance["booked"]) == ("balance", dialect, 0)


def describe() -> list[Record]:
    when = (("DA", "261120"), ("TI", "080000"))
    fields = {"GI": "RNG#GN", "PS": "RNPTTAP#DATI", "PA": "RNASP#DATI"}
    declared = [Record("LR", (("RI", kind), ("FL", names))) for kind, names in fields.items()]
    return [Record("LD", (*when, ("V#", "1"), ("IF", "CA"))), *declared, Record("LA", when)]


def post(room: str, token: str) -> Record:
    fields = (("RN", room), ("PT", "C"), ("TA", "1375"), ("P#", token), ("DA", "261120"), ("TI", "081530"))
    return Record("PS", fields)


def read_until(link: socket.socket, *wanted: bytes) -> bytes:
    data = b""
    while not all(each in data for each in wanted):
        part = link.recv(65536)
        assert part, f"the line closed after {data!r}"
        data += part
    return data


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("pbx --dialect toshiba --listen tcp:0:interface=127.0.0.1", "There is no simulated exchange 'toshiba'"),
        ("pbx --dialect mitel-mivb --listen tcp:1752", "is not loopback"),
        ("pbx --dialect mitel-mivb", "exactly one of"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --faults x:1", "There is no fault 'x'"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --country XX", "no dialling plan for 'XX'"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --option columns", "should have a '='"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --rooms 9-1", "run backwards"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --timezone Mars", "no time zone 'Mars'"),
        ("fias-pms --listen tcp:5010", "is not loopback"),
        ("fias-pms --control tcp:5011", "is not loopback"),
        ("fias-pms --encoding klingon", "no code page 'klingon'"),
        ("fias-pms --fault dance", "There is no fault 'dance'"),
        ("fias-pms --checkins-per-minute -1", "must be 0 to 6000"),
        ("fias-pms --checkins-per-minute nan", "must be 0 to 6000"),
        ("fias-pms --encoding utf-16", "no code page 'utf-16'"),
        ("soap-pms --listen tcp:5080", "is not loopback"),
        ("soap-pms --fault ry:3", "There is no fault 'ry:3'"),
        ("soap-pms --login FOLIOGATE", "should have a ':'"),
        ("soap-pms --checkins-per-minute nan", "must be 0 to 6000"),
        ("pbx --dialect asterisk --file /nowhere/Master.csv", "no folder /nowhere"),
        ("pbx --dialect mitel-mivb --listen tcp:0:interface=127.0.0.1 --rate inf", "rate must be more than 0"),
    ],
)
def test_a_wrong_option_is_one_plain_sentence(arguments: str, sentence: str) -> None:
    result = CliRunner().invoke(simulate_group, arguments.split())
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.startswith("foliogate: ")
    assert "Traceback" not in result.stderr
