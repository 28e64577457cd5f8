"""OPERA posting against stacks that share no code with ours: PHP's SoapServer books, JAX-WS judges what we write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from gateway.clock import utc_now
from pms_adapters.contract.stage import Recorder
from pms_adapters.marks import mark_of
from pms_adapters.posting import Found, InDoubt, NotFound, NotSent, Posted, Posting, Refused
from pms_adapters.soap import kit
from pms_adapters.soap.ows import Ows
from pms_adapters.soap.transport import Form
from pms_adapters.web.link import WebAdapter, WebSettings
from tests.foreign.judge import Judge
from tests.foreign.php_peer import WSDL, PhpPms, a_guest
from tests.in_reactor import fixture_in_reactor, in_reactor, reactor
from tests.pms_adapters.soap.opera import options


def a_call(token: int = 1, room: str = "201") -> Posting:
    """A call that just ended."""
    return Posting(
        token=token,
        room=room,
        amount=480,
        currency="PLN",
        decimals=2,
        started_at=datetime.now(UTC) - timedelta(seconds=70),
        talk_seconds=60,
        dialled="0048123456789",
        number_class="mobile",
        text="Kraków <mobile> & more",
    )


def made(pms: PhpPms) -> WebAdapter[Any]:
    """An adapter for it."""
    settings = WebSettings(
        name="opera", url=f"{pms.base}/OWS_WS_51", timezone=ZoneInfo("Europe/Warsaw"), answer_timeout=2.0
    )
    return kit.adapter(settings, options(settle_delay=0.1, probe_room="201"), Ows, reactor=reactor, now=utc_now)


@fixture_in_reactor
async def adapter(php_ows: PhpPms) -> AsyncIterator[WebAdapter[Any]]:
    php_ows.know(guests=[a_guest("201", "77"), a_guest("202", "78", no_post=True)])
    adapter = made(php_ows)
    adapter.start(Recorder())
    await ready(adapter)
    yield adapter
    await adapter.stop()
    await deferLater(reactor, 0.05)


async def ready(adapter: WebAdapter[Any]) -> None:
    """Wait until the link takes charges."""
    for _ in range(500):
        if adapter.state.ready:
            return
        await deferLater(reactor, 0.02)
    raise AssertionError(adapter.state.why)


@in_reactor
async def test_php_books_what_we_post_and_shows_it_on_the_bill(adapter: WebAdapter[Any], php_ows: PhpPms) -> None:
    assert isinstance(await adapter.post(a_call(9)), Posted)
    [line] = php_ows.lines()
    assert (line["reservation"], line["amount"]) == ("77", "4.80")
    assert isinstance(await adapter.read_back(a_call(9)), Found)
    assert isinstance(await adapter.read_back(a_call(9)), Found)
    assert len(php_ows.lines()) == 1


@in_reactor
async def test_nobody_and_no_post_are_refused_before_anything_is_sent(
    adapter: WebAdapter[Any], php_ows: PhpPms
) -> None:
    outcomes = [await adapter.post(a_call(1, "203")), await adapter.post(a_call(2, "202"))]
    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["NOGUEST", "NOPOST"]
    assert php_ows.lines() == []


@pytest.mark.parametrize(
    ("what", "booked"),
    [("close-before", 0), ("fault", 0), ("close-after", 1), ("half", 1), ("html", 1), ("500", 1)],
)
@in_reactor
async def test_a_doubt_with_php_is_settled_by_its_bill(
    adapter: WebAdapter[Any], php_ows: PhpPms, what: str, booked: int
) -> None:
    php_ows.spoil(what, on="PostCharge")
    assert isinstance(await adapter.post(a_call(3)), InDoubt)
    assert len(php_ows.lines()) == booked
    await ready(adapter)
    assert isinstance(await adapter.read_back(a_call(3)), Found if booked else NotFound)
    assert isinstance(await adapter.post(a_call(4)), Posted)
    assert len(php_ows.lines()) == booked + 1


@in_reactor
async def test_a_pms_that_is_gone_is_told_nothing(adapter: WebAdapter[Any], php_ows: PhpPms) -> None:
    php_ows.stop()
    assert isinstance(await adapter.post(a_call(5)), NotSent)
    assert not adapter.state.up
    php_ows.start()
    await ready(adapter)
    assert isinstance(await adapter.post(a_call(5)), Posted)


@in_reactor
async def test_the_judge_finds_no_fault_with_what_we_write(judge: Judge) -> None:
    """Every message of the dialect, with every field that it can have, by another schema validator and SOAP stack."""
    web: Any = None
    own = options(
        chain_code="CHA",
        domain="D",
        licence_key="K",
        origin_id="FG",
        destination_id="TI",
        folio_window=2,
        station_id="S",
        user_id="U",
        posting_date=True,
    )
    settings = WebSettings(name="opera", url="http://x", timezone=ZoneInfo("UTC"))

    def at_once(work: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        done.callback(work())
        return done

    dialect = Ows(kit.Kit(settings=settings, options=own, web=web, now=utc_now, in_thread=at_once))
    await dialect.prepare()
    values = {
        "transaction": mark_of(1),
        "room": "0412",
        "status": "INHOUSE",
        "number": "4711",
        "code": "8100",
        "article": "INTL",
        "charge": "-13.75",
        "marked": f"{mark_of(1)} 2026-11-20 08:15 4:12",
        "plainly": "Kraków <mobile> & more",
        "date": "2026-11-20",
        "time": "08:15:00",
    }
    for name, form in dialect._forms.items():
        assert problem_of(judge, name, form, values) == ""
    spoilt = values | {"charge": "much"}
    assert problem_of(judge, "PostCharge", dialect._forms["PostCharge"], spoilt) != ""


def problem_of(judge: Judge, name: str, form: Form, values: dict[str, str]) -> str:
    """What the judge says of a form filled in."""
    service = "reservation" if name == "FutureBookingSummary" else "resvadvanced"
    port = "ReservationServiceSoap" if service == "reservation" else "ResvAdvancedServiceSoap"
    return judge.problem(WSDL / f"ows-{service}.wsdl", form.filled(values), port=port)
