"""Protects the codec: a form filled in is the message that zeep writes, and only an answer by the contract is believed."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pms_adapters.soap.transport import Fault, Form, Port, Service, gap, service
from pms_adapters.web.exchange import Answer, NoAnswer, Unsendable

SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
YES = (
    '<PostChargeResponse xmlns="http://webservices.micros.com/og/4.3/ResvAdvanced/">'
    '<Result resultStatusFlag="SUCCESS"/></PostChargeResponse>'
)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Co", "Cc")), max_size=40)


@pytest.fixture(scope="module")
def advanced() -> Service:
    return service("ows-resvadvanced")


def answer(body: str, status: int = 200, media: str = "text/xml") -> Answer:
    return Answer(status, media, body.encode())


def parts(short: str, number: str, charge: object) -> dict[str, Any]:
    unique = {"_value_1": number, "type": "EXTERNAL", "source": "RESV_NAME_ID"}
    request = {"ReservationID": {"UniqueID": [unique]}}
    return {"Account": "8100", "Posting": {"ShortInfo": short, "Charge": charge, "ReservationRequestBase": request}}


@given(TEXTS, TEXTS, st.decimals(-1000, 1000, places=2))
def test_a_form_filled_in_is_the_message_that_zeep_writes(short: str, number: str, charge: Decimal) -> None:
    advanced = service("ows-resvadvanced")
    web: Any = None
    form = Port(web, advanced, "").form("PostCharge", None, **parts(gap("short"), gap("number"), gap("charge")))
    filled = etree.fromstring(form.filled({"short": short, "number": number, "charge": f"{charge:f}"}))
    written, headers = advanced.message("PostCharge", None, parts(short, number, charge))
    assert etree.tostring(filled, method="c14n") == etree.tostring(etree.fromstring(written), method="c14n")
    assert headers["soapaction"] == '"http://webservices.micros.com/ows/5.1/ResvAdvanced.wsdl#PostCharge"'


@pytest.mark.parametrize("value", ["\x00", "a\x07b", "\ud800", "\ue000short\ue001"])
def test_what_xml_cannot_carry_is_not_sent(advanced: Service, value: str) -> None:
    web: Any = None
    form: Form = Port(web, advanced, "").form("PostCharge", None, **parts(gap("short"), "1", "1"))
    with pytest.raises(Unsendable):
        form.filled({"short": value})


def test_what_has_no_place_in_the_contract_is_not_sent(advanced: Service) -> None:
    with pytest.raises(Unsendable, match="PostCharge cannot be written"):
        advanced.message("PostCharge", None, {"Currency": "PLN"})


@pytest.mark.parametrize(
    ("given_answer", "why"),
    [
        (answer("<html/>", media="text/html"), "not with XML"),
        (answer("", media=""), "not with XML"),
        (answer(""), "unusable XML"),
        (answer(SOAP.format(YES)[:-9]), "unusable XML"),
        (answer("<PostChargeResponse/>"), "is no message"),
        (answer(SOAP.format("")), "is no message"),
        (answer(SOAP.format("<nonsense/>")), "nonsense came instead of"),
        (answer(SOAP.format(YES.replace("4.3/Resv", "4.4/Resv"))), "came instead of"),
        (answer(SOAP.format(YES.replace("<Result", "<Verdict"))), "by the contract"),
        (answer(SOAP.format(YES), status=500), "status 500"),
        (answer(SOAP.format(YES), status=202), "status 202"),
        (answer("<!DOCTYPE x><x/>"), "document type"),
        (answer('<!DOCTYPE x [<!ENTITY a "b">]>' + SOAP.format(YES)), "document type"),
        (answer('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'), "document type"),
        (answer("<a>" * 3000 + "</a>" * 3000), "unusable XML"),
        (answer(SOAP.format(YES).replace("schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap")), "is no message"),
    ],
)
def test_an_answer_that_is_not_by_the_contract_is_none(advanced: Service, given_answer: Answer, why: str) -> None:
    with pytest.raises(NoAnswer, match=why) as told:
        advanced.strictly("PostCharge", given_answer)
    assert len(str(told.value)) < 500


@given(st.binary(max_size=300), st.sampled_from([200, 404, 500]))
def test_whatever_bytes_come_they_are_no_answer_and_never_a_surprise(body: bytes, status: int) -> None:
    with pytest.raises(NoAnswer):
        service("ows-resvadvanced").strictly("PostCharge", Answer(status, "text/xml", body))


@given(st.integers(0, len(SOAP.format(YES))), st.binary(max_size=6))
def test_an_answer_that_was_spoilt_is_never_a_surprise(place: int, junk: bytes) -> None:
    body = SOAP.format(YES).encode()
    try:
        service("ows-resvadvanced").strictly("PostCharge", Answer(200, "text/xml", body[:place] + junk + body[place:]))
    except NoAnswer:
        return


def test_an_answer_by_the_contract_is_one(advanced: Service) -> None:
    assert advanced.strictly("PostCharge", answer(SOAP.format(YES)))[0].get("resultStatusFlag") == "SUCCESS"


def test_an_answer_that_informs_may_say_more_than_we_know(advanced: Service) -> None:
    more = '<InvoiceResponse xmlns="http://webservices.micros.com/og/4.3/ResvAdvanced/"><Novelty/></InvoiceResponse>'
    assert len(advanced.found("Invoice", answer(SOAP.format(more)))) == 1


@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_is_told_with_its_words(advanced: Service, status: int) -> None:
    said = "<s:Fault><faultcode>s:Server</faultcode><faultstring>Out of\n order</faultstring></s:Fault>"
    with pytest.raises(Fault) as told:
        advanced.strictly("PostCharge", answer(SOAP.format(said), status=status))
    assert (told.value.code, told.value.text) == ("s:Server", "Out of order")


def test_entities_are_not_unfolded(advanced: Service) -> None:
    bomb = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    said = f'<!DOCTYPE x [<!ENTITY a "ha">{bomb}]>' + SOAP.format("<x>&j;</x>")
    with pytest.raises(NoAnswer):
        advanced.found("PostCharge", answer(said))


def test_nothing_that_is_sent_is_logged(advanced: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        who = {"UserCredentials": {"UserName": "F", "UserPassword": "pssst"}}
        advanced.message("PostCharge", {"OGHeader": {"Authentication": who}}, parts("x", "1", "1"))
        with pytest.raises(NoAnswer):
            advanced.strictly("PostCharge", answer("<pssst"))
    assert "pssst" not in caplog.text


def test_a_contract_is_loaded_once_and_fetches_nothing(tmp_path: Any) -> None:
    assert service("ows-reservation") is service("ows-reservation")
    contract = tmp_path / "evil.wsdl"
    contract.write_text(
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="x">'
        '<wsdl:import namespace="y" location="http://127.0.0.1:9/y.wsdl"/></wsdl:definitions>'
    )
    with pytest.raises(Exception, match=r"127\.0\.0\.1:9"):
        Service(str(contract))
