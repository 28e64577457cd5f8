"""Protects the promise that a sample is recognised for what it is, with a reason, and never for what it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.smdr.catalog import DIALECTS
from protocols.smdr.identify import SAMPLE, identify
from tests.protocols.smdr.samples import MITEL_FORMS, SampleSet, sample, sample_sets

SAMPLES = {
    "avaya-ipoffice/segments.txt": "avaya-ipoffice",
    "asterisk/Master.csv": "asterisk",
    "asterisk/ami_cdr_events.txt": "asterisk",
    **{f"mitel-mivb/{form}.txt": "mitel-mivb" for form in MITEL_FORMS},
}


@pytest.mark.parametrize(("name", "dialect"), SAMPLES.items())
def test_each_sample_is_recognised_and_by_one_dialect_only(name: str, dialect: str) -> None:
    (verdict,) = identify(sample(name))
    assert verdict.dialect == dialect
    assert verdict.confidence == 1
    assert verdict.reason.startswith(f"{sample_rows(verdict.reason)} of {sample_rows(verdict.reason)} rows read as ")


def _tells(one: SampleSet) -> bool:
    """Not one whose columns the site chose, nor one that is too bare to be told: LSU has neither date nor time of day.

    Nor one in the frames of its link, which only its session takes off, nor one that is mostly of damaged records.
    """
    if one.name in ("hobic/holidex.hex", "grandstream/objects.txt"):
        return False
    return DIALECTS[one.dialect].site_option not in one.options and one.options.get("layout") != "lsu"


@pytest.mark.parametrize("one", [one for one in sample_sets() if _tells(one)], ids=lambda one: one.name)
def test_every_sample_of_every_dialect_is_told(one: SampleSet) -> None:
    """The samples hold bad rows too, so not all are read; but none is told as another dialect's, and its layout is found."""
    first = identify(one.data)[0]
    assert first.dialect == one.dialect
    assert first.confidence >= 0.5
    layout = one.options.get("layout")
    assert layout is None or first.options.get("layout", layout) == layout
    assert first.evidence


def test_the_order_of_day_and_month_is_told_where_the_rows_tell_it() -> None:
    """The 13th cannot be a month; the 11th and 12th of March lie closer together than 11 March and 12 March read otherwise."""
    rows = sample("avaya-cm/teleseer.txt")
    assert "date_order" not in identify(rows)[0].options


def test_what_the_rows_cannot_tell_is_said() -> None:
    (verdict,) = identify(sample("mitel-mivb/standard-90.txt").splitlines(keepends=True)[0])
    assert any("rests on 1 row" in sentence for sentence in verdict.lacks)


def sample_rows(reason: str) -> str:
    return reason.partition(" ")[0]


@pytest.mark.parametrize(
    "rows",
    [
        b"-------- 11/21/26 10:00:00 LINE = 0001 STN = 221\r\nCALLING NUMBER 0033199006599\r\nDIGITS DIALED 205\r\n",
        b"0001 102 01 00:35 21/11/26 10:00 O00447700900123\r\n",
    ],
)
def test_a_format_that_no_dialect_reads_is_claimed_by_none(rows: bytes) -> None:
    """Lines as a BCM and an iPECS print them."""
    assert identify(rows) == []


def test_the_share_of_rows_read_is_the_confidence_and_the_reason_names_what_was_not() -> None:
    rows = sample("avaya-ipoffice/segments.txt").splitlines(keepends=True)
    (verdict,) = identify(b"".join([*rows[:3], b"garbage\r\n", b"-----\r\n", b"\r\n"]))
    assert verdict.confidence == 0.75
    assert verdict.reason == (
        "3 of 4 rows read as Avaya IP Office SMDR; the first that does not: "
        "the line has 1 field between commas; an IP Office record has at least 17"
    )


def test_a_record_cut_off_by_the_end_of_the_sample_does_not_count() -> None:
    rows = sample("asterisk/Master.csv")
    (verdict,) = identify(rows[:-20])
    assert verdict.confidence == 1


def test_a_single_record_without_its_line_end_is_enough() -> None:
    row = sample("mitel-mivb/standard-90.txt").splitlines()[0]
    (verdict,) = identify(row)
    assert (verdict.dialect, verdict.confidence) == ("mitel-mivb", 1)


def test_only_the_beginning_of_a_long_input_is_looked_at() -> None:
    rows = sample("asterisk/Master.csv")
    long = rows * (SAMPLE // len(rows) + 1)
    (verdict,) = identify(long + b"garbage\n" * 10_000)
    assert verdict.confidence == 1


def test_nothing_is_nothing() -> None:
    assert identify(b"") == []


@given(st.binary(max_size=2_000))
def test_garbage_is_claimed_by_none(data: bytes) -> None:
    assert identify(data) == []
