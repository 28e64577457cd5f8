"""Links that go out: by mail where the house has a mail server and the person an address, else shown to be handed over.

One attempt: the page says whether the mail server took it, and sends again when somebody asks. A link is a secret, so it is
not kept to be tried later.
"""

from __future__ import annotations

from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.config import Config
from gateway.languages.spoken import later, say, speaking
from gateway.store import invitations
from gateway.store.notices import Waiting
from gateway.watch.mail import Mailer
from gateway.web.house import House
from gateway.web.people import People
from gateway.web.tongues import Tongues

_LETTER: Final = later("""\
{who} invites you to the telephone pages of {hotel}.

Open this link within 24 hours and choose a password of your own; it works once:

{link}

Your name there is: {name}
If you expected no such mail, leave it: without the link nobody can use it.
""")


class Inviting:
    """Sends links."""

    def __init__(self, house: House, people: People, reactor: Any) -> None:
        self._house, self._people = house, people
        mail, home = house.config.mail, house.config.property
        self._tongues = Tongues(home.language, home.country)
        self._mailer = Mailer(mail, reactor, house.now) if mail is not None else None
        self._log = Logger()

    def link(self, request: Any, secret: str) -> str:
        """The whole address of a link."""
        return f"{base_of(self._house.config, request)}/invitation/{secret}"

    def back(self, request: Any) -> str:
        """Where a provider sends people back to."""
        return f"{base_of(self._house.config, request)}/sign-in/oidc/back"

    def send(self, number: int, name: str, mail: str, link: str) -> bool:
        """Hand a mail to the mail server; False where there is none, or no address."""
        if self._mailer is None or not mail:
            return False
        hotel = self._house.config.property.name
        with speaking(self._tongues.own):  # the language of whoever is invited is not known yet
            body = say(_LETTER, who="Foliogate", hotel=hotel, link=link, name=name)
            subject = say("{hotel}: your way into the telephone pages", hotel=hotel)
        now = self._house.micros()
        letter = Waiting(number, "invited", "mail", mail, subject, body, now, 0)
        Deferred.fromCoroutine(self._sent(number, self._mailer.deliver(letter, f"invitation-{number}-{now}")))
        return True

    async def _sent(self, number: int, delivered: Deferred[Any]) -> None:
        """Write down what became of a mail."""
        at: int | None = None
        trouble, owner = "", self._people.owner
        try:
            await delivered
            at = self._house.micros()
        except Exception as error:  # noqa: BLE001 (a mail server has many ways to refuse; each is told)
            trouble = str(error).strip()[:300] or type(error).__name__
            self._log.warn("invitation {number} could not be sent: {words}", number=number, words=trouble)
        try:
            await self._people.change(lambda c: invitations.sent(c, owner, number, at, trouble))
        except Exception:  # noqa: BLE001 (the page goes on to say that it is on its way)
            self._log.failure("the fate of an invitation could not be kept")


def base_of(config: Config, request: Any) -> str:
    """How the house is reached: as the configuration says, or as this page was."""
    scheme = "https" if config.web.secure else "http"
    return (config.watch.page or f"{scheme}://{request.getHeader('host')}").rstrip("/")
