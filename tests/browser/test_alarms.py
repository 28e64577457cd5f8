"""The desk takes an alarm, and the screen on the wall is seen, heard and calm again, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import Looking, SiteProcess
from tests.browser.test_site import FAINT

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}


def test_an_alarm_shows_itself_is_taken_and_goes(looking: Looking) -> None:
    looking.go("/alarms")
    page = looking.page
    expect(page.locator("#alarms")).to_contain_text("No alarm is open.")
    looking.site.order("watch")
    card = page.locator(".card", has_text="Charges refused")
    expect(card).to_contain_text("nobody has acknowledged it")
    expect(page.locator("#nav-alarms")).to_contain_text("3!")
    card.get_by_label("Your name").fill("Ines")
    card.get_by_label("Note").fill("room corrected")
    card.get_by_role("button", name="I have seen it").click()
    expect(page.locator("main")).to_contain_text("acknowledged by Ines at 12:00. Note: room corrected")
    expect(page.locator("#nav-alarms")).to_contain_text("2!")
    looking.go("/now")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator("h1")).to_have_text("Alarms")


def test_the_screen_shouts_by_itself_and_is_calm_when_somebody_has_taken_it(looking: Looking) -> None:
    page = looking.page
    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    looking.go("/emergency")
    expect(page.locator("#calm")).to_be_visible()
    page.get_by_role("button", name="Turn the sound on").click()
    expect(page.locator("body")).to_have_attribute("data-sound", "on")
    expect(page.locator("body")).to_have_attribute("data-played", "1")
    looking.site.order("watch")
    shout = page.locator(".shout")
    expect(shout.locator("h2")).to_have_text("Room 201")
    expect(shout).to_contain_text("Adler")
    expect(page.locator("body")).not_to_have_attribute("data-played", "1")
    box = shout.locator("h2").bounding_box()
    assert box is not None
    assert box["height"] > 200  # a fifth of the screen: read at two metres
    shout.get_by_label("Your name").fill("Ines")
    shout.get_by_role("button", name="I have taken it").click()
    expect(page.locator("#calm")).to_be_visible()
    expect(page.locator("#taken")).to_contain_text("taken by Ines")


def test_somebody_who_writes_his_name_is_not_interrupted(looking: Looking) -> None:
    looking.site.order("watch")
    looking.go("/emergency")
    name = looking.page.locator(".shout").get_by_label("Your name")
    name.fill("In")
    looking.site.order("advance 90")
    expect(looking.page.locator("#wall-clock")).to_have_text("12:01")
    expect(name).to_be_focused()
    expect(name).to_have_value("In")
    assert looking.page.locator(".stale").count() == 0


def test_what_nobody_takes_is_shown_on_top_and_two_fit_one_screen(looking: Looking) -> None:
    page = looking.page
    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    looking.site.order("watch")
    looking.site.order("advance 150")
    looking.site.order("call 202 9112")
    looking.site.order("watch")
    looking.go("/emergency")
    expect(page.locator(".shout").first).to_contain_text("Nobody has taken this call.")
    expect(page.locator(".shout").nth(1).locator("h2")).to_have_text("Room 202")
    expect(page.locator(".shout").nth(1).get_by_role("button")).to_be_in_viewport(ratio=1)


def test_a_screen_that_hears_nothing_says_that_it_is_blind(looking: Looking) -> None:
    looking.go("/emergency")
    looking.site.stop()
    expect(looking.page.locator("#lost")).to_contain_text("this screen is blind")
    looking.wrong[:] = [one for one in looking.wrong if "ERR_CONNECTION_REFUSED" not in one]


def test_the_screen_is_readable_at_every_width(browser: Browser, site: SiteProcess) -> None:
    site.order("watch")
    site.order("advance 150")
    context = browser.new_context()
    looking = Looking(context.new_page(), site)
    looking.listen()
    looking.go("/emergency")
    for scheme in ("light", "dark"):
        looking.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (400, 1280, 1920):
            looking.page.set_viewport_size({"width": width, "height": 900})
            seen, faint = looking.page.evaluate(FAINT)
            assert seen > 15
            assert faint == [], (scheme, width)
            assert looking.page.evaluate("document.documentElement.scrollWidth") <= width
    assert looking.wrong == []
    context.close()


def test_without_javascript_it_renews_itself_and_takes_a_name(browser: Browser, site: SiteProcess) -> None:
    site.order("watch")
    context = browser.new_context(java_script_enabled=False)
    looking = Looking(context.new_page(), site)
    looking.go("/emergency")
    assert 'http-equiv="refresh"' in looking.page.content()
    shout = looking.page.locator(".shout")
    shout.get_by_label("Your name").fill("Ines")
    shout.get_by_role("button", name="I have taken it").click()
    expect(looking.page.locator("#calm")).to_be_visible()
    context.close()
