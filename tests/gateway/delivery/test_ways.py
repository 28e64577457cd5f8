"""What goes out arrives whole at real servers, is never put in another's place, and is the same when it is sent a second time."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import deferLater

from gateway.config import HookSettings
from gateway.config.delivery import SftpAddress
from gateway.delivery.by_folder import put_into
from gateway.delivery.by_sftp import BySftp
from gateway.delivery.packs import Pack, Packed
from gateway.delivery.sftp import Visits, is_known
from gateway.delivery.ways import ByFolder, ByHook, ByMail
from gateway.languages.catalogues import STAFF
from gateway.languages.speech import speech
from gateway.watch.hooks import Hook, signature
from tests.gateway.delivery.sftp_server import PASSWORD, USER, Server, new_key
from tests.gateway.watch.test_hooks import Receiver, receiver  # noqa: F401 (a fixture)
from tests.gateway.watch.test_mail import Postbox, mailer, server
from tests.gateway.web.asking import at_once
from tests.in_reactor import in_reactor, reactor

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
HEAD = {
    "title": "Balance",
    "days": "2026-11-24",
    "zone": "Europe/Warsaw",
    "run_at": "2026-11-25 07:00",
    "finding": "12 charges: 12 posted.",
    "complete": ["These days are over.", "2 gaps in the exchange's own numbers: records may be missing."],
    "assumptions": ["Counted are the calls that began in these days."],
}


def packed(folder: Path, name: str, data: bytes) -> Packed:
    """A file as a run has it."""
    (folder / name).write_bytes(data)
    return Packed(name=name, path=folder / name, form="csv", bytes=len(data), digest=hashlib.sha256(data).hexdigest())


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A run with two files, one of them longer than a packet."""
    (tmp_path / "7").mkdir()
    files = (
        packed(tmp_path / "7", "a.pdf", b"%PDF \xff\n.\r\n" * 3),
        packed(tmp_path / "7", "b.csv", bytes(range(256)) * 700),
    )
    return Pack(
        run=7, house="SEASIDE", hotel="Seaside Hotel", schedule="night balance", report="balance", first="2026-11-24",
        last="2026-11-24", made_up=True, asked_by="", export=None, head=HEAD,
        link="https://foliogate.example/reports/balance?from=2026-11-24", page="https://foliogate.example/schedules", files=files,
    )  # fmt: skip


async def came_of(delivery: Deferred[Any]) -> str:
    """What came of an attempt: empty if it arrived."""
    problem = ""
    try:
        await delivery
    except Exception as error:  # noqa: BLE001 (what it is, is what a test asks)
        problem = f"{type(error).__name__}: {error}"
    await deferLater(reactor, 0.05)
    return problem


@in_reactor
async def test_a_mail_says_what_the_report_says_of_itself_and_has_its_files_or_only_the_link(pack: Pack) -> None:
    postbox = Postbox()
    with server(postbox) as port:
        for megabytes in (10, 0):
            way = ByMail(mailer(port, security="none"), ("gm@example.org",), megabytes, at_once, speech("en", STAFF))
            assert await came_of(way.send(pack, "SEASIDE-17")) == ""
    small, large = (email.message_from_bytes(one.content, policy=email.policy.default) for one in postbox.letters)  # type: ignore[arg-type]
    assert small["Subject"] == "[Seaside Hotel] night balance: 2026-11-24 (made up)"
    assert small["Message-ID"] == large["Message-ID"] == "<SEASIDE-17@example.org>"
    files = {one.get_filename(): one.get_payload(decode=True) for one in small.iter_attachments()}
    assert files == {one.name: one.path.read_bytes() for one in pack.files}
    body = small.get_body().get_content()  # type: ignore[union-attr]
    for words in (
        *HEAD["complete"],
        *HEAD["assumptions"],
        HEAD["finding"],
        "Europe/Warsaw",
        "2026-11-25 07:00",
        pack.link,
    ):
        assert words in body
    assert "Foliogate was off" in body
    assert list(large.iter_attachments()) == []
    assert "Too large for a mail" in large.get_body().get_content()  # type: ignore[union-attr]


@in_reactor
async def test_a_web_hook_is_signed_and_has_the_files_inside(pack: Pack, receiver: tuple[Receiver, str]) -> None:  # noqa: F811
    other, url = receiver
    settings = HookSettings.model_construct(name="x", url=url, secret=SECRET)
    way = ByHook(Hook(settings, reactor, lambda: NOW), at_once)
    assert await came_of(way.send(pack, "SEASIDE-17")) == ""
    ((headers, body),) = other.heard
    assert headers["foliogate-signature"] == signature(SECRET, int(NOW.timestamp()), body)
    told = json.loads(body)
    assert (told["id"], told["event"], told["link"]) == ("SEASIDE-17", "report.made", pack.link)
    assert [(one["name"], one["sha256"]) for one in told["files"]] == [(one.name, one.digest) for one in pack.files]
    other.answers.append(503)
    assert "status 503" in await came_of(way.send(pack, "SEASIDE-17"))


@in_reactor
async def test_a_folder_gets_each_file_whole_once_and_none_of_another(pack: Pack, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    way = ByFolder(lambda one: put_into(drop, one), at_once)
    assert "is its drive mounted?" in await came_of(way.send(pack, "n"))
    drop.mkdir()
    for _ in range(2):  # the second time it is there already
        assert await came_of(way.send(pack, "n")) == ""
    assert {one.name: one.read_bytes() for one in drop.iterdir()} == {
        one.name: one.path.read_bytes() for one in pack.files
    }
    (drop / "a.pdf").write_bytes(b"somebody else's")
    assert "there is another file a.pdf" in await came_of(way.send(pack, "n"))
    assert (drop / "a.pdf").read_bytes() == b"somebody else's"
    assert len(list(drop.iterdir())) == 2


@pytest.fixture
def visitor() -> Any:
    """Our private key."""
    return new_key()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the server keeps what it gets."""
    (tmp_path / "home" / "in").mkdir(parents=True)
    return tmp_path / "home"


def by_sftp(running: Server, **said: Any) -> BySftp:
    """The way to a server; what is not said is right."""
    how = {"host_key": running.shown, "key": None, "password": PASSWORD, **said}
    at = SftpAddress(USER, "127.0.0.1", running.port.getHost().port, "in")
    return BySftp(Visits(reactor, at, **how), at.folder, reactor, at_once)


@in_reactor
async def test_sftp_by_key_and_by_password_to_a_server_that_is_known(pack: Pack, home: Path, visitor: Any) -> None:
    running = Server(reactor, home, visitor)
    try:
        key = visitor.toString("OPENSSH").decode()
        assert await came_of(by_sftp(running, key=key, password=None).send(pack, "n")) == ""
        arrived = {one.name: one.read_bytes() for one in (home / "in").iterdir()}
        assert arrived == {one.name: one.path.read_bytes() for one in pack.files}
        assert await came_of(by_sftp(running).send(pack, "n")) == "", "what is there already, byte for byte, is left"
        (home / "in" / "b.csv").write_bytes(b"somebody else's")
        assert "there is another file in/b.csv" in await came_of(by_sftp(running).send(pack, "n"))
        assert (home / "in" / "b.csv").read_bytes() == b"somebody else's"
        stranger = new_key().public().toString("OPENSSH").decode().strip()
        fingerprint = "SHA256:" + _sha256(running.other)
        assert "shows another key (SHA256:" in await came_of(by_sftp(running, host_key=stranger).send(pack, "n"))
        assert is_known(fingerprint, running.other.public().blob())
        assert not is_known(fingerprint, running.host_key.public().blob())
        assert "SftpRefused" in await came_of(by_sftp(running, password="wrong").send(pack, "n"))
        lost = replace(pack, files=(replace(pack.files[0], name="nowhere/x"),))
        assert "the server says" in await came_of(by_sftp(running).send(lost, "n"))
    finally:
        await maybeDeferred(running.port.stopListening)
        await deferLater(reactor, 0.05)


def _sha256(key: Any) -> str:
    return base64.b64encode(hashlib.sha256(key.public().blob()).digest()).decode().rstrip("=")
