"""The answers of an exchange's web service, taken apart into records. Pure.

Lines and documents that stand alone are the framer's work. A web service of JSON puts its records into a list inside one
object, and says beside it whether all went well. Each record is cut out with the very bytes that came, so that it can be read
by itself for ever and is known again when it comes a second time.

A record may have an identity: fields by which the exchange names it, with its time, since numbers begin anew when an exchange is
reset. One that holds parts which are records of their
own (`sub_cdr_1` of a Grandstream UCM) is replaced by those parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

#: Characters of what a service says of its own trouble that are repeated: a sentence, not a page.
LONGEST_WORDS: Final = 160
_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\r\n]*")
#: Names under which services say what went wrong; nothing else of an answer is repeated, since it may hold what is secret.
_TROUBLE: Final = ("errcode", "errmsg", "error", "error_msg", "message", "status", "code")


class Unusable(Exception):
    """An answer came that holds no records where they should be; the words say what it says instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShape:
    """Where the records of an answer are: names in JSON, with dots between where they lie in one another.

    `records` is the list ("" where the answer is the list itself), `identity` the fields by which a record is known, between
    blanks, `parts` how the names of the parts begin which are records of their own.
    """

    records: str = ""
    identity: str = ""
    parts: str = ""


class Told(NamedTuple):
    """One record of an answer: its bytes, and its identity where it has one."""

    data: bytes
    identity: str = ""


class Listing(NamedTuple):
    """The records of an answer, and how many entries its list has."""

    records: list[Told]
    length: int


def is_listing(body: bytes, shape: AnswerShape) -> bool:
    """Whether an answer is a list in JSON; anything else is cut by the framer."""
    first = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return first == b"[" or (first == b"{" and bool(shape.records))


def records_of(body: bytes, shape: AnswerShape) -> Listing:
    """The records of an answer in JSON. Raises Unusable."""
    text = _text(body)
    try:
        found = list(_listed(text, shape.records))
        told = [one for start, end, value in found for one in _told(text, start, end, value, shape)]
    except (ValueError, RecursionError):
        raise Unusable("the answer is JSON that breaks off or is not well formed") from None
    return Listing(told, len(found))


def value_at(body: bytes, path: str) -> str:
    """The text or number at a place of an answer; empty where there is none."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("the answer is not text in UTF-8") from None


def _listed(text: str, path: str) -> Iterator[tuple[int, int, Any]]:
    at = _skip(text, 0)
    for name in path.split(".") if path else ():
        if text[at : at + 1] == "[":
            break  # the list itself, without what other releases put around it
        found = next((start for key, start in _members(text, at) if key == name), None)
        if found is None:
            raise Unusable(_without(text, path))
        at = found
    if text[at : at + 1] != "[":
        raise Unusable(_without(text, path))
    return _elements(text, at)


def _without(text: str, path: str) -> str:
    """What an answer without its list says, by the names under which services tell of trouble."""
    wanted = repr(path)
    try:
        said = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        said = None
    held = [said, *said.values()] if isinstance(said, dict) else []
    words = [
        f"{name} {str(one[name])[:LONGEST_WORDS]!r}"
        for one in held
        if isinstance(one, dict)
        for name in _TROUBLE
        if isinstance(one.get(name), str | int)
    ]
    if not words:
        return f"the answer holds no list {wanted}"
    told = ", ".join(words)[:LONGEST_WORDS]
    return f"the answer holds no list {wanted}; it says {told}"


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The names of an object and where their values begin."""
    if text[at : at + 1] != "{":
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise ValueError(text)
        at = _skip(text, at + 1)
        yield str(name), at
        _, at = _DECODER.raw_decode(text, at)
        at = _behind(text, at, "}")


def _elements(text: str, at: int) -> Iterator[tuple[int, int, Any]]:
    """Where the elements of a list begin and end, and what they are."""
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield at, end, value
        at = _behind(text, end, "]")


def _behind(text: str, at: int, closing: str) -> int:
    """The place behind a comma, or of the sign that closes."""
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != closing:
        raise ValueError(text)
    return at


def _told(text: str, start: int, end: int, value: Any, shape: AnswerShape) -> Iterator[Told]:
    parts = [name for name in value if name.startswith(shape.parts)] if shape.parts and isinstance(value, dict) else []
    if not parts:
        yield Told(text[start:end].encode(), _identity(value, shape))
        return
    for name, begin in _members(text, start):
        if name in parts:
            _, behind = _DECODER.raw_decode(text, begin)
            yield Told(text[begin:behind].encode(), _identity(value[name], shape))


def _identity(value: Any, shape: AnswerShape) -> str:
    """What the fields of the identity hold; empty unless a field of one, or one of several, is there."""
    names = shape.identity.split() if isinstance(value, dict) else []
    held = [value.get(name) for name in names]
    said = [str(one) if isinstance(one, str | int) and not isinstance(one, bool) else "" for one in held]
    return "\x1f".join(said) if any(said) else ""
