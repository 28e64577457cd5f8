"""Fields that the hotel gave a meaning: declared to the PMS, read from check-ins, and refused where there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pms_adapters.events import CheckedIn
from pms_adapters.fias.charges import posting_record
from pms_adapters.fias.description import description_of
from pms_adapters.fias.rooms import OwnFields, hear
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import Posting, Refused
from protocols.fias.records import Record

ZONE = ZoneInfo("Europe/Warsaw")
SETTINGS = FiasSettings(name="opera", timezone=ZONE, tariff_field="A1", class_field="A2")
NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
CHARGE = Posting(
    token=7, room="201", amount=-300, currency="PLN", decimals=2, started_at=NOW.astimezone(ZONE), talk_seconds=60,
    dialled="600123456", number_class="mobile",
)  # fmt: skip


def test_the_fields_are_declared_for_check_in_and_change_and_nothing_else() -> None:
    """A PMS sends only what was declared."""
    declared = dict(description_of(SETTINGS, lambda size: b"\0" * size).records)
    assert declared["GI"][-2:] == ("A1", "A2")
    assert declared["GC"][-2:] == ("A1", "A2")
    assert not {"A1", "A2"} & set(declared["GO"])


def test_a_check_in_tells_tariff_and_class() -> None:
    """An empty field says nothing."""
    record = Record("GI", (("RN", "201"), ("G#", "77"), ("A1", "VIP"), ("A2", "gold")))
    own = OwnFields("A1", "A2")
    news = hear(record, NOW, ZONE, own).news
    assert isinstance(news, CheckedIn)
    assert (news.guest.tariff, news.guest.guest_class) == ("VIP", "gold")
    silent = hear(Record("GI", (("RN", "201"), ("G#", "77"))), NOW, ZONE, own).news
    assert isinstance(silent, CheckedIn)
    assert (silent.guest.tariff, silent.guest.guest_class) == (None, None)


def test_without_a_named_field_nothing_is_taken_for_a_tariff() -> None:
    """A1 may hold anything elsewhere."""
    news = hear(Record("GI", (("RN", "201"), ("G#", "77"), ("A1", "VIP"))), NOW, ZONE).news
    assert isinstance(news, CheckedIn)
    assert news.guest.tariff is None


def test_a_field_that_no_check_in_has_is_refused() -> None:
    """When the link is built, not when the first guest comes."""
    with pytest.raises(ValueError, match="TA is no field of a check-in"):
        replace(SETTINGS, tariff_field="TA")


def test_a_negative_amount_goes_out_only_where_the_hotel_has_declared_it() -> None:
    """No edition says what a PMS does with it."""
    assert isinstance(posting_record(CHARGE, SETTINGS), Refused)
    record = posting_record(CHARGE, replace(SETTINGS, takes_reversals=True))
    assert isinstance(record, Record)
    assert record.first("TA") == "-300"
