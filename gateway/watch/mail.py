"""Mails over SMTP: one attempt, by the house's own mail server, with TLS and log-in as it wants them.

A mail has the same Message-ID however often it is tried, so that a server or a reader can tell a second copy.
"""

from __future__ import annotations

import email.policy
import mimetypes
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.mail.smtp import ESMTPSenderFactory

from gateway.config import MailSettings
from gateway.store.notices import Waiting

#: Seconds that the server may be silent, and that it may take to answer the call.
TIMEOUT: Final = 30
#: Seconds that one mail may take in all.
LONGEST: Final = 120


class Attached(NamedTuple):
    """A file that goes with a mail."""

    name: str
    data: bytes


class Mailer:
    """Hands one mail after the other to the mail server."""

    def __init__(self, settings: MailSettings, reactor: Any, now: Callable[[], datetime]) -> None:
        self._settings, self._reactor, self._now = settings, reactor, now

    def deliver(self, notice: Waiting, name: str) -> Deferred[Any]:
        """One attempt; fires when the server has taken the mail, or fails with why not."""
        recipients = notice.recipients.split()
        return self.send(recipients, self.letter(recipients, notice.subject, notice.body, name))

    def send(self, recipients: Sequence[str], letter: bytes) -> Deferred[Any]:
        """One attempt with a mail that `letter` wrote; fires or fails as `deliver` does."""
        said = self._settings

        def call_off(_: Deferred[Any]) -> None:
            factory.sendFinished = True
            connector.disconnect()

        done: Deferred[Any] = Deferred(call_off)
        factory: Any = ESMTPSenderFactory(  # type: ignore[no-untyped-call]
            said.username.encode() if said.username else None,
            said.password.encode() if said.password else None,
            said.sender.encode(),
            [one.encode() for one in recipients],
            BytesIO(letter),
            done,
            retries=0,
            timeout=TIMEOUT,
            contextFactory=self._trust() if said.security == "starttls" else None,
            requireAuthentication=said.username is not None,
            requireTransportSecurity=said.security == "starttls",
        )
        factory.noisy = False
        connector = self._connect(factory)
        return done.addTimeout(LONGEST, self._reactor)

    def _connect(self, factory: Any) -> Any:
        """Not by an endpoint: the factory hears of a lost connection from its connector alone."""
        said = self._settings
        if said.security == "tls":
            return self._reactor.connectSSL(said.host, said.port, factory, self._trust(), timeout=TIMEOUT)
        return self._reactor.connectTCP(said.host, said.port, factory, timeout=TIMEOUT)

    def letter(
        self, recipients: Sequence[str], subject: str, body: str, name: str, files: Sequence[Attached] = ()
    ) -> bytes:
        """The mail, with plain line ends."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self._settings.sender, ", ".join(recipients)
        mail["Subject"] = " ".join(subject.split())
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = f"<{name}@{self._settings.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        for file in files:
            main, _, sub = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
            mail.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
        return mail.as_bytes(policy=email.policy.SMTP.clone(linesep="\n"))  # Twisted makes CR LF of each line end

    def _trust(self) -> Any:
        """Whose certificates are believed: the system's, or those of the file."""
        said = self._settings
        if said.ca_file is None:
            return optionsForClientTLS(said.host)
        pieces = said.ca_file.read_text().split("-----END CERTIFICATE-----")
        pems = [f"{piece}-----END CERTIFICATE-----" for piece in pieces if "-----BEGIN CERTIFICATE-----" in piece]
        roots = trustRootFromCertificates([Certificate.loadPEM(pem.encode()) for pem in pems])  # type: ignore[no-untyped-call]
        return optionsForClientTLS(said.host, trustRoot=roots)
