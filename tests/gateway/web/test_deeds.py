"""Protects the settling of doubts: a decision is carried out once, as its page showed it, with who and why; or refused."""

from __future__ import annotations

import re

import pytest

from pms_adapters.posting import Refused
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house

IN_DOUBT, REFUSED, NO_POST, NO_NEWS = 3, 4, 5, 6


def form(asker: Asker, number: int, **fields: str) -> dict[str, str]:
    """The form of a posting as its page shows it, filled in."""
    text = asker.get(f"/postings/{number}").text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', text))
    return {**hidden, "who": "Ines", "why": "seen on the folio", **fields}


def decide(asker: Asker, number: int, deed: str, **headers: str) -> Answer:
    """Press a button of a posting's page, and follow where it leads."""
    said = {"sec_fetch_site": "same-origin", **headers}
    answer = asker.post(f"/postings/{number}", form(asker, number, deed=deed), **said)
    return asker.get(answer.headers["location"]) if answer.status == 303 else answer


def state(house: StandingHouse, number: int) -> str:
    """How a posting stands in the store."""
    return next(str(row["state"]) for row in house.rig.postings() if row["id"] == number)


@pytest.mark.parametrize(
    ("number", "deed", "after"),
    [
        (IN_DOUBT, "on-folio", "posted"),
        (IN_DOUBT, "not-on-folio", "posted"),
        (IN_DOUBT, "write-off", "written_off"),
        (REFUSED, "retry", "posted"),
        (REFUSED, "write-off", "written_off"),
        (NO_POST, "release", "posted"),
        (NO_NEWS, "write-off", "written_off"),
    ],
)
def test_a_button_does_what_it_says(house: StandingHouse, number: int, deed: str, after: str) -> None:
    answer = decide(Asker(as_house(house)), number, deed)
    assert answer.status == 200
    assert f"Posting {number} is now" in answer.text
    assert "Asked by Ines." in answer.text
    assert state(house, number) == after
    (who, what) = house.rig.rows(f"SELECT who, what FROM audit_trail WHERE posting_id = {number} AND who = 'Ines'")[0]
    assert (who, "seen on the folio" in what) == ("Ines", True)


def test_pressing_twice_does_it_once(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    pressed = form(asker, IN_DOUBT, deed="not-on-folio")
    first = asker.post(f"/postings/{IN_DOUBT}", pressed, sec_fetch_site="same-origin")
    second = asker.post(f"/postings/{IN_DOUBT}", pressed, sec_fetch_site="same-origin")
    assert (first.status, second.status) == (303, 422)
    assert "Meanwhile this posting stands as “posted”; nothing was done." in second.text
    assert house.rig.rows(f"SELECT count(*) FROM attempts WHERE posting_id = {IN_DOUBT}") == [(2,)]


def test_a_decision_about_an_earlier_attempt_is_not_taken_for_one_about_this(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    old = form(asker, REFUSED, deed="write-off")
    house.pms.answers.append(Refused("NG", "still no such guest"))
    decide(asker, REFUSED, "retry")
    assert state(house, REFUSED) == "refused"
    answer = asker.post(f"/postings/{REFUSED}", old, sec_fetch_site="same-origin")
    assert answer.status == 422
    assert "nothing was done" in answer.text
    assert state(house, REFUSED) == "refused"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"who": "  "}, "Write your name"),
        ({"deed": "write-off", "why": ""}, "A write-off needs a reason"),
        ({"deed": "on-folio", "why": " "}, "Write what you saw on the folio"),
        ({"deed": "not-on-folio", "why": ""}, "Write what you saw on the folio"),
        ({"deed": "release"}, "not something that can be done"),
        ({"deed": "delete"}, "not something that can be done"),
        ({"token": "0" * 64}, "older than the running gateway"),
        ({"state": "refused"}, "older than the running gateway"),
        ({"token": "ü"}, "older than the running gateway"),
    ],
)
def test_what_is_not_filled_in_is_asked_for_and_nothing_is_done(
    house: StandingHouse, fields: dict[str, str], sentence: str
) -> None:
    asker = Asker(as_house(house))
    filled = form(asker, IN_DOUBT, **{"deed": "on-folio", **fields})
    answer = asker.post(f"/postings/{IN_DOUBT}", filled, sec_fetch_site="same-origin")
    assert answer.status == 422
    assert sentence in answer.text
    assert state(house, IN_DOUBT) == "in_doubt"
    assert house.rig.rows("SELECT count(*) FROM commands") == [(0,)]


def test_what_was_typed_is_not_lost_with_the_refusal(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    answer = asker.post(f"/postings/{IN_DOUBT}", form(asker, IN_DOUBT, deed="write-off", who="Zoë", why=""))
    assert 'value="Zoë"' in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 303),
        ({"sec_fetch_site": "same-origin", "origin": "null"}, 303),
        ({"sec_fetch_site": "cross-site", "origin": "http://evil.example"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "none"}, 403),
        ({"origin": "http://localhost:8080"}, 303),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({}, 303),
    ],
)
def test_a_form_of_another_site_is_refused(house: StandingHouse, headers: dict[str, str], status: int) -> None:
    asker = Asker(as_house(house))
    answer = asker.post(f"/postings/{IN_DOUBT}", form(asker, IN_DOUBT, deed="on-folio"), **headers)
    assert answer.status == status
    assert state(house, IN_DOUBT) == ("posted" if status == 303 else "in_doubt")


def test_a_token_of_another_process_is_worth_nothing(house: StandingHouse) -> None:
    before = form(Asker(as_house(house)), IN_DOUBT, deed="on-folio")
    answer = Asker(as_house(house)).post(f"/postings/{IN_DOUBT}", before, sec_fetch_site="same-origin")
    assert answer.status == 422


def test_a_posting_that_does_not_exist_cannot_be_decided(asker: Asker) -> None:
    filled = {**form(asker, IN_DOUBT, deed="on-folio")}
    assert asker.post("/postings/999", filled).status == 404


def test_what_a_command_came_to_is_shown_on_its_own_posting_only(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    decide(asker, IN_DOUBT, "on-folio")
    assert "Asked by" in asker.get(f"/postings/{IN_DOUBT}?told=1").text
    assert "Asked by" not in asker.get(f"/postings/{REFUSED}?told=1").text


def test_a_gateway_that_does_not_answer_at_once_is_not_said_to_have_done_it(
    house: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "read_commands_soon", lambda: None)
    asker = Asker(as_house(house))
    filled = form(asker, IN_DOUBT, deed="on-folio")
    answer = asker.post(f"/postings/{IN_DOUBT}", filled, sec_fetch_site="same-origin")
    assert answer.status == 303
    assert "the gateway has not carried it out yet" in asker.get(answer.headers["location"]).text
    assert state(house, IN_DOUBT) == "in_doubt"
