"""The price of one call, and the card of prices, told in a language. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.bills.bill_sheet import class_name
from gateway.bills.card import CardRow
from gateway.bills.enquiry import EXAMPLES, Offer, Quote
from gateway.bills.sheet import Column, House, Row, Sheet, Table
from gateway.languages.places import place_in
from gateway.languages.speech import Speech
from gateway.shown import grouped


def price_sheet(told: Quote, speech: Speech, house: House, zone: ZoneInfo, room: str = "") -> Sheet:
    """What a call to one number costs."""
    say, number, at = speech.say, told.number, told.at.astimezone(zone)
    shown = grouped(number.e164, house.country) if number.e164 else number.raw
    known = number.number_class not in ("unknown", "emergency", "internal")
    facts = [
        (say("Number"), shown),
        (say("Place"), place_in(speech, told.place or number.place) if known else ""),
        (say("Kind of call"), class_name(speech, number.number_class) if known else ""),
        (say("Room"), room),
        (say("For a call on"), speech.moment(at)),
    ]
    if told.terms is not None:
        facts.append((say("Connection fee"), speech.price(told.terms.connection, told.decimals, told.currency)))
        facts.append((say("Per minute"), speech.price(told.terms.minute, told.decimals, told.currency)))
    return Sheet(
        speech=speech,
        title=say("Price of a telephone call"),
        mark="",
        hotel=house.name,
        address=house.address,
        facts=tuple((name, value) for name, value in facts if value),
        lead=tuple(_answer(told, speech, zone)),
        small=(_examples(told, speech),) if told.offers else (),
        printed=speech.moment(at),
    )


def _answer(told: Quote, speech: Speech, zone: ZoneInfo) -> list[str]:
    say = speech.say
    if told.number.number_class == "emergency":
        return [say("Emergency calls are always free.")]
    if told.free:
        return [say("This call is free of charge.")]
    if told.number.number_class == "unknown":
        return [say("This number cannot be dialled. Please check it.")]
    if told.unpriced:
        return [say("The price of this call is not known. Please ask at the front desk.")]
    if told.until is None:
        return [say("All prices include tax.")]
    until = speech.moment(told.until.astimezone(zone))
    return [say("All prices include tax."), say("This price holds until {moment}.", moment=until)]


def _minutes(speech: Speech, count: int) -> str:
    return speech.plural("{number} minute", "{number} minutes", count)


def _examples(told: Quote, speech: Speech) -> Table:
    columns = (
        Column(speech.say("Length of the call")),
        Column(speech.say("Net"), figures=True),
        Column(speech.say("Tax"), figures=True),
        Column(speech.say("Amount in {currency}", currency=told.currency), figures=True),
    )
    return Table("", columns, tuple(_example(one, told.decimals, speech) for one in told.offers))


def _example(one: Offer, decimals: int, speech: Speech) -> Row:
    amounts = (speech.amount(minor, decimals) for minor in (one.net, one.tax, one.gross))
    return Row((_minutes(speech, one.minutes), *amounts))


def card_sheet(
    rows: Sequence[CardRow], speech: Speech, house: House, currency: str, decimals: int, at: datetime, whom: str = ""
) -> Sheet:
    """The card; `at` is the hotel's own time, `whom` the class of guests that it is for."""
    say = speech.say
    home = [one for one in rows if not one.country]
    abroad = sorted((one for one in rows if one.country), key=lambda one: _filed(speech.country(one.country)))
    return Sheet(
        speech=speech,
        title=say("What a telephone call costs"),
        mark=whom,
        hotel=house.name,
        address=house.address,
        facts=(),
        lead=(
            say("All prices in {currency}, tax included.", currency=currency),
            say("Emergency calls are always free."),
        ),
        small=tuple(
            _destinations(title, some, speech, currency, decimals)
            for title, some in ((say("In this country"), home), (say("To other countries"), abroad))
            if some
        ),
        notes=(
            say("Prices for calls on {moment}; they may differ at other times of day.", moment=speech.moment(at)),
            say("Ask at the front desk for the price of any other call."),
        ),
        printed=speech.day(at),
    )


def _filed(name: str) -> str:
    """A name as lists are sorted by it: Österreich stands among the O."""
    return unicodedata.normalize("NFKD", name).casefold()


def _destinations(title: str, rows: Sequence[CardRow], speech: Speech, currency: str, decimals: int) -> Table:
    columns = (
        Column(""),
        Column(speech.say("Connection fee"), figures=True),
        Column(speech.say("Per minute"), figures=True),
        *(Column(_minutes(speech, count), figures=True) for count in EXAMPLES),
    )
    return Table(title, columns, tuple(_destination(one, speech, decimals) for one in rows))


def _destination(one: CardRow, speech: Speech, decimals: int) -> Row:
    if one.country:
        country = speech.country(one.country)
        name = speech.say("{country}, mobile phones", country=country) if one.mobile else country
    else:
        name = class_name(speech, one.number_class)
    told = one.quote
    if told.free or not any(offer.gross for offer in told.offers):
        return Row((name, speech.say("free"), *[""] * (1 + len(EXAMPLES))))
    by_minutes = {offer.minutes: speech.amount(offer.gross, decimals) for offer in told.offers}
    terms = ("–", "–") if told.terms is None else tuple(speech.bare_price(one, decimals) for one in told.terms)
    return Row((name, *terms, *(by_minutes.get(count, "–") for count in EXAMPLES)))
