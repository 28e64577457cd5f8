"""Protects the guest's bill in OPERA: whose charge it is, what is said, and what a lost answer turns out to have been."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest

from pms_adapters.contract.stage import Recorder, a_posting
from pms_adapters.marks import mark_of
from pms_adapters.posting import (
    Found,
    InDoubt,
    NotFound,
    NotSent,
    Posted,
    Posting,
    PostingResult,
    ReadBack,
    Refused,
    Unreadable,
)
from pms_adapters.web.stays import PROMPT
from tests.pms_adapters.soap.opera import PORT, START, Guest, InMemory, Line, options

CALL = replace(a_posting(), started_at=START - timedelta(minutes=5))


def up(**more: Any) -> tuple[InMemory, Recorder]:
    """A started link whose OPERA is there."""
    scene, recorder = InMemory(**more), Recorder()
    scene.adapter.start(recorder)
    scene.advance(1)
    assert scene.adapter.state.ready, scene.adapter.state.why
    return scene, recorder


def post(scene: InMemory, posting: Posting = CALL) -> PostingResult:
    """Offer a charge and wait for its outcome."""
    heard: list[PostingResult] = []
    scene.adapter.post(posting).addCallback(heard.append)
    scene.advance(31)
    assert len(heard) == 1
    return heard[0]


def read(scene: InMemory, posting: Posting = CALL) -> ReadBack:
    """Look for a charge."""
    heard: list[ReadBack] = []
    scene.web.read_back(posting).addCallback(heard.append)
    scene.advance(31)
    assert len(heard) == 1
    return heard[0]


# -- what is said --------------------------------------------------------------------------------------------------------


def test_a_charge_says_what_the_hotel_agreed(capsys: pytest.CaptureFixture[str]) -> None:
    scene, _ = up(
        transaction_code={"default": "8100", "international": "8200"},
        article={"international": "INTL"},
        folio_window=2,
        station_id="PBX1",
        user_id="FOLIOGATE",
    )
    assert post(scene) == Posted("7001")
    [charge] = scene.opera.charges
    posting = charge[0]
    assert (charge.get("Account"), charge.get("Article")) == ("8200", "INTL")
    assert (posting.get("Charge"), posting.get("FolioViewNo")) == ("13.75", "2")
    assert (posting.get("StationID"), posting.get("UserID")) == ("PBX1", "FOLIOGATE")
    assert posting.get("LongInfo") == f"{mark_of(1)} 2026-11-20 08:15 4:12"
    assert posting.get("ShortInfo") == "International 0043123456789"
    assert posting.get("PostDate") is None
    unique = posting.find("{*}ReservationRequestBase/{*}ReservationID/{*}UniqueID")
    assert unique is not None
    assert (unique.text, unique.get("type"), unique.get("source")) == ("4711", "EXTERNAL", "RESV_NAME_ID")


def test_the_mark_and_the_date_stand_where_the_hotel_wants_them() -> None:
    scene, _ = up(mark_in="ShortInfo", posting_date=True)
    post(scene)
    posting = scene.opera.charges[0][0]
    assert (posting.get("ShortInfo") or "").startswith(mark_of(1))
    assert (posting.get("PostDate"), posting.get("PostTime")) == ("2026-11-20", "08:15:00")


def test_a_number_of_another_kind_is_asked_for_and_posted_by() -> None:
    scene, _ = up(id_type="INTERNAL", id_source="OPERA_RESV_ID", number_from=["RESV_NAME_ID"])
    post(scene)
    unique = scene.opera.charges[0].find(".//{*}UniqueID")
    assert unique is not None
    assert (unique.get("type"), unique.get("source")) == ("INTERNAL", "OPERA_RESV_ID")


def test_every_message_says_who_asks_and_nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        scene, recorder = up(domain="SEASIDE", licence_key="KEY", origin_id="FG", destination_id="TI")
        post(scene)
        scene.opera.look_up = "<garbage>pssst</garbage>"
        post(scene)
    header = scene.opera.headers[0]
    assert header.findtext(".//{*}UserName") == "FOLIOGATE"
    assert header.findtext(".//{*}UserPassword") == "pssst"
    assert header.findtext(".//{*}Domain") == "SEASIDE"
    assert header.findtext(".//{*}Key") == "KEY"
    assert [header[place].get("systemType") for place in (0, 1)] == ["WEB", "PMS"]
    assert header.get("transactionID") == "LOOK-1"
    assert "pssst" not in caplog.text
    assert "pssst" not in str(recorder.__dict__)
    assert any("http" in one for one in recorder.oddities)


@pytest.mark.parametrize("password", ["pssst-42", "<pssst&42>"])
def test_a_pms_that_repeats_our_password_is_not_quoted(password: str) -> None:
    said = escape(f"User FOLIOGATE with {password} may not do that")
    fault = f'<s:Fault xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>s:Server</faultcode><faultstring>{said}</faultstring></s:Fault>'
    scene, recorder = up(password=password)
    scene.opera.mood = "garbage"
    scene.opera.garbage = fault
    told = [post(scene)]
    scene.advance(61)
    scene.opera.mood, scene.opera.refusal = "no", said
    told.append(post(scene))
    scene.opera.look_up = fault
    told.append(post(scene))
    assert [type(one) for one in told] == [InDoubt, Refused, NotSent]
    assert "may not do that" in str(told)
    for shown in (str(told), str(read(scene)), str(recorder.__dict__), scene.adapter.state.why):
        assert password not in shown


def test_a_negative_amount_goes_out_as_one() -> None:
    scene, _ = up()
    post(scene, replace(CALL, amount=-5))
    assert scene.opera.charges[0][0].get("Charge") == "-0.05"


def test_text_that_xml_cannot_carry_is_said_without_it() -> None:
    scene, _ = up()
    assert isinstance(post(scene, replace(CALL, text="Wien\x07\x00 <&>")), Posted)
    assert scene.opera.charges[0][0].get("ShortInfo") == "Wien <&> 0043123456789"


def test_a_class_without_a_code_is_refused_before_anything_is_sent() -> None:
    scene, _ = up(transaction_code={"local": "8100"})
    outcome = post(scene)
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOCODE"
    assert scene.opera.charges == []


# -- whose charge it is --------------------------------------------------------------------------------------------------


def paid_by(*guests: Guest, posting: Posting = CALL) -> str:
    """The reservation that was charged, or the code of the refusal."""
    scene, _ = up()
    scene.opera.guests = list(guests)
    outcome = post(scene, posting)
    if isinstance(outcome, Refused):
        assert scene.opera.charges == []
        return outcome.code
    assert isinstance(outcome, Posted)
    return scene.opera.charges[0].findtext(".//{*}UniqueID") or ""


def test_nobody_there_is_nobodys_charge() -> None:
    assert paid_by() == "NOGUEST"
    assert paid_by(Guest("1", "0413")) == "NOGUEST"
    assert paid_by(Guest("1", "0412", status="CHECKEDOUT")) == "NOGUEST"


def test_a_guest_who_is_due_out_pays_too() -> None:
    assert paid_by(Guest("1", "0412", status="DUEOUT")) == "1"


def test_of_those_who_share_the_first_pays_always_the_same() -> None:
    one, two, three = (
        Guest("30", "0412", shared=True, arrival="2026-11-18T00:00:00"),
        Guest("9", "0412", shared=True, arrival="2026-11-18T00:00:00", status="DUEOUT"),
        Guest("31", "0412", shared=True, arrival="2026-11-17T00:00:00"),
    )
    assert paid_by(one, two) == paid_by(two, one) == "9"
    assert paid_by(one, two, three) == paid_by(three, two, one) == "31"
    one.primary = True
    assert paid_by(one, two, three) == paid_by(three, one, two) == "30"


def test_an_opera_that_passes_over_our_filter_has_nobody_elses_guest_charged() -> None:
    scene, _ = up()
    scene.opera.filters = False
    scene.opera.guests = [Guest("1", "0500"), Guest("2", "0412"), Guest("3", "0600")]
    assert isinstance(post(scene), Posted)
    assert scene.opera.charges[0].findtext(".//{*}UniqueID") == "2"
    scene.opera.guests = [Guest("1", "0500")]
    outcome = post(scene)
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOGUEST"


def test_where_opera_does_not_repeat_the_room_its_filter_is_believed() -> None:
    assert paid_by(Guest("1", "0412", tells_room=False)) == "1"


def test_a_guest_without_the_number_we_post_by_says_what_to_look_at() -> None:
    scene, _ = up(id_source="OPERA_RESV_ID")
    outcome = post(scene)
    assert isinstance(outcome, Refused)
    assert (outcome.code, "RESV_NAME_ID" in outcome.text, "number_from" in outcome.text) == ("NONUMBER", True, True)


def test_no_post_is_honoured_and_a_sharer_pays() -> None:
    assert paid_by(Guest("1", "0412", no_post=True)) == "NOPOST"
    assert paid_by(Guest("1", "0412", no_post=True, shared=True), Guest("2", "0412", shared=True)) == "2"


def test_whoever_our_own_door_named_pays_or_nobody() -> None:
    one, two = Guest("1", "0412", shared=True), Guest("2", "0412", shared=True)
    assert paid_by(one, two, posting=replace(CALL, reservation="2")) == "2"
    assert paid_by(one, two, posting=replace(CALL, reservation="52")) == "2"
    assert paid_by(one, two, posting=replace(CALL, reservation="77")) == "NOTHERE"


def test_a_guest_who_came_after_the_call_does_not_pay_for_it() -> None:
    late = replace(CALL, started_at=START - timedelta(hours=3))
    assert paid_by(Guest("1", "0412", arrival="2026-11-21T00:00:00"), posting=late) == "CAMELATER"
    assert paid_by(Guest("1", "0412", arrival="2026-11-20T00:00:00", hour="07:00:00"), posting=late) == "CAMELATER"
    assert paid_by(Guest("1", "0412", arrival="2026-11-20T00:00:00", hour="04:00:00"), posting=late) == "1"
    assert paid_by(Guest("1", "0412", arrival="2026-11-19T00:00:00"), posting=late) == "1"


def test_a_guest_of_today_without_an_hour_pays_for_what_is_posted_at_once_and_not_for_old_calls() -> None:
    today = Guest("1", "0412", arrival="2026-11-20T00:00:00")
    assert paid_by(today) == "1"
    old = replace(CALL, started_at=START - PROMPT - timedelta(minutes=30))
    assert paid_by(today, posting=old) == "CAMELATER"
    assert paid_by(replace(today, arrival=""), posting=old) == "CAMELATER"


# -- what OPERA says -----------------------------------------------------------------------------------------------------


def test_a_refusal_is_told_with_its_code_and_may_be_mapped_to_a_retry() -> None:
    scene, _ = up(later=["NO_WAY"])
    scene.opera.mood = "no"
    assert post(scene) == Refused("NO_WAY", "Not today", "later")
    scene, _ = up(audit=["NO_WAY"])
    scene.opera.mood = "no"
    assert post(scene) == Refused("NO_WAY", "Not today", "after_audit")


def test_a_look_up_that_opera_refuses_charged_nothing_and_is_tried_again() -> None:
    scene, _ = up()
    scene.opera.look_up = scene.opera.failed("FutureBookingSummary")
    outcome = post(scene)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.retry, "INVALIDGDS" in outcome.text) == ("SYS-81", "later", True)
    assert scene.opera.charges == []


def test_a_code_that_says_nobody_is_there_is_one() -> None:
    scene, _ = up(nobody=["SYS-81"])
    scene.opera.look_up = scene.opera.failed("FutureBookingSummary")
    outcome = post(scene)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.retry) == ("NOGUEST", "never")


def test_a_look_up_without_an_answer_left_nothing_and_the_link_is_asked_for_a_sign_of_life() -> None:
    scene, recorder = up()
    scene.opera.look_up = "<garbage/>"
    outcome = post(scene)
    assert isinstance(outcome, NotSent)
    assert scene.opera.charges == []
    assert not scene.adapter.state.up
    scene.opera.look_up = ""
    scene.advance(61)
    assert scene.adapter.state.ready
    assert [one.up for one in recorder.states][-3:] == [True, False, True]


def test_a_room_that_opera_never_answers_for_waits_longer_and_holds_nobody_up() -> None:
    scene, _ = up()
    scene.opera.guests.append(Guest("4713", "0413"))
    for expected in (NotSent, NotSent, Refused, Refused):
        scene.opera.look_up = "<garbage/>"
        outcome = post(scene)
        assert isinstance(outcome, expected)
        scene.opera.look_up = ""
        scene.advance(61)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.retry) == ("NOANSWER", "later")
    assert isinstance(post(scene, replace(CALL, room="0413")), Posted)
    assert isinstance(post(scene), Posted)
    scene.opera.look_up = "<garbage/>"
    assert isinstance(post(scene), NotSent)


def test_an_address_without_a_service_says_what_to_look_at() -> None:
    scene, recorder = InMemory(probe_room=""), Recorder()
    scene.opera.page = 404
    scene.adapter.start(recorder)
    scene.advance(1)
    assert "look at url and suffix" in scene.adapter.state.why


def test_a_user_name_that_opera_does_not_know_shows_as_a_link_that_is_down() -> None:
    scene, recorder = InMemory(), Recorder()
    scene.opera.look_up = scene.opera.failed("FutureBookingSummary", "LOGIN", "Invalid user name")
    scene.adapter.start(recorder)
    scene.advance(1)
    assert not scene.adapter.state.up
    assert "LOGIN Invalid user name" in scene.adapter.state.why


def test_without_a_room_to_ask_for_the_address_must_answer() -> None:
    scene, recorder = InMemory(probe_room=""), Recorder()
    scene.network.unreachable.add(PORT)
    scene.adapter.start(recorder)
    scene.advance(1)
    assert "cannot be reached" in scene.adapter.state.why
    scene.network.unreachable.clear()
    scene.advance(60)
    assert scene.adapter.state.ready
    assert scene.opera.asked == []


def test_the_charge_of_an_answer_that_says_neither_yes_nor_no_is_in_doubt() -> None:
    scene, _ = up()
    scene.opera.mood = "garbage"
    outcome = post(scene)
    assert isinstance(outcome, InDoubt)
    assert "contract" in outcome.why


# -- the hours of the hotel ----------------------------------------------------------------------------------------------


def test_nothing_is_posted_in_the_hours_that_the_hotel_holds() -> None:
    """It is 8:20 in Warsaw."""
    scene, recorder = InMemory(hold=["23:30-04:00", "08:15-08:30"]), Recorder()
    scene.adapter.start(recorder)
    scene.advance(1)
    assert (scene.adapter.state.up, scene.adapter.state.ready) == (True, False)
    assert "from 08:15 to 08:30" in scene.adapter.state.why
    assert isinstance(post(scene), NotSent)
    scene.advance(600)
    assert scene.adapter.state.ready
    assert isinstance(post(scene), Posted)


@pytest.mark.parametrize(("at", "held"), [("23:29", False), ("23:30", True), ("03:59", True), ("04:00", False)])
def test_hours_may_go_over_midnight(at: str, held: bool) -> None:
    [span] = options(hold=["23:30-04:00"]).hold
    assert span.covers(datetime.strptime(at, "%H:%M").replace(tzinfo=UTC).time()) == held


# -- reading back --------------------------------------------------------------------------------------------------------


def doubtful(**more: Any) -> InMemory:
    """A charge was said, nothing was answered, and nothing is on the bill yet."""
    scene, _ = up(**more)
    scene.opera.mood, scene.opera.books = "nothing", False
    assert isinstance(post(scene), InDoubt)
    return scene


def line(reservation: str = "4711", amount: str = "13.75", code: str = "8100", **more: str) -> Line:
    """A line that bears the mark."""
    return Line(reservation, amount, code, f"{mark_of(1)} 2026-11-20 08:15 4:12", **more)


def test_a_charge_is_found_by_mark_amount_and_code_on_any_window() -> None:
    scene = doubtful()
    scene.opera.lines = [Line("4711", "13.75", "8100", "another call"), line(amount="13.750", number="8", window="3")]
    assert read(scene) == Found("transaction 8 on window 3")


@pytest.mark.parametrize("other", [line(amount="13.76"), line(code="8101")])
def test_a_mark_alone_is_for_a_person_to_look_at(other: Line) -> None:
    scene = doubtful()
    scene.opera.lines = [other]
    told = read(scene)
    assert isinstance(told, Unreadable)
    assert "bears its mark" in told.why


def test_an_amount_alone_is_anybodys() -> None:
    scene = doubtful()
    scene.opera.lines = [Line("4711", "13.75", "8100", f"{mark_of(2)} 2026-11-20 08:15 4:12")]
    assert isinstance(read(scene), NotFound)


def test_it_may_stand_on_the_bill_of_who_shares_the_room_or_of_who_pays_for_it() -> None:
    scene = doubtful()
    scene.opera.guests.append(Guest("4712", "0412", shared=True))
    scene.opera.lines = [line("4712")]
    assert isinstance(read(scene), Found)
    scene.opera.lines = [line("9000")]
    assert isinstance(read(scene), NotFound)
    scene.opera.routes = {"4711": "9000"}
    assert isinstance(read(scene), Found)


def test_not_found_says_what_was_read() -> None:
    scene = doubtful()
    scene.opera.guests.append(Guest("4712", "0412", shared=True))
    scene.opera.routes = {"4712": "9000"}
    scene.opera.lines = [Line("4711", "1.00", "1", "minibar"), Line("9000", "2.00", "1", "bar", window="2")]
    assert read(scene) == NotFound("2 lines on 2 windows of 3 reservations")


def test_what_could_not_be_read_whole_is_not_a_no() -> None:
    scene = doubtful()
    scene.opera.routing = scene.opera.failed("PayRouting")
    told = read(scene)
    assert isinstance(told, Unreadable)
    assert "routing of reservation 4711" in told.why
    scene.opera.routing, scene.opera.invoice = "", scene.opera.failed("Invoice")
    assert "bill of reservation 4711" in str(read(scene))
    scene.opera.invoice, scene.opera.look_up = "", scene.opera.failed("FutureBookingSummary")
    assert "who is in room 0412 now" in str(read(scene))


def test_after_a_restart_only_a_yes_is_told() -> None:
    """Nobody remembers on whose bill it was said: whoever is in the room now may be another."""
    scene, _ = up()
    assert isinstance(read(scene), Unreadable)
    scene.opera.lines = [line()]
    assert isinstance(read(scene), Found)


def test_a_guest_who_moved_is_found_where_the_charge_went() -> None:
    scene = doubtful()
    scene.opera.guests[0].room = "0500"
    scene.opera.lines = [line()]
    assert isinstance(read(scene), Found)


def test_before_it_has_settled_a_no_is_not_believed() -> None:
    scene = doubtful(settle_delay=120)
    told = read(scene)
    assert isinstance(told, Unreadable)
    assert "may still come" in told.why
    scene.advance(120)
    assert isinstance(read(scene), NotFound)


def test_a_charge_booked_twice_is_told_as_such() -> None:
    scene = doubtful()
    scene.opera.lines = [line(number="8"), line(number="9")]
    assert read(scene) == Found("transaction 8 on window 1, and 1 more")


# -- options -------------------------------------------------------------------------------------------------------------


def test_the_lines_for_the_accountant() -> None:
    said = "\n".join(options(chain_code="CHA", hold=["23:30-04:00"], folio_window=1).lines())
    assert "hotel SEASIDE of chain CHA, as user FOLIOGATE" in said
    assert "any other class: transaction code 8100" in said
    assert "hotel time: 23:30-04:00" in said


def test_an_amount_is_never_a_float() -> None:
    scene, _ = up()
    for token, (amount, decimals) in enumerate([(100, 0), (1, 3), (10**15 + 1, 2)], 1):
        assert isinstance(post(scene, replace(CALL, token=token, amount=amount, decimals=decimals)), Posted)
    said = [charge[0].get("Charge") for charge in scene.opera.charges]
    assert said == ["100", "0.001", "10000000000000.01"]
