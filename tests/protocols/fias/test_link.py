"""Protects the promise that a gateway's link comes up with any PMS the field knows, notices when it is gone, and holds
charges while they cannot be booked."""

from __future__ import annotations

import pytest

from protocols.fias.link import (
    MAX_DESCRIPTIONS,
    MAX_KINDS_TOLD,
    Audit,
    Description,
    HangUp,
    Link,
    LocalProtocolError,
    ProbeAnswered,
    ResyncBegan,
    ResyncEnded,
    Send,
)
from protocols.fias.records import Record
from tests.playbook import Playbook, at
from tests.protocols.fias.talk import DESCRIPTION, LD, LR_GI, LR_PS, LinkParty, gateway, gateway_up, up

# -- the gateway comes up ----------------------------------------------------------------------------------------------


def test_both_fresh_the_pms_speaks_first() -> None:
    assert gateway_up() >> "GI|RN0412|" << "[GI|RN0412|]"


def test_a_silent_pms_is_asked_after_three_seconds_and_not_before() -> None:
    assert (
        gateway()
        >> "connected"
        >> at(2.9)
        >> at(3)
        << "LS|"
        >> "LS|DA261120|TI080003|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> "LA|"
        << "[LinkUp]"
    )


def test_a_pms_that_still_knows_us_is_told_again_who_we_are() -> None:
    assert (
        gateway()
        >> "connected"
        >> at(3)
        << "LS|"
        >> "LA|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> "LA|"
        << "[LinkUp]"
        >> at(300)
    )


def test_a_pms_that_says_la_only_once_is_taken_as_alive() -> None:
    assert (
        gateway()
        >> "connected"
        >> at(3)
        << "LS|"
        >> "LA|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> at(13)
        << "[Oddity: the PMS answered LS with LA but not our description; taken as alive]"
        << "[LinkUp]"
    )


def test_when_both_say_ls_at_once_each_ls_gets_the_whole_description() -> None:
    assert (
        gateway()
        >> "connected"
        >> at(3)
        << "LS|"
        >> "LS|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> "LS|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> "LA|"
        << "[LinkUp]"
        >> "LA|"
    )


def test_a_pms_that_says_ls_and_la_at_once_is_up() -> None:
    assert gateway() >> "connected" >> "LS|" << LD << LR_GI << LR_PS << "LA|" >> "LA|" << "[LinkUp]"


def test_a_pms_that_never_says_la_is_asked_once_more_and_then_left() -> None:
    assert (
        gateway()
        >> "connected"
        >> "LS|"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> at(30)
        << "[Oddity: the PMS did not answer our description with LA; asking once more with LS]"
        << "LS|"
        >> at(60)
        << "[HangUp: the PMS did not answer our LS]"
        >> "disconnected"
    )


def test_a_pms_that_answers_every_description_with_ls_is_left_after_ten() -> None:
    link = Link("gateway", description=DESCRIPTION)
    link.connected(0)
    for _ in range(MAX_DESCRIPTIONS):
        assert isinstance(link.receive(Record("LS"), 1)[-1], Send)
    [left] = link.receive(Record("LS"), 1)
    assert isinstance(left, HangUp)


def test_news_before_the_greeting_is_not_lost() -> None:
    assert (
        gateway()
        >> "connected"
        >> "GI|RN0412|G#77001|"
        << "[GI|RN0412|G#77001|]"
        >> "LS|"
        << LD
        << LR_GI
        << LR_PS
        << ("LA|")
    )


# -- the gateway's life ------------------------------------------------------------------------------------------------


def test_the_alive_check_comes_every_five_minutes_and_is_answered() -> None:
    assert (
        gateway_up()
        >> at(299)
        >> at(300)
        << "LS|"
        >> at(301)
        >> "LA|"
        << "[ProbeAnswered]"
        >> at(600)
        >> at(601)
        << "LS|"
    )


def test_an_alive_check_without_an_answer_ends_the_connection() -> None:
    why = "the PMS did not answer the alive check"
    assert gateway_up() >> at(300) << "LS|" >> at(330) << f"[LinkDown: {why}]" << f"[HangUp: {why}]" >> "disconnected"


def test_a_restarted_pms_is_told_again_who_we_are() -> None:
    assert (
        gateway_up()
        >> "LS|"
        << "[LinkDown: the PMS was restarted and asks who we are]"
        << LD
        << LR_GI
        << LR_PS
        << "LA|"
        >> "LA|"
        << "[LinkUp]"
    )


def test_the_goodbye_of_the_pms_is_answered() -> None:
    why = "the other side said goodbye"
    assert gateway_up() >> "LE|" << f"[LinkDown: {why}]" << "LE|" << f"[HangUp: {why}]" >> "disconnected"


def test_our_goodbye_waits_two_seconds_for_its_answer_and_hears_what_comes_meanwhile() -> None:
    assert (
        gateway_up()
        >> "send LE|"
        << "[LinkDown: we said goodbye]"
        << "LE|"
        >> "PA|ASOK|P#42|"
        << "[PA|ASOK|P#42|]"
        >> at(2)
        << "[HangUp: the other side did not answer our goodbye]"
    )
    assert (
        gateway_up()
        >> "send LE|"
        << "[LinkDown: we said goodbye]"
        << "LE|"
        >> "LE|"
        << ("[HangUp: the other side said goodbye]")
    )


def test_a_charge_may_leave_during_an_alive_check() -> None:
    assert gateway_up() >> at(300) << "LS|" >> "send PS|RN0412|P#1|" << "PS|RN0412|P#1|"


def test_an_unknown_record_is_told_once_and_harms_nothing() -> None:
    assert (
        gateway_up()
        >> "ZZ|XX1|"
        << "[Oddity: ZZ: unknown record, passed over; not told again on this connection]"
        >> "ZZ|XX2|"
        >> "PS|RN1|"
        << "[Oddity: PS: record that only we may send, passed over; not told again on this connection]"
        >> "GI|RN1|"
        << "[GI|RN1|]"
    )


def test_a_flood_of_unknown_records_is_told_of_to_a_limit() -> None:
    link = Link("gateway", description=DESCRIPTION)
    link.connected(0)
    told = [action for n in range(1000) for action in link.receive(Record(f"{n:03}"), 0)]
    assert len(told) == MAX_KINDS_TOLD


# -- resync ------------------------------------------------------------------------------------------------------------


def test_a_resync_runs_from_ds_to_de_and_live_records_pass_through_it() -> None:
    assert (
        gateway_up()
        >> "send DR|"
        << "DR|"
        >> "DS|"
        << "[ResyncBegan]"
        >> "GI|RN0412|SF|"
        << "[GI|RN0412|SF|]"
        >> "GI|RN0501|"
        << "[GI|RN0501|]"
        >> "DE|"
        << "[ResyncEnded]"
        >> "send PS|P#1|"
        << "PS|P#1|"
    )


def test_a_request_that_the_pms_ignores_is_given_up_after_thirty_seconds() -> None:
    assert (
        gateway_up()
        >> "send DR|"
        << "DR|"
        >> at(30)
        << ("[ResyncFailed: the PMS did not answer our request for a resync; what was known stands]")
    )


def test_a_resync_that_stalls_is_given_up_a_minute_after_its_last_record() -> None:
    assert (
        gateway_up()
        >> "send DR|"
        << "DR|"
        >> at(10)
        >> "DS|"
        << "[ResyncBegan]"
        >> at(69)
        >> "GI|RN0412|SF|"
        << "[GI|RN0412|SF|]"
        >> at(129)
        << "[ResyncFailed: the resync stopped before its end; what was known stands]"
        >> "DE|"
        << "[Oddity: DE came and was passed over; the link stands at: alive]"
    )


def test_a_resync_that_nobody_asked_for_is_taken() -> None:
    assert gateway_up() >> "DS|" << "[ResyncBegan]" >> "DE|" << "[ResyncEnded]"


def test_a_resync_ends_with_the_connection() -> None:
    assert (
        gateway_up()
        >> "DS|"
        << "[ResyncBegan]"
        >> "disconnected"
        << "[ResyncFailed: the connection is lost]"
        << "[LinkDown: the connection is lost]"
    )


@pytest.mark.parametrize("kind", ["PS", "RE", "DR", "LS"])
def test_nothing_of_ours_leaves_between_dr_and_de(kind: str) -> None:
    link = Link("gateway", description=DESCRIPTION)
    for said in (link.connected(0), link.receive(Record("LS"), 0), link.receive(Record("LA"), 0), link.ask_resync(0)):
        assert said is not None
    for _ in range(2):
        assert not link.allows(kind)
        with pytest.raises(LocalProtocolError):
            link.send(Record(kind), 1)
        link.receive(Record("DS"), 2)


# -- night audit -------------------------------------------------------------------------------------------------------


def test_charges_wait_from_ns_to_ne() -> None:
    link = up()
    link.receive(Record("NS"), 1)
    assert not link.allows("PS")
    with pytest.raises(LocalProtocolError, match="has to wait: night audit"):
        link.send(Record("PS"), 2)
    assert link.audit is Audit.RUNNING
    link.receive(Record("NE"), 3)
    assert link.allows("PS")


def test_an_audit_without_an_end_lets_one_charge_try_after_ninety_minutes() -> None:
    assert (
        Playbook(LinkParty(up(alive_check=1e9)))
        >> "NS|"
        << "[audit RUNNING]"
        << "[NS|]"
        >> at(5399)
        >> at(5400)
        << "[audit OVERDUE]"
        >> "send PS|P#1|"
        << "PS|P#1|"
        << "[audit TRIED]"
        >> "PA|ASOK|P#1|"
        << "[audit NONE]"
        << "[PA|ASOK|P#1|]"
    )


def test_a_trial_that_fails_is_repeated_after_a_quarter_of_an_hour() -> None:
    assert (
        Playbook(LinkParty(up(alive_check=1e9)))
        >> "NS|"
        << "[audit RUNNING]"
        << "[NS|]"
        >> at(5400)
        << "[audit OVERDUE]"
        >> "send PS|P#1|"
        << "PS|P#1|"
        << "[audit TRIED]"
        >> at(5401)
        >> "PA|ASNA|P#1|"
        << "[PA|ASNA|P#1|]"
        >> at(6300)
        >> at(6301)
        << "[audit OVERDUE]"
    )


def test_a_refusal_for_the_audit_counts_as_an_audit_that_nobody_announced() -> None:
    assert (
        Playbook(LinkParty(up(alive_check=1e9)))
        >> "send PS|P#1|"
        << "PS|P#1|"
        >> "PA|ASNA|P#1|"
        << "[audit TRIED]"
        << "[PA|ASNA|P#1|]"
        >> at(900)
        << "[audit OVERDUE]"
        >> "send PS|P#2|"
        << "PS|P#2|"
        << "[audit TRIED]"
        >> "PA|ASNG|P#2|"
        << "[audit NONE]"
        << "[PA|ASNG|P#2|]"
    )


def test_after_a_broken_connection_nobody_knows_of_the_audit_and_charges_may_try() -> None:
    assert (
        gateway_up()
        >> "NS|"
        << "[audit RUNNING]"
        << "[NS|]"
        >> "disconnected"
        << "[LinkDown: the connection is lost]"
        << "[audit NONE]"
    )


# -- authentication ----------------------------------------------------------------------------------------------------

SIGNED = Description(version="1", family="PB", records=(("PS", ("RN",)),), sign=lambda da, ti: f"FidCryptAB;{da}{ti}")


def test_a_signed_description_signs_the_last_ls_and_asks_with_rt() -> None:
    assert (
        gateway(SIGNED)
        >> "connected"
        >> "LS|DA170831|TI102201|"
        << "LD|V#1|IFPB|CGFidCryptAB;170831102201|RT1|"
        << "LR|RIPS|FLRN|"
        << "LA|"
    )


def test_without_an_ls_to_sign_one_is_asked_for_instead_of_guessing() -> None:
    assert (
        gateway(SIGNED)
        >> "connected"
        >> "LA|"
        << "LS|"
        >> "LS|DA170831|TI102201|"
        << ("LD|V#1|IFPB|CGFidCryptAB;170831102201|RT1|")
        << "LR|RIPS|FLRN|"
        << "LA|"
    )


def test_a_new_connection_is_not_signed_with_the_ls_of_the_last_one() -> None:
    link = Link("gateway", description=SIGNED)
    link.connected(0)
    link.receive(Record("LS", (("DA", "170831"), ("TI", "102201"))), 0)
    link.disconnected(1)
    link.connected(2)
    assert link.receive(Record("LA"), 3) == [Send(Record("LS"))]


# -- odds and ends -------------------------------------------------------------------------------------------------------


def test_time_that_passes_offline_asks_for_nothing() -> None:
    link = Link("gateway", description=DESCRIPTION)
    assert link.due() is None
    assert link.tick(1e9) == []
    link.connected(0)
    link.disconnected(1)
    assert link.due() is None


def test_a_gateway_without_a_description_cannot_be_built() -> None:
    with pytest.raises(LocalProtocolError):
        Link("gateway")


def test_actions_are_told_apart_by_type() -> None:
    link = up()
    link.probe(1)
    assert link.receive(Record("LA"), 2) == [ProbeAnswered()]
    assert link.receive(Record("DS"), 3) == [ResyncBegan(Record("DS"))]
    assert link.receive(Record("DE"), 4) == [ResyncEnded(Record("DE"))]
