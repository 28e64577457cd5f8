"""Protects "never charged twice": the simulated PMS judges postings as the specification says, and hides no double."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.simulators.folio_ledger import FolioLedger, as_json
from gateway.simulators.front_office import FrontOffice
from gateway.simulators.occupancy import NotPossible
from gateway.simulators.pms_faults import PmsFaults, Treatment
from gateway.simulators.pms_house import NEWS_KEPT, House
from gateway.simulators.pms_script import Act, parse_script
from gateway.simulators.stays import SimulatedGuest
from protocols.fias.records import Record

NOW = datetime(2026, 11, 20, 8, 16, tzinfo=UTC)
ADLER = SimulatedGuest(
    reservation="77001",
    name="Adler",
    first_name="Ines",
    language="GE",
    arrival=date(2026, 11, 19),
    departure=date(2026, 11, 22),
)
COLE = replace(ADLER, reservation="77002", name="Cole")
PROUD = replace(ADLER, reservation="77003", name="Pike", no_post=True)


@pytest.fixture
def office() -> FrontOffice:
    return FrontOffice(("101", "102", "0103"), {"101": ADLER, "0103": PROUD})


def posting(**fields: str) -> Record:
    values = {"RN": "101", "PT": "C", "TA": "1375", "P#": "42", "DA": "261120", "TI": "081530"} | fields
    return Record("PS", tuple((name.replace("_", "#"), value) for name, value in values.items() if value))


def test_a_posting_to_a_guest_in_house_is_booked_with_a_transaction_number(office: FrontOffice) -> None:
    line = office.post(posting(DD="0043123456789", CT="International", DU="000412"), NOW)
    assert line.clear_text == "Posting successful. Interface transaction number/s - 900001"
    assert (line.answer, line.booked, line.amount, line.guest) == ("OK", True, 1375, "Adler")
    assert (line.token, line.dialled, line.duration, line.started) == ("42", "0043123456789", "000412", "261120 081530")
    assert office.post(posting(), NOW).transaction == 900_002


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"RN": "999"}, "NG"),
        ({"RN": "103"}, "NG"),
        ({"RN": "102"}, "NG"),
        ({"RN": "0103"}, "NP"),
        ({"RN": ""}, "UR"),
        ({"TI": ""}, "UR"),
        ({"TA": ""}, "UR"),
        ({"TA": "13.75"}, "UR"),
        ({"TA": "1" * 16}, "UR"),
        ({"PT": "X"}, "UR"),
        ({"DD": "+4312"}, "UR"),
        ({"S1": "1000", "T1": "375"}, "OK"),
        ({"S1": "1000", "T1": "374"}, "DM"),
        ({"S1": "1500", "D1": "-125"}, "OK"),
        ({"S1": "x"}, "UR"),
        ({"PT": "T", "TA": "", "MP": "8"}, "OK"),
    ],
)
def test_each_posting_gets_the_answer_of_the_specification(
    office: FrontOffice, fields: dict[str, str], answer: str
) -> None:
    line = office.post(posting(**fields), NOW)
    assert (line.answer, line.booked) == (answer, answer == "OK")
    assert office.folio == [line]


def test_a_vacant_room_can_be_answered_the_other_way() -> None:
    office = FrontOffice(("101",), {}, vacant_answer="UR")
    assert office.post(posting(), NOW).answer == "UR"


def test_nothing_is_booked_during_the_night_audit(office: FrontOffice) -> None:
    office.audit = True
    assert office.post(posting(), NOW).answer == "NA"
    office.audit = False
    assert office.post(posting(), NOW).answer == "OK"


def test_a_posting_that_comes_twice_is_booked_twice_and_its_number_counted(office: FrontOffice) -> None:
    office.post(posting(), NOW)
    office.post(posting(), NOW)
    assert [line.booked for line in office.folio] == [True, True]
    assert office.repeated_tokens == 1


def test_a_fault_takes_the_place_of_the_judgement(office: FrontOffice) -> None:
    refused = office.post(posting(), NOW, Treatment(refuse="CO"))
    assert (refused.answer, refused.booked) == ("CO", False)
    lost = office.post(posting(), NOW, Treatment(book=False, delivery="never"))
    assert (lost.answer, lost.booked, lost.delivery) == ("OK", False, "never")


def test_guests_come_share_move_and_go(office: FrontOffice) -> None:
    assert office.check_in("101", COLE, NOW).shared
    assert office.occupants("101") == (ADLER, COLE)
    move = office.move("101", "102", NOW, "77002")
    assert (move.guest, move.room, move.old_room, move.shared) == (COLE, "102", "101", False)
    gone = office.check_out("101", NOW)
    assert (gone.guest, gone.shared) == (ADLER, False)
    assert (office.vacant_rooms(), office.let_rooms()) == (["101"], ["102", "0103"])


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda office: office.check_in("999", COLE, NOW), "There is no room '999'"),
        (lambda office: office.check_out("102", NOW), "Nobody is in 102"),
        (lambda office: office.check_out("101", NOW, "5"), "Nobody of reservation 5 is in 101"),
        (lambda office: office.move("101", "101", NOW), "already"),
        (lambda office: office.move("101", "999", NOW), "There is no room '999'"),
        (lambda office: office.move("102", "101", NOW), "Nobody is in 102"),
    ],
    ids=["into no room", "out of a vacant room", "not his room", "no move", "to no room", "from a vacant room"],
)
def test_what_a_guest_cannot_do_changes_nothing(
    office: FrontOffice, act: Callable[[FrontOffice], object], sentence: str
) -> None:
    before = [office.occupants(room) for room in office.rooms]
    with pytest.raises(NotPossible, match=sentence):
        act(office)
    assert [office.occupants(room) for room in office.rooms] == before


def test_the_folio_survives_a_restart_and_a_line_that_a_crash_cut_off(office: FrontOffice, tmp_path: Path) -> None:
    path = tmp_path / "folio.jsonl"
    ledger = FolioLedger(path)
    for fields in ({}, {"RN": "999"}, {"P#": "43"}):
        ledger.write(office.post(posting(**fields), NOW))
    ledger.close()
    with path.open("a", encoding="utf-8") as torn:
        torn.write('{"number": 4, "at": "2026-')
    again, reborn = FolioLedger(path), FrontOffice(("101",), {"101": ADLER})
    reborn.restore(list(again.lines()))
    assert reborn.folio == office.folio
    again.write(reborn.post(posting(**{"P#": "42"}), NOW))
    assert reborn.folio[-1].transaction == 900_003
    assert reborn.repeated_tokens == 2
    assert list(again.lines()) == reborn.folio
    again.close()


def test_the_ledger_names_the_posting_number_as_the_wire_does(office: FrontOffice) -> None:
    line = as_json(office.post(posting(), NOW))
    assert line["p#"] == "42"
    assert {"room", "guest", "amount", "text", "dialled", "at", "answer", "booked", "delivery"} <= set(line)


def house(office: FrontOffice) -> House:
    faults = PmsFaults(random.Random(1))
    return House(office, faults, random.Random(1), lambda: NOW, lambda: None)


def test_a_house_that_lives_stays_possible_and_tells_all_of_it(office: FrontOffice) -> None:
    living = house(office)
    for _ in range(300):
        living.live()
    done = sum(living.counts[what] for what in ("check_ins", "check_outs", "moves"))
    assert done == len(living.news) == 300
    assert all(living.counts[what] for what in ("check_ins", "check_outs", "moves"))


def test_news_that_nobody_takes_are_bounded_and_the_lost_ones_counted(office: FrontOffice) -> None:
    living = house(office)
    for _ in range(NEWS_KEPT + 5):
        living.audit(not office.audit)
    assert len(living.news) == NEWS_KEPT
    assert living.counts["news_lost"] == 5


def test_the_fault_na_is_the_night_audit_and_none_ends_it(office: FrontOffice) -> None:
    living = house(office)
    audit = []
    for word in ("na", "none"):
        living.fault(word)
        audit.append(office.audit)
    assert audit == [True, False]
    assert [news.record and news.record.kind for news in living.news] == ["NS", "NE"]


def test_a_play_is_read_in_the_order_of_its_times() -> None:
    play = "# first\n\n 20 cut\n5 checkin 105\n25.5 Restore\n40 audit start\n10 fault ry:3,late:2\n"
    assert parse_script(play) == [
        Act(5.0, "checkin", ("105",)),
        Act(10.0, "fault", ("ry:3,late:2",)),
        Act(20.0, "cut", ()),
        Act(25.5, "restore", ()),
        Act(40.0, "audit", ("start",)),
    ]


@pytest.mark.parametrize("line", ["cut", "5", "soon cut", "-1 cut", "5 dance", "5 move 101", "5 audit", "5 audit now"])
def test_a_line_of_a_play_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="Line 2"):
        parse_script(f"1 cut\n{line}\n")
