"""Protects the promise on every dialect: what left and was not answered is a doubt, and what did not leave is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pms_adapters.contract import a_posting
from pms_adapters.posting import InDoubt, NotFound, NotSent, Posted, Refused, Unreadable
from tests.foreign.judge import Judge
from tests.pms_adapters.soap.wire import WSDL
from tests.pms_adapters.web.scene import HOTEL, MORNING, SPOILS, Spoil, WebScene
from tests.pms_adapters.web.stages import ALL, GuestlineScene, InnRoadScene, OhipScene, SihotScene

ASKING = (GuestlineScene, SihotScene, OhipScene)
"""The dialects that ask who is in the room."""
LONG_AGO = replace(a_posting(), started_at=datetime(2026, 11, 10, 9, 0, tzinfo=HOTEL))


@pytest.fixture(params=ALL, ids=lambda kind: kind.__name__)
def scene(request: pytest.FixtureRequest) -> Iterator[WebScene]:
    """A dialect whose link stands. Every request that it made must have been by its schema."""
    one: WebScene = request.param()
    one.start()
    yield one
    assert getattr(one.pms, "faults", []) == []


@pytest.fixture(params=ASKING, ids=lambda kind: kind.__name__)
def asking(request: pytest.FixtureRequest) -> WebScene:
    """A dialect that asks who is in the room, and stands."""
    one: WebScene = request.param()
    one.start()
    return one


def is_ready(one: WebScene) -> bool:
    """Whether the link takes charges now."""
    return one.adapter.state.ready


def test_a_charge_is_posted(scene: WebScene) -> None:
    assert isinstance(scene.post().outcome, Posted)
    assert scene.pms.booked == [1]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_charge_whose_answer_is_spoilt_is_in_doubt_and_not_sent_again(scene: WebScene, spoil: Spoil) -> None:
    scene.pms.spoils = spoil
    assert isinstance(scene.post().outcome, InDoubt)
    scene.advance(300)
    assert scene.pms.arrived == [1]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_question_whose_answer_is_spoilt_charges_nobody(asking: WebScene, spoil: Spoil) -> None:
    asking.pms.spoils_all = spoil
    outcome = asking.post().outcome
    assert isinstance(outcome, NotSent)
    assert "0412" in outcome.why
    assert asking.pms.arrived == []
    assert not is_ready(asking)
    asking.pms.spoils_all = None
    asking.advance(120)
    assert is_ready(asking)
    assert isinstance(asking.post().outcome, Posted)


def test_a_pms_that_is_gone_at_the_charge_was_sent_nothing(scene: WebScene) -> None:
    scene.reachable = False
    scene.advance(3)  # no connection rests any more
    assert isinstance(scene.post().outcome, NotSent)
    assert scene.pms.arrived == []


def test_nobody_in_the_room_is_charged_nothing(asking: WebScene) -> None:
    asking.pms.vacant = True
    outcome = asking.post().outcome
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOGUEST"
    assert asking.pms.arrived == []


def test_a_guest_who_came_after_the_call_is_charged_nothing(asking: WebScene) -> None:
    outcome = asking.post(LONG_AGO).outcome
    assert isinstance(outcome, Refused)
    assert outcome.code == "CAMELATER"
    assert asking.pms.arrived == []


def test_a_class_without_a_code_of_the_hotels_is_refused_before_anything_is_asked() -> None:
    for one in (
        GuestlineScene(analysis_code={"local": "TEL"}),
        SihotScene(service={"local": "TEL"}),
        OhipScene(transaction_code={"local": "4510"}),
    ):
        one.start()
        outcome = one.post().outcome
        assert isinstance(outcome, Refused)
        assert outcome.code == "NOCODE"
        assert one.pms.heard == []


@pytest.mark.parametrize("kind", [InnRoadScene, SihotScene])
def test_a_folio_that_cannot_be_read_is_said_to_be_so(kind: type[InnRoadScene | SihotScene]) -> None:
    one = kind()
    one.start()
    one.post()
    assert isinstance(one.read_back(), Unreadable)


def test_secrets_are_not_told_to_anybody(scene: WebScene) -> None:
    scene.pms.spoils = "error"
    scene.post()
    told = f"{scene.listener.states} {scene.listener.oddities} {scene.adapter.state}"
    assert "s3cret" not in told


# -- innRoad -----------------------------------------------------------------------------------------------------------


def test_an_innroad_that_answers_another_number_leaves_a_doubt() -> None:
    one = InnRoadScene()
    one.start()
    one.pms.yes = 7
    assert isinstance(one.post().outcome, InDoubt)
    assert one.pms.logins == ["us"]


def test_an_innroad_call_that_waited_is_left_to_a_person() -> None:
    one = InnRoadScene()
    one.start()
    outcome = one.post(LONG_AGO).outcome
    assert isinstance(outcome, Refused)
    assert outcome.code == "CAMELATER"
    assert one.pms.arrived == []


# -- Guestline ---------------------------------------------------------------------------------------------------------


def guestline(**options: object) -> GuestlineScene:
    one = GuestlineScene(**options)
    one.start()
    return one


def test_one_session_serves_many_charges() -> None:
    one = guestline()
    for token in (1, 2, 3):
        assert isinstance(one.post(a_posting(token)).outcome, Posted)
    assert one.pms.log_ins == 1
    assert one.pms.booked == [1, 2, 3]


def test_a_session_that_expired_before_the_question_is_renewed() -> None:
    one = guestline()
    one.pms.session = ""
    assert isinstance(one.post().outcome, Posted)
    assert one.pms.log_ins == 2


def test_a_session_that_expired_at_the_charge_is_renewed_and_the_charge_booked_once() -> None:
    one = guestline()
    one.pms.expire_at_charges = 1
    assert isinstance(one.post().outcome, Posted)
    assert one.pms.booked == [1]
    assert one.pms.log_ins == 2


def test_a_session_that_expires_again_and_again_books_nothing_and_is_tried_later() -> None:
    one = guestline()
    one.pms.expire_at_charges = 2
    assert one.post().outcome == Refused("7007", "Session has expired", "later")
    assert one.pms.arrived == []


def test_a_charge_after_which_no_new_session_is_given_was_not_booked() -> None:
    one = guestline()
    one.pms.expire_at_charges, one.pms.log_in_code = 1, 70001
    outcome = one.post().outcome
    assert isinstance(outcome, Refused)
    assert outcome.retry == "later"
    assert one.pms.arrived == []


def test_a_log_in_that_is_refused_keeps_the_link_down_with_their_words() -> None:
    one = GuestlineScene(probe_room="")
    one.pms.log_in_code = 70001
    one.adapter.start(one.listener)
    one.advance(1)
    assert not one.adapter.state.up
    assert "70001" in one.adapter.state.why
    one.pms.log_in_code = 0
    one.advance(120)
    assert one.adapter.state.ready


def test_a_look_up_that_guestline_has_not_opened_holds_the_charges_and_says_whom_to_ask() -> None:
    """Each of them refused would be a pile of work for a person, for one mistake in a contract."""
    one = guestline()
    one.pms.forbidden = "pmsbkg_RoomFolioInfo"
    assert isinstance(one.post().outcome, NotSent)
    one.advance(60)
    assert not is_ready(one)
    assert "does not permit pmsbkg_RoomFolioInfo" in one.adapter.state.why
    one.pms.forbidden = ""
    one.advance(120)
    assert isinstance(one.post(a_posting(2)).outcome, Posted)


def test_a_guest_who_may_not_be_charged_is_not() -> None:
    one = guestline()
    one.pms.posts_allowed = 0
    outcome = one.post().outcome
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOPOST"
    assert one.pms.arrived == []


@pytest.mark.parametrize(
    ("way", "to"),
    [
        ("booking", ("PostingMethod_Booking_RoomRef", "BK1/1")),
        ("room", ("PostingMethod_RoomID", "0412")),
        ("extension", ("PostingMethod_TelExtNo", "0412")),
    ],
)
def test_a_charge_goes_where_the_hotel_wants_it(way: str, to: tuple[str, str]) -> None:
    one = guestline(post_by=way)
    assert isinstance(one.post().outcome, Posted)
    assert one.pms.posted_to == [to]


def test_not_found_on_the_folio_of_another_guest_proves_nothing() -> None:
    one = guestline()
    one.book(False)
    one.say("nothing")
    assert one.post().open
    one.advance(one.answer_timeout)
    assert isinstance(one.read_back(), NotFound)
    one.pms.booking = "BK2/1"
    said = one.read_back()
    assert isinstance(said, Unreadable)
    assert "any more" in said.why


# -- OPERA Cloud -------------------------------------------------------------------------------------------------------


def opera_cloud() -> OhipScene:
    one = OhipScene()
    one.start()
    return one


def test_one_token_serves_until_a_minute_before_its_end() -> None:
    one = opera_cloud()
    one.post(a_posting(1))
    assert one.pms.tokens == 1
    one.advance(3600 - 60)
    late = replace(a_posting(2), started_at=MORNING + timedelta(seconds=one.seconds - 30), talk_seconds=10)
    assert isinstance(one.post(late).outcome, Posted)
    assert one.pms.tokens == 2


def test_a_token_that_was_taken_back_is_renewed_and_the_charge_booked_once() -> None:
    one = opera_cloud()
    one.pms.revoke_at_charges = 1
    assert isinstance(one.post().outcome, Posted)
    assert one.pms.booked == [1]
    assert one.pms.tokens == 2


def test_a_charge_that_is_turned_away_twice_is_offered_again_later() -> None:
    one = opera_cloud()
    one.pms.revoke_at_charges = 2
    assert one.post().outcome == Refused("401", "Unauthorized", "later")
    assert one.pms.arrived == []


def test_a_client_that_the_gateway_does_not_know_keeps_the_link_down() -> None:
    one = OhipScene()
    one.pms.locked_out = True
    one.adapter.start(one.listener)
    one.advance(1)
    assert not one.adapter.state.up
    assert "token" in one.adapter.state.why
    one.pms.locked_out = False
    one.advance(120)
    assert one.adapter.state.ready


def test_a_charge_that_lost_its_token_for_good_was_not_sent() -> None:
    one = opera_cloud()
    one.pms.revoke_at_charges, one.pms.locked_out = 1, True
    assert isinstance(one.post().outcome, NotSent)
    assert one.pms.arrived == []


def test_a_reservation_closed_for_charges_is_left_alone() -> None:
    one = opera_cloud()
    one.pms.restricted = True
    outcome = one.post().outcome
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOPOST"


@pytest.mark.parametrize("kind", [GuestlineScene, OhipScene])
def test_a_charge_that_was_given_up_is_not_said_again_when_its_session_turns_out_to_have_expired(
    kind: Callable[[], GuestlineScene | OhipScene],
) -> None:
    """The doubt was told: a charge that leaves after it could meet the one that a person has sent again."""
    one = kind()
    one.start()
    one.say("nothing")
    attempt = one.post()
    one.advance(one.answer_timeout)
    assert isinstance(attempt.outcome, InDoubt)
    sent = len([heard for heard in one.pms.heard if one.pms.is_charge(heard)])
    if isinstance(one, GuestlineScene):
        one.pms.session = ""
    else:
        one.pms.valid = ""
    one.answer_late()
    one.advance(1)
    assert len([heard for heard in one.pms.heard if one.pms.is_charge(heard)]) == sent == 1
    assert [(token, isinstance(late, Refused) and late.retry) for token, late in one.listener.late] == [(1, "later")]


# -- a foreign judge ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [GuestlineScene, InnRoadScene, SihotScene])
def test_jax_ws_allows_all_that_we_say(kind: Callable[[], WebScene], judge: Judge) -> None:
    one = kind()
    one.adapter.start(one.listener)
    one.advance(1)
    one.post()
    if isinstance(one, GuestlineScene):
        one.read_back()
    said = [heard.body for heard in one.pms.heard if heard.method == "POST"]
    assert one.pms.booked == [1]
    assert [judge.problem(WSDL / f"{one.pms.dialect}.wsdl", body) for body in said] == [""] * len(said)
