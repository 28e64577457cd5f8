"""A guest erased on request: begun by a person's command, carried out in slices, and done when nothing is found any more.

What goes: the name and what the PMS said of the person; every number in full, in calls, records, indexes and sentences; the bytes
of records; notes, disputes and reasons in people's words; kept report files of the days of the stay. What stays: amounts, taxes,
days, durations, classes of number, states, and the reservation that ties them to the folio, for as long as the law wants them.

Begun, it cannot be half done: where it stands is a row, moved in the commit of each slice, and what is still to be looked for in
other tables is kept with it until it is done, and forgotten then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table

from gateway.instants import from_micros
from gateway.repeats import digest
from gateway.scrubbing import Scrub
from gateway.store import call_tags, erasures, forgetting, guests, personal, runs, schema, tags
from gateway.store.commands import Command
from gateway.store.guests import StayRow
from gateway.store.memory import Memory
from gateway.store.runs import Kept

#: The deed of the command.
ERASE: Final = "erase-guest"
#: The deed of somebody who takes the file with everything about a guest.
EXPORT: Final = "export-guest"
DEEDS: Final = (ERASE, EXPORT)
#: How the answer to an erasure begins where it was begun.
BEGUN: Final = "erased: "
#: Calls, rows of other tables, and records in one slice.
CALLS: Final = 100
ROWS: Final = 500
RECORDS: Final = 2_000

#: Throws files of reports away; those that are gone already are no matter.
ThrowAway = Callable[[Sequence[Kept]], None]


class Place(NamedTuple):
    """How far an erasure has come: the step, the table it is in, and behind which key it goes on."""

    step: str = "calls"
    table: int = 0
    after: tuple[int | str, ...] = ()


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Do one of `DEEDS`: the sentence of what came of it."""
    deed = begin if command.deed == ERASE else note_export
    return deed(connection, memory, command, now)


def begin(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Begin to erase a guest, or say why not."""
    owner, reservation = memory.owner, command.subject or ""
    if not command.why.strip():
        return "not erased: it needs a reason, which is kept with your name"
    stays = guests.stays_of(connection, owner, reservation)
    if not stays:
        return f"not erased: there is no guest with reservation {reservation}"
    if guests.erasure_of(connection, owner, reservation) is not None:
        return f"not erased: reservation {reservation} was erased before"
    calls = guests.calls_of(connection, owner, stays)
    against = guests.refusals(connection, owner, stays, calls)
    if against:
        return f"not erased: {'; '.join(against)}"
    needles = erasures.needles(connection, owner, reservation, stays, calls)
    why = sought(0, needles).scrub.words(command.why)
    number = erasures.begin(
        connection,
        memory,
        digest=guests.digest_of(owner, reservation),
        who=command.who,
        why=why,
        needles=needles,
        calls=len(calls),
        now=now,
    )
    told = f"a guest was erased on request (erasure {number}, calls: {len(calls)}): amounts, taxes and days stay"
    memory.note(connection, now, command.who, f"{told}; reason: {why}")
    return f"{BEGUN}name, numbers and words of the guest (erasure {number}, calls: {len(calls)}); amounts, taxes and days stay"


def note_export(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Write down that somebody took what is kept about a guest."""
    told = f"the data of the guest of reservation {command.subject} were exported"
    memory.note(connection, now, command.who, f"{told}; reason: {command.why}")
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for: whose rows, names and numbers in sentences, and records that are sent again."""

    erasure: int
    reservation: str
    scrub: Scrub
    records: frozenset[str]


def sought(erasure: int, needles: str) -> Sought:
    """The same, as it is kept."""
    said = json.loads(needles)
    scrub = Scrub(said["names"], said["numbers"])
    return Sought(erasure=erasure, reservation=said["reservation"], scrub=scrub, records=frozenset(said["records"]))


@dataclass(slots=True)
class Erasing:
    """Carries erasures on, a slice at a time."""

    memory: Memory
    zone: tzinfo
    throw_away: ThrowAway
    _known: Sought | None = None

    def slice(self, connection: Connection, now: int) -> bool:
        """One slice of the oldest erasure that is not done; False where there is none."""
        row = erasures.oldest(connection, self.memory.owner)
        if row is None:
            self._known = None
            return False
        if self._known is None or self._known.erasure != row.id:
            self._known = sought(row.id, row.needles)
        step, table, after = json.loads(row.place) if row.place else Place()
        place = Place(step, table, tuple(after))
        steps = {"calls": self._calls, "guest": self._guest, "words": self._words, "records": self._records}
        following = steps[place.step](connection, self._known, place, now)
        if following is None:
            erasures.end(connection, self.memory.owner, row.id, now)
            self._known = None
        else:
            erasures.move(connection, self.memory.owner, row.id, json.dumps(following))
        return True

    def _calls(self, connection: Connection, what: Sought, place: Place, now: int) -> Place | None:
        """The guest's calls, their records, and what people wrote about them."""
        owner = self.memory.owner
        every = guests.calls_of(connection, owner, guests.stays_of(connection, owner, what.reservation))
        after = int(place.after[0]) if place.after else 0
        calls = [one for one in every if one > after][:CALLS]
        if not calls:
            return Place("guest")
        newest = self.memory.numbers.peek(schema.records)
        forgetting.forget_bytes(
            connection, owner, erasures.rows_about(connection, schema.records, owner, "call_id", calls), newest
        )
        forgetting.forget_numbers(connection, owner, calls, what.scrub)
        for table, whole, part in _ABOUT_CALLS:
            ids = erasures.rows_about(connection, table, owner, "call_id", calls)
            forgetting.erase_words(connection, table, owner, ids, whole, part, what.scrub)
        call_tags.forget_of(connection, owner, calls)
        return place._replace(after=(calls[-1],))

    def _guest(self, connection: Connection, what: Sought, place: Place, now: int) -> Place | None:
        """The name, what the PMS said to each charge, what people wrote about guest and charges, kept files."""
        owner = self.memory.owner
        stays = guests.stays_of(connection, owner, what.reservation)
        erasures.unname(connection, owner, [one.id for one in stays])
        self.memory.forget_names(connection)
        postings = guests.postings_of(connection, owner, what.reservation)
        forgetting.scrub_postings(connection, owner, postings, what.scrub)
        for table, words in ((schema.remarks, "words"), (schema.stay_limits, "why")):
            noted = erasures.rows_of_guest(connection, table, owner, what.reservation)
            forgetting.erase_words(connection, table, owner, noted, (words,), (), what.scrub)
        trail = erasures.rows_about(connection, schema.audit_trail, owner, "posting_id", postings)
        forgetting.erase_trail(connection, owner, trail, what.scrub, whole=True)
        asked = erasures.rows_about(connection, schema.commands, owner, "posting_id", postings)
        asked += erasures.commands_about(connection, owner, what.reservation)
        forgetting.erase_words(connection, schema.commands, owner, asked, ("why",), ("result", "subject"), what.scrub)
        self._throw_files_away(connection, stays, now)
        tags.forget(connection, owner, lambda one: what.scrub.words(one.number) != one.number)
        call_tags.forget_words(connection, owner, lambda tag: what.scrub.words(tag) != tag)
        return Place("words")

    def _throw_files_away(self, connection: Connection, stays: Sequence[StayRow], now: int) -> None:
        """Kept reports of the days of the stays: a file cannot be mended, and can be made anew. Files go before their rows say so."""
        for stay in stays:
            until = stay.until if stay.until is not None else now
            first, last = (from_micros(one).astimezone(self.zone).date().isoformat() for one in (stay.since, until))
            files = runs.kept_about(connection, self.memory.owner, first, last)
            self.throw_away(files)
            runs.thrown_away(connection, self.memory.owner, [one.id for one in files], now)

    def _words(self, connection: Connection, what: Sought, place: Place, now: int) -> Place | None:
        """What others wrote, told and were told: looked through for the name and the numbers."""
        if place.table >= len(SWEPT):
            return Place("records")
        table = SWEPT[place.table]
        columns = personal.columns(table, "WORDS")
        key = [column.name for column in table.primary_key.columns if column.name != "property"]
        rows = erasures.rows_behind(connection, table, self.memory.owner, key, columns, place.after, ROWS)
        changed = []
        for row in rows:
            clean = {name: what.scrub(row[name]) if row[name] else row[name] for name in columns}
            if any(clean[name] != row[name] for name in columns):
                changed.append({"property": self.memory.owner, **{name: row[name] for name in key}, **clean})
        forgetting.change(connection, table, key, changed)
        if len(rows) < ROWS:
            return Place("words", place.table + 1)
        return place._replace(after=tuple(rows[-1][name] for name in key))

    def _records(self, connection: Connection, what: Sought, place: Place, now: int) -> Place | None:
        """Records of no call: buffers sent again, lines that could not be read, events."""
        owner = self.memory.owner
        if place.after:
            after = int(place.after[0])
        else:
            stays = guests.stays_of(connection, owner, what.reservation)
            after = erasures.record_before(connection, owner, min(one.since for one in stays))
        records, last = erasures.records_of_no_call(connection, owner, after, RECORDS)
        found = [number for number, raw in records if digest(raw).hex() in what.records or _tells(what.scrub, raw)]
        forgetting.forget_bytes(connection, owner, found, self.memory.numbers.peek(schema.records))
        return None if last is None else place._replace(after=(last,))


def _tells(scrub: Scrub, raw: bytes) -> bool:
    """Whether bytes that nobody could read hold a name or a number."""
    text = raw.decode("latin-1")
    return scrub.words(text) != text


#: What people and programs wrote about a call: the table, the columns that are erased, those that are looked through.
_ABOUT_CALLS: Final[tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...]] = (
    (schema.remarks, ("words",), ()),
    (schema.acts, ("why", "decided_why"), ("subject", "outcome")),
    (schema.alarms, ("note",), ("subject", "sentence", "details")),
)
#: Tables that are looked through from one end to the other. Calls, records and their indexes are the guest's or somebody else's.
SWEPT: Final[tuple[Table, ...]] = tuple(
    table
    for table in schema.metadata.sorted_tables
    if personal.columns(table, "WORDS")
    and table.name not in ("calls", "records", "erasures", "number_tags", "call_tags")
)
