"""The foreign stacks themselves: they take what our contracts allow, refuse what they do not, and can fail on demand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.foreign.judge import Judge
from tests.foreign.php_peer import WSDL, PhpFault, PhpPms, a_guest, php_call

GUESTLINE = WSDL / "guestline.wsdl"
_NS = 'xmlns="http://tempuri.org/RLXSOAP19/RLXSOAP19"'
_LOGIN = f"<LogIn {_NS}><SiteID>S</SiteID><InterfaceID>{{}}</InterfaceID><OperatorCode>o</OperatorCode><Password>p</Password></LogIn>"


def envelope(body: str, namespace: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    """A request as bytes."""
    return f'<s:Envelope xmlns:s="{namespace}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("port", ["RLXSOAP19Soap", "RLXSOAP19Soap12"])
def test_the_judge_allows_what_the_schema_allows_and_says_why_not_otherwise(judge: Judge, port: str) -> None:
    """Both versions of SOAP."""
    namespace = "http://www.w3.org/2003/05/soap-envelope" if port.endswith("12") else envelope.__defaults__[0]  # type: ignore[index]
    assert judge.problem(GUESTLINE, envelope(_LOGIN.format("7"), namespace), port=port) == ""
    assert "not a valid value" in judge.problem(GUESTLINE, envelope(_LOGIN.format("x"), namespace), port=port)
    assert "Cannot find the declaration" in judge.problem(GUESTLINE, envelope("<LogIn/>", namespace), port=port)


def at(pms: PhpPms, operation: str, **arguments: object) -> object:
    """Ask PHP's server with PHP's client: the pair must understand each other before either judges us."""
    return php_call(GUESTLINE, operation, arguments, location=f"{pms.base}/rlxsoap.asmx")


def session(pms: PhpPms) -> str:
    """A session of the PMS."""
    found = at(pms, "LogIn", SiteID="S", InterfaceID=7, OperatorCode="o", Password="secret")
    assert isinstance(found, dict)
    return str(found["SessionID"])


def charge(pms: PhpPms, of: str, amount: str = "4.80") -> object:
    """Post a charge to room 201."""
    items = {
        "FinancialTransaction": [
            {"AnalysisCode": "TEL", "Description": "FG7K3M2Q", "Quantity": 1, "GrossTotal": amount}
        ]
    }
    found = at(
        pms,
        "pmschg_PostToRoom",
        SessionID=of,
        PostingMethod="PostingMethod_RoomID",
        PostingParameter="201",
        Transactions=items,
    )
    assert isinstance(found, dict)
    return found["pmschg_PostToRoomResult"]["ExceptionCode"]


def test_php_s_guestline_books_reads_back_and_lets_sessions_expire(php_guestline: PhpPms) -> None:
    """A charge is on the folio once; an unknown session is 7007; a room nobody is in is refused."""
    pms = php_guestline
    assert charge(pms, "nothing") == 7007
    mine = session(pms)
    assert charge(pms, mine) == 30001
    pms.know(guests=[a_guest("201", "B1")])
    assert charge(pms, mine) == 0
    read = at(pms, "pmsbkg_RoomFolioItemsAndBalance", SessionID=mine, RoomID="201", FolioID=1, ItemFormat=0)
    assert isinstance(read, dict)
    [line] = read["RoomFolioItemsAndBalance"]["Items"]["cpmsbkg_RoomFolioItemsAndBalance_Item"]
    assert (line["strDescription"], line["cGrossTotal"], line["strAnalCode"]) == ("FG7K3M2Q", "4.80", "TEL")
    assert [one["amount"] for one in pms.lines()] == ["4.80"]


@pytest.mark.parametrize(
    ("what", "booked"), [("close-before", 0), ("close-after", 1), ("half", 1), ("html", 1), ("500", 1), ("fault", 0)]
)
def test_php_s_guestline_fails_on_demand_and_goes_on(php_guestline: PhpPms, what: str, booked: int) -> None:
    """Each kind of failure books or does not book, reaches the caller as a fault, and the next request is served."""
    pms = php_guestline
    pms.know(guests=[a_guest("201", "B1")])
    mine = session(pms)
    pms.spoil(what, on="pmschg_PostToRoom")
    with pytest.raises(PhpFault):
        charge(pms, mine)
    assert len(pms.lines()) == booked
    assert charge(pms, mine) == 0


def test_php_s_opera_finds_who_is_in_a_room_books_and_shows_the_bill(php_ows: PhpPms) -> None:
    """Look-up by room, charge by reservation, bill by window; what is routed away is on the payer's bill."""
    pms = php_ows
    pms.know(guests=[a_guest("201", "77"), a_guest("202", "78", no_post=True)], routed={"79": "77"})
    base = f"{pms.base}/OWS_WS_51"
    filters = {"AdditionalFilters": {"RoomNumber": "201", "ReservationStatus": "INHOUSE"}}
    [found] = php_call(
        WSDL / "ows-reservation.wsdl", "FutureBookingSummary", filters, location=f"{base}/Reservation.asmx"
    )["HotelReservations"]["HotelReservation"]
    assert [one["_"] for one in found["UniqueIDList"]["UniqueID"]] == ["C77", "77"]

    def ask(operation: str, arguments: dict[str, object]) -> Any:
        return php_call(WSDL / "ows-resvadvanced.wsdl", operation, arguments, location=f"{base}/ResvAdvanced.asmx")

    def number(reservation: str) -> dict[str, object]:
        kind = {"_": reservation, "type": "EXTERNAL", "source": "RESV_NAME_ID"}
        return {"ReservationID": {"UniqueID": [kind]}}

    def charge_to(reservation: str) -> str:
        posting = {"Charge": "4.80", "LongInfo": "FG7K3M2Q", "ReservationRequestBase": number(reservation)}
        answer = ask("PostCharge", {"Account": "8100", "Posting": posting})
        return str(answer["Result"]["resultStatusFlag"])

    assert [charge_to(one) for one in ("77", "78", "99")] == ["SUCCESS", "FAIL", "FAIL"]
    [bill] = ask("Invoice", {"ReservationRequest": number("77")})["Invoice"]
    assert [(line["Reference"], line["TransactionCode"]) for line in bill["BillItems"]] == [("FG7K3M2Q", "8100")]
    [route] = ask("PayRouting", {"ReservationRequest": number("79")})["PayRoutings"]
    assert route["ToResvNameID"]["_"] == "77"
