"""Reading the rules of a tariff: [class.NAME] for classes of numbers, [[rule]] for calls in certain circumstances.

Rules are asked in the order in which they stand, and the first that fits holds; so a rule after one that fits all of
its calls is never reached, which is an error, and two that share some calls are pointed out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rating.bands import Week
from rating.circumstances import Circumstances, Condition, fits
from rating.fields import Section, shown
from rating.numbering import CHARGEABLE_CLASSES, FINER_CLASSES
from rating.tariff import ClassRule, PrefixTable, SpecialRule, Terms
from rating.term_text import PriceText, given_terms, read_prices

RULE_LIMIT = 500
"""Most special rules of a tariff: each is compared with all before it when the text is read."""

DIRECTIONS = ("out", "in", "collect", "tandem")
CONDITIONS = tuple(entry for entry in Circumstances._fields if entry not in ("direction", "tariff"))
_PREFIX = re.compile(r"\+?([1-9][0-9]{0,14})|(#[0-9]{2,8})")


class Decks(NamedTuple):
    """The tables made of the decks that a tariff or rule names: for all classes, and those for each class."""

    general: PrefixTable
    by_class: Mapping[str, PrefixTable]


class Frame(NamedTuple):
    """What the rules of a tariff share: its week, terms, prices for all classes, and decks."""

    week: Week
    terms: Terms
    prices: PriceText
    decks: Decks
    is_emergency: Callable[[str], object]


def read_classes(top: Section, frame: Frame) -> dict[str, ClassRule]:
    """Read [class.NAME] for every class that may cost money; what is not written is as in the tariff."""
    rules = {name: _class_rule(name, frame.terms, PriceText(), frame) for name in CHARGEABLE_CLASSES}
    classes = top.table("class")
    for name in classes.values if classes else ():
        section = classes.table(name) if classes else None
        if section is None:
            continue
        if name == "emergency":
            section.note("", "Emergency calls are never charged: a tariff must not price them.")
        elif name not in CHARGEABLE_CLASSES and name not in FINER_CLASSES:
            known = ", ".join((*CHARGEABLE_CLASSES, *FINER_CLASSES))
            section.note("", f"The class {shown(name)!r} is not known; known: {known}.")
        else:
            rules[name] = _own_class(section, name, frame)
    for name in (frame.decks.by_class.keys() & FINER_CLASSES.keys()) - rules.keys():
        rules[name] = rules[FINER_CLASSES[name]]._replace(rows=frame.decks.by_class[name])
    return rules


def _own_class(section: Section, name: str, frame: Frame) -> ClassRule:
    terms = frame.terms._replace(**given_terms(section))  # type: ignore[arg-type]
    prices = read_prices(section, frame.week)
    free = section.flag("free", False)
    section.finish()
    if free and (prices.basis or prices.metered):
        section.note("free", f"Calls of class {name} cannot be free and have a price.")
    _consistent(section, terms, prices)
    return _class_rule(name, terms, prices, frame)._replace(free=free)


def _class_rule(name: str, terms: Terms, prices: PriceText, frame: Frame) -> ClassRule:
    label, whole = f"class {name}", "the whole tariff"
    return ClassRule(
        terms,
        rows=frame.decks.by_class.get(name),
        price=prices.rate(label, terms),
        metered=prices.metered_rate(label) or frame.prices.metered_rate(whole),
        last=frame.prices.rate(whole, terms),
    )


def _consistent(section: Section, terms: Terms, prices: PriceText) -> None:
    if prices.steps and terms.free_seconds:
        section.note("steps", "With free_seconds no steps: write a first step with a price of 0 instead.")


def read_rules(
    top: Section, frame: Frame, classes: Mapping[str, ClassRule], decks_of: Callable[[Section], Decks | None]
) -> tuple[SpecialRule, ...]:
    """Read the special rules, in order. `decks_of` makes the tables of the decks that a rule names itself."""
    sections = top.tables("rule")
    if len(sections) > RULE_LIMIT:
        top.note("rule", f"A tariff has at most {RULE_LIMIT} rules; a deck has room for a million prefixes.")
        return ()
    rules = [_rule(section, frame, classes, decks_of(section)) for section in sections]
    _in_order(sections, rules)
    return tuple(rules)


def _rule(section: Section, frame: Frame, classes: Mapping[str, ClassRule], decks: Decks | None) -> SpecialRule:
    name = section.text("name")
    given, prices = given_terms(section), read_prices(section, frame.week)
    free = section.flag("free", False)
    directions = _known(section, "direction", DIRECTIONS) or ("out",)
    only = _classes(section)
    rule = SpecialRule(
        name,
        section.line_of(section.path),
        frozenset(directions),
        read_conditions(section),
        _prefixes(section, frame.is_emergency),
        frozenset(one.upper() for one in section.texts_or_text("country")),
        frozenset(frame.week.names.index(one) for one in _known(section, "band", frame.week.names[1:])),
        _by_class(name, given, prices, frame, classes, decks, only, directions, free=free),
        decks.general if decks else None,
    )
    section.finish()
    if free and (prices.basis or prices.metered or decks):
        section.note("free", "A rule cannot make calls free and price them.")
    for made in rule.by_class.values():
        _consistent(section, made.terms, prices)
        break
    return rule


def _by_class(
    name: str,
    given: Mapping[str, int | bool],
    prices: PriceText,
    frame: Frame,
    classes: Mapping[str, ClassRule],
    decks: Decks | None,
    only: tuple[str, ...],
    directions: tuple[str, ...],
    *,
    free: bool,
) -> dict[str, ClassRule]:
    """What a rule makes of each class: what it does not state itself is as in the class."""
    label = f"rule {name}"
    finer = {one: classes[wide] for one, wide in FINER_CLASSES.items() if one in only and wide not in only}
    found: dict[str, ClassRule] = {}
    for number_class, base in (finer | dict(classes)).items():
        if number_class not in only or "out" not in directions:
            continue
        terms = base.terms._replace(**given)  # type: ignore[arg-type]
        own = prices.rate(label, terms)
        made = base._replace(terms=terms, free=free or (base.free and not (own or prices.metered or decks)))
        if prices.metered:
            made = made._replace(metered=prices.metered_rate(label))
        if own is not None:
            made = made._replace(price=own, rows=None, metered=prices.metered_rate(label))
        elif decks is not None:
            made = made._replace(price=None, rows=decks.by_class.get(number_class), metered=None)
        found[number_class] = made
    if set(directions) != {"out"}:
        terms = frame.terms._replace(**given)  # type: ignore[arg-type]
        found[""] = ClassRule(terms, free=free, price=prices.rate(label, terms), metered=prices.metered_rate(label))
    return found


def read_conditions(section: Section) -> tuple[Condition, ...]:
    """Read what a table asks of the circumstances: a text, a list of texts, or true for any that is known."""
    found = []
    for entry in CONDITIONS:
        value = section.values.get(entry)
        if isinstance(value, bool):
            section.known.add(entry)
            if entry == "operator":
                found.append(Condition(entry, ("yes" if value else "no",)))
            elif value:
                found.append(Condition(entry, ("*",)))
            else:
                section.note(entry, f'{entry} = true asks for any, {entry} = "…" for that one; false asks for nothing.')
        elif entry == "operator" and value is not None:
            section.flag(entry, False)
        elif texts := section.texts_or_text(entry):
            found.append(Condition(entry, texts))
    return tuple(found)


def _classes(section: Section) -> tuple[str, ...]:
    stated = section.values.get("class")
    if stated == "emergency" or (isinstance(stated, list) and "emergency" in stated):
        section.known.add("class")
        section.note("class", "Emergency calls are never charged: a rule must not price them.")
        return ()
    every = (*CHARGEABLE_CLASSES, *FINER_CLASSES)
    return _known(section, "class", every) or every


def _known(section: Section, key: str, options: tuple[str, ...]) -> tuple[str, ...]:
    found = section.texts_or_text(key)
    for one in found:
        if one not in options:
            section.note(
                key, f"{shown(one)!r} is not known here; write one of: {', '.join(options) or 'none is there'}."
            )
    return tuple(one for one in found if one in options)


def _prefixes(section: Section, is_emergency: Callable[[str], object]) -> tuple[str, ...]:
    found = []
    for one in section.texts_or_text("prefix"):
        match = _PREFIX.fullmatch(re.sub(r"[\s().-]", "", one))
        if match is None:
            section.note(
                "prefix", f"{shown(one)!r} is no prefix; write the country code and what follows, such as 4822."
            )
        elif match[2] and is_emergency(match[2][1:]):
            section.note(
                "prefix", f"{match[2][1:]} is an emergency number: it is never charged and must not have a price."
            )
        else:
            found.append(match[2] or f"+{match[1]}")
    return tuple(found)


# -- order ---------------------------------------------------------------------------------------------------------


def _in_order(sections: list[Section], rules: list[SpecialRule]) -> None:
    """Find rules that are never reached, and pairs of which the order decides."""
    names: dict[str, int | None] = {}
    for place, (section, rule) in enumerate(zip(sections, rules, strict=True)):
        if rule.name in names:
            section.note(
                "name", f"The rule of line {names[rule.name]} is called {rule.name!r} too; names tell rules apart."
            )
        names.setdefault(rule.name, rule.line)
        for earlier in rules[:place]:
            if _covers(earlier, rule):
                section.note(
                    "",
                    f"The rule {rule.name!r} is never reached: that of line {earlier.line}, {earlier.name!r}, fits all of its calls.",
                )
                break
            if _meet(earlier, rule) and not _covers(rule, earlier):
                words = f"A call may fit this rule and that of line {earlier.line}, {earlier.name!r}; it gets the earlier one."
                section.note("", words, "warning")


def _covers(wide: SpecialRule, narrow: SpecialRule) -> bool:
    """Say whether every call that fits the one fits the other."""
    if not (narrow.directions <= wide.directions and narrow.by_class.keys() <= wide.by_class.keys()):
        return False
    asked = {one.entry: one.allowed for one in narrow.conditions}
    if not all(_all_within(asked.get(one.entry, ()), one.allowed) for one in wide.conditions):
        return False
    return (
        (not wide.prefixes or (bool(narrow.prefixes) and all(one.startswith(wide.prefixes) for one in narrow.prefixes)))
        and (not wide.countries or (bool(narrow.countries) and narrow.countries <= wide.countries))
        and (not wide.bands or (bool(narrow.bands) and narrow.bands <= wide.bands))
    )


def _all_within(texts: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    return bool(texts) and all(one in allowed or fits(allowed, one) for one in texts)


def _meet(one: SpecialRule, other: SpecialRule) -> bool:
    """Say whether some call fits both."""
    if not (one.directions & other.directions and one.by_class.keys() & other.by_class.keys()):
        return False
    asked = {condition.entry: condition.allowed for condition in other.conditions}
    apart = any(
        condition.entry in asked and not _common(condition.allowed, asked[condition.entry])
        for condition in one.conditions
    )
    return (
        not apart
        and _prefixes_meet(one.prefixes, other.prefixes)
        and (not one.countries or not other.countries or bool(one.countries & other.countries))
        and (not one.bands or not other.bands or bool(one.bands & other.bands))
    )


def _common(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Say whether one text fits both lists; two patterns are taken to meet unless their beginnings differ."""
    return any(
        fits((one,), other) or fits((other,), one) or ("*" in one and "*" in other and _heads_meet(one, other))
        for one in some
        for other in others
    )


def _heads_meet(one: str, other: str) -> bool:
    head, second = one.partition("*")[0], other.partition("*")[0]
    return head.startswith(second) or second.startswith(head)


def _prefixes_meet(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    if not some or not others:
        return True
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)
