"""Protects the pages of bills: an interim one changes nothing, a final one is numbered, kept and copied under its own name."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

from pypdf import PdfReader

from gateway.acts import ASK, Act
from gateway.bills.bill import Bill, by_standing, total
from gateway.bills.issuing import FINAL
from gateway.bills.keeping import bill_now, bill_then
from gateway.store import billing, commands
from pms_adapters.events import CheckedOut, Guest, GuestChanged
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import HOSTILE_NAME, StandingHouse, as_house

OURS = {"sec_fetch_site": "same-origin"}


def send(asker: Asker, address: str, **fields: str) -> Answer:
    """Fill in the form of a page that changes something, and send it."""
    form = asker.get(address).text.split('<form class="deed" method="post"')[1]
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', form))
    return asker.post(address, {**hidden, **fields}, **OURS)


def words(page: Answer) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def ask(house: StandingHouse, deed: str, **said: Any) -> str:
    """A command of another process; what came of it."""
    now = house.micros()
    given = house.database.transact(
        lambda c: commands.give(c, "SEASIDE", now=now, who="Ines", deed=deed, why="asked", **said)
    )
    house.read_commands_soon()
    return house.database.read(lambda c: commands.result(c, "SEASIDE", given)) or ""


def as_it_stands(house: StandingHouse, number: int) -> Bill | None:
    """The bill of a stay now."""
    return house.database.read(lambda c: bill_now(c, "SEASIDE", number, house.micros()))


def stay_of(house: StandingHouse, reservation: str) -> int:
    """The number of a stay."""
    return int(house.rig.rows(f"SELECT max(id) FROM stays WHERE reservation = '{reservation}'")[0][0])


def test_an_interim_bill_tells_where_each_stored_charge_stands_and_changes_nothing(house: StandingHouse) -> None:
    """The totals of the page are the sums of the guest's postings, and looking writes nothing."""
    asker = Asker(as_house(house))
    before = house.rig.rows("SELECT count(*) FROM audit_trail"), house.rig.rows("SELECT count(*) FROM commands")
    number = stay_of(house, "77001")
    page = asker.get(f"/bills/stay/{number}")
    assert page.status == 200
    bill = as_it_stands(house, number)
    assert bill is not None
    stored = dict(house.rig.rows("SELECT state, sum(amount) FROM postings WHERE reservation = '77001' GROUP BY state"))
    assert {name: one.gross for name, one in by_standing(bill.lines).items()} == {
        "folio": stored["posted"],
        "waiting": stored["due"],
    }
    assert f"Total {total(bill.lines).net / 100:.2f}" in words(page)
    assert "Interim statement" in words(page)
    for paper in ("a4", "letter", "roll"):
        answer = asker.get(f"/bills/stay/{number}/file.pdf?paper={paper}&language=pl")
        assert answer.headers["content-type"] == "application/pdf"
        assert "Rachunek" in PdfReader(io.BytesIO(answer.body)).pages[0].extract_text()
        assert asker.get(f"/bills/stay/{number}/paper?paper={paper}").status == 200
    after = house.rig.rows("SELECT count(*) FROM audit_trail"), house.rig.rows("SELECT count(*) FROM commands")
    assert after == before


def test_a_final_bill_is_made_once_and_its_copies_are_numbered_and_told_in_the_trail(house: StandingHouse) -> None:
    asker, number = Asker(as_house(house)), stay_of(house, "77001")
    assert "Write your name" in send(asker, f"/bills/stay/{number}", who="").text
    assert send(asker, f"/bills/stay/{number}", who="Ines", language="de").headers["location"] == "/bills/final/1"
    again = send(asker, f"/bills/stay/{number}", who="Ines")
    assert (again.status, "print a copy of it" in again.text) == (422, True)
    assert "Endabrechnung Nr. 1" in words(asker.get("/bills/final/1/print/0/paper"))
    assert send(asker, "/bills/final/1", who="Bob").headers["location"] == "/bills/final/1#prints"
    copy = words(asker.get("/bills/final/1/print/1/paper"))
    assert "Kopie 1 der Endabrechnung Nr. 1" in copy
    assert "Bob" in copy
    told = [row[0] for row in house.rig.rows("SELECT what FROM audit_trail WHERE who IN ('Ines', 'Bob') ORDER BY id")]
    assert told == ["final bill 1 of room 201 made: 80.60 PLN", "copy 1 of final bill 1 made"]
    assert asker.get("/bills/final/1/print/2/paper").status == 404
    house.rig.advance(16 * 60)
    assert asker.get("/bills/final/1/print/0/paper").status == 410


def test_a_charge_that_comes_later_makes_a_new_bill_which_names_the_old_one_and_leaves_it_as_it_was(
    house: StandingHouse,
) -> None:
    asker, number = Asker(as_house(house)), stay_of(house, "77001")
    send(asker, f"/bills/stay/{number}", who="Ines")
    row = house.database.read(lambda c: billing.bill(c, "SEASIDE", 1))
    assert row is not None
    first = house.database.read(lambda c: bill_then(c, "SEASIDE", row))
    house.call("201", "90048601234567", 60, ago=1)
    assert send(asker, f"/bills/stay/{number}", who="Ines").headers["location"] == "/bills/final/2"
    assert "This bill replaces bill no. 1." in words(asker.get("/bills/final/2"))
    assert house.database.read(lambda c: bill_then(c, "SEASIDE", row)) == first


def test_a_guest_who_moved_has_one_bill_with_both_rooms(house: StandingHouse) -> None:
    """Found from either row of the stay, and from the pages of his calls."""
    rig = house.rig
    rig.news(GuestChanged(room="301", guest=Guest(reservation="77001"), at=rig.now, old_room="201"))
    rig.advance(60)
    house.call("301", "90048601234567", 60, ago=0.5)
    rig.news(CheckedOut(room="301", at=rig.now, reservation="77001"))
    numbers = [row[0] for row in rig.rows("SELECT id FROM stays WHERE reservation = '77001' ORDER BY id")]
    bills = [as_it_stands(house, number) for number in numbers]
    assert bills[0] == bills[1]
    assert bills[0] is not None
    assert bills[0].stay.rooms == ("201", "301")
    call = rig.rows("SELECT max(id) FROM calls")[0][0]
    assert f'href="/bills/stay/{numbers[1]}"' in Asker(as_house(house)).get(f"/calls/{call}").text


def test_hostile_names_and_numbers_are_text_and_wrong_questions_get_a_sentence(house: StandingHouse) -> None:
    asker, number = Asker(as_house(house)), stay_of(house, "77003")
    for address in (f"/bills/stay/{number}", f"/bills/stay/{number}/paper?language=ar", "/bills", "/bills?q=203"):
        page = asker.get(address)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert unescape(page.text).count(HOSTILE_NAME.replace("\u202e", "\\u202e").replace("\x07", "\\x07")) >= 1
    typed = asker.get("/price?number=%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE&room=201")
    assert typed.status == 200
    assert "<script>alert" not in typed.text
    assert "This number cannot be dialled" in typed.text
    assert "No room and no extension is called" in asker.get("/price?number=112&room=%3Cb%3E").text
    assert "Write the time as day and hour" in asker.get("/price?number=112&at=noon").text
    assert "Emergency calls are always free." in asker.get("/price?number=112").text
    assert asker.get("/bills/stay/1?paper=a3").status == 400
    assert asker.get("/bills/stay/1?language=xx").status == 400
    assert [asker.get(f"/bills/{what}/999").status for what in ("stay", "final")] == [404, 404]
    assert asker.post("/bills/stay/1", {"who": "Eve"}, sec_fetch_site="cross-site").status == 403


def test_the_card_and_a_price_are_shown_and_printed_in_any_language(asker: Asker) -> None:
    assert "Ce que coûte un appel" in words(asker.get("/bills/card?language=fr"))
    assert "Prezzo di una telefonata" in words(asker.get("/price/paper?number=%2B442071234567&language=it"))
    for address in ("/bills/card/file.pdf?language=no", "/price/file.pdf?number=%2B442071234567&paper=roll"):
        assert asker.get(address).body.startswith(b"%PDF")


def test_a_command_from_elsewhere_that_names_no_stay_is_answered(house: StandingHouse) -> None:
    said = [ask(house, FINAL, posting_id=None, subject=subject) for subject in ("", "999", "٣", "-1", "9" * 40)]
    assert said == [f"there is no stay {number}" for number in (0, 999, 0, 0, 0)]


def test_the_bill_of_a_guest_who_left_yesterday_needs_a_reason_which_the_trail_keeps(house: StandingHouse) -> None:
    """On the day of the departure it is the desk's; later it opens for a while, for this stay alone."""
    asker, number, other = Asker(as_house(house)), stay_of(house, "77001"), stay_of(house, "77002")
    for reservation, room in (("77001", "201"), ("77002", "202")):
        house.rig.news(CheckedOut(room=room, at=house.rig.now, reservation=reservation))
    assert "Telephone bill" in asker.get(f"/bills/stay/{number}").text
    house.rig.advance(25 * 3600)
    closed = asker.get(f"/bills/stay/{number}").text
    assert "Telephone bill" not in closed
    for address in (f"/bills/stay/{number}/paper", f"/bills/stay/{number}/file.pdf"):
        assert "Say why you look at it" in asker.get(address).text
    token = re.findall(r'name="token" value="([^"]*)"', closed)[0]
    fields = {"token": token, "who": "Ines", "why": ""}
    assert asker.post(f"/bills/stay/{number}/look", fields, **OURS).status == 422
    opened = asker.post(f"/bills/stay/{number}/look", {**fields, "why": "guest wrote"}, **OURS).headers["location"]
    assert "Telephone bill" in asker.get(opened).text
    assert "Telephone bill" not in asker.get(opened.replace(f"/stay/{number}?", f"/stay/{other}?")).text
    trail = [row[0] for row in house.rig.rows("SELECT what FROM audit_trail WHERE who = 'Ines'")]
    assert trail == [f"looked at the bill of a guest who has left room 201 (stay {number}): guest wrote"]
    house.rig.advance(16 * 60)
    assert "Telephone bill" not in asker.get(opened).text


def test_what_people_send_move_and_enter_is_on_the_bill_of_whoever_pays_it(house: StandingHouse) -> None:
    """A refused charge that is sent again by hand stays with its guest; one that is moved is with the guest of the other room;
    what was entered at the desk is no telephone call."""
    house.pms.takes_reversals = True

    def bill(reservation: str) -> Bill:
        found = as_it_stands(house, stay_of(house, reservation))
        assert found is not None
        return found

    (refused,) = house.rig.rows("SELECT id FROM postings WHERE state = 'refused'")
    before = total(bill("77003").lines).gross
    ask(house, "retry", posting_id=refused[0])
    assert [one.standing for one in bill("77003").lines] == ["folio"]
    assert total(bill("77003").lines).gross == before
    mine, (call,) = total(bill("77002").lines).gross, house.rig.rows("SELECT id FROM calls WHERE room = '202'")[:1]
    moved = next(one for one in bill("77002").lines if one.call == call[0])
    ask(
        house,
        ASK,
        posting_id=None,
        subject=Act(kind="move", call_id=call[0], room="201", reason="wrong-room").subject(),
    )
    house.rig.advance(5)
    house.read_commands_soon()
    assert total(bill("77002").lines).gross == mine - (moved.gross or 0)
    assert [one.gross for one in bill("77001").lines if one.moved] == [moved.gross]
    ask(house, ASK, posting_id=None, subject=Act(kind="charge", amount=1_500, room="202").subject())
    assert total(bill("77002").lines).gross == mine - (moved.gross or 0) + 1_500
    assert total(bill("77002").calls_alone().lines).gross == mine - (moved.gross or 0)
    asker, number = Asker(as_house(house)), stay_of(house, "77002")
    assert "Other charges" in words(asker.get(f"/bills/stay/{number}"))
    assert "Other charges" not in words(asker.get(f"/bills/stay/{number}?only=phone"))
