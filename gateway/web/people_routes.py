"""The addresses of people: signing in and out, one's own password, users, invitations, and who did what."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, unquote

from klein import Klein

from gateway.languages.kept import kept as kept_words
from gateway.languages.spoken import plural, say
from gateway.people import signing
from gateway.people.signing import Refused, SignedIn, Wait
from gateway.people.vouching import Asked, NotVouched
from gateway.roles import ROLES, role_named
from gateway.store import invitations, people, sessions
from gateway.store.people import Act
from gateway.web.guard import Guard, address_of, again
from gateway.web.inviting import Inviting
from gateway.web.pages import Pages
from gateway.web.people import People, Signed
from gateway.web.people_pages import PeoplePages, Told, safe
from gateway.web.rest.answers import text_of
from gateway.web.routing import ROW, before, html, see_other, troubles

#: Characters of a mail address.
_LONGEST_MAIL: Final = 120


class PeopleRoutes:
    """Everything about people."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, shown: PeoplePages, who: People, guard: Guard, inviting: Inviting) -> None:
        self.pages, self._shown, self._people, self._guard, self._inviting = pages, shown, who, guard, inviting

    # -- in and out -----------------------------------------------------------------------------------------------

    @app.route("/sign-in", methods=["GET"])
    async def sign_in(self, request: Any) -> bytes:
        """The form."""
        return html(request, await self._shown.sign_in(to=text_of(request, b"to")))

    @app.route("/sign-in", methods=["POST"])
    async def signing_in(self, request: Any) -> bytes:
        """Somebody shows a name and a password."""
        name, to = _name(request), text_of(request, b"to")
        act, agent = self._people.act("", address_of(request)), request.getHeader("user-agent") or ""
        password, browser = text_of(request, b"password"), self._guard.browser(request)
        done = await self._people.sign_in(name, password, act, agent, browser)
        match done:
            case SignedIn():
                self._guard.begun(request, done)
                return see_other(request, safe(to))
            case Wait(seconds):
                request.setHeader("retry-after", str(seconds))
                words = plural(
                    "That failed too often. Wait {number} second, then try again; nothing is locked.",
                    "That failed too often. Wait {number} seconds, then try again; nothing is locked.",
                    seconds,
                )
                return html(request, await self._shown.sign_in(name=name, to=to, problem=words, status=429))
            case Refused(words):
                return html(request, await self._shown.sign_in(name=name, to=to, problem=kept_words(words), status=422))

    @app.route("/sign-in/oidc", methods=["GET"])
    async def send_away(self, request: Any) -> bytes:
        """Off to the provider."""
        provider = self._people.provider
        if provider is None:
            return html(request, await self.pages.missing(say("This house has no provider to sign in with.")))
        back = self._inviting.back(request)
        asked = await self._people.away(lambda: provider.begin(back))
        if isinstance(asked, NotVouched):
            return html(request, await self._shown.sign_in(problem=kept_words(asked.sentence), status=502))
        to = quote(safe(text_of(request, b"to")), safe="")
        self._guard.sent_away(request, ".".join((asked.state, asked.nonce, asked.verifier, to.replace(".", "%2E"))))
        return see_other(request, asked.url)

    @app.route("/sign-in/oidc/back", methods=["GET"])
    async def come_back(self, request: Any) -> bytes:
        """Back from the provider, with what it says."""
        kept, provider = self._guard.came_back(request).split("."), self._people.provider
        if provider is None or len(kept) != 4:
            words = say("This answer does not belong to an attempt of this browser. Begin again.")
            return html(request, await self._shown.sign_in(problem=words, status=400))
        state, nonce, verifier, to = kept
        answer = {name: text_of(request, name.encode()) for name in ("code", "state", "error", "error_description")}
        asked, back = Asked("", state, nonce, verifier), self._inviting.back(request)
        act, agent = self._people.act("", address_of(request)), request.getHeader("user-agent") or ""
        said = await self._people.away(lambda: provider.finish(back, asked, answer))
        done = await self._people.sign_in_vouched(said, act, agent)
        if isinstance(done, Refused):
            return html(request, await self._shown.sign_in(problem=kept_words(done.sentence), status=422))
        self._guard.begun(request, done)
        return again(request, safe(unquote(to)))

    @app.route("/sign-out", methods=["POST"])
    async def sign_out(self, request: Any) -> bytes:
        """The session ends."""
        await self._people.sign_out(request.signed, self._act(request))
        self._guard.ended(request)
        return see_other(request, "/sign-in")

    # -- oneself --------------------------------------------------------------------------------------------------

    @app.route("/me", methods=["GET"])
    async def me(self, request: Any) -> bytes:
        """Who one is here."""
        return html(request, await self._shown.me(request.signed))

    @app.route("/me", methods=["POST"])
    async def my_deed(self, request: Any) -> bytes:
        """A new password, or sessions that end."""
        signed: Signed = request.signed
        if text_of(request, b"deed") == "password":
            told = await self._my_password(request, signed)
        else:
            told = await self._my_sessions(request, signed)
        return html(request, await self._shown.me(signed, told))

    async def _my_password(self, request: Any, signed: Signed) -> Told:
        who, owner = self._people, self._people.owner
        user = await who.reads.read(lambda c: people.numbered(c, owner, signed.user_id))
        if user is None or user.source != "here":
            return Told(say("Your password is not kept here: change it where you have it."), wrong=True)
        tried = await who.change(lambda c: signing.attempt(c, owner, self._act(request), user.name, None))
        if isinstance(tried, Wait):
            return Told(
                plural(
                    "Wait {number} second, then try again.", "Wait {number} seconds, then try again.", tried.seconds
                ),
                wrong=True,
            )
        if not await who.fits(user, text_of(request, b"old")):
            return Told(say("That is not your present password."), wrong=True)
        kept = await who.new_password(text_of(request, b"new"), text_of(request, b"again"), user.name)
        if isinstance(kept, Refused):
            return Told(kept_words(kept.sentence), wrong=True)
        act = self._act(request)

        def work(connection: Any) -> None:
            for bucket in tried.buckets:
                sessions.count(connection, owner, bucket, 0, act.at)
            signing.set_password(connection, owner, act, user, kept, spared=signed.session)

        await who.change(work)
        return Told(say("Your password is changed, and every other session of yours has ended."))

    async def _my_sessions(self, request: Any, signed: Signed) -> Told:
        act, owner = self._act(request), self._people.owner

        def work(connection: Any) -> int:
            ended = sessions.end_all(connection, owner, signed.user_id, act.at, "signed out elsewhere", signed.session)
            people.note(connection, owner, act, about=act.who, what="signed out everywhere else", after=str(ended))
            return ended

        ended = await self._people.change(work)
        return Told(plural("{number} other session ended.", "{number} other sessions ended.", ended))

    # -- users ----------------------------------------------------------------------------------------------------

    @app.route("/users", methods=["GET"])
    async def users(self, request: Any) -> bytes:
        """Every user."""
        return html(request, await self._shown.users())

    @app.route("/users", methods=["POST"])
    async def invite(self, request: Any) -> bytes:
        """Somebody is invited."""
        entered = {name: text_of(request, name.encode()).strip() for name in ("name", "role", "mail")}
        role = role_named(entered["role"])
        wrong = _wrong_mail(entered["mail"]) if role is not None else say("Choose a role.")
        if wrong is not None or role is None:
            return html(request, await self._shown.users(Told(wrong or "", wrong=True), entered))
        owner, act = self._people.owner, self._act(request)
        made = await self._people.change(
            lambda c: signing.invite(c, owner, act, entered["name"], role, entered["mail"])
        )
        if isinstance(made, Refused):
            return html(request, await self._shown.users(Told(made.sentence, wrong=True), entered))
        return html(request, await self._shown.users(self._handed(request, made, entered["name"], entered["mail"])))

    @app.route(f"/users/{ROW}", methods=["GET"])
    async def user(self, request: Any, number: int) -> bytes:
        """One user."""
        return html(request, await self._shown.user(number, request.signed))

    @app.route(f"/users/{ROW}", methods=["POST"])
    async def user_deed(self, request: Any, number: int) -> bytes:
        """A role, a disabled name, sessions that end, a link for a new password."""
        owner = self._people.owner
        found = await self._people.reads.read(lambda c: people.numbered(c, owner, number))
        if found is None:
            return html(request, await self.pages.missing(say("There is no user {number}.", number=number)))
        told = await self._done_to(request, found)
        return html(request, await self._shown.user(number, request.signed, told))

    async def _done_to(self, request: Any, user: people.User) -> Told:
        who, owner, act = self._people, self._people.owner, self._act(request)
        done: Refused | None = None
        match text_of(request, b"deed"):
            case "role":
                role = role_named(text_of(request, b"role"))
                if role is None:
                    return Told(say("Choose a role."), wrong=True)
                done = await who.change(lambda c: signing.set_role(c, owner, act, user, role))
                told = say("{name} is now: {role}.", name=user.name, role=say(ROLES[role]))
            case "disable":
                done = await who.change(lambda c: signing.disable(c, owner, act, user))
                told = say("Nobody signs in as {name} any more.", name=user.name)
            case "enable":
                await who.change(lambda c: signing.enable(c, owner, act, user))
                told = say("{name} may sign in again.", name=user.name)
            case "sessions":
                told = await self._end_sessions(user, act)
            case "link" if user.source == "here":
                made = await who.change(lambda c: signing.password_link(c, owner, act, user))
                return self._handed(request, made, user.name, user.mail)
            case _:
                return Told(say("That is nothing that can be done here."), wrong=True)
        return Told(kept_words(done.sentence), wrong=True) if done is not None else Told(told)

    async def _end_sessions(self, user: people.User, act: Act) -> str:
        owner = self._people.owner

        def work(connection: Any) -> int:
            ended = sessions.end_all(connection, owner, user.id, act.at, f"ended by {act.who}")
            people.note(connection, owner, act, about=user.name, what="sessions ended", after=str(ended))
            return ended

        return plural(
            "{number} session of {name} ended.",
            "{number} sessions of {name} ended.",
            await self._people.change(work),
            name=user.name,
        )

    # -- links ----------------------------------------------------------------------------------------------------

    @app.route(f"/invitations/{ROW}", methods=["POST"])
    async def link_deed(self, request: Any, number: int) -> bytes:
        """An invitation is sent again, or withdrawn."""
        owner, act = self._people.owner, self._act(request)
        found = await self._people.reads.read(lambda c: invitations.open_ones(c, owner))
        link = next((one for one in found if one.id == number), None)
        if link is None:
            return html(
                request, await self._shown.users(Told(say("This invitation was used or withdrawn."), wrong=True))
            )
        if text_of(request, b"deed") == "withdraw":

            def work(connection: Any) -> None:
                invitations.withdraw(connection, owner, link.id, act.at)
                people.note(connection, owner, act, about=link.name, what="link withdrawn")

            await self._people.change(work)
            return html(
                request, await self._shown.users(Told(say("The link for {name} leads nowhere now.", name=link.name)))
            )
        made = await self._people.change(lambda c: signing.renew(c, owner, act, link))
        return html(request, await self._shown.users(self._handed(request, made, link.name, link.mail)))

    @app.route("/invitation/<secret>", methods=["GET"])
    async def invitation(self, request: Any, secret: str) -> bytes:
        """The form of a link."""
        return html(request, await self._shown.invitation(secret))

    @app.route("/invitation/<secret>", methods=["POST"])
    async def accept(self, request: Any, secret: str) -> bytes:
        """Somebody sets the first password by a link."""
        who, owner, name = self._people, self._people.owner, _name(request)
        role = text_of(request, b"role")
        page = await self._shown.invitation(secret)
        if page.status != 200:
            return html(request, page)
        kept = await who.new_password(text_of(request, b"new"), text_of(request, b"again"), name)
        done: Refused | people.User
        if isinstance(kept, Refused):
            done = kept
        else:
            act, words, chosen = who.act(name, address_of(request)), kept, role if role == "supervisor" else "it"
            done = await who.change(lambda c: signing.accept(c, owner, act, secret, name, chosen, words))
        if isinstance(done, Refused):
            return html(
                request, await self._shown.invitation(secret, name=name, role=role, problem=kept_words(done.sentence))
            )
        return see_other(request, "/sign-in")

    @app.route("/trail", methods=["GET"])
    async def trail(self, request: Any) -> bytes:
        """Who did what."""
        return html(request, await self._shown.trail(before(request)))

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _act(self, request: Any) -> Act:
        return self._people.act(request.person.name, address_of(request))

    def _handed(self, request: Any, made: tuple[int, str], name: str, mail: str) -> Told:
        """A link is sent, or shown this once to be handed over."""
        number, secret = made
        link = self._inviting.link(request, secret)
        if self._inviting.send(number, name, mail, link):
            return Told(say("A mail with the link is on its way to {mail}; it ends after 24 hours.", mail=mail))
        return Told(
            say("Hand this link to {name}. It is shown this once, works once, and ends after 24 hours.", name=name),
            link=link,
        )


def _name(request: Any) -> str:
    return text_of(request, b"name").strip()[: signing.LONGEST_NAME]


def _wrong_mail(mail: str) -> str | None:
    from gateway.config.checks import mail_address

    if not mail:
        return None
    try:
        mail_address(mail)
    except ValueError as error:
        return f"{error}."
    return (
        None
        if len(mail) <= _LONGEST_MAIL
        else say("A mail address has at most {number} characters.", number=_LONGEST_MAIL)
    )
