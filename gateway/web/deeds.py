"""What a person decides of a posting or says of an alarm, from a form into the store as a command.

The form says what it was looking at (state and attempts, signed); the command is written only if the posting still
stands so, in the transaction that writes it. What comes of it is the gateway's to say: the page waits a moment for the
command's own sentence and shows that, so that nobody is told "done" for something that was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select
from twisted.internet.task import deferLater

from gateway.languages.spoken import Texts, say
from gateway.ledger import ARROWS, DEEDS, REASON_NEEDED
from gateway.store import alarms, commands, schema
from gateway.web.house import House
from gateway.web.marks import NAMES
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens

#: Characters of a name and of a reason that are kept; a sentence fits.
LONGEST_NAME: Final = 80
LONGEST_REASON: Final = 400
#: How long a page waits for what came of a command, and how often it looks, in seconds.
PATIENCE: Final = 3.0
LOOK_EVERY: Final = 0.1

_NO_REASON: Final = Texts({"write-off": "A write-off needs a reason: whoever balances the day will ask."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form brought."""

    deed: str
    who: str
    why: str
    state: str
    attempts: str
    token: str


@dataclass(frozen=True, slots=True)
class NotDone:
    """Nothing was written; the sentence says why. `stale` where the page was old and not the person wrong."""

    sentence: str
    stale: bool = False


def read_form(fields: Fields) -> Form:
    """The fields of a form as text, each bounded; a missing one is empty."""

    def text(name: bytes, most: int) -> str:
        return one_line(fields, name, most)

    return Form(
        deed=text(b"deed", 20),
        who=text(b"who", LONGEST_NAME),
        why=text(b"why", LONGEST_REASON),
        state=text(b"state", 20),
        attempts=text(b"attempts", 10),
        token=text(b"token", 64),
    )


def judge(form: Form, number: int, tokens: Tokens) -> NotDone | None:
    """Why a form cannot be a command, if it cannot. Pure."""
    if not tokens.fits(form.token, number, form.state, form.attempts):
        return NotDone(
            say("This page is older than the running gateway. Look at the posting below and decide again."), stale=True
        )
    event = DEEDS.get(form.deed)
    if event is None or (form.state, event) not in ARROWS:
        return NotDone(say("That is not something that can be done to this posting."))
    if not form.who:
        return NotDone(say("Write your name: whoever asks later must know who decided."))
    if form.deed in REASON_NEEDED and not form.why:
        return NotDone(
            _NO_REASON.get(form.deed, say("Write what you saw on the folio: whoever asks later must know why."))
        )
    return None


class Deeds:
    """Writes commands and waits for what comes of them."""

    def __init__(self, house: House, reads: Reads, clock: Any) -> None:
        self._house, self._reads, self._clock = house, reads, clock

    async def give(self, form: Form, number: int) -> int | NotDone:
        """Write a command for a judged form; the number of the command, or why there is none."""
        return await self.written(_writing(self._house.database.property, self._house.micros(), form, number))

    async def acknowledge(self, form: Form, number: int) -> int | NotDone:
        """Write that a person takes an alarm; the number of the command, or why there is none."""
        return await self.written(_acknowledging(self._house.database.property, self._house.micros(), form, number))

    async def ask(
        self,
        who: str,
        deed: str,
        why: str,
        subject: str,
        *,
        later: str = "",
    ) -> str:
        """Write a command about something else than a posting; the sentence that came of it, or `later` if none has yet."""
        owner, now = self._house.database.property, self._house.micros()

        def work(connection: Connection) -> int:
            said = {"now": now, "who": who, "deed": deed, "posting_id": None, "why": why, "subject": subject}
            return commands.give(connection, owner, **said)  # type: ignore[arg-type]

        result = await self._came_of(await self._reads.transact_numbered(work))
        return result or later or say("written down; the gateway has not carried it out yet")

    async def written(self, write: Callable[[Connection], int | NotDone]) -> int | NotDone:
        """Write a command and wait for what comes of it; its number, or why there is none."""
        given = await self._reads.transact_numbered(write)
        if isinstance(given, int):
            await self._came_of(given)
        return given

    async def _came_of(self, command: int) -> str | None:
        """What came of a command, once it is carried out or refused; None if that takes too long: the page says so."""
        self._house.read_commands_soon()
        owner, waited = self._house.database.property, 0.0
        while waited < PATIENCE:
            result = await self._reads.read(lambda connection: commands.result(connection, owner, command))
            if result is not None:
                return result
            await deferLater(self._clock, LOOK_EVERY)
            waited += LOOK_EVERY
        return None


def judge_acknowledgement(form: Form, number: int, tokens: Tokens) -> NotDone | None:
    """Why a form cannot acknowledge an alarm, if it cannot. Pure."""
    if not tokens.fits(form.token, "alarm", number):
        return NotDone(
            say("This page is older than the running gateway. Look at the alarm below and decide again."), stale=True
        )
    if not form.who:
        return NotDone(say("Write your name: whoever comes next must know who has taken it."))
    return None


def _acknowledging(owner: str, now: int, form: Form, number: int) -> Callable[[Connection], int | NotDone]:
    """The transaction: nobody may have taken it meanwhile."""

    def work(connection: Connection) -> int | NotDone:
        row = alarms.one(connection, owner, number)
        if row is None:
            return NotDone(say("There is no alarm {number}.", number=number))
        if row.acknowledged_at is not None:
            return NotDone(
                say("Meanwhile {name} has acknowledged this alarm.", name=row.acknowledged_by),
                stale=True,
            )
        deed, who, why = alarms.ACKNOWLEDGE, form.who, form.why
        return commands.give(connection, owner, now=now, who=who, deed=deed, posting_id=None, why=why, alarm_id=number)

    return work


def _writing(owner: str, now: int, form: Form, number: int) -> Callable[[Connection], int | NotDone]:
    """The transaction: the posting must stand as the form saw it."""
    columns = schema.postings.c

    def work(connection: Connection) -> int | NotDone:
        wanted = select(columns.state, columns.attempts).where(columns.property == owner, columns.id == number)
        row = connection.execute(wanted).one_or_none()
        if row is None:
            return NotDone(say("There is no posting {number}.", number=number))
        if (row.state, str(row.attempts)) != (form.state, form.attempts):
            words = NAMES.get(row.state, row.state)
            return NotDone(
                say(
                    "Meanwhile this posting stands as “{state}”; nothing was done. Look again and decide.", state=words
                ),
                stale=True,
            )
        return commands.give(connection, owner, now=now, who=form.who, deed=form.deed, posting_id=number, why=form.why)

    return work
