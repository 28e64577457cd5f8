"""Protects the promise that a FIAS link heals, waits out the night audit, tells of the rooms, survives what comes in, and
ends politely."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from pms_adapters.contract import a_posting
from pms_adapters.events import CheckedIn, CheckedOut, GuestChanged, NightAudit, RoomsResynced
from pms_adapters.fias.adapter import MAX_ODDITIES, FiasAdapter, growing_delay
from pms_adapters.fias.line import CLOSE_GRACE, LISTEN_AGAIN, FiasLine, LineFactory
from pms_adapters.posting import InDoubt, NotSent, Posted, Refused
from protocols.fias.codec import MAX_RECORD, encode
from protocols.fias.records import Record
from tests.conftest import LoggedFailures
from tests.pms_adapters.fias.scene import FiasScene, post, scene, standing

# -- alive check, connecting -------------------------------------------------------------------------------------------


def test_an_idle_link_is_checked_every_five_minutes() -> None:
    stage = scene()
    stage.advance(298)
    assert stage.said() == []
    stage.advance(302)
    assert stage.said() == ["LS|", "LS|"]
    assert standing(stage).ready


def test_the_pms_tells_its_time_and_how_far_it_is_off_is_known() -> None:
    """By its link records, which are stamped as they are sent; not by what somebody keyed in an hour ago."""
    stage = scene()
    keyed, told = stage.hotel_time() - timedelta(hours=5), stage.hotel_time() + timedelta(minutes=7)
    stage.tell(f"GC|RN0412|G#77001|DA{keyed:%y%m%d}|TI{keyed:%H%M%S}|")
    before = stage.fias.state.clock_ahead
    assert before is None or abs(before) < 60
    stage.tell(f"LA|DA{told:%y%m%d}|TI{told:%H%M%S}|")
    ahead = stage.fias.state.clock_ahead
    assert ahead is not None
    assert 419 <= ahead <= 420


def test_the_delay_between_connections_grows_to_a_minute() -> None:
    assert [growing_delay(attempt) for attempt in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert growing_delay(10_000) == 60


def test_a_pms_that_accepts_and_drops_us_is_not_pestered() -> None:
    stage = FiasScene()
    stage.mute = True
    stage.fias.start(stage.listener)
    connections = 0
    for _ in range(600):
        stage.advance(1)
        if stage.pms is not None:
            connections += 1
            assert stage.pms.transport is not None
            stage.pms.transport.loseConnection()
            stage.flow()
    assert 10 <= connections <= 20


def test_a_pms_that_tells_more_than_can_be_written_down_is_not_listened_to_for_a_moment() -> None:
    """Its news wait in TCP instead of our memory; nothing of it is lost, and a peer that does not read is still held."""
    crowd = [True]
    line: Any = LineFactory(_Deaf(), "cp852", clock := Clock(), lambda: crowd[0]).buildProtocol(None)
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    line.makeConnection(transport)
    assert transport.producerState == "producing"
    line.dataReceived(b"\x02GO|RN201|\x03")
    line.pauseProducing()
    assert transport.producerState == "paused"
    clock.advance(LISTEN_AGAIN)
    crowd[0] = False
    clock.advance(LISTEN_AGAIN)
    assert transport.producerState == "paused"
    line.resumeProducing()
    assert transport.producerState == "producing"
    assert clock.getDelayedCalls() == []


class _Deaf:
    """The owner of a line who does nothing about what comes."""

    def line_made(self, line: FiasLine) -> None:
        """Nothing."""

    def line_lost(self, line: FiasLine) -> None:
        """Nothing."""

    def record_came(self, line: FiasLine, record: Record) -> None:
        """Nothing."""

    def odd_bytes(self, sentence: str) -> None:
        """Nothing."""


def test_a_pms_that_asks_without_end_is_hung_up_on_and_that_is_told_once() -> None:
    """However much it still says before the connection is gone."""
    stage = scene()
    stage.tell(*["LS|"] * 200)
    assert [sentence for sentence in stage.listener.oddities if "closing the connection" in sentence] == [
        "closing the connection: we described ourselves 10 times and the PMS never said LA"
    ]


def test_a_newer_connection_replaces_an_older_one() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage)
    newer: Any = stage.fias.line_factory().buildProtocol(None)
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    newer.makeConnection(transport)
    assert isinstance(attempt.outcome, InDoubt)
    newer.dataReceived(b"\x02LS|DA261120|TI080000|\x03\x02LA|\x03")
    assert standing(stage).ready
    assert transport.value().startswith(b"\x02LD|")
    stage.flow()
    assert standing(stage).ready, "the end of the older connection is nothing to the newer"
    newer.connectionLost()
    assert not standing(stage).up


# -- night audit -------------------------------------------------------------------------------------------------------


def test_charges_wait_while_the_night_audit_runs_and_the_house_is_told() -> None:
    stage = scene()
    stage.tell("NS|DA261121|TI030400|")
    assert standing(stage).up
    assert standing(stage).why == "night audit since 08:00"
    assert isinstance(post(stage).outcome, NotSent)
    stage.advance(60)
    stage.tell("NE|DA261121|TI032500|")
    assert standing(stage).ready
    assert [news.running for news in stage.listener.news if isinstance(news, NightAudit)] == [True, False]
    assert stage.said("PS") == []


def test_a_charge_that_was_under_way_when_the_audit_began_still_gets_its_answer() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage)
    stage.tell("NS|", "PA|RN0412|ASOK|P#42|")
    assert attempt.outcome == Posted()
    assert not standing(stage).ready


def test_an_audit_without_an_end_lets_one_charge_try_after_ninety_minutes() -> None:
    stage = scene()
    stage.tell("NS|")
    stage.advance(89 * 60)
    assert not standing(stage).ready
    stage.advance(60)
    assert standing(stage).ready
    stage.answer = lambda charge: f"PA|RN0412|ASNA|P#{charge.first('P#')}|"
    assert isinstance(post(stage, 1).outcome, Refused)
    assert not standing(stage).ready
    stage.advance(15 * 60)
    stage.answer = lambda charge: f"PA|RN0412|ASOK|P#{charge.first('P#')}|"
    assert isinstance(post(stage, 2).outcome, Posted)
    assert standing(stage).ready
    assert [news.running for news in stage.listener.news if isinstance(news, NightAudit)] == [True, False]


def test_the_link_is_unready_when_the_caller_hears_that_the_audit_refused_its_charge() -> None:
    stage = scene()
    stage.answer = lambda charge: f"PA|RN0412|ASNA|P#{charge.first('P#')}|"
    seen: list[bool] = []
    stage.fias.post(a_posting()).addCallback(lambda _: seen.append(stage.fias.state.ready))
    stage.flow()
    assert seen == [False]


def test_a_connection_lost_in_the_audit_lets_charges_try_again() -> None:
    stage = scene()
    stage.tell("NS|")
    stage.leave()
    stage.come_back()
    stage.advance(60)
    assert standing(stage).ready


# -- rooms -------------------------------------------------------------------------------------------------------------


def test_check_in_share_move_and_departure_are_told_as_they_come() -> None:
    stage = scene()
    stage.tell(
        "GI|RN0412|G#77001|GSN|GNAdler|GLGE|CS2|DA261120|TI100000|",
        "GI|RN0412|G#77002|GSY|GNBrand|GLEA|CS2|DA261120|TI100130|",
        "GC|G#77001|GNAdler|RN0518|GSN|RO0412|GSY|DA261120|TI113000|",
        "RE|RN0518|CS0|",
        "GO|RN0412|G#77002|GSN|DA261121|TI110000|",
    )
    kinds = [type(news) for news in stage.listener.news]
    assert kinds == [CheckedIn, CheckedIn, GuestChanged, CheckedOut]
    assert stage.listener.oddities == []


def test_a_burst_of_records_in_one_read_is_heard_to_the_last() -> None:
    stage = scene()
    records = [Record("GI", (("RN", f"{n:04}"), ("G#", str(n)))) for n in range(365)]
    stage.tell_raw(b"".join(encode(one, "cp850") for one in records))
    assert [news.room for news in stage.listener.news if isinstance(news, CheckedIn)] == [f"{n:04}" for n in range(365)]


def test_a_resync_is_asked_for_as_soon_as_the_link_allows_and_told_whole() -> None:
    stage = FiasScene()
    stage.fias.start(stage.listener)
    stage.fias.ask_resync()
    stage.advance(1)
    assert stage.said("DR") == ["DR|"]
    assert not standing(stage).ready
    assert standing(stage).why == "a resync is asked for"
    stage.tell("DS|", "GI|RN0412|G#77001|GSN|GNAdler|SF|", "GI|RN0412|G#77002|GSY|GNBrand|SF|", "GO|RN0413|GSN|SF|")
    assert stage.listener.news == []
    assert isinstance(post(stage).outcome, NotSent)
    stage.tell("GI|RN0501|G#77019|GSN|GNCole|CS3|DA261120|TI090002|")
    assert [type(news) for news in stage.listener.news] == [CheckedIn]
    stage.tell("DE|")
    whole = stage.listener.news[-1]
    assert isinstance(whole, RoomsResynced)
    assert [stay.guest.reservation for stay in whole.occupied] == ["77001", "77002"]
    assert whole.vacant == ("0413",)
    assert standing(stage).ready
    stage.advance(600)
    assert stage.said("DR") == ["DR|"]


def test_a_resync_waits_for_the_answer_to_a_charge() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    answer = stage.fias.post(a_posting(42))
    stage.flow()
    stage.fias.ask_resync()
    stage.flow()
    assert stage.said("DR") == []
    seen: list[bool] = []
    answer.addCallback(lambda _: seen.append(stage.fias.state.ready))
    stage.tell("PA|RN0412|ASOK|P#42|")
    assert seen == [False], "the caller must not see a link that is ready and then is not"
    assert stage.said("DR") == ["DR|"]
    assert not standing(stage).ready


def test_a_resync_that_the_pms_ignores_is_told_and_charges_go_on() -> None:
    stage = scene()
    stage.fias.ask_resync()
    stage.advance(31)
    assert any("request for a resync" in sentence for sentence in stage.listener.oddities)
    assert standing(stage).ready
    assert stage.listener.news == []


def test_a_resync_that_breaks_off_leaves_the_rooms_as_they_were() -> None:
    stage = scene()
    stage.fias.ask_resync()
    stage.flow()
    stage.tell("DS|", "GI|RN0412|G#77001|SF|")
    stage.leave()
    stage.come_back()
    stage.advance(60)
    assert stage.listener.news == []
    assert stage.said("DR") == ["DR|"], "a resync is asked for when somebody wants one, not at every start"


# -- what comes in -----------------------------------------------------------------------------------------------------


def test_garbage_is_told_and_the_link_goes_on() -> None:
    stage = scene()
    stage.tell_raw(b"\xff\xfe garbage \x02\x03\x02<xml/>\x03\x02" + b"G" * (MAX_RECORD * 3) + b"\x03\x02GI|RN04")
    stage.tell_raw(b"\x02ZZ|RN1|\x03\x02GI|RN0412|G#1|HSx|CY|\x03")
    assert len(stage.listener.news) == 1
    told = " / ".join(stage.listener.oddities)
    for part in ("outside any record", "no record name", "longer than", "without an end", "ZZ: unknown record", "'HS'"):
        assert part in told
    assert post(stage).outcome == Posted("posted")


def test_a_flood_of_oddities_is_told_of_to_a_limit() -> None:
    stage = scene()
    for _ in range(MAX_ODDITIES * 2):
        stage.tell_raw(b"\x02!\x03")
    assert len(stage.listener.oddities) == MAX_ODDITIES
    assert "no more of them are told" in stage.listener.oddities[-1]


def test_a_peer_that_asks_and_does_not_read_stops_our_reading() -> None:
    stage = FiasScene()
    line: Any = stage.fias.line_factory().buildProtocol(None)
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    stage.fias.start(stage.listener)
    line.makeConnection(transport)
    assert transport.producer is line
    line.pauseProducing()  # as a transport does whose buffer is full
    assert transport.producerState == "paused"
    line.resumeProducing()
    assert transport.producerState == "producing"


def test_names_in_the_hotels_code_page_come_through() -> None:
    stage = scene(encoding="cp852")
    stage.tell("GI|RN0412|G#1|GNŁódź Gmbh|")
    [news] = stage.listener.news
    assert isinstance(news, CheckedIn)
    assert news.guest.name == "Łódź Gmbh"


def test_a_wrong_code_page_is_told_once_for_each_record_type() -> None:
    stage = scene(encoding="utf-8")
    for _ in range(3):
        stage.tell_raw(b"\x02GI|RN0412|G#1|GNM\xfcller|\x03")
    assert stage.listener.oddities == ["GI: not all of it is utf-8; read as Latin-1"]
    assert len(stage.listener.news) == 3


def test_a_listener_that_fails_costs_one_record_and_not_the_link(logged_failures: LoggedFailures) -> None:
    stage = scene()

    def fail(news: object) -> None:
        raise ValueError("the listener broke its promise")

    stage.listener.room_news = fail  # type: ignore[method-assign]
    stage.tell("GI|RN0412|G#1|")
    assert len(logged_failures.take(ValueError)) == 1
    assert post(stage).outcome == Posted("posted")


# -- the end -----------------------------------------------------------------------------------------------------------


def stop(stage: FiasScene) -> list[object]:
    gone: list[object] = []
    stage.fias.stop().addBoth(gone.append)
    stage.flow()
    return gone


def test_stop_says_le_and_ends_when_le_comes_back() -> None:
    stage = scene()
    assert stop(stage) == [None]
    assert stage.said() == ["LE|"]
    assert standing(stage).why == "stopped"
    stage.advance(600)
    assert stage.pms is None


def test_stop_does_not_wait_for_a_pms_that_is_silent() -> None:
    stage = scene()
    stage.mute = True
    gone = stop(stage)
    assert gone == []
    stage.advance(2.1)
    assert gone == [None]


def test_stop_gives_an_outstanding_answer_a_moment() -> None:
    stage = scene()
    stage.answer = lambda charge: None
    attempt = post(stage)
    gone = stop(stage)
    assert stage.said("LE") == []
    assert isinstance(post(stage, 43).outcome, NotSent)
    stage.advance(1)
    stage.tell("PA|RN0412|ASOK|P#42|")
    assert attempt.outcome == Posted()
    assert stage.said("LE") == ["LE|"]
    assert gone == [None]


def test_stop_during_the_greeting_ends_too() -> None:
    stage = FiasScene()
    stage.mute = True
    stage.fias.start(stage.listener)
    stage.flow()
    gone = stop(stage)
    stage.advance(5)
    assert gone == [None]
    assert stage.said() == ["LE|"]


def test_stop_twice_fires_twice_and_stop_without_start_at_once() -> None:
    stage = scene()
    stage.mute = True
    first, second = stop(stage), stop(stage)
    stage.advance(5)
    assert (first, second) == ([None], [None])
    assert stop(FiasScene()) == [None]


def test_start_twice_is_refused() -> None:
    stage = scene()
    with pytest.raises(RuntimeError, match="started already"):
        stage.fias.start(stage.listener)


def test_a_connection_whose_peer_reads_nothing_is_cut_after_a_grace() -> None:
    stage = FiasScene()
    stage.fias.start(stage.listener)
    line: Any = stage.fias.line_factory().buildProtocol(None)
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    line.makeConnection(transport)
    line.close()
    assert transport.disconnecting
    stage.reactor.advance(CLOSE_GRACE - 0.1)
    assert not transport.disconnected
    stage.reactor.advance(0.2)
    assert transport.disconnected


def test_nothing_is_left_on_the_clock_after_the_end() -> None:
    stage = scene()
    stop(stage)
    assert stage.reactor.getDelayedCalls() == []


def test_an_adapter_is_a_pms_adapter() -> None:
    from pms_adapters.posting import PmsAdapter

    adapter: PmsAdapter = FiasScene().fias
    assert isinstance(adapter, FiasAdapter)
