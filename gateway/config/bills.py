"""The table `[bills]`: what guests are handed."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import Texts


class BillSettings(Settings):
    """What the house has on its bills and its card of prices; every key may be left out.

    `hidden_digits` is how many of the last digits of a number are hidden; `address` are lines below the hotel's name;
    `card_countries` are the countries that the card names, by their codes of ISO 3166.
    """

    hidden_digits: Annotated[int, Field(ge=0, le=15)] = Field(3, examples=[3])
    address: Texts = Field((), examples=[["1 Beach Road", "VAT ID PL1234567890"]])
    card_countries: Annotated[Texts, AfterValidator(checks.countries)] = Field((), examples=[["DE", "GB", "US"]])
