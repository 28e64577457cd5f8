"""The states of a posting and the arrows between them: this file is the page with arrows, as data.

Everything that moves a posting is named here and nowhere else. The store changes a state only by
compare-and-set along one of these arrows; the clerk asks `after_attempt` what an outcome means; the diagram in
docs/posting-states.md is drawn from `ARROWS` by `mermaid()`.

    held          a reason keeps it here; an event that answers the reason, or a person, frees it
    due           may be sent as soon as the link takes postings (not before `due_at`)
    sent          committed before the first byte left; one per link at most
    posted        the PMS said yes, or a person found it on the folio
    refused       the PMS said no; a person reads why
    in_doubt      bytes left and no trustworthy answer came: never sent again by itself
    unconfirmable handed over whole to a receiver that acknowledges nothing: settled by the PMS's total, or by a person
    written_off   a person let it go, with a reason

A held posting of a record that a run then proves to be a repeat is withdrawn: the record stays, marked, and the audit
trail says so. It was never a charge.

No age discards anything: time appears only as `due_at`, never as an arrow out of sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never, get_args

from pms_adapters.posting import InDoubt, NotSent, Posted, PostingResult, Refused, Unconfirmable

State: TypeAlias = Literal["held", "due", "sent", "posted", "refused", "in_doubt", "unconfirmable", "written_off"]
STATES: Final[tuple[State, ...]] = get_args(State)

#: What keeps a posting in `held`. Each has one event that answers it, named beside it.
Hold: TypeAlias = Literal[
    "no_room_news",  # the PMS has not told us of the room: news of the room
    "guest_left",  # whoever was in the room has gone: the guest is back, or a person
    "no_post",  # the PMS marked the guest as no-post: the mark is lifted
    "unrated",  # no rate was found: a tariff that has one
    "rate_proposed",  # a tariff that came later has a rate: a person approves the list
    "unapproved_tariff",  # starter prices nobody approved: approval
    "unknown_extension",  # not in the room list: a room list that has it
    "over_budget",  # beyond a budget whose tariff asks to hold: a person
    "possible_repeat",  # equals a stored record after a reconnect: a person, or the run that proves it
    "amount_fell",  # a later leg made the call cheaper than what was posted: a person
    "by_hand",  # an approved correction that this PMS takes over no link: a person books it and says so
    "awaits_reversal",  # a charge that an act moved or made less: what it replaces is off the folio, or a person
    "acted_on",  # a later record changes a call whose charge a person had changed: a person
    "restored",  # the store was a copy, and the charge may be on the folio since: a person
]

Event: TypeAlias = Literal[
    "answered_hold",
    "offered",
    "guest_gone",
    "restored",
    "not_sent",
    "accepted",
    "refused",
    "retry_asked",
    "no_answer",
    "unacknowledged",
    "found_at_start",
    "late_yes",
    "late_no",
    "late_retry",
    "on_folio",
    "not_on_folio",
    "in_total",
    "offered_again",
    "written_off",
]

#: (state, event) -> state. What is not here cannot happen.
ARROWS: Final[Mapping[tuple[State, Event], State]] = {
    ("held", "answered_hold"): "due",
    ("held", "on_folio"): "posted",
    ("held", "written_off"): "written_off",
    ("due", "offered"): "sent",
    ("due", "guest_gone"): "held",
    ("due", "written_off"): "written_off",
    ("due", "restored"): "held",
    ("sent", "accepted"): "posted",
    ("sent", "refused"): "refused",
    ("sent", "retry_asked"): "due",
    ("sent", "not_sent"): "due",
    ("sent", "no_answer"): "in_doubt",
    ("sent", "unacknowledged"): "unconfirmable",
    ("sent", "found_at_start"): "in_doubt",
    ("in_doubt", "late_yes"): "posted",
    ("in_doubt", "late_no"): "refused",
    ("in_doubt", "late_retry"): "due",
    ("in_doubt", "on_folio"): "posted",
    ("in_doubt", "not_on_folio"): "due",
    ("in_doubt", "written_off"): "written_off",
    ("unconfirmable", "in_total"): "posted",
    ("unconfirmable", "on_folio"): "posted",
    ("unconfirmable", "not_on_folio"): "due",
    ("unconfirmable", "written_off"): "written_off",
    ("refused", "offered_again"): "due",
    ("refused", "written_off"): "written_off",
}

#: What a person may do, by the verb of `foliogate postings settle`.
DEEDS: Final[Mapping[str, Event]] = {
    "on-folio": "on_folio",
    "not-on-folio": "not_on_folio",
    "retry": "offered_again",
    "release": "answered_hold",
    "write-off": "written_off",
}

#: Deeds that need a reason: who let a charge go, or said what stands on a folio, will be asked why.
REASON_NEEDED: Final[frozenset[str]] = frozenset({"on-folio", "not-on-folio", "write-off"})

#: Seconds to wait before the n-th repetition that the PMS itself asked for (FIAS AS=RY); then a person decides.
RETRY_DELAYS: Final[tuple[int, ...]] = (10, 30, 120, 300, 600, 1200, 1800, 3600)

#: While the night audit runs, a charge refused for it is tried again this often, in seconds, should no end be told.
AUDIT_PROBE: Final = 600

#: The longest that a posting waits by itself, in seconds.
LONGEST_WAIT: Final = max(*RETRY_DELAYS, AUDIT_PROBE)


class IllegalMove(Exception):
    """A posting was to be moved along an arrow that does not exist; nothing was changed."""


def move(state: State, event: Event) -> State:
    """The state after `event`; raises IllegalMove, naming both, before anything changes."""
    try:
        return ARROWS[state, event]
    except KeyError:
        raise IllegalMove(f"a posting that is {state} cannot take the event {event}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one attempt means for its posting: the event, the words to keep, and how long to wait if it is due again."""

    event: Event
    reason: str
    code: str = ""
    reference: str = ""
    wait_seconds: int = 0


def after_attempt(result: PostingResult, attempts: int) -> Outcome:
    """What the outcome of attempt number `attempts` (1 for the first) means. Pure; the retry policy is here."""
    match result:
        case Posted(reference):
            return Outcome(event="accepted", reason="", code="OK", reference=reference)
        case Refused():
            return _after_refusal(result, attempts)
        case NotSent(why):
            return Outcome(event="not_sent", reason=f"not sent: {why}", wait_seconds=1)
        case InDoubt(why):
            return Outcome(event="no_answer", reason=why)
        case Unconfirmable(how):
            return Outcome(event="unacknowledged", reason=how)
        case _:
            assert_never(result)


def _after_refusal(result: Refused, attempts: int) -> Outcome:
    words = f"{result.code} {result.text}".strip()
    if result.retry == "after_audit":
        return Outcome(event="retry_asked", reason=f"night audit: {words}", code=result.code, wait_seconds=AUDIT_PROBE)
    if result.retry == "later" and attempts <= len(RETRY_DELAYS):
        wait = RETRY_DELAYS[attempts - 1]
        return Outcome(event="retry_asked", reason=f"PMS asks to retry: {words}", code=result.code, wait_seconds=wait)
    given_up = f" (asked to retry {attempts} times)" if result.retry == "later" else ""
    return Outcome(event="refused", reason=f"refused: {words}{given_up}", code=result.code)


def after_late_answer(result: Posted | Refused, attempts: int) -> Outcome:
    """What an answer means that came after its posting was put in doubt: the PMS has spoken, so the doubt ends."""
    outcome = after_attempt(result, attempts)
    late: Mapping[Event, Event] = {"accepted": "late_yes", "refused": "late_no", "retry_asked": "late_retry"}
    return Outcome(
        event=late[outcome.event],
        reason=outcome.reason,
        code=outcome.code,
        reference=outcome.reference,
        wait_seconds=outcome.wait_seconds,
    )


def mermaid() -> str:
    """The diagram of ARROWS, in mermaid's words, one arrow a line."""
    lines = [f"    {state} --> {after}: {event}" for (state, event), after in ARROWS.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> due", "    [*] --> held", *lines]) + "\n"
