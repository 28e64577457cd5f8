"""The table `[acts]`: what people may do to charges."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import Texts


class ActSettings(Settings):
    """Voids, adjustments, moves and charges by hand; every key may be left out.

    `alone_up_to` is what a person without the right to more may let go, `second_person_above` from where on two persons
    must agree whoever asks; both are amounts in the hotel's currency. `house_accounts` are names that a PMS takes charges
    for although no guest is there. `tax_percent` is the tax contained in what is charged by hand.
    """

    alone_up_to: Annotated[str, AfterValidator(checks.amount)] | None = Field(None, examples=["20.00"])
    second_person_above: Annotated[str, AfterValidator(checks.amount)] | None = Field(None, examples=["100.00"])
    house_accounts: Texts = Field((), examples=[["9001", "9002"]])
    tax_percent: Annotated[str, AfterValidator(checks.amount)] = Field("0", examples=["23"])
