"""The promise for an exchange in the cloud that is asked: real processes, pages, late records, and a kill -9 in the middle."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.peers import House, eventually, free_port, running
from tests.processes.size import long_form

pytestmark = pytest.mark.acceptance

CALLS = 90
UCM = "/cdrapi?format=json&numRecords=25&offset={offset}&startTime={since}&endTime={until}"


@contextmanager
def cloud(folder: Path, port: int) -> Iterator[Path]:
    """A simulated UCM that is asked, a process of its own; gives the file in which its calls stand."""
    ledger = folder / "ledger.jsonl"
    words = [
        "--dialect",
        "grandstream",
        "--serve",
        f"tcp:{port}:interface=127.0.0.1",
        "--manager-login",
        "cdrapi:geheim",
    ]
    words += ["--rate", "900", "--count", str(CALLS), "--ledger", str(ledger)]
    with (folder / "cloud.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "simulate", "pbx", *words],
            stdout=log,
            stderr=log,
            env=os.environ,
        )
    try:
        yield ledger
    finally:
        process.terminate()
        process.wait(timeout=60)


def kept(house: House) -> int:
    """How many records the store has."""
    with closing(sqlite3.connect(house.folder / "foliogate.db")) as store:
        return int(store.execute("SELECT count(*) FROM records").fetchone()[0])


@long_form  # three processes; tests/gateway/intake/test_pull.py kills between answer and commit in one
def test_all_calls_of_a_cloud_exchange_come_once_across_a_kill(tmp_path: Path) -> None:
    port = free_port()
    begin = (
        f"{datetime.now(UTC) - timedelta(hours=3):%Y-%m-%dT%H:%M:%S+00:00}"  # one call has lasted for more than an hour
    )
    pbx = (
        f'[[pbx]]\nname = "ucm"\ndialect = "grandstream"\npull = "http://127.0.0.1:{port}{UCM}"\n'
        f'asking = {{ every = 1, page_size = 25, begin = "{begin}" }}\n'
        'login = { kind = "digest", user = "cdrapi", password = "env:UCM" }\n'
        'trunk_access = ["9"]\ntrunks = ["trunk1", "trunk2"]\n'
    )
    house = House(tmp_path, None, pbx)
    house.environment["UCM"] = "geheim"
    with cloud(tmp_path, port) as ledger:
        with running(house):
            eventually("some calls are kept", lambda: kept(house) > 5, 120, every=0.05)
            house.kill()
        with running(house):
            eventually("every call is kept", lambda: kept(house) >= CALLS, 120, every=0.1)
            house.stop()
        told = [json.loads(line) for line in ledger.read_text().splitlines()]
    with closing(sqlite3.connect(tmp_path / "foliogate.db")) as store:
        calls = [row[0] for row in store.execute("SELECT call_key FROM calls ORDER BY call_key")]
        assert store.execute("SELECT DISTINCT kind, mark FROM records").fetchall() == [("call", "")]
    assert calls == sorted(one["key"] for one in told)
    assert len(calls) == CALLS
    assert "geheim" not in house.log()
