"""The sample records of the tests, and how they are read: shared by the tests of the dialects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from protocols.records import CallRecord, Frame, Parsed
from protocols.smdr.catalog import DIALECTS, Parser, SourceSettings

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
    """Read a sample file without its remarks."""
    lines = (FOLDER / name).read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"#"))


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
