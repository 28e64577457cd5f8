"""Protects the rack and the room in a real browser: seen, heard, walked by keys, live, small enough, and on one sheet of paper."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser.conftest import window
from tests.browser.site import Looking, SiteProcess, running_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def full_house() -> Iterator[SiteProcess]:
    """A house of 500 rooms."""
    with running_site() as running:
        running.order("full")
        yield running


@pytest.fixture
def desk(browser: Browser, full_house: SiteProcess) -> Iterator[Looking]:
    """A window on it."""
    with window(browser, full_house) as made:
        yield made


def test_500_rooms_fit_three_screens_and_one_sheet_of_paper(desk: Looking) -> None:
    page = desk.page
    desk.go("/rooms")
    assert page.locator("a.cell").count() == 500
    assert page.evaluate("document.documentElement.scrollHeight") <= 3 * 800
    cut = "[...document.querySelectorAll('.cell b, .cell i')].filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert page.evaluate(cut) == 0, "no number and no amount is cut"
    for width in (1024, 640, 390):  # an old screen, a wide one at 200 %, a telephone
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert page.evaluate(cut) == 0, width
    for form in ("A4", "Letter"):
        assert len(PdfReader(io.BytesIO(page.pdf(format=form, prefer_css_page_size=False))).pages) == 1, form


def test_a_clerk_finds_a_room_explains_a_call_and_marks_it_with_the_keyboard_alone(desk: Looking) -> None:
    page = desk.page
    desk.go("/rooms")
    page.keyboard.type("312")
    expect(page.locator("a.cell:focus b")).to_have_text("312")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("a.cell:focus b")).to_have_text("313")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/312")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened = page.locator(".call details[open]").first
    expect(opened).to_contain_text("Sheet for the guest")
    opened.get_by_text("The guest disputes this call").press("Enter")
    opened.locator("form[action^='/sheets/']").get_by_label("Your name").fill("Ines")
    opened.get_by_label("What the guest says").fill("was asleep")
    page.wait_for_timeout(1500)  # a look of the live page goes by
    expect(opened.get_by_label("What the guest says")).to_have_value("was asleep")
    opened.get_by_label("What the guest says").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is in dispute: was asleep")
    page.get_by_text("Tags of this call").press("Enter")
    tags = page.locator("form[action$='/tags']")
    tags.get_by_label("Your name").fill("Ines")
    tags.get_by_label("Tag", exact=True).fill("courtesy")
    tags.get_by_label("Tag", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The call is tagged courtesy.")
    expect(page.locator(".tag")).to_have_text("courtesy")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/rooms")
    expect(page.get_by_role("link", name="Room 312,")).to_contain_text("≠")
    page.keyboard.press("/")
    page.keyboard.type("312")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/312")
    page.keyboard.press("Escape")
    page.wait_for_url("**/rooms")


def test_a_rack_is_told_live_keeps_the_focus_and_needs_no_script(
    browser: Browser, looking: Looking, site: SiteProcess
) -> None:
    asked: list[str] = []
    looking.page.on("request", lambda request: asked.append(request.url))
    looking.go("/rooms")
    page = looking.page
    page.get_by_role("link", name="Room 201,").focus()
    page.wait_for_timeout(1200)
    asked.clear()
    site.order("call 201 90048601234567")
    expect(page.get_by_role("link", name="Room 201,")).to_contain_text("82.60")
    expect(page.locator("a.cell:focus b")).to_have_text("201")
    site.order("down")
    expect(page.locator("#line")).to_contain_text("connection refused")
    assert asked == [], "one stream brings it all"
    site.order("up")
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site.url}/rooms")
    expect(plain.locator("a.cell").first).to_be_visible()
    plain.locator("a.cell").first.click()
    plain.locator("summary.row").first.click()
    expect(plain.locator("details[open]").first).to_contain_text("Everything about this call")
    context.close()
    site.stop()
    expect(page.locator("#lost")).to_be_visible()
    looking.wrong.clear()  # the browser says that the stream is gone


def test_without_a_stream_the_rack_is_fetched_and_a_report_fetches_its_frame_alone(desk: Looking) -> None:
    page = desk.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(desk.site.url)))
    page.add_init_script("delete window.EventSource")
    desk.go("/rooms")
    before = page.get_by_role("link", name="Room 201").get_attribute("aria-label") or ""
    desk.site.order("call 201 90048601234567")
    # It looks again every five seconds, and on a busy machine later.
    expect(page.get_by_role("link", name="Room 201")).not_to_have_attribute("aria-label", before, timeout=20_000)
    asked.clear()
    with page.expect_response("**/frame?here=reports"):
        desk.go("/reports/classes?from=2026-11-20&to=2026-11-20")
    desk.site.order("down")
    expect(page.locator("#line")).to_contain_text("connection refused")
    assert sum(one.startswith("/reports/classes") for one in asked) == 1
    assert page.locator("header [aria-current]").text_content() == "Reports"
    desk.site.order("up")
