"""Voids, adjustments, moves and charges by hand, carried out inside the writer's transaction.

What an act does is worked out by the pure `gateway/acts.py`, from the postings as they stand at that moment. An act that
needs a second person is written down and waits; when that person agrees it is worked out anew, and left alone if the
charge has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.acts import AGREE, ASK, REASONS, Act, Fresh, NotUnderstood, Part, Plan, Situation, plan, read_subject
from gateway.acts import needs_second as second_needed
from gateway.intake.batch import Rules
from gateway.intake.by_hand import Entered, enter
from gateway.intake.shares import share_asked, whose_parts
from gateway.store import acts, limit_deeds, outbox, records, schema, shares
from gateway.store.acts import ActRow
from gateway.store.commands import Command, number_in
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, Due, PostingRow, fresh_posting
from gateway.store.shares import SharePart, ShareRow
from rating.money import format_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRules:
    """The house's rules for acts: above how much two persons must agree, which names are house accounts, and the tax that
    is contained in what is charged by hand, in millionths."""

    second_above: int | None = None
    house_accounts: frozenset[str] = frozenset()
    tax: int = 0


class _Found(NamedTuple):
    """The call an act is about, its postings, and what is known of them.

    Of a call that several pay for, all of it is of one share alone; `next_part` is behind the parts of all shares.
    """

    call: CallRow
    parts: list[PostingRow]
    now: Situation
    next_part: int
    share: ShareRow | None = None


class Acts:
    """Carries acts out."""

    def __init__(self, memory: Memory, rules: Rules, act_rules: ActRules, takes_reversals: Callable[[], bool]) -> None:
        self._memory, self._rules, self._act_rules = memory, rules, act_rules
        self._takes_reversals = takes_reversals
        self._awaiting: dict[int, tuple[int, int]] = {}
        memory.also_reload(self._reload)

    def _reload(self, connection: Connection) -> None:
        found = acts.awaiting(connection, self._memory.owner)
        self._awaiting = {one["id"]: (one["call_id"], one["part"]) for one in found}

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """Do what a person asks, or say in a sentence why not; with the postings that are due by it."""
        if command.deed != ASK:
            return self._decide(connection, command, now)
        if not command.why.strip():
            return "an act needs a reason in words, which is kept with your name", []
        try:
            act = read_subject(command.subject or "")
        except NotUnderstood as error:
            return f"{error}", []
        if act.kind == "charge":
            return self._charge(connection, act, command, now)
        return self._ask(connection, act, command, now)

    # -- void, adjust, move ---------------------------------------------------------------------------------------

    def _ask(self, connection: Connection, act: Act, command: Command, now: int) -> tuple[str, list[Due]]:
        found = self._find(connection, act)
        what = found if isinstance(found, str) else plan(act, found.now)
        if isinstance(found, str) or isinstance(what, str):
            return f"not done: {what}", []
        row = self._row(act, found, what, command, now)
        if second_needed(act, what, self._act_rules.second_above):
            number = acts.write(connection, self._memory.owner, self._memory.numbers, row)
            self._memory.note(connection, now, command.who, f"act {number} asked: {_words(row)}: {command.why}")
            return f"act {number} waits for a second person: {_words(row)}", []
        dues = self._carry_out(connection, found, what, f"{act.kind}, {command.who}", now)
        done = row._replace(state="done", decided_at=now, outcome=_outcome(what, dues))
        number = acts.write(connection, self._memory.owner, self._memory.numbers, done)
        limit_deeds.recount(connection, self._memory, (found.share or found.call).reservation, now)
        self._memory.note(connection, now, command.who, f"act {number} done: {_words(row)}: {command.why}")
        return f"act {number} done: {_words(row)}; {done.outcome}", dues

    def _decide(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """A second person agrees, or does not."""
        subject, owner = command.subject or "", self._memory.owner
        number = number_in(subject)
        row = acts.one(connection, owner, number)
        if row is None:
            return f"there is no act {subject}", []
        if row.state != "waiting":
            return f"act {number} is {row.state} already", []
        if command.deed != AGREE:
            return self._close(connection, row, "declined", "nothing was changed", command, now), []
        if _same_person(command.who, row.asked_by):
            return f"act {number} was asked by {row.asked_by}: another person must agree", []
        act = read_subject(row.subject)
        found = self._find(connection, act)
        what = found if isinstance(found, str) else plan(act, found.now)
        if isinstance(found, str) or isinstance(what, str):
            return self._close(connection, row, "stale", f"left alone: {what}", command, now), []
        if what.before != row.before:
            return self._close(connection, row, "stale", "left alone: the charge has changed since", command, now), []
        dues = self._carry_out(connection, found, what, f"{act.kind}, {row.asked_by} and {command.who}", now)
        words = self._close(connection, row, "done", _outcome(what, dues), command, now)
        limit_deeds.recount(connection, self._memory, (found.share or found.call).reservation, now)
        return words, dues

    def _close(self, connection: Connection, row: ActRow, state: str, outcome: str, command: Command, now: int) -> str:
        said = {"now": now, "who": command.who, "why": command.why, "outcome": outcome}
        acts.decide(connection, self._memory.owner, row.id, state, **said)  # type: ignore[arg-type]
        words = f"act {row.id} {state}: {_words(row)}; {outcome}"
        self._memory.note(connection, now, command.who, f"{words}: {command.why}" if command.why else words)
        return words

    def _find(self, connection: Connection, act: Act) -> _Found | str:
        """What the act is about, or in a sentence why that cannot be told."""
        owner, occupancy = self._memory.owner, self._memory.occupancy
        call = records.call(connection, owner, act.call_id or 0)
        if call is None:
            return "there is no such call"
        parts = outbox.of_call(connection, owner, call.id)
        next_part, share = len(parts), None
        if held := shares.of_call(connection, owner, call.id):
            whose, _ = whose_parts(connection, owner, call.id, parts)
            asked = share_asked(held, {whose[one.part] for one in parts if one.state != "written_off"}, act.share)
            if isinstance(asked, str):
                return asked
            share, parts = asked, [one for one in parts if whose[one.part] == asked.whose]
        room = (share or call).room
        tells = self._rules.policy.tells_rooms
        stays = [stay for stay in occupancy.open_stays() if stay.room == act.room]
        house = act.room in self._act_rules.house_accounts
        now = Situation(
            parts=[_part(one) for one in parts],
            room=room,
            currency=call.currency or self._rules.currency,
            decimals=self._rules.decimals if call.decimals is None else call.decimals,
            in_house=occupancy.bill(room or "", call.started_at, tells_rooms=tells) is not None,
            takes_reversals=self._takes_reversals(),
            target_here=bool(stays) or house or not tells,
            target_no_post=bool(stays) and stays[0].no_post,
        )
        return _Found(call, parts, now, next_part, share)

    def _row(self, act: Act, found: _Found, what: Plan, command: Command, now: int) -> ActRow:
        paying = next((one.room for one in reversed(found.parts) if one.by_hand), found.now.room)
        row = _written(act, command, now, found.call, self._rules)
        target = act.room if act.kind == "move" else None
        return row._replace(room=paying, target=target, before=what.before, after=what.after)

    def _carry_out(self, connection: Connection, found: _Found, what: Plan, by: str, now: int) -> list[Due]:
        """Let go what was never sent, and add the new postings."""
        memory, hot = self._memory, self._memory.statements
        let_go = [one for one in found.parts if one.id in what.let_go]
        for row in let_go:
            outbox.step(connection, hot, row, "written_off", now=now, reason=by)
            memory.note(connection, now, by, f"{row.state} -> written_off (never on a folio)", row.id)
        made = [self._fresh(found, one, place, by, now) for place, one in enumerate(what.made)]
        memory.add_postings(connection, made, now)
        if found.share is not None:
            mine = [SharePart(row.call_id, row.part, *found.share.whose) for row in made]
            shares.add_parts(connection, memory.owner, mine)
        for row in made:
            words = f"{row.kind} of {_money(row.amount or 0, row)}: {row.reason}"
            memory.note(connection, now, by, words, row.id)
            if row.hold == "awaits_reversal":
                self._awaiting[row.id] = (row.call_id, row.part)
        return [due for row in made if (due := outbox.one_due(connection, memory.owner, row.id)) is not None]

    def _fresh(self, found: _Found, fresh: Fresh, place: int, by: str, now: int) -> PostingRow:
        words = f"{fresh.words} ({by})"
        row = fresh_posting(
            found.call,
            self._memory.numbers.take(schema.postings),
            self._rules.policy.pms or "",
            now,
            amount=fresh.amount,
            money=(found.now.currency, found.now.decimals),
            reservation=None if fresh.room is not None else (found.share or found.call).reservation,
            part=found.next_part + place,
            hold=None if fresh.hold is None else (fresh.hold, words),
            reason=words,
            kind=fresh.kind,
        )._replace(room=found.now.room)
        if fresh.room is not None:
            return row._replace(room=fresh.room, by_hand=1)
        paying = next((one for one in reversed(found.parts) if one.by_hand), None)
        return row if paying is None else row._replace(room=paying.room, by_hand=1)

    # -- a charge by hand -----------------------------------------------------------------------------------------

    def _charge(self, connection: Connection, act: Act, command: Command, now: int) -> tuple[str, list[Due]]:
        """What the exchange did not tell: a fax, a call that the operator dialled."""
        problem = self._no_charge(act)
        if problem:
            return f"not done: {problem}", []
        rules, room = self._rules, act.room or ""
        entered = Entered(
            room=room,
            amount=act.amount or 0,
            currency=rules.currency,
            decimals=rules.decimals,
            tax=self._act_rules.tax,
            words=command.why,
            who=command.who,
            house_account=room in self._act_rules.house_accounts,
            pms=rules.policy.pms or "",
        )
        call, posting = enter(connection, self._memory, entered, now, tells_rooms=rules.policy.tells_rooms)
        row = _written(act, command, now, call, rules)._replace(
            state="done", room=room, after=entered.amount, decided_at=now, outcome=f"posting {posting.id} is on its way"
        )
        number = acts.write(connection, self._memory.owner, self._memory.numbers, row)
        self._memory.note(connection, now, command.who, f"act {number} done: {_words(row)}: {command.why}", posting.id)
        due = outbox.one_due(connection, self._memory.owner, posting.id)
        return f"act {number} done: {_words(row)}; {row.outcome}", [due] if due is not None else []

    def _no_charge(self, act: Act) -> str:
        """Why nothing can be charged by hand; empty if it can."""
        if self._rules.policy.pms is None:
            return "no PMS is configured, so nothing can be charged"
        if not act.room:
            return "name the room or house account that shall pay"
        if act.amount is None or act.amount <= 0:
            return "name the amount, tax included"
        if act.room in self._act_rules.house_accounts or not self._rules.policy.tells_rooms:
            return ""
        stays = [stay for stay in self._memory.occupancy.open_stays() if stay.room == act.room]
        if not stays:
            return f"nobody is known to be in room {act.room}"
        if stays[0].no_post:
            return f"the PMS marks the guest of room {act.room} as no-post"
        return ""

    # -- what waits for a reversal --------------------------------------------------------------------------------

    def free(self, connection: Connection, now: int) -> list[Due]:
        """Let go out what has waited until its predecessor was off the folio."""
        freed = []
        for posting_id, (call_id, part) in list(self._awaiting.items()):
            parts = outbox.of_call(connection, self._memory.owner, call_id)
            row = next((one for one in parts if one.id == posting_id), None)
            if row is None or row.state != "held":
                del self._awaiting[posting_id]
                continue
            whose = shares.parts_of(connection, self._memory.owner, call_id).get
            mine = [one for one in parts if whose(one.part) == whose(part)]
            back = [one for one in mine if one.kind == "reversal" and one.part < part]
            if not all(one.state == "posted" for one in back):
                continue
            outbox.step(connection, self._memory.statements, row, "answered_hold", now=now, reason="taken back first")
            del self._awaiting[posting_id]
            due = outbox.one_due(connection, self._memory.owner, posting_id)
            freed += [due] if due is not None else []
        return freed


def _written(act: Act, command: Command, now: int, call: CallRow, rules: Rules) -> ActRow:
    """The row of an act that was asked just now: it waits, and changes nothing yet."""
    return ActRow(
        id=0,
        kind=act.kind,
        state="waiting",
        call_id=call.id,
        subject=act.subject(),
        reason=act.reason,
        why=command.why,
        room=None,
        target=None,
        before=0,
        after=0,
        currency=call.currency or rules.currency,
        decimals=rules.decimals if call.decimals is None else call.decimals,
        asked_by=command.who,
        asked_at=now,
    )


def _part(row: PostingRow) -> Part:
    return Part(
        id=row.id,
        state=row.state,
        hold=row.hold,
        kind=row.kind,
        amount=row.amount,
        room=row.room,
        by_hand=bool(row.by_hand),
    )


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _money(minor: int, row: PostingRow | ActRow) -> str:
    return f"{format_amount(minor, row.decimals)} {row.currency}"


def _words(row: ActRow) -> str:
    """An act in a few words, for the answer and the trail."""
    reason = REASONS.get(row.reason, row.reason)
    match row.kind:
        case "void":
            return f"{_money(row.before, row)} of room {row.room} void ({reason})"
        case "adjust":
            return f"{_money(row.before, row)} of room {row.room} made {_money(row.after, row)} ({reason})"
        case "move":
            return f"{_money(row.before, row)} moved from room {row.room} to {row.target} ({reason})"
        case _:
            return f"{_money(row.after, row)} charged to {row.room} by hand"


def _outcome(what: Plan, dues: list[Due]) -> str:
    """What came of it, in a sentence."""
    by_hand = [one.words for one in what.made if one.hold == "by_hand"]
    said = [f"{len(what.let_go)} never sent"] if what.let_go else []
    said += [f"{len(dues)} on the way to the PMS"] if dues else []
    waits = sum(one.hold == "awaits_reversal" for one in what.made)
    said += [f"{waits} waits until the old charge is off its folio"] if waits else []
    return "; ".join([*said, *by_hand]) or "done"
