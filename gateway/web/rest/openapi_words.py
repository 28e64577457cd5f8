"""The words that the description of the API is written in: kinds of values, answers, and what may be asked how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.store.tokens import RIGHTS
from gateway.web.rest.problems import TYPE

TEXT: Final = {"type": "string"}
WHOLE: Final = {"type": "integer"}
YES: Final = {"type": "boolean"}
INSTANT: Final = {"type": "string", "format": "date-time"}
AMOUNT: Final = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "decimal string, never a float"}


def or_null(kind: Mapping[str, Any]) -> dict[str, Any]:
    """The same, or null."""
    return {**kind, "type": [kind["type"], "null"]}


def list_of(kind: Mapping[str, Any]) -> dict[str, Any]:
    """A list of such values."""
    return {"type": "array", "items": dict(kind)}


def object_of(about: str, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """An object of exactly these fields."""
    return {
        "type": "object",
        "description": about,
        "required": list(fields),
        "additionalProperties": False,
        "properties": {name: dict(kind) for name, kind in fields.items()},
    }


def ref(name: str) -> dict[str, str]:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**62},
}

#: Refusals that every address of the API may answer with.
_REFUSALS: Final = {
    "400": "the question is not understood",
    "401": "the token is not known, or there is none where one is needed",
    "403": "the token may not do this",
    "429": "too many requests",
    "503": "the store cannot be used now; retry-after says when to ask again",
}


def answer_of(about: str, schema: str) -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": about, "content": {"application/json": {"schema": ref(schema)}}}


def refusal(about: str) -> dict[str, Any]:
    """A refusal with its sentence."""
    return {"description": about, "content": {TYPE: {"schema": ref("Problem")}}}


def get(about: str, schema: str, *parameters: Mapping[str, Any], **refusals: str) -> dict[str, Any]:
    """A GET: what it is for, what it answers, and its own refusals as status_404="there is none"."""
    return {"get": _described(about, about, schema, refusals, parameters) | {"security": [{}, {"token": []}]}}


def post(about: str, body: str, schema: str, right: str, summary: str) -> dict[str, Any]:
    """A POST of a wish that needs a token with a right."""
    assert right in RIGHTS
    own = {
        "status_409": "not done, and the sentence says why; or the client_id was used for something else",
        "status_413": "the body is longer than 16 KiB",
        "status_415": "the body is not said to be JSON",
        "status_422": "the body is not what is described here",
    }
    content = {"required": True, "content": {"application/json": {"schema": ref(body)}}}
    said = _described(summary, f"{about} Needs a token with the right `{right}`.", schema, own, ())
    return {"post": said | {"requestBody": content, "security": [{"token": []}]}}


def _described(
    summary: str, about: str, schema: str, refusals: Mapping[str, str], parameters: tuple[Mapping[str, Any], ...]
) -> dict[str, Any]:
    answers = {"200": answer_of(summary, schema)} | {status: refusal(words) for status, words in _REFUSALS.items()}
    answers |= {status.removeprefix("status_"): refusal(words) for status, words in refusals.items()}
    described: dict[str, Any] = {"summary": summary, "description": about, "responses": answers}
    return described | ({"parameters": [dict(one) for one in parameters]} if parameters else {})
