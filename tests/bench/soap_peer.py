"""An OPERA's side of SOAP calls, in a process of its own and as quick as Python lets it: it books nothing.

It answers each operation with one fixed answer, keeps connections, and shares no code with the gateway. A path that
begins with `/slow` is answered after a second, so that a bench can see whom a slow PMS holds up. Writes its port; when
its owner closes the pipe, writes how many charges came and how many different marks they bore.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import re
import selectors
import socket
import sys
import time

SLOW_SECONDS = 1.0
_OG = "http://webservices.micros.com/og/4.3/"
_ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{}</soap:Body></soap:Envelope>'
)
_CHARGED = (
    f'<PostChargeResponse xmlns="{_OG}ResvAdvanced/"><Result resultStatusFlag="SUCCESS"><IDs xmlns="{_OG}Common/">'
    '<IDPair idType="TransactionNo" operaId="900001"/></IDs></Result></PostChargeResponse>'
)
_WHO = (
    '<FutureBookingSummaryResponse xmlns="http://webservices.micros.com/ows/5.1/Reservation.wsdl"><Result '
    f'resultStatusFlag="SUCCESS"/><HotelReservations><r:HotelReservation xmlns:r="{_OG}Reservation/" '
    'reservationStatus="INHOUSE" noPost="false" shareExists="false"><r:UniqueIDList><c:UniqueID '
    f'xmlns:c="{_OG}Common/" type="EXTERNAL" source="RESV_NAME_ID">4711</c:UniqueID></r:UniqueIDList><r:RoomStays>'
    f'<h:RoomStay xmlns:h="{_OG}HotelCommon/"><h:TimeSpan><h:StartDate>2020-01-01T00:00:00</h:StartDate></h:TimeSpan>'
    "</h:RoomStay></r:RoomStays></r:HotelReservation></HotelReservations></FutureBookingSummaryResponse>"
)


def _whole(body: str) -> bytes:
    content = _ENVELOPE.format(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )


_ANSWERS = ((b"#PostCharge", _whole(_CHARGED)), (b"#FutureBookingSummary", _whole(_WHO)))
_NOTHING = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_MARK = re.compile(rb"FG[0-9A-Z]{5,10}")


class Peer:
    """One listening socket and its connections."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._poll = selectors.DefaultSelector()
        self._poll.register(self._server, selectors.EVENT_READ, None)
        self._poll.register(sys.stdin, selectors.EVENT_READ, None)
        self._held: dict[socket.socket, bytes] = {}
        self._later: list[tuple[float, int, socket.socket, bytes]] = []
        self._marks: set[bytes] = set()
        self._charges = 0
        self.port = int(self._server.getsockname()[1])

    def serve(self) -> dict[str, int]:
        """Answer until the owner closes the pipe."""
        while True:
            wait = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            for key, _ in self._poll.select(wait):
                if key.fileobj is sys.stdin:
                    return {"charges": self._charges, "different": len(self._marks)}
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)
            while self._later and self._later[0][0] <= time.monotonic():
                _, _, link, answer = heapq.heappop(self._later)
                self._say(link, answer)

    def _accept(self) -> None:
        link, _ = self._server.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll.register(link, selectors.EVENT_READ, None)
        self._held[link] = b""

    def _hear(self, link: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = link.recv(65_536)
        if not data:
            self._poll.unregister(link)
            self._held.pop(link)
            link.close()
            return
        data = self._held[link] + data
        head, ends, body = data.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if not ends or len(body) < length:
            self._held[link] = data
            return
        self._held[link] = body[length:]
        answer = next((one for action, one in _ANSWERS if action in head), _NOTHING)
        if b"#PostCharge" in head:
            self._charges += 1
            self._marks.update(_MARK.findall(body)[:1])
        if head.startswith((b"POST /slow", b"GET /slow")):
            heapq.heappush(self._later, (time.monotonic() + SLOW_SECONDS, id(link), link, answer))
        else:
            self._say(link, answer)

    def _say(self, link: socket.socket, answer: bytes) -> None:
        with contextlib.suppress(OSError):
            link.sendall(answer)


if __name__ == "__main__":
    peer = Peer()
    print(peer.port, flush=True)
    print(json.dumps(peer.serve()), flush=True)
