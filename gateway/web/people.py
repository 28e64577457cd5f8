"""Who is signed in, and everything that is done to users, between the pages and the store.

Passwords are hashed and compared in threads, a few at a time: it takes a tenth of a second of a processor by design, and
strangers may ask for it. A session that was just looked up is believed for `BELIEVED` seconds, so that a page with its style
sheet and its pieces asks the store once; what another process ends is over by then.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.logger import Logger

from gateway.instants import SECOND
from gateway.languages.spoken import later, say
from gateway.people import lasting, passwords, signing
from gateway.people.lasting import Lasting
from gateway.people.signing import Refused, SignedIn, Wait
from gateway.people.vouching import Asked, NotVouched, Vouched
from gateway.roles import Person, role_named
from gateway.store import people, sessions
from gateway.store.elsewhere import Elsewhere
from gateway.store.people import Act, User
from gateway.web.house import House
from gateway.web.reads import Reads, StoreBusy

T = TypeVar("T")

#: Seconds for which a session that was looked up is believed, and how many are kept.
BELIEVED: Final = 1.0
_MOST_BELIEVED: Final = 500
#: Passwords that are looked at at the same time, and that may wait: what is more is sent away.
AT_ONCE: Final = 2
MOST_WAITING: Final = 16
#: A session is written as seen once a minute.
_SEEN_EVERY: Final = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in, and by which session."""

    person: Person
    user_id: int
    session: int
    seal: str


class Provider(Protocol):
    """What can send people away to sign in, and read what they bring back, somewhere where it may block."""

    def begin(self, back: str) -> Asked | NotVouched:
        """Where to send the browser."""

    def finish(self, back: str, asked: Asked, answer: Mapping[str, str]) -> Vouched | NotVouched:
        """Who came back."""


class Directory(Protocol):
    """What can recognise a person by a name and a password, somewhere where it may block."""

    def __call__(self, name: str, password: str) -> Vouched | NotVouched:
        """Ask."""


class People:
    """Sessions and users of a house."""

    def __init__(self, house: House, reads: Reads, elsewhere: Elsewhere, seconds: Callable[[], float]) -> None:
        self._house, self.reads, self._elsewhere, self._seconds = house, reads, elsewhere, seconds
        said = house.config.sign_in
        self.lasting = Lasting(idle=said.idle_minutes * 60 * SECOND, whole=said.hours * 3600 * SECOND)
        self._looked: dict[str, tuple[float, Signed | None]] = {}
        self._turn, self._away = DeferredSemaphore(AT_ONCE), DeferredSemaphore(AT_ONCE)
        self.directory: Directory | None = None
        self.provider: Provider | None = None
        self._log = Logger()

    @property
    def owner(self) -> str:
        """Whose people they are."""
        return self._house.database.property

    @property
    def own_words(self) -> tuple[str, ...]:
        """Words that everybody here knows, and that make a bad password."""
        home = self._house.config.property
        return home.id, home.name, "foliogate"

    def act(self, who: str, address: str = "") -> Act:
        """Who does something now."""
        return Act(who, self._house.micros(), address)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """A transaction that gives out numbers; whoever is affected is looked up again."""
        done: T = await self.reads.transact_numbered(work)
        self._looked.clear()
        return done

    # -- sessions -------------------------------------------------------------------------------------------------

    async def signed(self, secret: str, *, asks: bool) -> Signed | None:
        """Who holds this secret, if the session still stands. `asks`: a person did something, not a page by itself."""
        if not secret:
            return None
        known = self._looked.get(secret)
        if known is not None and 0 <= self._seconds() - known[0] < BELIEVED:
            return known[1]
        found = await self._look(secret, asks)
        if len(self._looked) >= _MOST_BELIEVED:
            self._looked.clear()
        self._looked[secret] = (self._seconds(), found)
        return found

    async def _look(self, secret: str, asks: bool) -> Signed | None:
        owner, now = self.owner, self._house.micros()
        held = await self.reads.read(lambda c: sessions.found(c, owner, secret))
        if held is None:
            return None
        session, user = held
        role = role_named(user.role)
        if role is None or not lasting.stands(role, session.began_at, session.seen_at, now, self.lasting):
            return None
        if asks and now - session.seen_at >= _SEEN_EVERY:
            await self.reads.transact(lambda c: sessions.seen(c, owner, session.id, now))
        return Signed(Person(user.name, role, language=user.language), user.id, session.id, seal(secret))

    async def sign_in(
        self, name: str, password: str, act: Act, agent: str, browser: str | None
    ) -> SignedIn | Refused | Wait:
        """Somebody shows a name and a password."""
        self._may_wait()
        owner = self.owner
        made = await self.change(lambda c: signing.attempt(c, owner, act, name, browser))
        if isinstance(made, Wait):
            return made
        user, why = made.user, "no such password"
        if (user is not None and user.source == "here") or self.directory is None:
            kept = user.password if user is not None and user.disabled_at is None else ""
            if not await self.hard(lambda: passwords.fits(kept, password)):
                user = None
            elif user is not None and passwords.is_old(kept):
                await self._rehash(user, password)
        else:
            said = await self._vouched_for(name, password, act)
            user, why = (said, "") if isinstance(said, User) else (None, said.sentence)
        if user is None:
            await self.change(lambda c: signing.failed(c, owner, act, made, why))
            return Refused(why if self.directory is not None and why != "no such password" else say(NOT_KNOWN))
        return await self.change(lambda c: signing.succeeded(c, owner, act, user, agent, made))

    async def _vouched_for(self, name: str, password: str, act: Act) -> User | Refused:
        assert self.directory is not None
        ask = self.directory
        said = await self.away(lambda: ask(name, password))
        if isinstance(said, NotVouched):
            if said.trouble:
                self._log.warn("the directory: {words}", words=said.sentence)
            return Refused(said.sentence)
        return await self.change(lambda c: signing.vouched(c, self.owner, act, said))

    async def _rehash(self, user: User, password: str) -> None:
        kept = await self.hard(lambda: passwords.hashed(password))
        act = self.act("foliogate")
        await self.change(lambda c: people.change(c, self.owner, act, user, "password hashed anew", password=kept))

    async def sign_in_vouched(self, said: Vouched | NotVouched, act: Act, agent: str) -> SignedIn | Refused:
        """Somebody comes back from a provider."""

        def work(connection: Connection) -> SignedIn | Refused:
            user = signing.vouched(connection, self.owner, act, said) if isinstance(said, Vouched) else said
            if isinstance(user, User):
                return signing.succeeded(connection, self.owner, act, user, agent)
            people.note(connection, self.owner, act, about="", what="sign-in failed", after=user.sentence)
            return Refused(user.sentence)

        if isinstance(said, NotVouched) and said.trouble:
            self._log.warn("the provider: {words}", words=said.sentence)
        return await self.change(work)

    async def sign_out(self, signed: Signed, act: Act) -> None:
        """The session ends."""

        def work(connection: Connection) -> None:
            sessions.end(connection, self.owner, signed.session, act.at, "signed out")
            people.note(connection, self.owner, act, about=act.who, what="signed out")

        await self.change(work)

    # -- passwords ------------------------------------------------------------------------------------------------

    async def new_password(self, password: str, again: str, name: str) -> str | Refused:
        """The hash of a password that may be taken."""
        if password != again:
            return Refused(say("The two passwords differ; type the same one twice."))
        self._may_wait()
        words = (*self.own_words, name)

        def judge() -> str | Refused:
            wrong = passwords.refused(password, words)
            return Refused(wrong) if wrong is not None else passwords.hashed(password)

        return await self.hard(judge)

    async def fits(self, user: User, password: str) -> bool:
        """Whether it is the user's password."""
        self._may_wait()
        return await self.hard(lambda: passwords.fits(user.password, password))

    def _may_wait(self) -> None:
        if len(self._turn.waiting) >= MOST_WAITING:
            raise StoreBusy(say("too many people sign in at once; try again in a few seconds"))

    async def hard(self, work: Callable[[], T]) -> T:
        """Something that takes a processor: in a thread, few at a time."""
        running: Deferred[Any] = self._turn.run(self._elsewhere, partial(copy_context().run, work))
        done: T = await running
        return done

    async def away(self, work: Callable[[], T]) -> T:
        """Something that waits for another machine; a slow one holds up nobody who has a password of ours."""
        if len(self._away.waiting) >= MOST_WAITING:
            raise StoreBusy(say("too many people sign in at once; try again in a few seconds"))
        running: Deferred[Any] = self._away.run(self._elsewhere, partial(copy_context().run, work))
        done: T = await running
        return done


NOT_KNOWN: Final = later("This name and this password do not belong together. Look at both, and at Caps Lock.")


def seal(secret: str) -> str:
    """What the forms of a session carry: known to whoever holds its secret, and telling nothing of it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
