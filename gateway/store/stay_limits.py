"""What a guest may spend on the telephone, where a person said so; and when he came near a limit, or passed it.

A limit of one's own takes the place of the tariff's limits for a stay; those for a call, a day or a month hold beside it. No
call is barred by any of them. Entries are only added: the last one holds, and each is in the audit trail with who and why.

A limit counts calls at their price; one whose charge a person made void, changed or moved counts at what the guest is charged
for it now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, select

from gateway.store import schema, shares
from gateway.store.acts import changed_by_hand
from gateway.store.pages import first_since
from rating.limits import Budget

_l, _m, _c, _r, _s = schema.stay_limits.c, schema.limit_marks.c, schema.calls.c, schema.records.c, schema.stays.c
_p = schema.postings.c

Kind: TypeAlias = Literal["own", "none", "tariff"]
Verdict: TypeAlias = Literal["within", "near", "over"]
#: What a limit of one's own is called among budgets.
OWN: Final = "limit of this stay"
#: Calls that are asked about at a time.
_AT_ONCE: Final = 500
#: From the least to the most pressing.
ORDER: Final[Sequence[Verdict]] = ("within", "near", "over")


class Limit(NamedTuple):
    """The last word about a guest's limit."""

    id: int
    at: int
    reservation: str
    room: str
    kind: Kind
    amount: int | None
    action: str
    who: str
    why: str

    @property
    def budget(self) -> Budget | None:
        """The limit as a budget; None where there is none."""
        if self.kind != "own" or self.amount is None:
            return None
        return Budget(name=OWN, amount=self.amount, per="stay", action="hold" if self.action == "hold" else "warn")


class Spent(NamedTuple):
    """One charged call of somebody: when it began and what it cost."""

    started: int
    amount: int


_LIMIT: Final = select(*[_l[name] for name in Limit._fields])


class StayLimits:
    """The limits that were said, and how guests stand against the limits of their stays: the writer's memory of both."""

    def __init__(self) -> None:
        self.said: dict[str, Limit] = {}
        self.marks: dict[tuple[str, str], Verdict] = {}
        #: Guests whose spending grew by something else than a call.
        self.recount: set[str] = set()
        #: From which share on, in millionths, a limit of the tariff is near, by its name and amount.
        self.warn_at: Mapping[tuple[str, int], int] = {}

    def instead(self, budgets: list[Budget], reservation: str | None) -> list[Budget]:
        """The budgets that hold for a guest: his own limit, if there is one, in the place of the tariff's for a stay."""
        said = self.said.get(reservation or "")
        if said is None or said.kind == "tariff":
            return budgets
        own = said.budget
        return [one for one in budgets if one.per != "stay"] + ([own] if own is not None else [])


def load(connection: Connection, owner: str) -> StayLimits:
    """Everything that was ever said. Few guests have a limit of their own or come near one, so this is short."""
    found = StayLimits()
    for row in connection.execute(_LIMIT.where(_l.property == owner).order_by(_l.id)):
        found.said[row.reservation] = Limit(*row)
    wanted = select(_m.reservation, _m.name, _m.verdict).where(_m.property == owner).order_by(_m.id)
    found.marks = {(row.reservation, row.name): row.verdict for row in connection.execute(wanted)}
    return found


def charged(connection: Connection, owner: str, column: str, name: str, since: int) -> dict[int, Spent]:
    """The charged calls of a reservation or a department, of records that came since an instant, by number."""
    first = first_since(connection, owner, schema.records, _r.received_at, since)
    wanted = select(_c.id, _c.started_at, _c.amount).where(
        _c.property == owner, _c.id >= first, _c[column] == name, _c.amount.is_not(None)
    )
    found = {number: Spent(began, amount) for number, began, amount in connection.execute(wanted)}
    if shares.any_shared(connection, owner):
        alone = found.keys() - shares.of_calls(connection, owner, list(found)).keys()
        own = shares.paid_by(connection, owner, column, name, first)
        found = {number: found[number] for number in alone} | {one.call_id: Spent(one.began, one.amount) for one in own}
    if column == "reservation":
        for number, amount in _changed(connection, owner, name, found).items():
            found[number] = found[number]._replace(amount=amount)
    return found


def _changed(connection: Connection, owner: str, reservation: str, found: Mapping[int, Spent]) -> dict[int, int]:
    """The calls among these whose charge was changed, each with what this guest is charged for it as it stands."""
    charges = select(_p.call_id, _p.kind, _p.state, _p.amount).where(
        _p.property == owner, _p.reservation == reservation
    )
    stands: dict[int, int] = {}
    again: set[int] = set()
    for call_id, kind, state, amount in connection.execute(charges):
        stands[call_id] = stands.get(call_id, 0) + (amount or 0 if state != "written_off" else 0)
        if kind != "charge":
            again.add(call_id)
    other = {number: amount for number, amount in stands.items() if number in found and amount != found[number].amount}
    unsent = sorted(other.keys() - again)  # nothing was taken back, because nothing had gone out
    by_hand = {
        one
        for first in range(0, len(unsent), _AT_ONCE)
        for one in changed_by_hand(connection, owner, unsent[first : first + _AT_ONCE])
    }
    return {number: amount for number, amount in other.items() if number in again or number in by_hand}


def spent(connection: Connection, owner: str, reservation: str) -> int:
    """What a guest's calls came to, in minor units, as his limit counts them."""
    return sum(one.amount for one in charged(connection, owner, "reservation", reservation, 0).values())


def of_guests(connection: Connection, owner: str, reservations: Sequence[str]) -> dict[str, Limit]:
    """The last word about each of these guests, as far as there is one."""
    if not reservations:
        return {}
    wanted = _LIMIT.where(_l.property == owner, _l.reservation.in_(reservations)).order_by(_l.id)
    return {row.reservation: Limit(*row) for row in connection.execute(wanted)}


def in_the_house(connection: Connection, owner: str) -> dict[str, Verdict]:
    """How each guest in the house stands who is near a limit of his stay or beyond it."""
    here = select(_s.reservation).where(_s.property == owner, _s.until.is_(None))
    wanted = select(_m.reservation, _m.name, _m.verdict).where(_m.property == owner, _m.reservation.in_(here))
    newest = {(row.reservation, row.name): row.verdict for row in connection.execute(wanted.order_by(_m.id))}
    found: dict[str, Verdict] = {}
    for (guest, _), verdict in newest.items():
        if verdict != "within":
            found[guest] = max(verdict, found.get(guest, verdict), key=ORDER.index)
    return found
