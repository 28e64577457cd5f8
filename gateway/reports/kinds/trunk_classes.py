"""Which classes of calls fill the trunks, with free calls shown apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.languages.spoken import later, ours
from gateway.reports.asking import Asked
from gateway.reports.kinds.studying import made, studied
from gateway.reports.kinds.trunk_pictures import by_hour
from gateway.reports.values import Column, Report, Row, Section, table
from gateway.reports.wording import class_words, fraction
from gateway.store import traffic
from gateway.traffic.by_class import Filled, Nature, Period, elapsed_by_hour, filled
from gateway.traffic.study import Study
from gateway.web.marks import CLASSES

_CCS: Final = 36
#: What an outward call can be for its trunk, and the column that says it.
_APART: Final[tuple[tuple[Nature, str], ...]] = (
    ("priced", later("with a price")),
    ("free", later("free")),
    ("unanswered", later("not answered")),
    ("unpriced", later("no price yet")),
)
_COLUMNS: Final = (
    Column("group", "group"),
    Column("class", "class"),
    Column("calls", "calls", "count"),
    Column("erlangs", "mean load", "erlangs"),
    Column("ccs", "CCS an hour", "ccs"),
    Column("share_percent", "of the load", "percent"),
    Column("occupancy_percent", "of the trunks", "percent"),
    *(Column(f"{nature}_erlangs", words, "erlangs") for nature, words in _APART),
)
_FREE: Final = (
    "Free are answered calls out for which nobody pays: free and emergency numbers, and classes the tariff asks nothing for. "
    "A call inside the house holds no trunk."
)


def trunk_classes(asked: Asked, connection: Connection) -> Report:
    """The report."""
    found = studied(asked, connection)
    span, allowance = found.asked.span, found.asked.allowance_s
    period = Period(*span, asked.period.zone, allowance)
    calls = traffic.class_calls(connection, asked.database.property, *span)
    listed = filled(calls, asked.capacity.group_of, period)
    elapsed = elapsed_by_hour(period)
    sections: list[Section] = []
    for number, one in enumerate(found.groups):
        of_group = [each for each in listed if each.group == one.group and each.whole]
        if of_group:
            sections.append(by_hour(of_group, elapsed, number, one.name))
    whole = table(
        "classes", "Classes on the trunks", _COLUMNS, _rows(found, listed), nothing="No trunk was used.", note=_NOTE
    )
    return made(
        asked, connection, found, "trunk-classes", "Classes on the trunks", _finding(listed), [*sections, whole], _FREE
    )


_NOTE: Final = "The four columns at the right part the load of calls out by what they bring."


def _rows(found: Study, listed: Sequence[Filled]) -> Iterator[Row]:
    since, until = found.asked.span
    elapsed = max(1, until - since)
    names = {one.group: one for one in found.groups}
    load = {group: sum(one.whole for one in listed if one.group == group) for group in {one.group for one in listed}}
    for one in listed:
        group = names.get(one.group)
        inside = "internal" not in one.busy and not one.whole and group is None
        erlangs = one.whole / elapsed
        trunks = group.installed.trunks if group is not None and group.installed is not None else None
        share = 100 * one.whole / load[one.group] if load[one.group] else None
        occupied = 100 * erlangs / trunks if trunks else None
        out = any(nature in one.busy for nature, _ in _APART)
        apart = [one.busy.get(nature, 0) / elapsed if out else None for nature, _ in _APART]
        name = "–" if inside or group is None else group.name
        yield (name, _class(one.name), one.calls, erlangs, erlangs * _CCS, share, occupied, *apart)


def _class(name: str) -> str:
    return (class_words(name) if name in CLASSES else ours(name)) or name


def _finding(listed: Sequence[Filled]) -> str:
    whole = sum(one.whole for one in listed)
    if not whole:
        return "No trunk was used in these days."
    by_name: dict[str, int] = {}
    for one in listed:
        by_name[one.name] = by_name.get(one.name, 0) + one.whole
    most = max(by_name, key=lambda name: by_name[name])
    free = sum(one.busy.get("free", 0) for one in listed)
    share = 100 * free / whole
    load = 100 * by_name[most] / whole
    return later(
        "Most of the trunks' load, {load} %, is of the class {most}; free calls are {share} % of it.",
        load=fraction(load, 0),
        most=_class(most),
        share=fraction(share, 1),
    )
