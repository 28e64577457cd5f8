"""The promise, as questions that must find nothing after a day: what the exchanges told and the PMS booked, against the store.

Each sentence that comes back names what was broken. Nothing here asks the gateway how it sees things: the truth is the
exchanges' own list of calls, the bytes that reached a living gateway, the PMS's own folios and answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Final

from gateway.audit.sheet import sheet
from gateway.simulators.calls import SimulatedCall
from gateway.store import business_days
from gateway.store.audit_sums import snapshot
from gateway.store.database import Database
from gateway.store.verify import broken_rules
from tests.simulation import hotel
from tests.simulation.day import Day
from tests.simulation.exchanges import FileExchange, Telling

#: A start without seconds, and a check-in told in whole seconds: who was in the room is certain only beyond this.
EDGE: Final = timedelta(seconds=61)
#: On the night when the clocks change, an hour is shown twice, and the PMS does not say which it means.
EDGE_OF_THE_CHANGE: Final = timedelta(minutes=65)
#: A dialect without a year has its year from the gateway's clock: one that is wrong by so much misdates its records.
WRONG_YEAR: Final = timedelta(days=150)
_FINAL: Final = ("posted", "refused", "in_doubt", "held", "written_off")


#: An exchange, and by what a call is known to it: its own number, else the bytes of its record.
Key = tuple[str, str | bytes]


@dataclass(slots=True)
class Posting:
    """One posting as the store has it, with what the PMS booked of it."""

    id: int
    call_id: int
    state: str
    hold: str
    amount: int | None
    booked: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Books:
    """The store and the PMS's folio of one day, laid side by side."""

    postings: dict[int, Posting]
    by_call: dict[int, list[Posting]]
    by_token: dict[int, Posting]
    keys: dict[int, Key]

    @property
    def posted(self) -> int:
        """What the gateway says was posted, in minor units."""
        return sum(one.amount or 0 for one in self.postings.values() if one.state == "posted")

    @property
    def booked_in_doubt(self) -> int:
        """What the PMS booked of postings that the gateway shows as in doubt."""
        return sum(sum(one.booked) for one in self.postings.values() if one.state == "in_doubt")


def books(day: Day) -> Books:
    """Lay the books side by side."""
    rows = day.ask("SELECT id, call_id, state, hold, amount FROM postings")
    postings = {row[0]: Posting(*row) for row in rows}
    by_call: dict[int, list[Posting]] = defaultdict(list)
    for posting in postings.values():
        by_call[posting.call_id].append(posting)
    by_token = {
        token: postings[posting_id]
        for token, posting_id in day.ask("SELECT token, posting_id FROM attempts")
        if posting_id in postings
    }
    for line in day.pms.folio:
        if line.booked and line.token.isdigit() and int(line.token) in by_token:
            by_token[int(line.token)].booked.append(line.amount or 0)
    return Books(postings, by_call, by_token, _keys(day))


def _keys(day: Day) -> dict[int, Key]:
    """By what each stored call is known to its exchange: its own number for it, else the bytes of its record."""
    raw = {
        row[0]: row[1] for row in day.ask("SELECT call_id, raw FROM records WHERE call_id IS NOT NULL ORDER BY id DESC")
    }
    calls = day.ask("SELECT id, source, call_key FROM calls")
    return {row[0]: (row[1], row[2] if row[2] is not None else raw[row[0]]) for row in calls}


def broken(day: Day) -> list[str]:
    """What of the promise was not kept, in sentences; empty if all was."""
    laid = books(day)
    found = [*_records(day), *_charges(day, laid), *_folio(day, laid), *_answers(day, laid), *_left_over(day, laid)]
    found += [f"bytes of posting number {token} left before it was written down" for token in day.unwritten]
    return [*found, *_untold(day), *_rules(day), *_sheets(day)]


def unsettled(day: Day) -> list[str]:
    """What is still wrong once a person has settled every doubt by what truly is on the folio."""
    laid = books(day)
    found = [*_charges(day, laid), *_folio(day, laid), *_left_over(day, laid), *_untold(day), *_rules(day)]
    found += [
        f"posting {posting.id} was settled by a person and is {posting.state}"
        for posting in laid.postings.values()
        if posting.state == "in_doubt" or posting.hold == "possible_repeat"
    ]
    booked = sum(line.amount or 0 for line in day.pms.folio if line.booked)
    if booked != laid.posted:
        found.append(f"a person has settled every doubt; booked {booked}, posted {laid.posted}")
    return found


# -- records ------------------------------------------------------------------------------------------------------------


def _records(day: Day) -> Iterator[str]:
    """Each record delivered is stored exactly once; what was handed and not committed at a crash is the one window."""
    for name, exchange in day.exchanges.items():
        stored = Counter(row[0] for row in day.ask("SELECT raw FROM records WHERE source = ?", name))
        secured = Counter(one.raw for one in exchange.tellings if one.stage == "secured")
        handed = secured + Counter(one.raw for one in exchange.tellings if one.stage == "handed")
        acknowledged = Counter(one.raw for one in exchange.tellings if one.acknowledged)
        for raw, count in (secured - stored).items():
            yield f"{name}: {count} of {secured[raw]} deliveries of {raw!r} are not stored"
        for raw, count in (acknowledged - stored).items():
            yield f"{name}: {count} of {acknowledged[raw]} acknowledged records {raw!r} are not stored"
        for raw, count in (stored - handed).items():
            if not (isinstance(exchange, FileExchange) and _is_rest(raw, exchange.tellings)):
                yield f"{name}: {raw!r} is stored {count} times more often than it was delivered"
        windows = sum((handed - secured).values())
        day.world.counts["in the window of a crash"] += windows
        day.world.counts["lost in the window of a crash"] += sum((handed - stored).values())


def _is_rest(raw: bytes, tellings: Iterable[Telling]) -> bool:
    """Whether bytes are the beginning of a row that was emptied away while it was read."""
    return any(one.stage == "handed" and one.raw.startswith(raw) for one in tellings)


# -- charges ------------------------------------------------------------------------------------------------------------


def _charges(day: Day, laid: Books) -> Iterator[str]:
    """Each call that should be charged is in exactly one posting; what equals an earlier record is held, not charged."""
    charged: Counter[Key] = Counter()
    certain: Counter[Key] = Counter()
    for call_id, parts in laid.by_call.items():
        key = laid.keys[call_id]
        charged[key] += 1
        certain[key] += any(part.hold != "possible_repeat" and part.state != "written_off" for part in parts)
    for name, exchange in day.exchanges.items():
        told = _told(exchange.tellings)
        misdated = (
            {one.call.seq for one in exchange.tellings if one.call and abs(one.skew) > WRONG_YEAR}
            if name == "mitel"
            else ()
        )
        true: Counter[Key] = Counter()
        due: Counter[Key] = Counter()
        for call in exchange.calls:
            key = (name, key_of(day, name, call))
            records = len(exchange.writer.records(call))
            true[key] += call.charged and told[call.seq][0] > 0
            due[key] += told[call.seq][1] >= records and call.seq not in misdated and _must_be_charged(day, call)
        for key, count in due.items():
            if charged[key] < count:
                yield f"{key}: {count} calls should be charged, {charged[key]} have a posting"
        for key in true:
            if certain[key] > true[key]:
                yield f"{key}: {certain[key]} charges for {true[key]} calls"


def _told(tellings: Iterable[Telling]) -> dict[int, tuple[int, int]]:
    """For each call, how many of its records were handed over at all, and how many of them surely stored."""
    handed: dict[int, set[bytes]] = defaultdict(set)
    secured: dict[int, set[bytes]] = defaultdict(set)
    for one in tellings:
        if one.call is not None and one.stage in ("handed", "secured"):
            handed[one.call.seq].add(one.raw)
            if one.stage == "secured":
                secured[one.call.seq].add(one.raw)
    return defaultdict(lambda: (0, 0), {seq: (len(handed[seq]), len(secured[seq])) for seq in handed})


def key_of(day: Day, name: str, call: SimulatedCall) -> str | bytes:
    writer = day.exchanges[name].writer
    key = writer.key(call)
    return key if key is not None else writer.records(call)[0].removesuffix(writer.line_end)


def _must_be_charged(day: Day, call: SimulatedCall) -> bool:
    """Whether a charge is certain: a call that costs, from a room that one guest had before and while it began."""
    if not call.charged or call.transferred_to is not None or call.extension not in hotel.ROOMS:
        return False
    start = call.start.astimezone(UTC)
    around = (start - timedelta(hours=4), start + timedelta(hours=4))
    changes = len({instant.astimezone(hotel.ZONE).utcoffset() for instant in around}) > 1
    edge = EDGE_OF_THE_CHANGE if changes else EDGE
    return day.pms.was_let(call.extension, start - edge, start + edge)


# -- the PMS ------------------------------------------------------------------------------------------------------------


def _folio(day: Day, laid: Books) -> Iterator[str]:
    """The folio holds each posting at most once, unless it is marked in doubt; nothing is on it that we do not know."""
    for line in day.pms.folio:
        posting = laid.by_token.get(int(line.token)) if line.token.isdigit() else None
        if posting is None:
            yield f"the PMS has a posting with number {line.token!r} that the store does not know"
        elif line.booked and line.amount != posting.amount:
            yield f"posting {posting.id} over {posting.amount} stands on the folio as {line.amount}"
    for posting in laid.postings.values():
        if len(posting.booked) > 1 and posting.state != "in_doubt":
            yield f"posting {posting.id} ({posting.state}) stands {len(posting.booked)} times on the folio"
        if posting.state == "posted" and not posting.booked:
            yield f"posting {posting.id} is posted, and the PMS never booked it"
        if posting.booked and posting.state in ("due", "held", "sent"):
            yield f"posting {posting.id} is {posting.state}, and the PMS has booked it"
    booked = sum(line.amount or 0 for line in day.pms.folio if line.booked)
    difference = booked - laid.posted - laid.booked_in_doubt
    if difference:
        yield f"the balance is off by {difference}: booked {booked}, posted {laid.posted}, in doubt {laid.booked_in_doubt}"


def _answers(day: Day, laid: Books) -> Iterator[str]:
    """Whatever the PMS accepted, with an answer that reached us and was followed by a commit, is posted."""
    booked = {int(line.token) for line in day.pms.folio if line.booked and line.token.isdigit()}
    for answer in day.pms.answers:
        posting = laid.by_token.get(answer.token)
        accepted = answer.secured and answer.status == "OK" and answer.token in booked
        if accepted and posting is not None and posting.state != "posted":
            yield f"posting {posting.id} was accepted and answered, and is {posting.state}"


def _left_over(day: Day, laid: Books) -> Iterator[str]:
    """After the calm nothing waits, and no call is open."""
    for posting in laid.postings.values():
        if posting.state not in _FINAL:
            yield f"posting {posting.id} is still {posting.state} after the calm"
        if posting.state == "held" and not posting.hold:
            yield f"posting {posting.id} is held without a reason"
    for (number,) in day.ask("SELECT id FROM calls WHERE status = 'open'"):
        yield f"call {number} is still open after the calm"


def _untold(day: Day) -> Iterator[str]:
    """The feed was read from the beginning: each settled call and each posting is in it."""
    told = "SELECT {0} FROM events WHERE {0} IS NOT NULL"
    for (number,) in day.ask(f"SELECT id FROM postings WHERE id NOT IN ({told.format('posting_id')})"):
        yield f"posting {number} is not in the feed"
    settled = f"{told.format('call_id')} AND kind = 'call.settled'"
    for (number,) in day.ask(f"SELECT id FROM calls WHERE status <> 'open' AND id NOT IN ({settled})"):
        yield f"call {number} is not in the feed"


def _sheets(day: Day) -> Iterator[str]:
    """Each business day's sheet adds up to the minor unit, and together they are all that there is since the first."""
    database = Database(day.config.store.url, hotel.OWNER)
    try:
        days = database.read(lambda c: business_days.newest(c, hotel.OWNER, 9))[::-1]
        sheets = [sheet(database.read(lambda c, d=one: snapshot(c, hotel.OWNER, d.begin, d.end))) for one in days]  # type: ignore[misc]
    finally:
        database.close()
    day.world.counts["business days"] += len(days)
    for one, made in zip(days, sheets, strict=True):
        if made.unaccounted != (0, {}, {}):
            yield f"the sheet of business date {one.date} does not add up: {made.unaccounted}"
    for before, after in zip(days, days[1:], strict=False):
        if before.end != after.begin:
            yield f"business date {after.date} does not begin where {before.date} ended"
    for table, begun, counted in (
        ("records", days[0].records_from, sum(one.received for one in sheets)),
        ("postings", days[0].postings_from, sum(one.charges.number for one in sheets)),
    ):
        if (there := day.ask(f"SELECT count(*) FROM {table} WHERE id >= ?", begun)[0][0]) != counted:
            yield f"{there} {table} are in the store, and the sheets have {counted}"


def _rules(day: Day) -> list[str]:
    """The store's own rules, and the file's wholeness."""
    database = Database(day.config.store.url, hotel.OWNER)
    try:
        return database.read(lambda connection: broken_rules(connection, hotel.OWNER, database.is_sqlite))
    finally:
        database.close()
