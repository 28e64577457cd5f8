"""Protects the promise that a serial line neither loses a record nor books one twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.fias.codec import ACK, ENQ, MAX_RECORD, NAK, lrc
from protocols.fias.errors import LocalProtocolError
from protocols.fias.serial import (
    MAX_WAITING,
    Acknowledged,
    Arrived,
    GivenUp,
    Noise,
    SerialEvent,
    SerialLine,
    SerialTimers,
    Write,
)
from tests.playbook import Playbook, at

LS = b"LS|DA261120|TI080000|"
LS_FRAME = b"\x02LS|DA261120|TI080000|\x03\x76"
PS = b"PS|RN0412|PTC|TA1375|DA261120|TI081530|P#42|"
PS_FRAME = b"\x02" + PS + b"\x03\x51"
A, N, E = bytes((ACK,)), bytes((NAK,)), bytes((ENQ,))


class SerialParty:
    """One end of a serial line in a dialogue. Bytes are what the peer sends; `send` in front asks for a record."""

    def __init__(self, line: SerialLine | None = None) -> None:
        self.line = line or SerialLine()

    def hear(self, said: bytes | str, now: float) -> list[bytes | str]:
        if isinstance(said, str):
            return [shown(event) for event in self.line.send(said.removeprefix("send ").encode(), now)]
        return [shown(event) for event in self.line.receive(said, now)]

    def due(self) -> float | None:
        return self.line.due()

    def wake(self, now: float) -> list[bytes | str]:
        return [shown(event) for event in self.line.tick(now)]


def shown(event: SerialEvent) -> bytes | str:
    match event:
        case Write(data):
            return data
        case Arrived(data):
            return f"[arrived {data.decode('latin-1')}]"
        case Acknowledged(data):
            return f"[acknowledged {data.decode('latin-1')}]"
        case GivenUp(_, refused, why):
            return f"[given up, {'refused' if refused else 'unknown'}: {why}]"
        case Noise(sentence):
            return f"[{sentence}]"


def line() -> Playbook[bytes | str]:
    return Playbook(SerialParty())


SEND_PS = "send " + PS.decode()
GOT_PS = f"[acknowledged {PS.decode()}]"
GOT_LS = f"[arrived {LS.decode()}]"


# -- receiving ---------------------------------------------------------------------------------------------------------


def test_a_record_with_the_right_checksum_is_acknowledged_and_taken() -> None:
    assert line() >> LS_FRAME << A << GOT_LS


def test_a_record_is_taken_byte_by_byte_just_the_same() -> None:
    book = line()
    for byte in LS_FRAME:
        book = book >> bytes((byte,))
    assert book << A << GOT_LS


def test_a_record_with_a_wrong_checksum_is_refused_and_not_taken() -> None:
    assert (
        line()
        >> LS_FRAME[:-1] + b"\x77"
        << N
        << ("[a record on the serial line has checksum 77 instead of 76; refused with NAK]")
    )


@given(st.binary(max_size=60).filter(lambda data: 2 not in data and 3 not in data))
def test_a_checksum_of_any_value_is_known_by_its_place(data: bytes) -> None:
    serial = SerialLine()
    events = serial.receive(b"\x02" + data + b"\x03" + bytes((lrc(data),)) + LS_FRAME, 0.0)
    assert [event.data for event in events if isinstance(event, Arrived)] == [data, LS]


@pytest.mark.parametrize("mark", [0x02, 0x03, 0x05, 0x06, 0x15, 0x7C])
def test_a_checksum_that_looks_like_a_control_byte_is_still_a_checksum(mark: int) -> None:
    data = b"XX|" + bytes((0x80,))
    data += bytes((lrc(data) ^ mark,)) if lrc(data) ^ mark not in (2, 3) else b"@" + bytes((lrc(data) ^ 0x40 ^ mark,))
    assert lrc(data) == mark
    serial = SerialLine()
    assert serial.receive(b"\x02" + data + b"\x03" + bytes((mark,)), 0.0) == [Write(A), Arrived(data)]
    assert serial.receive(E, 1.0) == [Write(A)]


def test_an_enquiry_gets_the_last_answer_again_and_the_record_is_not_taken_twice() -> None:
    assert line() >> LS_FRAME << A << GOT_LS >> E << A >> E << A


def test_an_enquiry_before_anything_came_gets_nak() -> None:
    assert line() >> E << N


def test_a_stray_byte_makes_the_last_answer_nak() -> None:
    assert (
        line()
        >> LS_FRAME
        << A
        << GOT_LS
        >> b"?"
        << ("[bytes on the serial line that belong to no record: 3f]")
        >> E
        << N
    )


def test_a_record_that_begins_anew_is_taken_from_its_second_beginning() -> None:
    assert line() >> b"\x02LS|DA26" >> LS_FRAME << A << GOT_LS


def test_a_record_without_an_end_takes_no_more_memory_than_a_record() -> None:
    serial = SerialLine()
    assert serial.receive(b"\x02" + b"X" * 1_000_000, 0.0) == []
    [answer, told] = serial.receive(b"\x03\x00", 1.0)
    assert answer == Write(N)
    assert isinstance(told, Noise)
    assert "too long" in told.sentence
    assert serial.receive(LS_FRAME, 2.0) == [Write(A), Arrived(LS)]


def test_the_longest_record_is_taken() -> None:
    data = b"X" * MAX_RECORD
    assert SerialLine().receive(b"\x02" + data + b"\x03" + bytes((lrc(data),)), 0.0) == [Write(A), Arrived(data)]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_noise_raises_or_hides_the_record_after_it(noise: list[bytes]) -> None:
    serial = SerialLine()
    for piece in noise:
        serial.receive(piece, 0.0)
    serial.receive(b"\x03\x00", 1.0)  # whatever was open is closed
    assert Arrived(LS) in serial.receive(LS_FRAME, 2.0)


# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_record_that_is_acknowledged_is_sent_once() -> None:
    assert line() >> SEND_PS << PS_FRAME >> at(2) >> A << GOT_PS >> at(60)


def test_a_record_that_is_refused_is_sent_four_times_and_then_given_up() -> None:
    assert (
        line()
        >> SEND_PS
        << PS_FRAME
        >> N
        << PS_FRAME
        >> N
        << PS_FRAME
        >> N
        << PS_FRAME
        >> N
        << "[given up, refused: refused with NAK 4 times]"
    )


def test_silence_is_asked_about_three_times_and_the_record_is_not_sent_again() -> None:
    assert (
        line()
        >> SEND_PS
        << PS_FRAME
        >> at(3)
        << E
        >> at(6)
        << E
        >> at(9)
        << E
        >> at(12)
        << "[given up, unknown: no answer, also not to 3 ENQ]"
        >> at(100)
    )


def test_a_lost_acknowledgement_is_recovered_without_a_second_record() -> None:
    assert line() >> SEND_PS << PS_FRAME >> at(3) << E >> at(4) >> A << GOT_PS


def test_a_garbled_answer_is_asked_about() -> None:
    assert (
        line()
        >> SEND_PS
        << PS_FRAME
        >> at(1)
        >> b"\x86"
        << ("[bytes on the serial line that belong to no record: 86]")
        >> at(3)
        << E
        >> A
        << GOT_PS
    )


def test_a_refusal_after_an_enquiry_sends_the_record_again() -> None:
    assert line() >> SEND_PS << PS_FRAME >> at(3) << E >> N << PS_FRAME >> at(6) << E >> A << GOT_PS


def test_after_a_record_was_sent_again_its_answer_is_asked_for_three_times_again() -> None:
    book = line() >> SEND_PS << PS_FRAME >> at(3) << E >> at(6) << E >> at(9) << E >> at(10) >> N << PS_FRAME
    assert book >> at(13) << E >> at(16) << E >> at(19) << E >> A << GOT_PS


def test_the_next_record_waits_for_the_answer_to_the_first() -> None:
    assert line() >> "send LA|" << b"\x02LA|\x03\x72" >> SEND_PS >> A << "[acknowledged LA|]" << PS_FRAME >> A << GOT_PS


def test_both_directions_run_at_once() -> None:
    assert line() >> SEND_PS << PS_FRAME >> LS_FRAME + A << A << GOT_LS << GOT_PS


def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    assert line() >> A >> N


def test_the_times_and_limits_are_the_owners() -> None:
    timers = SerialTimers(answer=1.0, enquiry=0.5, retries=0, enquiries=1)
    assert (
        Playbook(SerialParty(SerialLine(timers=timers)))
        >> SEND_PS
        << PS_FRAME
        >> at(1)
        << E
        >> at(1.5)
        << ("[given up, unknown: no answer, also not to 1 ENQ]")
    )


def test_the_queue_has_an_end_and_frame_marks_are_refused() -> None:
    serial = SerialLine()
    for _ in range(MAX_WAITING + 1):
        serial.send(b"LA|", 0.0)
    with pytest.raises(LocalProtocolError, match="wait"):
        serial.send(b"LA|", 0.0)
    with pytest.raises(LocalProtocolError, match="STX"):
        serial.send(b"L\x02A|", 0.0)


# -- both ends ---------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from(["deliver", "deliver", "deliver", "lose answer", "flip"]), max_size=60), st.integers(1, 6)
)
def test_between_two_ends_a_record_arrives_once_or_its_sender_knows_of_the_doubt(script: list[str], count: int) -> None:
    sender, receiver = SerialLine(), SerialLine()
    now, arrived, done, doubts = 0.0, [], 0, 0
    to_receiver: list[bytes] = []
    for n in range(count):
        to_receiver += [event.data for event in sender.send(f"PS|P#{n}|".encode(), now) if isinstance(event, Write)]
    moves = iter(script)
    for _ in range(2000):
        answers: list[bytes] = []
        for data in to_receiver:
            wire = bytes((data[0], data[1] ^ 0x40, *data[2:])) if next(moves, "") == "flip" and len(data) > 1 else data
            for event in receiver.receive(wire, now):
                if isinstance(event, Arrived):
                    arrived.append(event.data)
                elif isinstance(event, Write) and next(moves, "") != "lose answer":
                    answers.append(event.data)
        events = [event for answer in answers for event in sender.receive(answer, now)]
        if not events and (due := sender.due()) is not None:
            now = due
            events = sender.tick(now)
        to_receiver = [event.data for event in events if isinstance(event, Write)]
        done += sum(isinstance(event, Acknowledged) for event in events)
        doubts += sum(isinstance(event, GivenUp) for event in events)
        if sender.idle:
            break
    assert done + doubts == count
    assert len(arrived) == len(set(arrived)), "a record arrived twice"
    assert len(arrived) >= done
