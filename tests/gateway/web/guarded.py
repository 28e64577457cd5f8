"""A house in which people sign in: shared by the tests of who may look and of who there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.testing import MemoryReactorClock

from gateway.people import passwords
from gateway.people.signing import add_user
from gateway.roles import RoleName
from gateway.store import people
from gateway.store.people import Act, User
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.visitor import Visitor

PASSWORD = "seven tin drums"


class Guarded:
    """A house in which people sign in, and the users it has."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.house = StandingHouse(folder, sign_in="required", more=more)
        self.house.evening()
        self.reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.asker = Asker(as_house(self.house), clock=self.reactor)

    def user(self, name: str, role: str) -> User:
        """A user with the password of this test."""
        kept, act = passwords.hashed(PASSWORD), Act("test", self.house.micros())
        made = self.house.database.transact(lambda c: add_user(c, "SEASIDE", act, name=name, role=role, kept=kept))
        assert isinstance(made, User)
        return made

    def visitor(self, name: str = "", role: RoleName = "desk") -> Visitor:
        """A browser; somebody of that role is signed in with it, if there is a name."""
        found = Visitor(self.asker)
        if name:
            self.user(name, role)
            assert found.sign_in(name, PASSWORD).status == 200
        return found

    def trail(self) -> list[tuple[str, str, str, str, str]]:
        """Who did what to whom, before and after."""
        found = self.house.database.read(lambda c: people.trail(c, "SEASIDE", 1000))
        return [(one.who, one.what, one.about, one.before, one.after) for one in reversed(found)]
