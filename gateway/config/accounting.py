"""How bookings are written for an accounting program: its accounts, and the columns of the file that it reads."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.base import Settings
from gateway.config.checks import number_class
from gateway.config.fields import Text, TextMap, as_tuple, one_of

#: What can stand in a column, and what it is.
VALUES: Final[Mapping[str, str]] = {
    "account": "the account",
    "debit": "the amount, where it is a debit",
    "credit": "the amount, where it is a credit",
    "amount": "the amount, a credit with a minus",
    "absolute": "the amount without a sign, beside `side`",
    "side": "debit or credit, in the words of debit_word and credit_word",
    "currency": "ISO 4217",
    "date": "the day of the booking",
    "document": "what the lines of one booking share",
    "text": "what it is, in words",
    "tax": "the name of the tax, as the tariff has it",
    "class": "the class of the numbers that were called",
    "department": "the department of the house",
    "charges": "how many charges are in it",
    "export": "the number of the export",
    "again": "A where the days were exported before, else nothing",
    "first": "the first day of the export",
    "last": "its last day",
}
LINES: Final = ("totals", "charges")
DEFAULT: Final = "default"
_DATE: Final = re.compile(r"(?:%[dmYy]|[-./ ])+")
#: The longest fixed text of a column.
LONGEST_FIXED: Final = 100


def whole_day(text: str) -> str:
    """Accept a way of writing a day that has its day, month and year."""
    parts = set(re.findall(r"%(.)", text))
    if not _DATE.fullmatch(text) or not {"d", "m"} <= parts or not parts & {"Y", "y"}:
        raise ValueError(f'"{text}" does not write a whole day; write for example "%d.%m.%Y" or "%Y%m%d"')
    date(2026, 11, 30).strftime(text)
    return text


def one_character(text: str) -> str:
    """Accept a separator."""
    if len(text) != 1 or text in '"\r\n' or not text.isascii() or text.isalnum():
        raise ValueError('a separator is one character, such as ";" or "," or a tab, "\\t"')
    return text


def code_page(name: str) -> str:
    """Accept a code page of text."""
    try:
        "1,5;ä".encode(name, "replace").decode(name)
        codecs.lookup(name)
    except (LookupError, UnicodeError):
        raise ValueError(f'"{name}" is not an encoding; write for example "utf-8", "utf-8-sig" or "cp1252"') from None
    return name


def by_class(accounts: Mapping[str, str]) -> Mapping[str, str]:
    """Accept accounts by class of number, and the one for the rest."""
    for name in accounts:
        number_class(name, also=(DEFAULT,))
    return with_default(accounts)


def with_default(accounts: Mapping[str, str]) -> Mapping[str, str]:
    """Accept a table that has an account for everything."""
    if DEFAULT not in accounts:
        raise ValueError('an account for all the rest is missing; write for example default = "4400"')
    return accounts


class ColumnSettings(Settings):
    """A column: its title, and what stands in it: one of `VALUES`, or a fixed `text`."""

    title: str = Field("", examples=["Konto"])
    value: Annotated[str, AfterValidator(one_of(tuple(VALUES), 'value = "account"'))] | None = Field(
        None, examples=["account"]
    )
    text: Annotated[str, Field(max_length=LONGEST_FIXED)] | None = Field(None, examples=["001"])


_USUAL: Final = ("date", "document", "account", "debit", "credit", "currency", "text", "tax", "export", "again")


class AccountingSettings(Settings):
    """The accounts, and how the file is written.

    A charge that the PMS took is a debit of `guests` and a credit of `revenue` (by class of number) and of `taxes` (by the
    tax's name). With `departments`, a call of the house is a debit of its department's account and a credit of `recovered`.
    `lines` is "totals" for a line each day and account, "charges" for a booking each charge.
    """

    guests: Text = Field(examples=["1400"])
    revenue: Annotated[TextMap, AfterValidator(by_class)] = Field(examples=[{"default": "4400"}])
    taxes: Annotated[TextMap, AfterValidator(with_default)] = Field(examples=[{"default": "3806"}])
    departments: Annotated[TextMap, AfterValidator(with_default)] | None = Field(
        None, examples=[{"Kitchen": "6920", "default": "6900"}]
    )
    recovered: Text | None = Field(None, examples=["4990"])
    lines: Annotated[str, AfterValidator(one_of(LINES, 'lines = "totals"'))] = Field("totals", examples=["totals"])
    columns: Annotated[tuple[ColumnSettings, ...], BeforeValidator(as_tuple)] = Field(
        tuple(ColumnSettings.model_validate({"title": one, "value": one}) for one in _USUAL),
        examples=[[{"title": "Konto", "value": "account"}]],
    )
    separator: Annotated[str, AfterValidator(one_character)] = Field(",", examples=[";"])
    decimal_mark: Annotated[str, AfterValidator(one_of((".", ","), 'decimal_mark = ","'))] = Field(".", examples=[","])
    date_format: Annotated[str, AfterValidator(whole_day)] = Field("%Y-%m-%d", examples=["%d.%m.%Y"])
    encoding: Annotated[str, AfterValidator(code_page)] = Field("utf-8", examples=["cp1252"])
    head: bool = Field(True, examples=[True])
    debit_word: str = Field("D", examples=["S"])
    credit_word: str = Field("C", examples=["H"])
