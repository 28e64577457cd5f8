"""How a call or a posting stands, in one word or a few, with a sign and a tone. Pure.

Colour is never alone: every mark has its words, and each tone but the quiet ones a sign of its own. The words are those
of the trade; a reason is the store's own sentence, never a code alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from gateway.languages.kept import kept
from gateway.languages.spoken import Texts, plural, say
from gateway.web.words import Clock

Tone: TypeAlias = Literal["good", "quiet", "amber", "red"]

#: The order in which states claim attention: a call with several postings shows the first of them.
URGENCY: Final = ("in_doubt", "refused", "held", "unconfirmable", "sent", "due", "posted", "written_off")
#: States that wait for a person.
FOR_PEOPLE: Final = ("in_doubt", "refused", "held")
#: States whose place on the first page is only there when something stands in them: most houses never have any.
RARE: Final = ("unconfirmable",)
#: The names of states on pages.
NAMES: Final[Mapping[str, str]] = Texts(
    {
        "in_doubt": "in doubt",
        "refused": "refused",
        "held": "held",
        "unconfirmable": "unconfirmable",
        "due": "waiting",
        "sent": "on its way",
        "posted": "posted",
        "written_off": "written off",
    }
)
#: What each state means, for whoever has not seen it before.
MEANINGS: Final[Mapping[str, str]] = Texts(
    {
        "in_doubt": "no answer came: look at the folio",
        "refused": "the PMS said no",
        "held": "waits for a reason to pass, or for a person",
        "unconfirmable": "handed over; this PMS acknowledges nothing: compare its total",
        "due": "will be sent as soon as the PMS takes it",
        "sent": "sent a moment ago, the answer is awaited",
        "posted": "on the folio: the PMS said yes",
        "written_off": "let go by a person, with a reason",
    }
)
SIGNS: Final[Mapping[str, str]] = {
    "in_doubt": "?",
    "refused": "!",
    "held": "‖",
    "unconfirmable": "~",
    "due": "…",
    "sent": "→",
    "posted": "✓",
    "written_off": "×",
}
TONES: Final[Mapping[str, Tone]] = {
    "in_doubt": "amber",
    "refused": "red",
    "held": "amber",
    "unconfirmable": "quiet",
    "due": "quiet",
    "sent": "quiet",
    "posted": "good",
    "written_off": "quiet",
}


#: What holds a posting, short enough for a line; the store's own sentence is the long form.
HOLDS: Final[Mapping[str, str]] = Texts(
    {
        "no_room_news": "no news of the room",
        "guest_left": "guest has left",
        "no_post": "guest is no-post",
        "unrated": "no rate",
        "rate_proposed": "rate to approve",
        "unapproved_tariff": "tariff not approved",
        "unknown_extension": "unknown extension",
        "over_budget": "budget passed",
        "possible_repeat": "possible repeat",
        "amount_fell": "now cheaper than posted",
        "by_hand": "to book by hand",
        "awaits_reversal": "waits for the old charge",
        "acted_on": "changed by a person before",
        "restored": "restored from a copy",
    }
)


#: What a posting is.
KINDS: Final[Mapping[str, str]] = Texts({"charge": "charge", "correction": "correction", "reversal": "reversal"})
#: Which way a call went.
DIRECTIONS: Final[Mapping[str, str]] = Texts(
    {"out": "out", "in": "in", "internal": "internal", "tandem": "passed on", "unknown": "unknown"}
)
#: Classes of number; a tariff may have others of its own.
CLASSES: Final[Mapping[str, str]] = Texts(
    {
        "internal": "internal",
        "local": "local",
        "national": "national",
        "mobile": "mobile",
        "international": "international",
        "toll-free": "toll-free",
        "premium": "premium",
        "emergency": "emergency",
        "service": "service",
        "unknown": "unknown",
        "satellite": "satellite",
        "shared-cost": "shared cost",
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign, its tone and its words; `long` is the whole sentence, for where there is room."""

    sign: str
    tone: Tone
    words: str
    long: str


def posting_mark(row: Mapping[str, Any], clock: Clock, beside: int | None = None) -> Mark:
    """How a posting stands; `beside` is the instant whose day the reader has before him, today if it is None."""
    state, words = str(row["state"]), _posting_words(row, clock, beside)
    return Mark(SIGNS[state], TONES[state], words, _posting_sentence(row, words))


def _posting_words(row: Mapping[str, Any], clock: Clock, beside: int | None) -> str:
    changed, reason = clock.moment(int(row["changed_at"]), beside), kept(str(row["reason"]))
    match row["state"]:
        case "posted":
            return say("posted {moment}", moment=changed)
        case "in_doubt":
            return say("in doubt since {moment}", moment=changed)
        case "refused":
            return _refused(reason)
        case "held":
            return say("held: {reason}", reason=HOLDS.get(row["hold"], reason))
        case "sent":
            return say("on its way since {moment}", moment=clock.second(int(row["changed_at"])))
        case "unconfirmable":
            return say("handed over {moment}, not confirmable", moment=changed)
        case "written_off":
            return say("written off {moment}", moment=changed)
        case _:
            return _waiting(row, clock)


def _refused(reason: str) -> str:
    bare = reason.removeprefix("refused").removeprefix(":").strip()
    return say("refused: {reason}", reason=bare) if bare else say("refused: no reason was told")


def _posting_sentence(row: Mapping[str, Any], words: str) -> str:
    reason = kept(str(row["reason"]))
    if row["state"] == "held":
        return say("held: {reason}", reason=reason)
    if not reason or words.endswith(reason) or row["state"] == "posted":
        return words
    return f"{words}: {reason}"


def _waiting(row: Mapping[str, Any], clock: Clock) -> str:
    if clock.at(int(row["due_at"])) > clock.today:
        return say("waiting for PMS, again {moment}", moment=clock.moment(int(row["due_at"])))
    return say("waiting for PMS")


def call_mark(call: Mapping[str, Any], postings: Sequence[Mapping[str, Any]], clock: Clock) -> Mark:
    """What became of a call."""
    if postings:
        worst = min(postings, key=lambda one: URGENCY.index(one["state"]))
        mark = posting_mark(worst, clock, int(call["started_at"]))
        if len(postings) == 1:
            return mark
        parts = plural("({number} part)", "({number} parts)", len(postings))
        return Mark(mark.sign, mark.tone, f"{mark.words} {parts}", f"{mark.long} {parts}")
    sign, tone, words = _without_posting(call)
    return Mark(sign, tone, words, words)


def _without_posting(call: Mapping[str, Any]) -> tuple[str, Tone, str]:
    reason = kept(str(call["reason"]))
    if call["number_class"] == "emergency":
        return "!", "red", say("emergency: not charged")
    match call["status"]:
        case "open":
            return "●", "quiet", say("not finished yet")
        case "not_chargeable":
            return "–", "quiet", _not_charged(str(call["reason"]))
        case "allocated" if call["department"]:
            return "–", "quiet", say("house call, not posted")
        case "allocated":
            return "–", "quiet", say("not posted: {reason}", reason=reason) if reason else say("not posted")
        case _:
            return "…", "quiet", reason or say("priced")


def _not_charged(reason: str) -> str:
    """ "incoming call: not charged" reads better with the news first."""
    bare = reason.removesuffix(": not charged").removesuffix(": never charged")
    return say("not charged: {reason}", reason=kept(bare)) if bare else say("not charged")
