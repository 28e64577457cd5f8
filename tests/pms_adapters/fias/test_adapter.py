"""Protects the promise that a charge on a FIAS link is booked, refused or in doubt, and that everybody is told which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from twisted.internet.defer import Deferred

from pms_adapters.contract import Attempt, a_posting
from pms_adapters.events import CheckedIn
from pms_adapters.posting import InDoubt, LinkState, NotSent, Posted, PostingResult, Refused
from protocols.fias.codec import encode
from protocols.fias.crypt import auth_key, check
from protocols.fias.records import Record
from tests.pms_adapters.fias.scene import FiasScene, post, scene, standing

KEY = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="
DESCRIPTION = [
    "LD|V#0.1|IFPB|",
    "LR|RIGI|FLRNG#GSGNGFGLGVGGCSNPGAGDSFDATI|",
    "LR|RIGO|FLRNG#GSSFDATI|",
    "LR|RIGC|FLRNG#GSROGNGFGLGVGGCSNPGAGDDATI|",
    "LR|RIPS|FLRNPTTADDDUPCCTPXSOP#DATI|",
    "LR|RIPA|FLRNASCTP#DATI|",
    "LR|RINS|FLDATI|",
    "LR|RINE|FLDATI|",
    "LA|",
]


# -- coming up ---------------------------------------------------------------------------------------------------------


def test_the_link_describes_itself_in_full_and_is_ready_after_la_and_not_before() -> None:
    stage = FiasScene()
    stage.mute = True
    stage.fias.start(stage.listener)
    stage.flow()
    stage.tell("LS|")
    assert stage.said() == DESCRIPTION
    assert not standing(stage).up
    assert "waiting for LA" in standing(stage).why
    stage.advance(5.1)
    stage.tell("LA|")
    assert replace(standing(stage), clock_ahead=None) == LinkState(up=True, ready=True, why="", since=stage.now())


def test_link_records_carry_the_hotels_clock() -> None:
    stage = FiasScene()
    stage.fias.start(stage.listener)
    stage.advance(1)
    assert stage.heard[0].kind == "LD"
    assert (stage.heard[0].first("DA"), stage.heard[0].first("TI")) == ("261120", "080000")


def test_a_silent_pms_is_asked_after_three_seconds() -> None:
    stage = FiasScene()
    stage.mute = True
    stage.fias.start(stage.listener)
    stage.advance(2.9)
    assert stage.said() == []
    stage.advance(0.2)
    assert stage.said() == ["LS|"]
    stage.tell("LS|")
    assert stage.said()[1:] == DESCRIPTION
    stage.tell("LA|")
    assert standing(stage).ready


def test_a_demanded_key_is_proved_in_the_description() -> None:
    stage = FiasScene(auth_key=KEY)
    stage.mute = True
    stage.fias.start(stage.listener)
    stage.flow()
    stage.tell("LS|DA170831|TI102201|")
    described = stage.heard[0]
    assert described.first("RT") == "1"
    assert check(auth_key(KEY), described.first("CG") or "", "170831", "102201")


def test_records_that_were_queued_while_we_were_away_are_heard() -> None:
    stage = scene()
    stage.tell("GI|RN0412|G#77001|GSN|GNAdler|GFInes|GLGE|GV0|CS2|NPN|GA261120|GD261123|DA261120|TI075512|")
    [news] = stage.listener.news
    assert isinstance(news, CheckedIn)
    assert (news.room, news.guest.reservation, news.at) == (
        "0412",
        "77001",
        datetime(2026, 11, 20, 6, 55, 12, tzinfo=UTC),
    )
    assert stage.listener.oddities == []


def test_each_change_of_the_link_is_told_once() -> None:
    stage = scene()
    told = [(state.up, state.ready) for state in stage.listener.states]
    assert told == [(False, False), (False, False), (False, False), (True, True)]
    stage.advance(700)
    assert len(stage.listener.states) == len(told)


# -- charges -----------------------------------------------------------------------------------------------------------


def test_an_accepted_charge_keeps_the_references_of_the_pms() -> None:
    stage = scene()
    stage.answer = lambda charge: (
        "PA|RN0412|ASOK|CTPosting successful. Interface transaction number/s - 900817|P#42|DA261120|TI081531|"
    )
    attempt = post(stage)
    assert attempt.outcome == Posted("Posting successful. Interface transaction number/s - 900817")
    assert stage.said() == ["PS|RN0412|PTC|TA1375|DD0043123456789|DU000412|PCI|CTInternational|P#42|"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("ASNG|CTINVALID ROOM", Refused("NG", "INVALID ROOM", "never")),
        ("ASRY|CTDATABASE BUSY", Refused("RY", "DATABASE BUSY", "later")),
        ("ASNA|CTNIGHT AUDIT", Refused("NA", "NIGHT AUDIT", "after_audit")),
        ("ASUR", Refused("UR", "cannot be processed", "never")),
        ("ASZZ", Refused("UR", "the PMS answered with the unknown status 'ZZ'", "never")),
    ],
)
def test_a_refused_charge_says_what_may_follow(answer: str, outcome: Refused) -> None:
    stage = scene()
    stage.answer = lambda charge: f"PA|RN0412|{answer}|P#{charge.first('P#')}|"
    assert post(stage).outcome == outcome


def test_a_refusal_of_our_own_sends_nothing() -> None:
    stage = scene()
    attempt = post(stage, amount=1375, decimals=3)
    assert isinstance(attempt.outcome, Refused)
    assert attempt.outcome.code == "LOCAL"
    assert stage.said() == []


def test_a_refusal_of_our_own_needs_no_link() -> None:
    stage = FiasScene()
    assert isinstance(post(stage, amount=-1).outcome, Refused)


def test_a_pms_that_does_not_echo_numbers_is_understood() -> None:
    stage = scene()
    stage.answer = lambda charge: f"PA|RN{charge.first('RN')}|ASOK|"
    assert post(stage, 1).outcome == Posted()
    assert post(stage, 2).outcome == Posted()


def test_answers_of_other_rooms_and_other_numbers_do_not_settle_ours() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage, 42)
    stage.tell("PA|RN0501|ASOK|", "PA|RN0501|ASOK|P#42|", "PA|RN0412|ASOK|P#41|", "PA|ASOK|")
    assert attempt.open
    assert stage.listener.late == [(41, Posted())]
    assert len(stage.listener.oddities) == 3
    stage.tell("PA|RN0412|ASOK|P#42|")
    assert attempt.outcome == Posted()


def test_an_answer_nobody_asked_for_is_told() -> None:
    stage = scene()
    stage.tell("PA|RN0412|ASNG|CTwho|P#7|")
    assert stage.listener.late == [(7, Refused("NG", "who"))]
    assert standing(stage).ready


def test_an_answer_that_comes_twice_settles_once_and_is_told_once_more() -> None:
    stage = scene()
    attempt = post(stage)
    stage.tell("PA|RN0412|ASOK|P#42|")
    assert isinstance(attempt.outcome, Posted)
    assert stage.listener.late == [(42, Posted())]


# -- doubt -------------------------------------------------------------------------------------------------------------


def test_after_a_time_out_a_sign_of_life_is_asked_for_at_once_and_ends_the_waiting() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage, 42)
    stage.mute = True
    stage.advance(30)
    assert attempt.outcome == InDoubt("the PMS did not answer within 30 seconds")
    assert stage.said()[1:] == ["LS|"]
    assert not standing(stage).ready
    assert standing(stage).up
    assert "sign of life" in standing(stage).why
    stage.tell("LA|")
    assert standing(stage).ready
    stage.mute = False
    stage.answer = lambda charge: f"PA|RN0412|ASOK|P#{charge.first('P#')}|"
    assert post(stage, 43).outcome == Posted()


def test_the_caller_sees_the_link_unready_when_it_hears_of_the_doubt() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    seen: list[bool] = []
    answer: Deferred[PostingResult] = stage.fias.post(a_posting())
    answer.addCallback(lambda _: seen.append(stage.fias.state.ready))
    stage.flow()
    stage.mute = True
    stage.advance(31)
    assert seen == [False]


def test_a_late_answer_settles_the_doubt_and_frees_the_link() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage, 42)
    stage.mute = True
    stage.advance(31)
    stage.tell("PA|RN0412|ASOK|CTlate|P#42|")
    assert isinstance(attempt.outcome, InDoubt)
    assert stage.listener.late == [(42, Posted("late"))]
    assert standing(stage).ready


def test_another_answer_does_not_free_the_link() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    post(stage, 42)
    stage.mute = True
    stage.advance(31)
    stage.tell("PA|RN0501|ASOK|P#41|")
    assert not standing(stage).ready


def test_a_late_answer_without_a_number_is_recognised_by_its_room() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    post(stage, 42)
    stage.advance(31)
    stage.tell("PA|RN0412|ASOK|")
    assert stage.listener.late == [(42, Posted())]


def test_a_pms_that_hangs_leaves_one_doubt_and_is_connected_anew() -> None:
    stage = scene()
    stage.say("nothing")
    attempts = [post(stage, 1)]
    for second in range(240):
        stage.advance(1)
        attempts.append(post(stage, second + 2))
    doubts = [attempt for attempt in attempts if isinstance(attempt.outcome, InDoubt)]
    assert len(doubts) == 1
    assert stage.arrived() == [1]
    assert "closing the connection: the PMS did not answer the alive check" in stage.listener.oddities
    stage.say("yes")
    stage.advance(90)
    assert standing(stage).ready


def test_a_connection_that_breaks_puts_the_charge_in_doubt() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage)
    stage.leave()
    assert attempt.outcome == InDoubt("the connection was lost before the PMS answered")
    assert standing(stage).why == "no connection to the PMS"


def test_a_pms_that_says_goodbye_over_a_charge_leaves_it_in_doubt() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage)
    stage.tell("LE|")
    assert stage.said()[1:] == ["LE|"]
    assert isinstance(attempt.outcome, InDoubt)


def test_a_restart_of_the_pms_holds_charges_until_it_knows_us_again() -> None:
    stage = scene()
    stage.mute = True
    stage.tell("LS|")
    assert stage.said() == DESCRIPTION
    assert not standing(stage).up
    assert isinstance(post(stage).outcome, NotSent)
    stage.tell("LA|")
    assert standing(stage).ready


def test_a_caller_that_calls_off_the_wait_gets_a_doubt_and_not_an_exception() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    answer = stage.fias.post(a_posting(42))
    attempt = Attempt(answer)
    stage.flow()
    stage.mute = True
    answer.cancel()
    assert attempt.outcome == InDoubt("the wait for the answer was called off")
    assert not standing(stage).ready


def test_a_reply_cut_in_two_reads_settles_when_it_is_whole() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage, 42)
    data = encode(Record("PA", (("RN", "0412"), ("AS", "OK"), ("P#", "42"))), "cp850")
    for byte in data:
        assert attempt.open
        stage.tell_raw(bytes((byte,)))
    assert attempt.outcome == Posted()
