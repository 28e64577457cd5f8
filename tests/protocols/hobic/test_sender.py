"""Protects the promise that a sender concludes from an answer what the answer says, and from silence nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.hobic.sender import (
    Action,
    Finished,
    HandedOver,
    Noise,
    NotLeft,
    Phase,
    Rejected,
    Sender,
    Taken,
    Timers,
    Unanswered,
    Write,
)
from protocols.hobic.wire import Wire
from tests.playbook import Playbook, at

A, N, E = b"\x06", b"\x15", b"\x05"
HB, HX = Wire(), Wire(framing="hx")
NO_ANSWERS, YN = Wire(answers="none"), Wire(answers="yn")
LINE = "CALL"
OUT_HB, OUT_HX = HB.framed(b"CALL"), HX.framed(b"CALL")
SEND = f"send {LINE}"


class Party:
    """A sender in a dialogue. Bytes are what the receiver says; `send` in front asks for a record."""

    def __init__(self, wire: Wire, **timers: Any) -> None:
        self.sender = Sender(wire, Timers(**timers), 0.0)

    def hear(self, said: bytes | str, now: float) -> list[bytes | str]:
        if said == "lost":
            return shown(self.sender.lost())
        if isinstance(said, str):
            return shown(self.sender.send(said.removeprefix("send ").encode(), now))
        return shown(self.sender.receive(said, now))

    def due(self) -> float | None:
        return self.sender.due()

    def wake(self, now: float) -> list[bytes | str]:
        return shown(self.sender.tick(now))


def shown(actions: list[Action]) -> list[bytes | str]:
    return [_shown(action) for action in actions]


def _shown(action: Action) -> bytes | str:
    match action:
        case Write(data):
            return data
        case Taken(late):
            return "[taken, late]" if late else "[taken]"
        case Rejected(times, late):
            return f"[rejected {times} times{', late' if late else ''}]"
        case NotLeft():
            return "[not left]"
        case Unanswered():
            return "[unanswered]"
        case HandedOver():
            return "[handed over]"
        case Finished():
            return "[finished]"
        case Noise(sentence):
            return f"[{sentence}]"


def hb(wire: Wire = HB, **timers: Any) -> Playbook[bytes | str]:
    return Playbook(Party(wire, **timers)) >> at(1)


def hx(**timers: Any) -> Playbook[bytes | str]:
    return Playbook(Party(HX, **timers)) >> at(0.5) << E >> A


def test_a_printed_line_that_is_acknowledged_is_taken() -> None:
    assert hb() >> SEND << OUT_HB >> A << "[taken]" >> SEND << OUT_HB >> A << "[taken]"
    assert hb(YN) >> SEND << OUT_HB >> b"y" << "[taken]"


def test_holidex_asks_first() -> None:
    """ENQ, ACK, the record, ACK: for each charge."""
    assert hx() >> SEND << E >> A << OUT_HX >> A << "[taken]"


def test_nak_says_that_it_was_not_taken_and_so_it_is_sent_again_to_a_stated_count() -> None:
    assert hb() >> SEND << OUT_HB >> N << OUT_HB >> N << OUT_HB >> A << "[taken]"
    book = hb() >> SEND << OUT_HB >> N << OUT_HB >> N << OUT_HB >> N << OUT_HB >> N
    assert book << "[rejected 4 times]" >> at(500) >> SEND << OUT_HB


def test_silence_says_nothing_and_so_nothing_is_sent_again() -> None:
    """The doubt stands at the time-out, and no second copy ever leaves on this connection."""
    assert hb() >> SEND << OUT_HB >> at(11) << "[unanswered]" >> at(71) << "[finished]" >> at(5000)
    assert hb() >> SEND << OUT_HB >> N << OUT_HB >> at(11) << "[unanswered]"


def test_an_answer_that_comes_late_settles_the_doubt() -> None:
    assert hb() >> SEND << OUT_HB >> at(30) << "[unanswered]" >> A << "[taken, late]" >> SEND << OUT_HB
    assert hb() >> SEND << OUT_HB >> at(30) << "[unanswered]" >> N << "[rejected 1 times, late]"


def test_without_a_yes_to_enq_nothing_has_left() -> None:
    """It is asked three times; then the charge waits, and the PMS is asked on until it answers."""
    book = hx(enquiry=3) >> SEND << E >> at(3.5) << E >> at(6.5) << E >> at(9.5) << "[not left]" << E
    assert book >> at(12.5) << E
    busy = hx(enquiry=3) >> SEND << E >> N >> at(3.5) << E >> N >> at(6.5) << E >> N >> at(9.5) << "[not left]" << E
    assert busy >> N


def test_the_answers_of_repeated_enquiries_are_not_taken_for_the_records() -> None:
    """Three ENQ went out and three ACK come late and together: the record's own answer is the one after them."""
    book = hx(enquiry=3) >> SEND << E >> at(3.5) << E >> at(6.5) << E >> A >> A >> A << OUT_HX
    assert book >> at(16.5) << "[unanswered]"


def test_a_record_waits_for_answers_of_enquiries_that_never_come() -> None:
    assert hx(enquiry=3) >> SEND << E >> at(3.5) << E >> A >> at(9.4) >> at(9.5) << OUT_HX >> A << "[taken]"


def test_what_still_comes_after_connecting_answers_nothing() -> None:
    """An ACK of before is noise while the line is quiet."""
    assert Playbook(Party(HB)) >> A << "[bytes that answer nothing: 06]" >> at(1) >> SEND << OUT_HB
    book = Playbook(Party(HB)) >> at(1) >> b"junk" << "[bytes that answer nothing: 6a 75 6e 6b]"
    assert book >> SEND << OUT_HB


def test_where_nobody_answers_the_connection_must_stand_a_while() -> None:
    assert hb(NO_ANSWERS) >> SEND << OUT_HB >> at(2.9) >> at(3) << "[handed over]" >> SEND << OUT_HB
    assert hb(NO_ANSWERS) >> SEND << OUT_HB >> "lost" << "[unanswered]"
    noise = "[bytes that answer nothing: 06]"
    assert hb(NO_ANSWERS) >> SEND << OUT_HB >> A << noise >> at(3) << "[handed over]"


def test_a_lost_connection_says_whether_the_charge_had_left() -> None:
    assert hx() >> SEND << E >> "lost" << "[not left]"
    assert hx() >> SEND << E >> A << OUT_HX >> "lost" << "[unanswered]"
    assert hb() >> SEND << OUT_HB >> "lost" << "[unanswered]"
    assert hb() >> "lost"
    assert hb() >> SEND << OUT_HB >> at(30) << "[unanswered]" >> "lost"


def test_a_second_record_is_refused_while_one_is_under_way() -> None:
    sender = Sender(HB, Timers(), 0.0)
    with pytest.raises(RuntimeError, match="just opened"):
        sender.send(b"CALL", 0.1)
    sender.tick(1.0)
    sender.send(b"CALL", 1.0)
    with pytest.raises(RuntimeError, match="awaits its answer"):
        sender.send(b"CALL", 1.0)


STEPS = st.lists(
    st.one_of(
        st.sampled_from([A, N, E, b"y", b"n", b"?"]),
        st.floats(0.1, 80),
        st.just("send"),
        st.just("lost"),
    ),
    max_size=25,
)


@given(st.sampled_from([HB, HX, YN, NO_ANSWERS]), STEPS)
def test_whatever_happens_each_record_has_one_outcome_and_yes_needs_a_yes(wire: Wire, steps: list[Any]) -> None:
    """The laws of money: one outcome each; taken only behind the record and its yes; copies only behind a no."""
    sender, now = Sender(wire, Timers(), 0.0), 0.0
    record, outcomes, copies, said_no, open_ = wire.framed(b"CALL"), 0, 0, 0, False
    for step in steps:
        if step == "send":
            if sender.phase is not Phase.READY:
                continue
            outcomes, copies, said_no, open_ = 0, 0, 0, True
            actions = sender.send(b"CALL", now)
        elif step == "lost":
            actions = sender.lost()
        elif isinstance(step, bytes):
            actions = sender.receive(step, now)
            said_no += open_ and copies > 0 and wire.answer(step[0]) is False
        else:
            now += step
            actions = sender.tick(now)
        copies += sum(one == Write(record) for one in actions)
        for one in actions:
            if isinstance(one, Taken):
                assert copies
                assert wire.answers != "none"
                assert isinstance(step, bytes)
                assert wire.answer(step[0]) is True
            if isinstance(one, NotLeft):
                assert copies == 0
            if isinstance(one, HandedOver):
                assert wire.answers == "none"
            outcomes += isinstance(one, Taken | Rejected | NotLeft | Unanswered | HandedOver) and not getattr(
                one, "late", False
            )
        assert outcomes <= 1
        assert copies <= 1 + said_no
        assert not open_ or outcomes or sender.phase in (Phase.ENQUIRING, Phase.WAITING, Phase.GOING)
