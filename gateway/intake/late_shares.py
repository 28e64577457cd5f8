"""A late rate for a call that several held: approved, each holder is charged his share of it, and none of them the whole.

One posting has waited for the rate. It becomes the share of whom it was for; every other guest's share is a new posting. What
the shares come to was written down when the price was proposed, so what is approved is what was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.intake.batch import Rules
from gateway.intake.shares import charged_by_share, portions_of, whose_parts
from gateway.settle import Portion, Priced, Ruling
from gateway.sharing import rule_shared, still_wanted
from gateway.store import lists, outbox, schema, shares
from gateway.store.lists import Item
from gateway.store.memory import Memory
from gateway.store.restore import RESTORED, restored_at
from gateway.store.rows import CallRow, PostingRow, clean, fresh_posting
from gateway.store.shares import SharePart, ShareRow
from rating.money import format_amount
from rating.numbering import DialledNumber


class Done(NamedTuple):
    """What became of one item of a list: the sentence, and the posting that it made or released."""

    words: str
    posting_id: int | None = None
    due: tuple[int, ...] = ()


class LateShares:
    """Lets the shares of one approved list's calls go, inside the writer's transaction."""

    def __init__(self, connection: Connection, memory: Memory, rules: Rules, who: str, by: str, now: int) -> None:
        self._connection, self._memory, self._rules, self._now = connection, memory, rules, now
        self._who, self._by = who, by
        self._restored, self._is_restored = restored_at(connection, memory.owner), False

    def release(
        self, call: CallRow, row: PostingRow, parts: Sequence[PostingRow], item: Item, held: Sequence[ShareRow]
    ) -> Done:
        """Give the call its price; `row` is the posting that waited for it, `held` the shares with what was proposed."""
        if sum(one.amount or 0 for one in held) != item.amount:
            return Done("left alone: its shares have changed since the list was made")
        connection, memory = self._connection, self._memory
        self._is_restored = call.started_at < self._restored
        ruling = self._ruled(call, item, held)
        lists.price_call(connection, memory.statements, memory.owner, item, ruling.status, ruling.reason, self._now)
        whose, new = whose_parts(connection, memory.owner, call.id, parts)
        shares.add_parts(connection, memory.owner, new)
        wanted = still_wanted(ruling.portions, charged_by_share(whose, parts), item.currency)
        mine = next((one for one in wanted if one.whose == whose[row.part] and _more(one)), None)
        if mine is None:
            self._let_go(row)
        due = [] if mine is None else [self._waited(row, mine, item)]
        others = [one for one in wanted if one is not mine]
        due += [self._another(call, item, one, len(parts) + place, row) for place, one in enumerate(others)]
        freed = tuple(number for number in due if number is not None)
        return Done(f"shared by its holders: {len(freed)} postings go to the PMS", row.id, freed)

    def _ruled(self, call: CallRow, item: Item, held: Sequence[ShareRow]) -> Ruling:
        """What becomes of the shares, by what is known of their rooms now."""
        number = DialledNumber(call.dialled or "", "unknown", "", None, "")
        money = (item.amount, item.net, item.tax, item.currency, item.decimals)
        found = (item.tariff, item.tariff_version, item.prefix, item.place, item.billed_seconds)
        cost = Priced(number, *money, *found, ())
        who = partial(self._memory.occupancy.there, started=call.started_at)
        nobody = Ruling(status="allocated", reason="priced at zero: nothing to post")
        return rule_shared(cost, portions_of(held), who, self._rules.policy, nobody)

    def _waited(self, row: PostingRow, share: Portion, item: Item) -> int | None:
        """The posting that waited becomes a share; its number if it is due by that."""
        memory, hold, reason = self._memory, *self._hold(row, share)
        whose = {"room": share.room, "reservation": share.reservation}
        amount = share.wanted.amount if share.wanted is not None else None
        charge = {"amount": amount, "hold": hold or row.hold, "reason": clean(reason), **whose}
        outbox.set_charge(self._connection, memory.statements, memory.owner, row.id, charge, self._now)
        self._note(f"priced at {_money(item, amount or 0)} by {self._by}", row.id)
        if hold:
            return None
        outbox.step(self._connection, memory.statements, row, "answered_hold", now=self._now, reason=reason)
        return row.id

    def _let_go(self, row: PostingRow) -> None:
        """Whom the posting waited for has nothing to pay after all."""
        words = f"nothing to post: its holder's share comes to nothing ({self._by})"
        outbox.step(self._connection, self._memory.statements, row, "written_off", now=self._now, reason=words)
        self._note(words, row.id)

    def _another(self, call: CallRow, item: Item, share: Portion, part: int, row: PostingRow) -> int | None:
        """A posting for another holder; its number if it is due."""
        memory, hold, reason = self._memory, *self._hold(row, share)
        amount = (share.wanted.amount if share.wanted is not None else None) or 0
        made = fresh_posting(
            call,
            memory.numbers.take(schema.postings),
            row.pms,
            self._now,
            amount=amount,
            money=(item.currency, item.decimals),
            reservation=share.reservation,
            part=part,
            hold=(hold, reason) if hold else None,
            reason=reason,
            kind="charge" if amount >= 0 else "reversal",
        )._replace(room=share.room)
        memory.add_postings(self._connection, [made], self._now)
        shares.add_parts(self._connection, memory.owner, [SharePart(call.id, part, *share.whose)])
        self._note(f"priced at {_money(item, amount)} by {self._by}", made.id)
        return None if hold else made.id

    def _hold(self, row: PostingRow, share: Portion) -> tuple[str, str]:
        """Why a share must wait, empty if it need not; and the words beside it."""
        wanted = share.wanted
        hold, reason = ("", "") if wanted is None else (wanted.hold or "", wanted.reason)
        return ("restored", RESTORED) if not hold and self._is_restored else (hold, reason)

    def _note(self, words: str, posting_id: int) -> None:
        self._memory.note(self._connection, self._now, self._who, words, posting_id)


def _money(item: Item, minor: int) -> str:
    return f"{format_amount(minor, item.decimals)} {item.currency}"


def _more(share: Portion) -> bool:
    return share.wanted is not None and (share.wanted.amount or 0) > 0
