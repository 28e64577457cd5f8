"""A question to the log of calls as the store takes it: its days by the hotel's clock, its numbers and amounts by the hotel."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.call_log.asking import Question, read
from gateway.config.meanings import hours_of
from gateway.languages.places import kept_place
from gateway.reports.periods import Period
from gateway.store.call_log import Wanted
from gateway.store.reporting import Span
from gateway.web.house import House
from gateway.working_hours import WorkingHours
from rating.callers import Home
from rating.money import minor_digits


def asked_of(said: Mapping[str, str], *, masked: bool) -> Question:
    """The question that a page's address asks; raises Misread. A country may be named in the language that is spoken."""
    if "place" in said:
        said = {**said, "place": kept_place(said["place"])}
    return read(said, masked=masked)


def wanted_of(house: House, asked: Question) -> Wanted:
    """A question as the store takes it, its days by the hotel's clock."""
    hotel = house.config.property
    today = house.now().astimezone(hotel.timezone).date()
    days = Period(*asked.days(today), hotel.timezone)
    return Wanted(
        owner=house.database.property,
        span=Span(days.since, days.until),
        asked=asked,
        home=Home(hotel.country, hotel.area_code),
        currency=hotel.currency,
        decimals=minor_digits(hotel.currency),
        hours=hours_of(house.config) if any(term.field == "hours" for term in asked.terms) else WorkingHours(),
        agreed=bool(house.config.staff.agreement.strip()),
    )
