"""The day on which a house begins to sign in: the one link, the users, what a clerk may and may not, and out again. Over TLS."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.site import PATIENCE, SiteProcess, guarded_site

pytestmark = pytest.mark.browser

#: Where screenshots go, when somebody wants to look at them.
SHOTS = os.environ.get("FOLIOGATE_SHOTS", "")


@pytest.fixture
def guarded() -> Iterator[tuple[SiteProcess, str]]:
    with guarded_site() as made:
        yield made


class Somebody:
    """A person at a browser of his own; whatever his pages complain of fails the test."""

    def __init__(self, browser: Browser, url: str, **how: str) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 800},
            ignore_https_errors=True,
            color_scheme=how.get("scheme", "light"),  # type: ignore[arg-type]
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.url, self.wrong = url, list[str]()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith("Failed to load resource"):
            self.wrong.append(said.text)  # an answer that refuses something is told there too, and is meant

    def go(self, address: str) -> int:
        target = address if address.startswith("https:") else f"{self.url}{address}"
        # A live page whose session was ended goes to sign in by itself, and may be faster: then it is asked again.
        answer = self.page.goto(target) or self.page.goto(target)
        assert answer is not None
        return answer.status

    def sign_in(self, name: str, password: str) -> None:
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.keyboard.press("Enter")

    def set_password(self, password: str) -> None:
        self.page.get_by_label(re.compile("^Password")).fill(password)
        self.page.get_by_label("The same again").fill(password)
        self.page.get_by_role("button", name="Set the password").click()

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_house_begins_to_sign_in(browser: Browser, guarded: tuple[SiteProcess, str]) -> None:
    site, link = guarded
    assert link.startswith(f"{site.url}/invitation/")

    ida = Somebody(browser, site.url)
    ida.go("/calls")
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Adler" not in ida.page.content()
    ida.shot("sign-in")
    ida.go(link)
    ida.page.get_by_label("Your name").fill("Ida")
    ida.shot("first")
    ida.set_password("seven tin drums")
    ida.sign_in("Ida", "seven tin drums")
    expect(ida.page.get_by_role("link", name="Ida · IT")).to_be_visible()
    ida.shot("first-page")
    if SHOTS:
        ida.page.set_viewport_size({"width": 390, "height": 800})
        ida.shot("first-page-390")
        ida.page.set_viewport_size({"width": 1280, "height": 800})

    ida.page.get_by_role("link", name="Users", exact=True).click()
    ida.page.get_by_label("Name", exact=True).fill("Ines")
    ida.page.get_by_label("Role").select_option("desk")
    ida.page.get_by_role("button", name="Invite").click()
    invitation = ida.page.get_by_label("The link", exact=True).input_value()
    ida.shot("users")

    ines = Somebody(browser, site.url, scheme="dark")
    ines.go(invitation)
    ines.shot("invitation")
    ines.set_password("seaside-hotel")
    expect(ines.page.get_by_role("alert")).to_contain_text("mostly a name")
    ines.set_password("nine green bottles")
    ines.sign_in("Ines", "not this one")
    expect(ines.page.get_by_role("alert")).to_contain_text("do not belong together")
    ines.shot("wrong")
    ines.sign_in("Ines", "nine green bottles")
    expect(ines.page.get_by_role("link", name="Ines · front desk")).to_be_visible()

    expect(ines.page.get_by_role("link", name="Users", exact=True)).to_have_count(0)
    assert ines.go("/users") == 403
    expect(ines.page.get_by_role("heading", name="Not for your role")).to_be_visible()
    ines.shot("denied")
    ines.go("/postings/3")
    ines.page.get_by_label("Reason").fill("the guest showed the folio")
    ines.page.get_by_role("button", name="It is on the folio").click()
    expect(ines.page.get_by_role("status")).to_contain_text("Asked by Ines")
    ines.go("/me")
    ines.shot("me")

    ida.page.get_by_role("link", name="Users", exact=True).click()
    ida.page.get_by_role("link", name="Ines", exact=True).click()
    ida.shot("user")
    ida.page.get_by_role("button", name="End all sessions").click()
    ida.go("/trail")
    ida.shot("trail")
    expect(ida.page.get_by_role("cell", name="sessions ended")).to_be_visible()
    assert ines.go("/calls") == 200
    expect(ines.page.get_by_role("heading", name="Sign in")).to_be_visible()

    ida.page.get_by_role("button", name="Sign out").click()
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()
    ida.page.go_back()
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()  # no page of hers was kept
    cookies = {one["name"]: one for one in ines.context.cookies()}
    assert all(one["httpOnly"] and one["secure"] and one["sameSite"] == "Strict" for one in cookies.values())
    assert all(name.startswith("__Host-foliogate-") for name in cookies)
    for one in (ida, ines):
        assert one.wrong == []
        one.context.close()
