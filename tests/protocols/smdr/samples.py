"""The sample records of the tests, and how they are read: shared by the tests of the dialects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from protocols.records import CallRecord, Frame, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, Dialect, Parser, SourceSettings
from protocols.smdr.sessions import Polling

FOLDER = Path(__file__).parents[2] / "data" / "cdr"
WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

MITEL_FORMS = (
    "standard-90",
    "standard-112",
    "standard-131",
    "extended-101",
    "extended-120",
    "extended-level-1",
    "extended-level-1-2",
)


def sample(name: str) -> bytes:
    """Read a sample file without its remarks; one of bytes that no text can hold is written in hexadecimal signs."""
    lines = (FOLDER / name).read_bytes().splitlines(keepends=True)
    text = b"".join(line for line in lines if not line.startswith(b"#"))
    return bytes.fromhex(text.decode("ascii")) if name.endswith(".hex") else text


class SampleSet(NamedTuple):
    """Records written by hand, with the options under which they are read, and what each must say.

    A line `#! key=value …` gives options; `trunks` what the settings list as such; `file:NAME` stands for what the file
    beside it holds, `now:ISO` for the present.
    """

    dialect: str
    name: str
    data: bytes
    options: dict[str, str]
    trunks: tuple[str, ...]
    transport: str
    now: datetime
    expected: list[dict[str, Any]]

    def read(self, data: bytes | None = None, pieces: int = 0) -> list[dict[str, Any]]:
        """What the dialect makes of the sample, or of other data; with `pieces`, of so many bytes at a time."""
        dialect = DIALECTS[self.dialect]
        parse = parser(self.dialect, trunks=self.trunks, options=self.options)
        found = []
        for frame in streamed(dialect, self.data if data is None else data, self.transport, self.options, pieces):
            parsed = Unparsed(frame.fault) if frame.fault is not None else parse(frame.data, self.now)
            shown = as_json(parsed, frame.data, 1)
            kind = str(shown["kind"])
            found.append({kind: present(shown) if kind in ("call", "event") else shown["reason"]})
        return found


#: Transports of a sample whose bytes go through the session as well: what its records stand in is part of them.
CONVERSED: Final = ("connect", "listen")


def streamed(dialect: Dialect, data: bytes, transport: str, options: Mapping[str, str], pieces: int = 0) -> list[Frame]:
    """Cut a whole stream, in one read or in reads of so many bytes."""
    session = dialect.session(options, transport=transport) if transport in CONVERSED else None
    framer = dialect.framer(transport=transport, options=options)
    found: list[Frame] = []
    if session is not None:
        session.connected()
        if isinstance(session, Polling):
            session.tick()
    for at in range(0, len(data), pieces or len(data) or 1):
        piece = data[at : at + (pieces or len(data))]
        frames = framer.feed(session.receive(piece)[1] if session is not None else piece)
        if session is not None and frames:
            session.committed(len(frames))
        found += frames
    return found + framer.end()


def sample_sets() -> list[SampleSet]:
    """Every sample that has what must be read from it beside it, in the form that all dialects share."""
    return [
        one
        for folder in sorted(FOLDER.iterdir())
        if folder.name in DIALECTS
        for path in sorted(folder.glob("*.json"))
        if (one := _sample_set(path)) is not None
    ]


def _sample_set(path: Path) -> SampleSet | None:
    written = next((path.with_suffix(end) for end in (".txt", ".hex") if path.with_suffix(end).exists()), None)
    if written is None:
        return None
    head = [line[2:] for line in written.read_text("utf-8").splitlines() if line.startswith("#!")]
    said = dict(pair.partition("=")[::2] for line in head for pair in line.split())
    now = datetime.fromisoformat(said.pop("now")) if "now" in said else NOW
    transport = said.pop("transport", "file")
    trunks = tuple(said.pop("trunks", "").split(",")) if "trunks" in said else ()
    for key, value in said.items():
        if value.startswith("file:"):
            said[key] = (path.parent / value.removeprefix("file:")).read_text("utf-8")
    name = f"{path.parent.name}/{written.name}"
    entries = json.loads(path.read_text("utf-8"))
    return SampleSet(path.parent.name, name, sample(name), said, trunks, transport, now, entries)


def expected(name: str) -> list[dict[str, object]]:
    """Read what must be read from a sample: the fields of each record that are not absent."""
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [entry["call"] for entry in entries]


def parser(dialect: str, *, trunks: tuple[str, ...] = (), options: Mapping[str, str] | None = None) -> Parser:
    """Compile a dialect's parser, for a clock in Warsaw."""
    settings = SourceSettings(timezone=WARSAW, trunks=frozenset(trunks), options=options or {})
    return DIALECTS[dialect].parser(settings)


def frames(dialect: str, data: bytes, transport: str = "file") -> list[Frame]:
    """Cut a whole stream."""
    framer = DIALECTS[dialect].framer(transport=transport)
    return framer.feed(data) + framer.end()


def call(parsed: Parsed) -> CallRecord:
    """Take for granted that a record is a call."""
    assert isinstance(parsed, CallRecord), parsed
    return parsed


def present(shown: dict[str, object]) -> dict[str, object]:
    """Leave out of a call's JSON what is absent, and where it stood in the input."""
    usual: dict[str, object] = {"time_basis": "start", "more_follows": False, "warnings": []}
    return {
        name: value
        for name, value in shown.items()
        if value is not None and name not in ("kind", "raw", "line") and usual.get(name, ...) != value
    }
