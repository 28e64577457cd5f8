"""A capture: every byte that an exchange sends is on the disk before anything is acknowledged, for many give their records away once.

The file is written under a name that says so, and gets its own when the capture is over; `foliogate run` takes it from there as it
takes any file that is laid into a folder. So what was read while looking is not lost to the guest's bill.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from gateway.connecting.wire import Wire
from protocols.framing import Framer
from protocols.records import Frame
from protocols.smdr.sessions import Polling, Session

#: What is shown of the bytes; the rest is only counted and kept.
MOST_SHOWN_BYTES: Final = 4 * 1024
#: Bytes in a line of what is shown.
LINE_BYTES: Final = 16
#: Records after which enough was seen.
ENOUGH_RECORDS: Final = 200

#: Where captures lie, beside the configuration; those of mere trials in a folder of their own, which nobody imports.
FOLDER: Final = "captures"
TRIALS: Final = "tests"


def folder_of(configuration: Path, exchange: str) -> Path:
    """The folder of an exchange's captures."""
    return configuration.absolute().parent / FOLDER / exchange


class Capture:
    """The file of one capture."""

    def __init__(self, folder: Path, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{now:%Y%m%dT%H%M%SZ}.rec"
        self._writing = self.path.with_suffix(".rec.part")
        self._file = self._writing.open("xb")
        self.size = 0

    def keep(self, data: bytes) -> None:
        """On the disk, before anybody is told so."""
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.size += len(data)

    def close(self) -> Path | None:
        """The capture is over; None, and no file, where nothing came."""
        self._file.close()
        if not self.size:
            self._writing.unlink()
            return None
        self._writing.rename(self.path)
        return self.path


def listen(
    wire: Wire,
    session: Session,
    framer: Framer,
    capture: Capture,
    *,
    seconds: float,
    clock: Callable[[], float],
    show: Callable[[str], None],
) -> str | None:
    """Read until enough has come, time is up, or the other side is gone; returns what keeps records from coming, if anything does."""
    until, shown, records = clock() + seconds, _Shown(show), 0
    wire.write(session.connected())
    asked = clock()
    while clock() < until and records < ENOUGH_RECORDS and not session.problem:
        if isinstance(session, Polling) and clock() >= asked:
            wire.write(session.tick())
            asked = clock() + session.every
        data = wire.read()
        if data is None:
            break
        if data:
            shown.take(data)
            records += _taken(wire, session, framer, capture, data)
    return session.problem


def _taken(wire: Wire, session: Session, framer: Framer, capture: Capture, data: bytes) -> int:
    answer, payload = session.receive(data)
    frames: list[Frame] = []
    if payload:
        capture.keep(payload)
        frames = framer.feed(payload)
    if answer:
        wire.write(answer)
    acknowledged = session.committed(len(frames)) if frames else b""
    if acknowledged:
        wire.write(acknowledged)
    return len(frames)


class _Shown:
    """Shows the first bytes, in hexadecimal signs and as text."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show, self._at = show, 0

    def take(self, data: bytes) -> None:
        """Show what there is room for."""
        for begin in range(0, len(data), LINE_BYTES):
            if self._at >= MOST_SHOWN_BYTES:
                break
            self._show(dumped(self._at, data[begin : begin + LINE_BYTES]))
            self._at += len(data[begin : begin + LINE_BYTES])
            if self._at >= MOST_SHOWN_BYTES:
                self._show("… and more, which is kept and not shown.")


def dumped(at: int, data: bytes) -> str:
    """A line of bytes, in hexadecimal signs and as text."""
    text = "".join(chr(one) if 32 <= one < 127 else "·" for one in data)
    return f"{at:06x}  {data.hex(' '):<{3 * LINE_BYTES}} {text}"
