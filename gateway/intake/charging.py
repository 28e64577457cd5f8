"""From calls to charges: what the calls that a batch touched cost, whose they are, and the postings they want.

The calls of a batch are ruled together, after all of its records have found their calls, stage by stage: join, price,
find who pays, rule, write the rows. A call of which several records came in one batch is thereby ruled once, with all
that is known; and a stage that is run for a hundred calls in a row costs half of what it costs when the stages take
turns, because the processor keeps its instructions at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.allocation import Allocation, Code
from gateway.directory import Department, NoNews, Occupants, Place, Room, Unlisted, payer
from gateway.instants import SECOND, to_micros
from gateway.intake.arriving import Arriving
from gateway.intake.batch import Batch, Rules, Source, Touched, surroundings
from gateway.intake.call_rows import call_row, codes_row, due_of, posting_row
from gateway.intake.hiding import dialled_codes, why_hidden
from gateway.intake.shares import charged_by_share, share_rows, whose_parts
from gateway.intake.spending import Spending, Words, limited
from gateway.intake.trunk_uses import told_beside
from gateway.settle import (
    CarrierCost,
    Portion,
    Price,
    Priced,
    Ruling,
    Wanted,
    carrier_cost,
    difference,
    price,
    rule,
    rule_account,
    vacant,
)
from gateway.sharing import holders_of, named, place_of, portions, rule_shared, ruling_of, still_wanted
from gateway.store import outbox, schema
from gateway.store.acts import changed_by_hand
from gateway.store.memory import Memory
from gateway.store.restore import RESTORED, restored_at
from gateway.store.rows import CallRow
from gateway.store.shares import SharePart
from gateway.store.vacant_calls import VacantCall
from protocols.records import JoinedCall
from rating.book import TariffBook
from rating.circumstances import PLAIN, Circumstances
from rating.deck_warnings import coarse
from rating.numbering import NumberPlan

#: An announced leg that does not come is not waited for longer than this, in seconds.
OPEN_SECONDS: Final = 4 * 3600
#: Extensions whose place is remembered; a hotel has fewer, and garbage in that column has no end.
REMEMBERED_PLACES: Final = 20_000
_NO_NEWS: Final = NoNews()
_NOWHERE: Final = Unlisted("")
_OPEN: Final = Ruling(status="open", reason="the exchange has announced further records of this call")


class _Payer(NamedTuple):
    """Who pays for a call, and what of him bears on its price."""

    extension: str | None
    place: Place
    who: Occupants
    around: Circumstances
    code: Code | None


class _Known(NamedTuple):
    """A call as far as it is known: joined, who pays, what it costs him (None while it is open) and what it costs us."""

    joined: JoinedCall
    extension: str | None = None
    place: Place = _NOWHERE
    who: Occupants = _NO_NEWS
    cost: Price | None = None
    carried: CarrierCost | None = None
    around: Circumstances = PLAIN
    code: Code | None = None
    shares: tuple[Portion, ...] = ()


class Charging:
    """Rules calls and adds what they want to the rows of the batch."""

    def __init__(self, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook) -> None:
        self.rules, self.book = rules, book
        self._memory, self._sources = memory, sources
        self._spending = Spending(memory, book)
        self.arriving = Arriving(memory, sources)
        self._places: dict[str | None, Place] = {}
        # Where no rule, budget or carrier asks who called over which line, nobody need find it out for every call.
        self._asked = bool(book.asked or book.costs or rules.attribution.assignments or self._spending.wanted)
        self._each = rules.transfer_payer == "each"
        self._restored_at = 0
        memory.also_reload(self._reload)

    def _reload(self, connection: Connection) -> None:
        self._restored_at = restored_at(connection, self._memory.owner)

    def charge(self, connection: Connection, batch: Batch) -> None:
        """Rule every call that the batch touched."""
        touched, batch.touched = list(batch.touched.values()), {}
        placed = [self._placed(one) for one in touched]
        known = [self._priced(one, *where) for one, where in zip(touched, placed, strict=True)]
        rulings = [self._ruled(one, what) for one, what in zip(touched, known, strict=True)]
        if self._spending.wanted:
            for place, (one, what) in enumerate(zip(touched, known, strict=True)):
                known[place], rulings[place] = self._within(connection, batch, one, what, rulings[place])
        rows = [self._row(*each) for each in zip(touched, known, rulings, strict=True)]
        self.arriving.see(batch, touched, rows)
        for one, ruling, row in zip(touched, rulings, rows, strict=True):
            (batch.new_calls if one.first else batch.changed_calls)[row.id] = row
            if (given := self._codes_of(one)) is not None:
                batch.codes.append(codes_row(row.property, row.id, given))
            self._want(connection, batch, one, ruling, row)

    def _placed(self, one: Touched) -> tuple[JoinedCall, _Payer | None]:
        """Join the legs, and find who pays for what is to be settled now; nobody for a call that is not."""
        source = self._sources[one.source]
        joined = source.join(one.live.legs)
        if not joined.complete and not one.overdue and not _emergency(joined, source.plan):
            return joined, None
        rules, memory = self.rules, self._memory
        holders = holders_of(joined) if self._each and len(joined.holders) > 1 else joined.holders
        extension = payer(holders, rules.rooms, rules.transfer_payer) or joined.call.extension
        code = rules.codes.find(*dialled_codes(one.live.legs)) if rules.codes.listed else None
        place, started = self._place(extension), to_micros(joined.call.start)
        if code is not None and code.department:
            place = Department(code.department)
        who = memory.occupancy.at(place.room, started) if isinstance(place, Room) else _NO_NEWS
        around = PLAIN
        if self._asked or memory.stay_tariffs:
            around = surroundings(rules, memory.stay_tariffs, joined, extension, place, who, started)
        return joined, _Payer(extension, place, who, around, code)

    def _priced(self, one: Touched, joined: JoinedCall, by: _Payer | None) -> _Known:
        """Price what is to be settled now."""
        if by is None:
            return _Known(joined)
        plan, around = self._sources[one.source].plan, by.around
        cost = price(joined, plan, self.book, around)
        if isinstance(cost, Priced) and not self.book.starter and (words := coarse(cost.number, cost.prefix)):
            joined = replace(joined, warnings=(*joined.warnings, words))
        carried = carrier_cost(joined, plan, self.book, around) if self.book.costs else None
        shares = self._shares(joined, cost, by.code) if self._each and len(joined.holders) > 1 else ()
        return _Known(joined, by.extension, by.place, by.who, cost, carried, around, by.code, shares)

    def _shares(self, joined: JoinedCall, cost: Price, code: Code | None) -> tuple[Portion, ...]:
        """Who shares a call that several held; one with a code that leads somewhere is the code's, whoever held it."""
        led = code is not None and (code.department or code.house_account)
        return () if led else portions(joined, self.rules.rooms, cost)

    def _ruled(self, one: Touched, known: _Known) -> Ruling:
        if known.cost is None:
            return _OPEN
        if known.code is not None and known.code.house_account:
            ruling = rule_account(known.cost, known.code.house_account, known.code.name, self.rules.policy)
        else:
            ruling = rule(known.cost, known.place, known.who, self.rules.policy)
        if known.shares:
            who = partial(self._memory.occupancy.there, started=to_micros(known.joined.call.start))
            ruling = rule_shared(known.cost, known.shares, who, self.rules.policy, ruling)
        if known.joined.complete:
            return ruling
        words = "settled without its last record, which did not come" if one.overdue else ""
        return ruling._replace(reason="; ".join(said for said in (ruling.reason, words) if said))

    def _within(
        self, connection: Connection, batch: Batch, one: Touched, known: _Known, ruling: Ruling
    ) -> tuple[_Known, Ruling]:
        """Hold a charge against the budgets of its tariff; what is near or passed is written beside the call."""
        if not isinstance(known.cost, Priced):
            return known, ruling
        if not ruling.portions:
            ruling, words = self._judged(connection, batch, one, known, ruling, known.place, known.cost.amount)
        else:
            portions, words = [], []
            for share in ruling.portions:
                mine = ruling_of(share, ruling)
                place = place_of(*share.whose)
                judged, said = self._judged(connection, batch, one, known, mine, place, share.amount or 0)
                portions.append(share._replace(wanted=judged.wanted))
                words += [f"{one} ({named(share)})" for one in said]
            ruling = ruling._replace(portions=tuple(portions))
        if not words:
            return known, ruling
        joined = replace(known.joined, warnings=(*known.joined.warnings, *words))
        return known._replace(joined=joined), ruling

    def _judged(
        self,
        connection: Connection,
        batch: Batch,
        one: Touched,
        known: _Known,
        ruling: Ruling,
        place: Place,
        amount: int,
    ) -> tuple[Ruling, list[str]]:
        """A charge, or one share of it, against the budgets of whoever pays it; and what is to be written beside the call."""
        cost = known.cost
        if not isinstance(cost, Priced):
            return ruling, []
        started = to_micros(known.joined.call.start)
        stood = self._spending.judge(connection, one.live.id, started, ruling, amount, known.around)
        if not stood:
            return ruling, []
        say = Words(_whose(place, ruling), cost.currency, cost.decimals)
        batch.crossed += self._spending.keep(connection, stood, ruling, one.live.id, say, one.now)
        words = [say.beside(each) for each, _ in stood]
        return limited(ruling, stood, words[-1]), words

    def _row(self, one: Touched, known: _Known, ruling: Ruling) -> CallRow:
        until = one.now + OPEN_SECONDS * SECOND if known.cost is None else None
        legs = one.live.legs
        whole = (known.joined, known.cost, known.extension, ruling, until, known.carried, told_beside(legs))
        return call_row(self._memory.owner, one.live.id, one.source, len(legs), *whole, hidden=self._hidden(one, known))

    def _hidden(self, one: Touched, known: _Known) -> str:
        """Why nobody is shown the number outside; empty where it may be seen, as that of an emergency must be."""
        plan = self._sources[one.source].plan
        why = why_hidden(self.rules, plan, one.live.legs)
        return "" if why and _emergency(known.joined, plan) else why

    def _codes_of(self, one: Touched) -> Allocation | None:
        """What is kept of the codes that a call was made with; nearly every call has none."""
        account, authorization = dialled_codes(one.live.legs)
        return self.rules.codes.allocation(account, authorization) if account or authorization else None

    def _want(self, connection: Connection, batch: Batch, one: Touched, ruling: Ruling, call: CallRow) -> None:
        """Add the posting a ruling asks for, less what is on its way already."""
        if call.number_class == "emergency":  # any leg may be the one that dials it; the watch tells one call once
            batch.emergencies.append(call)
        if " " in call.holders and (ruling.portions or not one.first):
            batch.shares[call.id] = share_rows(call.id, ruling)
        if call.status == "open":
            return
        if ruling.portions:
            self._want_shares(connection, batch, one, ruling, call)
            return
        wanted, part = (ruling.wanted, 0) if one.first else self._part(connection, call, ruling)
        if wanted is None:
            if call.status == "not_chargeable" and call.room is not None and call.reason == vacant(call.room):
                # Not charged because the room seems vacant: so it is, or the news of its guest was lost.
                batch.vacant_rooms += 1
                self._memory.vacant.add(VacantCall(call.id, call.room, call.started_at))
            return
        self._add(batch, one, ruling, wanted, part, call)

    def _want_shares(self, connection: Connection, batch: Batch, one: Touched, ruling: Ruling, call: CallRow) -> None:
        """Add the posting that each share asks for, less what of it is on its way already."""
        portions, part = (ruling.portions, 0) if one.first else self._shared_parts(connection, batch, call, ruling)
        for portion in portions:
            if portion.wanted is None:
                continue
            self._add(batch, one, ruling_of(portion, ruling), portion.wanted, part, call, portion.seconds)
            batch.share_parts.append(SharePart(call.id, part, *portion.whose))
            part += 1

    def _add(
        self,
        batch: Batch,
        one: Touched,
        ruling: Ruling,
        wanted: Wanted,
        part: int,
        call: CallRow,
        seconds: int | None = None,
    ) -> None:
        """Add one posting, held where the call is doubtful; `seconds` is how long its own share of the call lasted."""
        if one.doubt:
            words = "equals a record stored before; the match is too short to prove a repeat"
            wanted = Wanted("held", wanted.amount, "possible_repeat", words)
        elif call.started_at < self._restored_at and (wanted.amount or 0) > 0:
            wanted = Wanted("held", wanted.amount, "restored", RESTORED)
        posting_id = self._memory.numbers.take(schema.postings)
        money = (self.rules.currency, self.rules.decimals)
        row = posting_row(posting_id, call, ruling, wanted, part, one.now, self.rules.policy.pms or "", money)
        batch.postings.append(row)
        batch.unknown_rooms += row.hold == "no_room_news"
        if row.state == "due":
            due = due_of(row, call)
            batch.due.append(due if seconds is None else due._replace(talk_seconds=seconds))

    def _part(self, connection: Connection, call: CallRow, ruling: Ruling) -> tuple[Wanted | None, int]:
        """What is still wanted of a call that was ruled before, and the number of that part."""
        earlier = outbox.of_call(connection, self._memory.owner, call.id)
        already = sum(one.amount or 0 for one in earlier if one.state != "written_off")
        if earlier and ruling.wanted is not None and ruling.wanted.amount is None:
            return None, 0  # no rate yet: what stands already is looked at again when there is one
        wanted = difference(ruling.wanted, already, self.rules.currency)
        more = wanted is not None and (wanted.amount or 0) > 0
        if more and changed_by_hand(connection, self._memory.owner, [call.id]):
            wanted = _acted_on(wanted)
        return wanted, len(earlier)

    def _shared_parts(
        self, connection: Connection, batch: Batch, call: CallRow, ruling: Ruling
    ) -> tuple[tuple[Portion, ...], int]:
        """What is still wanted of the shares of a call that was ruled before, and the number of the next part."""
        owner = self._memory.owner
        earlier = outbox.of_call(connection, owner, call.id)
        whose, new = whose_parts(connection, owner, call.id, earlier)
        batch.share_parts += new
        if earlier and call.amount is None:
            return (), 0  # no rate yet, as in `_part`
        wanted = tuple(still_wanted(ruling.portions, charged_by_share(whose, earlier), self.rules.currency))
        if changed_by_hand(connection, owner, [call.id]):
            wanted = tuple(one._replace(wanted=_acted_on(one.wanted)) for one in wanted)
        return wanted, len(earlier)

    def _place(self, extension: str | None) -> Place:
        """Where an extension stands, remembered: the list does not change while we run."""
        place = self._places.get(extension)
        if place is None:
            if len(self._places) >= REMEMBERED_PLACES:
                self._places.clear()
            place = self._places[extension] = self.rules.rooms.place(extension)
        return place


def _acted_on(wanted: Wanted | None) -> Wanted | None:
    """More for a call whose charge a person had changed waits for a person; what makes it cheaper is held anyway."""
    if wanted is None or (wanted.amount or 0) <= 0:
        return wanted
    words = "a later record changes a call whose charge a person had changed"
    return Wanted("held", wanted.amount, "acted_on", words)


def _whose(place: Place, ruling: Ruling) -> str:
    """Whose calls a limit is about, as people know them."""
    if isinstance(place, Room):
        return f"Room {place.room}, reservation {ruling.reservation}" if ruling.reservation else f"Room {place.room}"
    return ruling.department or "Somebody"


def _emergency(joined: JoinedCall, plan: NumberPlan) -> bool:
    """True for a call that must not wait for its last record, because somebody must hear of it now."""
    leg = joined.charged[0] if joined.charged else joined.call
    return leg.direction == "out" and plan.classify(leg.dialled or "").number_class == "emergency"
