"""A call that several held, where each pays for his time: whose shares there are, what each comes to, and what it asks for. Pure.

The call stays one call with one price, as if its first guest had made it: its connection fee, its steps and its rounding count
once. The price of each stretch of trunk is then cut by the seconds that each telephone talked on it, in whole minor units by
the largest remainder (of equal ones the earlier holder's), so that the shares come to the price whatever it is. Telephones of
one room are one share. A department's share is the house's and asks for nothing; a share of a room that seems vacant waits
for news of it, because the other shares prove nothing about that room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from gateway.directory import Department, Occupants, Place, Present, Room, RoomList, Unlisted
from gateway.settle import Free, Policy, Portion, PortionKind, Price, Priced, Ruling, Wanted, difference, rule, vacant
from gateway.shown import minutes
from protocols.records import JoinedCall
from rating.money import format_amount

#: Whose share it is: the kind of holder, and its name.
Whose = tuple[PortionKind, str]

_DEPARTMENT: Final = "department"


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Cut an amount in proportion to weights, exactly: whole numbers whose sum is the amount. Without any weight the first has all."""
    whole = sum(weights)
    if not whole:
        return (amount, *(0 for _ in weights[1:]))
    shares = [amount * weight // whole for weight in weights]
    rests = [amount * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-rests[at], at))
    for at in order[: amount - sum(shares)]:
        shares[at] += 1
    return tuple(shares)


def holders_of(joined: JoinedCall) -> tuple[str, ...]:
    """The telephones that pay where each pays: those that talked on a trunk; where the records cannot tell, all that held it."""
    talked = [share.extension for stretch in joined.shares for share in stretch if share.extension]
    return tuple(dict.fromkeys(talked)) or joined.holders


def portions(joined: JoinedCall, rooms: RoomList, cost: Price) -> tuple[Portion, ...]:
    """The shares of a call, first holder first; empty where the records tell of one holder alone, or of the house alone."""
    if not joined.shares:
        return ()
    seconds: dict[Whose, int] = {}
    money: dict[Whose, int] = {}
    for shares, amount in zip(joined.shares, _stretches(joined, cost), strict=True):
        parts = split(amount or 0, [share.seconds for share in shares])
        for share, part in zip(shares, parts, strict=True):
            whose = _whose(rooms.place(share.extension or None))
            seconds[whose] = seconds.get(whose, 0) + share.seconds
            money[whose] = money.get(whose, 0) + part
    if len(seconds) < 2 or all(kind == _DEPARTMENT for kind, _ in seconds):
        return ()
    priced = isinstance(cost, Priced)
    return tuple(
        Portion(*whose, None, talked, money[whose] if priced else None, None) for whose, talked in seconds.items()
    )


def _stretches(joined: JoinedCall, cost: Price) -> Iterable[int | None]:
    """The price of each stretch."""
    if not isinstance(cost, Priced):
        return [None] * len(joined.shares)
    return cost.stretches or [cost.amount]


def _whose(place: Place) -> Whose:
    match place:
        case Room(room):
            return "room", room
        case Department(name):
            return "department", name
        case Unlisted(extension):
            return "unlisted", extension


def place_of(kind: str, name: str) -> Place:
    """Where a share's holder stands."""
    return Room(name) if kind == "room" else Department(name) if kind == _DEPARTMENT else Unlisted(name)


def rule_shared(
    cost: Price, shares: Sequence[Portion], who: Callable[[Place], Occupants], policy: Policy, whole: Ruling
) -> Ruling:
    """Decide what becomes of a call that is shared; `whole` is what it would be if its first guest paid for all of it."""
    if isinstance(cost, Free) or policy.pms is None:
        return whole
    if isinstance(cost, Priced) and cost.amount == 0:
        return whole
    total = sum(share.seconds for share in shares)
    ruled = [_ruled(share, cost, who, policy, total) for share in shares]
    if not isinstance(cost, Priced):  # one posting waits for the rate, and is shared when there is one
        first = next((at for at, one in enumerate(ruled) if one.kind == "room" and one.wanted), None)
        first = next(at for at, one in enumerate(ruled) if one.wanted) if first is None else first
        ruled = [one if at == first else one._replace(wanted=None) for at, one in enumerate(ruled)]
    reason = "; ".join(("each holder pays for his time", *(_told(one, cost) for one in ruled)))
    if not any(one.wanted for one in ruled):
        house = next((one.name for one in ruled if one.kind == _DEPARTMENT), None)
        return Ruling(status="allocated", reason=reason, department=house, portions=tuple(ruled))
    guest = next((one for one in ruled if one.kind == "room"), None)
    room, reservation = (guest.room, guest.reservation) if guest is not None else (None, None)
    return Ruling(status="charge", reason=reason, room=room, reservation=reservation, portions=tuple(ruled))


def _ruled(share: Portion, cost: Price, who: Callable[[Place], Occupants], policy: Policy, total: int) -> Portion:
    """A share with its guest and what it asks for."""
    place = place_of(share.kind, share.name)
    occupants = who(place)
    mine: Price = cost._replace(amount=share.amount or 0) if isinstance(cost, Priced) else cost
    guest = occupants.stays[0].reservation if isinstance(occupants, Present) else None
    share = share._replace(reservation=guest)
    if share.kind == _DEPARTMENT or (isinstance(cost, Priced) and not share.amount):
        return share
    ruling = rule(mine, place, occupants, policy)
    wanted = ruling.wanted
    if wanted is None and ruling.reason == vacant(share.name):
        words = f"nobody is known to have been in room {share.name} when the call began"
        wanted = Wanted("held", share.amount, "no_room_news", words)
        if not isinstance(cost, Priced):
            wanted = Wanted("held", None, "unrated", getattr(cost, "reason", ""))
    if wanted is None or not isinstance(cost, Priced):
        return share._replace(wanted=wanted)
    said = _of_the_whole(share, cost, total)
    reason = f"{wanted.reason}; {said}" if wanted.reason else said
    return share._replace(wanted=wanted._replace(reason=reason))


def _told(share: Portion, cost: Price) -> str:
    """A share in the call's reason, with what becomes of it where it asks for nothing."""
    if not isinstance(cost, Priced):
        return f"share of {named(share)}: {minutes(share.seconds)}"
    said = f"share of {named(share)}: {minutes(share.seconds)}, {format_amount(share.amount or 0, cost.decimals)} {cost.currency}"
    if share.kind == _DEPARTMENT:
        return f"{said}, the house's own"
    return said if share.amount else f"{said}, nothing to post"


def ruling_of(share: Portion, whole: Ruling) -> Ruling:
    """The ruling of a shared call as it is for one of its shares."""
    department = share.name if share.kind == _DEPARTMENT else None
    return whole._replace(
        room=share.room, department=department, reservation=share.reservation, wanted=share.wanted, portions=()
    )


def named(share: Portion) -> str:
    """Whose share it is, as people say it."""
    if share.kind == "room":
        return f"room {share.name}"
    if share.kind == _DEPARTMENT:
        return share.name
    return f"extension {share.name}" if share.name else "a telephone that no record names"


def _of_the_whole(share: Portion, cost: Priced, total: int) -> str:
    talked, price = minutes(share.seconds), f"{format_amount(cost.amount, cost.decimals)} {cost.currency}"
    mine = format_amount(share.amount or 0, cost.decimals)
    if len(cost.stretches) > 1:
        lines = len(cost.stretches)
        return f"share of {named(share)}: {talked} of {minutes(total)} on {lines} lines by the price of each, {mine} of {price}"
    return f"share of {named(share)}: {talked} of {minutes(total)}, {mine} of {price}"


def still_wanted(shares: Sequence[Portion], already: Mapping[Whose, int], currency: str) -> list[Portion]:
    """What a call that was ruled before still asks for, share by share, when so much of each is posted or on its way.

    A holder who has no share any more is among them with what he was charged.
    """
    gone = [Portion(*whose, None, 0, 0, None) for whose in already if whose not in {one.whose for one in shares}]
    found = []
    for share in (*shares, *gone):
        before = already.get(share.whose, 0)
        wanted = difference(share.wanted, before, currency)
        if wanted is None:
            continue
        if before and wanted.hold == "amount_fell":
            wanted = wanted._replace(reason=f"{wanted.reason}; share of {named(share)}")
        elif before:
            wanted = wanted._replace(reason=f"difference: a later leg of the call; {wanted.reason}")
        found.append(share._replace(wanted=wanted))
    return found
