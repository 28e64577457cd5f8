"""A dialect's values as they stand on the wire, and its answers as zeep reads them, without any network.

Each request is judged by lxml against the dialect's schema, which zeep itself does not do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lxml import etree
from zeep import Client, Settings

import pms_adapters.soap

WSDL = Path(pms_adapters.soap.__file__).parent / "wsdl"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"


@cache
def client(dialect: str) -> Any:
    """zeep's client of a dialect."""
    return Client(str(WSDL / f"{dialect}.wsdl"), settings=Settings(forbid_dtd=True))  # type: ignore[call-arg]


@cache
def schema(dialect: str) -> etree.XMLSchema:
    """The judge of a dialect's messages."""
    return etree.XMLSchema(etree.parse(WSDL / f"{dialect}.xsd"))


def written(
    dialect: str, operation: str, values: Mapping[str, Any], header: Mapping[str, Any] | None = None
) -> etree._Element:
    """A request's body, which is valid; its header must be, too."""
    one = client(dialect)
    extra = {} if header is None else {"_soapheaders": header}
    envelope = one.create_message(one.service, operation, **values, **extra)
    parts = [*envelope.find(f"{ENVELOPE}Body"), *(envelope.find(f"{ENVELOPE}Header") if header is not None else ())]
    for part in parts:
        schema(dialect).assertValid(etree.fromstring(etree.tostring(part)))
    return parts[0]


def texts(element: etree._Element) -> dict[str, str]:
    """Every text of a message by the local name of its element; of several, the last."""
    return {
        etree.QName(one).localname: one.text or ""
        for one in element.iter()
        if isinstance(one.tag, str) and len(one) == 0
    }


def read(dialect: str, operation: str, body: str) -> Any:
    """An answer's body, in the dialect's namespace and valid, as zeep hands it on."""
    one = client(dialect)
    namespace = schema_namespace(dialect)
    answer = etree.fromstring(body.replace(">", f' xmlns="{namespace}">', 1) if " xmlns=" not in body else body)
    schema(dialect).assertValid(answer)
    envelope = etree.Element(f"{ENVELOPE}Envelope")
    etree.SubElement(envelope, f"{ENVELOPE}Body").append(answer)
    binding = one.service._binding
    reply = SimpleNamespace(
        status_code=200, content=etree.tostring(envelope), headers={"Content-Type": "text/xml"}, encoding="utf-8"
    )
    return binding.process_reply(one, binding.get(operation), reply)


def schema_namespace(dialect: str) -> str:
    """The namespace of a dialect's messages."""
    return str(etree.parse(WSDL / f"{dialect}.xsd").getroot().get("targetNamespace"))
