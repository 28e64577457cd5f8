"""Carriers held against each other on the house's own calls: prices, rent, commitment, and what is not known."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.instants import to_micros
from gateway.replay.carriers import Part, Quoted, Terms, compared, months_between
from gateway.replay.rehearsing import Rehearsal
from tests.gateway.desk import Desk
from tests.gateway.prices import DAYS
from tests.gateway.rig import Rig
from tests.gateway.test_replay import carriers, two_calls

WARSAW = ZoneInfo("Europe/Warsaw")
#: The last quarter of an hour of September by the hotel's clock is October's by nobody's.
SEPTEMBER = to_micros(datetime(2026, 9, 30, 21, 45, tzinfo=UTC))
OCTOBER = to_micros(datetime(2026, 9, 30, 22, 15, tzinfo=UTC))
PERIOD = (date(2026, 9, 16), date(2026, 10, 31))


def test_months_of_a_period_and_their_days() -> None:
    assert months_between(date(2026, 12, 31), date(2028, 2, 1)) == [
        Part((2026, 12), 1, 31),
        *(
            Part((2027, month), days, days)
            for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
        ),
        Part((2028, 1), 31, 31),
        Part((2028, 2), 1, 29),
    ]


def test_calls_rent_and_commitment_month_by_month() -> None:
    """September is half there; B's calls of October come short of its commitment, those of September do not."""
    calls = [Quoted(SEPTEMBER, 900, {"A": 700, "B": 600}), Quoted(OCTOBER, 400, {"A": 300, "B": 100})]
    terms = {"A": Terms(rent=101), "B": Terms(rent=0, commitment=800)}
    before, [first, second] = compared(calls, ["A", "B"], terms, PERIOD, WARSAW)
    assert (before.calls, sum(before.by_month.values())) == (2, 1300)
    assert first == ("A", 2, 0, 1000, 0, 51 + 101)  # 50.5 rounded half up, and a whole month
    assert second == ("B", 2, 0, 700, 700, 0)
    assert (first.total, second.total) == (1152, 1400)


def test_a_carrier_without_a_price_for_some_calls_is_no_bargain() -> None:
    calls = [Quoted(SEPTEMBER, 900, {"A": 700, "B": None}), Quoted(OCTOBER, None, {"A": 300, "B": 100})]
    before, offers = compared(calls, ["A", "B"], {}, PERIOD, WARSAW)
    assert [(one.carrier, one.unknown, one.total) for one in offers] == [("A", 0, 1000), ("B", 1, 100)]
    assert before.unknown == 1


def test_every_carrier_is_asked_for_the_houses_own_calls(rig: Rig) -> None:
    """A mobile call of a minute is in their tariffs, one in town is not; what it cost is what A asked then."""
    two_calls(rig, carriers(A="0.40"))
    book = carriers(A="0.40", B="0.25")
    rehearsal = Rehearsal(
        database=rig.database, rules=rig.rules, sources=rig.sources, book=book, question="split", carrier=""
    )
    assert [(one.before, one.asked) for one in rehearsal.quoted(DAYS)] == [(4000, {"A": 4000, "B": 2500})]


OFFER = (
    'kind = "cost"\ncarrier = "{name}"\ncode = "C-{name}"\nvalid_from = 2020-01-01\ncurrency = "PLN"\n'
    '[class.mobile]\nprice_per_minute = "{price}"\n[class.local]\nprice_per_minute = "{price}"\n'
)


@pytest.fixture
def offers(desk: Desk) -> Desk:
    """A desk with the offers of two carriers beside its tariff."""
    desk.tariff("offers", "2.00")
    for name, price in (("NordTel", "0.40"), ("SudCom", "0.25")):
        (desk.folder / "offers" / f"{name}.toml").write_text(OFFER.format(name=name, price=price))
    return desk


def test_the_command_puts_the_cheaper_first_and_the_commitment_turns_it(offers: Desk) -> None:
    """One day of November is a thirtieth of the month's rent and commitment."""
    asked = ("carriers", "--tariff", str(offers.folder / "offers"), "--from", "2026-11-20", "--to", "2026-11-20")
    plain = json.loads(offers.type(*asked, "--json").stdout)
    assert [one["carrier"] for one in plain["carriers"]] == ["SudCom", "NordTel"]
    assert [one["calls"] for one in plain["carriers"]] == [2, 2]
    assert plain["as_carried"]["unknown"] == 2, "no carrier's tariff was in force then"
    bound = json.loads(offers.type(*asked, "--json", "--rent", "NordTel=3", "--commitment", "SudCom=600").stdout)
    assert [(one["carrier"], one["rent"]) for one in bound["carriers"]] == [("NordTel", "0.1000"), ("SudCom", "0.0000")]
    assert bound["carriers"][1]["total"] == "20.0000"
    assert "SudCom" in offers.type(*asked).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rent", "Nobody=5"), "write NAME=AMOUNT, with one of NordTel, SudCom"),
        (("--rent", "5"), "write NAME=AMOUNT"),
        (("--commitment", "SudCom=-1"), "nothing or more"),
        (("--commitment", "SudCom=x"), "--commitment SudCom=x:"),
    ],
)
def test_terms_that_are_none_are_refused_in_a_sentence(offers: Desk, words: tuple[str, ...], said: str) -> None:
    asked = ("carriers", "--tariff", str(offers.folder / "offers"), "--from", "2026-11-20", "--to", "2026-11-20")
    done = offers.type(*asked, *words)
    assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
