"""Somebody dials 112: with real sockets, a real mail server and a real web hook, people hear of it, and can say who took it."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import urlopen

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, ipoffice_line, running
from tests.gateway.watch.test_mail import Postbox, server

pytestmark = pytest.mark.acceptance

SECRET = "0123456789abcdef0123456789abcdef"


class Receiver(BaseHTTPRequestHandler):
    """The other side of a web hook: refuses the first try, then takes everything."""

    heard: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        """One try."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(503 if len(self.heard) == 1 else 204)
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Nothing to say."""


@contextmanager
def receiver() -> Iterator[int]:
    """A web hook on loopback; yields its port."""
    Receiver.heard.clear()
    with HTTPServer(("127.0.0.1", 0), Receiver) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


def tell(house: House, mail: int, hook: int) -> None:
    """Who is told."""
    with house.config.open("a", encoding="utf-8") as config:
        config.write(
            f'[watch]\ncall_back = "+48 22 555 {{extension}}"\nescalate_seconds = 10\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {mail}\nsecurity = "none"\nsender = "foliogate@example.org"\n'
            'to = ["desk@example.org"]\nescalate_to = ["gm@example.org"]\n'
            f'[[hook]]\nname = "desk-chat"\nurl = "http://127.0.0.1:{hook}/hook"\nsecret = "{SECRET}"\n'
        )


def tries(event: str) -> list[tuple[dict[str, str], bytes]]:
    """What the hook heard of an event."""
    return [one for one in Receiver.heard if json.loads(one[1])["event"] == event]


def alarms(house: House, *more: str) -> list[dict[str, Any]]:
    """`foliogate alarms list --json`."""
    out = house.command("alarms", "list", "--json", *more, "--config", str(house.config))
    return [json.loads(line) for line in out.splitlines()]


def page(house: House, address: str) -> str:
    """A page of the gateway."""
    with urlopen(f"http://127.0.0.1:{house.web_port}{address}", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_from_the_record_to_the_mail_the_hook_the_screen_and_a_name(house: House, pms: ForeignPms) -> None:
    postbox = Postbox()
    with server(postbox) as mail, receiver() as hook:
        tell(house, mail, hook)
        house.command("check", "--config", str(house.config))
        with running(house):
            eventually("the PMS has told of its rooms", lambda: "LA" in {record[:2] for record in pms.heard})
            with house.dial() as pbx:
                pbx.sendall(ipoffice_line(1_000_001, dialled="9112", seconds=20))
                (alarm,) = eventually("the alarm is raised", lambda: alarms(house))
                eventually("a mail came", lambda: postbox.letters)
                eventually("the hook took it at the second try", lambda: len(tries("raised")) >= 2, 40)
                eventually("nobody took it: told again", lambda: len(postbox.letters) >= 2, 40)
            assert "Nobody has taken this call." in page(house, "/emergency")
            assert 'foliogate_alarms{acknowledged="no",kind="emergency"} 1.0' in page(house, "/metrics")
            said = house.command(
                "alarms", "ack", "1", "--by", "Ines", "--note", "guest is fine", "--config", str(house.config)
            )
            assert said == "alarm 1 is acknowledged by Ines\n"
            eventually("its end is told", lambda: len(postbox.letters) >= 3)
            assert "taken by Ines" in page(house, "/emergency")
            assert house.stop() == 0
    assert (alarm["kind"], alarm["sentence"]) == ("emergency", "9112 was dialled from room 201 (extension 201)")
    assert [letter.rcpt_tos for letter in postbox.letters] == [
        ["desk@example.org"],
        ["gm@example.org"],
        ["desk@example.org"],
    ]
    (first, body), (second, again) = tries("raised")
    assert first["foliogate-delivery"] == second["foliogate-delivery"]
    assert body == again
    at, _, signed = second["foliogate-signature"].partition(",")
    wanted = hmac.new(SECRET.encode(), at.removeprefix("t=").encode() + b"." + again, hashlib.sha256).hexdigest()
    assert signed == f"v1={wanted}"
    assert alarms(house) == []
    assert "EMERGENCY CALL: 9112 was dialled from room 201" in house.log()
    assert "Adler" not in house.log()


def test_a_trial_says_what_arrives(house: House) -> None:
    postbox = Postbox()
    with server(postbox) as mail, receiver() as hook:
        tell(house, mail, hook)
        refused = house.command("alarms", "test", "--config", str(house.config), check=False)
        assert "desk-chat: HookRefused: it answered with status 503" in refused
        taken = house.command("alarms", "test", "--config", str(house.config))
    assert taken.splitlines() == ["desk-chat: taken by the other side", "mail: taken by the other side"]
    assert len(postbox.letters) == 2


def test_a_stop_does_not_wait_for_a_mail_server_that_says_nothing(house: House) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, receiver() as hook:
        tell(house, silent.getsockname()[1], hook)
        with running(house), house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001, dialled="9112", seconds=20))
            called, _ = silent.accept()
            assert house.stop(10) == 0
            called.close()


def test_an_asterisk_tells_of_an_emergency_as_it_begins(tmp_path: Path, pms: ForeignPms) -> None:
    """The screen shows it while the call lasts, and its record, minutes later, is no second alarm."""
    with closing(socket.create_server(("127.0.0.1", 0))) as manager:
        pbx = (
            f'[[pbx]]\nname = "asterisk"\ndialect = "asterisk"\nconnect = "tcp:127.0.0.1:{manager.getsockname()[1]}"\n'
            'options = { username = "foliogate", secret = "s3cret", live = "yes" }\n'
        )
        house = House(tmp_path, pms.port, pbx)
        with running(house):
            link, _ = manager.accept()
            with link:
                link.sendall(b"Asterisk Call Manager/5.0.2\r\n")
                assert b"Events: cdr,call" in link.recv(4096)
                link.sendall(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
                link.sendall(
                    b"Event: Newchannel\r\nPrivilege: call,all\r\nExten: 112\r\n\r\n"
                    b"Event: DialBegin\r\nPrivilege: call,all\r\nCallerIDNum: 201\r\nExten: 112\r\nLinkedid: 1795295208.46\r\n"
                    b"DestChannel: PJSIP/trunk1-00000002\r\nDialString: 112@trunk1\r\n\r\n"
                )
                (alarm,) = eventually("it is told", lambda: alarms(house))
                assert alarm["sentence"] == "112 is being dialled from room 201 (extension 201)"
                assert alarm["call_id"] is None
                assert "Told by the exchange as the call began." in page(house, "/emergency")
                assert 'on the phone"' in page(house, "/rooms"), "the rack shows the room on the phone"
                link.sendall(_cdr())
                eventually("its record belongs to it", lambda: alarms(house)[0]["call_id"])
                eventually("the rack shows that it is over", lambda: 'on the phone"' not in page(house, "/rooms"))
            assert len(alarms(house, "--all")) == 1
            assert house.stop() == 0


def _cdr() -> bytes:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    now = datetime.now(ZoneInfo("Europe/Warsaw"))
    began = now - timedelta(seconds=20)
    return (
        "Event: Cdr\r\nAccountCode: \r\nSource: 201\r\nDestination: 112\r\nDestinationContext: rooms\r\nCallerID: 201\r\n"
        "Channel: PJSIP/201-00000001\r\nDestinationChannel: PJSIP/trunk1-00000002\r\nLastApplication: Dial\r\n"
        f"LastData: PJSIP/112@trunk1\r\nStartTime: {began:%Y-%m-%d %H:%M:%S}\r\nAnswerTime: {began:%Y-%m-%d %H:%M:%S}\r\n"
        f"EndTime: {now:%Y-%m-%d %H:%M:%S}\r\nDuration: 20\r\nBillableSeconds: 20\r\nDisposition: ANSWERED\r\n"
        "AMAFlags: DOCUMENTATION\r\nUniqueID: 1795295208.47\r\nUserField: \r\nlinkedid: 1795295208.46\r\n\r\n"
    ).encode()
