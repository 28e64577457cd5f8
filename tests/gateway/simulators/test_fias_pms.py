"""Protects the rehearsal of the PMS: it keeps the link as the FIAS specification says, and errs only as it was told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from gateway.simulators.pms_script import parse_script
from gateway.simulators.stays import opening_guests
from protocols.fias.link import State
from protocols.fias.records import Record
from tests.gateway.simulators.stage import BEGAN, DECLARED, ENCODING, SETTINGS, GatewayEnd, Stage, done, posting

WITHOUT_ECHO = tuple((kind, names if kind != "PA" else ("RN", "AS", "CT", "DA", "TI")) for kind, names in DECLARED)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.stop()
    assert not stage.reactor.getDelayedCalls()


def play(**changes: Any) -> Stage:
    return Stage(**changes)


# -- the link -----------------------------------------------------------------------------------------------------


def test_it_says_that_it_listens_once_it_does(stage: Stage) -> None:
    assert [event["event"] for event in stage.said] == ["listening"]
    assert "port" in stage.said[0]


def test_it_speaks_first_and_is_alive_after_the_description(stage: Stage) -> None:
    end = stage.dial()
    assert end.raw.startswith(b"\x02LS|DA261120|TI081600|\x03")
    assert end.alive == 1
    assert stage.pms.state()["alive"]


def test_a_gateway_that_describes_nothing_is_asked_again_and_never_alive(stage: Stage) -> None:
    end = stage.dial(GatewayEnd(stage.reactor, declared=()))
    assert end.alive == 0
    assert end.raw.count(b"\x02LS|") > 1


def test_the_alive_check_is_answered(stage: Stage) -> None:
    end = stage.dial()
    before = end.raw.count(b"\x02LA|")
    stage.after(0)
    end._do(end.link.probe(stage.reactor.seconds()))
    stage.flush()
    assert end.raw.count(b"\x02LA|") == before + 1


def test_a_goodbye_is_answered_and_the_line_closed(stage: Stage) -> None:
    end = stage.dial()
    end._do(end.link.goodbye(stage.reactor.seconds()))
    stage.flush()
    assert end.raw.endswith(b"\x02LE|DA261120|TI081600|\x03")
    assert end.lost
    assert not stage.pms.state()["connected"]
    assert stage.dial().alive == 1


def test_it_says_goodbye_itself_when_it_stops() -> None:
    stage = play()
    end = stage.dial()
    stage.stop()
    assert b"\x02LE|" in end.raw
    assert end.lost


def test_it_stops_although_a_client_never_answers_the_goodbye() -> None:
    stage = play()
    end = stage.dial()
    end.dataReceived = lambda data: None  # type: ignore[method-assign]
    stopped = Deferred.fromCoroutine(stage.pms.stop())
    for _ in range(6):
        stage.after(1)
    done(stopped)
    assert end.lost


def test_the_newest_client_wins() -> None:
    stage = play()
    first, second = stage.dial(), stage.dial()
    assert first.lost
    assert second.alive == 1
    assert stage.pms.state()["counts"] == {"clients_replaced": 1, "connections": 2, "links": 2}
    stage.stop()


def test_a_second_client_can_be_refused_instead() -> None:
    stage = play(second_client="refuse")
    first, second = stage.dial(), stage.dial()
    assert second.lost
    assert second.raw == b""
    assert not first.lost
    assert stage.post(first)[0].first("AS") == "OK"
    stage.stop()


# -- guests -------------------------------------------------------------------------------------------------------


def test_a_resync_tells_every_room_between_ds_and_de(stage: Stage) -> None:
    end = stage.dial()
    end.send(Record("DR"))
    stage.flush()
    kinds = end.kinds()
    assert (kinds[0], kinds[-1]) == ("DS", "DE")
    rooms = end.received[1:-1]
    assert [record.first("RN") for record in rooms] == list(SETTINGS.rooms)
    assert all(record.has("SF") for record in rooms)
    guests = opening_guests(SETTINGS.seed, SETTINGS.rooms, BEGAN.date())
    for record in rooms:
        guest = guests.get(record.first("RN") or "")
        assert record.kind == ("GI" if guest else "GO")
        assert record.first("G#") == (guest.reservation if guest else None)
        assert record.first("GN") == (guest.name.encode(ENCODING, "replace").decode(ENCODING) if guest else None)


def test_only_declared_fields_are_sent(stage: Stage) -> None:
    few = (("GI", ("RN", "GN")), ("PS", ("RN", "TA")), ("PA", ("RN", "AS")))
    end = stage.dial(GatewayEnd(stage.reactor, declared=few))
    stage.pms.house.check_in("101")
    stage.pms.house.check_out("101")
    stage.flush()
    (record,) = end.received
    assert [name for name, _ in record.fields] == ["RN", "GN"]
    assert stage.pms.house.counts["not_declared"] == 1


def test_guests_who_come_and_go_are_told_at_once(stage: Stage) -> None:
    end = stage.dial()
    came = stage.pms.house.check_in("101")
    gone = stage.pms.house.check_out("101", came.guest.reservation)
    stage.flush()
    first, second = end.received
    assert (first.kind, first.first("GS"), first.first("G#")) == ("GI", "Y", came.guest.reservation)
    assert not first.has("SF")
    assert (second.kind, second.first("GS"), second.first("G#")) == ("GO", "Y", gone.guest.reservation)
    assert (first.first("DA"), first.first("TI")) == ("261120", "081600")


def test_a_move_is_one_record_with_both_rooms(stage: Stage) -> None:
    end = stage.dial()
    vacant = stage.pms.office.vacant_rooms()[0]
    stage.pms.house.move("101", vacant)
    stage.flush()
    (record,) = end.received
    assert (record.kind, record.first("RN"), record.first("RO")) == ("GC", vacant, "101")
    assert record.all("GS") == ("N", "N")


def test_a_move_can_be_told_as_leaving_and_coming() -> None:
    stage = play(moves_as="go-gi")
    end = stage.dial()
    vacant = stage.pms.office.vacant_rooms()[0]
    stage.pms.house.move("101", vacant)
    stage.flush()
    assert [(record.kind, record.first("RN")) for record in end.received] == [("GO", "101"), ("GI", vacant)]
    assert end.received[0].first("G#") == end.received[1].first("G#")
    stage.stop()


def test_what_happens_while_no_link_is_up_is_told_when_one_is(stage: Stage) -> None:
    stage.pms.house.check_in("101")
    stage.pms.house.audit(True)
    end = stage.dial()
    assert end.kinds() == ["GI", "NS"]
    assert stage.pms.state()["news_waiting"] == 0


def test_a_house_with_a_rate_lives_of_itself() -> None:
    stage = play(checkins_per_minute=6.0)
    end = stage.dial()
    for _ in range(12):
        stage.after(10)
    assert len([kind for kind in end.kinds() if kind in ("GI", "GO", "GC")]) >= 12
    stage.stop()


# -- postings -----------------------------------------------------------------------------------------------------


def test_a_posting_is_answered_with_its_number_and_room(stage: Stage) -> None:
    (answer,) = stage.post(stage.dial(), P="8")
    assert answer == Record(
        "PA",
        (
            ("RN", "101"),
            ("AS", "OK"),
            ("CT", "Posting successful. Interface transaction number/s - 900001"),
            ("P#", "8"),
            ("DA", "261120"),
            ("TI", "081530"),
        ),
    )


def test_the_number_is_repeated_only_where_both_records_declare_it(stage: Stage) -> None:
    (answer,) = stage.post(stage.dial(GatewayEnd(stage.reactor, declared=WITHOUT_ECHO)))
    assert not answer.has("P#")


def test_refused_postings_say_why(stage: Stage) -> None:
    (answer,) = stage.post(stage.dial(), RN="0101")
    assert (answer.first("RN"), answer.first("AS"), answer.first("CT")) == ("0101", "NG", "INVALID ROOM")


def test_postings_in_one_piece_or_byte_by_byte_are_all_judged(stage: Stage) -> None:
    from protocols.fias.codec import encode

    end = stage.dial()
    frames = b"".join(encode(posting(P=str(number)), "cp852") for number in (1, 2, 3))
    end.write(frames)
    stage.flush()
    for at in range(len(frames)):
        end.write(frames[at : at + 1])
        stage.flush()
    assert [record.first("P#") for record in end.received] == ["1", "2", "3"] * 2
    assert stage.pms.state()["repeated_p#"] == 3


def test_noise_on_the_line_is_told_and_harms_nothing(stage: Stage) -> None:
    end = stage.dial()
    end.write(b"GET / HTTP/1.0\r\n\r\n\x02\x03\x02zzz\x03\x02XX|AB|\x03" + b"\x02PS|" + b"x" * 20_000)
    stage.flush()
    end.write(b"\x03")
    assert stage.post(end)[0].first("AS") == "OK"
    assert stage.pms.house.counts["oddities"] >= 3
    state = stage.pms.state()
    assert isinstance(state["oddities"], list)
    assert all(isinstance(sentence, str) for sentence in state["oddities"])


def test_a_night_audit_is_announced_refuses_and_ends(stage: Stage) -> None:
    end = stage.dial()
    stage.pms.house.audit(True)
    stage.flush()
    assert end.kinds() == ["NS"]
    end.write(b"\x02PS|RN101|PTC|TA5|P#7|DA261120|TI081530|\x03")
    stage.flush()
    assert end.received[-1].first("AS") == "NA"
    stage.pms.house.audit(False)
    stage.flush()
    assert end.kinds() == ["NS", "PA", "NE"]


# -- faults -------------------------------------------------------------------------------------------------------


def test_ry_refuses_so_many_and_then_books(stage: Stage) -> None:
    stage.pms.house.fault("ry:2")
    end = stage.dial()
    assert [stage.post(end)[0].first("AS") for _ in range(3)] == ["RY", "RY", "OK"]
    assert stage.pms.state()["booked"] == 1


def test_silence_books_and_says_nothing(stage: Stage) -> None:
    stage.pms.house.fault("silence:1")
    end = stage.dial()
    assert stage.post(end) == []
    assert stage.pms.state()["booked"] == 1
    assert stage.pms.office.folio[0].delivery == "never"
    assert [record.kind for record in stage.post(end)] == ["PA"]


def test_deaf_neither_books_nor_answers(stage: Stage) -> None:
    stage.pms.house.fault("deaf:1")
    assert stage.post(stage.dial()) == []
    assert stage.pms.state()["booked"] == 0


def test_a_late_answer_comes_late(stage: Stage) -> None:
    stage.pms.house.fault("late:40:1")
    end = stage.dial()
    assert stage.post(end, P="5") == []
    assert stage.pms.state()["booked"] == 1
    stage.after(39)
    assert end.take() == []
    stage.after(2)
    assert [record.first("P#") for record in end.take()] == ["5"]


def test_a_late_answer_for_a_line_that_is_gone_is_not_sent(stage: Stage) -> None:
    stage.pms.house.fault("late:40:1")
    end = stage.dial()
    stage.post(end)
    stage.lines[0].clientIO.loseConnection()
    stage.flush()
    stage.after(41)
    assert stage.pms.house.counts["answers_not_sent"] == 1


def test_the_line_can_break_after_the_booking(stage: Stage) -> None:
    stage.pms.house.fault("cut-after-ps:1")
    end = stage.dial()
    assert stage.post(end) == []
    assert end.lost
    assert stage.pms.state()["booked"] == 1
    assert stage.post(stage.dial())[0].first("AS") == "OK"


def test_an_la_can_be_withheld(stage: Stage) -> None:
    stage.pms.house.fault("no-la")
    assert stage.dial().alive == 0


def test_a_request_for_a_resync_can_be_ignored(stage: Stage) -> None:
    stage.pms.house.fault("no-resync")
    end = stage.dial()
    end.send(Record("DR"))
    stage.flush()
    assert end.received == []
    assert end.link.state is State.ASKED


def test_answers_can_come_twice_empty_and_without_their_number(stage: Stage) -> None:
    stage.pms.house.fault("duplicate-pa,no-echo,empty-fields")
    first, second = stage.post(stage.dial())
    assert first == second
    assert first.has("WS")
    assert first.first("WS") is None
    assert first.first("P#") is None


def test_a_checksum_after_the_end_does_not_disturb_the_gateway(stage: Stage) -> None:
    stage.pms.house.fault("lrc-after-etx")
    end = stage.dial()
    assert end.alive == 1
    assert stage.post(end)[0].first("AS") == "OK"


def test_a_pulled_plug_breaks_the_line_and_restore_brings_the_port_back(stage: Stage) -> None:
    end = stage.dial()
    done(Deferred.fromCoroutine(stage.pms.cut()))
    stage.flush()
    assert end.lost
    assert not stage.pms.state()["listening"]
    before = len(stage.reactor.tcpServers)
    done(Deferred.fromCoroutine(stage.pms.restore()))
    assert len(stage.reactor.tcpServers) == before + 1
    assert stage.dial().alive == 1


def test_a_play_is_played_at_its_times() -> None:
    stage = play(script=tuple(parse_script("5 fault ry:1\n10 checkout 101\n20 move 101 102\n30 audit start\n40 cut")))
    end = stage.dial()
    stage.after(6)
    assert stage.post(end)[0].first("AS") == "RY"
    stage.after(5)
    assert end.take()[0].kind == "GO"
    stage.after(10)
    assert "not possible: Nobody is in 101" in str(stage.pms.state()["oddities"])
    stage.after(10)
    assert end.take()[0].kind == "NS"
    stage.after(10)
    assert end.lost
    stage.stop()


# -- the ledger ---------------------------------------------------------------------------------------------------


def test_a_posting_is_in_the_ledger_before_it_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "folio.jsonl"
    stage = play(ledger=path, faults=("silence:1",))
    end = stage.dial()
    stage.post(end, P="1")
    (line,) = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    assert (line["p#"], line["room"], line["amount"], line["answer"], line["booked"]) == ("1", "101", 1375, "OK", True)
    assert line["delivery"] == "never"
    stage.stop()


def test_the_folio_is_there_again_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "folio.jsonl"
    first = play(ledger=path)
    first.post(first.dial(), P="1")
    first.stop()
    second = play(ledger=path)
    assert second.pms.state()["booked"] == 1
    assert "900002" in (second.post(second.dial(), P="2")[0].first("CT") or "")
    assert [line.number for line in second.pms.office.folio] == [1, 2]
    second.stop()
