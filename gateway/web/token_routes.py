"""The page of tokens: which programs may ask over HTTP and SOAP, and for what. A token is shown this once, when it is made.

What is done here is what `foliogate token` does, for those who have no command line. Nothing of it needs the writer, since a
token is no part of any charge; only that events are written from the first token on is asked of the gateway, by a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from klein import Klein
from sqlalchemy import Connection

from gateway.languages.spoken import Texts, say
from gateway.store import commands, tokens
from gateway.store.tokens import Token
from gateway.web.deeds import LONGEST_NAME as LONGEST_PERSON
from gateway.web.guard import address_of
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import fields_of, one_line
from gateway.web.routing import foreign, html, is_ours, troubles
from gateway.web.security import Tokens

#: What each right lets a program do.
WORDS: Final[Mapping[str, str]] = Texts(
    {
        "read": "read calls with their whole numbers, charges, events and reports",
        "acknowledge": "take charges over, and say what became of them",
        "rooms": "tell check-ins, check-outs and moves",
    }
)
#: Revoked tokens that the page shows, the newest of them.
MOST_REVOKED: Final = 50


class TokenRoutes:
    """The tokens of programs, and the forms that make and revoke them."""

    app = Klein()
    troubles(app)

    def __init__(self, house: House, reads: Reads, live: Live, seals: Tokens, pages: Pages) -> None:
        self._house, self._reads, self._live, self._seals, self.pages = house, reads, live, seals, pages

    @app.route("/tokens", methods=["GET"])
    async def tokens(self, request: Any) -> bytes:
        """Every token that stands, and those that were revoked."""
        return html(request, await self._page())

    @app.route("/tokens", methods=["POST"])
    async def change(self, request: Any) -> bytes:
        """One is made, or revoked."""
        if not is_ours(request):
            return await foreign(self, request)
        fields = fields_of(request)
        who, gone = one_line(fields, b"who", LONGEST_PERSON), one_line(fields, b"revoke", 9)
        if not self._seals.fits(one_line(fields, b"token", 64), "tokens"):
            words = say("This page is older than the running gateway. Look again and send it anew.")
            return html(request, await self._page(problem=words))
        if not who:
            words = say("Write your name: whoever asks later must know who let the program in or shut it out.")
            return html(request, await self._page(problem=words))
        if gone:
            return html(request, await self._revoked(int(gone) if gone.isdecimal() else 0, who, address_of(request)))
        name = one_line(fields, b"name", tokens.LONGEST_NAME + 1)
        rights = tuple(one for one in tokens.RIGHTS if one_line(fields, one.encode(), 1))
        return html(request, await self._made(name, rights, who, address_of(request)))

    async def _made(self, name: str, rights: tuple[str, ...], who: str, address: str) -> Page:
        problem = ""
        if not name.isprintable() or not 0 < len(name) <= tokens.LONGEST_NAME:
            most = tokens.LONGEST_NAME
            problem = say("Write what the program is called, with at most {number} characters.", number=most)
        elif not rights:
            problem = say("Tick what the program may do.")
        if problem:
            return await self._page(problem=problem, name=name, rights=rights)
        owner, now = self._house.database.property, self._house.micros()

        def work(connection: Connection) -> str:
            words = tokens.add(connection, owner, name=name, rights=rights, who=who, now=now, address=address)
            why, feed = f"token for {name}", tokens.READ_FEED
            commands.give(connection, owner, now=now, who=who, deed=feed, posting_id=None, why=why)
            return words

        made = await self._reads.transact_numbered(work)
        self._house.read_commands_soon()
        told = say("The token of {name} is made. Copy it now: it is shown this once.", name=name)
        return await self._page(told=told, made=made)

    async def _revoked(self, number: int, who: str, address: str) -> Page:
        owner, now = self._house.database.property, self._house.micros()
        done = await self._reads.transact_numbered(
            lambda c: tokens.revoke(c, owner, number, who=who, now=now, address=address)
        )
        if not done:
            return await self._page(problem=say("There is no token {number} that stands.", number=number))
        return await self._page(told=say("Token {number} is revoked: nobody comes in with it any more.", number=number))

    async def _page(
        self, *, told: str = "", problem: str = "", made: str = "", name: str = "", rights: tuple[str, ...] = ()
    ) -> Page:
        owner = self._house.database.property
        known = await self._reads.read(lambda c: tokens.all_of(c, owner))
        gone = [one for one in known if one.revoked_at is not None]
        page = await self.pages.page(
            "tokens.html",
            here="tokens",
            title=say("Tokens of programs"),
            standing=[self._shown(one) for one in known if one.revoked_at is None],
            gone=[self._shown(one) for one in gone[: -MOST_REVOKED - 1 : -1]],
            rights=[(one, WORDS[one], one in rights) for one in tokens.RIGHTS],
            name=name,
            most=tokens.LONGEST_NAME,
            told=told,
            problem=problem,
            made=made,
            token=self._seals.sign("tokens"),
        )
        return Page(page.html, 422 if problem else page.status)

    def _shown(self, one: Token) -> dict[str, Any]:
        clock = self._live.clock()
        return {
            "id": one.id,
            "name": one.name,
            "may": [WORDS.get(right, right) for right in one.rights.split()],
            "made": clock.full(one.made_at),
            "made_by": one.made_by,
            "revoked": clock.full(one.revoked_at) if one.revoked_at is not None else "",
            "revoked_by": one.revoked_by,
        }
