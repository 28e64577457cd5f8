"""The pages of people: signing in, one's own password and sessions, users and invitations, and who did what."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from sqlalchemy import Connection

from gateway.languages.kept import kept
from gateway.languages.spoken import say
from gateway.people.passwords import SHORTEST
from gateway.people.signing import NO_LINK
from gateway.roles import MAY, RIGHTS, ROLES, RoleName, role_named
from gateway.store import invitations, people, sessions
from gateway.store.invitations import FIRST, Invitation
from gateway.store.people import User
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.people import People, Signed
from gateway.web.reads import Reads

#: Entries of the trail on one page.
ENTRIES: Final = 100


class Told(NamedTuple):
    """What came of the last deed: a sentence, whether it is a problem, and a link to hand over."""

    words: str = ""
    wrong: bool = False
    link: str = ""


NOTHING: Final = Told()


class PeoplePages:
    """Every page about people."""

    def __init__(self, house: House, reads: Reads, live: Live, pages: Pages, who: People) -> None:
        self._house, self._reads, self._live, self._pages, self._people = house, reads, live, pages, who

    async def sign_in(self, *, name: str = "", to: str = "", problem: str = "", status: int = 200) -> Page:
        """The form of a name and a password."""
        oidc = self._house.config.sign_in.oidc
        page = await self._pages.page(
            "sign_in.html",
            here="",
            title=say("Sign in"),
            name=name,
            to=safe(to),
            problem=problem,
            provider=oidc.label if oidc is not None else "",
        )
        return Page(page.html, status)

    async def invitation(self, secret: str, *, name: str = "", role: str = "it", problem: str = "") -> Page:
        """The form of a link: a password, and for the first user a name and a role."""
        now = self._house.micros()
        link = await self._reads.read(lambda c: invitations.found(c, self._people.owner, secret, now))
        if link is None:
            return await self._pages.problem(410, say("This link leads nowhere"), kept(NO_LINK))
        page = await self._pages.page(
            "invitation.html",
            here="",
            title=say("A password of your own"),
            link=link,
            first=link.kind == FIRST,
            name=name or link.name,
            role=role,
            roles={one: ROLES[one] for one in ("it", "supervisor")},
            called=say(ROLES.get(link.role, "")) if link.role else "",  # type: ignore[call-overload]
            shortest=SHORTEST,
            problem=problem,
        )
        return Page(page.html, 422 if problem else 200)

    async def me(self, signed: Signed, told: Told = NOTHING) -> Page:
        """Who one is here, what one may, one's password and sessions."""
        owner, role = self._people.owner, signed.person.role

        def work(connection: Connection) -> tuple[User | None, list[sessions.Session]]:
            return people.numbered(connection, owner, signed.user_id), sessions.open_of(
                connection, owner, signed.user_id
            )

        user, running = await self._reads.read(work)
        page = await self._pages.page(
            "me.html",
            here="",
            title=signed.person.name,
            user=user,
            role=say(ROLES[role]) if role is not None else "",
            rights=_told_rights(role),
            sessions=[self._session(one, signed.session) for one in running],
            shortest=SHORTEST,
            told=told,
        )
        return Page(page.html, 422 if told.wrong else 200)

    async def users(self, told: Told = NOTHING, entered: dict[str, str] | None = None) -> Page:
        """Every user, the open invitations, and the form for one more."""
        owner, now = self._people.owner, self._house.micros()

        def work(connection: Connection) -> tuple[list[User], list[Invitation]]:
            return people.all_of(connection, owner), invitations.open_ones(connection, owner)

        users, links = await self._reads.read(work)
        page = await self._pages.page(
            "users.html",
            here="users",
            title=say("Users"),
            users=[self._user(one) for one in users],
            links=[self._link(one, now) for one in links],
            roles=ROLES,
            rights={role: _told_rights(role) for role in ROLES},
            mails=self._house.config.mail is not None,
            entered={"name": "", "role": "desk", "mail": "", **(entered or {})},
            told=told,
        )
        return Page(page.html, 422 if told.wrong else 200)

    async def user(self, number: int, signed: Signed, told: Told = NOTHING) -> Page:
        """One user."""
        owner = self._people.owner

        def work(connection: Connection) -> tuple[User | None, list[sessions.Session]]:
            return people.numbered(connection, owner, number), sessions.open_of(connection, owner, number)

        user, running = await self._reads.read(work)
        if user is None:
            return await self._pages.missing(say("There is no user {number}.", number=number))
        page = await self._pages.page(
            "user.html",
            here="users",
            title=user.name,
            user=self._user(user),
            roles=ROLES,
            rights=_told_rights(role_named(user.role)),
            sessions=[self._session(one, signed.session) for one in running],
            oneself=number == signed.user_id,
            told=told,
        )
        return Page(page.html, 422 if told.wrong else 200)

    async def trail(self, before: int | None) -> Page:
        """Who did what with people."""
        found = await self._reads.read(lambda c: people.trail(c, self._people.owner, ENTRIES + 1, before))
        clock, shown = self._live.clock(), found[:ENTRIES]
        return await self._pages.page(
            "trail.html",
            here="trail",
            title=say("Who did what"),
            entries=[
                one._asdict()
                | {"at": clock.full(one.at)}
                | {"what": kept(one.what), "before": kept(one.before), "after": kept(one.after)}
                for one in shown
            ],
            paged=before is not None,
            older=shown[-1].id if len(found) > ENTRIES else None,
        )

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _user(self, user: User) -> dict[str, Any]:
        clock = self._live.clock()
        return {
            "id": user.id,
            "name": user.name,
            "role": user.role,
            "called": say(ROLES.get(user.role, user.role)),  # type: ignore[call-overload]
            "mail": user.mail,
            "source": {"here": say("a password of ours"), "ldap": say("the directory"), "oidc": say("the provider")}[
                user.source
            ],
            "ours": user.source == "here",
            "made": clock.full(user.made_at),
            "made_by": user.made_by,
            "seen": clock.full(user.signed_in_at) if user.signed_in_at is not None else say("never"),
            "disabled": clock.full(user.disabled_at) if user.disabled_at is not None else "",
        }

    def _link(self, link: Invitation, now: int) -> dict[str, Any]:
        clock = self._live.clock()
        sent = (
            say("sent {moment}", moment=clock.full(link.sent_at))
            if link.sent_at is not None
            else say("not sent: handed over")
        )
        if link.mail and link.sent_at is None:
            sent = (
                say("not sent: {trouble}", trouble=link.trouble)
                if link.trouble
                else say("on its way to the mail server")
            )
        return {
            "id": link.id,
            "name": link.name or say("the first user"),
            "called": say(ROLES.get(link.role, link.role)),  # type: ignore[call-overload]
            "mail": link.mail,
            "fate": sent,
            "ends": clock.full(link.ends_at),
            "over": link.ends_at <= now,
            "by": link.made_by,
        }

    def _session(self, session: sessions.Session, own: int) -> dict[str, Any]:
        clock = self._live.clock()
        return {
            "id": session.id,
            "began": clock.full(session.began_at),
            "seen": clock.full(session.seen_at),
            "address": session.address,
            "browser": session.browser,
            "own": session.id == own,
        }


def _told_rights(role: RoleName | None) -> list[str]:
    return [say(words) for right, words in RIGHTS.items() if role is not None and right in MAY[role]]


def safe(to: str) -> str:
    """Where to go after signing in: an address of this site, or the first page. Pure."""
    plain = unquote(to)
    inside = to.startswith("/") and not to.startswith("//") and "\\" not in plain and plain.isprintable()
    return to if inside and not to.startswith("/sign-in") else "/"
