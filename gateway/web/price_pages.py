"""The pages about prices: lists of changed prices with their decisions, and the tariff laboratory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import Texts, say
from gateway.store import lists
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON, Deeds
from gateway.web.house import House
from gateway.web.laboratory import FILES, Form, Laboratory, NotUnderstood, Work
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens
from gateway.web.words import Clock, amount, grouped

#: Calls of a list on one page.
ITEMS: Final = 100
#: Lists on the page of lists.
LISTS: Final = 50
#: What approving does about a call, in a word or two.
DEED_WORDS: Final[Mapping[str, str]] = Texts(
    {
        "charge": "goes to the PMS",
        "raise": "difference is charged",
        "reverse": "taken back over the link",
        "by_hand": "booked by hand",
        "nothing": "left as it is",
    }
)


def read_form(fields: Fields) -> Form:
    """The fields of a form as text, each bounded; a missing one is empty."""

    def text(name: bytes, most: int = LONGEST_NAME) -> str:
        return one_line(fields, name, most)

    return Form(
        first=text(b"from"),
        last=text(b"to"),
        tariff=text(b"tariff", 255),
        question=text(b"question") or "price",
        carrier=text(b"carrier"),
        who=text(b"who"),
        why=text(b"why", LONGEST_REASON),
    )


class PricePages:
    """Corrections and the laboratory."""

    def __init__(
        self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, bench: Laboratory, deeds: Deeds
    ) -> None:
        self._house, self._reads, self._live, self._tokens, self._pages = house, reads, live, tokens, pages
        self._bench, self._deeds = bench, deeds

    # -- lists ----------------------------------------------------------------------------------------------------

    async def changes(self, form: Form | None = None, problem: str = "") -> Page:
        """The newest lists, and the form that makes one."""
        owner = self._house.database.property

        def work(connection: Connection) -> list[tuple[dict[str, Any], list[lists.Total]]]:
            return [(one, lists.totals(connection, owner, one["id"])) for one in lists.newest(connection, owner, LISTS)]

        found = await self._reads.read(work)
        clock = self._live.clock()
        works = [one for one in self._bench.works if one.kind == "list"]
        page = await self._pages.page(
            "corrections.html",
            here="corrections",
            title=say("Corrections"),
            lists=[self._list(one, totals, clock) for one, totals in found],
            works=works,
            running=any(one.state == "running" for one in works),
            form=form or Form(),
            problem=problem,
            token=self._tokens.sign("corrections"),
        )
        return Page(page.html, 422 if problem else page.status)

    async def change(self, number: int, after: int = 0, told: str = "", problem: str = "", who: str = "") -> Page:
        """One list: its totals, each call with the old amount and the new, and the decision."""
        owner = self._house.database.property

        def work(connection: Connection) -> tuple[dict[str, Any], list[lists.Total], list[dict[str, Any]]] | None:
            one = lists.one(connection, owner, number)
            if one is None:
                return None
            items = lists.shown_items(connection, owner, number, ITEMS + 1, after)
            return one, lists.totals(connection, owner, number), items

        found = await self._reads.read(work)
        if found is None:
            return await self._pages.missing(say("There is no list {number}.", number=number))
        one, totals, items = found
        clock = self._live.clock()
        page = await self._pages.page(
            "correction.html",
            here="corrections",
            title=say("List {number}", number=number),
            list=self._list(one, totals, clock),
            calls=[self._item(item, clock) for item in items[:ITEMS]],
            after=items[ITEMS - 1]["call_id"] if len(items) > ITEMS else None,
            paged=bool(after),
            told=told,
            problem=problem,
            who=who,
            token=self._tokens.sign("list", number),
        )
        return Page(page.html, 422 if problem else page.status)

    async def decide(self, number: int, deed: str, who: str, why: str, token: str) -> Page | str:
        """A person's decision about a list: the sentence that came of it, or the page that says what is missing."""
        problem = ""
        if not self._tokens.fits(token, "list", number):
            problem = say("This page is older than the running gateway. Look at the list below and decide again.")
        elif deed not in ("approve", "reject"):
            problem = say("A list can be approved or rejected.")
        elif not who:
            problem = say("Write your name: whoever asks later must know who decided.")
        elif deed == "reject" and not why:
            problem = say("A rejection needs a reason: whoever made the list will ask.")
        if problem:
            return await self.change(number, problem=problem, who=who)
        return kept(await self._deeds.ask(who, deed, why, str(number)))

    async def make(self, form: Form, token: str) -> Page | None:
        """Begin to make a list of changes; None if it began."""
        if not self._tokens.fits(token, "corrections"):
            return await self.changes(
                form, say("This page is older than the running gateway. Look again and send it anew.")
            )
        try:
            self._bench.list_changes(form)
        except NotUnderstood as error:
            return await self.changes(form, str(error))
        return None

    def _list(self, one: Mapping[str, Any], totals: list[lists.Total], clock: Clock) -> dict[str, Any]:
        digits, currency = self._money
        before, after = sum(total.before for total in totals), sum(total.amount for total in totals)
        rows = [
            {
                "words": DEED_WORDS[total.deed],
                "calls": total.calls,
                "before": amount(total.before, digits, currency),
                "after": amount(total.amount, digits, currency),
                "difference": amount(total.amount - total.before, digits, currency),
            }
            for total in totals
        ]
        return {
            **{name: one[name] for name in ("id", "kind", "state", "made_by", "why", "decided_by", "decided_why")},
            "state_words": kept(one["state"])[:1].upper() + kept(one["state"])[1:],
            "version": one["tariff_version"],
            "made": clock.moment(one["made_at"]),
            "decided": clock.moment(one["decided_at"]) if one["decided_at"] is not None else "",
            "period": _days(one, clock),
            "calls": sum(total.calls for total in totals),
            "totals": rows,
            "before": amount(before, digits, currency),
            "after": amount(after, digits, currency),
            "difference": amount(after - before, digits, currency),
        }

    def _item(self, item: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
        digits, currency = item["decimals"], item["currency"]
        number = grouped(item["number"], self._house.config.property.country) if item["number"] else item["dialled"]
        return {
            "call": item["call_id"],
            "began": clock.moment(item["started_at"]),
            "room": item["room"] or item["extension"] or "",
            "number": number or "",
            "place": said_place(item["place"]),
            "before": amount(item["before"], digits, currency),
            "after": amount(item["amount"], digits, currency),
            "difference": amount(item["amount"] - item["before"], digits, currency),
            "words": kept(item["outcome"] or item["words"]),
            "posting": item["posting_id"],
        }

    @property
    def _money(self) -> tuple[int, str]:
        from rating.money import minor_digits

        currency = self._house.config.property.currency
        return minor_digits(currency), currency

    # -- the laboratory -------------------------------------------------------------------------------------------

    async def laboratory(self, form: Form | None = None, problem: str = "") -> Page:
        """The form of a rehearsal, and what was rehearsed since the gateway started."""
        today = self._live.clock().today.date()
        begin = today.replace(day=1)
        page = await self._pages.page(
            "laboratory.html",
            here="laboratory",
            title=say("Tariff laboratory"),
            folders=self._bench.folders(),
            works=[one for one in self._bench.works if one.kind == "rehearsal"],
            form=form or Form(first=begin.isoformat(), last=today.isoformat()),
            problem=problem,
            token=self._tokens.sign("laboratory"),
        )
        return Page(page.html, 422 if problem else page.status)

    async def rehearse(self, form: Form, token: str) -> Page | Work:
        """Begin a rehearsal."""
        if not self._tokens.fits(token, "laboratory"):
            return await self.laboratory(form, say("This page is older than the running gateway. Send it anew."))
        try:
            return self._bench.rehearse(form)
        except NotUnderstood as error:
            return await self.laboratory(form, str(error))

    async def rehearsal(self, number: int) -> Page:
        """One rehearsal: how far it is, or what it came to."""
        work = self._bench.work(number)
        if work is None or work.kind != "rehearsal":
            return await self._pages.missing(
                say("There is no rehearsal {number}; results go when the gateway ends.", number=number)
            )
        return await self._pages.page(
            "rehearsal.html", here="laboratory", title=work.title, work=work, found=work.result(), files=list(FILES)
        )


def _days(one: Mapping[str, Any], clock: Clock) -> str:
    if one["since"] is None:
        return ""
    first, last = clock.day(one["since"]), clock.day(one["until"] - 1)
    return first if first == last else say("{first} to {last}", first=first, last=last)
