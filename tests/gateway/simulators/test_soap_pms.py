"""Protects the rehearsal over SOAP: what is allowed is judged and booked, what is not is refused, and each fault is itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock, StringTransportWithDisconnection
from twisted.python.failure import Failure

from gateway.simulators.soap.door import LARGE, LONGEST_REQUEST, door_site
from gateway.simulators.soap.faults import SessionFaults, SoapFaults
from gateway.simulators.soap.pms import SoapPms, SoapPmsSettings
from gateway.simulators.soap.wire import NAMESPACES, Version
from gateway.simulators.stays import parse_rooms
from tests.foreign.judge import Judge
from tests.foreign.php_peer import WSDL

BEGAN = datetime(2026, 11, 20, 7, 16, tzinfo=UTC)
OWS = SoapPmsSettings(
    dialect="ows",
    listen="tcp:5080:interface=127.0.0.1",
    rooms=parse_rooms("101-106"),
    zone=ZoneInfo("Europe/Warsaw"),
    seed=4,
)
REZLYNX = replace(OWS, dialect="guestline")
_A = 'xmlns="http://webservices.micros.com/og/4.3/ResvAdvanced/" xmlns:c="http://webservices.micros.com/og/4.3/Common/"'
_S = 'xmlns="http://webservices.micros.com/ows/5.1/Reservation.wsdl"'
_G = 'xmlns="http://tempuri.org/RLXSOAP19/RLXSOAP19"'


class Shop:
    """A simulated PMS behind its door, in memory."""

    def __init__(self, settings: SoapPmsSettings) -> None:
        self.reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
        self.said: list[Any] = []
        self.pms = SoapPms(settings, self.reactor, self.now, self.said.append)
        self.site = door_site(self.pms, self.reactor)
        self.began = Deferred.fromCoroutine(self.pms.start(self.site))

    def now(self) -> datetime:
        """The clock that the test moves."""
        return BEGAN + timedelta(seconds=float(self.reactor.seconds()))

    def stop(self) -> None:
        """End it."""
        Deferred.fromCoroutine(self.pms.stop())

    def send(self, head: str, body: bytes) -> Any:
        """One request as bytes; returns the transport that the answer went to."""
        channel: Any = self.site.buildProtocol(None)  # type: ignore[no-untyped-call]
        transport: Any = StringTransportWithDisconnection()  # type: ignore[no-untyped-call]
        transport.protocol = channel
        channel.makeConnection(transport)
        channel.dataReceived(f"{head}\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        return transport

    def post(
        self, payload: str, *, version: Version = "1.1", header: str = "", action: str = "", kind: str = ""
    ) -> Any:
        """A request of a service."""
        kinds = {"1.1": "text/xml", "1.2": "application/soap+xml"}
        head = f"<s:Header>{header}</s:Header>" if header else ""
        body = f'<s:Envelope xmlns:s="{NAMESPACES[version]}">{head}<s:Body>{payload}</s:Body></s:Envelope>'
        lines = f'POST /x HTTP/1.1\r\nContent-Type: {kind or kinds[version]}; charset=utf-8\r\nSOAPAction: "{action}"'
        return self.send(lines, body.encode())

    def ask(self, payload: str, **more: Any) -> etree._Element:
        """A request that is answered; the element in the answer's body."""
        status, body = parted(self.post(payload, **more))
        assert status == 200, body
        return answered(body)


def parted(transport: Any) -> tuple[int, bytes]:
    """The status and the body of an answer; (0, b"") if none came."""
    head, _, body = transport.value().partition(b"\r\n\r\n")
    return (int(head.split()[1]), body) if head else (0, b"")


def answered(body: bytes) -> etree._Element:
    """What an envelope's body holds."""
    root = etree.fromstring(body)
    found = root.find("{*}Body/*")
    assert found is not None
    return found


def charge(reservation: str = "770000", amount: str = "4.80", kind: str = "EXTERNAL", more: str = "") -> str:
    """A PostCharge of OPERA."""
    number = f'<c:UniqueID type="{kind}" source="RESV_NAME_ID">{reservation}</c:UniqueID>'
    base = f"<ReservationRequestBase><ReservationID>{number}</ReservationID></ReservationRequestBase>"
    posting = f'<Posting Charge="{amount}" ShortInfo="Mobile" LongInfo="FG7K3M2Q" {more}>{base}</Posting>'
    return f'<PostChargeRequest {_A} Account="8100">{posting}</PostChargeRequest>'


def about(operation: str, reservation: str = "770000") -> str:
    """A question of OPERA about one reservation."""
    number = f'<c:UniqueID type="EXTERNAL" source="RESV_NAME_ID">{reservation}</c:UniqueID>'
    asked = f"<ReservationRequest><ReservationID>{number}</ReservationID></ReservationRequest>"
    return f"<{operation}Request {_A}>{asked}</{operation}Request>"


def who(room: str, status: str = "INHOUSE") -> str:
    """Who is in a room of OPERA."""
    filters = f'<AdditionalFilters RoomNumber="{room}" ReservationStatus="{status}"/>'
    return f"<FutureBookingSummaryRequest {_S}>{filters}</FutureBookingSummaryRequest>"


def flag(answer: etree._Element) -> tuple[str, str]:
    """SUCCESS or FAIL, and the code."""
    result = answer.find("{*}Result")
    assert result is not None
    return result.get("resultStatusFlag", ""), result.findtext("{*}OperaErrorCode") or ""


@pytest.fixture
def opera() -> Iterator[Shop]:
    """OPERA."""
    shop = Shop(OWS)
    yield shop
    shop.stop()


@pytest.fixture
def rezlynx() -> Iterator[Shop]:
    """Guestline."""
    shop = Shop(REZLYNX)
    yield shop
    shop.stop()


# -- OPERA -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_charge_is_on_the_bill_that_is_read_back(opera: Shop, version: Version) -> None:
    assert flag(opera.ask(charge(), version=version)) == ("SUCCESS", "")
    bill = opera.ask(about("Invoice"), version=version)
    [item] = bill.iterfind("{*}Invoice/{*}BillItems")
    assert (item.get("Supplement"), item.get("Reference"), item.get("TransactionCode")) == (
        "Mobile",
        "FG7K3M2Q",
        "8100",
    )
    assert item.findtext("{*}Amount") == "4.80"
    assert [(line["amount"], line["booked"]) for line in opera.pms.postings()] == [(480, True)]


def test_a_charge_that_comes_twice_is_booked_twice(opera: Shop) -> None:
    opera.ask(charge())
    opera.ask(charge())
    assert len(opera.ask(about("Invoice")).findall("{*}Invoice/{*}BillItems")) == 2


def test_each_reason_to_refuse_is_a_fail_with_its_code_and_books_nothing(opera: Shop) -> None:
    pms = opera.pms
    assert flag(opera.ask(charge("99"))) == ("FAIL", "RESERVATION_NOT_FOUND")
    assert flag(opera.ask(charge(kind="INTERNAL"))) == ("FAIL", "RESERVATION_NOT_FOUND"), "a number of another kind"
    assert flag(opera.ask(charge(amount="4.805"))) == ("FAIL", "INVALID_AMOUNT")
    pms.house.fault("na")
    assert flag(opera.ask(charge())) == ("FAIL", "NIGHT_AUDIT")
    pms.house.fault("na:off,refuse:PROPERTY_RESTRICTED:1")
    assert flag(opera.ask(charge())) == ("FAIL", "PROPERTY_RESTRICTED")
    pms.house.fault("none")
    pms.house.check_out("101")
    assert flag(opera.ask(charge())) == ("FAIL", "CHECKED_OUT")
    assert not any(line["booked"] for line in pms.postings())


def test_who_is_in_a_room_comes_with_no_post_shares_and_all_numbers(opera: Shop) -> None:
    opera.reactor.advance(60)
    came = opera.pms.house.check_in("101").guest
    first, second = opera.ask(who("101")).iterfind("{*}HotelReservations/{*}HotelReservation")
    assert [one.get("shareExists") for one in (first, second)] == ["true", "true"]
    assert first.get("noPost") == "false"
    numbers = {(one.get("type"), one.get("source")): one.text for one in second.iterfind("{*}UniqueIDList/{*}UniqueID")}
    assert numbers["EXTERNAL", "RESV_NAME_ID"] == came.reservation
    assert len(set(numbers.values())) == 3, "no number of a reservation is another's"
    guest = second.find("{*}ResGuests/{*}ResGuest")
    assert guest is not None
    assert guest.get("arrivalTime") == "08:17:00", "the hotel's clock when he came"
    assert opera.ask(who("999")).find("{*}HotelReservations/*") is None
    assert opera.ask(who("101", "CHECKEDOUT")).find("{*}HotelReservations/*") is None


def test_routing_decides_where_a_charge_stands_and_is_told_when_asked(opera: Shop) -> None:
    office, at = opera.pms.office, opera.pms.local_now()
    payer = next(room for room in office.let_rooms() if room != "101")
    other = office.occupants(payer)[0].reservation
    office.route("101", at, window=2)
    opera.ask(charge())
    opera.ask(charge(more='FolioViewNo="3"'))
    assert [one.get("FolioViewNo") for one in opera.ask(about("Invoice")).iterfind("{*}Invoice")] == ["1", "2", "3"]
    office.route("101", at, to_room=payer)
    opera.ask(charge())
    assert len(opera.ask(about("Invoice")).findall("{*}Invoice/{*}BillItems")) == 2, "the third is not here"
    assert opera.ask(about("PayRouting")).findtext("{*}PayRoutings/{*}ToResvNameID") == other
    assert len(opera.ask(about("Invoice", other)).findall("{*}Invoice/{*}BillItems")) == 1


@pytest.mark.parametrize(
    "command",
    [{}, {"room": "101", "window": 9}, {"room": "101", "window": True}, {"room": "101", "to": 7}, {"room": "999"}],
)
def test_a_route_that_is_not_understood_or_not_possible_is_a_sentence(opera: Shop, command: dict[str, object]) -> None:
    failed = opera_route(opera, command)
    assert isinstance(failed.value, ValueError)
    assert failed.getErrorMessage().endswith(".")
    assert opera.pms.office.route_of("770000").window == 1


def opera_route(opera: Shop, command: dict[str, object]) -> Failure:
    """Why a route was not taken."""
    failures: list[Failure] = []
    Deferred.fromCoroutine(opera.pms.route(command)).addErrback(failures.append)
    return failures[0]


def test_only_the_login_that_was_given_is_served() -> None:
    shop = Shop(replace(OWS, login=("FOLIO", "secret")))
    try:
        core = "http://webservices.micros.com/og/4.3/Core/"
        user = "<UserCredentials><UserName>FOLIO</UserName><UserPassword>{}</UserPassword></UserCredentials>"
        header = f'<OGHeader xmlns="{core}" transactionID="t-1"><Authentication>{user}</Authentication></OGHeader>'
        assert flag(shop.ask(charge(), header=header.format("wrong"))) == ("FAIL", "LOGIN")
        status, body = parted(shop.post(charge(), header=header.format("secret")))
        assert (status, flag(answered(body))) == (200, ("SUCCESS", ""))
        assert b'transactionID="t-1"' in body
    finally:
        shop.stop()


# -- Guestline ---------------------------------------------------------------------------------------------------------


def log_in(shop: Shop) -> str:
    """A session."""
    said = f"<LogIn {_G}><SiteID>S</SiteID><InterfaceID>7</InterfaceID><OperatorCode>o</OperatorCode><Password>p</Password></LogIn>"
    return shop.ask(said).findtext("{*}SessionID") or ""


def to_room(session: str, sought: str = "101", method: str = "RoomID", amounts: tuple[str, ...] = ("4.80",)) -> str:
    """A PostToRoom."""
    item = "<FinancialTransaction><AnalysisCode>TEL</AnalysisCode><Description>FG7K3M2Q</Description><Quantity>1</Quantity><GrossTotal>{}</GrossTotal></FinancialTransaction>"
    items = "".join(map(item.format, amounts))
    place = f"<PostingMethod>PostingMethod_{method}</PostingMethod><PostingParameter>{sought}</PostingParameter>"
    return f"<pmschg_PostToRoom {_G}><SessionID>{session}</SessionID>{place}<Transactions>{items}</Transactions></pmschg_PostToRoom>"


def bill_of(session: str, room: str = "101") -> str:
    """A question for a bill."""
    return f"<pmsbkg_RoomFolioItemsAndBalance {_G}><SessionID>{session}</SessionID><RoomID>{room}</RoomID></pmsbkg_RoomFolioItemsAndBalance>"


def code(answer: etree._Element) -> str:
    """The ExceptionCode."""
    return answer.findtext("*/{*}ExceptionCode") or ""


def test_guestline_books_by_room_extension_and_booking_and_shows_the_bill(rezlynx: Shop) -> None:
    mine = log_in(rezlynx)
    methods = [("101", "RoomID"), ("101", "TelExtNo"), ("770000", "Booking_RoomRef")]
    assert [code(rezlynx.ask(to_room(mine, *one))) for one in methods] == ["0"] * 3
    bill = rezlynx.ask(bill_of(mine))
    assert [one.findtext("{*}strDescription") for one in bill.iter("{*}cpmsbkg_RoomFolioItemsAndBalance_Item")] == [
        "FG7K3M2Q"
    ] * 3
    assert bill.findtext("*/{*}Balance") == "14.40"
    assert code(rezlynx.ask(to_room(mine, "999"))) == "30001"


def test_a_session_expires_when_nobody_uses_it_and_on_demand(rezlynx: Shop) -> None:
    mine = log_in(rezlynx)
    rezlynx.reactor.advance(19 * 60)
    assert code(rezlynx.ask(bill_of(mine))) == "0"
    rezlynx.reactor.advance(19 * 60)
    assert code(rezlynx.ask(bill_of(mine))) == "0", "it was used"
    rezlynx.reactor.advance(21 * 60)
    assert code(rezlynx.ask(to_room(mine))) == "7007"
    again = log_in(rezlynx)
    rezlynx.pms.house.fault("session-expired:1")
    assert code(rezlynx.ask(to_room(again))) == "7007"
    assert rezlynx.pms.postings() == []


# -- the door ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "booked"),
    [
        ("close-before", False),
        ("deaf", False),
        ("fault", False),
        ("close-after", True),
        ("silence", True),
        ("half", True),
    ]
    + [(word, True) for word in ("wrong-namespace", "error-500", "html", "dtd")],
)
def test_each_fault_is_what_its_name_says_once(opera: Shop, word: str, booked: bool) -> None:
    opera.pms.house.fault(f"{word}:1")
    transport = opera.post(charge())
    status, body = parted(transport)
    assert opera.pms.postings()[0]["booked"] is booked
    looks: dict[str, bool] = {
        "close-before": status == 0 and not transport.connected,
        "close-after": status == 0 and not transport.connected,
        "deaf": status == 0 and transport.connected,
        "silence": status == 0 and transport.connected,
        "fault": status == 500 and b"faultcode" in body,
        "half": status == 200 and b"</soap:Envelope>" not in body and not transport.connected,
        "wrong-namespace": status == 200 and b"ResvAdvanced//moved" in body and b"soap/envelope/moved" not in body,
        "error-500": status == 500 and b"<html>" in body,
        "html": status == 200 and b"<html>" in body,
        "dtd": status == 200 and b"<!DOCTYPE" in body and b"&j;" in body,
    }
    assert looks[word], body[:300]
    assert flag(opera.ask(charge())) == ("SUCCESS", ""), "and the next is as it should be"


def test_a_late_answer_comes_when_it_was_said_to(opera: Shop) -> None:
    opera.pms.house.fault("late:5:1")
    transport = opera.post(charge())
    opera.reactor.advance(4.9)
    assert parted(transport) == (0, b"")
    opera.reactor.advance(0.2)
    assert parted(transport)[0] == 200


def test_a_large_answer_is_as_large_as_it_says(opera: Shop) -> None:
    opera.pms.house.fault("large:1")
    transport = opera.post(charge())
    head, _, body = transport.value().partition(b"\r\n\r\n")
    announced = re.search(rb"[Cc]ontent-[Ll]ength: (\d+)", head)
    assert announced is not None
    assert len(body) == int(announced[1]) > LARGE * 1_000_000


def test_a_word_with_lookup_before_it_strikes_a_look_up_alone(opera: Shop) -> None:
    opera.pms.house.fault("lookup-error-500:1,read-html:1")
    assert flag(opera.ask(charge())) == ("SUCCESS", "")
    assert parted(opera.post(who("101")))[0] == 500
    assert b"<html>" in parted(opera.post(about("Invoice")))[1]


@pytest.mark.parametrize(
    ("payload", "more", "says"),
    [
        (charge(amount="abc"), {}, "is not a valid value"),
        (f'<PostChargeRequest {_A} Colour="blue"/>', {}, "not allowed"),
        ("<PostChargeRequest/>", {}, "There is no operation"),
        (charge(), {"action": "urn:other"}, "is not that of PostCharge"),
        (charge(), {"header": '<OGHeader xmlns="http://webservices.micros.com/og/4.3/Core/"><X/></OGHeader>'}, "not expected"),
        (charge(), {"kind": "application/json"}, "comes as text/xml"),
        (charge() + charge(), {}, "holds 2 elements"),
    ],
)  # fmt: skip
def test_what_the_contract_does_not_allow_is_a_fault_and_does_nothing(
    opera: Shop, payload: str, more: dict[str, str], says: str
) -> None:
    status, body = parted(opera.post(payload, **more))  # type: ignore[arg-type]
    assert (status in {400, 500}, says.encode() in body) == (True, True), body
    assert opera.pms.postings() == []
    assert opera.pms.state()["oddities"]


def test_a_document_type_an_endless_body_and_no_xml_are_refused(opera: Shop) -> None:
    head = "POST / HTTP/1.1\r\nContent-Type: text/xml"
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom">]><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>'
    assert parted(opera.send(head, bomb))[0] == 400
    assert parted(opera.send(head, b"hello"))[0] == 400
    assert parted(opera.send(head, b" " * (LONGEST_REQUEST + 1)))[0] == 413


def test_the_page_shows_bills_refusals_and_faults_that_are_on(opera: Shop) -> None:
    opera.ask(charge())
    opera.ask(charge(amount="1.005"))
    opera.pms.house.fault("html:2")
    page = parted(opera.send("GET /?room=101 HTTP/1.1", b""))[1].decode()
    guest = opera.pms.office.occupants("101")[0]
    assert guest.name in page
    assert "Window 1: <b>4.80</b>" in page
    assert "INVALID_AMOUNT" in page
    assert "html:2" in page


def test_folios_outlive_the_process(tmp_path: Path) -> None:
    settings = replace(OWS, ledger=tmp_path / "pms.jsonl")
    first = Shop(settings)
    first.ask(charge())
    first.stop()
    with (tmp_path / "pms.jsonl").open("a") as ledger:
        ledger.write('{"number": 2, "at"')
    second = Shop(settings)
    second.ask(charge())
    second.stop()
    third = Shop(settings)
    third.stop()
    assert [line["transaction"] for line in third.pms.postings()] == [900_001, 900_002]


def test_words_that_are_not_understood_change_nothing() -> None:
    faults = SoapFaults(Random(1))
    faults.apply("silence:2,lookup-dtd")
    with pytest.raises(ValueError, match="There is no fault 'ry:1'"):
        faults.apply("html:1,ry:1")
    assert faults.words() == ["lookup-dtd:1", "silence:2"]
    with pytest.raises(ValueError, match="session-expired"):
        faults.apply("session-expired:1")
    with pytest.raises(ValueError, match="needs a number"):
        SessionFaults(Random(1)).apply("refuse:PROPERTY_RESTRICTED:1")


def test_the_judge_allows_every_answer_of_the_simulator(opera: Shop, rezlynx: Shop, judge: Judge) -> None:
    """What the simulator says is held to the contracts by a program that shares nothing with it."""
    opera.pms.house.check_in("101")
    opera.pms.office.route("101", opera.pms.local_now(), window=2)
    asked = [charge(), charge("99"), about("Invoice"), about("PayRouting"), about("Invoice", "99")]
    for one in asked:
        assert judge.problem(WSDL / "ows-resvadvanced.wsdl", parted(opera.post(one))[1]) == ""
    assert judge.problem(WSDL / "ows-reservation.wsdl", parted(opera.post(who("101")))[1]) == ""
    mine = log_in(rezlynx)
    guests = f"<pmsbkg_RoomFolioInfo {_G}><SessionID>{mine}</SessionID><RetrievalMethod>RetrievalMethod_RoomID</RetrievalMethod><RetrievalParameter>101</RetrievalParameter></pmsbkg_RoomFolioInfo>"
    residents = f"<pmsint_GetResidents {_G}><SessionID>{mine}</SessionID></pmsint_GetResidents>"
    for one in (to_room(mine), to_room("old"), bill_of(mine), guests, residents):
        assert judge.problem(WSDL / "guestline.wsdl", parted(rezlynx.post(one))[1]) == ""
