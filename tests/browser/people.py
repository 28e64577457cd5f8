"""People at browsers of their own, and what is asked of every page that one of them opens."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.site import PATIENCE

#: Where screenshots go, when somebody wants to look at them.
SHOTS = os.environ.get("FOLIOGATE_SHOTS", "")
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
#: The rules of WCAG 2.2 up to level AA, and what axe-core calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a page may weigh as it is sent, with all that it brings along, in bytes.
HEAVIEST = 100_000
#: The widths a page must fit: an old screen, a usual one at 200 %, a telephone.
WIDTHS = (1024, 640, 390)


def faults(page: Page, *, colours: bool = False) -> list[tuple[str, list[str]]]:
    """What axe-core finds; of `colours` alone the contrast. Its script is evaluated: the pages take none but their own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only: Any = {"type": "rule", "values": ["color-contrast"]} if colours else {"type": "tag", "values": RULES}
    asked = "(only) => axe.run({ runOnly: only, resultTypes: ['violations'], preload: false })"
    found: Any = page.evaluate(asked, only)
    return [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found["violations"]]


class Somebody:
    """A person at a browser of his own; whatever his pages complain of or ask of others fails the test."""

    def __init__(self, browser: Browser, url: str, **how: str) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 800},
            ignore_https_errors=True,
            color_scheme=how.get("scheme", "light"),  # type: ignore[arg-type]
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.url, self.wrong = url, list[str]()
        self._finished: list[Request] = []
        self._known: dict[str, int] = {}
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on("requestfinished", self._weighed)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith("Failed to load resource"):
            self.wrong.append(said.text)  # an answer that refuses something is told there too, and is meant

    def _weighed(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self.wrong.append(f"asked another site: {request.url}")
        else:
            self._finished.append(request)

    def _weight(self) -> int:
        """What was sent for this page; what the browser had kept weighs what it weighed when it came."""
        asked, self._finished = self._finished, []
        for one in asked:
            size = one.sizes()["responseBodySize"]
            self._known[one.url] = max(size, self._known.get(one.url, 0))
        return sum(self._known[url] for url in {one.url for one in asked})

    def go(self, address: str) -> int:
        """Open a page; its status."""
        target = address if address.startswith("https:") else f"{self.url}{address}"
        # A live page whose session was ended goes to sign in by itself, and may be faster: then it is asked again.
        answer = self.page.goto(target) or self.page.goto(target)
        assert answer is not None
        return answer.status

    def look(self, address: str) -> None:
        """Open a page, and ask of it what is asked of every page: axe, both schemes, its weight, every width."""
        page = self.page
        page.goto("about:blank")  # the page before may be asking for something still, which is not this one's weight
        self._finished.clear()
        assert self.go(address) == 200, address
        page.wait_for_load_state("load")
        page.evaluate("document.querySelectorAll('main details.more').forEach((one) => { one.open = true })")
        self.shot(re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-"))
        weight = self._weight()
        assert 1_000 < weight < HEAVIEST, (address, weight)
        assert faults(page) == [], address
        page.emulate_media(color_scheme="dark")
        assert faults(page, colours=True) == [], f"{address} in the dark"
        page.emulate_media(color_scheme="light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        page.set_viewport_size({"width": 1280, "height": 800})

    def sign_in(self, name: str, password: str) -> None:
        """Come in by name and password."""
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.keyboard.press("Enter")

    def set_password(self, password: str) -> None:
        """Set a password by the form."""
        self.page.get_by_label(re.compile("^Password")).fill(password)
        self.page.get_by_label("The same again").fill(password)
        self.page.get_by_role("button", name="Set the password").click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).click()

    def fill(self, **fields: str) -> None:
        """Fill in fields of the page by their names."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]:visible").first.fill(value)

    def shot(self, name: str) -> None:
        """Keep a picture, when somebody wants to look."""
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)

    def leave(self) -> None:
        """Close the browser; nothing was wrong."""
        self.context.close()
        assert self.wrong == []
