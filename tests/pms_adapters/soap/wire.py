"""A dialect's values as they stand on the wire, and its answers as the dialect gets them, without any network.

Each request is judged by lxml against the dialect's schema, which zeep itself does not do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree
from zeep import Client, Settings

import pms_adapters.soap
from pms_adapters.soap.kit import Kit
from pms_adapters.web.link import WebSettings

WSDL = Path(pms_adapters.soap.__file__).parent / "wsdl"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"


@cache
def client(dialect: str) -> Any:
    """zeep's client of a dialect."""
    return Client(str(WSDL / f"{dialect}.wsdl"), settings=Settings(forbid_dtd=True))  # type: ignore[no-untyped-call]


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
    body: etree._Element = parts[0]
    return body


def texts(element: etree._Element) -> dict[str, str]:
    """Every text of a message by the local name of its element; of several, the last."""
    return {etree.QName(one).localname: one.text or "" for one in element.iter() if len(one) == 0}


def read(dialect: str, body: str) -> etree._Element:
    """An answer's body, in the dialect's namespace and valid."""
    answer = etree.fromstring(body.replace(">", f' xmlns="{schema_namespace(dialect)}">', 1))
    schema(dialect).assertValid(answer)
    return answer


def schema_namespace(dialect: str) -> str:
    """The namespace of a dialect's messages."""
    return str(etree.parse(WSDL / f"{dialect}.xsd").getroot().get("targetNamespace"))


def kit_of(name: str, options: Any) -> Kit[Any]:
    """A kit for mappings alone: nothing can be asked with it."""
    settings = WebSettings(name=name, url="http://pms.example/service", timezone=ZoneInfo("Europe/Vienna"))
    nothing: Any = None
    return Kit(settings=settings, options=options, web=nothing, now=nothing, in_thread=nothing)
