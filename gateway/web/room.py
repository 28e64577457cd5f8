"""The page of a room as values: who is there, what it comes to, how far the charges have come. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gateway import explaining
from gateway.directory import Stay
from gateway.languages.spoken import plural, say
from gateway.store.remarks import Remark
from gateway.store.room import ClassSum, StateSum, Stretch
from gateway.store.shares import ShareRow
from gateway.web.marks import CLASSES, MEANINGS, NAMES, SIGNS, TONES, URGENCY, Tone
from gateway.web.words import Clock, amount, minutes

#: What a budget's sentence beside a call begins with (gateway/intake/spending.py).
BUDGET: Final = "budget "


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestView:
    """A guest of the room, as pairs of a name and a value, with his tags; `stay` is the number of his stay, for his bill."""

    stay: int
    name: str
    reservation: str
    pays: bool
    no_post: bool
    facts: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]


class Total(NamedTuple):
    """A line of the totals."""

    name: str
    calls: int
    talked: str
    net: str
    tax: str
    amount: str
    sum: bool


class Charges(NamedTuple):
    """How many charges stand in a state, and what they come to."""

    name: str
    meaning: str
    sign: str
    tone: Tone
    number: int
    amount: str


class Note(NamedTuple):
    """A remark as a line."""

    at: str
    who: str
    words: str


def guest_view(stay: Stay, remarks: Sequence[Remark], tags: Sequence[str], clock: Clock, *, pays: bool) -> GuestView:
    """One guest."""
    languages = dict(explaining.languages())
    spoken = explaining.best_language(stay.language)
    said = (
        (say("since"), clock.day(stay.since) if stay.since > 0 else say("not told by the PMS")),
        (say("left"), clock.day(stay.until) if stay.until is not None else ""),
        (say("leaves"), clock.day(stay.departure) if stay.departure is not None and stay.until is None else ""),
        (say("reservation"), stay.reservation),
        (say("language"), f"{languages.get(spoken, spoken)} ({stay.language})" if stay.language else ""),
        (say("VIP"), stay.vip),
        (say("group"), stay.group_code),
        (say("class"), stay.guest_class),
        (say("may dial"), stay.class_of_service),
    )
    return GuestView(
        stay=stay.id,
        name=stay.name or say("Reservation {reservation}", reservation=stay.reservation),
        reservation=stay.reservation,
        pays=pays,
        no_post=stay.no_post,
        facts=tuple((name, value) for name, value in said if value),
        tags=tuple(tags),
    )


def totals(sums: Sequence[ClassSum], home: str) -> list[Total]:
    """Class by class, and the sum of each currency below; the house's own currency stands in the heading."""
    lines = [_total(CLASSES.get(one.number_class, one.number_class) or say("other"), [one], home) for one in sums]
    for money in dict.fromkeys((one.currency, one.decimals) for one in sums):
        mine = [one for one in sums if (one.currency, one.decimals) == money]
        if len(sums) > 1:
            lines.append(_total(say("together"), mine, home, together=True))
    return lines


def _total(name: str, sums: Sequence[ClassSum], home: str, *, together: bool = False) -> Total:
    first = sums[0]
    currency = "" if first.currency == home else first.currency
    figures = (sum(one.net for one in sums), sum(one.tax for one in sums), sum(one.amount for one in sums))
    net, tax, gross = (amount(figure, first.decimals, currency) for figure in figures)
    return Total(
        name, sum(one.calls for one in sums), minutes(sum(one.seconds for one in sums)), net, tax, gross, together
    )


def charges(sums: Sequence[StateSum]) -> list[Charges]:
    """State by state, the most pressing first."""
    order = sorted(sums, key=lambda one: URGENCY.index(one.state))
    return [
        Charges(
            NAMES[one.state],
            MEANINGS[one.state],
            SIGNS[one.state],
            TONES[one.state],
            one.number,
            amount(one.amount, one.decimals, one.currency),
        )
        for one in order
    ]


def owed(sums: Sequence[StateSum]) -> str:
    """What the charges come to that were not written off: the running total."""
    found: dict[tuple[str, int], int] = {}
    for one in sums:
        if one.state != "written_off":
            found[one.currency, one.decimals] = found.get((one.currency, one.decimals), 0) + one.amount
    return " + ".join(amount(minor, decimals, currency) for (currency, decimals), minor in found.items())


def stretches(room: str, here: Sequence[Stay], stays: Sequence[Stay], empty_since: int) -> list[Stretch]:
    """Which calls are the page's: of this room since its guests came, and their own in rooms they had before."""
    if not here:
        return [Stretch(room, empty_since, None)]
    before = [one for one in stays if one.until is not None]
    moved = [Stretch(one.room, one.since, one.until, (one.reservation,)) for one in before]
    return [*moved, Stretch(room, min(one.since for one in here), None, tuple(one.reservation for one in here))]


def with_shares(
    calls: Sequence[Mapping[str, Any]],
    postings: Mapping[int, list[dict[str, Any]]],
    own: Mapping[int, ShareRow],
    mine: Collection[int],
) -> tuple[list[dict[str, Any]], dict[int, list[dict[str, Any]]]]:
    """Calls that several pay for as this room sees them: with its own time and amount, and its own postings (`mine`)."""
    seen = []
    for call in calls:
        share = own.get(call["id"])
        if share is None:
            seen.append(dict(call))
            continue
        paid = share.amount if call["amount"] is not None else None
        seen.append({**call, "room": share.name, "talk_seconds": share.seconds, "amount": paid})
    return seen, {
        number: [row for row in rows if number not in own or row["id"] in mine] for number, rows in postings.items()
    }


def budget_words(calls: Sequence[Mapping[str, Any]]) -> str:
    """The newest word of a budget that is near or passed, among calls that are newest first."""
    for call in calls:
        for line in reversed(str(call["warnings"]).split("\n")):
            if line.startswith(BUDGET):
                return line[:1].upper() + line[1:]
    return ""


def note_lines(remarks: Sequence[Remark], clock: Clock) -> list[Note]:
    """What was noted, newest first, disputes among it."""
    return [Note(clock.full(one.at), one.who, words) for one in reversed(remarks) if (words := _words(one)) is not None]


def _words(one: Remark) -> str | None:
    match one.kind:
        case "note":
            return one.words
        case "dispute":
            return say("call {number} is in dispute: {words}", number=one.call_id, words=one.words)
        case "settled":
            return say("the dispute of call {number} is settled: {words}", number=one.call_id, words=one.words)
        case "tag":
            return say("tag “{words}”", words=one.words)
        case "untag":
            return say("tag “{words}” taken off", words=one.words)
        case _:
            return None


def left_out_words(number: int) -> str:
    """The link that shows calls which cost nothing."""
    return plural(
        "{number} more call that cost nothing: internal, incoming, not answered",
        "{number} more calls that cost nothing: internal, incoming, not answered",
        number,
    )
