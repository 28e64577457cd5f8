"""A real OpenLDAP vouches for people: with its own words for wrong ones, over TLS or not at all, and nobody slips in by an odd name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.config import LdapSettings
from gateway.config.fields import Surroundings
from gateway.people import passwords
from gateway.people.ldap import vouch
from gateway.people.signing import add_user
from gateway.people.vouching import NotVouched, Vouched
from gateway.store.people import Act
from tests.gateway.people.directory import OpenLdap, open_ldap
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.visitor import Visitor

PASSWORD = "nine green bottles"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLdap]:
    with open_ldap(tmp_path_factory.mktemp("ldap")) as running:
        yield running


def settings(directory: OpenLdap, **said: Any) -> LdapSettings:
    """The settings of a house that asks this directory."""
    whole = {
        "url": f"ldaps://127.0.0.1:{directory.secure}",
        "ca_file": str(directory.certificate),
        "base": "ou=people,dc=hotel",
        "bind_dn": "cn=admin,dc=hotel",
        "bind_password": "topsecret",
        "roles": {"bosses": "supervisor", "desk": "desk"},
        **said,
    }
    return LdapSettings.model_validate(whole, context=Surroundings(Path("/"), {}))


WAYS: list[dict[str, Any]] = [{}, {"group_base": "ou=groups,dc=hotel"}, {"starttls": True}]


@pytest.mark.parametrize("way", WAYS)
def test_a_person_of_the_directory_has_the_role_of_the_groups(directory: OpenLdap, way: dict[str, Any]) -> None:
    if "starttls" in way:
        way = {**way, "url": f"ldap://127.0.0.1:{directory.plain}"}
    house = settings(directory, **way)
    said = vouch(house, "INES", PASSWORD)
    assert isinstance(said, Vouched)
    assert (said.source, said.name, said.role) == ("ldap", "ines", "desk")
    odd = vouch(house, "odd*(one)", PASSWORD)
    assert isinstance(odd, Vouched)
    assert (odd.name, odd.role) == ("odd*(one)", "supervisor")
    assert odd.subject != said.subject


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ines", "wrong"),
        ("ines", ""),
        ("nobody", PASSWORD),
        ("*", PASSWORD),
        ("in*", PASSWORD),
        ("ines)(uid=*", PASSWORD),
        ("", PASSWORD),
        ("ines\0", PASSWORD),
    ],
)
def test_who_is_not_known_is_told_no_more(directory: OpenLdap, name: str, password: str) -> None:
    said = vouch(settings(directory), name, password)
    assert isinstance(said, NotVouched)
    assert ("do not belong together" in said.sentence, said.trouble) == (True, False)


def test_somebody_in_no_group_of_ours_does_not_come_in(directory: OpenLdap) -> None:
    said = vouch(settings(directory), "guest", PASSWORD)
    assert isinstance(said, NotVouched)
    assert "none of your groups" in said.sentence


@pytest.mark.parametrize(
    "way", [{"ca_file": None}, {"url": "ldaps://127.0.0.1:9"}, {"bind_password": "wrong"}, {"base": "ou=none"}]
)
def test_a_directory_in_trouble_is_told_as_that(directory: OpenLdap, way: dict[str, Any]) -> None:
    """A certificate that nobody signed, nobody there, a wrong log-in of our own: the person is not to blame."""
    said = vouch(settings(directory, **way), "ines", PASSWORD)
    assert isinstance(said, NotVouched)
    assert said.trouble == ("base" not in way)


def test_somebody_signs_in_by_the_directory_or_by_a_password_of_ours(directory: OpenLdap, tmp_path: Path) -> None:
    """And who has one of ours is asked for that alone: there is a way in while the directory is away."""
    table = (
        f'[sign_in.ldap]\nurl = "ldaps://127.0.0.1:{directory.secure}"\nca_file = "{directory.certificate}"\n'
        'base = "ou=people,dc=hotel"\nbind_dn = "cn=admin,dc=hotel"\nbind_password = "topsecret"\n'
        'roles = { "desk" = "desk" }\n'
    )
    house = StandingHouse(tmp_path, sign_in="required", more=table)
    kept, act = passwords.hashed("seven tin drums"), Act("test", house.micros())
    house.database.transact(lambda c: add_user(c, "SEASIDE", act, name="guest", role="it", kept=kept))
    visitor = Visitor(Asker(as_house(house)))
    visitor.sign_in("guest", PASSWORD)
    assert "do not belong together" in visitor.says()
    visitor.sign_in("guest", "seven tin drums")
    assert "guest · IT" in visitor.says()
    visitor.sign_in("ines", PASSWORD)
    assert "ines · front desk" in visitor.says()
    visitor.go("/me")
    assert "It is not kept here" in visitor.says()
    assert house.rig.rows("SELECT source, password FROM users WHERE name = 'ines'") == [("ldap", "")]
    house.close()
