"""SOAP in both directions: zeep's own codec between values and bytes, by contracts that are files of this package.

What a dialect says again and again is a form: zeep writes the message once, with gaps where the values go, and filling
in a form costs a twentieth of writing the message anew. A test holds both to the same bytes.

A contract is a WSDL with its schemas under `wsdl/`, in our own words and as small as what we use. Nothing is ever fetched:
what a contract would load from elsewhere is refused. Loading takes tens of milliseconds and happens once for the
process, off the reactor's thread; afterwards a `Service` is only read.

There are two ways to read an answer. `strictly` is for answers that move money: zeep reads all of it by the schema, and
whatever the schema does not know makes it an answer that cannot be trusted. `found` is for answers that inform, which
grow with every edition of a PMS: the element that the contract names, out of which the dialect takes what it knows.
Both give that element, and both refuse document types, entities and trees of absurd depth. Every failure after the request left is `NoAnswer`.

Nothing here logs a message: each carries a password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError

from pms_adapters.web.exchange import Answer, NoAnswer, Unsendable, Web

_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OPENS, _CLOSES = "\ue000", "\ue001"  # of the range that Unicode leaves to private use: no PMS and no guest writes them
_GAP: Final = re.compile(f"{_OPENS}([a-z_]+){_CLOSES}")
_UNSAYABLE: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue002-\\ufffd\\U00010000-\\U0010ffff]")
_IN_ATTRIBUTES: Final = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_MEDIA: Final = frozenset({"text/xml", "application/xml", "application/soap+xml"})
_SETTINGS: Final = Settings(
    strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)
_PARSER: Final = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)
MOST_SHOWN: Final = 200
"""Characters of what a PMS says that we repeat."""


class Fault(NoAnswer):
    """The PMS answered with a SOAP fault: `code` and `text` are its own. Whether it booked before, a fault does not say."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"the PMS answered with a fault: {code} {text}".strip())
        self.code, self.text = code, text


class Service:
    """One service of one PMS by its contract: messages out, answers in. Shared by everybody who speaks it."""

    def __init__(self, path: str) -> None:
        self._client: Any = Client(path, transport=_Files(), settings=_SETTINGS)  # type: ignore[no-untyped-call]
        self._proxy = self._client.service  # the first port of the contract: SOAP 1.1
        self._binding = self._proxy._binding

    def message(self, operation: str, header: Any, parts: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """The bytes of a request and its HTTP headers; raises Unsendable."""
        headers = {"_soapheaders": header} if header is not None else {}
        try:
            envelope = self._client.create_message(self._proxy, operation, **parts, **headers)
            body = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        except (ZeepError, ValueError, TypeError) as error:
            raise Unsendable(f"{operation} cannot be written: {_short(str(error))}") from error
        action = self._binding.get(operation).soapaction
        return body, {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"', "accept": "text/xml"}

    def form(self, operation: str, header: Any, parts: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        """A message with gaps, cut at them: every other piece is the name of what goes in; and its HTTP headers."""
        body, headers = self.message(operation, header, parts)
        return _GAP.split(body.decode("utf-8")), headers

    def strictly(self, operation: str, answer: Answer) -> etree._Element:
        """The element of an answer that is wholly by the contract; raises NoAnswer."""
        content = self.found(operation, answer)
        document = content.getroottree().getroot()
        try:
            self._binding.get(operation).process_reply(document)
        except (ZeepError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise NoAnswer(f"the answer is not by the contract: {_short(str(error))}") from error
        return content

    def found(self, operation: str, answer: Answer) -> etree._Element:
        """The element of an answer that the contract names; raises NoAnswer."""
        content = _body(_document(answer))
        wanted = self._binding.get(operation).output.body.qname.text
        if content.tag != wanted:
            raise NoAnswer(f"the answer is not by the contract: {_short(str(content.tag))} came instead of {wanted}")
        return content


class Port:
    """A service at its address: one question, one answer. `timeout` is in seconds."""

    def __init__(self, web: Web, service: Service, url: str) -> None:
        self._web, self._service, self._url = web, service, url

    async def ask(self, operation: str, header: Any, timeout: float, **parts: Any) -> etree._Element:
        """Ask for what is known; raises NotReached, NoAnswer, Fault."""
        return self._service.found(operation, await self._send(operation, header, timeout, parts))

    async def order(self, operation: str, header: Any, timeout: float, **parts: Any) -> etree._Element:
        """Have something done; raises NotReached, NoAnswer, Fault, and Unsendable before anything is sent."""
        return self._service.strictly(operation, await self._send(operation, header, timeout, parts))

    def form(self, operation: str, header: Any, **parts: Any) -> Form:
        """What is said often, with gaps (`gap`) where the values go; raises Unsendable."""
        return Form(self, operation, *self._service.form(operation, header, parts))

    async def _send(self, operation: str, header: Any, timeout: float, parts: dict[str, Any]) -> Answer:
        body, headers = self._service.message(operation, header, parts)
        return await self._web.post(self._url, body, headers, timeout)


class Form:
    """A message with gaps."""

    def __init__(self, port: Port, operation: str, pieces: list[str], headers: dict[str, str]) -> None:
        self._port, self._operation, self._pieces, self._headers = port, operation, pieces, headers

    def filled(self, values: Mapping[str, str]) -> bytes:
        """The message; raises Unsendable for a value that XML cannot carry, KeyError for a gap without one."""
        said = [_escaped(values[piece]) if place % 2 else piece for place, piece in enumerate(self._pieces)]
        return "".join(said).encode("utf-8")

    async def ask(self, timeout: float, **values: str) -> etree._Element:
        """Ask for what is known; raises NotReached, NoAnswer, Fault."""
        return self._port._service.found(self._operation, await self._send(timeout, values))

    async def order(self, timeout: float, **values: str) -> etree._Element:
        """Have something done; raises NotReached, NoAnswer, Fault, and Unsendable before anything is sent."""
        return self._port._service.strictly(self._operation, await self._send(timeout, values))

    async def _send(self, timeout: float, values: Mapping[str, str]) -> Answer:
        return await self._port._web.post(self._port._url, self.filled(values), self._headers, timeout)


def gap(name: str) -> str:
    """Stands in a form where the value of this name goes."""
    return f"{_OPENS}{name}{_CLOSES}"


def _escaped(value: str) -> str:
    if _UNSAYABLE.search(value):
        raise Unsendable(f"{_short(value)!r} holds what XML cannot carry")
    return escape(value, _IN_ATTRIBUTES)


@cache
def service(name: str) -> Service:
    """The service of a contract of this package, `wsdl/<name>.wsdl`. Reads files: call it off the reactor's thread."""
    return Service(str(files("pms_adapters.soap").joinpath("wsdl", f"{name}.wsdl")))


class _Files:
    """What zeep loads a contract with: files of this package, and nothing else."""

    def load(self, url: str) -> bytes:
        """Read a file."""
        path = str(url).removeprefix("file://")
        if "://" in path:
            raise ValueError(f"a contract may not fetch {url}")
        with open(path, "rb") as opened:
            return opened.read()


def _document(answer: Answer) -> etree._Element:
    """The document of an answer that may be trusted so far: its media type, and XML without a document type."""
    if answer.media_type not in _MEDIA:
        raise NoAnswer(
            f"the PMS answered with status {answer.status} and {answer.media_type or 'no type'}, not with XML"
        )
    try:
        document = etree.fromstring(answer.body, parser=_PARSER)
    except (etree.LxmlError, ValueError) as error:
        raise NoAnswer(
            f"the PMS answered with status {answer.status} and unusable XML: {_short(str(error))}"
        ) from error
    if document.getroottree().docinfo.doctype:
        raise NoAnswer(f"the PMS answered with status {answer.status} and a document type, which no answer has")
    if answer.status != 200 and document.find(f"{{{_ENVELOPE}}}Body/{{{_ENVELOPE}}}Fault") is None:
        raise NoAnswer(f"the PMS answered with status {answer.status}")
    return document


def _body(document: etree._Element) -> etree._Element:
    """The one element of an envelope's body; raises Fault where it is one, NoAnswer where there is no such thing."""
    content = document.find(f"{{{_ENVELOPE}}}Body/*") if document.tag == f"{{{_ENVELOPE}}}Envelope" else None
    if content is None:
        raise NoAnswer(f"the PMS answered with {_short(str(document.tag))}, which is no message")
    if content.tag == f"{{{_ENVELOPE}}}Fault":
        raise Fault(_short(content.findtext("faultcode") or ""), _short(content.findtext("faultstring") or ""))
    return content


def _short(text: str) -> str:
    """What somebody said, in one line of bounded length."""
    return " ".join(text.split())[:MOST_SHOWN]
