"""The SOAP door says what the API says, by its contract alone, and every request that is not of it gets a fault."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from gateway.web.soap import envelope, words
from gateway.web.soap.envelope import NAMESPACE, SOAP_11, SOAP_12, TYPES
from gateway.wishes import Acknowledge, CheckIn, CheckOut, MoveRoom, Take, Wish
from tests.conftest import LoggedFailures
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house

JUDGE = envelope.schema()


@pytest.fixture
def read(empty: StandingHouse) -> StandingHouse:
    """A house whose feed is read, after an evening."""
    empty.rig.read_feed()
    empty.evening()
    return empty


@pytest.fixture
def door(empty: StandingHouse) -> StandingHouse:
    """A house whose PMS is a program at the door; two charges wait."""
    empty.rig.read_feed()
    empty.serve_at_the_door()
    for extension in ("201", "202"):
        empty.call(extension, "90048221234567")
    return empty


def wrapped(body: str, version: str = SOAP_11, header: str = "") -> bytes:
    """An envelope around a request."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{version}">{head}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def request(operation: str, inside: str = "") -> str:
    """A request of the contract."""
    return f'<{operation} xmlns="{NAMESPACE}">{inside}</{operation}>'


def send(asker: Asker, data: bytes, token: str = "", version: str = SOAP_11, **headers: str) -> Answer:
    """Send an envelope."""
    said = {"content-type": TYPES[version], "authorization": f"Bearer {token}" if token else ""}
    return asker.send("POST /soap/v1 HTTP/1.1", said | headers, data)


def body_of(answer: Answer, version: str = SOAP_11) -> Any:
    """What stands in the body of an answer."""
    assert answer.headers["content-type"] == TYPES[version]
    envelope_: Any = etree.fromstring(answer.body)
    (inside,) = envelope_.find(f"{{{version}}}Body")
    return inside


def told(asker: Asker, operation: str, inside: str = "", token: str = "", version: str = SOAP_11) -> Any:
    """The result of a request, whose answer the schema allows."""
    answer = send(asker, wrapped(request(operation, inside), version), token, version)
    made = body_of(answer, version)
    assert answer.status == 200, answer.text
    assert JUDGE.validate(etree.ElementTree(etree.fromstring(etree.tostring(made)))), JUDGE.error_log
    assert etree.QName(made).localname == f"{operation}Response"
    (result,) = made
    return result


def values(made: Any, name: str) -> list[str]:
    """The texts of the elements of a name that stand directly in another."""
    return [one.text for one in made.findall(f"{{{NAMESPACE}}}{name}")]


def fault_of(answer: Answer, version: str = SOAP_11) -> tuple[str, int, str]:
    """The code, the status and the sentence of a fault; its detail is what the schema allows."""
    made = body_of(answer, version)
    assert made.tag == f"{{{version}}}Fault"
    (problem,) = made.iter(f"{{{NAMESPACE}}}Problem")
    assert JUDGE.validate(etree.ElementTree(etree.fromstring(etree.tostring(problem))))
    code = made.findtext("faultcode") if version == SOAP_11 else made.find(f".//{{{version}}}Value").text
    return code, int(values(problem, "status")[0]), values(problem, "detail")[0]


# -- what is told -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
def test_the_feed_and_the_list_are_those_of_the_api(read: StandingHouse, version: str) -> None:
    asker = Asker(as_house(read))
    feed = told(asker, "Events", "<limit>500</limit>", version=version)
    events = asker.get("/api/v1/events?limit=500").json()
    assert [one.findtext(f"{{{NAMESPACE}}}kind") for one in feed.iter(f"{{{NAMESPACE}}}event")] == [
        one["kind"] for one in events["events"]
    ]
    assert values(feed, "nextAfter") == [str(events["next_after"])]
    part = told(asker, "Events", "<after>3</after><limit>2</limit>", version=version)
    assert (values(part, "nextAfter"), values(part, "more")) == (["5"], ["true"])
    listed = told(asker, "Postings", "<state>in_doubt</state>", version=version)
    (posting,) = listed.findall(f"{{{NAMESPACE}}}posting")
    amount = posting.find(f"{{{NAMESPACE}}}amount")
    assert (amount.text, amount.get("currency")) == ("0.80", "PLN")
    first = told(asker, "Postings", "<limit>2</limit>", version=version)
    assert values(first, "nextBefore") == [first[-2].findtext(f"{{{NAMESPACE}}}id")]


def test_the_charges_of_a_room(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    made = told(asker, "GuestCharges", "<room>202</room>")
    same = asker.get("/api/v1/rooms/202/charges").json()
    assert values(made, "total") == [same["total"]]
    assert made.find(f"{{{NAMESPACE}}}total").get("currency") == "PLN"
    assert len(values(made, "call")) == len(same["calls"]) > 1
    since = told(asker, "GuestCharges", "<room>202</room><since>2026-11-20T10:50:00.5+00:00</since>")
    assert values(since, "call") == []


def test_text_that_xml_cannot_hold_is_told_all_the_same(read: StandingHouse) -> None:
    """Words of a PMS may hold anything."""
    read.rig.database.transact(
        lambda c: c.exec_driver_sql("UPDATE postings SET reference = ? WHERE id = 1", ("a\x07b<&",))
    )
    (*_, last) = told(Asker(as_house(read)), "Postings", "<limit>500</limit>").iter(f"{{{NAMESPACE}}}reference")
    assert last.text == "a\ufffdb<&"


# -- what is changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
def test_postings_are_taken_and_acknowledged(door: StandingHouse, version: str) -> None:
    asker, token = Asker(as_house(door)), door.token()
    taken = told(asker, "TakePostings", "<clientId>t1</clientId>", token, version)
    assert values(taken, "status") == ["done"]
    assert [one.findtext(f"{{{NAMESPACE}}}state") for one in taken.findall(f"{{{NAMESPACE}}}posting")] == [
        "sent",
        "sent",
    ]
    again = told(asker, "TakePostings", "<clientId>t1</clientId>", token, version)
    assert values(again, "status") == ["duplicate"]
    assert len(values(again, "posting")) == 2
    said = (
        "<clientId>k1</clientId><posting><id>1</id><reference>F-1</reference></posting>"
        "<posting><id>2</id><outcome>refused</outcome><reason>no such guest</reason></posting>"
    )
    told(asker, "Acknowledge", said, token, version)
    assert door.rig.states() == ["posted", "refused"]
    assert door.rig.rows("SELECT reference FROM postings WHERE id = 1") == [("F-1",)]


def test_rooms(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token("rooms")
    inside = (
        "<clientId>c1</clientId><room>0412</room><reservation>R-9</reservation><at>2026-11-20T10:00:00Z</at>"
        "<name>M\u00fcller</name><firstName>Anna</firstName><noPost>true</noPost>"
    )
    assert values(told(asker, "CheckIn", inside, token), "sentence") == ["reservation R-9 is in room 0412"]
    moved = "<clientId>m1</clientId><reservation>R-9</reservation><fromRoom>0412</fromRoom><toRoom>205</toRoom>"
    told(asker, "MoveRoom", moved, token)
    stays = door.rig.rows("SELECT room, name, no_post, until FROM stays ORDER BY id")
    assert [one[:3] for one in stays] == [("0412", "M\u00fcller, Anna", 1), ("205", "M\u00fcller, Anna", 1)]
    told(asker, "CheckOut", "<clientId>o1</clientId><room>205</room>", token)
    assert door.rig.rows("SELECT count(*) FROM stays WHERE until IS NULL") == [(0,)]


def test_json_and_soap_are_one_door(door: StandingHouse) -> None:
    """What was asked by one of them is a duplicate for the other."""
    asker, token = Asker(as_house(door)), door.token()
    assert asker.tell("/api/v1/postings/take", {"client_id": "t1", "most": 1}, token).json()["status"] == "done"
    again = told(asker, "TakePostings", "<clientId>t1</clientId><most>1</most>", token)
    assert values(again, "status") == ["duplicate"]


# -- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
def test_a_refusal_is_a_fault_with_its_sentence(door: StandingHouse, version: str) -> None:
    asker = Asker(as_house(door))
    take = wrapped(request("TakePostings", "<clientId>t</clientId>"), version)
    nobody = send(asker, take, "", version)
    assert (nobody.status, nobody.headers["www-authenticate"][:5]) == (401, "Basic")
    assert fault_of(nobody, version)[1] == 401
    reader = send(asker, take, door.token("read"), version)
    sender = "soap:Client" if version == SOAP_11 else "soap:Sender"
    assert fault_of(reader, version)[:2] == (sender, 403)
    assert reader.status == (500 if version == SOAP_11 else 400)
    token = door.token()
    send(asker, take, token, version)
    other = wrapped(request("CheckOut", "<clientId>t</clientId><room>1</room>"), version)
    assert fault_of(send(asker, other, token, version), version)[1] == 409
    assert door.rig.states() == ["sent", "sent"]


BOMB = b"""<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>"""
LOCAL = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
TAKE = wrapped(request("TakePostings", "<clientId>&a;</clientId>"))


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "Client", "well-formed"),
        (b"hello", "Client", "well-formed"),
        (b"<a/>", "VersionMismatch", "not an envelope"),
        (wrapped(request("TakePostings", "<clientId>t</clientId>"), SOAP_12), "VersionMismatch", "not an envelope"),
        (wrapped(""), "Client", "one Body"),
        (wrapped("<a/>"), "Client", "not of urn:foliogate"),
        (wrapped(f'<TakePostings xmlns="{NAMESPACE}x"/>'), "Client", "not of urn:foliogate"),
        (wrapped(request("Dance")), "Client", "schema"),
        (wrapped(request("TakePostings")), "Client", "schema"),
        (wrapped(request("TakePostings", "<clientId>t</clientId><most>101</most>")), "Client", "schema"),
        (wrapped(request("CheckOut", "<clientId>t</clientId><room>1</room><at>yesterday</at>")), "Client", "schema"),
        (
            wrapped(request("CheckOut", "<clientId>t</clientId><room>1</room><at>2026-11-20T10:00:00</at>")),
            "Client",
            "timezone",
        ),
        (wrapped(request("CheckInResponse")), "Client", "schema"),
        (BOMB + TAKE, "Client", "DTD"),
        (LOCAL + TAKE, "Client", "DTD"),
        (b"<!DOCTYPE s>" + wrapped(request("TakePostings", "<clientId>t</clientId>")), "Client", "DTD"),
        (b"<a>" * 5_000 + b"</a>" * 10, "Client", "well-formed"),
        (
            wrapped(request("Events"), header='<x:Session xmlns:x="urn:x" s:mustUnderstand="1"/>'),
            "MustUnderstand",
            "Session",
        ),
    ],
)
def test_what_is_not_of_the_contract_is_a_fault(door: StandingHouse, data: bytes, code: str, words: str) -> None:
    answer = send(Asker(as_house(door)), data, door.token())
    said, _, sentence = fault_of(answer)
    assert (answer.status, said) == (500, f"soap:{code}")
    assert words in sentence
    assert door.rig.states() == ["due", "due"]


def test_a_header_that_need_not_be_understood_is_passed_over(read: StandingHouse) -> None:
    header = (
        '<x:Session xmlns:x="urn:x">7</x:Session><x:For xmlns:x="urn:x" s:actor="urn:somebody" s:mustUnderstand="1"/>'
    )
    answer = send(Asker(as_house(read)), wrapped(request("Events", "<limit>1</limit>"), header=header))
    assert answer.status == 200


def test_a_body_beyond_the_limit_never_reaches_the_parser(door: StandingHouse) -> None:
    assert send(Asker(as_house(door)), wrapped(request("Events")) + b" " * 16_400, door.token()).status == 413


def test_a_mistake_of_ours_is_a_fault_too(read: StandingHouse, logged_failures: LoggedFailures) -> None:
    asker = Asker(as_house(read))
    read.rig.database.transact(lambda c: c.exec_driver_sql("UPDATE events SET at = 9000000000000000000"))
    answer = send(asker, wrapped(request("Events")))
    assert fault_of(answer)[:2] == ("soap:Server", 500)
    assert logged_failures.take(Exception)


# -- the contract -------------------------------------------------------------------------------------------------


def test_the_contract_is_shown_with_the_address_it_was_asked_at(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    shown = asker.get("/soap/v1?wsdl")
    assert shown.headers["content-type"] == "text/xml; charset=utf-8"
    assert shown.text.count('location="http://localhost:8080/soap/v1"') == 2
    assert 'location="http://127.0.0.1:9/soap/v1"' in asker.get("/soap/v1?WSDL", host="127.0.0.1:9").text
    assert asker.get("/soap/foliogate.xsd").body == envelope.XSD
    assert asker.get("/soap/v1").status == 404
    assert asker.get("/soap/other?wsdl").status == 404


def test_what_the_schema_lets_through_is_a_wish(read: StandingHouse) -> None:
    """The schema and the wishes know the same fields: a request that says all of them is understood."""
    root: Any = etree.fromstring(envelope.XSD)
    xs = "{http://www.w3.org/2001/XMLSchema}"
    kinds: dict[str, type[Wish]] = {
        "TakePostings": Take,
        "Acknowledge": Acknowledge,
        "CheckIn": CheckIn,
        "CheckOut": CheckOut,
        "MoveRoom": MoveRoom,
    }
    for operation, kind in kinds.items():
        (declared,) = [one for one in root.findall(f"{xs}element") if one.get("name") == operation]
        sequence = declared.find(f"{xs}complexType/{xs}sequence")
        names = {words._snake(one.get("name")) for one in sequence}
        assert {"postings" if one == "posting" else one for one in names} == set(kind.model_fields)
