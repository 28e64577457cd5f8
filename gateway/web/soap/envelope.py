"""Envelopes: SOAP 1.1 (W3C note of 2000) and 1.2 (part 1, second edition), as bytes to values and back. Pure.

XML of strangers is read without DTD, entities, network or depth: libxml2's own limits stay on.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from lxml import etree

Element: TypeAlias = Any  # lxml's element, whose stubs are of another opinion in each release

NAMESPACE: Final = "urn:foliogate:door:v1"
SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
TYPES: Final = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}
_ACTORS: Final = {SOAP_11: "actor", SOAP_12: "role"}
#: Actors and roles that mean us: none said, the next one, the last one.
_OURS: Final = (
    *(None, "", "http://schemas.xmlsoap.org/soap/actor/next"),
    *(f"{SOAP_12}/role/next", f"{SOAP_12}/role/ultimateReceiver"),
)

CONTRACT: Final = files("gateway.web.soap") / "contract"
WSDL: Final = (CONTRACT / "foliogate.wsdl").read_bytes()
XSD: Final = (CONTRACT / "foliogate.xsd").read_bytes()

Code: TypeAlias = Literal["sender", "receiver", "version", "must_understand"]
_CODES: Final = {
    SOAP_11: {
        "sender": "Client",
        "receiver": "Server",
        "version": "VersionMismatch",
        "must_understand": "MustUnderstand",
    },
    SOAP_12: {
        "sender": "Sender",
        "receiver": "Receiver",
        "version": "VersionMismatch",
        "must_understand": "MustUnderstand",
    },
}


class Fault(Exception):
    """The request is not answered; `status` is what the HTTP API would say, `detail` the sentence."""

    def __init__(self, code: Code, status: int, detail: str) -> None:
        super().__init__(detail)
        self.code, self.status, self.detail = code, status, detail


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, in which version, and the element that asks."""

    version: str
    operation: str
    element: Element


def schema() -> Element:
    """The schema of the contract, ready to judge."""
    return etree.XMLSchema(etree.fromstring(XSD))


def version_of(content_type: str) -> str:
    """Which version a client speaks, by its content type; what is neither is answered in 1.1."""
    return SOAP_12 if content_type.partition(";")[0].strip().lower() == "application/soap+xml" else SOAP_11


def read(data: bytes, version: str, judge: Element) -> Request:
    """Take an envelope apart and have its body judged; raises Fault."""
    envelope = _parsed(data)
    if envelope.tag != f"{{{version}}}Envelope":
        raise Fault("version", 400, "This is not an envelope of the SOAP version that the content type says.")
    _understand(envelope, version)
    bodies = envelope.findall(f"{{{version}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Fault("sender", 400, "An envelope has one Body, and in it one request.")
    element = bodies[0][0]
    name = etree.QName(element)
    if name.namespace != NAMESPACE:
        raise Fault("sender", 400, f"The request is not of {NAMESPACE}; see /soap/v1?wsdl.")
    whole = etree.ElementTree(etree.fromstring(etree.tostring(element)))
    if not judge.validate(whole):
        said = judge.error_log[0].message.replace(f"{{{NAMESPACE}}}", "")
        raise Fault("sender", 422, f"The request is not what the schema allows: {said[:300]}")
    return Request(version, name.localname, whole.getroot())


def _parsed(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Fault("sender", 400, "The request is not well-formed XML.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Fault("sender", 400, "A SOAP message has no DTD.")
    return root


def _understand(envelope: Element, version: str) -> None:
    """We know no header: one that must be understood is refused, others are passed over."""
    header = envelope.find(f"{{{version}}}Header")
    for one in header if header is not None else ():
        must = one.get(f"{{{version}}}mustUnderstand") in ("1", "true")
        if must and one.get(f"{{{version}}}{_ACTORS[version]}") in _OURS:
            name = etree.QName(one).localname
            raise Fault("must_understand", 400, f"The header {name} is not understood here; none is.")


def answer(version: str, element: Element) -> bytes:
    """An envelope around an answer."""
    envelope = etree.Element(f"{{{version}}}Envelope", nsmap={"soap": version})
    etree.SubElement(envelope, f"{{{version}}}Body").append(element)
    whole: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return whole


def fault(version: str, wrong: Fault) -> bytes:
    """An envelope around a fault, with the problem in its detail."""
    problem = etree.Element(f"{{{NAMESPACE}}}Problem", nsmap={"f": NAMESPACE})
    etree.SubElement(problem, f"{{{NAMESPACE}}}status").text = str(wrong.status)
    etree.SubElement(problem, f"{{{NAMESPACE}}}detail").text = wrong.detail
    made = etree.Element(f"{{{version}}}Fault", nsmap={"soap": version})
    code = f"soap:{_CODES[version][wrong.code]}"
    if version == SOAP_11:
        etree.SubElement(made, "faultcode").text = code
        etree.SubElement(made, "faultstring").text = wrong.detail
        etree.SubElement(made, "detail").append(problem)
        return answer(version, made)
    etree.SubElement(etree.SubElement(made, f"{{{version}}}Code"), f"{{{version}}}Value").text = code
    text = etree.SubElement(etree.SubElement(made, f"{{{version}}}Reason"), f"{{{version}}}Text")
    text.text = wrong.detail
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    etree.SubElement(made, f"{{{version}}}Detail").append(problem)
    return answer(version, made)
