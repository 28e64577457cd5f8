"""Nobody looks without having signed in, everybody does what the role allows, and whoever decides is known by the session."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest
from klein import Klein

import gateway.web
from gateway.people import passwords
from gateway.people.lasting import FREE, LONGEST_PAUSE, pause
from gateway.people.signing import neighbourhood
from gateway.people.vouching import role_of
from gateway.roles import ANYONE, MAY, NOBODY, RIGHTS, ROLES, Person
from gateway.store import feed
from gateway.web.people_pages import safe
from gateway.web.persons import dressed
from gateway.web.rights import TABLE, access_to
from tests.conftest import LoggedFailures
from tests.gateway.watch.test_emergency import quiet_log
from tests.gateway.web.guarded import PASSWORD, Guarded

# -- rights --------------------------------------------------------------------------------------------------------


def wings() -> set[Any]:
    """Every class of the site with addresses of its own."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(gateway.web.__path__, "gateway.web.")]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {one for one in found if isinstance(getattr(one, "app", None), Klein)}


def test_every_address_of_every_wing_asks_for_a_right() -> None:
    """And no line of the table is for an address that is gone."""
    there = {
        f"{method} {rule.rule}"
        for wing in wings()
        for rule in wing.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    for_programs = {line for line in there if line.partition(" ")[2].startswith("/api/")}
    lines = {line for line in TABLE if not line.partition(" ")[2].startswith(("/api/", "/soap/"))}
    assert len(wings()) >= 5
    assert there - for_programs == lines
    for line in for_programs:
        method, _, path = re.sub(r"<[^>]+>", "7", line).partition(" ")
        assert access_to(method, path) in ("PROGRAM", "OPEN"), line
    assert {access for access in TABLE.values() if access.islower()} <= set(RIGHTS)


def test_roles_are_sets_of_rights_and_nothing_else() -> None:
    assert set(MAY) == set(ROLES)
    assert set.union(*map(set, MAY.values())) == set(RIGHTS)  # nothing is for nobody
    assert all("see_calls" in rights for rights in MAY.values())
    assert not MAY["it"] & {"see_full_numbers", "decide_postings", "void", "close_day"}
    assert MAY["read-only"] == {"see_calls", "see_audit", "reports"}
    assert ANYONE.may("manage_users")
    assert not NOBODY.may("see_calls")
    with pytest.raises(KeyError):
        ANYONE.may("see_call")  # type: ignore[arg-type]


def test_a_page_is_dressed_for_whoever_looks() -> None:
    page = (
        "<!--person-->a<!--if void-->b<!--if typed-who-->c<!--/if-->d<!--/if-->e"
        '<form class="x" method="post" action="/y"></form>'
    )
    sealed = '<form class="x" method="post" action="/y"><input type="hidden" name="seal" value="s"></form>'
    plain = '<form class="x" method="post" action="/y"></form>'
    assert dressed(page, ANYONE, "") == f"abcde{plain}"
    assert dressed(page, NOBODY, "s") == f"ae{sealed}"
    assert dressed(page, Person("<b>", "desk"), "s").endswith(f"abde{sealed}")
    assert "<b>" not in dressed(page, Person("<b>", "desk"), "s")


def test_reports_show_whole_numbers_only_to_those_who_may_see_them(guarded: Guarded) -> None:
    """Whatever was ticked; the names of the files say it too, so that a file is masked like its page."""
    days = "from=2026-11-19&to=2026-11-20"
    boss, it = guarded.visitor("anna", "supervisor"), guarded.visitor("ida", "it")
    whole = boss.go(f"/reports/calls?{days}").text
    shown = it.go(f"/reports/calls?{days}").text
    assert "+48601234567" in whole
    assert "masked=1" not in whole
    assert "601234567" not in shown
    assert "masked=1" in shown
    assert "Telephone numbers are masked." in shown


@pytest.mark.parametrize(
    ("to", "where"),
    [
        ("/calls?q=201", "/calls?q=201"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%5cevil.example", "/"),
        ("/a\r\nb", "/"),
        ("/sign-in", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(to: str, where: str) -> None:
    assert safe(to) == where


def test_groups_give_roles_by_the_order_of_the_configuration() -> None:
    roles = {"bosses": "supervisor", "cn=desk,ou=groups,dc=hotel": "desk"}
    assert role_of(["CN=Desk,ou=groups,dc=hotel"], roles) == "desk"
    assert role_of(["cn=desk,ou=groups,dc=hotel", "cn=Bosses,ou=x"], roles) == "supervisor"
    assert role_of(["cn=desk,ou=other"], roles) is None


# -- passwords and pauses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "qwertyuiop123", "aaaaaaaaaaaa", "Seaside-Hotel-1", "Ines Kowalska", "x" * 201],
)
def test_passwords_that_guessers_try_first_are_refused(password: str) -> None:
    assert passwords.refused(password, ("Seaside Hotel", "Ines Kowalska", "foliogate")) is not None


def test_a_password_is_kept_as_argon2id_with_its_parameters() -> None:
    kept = passwords.hashed(PASSWORD)
    assert passwords.refused(PASSWORD, ("Seaside Hotel", "ines")) is None
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits(kept, PASSWORD)
    assert not passwords.fits(kept, PASSWORD + " ")
    assert not passwords.fits("", "a password that nobody has")  # not even that one
    assert not passwords.fits("rubbish", PASSWORD)
    assert not passwords.is_old(kept)


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, one: str) -> None:
    assert neighbourhood(address) == one


def test_pauses_grow_and_end() -> None:
    assert [pause("name", one) for one in range(FREE["name"] + 8)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert pause("address", 10_000) == LONGEST_PAUSE


# -- a stranger ----------------------------------------------------------------------------------------------------


def test_a_stranger_sees_the_form_and_nothing_of_the_house(guarded: Guarded) -> None:
    stranger = guarded.visitor()
    for line, access in TABLE.items():
        method, _, path = line.partition(" ")
        address = re.sub(r"<(int|path)?[^>]*>", "1", path)
        asked = guarded.asker.get(address) if method == "GET" else guarded.asker.post(address, {"who": "x"})
        match access:
            case "PROGRAM":
                assert asked.status == 401, line
            case "METRICS":
                assert asked.status == 401, line
            case "OPEN":
                assert asked.status in (200, 400, 403, 404, 410), line
            case _ if method == "GET":
                assert (asked.status, asked.headers["location"][:8]) == (303, "/sign-in"), line
            case _:
                assert asked.status == 403, line
        for secret in (b"Adler", b"601234567", b"PBX main"):
            assert secret not in asked.body, line
    assert guarded.asker.get("/healthz").status == 200
    assert stranger.go("/calls?q=201").status == 200
    assert stranger.says().startswith("Sign in · Seaside Hotel")
    assert guarded.asker.get("/nowhere").status == 303  # nor which addresses there are


def test_somebody_comes_in_where_he_wanted_to_and_is_named(guarded: Guarded) -> None:
    guarded.user("Ines", "desk")
    ines = guarded.visitor()
    ines.go("/calls?q=201")
    ines.fill("/sign-in", name=" INES ", password=PASSWORD)
    assert (ines.page.status, ines.at) == (200, "/calls?q=201")
    assert "Ines · front desk Sign out" in ines.says()
    assert "Your name" not in ines.go("/postings").text
    (line,) = [one for name, one in ines.cookies.items() if name.startswith("foliogate-in-")]
    stored = guarded.house.rig.rows("SELECT digest FROM sessions")
    assert line not in str(stored)
    ines.fill("/sign-out")
    assert ines.go("/calls").text.count("Password") == 1
    assert [one[:3] for one in guarded.trail()[1:]] == [("Ines", "signed in", "Ines"), ("Ines", "signed out", "Ines")]


def test_cookies_are_for_this_site_alone(guarded: Guarded) -> None:
    guarded.user("Ines", "desk")
    visitor = guarded.visitor()
    visitor.go("/sign-in")
    for line in visitor.page.cookies:
        assert "HttpOnly" in line
        assert "SameSite=strict" in line
    fields = {"name": "Ines", "password": PASSWORD}
    assert visitor.post("/sign-in", fields).status == 403  # without the seal of the form
    assert guarded.asker.post("/sign-in", {**fields, "seal": ""}).status == 403
    visitor.go("/sign-in")
    visitor.fill("/sign-in", follow=False, **fields)
    assert [line.split("=")[0] for line in visitor.page.cookies] == [
        "foliogate-in-" + visitor.page.cookies[0].split("=")[0][-6:],
        "foliogate-known-" + visitor.page.cookies[0].split("=")[0][-6:],
    ]


# -- deeds ---------------------------------------------------------------------------------------------------------


def test_a_deed_bears_the_name_of_the_session_whatever_is_typed(guarded: Guarded) -> None:
    ines = guarded.visitor("Ines")
    row = guarded.house.rig.rows("SELECT id FROM postings WHERE state = 'in_doubt'")[0][0]
    ines.go(f"/postings/{row}")
    ines.fill(f"/postings/{row}", deed="on-folio", who="somebody else", why="on the folio")
    assert "Asked by Ines." in ines.says()
    assert guarded.house.rig.rows("SELECT who FROM commands") == [("Ines",)]


def test_a_form_without_the_seal_of_this_session_decides_nothing(guarded: Guarded) -> None:
    ines, bruno = guarded.visitor("Ines"), guarded.visitor("Bruno")
    bruno.go("/postings")
    seal = re.search(r'name="seal" value="([0-9a-f]+)"', bruno.page.text)
    assert seal is not None
    for fields in ({}, {"seal": ""}, {"seal": seal[1]}, {"seal": "ä"}):
        assert ines.post("/postings/1", {"deed": "write-off", "why": "x", **fields}).status == 403
    assert guarded.house.rig.rows("SELECT count(*) FROM commands") == [(0,)]


def test_a_language_is_kept_with_the_user_and_stronger_than_the_browser(guarded: Guarded) -> None:
    ines = guarded.visitor("Ines")
    assert '<html lang="en">' in ines.go("/me", accept_language="en").text
    assert ines.post("/language", {"language": "pl", "to": "/me"}).status == 403, "a form needs its seal"
    ines.go("/me")
    page = ines.fill("/language", language="pl")
    assert ines.at == "/me"
    assert '<html lang="pl">' in page.text
    ines.cookies.pop("foliogate-language")
    assert '<html lang="pl">' in ines.go("/rooms", accept_language="en").text
    assert '<html lang="de">' in guarded.visitor("Bruno").go("/rooms", accept_language="de").text


def test_a_role_that_may_not_is_told_who_may(guarded: Guarded) -> None:
    it = guarded.visitor("Ida", "it")
    assert it.go("/users").status == 200
    it.go("/postings")
    assert "write off" not in it.says().replace("written off", "")
    assert 'action="/postings/' not in it.page.text
    seal = re.search(r'name="seal" value="([0-9a-f]+)"', it.page.text)
    assert seal is not None
    assert it.post("/postings/1", {"deed": "retry", "seal": seal[1]}).status == 403
    assert "settle doubts" in it.says()
    assert "front desk, supervisor, night auditor" in it.says()
    desk = guarded.visitor("Ines", "desk")
    assert desk.go("/users").status == 403
    assert desk.go("/reports").status == 403
    assert 'href="/reports"' not in desk.page.text
    assert desk.go("/api/v1/calls").status == 403  # which tells whole numbers
    assert guarded.visitor("Bruno", "auditor").go("/api/v1/calls").status == 200  # a session may read
    assert guarded.asker.tell("/api/v1/postings/take", {}).status == 401


def test_programs_show_a_token_and_scrapers_too(guarded: Guarded) -> None:
    token = guarded.house.token("read")
    assert guarded.asker.get("/api/v1/calls", authorization=f"Bearer {token}").status == 200
    assert guarded.asker.get("/metrics", authorization=f"Bearer {token}").status == 200
    assert guarded.asker.get("/metrics", authorization="Bearer fg_1_x").status == 401
    assert guarded.asker.get("/api/v1/calls", authorization="Bearer fg_1_x").status == 401


def test_it_lets_a_program_in_by_a_token_that_is_shown_once_and_shuts_it_out(guarded: Guarded) -> None:
    it, house = guarded.visitor("Ida", "it"), guarded.house
    it.go("/tokens")
    assert "No program has a token." in it.says()
    assert it.fill("/tokens", name="crm", read="", acknowledge="", rooms="").status == 422
    assert "Tick what the program may do." in it.says()
    it.fill("/tokens", name="<b>crm", read="1", acknowledge="", rooms="1", who="somebody else")
    (token,) = re.findall(r'value="(fg_1_[^"]+)"', it.page.text)
    assert "The token of <b>crm is made." in it.says()
    assert guarded.asker.get("/api/v1/calls", authorization=f"Bearer {token}").status == 200
    house.read_commands_soon()
    assert house.database.read(lambda c: feed.is_read(c, "SEASIDE")), "what programs read is written from now on"
    assert token not in it.go("/tokens").text
    assert token not in str(house.rig.rows("SELECT * FROM tokens")) + str(house.rig.rows("SELECT * FROM commands"))
    it.fill("/tokens", revoke="1")
    assert "Token 1 is revoked" in it.says()
    assert "No program has a token." in it.says()
    assert guarded.asker.get("/api/v1/calls", authorization=f"Bearer {token}").status == 401
    assert guarded.trail()[-2:] == [
        ("Ida", "token made", "token 1, <b>crm", "", "read rooms"),
        ("Ida", "token revoked", "token 1, <b>crm", "read rooms", ""),
    ]
    seals = dict(re.findall(r'name="(token|seal)" value="([^"]+)"', it.page.text))
    assert it.post("/tokens", {**seals, "revoke": "1"}).status == 422
    assert it.post("/tokens", {**seals, "token": "0", "name": "x", "read": "1"}).status == 422
    assert guarded.visitor("Anna", "supervisor").go("/tokens").status == 403
    assert guarded.asker.post("/tokens", {"name": "x", "read": "1"}, sec_fetch_site="cross-site").status in (303, 403)
    assert len(house.rig.rows("SELECT id FROM tokens")) == 1


# -- how it ends ---------------------------------------------------------------------------------------------------


def test_a_session_ends_when_nothing_is_asked_and_in_any_case_at_last(guarded: Guarded) -> None:
    def later(minutes: float) -> None:
        guarded.house.rig.advance(minutes * 60)
        guarded.asker.clock.advance(2)

    ines, wall = guarded.visitor("Ines"), guarded.visitor("wall", "read-only")
    for _ in range(3):
        later(50)
        assert "Sign out" in ines.go("/calls").text
    for _ in range(2):
        later(50)
        ines.go("/calls", x_foliogate_live="1")  # a page that looks by itself
    assert "Sign out" not in ines.page.text
    ines.sign_in("Ines", PASSWORD)
    for _ in range(18):
        later(40)
        ines.go("/calls")
    assert "Sign out" not in ines.page.text
    later(60 * 24 * 20)
    assert "Sign out" in wall.go("/emergency").text or wall.page.status == 200
    assert wall.at == "/emergency"


def test_a_changed_password_ends_every_other_session(guarded: Guarded) -> None:
    here, there = guarded.visitor("Ines"), guarded.visitor()
    there.sign_in("Ines", PASSWORD)
    here.go("/me")
    here.fill("/me", deed="password", old="wrong", new="nine green bottles", again="nine green bottles")
    assert "not your present password" in here.says()
    here.fill("/me", deed="password", old=PASSWORD, new="password1234", again="password1234")
    assert "among the first" in here.says()
    here.fill("/me", deed="password", old=PASSWORD, new="nine green bottles", again="nine green bottles")
    assert "Your password is changed" in here.says()
    assert here.go("/calls").text.count("Sign out")
    assert "Sign out" not in there.go("/calls").text
    assert "do not belong together" in there.fill("/sign-in", name="Ines", password=PASSWORD).text
    assert "Sign out" in there.sign_in("Ines", "nine green bottles").text


# -- guessing ------------------------------------------------------------------------------------------------------


def test_whoever_guesses_waits_longer_and_longer_and_the_desk_does_not(guarded: Guarded) -> None:
    ines, thief = guarded.visitor("Ines"), guarded.visitor()
    ines.fill("/sign-out")
    statuses = [thief.sign_in("Ines", f"guess number {one}").status for one in range(6)]
    assert statuses == [422, 422, 422, 429, 429, 429]
    assert "Wait 1 second, then try again; nothing is locked." in thief.says()
    assert thief.sign_in("Ines", PASSWORD).status == 429  # nor is the right one looked at
    assert "Sign out" in ines.sign_in("Ines", PASSWORD).text  # from the browser of the desk
    guarded.house.rig.advance(2)
    assert thief.sign_in("Ines", "one more guess").status == 422
    assert int(thief.sign_in("Ines", "and another").headers["retry-after"]) == 2
    failures = [one for one in guarded.trail() if one[1] == "sign-in failed"]
    assert len(failures) == 4  # only what was looked at
    guarded.house.rig.advance(3)
    assert "Sign out" in thief.sign_in("Ines", PASSWORD).text


def test_an_unknown_name_is_told_the_same_as_a_wrong_password(guarded: Guarded) -> None:
    guarded.user("Ines", "desk")
    known, unknown = guarded.visitor(), guarded.visitor()
    assert known.sign_in("Ines", "wrong wrong wrong").status == unknown.sign_in("Nobody", "wrong wrong wrong").status
    assert known.says().replace("Ines", "") == unknown.says().replace("Nobody", "")


def test_the_emergency_screen_takes_the_name_of_the_session(guarded: Guarded, logged_failures: LoggedFailures) -> None:
    guarded.house.employ_watch()
    quiet_log(logged_failures)
    ines = guarded.visitor("Ines")
    ines.go("/emergency")
    assert "Your name" not in ines.says()
    action = re.search(r'action="(/alarms/\d+)"', ines.page.text)
    assert action is not None
    ines.fill(action[1], deed="take", why="gone up")
    assert guarded.house.rig.rows("SELECT who FROM commands") == [("Ines",)]
