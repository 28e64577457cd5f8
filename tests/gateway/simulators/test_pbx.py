"""Protects the rehearsal of the exchange: it keeps its rate, carries its records in either role, and ends with a balance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock, StringTransportWithDisconnection

from gateway.simulators.line_faults import LineFaults
from gateway.simulators.pbx import GOODBYE, Pbx, PbxSettings
from gateway.simulators.pbx_links import MANAGER_BANNER
from gateway.simulators.stays import parse_rooms
from gateway.simulators.write_avaya import CONNECT_NOISE
from protocols.smdr.sessions import AmiSession
from tests.gateway.simulators.stage import done

BEGAN = datetime(2026, 11, 20, 7, 16, tzinfo=UTC)
SETTINGS = PbxSettings(dialect="mitel-mivb", rooms=parse_rooms("101-110"), calls_per_minute=60.0, seed=2)
LISTEN = "tcp:1752:interface=127.0.0.1"
CONNECT = "tcp:127.0.0.1:5100"


class Stage:
    """A simulated exchange, and the reader on the other end of its line."""

    def __init__(self, **changes: Any) -> None:
        self.reactor = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.said: list[Mapping[str, object]] = []
        self.pbx = Pbx(replace(SETTINGS, **changes), self.reactor, self.now, self.said.append)
        self.links: list[Any] = []
        done(Deferred.fromCoroutine(self.pbx.start()))

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.reactor.seconds())

    def link(self) -> Any:
        """A reader dials, or is dialled."""
        server = self.pbx._port is not None
        factory = self.reactor.tcpServers[-1][1] if server else self.reactor.tcpClients[-1][2]
        protocol: Any = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 40000))
        transport: Any = StringTransportWithDisconnection(  # type: ignore[no-untyped-call]
            peerAddress=IPv4Address("TCP", "127.0.0.1", 5100)
        )
        transport.protocol = protocol
        protocol.makeConnection(transport)
        self.links.append(transport)
        return transport

    def after(self, seconds: float, step: float = 0.5) -> None:
        for _ in range(round(seconds / step)):
            self.reactor.advance(step)

    def stop(self) -> dict[str, Any]:
        done(Deferred.fromCoroutine(self.pbx.stop()))
        balance: dict[str, Any] = done(self.pbx.finished)
        return balance


def test_calls_end_at_the_rate_that_was_asked_for() -> None:
    stage = Stage(listen=LISTEN)
    link = stage.link()
    stage.after(30)
    assert stage.said[0]["event"] == "listening"
    balance = stage.stop()
    assert 30 <= balance["calls"] <= 31
    assert link.value().count(b"\r\n") == balance["written"] == balance["records"]
    assert stage.reactor.getDelayedCalls() == []


def test_a_clock_that_jumps_brings_a_bounded_flood() -> None:
    stage = Stage(listen=LISTEN)
    stage.reactor.advance(86_400)
    stage.reactor.advance(1)
    assert stage.stop()["calls"] < 2100


def test_an_exchange_that_dials_says_when_it_is_connected() -> None:
    stage = Stage(connect=CONNECT, dialect="avaya-ipoffice")
    assert stage.said == []
    link = stage.link()
    assert stage.said == [{"event": "connected", "port": 5100}]
    stage.after(2)
    assert link.value().startswith(CONNECT_NOISE)
    assert b",O," in link.value()
    stage.stop()


def test_it_ends_by_itself_after_its_count_and_not_before_all_is_written() -> None:
    stage = Stage(listen=LISTEN, count=3)
    stage.after(20)
    assert not stage.pbx.finished.called
    link = stage.link()
    stage.after(2)
    balance = done(stage.pbx.finished)
    assert (balance["event"], balance["calls"], balance["waiting"]) == ("balance", 3, 0)
    assert link.disconnecting or not link.connected
    assert stage.reactor.getDelayedCalls() == []


def test_it_can_wait_for_its_reader() -> None:
    stage = Stage(listen=LISTEN, wait_for_reader=True)
    stage.after(20)
    assert stage.pbx.exchange.balance.calls == 0
    stage.link()
    stage.after(2)
    assert stage.stop()["calls"] in (2, 3)


def test_a_reader_that_does_not_read_fills_the_buffer_and_nothing_else() -> None:
    stage = Stage(listen=LISTEN, buffered=5)
    link = stage.link()
    assert link.producer is not None
    link.producer.pauseProducing()
    stage.after(20)
    assert link.value() == b""
    balance = stage.stop()
    assert balance["waiting"] == 5
    assert balance["dropped"] == balance["records"] - 5


def test_a_link_that_is_not_closed_by_its_reader_is_cut_in_the_end() -> None:
    stage = Stage(listen=LISTEN)
    link = stage.link()
    link.loseConnection = lambda *args: None
    ended = Deferred.fromCoroutine(stage.pbx.stop())
    assert not stage.pbx.finished.called
    link.abortConnection = link.protocol.connectionLost
    stage.after(GOODBYE + 1)
    done(ended)
    assert done(stage.pbx.finished)["event"] == "balance"


def test_the_same_seed_sends_the_same_bytes() -> None:
    sent = []
    for _ in range(2):
        stage = Stage(listen=LISTEN, faults=LineFaults(garbage=0.2, glue=0.2, twin=0.2))
        link = stage.link()
        stage.after(20)
        stage.stop()
        sent.append(link.value())
    assert sent[0] == sent[1]
    assert len(sent[0]) > 1000


def test_faults_keep_the_rate() -> None:
    stage = Stage(listen=LISTEN, faults=LineFaults(glue=0.5, twin=0.5))
    stage.link()
    stage.after(60)
    balance = stage.stop()
    assert 60 <= balance["calls"] <= 81
    assert balance["glued"] > 0
    assert balance["twins"] > 0


def test_the_ledger_has_a_line_for_each_call_that_was_sent_and_the_next_run_goes_on_after_it(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    stage = Stage(listen=LISTEN, dialect="avaya-ipoffice", ledger=path)
    stage.after(5)
    assert path.read_text(encoding="utf-8") == ""
    link = stage.link()
    balance = stage.stop()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == balance["calls"]
    assert sum(line["charged"] for line in lines) == balance["charged"]
    assert all(f",{line['key']}," in link.value().decode() for line in lines)
    assert {"seq", "extension", "dialled", "seconds", "start", "key", "dialect", "charged"} <= set(lines[0])
    with path.open("a", encoding="utf-8") as torn:
        torn.write('{"seq": 999, "ext')
    again = Stage(listen=LISTEN, dialect="avaya-ipoffice", ledger=path)
    again.link()
    again.after(1)
    again.stop()
    whole = [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    seqs = [json.loads(line)["seq"] for line in whole]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) > len(lines)


def test_a_file_is_appended_row_by_row_and_rotated(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    stage = Stage(file=path, dialect="asterisk", rotate_every=10, count=30, calls_per_minute=6000.0)
    assert stage.said == [{"event": "writing", "file": str(path)}]
    stage.after(1)
    balance = done(stage.pbx.finished)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["Master.csv", *(f"Master.csv.{n}" for n in range(1, len(files)))]
    assert len(files) >= 4
    rows = [len(file.read_bytes().splitlines()) for file in files]
    assert sum(rows) == balance["written"]
    assert rows[1:] == [10] * (len(files) - 1)
    newest = path.read_text(encoding="utf-8").splitlines()[-1]
    assert newest.startswith('"HOTEL","')


MANAGER = {"dialect": "asterisk", "listen": LISTEN}


def manager(stage: Stage, *actions: str) -> tuple[Any, list[str]]:
    link = stage.link()
    for action in actions:
        link.protocol.dataReceived((action.replace("\n", "\r\n") + "\r\n\r\n").encode())
    return link, link.value().decode().split("\r\n\r\n")


def test_the_manager_interface_tells_calls_only_after_the_login() -> None:
    stage = Stage(**MANAGER)
    link, said = manager(stage)
    assert said[0] == MANAGER_BANNER.decode()
    stage.after(3)
    assert link.value() == MANAGER_BANNER
    link.protocol.dataReceived(b"Action: Login\r\nActionID: 1\r\nUsername: u\r\nSecret: s\r\n\r\n")
    stage.after(3)
    assert b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n" in link.value()
    assert link.value().count(b"Event: Cdr\r\n") >= 3
    assert stage.stop()["dropped"] > 0


def test_the_manager_interface_can_ask_for_its_own_login() -> None:
    stage = Stage(**MANAGER, manager_account=("pms", "secret"))
    refused, said = manager(stage, "Action: Login\nUsername: pms\nSecret: wrong")
    assert said[0].endswith("Response: Error\r\nMessage: Authentication failed")
    assert not refused.connected
    _, said = manager(stage, "Action: Login\nUsername: pms\nSecret: secret", "Action: Ping", "Action: Dance")
    assert [answer.split("\r\n")[-2 if "Ping" in answer else 0] for answer in said[-3:-1]] == [
        "Response: Success",
        "Response: Error",
    ]
    stage.stop()


def test_the_gateways_own_session_logs_in_and_hears_the_calls() -> None:
    stage, session, heard = Stage(**MANAGER, manager_account=("pms", "secret")), AmiSession("pms", "secret"), b""
    link = stage.link()
    for _ in range(10):
        said = link.value()
        link.clear()
        answer, records = session.receive(said)
        heard += records
        link.protocol.dataReceived(answer)
        stage.after(1)
    assert session.problem is None
    assert heard.count(b"Event: Cdr\r\n") >= 5
    stage.stop()


def test_a_manager_logs_off() -> None:
    stage = Stage(**MANAGER)
    link, said = manager(stage, "Action: Login", "Action: Events\nEventMask: cdr", "Action: Logoff")
    assert "Response: Goodbye" in said[-2]
    assert not link.connected
    stage.stop()


def test_a_manager_that_never_ends_its_action_is_bounded() -> None:
    stage = Stage(**MANAGER)
    link, _ = manager(stage)
    link.protocol.dataReceived(b"".join(b"Key%d: x\r\n" % number for number in range(10_000)))
    assert len(link.protocol._action) <= 32
    link.protocol.dataReceived(b"x" * 5000)
    assert not link.connected
    stage.stop()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "exactly one of --connect, --listen, --file, --folder, --serve and --post"),
        ({"listen": LISTEN, "connect": CONNECT}, "exactly one"),
        ({"listen": "tcp:1752"}, "loopback"),
        ({"connect": "tcp:10.0.0.1:5100"}, "loopback"),
        ({"file": Path("x"), "faults": LineFaults(cut=0.1)}, "no link that could break"),
        ({"listen": LISTEN, "calls_per_minute": 0.0}, "rate must be more than 0"),
        ({"listen": LISTEN, "rooms": ("10001",)}, "wider than the 4 columns"),
        ({"listen": LISTEN, "dialect": "toshiba"}, "no simulated exchange"),
        ({"connect": CONNECT, "dialect": "asterisk"}, "does not dial, it waits"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(SETTINGS, **changes).checked()
