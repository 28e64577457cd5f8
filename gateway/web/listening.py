"""Where the pages are served: plain on this machine, or over TLS with the house's own certificate.

TLS 1.2 and newer, by Twisted's own choice of ciphers. A certificate that was renewed is taken up by the next connection: nobody
has to remember to start the gateway again every ninety days. One that cannot be read then leaves the old one in use.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
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
        connection: SSL.Connection = self.now().serverConnectionForTLS(protocol)
        return connection

    def now(self) -> CertificateOptions:
        """The certificate as it is now, or as it was last good."""
        changed = self._changed()
        if changed != self._read_at:
            self._read_at = changed
            try:
                self._options = options(*self._files)
                self._log.info("the certificate of the pages was renewed")
            except CertificateUnusable as error:
                self._log.error("the renewed certificate is not used: {words}", words=str(error))
        return self._options

    def _changed(self) -> tuple[float, ...]:
        try:
            return tuple(one.stat().st_mtime for one in self._files)
        except OSError:  # being replaced just now
            return ()


def options(certificate: Path, key: Path) -> CertificateOptions:
    """Read a certificate with its chain, and its key; raises CertificateUnusable."""
    try:
        first, *chain = x509.load_pem_x509_certificates(_read(certificate))
    except ValueError as error:
        raise CertificateUnusable(f"{certificate} holds no certificate in PEM") from error
    try:
        secret = load_pem_private_key(_read(key), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateUnusable(f"{key} cannot be read as a private key in PEM without a passphrase") from error
    try:
        made = CertificateOptions(
            privateKey=secret,  # type: ignore[arg-type]  # Twisted hands both on to pyOpenSSL, which wants these
            certificate=first,  # type: ignore[arg-type]
            extraCertChain=chain,  # type: ignore[arg-type]
            raiseMinimumTo=TLSVersion.TLSv1_2,
        )
        context: Any = made.getContext()
        context.check_privatekey()
    except (SSL.Error, ValueError, TypeError) as error:
        raise CertificateUnusable(f"the key {key} is not that of the certificate {certificate}") from error
    return made


def days_left(certificate: Path, now: datetime) -> int:
    """Whole days until a certificate ends; raises CertificateUnusable."""
    return (x509.load_pem_x509_certificate(_read(certificate)).not_valid_after_utc - now).days


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateUnusable(f"{path} cannot be read: {error.strerror}") from error
