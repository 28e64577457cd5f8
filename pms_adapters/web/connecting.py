"""Connections to a web service that are ready before a request is written: over TLS, the handshake is done.

Twisted's client writes its request as soon as TCP stands and lets TLS follow. A handshake that fails then looks as if
a request had been lost, although none left. Here a connection is handed on when the handshake is done, and until
then every failure is one of connecting.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Protocol as Shape

from OpenSSL.SSL import TLS_CLIENT_METHOD, Context
from OpenSSL.SSL import Error as TlsError
from service_identity import VerificationError
from twisted.internet._sslverify import IOpenSSLTrustRoot  # public in all but its module
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHandshakeListener, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.ssl import optionsForClientTLS
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer


class Papers(Shape):
    """Files of a TLS connection: the authority of the other side where it is a private one, and what we show of ourselves."""

    @property
    def ca_file(self) -> Path | None:
        """Whom we believe; None for those whom this machine believes."""

    @property
    def client_certificate(self) -> Path | None:
        """What we show of ourselves."""

    @property
    def client_key(self) -> Path | None:
        """Its key."""


class CannotConnect(Exception):
    """There is no connection that a request could be written to; the words say why."""


@implementer(IOpenSSLTrustRoot)
class Trust:
    """Whom we believe over TLS and what we show of ourselves, from the files that the options name.

    Raises ValueError with a sentence where a file holds no certificate or no key, or the key is another's.
    """

    def __init__(self, options: Papers) -> None:
        self._options = options
        self._addCACertsToContext(Context(TLS_CLIENT_METHOD))

    def creator(self, host: str) -> Any:
        """What makes a TLS connection to a host."""
        return optionsForClientTLS(host, self)

    def _addCACertsToContext(self, context: Context) -> None:  # noqa: N802 (Twisted calls it so)
        """Put the files into a context: Twisted asks whom we believe at the moment when it can be told the rest too."""
        own = self._options
        _load("ca_file", own.ca_file, context.load_verify_locations)
        if own.ca_file is None:
            context.set_default_verify_paths()
        _load("client_certificate", own.client_certificate, context.use_certificate_chain_file)
        _load("client_key", own.client_key, context.use_privatekey_file)


def _load(name: str, path: Path | None, into: Callable[[str], object]) -> None:
    try:
        if path is not None:
            into(str(path))
    except TlsError as error:
        raise ValueError(f"{name} {path} cannot be used: {_tls_words(error)}") from error


@implementer(IAgentEndpointFactory)
class Endpoints:
    """Makes the endpoints of one web service, and knows every connection that is open."""

    def __init__(self, reactor: Any, timeout: float, trust: Trust | None) -> None:
        self._reactor, self._timeout, self._trust = reactor, timeout, trust
        self.open: set[Any] = set()
        self._endpoints: dict[tuple[bytes, bytes, int], IStreamClientEndpoint] = {}

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """The endpoint for the address of a request."""
        known = self._endpoints.get((uri.scheme, uri.host, uri.port))
        if known is None:
            known = self._endpoints[uri.scheme, uri.host, uri.port] = self._endpoint(uri)
        return known

    def _endpoint(self, uri: URI) -> IStreamClientEndpoint:
        host = uri.host.decode("ascii")
        tcp = HostnameEndpoint(self._reactor, host, uri.port, self._timeout)
        creator = None
        if uri.scheme == b"https":
            assert self._trust is not None  # whoever reads the configuration has seen the scheme
            creator = self._trust.creator(host)
        return _Endpoint(self, tcp, creator)

    def connect(self, tcp: IStreamClientEndpoint, creator: Any, wanted: IProtocolFactory) -> Deferred[Any]:
        """Connect, finish TLS if there is any, and only then build the protocol that writes the request."""
        ready: Deferred[Any] = Deferred()
        inner = Factory.forProtocol(lambda: (_Secured if creator is not None else _Plain)(self.open, wanted, ready))
        outer = inner if creator is None else TLSMemoryBIOFactory(creator, True, inner, clock=self._reactor)
        connected = tcp.connect(outer)

        def made(protocol: Any) -> Deferred[Any]:
            giving_up = protocol.transport.abortConnection
            waiting: Deferred[Any] = Deferred(lambda _: giving_up())
            ready.chainDeferred(waiting)
            return waiting.addTimeout(self._timeout, self._reactor, _too_slow)

        return connected.addCallbacks(made, _no_connection)

    def abort(self) -> None:
        """Close every open connection at once."""
        for transport in list(self.open):
            transport.abortConnection()


@implementer(IStreamClientEndpoint)
class _Endpoint:
    """One endpoint, as Twisted's client asks for it."""

    def __init__(self, owner: Endpoints, tcp: IStreamClientEndpoint, creator: Any) -> None:
        self._owner, self._tcp, self._creator = owner, tcp, creator

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:  # noqa: N803  Twisted's own name
        """Connect."""
        return self._owner.connect(self._tcp, self._creator, protocolFactory)


class _Plain(Protocol):
    """Stands between a connection and the protocol that is wanted on it, until the connection is ready."""

    def __init__(self, opened: set[Any], wanted: IProtocolFactory, ready: Deferred[Any]) -> None:
        self._opened, self._wanted, self._ready = opened, wanted, ready
        self._inner: Any = None

    def connectionMade(self) -> None:
        """TCP stands: without TLS that is all."""
        self._opened.add(self.transport)
        self._go()

    def _go(self) -> None:
        assert self.transport is not None
        self._inner = self._wanted.buildProtocol(self.transport.getPeer())
        self._inner.makeConnection(self.transport)
        self._ready.callback(self._inner)

    def dataReceived(self, data: bytes) -> None:
        """Hand it on."""
        self._inner.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Hand it on, or say that there never was a connection to write to."""
        self._opened.discard(self.transport)
        if self._inner is not None:
            self._inner.connectionLost(reason)
        elif not self._ready.called:
            self._ready.errback(CannotConnect(f"TLS failed: {_tls_words(reason.value)}"))


@implementer(IHandshakeListener)
class _Secured(_Plain):
    """The same over TLS: ready when the handshake is done."""

    def connectionMade(self) -> None:
        """TCP stands; TLS has begun."""
        self._opened.add(self.transport)

    def handshakeCompleted(self) -> None:
        """We believe the other side."""
        self._go()


def _no_connection(failure: Failure) -> Failure:
    words = " ".join(str(failure.value).split()).removesuffix(".") or type(failure.value).__name__
    return Failure(CannotConnect(words))  # type: ignore[no-untyped-call]


def _too_slow(_result: object, timeout: float) -> Any:
    raise CannotConnect(f"TLS was not agreed within {timeout:g} seconds")


def _tls_words(error: BaseException | None) -> str:
    """What a TLS failure says, for a person."""
    if isinstance(error, VerificationError):
        return "the certificate is for another host"
    if isinstance(error, TlsError) and error.args and isinstance(error.args[0], list):
        return ", ".join(str(one[-1]) for one in error.args[0]) or "the connection broke"
    if isinstance(error, ConnectionDone | ConnectionLost):
        return "the other side hung up"
    return str(error)
