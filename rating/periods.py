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
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRY_CODES

from rating.band_text import read_week
from rating.bands import Week
from rating.case_text import read_cases
from rating.decks import INCREMENT_LIMIT, read_decks
from rating.fields import Problem, Section, key_lines, shown
from rating.home import emergency_numbers
from rating.house_text import read_budgets, read_contract, read_taxes, read_unsupervised
from rating.money import CURRENCIES, MILLIONTHS, ROUNDINGS, minor_digits
from rating.rule_text import Decks, Frame, read_classes, read_rules
from rating.tariff import SHORT, Basis, Carried, Tariff, Terms, prefix_table
from rating.taxes import layers
from rating.term_text import given_terms, read_prices

COST_DECIMALS = 4
"""Decimals of a carrier's cost, where its tariff says nothing: carriers count in hundredths of a cent."""

LONGEST_EMERGENCY = 7
"""Longest key of a deck that is compared with emergency numbers: a sign and six digits."""

_SHORT_CLASSES = ("service", "toll-free", "premium")
_DECK_BASES: tuple[Basis, ...] = ("minute", "call")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a tariff must fit: the property's currency and country."""

    currency: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The decks of a folder by name, and those that a tariff has which names none."""

    texts: Mapping[str, str]
    unnamed: tuple[str, ...]


def opened(file: str, text: str, problems: list[Problem]) -> Section | None:
    """Read a text as TOML; None, with a problem noted, where it is none."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # also numbers longer than Python reads
        at = re.search(r"at line ([0-9]+)", str(error))
        problems.append(Problem(file, int(at[1]) if at else None, "", f"This is not TOML: {shown(str(error))}."))
        return None
    return Section(file=file, path="", values=values, lines=key_lines(text), problems=problems)


def decks_named(top: Section) -> set[str]:
    """The decks that are some calls' or a carrier's alone, so that a tariff which names no decks leaves them out."""
    rules = top.values.get("rule")
    inner = [rule.get("deck") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    own = [top.values.get("decks")] if top.values.get("kind") == "cost" or top.values.get("carried") is True else []
    lists = [[one] if isinstance(one, str) else one for one in (*inner, *own)]
    return {name for one in lists if isinstance(one, list) for name in one if isinstance(name, str)}


def read_period(top: Section, shelf: Shelf, house: House) -> tuple[Tariff | None, tuple[str, ...]]:
    """Read one tariff, and give the names of the decks it uses. Its problems are noted where `top` notes them."""
    used: dict[str, None] = {}
    values = _about(top, house)
    values |= _prices(top, shelf, house, used)
    values |= _beside(top, values)
    top.known.add("deck")  # its tables are read with the decks that they are for
    top.finish()
    if any(problem.severity == "error" for problem in top.problems):
        return None, tuple(used)
    return Tariff(file=top.file, lines=top.lines, **values), tuple(used)


def _about(top: Section, house: House) -> dict[str, Any]:
    """Read what a tariff says of itself: whose it is, from when to when, and how it rounds."""
    _fits(top, house)
    code, currency = top.text("code"), top.text("currency", house.currency)
    is_cost = top.choice("kind", ("price", "cost"), "price") == "cost"
    decimals = _decimals(top, currency, is_cost=is_cost)
    valid_from, valid_to = _validity(top)
    return {
        "code": code,
        "currency": currency,
        "decimals": decimals,
        "valid_from": valid_from or date.min,
        "valid_to": valid_to,
        "rounding": top.choice("rounding", ROUNDINGS, "half-up"),
        "round_to": _round_to(top, decimals),
        "is_cost": is_cost,
        "for_whom": _for_whom(top, is_cost=is_cost),
        "otherwise": top.text("otherwise", ""),
        "starter": top.flag("starter", False),
        "post_zero": top.flag("post_zero", False),
    }


def _prices(top: Section, shelf: Shelf, house: House, used: dict[str, None]) -> dict[str, Any]:
    """Read the bands, terms, decks, classes and rules, which rest on one another in this order."""
    week = read_week(top, house.country)
    terms = Terms()._replace(**given_terms(top))  # type: ignore[arg-type]
    decks = _decks(top, _deck_names(top, shelf), shelf, week, house, used)
    _no_emergency(top, decks, shelf, used, house)
    frame = Frame(week, terms, read_prices(top, week), decks, emergency_numbers(house.country).fullmatch)
    classes = read_classes(top, frame)
    special = read_rules(top, frame, classes, lambda rule: _own_decks(rule, top, shelf, week, house, used))
    return {
        "week": week,
        "split": top.choice("band_policy", ("split", "start"), "split") == "split",
        "terms": terms,
        "deck": decks.general,
        "rules": classes,
        "special": special,
        "asked": tuple(sorted({one.entry for rule in special for one in rule.conditions})),
    }


def _beside(top: Section, about: Mapping[str, Any]) -> dict[str, Any]:
    """Read what stands beside the prices."""
    decimals, is_cost = about["decimals"], about["is_cost"]
    return {
        "taxes": layers(read_taxes(top), decimals),
        "unsupervised": read_unsupervised(top),
        "budgets": read_budgets(top, decimals),
        "contract": read_contract(top, about["for_whom"].carrier, about["code"]) if is_cost else None,
        "cases": read_cases(top, about["valid_from"]),
    }


def _fits(top: Section, house: House) -> None:
    """Compare what the tariff says of itself with the property."""
    currency, country = top.text("currency"), top.text("country", house.country)
    if currency and currency not in CURRENCIES:
        top.note("currency", f"{currency!r} is not a currency code of ISO 4217; write three capitals, for example EUR.")
    elif currency and currency != house.currency:
        top.note("currency", f"The tariff is in {currency}, the property's currency is {house.currency}.")
    if country != house.country:
        top.note("country", f"The tariff was made for {country}, the property is in {house.country}.")


def _decimals(top: Section, currency: str, *, is_cost: bool) -> int:
    own: int = minor_digits(currency) if currency in CURRENCIES else 2
    stated = top.whole("decimals", -1, (0, 6), "decimals")
    if stated < 0:
        return COST_DECIMALS if is_cost else own
    if not is_cost and stated != own:
        top.note("decimals", f"What guests pay has the {own} decimals of {currency}; round_to makes it coarser.")
    return stated


def _round_to(top: Section, decimals: int) -> int:
    """Read the coin that amounts are rounded to, in smallest units."""
    stated = top.price("round_to", MILLIONTHS // 10**decimals)
    units, rest = divmod(stated * int(10**decimals), MILLIONTHS)
    if rest or not units:
        top.note("round_to", f"round_to is a coin such as 0.05, with at most {decimals} decimals.")
        return 1
    return units


def _for_whom(top: Section, *, is_cost: bool) -> Carried:
    carrier, by_code = top.text("carrier", ""), top.flag("carried", False)
    trunks, groups = top.texts_or_text("trunks"), top.texts_or_text("trunk_groups")
    if is_cost and not carrier:
        top.note("carrier", 'A cost tariff names its carrier: carrier = "Telekom".')
    if is_cost and by_code:
        top.note("carried", "A cost tariff is its carrier's; nobody carries it.")
    if not is_cost and (carrier or trunks or groups):
        top.note("carrier", 'carrier, trunks and trunk_groups are for a cost tariff: kind = "cost".')
    return Carried(carrier, trunks, groups, by_code)


def _validity(top: Section) -> tuple[date | None, date | None]:
    first, last = top.day("valid_from"), top.day("valid_to")
    if first is None and "valid_from" not in top.values:
        top.note("valid_from", "valid_from is missing: write the first day, for example valid_from = 2025-01-01.")
    if first is not None and last is not None and last < first:
        top.note("valid_to", f"The last day {last} is before the first day {first}.")
    return first, last


# -- decks ---------------------------------------------------------------------------------------------------------


def _deck_names(top: Section, shelf: Shelf) -> tuple[str, ...]:
    names = top.texts("decks")
    return shelf.unnamed if names is None else _there(top, "decks", names, shelf)


def _there(section: Section, key: str, names: list[str], shelf: Shelf) -> tuple[str, ...]:
    for name in names:
        if name not in shelf.texts:
            there = ", ".join(sorted(shelf.texts)) or "none"
            section.note(key, f"The deck {shown(name)!r} is not in the folder; it has: {there}.")
    return tuple(dict.fromkeys(name for name in names if name in shelf.texts))


def _own_decks(
    rule: Section, top: Section, shelf: Shelf, week: Week, house: House, used: dict[str, None]
) -> Decks | None:
    names = rule.texts_or_text("deck")
    if not names:
        return None
    return _decks(top, _there(rule, "deck", list(names), shelf), shelf, week, house, used)


def _decks(
    top: Section, names: tuple[str, ...], shelf: Shelf, week: Week, house: House, used: dict[str, None]
) -> Decks:
    """Make the tables of some decks; the same prefix in two of them is a problem.

    Rows for short numbers serve every class that a short number may have.
    """
    used.update(dict.fromkeys(names))
    texts = {name: shelf.texts[name] for name in names}
    options = {name: _options(top, name) for name in names}
    rows, wrong = read_decks(texts, week.names[1:], emergency_numbers(house.country).fullmatch, options)
    noted = set(top.problems)  # a deck may be read for several rules
    top.problems += [problem for problem in wrong if problem not in noted]
    general = rows.pop("")
    short = {key: rate for key, rate in general.items() if key.startswith(SHORT)}
    for key in short:
        del general[key]
    own = {**rows, **{name: short | rows.get(name, {}) for name in _SHORT_CLASSES}}
    return Decks(prefix_table(general), {name: prefix_table(found) for name, found in own.items() if found})


def _no_emergency(top: Section, decks: Decks, shelf: Shelf, used: Mapping[str, None], house: House) -> None:
    """Find rows that someone wrote for an emergency number, as if it began with a country code.

    That is an error where no number of the world begins so, and nothing else can be meant; +998 is Uzbekistan.
    """
    is_emergency = emergency_numbers(house.country).fullmatch
    for key in [key for key in decks.general.rates if len(key) <= LONGEST_EMERGENCY and is_emergency(key[1:])]:
        if not key.startswith(("+10", "+11")) and any(int(key[1:end]) in COUNTRY_CODES for end in (2, 3, 4)):
            continue
        row = re.compile(rf"^\W*{key[1:]}\W*?[;,\t]", re.MULTILINE)
        at = next(((name, found) for name in used if (found := row.search(shelf.texts[name]))), None)
        name, line = (at[0], shelf.texts[at[0]].count("\n", 0, at[1].start()) + 1) if at else (top.file, None)
        sentence = f"{key[1:]} is an emergency number: it is never charged and must not have a price."
        top.problems.append(Problem(name, line, key[1:], sentence))


def _options(top: Section, name: str) -> dict[str, object]:
    """Read [deck."NAME"]: how the prices and increments of one deck are meant."""
    tables = top.values.get("deck")
    values = tables.get(name) if isinstance(tables, dict) else None
    if not isinstance(values, dict):
        return {}
    section = top.child("deck", values, path=f"deck.{name}")
    options: dict[str, object] = {}
    reading = section.choice("increment_reading", ("", "steps", "modulo"), "")
    options |= {"modulo": reading == "modulo"} if reading else {}
    basis = section.choice("basis", _DECK_BASES, "minute")
    options |= {"basis": basis} if basis != "minute" else {}
    per = section.whole("per_seconds", 60, (1, INCREMENT_LIMIT), "seconds")
    options |= {"per": per} if per != 60 else {}
    section.finish()
    return options
