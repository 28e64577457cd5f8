"""What was handed to a PMS that acknowledges nothing is never called posted, until its total or a person says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.instants import to_micros
from gateway.posting.deeds import ReadCommands, refuse
from gateway.posting.totals import Total, judge
from gateway.store import commands, outbox
from gateway.store.verify import broken_rules
from gateway.web.marks import posting_mark
from gateway.web.words import Clock
from pms_adapters.posting import Unconfirmable
from tests.gateway.configurations import EXAMPLE, with_tariff
from tests.gateway.rig import NOON, WARSAW, Rig, line
from tests.gateway.test_clerk import ByHand, deed, whole
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

HANDED = Unconfirmable("the line went out whole; this PMS acknowledges nothing")


def hand_over(rig: Rig, number: int = 3) -> None:
    """A house whose PMS takes charges as a printer would."""
    rig.check_in()
    made = ByHand(rig)
    rig.employ(made).pump()
    rig.send(rig.connect(), *(line(one) for one in range(1, number + 1)))
    for _ in range(number):
        made.answer(HANDED)


def total(rig: Rig, amount: int, *, why: str = "night audit, report 12", days: int = 1) -> str:
    """A person tells the PMS's total of the last days; what came of it."""
    since, until = to_micros(rig.now - timedelta(days=days)), to_micros(rig.now + timedelta(minutes=1))
    asked = {"now": to_micros(rig.now), "who": "Ines", "deed": "total", "posting_id": None, "why": why}
    subject = Total(since, until, amount).subject()
    number = rig.database.transact(lambda c: commands.give(c, "SEASIDE", subject=subject, **asked))  # type: ignore[arg-type]
    rig.writer.submit(ReadCommands(rig.memory, None, now=to_micros(rig.now), done=lambda _due, _resync: None))
    rig.pump()
    return rig.database.read(lambda c: commands.result(c, "SEASIDE", number)) or ""


def summed(rig: Rig) -> int:
    return sum(one["amount"] for one in rig.postings())


def test_what_was_handed_over_is_unconfirmable_and_is_not_sent_again(rig: Rig) -> None:
    """Three charges go out in order, each once; a restart changes nothing about them."""
    hand_over(rig)
    assert rig.states() == ["unconfirmable"] * 3
    assert {one["reason"] for one in rig.postings()} == {HANDED.how}
    again = ByHand(rig)
    rig.employ(again).pump()
    rig.advance(90_000)
    assert again.out == []
    assert rig.states() == ["unconfirmable"] * 3
    whole(rig)


def test_the_pms_total_settles_all_or_nothing(rig: Rig) -> None:
    """A sum that is one cent off settles nobody's charge, and says by how much."""
    hand_over(rig)
    ours = summed(rig)
    assert "0.01 PLN more; nothing was settled" in total(rig, ours - 1)
    assert "0.01 PLN less; nothing was settled" in total(rig, ours + 1)
    assert rig.states() == ["unconfirmable"] * 3
    assert total(rig, ours).startswith("settled: 3 charges")
    assert rig.states() == ["posted"] * 3
    trail = rig.rows("SELECT who, what FROM audit_trail WHERE posting_id IS NOT NULL ORDER BY id")
    assert [who for who, _ in trail] == ["Ines"] * 3
    assert rig.rows("SELECT DISTINCT event FROM attempts") == [("in_total",)]
    assert all("unconfirmable -> posted (total)" in what and "report 12" in what for _, what in trail)
    whole(rig)
    assert "no charge" in total(rig, ours)


def test_a_total_needs_a_reason_and_its_days(rig: Rig) -> None:
    hand_over(rig, 1)
    assert "needs a reason" in total(rig, summed(rig), why="  ")
    rig.advance(10 * 86_400)
    assert "no charge that was handed over in these days" in total(rig, summed(rig))
    assert rig.states() == ["unconfirmable"]


def test_a_total_that_is_no_total_settles_nothing(rig: Rig) -> None:
    assert Total.read("1 2") is None
    assert Total.read(None) is None
    assert Total.read("1 2 x") is None
    assert Total.read(Total(1, 2, -3).subject()) == Total(1, 2, -3)


def test_charges_of_two_currencies_are_not_added_up(rig: Rig) -> None:
    hand_over(rig, 2)
    rows = rig.database.read(lambda c: outbox.handed_over(c, "SEASIDE", 0, to_micros(rig.now) + 1))
    assert len(rows) == 2
    assert "several currencies" in (judge([rows[0], rows[1]._replace(currency="EUR")], 1) or "")


@pytest.mark.parametrize(
    ("what", "after"), [("on-folio", "posted"), ("not-on-folio", "due"), ("write-off", "written_off")]
)
def test_a_person_settles_one_with_a_reason(rig: Rig, what: str, after: str) -> None:
    """What a person saw on the folio goes before any total."""
    hand_over(rig, 1)
    assert rig.clerk is not None
    rig.clerk.stop()
    row = rig.database.read(lambda c: outbox.posting(c, "SEASIDE", 1))
    assert "needs a reason" in (refuse(row, what) or "")
    assert deed(rig, what) == f"posting 1 is now {after}"
    whole(rig)


@pytest.mark.parametrize("what", ["retry", "release"])
def test_it_cannot_be_sent_again_without_a_word_on_the_folio(rig: Rig, what: str) -> None:
    hand_over(rig, 1)
    row = rig.database.read(lambda c: outbox.posting(c, "SEASIDE", 1))
    assert "is not for that state" in (refuse(row, what, why="because") or "")


def test_the_command_adds_up_and_settles(tmp_path: Path) -> None:
    """Without an amount it says what was handed over; with the wrong one it ends with 1 and settles nothing."""
    rig = Rig(f"sqlite:///{tmp_path / 'foliogate.db'}")
    hand_over(rig)
    ours = f"{summed(rig) / 100:.2f}"
    day = f"{NOON.astimezone(WARSAW):%Y-%m-%d}"
    rig.close()
    config = tmp_path / "foliogate.toml"
    config.write_text(EXAMPLE)
    asked = ["postings", "total", "--config", str(config), "--from", day, "--to", day]
    summed_up = CliRunner().invoke(main, asked)
    assert (summed_up.exit_code, summed_up.output) == (0, f"3 unconfirmable postings: {ours} PLN\n")
    assert CliRunner().invoke(main, [*asked, "--amount", ours]).exit_code == 2
    assert CliRunner().invoke(main, [*asked, "--amount", "much", "--why", "x"]).exit_code == 2
    wrong = CliRunner().invoke(main, [*asked, "--amount", "0.01", "--why", "report 12"])
    assert wrong.exit_code == 1
    assert "nothing was settled" in wrong.output
    right = CliRunner().invoke(main, [*asked, "--amount", ours, "--why", "report 12", "--by", "Ines"])
    assert (right.exit_code, right.output) == (
        0,
        f"settled: 3 charges of {ours} PLN stand in the PMS's total and are posted\n",
    )
    listed = CliRunner().invoke(main, ["postings", "list", "--config", str(config), "--state", "unconfirmable"])
    assert "0 postings" in listed.output


def test_the_balance_names_it_and_is_even_once_the_total_agrees(tmp_path: Path) -> None:
    """What the PMS's own total has, the PMS has said yes to."""
    rig = Rig(f"sqlite:///{tmp_path / 'foliogate.db'}")
    hand_over(rig)
    config = with_tariff(tmp_path) / "foliogate.toml"
    config.write_text(EXAMPLE)
    day = f"{NOON.astimezone(WARSAW):%Y-%m-%d}"
    asked = ["report", "balance", "--config", str(config), "--from", day, "--to", day, "--format", "json"]
    before = CliRunner().invoke(main, asked)
    assert before.exit_code == 0, before.output
    assert "3 charges with" in before.output
    assert "not on a folio" in before.output
    assert total(rig, summed(rig)).startswith("settled")
    after = CliRunner().invoke(main, asked)
    assert "The balance is even: 3 charges" in after.output
    rig.close()


def test_the_pages_show_it_and_offer_what_can_be_done(tmp_path: Path) -> None:
    """A tab where there is one, its words without a yes, and the three buttons."""
    house = StandingHouse(tmp_path)
    house.guest("201", "77001", "Adler")
    house.call("201", "90048601234567", 185, answer=HANDED)
    asker = Asker(as_house(house))
    assert "unconfirmable" in asker.get("/now").text
    page = asker.get("/postings?state=unconfirmable").text
    assert "not confirmable" in page
    one = asker.get("/postings/1").text
    assert "Look at the folio of room 201" in one
    assert "late answer" not in one
    assert all(words in one for words in ("It is on the folio", "It is not: send it again", "Write it off"))
    row = house.rig.postings()[0]
    assert posting_mark(row, Clock(WARSAW, house.now())).tone == "quiet"
    house.close()


def test_a_house_that_has_none_is_not_shown_the_state(tmp_path: Path) -> None:
    house = StandingHouse(tmp_path)
    house.evening()
    asker = Asker(as_house(house))
    assert "state=unconfirmable" not in asker.get("/now").text
    assert "state=unconfirmable" not in asker.get("/postings").text
    house.close()


def test_a_whole_store_may_hold_them_and_a_posted_one_needs_who_said_so(rig: Rig) -> None:
    hand_over(rig, 1)
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []
    rig.database.transact(lambda c: c.exec_driver_sql("UPDATE postings SET state = 'posted' WHERE id = 1"))
    (broken,) = rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite))
    assert "posted without the PMS's yes and without anybody who said so" in broken
