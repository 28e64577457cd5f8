"""Protects the promise that an answer settles the charge it speaks of, and never another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.contract import a_posting
from pms_adapters.fias.answers import DOUBT_MEMORY, MAX_DOUBTS, REFUSALS, Attempts, Late, Settled, Unusable, result_of
from pms_adapters.posting import Posted, Refused
from protocols.fias.records import Record
from tests.pms_adapters.fias.scene import record

OPERA = "PA|RN0412|ASOK|CTPosting successful. Interface transaction number/s - 900817,900818|P#42|DA261120|TI081531|"
PROTEL = "PA|RN0412|ASOK|P#93803011|DA261120|TI155638|GN|ID|SO|WS|C#|"


def outstanding(token: int = 42, room: str = "0412") -> Attempts:
    attempts = Attempts()
    attempts.begin(a_posting(token, room))
    return attempts


# -- status codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        ("RY", "later"),
        ("NA", "after_audit"),
        ("NG", "never"),
        ("NP", "never"),
        ("CO", "never"),
        ("DM", "never"),
        ("DN", "never"),
        ("FX", "never"),
        ("IA", "never"),
        ("UR", "never"),
        ("NF", "never"),
        ("NM", "never"),
        ("NR", "never"),
        ("BY", "never"),
        ("BM", "never"),
        ("CD", "never"),
        ("DE", "never"),
        ("AA", "never"),
        ("AN", "never"),
    ],
)
def test_every_refusal_keeps_its_code_and_text_and_says_what_may_follow(status: str, retry: str) -> None:
    assert result_of(record(f"PA|AS{status}|CTINVALID ROOM|")) == Refused(status, "INVALID ROOM", retry)  # type: ignore[arg-type]
    assert result_of(record(f"PA|AS{status}|")) == Refused(status, REFUSALS[status], retry)  # type: ignore[arg-type]


def test_the_whole_text_of_a_yes_is_the_reference() -> None:
    assert result_of(record(OPERA)) == Posted("Posting successful. Interface transaction number/s - 900817,900818")
    assert result_of(record(PROTEL)) == Posted("")


def test_a_status_nobody_knows_is_a_refusal_that_keeps_it_verbatim() -> None:
    assert result_of(record("PA|ASZZ|CTwhat|P#1|")) == Refused(
        "UR", "the PMS answered with the unknown status 'ZZ' what"
    )
    assert result_of(record("PA|ASok|P#1|")) == Refused("UR", "the PMS answered with the unknown status 'ok'")


@pytest.mark.parametrize("line", ["PA|P#1|", "PA|AS|P#1|"])
def test_no_status_is_a_refusal(line: str) -> None:
    assert result_of(record(line)) == Refused("UR", "the PMS answered without a status")


# -- whose answer ------------------------------------------------------------------------------------------------------


def test_an_answer_with_our_number_settles_ours_once() -> None:
    attempts = outstanding()
    assert attempts.read(record("PA|RN0412|ASOK|P#42|"), 1) == Settled(Posted())
    assert attempts.outstanding is None
    assert attempts.read(record("PA|RN0412|ASOK|P#42|"), 2) == Late(42, Posted())


def test_leading_zeros_of_the_number_and_spellings_of_the_room_do_not_matter() -> None:
    assert isinstance(outstanding().read(record("PA|RN412|ASOK|P#0042|"), 1), Settled)
    assert isinstance(outstanding(room="Royal Suite").read(record("PA|RNROYAL SUITE |ASOK|P#42|"), 1), Settled)
    assert isinstance(outstanding().read(record("PA|ASOK|P#42|"), 1), Settled)


def test_another_number_never_settles_ours_even_for_our_room() -> None:
    attempts = outstanding()
    assert attempts.read(record("PA|RN0412|ASOK|P#41|"), 1) == Late(41, Posted())
    assert attempts.outstanding is not None


def test_our_number_with_another_room_settles_nothing() -> None:
    attempts = outstanding()
    verdict = attempts.read(record("PA|RN0501|ASNP|P#42|"), 1)
    assert isinstance(verdict, Unusable)
    assert "0501" in verdict.sentence
    assert attempts.outstanding is not None


def test_without_a_number_the_only_one_outstanding_is_settled_by_its_room() -> None:
    assert isinstance(outstanding().read(record("PA|RN0412|ASNG|CTINVALID ROOM|"), 1), Settled)


@pytest.mark.parametrize("line", ["PA|RN0501|ASOK|", "PA|ASOK|", "PA|RN0412|ASOK|P#x1|", "PA|RN0412|ASOK|P#²|"])
def test_an_answer_that_cannot_be_ours_settles_nothing(line: str) -> None:
    attempts = outstanding()
    assert isinstance(attempts.read(record(line), 1), Unusable)
    assert attempts.outstanding is not None


def test_a_charge_that_was_given_up_is_found_again_by_number_and_by_room() -> None:
    for line in ("PA|RN0412|ASOK|P#42|", "PA|RN0412|ASOK|"):
        attempts = outstanding()
        attempts.give_up(30)
        assert attempts.outstanding is None
        assert attempts.read(record(line), 31) == Late(42, Posted())
    assert isinstance(attempts.read(record("PA|RN0412|ASOK|"), 32), Unusable)


def test_where_two_charges_of_a_room_could_be_meant_neither_is_settled() -> None:
    attempts = outstanding(token=42)
    attempts.give_up(30)
    attempts.begin(a_posting(43, "0412"))
    verdict = attempts.read(record("PA|RN0412|ASOK|"), 31)
    assert isinstance(verdict, Unusable)
    assert "2 charges" in verdict.sentence
    assert attempts.outstanding is not None
    assert isinstance(attempts.read(record("PA|RN0412|ASOK|P#43|"), 32), Settled)


def test_after_ten_minutes_an_old_doubt_no_longer_claims_answers_without_a_number() -> None:
    attempts = outstanding(token=42)
    attempts.give_up(0)
    attempts.begin(a_posting(43, "0412"))
    assert isinstance(attempts.read(record("PA|RN0412|ASOK|"), DOUBT_MEMORY + 1), Settled)


def test_the_memory_of_doubts_is_bounded() -> None:
    attempts = Attempts()
    for token in range(1, MAX_DOUBTS * 3):
        attempts.begin(a_posting(token, f"room {token}"))
        attempts.give_up(0)
    found = [
        token
        for token in range(1, MAX_DOUBTS * 3)
        if isinstance(attempts.read(Record("PA", (("RN", f"room {token}"), ("AS", "OK"))), 1), Late)
    ]
    assert found == list(range(MAX_DOUBTS * 2, MAX_DOUBTS * 3))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_answer_raises_or_settles_what_it_does_not_name(number: str, room: str, status: str) -> None:
    attempts = outstanding(token=42, room="0412")
    verdict = attempts.read(Record("PA", (("P#", number), ("RN", room), ("AS", status))), 1)
    if isinstance(verdict, Settled):
        assert number in ("", *("0" * zeros + "42" for zeros in range(30)))
        assert room.strip().lstrip("0") in ("412", "")
