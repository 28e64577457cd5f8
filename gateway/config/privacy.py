"""The table `[privacy]`: what is cut before it is stored, what nobody is shown, and how long what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.base import Settings
from gateway.config.fields import Texts, as_tuple
from gateway.config.lines import Path
from gateway.helplines import bare

#: Digits that an access number must have: two or three of them begin half of all numbers.
LEAST_ACCESS: int = 4
#: Digits of the longest number that can be dialled: E.164 has 15, and codes of trunk, carrier and country stand before it.
LONGEST_NUMBER: int = 24
#: What a keep may at most be, in days: a hundred years.
LONGEST: int = 36_525

_Days = Annotated[int, Field(ge=1, le=LONGEST)]


def _access(numbers: tuple[str, ...]) -> tuple[str, ...]:
    for one in numbers:
        if not (one.isascii() and one.isdecimal()) or len(one) < LEAST_ACCESS:
            raise ValueError(
                f'"{one}" is not an access number; write its digits as they are dialled behind the trunk access code, '
                f"at least {LEAST_ACCESS} of them"
            )
    return numbers


def _dialled(text: str) -> str:
    digits = bare(text).removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and len(digits) >= 3):
        raise ValueError(f'"{text}" is no number; write it as it is dialled, without the code for a line: "116 123"')
    return text


class PrivacySettings(Settings):
    """What a house keeps of its guests and shows of them; every key may be left out, and then nothing is cut or erased.

    `helplines` are numbers besides the known ones of the country whose calls are never itemised: a doctor, a chaplain.

    Behind one of `access_numbers` (calling cards, telebanking, voice mail) what is typed is no number and is cut before it is
    stored; so is, where one of both keys is given, whatever is longer than `longest_number` digits (24 if left out). `schedule` turns the keeping times on: the bytes of records
    for `keep_raw_days`, whole numbers until `mask_after_days`, names and words about guests for `keep_guest_days` after they
    left, the feed for `keep_feed_days`, and what ties an amount to a guest for `keep_calls_days`.
    """

    helplines: Annotated[tuple[Annotated[str, AfterValidator(_dialled)], ...], BeforeValidator(as_tuple)] = Field(
        (), examples=[["+48 22 555 01 02"]]
    )
    access_numbers: Annotated[Texts, AfterValidator(_access)] = Field((), examples=[["0800123456"]])
    longest_number: Annotated[int, Field(ge=16, le=60)] | None = Field(None, examples=[24])
    schedule: bool = Field(False, examples=[True])
    keep_raw_days: _Days = Field(90, examples=[90])
    mask_after_days: _Days = Field(180, examples=[180])
    keep_guest_days: _Days = Field(365, examples=[365])
    keep_feed_days: _Days = Field(90, examples=[90])
    keep_calls_days: _Days = Field(3_653, examples=[3653])

    @property
    def cuts(self) -> bool:
        """Whether anything is to be cut out of records."""
        return bool(self.access_numbers) or self.longest_number is not None

    @property
    def longest(self) -> int:
        """Digits that a number may have."""
        return LONGEST_NUMBER if self.longest_number is None else self.longest_number


#: What holds where the file says nothing.
USUAL = PrivacySettings.model_validate({})


def privacy_findings(table: object) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys: a record's bytes hold its number, and an amount outlives the name of who paid it."""
    if not isinstance(table, Mapping):
        return

    def days(name: str) -> int:
        said: Any = table.get(name)
        return said if type(said) is int else int(getattr(USUAL, name))

    if days("keep_raw_days") > days("mask_after_days"):
        yield (
            ("privacy", "keep_raw_days" if "keep_raw_days" in table else "mask_after_days"),
            "the bytes of a record hold its number: keep_raw_days may not be longer than mask_after_days",
        )
    longest = max(days("mask_after_days"), days("keep_guest_days"))
    if longest > days("keep_calls_days"):
        yield (
            ("privacy", "keep_calls_days" if "keep_calls_days" in table else "keep_guest_days"),
            f"whose an amount is cannot be forgotten before its guest: keep_calls_days is to be at least {longest}",
        )
