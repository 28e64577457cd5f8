"""Protects the promise that a customized Avaya record is read by the page of its exchange, or refused with what is wrong in it."""

from __future__ import annotations

import pytest

from protocols.records import CallRecord
from protocols.smdr.avaya_page import layout_of, problems_of
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import FOLDER, WARSAW, SampleSet, sample_sets

PAGE = (FOLDER / "avaya-cm" / "page-97.txtpage").read_text("utf-8")


def test_the_columns_follow_from_the_items() -> None:
    places = layout_of(PAGE).forms[0].places
    assert places["date"] == (0, 6)
    assert places["in_circuit"] == (76, 79)
    assert places["out_circuit"] == (89, 92)
    assert places["condition"] == (93, 94)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("1: date", "1; date"), "item 1 is missing"),
        (("dialed-num", "something"), "dialed-num is not among the items"),
        (("sec-dur ", "sec_dur "), "duration or sec-dur is not among the items"),
        (("time             - 4", "time             - 6"), "time is 6 long; it can be read with 4"),
        (("Record length = 97", "Record length = 99"), "says that a record is 99 long, but its items are 97 together"),
        (("cond-code", "frl      "), "cond-code is not among the items"),
        (("return", "vdn   "), ""),
        (("line-feed", "vdn      "), "vdn stands behind the end of the line"),
        ((PAGE, "nothing"), "the page holds no item"),
    ],
)
def test_a_page_that_was_pasted_badly_is_refused_in_a_sentence(change: tuple[str, str], problem: str) -> None:
    assert change[0] in PAGE
    found = problems_of(PAGE.replace(*change))
    assert (problem in " ".join(found)) if problem else found == []


def test_the_options_are_checked_together() -> None:
    from protocols.smdr.catalog import SourceSettings

    def check(**options: str) -> list[str]:
        return DIALECTS["avaya-cm"].check(SourceSettings(timezone=WARSAW, options=options))

    assert check(layout="customized") == [
        'layout = "customized" needs the page of the exchange: page = "file:cdr-page.txt"'
    ]
    assert check(layout="printer", page=PAGE) == ['page belongs to layout = "customized"; leave one of both out']
    assert check(page="x")[0].startswith("page: the page holds no item")


def _printer() -> SampleSet:
    return next(one for one in sample_sets() if one.name == "avaya-cm/printer.txt")


def test_the_parts_of_a_call_of_more_than_ten_hours_are_one_call_and_count_once() -> None:
    """The two records meet by parties and line; a later call that is just like it is a call of its own."""
    from gateway.intake.live_calls import LiveCalls
    from tests.protocols.smdr.samples import parser, streamed

    one = _printer()
    parse = parser(one.dialect, options=one.options)
    read = [parse(f.data, one.now) for f in streamed(DIALECTS[one.dialect], one.data, "file", one.options)]
    first, rest = [leg for leg in read if isinstance(leg, CallRecord) and leg.dialled == "021555000444"]
    live = LiveCalls()
    known = live.begin(1, first, b"a", remember=True)
    assert live.find(rest) is known
    known.add(rest, b"b")
    assert live.find(rest) is None
    joined = DIALECTS[one.dialect].join([first, rest])
    assert joined.complete
    assert [charged.talk_seconds for charged in joined.charged] == [35_994 + 1_800]
    assert not DIALECTS[one.dialect].join([first]).complete
