"""What the form of a call's tags brings, on its way into the store as a command."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.languages.spoken import say
from gateway.store import call_tags, commands
from gateway.store.tags import LONGEST_TAG, tidy
from gateway.web.deeds import LONGEST_NAME, Deeds, NotDone
from gateway.web.house import House
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class TagForm:
    """A tag that a call is to get, or to lose."""

    deed: str
    tag: str
    who: str
    token: str


def read_form(fields: Fields) -> TagForm:
    """The fields of the form, each bounded; a missing one is empty. A button that takes a tag off names it."""
    gone = one_line(fields, b"untag", LONGEST_TAG)
    tag = gone or one_line(fields, b"tag", LONGEST_TAG + 1)
    who, token = one_line(fields, b"who", LONGEST_NAME), one_line(fields, b"token", 64)
    return TagForm(deed=call_tags.UNTAG if gone else call_tags.TAG, tag=tidy(tag), who=who, token=token)


class Tagging:
    """Gives calls their tags."""

    def __init__(self, house: House, tokens: Tokens, deeds: Deeds) -> None:
        self._house, self._tokens, self._deeds = house, tokens, deeds

    async def tag(self, number: int, form: TagForm) -> int | NotDone:
        """Give a call a tag or take one off: the number of the command, or why there is none."""
        problem = self._problem(number, form)
        if problem:
            return NotDone(problem)
        owner, now, subject = self._house.database.property, self._house.micros(), call_tags.subject(number, form.tag)

        def write(connection: Connection) -> int | NotDone:
            said = {"now": now, "who": form.who, "deed": form.deed, "posting_id": None, "why": "", "subject": subject}
            return commands.give(connection, owner, **said)  # type: ignore[arg-type]

        return await self._deeds.written(write)

    def _problem(self, number: int, form: TagForm) -> str:
        if not self._tokens.fits(form.token, "call", number):
            return say("This page is older than the running gateway. Look again and send it anew.")
        if not form.tag:
            return say("Write the tag: a word or two by which the call is to be found.")
        if len(form.tag) > LONGEST_TAG:
            return say("A tag has at most {number} characters.", number=LONGEST_TAG)
        if not form.who:
            return say("Write your name: whoever asks later must know who tagged the call.")
        return ""
