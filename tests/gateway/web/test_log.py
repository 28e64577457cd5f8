"""The page of the log: what an address asks is what stands there; filters are kept by name; bad values get a sentence."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.gateway.test_inbound_store import incoming
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house

OURS = {"sec_fetch_site": "same-origin"}


@pytest.fixture
def asker(empty: StandingHouse) -> Asker:
    """Four calls came in, one of them missed; room 201 called out twice."""
    empty.guest("201", "77001", "Adler")
    empty.raw(incoming(1), incoming(2, seconds=0), incoming(4, caller="+442071234567"), incoming(5, caller="anonymous"))
    empty.call("201", "90048601234567", 185)
    empty.call("201", "90049301234567", 30)
    return Asker(as_house(empty))


def listed(page: Answer) -> list[int]:
    """The numbers of the calls on a page, from the top."""
    return [int(one) for one in re.findall(r'<li id="call-(\d+)"', page.text)]


def test_every_figure_of_today_leads_to_the_calls_that_it_counts(asker: Asker) -> None:
    page = asker.get("/calls")
    assert len(listed(page)) == 6
    found = re.findall(r"<dt>([^<]*)</dt><dd><a href=\"([^\"]*)\">([^<]*)</a>", page.text)
    figures = {title: (unescape(where), figure) for title, where, figure in found}
    assert {title: figure for title, (_, figure) in figures.items()} | {"waiting, on average": ""} == {
        "in": "4",
        "out": "2",
        "missed": "1",
        "waiting, on average": "",
        "talk": "6:35",
        "money": "5.20 PLN",
    }
    for title in ("in", "out", "missed"):
        where, figure = figures[title]
        assert len(listed(asker.get(where))) == int(figure), where
    assert listed(asker.get(figures["talk"][0]))[0] == 5


def test_what_the_form_asks_has_the_shortest_address_and_days_hold_unless_another_period_is_chosen(
    asker: Asker,
) -> None:
    asked = "/calls/show?q=&direction=out&talk_min=60&talk_max=&sort=began&order=down&was=31days&period="
    assert asker.get(f"{asked}31days&from=&to=").headers["location"] == "/calls?direction=out&talk_min=60"
    days = "from=2026-11-19&to=2026-11-20"
    assert asker.get(f"{asked}31days&{days}").headers["location"] == f"/calls?{days}&direction=out&talk_min=60"
    assert asker.get(f"{asked}today&{days}").headers["location"] == "/calls?period=today&direction=out&talk_min=60"
    assert listed(asker.get("/calls?direction=out&talk_min=60")) == [5]
    for address in ("/calls/show?talk_min=x&room=4%2212", "/calls?talk_min=x&room=4%2212"):
        page = asker.get(address)
        assert page.status == 422
        assert "Talk, seconds: write a whole number of seconds, such as 60." in page.text
        assert 'value="4&#34;12"' in page.text, "what was right stays in the form"
        assert listed(page) == []


def test_a_filter_is_kept_by_its_name_found_again_and_taken_away(asker: Asker) -> None:
    def send(**fields: str) -> Answer:
        token = re.findall(r'name="token" value="([^"]*)"', asker.get("/calls").text)[0]
        answer = asker.post(
            "/calls/filters", {"token": token, "asked": "direction=in", "who": "Ines", **fields}, **OURS
        )
        return asker.get(answer.headers["location"]) if answer.status == 303 else answer

    assert "Write what the filter is to be called." in send(name="").text
    assert "Write your name" in send(name="Coming in", who="").text
    kept = send(name="Coming in")
    assert "The filter Coming in is kept." in kept.text
    assert len(listed(kept)) == 4
    assert "there is a filter coming IN already" in send(name="coming IN").text
    page = asker.get("/calls").text
    assert '<a href="/calls?direction=in"><bdi>Coming in</bdi></a>' in page
    assert "The filter Coming in is taken away." in send(drop="1:all").text
    assert "<bdi>Coming in</bdi>" not in asker.get("/calls").text
    assert asker.post("/calls/filters", {"name": "x"}, sec_fetch_site="cross-site").status == 403


def test_a_list_goes_on_behind_a_call_in_its_own_order(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.log_pages.PAGE_ROWS", 2)
    seen, address = [], "/calls?sort=talk&order=up"
    while address:
        page = asker.get(address)
        seen += listed(page)
        older = re.search(r'rel="next" href="([^"]*)"', page.text)
        address = unescape(older[1]) if older else ""
    assert len(seen) == len(set(seen)) == 6
    assert seen[-1] == 5
    api = asker.get("/api/v1/calls?sort=talk&order=up&limit=3").json()
    assert [one["id"] for one in api["calls"]] == seen[:3]
    sums = asker.get("/api/v1/calls/sums?direction=out").json()
    assert (sums["calls"], sums["talk_seconds"], sums["at_least"]) == (2, 215, False)
