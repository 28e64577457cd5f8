"""Protects the promise that a wrong setting is one plain sentence before the link starts, and that the hotel can read
what it agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from pms_adapters.fias.description import description_of
from pms_adapters.fias.settings import FiasSettings, mapping_lines
from protocols.fias.records import FIELDS, RECORDS
from tests.pms_adapters.fias.scene import HOTEL


def settings(**changes: Any) -> FiasSettings:
    return FiasSettings(name="opera", timezone=HOTEL, **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"encoding": "utf-16"}, "changes plain characters"),
        ({"encoding": "utf-7"}, "changes plain characters"),
        ({"encoding": "iso2022_jp"}, "changes plain characters"),
        ({"encoding": "cp500"}, "changes plain characters"),
        ({"encoding": "klingon"}, "no code page 'klingon'"),
        ({"encoding": "rot13"}, "no code page 'rot13'"),
        ({"amount_decimals": -1}, "0 to 4"),
        ({"amount_decimals": 5}, "0 to 4"),
        ({"token_width": 6}, "4 or 8"),
        ({"interface_family": "PBX"}, "two letters"),
        ({"interface_family": "P1"}, "two letters"),
        ({"version": "11.987.2567"}, "1 to 10"),
        ({"version": ""}, "1 to 10"),
        ({"answer_timeout": 0.0}, "more than 0"),
        ({"alive_check": -1.0}, "more than 0"),
        ({"auth_key": "QUJD"}, "holds 3 bytes"),
        ({"posting_fields": ("RN", "PT", "TA", "DA", "TI")}, "do without P#"),
        ({"posting_fields": ("RN", "PT", "TA", "P#", "DA", "TI", "ZZ")}, "cannot fill ZZ"),
        ({"outlet": {"local": "a|b"}}, "outlet 'a|b'"),
        ({"call_type": {"local": "LL"}}, "one plain character"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("|", r"\|")):
        settings(**changes)


@pytest.mark.parametrize(
    "encoding", ["cp850", "cp852", "cp1252", "cp1251", "cp437", "iso8859-2", "utf-8", "cp936", "cp950", "cp932"]
)
def test_the_code_pages_of_the_field_are_taken(encoding: str) -> None:
    assert settings(encoding=encoding).encoding == encoding


def test_the_key_never_shows() -> None:
    assert "GVDpVnl6qYlTQXQJZxXdbw" not in repr(settings(auth_key="FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="))


def test_the_hotel_reads_what_it_agreed_to() -> None:
    lines = mapping_lines(settings(outlet={"international": "100", "default": "90"}, call_type={"premium": "P"}))
    assert lines == [
        "PMS opera: FIAS as interface family PB, texts in cp850",
        "  amounts: 2 decimals implied, so 1375 stands for 13.75",
        "  posting numbers: up to 8 digits; an answer is awaited 30 s",
        "  fields of a charge: RN PT TA DD DU PC CT PX SO P# DA TI",
        "  local: outlet SO90, call type PCL",
        "  national: outlet SO90, call type PCN",
        "  mobile: outlet SO90, call type PCN",
        "  international: outlet SO100, call type PCI",
        "  premium: outlet SO90, call type PCP",
        "  any other class: outlet SO90, call type none (no PC sent)",
    ]


@pytest.mark.parametrize(
    ("decimals", "shown"), [(0, "for 1375"), (1, "for 137.5"), (3, "for 1.375"), (4, "for 0.1375")]
)
def test_the_example_of_an_amount_is_right(decimals: int, shown: str) -> None:
    assert shown in mapping_lines(settings(amount_decimals=decimals))[1]


def test_without_an_outlet_the_hotel_is_told_that_none_is_sent() -> None:
    assert "  local: outlet none (no SO sent), call type PCL" in mapping_lines(settings())


def test_we_declare_what_the_specification_demands_and_what_we_read() -> None:
    declared = dict(description_of(settings(), bytes).records)
    assert set(declared) == {"GI", "GO", "GC", "PS", "PA", "NS", "NE"}
    for kind, names in declared.items():
        assert set(RECORDS[kind].mandatory) <= set(names)
        assert set(names) <= {*RECORDS[kind].mandatory, *RECORDS[kind].optional} <= set(FIELDS)
    assert "P#" in declared["PS"]
    assert "P#" in declared["PA"]
    assert "SF" in declared["GI"]
    assert "SF" in declared["GO"]
    assert "SF" not in declared["GC"]
    assert "RO" in declared["GC"]


def test_link_records_and_resync_records_are_never_declared() -> None:
    declared = dict(description_of(settings(), bytes).records)
    assert not {"LS", "LD", "LR", "LA", "LE", "DR", "DS", "DE"} & set(declared)
