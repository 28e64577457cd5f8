"""The wire to an exchange that nobody has met yet: dialled, awaited, or a cable; read in the foreground, one connection.

Every way gives bytes as they come, or nothing when a moment has passed, so that whoever reads can look at the clock.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final, Protocol

from gateway.config.endpoints import Address
from pms_adapters.serial_port import SerialPlace

#: Bytes read at a time.
CHUNK: Final = 16 * 1024
#: Seconds a read waits before it says that nothing came.
MOMENT: Final = 0.2
#: Seconds an exchange has to take our call.
DIAL_SECONDS: Final = 10.0


class Wire(Protocol):
    """An open connection to an exchange."""

    def read(self) -> bytes | None:
        """What came; nothing if a moment passed without anything; None when the other side is gone."""
        ...

    def write(self, data: bytes) -> None:
        """Say something."""
        ...


class _Socket:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(MOMENT)

    def read(self) -> bytes | None:
        try:
            return self._connection.recv(CHUNK) or None
        except TimeoutError:
            return b""
        except OSError:
            return None

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)


class _Cable:
    def __init__(self, port: Any) -> None:
        self._port = port

    def read(self) -> bytes | None:
        try:
            waiting: bytes = self._port.read(self._port.in_waiting or 1)
        except OSError:
            return None
        return waiting

    def write(self, data: bytes) -> None:
        self._port.write(data)


@contextlib.contextmanager
def dialled(address: Address) -> Iterator[Wire]:
    """A connection that we made. Raises OSError."""
    with socket.create_connection((address.host, address.port), DIAL_SECONDS) as connection:
        yield _Socket(connection)


@contextlib.contextmanager
def awaited(address: Address, seconds: float) -> Iterator[tuple[Wire, str]]:
    """The first connection that is made to us, and from where. Raises OSError, TimeoutError if nobody came in time."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.create_server((address.host, address.port), family=family) as door:
        door.settimeout(seconds)
        connection, peer = door.accept()
        with connection:
            yield _Socket(connection), str(peer[0])


@contextlib.contextmanager
def plugged(place: SerialPlace) -> Iterator[Wire]:
    """A serial port. Raises OSError."""
    import serial  # type: ignore[import-untyped]

    try:
        port = serial.Serial(
            place.device, place.baud, place.bits, place.parity, place.stop, timeout=MOMENT, exclusive=True
        )
    except ValueError as error:
        raise OSError(str(error)) from error
    with port:
        yield _Cable(port)
