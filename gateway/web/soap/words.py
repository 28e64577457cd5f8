"""The values of the API as elements of the contract, and requests as the wishes that the API takes. Pure.

The names are those of the API in camel case, in the order of the schema. What is not known is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

from gateway.web.soap.envelope import NAMESPACE, Element

_POSTING: Final = (
    "id call_id part state pms room reservation amount attempts token start talk_seconds extension dialled hold reason code "
    "reference created changed"
).split()
_CALL: Final = (
    "id status direction answered start talk_seconds extension dialled room department reservation number number_class place "
    "amount net tax reason"
).split()
_EVENT: Final = "id kind at call_id posting_id".split()
_MONEY: Final = frozenset({"amount", "net", "tax", "total", "posted"})
#: What a request says in numbers and in yes and no; all else is text.
_NUMBERS: Final = frozenset({"id", "most", "after", "before", "limit"})
_YES_OR_NO: Final = frozenset({"no_post", "shared"})
#: Characters that XML 1.0 cannot hold.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def asked(request: Element) -> dict[str, Any]:
    """What a request says, by the API's names. An element that may be repeated (`posting`) becomes a list."""
    said: dict[str, Any] = {}
    for child in request:
        name = _snake(etree.QName(child).localname)
        if len(child):
            said.setdefault(f"{name}s", []).append(asked(child))
        else:
            said[name] = _value(name, " ".join((child.text or "").split()))
    return said


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS:
        return int(text)
    return text in ("true", "1") if name in _YES_OR_NO else text


def element(name: str) -> Element:
    """A new element of the contract."""
    return etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"f": NAMESPACE})


def fill(parent: Element, values: Mapping[str, Any], names: Sequence[str], currency: str | None = None) -> Element:
    """Add values by name, in order; what is None is left out. Money takes its currency with it."""
    for name in names:
        value = values[name]
        if value is None:
            continue
        child = etree.SubElement(parent, f"{{{NAMESPACE}}}{_camel(name)}")
        child.text = _text(value)
        if name in _MONEY:
            child.set("currency", currency or "")
    return parent


def response(operation: str, result: Element) -> Element:
    """The element of an answer, around its one result."""
    made = element(f"{operation}Response")
    made.append(result)
    return made


def charges(told: Mapping[str, Any]) -> Element:
    """The charges of a room."""
    made = fill(element("result"), told, ("room", "since"))
    for guest in told["guests"]:
        made.append(fill(element("guest"), guest, ("reservation", "since")))
    fill(made, told, ("total", "posted", "complete"), told["currency"])
    made.extend([_call(one) for one in told["calls"]])
    return made


def postings(told: Mapping[str, Any]) -> Element:
    """A part of the list of postings."""
    made = element("result")
    made.extend([_posting(one) for one in told["postings"]])
    return fill(made, told, ("next_before",))


def events(told: Mapping[str, Any]) -> Element:
    """A part of the feed."""
    made = element("result")
    for one in told["events"]:
        event = fill(element("event"), one, _EVENT)
        event.extend([_call(one["call"])] if one["call"] is not None else [])
        event.extend([_posting(one["posting"])] if one["posting"] is not None else [])
        made.append(event)
    return fill(made, told, ("next_after", "more"))


def changed(operation: str, told: Mapping[str, Any]) -> Element:
    """What came of a wish."""
    made, result = fill(element("result"), told, ("status", "client_id", "at")), told["result"]
    if operation == "TakePostings":
        made.extend([_posting(one) for one in result["postings"]])
    elif operation == "Acknowledge":
        names = ("id", "result", "state", "sentence")
        made.extend([fill(element("posting"), one, names) for one in result["postings"]])
    else:
        fill(made, result, ("sentence",))
    return made


def _posting(one: Mapping[str, Any]) -> Element:
    return fill(element("posting"), one, _POSTING, one["currency"])


def _call(one: Mapping[str, Any]) -> Element:
    made = fill(element("call"), one, _CALL, one["currency"])
    made.extend([fill(element("posting"), part, ("id", "part", "state")) for part in one["postings"]])
    return made


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("\ufffd", str(value))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)
