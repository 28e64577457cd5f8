"""The day of a house that signs in, in a real browser: each role does its work from signing in to closing the day, over TLS.

One house and one day for all of them, because the work of one is what the next finds: IT invites the desk, the desk asks for what
it may not do alone, a supervisor agrees, the auditor settles what is left and closes the day, and whoever may only look sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Somebody
from tests.browser.serve import PASSWORD
from tests.browser.site import SiteProcess, guarded_site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[SiteProcess, str]]:
    """The house, and the link for its first user."""
    with guarded_site() as made:
        yield made


def test_a_day_of_a_house(browser: Browser, guarded: tuple[SiteProcess, str]) -> None:
    site, link = guarded
    ida, invitation = it_begins(browser, site, link)
    ines = the_desk_comes(browser, site, invitation)
    for name, role in (("Anna", "supervisor"), ("Bruno", "auditor"), ("Otto", "read-only")):
        site.order(f"user {name} {role}")
    the_desk_works(ines)
    the_supervisor_works(browser, site)
    the_auditor_works(browser, site)
    whoever_looks_changes_nothing(browser, site)
    it_ends(ida, ines)


def it_begins(browser: Browser, site: SiteProcess, link: str) -> tuple[Somebody, str]:
    """IT makes the first user by the one link, and invites the desk."""
    assert link.startswith(f"{site.url}/invitation/")
    ida = Somebody(browser, site.url)
    ida.go("/calls")
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Adler" not in ida.page.content()
    ida.go(link)
    ida.page.get_by_label("Your name").fill("Ida")
    ida.set_password(PASSWORD)
    ida.sign_in("Ida", PASSWORD)
    expect(ida.page.get_by_role("link", name="Ida · IT")).to_be_visible()
    for address in ("/trunks", "/links", "/alarms", "/me"):
        ida.look(address)
    ida.look("/users")
    ida.page.get_by_label("Name", exact=True).fill("Ines")
    ida.page.get_by_label("Role").select_option("desk")
    ida.press("Invite")
    return ida, ida.page.get_by_label("The link", exact=True).input_value()


def the_desk_comes(browser: Browser, site: SiteProcess, invitation: str) -> Somebody:
    """A clerk takes the invitation; a password that is a name, and a wrong one, are refused."""
    ines = Somebody(browser, site.url, scheme="dark")
    ines.go(invitation)
    ines.set_password("seaside-hotel")
    expect(ines.page.get_by_role("alert")).to_contain_text("mostly a name")
    ines.set_password("nine green bottles")
    ines.sign_in("Ines", "not this one")
    expect(ines.page.get_by_role("alert")).to_contain_text("do not belong together")
    ines.sign_in("Ines", "nine green bottles")
    expect(ines.page.get_by_role("link", name="Ines · front desk")).to_be_visible()
    expect(ines.page.get_by_role("link", name="Users", exact=True)).to_have_count(0)
    assert ines.go("/users") == 403
    expect(ines.page.get_by_role("heading", name="Not for your role")).to_be_visible()
    return ines


def the_desk_works(ines: Somebody) -> None:
    """Find the room and the reason of an amount by keyboard; a price; a doubt; a void that needs somebody else; a receipt."""
    page = ines.page
    ines.go("/rooms")
    page.keyboard.type("201")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/201")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened = page.locator(".call details[open]").first
    expect(opened).to_contain_text("Why this amount")
    opened.get_by_role("link", name="Sheet for the guest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why this call is on the bill")
    ines.go("/rooms/202")
    expect(page.locator("#limit")).to_have_count(0)  # a supervisor's
    ines.look("/bills/stay/2")
    expect(page.locator("main")).to_contain_text("+44 20 7123 4•••")
    ines.look("/price?number=00442071234567&room=202")
    ines.look("/acts/call/3")
    page.get_by_label("Make it void: the guest pays nothing for it").check()
    page.get_by_label("Reason").select_option("bad-line")
    page.get_by_label("In your words").fill("crackled")
    ines.press("Change the charge")
    expect(page.get_by_role("status")).to_contain_text("waits for a second person")
    ines.look("/acts")
    expect(page.get_by_role("button", name="Agree")).to_have_count(0)
    ines.go("/acts/call/8")
    page.get_by_text("It was paid at the till").click()
    page.get_by_label("Where it was paid").select_option("POS")
    page.get_by_label("Number of the receipt").fill("A-4711")
    ines.press("Write the receipt down")
    expect(page.get_by_role("status")).to_contain_text("receipt A-4711 of the POS")
    ines.look("/resync")
    ines.press("Ask for all rooms")
    expect(page.get_by_role("status")).to_contain_text("The PMS is asked for the state of all rooms")


def the_supervisor_works(browser: Browser, site: SiteProcess) -> None:
    """The second person; a charge moved; a retry; a limit; earlier guests; all rooms once more, with a reason."""
    anna = Somebody(browser, site.url)
    page = anna.page
    anna.go("/acts")
    anna.sign_in("Anna", PASSWORD)
    anna.press("Agree")
    expect(page.get_by_role("status")).to_contain_text("done")
    anna.go("/acts/call/2")
    page.get_by_label("Move it to room or house account").check()
    page.get_by_label("Room or house account", exact=True).fill("202")
    page.get_by_label("Reason").select_option("wrong-room")
    page.get_by_label("In your words").fill("the calls were her husband's")
    anna.press("Change the charge")
    expect(page.get_by_role("status")).to_contain_text("moved from room 201 to 202")
    anna.go("/postings/4")
    anna.press("Send it again")
    expect(page.get_by_role("status")).to_contain_text("Posting 4 is now")
    anna.go("/rooms/201")
    page.get_by_text("Limit for calls").click()
    page.get_by_label("At most (PLN)").check()
    page.get_by_label("At most, in PLN").fill("50")
    page.locator("#limit").get_by_label("Why").fill("paid no deposit")
    anna.press("Set the limit")
    expect(page.locator("#limit-1")).to_contain_text("Limit for calls passed")
    expect(page.locator("#limit-1")).to_contain_text("Set by Anna")
    anna.look("/rooms/201")
    anna.go("/rooms")
    expect(page.get_by_role("link", name="Room 201,")).to_contain_text("%")
    anna.go("/resync")
    page.get_by_label("Why it must be again").fill("the PMS was restored")
    anna.press("Ask again all the same")
    expect(page.get_by_role("status")).to_contain_text("The PMS is asked for the state of all rooms")
    anna.leave()


def the_auditor_works(browser: Browser, site: SiteProcess) -> None:
    """The control sheet; what is left is settled; the day is closed; the pack is taken as one PDF."""
    bruno = Somebody(browser, site.url)
    page = bruno.page
    bruno.go("/audit")
    bruno.sign_in("Bruno", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Night audit")
    bruno.go("/postings/3")
    page.get_by_label("Reason").fill("it stands on the folio, line 4")
    bruno.press("It is on the folio")
    expect(page.locator(".told")).to_have_text("Posting 3 is now posted. Asked by Bruno.")
    expect(page.locator("main")).to_contain_text("Bruno: in doubt → posted (on-folio): it stands on the folio, line 4")
    bruno.go("/audit")
    page.get_by_text("End it by hand, or put its date right").click()
    page.get_by_label("Why", exact=True).first.fill("the PMS has ended its day")
    bruno.press("End the day now")
    bruno.look("/audit/2026-11-20")
    page.get_by_label("The PMS’s total of telephone charges for this date").fill("32.40")
    page.get_by_label("Where it was read").fill("manager's report")
    bruno.press("Compare")
    bruno.press("Close the day")
    expect(page.locator(".told")).to_contain_text("closed")
    with page.expect_download(timeout=60_000) as begun:
        page.get_by_role("link", name="as one PDF").click()
    assert Path(begun.value.path()).read_bytes().startswith(b"%PDF")
    bruno.leave()


def whoever_looks_changes_nothing(browser: Browser, site: SiteProcess) -> None:
    """Read only: everything is seen, no form is there, and a form of somebody else's making is refused."""
    otto = Somebody(browser, site.url)
    page = otto.page
    otto.go("/rooms")
    otto.sign_in("Otto", PASSWORD)
    expect(page.get_by_role("link", name="Otto · read only")).to_be_visible()
    for address in ("/rooms/201", "/calls/2", "/acts/call/2", "/postings", "/postings/6", "/audit", "/alarms"):
        assert otto.go(address) == 200
        assert page.locator("main form[method=post]").count() == 0, address
    seal = page.locator("form[action='/sign-out'] input[name=seal]").first.get_attribute("value")
    send = """([where, seal]) => fetch(where, { method: "POST", body: new URLSearchParams({ seal, deed: "write-off", why: "x" }) })
      .then((answer) => answer.status)"""
    for where in (
        "/postings/6",
        "/acts/call/2",
        "/acts/call/2/receipt",
        "/rooms/201",
        "/rooms/201/limit",
        "/resync",
        "/acts/charge",
    ):
        assert page.evaluate(send, [where, seal]) == 403, where
    otto.leave()


def it_ends(ida: Somebody, ines: Somebody) -> None:
    """Sessions are ended for somebody, who is out at once; whoever signs out leaves no page behind."""
    ida.page.get_by_role("link", name="Users", exact=True).click()
    ida.page.get_by_role("link", name="Ines", exact=True).click()
    ida.press("End all sessions")
    ida.look("/trail")
    expect(ida.page.get_by_role("cell", name="sessions ended")).to_be_visible()
    assert ines.go("/calls") == 200
    expect(ines.page.get_by_role("heading", name="Sign in")).to_be_visible()
    ida.press("Sign out")
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()
    ida.page.go_back()
    expect(ida.page.get_by_role("heading", name="Sign in")).to_be_visible()  # no page of hers was kept
    cookies = {one["name"]: one for one in ines.context.cookies()}
    assert all(one["httpOnly"] and one["secure"] and one["sameSite"] == "Strict" for one in cookies.values())
    assert all(name.startswith("__Host-foliogate-") for name in cookies)
    for one in (ida, ines):
        one.leave()
