"""What a configuration says by itself: room list, number plan, tariff and its assignments.

No store and no network are needed for it, and none is loaded: `check`, `rate` and `price` start from here.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from gateway.attribution import BEARERS, Assignment, Attribution, attribution
from gateway.bills.enquiry import PriceDesk
from gateway.config import Config, PbxSettings
from gateway.directory import ExtensionRange, RoomList
from gateway.instants import to_micros
from gateway.tariff_folder import TariffUnreadable, read_texts
from protocols.smdr.settings import SourceSettings
from rating.book import TariffBook
from rating.home import HouseNumbers
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


def price_desk(config: Config, rooms: RoomList, book: TariffBook) -> PriceDesk:
    """What says what a call would cost, for the telephones behind each exchange."""
    plans = {pbx.name: plan_of(config, pbx.trunk_access, rooms) for pbx in config.pbx}
    own = {"": plan_of(config, (), rooms)}
    return PriceDesk(
        book=book, plans=plans or own, rooms=rooms, attribution=assigned(config), zone=config.property.timezone
    )
