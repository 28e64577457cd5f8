"""The price of a call that somebody asks for, and the card of prices: priced by the tariff in force, with nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from gateway.attribution import StayTariffs
from gateway.bills.card import card_rows, classes_asked
from gateway.bills.enquiry import LONGEST_NUMBER, PriceDesk, Quote, quote
from gateway.bills.price_sheets import card_sheet, price_sheet
from gateway.bills.sheet import Sheet
from gateway.directory import NoNews, Occupants, Present, Room
from gateway.instants import to_micros
from gateway.languages.catalogues import language_of
from gateway.languages.spoken import Texts, say
from gateway.store.stay_tariffs import load_stay_tariffs
from gateway.store.stays import load_occupancy
from gateway.web.house import House
from gateway.web.pages import Page, Pages
from gateway.web.papers import Choice, Papers, choices, field, values
from gateway.web.reads import Reads
from rating.circumstances import PLAIN, Circumstances
from rating.rate import FIRST_YEAR, LAST_YEAR

#: How the circumstances that a card can be for are called.
WHOM: Final = Texts({"guest_class": "guest class", "vip": "VIP", "group": "group", "tariff": "tariff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed: a number, a room or extension, a day and time; each may be empty."""

    number: str = ""
    room: str = ""
    at: str = ""


def read_asked(fields: Mapping[bytes, list[bytes]]) -> Asked:
    """The fields of the form."""
    return Asked(number=field(fields, "number", LONGEST_NUMBER), room=field(fields, "room"), at=field(fields, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer: the price, and whose call it would be; or a sentence about what was typed."""

    quote: Quote | None = None
    guest: str = ""
    language: str = "en"
    problem: str = ""


class EnquiryPages:
    """The price of a call, and the card."""

    def __init__(self, house: House, reads: Reads, pages: Pages, papers: Papers) -> None:
        self._house, self._reads, self._pages, self._papers = house, reads, pages, papers

    # -- one call ---------------------------------------------------------------------------------------------------

    async def price(self, asked: Asked, choice: Choice) -> Page:
        """The form, and below it the answer."""
        told = await self._told(asked)
        quoted = told.quote
        shown = self._price_sheet(told, choice, asked) if quoted is not None else None
        return await self._pages.page(
            "price.html",
            here="bills",
            title=say("Price of a call"),
            asked=asked,
            told=told,
            quote=quoted,
            number=quoted.number if quoted is not None else None,
            words=_why(quoted) if quoted is not None else "",
            paper=_address("/price/paper", asked, choice),
            file=_address("/price/file.pdf", asked, choice),
            **choices(choice, told.language),
            **(values(shown) if shown is not None else {"sheet": None, "parts": []}),
        )

    async def price_paper(self, asked: Asked, choice: Choice) -> Sheet | Page:
        """The answer as a sheet, or the page that says what was wrong with the question."""
        told = await self._told(asked)
        return await self.price(asked, choice) if told.quote is None else self._price_sheet(told, choice, asked)

    def _price_sheet(self, told: Told, choice: Choice, asked: Asked) -> Sheet:
        assert told.quote is not None
        tongue = self._papers.speech(choice.language or told.language)
        return price_sheet(told.quote, tongue, self._papers.hotel, self._house.config.property.timezone, asked.room)

    async def _told(self, asked: Asked) -> Told:
        if not asked.number:
            return Told(problem="")
        at = self._instant(asked.at)
        if at is None:
            return Told(problem=say("Write the time as day and hour, for example 2026-11-20T18:30."))
        desk = self._house.prices
        if not asked.room:
            return Told(quote=quote(desk, desk.understood(asked.number), at))
        extension = desk.extension_of(asked.room)
        if extension is None:
            return Told(problem=say("No room and no extension is called {room}.", room=asked.room))
        return await self._reads.read(lambda connection: self._in_room(connection, desk, asked.number, extension, at))

    def _in_room(self, connection: Connection, desk: PriceDesk, number: str, extension: str, at: datetime) -> Told:
        """The price for whoever has the room; who that will be tomorrow nobody knows, so it is who is there now."""
        owner, instant = self._house.database.property, min(to_micros(at), self._house.micros())
        place = desk.rooms.place(extension)
        who: Occupants = NoNews()
        if isinstance(place, Room):
            who = load_occupancy(connection, owner, instant).at(place.room, instant)
        tariffs: StayTariffs = load_stay_tariffs(connection, owner)
        around = desk.around(extension, who, tariffs, at)
        guest = who.stays[0] if isinstance(who, Present) else None
        told = quote(desk, desk.understood(number), at, around)
        if guest is None:
            return Told(quote=told)
        return Told(quote=told, guest=guest.name, language=language_of(guest.language))

    def _instant(self, text: str) -> datetime | None:
        """The instant that was typed, on the hotel's clock; now where none was."""
        zone = self._house.config.property.timezone
        if not text:
            return self._house.now().replace(microsecond=0).astimezone(zone)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at.replace(tzinfo=zone) if FIRST_YEAR <= at.year < LAST_YEAR else None

    # -- the card ---------------------------------------------------------------------------------------------------

    async def card(self, whom: str, choice: Choice) -> Page:
        """The card within the site, with what can be chosen."""
        classes = classes_asked(self._house.prices)
        known = [(f"{entry}:{value}", f"{WHOM[entry]} {value}") for entry, value in classes]
        return await self._pages.page(
            "card.html",
            here="bills",
            title=say("Card of prices"),
            whom=whom,
            classes=known,
            **choices(choice, "en"),
            **values(self.card_sheet(whom, choice)),
        )

    def card_sheet(self, whom: str, choice: Choice) -> Sheet:
        """The card as a sheet."""
        home, desk = self._house.config.property, self._house.prices
        now = self._house.now().replace(microsecond=0).astimezone(home.timezone)
        around, words = _circumstances(whom)
        rows = card_rows(desk, home.country, home.area_code, self._house.config.bills.card_countries, now, around)
        tongue, book = self._papers.speech(choice.language), desk.book
        return card_sheet(rows, tongue, self._papers.hotel, book.currency, book.decimals, now, words)


def _circumstances(whom: str) -> tuple[Circumstances, str]:
    """What a card is for, as the tariff asks for it, and as it stands on the card."""
    entry, colon, value = whom.partition(":")
    if not colon or entry not in WHOM:
        return PLAIN, ""
    said: dict[str, Any] = {entry: value}
    return PLAIN._replace(**said), value


def _why(told: Quote) -> str:
    """By which tariff and rule, and until when, for the clerk."""
    if told.free or told.unpriced:
        return told.free or told.unpriced
    rule = (
        say("rule “{rule}”", rule=told.rule)
        if told.rule
        else say("class {kind}", kind=told.number.kind or told.number.number_class)
    )
    tariff = {"tariff": told.tariff, "version": told.version, "rule": rule}
    if told.band:
        return say("Tariff {tariff}, version {version}, {rule}, band {band}.", **tariff, band=told.band)
    return say("Tariff {tariff}, version {version}, {rule}.", **tariff)


def _address(path: str, asked: Asked, choice: Choice) -> str:
    return choice.address(path, number=asked.number, room=asked.room, at=asked.at)
