"""Stored calls priced again: by another tariff, by another carrier, by the cheapest; and nothing is changed by it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy.exc import DBAPIError

from gateway.instants import to_micros
from gateway.intake.stored_calls import calls_between
from gateway.replay.comparing import GROUPINGS, MOST_CELLS, MOVERS, OTHERS, Asked, Comparison, Line
from gateway.replay.rehearsing import CannotCompare, Question, Rehearsal
from gateway.replay.writing import COLUMNS, BookWriter, CsvWriter, JsonWriter, run, summary
from gateway.store.database import Database
from gateway.store.reporting import Span
from pms_adapters.events import CheckedOut
from rating.book import TariffBook
from tests.gateway.prices import DAYS, HEAD, flat, of_files
from tests.gateway.rig import NOON, WARSAW, Rig, line

MOBILE, LOCAL = "9600123456", "9221234567"


def carriers(**prices: str) -> TariffBook:
    """A house's price, and carriers who ask so much a minute, to the second."""
    house = f'code = "T"\n{HEAD}[class.mobile]\nprice_per_minute = "2"\n[class.local]\nprice_per_minute = "1"\n'
    costs = {
        name: f'kind = "cost"\ncarrier = "{name}"\ncode = "C-{name}"\n{HEAD}[class.mobile]\nprice_per_minute = "{price}"\n'
        for name, price in prices.items()
    }
    return of_files(house=house, **costs)


def rehearse(
    rig: Rig, book: TariffBook, question: Question = "price", carrier: str = "", span: Span = DAYS
) -> list[Line]:
    """The lines of a rehearsal on the rig's store."""
    rehearsal = Rehearsal(
        database=rig.database, rules=rig.rules, sources=rig.sources, book=book, question=question, carrier=carrier
    )
    return list(rehearsal.lines(span))


def two_calls(rig: Rig, book: TariffBook) -> None:
    """A call to a mobile and one in town, of a minute each."""
    rig.use(book)
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=60), line(2, dialled=LOCAL, seconds=60))


def test_the_tariff_in_force_gives_what_was_charged(rig: Rig) -> None:
    """The same steps on the same facts come to the same amount."""
    two_calls(rig, flat("1.50"))
    assert [(one.before, one.after, one.difference) for one in rehearse(rig, flat("1.50"))] == [(150, 150, 0)] * 2


def test_another_tariff_gives_its_own_amounts(rig: Rig) -> None:
    """Call by call."""
    two_calls(rig, flat("1.50"))
    found = rehearse(rig, flat("2.00", classes="mobile local"))
    assert [(one.number_class, one.before, one.after) for one in found] == [("mobile", 150, 200), ("local", 150, 200)]


def test_a_call_that_the_other_tariff_does_not_know_is_not_taken_for_free(rig: Rig) -> None:
    """It has no amount after, and says why."""
    two_calls(rig, flat("1.50"))
    [mobile, local] = rehearse(rig, flat("2.00", classes="mobile"))
    assert (mobile.after, local.after) == (200, None)
    assert "no" in local.note


def test_what_nobody_pays_is_no_part_of_what_guests_pay(rig: Rig) -> None:
    """A call of the kitchen and one from a vacant room have a price; the carrier asks for them all the same."""
    rig.use(carriers(A="0.40"))
    rig.check_in()
    rig.news(CheckedOut(room="201", at=NOON - timedelta(minutes=30)))
    feed = rig.connect()
    rig.send(feed, line(1, extension="600", dialled=MOBILE, seconds=60), line(2, dialled=MOBILE, seconds=60))
    assert rig.rows("SELECT status, amount FROM calls ORDER BY id") == [("allocated", 200), ("not_chargeable", 200)]
    assert rehearse(rig, flat("9.00")) == []
    assert [one.after for one in rehearse(rig, carriers(A="0.40", B="0.25"), "cost", "B")] == [2500, 2500]


def test_a_call_of_several_records_is_priced_from_all_of_them(rig: Rig) -> None:
    """The row of a joined call cannot say where each stretch began."""
    rig.use(flat("1.50"))
    rig.check_in()
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=60, more=1), line(1, dialled=MOBILE, seconds=60, more=0))
    assert rig.rows("SELECT legs FROM calls") == [(2,)]
    [one] = rehearse(rig, flat("1.50"))
    [(amount,)] = rig.rows("SELECT amount FROM calls")
    assert (one.before, one.after) == (amount, amount)


def test_a_call_stored_before_pulses_had_a_column_is_read_from_its_record(rig: Rig) -> None:
    """Nothing that a price may rest on is taken for absent because an older schema did not keep it."""
    two_calls(rig, flat("1.50"))
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE calls SET pulses = -1, trunk_group = NULL"))
    assert [one.after for one in rehearse(rig, flat("1.50"))] == [150, 150]


def test_what_a_carrier_asks_is_stored_with_the_call_and_not_posted(rig: Rig) -> None:
    """The guest pays the price; the cost is the house's."""
    two_calls(rig, carriers(A="0.40"))
    rows = rig.rows("SELECT carrier, cost, cost_currency, cost_decimals, cost_tariff, amount FROM calls ORDER BY id")
    assert rows == [("A", 4000, "PLN", 4, "C-A", 200), (None, None, None, None, None, 100)]
    assert [row["amount"] for row in rig.postings()] == [200, 100]


def test_another_carrier_is_compared_with_the_one_of_then(rig: Rig) -> None:
    """In hundredths of a cent, as carriers count."""
    two_calls(rig, carriers(A="0.40"))
    [mobile] = rehearse(rig, carriers(A="0.40", B="0.25"), "cost", "B")
    assert (mobile.before, mobile.after, mobile.carrier) == (4000, 2500, "A")


def test_least_cost_takes_the_cheapest_for_each_call(rig: Rig) -> None:
    """And tells who that is."""
    two_calls(rig, carriers(A="0.40"))
    [mobile] = rehearse(rig, carriers(A="0.40", B="0.25", C="0.30"), "split")
    assert (mobile.after, mobile.carrier) == (2500, "B")


def test_a_carrier_that_is_not_there_is_named_with_those_that_are(rig: Rig) -> None:
    """Before a single call is priced."""
    with pytest.raises(CannotCompare, match="no carrier X; it has A"):
        rehearse(rig, carriers(A="0.40"), "cost", "X")
    with pytest.raises(CannotCompare, match="no carrier"):
        rehearse(rig, flat("1"), "split")


def test_a_rehearsal_cannot_write(rig: Rig, store_url: str) -> None:
    """The database itself refuses it."""
    two_calls(rig, flat("1.50"))
    reader = Database(store_url, "SEASIDE", read_only=True)
    reader.open()
    assert sum(len(some) for some in calls_between(reader, DAYS)) == 2
    with pytest.raises(DBAPIError):
        reader.transact(lambda c: c.exec_driver_sql("DELETE FROM calls"))
    reader.close()
    assert rig.rows("SELECT count(*) FROM calls") == [(2,)]


def test_calls_come_slice_by_slice_and_only_those_of_the_span(rig: Rig) -> None:
    """However they are cut, each comes once."""
    rig.check_in()
    early = NOON - timedelta(days=5)
    rig.send(rig.connect(), line(1, start=early), *(line(number) for number in range(2, 9)))
    for size in (1, 3, 100):
        assert [one.id for some in calls_between(rig.database, DAYS, size) for one in some] == list(range(2, 9))
    whole = Span(to_micros(early), to_micros(NOON))
    assert sum(len(some) for some in calls_between(rig.database, whole)) == 8


# -- what is added up and written ------------------------------------------------------------------------------------

ASKED = Asked(
    what="what guests pay", before="as charged", after="by the tariff x", first="2026-11-01", last="2026-11-30",
    currency="EUR", decimals=2, version="0123456789ab",
)  # fmt: skip
ZONE = ZoneInfo("Europe/Warsaw")


def one_line(number: int, before: int | None, after: int | None, **more: str) -> Line:
    """A line of a rehearsal."""
    said = {
        "caller": "101",
        "number": "0048",
        "number_class": "mobile",
        "place": "Poland",
        "trunk": "T1",
        "carrier": "",
    }
    return Line(
        call_id=number, started_at=to_micros(NOON), talk_seconds=60, before=before, after=after, **{**said, **more}
    )


def test_only_calls_with_both_amounts_are_compared() -> None:
    """The others are counted beside."""
    comparison = Comparison()
    for one in (
        one_line(1, 100, 150),
        one_line(2, 100, 70),
        one_line(3, 100, None),
        one_line(4, None, 80),
        one_line(5, 5, 5),
    ):
        comparison.add(one)
    whole = comparison.whole
    assert (whole.calls, whole.compared, whole.before, whole.after, whole.difference) == (5, 3, 205, 225, 20)
    assert (whole.dearer, whole.dearer_by, whole.cheaper, whole.cheaper_by) == (1, 50, 1, 30)
    assert (whole.only_before, whole.only_after) == (1, 1)
    for grouping in GROUPINGS:
        assert sum(sums.calls for sums in comparison.groups[grouping].values()) == 5


def test_the_calls_that_move_most_are_kept_and_no_more() -> None:
    """Whatever the number of calls."""
    comparison = Comparison()
    for number in range(1, 200):
        comparison.add(one_line(number, 1000, 1000 + number if number % 2 else 1000 - number))
    dearer = [one.difference for one in comparison.dearer()]
    assert dearer == [199 - 2 * step for step in range(MOVERS)]
    assert next(comparison.cheaper()).difference == -198


def test_names_without_end_are_added_up_as_others() -> None:
    """Garbage in the column of trunks does not fill the memory, and no call is missing from the sums."""
    comparison = Comparison()
    for number in range(MOST_CELLS + 50):
        comparison.add(one_line(number, 1, 1, trunk=f"T{number}"))
    trunks = comparison.groups["trunk"]
    assert len(trunks) == MOST_CELLS + 1
    assert comparison.whole.calls == MOST_CELLS + 50
    assert trunks[OTHERS].calls == 50


def test_the_forms_tell_the_same_calls(tmp_path: Path) -> None:
    """CSV, JSON lines and the work book, each with every call; money as decimals."""
    lines = [one_line(1, 100, 150), one_line(2, None, 5, note="no rate", place='=HYPERLINK("x")')]
    text, objects = io.StringIO(), io.StringIO()
    book = tmp_path / "calls.xlsx"
    found = run(
        iter(lines),
        ASKED,
        ZONE,
        [CsvWriter(text, ASKED, ZONE), JsonWriter(objects, ASKED, ZONE), BookWriter(book, ASKED, ZONE)],
    )
    rows = list(csv.reader(io.StringIO(text.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][9:12] == ["1.00", "1.50", "0.50"]
    assert rows[2][5] == '\'=HYPERLINK("x")'
    said = [json.loads(one) for one in objects.getvalue().splitlines()]
    assert [one["kind"] for one in said] == ["call", "call", "summary"]
    assert (said[0]["difference"], said[1]["before"]) == ("0.50", None)
    assert said[2]["total"] == found["total"]
    sheets = openpyxl.load_workbook(book)
    calls = list(sheets.worksheets[1].values)
    assert calls[1][9:12] == (1, 1.5, 0.5)
    assert calls[2][5] == '=HYPERLINK("x")'
    assert sheets.worksheets[1].cell(3, 6).data_type == "s"
    assert any("all calls" in map(str, row) for row in sheets.worksheets[0].values)


def test_a_summary_can_be_written_as_json() -> None:
    """It is what the page reads."""
    comparison = Comparison()
    comparison.add(one_line(1, 100, 150, note="odd"))
    found = json.loads(json.dumps(summary(ASKED, comparison, ZONE)))
    assert found["groups"]["class"][0]["name"] == "mobile"
    assert found["notes"] == [{"note": "odd", "calls": 1}]
    assert found["dearer"][0]["difference"] == "0.50"
    assert WARSAW.key == "Europe/Warsaw"
