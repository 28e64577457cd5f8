"""From a configuration to the parts of a gateway: room list, sources, tariff, rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Connection

from gateway.acts import ACT_DEEDS
from gateway.app.pms import tells_rooms
from gateway.attribution import BEARERS, Assignment, Attribution, attribution
from gateway.bills.enquiry import PriceDesk
from gateway.config import Config, PbxSettings
from gateway.config.office import account_codes_of
from gateway.delivery.orders import ORDERS, Orders
from gateway.directory import ExtensionRange, RoomList
from gateway.helplines import helplines
from gateway.instants import to_micros
from gateway.intake.acts import ActRules, Acts
from gateway.intake.batch import Rules, Source
from gateway.intake.correcting import Correcting
from gateway.intake.decisions import Decisions
from gateway.settle import Policy
from gateway.store.commands import Command
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from gateway.tariff_folder import TariffUnreadable, read_texts
from protocols.smdr.catalog import DIALECTS, SourceSettings
from rating.book import TariffBook
from rating.home import HouseNumbers
from rating.money import minor_digits, parse_amount
from rating.numbering import NumberPlan, number_plan
from rating.text import load as load_tariff


class CannotStart(Exception):
    """The gateway cannot start as it is configured; the sentence says why and what to do."""


def room_list(config: Config) -> RoomList:
    """The hotel's own list of extensions."""
    return RoomList(
        ranges=tuple(ExtensionRange(first=one.first, last=one.last) for one in config.rooms.extensions),
        rooms=dict(config.rooms.map),
        departments=dict(config.rooms.departments),
    )


def tariff(config: Config, folder: Path | None = None) -> TariffBook:
    """The tariff in force, or that of another folder; raises CannotStart with its first problem."""
    try:
        texts = read_texts(folder or config.tariff.folder)
    except TariffUnreadable as error:
        raise CannotStart(str(error)) from error
    home = config.property
    loaded = load_tariff(texts, zone=home.timezone, currency=home.currency, country=home.country)
    if loaded.book is None:
        first = next((one for one in loaded.problems if one.severity == "error"), None)
        words = f"{first.file}: {first.sentence}" if first else "it holds no rates"
        raise CannotStart(f"the tariff cannot be used: {words} ('foliogate check' lists every problem)")
    return loaded.book


def source_settings(pbx: PbxSettings) -> SourceSettings:
    """What a dialect's parser needs to know of an exchange."""
    return SourceSettings(
        timezone=pbx.timezone, trunk_access=pbx.trunk_access, trunks=frozenset(pbx.trunks), options=pbx.options
    )


def plan_of(config: Config, trunk_access: tuple[str, ...], rooms: RoomList) -> NumberPlan:
    """How the digits of an exchange with these access codes are read."""
    home, own = config.property, config.numbering
    house = HouseNumbers(
        local_areas=own.local_areas,
        emergency=own.emergency,
        feature_codes=own.feature_codes,
        carrier_codes=own.carrier_codes,
    )
    return number_plan(home.country, home.area_code or None, trunk_access, rooms.lists, house)


def source(config: Config, pbx: PbxSettings, rooms: RoomList) -> Source:
    """One exchange, ready to be settled."""
    dialect = DIALECTS[pbx.dialect]
    return Source(
        name=pbx.name,
        parse=dialect.parser(source_settings(pbx)),
        join=dialect.join,
        plan=plan_of(config, pbx.trunk_access, rooms),
        counter=dialect.counter(pbx.options),
    )


def sources(config: Config, rooms: RoomList) -> Mapping[str, Source]:
    """Every exchange by name."""
    return {pbx.name: source(config, pbx, rooms) for pbx in config.pbx}


def rules(config: Config, rooms: RoomList, book: TariffBook) -> Rules:
    """What of the configuration bears on settling. Starter prices go to a PMS on this machine alone."""
    pms = config.pms[0] if config.pms else None
    approved = book.approved_by is not None or not book.starter
    return Rules(
        rooms=rooms,
        transfer_payer=config.rooms.transfer_payer,
        policy=Policy(
            pms=pms.name if pms else None,
            may_post=approved or (pms is not None and pms.loopback),
            tells_rooms=tells_rooms(pms),
            money=(config.property.currency, minor_digits(config.property.currency)),
        ),
        currency=config.property.currency,
        decimals=minor_digits(config.property.currency),
        attribution=assigned(config),
        helplines=helplines(config.privacy.helplines, config.property.country, plan_of(config, (), rooms).classify),
        codes=account_codes_of(config),
    )


def assigned(config: Config) -> Attribution:
    """Who carries which tariff by the configuration. A day begins at midnight of the property."""
    zone = config.property.timezone

    def instant(day: date | None) -> int | None:
        return None if day is None else to_micros(datetime.combine(day, time(), zone))

    listed = [
        Assignment(
            tariff=one.tariff,
            bearer=bearer,
            names=frozenset(names),
            since=instant(one.first),
            until=instant(one.last + timedelta(days=1) if one.last is not None else None),
        )
        for one in config.tariff.assign
        for bearer, names in zip(BEARERS, (one.groups, one.rooms, one.tenant, one.departments), strict=True)
        if names
    ]
    return attribution(listed, config.rooms.classes)


def tariff_warning(book: TariffBook) -> str:
    """What people must be told of the tariff's prices; empty if nothing."""
    if book.approved_by is None and book.starter:
        return (
            "the tariff's prices are invented and not approved: they are posted to a PMS on this machine only. "
            "Look at them, then run 'foliogate tariff approve'"
        )
    return ""


def price_desk(config: Config, rooms: RoomList, book: TariffBook) -> PriceDesk:
    """What says what a call would cost, for the telephones behind each exchange."""
    plans = {pbx.name: plan_of(config, pbx.trunk_access, rooms) for pbx in config.pbx}
    own = {"": plan_of(config, (), rooms)}
    return PriceDesk(
        book=book, plans=plans or own, rooms=rooms, attribution=assigned(config), zone=config.property.timezone
    )


def takes_reversals(config: Config) -> bool:
    """Whether the PMS is declared to book a negative amount."""
    return bool(config.pms) and config.pms[0].takes_reversals


def act_rules(config: Config) -> ActRules:
    """The house's rules for voids, adjustments, moves and charges by hand."""
    said, decimals = config.acts, minor_digits(config.property.currency)
    return ActRules(
        second_above=None if said.second_person_above is None else parse_amount(said.second_person_above, decimals),
        house_accounts=frozenset(said.house_accounts),
        tax=parse_amount(said.tax_percent, 4),
    )


@dataclass(frozen=True, slots=True)
class Deciding:
    """What carries out decisions about prices and charges, and orders of reports, as commands ask for them."""

    prices: Decisions
    acts: Acts
    orders: Orders

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """Do one, or say in a sentence why not; with the postings that are due by it."""
        if command.deed in ORDERS:
            return self.orders(connection, command, now)
        about = self.acts if command.deed in ACT_DEEDS else self.prices
        return about(connection, command, now)


def deciding(
    config: Config, memory: Memory, rules: Rules, book: TariffBook, takes_reversals: Callable[[], bool]
) -> Deciding:
    """The same, by the rules of a house."""
    prices = Decisions(memory, rules, frozenset(book.carried), takes_reversals)
    return Deciding(prices, Acts(memory, rules, act_rules(config), takes_reversals), Orders(config, memory))


def decisions(config: Config, memory: Memory) -> Deciding:
    """The same, in a process that is not the gateway."""
    rooms, book = room_list(config), tariff(config)
    return deciding(config, memory, rules(config, rooms, book), book, lambda: takes_reversals(config))


def correcting(config: Config, database: Database) -> Correcting:
    """What works out which stored calls a corrected tariff changes."""
    rooms, book = room_list(config), tariff(config)
    return Correcting(
        database=database,
        rules=rules(config, rooms, book),
        sources=sources(config, rooms),
        book=book,
        takes_reversals=takes_reversals(config),
    )
