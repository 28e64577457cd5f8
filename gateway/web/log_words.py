"""The words of the log of calls: the filters that are ready, today's figures, and the sums of a filter. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from gateway.call_log.asking import PERIODS, Question, in_words, written
from gateway.call_log.fields import BY_NAME, FIELDS, RESULTS, SORTS, Field, result_of
from gateway.store.call_log import MOST_SUMMED, Sums
from gateway.store.log_filters import Kept
from gateway.web.words import Clock, amount, minutes

#: Filters that everybody finds ready, by what they are called.
READY: Final[tuple[tuple[str, str], ...]] = (
    ("Missed calls", "result=missed"),
    ("Waited longer than 20 seconds", "waited_min=21&sort=waited"),
    ("Calls of more than half an hour", "talk_min=1800&sort=talk"),
    ("The most expensive", "amount_min=0.01&sort=amount"),
    ("International and premium", "class=international,premium"),
    ("Not on a folio yet", "state=due,sent,held,refused,in_doubt,unconfirmable"),
    ("In dispute", "disputed=yes"),
    ("Charged by hand", "source=desk"),
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
        Link(words, address(replace(asked, period=name, first=None, last=None)), name == asked.period)  # type: ignore[arg-type]
        for name, words in PERIODS.items()
        if name != "own"
    ]


def ready(asked: Question) -> list[Link]:
    """The ready filters, within the period that is looked at."""
    days = urlencode([one for one in written(asked) if one[0] in ("period", "from", "to")])
    return [Link(words, "/calls?" + "&".join(filter(None, (days, said)))) for words, said in READY]


def chosen(asked: Question) -> Iterator[tuple[str, str]]:
    """Each condition in words, and where the log is without it."""
    for place, words in enumerate(in_words(asked)):
        rest = tuple(one for at, one in enumerate(asked.terms) if at != place)
        yield words, address(replace(asked, terms=rest))


def entries(said: Mapping[str, str], known: Mapping[str, Sequence[str]]) -> list[Entry]:
    """The fields of the form as somebody filled them in."""
    return [entry for one in FIELDS if one.filters for entry in _entries(one, said, known.get(one.name, ()))]


def _entries(one: Field, said: Mapping[str, str], known: Sequence[str]) -> Iterator[Entry]:
    if one.choices:
        value = said.get(one.name, "")
        own = () if not value or value in one.choices else ((value, "several"),)
        yield Entry(one.name, one.label, "choice", value, (("", "any"), *one.choices.items(), *own))
    elif len(one.parameters) > 1:
        for name, end in zip(one.parameters, ("at least", "at most"), strict=True):
            yield Entry(name, f"{one.label}, {end}", one.kind, said.get(name, ""))
    else:
        yield Entry(one.name, one.label, one.kind, said.get(one.name, ""), (), one.hint, tuple(known))


def said_by(asked: Question) -> dict[str, str]:
    """What the form of a question says, its days too."""
    return {"sort": asked.sort, "order": "up" if asked.up else "down", **dict(written(asked))}


def sorts() -> list[tuple[str, str]]:
    """What the log can be sorted by."""
    return [(name, BY_NAME[name].label or "When it began") for name in SORTS]


def headings(asked: Question) -> list[dict[str, str]]:
    """The heads of the list: those that sort lead to the log in their order, the same one again the other way round."""
    found = []
    for css, title, name in _HEADS:
        here = name == asked.sort
        up = not asked.up if here else False
        where = address(replace(asked, sort=name, up=up)) if name else ""
        way = ("ascending" if asked.up else "descending") if here else ""
        found.append({"css": css, "title": title, "where": where, "way": way})
    return found


_HEADS: Final = (
    ("time", "began", "began"),
    ("from", "room", "room"),
    ("number", "number", ""),
    ("place", "place", "place"),
    ("talked", "talked", "talk"),
    ("amount", "amount", "amount"),
    ("mark", "state", ""),
)


def figures(found: Sums) -> list[Figure]:
    """Today in six figures."""
    least = "at least " if found.more else ""
    waiting = _average(found)
    return [
        Figure("in", f"{least}{found.inward}", "/calls?period=today&direction=in,tandem"),
        Figure("out", f"{least}{found.outward}", "/calls?period=today&direction=out"),
        Figure("missed", f"{least}{found.missed}", "/calls?period=today&result=missed"),
        Figure("waiting, on average", waiting or "not told", "/calls?period=today&direction=in,tandem&sort=waited"),
        Figure("talk", f"{least}{minutes(found.talk)}", "/calls?period=today&sort=talk"),
        Figure("money", f"{least}{_money(found)}", "/calls?period=today&amount_min=0&sort=amount"),
    ]


def sums(found: Sums) -> list[tuple[str, str]]:
    """The sums of a filter as pairs of a name and a value."""
    least = "at least " if found.more else ""
    told = [("calls", f"{least}{found.calls:,}")]
    if found.inward:
        told += [("came in", f"{least}{found.inward:,}"), ("of them missed", f"{least}{found.missed:,}")]
        told += [("waited on average", _average(found) or "not told")]
    told += [("went out", f"{least}{found.outward:,}")] if found.outward else []
    return [*told, ("talk", f"{least}{minutes(found.talk)}"), ("price", f"{least}{_money(found)}")]


def capped(found: Sums) -> str:
    """Why the sums say "at least"; nothing where they do not."""
    if not found.more:
        return ""
    return (
        f"More calls are meant than are added up here: the figures count {MOST_SUMMED:,} of them. A file has them all."
    )


def _average(found: Sums) -> str:
    return f"{found.waited / found.told:.0f} s" if found.told else ""


def _money(found: Sums) -> str:
    return " and ".join(
        amount(minor, decimals, currency)
        for at, (currency, decimals, minor) in enumerate(found.amounts)
        if not at or minor
    )


def became(call: Mapping[str, Any]) -> str:
    """What became of a call that came in, for the line of the list; nothing for others."""
    if call["direction"] not in ("in", "tandem") and call["outcome"] is None:
        return ""
    words = RESULTS[result_of(call, call["outcome"])].removeprefix("missed: ")
    return words if call["waited"] is None else f"{words}, waited {call['waited']} s"


def dated(began: int, clock: Clock) -> str:
    """When a call began where the list is not in the order of time."""
    local = clock.at(began)
    return f"{local.day} {local:%b} {local:%H:%M}"


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
