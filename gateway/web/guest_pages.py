"""The pages about what is kept of a guest: found by name or reservation, given to the guest, erased; and how long what is kept."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import Texts, plural, say
from gateway.privacy.erasing import BEGUN, ERASE, EXPORT
from gateway.privacy.rounds import terms
from gateway.reports.guest import export, guest_report
from gateway.store import erasures, guest_data, guests
from gateway.store.guest_data import Preview
from gateway.store.guests import StayRow
from gateway.web.deeds import Deeds, Form, read_form
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.security import Tokens
from gateway.web.words import Clock

#: Characters of a search; a name rarely has more than forty letters.
LONGEST_SEARCH: Final = 80
#: Erasures that are listed.
LISTED: Final = 50


class GuestPages:
    """Guests, one of them, and what can be done."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds = pages, deeds

    @property
    def _owner(self) -> str:
        return self._house.database.property

    async def all(self, search: str) -> Page:
        """The guests that a search finds, who was erased, and how long what is kept."""
        words, owner = " ".join(search.split())[:LONGEST_SEARCH], self._owner

        def work(connection: Connection) -> tuple[list[StayRow], list[dict[str, Any]]]:
            return guests.named(connection, owner, words) if words else [], erasures.newest(connection, owner, LISTED)

        found, erased = await self._reads.read(work)
        clock = self._live.clock()
        return await self._pages.page(
            "guests.html",
            here="guests",
            title=say("Guests' data"),
            asked=words,
            stays=[_stay_view(one, clock) for one in found],
            erased=[{**one, "at": clock.moment(one["begun_at"])} for one in erased],
            terms=[(say(_TERMS[name]), plural("{number} day", "{number} days", days)) for name, days in self._terms()],
            access=", ".join(self._house.config.privacy.access_numbers),
        )

    def _terms(self) -> list[tuple[str, int]]:
        return [(name, days) for name, days in terms(self._house.config.privacy).items() if name in _TERMS]

    async def one(self, number: int, form: Form | None = None, told: str = "", problem: str = "") -> Page:
        """What is kept about the guest of a stay, what would go and what stays, and the forms."""
        found = await self._found(number)
        if found is None:
            return await self._missing(number)
        reservation, seen = found
        clock = self._live.clock()
        page = await self._pages.page(
            "guest.html",
            here="guests",
            title=say("Data of a guest"),
            number=number,
            reservation=reservation,
            stays=[_stay_view(one, clock) for one in seen.stays],
            goes=_goes(seen),
            remains=_remains(seen),
            against=seen.against,
            erased=None if seen.erased is None else {**seen.erased, "at": clock.moment(seen.erased["begun_at"])},
            form=form or read_form({}),
            token=self._tokens.sign("guest", number),
            told=told,
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    async def erase(self, form: Form, number: int) -> Page:
        """Erase the guest of a stay."""
        reservation = await self._judged(form, number)
        if isinstance(reservation, Page):
            return reservation
        result = await self._deeds.ask(form.who, ERASE, form.why, reservation)
        if result.startswith(BEGUN):
            return await self.one(number, told=result)
        return await self.one(number, form, problem=result)

    async def exported(self, form: Form, number: int) -> bytes | Page:
        """The file with everything about the guest of a stay; whoever takes it stands in the audit trail."""
        reservation = await self._judged(form, number)
        if isinstance(reservation, Page):
            return reservation
        config, now = self._house.config, self._house.now()

        def work(connection: Connection) -> bytes | None:
            report = guest_report(connection, config, self._owner, reservation, now)
            return None if report is None else export(report)

        await self._deeds.ask(form.who, EXPORT, form.why, reservation)
        return await self._reads.read(work) or await self._missing(number)

    async def _judged(self, form: Form, number: int) -> str | Page:
        """The reservation that a form is about, or the page that says what is the matter with it."""
        if not self._tokens.fits(form.token, "guest", number):
            return await self.one(number, problem=say("This page is older than the running gateway. Look again."))
        if not form.who:
            return await self.one(
                number, form, problem=say("Write your name: whoever asks later must know who decided.")
            )
        if not form.why:
            return await self.one(
                number, form, problem=say("Write why: it is kept with your name, without the guest's.")
            )
        found = await self._found(number)
        return await self._missing(number) if found is None else found[0]

    async def _found(self, number: int) -> tuple[str, Preview] | None:
        owner = self._owner

        def work(connection: Connection) -> tuple[str, Preview] | None:
            reservation = guests.reservation_of(connection, owner, number)
            seen = None if reservation is None else guest_data.preview(connection, owner, reservation)
            return None if reservation is None or seen is None else (reservation, seen)

        return await self._reads.read(work)

    async def _missing(self, number: int) -> Page:
        return await self._pages.missing(say("There is no stay {number}.", number=number))


def _stay_view(stay: StayRow, clock: Clock) -> dict[str, Any]:
    since = clock.day(stay.since) if stay.since else "–"  # 0: since before our news of the room
    until = say("still here") if stay.until is None else clock.day(stay.until)
    return {**stay._asdict(), "since": since, "until": until}


def _goes(seen: Preview) -> list[str]:
    """What erasing takes away, a sentence each."""
    told = [
        (1, say("The guest's name and what the PMS said of the person.")),
        (
            seen.calls,
            plural("The number of {number} call, in full.", "The numbers of {number} calls, in full.", seen.calls),
        ),
        (
            seen.records,
            plural(
                "What the exchange sent: the bytes of {number} record.",
                "What the exchange sent: the bytes of {number} records.",
                seen.records,
            ),
        ),
        (
            seen.remarks,
            plural(
                "The words of {number} note, tag or dispute.",
                "The words of {number} notes, tags and disputes.",
                seen.remarks,
            ),
        ),
        (
            seen.acts,
            plural("The words of {number} changed charge.", "The words of {number} changed charges.", seen.acts),
        ),
        (seen.alarms, plural("What {number} alarm told.", "What {number} alarms told.", seen.alarms)),
        (1, say("Kept report files of these days, and name and numbers wherever else they were written.")),
    ]
    return [words for count, words in told if count]


def _remains(seen: Preview) -> list[str]:
    """What stays, and why, a sentence each."""
    told = [
        (
            seen.charges,
            plural(
                "{number} charge with its amount, tax and state: the law wants accounts kept.",
                "{number} charges with their amounts, taxes and states: the law wants accounts kept.",
                seen.charges,
            ),
        ),
        (
            seen.bills,
            plural(
                "{number} final bill with its amounts, without name and numbers.",
                "{number} final bills with their amounts, without name and numbers.",
                seen.bills,
            ),
        ),
        (
            seen.calls,
            say("Of each call the day, the duration, the room and the class of number: every sum rests on them."),
        ),
        (1, say("The reservation number, which ties the amounts to the folio in the PMS.")),
        (1, say("That a guest was erased, when, by whom and why, without the guest's name.")),
    ]
    return [words for count, words in told if count]


#: What each term is about, in the words of the page.
_TERMS: Final = Texts(
    {
        "keep_raw_days": "What the exchange sent",
        "mask_after_days": "Numbers in full",
        "keep_guest_days": "Names and words about guests, after they left",
        "keep_feed_days": "What other programs were told",
        "keep_calls_days": "What ties an amount to a guest",
    }
)
