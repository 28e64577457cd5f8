"""A contract as the packaged WSDL has it: which element asks for which operation, and whether a message is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from gateway.simulators.soap.wire import Element

_WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP: Final = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}operation",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}operation",
)
_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema"


class Operation(NamedTuple):
    """An operation: its name, and the SOAPAction that asks for it."""

    name: str
    action: str


class Contract:
    """One or more WSDLs with their schemas; `names` are those of their files without the ending."""

    def __init__(self, names: Sequence[str]) -> None:
        folder = resources.files("pms_adapters.soap") / "wsdl"
        wsdls = [etree.fromstring((folder / f"{name}.wsdl").read_bytes()) for name in names]
        self._operations = {tag: operation for wsdl in wsdls for tag, operation in _operations(wsdl)}
        self._schema = _schema(wsdls, folder)

    def operation(self, payload: Element) -> Operation | None:
        """What this element of a body asks for; None if it asks for nothing we know."""
        return self._operations.get(str(payload.tag))

    def problem(self, message: Element) -> str:
        """Why the schema does not allow an element; "" if it does."""
        alone = etree.fromstring(etree.tostring(message, with_tail=False))
        if self._schema.validate(alone):
            return ""
        first = self._schema.error_log[0]
        return f"line {first.line}: {first.message}"


def _operations(wsdl: Element) -> Iterator[tuple[str, Operation]]:
    """Each operation of each binding, by the qualified name of the element that asks for it."""
    elements = {one.get("name", ""): _name(one.find(f"{_WSDL}part"), "element") for one in wsdl.iter(f"{_WSDL}message")}
    inputs = {
        (kind.get("name", ""), one.get("name", "")): _input(one)
        for kind in wsdl.iter(f"{_WSDL}portType")
        for one in kind.iter(f"{_WSDL}operation")
    }
    for binding in wsdl.iter(f"{_WSDL}binding"):
        kind = etree.QName(_name(binding, "type")).localname
        for one in binding.iter(f"{_WSDL}operation"):
            name = one.get("name", "")
            action = next((child.get("soapAction", "") for child in one if child.tag in _SOAP), "")
            yield elements[inputs[kind, name]], Operation(name, action)


def _input(operation: Element) -> str:
    return str(etree.QName(_name(operation.find(f"{_WSDL}input"), "message")).localname)


def _name(element: Element | None, attribute: str) -> str:
    """A qualified name that an attribute holds, as lxml writes it."""
    prefix, colon, local = ("" if element is None else element.get(attribute, "")).rpartition(":")
    namespace = None if element is None else element.nsmap.get(prefix if colon else None)
    return f"{{{namespace}}}{local}" if namespace else local


def _schema(wsdls: Sequence[Element], folder: Traversable) -> etree.XMLSchema:
    """All schemas that the WSDLs name, as one."""
    driver = etree.Element(f"{{{_SCHEMA}}}schema", nsmap={"xs": _SCHEMA})
    imports = [one for wsdl in wsdls for one in wsdl.iter(f"{{{_SCHEMA}}}import")]
    places = {one.get("namespace", ""): one.get("schemaLocation", "") for one in imports}
    for namespace, place in places.items():
        address = Path(str(folder / place)).as_uri()
        etree.SubElement(driver, f"{{{_SCHEMA}}}import", namespace=namespace, schemaLocation=address)
    return etree.XMLSchema(driver)
