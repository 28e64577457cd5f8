"""Users come by a link or an invitation, change and go; each step is written down, and each has a bound."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

from gateway.people.signing import first_link
from gateway.store import sessions
from gateway.store.people import Act
from tests.gateway.web.guarded import PASSWORD, Guarded


def test_the_first_link_makes_the_first_user_once(guarded: Guarded) -> None:
    house = guarded.house
    secret = house.database.transact(lambda c: first_link(c, "SEASIDE", house.micros()))
    assert secret is not None
    first, second = guarded.visitor(), guarded.visitor()
    for one in (first, second):
        assert one.go(f"/invitation/{secret}").status == 200
    first.fill("", name="Ida", role="it", new=PASSWORD, again="something else")
    assert "two passwords differ" in first.says()
    first.fill("", name="Ida", role="it", new=PASSWORD, again=PASSWORD)
    second.fill("", name="Eve", role="it", new=PASSWORD, again=PASSWORD)
    assert second.page.status == 410
    first.sign_in("Ida", PASSWORD)
    assert "Ida · IT" in first.says()
    assert house.database.transact(lambda c: first_link(c, "SEASIDE", house.micros())) is None


def test_somebody_is_invited_and_the_link_ends_after_a_day(guarded: Guarded) -> None:
    boss, guest = guarded.visitor("Ida", "it"), guarded.visitor()

    def link() -> str:
        found = re.search(r'value="http://localhost:8080(/invitation/[^"]+)"', boss.page.text)
        assert found is not None
        return found[1]

    boss.go("/users")
    boss.fill("/users", name="Ines", role="desk", mail="nonsense")
    assert "is not a mail address" in boss.says()
    boss.fill("/users", name="Ines", role="desk", mail="")
    old = link()
    guarded.house.rig.advance(25 * 3600)
    boss.sign_in("Ida", PASSWORD)
    assert guest.go(old).status == 410
    boss.go("/users")
    assert "over since" in boss.says()
    number = guarded.house.rig.rows("SELECT max(id) FROM invitations")[0][0]
    boss.fill(f"/invitations/{number}", deed="again")
    guest.go(link())
    guest.fill("", new="nine green bottles", again="nine green bottles")
    guest.sign_in("Ines", "nine green bottles")
    assert "Ines · front desk" in guest.says()
    assert boss.go("/users").text.count("Nobody is invited.") == 1
    assert ("Ida", "link made (invited)", "Ines", "", "desk") in guarded.trail()


def test_an_invitation_goes_by_mail_and_its_fate_is_told(tmp_path: Path) -> None:
    mail = '[mail]\nhost = "smtp.example.org"\nsender = "f@example.org"\nto = ["desk@example.org"]\n'
    guarded = Guarded(tmp_path, mail)
    boss = guarded.visitor("Ida", "it")
    boss.go("/users")
    boss.fill("/users", name="Ines", role="desk", mail="ines@example.org")
    assert "on its way to ines@example.org" in boss.says()
    assert "/invitation/" not in boss.page.text
    host, port, factory, *_ = guarded.reactor.tcpClients[0]
    assert (host, port) == ("smtp.example.org", 587)
    letter = factory.file.read().decode()
    assert "http://localhost:8080/invitation/" in letter
    assert "To: ines@example.org" in letter
    factory.clientConnectionFailed(guarded.reactor.connectors[0], Failure(ConnectError()))  # type: ignore[no-untyped-call]
    boss.go("/users")
    assert "not sent: Unable to connect" in boss.says()
    boss.fill("/invitations/1", deed="again")
    again = guarded.reactor.tcpClients[1][2].file.read().decode()
    assert again.split("/invitation/")[1][:43] != letter.split("/invitation/")[1][:43]
    guarded.house.close()


def test_a_role_changes_and_a_disabled_user_is_out_at_once(guarded: Guarded) -> None:
    boss, ines = guarded.visitor("Ida", "it"), guarded.visitor("Ines")
    number = guarded.house.rig.rows("SELECT id FROM users WHERE name = 'Ines'")[0][0]
    own = guarded.house.rig.rows("SELECT id FROM users WHERE name = 'Ida'")[0][0]
    boss.go(f"/users/{number}")
    boss.fill(f"/users/{number}", deed="role", role="auditor")
    assert "Ines is now: night auditor." in boss.says()
    ines.go("/reports")
    assert "Ines · night auditor" in ines.says()
    boss.fill(f"/users/{number}", deed="disable")
    assert ines.go("/calls").text.count("Password") == 1
    assert "do not belong together" in ines.sign_in("Ines", PASSWORD).text
    boss.go(f"/users/{own}")
    assert "nobody changes his own role" in boss.says()
    seal = re.search(r'name="seal" value="([0-9a-f]+)"', boss.page.text)
    assert seal is not None
    boss.post(f"/users/{own}", {"deed": "disable", "seal": seal[1]})
    assert "Nobody changes his own role or disables himself" in boss.says()
    changes = [one for one in guarded.trail() if one[2] == "Ines" and one[0] == "Ida"]
    assert changes == [("Ida", "role changed", "Ines", "desk", "auditor"), ("Ida", "disabled", "Ines", "", "")]
    boss.go("/trail")
    assert "role changed Ines desk auditor" in boss.says()


def test_browsers_and_sessions_of_one_user_are_bounded(guarded: Guarded) -> None:
    user = guarded.user("Ines", "desk")
    for one in range(30):
        act = Act("Ines", guarded.house.micros() + one)

        def work(connection: Connection, act: Act = act) -> None:
            sessions.begin(connection, "SEASIDE", act, user, "x")
            sessions.know(connection, "SEASIDE", act, user.id, None)

        guarded.house.database.transact(work)
    assert guarded.house.rig.rows("SELECT count(*) FROM sessions WHERE ended_at IS NULL") == [(20,)]
    assert guarded.house.rig.rows("SELECT count(*) FROM known_browsers") == [(10,)]
