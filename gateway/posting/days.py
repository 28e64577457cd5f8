"""How business days begin, end and are closed: each of it in the writer's transaction, with who and why in the audit trail.

An edge is drawn where the next record, charge and attempt will begin. Whatever comes behind it is of the next day, however
old the call is that it is about; the sheets say which day such a call belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.audit.agreement import amount_words
from gateway.audit.days import DONE, BusinessDay, DayRule, Edge, heard
from gateway.audit.sheet import differences, sheet, unnamed
from gateway.audit.snapshot import frozen
from gateway.audit.sums import Coin
from gateway.instants import from_micros
from gateway.store import business_days as days
from gateway.store.audit_sums import snapshot
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.writer import Announce
from pms_adapters.events import NightAudit

#: Characters of what a person writes that are kept.
LONGEST: Final = 400


def begin_first(connection: Connection, memory: Memory, rule: DayRule, now: int) -> None:
    """Open the first business day, at the edge before now by the clock; what was before is on no sheet."""
    if days.open_day(connection, memory.owner) is not None:
        return
    today = rule.date_at(now)
    edge = days.edge_at(connection, memory.owner, rule.ends(date.fromordinal(today.toordinal() - 1)))
    memory.day = days.begin(connection, memory.owner, memory.numbers, date=today.isoformat(), edge=edge, by="start")


def end_day(
    connection: Connection,
    memory: Memory,
    day: BusinessDay,
    edge: Edge,
    by: str,
    following: date,
    night_start: int | None,
) -> None:
    """End the open day at an edge, and open the one behind it."""
    days.end(connection, memory.owner, day.id, edge, by, night_start=night_start)
    memory.day = days.begin(connection, memory.owner, memory.numbers, date=following.isoformat(), edge=edge, by=by)


class HearNightAudit:
    """The PMS told that its night audit began or ended."""

    records = 0

    def __init__(self, memory: Memory, news: NightAudit, rule: DayRule, now: int) -> None:
        self._memory, self._news, self._rule, self._now = memory, news, rule, now

    def work(self, connection: Connection) -> Announce:
        """End the day, or mark what was told."""
        memory, day = self._memory, days.open_day(connection, self._memory.owner)
        if day is not None and self._rule.by == "pms":
            self._heard(connection, memory, day)
        return _quiet

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """The clock ends the day, later, if nothing else does."""
        words = f"the PMS's night audit could not be kept: {error!r}"[:300]
        self._memory.note(connection, self._now, "foliogate", words)
        return _quiet

    def _heard(self, connection: Connection, memory: Memory, day: BusinessDay) -> None:
        last, now, owner = days.last_ended(connection, memory.owner), self._now, memory.owner
        at = _clock(now, self._rule)
        match heard(last, self._news.running, now):
            case "ends" | "ends without begin" as what:
                edge = days.edge_now(memory.numbers, now)
                begun = now if what == "ends" else None
                end_day(connection, memory, day, edge, "pms", self._rule.next_date(day, now), begun)
                if what == "ends without begin":
                    ended = days.one(connection, owner, day.id) or day
                    days.change(connection, owner, day.id, night_end=now)
                    words = f"The PMS told at {at} that its night audit had ended, and had told no begin: the day ends with that."
                    days.remark(connection, owner, ended, words)
            case "night ends" if last is not None and last.closed_at is None:
                days.change(connection, owner, last.id, night_end=now)
            case "again" | "end again" as what if last is not None:
                word = "began" if what == "again" else "ended"
                words = (
                    f"The PMS told at {at} that a night audit {word}, again: the day had ended before, and stays so."
                )
                days.remark(connection, owner, last, words)
                memory.note(connection, now, "PMS", f"night audit {word} again; business date {last.date} had ended")
            case _:
                memory.note(connection, now, "PMS", "night audit ended; its business date was closed before")


class EndByClock:
    """The set time has passed, and nothing has ended the day."""

    records = 0

    def __init__(self, memory: Memory, rule: DayRule, now: int, up_since: int) -> None:
        """`up_since` is when this process began: what the clock would have ended before was missed."""
        self._memory, self._rule, self._now, self._up_since = memory, rule, now, up_since

    def work(self, connection: Connection) -> Announce:
        """End each day that is over, back to its own edge; days on which nothing at all came are passed over."""
        memory = self._memory
        while (day := days.open_day(connection, memory.owner)) is not None:
            at = self._rule.due(day, self._now)
            if at is None:
                break
            self._end(connection, memory, day, at)
        return _quiet

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """It is tried again in a minute."""
        return _quiet

    def _end(self, connection: Connection, memory: Memory, day: BusinessDay, at: int) -> None:
        edge = days.edge_at(connection, memory.owner, at)
        following = self._rule.next_date(day, at)
        if edge[1:] == days.edge_now(memory.numbers, at)[1:]:  # nothing has come since: go on with today
            following = max(following, self._rule.date_at(self._now))
        end_day(connection, memory, day, edge, "clock", following, None)
        ended = days.one(connection, memory.owner, day.id) or day
        for sentence in self._remarks(day, at, following):
            days.remark(connection, memory.owner, ended, sentence)
            ended = days.one(connection, memory.owner, day.id) or ended

    def _remarks(self, day: BusinessDay, at: int, following: date) -> list[str]:
        told: list[str] = []
        if self._rule.by == "pms":
            told.append(
                f"The PMS told no night audit until {_clock(self._now, self._rule)}: the day was ended by the clock."
            )
        if at < self._up_since:
            told.append(
                "The gateway was not running when the day ended; what the exchange kept meanwhile is on the next day."
            )
        skipped = (following - day.day).days - 1
        if skipped > 0:
            told.append(f"Nothing came in the {skipped} days behind it: they have no sheet.")
        return told


def _quiet() -> None:
    """Nobody needs to be told: pages read the store."""


def _clock(instant: int, rule: DayRule) -> str:
    return f"{from_micros(instant).astimezone(rule.zone):%H:%M}"


# -- what people tell -------------------------------------------------------------------------------------------------


class Told(Exception):
    """A deed that cannot be done; the sentence says why. Nothing was changed."""


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Do one deed about a business day; returns the sentence to keep, which begins with `DONE` if it was done."""
    words = " ".join(command.why.split())[:LONGEST]
    try:
        number, *rest = (command.subject or "").split(" ")
        day = days.one(connection, memory.owner, int(number))
        if day is None:
            raise Told(f"there is no business day {number}")
        if day.closed_at is not None:
            raise Told(f"business date {day.date} was closed by {day.closed_by}; nothing of it changes any more")
        said = _DEEDS[command.deed](connection, memory, day, rest, command._replace(why=words), now)
    except ValueError:
        return "that is not what this deed needs; nothing was done"
    except Told as error:
        return f"{error}; nothing was done"
    memory.note(connection, now, command.who, f"{said}: {words}" if words else said)
    return DONE + said


def _total(
    connection: Connection, memory: Memory, day: BusinessDay, rest: list[str], command: Command, now: int
) -> str:
    """What the PMS says it has booked: class (a dash for all), minor units, currency, decimals."""
    group, minor, currency, decimals = rest
    if not command.why:
        raise Told("a total needs a word on where it was read, which is kept with your name")
    item, coin = "" if group == "-" else group, Coin(currency, int(decimals))
    entry = {"day_id": day.id, "kind": "total", "item": item, "amount": int(minor), **coin._asdict()}
    days.tell(connection, memory.owner, memory.numbers, {**entry, "words": command.why, "at": now, "who": command.who})
    of = f" for {item}" if item else ""
    return f"business date {day.date}: the PMS's total{of} is {amount_words(int(minor), coin)}"


def _name(connection: Connection, memory: Memory, day: BusinessDay, rest: list[str], command: Command, now: int) -> str:
    """What a difference is."""
    if not command.why:
        raise Told("a difference needs its name: what it is, and why it may stand")
    item = " ".join(rest)
    entry = {"day_id": day.id, "kind": "name", "item": item, "words": command.why, "at": now, "who": command.who}
    days.tell(connection, memory.owner, memory.numbers, entry)
    return f"business date {day.date}: the difference “{item}” has a name"


def _end(connection: Connection, memory: Memory, day: BusinessDay, rest: list[str], command: Command, now: int) -> str:
    """End the open day now; the date that follows is told."""
    following = date.fromisoformat(rest[0])
    if day.ended_at is not None:
        raise Told(f"business date {day.date} has ended already")
    if following <= day.day:
        raise Told(f"{following} does not follow {day.date}")
    end_day(connection, memory, day, days.edge_now(memory.numbers, now), command.who, following, None)
    return f"business date {day.date} was ended by hand; it is {following} now"


def _date(connection: Connection, memory: Memory, day: BusinessDay, rest: list[str], command: Command, now: int) -> str:
    """Put the date of the open day right."""
    wanted = date.fromisoformat(rest[0])
    last = days.last_ended(connection, memory.owner)
    if day.ended_at is not None:
        raise Told(f"business date {day.date} has ended; only the open day's date can be put right")
    if last is not None and wanted <= last.day:
        raise Told(f"{wanted} is not after {last.date}, the day before it")
    days.change(connection, memory.owner, day.id, date=wanted.isoformat())
    memory.day = days.open_day(connection, memory.owner)
    return f"the business date {day.date} was put right: it is {wanted}"


def _close(
    connection: Connection, memory: Memory, day: BusinessDay, rest: list[str], command: Command, now: int
) -> str:
    """Freeze the sheet, if each difference has its name."""
    if day.ended_at is None:
        raise Told(f"business date {day.date} has not ended: it ends with the PMS's night audit, or by hand")
    earlier = days.unclosed_before(connection, memory.owner, day.id)
    if earlier is not None:
        raise Told(f"business date {earlier.date} comes before it, and nobody has closed that")
    taken = snapshot(connection, memory.owner, day.begin, day.end)
    totals, names = days.told_of(days.entries(connection, memory.owner, day.id))
    nameless = unnamed(differences(sheet(taken), totals, names, has_pms=rest != ["no-pms"]))
    if nameless:
        keys = ", ".join(f"“{one.key}”" for one in nameless)
        raise Told(f"business date {day.date} has differences without a name: {keys}")
    closed = {"closed_at": now, "closed_by": command.who, "closed_why": command.why, "sheet": frozen(taken)}
    days.change(connection, memory.owner, day.id, **closed)
    return f"business date {day.date} is closed"


_Deed = Callable[[Connection, Memory, BusinessDay, list[str], Command, int], str]
#: What people may do with a business day, by the word that the table of commands has for it.
_DEEDS: Final[Mapping[str, _Deed]] = {
    "day-total": _total,
    "day-name": _name,
    "day-end": _end,
    "day-date": _date,
    "day-close": _close,
}
