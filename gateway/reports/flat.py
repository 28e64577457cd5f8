"""What calls by a flat rate would have come to by the house's own tariff: the pricing that the report on flat rates needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.config.meanings import minor
from gateway.instants import from_micros
from gateway.tariff_folder import TariffUnreadable, read_texts
from protocols.records import CallRecord
from rating.book import TariffBook
from rating.circumstances import Circumstances
from rating.money import minor_digits
from rating.numbering import NumberPlan, number_plan
from rating.outcomes import NotChargeable, RatedCall
from rating.rate import rate
from rating.text import load

if TYPE_CHECKING:
    from gateway.config import Config

#: As a guest without a tariff of his own would have called, from his room.
_GUEST = Circumstances(extension_class="room")


class Given(NamedTuple):
    """Groups and rooms that the configuration gave a tariff, from a day to a day, both included."""

    groups: frozenset[str]
    rooms: frozenset[str]
    first: date
    last: date

    def covers(self, stay: Mapping[str, Any], day: date) -> bool:
        """Whether a stay has the tariff by it on a day."""
        return self.first <= day <= self.last and (stay["group_code"] in self.groups or stay["room"] in self.rooms)


class FlatRate(NamedTuple):
    """A tariff whose calls cost nothing more, and what the guest pays for it: minor units a day or a stay."""

    tariff: str
    fee: int
    per: str
    given: tuple[Given, ...] = ()


def flat_rates(config: Config) -> tuple[FlatRate, ...]:
    """The flat rates of a house."""
    currency = config.property.currency
    return tuple(
        FlatRate(
            one.tariff,
            minor(one.fee, currency),
            one.per,
            tuple(
                Given(frozenset(by.groups), frozenset(by.rooms), by.first or date.min, by.last or date.max)
                for by in config.tariff.assign
                if by.tariff == one.tariff
            ),
        )
        for one in config.flat_rates
    )


class NoPricing(Exception):
    """The house's tariff cannot be read now, so nothing can be priced by it; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """The house's own tariff, as it is written today."""

    book: TariffBook
    plan: NumberPlan
    home: tuple[str, int]

    def price(self, call: Any) -> tuple[int, str, int] | None:
        """What a stored call would have cost the guest: minor units, currency, decimals; None where no rate is known."""
        leg = CallRecord(
            direction="out",
            answered=None if call["answered"] is None else bool(call["answered"]),
            start=from_micros(call["started_at"]),
            talk_seconds=call["talk_seconds"],
            extension=call["extension"],
            dialled=call["number"] or call["dialled"],
            trunk=call["trunk"],
            trunk_group=call["trunk_group"],
            pulses=call["pulses"],
            aoc_amount=call["aoc_amount"],
            aoc_currency=call["aoc_currency"],
        )
        found = rate(leg, self.plan.classify(leg.dialled or ""), self.book, _GUEST)
        if isinstance(found, NotChargeable):
            return 0, self.home[0], self.home[1]
        return (found.amount, found.currency, found.decimals) if isinstance(found, RatedCall) else None


def pricing_of(config: Config) -> Pricing:
    """The pricing of a house. Raises NoPricing."""
    home = config.property
    try:
        texts = read_texts(config.tariff.folder)
    except TariffUnreadable as error:
        raise NoPricing(str(error)) from error
    book = load(texts, zone=home.timezone, currency=home.currency, country=home.country).book
    if book is None:
        raise NoPricing("the tariff cannot be used: 'foliogate check' lists every problem")
    return Pricing(book, plan_of(config), (home.currency, minor_digits(home.currency)))


def plan_of(config: Config) -> NumberPlan:
    """How numbers outside are read, whatever exchange they were dialled at."""
    home = config.property
    access = tuple(dict.fromkeys(one for pbx in config.pbx for one in pbx.trunk_access))
    return number_plan(home.country, home.area_code or None, access, lambda _digits: False)
