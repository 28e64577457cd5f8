"""`[carrier_bills]`: where carriers' itemised bills lie, and how each carrier writes his."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.carrier_bills.layout import VATS
from gateway.carrier_bills.moments import LENGTHS, moment_format
from gateway.carrier_bills.numbers import WRITTEN
from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import FilePath, Text, Zone, as_tuple, one_of
from gateway.config.lines import Path
from rating.money import exact

if TYPE_CHECKING:
    pass


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ValueError(f'"{name}" is no encoding that is known; write one such as "cp1252"') from None
    return name


def _separator(sign: str) -> str:
    if sign and (len(sign) != 1 or sign in '"\r\n' or sign.isalnum()):
        raise ValueError(f'"{sign}" cannot separate columns; write one sign such as ";"')
    return sign


def _decimal(sign: str) -> str:
    if sign not in (".", ","):
        raise ValueError(f'"{sign}" is not how a decimal fraction is marked; write "," or "."')
    return sign


def _percent(text: str) -> str:
    try:
        if 0 <= exact(text, 4) <= 100 * 10_000:
            return text
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no rate of tax; write it like "19" or "8.5", without the sign')


def _rounding(text: str) -> str:
    try:
        if exact(text, 6) >= 0:
            return text
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no amount; write it like "0.01", in the currency of the bill')


def _column(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('must be a column: its title in quotes, such as "Duration", or its place, such as 4')
    if isinstance(value, int) and not 1 <= value <= 500:
        raise ValueError(f"{value} is no place of a column; the first one is 1")
    if isinstance(value, str) and not value.strip():
        raise ValueError("must not be empty")
    return value


Column = Annotated[str | int, BeforeValidator(_column)]


class BillLayoutSettings(Settings):
    """How one carrier writes his bill. A column is named by its title, or by its place where there are no titles.

    `vat` says whether the bill's amounts include tax, `our_costs` whether our stored costs do: where they differ,
    `vat_percent` makes them comparable. `masked_digits` is how many digits at the end of each number the carrier hides.
    """

    name: Text = Field(examples=["telco"])
    carrier: str = Field("", examples=["Telco"])
    number: Column = Field(examples=["Called number"])
    began: Column = Field(examples=["Date"])
    time: Column | None = Field(None, examples=["Time"])
    duration: Column = Field(examples=["Duration"])
    amount: Column = Field(examples=["Net amount"])
    caller: Column | None = Field(None, examples=["Line"])
    written: Annotated[str, AfterValidator(moment_format)] = Field("iso", examples=["%d.%m.%Y %H:%M:%S"])
    timezone: Zone | None = Field(None, examples=["Europe/Warsaw"])
    durations: Annotated[str, AfterValidator(one_of(LENGTHS, 'durations = "clock"'))] = Field(
        "seconds", examples=["clock"]
    )
    decimal: Annotated[str, AfterValidator(_decimal)] = Field(".", examples=[","])
    currency: Annotated[str, AfterValidator(checks.currency)] | None = Field(None, examples=["EUR"])
    numbers: Annotated[str, AfterValidator(one_of(WRITTEN, 'numbers = "national"'))] = Field(
        "national", examples=["e164"]
    )
    masked_digits: Annotated[int, Field(ge=0, le=6)] = Field(0, examples=[3])
    vat: Annotated[str, AfterValidator(one_of(VATS, 'vat = "excluded"'))] = Field("excluded", examples=["included"])
    our_costs: Annotated[str, AfterValidator(one_of(VATS, 'our_costs = "included"'))] | None = Field(
        None, examples=["included"]
    )
    vat_percent: Annotated[str, AfterValidator(_percent)] | None = Field(None, examples=["23"])
    separator: Annotated[str, AfterValidator(_separator)] = Field("", examples=[";"])
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("", examples=["cp1250"])
    skip: Annotated[int, Field(ge=0, le=1_000)] = Field(0, examples=[3])
    time_tolerance: Annotated[int, Field(ge=1, le=3_600)] = Field(120, examples=[60])
    duration_tolerance: Annotated[int, Field(ge=0, le=3_600)] = Field(3, examples=[1])
    rounding: Annotated[str, AfterValidator(_rounding)] | None = Field(None, examples=["0.005"])


class CarrierBillSettings(Settings):
    """The folder that bills are laid into for the page, and the layouts by which they are read."""

    folder: FilePath | None = Field(None, examples=["bills"])
    layout: Annotated[tuple[BillLayoutSettings, ...], BeforeValidator(as_tuple)] = Field((), examples=[[]])


def bill_findings(bills: object) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys of the layouts."""
    listed = bills.get("layout", []) if isinstance(bills, dict) else []
    if isinstance(listed, dict):
        yield (
            ("carrier_bills", "layout"),
            "there may be several of these: write [[carrier_bills.layout]] with two brackets",
        )
    seen: set[object] = set()
    for place, one in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(one, dict):
            yield from _between(one, ("carrier_bills", "layout", place), seen)


def _between(one: dict[str, Any], path: Path, seen: set[object]) -> Iterator[tuple[Path, str]]:
    name = one.get("name")
    if isinstance(name, str):
        if name in seen:
            yield (*path, "name"), f'"{name}" is the name of another layout; give each one its own'
        seen.add(name)
    ours, theirs = one.get("our_costs"), one.get("vat", "excluded")
    if ours in VATS and theirs in VATS and ours != theirs and "vat_percent" not in one:
        yield (*path, "our_costs"), 'the bill and our costs differ in tax; write its rate, such as vat_percent = "23"'
    columns = [one[key] for key in ("number", "began", "duration", "amount") if key in one]
    if any(isinstance(column, str) for column in columns) and any(isinstance(column, int) for column in columns):
        yield path, "columns are named by their titles or by their places; use one way for all of them"
