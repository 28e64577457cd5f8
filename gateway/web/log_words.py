"""The words of the log of calls: the filters that are ready, today's figures, and the sums of a filter. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from gateway.call_log.asking import PERIODS, Question, in_words, written
from gateway.call_log.fields import BY_NAME, FIELDS, RESULTS, SORTS, Field, result_of
from gateway.languages.spoken import later, plural, say, spoken
from gateway.store.call_log import MOST_SUMMED, Sums
from gateway.store.log_filters import Kept
from gateway.web.words import Clock, amount, minutes, short_day

#: Filters that everybody finds ready, by what they are called.
READY: Final[tuple[tuple[str, str], ...]] = (
    (later("Missed calls"), "result=missed"),
    (later("Waited longer than 20 seconds"), "waited_min=21&sort=waited"),
    (later("Calls of more than half an hour"), "talk_min=1800&sort=talk"),
    (later("The most expensive"), "amount_min=0.01&sort=amount"),
    (later("International and premium"), "class=international,premium"),
    (later("Not on a folio yet"), "state=due,sent,held,refused,in_doubt,unconfirmable"),
    (later("In dispute"), "disputed=yes"),
    (later("Charged by hand"), "source=desk"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its words, where it leads, whether it is where one stands."""

    words: str
    where: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form: what stands in it, and what may."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of today, which leads to the calls that it counts."""

    title: str
    figure: str
    where: str


def address(asked: Question, path: str = "/calls") -> str:
    """Where the log is that answers a question."""
    said = urlencode(written(asked), safe=",*:")
    return f"{path}?{said}" if said else path


def joined(where: str, more: str) -> str:
    """An address with something more behind it."""
    return f"{where}{'&' if '?' in where else '?'}{more}"


def periods(asked: Question) -> list[Link]:
    """The ready periods for the same question."""
    return [
        Link(say(words), address(replace(asked, period=name, first=None, last=None)), name == asked.period)  # type: ignore[arg-type]
        for name, words in PERIODS.items()
        if name != "own"
    ]


def ready(asked: Question) -> list[Link]:
    """The ready filters, within the period that is looked at."""
    days = urlencode([one for one in written(asked) if one[0] in ("period", "from", "to")])
    return [Link(say(words), "/calls?" + "&".join(filter(None, (days, said)))) for words, said in READY]


def chosen(asked: Question) -> Iterator[tuple[str, str]]:
    """Each condition in words, and where the log is without it."""
    for place, words in enumerate(in_words(asked, say)):
        rest = tuple(one for at, one in enumerate(asked.terms) if at != place)
        yield words, address(replace(asked, terms=rest))


def entries(said: Mapping[str, str], known: Mapping[str, Sequence[str]]) -> list[Entry]:
    """The fields of the form as somebody filled them in."""
    return [entry for one in FIELDS if one.filters for entry in _entries(one, said, known.get(one.name, ()))]


def _entries(one: Field, said: Mapping[str, str], known: Sequence[str]) -> Iterator[Entry]:
    if one.choices:
        value = said.get(one.name, "")
        choices = [(name, say(words)) for name, words in one.choices.items()]
        own = () if not value or value in one.choices else ((value, say("several")),)
        yield Entry(one.name, say(one.label), "choice", value, (("", say("any")), *choices, *own))
    elif len(one.parameters) > 1:
        low, high = one.parameters
        yield Entry(low, say("{label}, at least", label=say(one.label)), one.kind, said.get(low, ""))
        yield Entry(high, say("{label}, at most", label=say(one.label)), one.kind, said.get(high, ""))
    else:
        hint = say(one.hint) if one.hint else ""
        yield Entry(one.name, say(one.label), one.kind, said.get(one.name, ""), (), hint, tuple(known))


def said_by(asked: Question) -> dict[str, str]:
    """What the form of a question says, its days too."""
    return {"sort": asked.sort, "order": "up" if asked.up else "down", **dict(written(asked))}


def sorts() -> list[tuple[str, str]]:
    """What the log can be sorted by."""
    return [(name, say(BY_NAME[name].label) if BY_NAME[name].label else say("When it began")) for name in SORTS]


def headings(asked: Question) -> list[dict[str, str]]:
    """The heads of the list: those that sort lead to the log in their order, the same one again the other way round."""
    found = []
    for css, title, name in _HEADS:
        here = name == asked.sort
        up = not asked.up if here else False
        where = address(replace(asked, sort=name, up=up)) if name else ""
        way = ("ascending" if asked.up else "descending") if here else ""
        found.append({"css": css, "title": say(title), "where": where, "way": way})
    return found


_HEADS: Final = (
    ("time", later("began"), "began"),
    ("from", later("room"), "room"),
    ("number", later("number"), ""),
    ("place", later("place"), "place"),
    ("talked", later("talked"), "talk"),
    ("amount", later("amount"), "amount"),
    ("mark", later("state"), ""),
)


def figures(found: Sums) -> list[Figure]:
    """Today in six figures."""
    return [
        Figure(say("in"), _number(found.inward, found), "/calls?period=today&direction=in,tandem"),
        Figure(say("out"), _number(found.outward, found), "/calls?period=today&direction=out"),
        Figure(say("missed"), _number(found.missed, found), "/calls?period=today&result=missed"),
        Figure(say("waiting, on average"), _average(found), "/calls?period=today&direction=in,tandem&sort=waited"),
        Figure(say("talk"), _least(minutes(found.talk), found), "/calls?period=today&sort=talk"),
        Figure(say("money"), _least(_money(found), found), "/calls?period=today&amount_min=0&sort=amount"),
    ]


def sums(found: Sums) -> list[tuple[str, str]]:
    """The sums of a filter as pairs of a name and a value."""
    told = [(say("calls"), _number(found.calls, found))]
    if found.inward:
        told += [(say("came in"), _number(found.inward, found)), (say("of them missed"), _number(found.missed, found))]
        told += [(say("waited on average"), _average(found))]
    told += [(say("went out"), _number(found.outward, found))] if found.outward else []
    talk, price = _least(minutes(found.talk), found), _least(_money(found), found)
    return [*told, (say("talk"), talk), (say("price"), price)]


def _number(figure: int, found: Sums) -> str:
    return _least(spoken().figure(figure), found)


def _least(figure: str, found: Sums) -> str:
    return say("at least {figure}", figure=figure) if found.more else figure


def capped(found: Sums) -> str:
    """Why the sums say "at least"; nothing where they do not."""
    if not found.more:
        return ""
    return say(
        "More calls are meant than are added up here: the figures count the newest {number}. A file has them all.",
        number=spoken().figure(MOST_SUMMED),
    )


def hidden(found: Sums) -> str:
    """What the sums count and the list below does not show; nothing where it shows all."""
    if not found.hidden:
        return ""
    currency, decimals, _ = found.amounts[0]
    return plural(
        "{number} call with {money} is counted and not listed: a private call, of which nothing is shown but its sum.",
        "{number} calls with {money} are counted and not listed: private calls, of which nothing is shown but their sum.",
        found.hidden,
        money=amount(found.hidden_amount, decimals, currency),
    )


def _average(found: Sums) -> str:
    return say("{number} s", number=round(found.waited / found.told)) if found.told else say("not told")


def _money(found: Sums) -> str:
    """The amounts, the hotel's currency first; others only where there are any."""
    home, *others = found.amounts
    told = [home, *(one for one in others if one[2])]
    return " + ".join(amount(minor, decimals, currency) for currency, decimals, minor in told)


def became(call: Mapping[str, Any]) -> str:
    """What became of a call that came in, for the line of the list; nothing for others."""
    if call["direction"] not in ("in", "tandem") and call["outcome"] is None:
        return ""
    words = say(RESULTS[result_of(call, call["outcome"])])
    if call["waited"] is None:
        return words
    return say("{result}, waited {number} s", result=words, number=call["waited"])


def dated(began: int, clock: Clock) -> str:
    """When a call began where the list is not in the order of time."""
    return f"{short_day(clock.at(began).date())} {clock.hour(began)}"


def kept_links(filters: Sequence[Kept], whose: str) -> list[dict[str, Any]]:
    """The kept filters: what they are called, where they lead, who may take them away."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "where": f"/calls?{one.asked}" if one.asked else "/calls",
            "own": bool(one.whose) and one.whose == whose,
            "by": one.added_by,
        }
        for one in filters
    ]
