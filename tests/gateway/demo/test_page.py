"""Protects whoever watches: the same call is known again in three columns, nothing from outside is markup, no other site presses a button."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from twisted.internet.task import Clock as FakeClock

from gateway.config import Config
from gateway.demo.balance import Balance, balance
from gateway.demo.books import Books
from gateway.demo.page import Routes
from gateway.demo.supervisor import Deed, Notice, Standing
from gateway.demo.watch import Watch
from gateway.web.security import Door, QuietSite, own_hosts
from gateway.web.words import Clock
from tests.gateway.demo.ledgers import NOON, books, folio_line, stored, told_line
from tests.gateway.rig import WARSAW
from tests.gateway.web.asking import Asker


@dataclass
class _Property:
    name: str = "Seaside Hotel"
    timezone: Any = WARSAW


@dataclass
class _Config:
    property: _Property = field(default_factory=_Property)


@dataclass
class _Watch:
    books: Books


class StandingShow:
    """A demo in which nothing moves, and which writes down what it is told to do."""

    gateway_url = "http://127.0.0.1:8081"
    pms_url = ""

    def __init__(self, ledgers: Books) -> None:
        self.config = cast(Config, _Config())
        self.watch = cast(Watch, _Watch(ledgers))
        names = ("exchange", "gateway", "PMS")
        self.standings = [Standing(name=name, up=True, words="runs since {at}", since=NOON) for name in names]
        self.pms_listens = True
        self.notices: deque[Notice] = deque()
        self.done: list[str] = []

    def clock(self) -> Clock:
        """Noon."""
        return Clock(WARSAW, NOON)

    def balance(self) -> Balance:
        """The real balance of these ledgers."""
        return balance(self.watch.books)

    async def do(self, deed: Deed) -> None:
        """Write it down."""
        self.done.append(deed)


class PageAsker(Asker):
    """Asks the demo's page."""

    def __init__(self, show: StandingShow) -> None:
        self.clock = FakeClock()
        self.door = Door(Routes(show).app.resource(), own_hosts("127.0.0.1"))
        self.site = QuietSite(self.door, self.clock)

    def token(self) -> str:
        """What the page's own forms carry."""
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get("/").text)
        assert found is not None
        return found[1]


ONE = ([told_line("1000001")], [stored(5, "1000001", "posted", tokens=(7,))], [folio_line(7)])


@pytest.fixture
def show() -> StandingShow:
    """A demo in which one call has arrived."""
    return StandingShow(books(*ONE))


@pytest.fixture
def asker(show: StandingShow) -> PageAsker:
    """Somebody who looks at it."""
    return PageAsker(show)


def column(page: str, name: str) -> str:
    """The rows of one column."""
    found = re.search(rf'<ol class="cells" id="{name}".*?</ol>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_call_has_the_same_number_and_colour_in_every_column(asker: PageAsker) -> None:
    page = asker.get("/").text
    chips = [
        re.findall(r'class="chip (c-?\d+)".*?</span>([^<]+)</span>', column(page, name))
        for name in ("exchange", "calls", "folio")
    ]
    assert chips == [[("c1", "1")]] * 3


def test_each_column_says_what_its_own_ledger_has(asker: PageAsker) -> None:
    page = asker.get("/").text
    assert "record of 1000001" in column(page, "exchange")
    assert "1.20 PLN" in column(page, "calls")
    assert 'href="http://127.0.0.1:8081/calls/5"' in column(page, "calls")
    assert "Adler" in column(page, "folio")
    assert "1 record, 0 lost, 0 doubled" in page


def test_a_call_that_is_not_charged_reaches_two_columns_and_says_why() -> None:
    free = stored(5, "1000001", status="not_chargeable", reason="the call was not answered", amount=None)
    page = PageAsker(StandingShow(books([told_line("1000001", charged=False)], [free], []))).get("/").text
    assert "not charged: the call was not answered" in column(page, "calls")
    assert "Nothing was charged yet" in column(page, "folio")


def test_a_doubt_leads_to_where_it_is_settled() -> None:
    doubt = stored(5, "1000001", "in_doubt", tokens=(7,))
    page = (
        PageAsker(StandingShow(books([told_line("1000001")], [doubt], [folio_line(7, delivery="never")]))).get("/").text
    )
    assert 'href="http://127.0.0.1:8081/postings/50"' in column(page, "calls")
    assert "booked, not answered" in column(page, "folio")
    assert "in doubt; the PMS&#39;s own list has it" in page


def test_a_lost_call_is_named_in_red_at_the_top() -> None:
    page = PageAsker(StandingShow(books([told_line("1000001")], [], []))).get("/").text
    assert "0 records, 1 lost, 0 doubled" in page
    assert "told by the exchange, not in the store" in page


def test_a_room_shows_the_whole_folio_of_its_guest_and_no_other_guests(show: StandingShow) -> None:
    show.watch.books.hear_earlier(
        iter([folio_line(3, 500), folio_line(4, 900, reservation="66000"), folio_line(5, 800, room="202")])
    )
    page = PageAsker(show).get("/?room=201").text
    assert "6.20 PLN" in page
    assert "9.00 PLN" not in page
    assert "8.00 PLN" not in page
    assert "nobody was charged there" in PageAsker(show).get("/?room=999").text


def test_nothing_that_a_ledger_says_is_markup() -> None:
    evil = "<script>alert(1)</script>"
    ledgers = books(
        [told_line("1000001", extension=evil)],
        [stored(5, "1000001", "posted", tokens=(7,), room=evil, place=evil)],
        [folio_line(7, guest=evil, text=evil, room=evil)],
    )
    page = PageAsker(StandingShow(ledgers)).get("/?room=" + "%3Cscript%3E").text
    assert "<script>alert" not in page
    assert page.count("<script") == 1


def test_a_page_may_load_nothing_but_its_own_files(asker: PageAsker) -> None:
    answer = asker.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        assert asker.get(address).status == 200
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)


def test_each_button_is_carried_out_and_leads_back_to_the_page(show: StandingShow) -> None:
    asker = PageAsker(show)
    for deed in ("cut", "restore", "hang", "kill", "emergency"):
        answer = asker.post(f"/deeds/{deed}", {"token": asker.token()}, sec_fetch_site="same-origin")
        assert (answer.status, answer.headers["location"]) == (303, "/")
    assert show.done == ["cut", "restore", "hang", "kill", "emergency"]


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({}, {}, 403),
        ({"token": "0" * 64}, {}, 403),
        ({"token": "mine"}, {"sec_fetch_site": "cross-site"}, 403),
        ({"token": "mine"}, {"origin": "http://evil.example"}, 403),
        ({"token": "mine"}, {"host": "evil.example"}, 421),
    ],
)
def test_no_other_site_presses_a_button(
    show: StandingShow, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    asker = PageAsker(show)
    sent = {name: asker.token() if value == "mine" else value for name, value in fields.items()}
    assert asker.post("/deeds/kill", sent, **headers).status == status
    assert show.done == []


def test_a_button_that_does_not_exist_does_nothing(show: StandingShow) -> None:
    asker = PageAsker(show)
    assert asker.post("/deeds/burn", {"token": asker.token()}).status == 404
    assert asker.get("/deeds/kill").status in (404, 405)
    assert show.done == []


def test_what_cannot_be_pressed_now_is_not_offered(show: StandingShow) -> None:
    show.pms_listens = False
    show.standings[1].up = False
    page = PageAsker(show).get("/").text
    assert "Restore the PMS" in page
    assert "Cut the PMS" not in page
    assert page.count(" disabled") == 2


def test_programs_get_the_balance_as_figures(asker: PageAsker) -> None:
    said = asker.get("/balance.json").json()
    assert said["states"] == {"posted": 1}
    assert (said["lost"], said["doubled"], said["booked"]) == ([], [], 1)
