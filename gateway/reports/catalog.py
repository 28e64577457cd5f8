"""Every kind of report by its name: what it answers, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection

from gateway.reports.asking import Asked
from gateway.reports.kinds import planning, rankings, trunks
from gateway.reports.kinds.accounting import accounting
from gateway.reports.kinds.allocation import allocation
from gateway.reports.kinds.balance import balance
from gateway.reports.kinds.budgets import budgets
from gateway.reports.kinds.callers import departments, extensions
from gateway.reports.kinds.calls import calls
from gateway.reports.kinds.campaigns import campaigns
from gateway.reports.kinds.classes import classes
from gateway.reports.kinds.contingency import contingency
from gateway.reports.kinds.exceptions import exceptions
from gateway.reports.kinds.flat_rates import flat_rates
from gateway.reports.kinds.fraud import fraud
from gateway.reports.kinds.inbound import inbound
from gateway.reports.kinds.month import month
from gateway.reports.kinds.night_audit import night_audit
from gateway.reports.kinds.operator import operator
from gateway.reports.kinds.personal import personal
from gateway.reports.kinds.postings import postings
from gateway.reports.kinds.quality import data_quality
from gateway.reports.kinds.rooms import rooms
from gateway.reports.kinds.statement import statement
from gateway.reports.kinds.targets import targets
from gateway.reports.kinds.trunk_classes import trunk_classes
from gateway.reports.kinds.watch_lists import watch_lists
from gateway.reports.kinds.who_called import who_called
from gateway.reports.values import Report

Make: TypeAlias = Callable[[Asked, Connection], Report]


class Kind(NamedTuple):
    """A kind of report: whom it is for, its title, the question it answers, and what makes it on a snapshot."""

    group: str
    title: str
    answers: str
    make: Make


DESK: Final = "For the desk and the night audit"
HOUSE: Final = "For the house"
TRUNKS: Final = "For whoever looks after the exchange"

KINDS: Final[Mapping[str, Kind]] = {
    "night-audit": Kind(
        DESK, "Night audit", "Does the business day add up, and what has to be seen before it is closed?", night_audit
    ),
    "balance": Kind(DESK, "Balance", "Is everything that was told priced, charged and taken by the PMS?", balance),
    "postings": Kind(DESK, "Charges", "How do the charges stand, and which wait for a person?", postings),
    "rooms": Kind(DESK, "Rooms", "What did each room and stay call, and what was it charged?", rooms),
    "calls": Kind(DESK, "Calls", "Every call, one by one.", calls),
    "contingency": Kind(
        DESK,
        "Contingency sheet",
        "Who is in the house, and what is each to pay, if everything goes down now?",
        contingency,
    ),
    "classes": Kind(HOUSE, "Classes", "Where did the calls go, what did they cost, and what is left?", classes),
    "departments": Kind(HOUSE, "Departments", "What did each department of the house call?", departments),
    "extensions": Kind(HOUSE, "Extensions", "Who made and took how many calls?", extensions),
    "allocation": Kind(
        HOUSE,
        "Allocation",
        "To whom are calls allocated, by payer and by code, and do the sums come to all rated calls?",
        allocation,
    ),
    "personal": Kind(
        HOUSE, "Private calls", "What is each person to pay for private calls by PIN? Sums alone.", personal
    ),
    "targets": Kind(HOUSE, "Targets of desks", "Which desks answer in time, miss too much, or cost too much?", targets),
    "budgets": Kind(HOUSE, "Budgets", "How much is spent of the budgets of this month?", budgets),
    "busiest": Kind(
        HOUSE, "The busiest", "Which departments, extensions and destinations have the most calls?", rankings.busiest
    ),
    "longest": Kind(
        HOUSE,
        "The longest on the telephone",
        "Which departments, extensions and destinations have the most talk?",
        rankings.longest,
    ),
    "costliest": Kind(
        HOUSE, "The costliest", "Which departments, extensions and destinations cost the most?", rankings.costliest
    ),
    "flat-rates": Kind(
        HOUSE, "Flat rates", "Do flat rates pay: the fee against the tariff and the carriers' cost?", flat_rates
    ),
    "month": Kind(
        HOUSE,
        "Month",
        "What did each department, tenant and long stay call, one by one, and the rooms together?",
        month,
    ),
    "statement": Kind(
        HOUSE, "Time statement", "How long were the calls for one account code, or with one outside number?", statement
    ),
    "inbound": Kind(
        HOUSE, "Calls that came in", "How many found somebody, after how long, and what became of the others?", inbound
    ),
    "callers": Kind(
        HOUSE, "Callers", "Who called for the first time, from where, and was anybody missed called back?", who_called
    ),
    "campaigns": Kind(HOUSE, "Campaigns", "What did each number dialled bring, and what did a call cost?", campaigns),
    "accounting": Kind(
        HOUSE,
        "Accounting",
        "What is to be booked on which account? A look: foliogate export gives it away.",
        accounting,
    ),
    "exceptions": Kind(
        HOUSE, "Exceptions", "Which calls stand out: long, costly, at night, from vacant rooms?", exceptions
    ),
    "watch-lists": Kind(
        HOUSE, "Watch lists", "Who called numbers on the lists of the house, and how much?", watch_lists
    ),
    "fraud": Kind(HOUSE, "Possible toll fraud", "Which calls look as if somebody had broken into the exchange?", fraud),
    "data-quality": Kind(
        HOUSE, "Data quality", "What should somebody put right in lists, exchange or tariff?", data_quality
    ),
    "trunks": Kind(TRUNKS, "Trunk use", "How much were the trunks used, group by group and one by one?", trunks.trunks),
    "trunk-classes": Kind(
        TRUNKS, "Classes on the trunks", "Which calls fill the trunks, and how much of it is free?", trunk_classes
    ),
    "busy-hour": Kind(
        TRUNKS, "Busy hour", "When are they busiest, by each of the usual definitions?", trunks.busy_hour
    ),
    "heat": Kind(TRUNKS, "Weekday by hour", "How many trunks are busy at each hour of the week?", trunks.heat),
    "grade": Kind(TRUNKS, "Grade of service", "Are there enough trunks, and how many would do?", trunks.grade),
    "what-if": Kind(
        TRUNKS, "What if", "What would fewer or more trunks do and cost, or more traffic?", planning.what_if
    ),
    "forecast": Kind(
        TRUNKS, "Forecast", "Where is the busy hour going, and when would a group be full?", planning.forecast
    ),
    "operator": Kind(TRUNKS, "Operator position", "How many people answer calls in time, hour by hour?", operator),
}
