"""The pages of bills: the stays there are, the bill of one as it stands, and the bills that were made final.

An interim bill changes nothing and can be printed at will. A final one is made by a command, as every deed is; each print of
it is asked for with a form, written down, and can be had for a while under its own address.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.bills import issuing
from gateway.bills.bill import Bill
from gateway.bills.bill_sheet import Issue, bill_sheet
from gateway.bills.keeping import bill_now, bill_then
from gateway.bills.sheet import Sheet
from gateway.instants import SECOND
from gateway.languages.catalogues import language_of
from gateway.languages.kept import kept
from gateway.languages.names import LANGUAGES
from gateway.languages.spoken import later, say
from gateway.roles import Person, who_may
from gateway.store import billing
from gateway.web.deeds import Deeds
from gateway.web.earlier import DESK_TIME, look_at, may_see
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.papers import Choice, Papers, choices, values
from gateway.web.reads import Reads
from gateway.web.security import Tokens
from gateway.web.words import Clock, amount

#: How long the paper of one print can be had, in microseconds: long enough for a printer that was out of paper.
PRINT_TIME: Final = 15 * 60 * SECOND
_OLD: Final = later("This page is older than the running gateway. Look at the bill below and decide again.")
_NO_NAME: Final = later("Write your name: whoever asks later must know who printed it.")


class BillPages:
    """Bills on pages and papers."""

    def __init__(
        self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, papers: Papers, deeds: Deeds
    ) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._papers, self._deeds = pages, papers, deeds

    @property
    def _owner(self) -> str:
        return self._house.database.property

    # -- the list ---------------------------------------------------------------------------------------------------

    async def all(self, words: str, person: Person) -> Page:
        """Everybody in the house, or the stays that a search finds; the newest final bills."""
        now = self._house.micros()

        def work(connection: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            owner = self._owner
            stays = billing.found_stays(connection, owner, words) if words else billing.open_stays(connection, owner)
            if not person.may("earlier_stays"):
                stays = [one for one in stays if one["until"] is None or now - one["until"] < DESK_TIME]
            return stays, billing.newest_bills(connection, owner)

        stays, made = await self._reads.read(work)
        clock = self._live.clock()
        return await self._pages.page(
            "bills.html",
            here="bills",
            title=say("Bills"),
            words=words,
            stays=[_stay_view(one, clock) for one in sorted(stays, key=_by_room)],
            made=[_made_view(one, clock) for one in made],
        )

    # -- a stay -----------------------------------------------------------------------------------------------------

    async def stay(self, number: int, choice: Choice, person: Person, problem: str = "", who: str = "") -> Page:
        """The bill of a stay as it stands now, and what can be done with it."""
        found = await self._reads.read(lambda connection: self._standing(connection, number))
        if found is None:
            return await self._pages.missing(say("There is no stay {number}.", number=number))
        bill, made = found
        if not self._open(bill, person, choice):
            return await self._closed(number, bill, person)
        clock = self._live.clock()
        page = await self._pages.page(
            "bill.html",
            here="bills",
            title=say("Bill of room {room}", room=bill.stay.rooms[-1]),
            stay=number,
            room=bill.stay.rooms[-1],
            guest=bill.stay.name,
            made=[_made_view(one, clock) for one in made],
            empty=not bill.lines,
            problem=problem,
            who=who,
            token=self._tokens.sign("bill", number),
            **choices(choice, language_of(bill.stay.language)),
            **values(self._sheet(bill, choice)),
        )
        return Page(page.html, 422 if problem else page.status)

    def _standing(self, connection: Connection, number: int) -> tuple[Bill, list[dict[str, Any]]] | None:
        bill = bill_now(connection, self._owner, number, self._house.micros())
        if bill is None:
            return None
        made = billing.bills_of(connection, self._owner, bill.stay.reservation)
        return bill, [one for one in made if one["stay_id"] in bill.stay.numbers]

    def _open(self, bill: Bill, person: Person, choice: Choice) -> bool:
        return may_see(bill.stay, person, choice.look, self._tokens, self._house.micros())

    async def _closed(self, number: int, bill: Bill, person: Person, problem: str = "", who: str = "") -> Page:
        """What stands in the place of the bill of a guest who has left."""
        if not person.may("earlier_stays"):
            words = say(
                "This guest has left. Bills of earlier stays are for: {roles}.",
                roles=", ".join(say(one) for one in who_may("earlier_stays")),
            )
            return await self._pages.problem(403, say("An earlier stay"), words)
        page = await self._pages.page(
            "earlier_bill.html",
            here="bills",
            title=say("An earlier stay"),
            stay=number,
            room=bill.stay.rooms[-1],
            problem=problem,
            who=who,
            token=self._tokens.sign("why", number),
        )
        return Page(page.html, 422 if problem else page.status)

    async def look(self, number: int, person: Person, who: str, why: str, token: str) -> Page | str:
        """Somebody says why he looks at the bill of a guest who has left: the address that is open now, or what is missing."""
        now = self._house.micros()
        bill = await self._reads.read(lambda connection: bill_now(connection, self._owner, number, now))
        if bill is None:
            return await self._pages.missing(say("There is no stay {number}.", number=number))
        problem = self._judged(who, token, "why", number) or (
            "" if why else say("Write why you look: it is kept with your name.")
        )
        if problem or not person.may("earlier_stays"):
            return await self._closed(number, bill, person, problem, who)
        await self._deeds.ask(who, issuing.LOOK, why, str(number))
        look = look_at(self._tokens, number, self._house.micros())
        return f"/bills/stay/{number}?look={look.at}&key={look.key}"

    def _sheet(self, bill: Bill, choice: Choice, issue: Issue | None = None) -> Sheet:
        tongue = self._papers.speech(choice.language or language_of(bill.stay.language))
        zone, alone = self._house.config.property.timezone, choice.calls_alone
        shown = bill.calls_alone() if alone else bill
        return bill_sheet(shown, tongue, self._papers.hotel, zone, issue, calls_alone=alone)

    async def interim(self, number: int, choice: Choice, person: Person) -> Sheet | Page:
        """The interim bill as a sheet, or the page that says that there is none."""
        now = self._house.micros()
        bill = await self._reads.read(lambda connection: bill_now(connection, self._owner, number, now))
        if bill is None:
            return await self._pages.missing(say("There is no stay {number}.", number=number))
        return (
            self._sheet(bill, choice) if self._open(bill, person, choice) else await self._closed(number, bill, person)
        )

    async def make_final(self, number: int, choice: Choice, person: Person, who: str, token: str) -> Page | int:
        """Make the bill of a stay final: the number of the bill, or the page that says why there is none."""
        problem = self._judged(who, token, "bill", number)
        if problem:
            return await self.stay(number, choice, person, problem, who)
        found = await self._reads.read(lambda connection: self._standing(connection, number))
        if found is None:
            return await self._pages.missing(say("There is no stay {number}.", number=number))
        if not self._open(found[0], person, choice):
            return await self._closed(number, found[0], person)
        language = choice.language or language_of(found[0].stay.language)
        scope = issuing.SCOPES[choice.calls_alone]
        said = await self._deeds.ask(who, issuing.FINAL, "", f"{number} {language} {scope}")
        made = await self._reads.read(lambda connection: self._standing(connection, number))
        newest = made[1][-1]["id"] if made is not None and made[1] else None
        if newest is not None and said.startswith(f"final bill {newest} of "):
            return int(newest)
        return await self.stay(number, choice, person, f"{kept(said)[:1].upper()}{kept(said)[1:]}.", who)

    def _judged(self, who: str, token: str, *about: object) -> str:
        if not self._tokens.fits(token, *about):
            return _OLD
        return "" if who else _NO_NAME

    # -- final bills ------------------------------------------------------------------------------------------------

    async def final(self, number: int, person: Person, problem: str = "", who: str = "") -> Page:
        """A final bill: what it held, who printed it, and the way to print it again."""

        def work(connection: Connection) -> tuple[dict[str, Any], Bill | None, list[dict[str, Any]]] | None:
            row = billing.bill(connection, self._owner, number)
            if row is None:
                return None
            return row, bill_then(connection, self._owner, row), billing.prints_of(connection, self._owner, number)

        found = await self._reads.read(work)
        row, bill, prints = found if found is not None else (None, None, [])
        if row is None or bill is None:
            return await self._pages.missing(say("There is no final bill {number}.", number=number))
        if not self._desk_has(bill, row, person):
            return await self._closed(row["stay_id"], bill, person)
        clock, now = self._live.clock(), self._house.micros()
        page = await self._pages.page(
            "final_bill.html",
            here="bills",
            title=say("Final bill {number}", number=number),
            number=number,
            stay=row["stay_id"],
            room=row["room"],
            made=_made_view(row, clock),
            prints=[
                {
                    "copy": one["copy"],
                    "at": clock.full(one["at"]),
                    "who": one["who"],
                    "open": now - one["at"] < PRINT_TIME,
                }
                for one in prints
            ],
            problem=problem,
            who=who,
            token=self._tokens.sign("final", number),
            **values(self._sheet(bill, _choice(row), _issue(row, prints[0]))),
        )
        return Page(page.html, 422 if problem else page.status)

    def _desk_has(self, bill: Bill, row: dict[str, Any], person: Person) -> bool:
        """A final bill is still the desk's a day after it was made; whoever may look back sees all of them."""
        now, until = self._house.micros(), bill.stay.until
        fresh = until is None or now - max(until, row["made_at"]) < DESK_TIME
        return fresh or person.may("earlier_stays")

    async def copy(self, number: int, person: Person, who: str, token: str) -> Page | int:
        """Print a final bill again: the number of the copy, or the page that says why there is none."""
        problem = self._judged(who, token, "final", number)
        if problem:
            return await self.final(number, person, problem, who)
        said = await self._deeds.ask(who, issuing.COPY, "", str(number))
        first, _, rest = said.partition(" of final bill ")
        if first.startswith("copy ") and rest:
            return int(first.removeprefix("copy "))
        return await self.final(number, person, f"{kept(said)[:1].upper()}{kept(said)[1:]}.", who)

    async def printed(self, number: int, copy: int, choice: Choice) -> Sheet | Page:
        """The paper of one print, while it can be had."""

        def work(connection: Connection) -> tuple[Bill, dict[str, Any], dict[str, Any]] | None:
            row = billing.bill(connection, self._owner, number)
            prints = {one["copy"]: one for one in billing.prints_of(connection, self._owner, number)}
            bill = bill_then(connection, self._owner, row) if row is not None else None
            return None if row is None or bill is None or copy not in prints else (bill, row, prints[copy])

        found = await self._reads.read(work)
        if found is None:
            return await self._pages.missing(say("There is no such print of a final bill {number}.", number=number))
        bill, row, one = found
        if self._house.micros() - one["at"] >= PRINT_TIME:
            words = say(
                "This print was asked for a while ago. Ask for a copy on the page of the bill; it will be "
                "marked as one."
            )
            return await self._pages.problem(410, say("No longer to be had"), words)
        return self._sheet(bill, _choice(row, choice.language), _issue(row, one))


def _issue(row: dict[str, Any], one: dict[str, Any]) -> Issue:
    made = (row["id"], row["made_at"], row["made_by"], row["replaces"])
    return Issue(*made, copy=one["copy"], printed_at=one["at"], printed_by=one["who"])


def _choice(row: dict[str, Any], language: str = "") -> Choice:
    """A final bill as it was made: its scope, and its language unless another is wanted."""
    return Choice(language=language or row["language"], calls_alone=row["scope"] == "phone")


def _stay_view(one: dict[str, Any], clock: Clock) -> dict[str, Any]:
    return {
        "id": one["id"],
        "room": one["room"],
        "name": one["name"],
        "reservation": "" if one["reservation"].startswith("@") else one["reservation"],
        "since": clock.day(one["since"]) if one["since"] else "",
        "until": clock.day(one["until"]) if one["until"] is not None else "",
        "language": LANGUAGES.get(one["language"], one["language"]),
    }


def _by_room(one: dict[str, Any]) -> tuple[int, str]:
    return len(one["room"]), one["room"]


def _made_view(one: dict[str, Any], clock: Clock) -> dict[str, Any]:
    return {
        "id": one["id"],
        "room": one["room"],
        "at": clock.full(one["made_at"]),
        "who": one["made_by"],
        "amount": amount(one["amount"], one["decimals"], one["currency"]),
        "replaces": one["replaces"],
    }
