"""Reading the rules of one tariff period: a TOML text, with the decks it names, becomes a Tariff.

The keys, their defaults and their meaning are described for users in docs/tariffs.md and, at length, in the starter
tariff. Every problem is noted; a tariff with an error is no tariff.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from rating.bands import BAND_LIMIT, DAY, Stretch, Week, overlap, week_of
from rating.decks import COLUMNS, INCREMENT_LIMIT, Rows, read_deck, read_increments
from rating.fields import Problem, Section, key_lines, shown
from rating.home import emergency_numbers
from rating.money import CURRENCIES, ROUNDINGS, Rounding, minor_digits
from rating.numbering import CHARGEABLE_CLASSES
from rating.tariff import SHORT, ClassRule, PrefixTable, Rate, Tariff, Tax, Terms, prefix_table

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_CLASSES = ("service", "toll-free", "premium")
_BAND_NAME = re.compile(r"\w[\w -]*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a tariff must fit: the property's currency and country."""

    currency: str
    country: str


def read_period(
    file: str, text: str, decks: Mapping[str, str], house: House
) -> tuple[Tariff | None, tuple[str, ...], list[Problem]]:
    """Read one tariff; also give the names of the decks it uses. `decks` are all CSV texts of the folder."""
    problems: list[Problem] = []
    top = _top(file, text, problems)
    if top is None:
        return None, (), problems
    _fits(top, house)
    code, currency = top.text("code"), top.text("currency", house.currency)
    valid_from, valid_to = _validity(top)
    rounding = cast(Rounding, top.choice("rounding", ROUNDINGS, "half-up"))
    split = top.choice("band_policy", ("split", "start"), "split") == "split"
    starter = top.flag("starter", False)
    terms, tax, week = _terms(top, Terms()), _tax(top), _week(top)
    names = _deck_names(top, decks)
    rules = _rules(top, terms, week)
    top.finish()
    rows = _rows(names, decks, week, house, problems)
    if any(problem.severity == "error" for problem in problems):
        return None, names, problems
    tariff = Tariff(
        code=code,
        currency=currency,
        decimals=minor_digits(currency),
        valid_from=valid_from or date.min,
        valid_to=valid_to,
        rounding=rounding,
        tax=tax,
        week=week,
        split=split,
        rules=_with_rows(rules, rows),
        deck=_general(rows),
        terms=terms,
        starter=starter,
    )
    return tariff, names, problems


def _top(file: str, text: str, problems: list[Problem]) -> Section | None:
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # also numbers longer than Python reads
        at = re.search(r"at line ([0-9]+)", str(error))
        problems.append(Problem(file, int(at[1]) if at else None, "", f"This is not TOML: {shown(str(error))}."))
        return None
    return Section(file=file, path="", values=values, lines=key_lines(text), problems=problems)


def _fits(top: Section, house: House) -> None:
    """Compare what the tariff says of itself with the property."""
    currency, country = top.text("currency"), top.text("country", house.country)
    if currency and currency not in CURRENCIES:
        top.note("currency", f"{currency!r} is not a currency code of ISO 4217; write three capitals, for example EUR.")
    elif currency and currency != house.currency:
        top.note("currency", f"The tariff is in {currency}, the property's currency is {house.currency}.")
    if country != house.country:
        top.note("country", f"The tariff was made for {country}, the property is in {house.country}.")


def _validity(top: Section) -> tuple[date | None, date | None]:
    first, last = top.day("valid_from"), top.day("valid_to")
    if first is None and "valid_from" not in top.values:
        top.note("valid_from", "valid_from is missing: write the first day, for example valid_from = 2025-01-01.")
    if first is not None and last is not None and last < first:
        top.note("valid_to", f"The last day {last} is before the first day {first}.")
    return first, last


def _terms(section: Section, otherwise: Terms) -> Terms:
    """Read the terms of a tariff, or of a class, where what is not said is as in the tariff."""
    first, then = _increments(section, otherwise)
    modulo = section.choice("increment_reading", ("steps", "modulo"), "modulo" if otherwise.modulo else "steps")
    return Terms(
        connection=section.price("connection", otherwise.connection),
        first=first,
        then=then,
        modulo=modulo == "modulo",
        free_seconds=section.seconds("free_seconds", otherwise.free_seconds, INCREMENT_LIMIT),
        markup=section.percent("markup_percent", otherwise.markup),
        surcharge=section.price("surcharge", otherwise.surcharge),
        minimum=section.price("minimum", otherwise.minimum),
    )


def _increments(section: Section, otherwise: Terms) -> tuple[int, int]:
    text = section.text("increments", f"{otherwise.first}/{otherwise.then}")
    try:
        return read_increments(text)
    except ValueError as sentence:
        section.note("increments", str(sentence))
        return otherwise.first, otherwise.then


def _tax(top: Section) -> Tax:
    section = top.table("tax")
    if section is None:
        return Tax()
    tax = Tax(
        name=section.text("name", "tax"),
        share=section.percent("percent", 0),
        included=section.flag("included", False),
    )
    section.finish()
    return tax


def _week(top: Section) -> Week:
    bands: list[tuple[str, list[Stretch]]] = []
    for section in top.tables("band"):
        name = section.text("name")
        if name and (name.lower() in COLUMNS or not _BAND_NAME.fullmatch(name)):
            section.note(
                "name", f"{name!r} cannot name a band: write letters, digits and blanks, and no column's name."
            )
        if name in (other for other, _ in bands):
            section.note("name", f"Two bands are called {name!r}; list their days or hours in one name each.")
        bands.append((name, _stretches(section)))
        section.finish()
    if len(bands) > BAND_LIMIT:
        top.note("band", f"A tariff has at most {BAND_LIMIT} bands.")
        return Week()
    clash = overlap(bands)
    if clash is not None:
        top.note("band[0]", f"The bands {clash[0]!r} and {clash[1]!r} claim the same time.")
        return Week()
    return week_of(bands)


def _stretches(section: Section) -> list[Stretch]:
    start, end = _clock(section, "from"), _clock(section, "to")
    if start is not None and start == end:
        section.note("to", "A band that begins when it ends has no length; for the whole day write 00:00 to 24:00.")
    days = _days(section)
    if start is None or end is None or start == end:
        return []
    length = end - start if end > start else end - start + DAY
    return [Stretch(day * DAY + start, day * DAY + start + length) for day in days]


def _clock(section: Section, key: str) -> int | None:
    text = section.text(key)
    if not text:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None or (text == "24:00" and key == "from"):
        section.note(key, f"{key} is a time of day like 18:00; {text!r} is not.")
        return None
    return DAY if match[1] is None else (int(match[1]) * 60 + int(match[2])) * 60


def _days(section: Section) -> list[int]:
    """Read "mon-fri", "sat, sun" or "daily": on these days the band begins."""
    text = section.text("days", "daily").lower()
    days: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = (piece.strip()[:3] for piece in part.partition("-"))
        if part == "daily":
            days |= set(range(7))
        elif first not in _DAYS or (dash and last not in _DAYS):
            section.note("days", f"{part!r} are no days; write daily, or days like mon-fri or sat,sun.")
        else:
            begin, end = _DAYS.index(first), _DAYS.index(last if dash else first)
            days |= {day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)}
    return sorted(days)


def _deck_names(top: Section, decks: Mapping[str, str]) -> tuple[str, ...]:
    names = top.texts("decks")
    if names is None:
        return tuple(sorted(decks))
    for name in names:
        if name not in decks:
            top.note(
                "decks", f"The deck {shown(name)!r} is not in the folder; it has: {', '.join(sorted(decks)) or 'none'}."
            )
    return tuple(dict.fromkeys(name for name in names if name in decks))


def _rules(top: Section, terms: Terms, week: Week) -> dict[str, ClassRule]:
    """Read [class.NAME] for every class that may cost money; what is not written has the tariff's terms."""
    rules = {name: ClassRule(terms) for name in CHARGEABLE_CLASSES}
    classes = top.table("class")
    for name in classes.values if classes else ():
        section = classes.table(name) if classes else None
        if section is None:
            continue
        if name == "emergency":
            section.note("", "Emergency calls are never charged: a tariff must not price them.")
        elif name not in rules:
            section.note("", f"The class {shown(name)!r} is not known; known: {', '.join(CHARGEABLE_CLASSES)}.")
        else:
            rules[name] = _rule(section, name, terms, week)
    return rules


def _rule(section: Section, name: str, terms: Terms, week: Week) -> ClassRule:
    own = _terms(section, terms)
    free = section.flag("free", False)
    price = _class_price(section, name, own, week)
    section.finish()
    if free and price is not None:
        section.note("free", f"Calls of class {name} cannot be free and have a price.")
    return ClassRule(own, free=free, price=price)


def _class_price(section: Section, name: str, terms: Terms, week: Week) -> Rate | None:
    """Read the one price of a class, or None where the decks decide."""
    inner, fees = _by_band(section, "in_band", week), _by_band(section, "connection_in_band", week)
    base = section.price("price_per_minute", -1)
    if base < 0:
        if inner or fees:
            section.note("price_per_minute", "Prices in bands need the plain price_per_minute beside them.")
        return None
    prices = (base, *(inner.get(band, base) for band in week.names[1:]))
    connections = (terms.connection, *(fees.get(band, terms.connection) for band in week.names[1:]))
    flat = len(set(prices)) == 1 and len(set(connections)) == 1
    return Rate(f"class {name}", "", prices, connections, terms.first, terms.then, flat)


def _by_band(section: Section, key: str, week: Week) -> dict[str, int]:
    table = section.table(key)
    if table is None:
        return {}
    for name in table.values:
        if name not in week.names[1:]:
            table.note(
                name, f"{shown(name)!r} is no band of this tariff; it has: {', '.join(week.names[1:]) or 'none'}."
            )
    return {name: table.price(name, 0) for name in table.values}


def _rows(names: tuple[str, ...], decks: Mapping[str, str], week: Week, house: House, problems: list[Problem]) -> Rows:
    """Read the decks of a tariff into one set of rows; the same prefix in two decks is a problem."""
    is_emergency = emergency_numbers(house.country).fullmatch
    rows: Rows = {}
    origin: dict[tuple[str, str], str] = {}
    for name in names:
        found, wrong = read_deck(name, decks[name], week.names[1:], is_emergency)
        problems += wrong
        for key in found.keys() & rows.keys():
            sentence = f"The prefix {key[1]} stands in {origin[key]}, line {rows[key][0]}, already."
            problems.append(Problem(name, found[key][0], key[1], sentence))
        rows |= found
        origin |= dict.fromkeys(found, name)
    return rows


def _with_rows(rules: dict[str, ClassRule], rows: Rows) -> dict[str, ClassRule]:
    """Give each class the rows written for it; rows for short numbers serve every class a short number may have."""
    own: dict[str, dict[str, Rate]] = {name: {} for name in rules}
    for (of, key), (_, rate) in rows.items():
        if of:
            own[of][key] = rate
        elif key.startswith(SHORT):
            for name in _SHORT_CLASSES:
                own[name].setdefault(key, rate)
    return {name: rule._replace(rows=prefix_table(own[name]) if own[name] else None) for name, rule in rules.items()}


def _general(rows: Rows) -> PrefixTable:
    """The deck for all classes."""
    return prefix_table({key: rate for (of, key), (_, rate) in rows.items() if not of and not key.startswith(SHORT)})
