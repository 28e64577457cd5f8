"""Protects the desk: what happens shows itself within a second, takes nothing from who is reading or typing, by keyboard too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Somebody
from tests.browser.site import PATIENCE, Looking, SiteProcess

pytestmark = pytest.mark.browser

#: Every page that the stories do not open, and those on which a hostile guest, number or PMS shows.
PAGES = (
    "/now",
    "/rooms?view=list",
    "/rooms/205?all=1",
    "/sheets/2",
    "/find?q=window.evil",
    "/calls",
    "/calls/14",
    "/bills",
    "/bills/stay/5",
    "/bills/stay/1/paper?paper=roll",
    "/bills/card",
    "/postings",
    "/postings?state=posted",
    "/postings/9",
    "/acts/charge",
    "/audit",
    "/audit/2026-11-20/rated",
    "/records",
    "/corrections",
    "/laboratory",
    "/schedules",
    "/numbers",
    "/numbers/of/2",
    "/bill-check",
    "/reports",
    "/reports/calls?from=2026-11-10&to=2026-11-20",
    "/alarms/1",
    "/tokens",
)
#: Where the words of a hostile guest or PMS must stand, as text.
HOSTILE = (
    "/rooms?view=list",
    "/rooms/205?all=1",
    "/find?q=window.evil",
    "/bills",
    "/bills/stay/5",
    "/postings",
    "/postings/9",
    "/audit",
)

#: The ratio of contrast by WCAG 2.2 of each text of the page with what lies below it, where it is under 4.5.
FAINT = """() => {
  const parse = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const below = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const [r, g, b, a] = parse(getComputedStyle(one).backgroundColor);
      if (a === undefined || a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  let seen = 0;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true })) continue;
    seen += 1;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(below(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`${text.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return [seen, found];
}"""


def calls_shown(looking: Looking) -> list[str]:
    """The ids of the calls on the page, from the top."""
    found: list[str] = looking.page.locator(".call").evaluate_all("nodes => nodes.map((one) => one.id)")
    return found


@pytest.mark.timeout(400)
def test_every_page_is_for_everybody_on_every_screen_and_shows_hostile_words_as_text(
    browser: Browser, site: SiteProcess
) -> None:
    for order in ("hostile", "tariff the prices are invented", "down", "watch"):
        site.order(order)
    clerk = Somebody(browser, site.url)
    for address in PAGES:
        clerk.look(address)
        assert clerk.page.evaluate("'evil' in window") is False, address
        if address in HOSTILE:
            assert "><script>window.ev" in clerk.page.locator("main").inner_text(), address
    clerk.leave()


def test_a_call_shows_itself_without_a_reload_and_what_is_open_stays_open(looking: Looking) -> None:
    looking.go("/now")
    page = looking.page
    page.evaluate("window.stayed = true")
    before = calls_shown(looking)
    row = page.locator(".call").nth(2)
    row.locator("summary").first.click()
    expect(row.locator(".story")).to_contain_text("What the exchange sent")
    row.locator(".raw summary").click()
    row.locator("summary").first.focus()
    looking.site.order("call 202 90048601234567")
    expect(page.locator(".call").first).to_contain_text("202")
    expect(page.locator(".call").first).to_contain_text("posted 12:00")
    assert calls_shown(looking)[1:] == before
    opened = page.locator(f"#{before[2]}")
    expect(opened.locator("details").first).to_have_attribute("open", "")
    expect(opened.locator("pre").first).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.call').id") == before[2]
    assert page.evaluate("window.stayed") is True


def test_a_row_opens_in_place_to_why_this_amount_attempts_and_the_raw_record(reading: Looking) -> None:
    reading.go("/now")
    row = reading.page.locator(".call", has_text="in doubt since")
    row.locator("summary").first.click()
    story = row.locator(".story")
    expect(story).to_contain_text("Why this amount")
    expect(story).to_contain_text("no answer came: no answer within 30 s")
    story.get_by_text("What the exchange sent").click()
    expect(story.locator("pre")).to_contain_text("LINE 1.1")


def test_a_link_that_goes_down_turns_red_and_is_spoken_once(looking: Looking) -> None:
    looking.go("/now")
    page = looking.page
    page.evaluate(
        """() => {
          window.spoken = [];
          new MutationObserver(() => window.spoken.push(document.getElementById("spoken").textContent))
            .observe(document.getElementById("spoken"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    looking.site.order("down")
    expect(page.locator("#line .red", has_text="PMS opera")).to_contain_text("connection refused")
    looking.site.order("advance 3")
    expect(page.locator("#line")).to_contain_text("3 s ago")
    spoken = page.evaluate("window.spoken")
    assert len(spoken) == 1
    assert "PMS opera: down since" in spoken[0]


def test_focus_stays_where_it_is_while_the_words_around_it_change(looking: Looking) -> None:
    looking.go("/now")
    page = looking.page
    page.locator("#line a", has_text="PBX main").focus()
    looking.site.order("advance 7")
    expect(page.locator("#line")).to_contain_text("7 s ago")
    assert "PBX main" in page.evaluate("document.activeElement.textContent")
    page.locator("#groups a[href='/postings/6']").focus()
    looking.site.order("settle 5 write-off")  # the line above it in the same group
    expect(page.locator("#group-held h3")).to_contain_text("1 held")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/postings/6"


def test_a_name_must_be_written_before_anything_is_decided(reading: Looking) -> None:
    reading.go("/postings/3")
    reading.page.get_by_role("button", name="It is on the folio").click()
    assert reading.page.url.endswith("/postings/3")
    assert reading.page.evaluate("document.activeElement.name") == "who"


def test_a_doubt_is_not_settled_without_a_reason_and_the_keyboard_is_enough(looking: Looking) -> None:
    looking.go("/postings/3")
    page = looking.page
    page.get_by_label("Your name").focus()
    page.keyboard.type("Ines")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "why"
    page.keyboard.type("not there, looked twice")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "not-on-folio"
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_have_text("Posting 3 is now due. Asked by Ines.")


def test_what_somebody_types_is_never_taken_away(looking: Looking) -> None:
    looking.go("/postings")
    page = looking.page
    page.locator("#card-3").get_by_label("Reason").fill("I am still wri")
    looking.site.order("settle 3 on-folio")
    looking.site.order("settle 4 write-off")
    expect(page.locator("#card-4")).to_have_count(0)
    expect(page.locator("#card-3 .stale")).to_contain_text("changed meanwhile")
    expect(page.locator("#card-3").get_by_label("Reason")).to_have_value("I am still wri")


def test_the_keys_do_what_the_list_of_keys_says(reading: Looking) -> None:
    reading.go("/now")
    page = reading.page
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".call summary.row").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".call summary.row").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".call").nth(1).locator("details").first).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator(".call").nth(1).locator("details").first).not_to_have_attribute("open", "")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/postings")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/calls")
    page.keyboard.press("/")
    page.keyboard.type("g p 4567")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find?q=g+p+4567")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/now")
    reading.go("/calls/2")
    page.keyboard.press("Escape")
    page.wait_for_url("**/calls")


def test_a_key_pressed_before_the_closed_list_of_keys_is_gone_counts(reading: Looking) -> None:
    reading.go("/now")
    in_one_breath = """() => {
        const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        press("?");
        document.getElementById("keys").close();
        press("ArrowDown");
    }"""
    reading.page.evaluate(in_one_breath)
    expect(reading.page.locator(".call summary.row").nth(0)).to_be_focused()


def test_the_keyboard_alone_reaches_the_page_and_focus_can_be_seen(reading: Looking) -> None:
    reading.go("/now")
    page = reading.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = 0
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        reached += 1
    assert reached >= page.locator("main a:visible, main summary:visible").count()


def test_a_hidden_page_asks_nothing_and_a_seen_one_asks_at_once(reading: Looking) -> None:
    page = reading.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    reading.go("/now")
    page.wait_for_timeout(1500)
    assert len(asked) >= 5  # the page, its sheet, two scripts, a look
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    asked.clear()
    page.wait_for_timeout(2500)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    assert len(asked) == 1


def test_without_scripts_everything_is_there(browser: Browser, site: SiteProcess) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + "/calls")
    row = page.locator(".call").first
    row.locator("summary").first.click()
    expect(row.locator(".story")).to_contain_text("To pay:")
    row.get_by_text("Everything about this call").click()
    expect(page.locator("h1")).to_contain_text("Room 201")
    page.goto(site.url + "/postings/3")
    page.get_by_label("Your name").fill("Ines")
    page.get_by_label("Reason").fill("looked at 14:20, not there")
    page.get_by_role("button", name="It is not: send it again").click()
    expect(page.locator(".told")).to_contain_text("Posting 3 is now due")
    context.close()


def test_a_gateway_that_is_gone_is_told_on_the_page(browser: Browser, site: SiteProcess) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("#lost")).to_be_hidden()
    site.stop()
    expect(page.locator("#lost")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#lost")).to_contain_text("No answer from the gateway since")
    context.close()


def test_a_report_is_asked_for_by_the_form_seen_and_taken_away(reading: Looking) -> None:
    """The file is made by the command in a process of its own and comes whole."""
    reading.go("/reports")
    page = reading.page
    page.locator("select[name=kind]").select_option("calls")
    page.locator("select[name=period]").select_option("own")
    page.locator("main input[name=from]").fill("2026-11-10")
    page.locator("main input[name=to]").fill("2026-11-20")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/reports/calls?from=2026-11-10&to=2026-11-20")
    assert page.get_by_role("img", name="Calls by weekday and hour").is_visible()
    page.get_by_text("The figures of this picture").first.click()
    assert page.get_by_role("region", name="Calls by day", exact=True).is_visible()
    with page.expect_download(timeout=60_000) as begun:
        page.get_by_role("link", name="PDF").click()
    assert begun.value.suggested_filename == "calls-2026-11-10-2026-11-20.pdf"
    assert Path(begun.value.path()).read_bytes().startswith(b"%PDF")


def test_the_log_is_filtered_sorted_kept_and_taken_away_as_a_file(browser: Browser, site: SiteProcess) -> None:
    """Without scripts, at the width of a telephone: the address says what is shown, and the file has the same calls."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(site.url + "/calls")
    page.get_by_text("Filter and sort").click()
    page.locator("select[name=direction]").select_option("out")
    page.locator("input[name=talk_min]").fill("60")
    page.locator("select[name=sort]").select_option("talk")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/calls?direction=out&talk_min=60&sort=talk")
    shown = page.locator(".call").count()
    assert shown > 2
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV").click()
    assert len(Path(begun.value.path()).read_text("utf-8").strip().splitlines()) == 1 + shown
    page.get_by_text("Ready and kept filters").click()
    page.locator("input[name=who]").fill("Ines")
    page.get_by_label("Keep what is shown now, as").fill("Long ones")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".told")).to_contain_text("The filter Long ones is kept.")
    page.get_by_role("link", name="Without this condition").first.click()
    page.wait_for_url("**/calls?talk_min=60&sort=talk")
    page.get_by_text("Ready and kept filters").click()
    page.get_by_role("link", name="Long ones").click()
    page.wait_for_url("**/calls?direction=out&talk_min=60&sort=talk")
    assert page.locator(".call").count() == shown
    context.close()


def test_paper_gets_the_lists_and_not_the_controls(reading: Looking) -> None:
    reading.page.emulate_media(media="print")
    reading.go("/calls")
    for gone in ("#pages", "#other-pages", ".search", "#keys-button"):
        expect(reading.page.locator(gone)).to_be_hidden()
    expect(reading.page.locator("footer")).to_contain_text("Europe/Warsaw")
    expect(reading.page.locator(".call").first).to_be_visible()
    assert reading.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
