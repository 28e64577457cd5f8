"""Our door to stacks that are not ours: PHP's SoapClient, a client by wsimport, schemathesis; and a feed that outlives kills."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.acceptance.peers import House, eventually, free_port, ipoffice_line, running
from tests.foreign.judge import JARS, NAMES
from tests.foreign.php_peer import PhpFault, php_call
from tests.peers import PEERS, missing, peer
from tests.processes.size import sized

pytestmark = pytest.mark.acceptance

CLIENT: Final = Path(__file__).parents[1] / "foreign" / "door_java" / "DoorClient.java"
SECRET: Final = "0123456789abcdef0123456789abcdef"
CALLS: Final = 8


def a_house(folder: Path, more: str = "") -> House:
    """A house whose PMS is a program at its door, with prices that somebody answers for."""
    port = free_port()
    pbx = (
        '[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\n'
        f'listen = "tcp:{port}:interface=127.0.0.1"\ntrunk_access = ["9"]\n'
        f'[[pms]]\nname = "crm"\nadapter = "door"\n{more}'
    )
    made = House(folder, None, pbx, pbx_port=port)
    made.command("tariff", "approve", str(folder / "tariffs"), "--by", "Ines")
    return made


def token(house: House, *rights: str) -> str:
    """A token, made as a person makes one."""
    said = [word for right in rights for word in ("--right", right)]
    return house.command("token", "add", "test", *said, "--config", str(house.config)).strip()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A running house with some charges that wait, and a token for everything."""
    house = a_house(tmp_path_factory.mktemp("door"))
    with running(house):
        words = token(house, "read", "acknowledge", "rooms")
        with house.dial() as pbx:
            pbx.sendall(b"".join(ipoffice_line(1_000_000 + one) for one in range(CALLS)))
            house.eventually_kept(CALLS)
        yield house, words
        assert house.stop() == 0


def wsdl(house: House) -> str:
    """Where the contract is."""
    return f"http://127.0.0.1:{house.web_port}/soap/v1?wsdl"


@pytest.mark.parametrize("version", [1, 2])
def test_phps_soap_client_lives_on_the_door(door: tuple[House, str], version: int) -> None:
    """By the contract it fetched itself, in both versions of SOAP."""
    house, words = door
    options: dict[str, Any] = {"soap_version": version, "login": "php", "password": words}
    name = f"php-{version}"
    taken = php_call(wsdl(house), "TakePostings", {"clientId": f"{name}-1", "most": 2}, **options)["result"]
    assert taken["status"] == "done"
    assert [one["state"] for one in taken["posting"]] == ["sent", "sent"]
    assert taken["posting"][0]["amount"] == {"_": "0.80", "currency": "PLN"}
    again = php_call(wsdl(house), "TakePostings", {"clientId": f"{name}-1", "most": 2}, **options)["result"]
    assert (again["status"], again["posting"]) == ("duplicate", taken["posting"])
    first, second = (one["id"] for one in taken["posting"])
    said = [{"id": first, "reference": "P-1"}, {"id": second, "outcome": "refused", "reason": "no such guest"}]
    done = php_call(wsdl(house), "Acknowledge", {"clientId": f"{name}-2", "posting": said}, **options)["result"]
    assert [(one["result"], one["state"]) for one in done["posting"]] == [("settled", "posted"), ("settled", "refused")]
    guest = {"clientId": f"{name}-3", "room": "202", "reservation": name, "name": "Müller", "noPost": False}
    assert php_call(wsdl(house), "CheckIn", guest, **options)["result"]["sentence"].endswith("room 202")
    part = php_call(wsdl(house), "Events", {"after": 0, "limit": 500}, **options)["result"]
    assert [one["id"] for one in part["event"]] == list(range(1, len(part["event"]) + 1))
    assert php_call(wsdl(house), "GuestCharges", {"room": "201"}, **options)["result"]["complete"] is True


def test_php_reads_a_fault_with_its_detail(door: tuple[House, str]) -> None:
    house, words = door
    options: dict[str, Any] = {"login": "php", "password": words}
    php_call(wsdl(house), "CheckOut", {"clientId": "php-fault", "room": "444"}, **options)
    with pytest.raises(PhpFault, match="another request") as caught:
        php_call(wsdl(house), "CheckOut", {"clientId": "php-fault", "room": "445"}, **options)
    detail: Any = caught.value.detail
    assert int(detail["Problem"]["status"]) == 409
    with pytest.raises(PhpFault, match="not known here"):
        php_call(wsdl(house), "CheckOut", {"clientId": "x", "room": "445"}, login="php", password="fg_1_guess")


def test_a_client_made_by_wsimport_lives_on_the_door(door: tuple[House, str], tmp_path: Path) -> None:
    """Java classes from the contract alone, compiled and run."""
    house, words = door
    java, javac, wsimport = peer("java"), peer("javac"), peer("wsimport")
    path = ":".join(str(JARS / f"{name}.jar") for name in NAMES)
    if not (JARS / "jaxws-rt.jar").exists():
        missing("JAX-WS", PEERS["wsimport"].package)
    subprocess.run([wsimport, "-quiet", "-p", "door", "-d", tmp_path, wsdl(house)], check=True, capture_output=True)
    classes = ["-cp", f"{tmp_path}:{path}"]
    subprocess.run([javac, "-nowarn", *classes, "-d", str(tmp_path), str(CLIENT)], check=True, capture_output=True)
    command: list[str] = [str(java), "-XX:TieredStopAtLevel=1", *classes, "DoorClient", wsdl(house), words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert said["without a token"] == "refused"
    assert said["check-in"] == "DONE reservation R-301 is in room 301"
    assert said["again"] == "DUPLICATE"
    assert said["same name"].startswith("409 This client_id was used for another request")
    assert (said["taken"], said["amount"], said["acknowledged"]) == ("1", "0.80 PLN", "SETTLED POSTED")
    assert int(said["events"]) > CALLS
    assert (said["last"], said["room"], said["posted"]) == ("posting.posted", "PLN", "J-1")


def test_schemathesis_finds_nothing(door: tuple[House, str], tmp_path: Path) -> None:
    """Whatever the description allows, and much that it does not: no answer is a mistake of ours, and each is as described."""
    house, words = door
    base = f"http://127.0.0.1:{house.web_port}"
    checks = (
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
        "negative_data_rejection,unsupported_method"
    )
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{base}/api/v1/openapi.json"),
        *(
            "--url",
            base,
            "--checks",
            checks,
            "--max-examples",
            str(sized(4, 15)),
            "--seed",
            "7",
            "--rate-limit",
            "45/s",
        ),
        *("--header", f"Authorization: Bearer {words}", "--phases", "examples,coverage,fuzzing"),
        *("--exclude-path", "/healthz", "--exclude-path", "/livez", "--no-color"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6_000:]


class Receiver(HTTPServer):
    """A CRM that is sent the feed, and now and then says no."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.heard: list[dict[str, Any]] = []
        self.forged = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


def _is_ours(header: str, body: bytes) -> bool:
    """The check of docs/api.md."""
    said = dict(part.split("=", 1) for part in header.split(","))
    wanted = hmac.new(SECRET.encode(), f"{said['t']}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, said["v1"])


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """One event."""
        crm: Any = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        crm.forged += not _is_ours(self.headers["foliogate-signature"], body)
        crm.heard.append(json.loads(body))
        assert json.loads(body)["id"] == self.headers["foliogate-delivery"]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing."""


def test_every_event_reaches_a_web_hook_however_often_we_are_killed(tmp_path: Path) -> None:
    """kill -9 in the middle, several times: none is left out, none is out of order, and what comes again is known by its name."""
    crm = Receiver()
    hook = (
        f'[[hook]]\nname = "crm"\nurl = "http://127.0.0.1:{crm.server_port}/events"\nsecret = "{SECRET}"\n'
        'events = ["calls", "postings"]\n'
    )
    house, sent = a_house(tmp_path, hook), 0
    for _ in range(sized(3, 5)):
        with running(house):
            enough = len(crm.heard) + 20
            with house.dial() as pbx:
                pbx.sendall(b"".join(ipoffice_line(1_000_000 + sent + one, seconds=60 + one) for one in range(60)))
                sent += 60
                eventually("some events came", partial(_heard, crm, enough))
            house.kill()
    with running(house):
        words = token(house, "read")
        newest = _feed(house, words)
        eventually("all events came", lambda: max(_number(one) for one in crm.heard) >= newest[-1]["id"])
        assert house.stop() == 0
    first_seen = list(dict.fromkeys(_number(one) for one in crm.heard))
    assert first_seen == list(range(1, newest[-1]["id"] + 1))
    assert crm.forged == 0
    by_name: dict[str, dict[str, Any]] = {}
    for one in crm.heard:
        assert by_name.setdefault(one["id"], one)["data"]["kind"] == one["data"]["kind"]
    assert [one["kind"] for one in newest] == [by_name[f"SEASIDE-event-{one['id']}"]["event"] for one in newest]
    crm.shutdown()
    crm.server_close()


def _heard(crm: Receiver, more_than: int) -> bool:
    return len(crm.heard) > more_than


def _number(one: dict[str, Any]) -> int:
    return int(one["data"]["id"])


def _feed(house: House, words: str) -> list[dict[str, Any]]:
    """The whole feed, by the API."""
    found: list[dict[str, Any]] = []
    after, more = 0, True
    while more:
        address = f"http://127.0.0.1:{house.web_port}/api/v1/events?after={after}&limit=500"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {words}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            part = json.load(answer)
        found += part["events"]
        after, more = part["next_after"], part["more"]
    return found
