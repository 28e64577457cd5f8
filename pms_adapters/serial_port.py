"""A serial port as an endpoint: opening it is connecting, and what breaks is opened again like any connection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory, IStreamClientEndpoint
from zope.interface import implementer

EXAMPLE: Final = 'serial = "/dev/ttyS0@9600,8N1"'
_PLACE: Final = re.compile(r"(?P<device>/[^@\0]+)@(?P<baud>[0-9]{2,7}),(?P<bits>[78])(?P<parity>[NEO])(?P<stop>[12])")


@implementer(IAddress)
@dataclass(frozen=True, slots=True)
class SerialPlace:
    """A serial port and how it is set: bits a second, data bits, parity (N, E, O), stop bits."""

    device: str
    baud: int
    bits: int
    parity: str
    stop: int


def serial_place(text: str) -> SerialPlace:
    """Read "/dev/ttyS0@9600,8N1"; raises ValueError with the sentence for whoever wrote it."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a serial port and its settings; write for example {EXAMPLE}")
    return SerialPlace(found["device"], int(found["baud"]), int(found["bits"]), found["parity"], int(found["stop"]))


@implementer(IStreamClientEndpoint)
class SerialEndpoint:
    """Opens a serial port for a protocol."""

    def __init__(self, reactor: Any, place: SerialPlace) -> None:
        self._reactor, self._place = reactor, place

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803 - the interface names it so
        """The protocol, with the port as its transport; fails with OSError where the port cannot be opened."""
        from twisted.internet.serialport import SerialPort  # pyserial is loaded by a house that has a serial line

        made = protocolFactory.buildProtocol(self._place)
        assert made is not None
        place = self._place
        try:
            SerialPort(  # type: ignore[no-untyped-call]
                made,
                place.device,
                self._reactor,
                baudrate=place.baud,
                bytesize=place.bits,
                parity=place.parity,
                stopbits=place.stop,
            )
        except (OSError, ValueError) as error:
            return fail(OSError(f"{place.device} cannot be opened: {error}"))
        return succeed(made)
