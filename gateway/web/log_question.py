"""A question to the log of calls as the store takes it: its days by the hotel's clock, its numbers and amounts by the hotel."""

from __future__ import annotations

from gateway.call_log.asking import Question
from gateway.config.meanings import hours_of
from gateway.reports.periods import Period
from gateway.store.call_log import Wanted
from gateway.store.reporting import Span
from gateway.web.house import House
from gateway.working_hours import WorkingHours
from rating.callers import Home
from rating.money import minor_digits


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
