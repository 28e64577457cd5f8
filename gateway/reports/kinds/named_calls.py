"""How a call is named, one by one, in the tables of calls that stand out: when, who, to whom, how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.languages.places import placed
from gateway.reports.asking import Asked
from gateway.reports.values import Column, Row
from gateway.reports.wording import class_words

#: The columns of `facts`.
FACTS: Final = (
    Column("call", "call", "text", detail=True),
    Column("began", "began", "instant"),
    Column("who", "room or department"),
    Column("extension", "extension"),
    Column("number", "number"),
    Column("class", "class"),
    Column("place", "place"),
    Column("talk_seconds", "talk", "seconds"),
)


def facts(asked: Asked, call: Mapping[str, Any]) -> Row:
    """The cells under `FACTS` for a row of calls; the number as far as whoever asks may see it."""
    who = (str(call["id"]), call["started_at"], call["room"] or call["department"], call["extension"])
    return (*who, asked.number(call), class_words(call["number_class"]), placed(call["place"]), call["talk_seconds"])
