"""The description of what the log of calls can be asked: drawn from its fields, so that it says what the code does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.call_log.asking import LONGEST, PERIODS
from gateway.call_log.fields import FIELDS, SORTS, Field, Kind
from gateway.web.rest.openapi_words import AMOUNT, INSTANT, TEXT, WHOLE, YES, list_of, object_of

_SAYS: Final[Mapping[Kind, str]] = {
    "word": "the whole of it, or how it begins with a star at the end",
    "number": "a telephone number, or how it begins with a star at the end",
    "seconds": "whole seconds",
    "money": "an amount in the hotel's currency, with a point",
    "words": "room, extension, number, guest, department or place",
    "yes": "yes or no",
}


def parameters() -> tuple[Mapping[str, Any], ...]:
    """Everything that the log can be asked, beside the part of the list."""
    day = {"type": "string", "format": "date"}
    return (
        _query(
            "period", f"one of {', '.join(PERIODS)}; the last 31 days where anything is asked and no period is", TEXT
        ),
        _query("from", "the first day, by the hotel's clock", day),
        _query("to", "the last day, included", day),
        *(one for field in FIELDS for one in _of(field)),
        _query("sort", "what the list is in the order of", {"type": "string", "enum": list(SORTS), "default": "began"}),
        _query("order", "the most first, or the least", {"type": "string", "enum": ["down", "up"], "default": "down"}),
    )


def _of(field: Field) -> Iterator[dict[str, Any]]:
    for name in field.parameters:
        end = {"min": "at least", "max": "at most"}.get(name.removeprefix(f"{field.name}_"), "")
        says = _SAYS.get(field.kind) or f"one or several, by commas, of {', '.join(field.choices)}"
        yield _query(
            name,
            f"{field.title}: {f'{end}, ' if end else ''}{says}; the first {LONGEST} characters are looked at",
            {"type": "string"},
        )


def _query(name: str, about: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A field of the address; left empty, as a form leaves it, it says nothing."""
    given = {"anyOf": [dict(schema), {"const": ""}]} if set(schema) != {"type"} else dict(schema)
    return {"name": name, "in": "query", "description": about, "schema": given}


def schemas() -> dict[str, Any]:
    """The sums of a question."""
    return {
        "CallSums": object_of(
            "Calls added up. Where at_least is true there are more, and every figure is at least what is said.",
            since=INSTANT,
            until=INSTANT,
            at_least=YES,
            calls=WHOLE,
            inward=WHOLE,
            outward=WHOLE,
            missed=WHOLE,
            talk_seconds=WHOLE,
            waited_seconds=WHOLE,
            waits_known=WHOLE,
            amounts=list_of(object_of("An amount.", amount=AMOUNT, currency=TEXT)),
            not_listed={**WHOLE, "description": "calls among them that no list shows: private calls"},
            not_listed_amount={**AMOUNT, "description": "what is to be paid for those, in the hotel's currency"},
        )
    }
