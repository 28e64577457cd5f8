"""Protects the line between "nothing was sent" and "nobody knows", against peers that misbehave on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.internet.task import deferLater
from twisted.web import client
from twisted.web.resource import Resource
from twisted.web.server import Site

from pms_adapters.web.connecting import Trust
from pms_adapters.web.exchange import MAX_ANSWER_BYTES, REUSE_SECONDS, NoAnswer, NotReached, Web
from pms_adapters.web.options import WebOptions
from tests.in_reactor import fixture_in_reactor, in_reactor, reactor
from tests.peers import unused_port
from tests.pms_adapters.web.peers import Deed, Peer, answer, listening

HEADERS = {"content-type": "text/xml"}


@fixture_in_reactor
async def web() -> AsyncIterator[Web]:
    made = Web(reactor, connect_timeout=1.0, trust=None)
    yield made
    await closed(made)


async def closed(web: Web) -> None:
    """Close, and let the reactor see it."""
    web.close()
    await deferLater(reactor, 0.02)


async def post(web: Web, url: str, timeout: float = 5.0) -> Any:
    return await Deferred.fromCoroutine(web.post(url, b"<charge/>", HEADERS, timeout))


@in_reactor
async def test_an_answer_comes_whole(web: Web) -> None:
    with listening(lambda peer: peer.say(answer(b"<yes/>"))) as house:
        got = await post(web, house.url)
        assert (got.status, got.media_type, got.body) == (200, "text/xml", b"<yes/>")
        assert b"accept-encoding" not in house.requests[0].lower()


@in_reactor
async def test_where_nobody_listens_nothing_was_sent(web: Web) -> None:
    with pytest.raises(NotReached, match="cannot be reached"):
        await post(web, f"http://127.0.0.1:{unused_port()}/service")


@in_reactor
async def test_a_host_without_an_address_is_not_reached(web: Web) -> None:
    with pytest.raises(NotReached, match="cannot be reached"):
        await post(web, "http://no-such-host.invalid/service")


def saying(data: bytes, *, reset: bool = False) -> Deed:
    """A peer that writes this and is gone."""

    def deed(peer: Peer) -> None:
        peer.say(data)
        if reset:
            reactor.callLater(0.01, peer.reset)
        else:
            peer.close()

    return deed


DOUBTS: dict[str, Deed] = {
    "closed without a word": lambda peer: peer.close(),
    "reset without a word": lambda peer: peer.reset(),
    "half a head": saying(b"HTTP/1.1 200 O"),
    "half a body": saying(answer(b"<yes/>" * 9)[:-20]),
    "half a body, reset": saying(answer(b"<yes/>" * 9)[:-20], reset=True),
    "another protocol": saying(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a chunk cut short": saying(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n<yes/>"),
}


@pytest.mark.parametrize("deed", DOUBTS.values(), ids=DOUBTS)
@in_reactor
async def test_whatever_breaks_after_the_request_left_is_no_answer(web: Web, deed: Deed) -> None:
    with listening(deed) as house:
        with pytest.raises(NoAnswer):
            await post(web, house.url)
        assert len(house.requests) == 1


@in_reactor
async def test_a_peer_that_hangs_up_at_once_leaves_no_answer_or_nothing_sent(web: Web) -> None:
    """TCP stood, so the request may have left: whatever is said, it is never more than is known."""
    with listening(lambda peer: None, early=lambda peer: peer.reset()) as house, pytest.raises(NoAnswer):
        await post(web, house.url)


@in_reactor
async def test_silence_ends_after_its_time_and_the_connection_with_it(web: Web) -> None:
    with listening(lambda peer: None) as house:
        with pytest.raises(NoAnswer, match=r"within 0\.2 seconds"):
            await post(web, house.url, timeout=0.2)
        await deferLater(reactor, 0.05)
        assert not house.open


@in_reactor
async def test_an_answer_that_never_ends_is_cut(web: Web) -> None:
    with listening(lambda peer: peer.say(answer(b"<yes/>")[:-3])) as house:
        with pytest.raises(NoAnswer):
            await post(web, house.url, timeout=0.2)
        await deferLater(reactor, 0.05)
        assert not house.open


@in_reactor
async def test_a_hundred_megabytes_are_not_read(web: Web) -> None:
    def pour(peer: Any) -> None:
        peer.say(b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 104857600\r\n\r\n")
        spill(peer)

    def spill(peer: Any) -> None:
        if peer in house.open and poured[0] < 100:
            poured[0] += 1
            peer.say(b" " * 2**20)
            reactor.callLater(0.002, spill, peer)

    poured = [0]
    with listening(pour) as house:
        with pytest.raises(NoAnswer, match=f"longer than {MAX_ANSWER_BYTES}"):
            await post(web, house.url, timeout=20)
        await deferLater(reactor, 0.05)
        assert poured[0] < 100


@in_reactor
async def test_no_redirect_is_followed(web: Web) -> None:
    with listening(lambda peer: peer.say(answer(b"", status="307 Elsewhere", more="location: /other\r\n"))) as house:
        assert (await post(web, house.url)).status == 307
        assert len(house.requests) == 1


@in_reactor
async def test_questions_in_a_row_share_a_connection(web: Web) -> None:
    with listening(lambda peer: peer.say(answer(b"<yes/>"))) as house:
        for _ in range(3):
            await post(web, house.url)
        assert (house.connections, len(house.requests)) == (1, 3)


@in_reactor
async def test_a_connection_that_has_rested_is_not_used_again(web: Web) -> None:
    """A server that closes idle connections swallows a request now and then: a charge in doubt that never arrived."""
    with listening(lambda peer: peer.say(answer(b"<yes/>"))) as house:
        await post(web, house.url)
        await deferLater(reactor, REUSE_SECONDS + 0.3)
        await post(web, house.url)
        assert house.connections == 2


@in_reactor
async def test_a_used_connection_that_closes_instead_of_answering_is_no_answer_and_not_tried_again(web: Web) -> None:
    with listening(lambda peer: peer.say(answer(b"<yes/>"))) as house:
        await post(web, house.url)
        house.deed = lambda peer: peer.close()
        with pytest.raises(NoAnswer):
            await post(web, house.url)
        assert (house.connections, len(house.requests)) == (1, 2)


@in_reactor
async def test_closing_ends_what_is_under_way(web: Web) -> None:
    with listening(lambda peer: None) as house:
        asked = Deferred.fromCoroutine(web.post(house.url, b"<charge/>", HEADERS, 5))
        while not house.requests:
            await deferLater(reactor, 0.01)
        web.close()
        with pytest.raises(NoAnswer):
            await asked


class Failing:
    """A client that fails in its own way, which no peer can bring about at will."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def request(self, *_words: object) -> Deferred[Any]:
        failed: Deferred[Any] = Deferred()
        failed.errback(self._error)
        return failed


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("RequestNotSent", NotReached),
        ("RequestTransmissionFailed", NoAnswer),
        ("RequestGenerationFailed", NoAnswer),
    ],
)
@in_reactor
async def test_what_the_client_itself_reports_falls_on_its_side_of_the_line(
    web: Web, error: str, kind: type[Exception]
) -> None:
    failing: Any = Failing(getattr(client, error)(*[[]] * (error != "RequestNotSent")))
    web._agent = failing
    with pytest.raises(kind):
        await post(web, "http://127.0.0.1:1/")


# -- TLS ----------------------------------------------------------------------------------------------------------------


class Papers:
    """An authority and what it has signed, as PEM files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("The hotel's authority")
        authority = _certificate(self._name, self._name, self._key.public_key(), self._key, ca=True)
        self.ca = self._write("ca.pem", authority.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, host: str = "localhost") -> tuple[Path, Path]:
        """A certificate for a host, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(_named(host), self._name, key.public_key(), self._key, host=host)
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return (
            self._write(f"{name}.pem", made.public_bytes(serialization.Encoding.PEM)),
            self._write(f"{name}.key", key.private_bytes(serialization.Encoding.PEM, form, plain)),
        )

    def _write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, by: Any, *, host: str = "", ca: bool = False) -> Any:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if host:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(by, hashes.SHA256())


class Yes(Resource):
    """A service that knows who asked it."""

    isLeaf = True

    def render_POST(self, request: Any) -> bytes:
        request.setHeader("content-type", "text/xml")
        peer = request.transport.getPeerCertificate()
        return b"<yes/>" if peer is None else b"<known/>"


class Server:
    """A server over TLS."""

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None = None) -> None:
        options: Any = DefaultOpenSSLContextFactory(str(key), str(certificate), SSL.TLS_SERVER_METHOD)  # type: ignore[no-untyped-call]
        context = options.getContext()
        context.set_max_proto_version(SSL.TLS1_2_VERSION)  # later ones refuse a client after its handshake
        if client_ca is not None:
            context.load_verify_locations(str(client_ca))
            context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *seen: bool(seen[-1]))
        site = Site(Yes())  # type: ignore[no-untyped-call]
        self.port = reactor.listenSSL(0, site, options, interface="127.0.0.1")

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port.getHost().port}/service"


def web_options(**given: Path) -> WebOptions:
    """The options of a PMS over the web."""
    return WebOptions.model_validate(given)


async def asked(server: Server, options: WebOptions) -> bytes:
    """Ask once, and take everything down."""
    web = Web(reactor, connect_timeout=2.0, trust=Trust(options))
    try:
        return bytes((await post(web, server.url)).body)
    finally:
        await closed(web)
        await server.port.stopListening()


@in_reactor
async def test_a_private_authority_and_our_own_certificate(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    certificate, key = papers.issue("ours")
    options = web_options(ca_file=papers.ca, client_certificate=certificate, client_key=key)
    assert await asked(Server(*papers.issue("server"), client_ca=papers.ca), options) == b"<known/>"


@in_reactor
async def test_without_our_certificate_where_one_is_asked_nothing_is_sent(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    with pytest.raises(NotReached, match="TLS failed"):
        await asked(Server(*papers.issue("server"), client_ca=papers.ca), web_options(ca_file=papers.ca))


@in_reactor
async def test_an_authority_we_do_not_know_is_told_nothing(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    with pytest.raises(NotReached, match="TLS failed: certificate verify failed"):
        await asked(Server(*papers.issue("server")), web_options())


@in_reactor
async def test_a_certificate_for_another_host_is_told_nothing(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    with pytest.raises(NotReached, match="the certificate is for another host"):
        await asked(Server(*papers.issue("server", host="elsewhere.example")), web_options(ca_file=papers.ca))


@in_reactor
async def test_a_peer_without_tls_is_told_nothing() -> None:
    web = Web(reactor, connect_timeout=0.5, trust=Trust(web_options()))
    with listening(lambda peer: None, early=lambda peer: peer.say(b"HTTP/1.1 400 Bad\r\n\r\n")) as house:
        with pytest.raises(NotReached, match="TLS"):
            await post(web, house.url.replace("http:", "https:"))
        assert house.requests == []
    await closed(web)


@in_reactor
async def test_a_peer_that_never_finishes_tls_is_not_reached_within_the_time_for_it() -> None:
    web = Web(reactor, connect_timeout=0.3, trust=Trust(web_options()))
    with (
        listening(lambda peer: None) as house,
        pytest.raises(NotReached, match=r"TLS was not agreed within 0\.3 seconds"),
    ):
        await post(web, house.url.replace("http:", "https:"))
    await closed(web)


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_certificates_that_are_none_are_told_before_anything_starts(tmp_path: Path, text: str) -> None:
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(ValueError, match="cannot be used"):
        Trust(web_options(ca_file=tmp_path / "ca.pem"))
