"""Protects the first two minutes: a call is seen to end and to stand on the guest's folio beside it; a killed gateway comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_site import FAINT
from tests.gateway.demo.process import Demo, demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Milliseconds until something must have shown itself: a call comes every two seconds, a gateway starts in a few.
SOON = 10_000
BACK = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the module."""
    with demo(tmp_path_factory.mktemp("demo"), "--days", "3", "--rate", "30") as made:
        yield made


@pytest.fixture
def page(browser: Browser, running: Demo) -> Iterator[Page]:
    """The demo's page; an error of a script or a refusal of the policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    wrong: list[str] = []
    made.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.goto(f"{running.url}/")
    yield made
    context.close()
    assert wrong == []


def test_a_call_crosses_the_page_and_stands_on_the_folio(page: Page) -> None:
    """A number that was not there appears at the exchange, in the gateway and at the PMS, each time with its colour."""
    known = page.locator("#folio .chip").all_text_contents()
    page.wait_for_function(
        "known => [...document.querySelectorAll('#folio .chip')].some(chip => !known.includes(chip.textContent))",
        arg=known,
        timeout=SOON,
    )
    number = next(text for text in page.locator("#folio .chip").all_text_contents() if text not in known)
    exact = re.compile(rf"^{re.escape(number)}$")
    chips = [page.locator(f"#{column} .chip").filter(has_text=exact) for column in ("exchange", "calls", "folio")]
    for chip in chips:
        expect(chip).to_have_count(1)
    assert len({chip.get_attribute("class") for chip in chips}) == 1
    expect(page.locator("#calls .cell").filter(has=page.locator(".chip").filter(has_text=exact))).to_contain_text(
        "posted"
    )
    expect(page.locator("#sentence")).to_contain_text("0 lost, 0 doubled")


def test_the_gateway_is_killed_and_comes_back_before_ones_eyes(page: Page, running: Demo) -> None:
    """The button is pressed, the gateway is down, and after some seconds it runs and calls arrive again."""
    running.after_a_call()
    page.get_by_role("button", name="Kill the gateway").click()
    expect(page.locator("#stands-gateway")).to_contain_text("was killed", timeout=SOON)
    expect(page.locator("#notices")).to_contain_text("kill -9")
    expect(page.get_by_role("button", name="Kill the gateway")).to_be_disabled()
    expect(page.locator("#stands-gateway")).to_contain_text("runs since", timeout=BACK)
    before = page.locator("#calls .cell").first.get_attribute("id")
    page.wait_for_function("before => document.querySelector('#calls .cell').id !== before", arg=before, timeout=BACK)
    expect(page.locator("#sentence")).to_contain_text("0 lost, 0 doubled")


def test_a_guest_calls_112_and_the_screen_shouts_until_somebody_has_taken_it(page: Page) -> None:
    """From the button to the gateway's emergency screen; the balance is none the worse."""
    page.get_by_role("button", name="Call 112").click()
    expect(page.locator("#notices")).to_contain_text("called 112")
    page.get_by_role("link", name="the emergency screen").click()
    shout = page.locator(".shout").first
    expect(shout).to_contain_text("9112", timeout=SOON)
    expect(shout.locator("h2")).to_contain_text("Room")
    shout.get_by_label("Your name").fill("Ines")
    shout.get_by_role("button", name="I have taken it").click()
    expect(page.locator("#taken")).to_contain_text("taken by Ines")
    page.go_back()
    page.go_back()
    expect(page.locator("#sentence")).to_contain_text("0 lost, 0 doubled", timeout=SOON)


def test_a_room_opens_its_guests_whole_folio(page: Page) -> None:
    """From a line of the third column to the folio of its guest, with a total, and back."""
    expect(page.locator("#folio .cell").first).to_contain_text("room", timeout=SOON)
    page.locator("#folio .cell a").first.click()
    expect(page.locator("#folio-title")).to_contain_text("The folio of room")
    expect(page.locator("#folio-total")).to_contain_text("PLN")
    page.get_by_role("link", name="all folios").click()
    expect(page.locator("#folio-title")).to_contain_text("The guests' folios")


def test_without_scripts_everything_is_there_and_a_link_brings_it_up_to_date(browser: Browser, running: Demo) -> None:
    """No script, no refusal: the columns, the buttons and a link to look again."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{running.url}/")
    expect(page.get_by_role("link", name="refresh")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(4)
    for _ in range(60):  # the first call may still have to end
        if page.locator("#exchange .cell").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="refresh").click()
    assert page.locator("#exchange .cell").count() > 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(browser: Browser, running: Demo, scheme: str) -> None:
    """A contrast of 4.5 to 1 or more, in light and dark."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{running.url}/")
    seen, faint = page.evaluate(FAINT)
    assert seen > 30
    assert [text for text in faint if not text.startswith(("Kill", "Make"))] == []  # a disabled button may be fainter
    context.close()
