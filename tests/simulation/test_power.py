"""Protects against the power cut: nothing is announced, so nothing acknowledged, before the disk was asked to sync it.

The shim counts the calls and syncs nothing; that a disk keeps what it has said it synced is the disk's promise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.lab import ROOT, NoShim, shim
from tests.simulation.power import COMMITS


def test_each_commit_is_synced_before_it_is_announced(tmp_path: Path) -> None:
    """One sync at least between the beginning of a transaction and the first word about it."""
    try:
        preloaded = str(shim())
    except NoShim as missing:
        pytest.skip(str(missing))
    (tmp_path / "syncs").write_bytes(bytes(8))
    watched = {"LD_PRELOAD": preloaded, "FSHIM_COUNT": str(tmp_path / "syncs"), "FSHIM_US": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.power", str(tmp_path)],
        env=os.environ | watched,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["records"] == COMMITS
    assert min(said["syncs"]) >= 1
