"""Protects the auditor at three in the morning: the page leads from what came in to a closed day, and a closed day stays as it was."""

from __future__ import annotations

import re

import pytest

from tests.gateway.audit import nights
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house


@pytest.fixture
def hotel(empty: StandingHouse) -> StandingHouse:
    """A house with an evening on its first business day, and the PMS's night audit behind that."""
    nights.begin(empty.rig)
    empty.evening()
    empty.rig.advance(15 * 3600)
    nights.night(empty.rig, running=True)
    empty.rig.advance(1500)
    nights.night(empty.rig, running=False)
    return empty


def fields(page: Answer, **more: str) -> dict[str, str]:
    """What a form of the page holds hidden, with what a person fills in."""
    held = dict(re.findall(r'name="(day|state|token)" value="([^"]*)"', page.text))
    return {**held, "who": "Bruno", **more}


def expected(page: Answer) -> str:
    """What the PMS said yes to, as the page has it."""
    found = re.search(r'all telephone charges</th><td class="right">([\d.]+) PLN', page.text)
    assert found is not None
    return found[1]


def test_a_day_is_compared_named_closed_and_then_stays_as_it_was(hotel: StandingHouse) -> None:
    asker = Asker(as_house(hotel))
    page = asker.get("/audit")
    assert page.status == 200
    assert "Friday 20 November 2026" in page.text, "the oldest day that nobody has closed"
    assert "with the PMS’s night audit. It is not closed." in page.text
    assert "<script>alert" not in page.text
    assert "the PMS’s total has not been told" in page.text
    assert 'value="day-close"' not in page.text
    refused = asker.post("/audit/2026-11-20", fields(page, deed="day-close"))
    assert refused.status == 303
    told = asker.get(refused.headers["location"]).text
    assert "has differences without a name: “no total”; nothing was done" in told

    ours = expected(page)
    wrong = f"{float(ours) + 1:.2f}"
    asker.post("/audit/2026-11-20", fields(page, deed="day-total", amount=wrong, why="report 12"))
    page = asker.get("/audit/2026-11-20")
    assert "is higher than what we know of" in page.text
    assert "+1.00 PLN" in page.text
    asker.post(
        "/audit/2026-11-20", fields(page, deed="day-name", item="total", why="a call booked by hand at the desk")
    )
    page = asker.get("/audit/2026-11-20")
    assert "Named: a call booked by hand at the desk" in page.text
    assert 'value="day-close"' in page.text
    seen_before = fields(page, deed="day-total", amount="1", why="late")
    done = asker.post("/audit/2026-11-20", fields(page, deed="day-close", why="all seen"))
    page = asker.get(done.headers["location"])
    assert "Business date 2026-11-20 is closed." in page.text
    assert "by Bruno" in page.text
    frozen = re.search(r'<div class="sheet">.*?</section>\n</div>', page.text, re.DOTALL)
    assert frozen is not None

    hotel.rig.advance(60)
    open_one = hotel.rig.rows("SELECT id FROM postings WHERE state = 'in_doubt'")[0][0]
    assert f'href="/postings/{open_one}"' in page.text
    card = asker.get(f"/postings/{open_one}")
    form = dict(re.findall(r'name="(state|attempts|token)" value="([^"]*)"', card.text))
    asker.post(f"/postings/{open_one}", form | {"who": "Ines", "deed": "on-folio", "why": "seen on the folio"})
    hotel.call("201", "90048601234567", 65, ago=120)  # it began before the night
    after = asker.get("/audit/2026-11-20").text
    assert frozen[0] in after, "the sheet is as it was closed"
    assert f"charge {open_one}</a>, room <bdi>202</bdi>, " in after
    assert "in doubt when closed, posted" in after
    assert "its record came later" in after
    today = asker.get("/audit/2026-11-21").text
    assert "belongs to Fri 20 Nov" in today
    stale = asker.post("/audit/2026-11-20", seen_before)
    assert stale.status == 422
    assert "Meanwhile this day has moved on" in stale.text
    assert nights.days(hotel.rig)[0].closed_by == "Bruno"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"deed": "day-total", "amount": "12.345", "why": "x"}, "more decimals"),
        ({"deed": "day-total", "amount": "12,3", "why": ""}, "Write where the PMS"),
        ({"deed": "day-name", "item": "total", "why": ""}, "Write what the difference is"),
        ({"deed": "day-end", "date": "tomorrow"}, "written like 2026-11-30"),
        ({"deed": "day-close", "who": ""}, "Write your name"),
        ({"deed": "drop"}, "not something that can be done"),
        ({"deed": "day-close", "token": "x"}, "older than the running gateway"),
    ],
)
def test_a_form_that_cannot_be_done_is_answered_in_a_sentence(
    hotel: StandingHouse, more: dict[str, str], said: str
) -> None:
    asker = Asker(as_house(hotel))
    answer = asker.post("/audit/2026-11-20", fields(asker.get("/audit")) | more)
    assert answer.status == 422
    assert said in answer.text


def test_each_line_leads_to_its_items_and_the_status_line_has_the_date(hotel: StandingHouse) -> None:
    asker = Asker(as_house(hotel))
    page = asker.get("/audit").text
    assert "business date</b> <span>Sat 21 Nov" in page.replace("\n", "")
    for line in set(re.findall(r'href="(/audit/2026-11-20/[a-z_]+)"', page)):
        behind = asker.get(line)
        assert behind.status == 200, line
        assert "<tbody><tr>" in behind.text, line
    assert asker.get("/audit/2026-11-20/nothing").status == 404
    assert asker.get("/audit/2026-01-01").status == 404


def test_a_house_without_days_says_so(empty: StandingHouse) -> None:
    assert "There is no business day yet" in Asker(as_house(empty)).get("/audit").text
