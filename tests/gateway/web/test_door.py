"""Protects the desk's machine: another site's page in its browser can neither read our pages nor decide anything."""

from __future__ import annotations

import pytest

from gateway.web.security import HEADERS, LONGEST_ADDRESS, LONGEST_BODY, Tokens, from_our_page, own_hosts
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

ADDRESSES = (
    "/now",
    "/rooms",
    "/rooms?view=list",
    "/rooms/201",
    "/rooms/203?all=1",
    "/find?q=adler",
    "/sheets/2",
    "/postings/3",
    "/nowhere",
    "/calls?before=x",
    "/api/v1/status",
    "/healthz",
    "/metrics",
    "/static/page.css",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_forbids_what_a_page_of_ours_never_does(asker: Asker, address: str) -> None:
    headers = asker.get(address).headers
    for name, value in HEADERS.items():
        if name != "cache-control":
            assert headers[name] == value, name


def test_the_policy_names_everything_it_lets_in() -> None:
    policy = dict(one.split(" ", 1) for one in HEADERS["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {policy[name] for name in policy if name not in ("default-src", "base-uri", "frame-ancestors")} == {"'self'"}


@pytest.mark.parametrize("address", ["/now", "/calls/2", "/api/v1/calls", "/metrics"])
def test_nothing_with_data_is_kept_by_a_browser(asker: Asker, address: str) -> None:
    assert asker.get(address).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost:8080", "LOCALHOST", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080"])
def test_names_of_this_machine_are_answered(asker: Asker, host: str) -> None:
    assert asker.get("/livez", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8080", "10.0.0.1", "127.0.0.1.evil.example", "x"]
)
def test_a_name_that_points_here_by_trickery_leads_nowhere(asker: Asker, host: str) -> None:
    answer = asker.get("/api/v1/calls", host=host)
    assert answer.status == 421
    assert b"601234567" not in answer.body


def test_the_configured_host_is_ours() -> None:
    ours = own_hosts("desk.hotel.example")
    assert ours("Desk.Hotel.Example")
    assert not ours("")
    assert not own_hosts("")("")


def test_a_body_is_bounded(asker: Asker) -> None:
    assert asker.post("/postings/3", {"why": "x" * LONGEST_BODY}).status == 413


def test_an_address_is_bounded(asker: Asker) -> None:
    assert asker.get("/calls?q=" + "x" * LONGEST_ADDRESS).status == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_refused_with_what_is_allowed(asker: Asker, method: str) -> None:
    answer = asker.get("/now", method)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_a_page_is_not_posted_to(asker: Asker) -> None:
    assert asker.post("/calls", {"x": "y"}).status == 405


def test_a_head_has_no_body(asker: Asker) -> None:
    answer = asker.get("/now", "HEAD")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /%ff%fe HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET /calls?q=%00%ff&before=%u0041 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        b"POST /postings/3 HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data\r\ncontent-length: 3\r\n\r\nabc",
        b"GET //evil.example/%2e%2e HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    ],
)
def test_garbage_gets_an_answer_and_nothing_breaks(asker: Asker, data: bytes) -> None:
    answer = asker.exchange(data)
    assert 200 <= answer.status < 500
    assert asker.get("/livez").status == 200


def test_a_closed_door_says_so(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    asker.door.closed = True
    assert asker.get("/now").status == 503


@pytest.mark.parametrize(
    ("fetch_site", "origin", "ours"),
    [
        ("same-origin", None, True),
        ("cross-site", "http://desk:8080", False),
        (None, "http://desk:8080", True),
        (None, "https://desk:8080", True),
        (None, "http://other", False),
        (None, "null", True),
        (None, None, True),
    ],
)
def test_the_browsers_own_word_comes_first(fetch_site: str | None, origin: str | None, ours: bool) -> None:
    assert from_our_page(fetch_site, origin, "desk:8080") is ours


def test_a_token_fits_what_it_was_made_for_and_nothing_else() -> None:
    tokens = Tokens(b"secret")
    token = tokens.sign(3, "in_doubt", 1)
    assert tokens.fits(token, 3, "in_doubt", "1")
    assert not tokens.fits(token, 3, "in_doubt", "2")
    assert not tokens.fits(token, 31, "in_doubt", "")
    assert not Tokens(b"other").fits(token, 3, "in_doubt", 1)
