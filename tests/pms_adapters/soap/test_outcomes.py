"""Protects the four outcomes against a PMS that misbehaves on real sockets in every way it can, and counts what it booked.

The simulated PMS shares no code with our codec; it books what it should in each fault, so that a doubt can be settled by
reading its folio, and is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from gateway.clock import utc_now
from gateway.simulators.soap.door import door_site
from gateway.simulators.soap.pms import SoapPms, SoapPmsSettings
from pms_adapters.contract.stage import Recorder
from pms_adapters.posting import Found, InDoubt, NotFound, NotSent, Posted, Posting, PostingResult, ReadBack, Refused
from pms_adapters.soap import kit
from pms_adapters.soap.ows import Ows
from pms_adapters.web.link import WebAdapter, WebSettings
from tests.in_reactor import fixture_in_reactor, in_reactor, reactor
from tests.peers import unused_port
from tests.pms_adapters.soap.opera import options

ROOMS = tuple(f"04{number}" for number in range(10, 30))
ZONE = ZoneInfo("Europe/Warsaw")
ANSWER_TIMEOUT = 0.6


class House:
    """A simulated OPERA and an adapter for it, on sockets."""

    def __init__(self) -> None:
        self.port = unused_port()
        settings = SoapPmsSettings(
            dialect="ows",
            listen=f"tcp:{self.port}:interface=127.0.0.1",
            rooms=ROOMS,
            zone=ZONE,
            login=("FOLIOGATE", "pssst"),
        )
        self.pms = SoapPms(settings, reactor, utc_now, lambda said: None)
        self.recorder = Recorder()
        self.adapter: WebAdapter[Any] = self.made()

    def made(self, **more: Any) -> WebAdapter[Any]:
        """An adapter; the folio tells at once."""
        told = {"settle_delay": 0.1, "connect_timeout": 1, **more}
        settings = WebSettings(
            name="opera", url=f"http://127.0.0.1:{self.port}/ows", timezone=ZONE, answer_timeout=ANSWER_TIMEOUT
        )
        return kit.adapter(settings, options(**told), Ows, reactor=reactor, now=utc_now)

    @property
    def room(self) -> str:
        """A room with a guest who may be posted to."""
        at = self.pms.local_now()
        here = self.pms.office.in_house(None, at)
        return next(one.room for one in here if not one.guest.no_post and one.guest.arrival < at.date())

    def posting(self, token: int) -> Posting:
        """A charge for a call that just ended."""
        return Posting(
            token=token,
            room=self.room,
            amount=1375,
            currency="PLN",
            decimals=2,
            started_at=datetime.now(UTC) - timedelta(seconds=70),
            talk_seconds=60,
            dialled="0043123456789",
            number_class="international",
        )

    async def post(self, token: int) -> PostingResult:
        """Offer a charge once the link takes it."""
        await self.ready()
        return await self.adapter.post(self.posting(token))

    async def read(self, token: int) -> ReadBack:
        """Look for it."""
        return await self.adapter.read_back(self.posting(token))

    async def ready(self) -> None:
        """Wait until the link takes charges."""
        for _ in range(500):
            if self.adapter.state.ready:
                return
            await deferLater(reactor, 0.02)
        raise AssertionError(self.adapter.state.why)

    @property
    def booked(self) -> int:
        """How many charges stand on folios."""
        return sum(1 for line in self.pms.office.folio if line.booked)


@fixture_in_reactor
async def house() -> AsyncIterator[House]:
    made = House()
    await made.pms.start(door_site(made.pms, reactor))
    made.adapter.start(made.recorder)
    yield made
    await made.adapter.stop()
    await made.pms.stop()
    await deferLater(reactor, 0.05)


@in_reactor
async def test_a_charge_is_on_the_folio_once_and_is_found_there(house: House) -> None:
    assert isinstance(await house.post(7), Posted)
    assert house.booked == 1
    assert isinstance(await house.read(7), Found)
    assert not isinstance(await house.read(8), Found)
    assert house.booked == 1


async def settled_by_the_folio(house: House, fault: str, booked: int) -> None:
    """An answer goes wrong: that is a doubt, the folio tells, and the next charge goes through."""
    await house.ready()
    house.pms.house.fault(f"{fault}:1")
    assert isinstance(await house.post(1), InDoubt)
    assert house.booked == booked
    await house.ready()
    await deferLater(reactor, 0.1)
    assert isinstance(await house.read(1), Found if booked else NotFound)
    assert isinstance(await house.post(2), Posted)
    assert house.booked == booked + 1


async def left_nothing_behind(house: House, fault: str) -> None:
    """A look-up goes wrong: nothing was sent, and the next charge goes through."""
    await house.ready()
    house.pms.house.fault(f"lookup-{fault}:1")
    assert isinstance(await house.post(1), NotSent)
    assert house.booked == 0
    assert isinstance(await house.post(2), Posted)


FAULTS = {
    "close-before": 0,
    "deaf": 0,
    "fault": 0,
    "close-after": 1,
    "silence": 1,
    "half": 1,
    "wrong-namespace": 1,
    "error-500": 1,
    "html": 1,
    "dtd": 1,
    "large": 1,
}


@pytest.mark.parametrize(("fault", "booked"), FAULTS.items())
@in_reactor
async def test_whatever_goes_wrong_with_an_answer_is_a_doubt_that_the_folio_settles(
    house: House, fault: str, booked: int
) -> None:
    await settled_by_the_folio(house, fault, booked)


@pytest.mark.parametrize("fault", ["close-before", "deaf", "half", "wrong-namespace", "html", "dtd", "large", "fault"])
@in_reactor
async def test_whatever_goes_wrong_with_a_look_up_left_nothing_behind(house: House, fault: str) -> None:
    await left_nothing_behind(house, fault)


@in_reactor
async def test_a_refusal_is_one(house: House) -> None:
    await house.ready()
    house.pms.house.fault("refuse:PROPERTY_RESTRICTED")
    outcome = await house.post(1)
    assert isinstance(outcome, Refused)
    assert outcome.code == "PROPERTY_RESTRICTED"
    assert house.booked == 0


@in_reactor
async def test_a_late_answer_is_told(house: House) -> None:
    await house.ready()
    house.pms.house.fault(f"late:{ANSWER_TIMEOUT + 0.5}:1")
    assert isinstance(await house.post(1), InDoubt)
    await deferLater(reactor, 1.0)
    assert [(token, isinstance(result, Posted)) for token, result in house.recorder.late] == [(1, True)]


@in_reactor
async def test_a_pms_that_goes_away_and_comes_back(house: House) -> None:
    await house.ready()
    await house.pms.cut()
    await deferLater(reactor, 0.05)
    assert isinstance(await house.adapter.post(house.posting(1)), NotSent)
    assert "cannot be reached" in house.adapter.state.why
    await house.pms.restore()
    assert isinstance(await house.post(2), Posted)


@in_reactor
async def test_a_wrong_password_shows_as_a_link_that_is_down(house: House) -> None:
    adapter = house.made(password="wrong", probe_room="0412")
    adapter.start(Recorder())
    for _ in range(200):
        if "LOGIN" in adapter.state.why:
            break
        await deferLater(reactor, 0.02)
    assert not adapter.state.up
    assert "LOGIN" in adapter.state.why
    await adapter.stop()


@in_reactor
async def test_stopping_leaves_no_charge_without_an_outcome(house: House) -> None:
    await house.ready()
    house.pms.house.fault("silence:1")
    attempt = house.adapter.post(house.posting(1))
    while not house.booked:
        await deferLater(reactor, 0.02)
    stopped: Deferred[None] = house.adapter.stop()
    assert isinstance(await attempt, InDoubt)
    await stopped
    house.adapter.start(house.recorder)
