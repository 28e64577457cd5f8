"""A real SFTP server in this process, on a socket: Conch's own, with one user whose home is a folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from twisted.conch.avatar import ConchUser
from twisted.conch.error import ValidPublicKey
from twisted.conch.interfaces import ISFTPServer
from twisted.conch.ssh.connection import SSHConnection
from twisted.conch.ssh.factory import SSHFactory
from twisted.conch.ssh.filetransfer import FileTransferServer
from twisted.conch.ssh.keys import Key
from twisted.conch.ssh.session import SSHSession
from twisted.conch.ssh.userauth import SSHUserAuthServer
from twisted.conch.unix import SFTPServerForUnixConchUser
from twisted.cred.checkers import ICredentialsChecker, InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.credentials import ISSHPrivateKey
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import Portal
from twisted.internet.defer import Deferred, fail, succeed
from twisted.python import components
from twisted.python.filepath import FilePath
from zope.interface import implementer

USER, PASSWORD = "foliogate", "correct horse"


class Visitor(ConchUser):
    """The user, whose files are in a folder."""

    def __init__(self, home: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.home = home
        self.channelLookup[b"session"] = SSHSession
        self.subsystemLookup[b"sftp"] = FileTransferServer

    def getHomeDir(self) -> FilePath[str]:  # noqa: N802 (Conch calls it so)
        """Where he is when he comes in."""
        return FilePath(str(self.home))

    def _runAsUser(self, f: Any, *args: Any, **kw: Any) -> Any:  # noqa: N802
        """Conch would change the process's user; the test's own will do."""
        calls: list[Any] = f if isinstance(f, list) else [(f, args, kw)]
        result = None
        for deed, *given in calls:
            result = deed(*(given[0] if given else ()), **(given[1] if len(given) > 1 else {}))
        return result


components.registerAdapter(SFTPServerForUnixConchUser, Visitor, ISFTPServer)  # type: ignore[no-untyped-call]


@implementer(ICredentialsChecker)
class OneKey:
    """Lets whoever has this key in: Conch's own checker wants a module that Python is about to drop."""

    credentialInterfaces = (ISSHPrivateKey,)  # noqa: N815 (Twisted's name)

    def __init__(self, key: Any) -> None:
        self._key = key

    def requestAvatarId(self, credentials: Any) -> Deferred[Any]:  # noqa: N802
        """First he asks whether the key would do, then he signs with it."""
        if credentials.blob != self._key.public().blob():
            return fail(UnauthorizedLogin("another key"))
        if credentials.signature is None:
            return fail(ValidPublicKey())
        good = self._key.public().verify(credentials.signature, credentials.sigData)
        return succeed(credentials.username) if good else fail(UnauthorizedLogin("signed by another"))


class Realm:
    """Lets the one user in."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def requestAvatar(self, _name: bytes, _mind: object, *interfaces: Any) -> tuple[Any, Any, Callable[[], None]]:  # noqa: N802
        """He is here."""
        return interfaces[0], Visitor(self._home), lambda: None


def new_key() -> Any:
    """A private key."""
    return Key(ed25519.Ed25519PrivateKey.generate())  # type: ignore[no-untyped-call]


class Server:
    """The server: its host key, its port, and whose key it lets in."""

    def __init__(self, reactor: Any, home: Path, visitor: Any) -> None:
        self.host_key = new_key()
        self.other: Any = Key(rsa.generate_private_key(65_537, 2_048))  # type: ignore[no-untyped-call]
        database = InMemoryUsernamePasswordDatabaseDontUse()
        database.addUser(USER.encode(), PASSWORD.encode())
        factory: Any = SSHFactory()
        realm: Any = Realm(home)
        factory.portal = Portal(realm, [database, OneKey(visitor)])
        pairs = {b"ssh-ed25519": self.host_key, b"ssh-rsa": self.other}
        factory.privateKeys = pairs
        factory.publicKeys = {name: one.public() for name, one in pairs.items()}
        factory.services = {b"ssh-userauth": SSHUserAuthServer, b"ssh-connection": SSHConnection}
        factory.noisy = False
        self.port = reactor.listenTCP(0, factory, interface="127.0.0.1")

    @property
    def shown(self) -> str:
        """Its public key as ssh-keyscan prints it."""
        shown: str = self.host_key.public().toString("OPENSSH").decode().strip()
        return shown
