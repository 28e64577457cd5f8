"""Records that come as documents: JSON objects, XML of FreeSWITCH, or rows, whatever the first sign says. Pure.

A document may span lines, stand alone in a file, be the body of a request, or follow others, also in a JSON list. So the
end of one is found by its own signs: the brace that closes a JSON object, `</cdr>`, the end of a line for anything else.
A body that is a form (`cdr=…`) ends with the request. None may be longer than `MAX_DOCUMENT`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from protocols.framing import CUT_OFF, KEPT_OF_LONG_RECORD
from protocols.records import Frame

#: FreeSWITCH puts every variable of a call into its document: 10 to 30 KiB, more where they are URL-encoded.
MAX_DOCUMENT: Final = 131_072
#: What may stand between documents: white space, NULs, and the signs of a JSON list.
_BETWEEN: Final = b" \t\r\n\0,[]"
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}"]', re.DOTALL)
_XML_END: Final = b"</cdr>"
_FORMS: Final = (b"cdr=", b"uuid=")
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_TOO_LONG: Final = f"the document is longer than {MAX_DOCUMENT} bytes; only its first {KEPT_OF_LONG_RECORD} are kept"


class DocumentFramer:
    """Cuts a stream into documents. `start` is the place in the stream of the first byte that will be fed."""

    __slots__ = ("_depth", "_held", "_position", "_scanned")

    def __init__(self, start: int = 0) -> None:
        self._held = b""
        self._position = start  # place of the first byte of _held
        self._scanned = 0  # bytes of the document at hand that need not be looked at again
        self._depth = 0

    @property
    def pending(self) -> int:
        """How many bytes are held for a document that is not complete yet."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the documents that they complete."""
        self._held += data
        frames: list[Frame] = []
        while self._skip_between():
            end = self._end_of_document()
            if (end or len(self._held)) > MAX_DOCUMENT:
                frames.append(self._take(MAX_DOCUMENT, _TOO_LONG))
            elif end:
                frames.append(self._take(end))
            else:
                break
        return frames

    def end(self) -> list[Frame]:
        """Say that the stream is over: a form is whole then, anything else that is held was cut off."""
        if not self._skip_between():
            return []
        whole = self._held.startswith(_FORMS)
        return [self._take(len(self._held), None if whole else CUT_OFF)]

    def _skip_between(self) -> bool:
        """Step over what stands before a document; False if nothing is left."""
        if not self._scanned:
            rest = self._held.lstrip(_BETWEEN)
            self._position += len(self._held) - len(rest)
            self._held = rest
        return bool(self._held)

    def _end_of_document(self) -> int | None:
        first = self._held[:1]
        if first == b"{":
            return self._end_of_object()
        mark = _XML_END if first == b"<" else b"\n"
        at = self._held.find(mark, max(self._scanned - len(mark), 0))
        self._scanned = len(self._held)
        return at + len(mark) if at >= 0 else None

    def _end_of_object(self) -> int | None:
        for token in _TOKEN.finditer(self._held, self._scanned):
            sign = token.group()
            if sign == b'"':  # a text that has not ended yet: looked at again when more has come
                self._scanned = token.start()
                return None
            self._scanned = token.end()
            self._depth += {b"{": 1, b"}": -1}.get(sign, 0)
            if self._depth == 0:
                return token.end()
        return None

    def _take(self, length: int, fault: str | None = None) -> Frame:
        data, self._held = self._held[:length], self._held[length:]
        start = self._position
        self._position += length
        self._scanned = self._depth = 0
        kept = data[:KEPT_OF_LONG_RECORD] if fault == _TOO_LONG else data.rstrip(b"\r\n")
        return Frame(kept, start, self._position, fault)


def url_decoded(text: bytes) -> bytes:
    """Undo the URL-encoding: `%2B` is `+`. A plus sign stays one."""
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text) if b"%" in text else text


def body(data: bytes) -> bytes:
    """The document in a request: the field `cdr` of a form, or all of it."""
    if not data.startswith(_FORMS):
        return data
    for field in data.split(b"&"):
        name, _, value = field.partition(b"=")
        if name == b"cdr":
            return url_decoded(value.replace(b"+", b" "))
    return b""


def json_object(data: bytes) -> Mapping[str, Any] | None:
    """Read a JSON object; None for anything else, however it is broken."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def text_of(value: object) -> str:
    """A JSON value as the text that a record would hold; objects and lists are none."""
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else ""
