"""Protects Guestline's outcomes on real sockets: against our simulated PMS, and against PHP's SoapServer, each with folios."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from gateway.clock import utc_now
from gateway.simulators.soap.door import door_site
from gateway.simulators.soap.pms import SoapPms
from pms_adapters.contract import Recorder
from pms_adapters.posting import Found, InDoubt, NotFound, Posted, Refused
from pms_adapters.soap import kit
from pms_adapters.soap.guestline import Guestline, GuestlineOptions
from pms_adapters.web.link import WebAdapter, WebSettings
from tests.foreign.php_peer import PhpPms, a_guest
from tests.in_reactor import fixture_in_reactor, in_reactor, reactor
from tests.pms_adapters.soap.test_outcomes import (
    ANSWER_TIMEOUT,
    FAULTS,
    ZONE,
    House,
    left_nothing_behind,
    settled_by_the_folio,
)


class Rezlynx(House):
    """A simulated Guestline and an adapter for it, on sockets."""

    def __init__(self) -> None:
        super().__init__()
        self.pms = SoapPms(replace(self.pms.settings, dialect="guestline"), reactor, utc_now, lambda said: None)

    def made(self, **more: Any) -> WebAdapter[Any]:
        """An adapter; the folio tells at once."""
        return an_adapter(f"http://127.0.0.1:{self.port}/rlxsoap.asmx", password="pssst", **more)


def an_adapter(url: str, **more: Any) -> WebAdapter[Any]:
    """An adapter for a Guestline at an address."""
    known = {"site": "SEASIDE", "interface": 7, "operator": "FOLIOGATE", "analysis_code": {"default": "TEL"}}
    options = GuestlineOptions.model_validate({**known, "settle_delay": 0.1, "connect_timeout": 1, **more})
    settings = WebSettings(name="rezlynx", url=url, timezone=ZONE, answer_timeout=ANSWER_TIMEOUT)
    return kit.adapter(settings, options, Guestline, reactor=reactor, now=utc_now)


@fixture_in_reactor
async def house() -> AsyncIterator[Rezlynx]:
    made = Rezlynx()
    await made.pms.start(door_site(made.pms, reactor))
    made.adapter.start(made.recorder)
    yield made
    await made.adapter.stop()
    await made.pms.stop()
    await deferLater(reactor, 0.05)


@pytest.mark.parametrize("way", ["booking", "room", "extension"])
@in_reactor
async def test_a_charge_is_on_the_folio_once_and_is_found_there(house: Rezlynx, way: str) -> None:
    await house.adapter.stop()
    house.adapter = house.made(post_by=way)
    house.adapter.start(house.recorder)
    assert isinstance(await house.post(7), Posted)
    assert house.booked == 1
    assert isinstance(await house.read(7), Found)
    await deferLater(reactor, 0.1)
    assert isinstance(await house.read(8), NotFound)
    assert house.booked == 1


@pytest.mark.parametrize(("fault", "booked"), FAULTS.items())
@in_reactor
async def test_whatever_goes_wrong_with_an_answer_is_a_doubt_that_the_folio_settles(
    house: Rezlynx, fault: str, booked: int
) -> None:
    await settled_by_the_folio(house, fault, booked)


@pytest.mark.parametrize("fault", ["close-before", "deaf", "half", "wrong-namespace", "html", "dtd", "fault"])
@in_reactor
async def test_whatever_goes_wrong_with_a_look_up_left_nothing_behind(house: Rezlynx, fault: str) -> None:
    await left_nothing_behind(house, fault)


@in_reactor
async def test_sessions_that_expire_cost_no_charge(house: Rezlynx) -> None:
    assert isinstance(await house.post(1), Posted)
    house.pms.house.fault("session-expired:1")
    assert isinstance(await house.post(2), Posted)
    assert house.booked == 2


# -- PHP ---------------------------------------------------------------------------------------------------------------


class Php(House):
    """Guestline by PHP's SoapServer. Its book is asked in a thread, because it answers one question at a time."""

    def __init__(self, peer: PhpPms) -> None:
        self.peer = peer
        self.recorder = Recorder()
        self.adapter = an_adapter(f"{peer.base}/rlxsoap.asmx", password="secret", settle_delay=0.1)

    @property
    def room(self) -> str:
        """Where its guest is."""
        return "0412"

    async def lines(self) -> list[dict[str, Any]]:
        """The charges on its folios."""
        found: list[dict[str, Any]] = await told(self.peer.lines)
        return found


async def told(work: Callable[[], Any]) -> Any:
    """What blocking work gives."""
    return await deferToThread(work)


@fixture_in_reactor
async def php(php_guestline: PhpPms) -> AsyncIterator[Php]:
    made = Php(php_guestline)
    await told(lambda: php_guestline.know(guests=[a_guest("0412", "BK1/1")]))
    made.adapter.start(made.recorder)
    yield made
    await made.adapter.stop()
    await deferLater(reactor, 0.05)


@in_reactor
async def test_php_books_what_we_say_and_we_find_what_it_booked(php: Php) -> None:
    assert isinstance(await php.post(7), Posted)
    (line,) = await php.lines()
    assert (line["reservation"], line["code"], line["amount"]) == ("BK1/1", "TEL", "13.75")
    assert line["text"].startswith(line["reference"])
    assert isinstance(await php.read(7), Found)
    await deferLater(reactor, 0.1)
    assert isinstance(await php.read(8), NotFound)


@pytest.mark.parametrize(
    ("what", "booked"), [("close-before", 0), ("close-after", 1), ("half", 1), ("html", 1), ("500", 1), ("fault", 0)]
)
@in_reactor
async def test_what_php_spoils_is_a_doubt_that_its_folio_settles(php: Php, what: str, booked: int) -> None:
    await php.ready()
    await told(lambda: php.peer.spoil(what, on="pmschg_PostToRoom"))
    assert isinstance(await php.post(1), InDoubt)
    assert len(await php.lines()) == booked
    await php.ready()
    await deferLater(reactor, 0.1)
    assert isinstance(await php.read(1), Found if booked else NotFound)


@in_reactor
async def test_a_room_that_php_has_empty_is_refused(php: Php) -> None:
    await php.ready()
    await told(lambda: php.peer.know(guests=[]))
    outcome = await php.post(1)
    assert isinstance(outcome, Refused)
    assert outcome.code == "30001"
