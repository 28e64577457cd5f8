"""SOAP envelopes as bytes: read with suspicion, written by hand. Both versions, 1.1 and 1.2.

What comes is not trusted: no DTD, no entities, nothing from the network. The size is bounded before it comes here.
Specifications: SOAP 1.1 (W3C Note, 2000), SOAP 1.2 Part 1 (W3C Recommendation, 2007).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element
Version: TypeAlias = Literal["1.1", "1.2"]

NAMESPACES: Final[dict[Version, str]] = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
CONTENT_TYPES: Final[dict[Version, str]] = {"1.1": "text/xml", "1.2": "application/soap+xml"}
_SIDES: Final[dict[Version, dict[str, str]]] = {
    "1.1": {"client": "Client", "server": "Server"},
    "1.2": {"client": "Sender", "server": "Receiver"},
}
_ACTION: Final = re.compile(r'action="?([^";]*)"?')


class Malformed(Exception):
    """What came is no SOAP request; the sentence says why. Nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: what the caller wants (`action`, "" if not said), its header blocks, and the one element of its body."""

    version: Version
    action: str
    headers: tuple[Element, ...]
    payload: Element


def read(data: bytes, content_type: str, soap_action: str) -> Asked:
    """Reads a request; raises Malformed."""
    root = _root(data)
    version = next((one for one, namespace in NAMESPACES.items() if root.tag == f"{{{namespace}}}Envelope"), None)
    if version is None:
        raise Malformed("The document is no SOAP envelope.")
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != CONTENT_TYPES[version]:
        raise Malformed(f"SOAP {version} comes as {CONTENT_TYPES[version]}, not as {kind.strip() or 'nothing'}.")
    named = _ACTION.search(parameters)
    action = soap_action.strip('"') if version == "1.1" else named[1] if named else ""
    namespace = f"{{{NAMESPACES[version]}}}"
    body = root.find(f"{namespace}Body")
    payload = [] if body is None else _elements(body)
    if len(payload) != 1:
        raise Malformed(f"The body holds {len(payload)} elements and not one.")
    header = root.find(f"{namespace}Header")
    return Asked(
        version=version, action=action, headers=tuple([] if header is None else _elements(header)), payload=payload[0]
    )


def written(version: Version, payload: Element, header: Element | None = None) -> bytes:
    """An answer."""
    root, body = _envelope(version)
    if header is not None:
        above = etree.Element(f"{{{NAMESPACES[version]}}}Header")
        above.append(header)
        body.addprevious(above)
    body.append(payload)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def fault(version: Version, side: Literal["client", "server"], text: str) -> bytes:
    """A fault: `side` says whose."""
    root, body = _envelope(version)
    namespace, code = NAMESPACES[version], _SIDES[version][side]
    failed = etree.SubElement(body, f"{{{namespace}}}Fault")
    if version == "1.1":
        etree.SubElement(failed, "faultcode").text = f"soap:{code}"
        etree.SubElement(failed, "faultstring").text = text
    else:
        value = etree.SubElement(etree.SubElement(failed, f"{{{namespace}}}Code"), f"{{{namespace}}}Value")
        value.text = f"soap:{code}"
        said = etree.SubElement(etree.SubElement(failed, f"{{{namespace}}}Reason"), f"{{{namespace}}}Text")
        said.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        said.text = text
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _root(data: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(f"The document is no XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise Malformed("A SOAP message must not have a document type (SOAP 1.1, section 3).")
    return root


def _elements(parent: Element) -> list[Element]:
    return [child for child in parent if isinstance(child.tag, str)]


def _envelope(version: Version) -> tuple[Element, Element]:
    namespace = NAMESPACES[version]
    root = etree.Element(f"{{{namespace}}}Envelope", nsmap={"soap": namespace})
    return root, etree.SubElement(root, f"{{{namespace}}}Body")
