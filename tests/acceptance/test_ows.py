"""The promise over SOAP, with the real gateway as a process, against our simulator and against PHP: whatever becomes of an
answer, each call is charged once, or shown as a doubt that the guest's bill settles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from pms_adapters.marks import bears
from tests.acceptance.peers import House, eventually, free_port, ipoffice_line, running
from tests.acceptance.soap_pms import GUEST, PEERS, PhpPeer, SimulatedPeer, SoapPeer
from tests.processes.size import sized

pytestmark = pytest.mark.acceptance

_TABLE = """\
adapter = "ows"
url = "{base}/OWS_WS_51"
answer_timeout = {timeout}
[pms.options]
hotel_code = "SEASIDE"
username = "FOLIOGATE"
password = "rehearsal"
transaction_code = {{ default = "8100" }}
settle_delay = 1
"""
READ_BACK = 75.0
"""Seconds within which a doubt has been looked for: half a minute after it fell in doubt, and a busy machine."""
FIRST = 1_000_001


@pytest.fixture(params=sized(["php"], list(PEERS)))
def opera(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SimulatedPeer | PhpPeer]:
    """OPERA's web services, by one and by the other."""
    folder = tmp_path / "pms"
    folder.mkdir()
    peer = PEERS[request.param]("ows", folder)
    yield peer
    peer.close()


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[SimulatedPeer]:
    """The simulator, where guests must come and go."""
    folder = tmp_path / "pms"
    folder.mkdir()
    peer = SimulatedPeer("ows", folder)
    yield peer
    peer.close()


def house_of(folder: Path, peer: SoapPeer, timeout: int = 3) -> House:
    """A house with an IP Office and OPERA, whose answers are awaited for so many seconds."""
    port = free_port()
    pbx = f'[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nlisten = "tcp:{port}:interface=127.0.0.1"\ntrunk_access = ["9"]\n'
    return House(folder, None, pbx, pbx_port=port, pms_table=_TABLE.format(base=peer.base, timeout=timeout))


@pytest.fixture
def house(tmp_path: Path, opera: SoapPeer) -> House:
    """A house whose OPERA is each of the two."""
    return house_of(tmp_path, opera)


def call(house: House, number: int, **more: object) -> None:
    """A call of 65 seconds ends; its record comes on a connection of its own."""
    with house.dial() as pbx:
        pbx.sendall(ipoffice_line(number, **more))  # type: ignore[arg-type]


def spoilt(house: House, opera: SoapPeer, number: int, word: str, **more: object) -> None:
    """A call whose charge meets a fault; returns when the charge has reached the PMS."""
    before = opera.asked()
    opera.spoil(word)
    call(house, number, **more)
    eventually(f"a charge reached the PMS ({word})", lambda: opera.asked() > before)


def state_of(house: House, number: int) -> dict[str, object]:
    """The posting of a call."""
    return next((one for one in house.postings() if one["call_key"] == str(number)), {})


def is_refused(house: House, number: int) -> bool:
    """Whether the posting of a call is refused."""
    return state_of(house, number).get("state") == "refused"


def test_one_record_becomes_one_charge_on_the_guest_s_bill(house: House, opera: SoapPeer) -> None:
    """Looked up, charged, answered: `posted`, with our mark on the bill and the amount in the store."""
    with running(house):
        call(house, FIRST)
        eventually("it is posted", lambda: house.states() == {"posted": 1})
        posted = house.postings()
        assert house.stop() == 0
    [booked] = opera.booked()
    assert (booked.reservation, booked.amount) == (GUEST, int(posted[0]["amount"].replace(".", "")))
    assert bears(booked.text, posted[0]["token"])
    assert posted[0]["reference"]


def test_killed_between_request_and_answer_it_is_one_doubt_that_the_bill_settles(
    tmp_path: Path, opera: SoapPeer
) -> None:
    """kill -9 while OPERA is silent: in doubt at the next start, never sent again, and found on the bill."""
    house = house_of(tmp_path, opera, timeout=60)
    with running(house):
        spoilt(house, opera, FIRST, "silence")
        for number in range(FIRST + 1, FIRST + 4):
            call(house, number)
        house.eventually_kept(4)
        house.kill()
    assert len(opera.booked()) == 1
    with running(house):
        eventually("the rest is posted", lambda: house.states() == {"posted": 3, "in_doubt": 1})
        if isinstance(opera, SimulatedPeer):  # half a minute each: what PHP's bill tells is seen below
            eventually("the doubt is settled", lambda: house.states() == {"posted": 4}, READ_BACK, every=0.5)
        house.stop()
    booked = opera.booked()
    tokens = [one["token"] for one in house.postings()]
    assert len(booked) == 4
    assert all(any(bears(one.text, token) for one in booked) for token in tokens)
    house.command("db", "verify", "--config", str(house.config))


BOOKED = ("silence", "close-after", "half", "error-500", "html")
NOT_BOOKED = ("close-before", "deaf", "fault")


def test_a_lost_answer_is_a_doubt_found_on_the_bill_and_what_is_not_there_stays_one(
    house: House, opera: SoapPeer
) -> None:
    """Eight ways to lose an answer: five were booked and are found, three were not and wait for a person; none is sent twice.

    With the simulator charges are routed to another guest's second window, and found there.
    """
    words = [*BOOKED, *NOT_BOOKED]
    if isinstance(opera, SimulatedPeer):
        words += ["wrong-namespace", "dtd", "large"]
        opera.do("/route", room="201", window=2, to="202")
    lost = len(NOT_BOOKED)
    with running(house):
        for place, word in enumerate(words):
            spoilt(house, opera, FIRST + place, word)
        call(house, FIRST + len(words))
        eventually("the next is posted", lambda: house.states().get("posted", 0) >= 1)
        done = {"posted": len(words) - lost + 1, "in_doubt": lost}
        eventually("what was booked is found", lambda: house.states() == done, READ_BACK + 30, every=0.5)
        house.stop()
    assert len(opera.booked()) == len(words) - lost + 1
    assert opera.asked() == len(words) + 1, "each was offered once"
    unsure = {one["call_key"] for one in house.postings() if one["state"] == "in_doubt"}
    assert unsure == {str(FIRST + words.index(word)) for word in NOT_BOOKED}


def test_a_no_is_refused_with_its_reason_and_books_nothing(house: House, opera: SoapPeer) -> None:
    """A FAIL, a guest who takes no charges, a room that nobody is in: refused, in words that a clerk understands."""
    refused = "refuse:PROPERTY_RESTRICTED" if isinstance(opera, SimulatedPeer) else "refuse"
    no_post = opera.no_post()
    with running(house):
        opera.spoil(refused, 1)
        call(house, FIRST)
        eventually("OPERA's no", partial(is_refused, house, FIRST))
        call(house, FIRST + 1, extension=no_post, seconds=1)
        call(house, FIRST + 2, extension="299")
        eventually("all are refused", lambda: house.states() == {"refused": 3})
        house.stop()
    assert "PROPERTY_RESTRICTED" in json.dumps(state_of(house, FIRST))
    assert "takes no charges" in str(state_of(house, FIRST + 1)["reason"])
    assert "nobody" in str(state_of(house, FIRST + 2)["reason"])
    assert opera.booked() == []


def test_while_the_pms_is_away_charges_wait_and_go_out_once_it_is_back(house: House, opera: SoapPeer) -> None:
    """Refused connections are no doubt: nothing left the house."""
    with running(house):
        call(house, FIRST)
        eventually("it is posted", lambda: house.states() == {"posted": 1})
        opera.leave()
        for number in range(FIRST + 1, FIRST + 5):
            call(house, number, seconds=60 * (number - FIRST) + 61)
        eventually("they wait", lambda: house.states() == {"posted": 1, "due": 4})
        opera.come_back()
        eventually("they are posted", lambda: house.states() == {"posted": 5}, 60)
        house.stop()
    assert len({one.amount for one in opera.booked()}) == len(opera.booked()) == 5


def test_a_guest_who_moved_is_not_charged_on_whoever_came_after_him(tmp_path: Path, simulated: SimulatedPeer) -> None:
    """The call waits while the guest moves and another takes his room: refused, and a person sends it where he is now."""
    house = house_of(tmp_path, simulated)
    vacant = "212"
    simulated.do("/checkout", room=vacant)
    with running(house):
        simulated.leave()
        call(house, FIRST)
        eventually("it waits", lambda: house.states() == {"due": 1})
        simulated.do("/move", **{"from": "201", "to": vacant})
        simulated.do("/checkin", room="201")
        simulated.come_back()
        eventually("it is refused", lambda: house.states() == {"refused": 1}, 60)
        assert simulated.booked() == []
        house.command(
            "postings", "retry", "1", "--room", vacant, "--by", "Ines", "--why", "moved", "--config", str(house.config)
        )
        eventually("it is posted", lambda: house.states() == {"posted": 1})
        house.stop()
    [booked] = simulated.booked()
    assert booked.reservation == GUEST
