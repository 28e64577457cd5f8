"""The site as a process, and a Chromium that looks at it: what the browser tests share."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
#: As root, in a container, without a screen and without a word to the world outside.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]
#: Milliseconds until a thing that should show itself counts as missing: a live page looks every second.
PATIENCE = 10_000


class SiteProcess:
    """The running site: its address, and orders to the house behind it."""

    def __init__(self, process: subprocess.Popen[str], scheme: str = "http") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout
        self.port = int(self._out.readline())
        self._scheme = scheme

    @property
    def url(self) -> str:
        """The first page's address."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def order(self, words: str) -> None:
        """Tell the house to do something, and wait until it has."""
        self._in.write(f"{words}\n")
        self._in.flush()
        assert self._out.readline() == "done\n"

    @property
    def stopped(self) -> bool:
        """Whether it was ended."""
        return self._in.closed

    def renew(self) -> None:
        """Let another house stand there, with the same evening behind it and an address of its own."""
        self._in.write("renew\n")
        self._in.flush()
        self.port = int(self._out.readline())

    def stop(self) -> None:
        """End it; a second time does nothing."""
        if self.stopped:
            return
        self._in.close()
        self._process.wait(timeout=20)
        self._out.close()


@contextmanager
def running_site() -> Iterator[SiteProcess]:
    """The site of a house with an evening behind it, on a free port."""
    command = [sys.executable, "-m", "tests.browser.serve"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    site = SiteProcess(process)
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def guarded_site() -> Iterator[tuple[SiteProcess, str]]:
    """The site of such a house in which people sign in, over TLS; and the link for its first user, out of the log."""
    command = [sys.executable, "-m", "tests.browser.serve", "0", "required"]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile("w+") as log:  # a pipe that nobody reads any more would stop the site once it is full
        process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=log, text=True)
        site = SiteProcess(process, "https")  # its port is told after the link is in the log
        log.seek(0)
        link = next(line for line in log if "/invitation/" in line).split()[-1]
        try:
            yield site, link
        finally:
            site.stop()
            log.seek(0)
            assert [line for line in log if "Traceback" in line or "a page failed" in line] == []


@contextmanager
def running_browser(chromium: Path) -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Looking:
    """A page in the browser, and everything that went wrong while it was looked at. Playwright writes on it: no slots."""

    page: Page
    site: SiteProcess
    wrong: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Hear errors of scripts, refusals of the policy, requests that fail, dialogs that open."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.set_default_timeout(PATIENCE)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith(self.site.url):
            self.wrong.append(f"asked another site: {url}")

    def go(self, address: str) -> None:
        """Open a page of the site."""
        answer = self.page.goto(f"{self.site.url}{address}")
        assert answer is not None
        assert answer.status == 200, answer.status
