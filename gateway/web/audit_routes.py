"""The addresses of the night audit, and what its forms bring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from klein import Klein
from sqlalchemy import Connection

from gateway.audit.days import DAY_DEEDS
from gateway.languages.spoken import say
from gateway.store import business_days, commands
from gateway.web.audit_pages import AuditPages, Said
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON, Deeds, NotDone
from gateway.web.house import House
from gateway.web.pages import Pages
from gateway.web.rest.answers import Fields, fields_of, one_line
from gateway.web.rest.api import whole
from gateway.web.routing import MOST, foreign, html, is_ours, see_other, troubles
from gateway.web.security import Tokens
from rating.money import minor_digits, parse_amount

#: Characters of an item, a class, an amount or a date that are looked at.
LONGEST: Final = 60


class AuditRoutes:
    """A day, what a person tells of it, and the lists behind its lines."""

    app = Klein()
    troubles(app)

    def __init__(self, house: House, deeds: Deeds, tokens: Tokens, pages: Pages, audit: AuditPages) -> None:
        self._house, self._deeds, self._tokens = house, deeds, tokens
        self.pages, self._audit = pages, audit

    @app.route("/audit", methods=["GET"])
    async def now(self, request: Any) -> bytes:
        """The day an auditor wants to see: the oldest that waits to be closed, else the open one."""
        return html(request, await self._audit.day(told=whole(fields_of(request), "told", 1, MOST)))

    @app.route("/audit/<date>", methods=["GET"])
    async def day(self, request: Any, date: str) -> bytes:
        """One business date."""
        return html(request, await self._audit.day(date, told=whole(fields_of(request), "told", 1, MOST)))

    @app.route("/audit/<date>/<name>", methods=["GET"])
    async def behind(self, request: Any, date: str, name: str) -> bytes:
        """What a line of its sheet is made of."""
        after = whole(fields_of(request), "after", 1, MOST) or 0
        return html(request, await self._audit.behind(date, name, after))

    @app.route("/audit/<date>", methods=["POST"])
    async def decide(self, request: Any, date: str) -> bytes:
        """A total, a name, an end, a date put right, or the closing."""
        if not is_ours(request):
            return await foreign(self, request)
        form = DayForm(fields_of(request))
        asked = form.subject(self._house, self._tokens)
        done = asked if isinstance(asked, NotDone) else await self._deeds.written(self._writing(form, asked))
        if isinstance(done, NotDone):
            return html(request, await self._audit.day(date, said=form.said(done.sentence)))
        return see_other(request, f"/audit{'' if form.deed == 'day-date' else f'/{date}'}?told={done}")

    def _writing(self, form: DayForm, subject: str) -> Callable[[Connection], int | NotDone]:
        """The transaction: the day must stand as the form saw it."""
        owner, now = self._house.database.property, self._house.micros()

        def work(connection: Connection) -> int | NotDone:
            day = business_days.one(connection, owner, form.number)
            if day is None or day.state != form.state:
                return NotDone(
                    say("Meanwhile this day has moved on; nothing was done. Look again and decide."), stale=True
                )
            said = {"who": form.who, "deed": form.deed, "why": form.why, "posting_id": None, "subject": subject}
            return commands.give(connection, owner, now=now, **said)  # type: ignore[arg-type]

        return work


class DayForm:
    """What a form about a day brought, each field bounded; a missing one is empty."""

    def __init__(self, fields: Fields) -> None:
        def text(name: bytes, most: int) -> str:
            return one_line(fields, name, most)

        self.deed = text(b"deed", 20)
        self.who, self.why = text(b"who", LONGEST_NAME), text(b"why", LONGEST_REASON)
        self.state, self.token = text(b"state", 20), text(b"token", 64)
        self.item, self.group, self.amount = text(b"item", LONGEST), text(b"group", LONGEST), text(b"amount", LONGEST)
        self.date = text(b"date", LONGEST)
        number = text(b"day", 18)
        self.number = int(number) if number.isascii() and number.isdigit() else 0

    def said(self, problem: str) -> Said:
        """What is shown again beside what was wrong."""
        return Said(
            deed=self.deed,
            item=self.item,
            amount=self.amount,
            group=self.group,
            who=self.who,
            why=self.why,
            problem=problem,
        )

    def subject(self, house: House, tokens: Tokens) -> str | NotDone:
        """What the command is about, or why it cannot be one."""
        if not tokens.fits(self.token, "day", self.number, self.state):
            return NotDone(
                say("This page is older than the running gateway. Look at the day below and decide again."), stale=True
            )
        if self.deed not in DAY_DEEDS:
            return NotDone(say("That is not something that can be done to a day."))
        if not self.who:
            return NotDone(say("Write your name: whoever asks later must know who decided."))
        try:
            return " ".join([str(self.number), *self._rest(house)])
        except ValueError as error:
            return NotDone(str(error))

    def _rest(self, house: House) -> list[str]:
        match self.deed:
            case "day-total":
                if not self.why:
                    raise ValueError(say("Write where the PMS's total was read: the report's name will do."))
                currency = house.config.property.currency
                digits = minor_digits(currency)
                minor = parse_amount("".join(self.amount.replace("\u202f", " ").split()), digits)
                return [self.group or "-", str(minor), currency, str(digits)]
            case "day-name":
                if not self.why:
                    raise ValueError(say("Write what the difference is, and why it may stand."))
                return [self.item]
            case "day-end" | "day-date":
                return [_date(self.date)]
            case _:
                return [] if house.config.pms else ["no-pms"]


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(say("A business date is written like 2026-11-30.")) from None
