"""Postings over SOAP: what a charge costs us in processor time, and that one slow PMS holds up nobody else.

A charge is posted in four ways to the same peer, in turn, in one process: by our transport; by a template that is filled
in and an answer that is read with lxml over http.client, which is about the least that Python can do; the same over a bare
treq POST; and by zeep over requests, which is what most people would write. All keep their connection. What counts is the processor time of
this process: the network is a loopback and the peer is another process.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from string import Template
from typing import Any, Final
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from lxml import etree
from treq.client import HTTPClient
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.web.client import Agent, HTTPConnectionPool

from pms_adapters.contract.stage import Recorder
from pms_adapters.marks import mark_of
from pms_adapters.posting import Posted, Posting, PostingResult
from pms_adapters.soap import kit
from pms_adapters.soap.ows import Ows
from pms_adapters.soap.ows_options import OwsOptions
from pms_adapters.soap.transport import Port, gap, service
from pms_adapters.web.exchange import Web
from pms_adapters.web.link import WebAdapter, WebSettings
from tests.bench.kit import Figure, Findings, middle
from tests.bench.lab import ROOT, companion, measure
from tests.bench.reception import run

#: Charges of one measurement, and how often the three ways take turns.
CHARGES: Final = 400
ROUNDS: Final = 5
PROPERTIES: Final = 50
#: Charges of each property while one of them is slow.
EACH: Final = 6

_ACTION: Final = "http://webservices.micros.com/ows/5.1/ResvAdvanced.wsdl#PostCharge"
_HEADERS: Final = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{_ACTION}"'}
_RESULT: Final = ".//{http://webservices.micros.com/og/4.3/ResvAdvanced/}Result[@resultStatusFlag]"
_TEMPLATE: Final = Template(
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:c="http://webservices.micros.com/og/4.3/Common/"><s:Header><o:OGHeader '
    'xmlns:o="http://webservices.micros.com/og/4.3/Core/" transactionID="$mark"><o:Origin systemType="WEB"/>'
    '<o:Destination systemType="PMS"/><o:Authentication><o:UserCredentials><o:UserName>FOLIOGATE</o:UserName>'
    "<o:UserPassword>pssst</o:UserPassword></o:UserCredentials></o:Authentication></o:OGHeader></s:Header><s:Body>"
    '<a:PostChargeRequest xmlns:a="http://webservices.micros.com/og/4.3/ResvAdvanced/" Account="8100"><a:Posting '
    'ShortInfo=$short LongInfo=$long Charge="$amount"><a:ReservationRequestBase><a:HotelReference '
    'hotelCode="SEASIDE"/><a:ReservationID><c:UniqueID type="EXTERNAL" source="RESV_NAME_ID">4711</c:UniqueID>'
    "</a:ReservationID></a:ReservationRequestBase></a:Posting></a:PostChargeRequest></s:Body></s:Envelope>"
)


def words(token: int) -> tuple[str, str, str]:
    """The mark and the two texts of a charge."""
    mark = mark_of(token)
    return mark, f"International 00431234{token}", f"{mark} 2026-11-20 08:15 4:12"


def parts(mark: str, short: str, long: str, amount: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """A header and a charge, as zeep takes them."""
    unique = {"_value_1": "4711", "type": "EXTERNAL", "source": "RESV_NAME_ID"}
    request = {"HotelReference": {"hotelCode": "SEASIDE"}, "ReservationID": {"UniqueID": [unique]}}
    charge = {"Charge": amount, "ShortInfo": short, "LongInfo": long, "ReservationRequestBase": request}
    who = {"UserCredentials": {"UserName": "FOLIOGATE", "UserPassword": "pssst"}}
    ends = {"Origin": {"systemType": "WEB"}, "Destination": {"systemType": "PMS"}}
    header = {"OGHeader": {"transactionID": mark, **ends, "Authentication": who}}
    return header, {"Account": "8100", "Posting": charge}


class Ways:
    """The four ways to one peer."""

    def __init__(self, reactor: Any, port: int) -> None:
        self._token, self._port = 0, port
        web = Web(reactor, connect_timeout=5, trust=None)
        ours = Port(web, service("ows-resvadvanced"), f"http://127.0.0.1:{port}/a")
        header, charge = parts(gap("mark"), gap("short"), gap("long"), gap("amount"))
        self._ours = ours.form("PostCharge", header, **charge)
        self._plain = http.client.HTTPConnection("127.0.0.1", port)
        self._treq = HTTPClient(Agent(reactor, pool=HTTPConnectionPool(reactor)))  # type: ignore[no-untyped-call]
        from zeep import Client, Settings

        place = ROOT / "pms_adapters" / "soap" / "wsdl" / "ows-resvadvanced.wsdl"
        client = Client(str(place), settings=Settings(strict=True))  # type: ignore[no-untyped-call]
        binding = "{http://tempuri.org/}ResvAdvancedServiceSoap"
        self._usual: Any = client.create_service(binding, f"http://127.0.0.1:{port}/a")  # type: ignore[no-untyped-call]

    def token(self) -> int:
        """The next one."""
        self._token += 1
        return self._token

    async def ours(self) -> float:
        """Seconds of processor time for a charge by our transport."""
        begun = time.process_time()
        for _ in range(CHARGES):
            mark, short, long = words(self.token())
            answer = await self._ours.order(30, mark=mark, short=short, long=long, amount=f"{Decimal('13.75'):f}")
            assert answer.find(_RESULT) is not None
        return (time.process_time() - begun) / CHARGES

    def least(self) -> float:
        """The same by a template, http.client and lxml."""
        begun = time.process_time()
        for _ in range(CHARGES):
            self._plain.request("POST", "/a", self._written(), _HEADERS)
            answer = etree.fromstring(self._plain.getresponse().read())
            assert answer.find(_RESULT) is not None
        return (time.process_time() - begun) / CHARGES

    async def bare(self) -> float:
        """The same by a template, treq and lxml."""
        headers: dict[bytes | str, bytes | str] = dict(_HEADERS.items())
        begun = time.process_time()
        for _ in range(CHARGES):
            said = await self._treq.post(f"http://127.0.0.1:{self._port}/a", data=self._written(), headers=headers)
            answer = etree.fromstring(await said.content())
            assert answer.find(_RESULT) is not None
        return (time.process_time() - begun) / CHARGES

    def _written(self) -> bytes:
        mark, short, long = words(self.token())
        said = _TEMPLATE.substitute(mark=mark, short=quoteattr(short), long=quoteattr(long), amount="13.75")
        return said.encode()

    def usual(self) -> float:
        """The same by zeep over requests."""
        begun = time.process_time()
        for _ in range(CHARGES):
            header, said = parts(*words(self.token()), Decimal("13.75"))
            answer = self._usual.PostCharge(**said, _soapheaders=header)
            assert answer["body"]["Result"]["resultStatusFlag"] == "SUCCESS"
        return (time.process_time() - begun) / CHARGES


async def _costs(reactor: Any, port: int) -> list[tuple[float, float, float, float]]:
    """Seconds of each way, round by round; the first round warms all of them."""
    ways = Ways(reactor, port)
    rounds = [(await ways.ours(), ways.least(), ways.usual(), await ways.bare()) for _ in range(ROUNDS + 1)]
    return rounds[1:]


def _adapter(reactor: Any, port: int, path: str) -> WebAdapter[Any]:
    settings = WebSettings(
        name=path, url=f"http://127.0.0.1:{port}/{path}", timezone=ZoneInfo("UTC"), answer_timeout=20.0
    )
    said = {"hotel_code": "H", "username": "U", "password": "P", "transaction_code": {"default": "8100"}}
    options = OwsOptions.model_validate(said)
    return kit.adapter(settings, options, Ows, reactor=reactor, now=lambda: datetime.now(UTC))


def _charge(token: int) -> Posting:
    return Posting(
        token=token,
        room="0412",
        amount=1375,
        currency="EUR",
        decimals=2,
        started_at=datetime.now(UTC) - timedelta(minutes=5),
        talk_seconds=252,
        dialled="0043123456789",
        number_class="international",
    )


async def _house(reactor: Any, adapter: WebAdapter[Any], first: int) -> float:
    """Post one property's charges, one after the other; the seconds it took."""
    while not adapter.state.ready:
        await deferLater(reactor, 0.01)
    begun = time.perf_counter()
    for token in range(first, first + EACH):
        outcome: PostingResult = await adapter.post(_charge(token))
        assert isinstance(outcome, Posted), outcome
    return time.perf_counter() - begun


async def _together(reactor: Any, port: int, slow: int) -> tuple[list[float], list[float]]:
    """All properties at once, of which some are slow; what the quick ones took, and the slow ones."""
    adapters = [_adapter(reactor, port, f"slow{n}" if n < slow else f"house{n}") for n in range(PROPERTIES)]
    for adapter in adapters:
        adapter.start(Recorder())
    while not all(adapter.state.ready for adapter in adapters):
        await deferLater(reactor, 0.05)
    first = 1_000_000 * (slow + 1)
    each: list[Deferred[float]] = [
        Deferred.fromCoroutine(_house(reactor, adapter, first + 100 * n)) for n, adapter in enumerate(adapters)
    ]
    taken = await gatherResults(each)
    await gatherResults([adapter.stop() for adapter in adapters])
    return taken[slow:], taken[:slow]


def _start_up() -> tuple[float, float]:
    """Seconds to load every contract in a fresh process, and to import what loads them."""
    program = (
        "import time; begun = time.perf_counter()\n"
        "from importlib.resources import files\n"
        "from pms_adapters.soap.transport import service\n"
        "imported = time.perf_counter()\n"
        "names = sorted(one.name[:-5] for one in files('pms_adapters.soap').joinpath('wsdl').iterdir() if one.name.endswith('.wsdl'))\n"
        "[service(name) for name in names]\n"
        "print(time.perf_counter() - imported, imported - begun, len(names))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loading, importing, _ = map(float, done.stdout.split())
    return loading, importing


async def _all(reactor: Any, port: int) -> dict[str, Any]:
    costs = await _costs(reactor, port)
    return {"costs": costs, "alone": await _together(reactor, port, 0), "slowed": await _together(reactor, port, 1)}


def measured(_: Path) -> dict[str, Any]:
    """All that needs a reactor and a peer, in this process of its own; fails if a charge came twice or not at all."""
    peer = companion("soap_peer")
    assert peer.stdout is not None
    assert peer.stdin is not None
    port = int(peer.stdout.readline())
    found: dict[str, Any] = run(lambda reactor: _all(reactor, port))
    peer.stdin.close()
    counted = json.loads(peer.stdout.readline())
    peer.wait()
    said = CHARGES * (ROUNDS + 1) * 4 + PROPERTIES * EACH * 2
    assert counted == {"charges": said, "different": said}, counted
    return found


def bench() -> Findings:
    """Processor time of a charge, fifty properties at once, and the start."""
    found = measure("soap.measured")
    yield from _told(found["costs"])
    quick, _ = found["alone"]
    beside, slowed = found["slowed"]
    yield Figure(
        name=f"{PROPERTIES} properties at once, {EACH} charges each: the last is done after",
        figure=max(beside) * 1e3,
        unit="ms",
        limit=max(quick) * 1e3,
        against="the same without a slow PMS among them",
        ceiling=max(quick) * 1.5e3 + 50,
    )
    yield f"the slow PMS took {max(slowed):.1f} s for its {EACH} charges meanwhile"
    loading, importing = _start_up()
    yield Figure(name="every contract loaded, off the reactor's thread", figure=loading * 1e3, unit="ms", ceiling=1000)
    yield f"importing zeep and lxml took {importing * 1e3:.0f} ms before that; a house without SOAP does not"


def _told(costs: list[list[float]]) -> Findings:
    ours, *others = ([one[place] * 1e6 for one in costs] for place in range(4))
    against = (("template, http.client and lxml", 4.0), ("zeep over requests", 0.65), ("template, treq and lxml", None))
    for limits, (name, most) in zip(others, against, strict=True):
        ratio, limit = middle(one / other for one, other in zip(ours, limits, strict=True)), middle(limits)
        yield Figure(
            name="processor time of a charge",
            figure=ratio * limit,
            unit="us",
            limit=limit,
            against=name,
            ceiling=None if most is None else most * limit,
        )
