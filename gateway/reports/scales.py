"""Axes: figures that a person would have chosen, from nothing up to a little over the largest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from gateway.reports.values import Cell, CellKind, Column, Money
from gateway.reports.wording import shown

#: Lines of an axis besides the one at nothing.
MOST_TICKS: Final = 6
#: Steps of seconds that have a name on a clock; above the last, tens of hours.
_CLOCK: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Scale:
    """Figures from nothing to `top` on a stretch of pixels."""

    top: float
    step: float
    length: float

    @property
    def ticks(self) -> list[float]:
        """The figures beside which a line stands, without nothing."""
        return [self.step * number for number in range(1, round(self.top / self.step) + 1)]

    def at(self, figure: float) -> float:
        """How far from nothing a figure is, in pixels."""
        return self.length * max(0.0, min(figure, self.top)) / self.top


def scale(largest: float, measure: Column, length: float, decimals: int = 0) -> Scale:
    """The scale for figures up to `largest`; of money the figures are minor units with so many decimals."""
    step = _step(max(largest, 0.0), measure.kind, decimals)
    lines = max(1, -int(-largest // step))
    return Scale(top=step * lines, step=step, length=length)


def _step(largest: float, kind: CellKind, decimals: int) -> float:
    if largest <= 0:
        return 1.0
    if kind == "seconds":
        named = next((step for step in _CLOCK if step * MOST_TICKS >= largest), None)
        return float(named) if named else 36_000 * _round(largest / 36_000)
    if kind == "money":
        whole = float(10**decimals)
        return max(1.0, _round(largest / whole) * whole)
    step = _round(largest)
    return max(1.0, step) if kind == "count" else step


def _round(largest: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … by which `largest` is reached in `MOST_TICKS` steps."""
    size = 10.0 ** (len(str(int(largest))) - 2) if largest >= 1 else 0.001
    while True:
        for one in (1, 2, 5):
            if one * size * MOST_TICKS >= largest:
                return one * size
        size *= 10


def magnitude(cell: Cell) -> float:
    """A cell as a length; nothing where nothing is known or it is less."""
    figure = cell.minor if isinstance(cell, Money) else cell
    return max(0.0, float(figure)) if isinstance(figure, int | float) else 0.0


def coin(cells: Sequence[Cell]) -> Money | None:
    """The first amount among cells, for the currency and decimals of an axis."""
    return next((one for one in cells if isinstance(one, Money)), None)


def tick(figure: float, measure: Column, money: Money | None) -> str:
    """A figure beside its line."""
    if money is not None:
        minor = Money(round(figure), "", money.decimals)
        text = shown(minor, "money", UTC)
        return text.removesuffix("." + "0" * money.decimals) if money.decimals else text
    if measure.kind in ("erlangs", "percent", "ccs", "count"):
        return f"{figure:g}"
    return shown(int(figure), measure.kind, UTC)
