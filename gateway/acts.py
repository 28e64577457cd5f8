"""What a person may do to the charge of one call (void, adjust, move), and what becomes of its postings. Pure.

No posting that exists is ever changed. What was never sent is let go; what is on a folio is taken back by repeating the
stored amounts with the opposite sign, over the link where the PMS takes that, else by a person, whom a held posting tells
what to book. A charge that moves to another folio waits there until it has been taken back from the first.

A manual charge has no call of the exchange behind it; `gateway/intake/by_hand.py` writes it down as a record of the desk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from gateway.ledger import Hold
from rating.money import format_amount

ActKind: TypeAlias = Literal["void", "adjust", "move", "charge"]
ACT_KINDS: Final[tuple[ActKind, ...]] = get_args(ActKind)

#: Deeds of the commands table: to ask for an act, and what a second person says to one that waits.
ASK: Final = "act"
AGREE: Final = "act-approve"
DECLINE: Final = "act-reject"
ACT_DEEDS: Final = (ASK, AGREE, DECLINE)

#: The source of records that people enter.
DESK: Final = "desk"
#: Why a charge is changed: a code for lists and sums, and how people say it. A text of one's own goes with it.
REASONS: Final[Mapping[str, str]] = {
    "not-made": "the guest did not make the call",
    "wrong-number": "wrong number or cut off",
    "bad-line": "bad line",
    "wrong-price": "price promised otherwise",
    "double": "charged twice",
    "wrong-room": "wrong room",
    "goodwill": "goodwill",
    "test": "test call",
    "other": "other",
}
#: Characters of a text that a person adds.
LONGEST_WORDS: Final = 300
LONGEST_ROOM: Final = 40

_UNSENT: Final = ("held", "due", "refused")
_UNDER_WAY: Final = ("sent", "in_doubt", "unconfirmable")


class NotUnderstood(ValueError):
    """An act as it was written down cannot be read; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person asks for. `amount` is what the guest shall pay in minor units (adjust, charge); `up_to` is the amount
    up to which this person's word is enough (None: any). Of a call that several pay for, `share` names whose share it is:
    the room, or the extension."""

    kind: ActKind
    call_id: int | None = None
    amount: int | None = None
    room: str | None = None
    reason: str = "other"
    up_to: int | None = None
    share: str | None = None

    def subject(self) -> str:
        """As a row of `commands` keeps it."""
        return json.dumps(
            {
                "kind": self.kind,
                "call": self.call_id,
                "amount": self.amount,
                "room": self.room,
                "reason": self.reason,
                "up_to": self.up_to,
                "share": self.share,
            }
        )


def read_subject(text: str) -> Act:
    """The act that a command asks for; raises NotUnderstood."""
    try:
        found = json.loads(text)
        act = Act(
            kind=found["kind"],
            call_id=found["call"],
            amount=found["amount"],
            room=found["room"],
            reason=found["reason"],
            up_to=found["up_to"],
            share=found.get("share"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotUnderstood("the act cannot be read") from error
    numbers, names = (act.call_id, act.amount, act.up_to), (act.room, act.share)
    if act.kind not in ACT_KINDS or act.reason not in REASONS:
        raise NotUnderstood(f"an act is one of {', '.join(ACT_KINDS)}, for one of the listed reasons")
    if any(not (one is None or type(one) is int) for one in numbers) or any(
        type(one) not in (type(None), str) for one in names
    ):
        raise NotUnderstood("the act cannot be read")
    return act


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A posting of the call, as far as an act asks."""

    id: int
    state: str
    hold: str
    kind: str
    amount: int | None
    room: str | None
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of the call's charge and its guest at the moment of the act.

    `in_house` tells whether the guest who made the call is still there; `target_here` and `target_no_post` speak of the room
    that a charge moves to.
    """

    parts: Sequence[Part]
    room: str | None
    currency: str
    decimals: int
    in_house: bool
    takes_reversals: bool
    target_here: bool = True
    target_no_post: bool = False

    def money(self, minor: int) -> str:
        """An amount with its currency."""
        return f"{format_amount(minor, self.decimals)} {self.currency}"

    @property
    def charged(self) -> int:
        """What the guest is charged as it stands."""
        return sum(part.amount or 0 for part in self.parts if part.state != "written_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A new posting: its kind, its amount, why it is held if it is, the words, and the room if a person named one."""

    kind: Literal["correction", "reversal"]
    amount: int
    words: str
    hold: Hold | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What carrying an act out does: postings let go, postings made, and the charge before and after."""

    before: int
    after: int
    let_go: tuple[int, ...] = ()
    made: tuple[Fresh, ...] = ()


def plan(act: Act, now: Situation) -> Plan | str:
    """What an act comes to, or in a sentence why it cannot be done."""
    problem = _refusal(act, now)
    if problem:
        return problem
    lively = [part for part in now.parts if part.state != "written_off"]
    unsent = [part for part in lively if part.state in _UNSENT]
    on_folio = [part for part in lively if part.state == "posted"]
    after = _after(act, now.charged)
    let_go = tuple(part.id for part in unsent)
    made = _made(act, now, on_folio, unsent, after)
    return Plan(before=now.charged, after=after, let_go=let_go, made=made)


def _after(act: Act, charged: int) -> int:
    match act.kind:
        case "void":
            return 0
        case "adjust":
            return act.amount or 0
        case _:
            return charged


def _refusal(act: Act, now: Situation) -> str:
    """Why an act cannot be done; empty if it can."""
    lively = [part for part in now.parts if part.state != "written_off"]
    if not lively or (now.charged <= 0 and all(part.state == "posted" for part in lively)):
        return "nothing is charged for this call"
    under_way = next((part for part in lively if part.state in _UNDER_WAY), None)
    if under_way is not None:
        return f"posting {under_way.id} is {under_way.state}: settle it first, then ask again"
    by_hand = next((part for part in lively if part.hold in ("by_hand", "awaits_reversal")), None)
    if by_hand is not None:
        return f"posting {by_hand.id} of this call waits for a person: settle it first ({by_hand.kind})"
    if act.kind == "adjust":
        return _not_adjusted(act, now, lively)
    if act.kind == "move":
        return _not_moved(act, now, lively)
    return ""


def _not_adjusted(act: Act, now: Situation, lively: Sequence[Part]) -> str:
    if any(part.amount is None for part in lively):
        return "this call has no price yet; void it, or wait for its rate"
    if act.amount is None or act.amount <= 0:
        return "name the amount that the guest shall pay; to charge nothing, void it"
    if act.amount >= now.charged:
        return f"the guest is charged {now.money(now.charged)}; an adjustment makes it less"
    return ""


def _not_moved(act: Act, now: Situation, lively: Sequence[Part]) -> str:
    if any(part.amount is None for part in lively):
        return "this call has no price yet; move it when it has one"
    if not act.room:
        return "name the room or house account that shall pay"
    if act.room == now.room and not any(part.by_hand for part in lively):
        return f"room {act.room} is charged already"
    if not now.target_here:
        return f"nobody is known to be in room {act.room}"
    if now.target_no_post:
        return f"the PMS marks the guest of room {act.room} as no-post: nothing may be moved there"
    return ""


def _made(act: Act, now: Situation, on_folio: Sequence[Part], unsent: Sequence[Part], after: int) -> tuple[Fresh, ...]:
    """The postings that an act adds. What never went out is simply not sent; the rest is taken back."""
    standing = sum(part.amount or 0 for part in on_folio)
    if act.kind != "move" and after >= standing:
        return _instead(act, now, unsent, after - standing)
    if standing <= 0:
        return _instead(act, now, unsent, after)
    target = act.room if act.kind == "move" else None
    if now.takes_reversals and now.in_house and not any(part.kind == "reversal" or part.by_hand for part in on_folio):
        back = tuple(
            Fresh(kind="reversal", amount=-(part.amount or 0), words=f"{act.kind}: taken back") for part in on_folio
        )
        fresh = _again(act, now, after, target)
        return (*back, *fresh)
    return _by_hand(act, now, on_folio, standing, after, target)


def _instead(act: Act, now: Situation, unsent: Sequence[Part], after: int) -> tuple[Fresh, ...]:
    """The new posting in place of those that were never sent: held as they were, unless it goes to another folio."""
    if not after:
        return ()
    if act.kind == "move":
        return (Fresh(kind="correction", amount=after, words=f"moved from room {now.room}", room=act.room),)
    held = next((part for part in unsent if part.state == "held"), None)
    hold: Hold | None = None if held is None else held.hold  # type: ignore[assignment]
    return (Fresh(kind="correction", amount=after, words="adjusted", hold=hold),)


def _again(act: Act, now: Situation, after: int, target: str | None) -> tuple[Fresh, ...]:
    """The new charge behind a reversal: it waits until what it replaces is off the folio."""
    if not after:
        return ()
    words = f"waits until {now.money(now.charged)} is taken off the folio of room {now.room}"
    return (Fresh(kind="correction", amount=after, words=words, hold="awaits_reversal", room=target),)


def _by_hand(
    act: Act, now: Situation, on_folio: Sequence[Part], standing: int, after: int, target: str | None
) -> tuple[Fresh, ...]:
    """A person books it: the difference off the folio, or all of it where the charge goes elsewhere."""
    if target is not None:
        off = Fresh(kind="reversal", amount=-standing, words=_off(now, on_folio, standing), hold="by_hand")
        return (off, *_again(act, now, after, target))
    less = standing - after
    return (Fresh(kind="reversal", amount=-less, words=_off(now, on_folio, less), hold="by_hand"),)


def _off(now: Situation, on_folio: Sequence[Part], minor: int) -> str:
    room = on_folio[-1].room or now.room
    if not now.in_house:
        return f"the guest of room {room} has left: pay {now.money(minor)} back by hand"
    return f"take {now.money(minor)} off the folio of room {room} by hand"


def needs_second(act: Act, plan: Plan, second_above: int | None) -> bool:
    """Whether a second person must agree: beyond what this one may do alone, or beyond what anybody may.

    What counts is the money that leaves a folio: the difference, or all of a charge that moves.
    """
    leaves = plan.before if act.kind == "move" else plan.before - plan.after
    alone = [limit for limit in (act.up_to, second_above) if limit is not None]
    return bool(alone) and leaves > min(alone)
