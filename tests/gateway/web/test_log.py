"""The page of the log: what an address asks is what stands there; filters are kept by name; bad values get a sentence."""

from __future__ import annotations

import re
from html import unescape

import pytest

from gateway.helplines import PERSONAL
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


def tag(asker: Asker, call: int, **fields: str) -> Answer:
    """Fill in the form of a call's tags on its page, and take the page that follows."""
    form = asker.get(f"/calls/{call}").text.partition(f'action="/calls/{call}/tags"')[2]
    token = re.findall(r'name="token" value="([^"]*)"', form)[0]
    answer = asker.post(f"/calls/{call}/tags", {"token": token, "tag": "VIP  Guest", "who": "Ines", **fields}, **OURS)
    return asker.get(answer.headers["location"]) if answer.status == 303 else answer


def chips(page: Answer, call: int) -> list[str]:
    """The tags of a call in a list; those of its number behind a number sign."""
    line = re.findall(rf'<li id="call-{call}".*?</summary>', page.text, re.DOTALL)[0]
    found = re.findall(r'class="tag( of-number)?"><bdi>([^<]*)', line)
    return [f"#{words}" if of_number else words for of_number, words in found]


def test_a_call_is_tagged_found_by_its_tag_and_by_that_of_its_number_and_one_is_told_from_the_other(
    empty: StandingHouse, asker: Asker
) -> None:
    assert "The call is tagged VIP Guest." in tag(asker, 5).text
    assert "The call has the tag VIP Guest already." in tag(asker, 5, tag="vip guest").text
    assert "The call is tagged &lt;b&gt;x&lt;/b&gt;." in tag(asker, 2, tag="<b>x</b>").text
    number = asker.get("/numbers/of/6").text
    token = re.findall(r'name="token" value="([^"]*)"', number)[-1]
    asker.post("/numbers/of/6", {"token": token, "tag": "vip guest", "who": "Ines", "why": "x"}, **OURS)
    page = asker.get("/calls?tag=VIP+guest")
    assert listed(page) == [6, 5]
    assert (chips(page, 5), chips(page, 6)) == (["VIP Guest"], ["#vip guest"])
    assert listed(asker.get("/calls?tag=vip*&talk_min=60")) == [5]
    assert '<option value="VIP Guest">' in page.text, "tags in use are offered"
    assert chips(asker.get("/rooms/201"), 5) == ["VIP Guest"]
    calls = asker.get("/api/v1/calls?tag=vip+guest").json()["calls"]
    assert [(one["id"], one["tags"], one["number_tags"]) for one in calls] == [
        (6, [], ["vip guest"]),
        (5, ["VIP Guest"], []),
    ]
    assert asker.get("/api/v1/calls/sums?tag=vip+guest").json()["calls"] == 2
    assert "VIP Guest" not in asker.get("/sheets/5").text, "what the house calls a call is nothing for the guest"
    assert "The tag VIP Guest is taken off." in tag(asker, 5, untag="VIP Guest").text
    assert listed(asker.get("/calls?tag=VIP+guest")) == [6]
    for fields, words in (
        ({"tag": " "}, "Write the tag"),
        ({"tag": "x" * 41}, "at most 40 characters"),
        ({"who": ""}, "Write your name"),
        ({"token": "0"}, "older than the running gateway"),
    ):
        refused = tag(asker, 5, **fields)
        assert (refused.status, words in refused.text) == (422, True)
    assert "there is no call 999" not in asker.get("/calls/5?told=1").text
    assert asker.post("/calls/5/tags", {"tag": "x"}, sec_fetch_site="cross-site").status == 403
    assert empty.rig.rows("SELECT who, what, posting_id FROM audit_trail WHERE what LIKE 'tags of call 5%'") == [
        ("Ines", "tags of call 5: VIP Guest (before: none)", 1),
        ("Ines", "tags of call 5: none (before: VIP Guest)", 1),
    ]


def test_calls_that_are_counted_and_not_listed_are_said_beside_the_sums(empty: StandingHouse, asker: Asker) -> None:
    assert "not-listed" not in asker.get("/calls").text
    empty.rig.database.transact(
        lambda c: c.exec_driver_sql(f"UPDATE calls SET place = '{PERSONAL}' WHERE direction = 'out'")
    )
    page = asker.get("/calls")
    assert listed(page) == [4, 3, 2, 1]
    assert "2 calls with 5.20 PLN are counted and not listed" in page.text
    assert "1 call with 1.20 PLN is counted and not listed" in asker.get("/calls?talk_max=60").text
    sums = asker.get("/api/v1/calls/sums").json()
    assert (sums["calls"], sums["not_listed"], sums["not_listed_amount"]) == (6, 2, "5.20")
