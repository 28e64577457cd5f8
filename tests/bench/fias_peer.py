"""The PMS's side of FIAS links, in a process of its own and as quick as Python lets it: it books nothing.

It greets, answers LA with LA, LS with LA, LE with LE, and each PS with a PA of the same room and number: enough for
the link to be alive, and little enough that the gateway's own cost is what a bench sees. It shares no code with the
gateway. It keeps every number it saw, so that the bench can ask at the end whether one came twice.

Writes its port; when its owner closes the pipe, writes how many postings came and how many different ones.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import sys


class Peer:
    """One listening socket and its links."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._poll = selectors.DefaultSelector()
        self._poll.register(self._server, selectors.EVENT_READ, None)
        self._poll.register(sys.stdin, selectors.EVENT_READ, None)
        self._held: dict[socket.socket, bytes] = {}
        self._seen: set[tuple[int, bytes]] = set()
        self._postings = 0
        self.port = int(self._server.getsockname()[1])

    def serve(self) -> dict[str, int]:
        """Answer until the owner closes the pipe."""
        while True:
            for key, _ in self._poll.select():
                if key.fileobj is sys.stdin:
                    return {"postings": self._postings, "different": len(self._seen)}
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)

    def _accept(self) -> None:
        link, _ = self._server.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll.register(link, selectors.EVENT_READ, None)
        self._held[link] = b""
        link.sendall(b"\x02LS|DA261121|TI120000|\x03")

    def _hear(self, link: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = link.recv(65_536)
        if not data:
            self._poll.unregister(link)
            link.close()
            return
        *whole, self._held[link] = (self._held[link] + data).split(b"\x03")
        answers = [answer for frame in whole if (answer := self._answer(link, frame))]
        if answers:
            with contextlib.suppress(OSError):
                link.sendall(b"".join(answers))

    def _answer(self, link: socket.socket, frame: bytes) -> bytes:
        kind = frame[1:3]
        if kind == b"PS":
            fields = {piece[:2]: piece[2:] for piece in frame.split(b"|")}
            self._postings += 1
            self._seen.add((link.fileno(), fields[b"P#"]))
            return b"\x02PA|RN%b|ASOK|P#%b|DA261121|TI120000|\x03" % (fields[b"RN"], fields[b"P#"])
        if kind in (b"LA", b"LS"):
            return b"\x02LA|DA261121|TI120000|\x03"
        return b"\x02LE|DA261121|TI120000|\x03" if kind == b"LE" else b""


if __name__ == "__main__":
    peer = Peer()
    print(peer.port, flush=True)
    print(json.dumps(peer.serve()), flush=True)
