"""Reading prices and what surrounds them, which may be said for a tariff, for a class, or in a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from rating.bands import Week
from rating.decks import INCREMENT_LIMIT, read_increments
from rating.fields import Section, shown
from rating.money import MILLIONTHS
from rating.tariff import Basis, Rate, Step, Terms

STEP_LIMIT = 24
"""Most prices by elapsed time in one place; hotels use two to four. With the limit on talk time it bounds the work."""

_AMOUNTS = {
    "connection": "connection",
    "surcharge": "surcharge",
    "minimum": "minimum",
    "maximum": "maximum",
    "add_per_minute": "add_per_minute",
    "access_fee": "access_fee",
    "operator_fee": "operator_fee",
    "attempt_fee": "attempt",
}
_PRICES: dict[str, Basis] = {"price_per_minute": "minute", "price_per_call": "call", "price_per_pulse": "pulses"}
_BASES: tuple[Basis, ...] = ("minute", "call", "pulses", "advice", "cost")


def given_terms(section: Section) -> dict[str, int | bool]:
    """Read the terms that a table states, by the field of Terms; what it does not state is not there."""
    given: dict[str, int | bool] = {
        field: section.price(key, 0) for key, field in _AMOUNTS.items() if key in section.values
    }
    section.known.update(_AMOUNTS)
    first, then = increments_of(section)
    if first:
        given |= {"first": first, "then": then}
    reading = section.choice("increment_reading", ("steps", "modulo"), "")
    if reading:
        given["modulo"] = reading == "modulo"
    for key in ("free_seconds", "grace_seconds"):
        seconds = section.seconds(key, -1, INCREMENT_LIMIT)
        given |= {key: seconds} if seconds >= 0 else {}
    for key, field in (("markup_percent", "markup"), ("discount_percent", "discount")):
        share = section.percent(key, -1)
        given |= {field: share} if share >= 0 else {}
    if int(given.get("discount", 0)) > MILLIONTHS:
        section.note("discount_percent", "A discount is at most 100 percent: a call cannot pay the guest.")
    if "maximum" in given and int(given.get("minimum", 0)) > int(given["maximum"]):
        section.note("maximum", "The maximum is less than the minimum.")
    return given


def increments_of(section: Section) -> tuple[int, int]:
    """Read the increments of a table; (0, 0) where there are none."""
    if "increments" not in section.values:
        section.known.add("increments")
        return 0, 0
    value = section.values["increments"]
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else section.text("increments")
    section.known.add("increments")
    try:
        return read_increments(text)
    except ValueError as sentence:
        section.note("increments", str(sentence))
        return 0, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceText:
    """The prices that one table states. `prices` and `connections` are by band, entry 0 the plain one, which is -1
    for a connection fee that is not stated. `metered` is what the exchange meters, `basis` what else is charged.
    """

    basis: Basis | None = None
    prices: tuple[int, ...] = ()
    connections: tuple[int, ...] | None = None
    metered: Basis | None = None
    per_pulse: int = 0
    per: int = 60
    steps: tuple[Step, ...] = ()

    def rate(self, label: str, terms: Terms) -> Rate | None:
        """Make the rate of a class or rule that has these terms; None where the decks decide."""
        if self.basis is None:
            return None
        fees = self.connections and tuple(terms.connection if fee < 0 else fee for fee in self.connections)
        one_price = len(set(self.prices)) == 1 and (fees is None or len(set(fees)) == 1)
        return Rate(
            label,
            "",
            self.prices,
            fees,
            0,
            0,
            one_price and all(len(set(step.prices)) == 1 for step in self.steps),
            per=self.per,
            basis=self.basis,
            steps=self.steps,
            plain=self.basis == "minute" and self.per == 60 and not self.steps,
        )

    def metered_rate(self, label: str) -> Rate | None:
        """Make the rate of what the exchange meters."""
        if self.metered is None:
            return None
        return Rate(label, "", (self.per_pulse,), None, 0, 0, True, basis=self.metered, plain=False)


def read_prices(section: Section, week: Week) -> PriceText:
    """Read the price of a tariff, class or rule."""
    stated = [key for key in _PRICES if key in section.values]
    section.known.update(_PRICES)
    basis = cast(Basis | None, section.choice("basis", _BASES, "") or None)
    plain = [key for key in stated if key != "price_per_pulse"]
    if len(plain) > 1:
        section.note(plain[1], f"Write either {plain[0]} or {plain[1]}; a fee beside a price per minute is connection.")
    metered = _metered(section, basis, "price_per_pulse" in stated)
    steps = _steps(section, week)
    inner, fees = _by_band(section, "in_band", week), _by_band(section, "connection_in_band", week)
    per = section.whole("per_seconds", 60, (1, INCREMENT_LIMIT), "seconds")
    found = _basis(section, basis, plain, steps)
    if found is None and (inner or fees or "per_seconds" in section.values):
        key = "price_per_minute"
        section.note(key, "Prices in bands need the plain price_per_minute beside them.")
    base = section.price(plain[0], 0) if plain else 0
    return PriceText(
        basis=found,
        prices=(base, *(inner.get(band, base) for band in week.names[1:])),
        connections=(-1, *(fees.get(band, -1) for band in week.names[1:])) if fees else None,
        metered=metered,
        per_pulse=section.price("price_per_pulse", 0),
        per=per,
        steps=steps,
    )


def _metered(section: Section, basis: Basis | None, per_pulse: bool) -> Basis | None:
    if basis == "pulses" and not per_pulse:
        section.note("basis", 'basis = "pulses" needs the price of a pulse: price_per_pulse = "0.12".')
    if basis == "advice" and per_pulse:
        section.note("price_per_pulse", "With the exchange's own amount (advice) a pulse has no price.")
    return "pulses" if per_pulse else "advice" if basis == "advice" else None


def _basis(section: Section, basis: Basis | None, plain: list[str], steps: tuple[Step, ...]) -> Basis | None:
    """What is charged where nothing is metered."""
    stated = _PRICES[plain[0]] if plain else None
    if steps:
        if plain or basis not in (None, "minute"):
            section.note("steps", "With steps the prices stand in the steps: take the other price or basis away.")
        return "minute"
    if basis == "cost" and stated is not None:
        section.note("basis", f"With the carrier's cost as the basis take {plain[0]} away; add_per_minute adds to it.")
    if basis in ("minute", "call") and stated != basis:
        section.note("basis", f'basis = "{basis}" needs its price: price_per_{basis} = "0.30".')
    return "cost" if basis == "cost" else stated


def _steps(section: Section, week: Week) -> tuple[Step, ...]:
    """Read prices by elapsed time; the first begins with the call, and the others are in order."""
    found: list[Step] = []
    for one in section.tables("steps"):
        start = one.seconds("from", 0, INCREMENT_LIMIT)
        first, then = increments_of(one)
        inner = _by_band(one, "in_band", week)
        base = one.price("price_per_minute", 0)
        prices = (base, *(inner.get(band, base) for band in week.names[1:]))
        if not found and start:
            one.note("from", "The first step begins with the call: from = 0.")
        if found and start <= found[-1].start:
            one.note(
                "from", f"A step that begins after {start} s stands after one that begins later: it is never reached."
            )
        found.append(Step(start, prices, one.price("charge", 0), first or 1, then or 1))
        one.finish()
    if len(found) > STEP_LIMIT:
        section.note("steps", f"There are at most {STEP_LIMIT} steps.")
    return tuple(found)


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
