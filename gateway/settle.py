"""From a joined call to a ruling: what it costs, who pays, and whether a posting is wanted. Pure.

Three questions, asked in this order, because each answer can end the matter: does the call cost anything at all
(emergency first, before anything else)? What does it cost? Whose is it? The ruling that comes out is a value with its
reason in a sentence; what cannot be ruled (no rate, no news of the room, an extension nobody listed) is a posting that
is *held* with that reason, never a silence and never a zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.directory import Department, NoNews, Occupants, Place, Present, Room
from gateway.ledger import Hold, State
from protocols.records import JoinedCall
from rating.book import TariffBook
from rating.circumstances import PLAIN, Circumstances
from rating.numbering import DialledNumber, NumberPlan
from rating.outcomes import NotChargeable, RatedCall, Unrated
from rating.rate import cost_of, rate

CallStatus: TypeAlias = Literal["open", "charge", "allocated", "not_chargeable"]


class Priced(NamedTuple):
    """The price of a whole call: the sum over its charged legs, each with its own trace."""

    number: DialledNumber
    amount: int
    net: int
    tax: int
    currency: str
    decimals: int
    tariff: str
    version: str
    prefix: str
    place: str
    billed_seconds: int
    traces: tuple[tuple[int | str, ...], ...]
    post_zero: bool = False
    #: What each charged leg comes to, in their order; empty where there is but one.
    stretches: tuple[int, ...] = ()


class CarrierCost(NamedTuple):
    """What the carrier will ask the house for a whole call, tax included; it is never shown to a guest or posted."""

    carrier: str
    amount: int
    currency: str
    decimals: int
    tariff: str
    version: str
    traces: tuple[tuple[int | str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """No rate was found: the charge waits for a tariff that has one."""

    number: DialledNumber | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """Nothing is to be charged, and why; `code` is rating's own (emergency, internal, incoming, unanswered …)."""

    number: DialledNumber | None
    code: str
    reason: str


Price: TypeAlias = Priced | Unpriced | Free


def price(joined: JoinedCall, plan: NumberPlan, book: TariffBook, around: Circumstances = PLAIN) -> Price:
    """Price every charged leg of a call and add them up; one leg without a rate leaves the whole call unpriced."""
    legs = joined.charged or (joined.call,)
    if len(legs) == 1:  # nearly every call: the general way below comes to the same
        number = plan.classify(legs[0].dialled or "")
        result = rate(legs[0], number, book, around)
        if isinstance(result, RatedCall):
            return Priced(number, *result[:10], (result.trace,), result.post_zero)
        if isinstance(result, Unrated):
            return Unpriced(number=number, reason=result.reason)
        return _free(number, result)
    rated = [(number := plan.classify(leg.dialled or ""), rate(leg, number, book, around)) for leg in legs]
    for number, result in rated:
        if isinstance(result, NotChargeable) and result.code == "emergency":
            return _free(number, result)
    for number, result in rated:
        if isinstance(result, Unrated):
            return Unpriced(number=number, reason=result.reason)
    charges = [(number, result) for number, result in rated if isinstance(result, RatedCall)]
    if charges:
        stretches = tuple(result.amount if isinstance(result, RatedCall) else 0 for _, result in rated)
        return _sum(charges)._replace(stretches=stretches)
    return next(_free(number, result) for number, result in rated if isinstance(result, NotChargeable))


def carrier_cost(
    joined: JoinedCall, plan: NumberPlan, book: TariffBook, around: Circumstances = PLAIN
) -> CarrierCost | None:
    """What the carrier asks for every leg, added up; None where no tariff of costs knows all of them."""
    if not book.costs:
        return None
    whole: CarrierCost | None = None
    for leg in joined.charged or (joined.call,):
        own = (leg.trunk or "", leg.trunk_group or "")
        line = (
            around if own == (around.trunk, around.trunk_group) else around._replace(trunk=own[0], trunk_group=own[1])
        )
        result = cost_of(leg, plan.classify(leg.dialled or ""), book, line)
        if not isinstance(result, RatedCall):
            return None
        if whole is None:
            carrier = book.cost_line(line)
            money = (result.amount, result.currency, result.decimals)
            named = carrier.carrier if carrier is not None else result.tariff
            whole = CarrierCost(named, *money, result.tariff, result.version, (result.trace,))
        else:
            whole = whole._replace(amount=whole.amount + result.amount, traces=(*whole.traces, result.trace))
    return whole


def _free(number: DialledNumber, result: NotChargeable) -> Free:
    return Free(number=number, code=result.code, reason=result.reason)


def _sum(charges: list[tuple[DialledNumber, RatedCall]]) -> Priced:
    number, first = charges[0]
    whole = Priced(
        number,
        first.amount,
        first.net,
        first.tax,
        first.currency,
        first.decimals,
        first.tariff,
        first.version,
        first.prefix,
        first.place,
        first.billed_seconds,
        (first.trace,),
        first.post_zero,
    )
    for _, more in charges[1:]:
        whole = whole._replace(
            amount=whole.amount + more.amount,
            net=whole.net + more.net,
            tax=whole.tax + more.tax,
            billed_seconds=whole.billed_seconds + more.billed_seconds,
            traces=(*whole.traces, more.trace),
        )
    return whole


#: The hold of a charge whose price nobody approved, with its reason.
UNAPPROVED: Final[tuple[Hold, str]] = (
    "unapproved_tariff",
    "the tariff's prices are not approved: foliogate tariff approve",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What of the house bears on a ruling: whether there is a PMS, whether prices may go to it, and what it tells.

    Where the PMS does not tell who is in which room (`tells_rooms`), a call from a listed room is charged to whoever it
    has there, unless news from elsewhere names the guest. `money` is the house's currency and its decimals.
    """

    pms: str | None
    may_post: bool
    tells_rooms: bool = True
    money: tuple[str, int] = ("", 0)


class Wanted(NamedTuple):
    """The posting a call asks for; `amount` is None while no rate is known."""

    state: State
    amount: int | None
    hold: Hold | None = None
    reason: str = ""


PortionKind: TypeAlias = Literal["room", "department", "unlisted"]


class Portion(NamedTuple):
    """One holder's share of a call that several pay for (gateway/sharing.py), and the posting that it asks for, if any."""

    kind: PortionKind
    name: str
    reservation: str | None
    seconds: int
    amount: int | None
    wanted: Wanted | None

    @property
    def whose(self) -> tuple[PortionKind, str]:
        """Whose share it is."""
        return (self.kind, self.name)

    @property
    def room(self) -> str | None:
        """The guest room, if it is one."""
        return self.name if self.kind == "room" else None


class Ruling(NamedTuple):
    """What was decided of a call, with the reason in a sentence; of a call that several pay for, the share of each."""

    status: CallStatus
    reason: str
    room: str | None = None
    department: str | None = None
    reservation: str | None = None
    wanted: Wanted | None = None
    by_hand: bool = False
    portions: tuple[Portion, ...] = ()


#: What `vacant` says before and after the room's name: the store finds these calls by it.
VACANT: Final = ("room ", " was vacant when the call began")


def vacant(room: str) -> str:
    """Why a call is not charged that was made while nobody was known to be in its room."""
    return room.join(VACANT)


def rule(cost: Price, place: Place, who: Occupants, policy: Policy) -> Ruling:
    """Decide what becomes of a call whose price and place are known."""
    room = place.room if isinstance(place, Room) else None
    department = place.name if isinstance(place, Department) else None
    guest = who.stays[0].reservation if isinstance(who, Present) else None
    if isinstance(cost, Free):
        return Ruling(status="not_chargeable", reason=cost.reason, room=room, department=department, reservation=guest)
    if department is not None:
        words = f"call of the house: {department}"
        return Ruling(status="allocated", reason=words, department=department)
    if policy.pms is None:
        return Ruling(status="allocated", reason="no PMS is configured", room=room)
    if isinstance(cost, Priced) and cost.amount == 0 and not cost.post_zero:
        return Ruling(status="allocated", reason="priced at zero: nothing to post", room=room, reservation=guest)
    if policy.tells_rooms and isinstance(place, Room) and not isinstance(who, Present | NoNews):
        return Ruling(status="not_chargeable", reason=vacant(place.room), room=room)
    wanted = _wanted(cost, place, who, policy)
    return Ruling(status="charge", reason=wanted.reason, room=room, reservation=guest, wanted=wanted)


def rule_account(cost: Price, account: str, code: str, policy: Policy) -> Ruling:
    """Decide what becomes of a call whose code gives it to a house account: it is charged there, whoever called from where.

    `code` is what the house calls the code; empty where the call is ruled again and nobody remembers.
    """
    if isinstance(cost, Free):
        return Ruling(status="not_chargeable", reason=cost.reason, room=account)
    words = f"account code {code}: house account {account}" if code else f"house account {account}"
    if policy.pms is None:
        return Ruling(status="allocated", reason=f"{words}; no PMS is configured", room=account)
    if isinstance(cost, Unpriced):
        wanted = Wanted(state="held", amount=None, hold="unrated", reason=cost.reason)
    elif cost.amount == 0 and not cost.post_zero:
        return Ruling(status="allocated", reason=f"{words}; priced at zero: nothing to post", room=account)
    elif not policy.may_post:
        wanted = Wanted("held", cost.amount, *UNAPPROVED)
    else:
        wanted = Wanted(state="due", amount=cost.amount, reason=words)
    return Ruling(status="charge", reason=wanted.reason, room=account, wanted=wanted, by_hand=True)


def _wanted(cost: Priced | Unpriced, place: Place, who: Occupants, policy: Policy) -> Wanted:
    amount = cost.amount if isinstance(cost, Priced) else None
    held = _hold(cost, place, who, policy)
    if held is None:
        return Wanted(state="due", amount=amount)
    return Wanted(state="held", amount=amount, hold=held[0], reason=held[1])


def _hold(cost: Priced | Unpriced, place: Place, who: Occupants, policy: Policy) -> tuple[Hold, str] | None:
    """The first reason, if any, that a posting must wait for."""
    if isinstance(cost, Unpriced):
        return "unrated", cost.reason
    if not isinstance(place, Room):
        extension = getattr(place, "extension", "")
        named = f"extension {extension}" if extension else "a call without an extension"
        return "unknown_extension", f"{named} is in no list of rooms or departments"
    if policy.tells_rooms and isinstance(who, NoNews):
        return "no_room_news", f"the PMS has not told who is in room {place.room}"
    if isinstance(who, Present) and who.stays[0].no_post:
        return "no_post", f"the PMS marks the guest of room {place.room} as no-post"
    if not policy.may_post:
        return UNAPPROVED
    return None


def difference(wanted: Wanted | None, already: int, currency: str) -> Wanted | None:
    """What a later leg still asks for, when `already` minor units of the call are on their way or posted."""
    if wanted is not None and wanted.amount is None:
        return wanted
    total = (wanted.amount or 0) if wanted is not None else 0
    if total == already:
        return None
    if wanted is not None and total > already:
        reason = wanted.reason or ("difference: a later leg of the call" if already else "")
        return Wanted(state=wanted.state, amount=total - already, hold=wanted.hold, reason=reason)
    words = f"a later leg makes the call cheaper than what was posted, by {already - total} minor units of {currency}"
    return Wanted(state="held", amount=total - already, hold="amount_fell", reason=words)
