"""Numbers that nobody is shown, read again from their records for the one purpose that needs them: to find a call on a carrier's bill.

What is found out here is compared and never shown: the check writes `a helpline` or `a personal call` in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.helplines import HELPLINE, Helplines, helplines
from gateway.reports.codes import ReadAgain, reader_of
from gateway.reports.flat import plan_of
from rating.numbering import NumberPlan

if TYPE_CHECKING:
    from gateway.config import Config


@dataclass(frozen=True, slots=True)
class Unmasking:
    """How records are read again, and which numbers are nobody's business."""

    read: ReadAgain
    plan: NumberPlan
    listed: Helplines

    def number(self, records: Iterable[tuple[str, bytes, int]]) -> tuple[str | None, str | None]:
        """The number that a call's records tell, in E.164 where it has that form, and the digits as they were dialled."""
        for record in records:
            leg = self.read(*record)
            if leg is not None and leg.dialled:
                return self.plan.classify(leg.dialled).e164, leg.dialled
        return None, None

    def shown(self, number: str) -> str:
        """A number of a carrier's bill as it may be shown."""
        return HELPLINE if self.listed.holds(number, self.plan.classify) else number


def unmasking_of(config: Config) -> Unmasking:
    """The same for a house."""
    plan = plan_of(config)
    listed = helplines(config.privacy.helplines, config.property.country, plan.classify)
    return Unmasking(reader_of(config), plan, listed)
