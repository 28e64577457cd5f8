"""The pages on a guest's data: found by name in no address, given and erased by name and for a reason, refused with the reason."""

from __future__ import annotations

import io
import zipfile

from gateway.app.forgetting import privacy_of
from pms_adapters.events import CheckedOut
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.visitor import Visitor


def test_a_guest_who_left_is_found_given_the_file_and_erased(house: StandingHouse) -> None:
    """Who is still here is refused; what goes and what stays is told before, and that it was done afterwards."""
    house.guest("205", "77005", "Zyzniewska, <b>Bogumila")
    call = house.call("205", "90048229876543", 185, ago=9)
    desk = Visitor(Asker(as_house(house)))
    [(stay,)] = house.rig.rows("SELECT id FROM stays WHERE reservation = '77005'")
    assert "the guest is still in room 205" in desk.go(f"/guests/{stay}").text
    assert "Erase for good" not in desk.page.text
    house.rig.news(CheckedOut(room="205", at=house.rig.now, reservation="77005"))
    desk.go("/guests")
    assert f'href="/guests/{stay}"' in desk.fill("/guests", words="zyzn").text
    assert "&lt;b&gt;Bogumila" in desk.page.text
    desk.go(f"/guests/{stay}")
    assert "The number of 1 call, in full." in desk.page.text
    assert "Write your name" in desk.fill(f"/guests/{stay}", why="a letter").text
    assert desk.page.status == 422
    file = desk.fill(f"/guests/{stay}/file.zip", who="Maria", why="asked for it")
    assert file.headers["content-disposition"] == f'attachment; filename="guest-{stay}.zip"'
    with zipfile.ZipFile(io.BytesIO(file.body)) as packed:
        assert b"48229876543" in packed.read("guest.json")
    desk.go(f"/guests/{stay}")
    assert "(erasure 1, calls: 1)" in desk.fill(f"/guests/{stay}", who="Maria", why="letter of Zyzniewska").text
    assert "Erased by Maria" in desk.page.text
    assert "letter of (erased)" in desk.go("/guests").text
    trail = [row[0] for row in house.rig.rows("SELECT what FROM audit_trail WHERE who = 'Maria' ORDER BY id")]
    assert [one.split(";")[0].split(" (")[0] for one in trail] == [
        "the data of the guest of reservation 77005 were exported",
        "a guest was erased on request",
    ]
    privacy = privacy_of(house.config, house.rig.memory, house.micros)
    while house.database.transact(privacy.erase):
        pass
    for page in (f"/guests/{stay}", f"/calls/{call}", f"/calls/{call}/story", f"/sheets/{call}", f"/bills/stay/{stay}",
                 f"/bills/stay/{stay}/paper", "/calls", "/rooms/205", f"/numbers/of/{call}", f"/api/v1/calls/{call}"):  # fmt: skip
        shown = desk.go(page)
        assert shown.status in (200, 404), page
        assert "Zyzniewska" not in shown.text
        assert "229876543" not in shown.text.replace(" ", "")
    assert "It is done." in desk.go(f"/guests/{stay}").text
    assert "4822xxxxxxx" in desk.go(f"/calls/{call}").text
