"""Where the pages are served: plain on this machine, or over TLS with the house's own certificate.

TLS 1.2 and newer, by Twisted's own choice of ciphers. A certificate that was renewed is taken up by the next connection: nobody
has to remember to start the gateway again every ninety days. One that cannot be read then leaves the old one in use.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL
from OpenSSL.crypto import FILETYPE_PEM, load_certificate, load_privatekey
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import SSL4ServerEndpoint, serverFromString
from twisted.internet.interfaces import IListeningPort, IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions, TLSVersion
from twisted.logger import Logger
from zope.interface import implementer

from gateway.config import WebSettings


class CertificateUnusable(Exception):
    """The certificate or its key cannot be used as they are; the sentence says why."""


def listening(web: WebSettings, reactor: Any, site: Any) -> Deferred[IListeningPort]:
    """Begin to listen; fails with CannotListenError, or raises CertificateUnusable."""
    if web.certificate is None or web.key is None:
        endpoint: Any = serverFromString(reactor, web.listen)  # type: ignore[no-untyped-call]
    else:
        contexts, address = Certificates(web.certificate, web.key), web.address
        endpoint = SSL4ServerEndpoint(reactor, address.port, contexts, interface=address.host)  # type: ignore[no-untyped-call]
    begun: Deferred[IListeningPort] = endpoint.listen(site)
    return begun


@implementer(IOpenSSLServerConnectionCreator)
class Certificates:
    """The house's certificate, read again when its file has changed."""

    _log = Logger()

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = certificate, key
        self._read_at = self._changed()
        self._options = options(certificate, key)

    def serverConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 (Twisted calls it so)
        """For one connection."""
        changed = self._changed()
        if changed != self._read_at:
            self._read_at = changed
            try:
                self._options = options(*self._files)
                self._log.info("the certificate of the pages was renewed")
            except CertificateUnusable as error:
                self._log.error("the renewed certificate is not used: {words}", words=str(error))
        connection: SSL.Connection = self._options.serverConnectionForTLS(protocol)
        return connection

    def _changed(self) -> tuple[float, ...]:
        try:
            return tuple(one.stat().st_mtime for one in self._files)
        except OSError:  # being replaced just now
            return ()


def options(certificate: Path, key: Path) -> CertificateOptions:
    """Read a certificate with its chain, and its key; raises CertificateUnusable."""
    pems = [f"{part}-----END CERTIFICATE-----\n" for part in _text(certificate).split("-----END CERTIFICATE-----")[:-1]]
    if not pems:
        raise CertificateUnusable(f"{certificate} holds no certificate in PEM")
    try:
        chain = [load_certificate(FILETYPE_PEM, pem.encode()) for pem in pems]
    except (SSL.Error, ValueError) as error:
        raise CertificateUnusable(f"{certificate} cannot be read as a certificate in PEM") from error
    try:
        # An empty passphrase: a key that has one is refused, instead of asked for on a terminal that nobody looks at.
        secret = load_privatekey(FILETYPE_PEM, _text(key).encode(), b"")
    except (SSL.Error, ValueError, TypeError) as error:
        raise CertificateUnusable(f"{key} cannot be read as a private key in PEM without a passphrase") from error
    try:
        made = CertificateOptions(
            privateKey=secret,
            certificate=chain[0],
            extraCertChain=chain[1:],
            raiseMinimumTo=TLSVersion.TLSv1_2,
        )
        context: Any = made.getContext()
        context.check_privatekey()
    except SSL.Error as error:
        raise CertificateUnusable(f"the key {key} is not that of the certificate {certificate}") from error
    return made


def days_left(certificate: Path, now: datetime) -> int:
    """Whole days until a certificate ends; raises CertificateUnusable."""
    return (x509.load_pem_x509_certificate(_text(certificate).encode()).not_valid_after_utc - now).days


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not PEM"
        raise CertificateUnusable(f"{path} cannot be read: {why}") from error
