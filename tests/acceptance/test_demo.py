"""The demo as a stranger runs it: real processes, buttons pressed over HTTP, and a balance that holds whatever was broken."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.peers import eventually

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

#: Seconds until the page is open: sixty days are written first, on a machine that may be busy.
OPENS = 150.0


class Demo:
    """`foliogate demo` as a process, and its page."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.out = folder / "demo.out"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        command = [sys.executable, "-m", "gateway.cli.main", "demo", "--port", "0", *words]
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(self.temporary)},
                start_new_session=True,
            )
        self.url = eventually("the page is open", self._open, OPENS)

    def _open(self) -> str | None:
        assert self.process.poll() is None, self.text
        found = re.search(r"Open (http://127\.0\.0\.1:\d+)/", self.text)
        return found[1] if found else None

    @property
    def text(self) -> str:
        """Everything it printed so far."""
        return self.out.read_text(encoding="utf-8")

    def balance(self) -> dict[str, Any]:
        """The balance as it stands."""
        with urllib.request.urlopen(f"{self.url}/balance.json", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def press(self, deed: str) -> None:
        """Press a button of the page."""
        with urllib.request.urlopen(f"{self.url}/", timeout=10) as page:
            token = re.search(r'name="token" value="([0-9a-f]+)"', page.read().decode())
        assert token is not None
        form = urllib.parse.urlencode({"token": token[1]}).encode()
        with urllib.request.urlopen(f"{self.url}/deeds/{deed}", form, timeout=10) as answer:
            assert answer.status == 200

    def posted(self) -> int:
        """How many charges are posted."""
        number: int = self.balance()["states"].get("posted", 0)
        return number

    def after_a_call(self) -> None:
        """Wait for the moment after a call has come in: the one in which a kill can hit a record on the wire is over."""
        before = self.balance()["records"]
        eventually("a call comes in", lambda: self.balance()["records"] > before)
        time.sleep(0.3)

    def children(self) -> list[int]:
        """The processes that this demo started."""
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [int(entry.name) for entry in entries if _parent(entry) == self.process.pid]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0


def alive(pid: int) -> bool:
    """True while a process runs; one that is dead and not yet buried does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Demo]:
    """A running demo, killed at the end if the test did not end it; what it printed is shown if the test fails."""
    made = Demo(folder, *words)
    try:
        yield made
    except BaseException:
        print(made.text[-4000:])
        raise
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()


def last_figures(text: str) -> dict[str, int]:
    """The numbers of the last lines: posted, lost, doubled, in doubt, records …"""
    last = text.strip().splitlines()[-2:]
    return {name: int(number) for number, name in re.findall(r"(\d+) ([a-z ]+)", ", ".join(last))}


def test_the_demo_ends_by_itself_with_a_balance_that_holds_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Twenty seconds of calls, one a second: charges posted, none lost, none doubled, exit code 0, no file, no process."""
    with demo(tmp_path, "--for", "20", "--rate", "60") as shown:
        children = eventually("three processes run", lambda: found if len(found := shown.children()) >= 3 else None)
        assert shown.process.wait(timeout=90) == 0
        figures = last_figures(shown.text)
    assert figures["posted"] > 0
    assert (figures["lost"], figures["doubled"], figures["in doubt"]) == (0, 0, 0)
    assert figures["records"] >= 15
    assert not any(map(alive, children))
    assert list(shown.temporary.iterdir()) == []


def test_cut_restored_and_killed_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Charges wait while the PMS is away and arrive when it is back; a killed gateway comes back; each wound is at most one doubt."""
    with demo(tmp_path, "--rate", "60") as shown:
        eventually("charges are posted", lambda: shown.posted() > 0)
        shown.press("cut")
        eventually("charges wait", lambda: shown.balance()["states"].get("due", 0) > 1)
        shown.press("restore")
        eventually("what waited is posted", lambda: not shown.balance()["states"].get("due", 0), 40)
        shown.after_a_call()
        shown.press("kill")
        eventually("the gateway is down", lambda: not shown.balance()["standings"]["gateway"])
        eventually("the gateway is back", lambda: shown.balance()["standings"]["gateway"], 60)
        before = shown.posted()
        eventually("charges are posted again", lambda: shown.posted() > before, 40)
        os.killpg(shown.process.pid, signal.SIGTERM)
        assert shown.process.wait(timeout=60) == 0
        figures = last_figures(shown.text)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["in doubt"] <= 2
    assert figures["posted"] > before
    assert "starts again in 3 s" in shown.text


def test_a_pms_that_hangs_leaves_one_doubt_that_is_named(tmp_path: Path) -> None:
    """The PMS books a charge and does not answer: one doubt, and the charges behind it go through."""
    with demo(tmp_path, "--rate", "60") as shown:
        eventually("charges are posted", lambda: shown.posted() > 0)
        shown.press("hang")
        eventually("one is in doubt", lambda: shown.balance()["states"].get("in_doubt", 0) == 1, 40)
        before = shown.posted()
        eventually("others are posted", lambda: shown.posted() > before, 40)
        os.killpg(shown.process.pid, signal.SIGINT)
        assert shown.process.wait(timeout=60) == 0
    assert last_figures(shown.text)["in doubt"] == 1
    assert "in doubt; the PMS's own list has it" in shown.text


def test_a_demo_that_is_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    """kill -9 on the demo: the exchange, the gateway and the PMS die with it, their ports are free."""
    with demo(tmp_path) as shown:
        children = eventually("three processes run", lambda: found if len(found := shown.children()) >= 3 else None)
        shown.process.kill()
        shown.process.wait()
        eventually("they are gone", lambda: not any(map(alive, children)), 5)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    """--folder names a new folder: somebody's files are never mixed with a made-up hotel."""
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "gateway.cli.main", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
