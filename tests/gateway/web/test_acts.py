"""Protects the pages on which people change charges: by name, for a reason, once, and never behind an old page."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.gateway.rig import line
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.visitor import Visitor


def at_the_desk(house: StandingHouse) -> Visitor:
    """Somebody at a page, in a house where nobody signs in."""
    return Visitor(Asker(as_house(house)))


def charged(house: StandingHouse) -> tuple[int, int]:
    """A call that is posted: its number, and its amount."""
    [(call, amount)] = house.rig.rows(
        "SELECT call_id, amount FROM postings WHERE state = 'posted' AND kind = 'charge' ORDER BY id LIMIT 1"
    )
    return int(call), int(amount)


def test_a_charge_is_made_void_by_name_and_for_a_reason(house: StandingHouse) -> None:
    """Each thing that is missing is said; then the page shows what was done, by whom, and what is left to do."""
    desk = at_the_desk(house)
    call, amount = charged(house)
    address = f"/acts/call/{call}"
    assert "Make it void" in desk.go(address).text
    assert "Write your name" in desk.fill(address, kind="void", reason="bad-line", why="crackled").text
    assert "Choose a reason" in desk.fill(address, kind="void", who="Ines", why="crackled", reason="cheap").text
    assert "own words" in desk.fill(address, kind="void", who="Ines", reason="bad-line", why="").text
    assert (
        "makes it less"
        in desk.fill(address, kind="adjust", who="Ines", reason="bad-line", why="crackled", amount="9999").text
    )
    said = desk.fill(address, kind="void", who="Ines", reason="bad-line", why="<b>crackled</b>").text
    assert "Act 1 done" in said
    assert "off the folio of room" in said
    assert "&lt;b&gt;crackled&lt;/b&gt;" in said
    assert "<b>crackled" not in said
    assert house.rig.rows("SELECT kind, before, after, asked_by FROM acts") == [("void", amount, 0, "Ines")]
    assert "crackled" in desk.go("/acts").text


def test_an_old_page_changes_nothing(house: StandingHouse) -> None:
    """A form that was made before the charge changed is refused with what stands now."""
    desk, other = at_the_desk(house), at_the_desk(house)
    call, _ = charged(house)
    address = f"/acts/call/{call}"
    other.go(address)
    desk.go(address)
    token = re.findall(r'name="token" value="([^"]*)"', desk.page.text)[0]
    desk.fill(address, kind="void", who="Ines", reason="bad-line", why="crackled")
    stale = desk.post(address, {"token": token, "kind": "void", "who": "Ines", "reason": "other", "why": "again"})
    assert "older than the running gateway" in stale.text
    assert house.rig.rows("SELECT COUNT(*) FROM acts") == [(1,)]


def test_a_charge_by_hand_that_is_sent_twice_charges_once(house: StandingHouse) -> None:
    """The button pressed twice, the page loaded again."""
    desk = at_the_desk(house)
    desk.go("/acts/charge")
    fields = dict(re.findall(r'name="(token|once)" value="([^"]*)"', desk.page.text))
    fields |= {"room": "201", "amount": "4.50", "why": "fax, 1 page", "who": "Ines"}
    assert "charged to 201 by hand" in desk.post("/acts/charge", fields).text
    assert "was sent before" in desk.post("/acts/charge", fields).text
    assert house.rig.rows("SELECT amount, place FROM calls WHERE source = 'desk'") == [(450, "fax, 1 page")]
    desk.go("/acts/charge")
    assert "not done: nobody is known to be in room 999" in desk.fill(
        "/acts/charge", room="999", amount="1", why="fax", who="Ines"
    ).text.replace("Not done", "not done")


def test_what_waits_is_agreed_to_by_somebody_else(house: StandingHouse) -> None:
    """The page shows what is asked; the person who asked cannot agree, another can."""
    call, amount = charged(house)
    acts = house.config.acts.model_copy(update={"second_person_above": "0.01"})
    house.config = replace(house.config, acts=acts)
    desk = at_the_desk(house)
    address = f"/acts/call/{call}"
    desk.go(address)
    assert (
        "waits for a second person"
        in desk.fill(address, kind="void", who="Ines", reason="goodwill", why="old friend").text
    )
    desk.go("/acts")
    assert "another person must agree" in desk.fill("/acts/1", who="ines", deed="agree").text
    assert "Say why" in desk.fill("/acts/1", who="Anna", deed="decline").text
    desk.go("/acts")
    assert "Act 1 done" in desk.fill("/acts/1", who="Anna", deed="agree").text
    assert house.rig.rows("SELECT state, decided_by FROM acts") == [("done", "Anna")]
    assert sum(row[0] for row in house.rig.rows(f"SELECT amount FROM postings WHERE call_id = {call}")) == 0
    assert amount > 0


def test_a_share_of_a_call_is_named_and_the_pages_of_both_rooms_show_their_own(house: StandingHouse) -> None:
    """The form asks whose; the other guest's charge, page and bill stay as they are; the sheet names nobody."""
    rig = house.rig
    rig.rules = replace(rig.rules, transfer_payer="each")
    rig.use(rig.book)
    both = (("201", 61, 1), ("202", 119, 0))
    legs = (line(77, extension=who, dialled="9600123456", seconds=s, more=m, start=rig.now) for who, s, m in both)
    rig.send(rig.connect(), *legs)
    rig.advance(1)
    shares = dict(rig.rows("SELECT name, amount FROM call_shares"))
    [(call,)] = rig.rows("SELECT DISTINCT call_id FROM call_shares")
    first, second = (f"{shares[room] / 100:.2f}" for room in ("201", "202"))
    desk = at_the_desk(house)
    for room, mine, talked in (("201", first, "1:01"), ("202", second, "1:59")):
        page = desk.go(f"/rooms/{room}").text
        assert f'href="/calls/{call}"' in page
        assert mine in page
        assert talked in page
    assert "each holder pays for his time; share of room 201: 1:01" in desk.go(f"/calls/{call}").text
    sheet = desk.go(f"/sheets/{call}").text
    assert "shared by those who held it" in sheet
    assert "Adler" not in sheet.split("<main")[1]
    address = f"/acts/call/{call}"
    assert "Whose share of the call" in desk.go(address).text
    assert "It was paid at the till" not in desk.page.text
    said = desk.fill(address, kind="void", share="", reason="bad-line", why="crackled", who="Ines")
    assert "name whose share (201 or 202)" in said.text
    said = desk.fill(address, kind="void", share="202", reason="bad-line", why="crackled", who="Ines")
    assert f"{second} PLN of room 202 void" in said.text
    assert rig.rows("SELECT room, before, after FROM acts") == [("202", shares["202"], 0)]
