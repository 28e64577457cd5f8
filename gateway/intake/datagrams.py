"""Records that come as datagrams (UDP): syslog of a router, the messages of an exchange that dials nobody.

Nobody can be asked to wait, and nothing is sent twice. So what comes while the store cannot be written is held, up to a limit;
what comes beyond it is lost, counted and told. What the network itself loses nobody can know: UDP is for an exchange that
has nothing else.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final, TypeAlias

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import DatagramProtocol

from gateway.intake.feed import Feed
from gateway.intake.whole import frames_of
from protocols.framing import Framer

Network: TypeAlias = IPv4Network | IPv6Network

#: Bytes of datagrams held while the store cannot be written: some forty thousand records.
MOST_HELD_BYTES: Final = 8 * 1024 * 1024
#: Bytes the kernel is asked to hold while this process is busy; it may grant less.
KERNEL_BYTES: Final = 1024 * 1024
#: The longest datagram there is.
LONGEST_DATAGRAM: Final = 65_535


def let_in(host: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks; with none named, everybody is."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return not networks or any((mapped or address) in network for network in networks)


class Datagrams(DatagramProtocol):
    """What comes to one port."""

    def __init__(
        self,
        *,
        feed: Feed,
        framer: Callable[[], Framer],
        senders: Sequence[Network],
        crowded: Callable[[], bool],
        missed: Callable[[str], None],
    ) -> None:
        self._feed, self._framer, self._senders = feed, framer, senders
        self._crowded, self._missed = crowded, missed
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._lost = 0

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Take a datagram, or hold it behind those that are held."""
        if not let_in(addr[0], self._senders):
            return
        if not self._held and not self._crowded():
            self._take(datagram)
        elif self._held_bytes + len(datagram) > MOST_HELD_BYTES:
            self._lost += 1
            if self._lost == 1:
                self._missed("datagrams come faster than they can be kept; those that find no place are lost")
        else:
            self._held.append(datagram)
            self._held_bytes += len(datagram)

    def relax(self) -> None:
        """The writer has caught up: take what was held, and say how much was lost."""
        while self._held and not self._crowded():
            datagram = self._held.popleft()
            self._held_bytes -= len(datagram)
            self._take(datagram)
        if self._lost > 1 and not self._held:
            self._missed(f"{self._lost} datagrams were lost while the store could not be written")
        if not self._held:
            self._lost = 0

    def _take(self, datagram: bytes) -> None:
        frames = frames_of(self._framer(), datagram)
        if frames:
            self._feed.take(frames)


class DatagramListener(Service):
    """Listens for datagrams. A port that cannot be had is told in a plain sentence, for the start to fail with."""

    def __init__(
        self,
        reactor: Any,
        port: int,
        interface: str,
        protocol: Datagrams,
        failed: Callable[[str], None],
        state: Callable[[bool, str], None],
    ) -> None:
        self._reactor, self._number, self._interface = reactor, port, interface
        self._protocol, self._failed, self._state = protocol, failed, state
        self._port: IListeningPort | None = None

    def startService(self) -> None:
        """Listen."""
        super().startService()  # type: ignore[no-untyped-call]
        try:
            self._port = self._reactor.listenUDP(
                self._number, self._protocol, interface=self._interface, maxPacketSize=LONGEST_DATAGRAM
            )
        except CannotListenError as error:
            self._failed(f"cannot listen on UDP port {error.port}: {error.socketError.strerror}")
            return
        _ask_for_room(self._port)
        self._state(True, "")

    def stopService(self) -> Deferred[None] | None:
        """Listen no more."""
        super().stopService()  # type: ignore[no-untyped-call]
        port, self._port = self._port, None
        stopped: Deferred[None] | None = None if port is None else maybeDeferred(port.stopListening)  # type: ignore[call-overload]
        return stopped


def _ask_for_room(port: Any) -> None:
    handle = getattr(port, "socket", None)  # a port of a test has none
    if handle is not None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
