"""A bill told in a language: what each line says, the totals, and what the paper says of itself. Pure.

Whatever it is called (interim, final, copy), it is a statement of telephone charges and no tax invoice, and it says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.bills.bill import (
    Bill,
    Line,
    Rate,
    Standing,
    Total,
    by_class,
    by_rates,
    by_standing,
    released,
    total,
)
from gateway.bills.sheet import Column, House, Row, Running, Sheet, Table, hidden
from gateway.instants import from_micros
from gateway.languages.places import place_in
from gateway.languages.speech import Speech
from gateway.shown import minutes


class Issue(NamedTuple):
    """What makes a bill final: its number, when and by whom it was made, which bill it replaces; and which copy this is."""

    number: int
    made_at: int
    made_by: str
    replaces: int | None
    copy: int
    printed_at: int
    printed_by: str


def bill_sheet(
    bill: Bill, speech: Speech, house: House, zone: ZoneInfo, issue: Issue | None = None, *, calls_alone: bool = False
) -> Sheet:
    """The sheet of a bill; without an issue it is an interim one. `calls_alone` says that it is of telephone calls only."""
    telling = _Telling(bill, speech, house, zone, issue, calls_alone)
    return Sheet(
        speech=speech,
        title=speech.say("Telephone bill"),
        mark=telling.mark(),
        hotel=house.name,
        address=house.address,
        facts=tuple(telling.facts()),
        lead=tuple(telling.lead()),
        spread=tuple(telling.charges(*money) for money in bill.currencies),
        small=tuple(one for money in bill.currencies for one in telling.totals(*money)),
        notes=tuple(telling.notes()),
        printed=telling.printed(),
    )


def class_name(speech: Speech, number_class: str) -> str:
    """What calls of a class are called."""
    match number_class:
        case "local":
            return speech.say("Local calls")
        case "national":
            return speech.say("National calls")
        case "mobile":
            return speech.say("Calls to mobile phones")
        case "international":
            return speech.say("International calls")
        case "toll-free":
            return speech.say("Toll-free numbers")
        case "premium":
            return speech.say("Premium-rate numbers")
        case "service":
            return speech.say("Service numbers")
        case "manual":
            return speech.say("Other charges")
        case _:
            return speech.say("Other calls")


def standing_name(speech: Speech, standing: Standing) -> str:
    """What a charge is said to be, by where it stands."""
    match standing:
        case "folio":
            return speech.say("On your room account")
        case "waiting":
            return speech.say("Not yet on your room account")
        case "doubt":
            return speech.say("Being checked")
        case "handed":
            return speech.say("Passed on to your room account")
        case "withheld":
            return speech.say("Not on your room account; please settle at the front desk")
        case "free":
            return speech.say("Free of charge")
        case "released":
            return speech.say("Not charged")


def tax_name(speech: Speech, rate: Rate) -> str:
    """A tax with its share."""
    name = rate.name or speech.say("Tax")
    return name if rate.share is None else f"{name} {speech.percent(rate.share)}"


#: Said beside a line, unless all is as it should be.
_QUIET: Final = ("folio", "handed")


class _Telling:
    """One bill being told."""

    def __init__(
        self, bill: Bill, speech: Speech, house: House, zone: ZoneInfo, issue: Issue | None, calls_alone: bool
    ) -> None:
        self._bill, self._speech, self._house, self._zone, self._issue = bill, speech, house, zone, issue
        self._calls_alone = calls_alone

    def _at(self, micros: int) -> datetime:
        return from_micros(micros).astimezone(self._zone)

    def mark(self) -> str:
        if self._issue is None:
            return self._speech.say("Interim statement")
        if self._issue.copy:
            return self._speech.say(
                "Copy {copy} of final bill no. {number}", copy=self._issue.copy, number=self._issue.number
            )
        return self._speech.say("Final bill no. {number}", number=self._issue.number)

    def facts(self) -> list[tuple[str, str]]:
        say, stay = self._speech.say, self._bill.stay
        until = self._speech.day(self._at(stay.until)) if stay.until is not None else ""
        told = [
            (say("Guest"), stay.name),
            (say("Room") if len(stay.rooms) == 1 else say("Rooms"), ", ".join(stay.rooms)),
            (say("Reservation"), "" if stay.reservation.startswith("@") else stay.reservation),
            (say("Arrival"), self._speech.day(self._at(stay.since)) if stay.since else ""),
            (say("Departure"), until),
        ]
        return [(name, value) for name, value in told if value]

    def lead(self) -> list[str]:
        say, issue = self._speech.say, self._issue
        told = [say("Statement, not a tax invoice.")]
        if self._calls_alone:
            told.append(say("Telephone calls only; other charges are not on this bill."))
        if issue is None:
            told.append(say("As of {moment}. More calls may follow.", moment=self._moment(self._bill.as_of)))
        elif issue.replaces is not None:
            told.append(say("This bill replaces bill no. {number}.", number=issue.replaces))
        waiting = sum(one.owed and one.standing in ("waiting", "doubt") for one in self._bill.lines)
        if waiting:
            told.append(
                self._speech.plural(
                    "{number} charge is not settled yet; see below.",
                    "{number} charges are not settled yet; see below.",
                    waiting,
                )
            )
        if self._bill.unpriced:
            told.append(
                self._speech.plural(
                    "The price of {number} call is not known yet; it is not in the total.",
                    "The prices of {number} calls are not known yet; they are not in the total.",
                    self._bill.unpriced,
                )
            )
        return told if self._bill.lines else [*told, say("No calls were charged.")]

    def charges(self, currency: str, decimals: int) -> Table:
        speech = self._speech
        lines = [one for one in self._bill.lines if (one.currency, one.decimals) == (currency, decimals)]
        running = Running(speech, decimals)
        columns = (
            Column(speech.say("Date")),
            Column(speech.say("Time"), figures=True),
            Column(speech.say("Number"), figures=True, below=True),
            Column(speech.say("Place"), below=True),
            Column(speech.say("Duration"), figures=True, below=True),
            Column(speech.say("Net"), figures=True, below=True),
            Column(speech.say("Tax"), figures=True, below=True),
            Column(speech.say("Amount in {currency}", currency=currency), figures=True),
        )
        rooms = [
            bool(one.room) and one.room != before
            for one, before in zip(lines, ["", *(x.room for x in lines[:-1])], strict=True)
        ]
        rows = tuple(self._row(one, running, new) for one, new in zip(lines, rooms, strict=True))
        whole = total(lines)
        amounts = [speech.amount(minor, decimals) for minor in (whole.net, whole.tax, whole.gross)]
        return Table("", columns, rows, ((speech.say("Total"), "", "", "", "", *amounts),))

    def _row(self, line: Line, running: Running, new_room: bool) -> Row:
        speech, began = self._speech, self._at(line.began)
        money = (
            ["–"] * 3
            if line.gross is None
            else [speech.amount(minor, line.decimals) for minor in (line.net, line.tax, line.gross)]
        )
        number = hidden(line.number, self._house)
        said = (
            speech.short_day(began),
            speech.hour(began),
            number,
            place_in(speech, line.place),
            minutes(line.seconds),
        )
        carried = running.add((line.gross or 0) if line.owed else 0)
        return Row((*said, *money), self._remark(line, new_room), carried, not line.owed)

    def _remark(self, line: Line, new_room: bool) -> str:
        say = self._speech.say
        told = []
        if line.kind == "correction" or (line.kind == "charge" and line.part):
            told.append(say("correction"))
        if line.shared:
            told.append(say("your share of a call that was handed on"))
        if line.kind == "reversal":
            told.append(say("reversal"))
        if line.moved:
            told.append(say("moved here from room {room}", room=line.room) if line.room else say("moved here"))
        elif len(self._bill.stay.rooms) > 1 and new_room:
            told.append(say("room {room}", room=line.room))
        if line.gross is None:
            told.append(say("price not known yet"))
        elif line.standing not in _QUIET:
            told.append(standing_name(self._speech, line.standing))
        return "; ".join(told)

    def totals(self, currency: str, decimals: int) -> list[Table]:
        """By kind of call, by tax, by where the charges stand; each adds up to the total."""
        lines = [one for one in self._bill.lines if (one.currency, one.decimals) == (currency, decimals)]
        if not any(one.owed for one in lines):
            return []
        return [
            self._table(
                self._speech.say("By kind of call"),
                [(class_name(self._speech, name), one) for name, one in by_class(lines).items()],
                currency,
                decimals,
            ),
            self._taxes(lines, currency, decimals),
            self._table(
                self._speech.say("Where the charges stand"),
                [(standing_name(self._speech, name), one) for name, one in by_standing(lines).items()],
                currency,
                decimals,
            ),
        ]

    def _table(self, title: str, sums: list[tuple[str, Total]], currency: str, decimals: int) -> Table:
        speech = self._speech
        columns = (
            Column(""),
            Column(speech.say("Charges"), figures=True),
            Column(speech.say("Amount in {currency}", currency=currency), figures=True),
        )
        rows = tuple(Row((name, speech.figure(one.lines), speech.amount(one.gross, decimals))) for name, one in sums)
        count, whole = sum(one.lines for _, one in sums), sum(one.gross for _, one in sums)
        return Table(
            title, columns, rows, ((speech.say("Total"), speech.figure(count), speech.amount(whole, decimals)),)
        )

    def _taxes(self, lines: list[Line], currency: str, decimals: int) -> Table:
        """The net amount of the charges that bear the same taxes together, then those taxes: all of it adds up."""
        speech, rows, whole = self._speech, [], 0
        for rates, (net, taxes) in by_rates(lines).items():
            name = ", ".join(tax_name(speech, rate) for rate in rates) or speech.say("without tax")
            rows.append(Row((speech.say("Net ({taxes})", taxes=name), speech.amount(net, decimals))))
            rows += [Row((tax_name(speech, rate), speech.amount(tax, decimals))) for rate, tax in taxes.items()]
            whole += net + sum(taxes.values())
        columns = (Column(""), Column(speech.say("Amount in {currency}", currency=currency), figures=True))
        return Table(
            speech.say("By tax"), columns, tuple(rows), ((speech.say("Total"), speech.amount(whole, decimals)),)
        )

    def notes(self) -> list[str]:
        speech, told = self._speech, []
        for currency, decimals in self._bill.currencies:
            count, gone = released(
                one for one in self._bill.lines if (one.currency, one.decimals) == (currency, decimals)
            )
            if count:
                told.append(
                    speech.plural(
                        "{number} charge of {money} is not charged and not in the total.",
                        "{number} charges of {money} together are not charged and not in the total.",
                        count,
                        money=speech.money(gone, decimals, currency),
                    )
                )
        if self._house.hidden and any(one.number for one in self._bill.lines):
            told.append(speech.say("The last digits of the numbers are hidden to protect your privacy."))
        told.append(speech.say("Times are those of the hotel ({zone}).", zone=self._zone.key))
        return told

    def printed(self) -> str:
        issue = self._issue
        if issue is None:
            return self._moment(self._bill.as_of)
        made = self._speech.say("Made on {moment} by {who}.", moment=self._moment(issue.made_at), who=issue.made_by)
        if not issue.copy:
            return made
        copied = self._speech.say(
            "Copy made on {moment} by {who}.", moment=self._moment(issue.printed_at), who=issue.printed_by
        )
        return f"{made} {copied}"

    def _moment(self, micros: int) -> str:
        return self._speech.moment(self._at(micros))
