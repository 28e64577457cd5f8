"""`foliogate demo` as a process, for the tests that run it whole: started, looked at over HTTP, its buttons pressed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.peers import eventually

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
        """Return a moment after a call came in and was kept.

        An exchange like this one gets no acknowledgement: a gateway killed in the milliseconds between reading a record
        and committing it loses it. Calls come at a steady pace, so behind one there is time before the next.
        """
        before = self.balance()["records"]
        eventually("a call comes in", lambda: self.balance()["records"] > before)

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
