"""Protects the languages in a browser: chosen at the foot of a page, kept, told live, and with room for longer words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import window
from tests.browser.site import SiteProcess

pytestmark = pytest.mark.browser

#: What a desk has open.
PAGES = ("/rooms", "/postings/3", "/audit", "/reports", "/laboratory")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_a_language_is_chosen_at_the_foot_and_the_page_lives_on_in_it(browser: Browser, site: SiteProcess) -> None:
    with window(browser, site) as one:
        page = one.page
        page.goto(f"{site.url}/postings")
        assert page.locator("html").get_attribute("lang") == "en"
        page.locator("footer select").select_option("de")
        page.locator("footer .tongue button").click()
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.url == f"{site.url}/postings"
        expect(page.locator("#cards")).to_contain_text("0,80")
        page.goto(f"{site.url}/rooms")
        total = page.locator('a.cell[href="/rooms/201"] i')
        expect(total).to_contain_text(",")
        before = total.inner_text()
        site.order("call 201 90048601234567")
        expect(total).not_to_have_text(before)
        expect(total).to_contain_text(",")
        page.locator("footer select").select_option("ru")
        page.locator("footer .tongue button").click()
        page.set_viewport_size({"width": 390, "height": 800})
        for address in PAGES:
            page.goto(f"{site.url}{address}")
            assert (address, page.evaluate(WIDER)) == (address, 0)
