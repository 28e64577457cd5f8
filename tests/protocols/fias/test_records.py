"""Protects the dictionary of the language: every record and field is known, and each record can be declared."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from protocols.fias.records import FIELDS, RECORDS, Record, stamped

AT = datetime(2026, 11, 20, 7, 0, 1, tzinfo=UTC).astimezone(ZoneInfo("Europe/Vienna"))

KINDS = (
    "LS LD LR LA LE LC DR DS DE NS NE GI GO GC RE PS PA PR PL WR WC WA XL XM XT XD XR XI XB XC"
    " LO LF LP KR KD KM KA KZ VA"
)


def test_every_record_of_the_specification_is_known_and_no_other() -> None:
    assert set(RECORDS) == set(KINDS.split())


@pytest.mark.parametrize("kind", RECORDS)
def test_every_field_of_a_record_is_in_the_catalogue_once(kind: str) -> None:
    names = (*RECORDS[kind].mandatory, *RECORDS[kind].optional)
    assert set(names) <= set(FIELDS)
    assert len(set(names)) == len(names)


def test_every_field_has_two_characters_and_a_meaning() -> None:
    for name, row in FIELDS.items():
        assert row.id == name
        assert len(name) == 2
        assert row.meaning


@pytest.mark.parametrize(
    ("kind", "sender", "mandatory"),
    [
        ("LD", "gateway", {"DA", "TI", "IF", "V#"}),
        ("LR", "gateway", {"RI", "FL"}),
        ("LA", "both", {"DA", "TI"}),
        ("DR", "gateway", {"DA", "TI"}),
        ("DS", "pms", {"DA", "TI"}),
        ("NS", "pms", {"DA", "TI"}),
        ("GI", "pms", {"RN"}),
        ("PS", "gateway", {"RN", "PT", "DA", "TI"}),
        ("PA", "pms", {"AS"}),
        ("WA", "gateway", {"AS", "DA", "RN", "TI"}),
        ("RE", "both", {"RN"}),
    ],
)
def test_who_sends_a_record_and_what_it_must_carry(kind: str, sender: str, mandatory: set[str]) -> None:
    assert RECORDS[kind].sender == sender
    assert set(RECORDS[kind].mandatory) == mandatory


@pytest.mark.parametrize(
    ("name", "longest"),
    [("P#", 8), ("DD", 20), ("TA", 15), ("X1", 25), ("PX", 6), ("SO", 5), ("GN", 200), ("GF", 80), ("V#", 10)],
)
def test_how_long_a_field_may_be(name: str, longest: int) -> None:
    assert FIELDS[name].max_length == longest


def test_first_skips_empty_repeats_and_has_does_not() -> None:
    record = Record("GC", (("GS", ""), ("GS", "Y")))
    assert record.first("GS") == "Y"
    assert record.all("GS") == ("", "Y")
    assert record.first("RN") is None
    assert not record.has("RN")
    assert record.all("RN") == ()


def test_marks_are_no_part_of_what_was_said() -> None:
    assert Record("LS", (), ("odd",)) == Record("LS")


def test_link_records_get_the_hotels_date_and_time() -> None:
    assert stamped(Record("LS"), AT) == Record("LS", (("DA", "261120"), ("TI", "080001")))
    assert stamped(Record("LD", (("V#", "1"),)), AT).fields[0] == ("DA", "261120")


def test_a_charge_keeps_the_time_of_its_call() -> None:
    charge = Record("PS", (("RN", "0412"), ("DA", "261119"), ("TI", "235959")))
    assert stamped(charge, AT) == charge


def test_records_without_a_mandatory_time_are_left_alone() -> None:
    for record in (Record("LR", (("RI", "GI"),)), Record("PA", (("AS", "OK"),)), Record("ZZ")):
        assert stamped(record, AT) == record
