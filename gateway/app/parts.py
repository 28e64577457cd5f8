"""From a configuration to the parts of a gateway: sources, rules, what carries out decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.acts import ACT_DEEDS
from gateway.app.configured import assigned, plan_of, room_list, source_settings, tariff
from gateway.app.pms import tells_rooms
from gateway.config import Config, PbxSettings
from gateway.config.meanings import account_codes_of
from gateway.cutting import Cutting
from gateway.delivery.orders import ORDERS, Orders
from gateway.directory import RoomList
from gateway.helplines import helplines
from gateway.intake.acts import ActRules, Acts
from gateway.intake.batch import Rules, Source
from gateway.intake.correcting import Correcting
from gateway.intake.decisions import Decisions
from gateway.privacy import erasing
from gateway.settle import Policy
from gateway.store.commands import Command
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from protocols.smdr.catalog import DIALECTS
from rating.book import TariffBook
from rating.money import minor_digits, parse_amount


def source(config: Config, pbx: PbxSettings, rooms: RoomList) -> Source:
    """One exchange, ready to be settled."""
    dialect = DIALECTS[pbx.dialect]
    return Source(
        name=pbx.name,
        parse=dialect.parser(source_settings(pbx)),
        join=dialect.join,
        plan=plan_of(config, pbx.trunk_access, rooms),
        counter=dialect.counter(pbx.options),
        sharing=dialect.sharing(pbx.options),
        cutting=cutting(config, pbx),
        asked=pbx.pull is not None,
    )


def cutting(config: Config, pbx: PbxSettings) -> Cutting | None:
    """What is cut out of the records of an exchange before anything reads them; None where the house names nothing."""
    said = config.privacy
    return Cutting(said.access_numbers, pbx.trunk_access, said.longest) if said.cuts else None


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


def tariff_warning(book: TariffBook) -> str:
    """What people must be told of the tariff's prices; empty if nothing."""
    if book.approved_by is None and book.starter:
        return (
            "the tariff's prices are invented and not approved: they are posted to a PMS on this machine only. "
            "Look at them, then run 'foliogate tariff approve'"
        )
    return ""


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
    """What carries out decisions about prices and charges, and orders of reports, as commands ask for them; and guests to be erased."""

    prices: Decisions
    acts: Acts
    orders: Orders
    memory: Memory

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """Do one, or say in a sentence why not; with the postings that are due by it."""
        if command.deed in ORDERS:
            return self.orders(connection, command, now)
        if command.deed in erasing.DEEDS:
            return erasing.carry_out(connection, self.memory, command, now), []
        about = self.acts if command.deed in ACT_DEEDS else self.prices
        return about(connection, command, now)


def deciding(
    config: Config, memory: Memory, rules: Rules, book: TariffBook, takes_reversals: Callable[[], bool]
) -> Deciding:
    """The same, by the rules of a house."""
    prices = Decisions(memory, rules, frozenset(book.carried), takes_reversals)
    return Deciding(prices, Acts(memory, rules, act_rules(config), takes_reversals), Orders(config, memory), memory)


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
