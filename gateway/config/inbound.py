"""Settings of the reports on calls that come in: how long is a talk, and what the numbers are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import Text
from gateway.config.lines import Path


class InboundSettings(Settings):
    """What counts as a talk and no mere ring. What counts as answered in time is said in `[reports]`."""

    talk_seconds: Annotated[int, Field(ge=1, le=7_200)] = Field(60, examples=[60])


#: What holds where the file says nothing.
USUAL = InboundSettings.model_validate({})


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f'"{text}" is not digits alone; write the number as the exchange tells it, such as "5500"')
    return text


class NumberSettings(Settings):
    """A number by which the house is reached, and what is spent on making it known.

    `did` are the digits as the exchange tells them. `campaign_cost` is an amount in the hotel's currency for the days `from`
    to `to`, both included; a number with several campaigns has a table for each, and a table without a cost only a name.
    """

    did: Annotated[str, AfterValidator(_digits)] = Field(examples=["5500"])
    name: Text = Field(examples=["Spring in the city"])
    campaign_cost: Annotated[str, AfterValidator(checks.amount)] | None = Field(None, examples=["1200.00"])
    first: date | None = Field(None, alias="from", examples=[date(2026, 11, 1)])
    last: date | None = Field(None, alias="to", examples=[date(2026, 11, 30)])


_Table: TypeAlias = Mapping[str, Any]


def number_findings(numbers: Sequence[_Table]) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys of numbers: days without order, costs without days, campaigns that overlap."""
    kept: dict[object, list[tuple[date, date, str]]] = {}
    for place, one in enumerate(numbers):
        path: Path = ("numbers", place)
        first, last = one.get("from"), one.get("to")
        days = type(first) is date and type(last) is date
        if "campaign_cost" in one and not ("from" in one and "to" in one):
            yield path, "a campaign_cost is for days; write from = 2026-11-01 and to = 2026-11-30"
        elif ("from" in one or "to" in one) and "campaign_cost" not in one:
            yield path, 'days belong to a campaign; write campaign_cost = "1200.00", or leave from and to out'
        if not days:
            continue
        assert isinstance(first, date)
        assert isinstance(last, date)
        if last < first:
            yield (*path, "to"), f"{last} is before {first}; the days go from the earlier one to the later"
            continue
        known = kept.setdefault(one.get("did"), [])
        for begin, end, name in known:
            if first <= end and begin <= last:
                yield (*path, "from"), f'the campaign "{name}" has this number on some of these days already'
                break
        known.append((first, last, str(one.get("name"))))
