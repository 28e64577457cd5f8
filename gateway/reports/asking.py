"""What is asked of a report, and the head that every answer has: days, footing, how whole the data are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.call_log.asking import Question
from gateway.config import AccountingSettings, Config, InboundSettings, NumberSettings, ReportSettings
from gateway.config.inbound import USUAL
from gateway.config.trunks import capacity_of
from gateway.instants import from_micros, to_micros
from gateway.languages.spoken import later, later_plural
from gateway.reports.codes import CodeOf, codes_of, tenants_of
from gateway.reports.office import Office, office_of
from gateway.reports.periods import Period
from gateway.reports.values import Money, Report, Section
from gateway.store.database import Database
from gateway.store.reporting import Chosen, Span, began, wholeness
from gateway.traffic.capacity import Capacity
from gateway.watch.suspecting import Guard, guard_of
from protocols.text import mask_number
from rating.callers import Home
from rating.money import minor_digits

#: Every call of the days, in the order in which they began.
EVERY_CALL: Final = Question(up=True)
_NOWHERE: Final = Home("", "")


class ExportStamp(NamedTuple):
    """The number of an accounting export, and whether some of its days were exported before."""

    number: int
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days, the house and who asks: `masked` hides the middle of telephone numbers from those who may not see them.

    `tenants` are extensions by the tenant's name; `about` is the account code or number that a statement is about, and
    `code_of` reads a raw record again for its account code.
    `export` is there where the bookings are given away; without it they are only looked at.
    """

    database: Database
    hotel: str
    period: Period
    currency: str
    decimals: int
    run_at: datetime
    settings: ReportSettings
    capacity: Capacity
    inbound: InboundSettings = USUAL
    numbers: tuple[NumberSettings, ...] = ()
    masked: bool = False
    #: The house's lists of numbers and what looks like fraud in it; read when asked, for lists are files.
    guard: Callable[[], Guard] | None = None
    has_pms: bool = True
    tenants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    about: str = ""
    code_of: CodeOf | None = None
    accounting: AccountingSettings | None = None
    export: ExportStamp | None = None
    #: Which calls of the days the log of calls lists, and in which order; its own period is not looked at.
    question: Question = EVERY_CALL
    home: Home = _NOWHERE
    office: Office = field(default_factory=Office)

    @property
    def span(self) -> Span:
        """The days as instants."""
        return Span(self.period.since, self.period.until)

    def chosen(self, connection: Connection) -> Chosen:
        """The calls of the days."""
        return began(connection, self.database.property, self.span)

    def money(self, minor: int) -> Money:
        """An amount in the hotel's currency."""
        return Money(minor, self.currency, self.decimals)

    def number(self, row: Any) -> str:
        """The other side's number, as far as whoever asks may see it."""
        number = row["number"] or row["dialled"] or row.get("caller") or ""
        return mask_number(number) if self.masked else number


def asked_of(
    config: Config,
    database: Database,
    first: date,
    last: date,
    run_at: datetime,
    *,
    masked: bool = False,
    about: str = "",
    export: ExportStamp | None = None,
    question: Question = EVERY_CALL,
) -> Asked:
    """What is asked of a house by its configuration."""
    return Asked(
        database=database,
        hotel=config.property.name,
        period=Period(first, last, config.property.timezone),
        currency=config.property.currency,
        decimals=minor_digits(config.property.currency),
        run_at=run_at,
        settings=config.reports,
        capacity=capacity_of(config),
        inbound=config.inbound,
        numbers=config.numbers,
        masked=masked,
        guard=lambda: guard_of(config),
        has_pms=bool(config.pms),
        tenants=tenants_of(config),
        about=about,
        code_of=codes_of(config),
        accounting=config.accounting,
        export=export,
        question=question,
        home=Home(config.property.country, config.property.area_code),
        office=office_of(config),
    )


#: What holds for every report on calls.
BEGAN = "Counted are the calls that began in these days, by the hotel's clock, whenever their records came."
TALK = "Talk time is answered time, as the exchange tells it; it is not the time that was billed."


def report(
    asked: Asked,
    connection: Connection,
    chosen: Chosen,
    *,
    kind: str,
    title: str,
    finding: str,
    sections: Sequence[Section],
    assumptions: Sequence[str] = (),
    by_begin: bool = True,
) -> Report:
    """The report, with its head; `by_begin` says that it counts calls by when they began."""
    return Report(
        kind=kind,
        title=title,
        hotel=asked.hotel,
        first=asked.period.first,
        last=asked.period.last,
        zone=asked.period.zone,
        run_at=asked.run_at,
        finding=finding,
        complete=tuple(_complete(asked, connection, chosen)),
        assumptions=(
            *((BEGAN,) if by_begin else ()),
            *assumptions,
            *(("Telephone numbers are masked.",) if asked.masked else ()),
        ),
        sections=tuple(sections),
    )


def _complete(asked: Asked, connection: Connection, chosen: Chosen) -> list[str]:
    found, zone = wholeness(connection, chosen), asked.period.zone
    now = to_micros(asked.run_at)
    over = now >= asked.period.until
    words = ["These days are over." if over else "These days are not over: what is yet to come is not here."]
    if found.last_received is None:
        return ["No record of the exchange has ever come."]
    last = from_micros(found.last_received).astimezone(zone)
    words.append(
        later("The exchange's last record came on {day} at {hour}.", day=f"{last:%Y-%m-%d}", hour=f"{last:%H:%M}")
    )
    if found.open:
        words.append(
            later_plural(
                "{number} call of these days may not be finished: further records are awaited.",
                "{number} calls of these days may not be finished: further records are awaited.",
                found.open,
            )
        )
    if found.unread:
        words.append(
            later_plural(
                "{number} record that came in these days could not be read.",
                "{number} records that came in these days could not be read.",
                found.unread,
            )
        )
    if found.gaps:
        words.append(
            later_plural(
                "{number} gap in the exchange's own numbers: records may be missing.",
                "{number} gaps in the exchange's own numbers: records may be missing.",
                found.gaps,
            )
        )
    return words
