"""An SFTP client for one visit: the server must show the key it is known by, we log in by key or password, and leave.

SSH by Twisted Conch; SFTP version 3 (draft-ietf-secsh-filexfer-02), which every server speaks. The server's key is never taken on
trust: who is not known gets nothing, not even a name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final

from twisted.conch.ssh.channel import SSHChannel
from twisted.conch.ssh.common import NS
from twisted.conch.ssh.connection import SSHConnection
from twisted.conch.ssh.filetransfer import FileTransferClient
from twisted.conch.ssh.keys import Key
from twisted.conch.ssh.transport import SSHClientTransport
from twisted.conch.ssh.userauth import SSHUserAuthClient
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from gateway.config.delivery import SftpAddress

#: Seconds that a server may take to answer the call.
CONNECT_SECONDS: Final = 30
#: Signatures by the keys of a kind, the better ones first (RFC 8332).
_SIGNED_BY: Final = {b"ssh-rsa": [b"rsa-sha2-512", b"rsa-sha2-256", b"ssh-rsa"]}


class SftpRefused(Exception):
    """The server, or we, ended the visit; the sentence says why."""


def is_known(pinned: str, shown: bytes) -> bool:
    """Whether a server's key is the one it is known by: a whole key, or the SHA-256 of one. Pure."""
    if pinned.startswith("SHA256:"):
        found = base64.b64encode(hashlib.sha256(shown).digest()).decode().rstrip("=")
        return hmac.compare_digest(pinned.removeprefix("SHA256:").rstrip("="), found)
    return hmac.compare_digest(base64.b64decode(pinned.split()[1]), shown)


class _Transport(SSHClientTransport):
    """The connection. What ends it is told once, to whoever waits."""

    def __init__(self, pinned: str, user: str, key: str | None, password: str | None) -> None:
        self._pinned, self._user, self._key, self._password = pinned, user, key, password
        self._why = ""
        self.ready: Deferred[FileTransferClient] = Deferred()
        self.gone: Deferred[None] = Deferred()
        if not pinned.startswith("SHA256:"):  # ask for that key alone: a server has several
            kind = pinned.split(maxsplit=1)[0].encode()
            self.supportedPublicKeys = _SIGNED_BY.get(kind, [kind])

    def verifyHostKey(self, hostKey: bytes, fingerprint: object) -> Deferred[Any]:  # noqa: N802, N803 (Conch calls it so)
        """The server shows its key."""
        if is_known(self._pinned, hostKey):
            return succeed(True)
        shown = base64.b64encode(hashlib.sha256(hostKey).digest()).decode().rstrip("=")
        self._why = (
            f"the server shows another key (SHA256:{shown}) than host_key says: nothing was sent. Ask its owner whether "
            "its key was changed"
        )
        return fail(SftpRefused(self._why))

    def connectionSecure(self) -> None:  # noqa: N802
        """It is who it should be: log in."""
        log_in = _LogIn(self._user, _Visit(self.ready), self._key, self._password)
        self.requestService(log_in)

    def receiveError(self, reasonCode: int, description: bytes) -> None:  # noqa: N802, N803
        """The server says good-bye for a reason."""
        self._why = self._why or f"the server ended it: {description.decode('utf-8', 'replace')[:200]}"

    def sendDisconnect(self, reason: int, desc: bytes) -> None:  # noqa: N802
        """We say good-bye: Conch has its words for it, such as that no way to log in is left."""
        self._why = self._why or f"it was ended: {desc.decode('utf-8', 'replace')[:200]}"
        super().sendDisconnect(reason, desc)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure | None = None) -> None:
        """It is over."""
        super().connectionLost(reason)
        if not self.ready.called:
            lost = reason.getErrorMessage() if reason is not None else "no reason is known"
            self.ready.errback(SftpRefused(self._why or f"the connection was lost: {lost}"))
        if not self.gone.called:
            self.gone.callback(None)


class _LogIn(SSHUserAuthClient):
    """Logs in by the key, or by the password, once each."""

    def __init__(self, user: str, visit: SSHConnection, key: str | None, password: str | None) -> None:
        super().__init__(user.encode(), visit)
        self._own = Key.fromString(key.encode()) if key is not None else None  # type: ignore[no-untyped-call]
        self._password, self._offered = password, False

    def getPublicKey(self) -> Any:  # noqa: N802
        """Ours, the first time."""
        offered, self._offered = self._offered, True
        return None if self._own is None or offered else self._own.public()

    def getPrivateKey(self) -> Any:  # noqa: N802
        """To sign with."""
        return succeed(self._own)

    def getPassword(self, prompt: object = None) -> Any:  # noqa: N802
        """The password, the first time."""
        password, self._password = self._password, None
        return succeed(password.encode()) if password is not None else None

    def getGenericAnswers(self, name: object, instruction: object, prompts: Any) -> Any:  # noqa: N802
        """A server that asks by keyboard-interactive asks for the password alone."""
        password, self._password = self._password, None
        return fail(SftpRefused("no password is left")) if password is None else succeed([password] * len(prompts))


class _Visit(SSHConnection):
    """Opens the one channel."""

    def __init__(self, ready: Deferred[FileTransferClient]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ready = ready

    def serviceStarted(self) -> None:  # noqa: N802
        """We are in."""
        self.openChannel(_Files(self._ready, conn=self))  # type: ignore[no-untyped-call]


class _Files(SSHChannel):
    """The channel on which files are sent."""

    name = b"session"

    def __init__(self, ready: Deferred[FileTransferClient], **more: Any) -> None:
        super().__init__(**more)
        self._ready = ready
        self._client: Any = None

    def channelOpen(self, specificData: bytes) -> None:  # noqa: N802, N803
        """Ask for SFTP on it."""
        conn: Any = self.conn
        asked = conn.sendRequest(self, b"subsystem", NS(b"sftp"), wantReply=True)
        asked.addCallbacks(self._open, lambda _: self._refused("the server has no SFTP"))

    def openFailed(self, reason: object) -> None:  # noqa: N802
        """The server opens no channel."""
        self._refused("the server opens no channel for SFTP")

    def _open(self, _: object) -> None:
        self._client = FileTransferClient()  # type: ignore[no-untyped-call]
        self._client.makeConnection(self)
        if not self._ready.called:
            self._ready.callback(self._client)

    def _refused(self, why: str) -> None:
        if not self._ready.called:
            self._ready.errback(SftpRefused(why))

    def dataReceived(self, data: bytes) -> None:
        """What the server says."""
        self._client.dataReceived(data)

    def closed(self) -> None:
        """The channel is gone, and with it every answer that was awaited."""
        if self._client is not None:
            self._client.connectionLost(Failure(SftpRefused("the server closed the channel")))  # type: ignore[no-untyped-call]


class Visits:
    """Visits one server, again and again."""

    def __init__(
        self, reactor: Any, address: SftpAddress, *, host_key: str, key: str | None, password: str | None
    ) -> None:
        self._reactor, self._address = reactor, address
        self._host_key, self._key, self._password = host_key, key, password

    async def during(self, deed: Callable[[FileTransferClient], Any]) -> None:
        """Log in, do it, and leave whatever came of it; raises SftpRefused, and what the deed raises."""
        at = self._address
        factory = Factory.forProtocol(lambda: _Transport(self._host_key, at.user, self._key, self._password))
        factory.noisy = False
        endpoint: Any = HostnameEndpoint(self._reactor, at.host, at.port, timeout=CONNECT_SECONDS)
        transport = await endpoint.connect(factory)
        try:
            client = await transport.ready
            await deed(client)
        finally:
            transport.transport.loseConnection()
            await transport.gone
