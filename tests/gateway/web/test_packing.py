"""Answers are sent compressed where nobody else can have chosen what was asked, and weigh what a full house may weigh."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.reports.catalog import KINDS
from gateway.store import traffic
from gateway.web.packing import LEAST, PADDING, may_pack, packed
from gateway.web.rights import TABLE
from tests.bench.log_house import fill_log
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.processes.size import long_form

HTML = "text/html; charset=utf-8"
OURS = {"accept_encoding": "gzip, deflate, br", "sec_fetch_site": "same-origin"}
#: What a page may weigh as it is sent, with the style sheet and the scripts of its frame.
HEAVIEST = 100_000
FRAME = ("/static/page.css", "/static/live.js", "/static/keys.js", "/static/icon.svg")
#: Addresses that answer with a stream, a file or figures for programs.
NO_PAGES = ("/rack/live", "/metrics", "/api/", "/healthz", "/livez", "file.", "/show")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None, "Same-Origin"])
def test_what_another_site_may_have_steered_is_sent_as_it_is(asker: Asker, site: str | None) -> None:
    plain = asker.get("/calls?q=77001", accept_encoding="gzip", **({} if site is None else {"sec_fetch_site": site}))
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding, sec-fetch-site"
    assert plain.body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("site", ["same-origin", "none"])
@pytest.mark.parametrize("address", ["/rooms", "/calls?q=77001", "/static/page.css", "/api/v1/calls", "/nowhere"])
def test_what_a_page_of_ours_or_its_user_asks_is_sent_compressed(asker: Asker, address: str, site: str) -> None:
    answer = asker.get(address, accept_encoding="br, gzip", sec_fetch_site=site)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert gzip.decompress(answer.body) == asker.get(address).body


@pytest.mark.parametrize("accepts", [None, "", "br", "identity", "gzip;q=0"])
def test_a_browser_that_cannot_read_it_gets_it_as_it_is(accepts: str | None) -> None:
    assert not may_pack(HTML, LEAST, accepts, "none")


def test_files_and_small_answers_are_left_alone() -> None:
    assert may_pack(HTML, LEAST, "gzip", "none")
    assert not may_pack(HTML, LEAST - 1, "gzip", "none")
    assert not may_pack("application/pdf", 10 * LEAST, "gzip", "none")
    assert not may_pack("text/event-stream; charset=utf-8", 10 * LEAST, "gzip", "none")


def test_the_length_of_an_answer_is_drawn_anew(asker: Asker) -> None:
    """So that one sign more or less on a page cannot be seen from outside in a few answers."""
    assert [len(packed(b"x" * 5_000, more)) - len(packed(b"x" * 5_000, 0)) for more in (1, PADDING)] == [1, PADDING]
    lengths = {len(asker.get("/static/page.css", **OURS).body) for _ in range(60)}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= PADDING


def test_a_packed_style_sheet_is_remembered_like_a_plain_one(asker: Asker) -> None:
    tag = asker.get("/static/page.css", **OURS).headers["etag"]
    assert asker.get("/static/page.css", if_none_match=tag, **OURS).status == 304
    assert asker.get("/static/page.css", if_none_match=tag).status == 304


# -- a full house ---------------------------------------------------------------------------------------------------


def _addresses(house: StandingHouse) -> Iterator[str]:
    """Every page that has an address of its own, the heaviest of those with a name in it, every report of 31 days."""
    paths = (line.removeprefix("GET ") for line in TABLE if line.startswith("GET "))
    yield from (path for path in paths if "<" not in path and not any(one in path for one in NO_PAGES))
    states = ("all", "posted", "in_doubt", "refused", "held")
    yield from (f"/postings?state={state}" for state in states)
    yield from (
        "/rooms?view=list",
        "/find?q=kowal",
        "/find?q=48",
        "/rooms/101?all=1",
        "/calls/1005",
        "/records?kind=unread",
    )
    today = house.now().date()
    yield from (f"/reports/{kind}?from={today - timedelta(days=30)}&to={today}" for kind in KINDS)


def _heavy(tmp_path: Path, calls: int) -> tuple[int, list[tuple[int, str]]]:
    """How many pages a full house has, and those that weigh more than a page may."""
    house = StandingHouse(tmp_path)
    house.evening()
    owner = house.database.property
    house.database.transact(lambda c: fill_log(c, owner, house.micros(), calls))
    house.database.transact(lambda c: traffic.rebuild(c, owner))
    house.database.transact(house.rig.memory.reload)
    asker = Asker(as_house(house))
    frame = sum(len(asker.get(one, **OURS).body) for one in FRAME)
    answers = {one: asker.get(one, **OURS) for one in _addresses(house)}
    house.close()
    weights = {one: len(answer.body) + frame for one, answer in answers.items() if answer.status == 200}
    return len(weights), [(weight, one) for one, weight in weights.items() if weight > HEAVIEST]


def test_no_page_of_a_full_house_weighs_more_than_a_page_may(tmp_path: Path) -> None:
    """500 rooms, 2,000 calls a day for six days: by then every table of a page is as long as it gets."""
    count, heavy = _heavy(tmp_path, 12_000)
    assert heavy == []
    assert count > 25 + len(KINDS)


@long_form
def test_nor_does_it_after_a_month(tmp_path: Path) -> None:
    assert _heavy(tmp_path, 62_000)[1] == []
