"""Mails leave the house over real SMTP: in the clear on this machine, with STARTTLS or TLS, with a log-in, or not at all."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from gateway.config import MailSettings
from gateway.config.fields import Surroundings
from gateway.store.notices import Waiting
from gateway.watch import mail
from gateway.watch.mail import Mailer
from tests.gateway.watch.certificates import own_certificate
from tests.in_reactor import in_reactor, reactor
from tests.peers import unused_port

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
NOTICE = Waiting(
    17,
    "raised",
    "mail",
    "desk@example.org it@example.org",
    "[Hôtel] PMS not connected",
    "Ça ne va pas.\n.\nÅsa\n",
    1,
    0,
)


class Postbox:
    """What the server took, or what it says instead."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.says = "250 taken"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """A letter came."""
        if self.says.startswith("250"):
            self.letters.append(envelope)
        return self.says


@contextmanager
def server(postbox: Postbox, **more: Any) -> Iterator[int]:
    """A real SMTP server on loopback; yields its port."""
    controller = Controller(postbox, hostname="127.0.0.1", port=unused_port(), **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def postbox() -> Postbox:
    """An empty one."""
    return Postbox()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The house's own certificate."""
    return own_certificate(tmp_path)[0]


def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def mailer(port: int, **said: Any) -> Mailer:
    """A mailer for a server on this machine."""
    whole = {"host": "localhost", "port": port, "sender": "foliogate@example.org", "to": ["desk@example.org"], **said}
    settings = MailSettings.model_validate(whole, context=Surroundings(Path("/"), {}))
    return Mailer(settings, reactor, lambda: NOW)


async def settled(delivery: Deferred[Any]) -> str:
    """What came of an attempt: empty if the server took it. Then a moment for the connection to close."""
    problem = ""
    try:
        await delivery
    except Exception as error:  # noqa: BLE001 (what it is, is what a test asks)
        problem = f"{type(error).__name__}: {error}"
    await deferLater(reactor, 0.05)
    return problem


def login(username: str, password: str) -> Callable[..., AuthResult]:
    """The server's list of users: one."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == LoginPassword(username.encode(), password.encode()), handled=False)

    return check


@in_reactor
async def test_a_mail_arrives_whole(postbox: Postbox) -> None:
    with server(postbox) as port:
        assert await settled(mailer(port, security="none").deliver(NOTICE, "SEASIDE-17")) == ""
    (letter,) = postbox.letters
    assert letter.mail_from == "foliogate@example.org"
    assert letter.rcpt_tos == ["desk@example.org", "it@example.org"]
    assert isinstance(letter.content, bytes)
    said = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert said["Subject"] == "[Hôtel] PMS not connected"
    assert said["Message-ID"] == "<SEASIDE-17@example.org>"
    assert said["Date"] == "Fri, 20 Nov 2026 11:00:00 +0000"
    assert said["Auto-Submitted"] == "auto-generated"
    assert said.get_content().replace("\r\n", "\n") == NOTICE.body


@in_reactor
async def test_starttls_and_a_log_in(postbox: Postbox, certificate: Path) -> None:
    said = {"username": "foliogate", "password": "secret", "ca_file": str(certificate)}
    with server(
        postbox, tls_context=tls(certificate), require_starttls=True, authenticator=login("foliogate", "secret"),
        auth_required=True,
    ) as port:  # fmt: skip
        assert await settled(mailer(port, **said).deliver(NOTICE, "n")) == ""
        wrong = await settled(mailer(port, **{**said, "password": "wrong"}).deliver(NOTICE, "n"))
    assert "535" in wrong
    assert len(postbox.letters) == 1


@in_reactor
async def test_tls_from_the_first_byte(postbox: Postbox, certificate: Path) -> None:
    with server(postbox, ssl_context=tls(certificate)) as port:
        assert await settled(mailer(port, security="tls", ca_file=str(certificate)).deliver(NOTICE, "n")) == ""
    assert len(postbox.letters) == 1


@in_reactor
async def test_a_certificate_that_nobody_vouches_for_is_refused(postbox: Postbox, certificate: Path) -> None:
    with server(postbox, tls_context=tls(certificate)) as port:
        assert "certificate verify failed" in await settled(mailer(port).deliver(NOTICE, "n"))
    assert postbox.letters == []


@in_reactor
async def test_where_tls_is_wanted_nothing_goes_without_it(postbox: Postbox) -> None:
    """A server, or somebody in between, that does not offer STARTTLS gets nothing."""
    with server(postbox) as port:
        assert "TLS" in await settled(mailer(port).deliver(NOTICE, "n"))
    assert postbox.letters == []


@in_reactor
async def test_a_server_that_says_no_is_a_failure_with_its_words(postbox: Postbox) -> None:
    postbox.says = "451 come back later"
    with server(postbox) as port:
        assert "come back later" in await settled(mailer(port, security="none").deliver(NOTICE, "n"))


@in_reactor
async def test_a_server_that_is_not_there_is_a_failure() -> None:
    assert "Unable to connect" in await settled(mailer(unused_port(), security="none").deliver(NOTICE, "n"))


@in_reactor
async def test_a_server_that_says_nothing_is_waited_for_and_then_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from twisted.internet.protocol import Factory, Protocol

    monkeypatch.setattr(mail, "LONGEST", 0.1)
    port: Any = reactor.listenTCP(0, Factory.forProtocol(Protocol), interface="127.0.0.1")
    problem = await settled(mailer(port.getHost().port, security="none").deliver(NOTICE, "n"))
    assert "Timeout" in problem
    await port.stopListening()
