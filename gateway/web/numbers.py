"""A number's page: every contact of the house with it, who spoke with it, when last, and what people call it.

What is shown is decided by pure functions over the store's rows; what the exchange does not tell is "not told". Where numbers
are masked for whoever looks, the number stands nowhere on the page, not even in an address: it is reached by a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection

from gateway.arrivals import MISSED, TAKEN
from gateway.languages.kept import kept
from gateway.languages.spoken import Texts, say
from gateway.reports.kinds.arrived import OUTCOMES
from gateway.reports.sums import Purse
from gateway.reports.values import Money
from gateway.store import commands, inbound, tags
from gateway.store import pages as queries
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON, Deeds, NotDone
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens
from gateway.web.stories import PAGE_ROWS
from gateway.web.views import call_view
from gateway.web.words import Clock, amount, grouped, minutes
from protocols.text import mask_number
from rating.callers import Home, caller_number, origin
from rating.money import minor_digits

#: Characters of a number in an address; E.164 has sixteen.
LONGEST: Final = 40
#: People and places of the house that are named as having spoken with a number.
MOST_SPEAKERS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TagForm:
    """What the form of a tag brought."""

    deed: str = ""
    tag: str = ""
    who: str = ""
    why: str = ""
    token: str = ""


def read_tag_form(fields: Fields) -> TagForm:
    """The fields of the form, each bounded; a missing one is empty. A button that takes a tag away names it."""

    def text(name: bytes, most: int) -> str:
        return one_line(fields, name, most)

    gone = text(b"untag", tags.LONGEST_TAG)
    deed, tag = (tags.UNTAG, gone) if gone else (tags.TAG, text(b"tag", tags.LONGEST_TAG + 1))
    who, why = text(b"who", LONGEST_NAME), text(b"why", LONGEST_REASON)
    return TagForm(deed=deed, tag=tag, who=who, why=why, token=text(b"token", 64))


@dataclass(frozen=True, slots=True)
class Shown:
    """Which number is looked at, where its page is, and whether its middle is hidden from whoever looks."""

    number: str
    address: str
    masked: bool = False


class NumberPages:
    """The page of a number, and the one that finds it."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds = pages, deeds

    @property
    def _owner(self) -> str:
        return self._house.database.property

    @property
    def home(self) -> Home:
        """Where the hotel is, for the reading of numbers."""
        hotel = self._house.config.property
        return Home(hotel.country, hotel.area_code)

    # -- finding ----------------------------------------------------------------------------------------------------

    async def all(self, asked: str = "", problem: str = "", *, masked: bool = False) -> Page:
        """The field that finds a number, and the numbers that people have named."""
        named = await self._reads.read(lambda connection: tags.newest(connection, self._owner))
        clock, country = self._live.clock(), self.home.country
        page = await self._pages.page(
            "numbers.html",
            here="calls",
            title=say("Numbers"),
            asked=asked,
            problem=problem,
            masked=masked,
            named=[] if masked else [_tag(one, clock) | {"shown": _shown(one.number, country)} for one in named],
        )
        return Page(page.html, 422 if problem else page.status)

    def address(self, text: str) -> str | None:
        """Where the page of a number is that somebody typed; None for what is no number."""
        number = caller_number(text[:LONGEST], self.home)
        return f"/numbers/{quote(number, safe='+')}" if number else None

    async def better(self, shown: Shown) -> str | None:
        """The address of the form in which a number is kept, where nothing is kept under the one that was asked for."""
        if shown.number.startswith("+"):
            return None
        here = await self._reads.read(lambda c: inbound.calls_with(c, self._owner, shown.number, 1))
        found = None if here else self.address(shown.number)
        return found if found != f"/numbers/{shown.number}" else None

    async def of_call(self, call: int) -> str | None:
        """The number that a call was with."""
        return await self._reads.read(lambda connection: inbound.number_of_call(connection, self._owner, call))

    # -- one --------------------------------------------------------------------------------------------------------

    async def one(
        self,
        shown: Shown,
        before: int | None = None,
        *,
        told: int | None = None,
        form: TagForm | None = None,
        problem: str = "",
    ) -> Page:
        """Everything about one number."""
        owner, number = self._owner, shown.number

        def work(connection: Connection) -> dict[str, Any]:
            every = inbound.calls_with(connection, owner, number, inbound.MOST_COUNTED + 1)
            counted = every[: inbound.MOST_COUNTED]
            listed = [one for one in every if before is None or one < before][: PAGE_ROWS + 1]
            if before is not None and len(every) > len(counted):
                listed = inbound.calls_with(connection, owner, number, PAGE_ROWS + 1, before)
            return {
                "more": len(every) > len(counted),
                "calls": inbound.calls_of(connection, owner, listed),
                "newest": inbound.calls_of(connection, owner, counted[:1]),
                "postings": queries.of_calls(connection, owner, listed),
                "sums": inbound.sums_of(connection, owner, counted),
                "speakers": inbound.speakers(connection, owner, counted),
                "tags": tags.standing(connection, owner, number),
                "gone": tags.gone(connection, owner, number),
                "told": _result(connection, owner, told, number),
            }

        found = await self._reads.read(work)
        page = await self._pages.page(
            "number.html", here="calls", **self._values(shown, found), form=form or TagForm(), problem=problem,
            paged=before is not None,
        )  # fmt: skip
        return Page(page.html, 422 if problem else page.status)

    def _values(self, shown: Shown, found: Mapping[str, Any]) -> dict[str, Any]:
        clock, country = self._live.clock(), self.home.country
        name = _shown(shown.number, country, masked=shown.masked)
        rows = found["calls"][:PAGE_ROWS]
        return {
            "title": say("Number {name}", name=name),
            "number": name,
            "address": shown.address,
            "masked": shown.masked,
            "from_where": _where(shown.number),
            "last": _last(found["newest"], clock),
            "facts": self._facts(found["sums"], clock, more=found["more"]),
            "capped": inbound.MOST_COUNTED if found["more"] else None,
            "speakers": [_speaker(one, clock) for one in found["speakers"][:MOST_SPEAKERS]],
            "others": max(0, len(found["speakers"]) - MOST_SPEAKERS),
            "tags": [_tag(one, clock) for one in found["tags"]],
            "gone": [_tag(one, clock) for one in found["gone"]],
            "contacts": [_contact(one, found["postings"].get(one["id"], []), clock, country) for one in rows],
            "older": rows[-1]["id"] if len(found["calls"]) > PAGE_ROWS else None,
            "told": found["told"],
            "token": self._tokens.sign("number", shown.number),
        }

    def _facts(self, sums: Sequence[Mapping[str, Any]], clock: Clock, *, more: bool) -> list[tuple[str, str]]:
        """Counts and sums as pairs of a name and a value."""
        hotel = self._house.config.property
        home = Money(0, hotel.currency, minor_digits(hotel.currency))
        return [
            *_counts(sums),
            (say("talk"), _talk(sums)),
            *_prices(sums, home),
            (say("first seen"), _first(sums, clock, more=more)),
        ]

    # -- tags -------------------------------------------------------------------------------------------------------

    async def tag(self, shown: Shown, form: TagForm) -> Page | str:
        """Give a tag or take one away; the address to look at then, or the page that says what is missing."""
        problem = self._problem(shown, form)
        if problem:
            return await self.one(shown, form=form, problem=problem)
        owner, now = self._owner, self._house.micros()

        def write(connection: Connection) -> int | NotDone:
            subject = tags.subject(shown.number, form.tag)
            who, deed, why = form.who, form.deed, form.why
            return commands.give(
                connection, owner, now=now, who=who, deed=deed, posting_id=None, why=why, subject=subject
            )

        given = await self._deeds.written(write)
        if isinstance(given, NotDone):
            return await self.one(shown, form=form, problem=given.sentence)
        return f"{shown.address}{'&' if '?' in shown.address else '?'}told={given}"

    def _problem(self, shown: Shown, form: TagForm) -> str:
        if not self._tokens.fits(form.token, "number", shown.number):
            return say("This page is older than the running gateway. Look again and send it anew.")
        if not form.tag:
            return say("Write the tag: a word or a few that say who this is.")
        if len(form.tag) > tags.LONGEST_TAG:
            return say("A tag has at most {number} characters.", number=tags.LONGEST_TAG)
        if not form.who:
            return say("Write your name: whoever asks later must know who called the number so.")
        if not form.why:
            return say("Write why: the tag stays longer than anybody remembers.")
        return ""


# -- what a page shows, of the store's rows. Pure -------------------------------------------------------------------


def _shown(number: str, country: str, *, masked: bool = False) -> str:
    if masked:
        return mask_number(number)
    return grouped(number, country) if number.startswith("+") else number


def _where(number: str) -> str:
    place = origin(number)
    said = [
        place.country,
        say("mobile") if place.mobile else say("area code {area}", area=place.area) if place.area else "",
    ]
    return ", ".join(one for one in said if one)


def _result(connection: Connection, owner: str, told: int | None, number: str) -> str:
    """What came of the command that a page is shown for, if it was about this number."""
    row = queries.command(connection, owner, told) if told is not None else None
    if row is None or not str(row["subject"] or "").startswith(f"{number} "):
        return ""
    return kept(str(row["result"])) or say("written down; the gateway has not carried it out yet")


def _last(newest: Sequence[Mapping[str, Any]], clock: Clock) -> str:
    """The last contact in a sentence."""
    if not newest:
        return say("No call with this number is kept.")
    call = newest[0]
    began = int(call["started_at"])
    came = call["outcome"] is not None
    return say(
        "Last contact {age} ago, {day} {hour}: {became}.",
        age=clock.age(began),
        day=clock.day(began),
        hour=clock.hour(began),
        became=_became(call, came=came),
    )


def _became(call: Mapping[str, Any], *, came: bool) -> str:
    if came:
        name = OUTCOMES.get(str(call["outcome"]), (str(call["outcome"]), ""))[0]
        if call["outcome"] == "untold":
            return say("called in, whether it was answered is not told")
        return say("called in, {outcome}", outcome=say(name))
    if call["direction"] in ("in", "tandem"):
        return say("called in, what became of it is not told")
    if call["talk_seconds"]:
        return say("called from the house, spoken with") if call["answered"] else say("called from the house")
    return say("called from the house, not answered") if call["answered"] == 0 else say("called from the house")


_FATES: Final = Texts(
    {"answered": "answered", "missed": "missed", "not answered": "not answered", "not told": "not told"}
)


def _counts(sums: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    came = {"answered": 0, "missed": 0, "not told": 0}
    went = {"answered": 0, "not answered": 0, "not told": 0}
    for one in sums:
        if one["direction"] in ("in", "tandem") or one["outcome"] is not None:
            outcome = one["outcome"]
            key = "answered" if outcome == "answered" else "missed" if outcome in MISSED else "not told"
            came[key] += one["calls"]
        else:
            key = {1: "answered", 0: "not answered"}.get(one["answered"], "not told")
            went[key] += one["calls"]
    return [(say("came in"), _parts(came)), (say("went out"), _parts(went))]


def _parts(counted: Mapping[str, int]) -> str:
    whole = sum(counted.values())
    told = ", ".join(f"{number} {_FATES[name]}" for name, number in counted.items() if number)
    return f"{whole}: {told}" if whole else say("none")


def _talk(sums: Sequence[Mapping[str, Any]]) -> str:
    spoken = [one for one in sums if one["outcome"] is None or one["outcome"] in TAKEN]
    told, calls = sum(one["told"] for one in spoken), sum(one["calls"] for one in spoken)
    if not told:
        return say("not told") if calls else say("none")
    words = minutes(sum(one["talk"] for one in spoken))
    return (
        words
        if told == calls
        else say(
            "{duration} (of {told} of {calls} calls; of the others it is not told)",
            duration=words,
            told=told,
            calls=calls,
        )
    )


def _prices(sums: Sequence[Mapping[str, Any]], home: Money) -> list[tuple[str, str]]:
    """What calls to it come to at guests' prices, apart for guests and for the house; nothing where nothing is priced."""
    found = []
    for status, name in (("charge", say("guests' calls to it")), ("allocated", say("house's calls to it"))):
        purse = Purse()
        for one in sums:
            if one["status"] == status and one["priced"]:
                purse.put(one["amount"], one["currency"], one["decimals"])
        if purse.known is not None:
            found.append((name, purse.words(home)))
    return found


def _first(sums: Sequence[Mapping[str, Any]], clock: Clock, *, more: bool) -> str:
    if not sums:
        return say("never")
    first = min(int(one["first"]) for one in sums)
    words = f"{clock.day(first)} {clock.hour(first)}"
    return say("before {moment}", moment=words) if more else words


def _speaker(one: Mapping[str, Any], clock: Clock) -> dict[str, str]:
    if one["room"]:
        name = say("room {room}", room=one["room"])
    else:
        name = str(
            one["department"]
            or (say("extension {extension}", extension=one["extension"]) if one["extension"] else say("not told"))
        )
    last = int(one["last"])
    return {
        "name": name,
        "extension": str(one["extension"] or ""),
        "calls": str(one["calls"]),
        "talk": minutes(one["talk"]),
        "last": f"{clock.day(last)} {clock.hour(last)}",
    }


def _tag(one: tags.Tag, clock: Clock) -> dict[str, Any]:
    gone = clock.moment(one.removed_at) if one.removed_at is not None else ""
    added = {"number": one.number, "tag": one.tag, "by": one.added_by, "why": one.why, "at": clock.moment(one.added_at)}
    return {**added, "gone": gone, "gone_by": one.removed_by}


def _talked(call: Mapping[str, Any], talked: str) -> str:
    """Talk with a person: what a caller said to a menu or to voice mail is none."""
    if call["outcome"] is not None and call["outcome"] not in (*TAKEN, "untold"):
        return ""
    return talked if call["talk_seconds"] is not None else say("not told")


def _contact(
    call: Mapping[str, Any], postings: Sequence[Mapping[str, Any]], clock: Clock, country: str
) -> dict[str, Any]:
    """One contact as a line."""
    view, came = call_view(call, postings, clock, country), call["outcome"] is not None
    waited = call["waited"]
    return {
        "id": view.id,
        "day": view.day,
        "time": view.time,
        "exact": view.exact,
        "way": "in" if call["direction"] in ("in", "tandem") else "out",
        "who": say("room {room}", room=view.place_called_from) if view.from_kind == "room" else view.place_called_from,
        "became": _became(call, came=came).partition(", ")[2] or say("not told"),
        "waited": ""
        if waited is None or not came or call["outcome"] not in (*TAKEN, *MISSED)
        else say("{number} s", number=waited),
        "talked": _talked(call, view.talked),
        "amount": amount(call["amount"], call["decimals"], call["currency"]),
        "did": str(call["did"] or ""),
        "mark": view.mark,
    }
