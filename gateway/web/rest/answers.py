"""Answers as bytes: what every part of the site says them with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from gateway.web.packing import KINDS, drawn, may_pack, packed

#: The fields of a question or a form as Twisted has them, each with all its values.
Fields: TypeAlias = Mapping[bytes, list[bytes]]

JSON: Final = "application/json; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"


def answer(request: Any, status: int, content_type: str, data: bytes) -> bytes:
    """Set the head of an answer, and hand its body back, compressed where it may be."""
    request.setResponseCode(status)
    request.setHeader("content-type", content_type)
    if content_type.partition(";")[0] in KINDS:
        request.setHeader("vary", "accept-encoding, sec-fetch-site")
    if may_pack(content_type, len(data), request.getHeader("accept-encoding"), request.getHeader("sec-fetch-site")):
        data = packed(data, drawn())
        request.setHeader("content-encoding", "gzip")
    request.setHeader("content-length", str(len(data)))
    return data


def json_answer(request: Any, status: int, value: Any, content_type: str = JSON) -> bytes:
    """A value as JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return answer(request, status, content_type, text.encode("utf-8", "replace") + b"\n")


def fields_of(request: Any) -> dict[bytes, list[bytes]]:
    """The fields of the question or the form."""
    found: dict[bytes, list[bytes]] = request.args or {}
    return found


def text_of(request: Any, name: bytes) -> str:
    """One field of a request as text; empty where it is left out."""
    return field_text(fields_of(request), name)


def field_text(fields: Fields, name: bytes) -> str:
    """One field as text; empty where it is left out."""
    return fields.get(name, [b""])[0].decode("utf-8", "replace")


def one_line(fields: Fields, name: bytes, most: int) -> str:
    """One field as text on one line, at most so many characters of it; empty where it is left out."""
    return " ".join(field_text(fields, name).split())[:most]
