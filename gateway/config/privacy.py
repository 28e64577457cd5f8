"""`[privacy]`: what nobody is shown, whoever asks."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.base import Settings
from gateway.config.fields import as_tuple
from gateway.helplines import bare


def _dialled(text: str) -> str:
    digits = bare(text).removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and len(digits) >= 3):
        raise ValueError(f'"{text}" is no number; write it as it is dialled, without the code for a line: "116 123"')
    return text


class PrivacySettings(Settings):
    """What nobody is shown. Every key may be left out.

    `helplines` are numbers besides the known ones of the country whose calls are never itemised: a doctor, a chaplain.
    """

    helplines: Annotated[tuple[Annotated[str, AfterValidator(_dialled)], ...], BeforeValidator(as_tuple)] = Field(
        (), examples=[["+48 22 555 01 02"]]
    )
