"""A provider on a socket vouches for people, and none of its lies, nor an answer of somebody else's attempt, lets anybody in."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.instants import SECOND
from tests.gateway.people.provider import CLIENT, SECRET, Provider, running_provider
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.visitor import Visitor

_TABLE = """
[sign_in.oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
label = "the house account"
scopes = ["openid", "profile", "groups"]
roles = {{ "bosses" = "supervisor", "hotel-desk" = "desk" }}
"""


class Door:
    """A house that believes a provider, and somebody who comes to it."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.provider = provider
        table = _TABLE.format(issuer=provider.issuer, client=CLIENT, secret=SECRET)
        self.house = StandingHouse(folder, sign_in="required", more=table)
        provider.now = lambda: self.house.micros() // SECOND
        self.asker = Asker(as_house(self.house))
        self.visitor = Visitor(self.asker)

    def sent_to(self, to: str = "/") -> str:
        """Where the house sends somebody who wants to sign in so."""
        self.visitor.go("/sign-in?to=" + to)
        assert "Sign in with the house account" in self.visitor.says()
        self.visitor.take_cookies(answer := self.asker.get(f"/sign-in/oidc?to={to}"))
        assert answer.status == 303
        return answer.headers["location"]

    def back(self, place: str) -> str:
        """What the provider sends the browser back to."""
        parts = urlsplit(place)
        connection = http.client.HTTPConnection(parts.netloc)
        connection.request("GET", f"{parts.path}?{parts.query}")
        location = connection.getresponse().headers["location"]
        connection.close()
        assert location.startswith("http://localhost:8080/sign-in/oidc/back?")
        return location.removeprefix("http://localhost:8080")

    def come(self, to: str = "/") -> str:
        """The whole way; what the last page says."""
        self.visitor.go(self.back(self.sent_to(to)))
        return self.visitor.says()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with running_provider() as provider:
        made = Door(tmp_path, provider)
        yield made
        made.house.close()


def test_somebody_comes_by_the_provider_with_the_role_of_the_groups(door: Door) -> None:
    door.provider.claims = {"groups": ["guests", "hotel-desk"]}
    assert door.come("/calls") == "Foliogate Go on"  # a page of ours, so that the browser sends its Strict cookie
    assert 'url=/calls"' in door.visitor.page.text
    door.visitor.go("/calls")
    assert "Ines · front desk" in door.visitor.says()
    door.provider.claims, door.provider.userinfo = {}, {"groups": ["bosses"]}
    door.come()
    door.visitor.go("/calls")
    assert "Ines · supervisor" in door.visitor.says()
    assert door.house.rig.rows("SELECT source, subject, password FROM users") == [("oidc", "u-1", "")]
    assert ("oidc", "role changed", "desk", "supervisor") in door.house.rig.rows(
        "SELECT who, what, before, after FROM people_trail"
    )


LIES: list[tuple[dict[str, Any], str]] = [
    ({"groups": []}, "none of your groups"),
    ({"iss": "https://evil.example"}, "iss"),
    ({"aud": "somebody else"}, "aud"),
    ({"aud": [CLIENT, "x"], "azp": "x"}, "azp"),
    ({"nonce": "of another attempt"}, "nonce"),
    ({"exp": 1_000_000_000}, "expired"),
]


def test_a_token_that_is_not_for_this_attempt_lets_nobody_in(door: Door) -> None:
    for claims, why in LIES:
        door.provider.claims = {"groups": ["bosses"], **claims}
        assert why in door.come(), claims
        assert door.visitor.page.status == 422
    door.provider.claims, door.provider.forge = {"groups": ["bosses"]}, True
    assert "cannot vouch for you now" in door.come()
    assert door.house.rig.rows("SELECT count(*) FROM sessions") == [(0,)]


def test_a_provider_that_calls_itself_otherwise_is_not_believed(door: Door) -> None:
    door.provider.calls_itself = "https://evil.example"
    answer = door.asker.get("/sign-in/oidc")
    assert (answer.status, b"calls itself" in answer.body) == (502, True)


def test_an_answer_belongs_to_one_browser_and_is_good_once(door: Door) -> None:
    door.provider.claims = {"groups": ["bosses"]}
    back = door.back(door.sent_to())
    stranger = Visitor(door.asker)
    assert "not belong to an attempt of this browser" in stranger.go(back).text
    assert "not belong" in door.visitor.go(back.replace("state=", "state=x")).text
    door.visitor.go(door.back(door.sent_to()))
    assert door.visitor.page.status == 200
    assert "not belong" in door.visitor.go(back).text
