"""Sentences that the store keeps in English, said again in the language of whoever reads them.

A reason, the outcome of a decision and the state of a link are written down once, in English, when they happen. The frequent
ones are known here with what they were made from, so that a page can say them again; one that is not known is shown as it
was written. What stands in the braces is said again as well where it is such a sentence itself.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from typing import Final, NamedTuple

from gateway.languages.sentences.of_alarms import ALARMS
from gateway.languages.sentences.of_asking import ASKING
from gateway.languages.sentences.of_charges import DEEDS, RULINGS
from gateway.languages.sentences.of_links import FIAS, PMS
from gateway.languages.sentences.of_records import RECORDS
from gateway.languages.sentences.of_trail import TRAIL
from gateway.languages.speech import Speech
from gateway.languages.spoken import later, say, spoken

#: Sentences remembered as they were said again: those of the lists that are open at a desk.
_REMEMBERED: Final = 4_096

#: What the rules say of calls and charges.
_RULINGS: Final = (
    later("incoming call: not charged"),
    later("internal call: not charged"),
    later("the call was not answered"),
    later("emergency call: never charged"),
    later("call from trunk to trunk: not charged"),
    later("incoming call"),
    later("internal call"),
    later("call from trunk to trunk"),
    later("no PMS is configured"),
    later("priced at zero: nothing to post"),
    later("call of the house: {department}"),
    later("room {room} was vacant when the call began"),
    later("extension {extension} is in no list of rooms or departments"),
    later("a call without an extension is in no list of rooms or departments"),
    later("the PMS has not told who is in room {room}"),
    later("the PMS marks the guest of room {room} as no-post"),
    later("the exchange has announced further records of this call"),
    later("the exchange does not say how long the call lasted"),
    later("the exchange does not say whether the call went out or came in"),
    later("no digits are known"),
    later("a collect call: its charges were accepted, and no rule of the tariff prices them"),
    later("difference: a later leg of the call"),
)
#: What the house is warned of.
_WARNINGS: Final = (
    later(
        "the tariff's prices are invented and not approved: they are posted to a PMS on this machine only. "
        "Look at them, then run 'foliogate tariff approve'"
    ),
)
#: What the PMS and the way to it say.
_ANSWERS: Final = (
    later("the PMS has nobody in room {room}"),
    later("reservation {reservation} is not in room {room} any more"),
    later("whoever is in room {room} now may have come after the call began"),
    later("the PMS takes no charges for the guest in room {room}"),
    later("the PMS did not answer within {seconds} seconds"),
    later("the connection was lost before the PMS answered"),
    later("the PMS answered without a status"),
    later("no such guest"),
)
#: What came of what a person decided.
_RESULTS: Final = (
    later("the PMS is asked for the state of all rooms"),
    later("the PMS is asked for the state of all rooms as soon as it is connected"),
    later("paid at the till: receipt {receipt} of the {till}, {amount}"),
    later("not done: call {number} is paid already, receipt {receipt}"),
    later("posting {number} is now {state}"),
    later("the call is tagged {tag}"),
    later("the call has the tag {tag} already"),
    later("the call has {number} tags already; take one off first"),
    later("the call has no tag {tag}"),
    later("the tag {tag} is taken off"),
    later("posting {number} is {state}; '{deed}' is not for that state"),
    later("list {number} is rejected; nothing was posted"),
    later("list {number} is {state} already"),
    later("list {number} is approved; {postings} postings are due by it"),
    later("act {number} waits for a second person: {what}"),
    later("act {number} done: {what}; {outcome}"),
    later("act {number} declined: {what}; {outcome}"),
    later("act {number} is {state} already"),
    later("act {number} was asked by {name}: another person must agree"),
    later("not done: {why}"),
    later("left alone: {why}"),
    later("nobody is known to be in room {room}"),
    later("alarm {number} acknowledged"),
    later("{deed} by {name}: {why}"),
    later("{deed} by {name}"),
)
#: What alarms tell, and how links stand.
_TIDINGS: Final = (
    later("PBX {name} is not connected since {moment}"),
    later("PBX {name} is not connected since {moment}: {why}"),
    later("PBX {name} has sent no record since {moment}; that is longer than is usual at this hour of the week"),
    later("PBX {name} has sent no record since {moment}"),
    later("PMS {name} is not connected since {moment}"),
    later("PMS {name} has acknowledged no charge since {moment}, though calls come in"),
    later("the clock of PBX {name} is {how}"),
    later("the PMS's clock is about {minutes} min ahead of this machine's"),
    later("the PMS's clock is about {minutes} min behind this machine's"),
    later("less than {size} MB are free on the disk that holds the store"),
    later("1 charge is refused by the PMS, the oldest since {moment}"),
    later("{number} charges are refused by the PMS, the oldest since {moment}"),
    later("1 charge is in doubt, the oldest since {moment}"),
    later("{number} charges are in doubt, the oldest since {moment}"),
    later("charges handed over since {moment} were not compared with the PMS's total"),
    later("the oldest charge waits since {moment}"),
    later("{who} has spent more than its limit for {month}"),
    later("{who} has spent more than its {limit} for {month}"),
    later("an extension of department {department}"),
    later("an extension of the house"),
    later("a PIN of department {department}"),
    later("a PIN of the house"),
    later("not started"),
    later("stopped"),
    later("the link is being closed"),
    later("no connection to the PMS"),
    later("a charge was not answered; waiting for a sign of life from the PMS"),
    later("night audit since {hour}"),
)
#: Why somebody was not let in, or a deed about users was not done.
_PEOPLE: Final = (
    later("This name and this password do not belong together. Look at both, and at Caps Lock."),
    later("The directory cannot be asked now ({why}). Who has a password of ours can sign in."),
    later("The directory knows you, but none of your groups has a role here."),
    later("The directory refuses it: {why}"),
    later("This answer does not belong to an attempt of this browser. Begin again."),
    later("The provider refuses it: {why}"),
    later("The provider knows you, but none of your groups has a role here."),
    later("A password has at least {number} characters; a short sentence is easy to keep in mind."),
    later("A password has at most {number} characters."),
    later("That is mostly a name that everybody here knows; take other words."),
    later("That is among the first that anybody would try; take a longer one, of words that do not belong together."),
    later("Nobody signs in by this name any more."),
    later("There is a user named {name} already."),
    later("Nobody changes his own role or disables himself; ask somebody else who manages users."),
    later("{name} is the last who may manage users; give somebody else the role first."),
    later("A name is text on one line, at most {number} characters."),
    later("This house has users already; ask one of them for an invitation."),
    later("This link was used, withdrawn, or is older than 24 hours. Ask for a new one."),
)
#: What came of a question about a bill.
_BILLS: Final = (
    later("nothing was charged to this stay, so there is no bill to make final"),
    later("the charges of this stay are in several currencies; print the interim bill, and settle each by itself"),
    later("final bill {number} says the same; print a copy of it"),
    later("there is no stay {number}"),
    later("there is no final bill {number}"),
)
#: States and deeds as the store writes them.
_WORDS: Final = (
    later("posted"),
    later("due"),
    later("sent"),
    later("held"),
    later("refused"),
    later("in_doubt"),
    later("written_off"),
    later("unconfirmable"),
    later("on-folio"),
    later("not-on-folio"),
    later("retry"),
    later("release"),
    later("write-off"),
    later("approved"),
    later("rejected"),
    later("done"),
    later("declined"),
)


#: All of them.
SENTENCES: Final = tuple(
    dict.fromkeys(
        (
            *(*_RULINGS, *_WARNINGS, *_ANSWERS, *_RESULTS, *_TIDINGS, *_PEOPLE, *_BILLS, *_WORDS),
            *(*RULINGS, *DEEDS, *ALARMS, *PMS, *FIAS, *RECORDS, *TRAIL, *ASKING),
        )
    )
)


def kept(sentence: str) -> str:
    """A sentence of the store in the language that is spoken."""
    tongue = spoken()
    return sentence if tongue.language == "en" or not sentence else _again(sentence, tongue)


@lru_cache(_REMEMBERED)
def _again(sentence: str, tongue: Speech) -> str:
    """The sentence in the language of `tongue`, which is spoken now."""
    said = tongue.texts.gettext(sentence)
    if said != sentence:
        return said
    for one in _shapes():
        if one.sign in sentence and (found := one.pattern.fullmatch(sentence)) is not None:
            return say(one.message, **{name: kept(value) for name, value in found.groupdict().items()})
    parts = sentence.split("; ")
    return "; ".join(map(kept, parts)) if len(parts) > 1 else _moment(sentence, tongue)


class _Shape(NamedTuple):
    """A sentence with something to fill in; `sign` is the longest of its words, without which none is of its kind."""

    sign: str
    message: str
    pattern: re.Pattern[str]


@cache
def _shapes() -> tuple[_Shape, ...]:
    """Each sentence with something to fill in, as a pattern that takes it out again; those that say most of themselves first."""
    found = [_Shape(max(_written(one), key=len), one, _pattern(one)) for one in SENTENCES if "{" in one]
    return tuple(sorted(found, key=lambda one: -sum(map(len, _written(one.message)))))


_FILLED_IN: Final = re.compile(r"\{(\w+)\}")
#: What is one word, or two: a sentence that only begins like it is none.
_SHORT: Final = dict.fromkeys(("room", "extension", "trunk", "number"), "[^ ]+(?: [^ ]+)?") | {"deed": "[a-z_-]+"}


def _written(message: str) -> list[str]:
    return _FILLED_IN.split(message)[::2]


def _pattern(message: str) -> re.Pattern[str]:
    parts = _FILLED_IN.split(message)
    taken = [rf"(?P<{one}>{_SHORT.get(one, '.+?')})" for one in parts[1::2]]
    fixed = [re.escape(one) for one in parts[::2]]
    return re.compile("".join(map("".join, zip(fixed, [*taken, ""], strict=True))), re.DOTALL)


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT: Final = re.compile(rf"({'|'.join(_DAYS)}) (\d\d?) ({'|'.join(_MONTHS)}) (\d\d:\d\d)")
#: The years among which one is sought on which the day was such a day of the week: it is not written.
_YEARS: Final = range(2024, 2064)


def _moment(words: str, tongue: Speech) -> str:
    """A day and time of day as alarms write them, in the language; anything else as it is."""
    found = _MOMENT.fullmatch(words)
    if found is None:
        return words
    week_day, day, month, hour = found.groups()
    on = (_MONTHS.index(month) + 1, int(day))
    for year in _YEARS:
        try:
            local = date(year, *on)
        except ValueError:  # the 29th of February
            continue
        if local.weekday() == _DAYS.index(week_day):
            return f"{tongue.weekday(local, year=False)} {hour}"
    return words
