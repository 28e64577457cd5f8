"""The pages: what each reads, and the values its template gets.

Each method answers one address with HTML and a status. Everything is read in one snapshot of the store per page, so
that a page never contradicts itself; lists are bounded and go on with "older".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from markupsafe import Markup, escape
from sqlalchemy import Connection

from gateway.config.day_rule import day_rule
from gateway.covered import Covered
from gateway.instants import to_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import later, say
from gateway.ledger import STATES
from gateway.store import pages as queries
from gateway.web import audit_words, line
from gateway.web.details import dispute, facts, of_call, reasons, tabs
from gateway.web.explanation import correction_object
from gateway.web.house import House
from gateway.web.live import First, Live, Present
from gateway.web.marks import FOR_PEOPLE, MEANINGS, NAMES, RARE, TONES
from gateway.web.persons import END, only_for
from gateway.web.rack import address_of
from gateway.web.reads import Reads, StoreBusy, StoreUnreadable
from gateway.web.rights import access_to
from gateway.web.security import Tokens
from gateway.web.stories import CARDS, PAGE_ROWS, call_story, listed, posting_story
from gateway.web.templates import environment
from gateway.web.views import CallView, PostingView, Row, attempt_view, by_day, call_view, posting_view, record_view
from gateway.web.words import amount
from rating.money import minor_digits

NAVIGATION: Final = (
    ("rooms", "/rooms", later("Rooms")),
    ("now", "/now", later("Now")),
    ("calls", "/calls", later("Calls")),
    ("postings", "/postings", later("Postings")),
    ("trunks", "/trunks", later("Trunks")),
    ("audit", "/audit", later("Audit")),
    ("alarms", "/alarms", later("Alarms")),
)
#: The blocks of the frame that change while somebody looks.
LIVE_BLOCKS: Final = ("name", "pages", "line", "spoken", "banners")
MORE_NAVIGATION: Final = (
    ("bills", "/bills", later("Bills")),
    ("reports", "/reports", later("Reports")),
    ("targets", "/targets", later("Targets")),
    ("acts", "/acts", later("Changed charges")),
    ("schedules", "/schedules", later("Schedules")),
    ("corrections", "/corrections", later("Corrections")),
    ("laboratory", "/laboratory", later("Laboratory")),
    ("records", "/records", later("Records")),
    ("links", "/links", later("Links")),
    ("guests", "/guests", later("Guests' data")),
    ("tokens", "/tokens", later("Tokens of programs")),
)


@cache
def marked(entries: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str, Markup], ...]:
    """Entries of the navigation, each with the mark that shows it only to those who may go there."""
    return tuple((key, where, name, only_for(access_to("GET", where))) for key, where, name in entries)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: HTML and its status."""

    html: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a person filled in, shown again beside what was wrong with it."""

    deed: str = ""
    who: str = ""
    why: str = ""
    problem: str = ""


class Pages:
    """Every page of the site."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, version: str) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._templates = environment()
        self._covered = Covered(house.config)
        self._version = version
        self._first = live.shared(self._make_first)
        self._day_rule = day_rule(house.config)

    # -- the pages ------------------------------------------------------------------------------------------------

    async def first(self) -> Page:
        """What happens now: calls as they end, postings by state. The same for all, so it is made once for all."""
        return await self._first.get()

    async def _make_first(self) -> Page:
        seen = await self._live.first.get()
        clock, country = self._live.clock(), self._country
        calls = [call_view(one, seen.postings.get(one["id"], []), clock, country) for one in seen.calls]
        return await self.page(
            "first.html",
            here="now",
            title=say("Now"),
            days=list(by_day(calls, clock)),
            groups=self._groups(seen, await self._counts()),
            settled=self._settled(seen.settled),
        )

    async def call(self, number: int, language: str = "", told: int | None = None) -> Page:
        """One call: why this amount (in the guest's language, or the one chosen), its postings, its records."""
        story = await self._reads.read(lambda connection: call_story(connection, self._owner, number, told))
        if story is None:
            return await self.missing(say("There is no call {number}.", number=number))
        values = self._call_values(story, language) | {"told": kept(story["told"])}
        return await self.page("call.html", here="calls", title=say("Call {number}", number=number), **values)

    async def call_story(self, number: int) -> Page:
        """The same, as the piece that opens below a line."""
        story = await self._reads.read(lambda connection: call_story(connection, self._owner, number))
        if story is None:
            return Page(f"<p>{escape(say('This call is no longer there.'))}</p>", 404)
        return Page(self._templates.get_template("call_story.html").render(**self._call_values(story)))

    async def postings(self, state: str, before: int | None) -> Page:
        """Postings by state; without one, those that wait for a person, as cards."""
        if state and state != "all" and state not in STATES:
            return await self.missing(say("There is no state of postings called {state}.", state=state))
        midnight = to_micros(self._live.clock().midnight)

        def work(connection: Connection) -> tuple[Any, ...]:
            found = listed(connection, self._owner, state, before)
            settled = queries.settled_since(connection, self._owner, midnight)
            return *found, queries.lively_sums(connection, self._owner), settled

        rows, names, attempts, lively, settled = await self._reads.read(work)
        shown = rows[:PAGE_ROWS] if state else rows
        views = [self._posting(one, names, attempts.get(one["id"], [])) for one in shown]
        counts = await self._counts()
        return await self.page(
            "postings.html",
            here="postings",
            title=say("Postings: {state}", state=NAMES.get(state, say("all"))) if state else say("Postings"),
            state=state,
            meaning=MEANINGS.get(state, ""),
            postings=views,
            cards=state in ("", *FOR_PEOPLE),
            tabs=tabs(counts, state),
            sums=self._sums(lively, settled),
            clipped=not state and any(counts.get(one, 0) > CARDS for one in FOR_PEOPLE),
            paged=before is not None,
            older=shown[-1]["id"] if state and len(rows) > PAGE_ROWS else None,
        )

    def _sums(self, lively: Mapping[str, list[tuple[int, int, str]]], settled: Mapping[str, tuple[int, int]]) -> Any:
        """What the postings of each state come to; of what is settled, that of today."""
        home = self._house.config.property.currency
        found = {state: " + ".join(amount(*one) for one in sums if one[0]) for state, sums in lively.items()}
        for state, (_, minor) in settled.items():
            found[state] = say("{amount} today", amount=amount(minor, minor_digits(home), home))
        return found

    async def posting(self, number: int, *, told: int | None = None, entered: Entered | None = None) -> Page:
        """One posting: its card, every attempt, who decided what, and its call."""
        story = await self._reads.read(lambda connection: posting_story(connection, self._owner, number, told))
        if story is None:
            return await self.missing(say("There is no posting {number}.", number=number))
        row, call = story["posting"], story["call"]
        page = await self.page(
            "posting.html",
            here="postings",
            title=say("Posting {number}", number=number),
            posting=self._posting(row, call["names"], call["attempts"].get(number, [])),
            entered=entered or Entered(),
            told=story["told"],
            trail=[
                {
                    "at": self._live.clock().full(one["at"]),
                    "who": one["who"],
                    "what": audit_words.deed_words(one["what"]),
                }
                for one in story["trail"]
            ],
            **self._call_values(call),
        )
        return Page(page.html, 422 if entered is not None and entered.problem else page.status)

    async def records(self, kind: str, before: int | None) -> Page:
        """Records that could not be read, and repeats."""
        wanted = kind if kind in ("unread", "repeat", "gap") else ""
        found, looked_to = await self._reads.read(
            lambda c: queries.odd_records(c, self._owner, wanted, PAGE_ROWS + 1, before)
        )
        clock, shown = self._live.clock(), found[:PAGE_ROWS]
        return await self.page(
            "records.html",
            here="records",
            title=say("Records"),
            kind=wanted,
            records=[record_view(self._covered(one), clock) for one in shown],
            paged=before is not None,
            older=shown[-1]["id"] if len(found) > PAGE_ROWS else None,
            further=looked_to,
        )

    async def links(self) -> Page:
        """Exchanges, PMS, store: since when, how much, and what was odd."""
        clock, status, house = self._live.clock(), self._house.status, self._house
        clerk = house.link.clerk if house.link is not None else None
        return await self.page(
            "links.html",
            here="links",
            title=say("Links"),
            sources=list(status.sources.values()),
            links=list(status.links.values()),
            waiting=clerk.waiting if clerk is not None else 0,
            in_flight=clerk.in_flight if clerk is not None else None,
            writer=house.writer,
            store=house.config.store.shown,
            started=status.started,
            oddities=list(reversed(status.oddities)),
            stamp=lambda moment: clock.full(to_micros(moment)) if moment else say("never"),
        )

    async def missing(self, words: str) -> Page:
        """An address that leads nowhere."""
        return await self.problem(404, say("Not here"), words)

    async def problem(self, status: int, title: str, words: str) -> Page:
        """A sentence instead of a page. It is what is shown when other things fail, so it needs nothing but itself."""
        try:
            seen = await self._seen()
        except Exception:  # noqa: BLE001 (whatever it is was told where it happened first)
            seen = None
        return Page(self._render("problem.html", seen, here="", title=title, words=words), status)

    # -- what they share ------------------------------------------------------------------------------------------

    @property
    def _owner(self) -> str:
        return self._house.database.property

    @property
    def _country(self) -> str:
        return self._house.config.property.country

    async def _counts(self) -> dict[str, int]:
        return (await self._live.present.get()).counts

    async def _seen(self) -> Present | None:
        """What the status line rests on; None while the store cannot be read."""
        try:
            return await self._live.present.get()
        except (StoreUnreadable, StoreBusy):
            return None

    async def page(self, template: str, **values: Any) -> Page:
        """A page within the frame."""
        return Page(self._render(template, await self._seen(), **values))

    async def around(self, here: str, title: str) -> dict[str, str]:
        """What changes of the frame while a page is looked at, piece by piece, for a page that is told live."""
        values = self._framed(await self._seen(), here=here, title=title)
        template = self._templates.get_template("frame.html")
        context = template.new_context(values)
        pieces = {name: "".join(template.blocks[name](context)) for name in LIVE_BLOCKS}
        return pieces | {"name": f'<p id="page-name">{pieces["name"]}</p>'}

    def _render(self, template: str, known: Present | None, *, here: str, title: str, **values: Any) -> str:
        framed = self._framed(known, here=here, title=title)
        return self._templates.get_template(template).render(**framed, **{"search": "", **values})

    def _framed(self, known: Present | None, *, here: str, title: str) -> dict[str, Any]:
        """What every page's frame gets."""
        clock, house = self._live.clock(), self._house
        house.troubles()  # brings the status up to date with the writer
        seen = known or Present(counts={}, oldest={}, emergencies=[], names={})
        items = line.status_items(house.status, seen.counts, seen.oldest, clock, readable=known is not None)
        item = audit_words.date_item(seen.day, seen.last_day, self._day_rule, clock, house.micros())
        items += [item] if item is not None else []
        banners = line.banners(house.status, seen.emergencies, seen.names, clock)
        return {
            "hotel": house.config.property.name,
            "zone": house.config.property.timezone.key,
            "printed": f"{clock.today:%Y-%m-%d %H:%M}",
            "version": self._version,
            "here": here,
            "title": title,
            "navigation": marked(NAVIGATION),
            "more_navigation": marked(MORE_NAVIGATION),
            "end_only": END,
            "need": sum(seen.counts.get(state, 0) for state in ("in_doubt", "refused")),
            "alarms_open": seen.unacknowledged,
            "items": items,
            "banners": banners,
            "spoken": line.spoken(items, banners),
        }

    def _groups(self, seen: First, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        """The lively postings of the first page, by state, in the order in which they claim attention."""
        clock = self._live.clock()
        order = ("in_doubt", "refused", "held", "unconfirmable", "sent", "due")
        return [
            {
                "state": state,
                "name": NAMES[state],
                "number": counts[state],
                "tone": TONES[state],
                "meaning": MEANINGS[state],
                "postings": [posting_view(one, clock, self._country) for one in seen.lively[state]],
            }
            for state in order
            if counts[state] or state not in RARE
        ]

    def _settled(self, settled: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
        """What was settled today: how many, and how much."""
        home = self._house.config.property
        digits = minor_digits(home.currency)
        return [
            {
                "state": state,
                "name": say("{state} today", state=NAMES[state]),
                "number": settled.get(state, (0, 0))[0],
                "amount": amount(settled.get(state, (0, 0))[1], digits, home.currency),
            }
            for state in ("posted", "written_off")
        ]

    def _posting(self, row: Row, names: Mapping[str, str], attempts: list[dict[str, Any]]) -> PostingView:
        token = self._tokens.sign(row["id"], row["state"], row["attempts"])
        guest = names.get(row["reservation"] or "", "")
        return posting_view(row, self._live.clock(), self._country, guest=guest, token=token, tries=attempts)

    def _call_values(self, story: Mapping[str, Any], language: str = "") -> dict[str, Any]:
        call, clock = story["call"], self._live.clock()
        view: CallView = call_view(call, story["postings"], clock, self._country)
        charges = [self._posting({**one, **of_call(call)}, story["names"], []) for one in story["postings"]]
        return {
            "call": view,
            "facts": facts(call, view, story["names"]),
            **reasons(call, story["language"], language),
            "corrections": [correction_object(one) for one in story["lists"]],
            "dispute": dispute(story["remarks"], clock),
            "call_token": self._tokens.sign("call", call["id"]),
            "known_tags": story["known_tags"],
            "room_address": address_of(call["room"]) if call["room"] else "",
            "charges": charges,
            "stay": story["stay"],
            "tries": {number: [attempt_view(one, clock) for one in rows] for number, rows in story["attempts"].items()},
            "records": [record_view(self._covered(one), clock) for one in story["records"]],
            "warnings": [one for one in call["warnings"].split("\n") if one],
        }
