"""Protects the simulated SOAP PMS's own page: what was charged, refused and answered wrongly can be seen and read, on any screen."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.soap_pms import GUEST, SimulatedPeer
from tests.browser.test_site import FAINT
from tests.gateway.simulators.test_soap_pms import charge

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedPeer]:
    """OPERA, with a charge that was booked, one whose answer went wrong, one refused, and a fault that is on."""
    peer = SimulatedPeer("ows", tmp_path_factory.mktemp("pms"))
    post(peer, charge(GUEST))
    peer.spoil("html")
    post(peer, charge(GUEST))
    post(peer, charge(GUEST, amount="1.005"))
    peer.spoil("dtd")
    yield peer
    peer.close()


def post(peer: SimulatedPeer, payload: str) -> None:
    """Ask for a charge; the answer does not matter."""
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    body = f'<s:Envelope xmlns:s="{soap}"><s:Body>{payload}</s:Body></s:Envelope>'.encode()
    request = urllib.request.Request(f"{peer.base}/ResvAdvanced.asmx", body, {"Content-Type": "text/xml"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_folios_can_be_read_on_any_screen(browser: Browser, opera: SimulatedPeer, scheme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(f"{opera.base}/")
    expect(page.locator("body")).to_contain_text("Faults that are on: dtd:1")
    expect(page.locator("table").first).to_contain_text("booked, and the answer went wrong: html")
    expect(page.locator("table").first).to_contain_text("INVALID_AMOUNT")
    page.get_by_role("link", name="201", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The folio of room 201")
    expect(page.locator("main")).to_contain_text("Window 1: 9.60")
    seen, faint = page.evaluate(FAINT)
    assert seen > 30
    assert faint == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert wrong == []
    context.close()
