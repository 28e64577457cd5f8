"""A number's page: every contact in both directions, honest where nothing is told; tags are given once, by name, and kept."""

from __future__ import annotations

import re

import pytest

from tests.gateway.test_inbound_store import ADA, incoming
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house

PAGE = f"/numbers/{ADA}"
OURS = {"sec_fetch_site": "same-origin"}


@pytest.fixture
def visited(empty: StandingHouse) -> StandingHouse:
    """Ada called three times (answered, missed, voice mail) and was called from room 201; somebody else called once."""
    empty.guest("201", "77001", "Adler")
    empty.raw(incoming(1), incoming(2, seconds=0), incoming(3, party="V9502", seconds=20))
    empty.raw(incoming(4, caller="+442071234567"), incoming(5, caller="anonymous"))
    empty.call("201", "90048601234567", 185)
    return empty


@pytest.fixture
def asker(visited: StandingHouse) -> Asker:
    """Somebody at the desk."""
    return Asker(as_house(visited))


def text_of(page: Answer) -> str:
    """What is to be read on a page, on one line."""
    main = page.text.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def tag(asker: Asker, address: str = PAGE, **fields: str) -> Answer:
    """Fill in the form of tags, send it, and follow where it leads."""
    token = re.findall(r'name="token" value="([^"]*)"', asker.get(address).text)[-1]
    said = {"token": token, "tag": "agency", "who": "Ines", "why": "books groups", **fields}
    answer = asker.post(address, said, **OURS)
    return asker.get(answer.headers["location"]) if answer.status == 303 else answer


def test_every_contact_is_there_with_what_became_of_it(asker: Asker) -> None:
    page = asker.get(PAGE)
    words = text_of(page)
    assert page.status == 200
    assert "601 234 567" in words
    assert "Poland, mobile" in words
    assert "came in 3: 1 answered, 2 missed" in words
    assert "went out 1: 1 answered" in words
    assert "talk 4:05" in words, "a minute with the kitchen and 3:05 with the guest; voice mail is nobody"
    assert "guests' calls to it 4.00 PLN" in words.replace("&#39;", "'")
    assert "gave up while it rang" in words
    assert "voice mail" in words
    assert "Kitchen 600 1 1:00" in words
    assert "room 201 201 1 3:05" in words
    assert [int(one) for one in re.findall(r'href="/calls/(\d+)"', page.text)] == [6, 3, 2, 1]


def test_a_list_goes_on_with_older_contacts(visited: StandingHouse, asker: Asker) -> None:
    for number in range(100, 150):
        visited.raw(incoming(number))
    page = asker.get(PAGE)
    first = re.findall(r'href="/calls/(\d+)"', page.text)
    older = re.search(rf'href="({re.escape(PAGE)}\?before=\d+)"', page.text)
    assert older is not None
    rest = re.findall(r'href="/calls/(\d+)"', asker.get(older[1]).text)
    assert len(first) + len(rest) == 54
    assert not set(first) & set(rest)


def test_a_number_is_found_however_it_is_written(asker: Asker) -> None:
    for words in ("601 234 567", "0048601234567", "+48 601-234-567"):
        assert asker.get(f"/numbers?number={words.replace('+', '%2B').replace(' ', '%20')}").headers["location"] == PAGE
    assert asker.get("/numbers/601234567").headers["location"] == PAGE
    assert asker.get("/numbers?number=nobody").status == 422
    unknown = asker.get("/numbers/+48999999999")
    assert (unknown.status, "No call with this number is kept." in unknown.text) == (200, True)
    for odd in ("/numbers/abc", "/numbers/%0d%0aset-cookie:x", "/numbers/+", f"/numbers/{'1' * 41}"):
        assert asker.get(odd).status == 404


def test_a_call_leads_to_its_number(asker: Asker) -> None:
    assert 'href="/numbers/of/1"' in asker.get("/calls/1").text
    page = asker.get("/numbers/of/1")
    assert (page.status, "601 234 567" in page.text, "came in 3: 1 answered, 2 missed" in text_of(page)) == (
        200,
        True,
        True,
    )
    assert "/numbers/of/5" not in asker.get("/calls/5").text
    nobody = asker.get("/numbers/of/5")
    assert (nobody.status, "the caller showed none" in nobody.text) == (404, True)


def test_masked_the_number_stands_nowhere(asker: Asker) -> None:
    page = asker.get("/numbers/of/1?masked=1")
    assert page.status == 200
    assert "+486******67" in page.text
    assert "601234567" not in page.text.replace(" ", "")
    assert "tagged agency" in text_of(tag(asker, "/numbers/of/1?masked=1"))
    assert "601234567" not in asker.get("/numbers?masked=1").text.replace(" ", "")


def test_a_tag_is_given_once_and_taken_away_by_name_and_both_are_kept(visited: StandingHouse, asker: Asker) -> None:
    assert "The number is tagged agency." in text_of(tag(asker))
    assert "The number has the tag agency already." in text_of(tag(asker, tag="  AGENCY "))
    assert "agency · given 12:00 by Ines : books groups" in text_of(asker.get(PAGE))
    assert f'href="/numbers/{ADA.replace("+", "%2B")}"' in asker.get("/numbers").text
    gone = text_of(tag(asker, untag="agency", why="no longer", who="Olaf"))
    assert "The tag agency is taken away." in gone
    assert "Nobody has given this number a tag." in gone
    assert "taken away 12:00 by Olaf" in gone
    assert visited.rig.rows("SELECT who, what FROM audit_trail WHERE who IN ('Ines', 'Olaf') ORDER BY id") == [
        ("Ines", f"number {ADA} tagged agency: books groups"),
        ("Olaf", f"number {ADA} no longer tagged agency: no longer"),
    ]
    assert "The number is tagged agency." in text_of(tag(asker)), "what was taken away may be given again"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tag": ""}, "Write the tag"),
        ({"tag": "x" * 41}, "at most 40 characters"),
        ({"who": ""}, "Write your name"),
        ({"why": " "}, "Write why"),
        ({"token": "0" * 64}, "older than the running gateway"),
        ({"untag": "never given"}, "The number has no tag never given."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(
    visited: StandingHouse, asker: Asker, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in text_of(tag(asker, **fields))
    assert visited.rig.rows("SELECT * FROM number_tags") == []


def test_a_hostile_tag_is_text_and_another_sites_form_is_refused(visited: StandingHouse, asker: Asker) -> None:
    page = tag(asker, tag='"><script>alert(1)</script>', why="\u202e x")
    assert "<script>alert" not in page.text
    assert "alert(1)" in page.text
    assert asker.post(PAGE, {"tag": "x"}, sec_fetch_site="cross-site").status == 403
    assert len(visited.rig.rows("SELECT * FROM number_tags")) == 1
