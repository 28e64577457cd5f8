"""Protects the promise's foundation: what decides about money can be run again with the same answer, at any time, anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, Source, sources

PURE = [
    "protocols",
    "rating",
    *(
        f"gateway/{name}.py"
        for name in (
            "settle",
            "directory",
            "ledger",
            "repeats",
            "instants",
            "schedules",
            "floors",
            "calling",
            "cutting",
            "scrubbing",
        )
    ),
    *(f"gateway/{name}.py" for name in ("helplines", "working_hours", "allocation")),
    "gateway/traffic",
    "gateway/alarms",
    "gateway/audit",
    "gateway/call_log",
]
PURE_SOURCES = sources(*(place for place in PURE if (ROOT / place).exists()))

IMPURE_IMPORTS = frozenset(
    "asyncio concurrent ftplib http klein logging multiprocessing os pathlib psycopg queue random secrets select "
    "selectors shutil signal smtplib socket socketserver sqlalchemy sqlite3 ssl subprocess tempfile threading time "
    "treq twisted urllib".split()
)
CLOCKS = frozenset(
    "datetime.now datetime.today datetime.utcnow datetime.datetime.now date.today datetime.date.today time.time "
    "time.time_ns utc_now".split()
)
IMPURE_CALLS = CLOCKS | {"open", "input", "print", "exec", "eval", "__import__"}
# Who may ask the machine for the time: the clock itself, the commands, and simulators, which are processes of their own.
CLOCK_OWNERS = ("gateway/clock.py", "gateway/cli/", "gateway/simulators/")


def impurities(source: Source) -> list[str]:
    """Return what a pure room must not do."""
    found = [
        f"{source.name}:{line} imports {name}"
        for name, line in source.imports()
        # The border types of pms_adapters name Twisted's Deferred; a contract of import-linter covers what is indirect.
        if name.split(".")[0] in IMPURE_IMPORTS
    ]
    return found + [f"{source.name}:{line} calls {name}()" for name, line in source.calls() if name in IMPURE_CALLS]


def test_pure_rooms_know_no_clock_file_socket_thread_or_database() -> None:
    assert [found for source in PURE_SOURCES for found in impurities(source)] == []


def test_the_whole_gateway_takes_the_time_from_outside() -> None:
    asked = [
        f"{source.name}:{line} calls {name}()"
        for source in sources("pms_adapters", "gateway")
        if not source.name.startswith(CLOCK_OWNERS)
        for name, line in source.calls()
        if name in CLOCKS
    ]
    assert asked == []


def test_imports_between_the_packages_point_one_way() -> None:
    backwards = [
        f"{source.name}:{line} imports {name}"
        for floor, package in enumerate(PACKAGES)
        for source in sources(package)
        for name, line in source.imports()
        if name.split(".")[0] in {*PACKAGES[floor + 1 :], "tests"}
    ]
    assert backwards == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import socket", "imports socket"),
        ("from twisted.internet.defer import Deferred", "imports twisted.internet.defer.Deferred"),
        ("def f():\n    import threading", "imports threading"),
        ("import datetime\nx = datetime.datetime.now()", "calls datetime.datetime.now()"),
        ("open('rates.csv')", "calls open()"),
    ],
)
def test_the_reading_finds_what_it_looks_for(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "sample.py").write_text(line)
    (found,) = impurities(Source(tmp_path / "sample.py"))
    assert found.endswith(said)
