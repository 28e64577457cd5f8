"""Pictures of a report, drawn as SVG: bars, lines with a band, weekday by hour, a strip of time. Pure.

Each can be read in grey: series differ by pattern and dash as well as by colour, squares carry their figures, lines are
named at their ends. Behind each stands a table of the very figures it shows (`behind`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any, Final

from gateway.languages.spoken import later, ours, said, say
from gateway.reports.scales import Scale, coin, magnitude, scale, tick
from gateway.reports.svg import INKS, document, element, label, rule
from gateway.reports.time_charts import draw_lines, draw_strip
from gateway.reports.values import Bars, Cell, Column, Heat, Lines, Money, Picture, Row, Strip, Table
from gateway.reports.wording import shown

WIDTH: Final = 720
#: Letters of a label beside a bar; the table behind has the whole.
LONGEST_LABEL: Final = 26
#: Standing bars that have their figure above them; more would run into each other.
MOST_FIGURES: Final = 12
_LEFT, _TOP, _RIGHT = 72.0, 12.0, 12.0
_PLOT: Final = 180.0
_LYING: Final = 24.0
_SQUARE, _SQUARE_HIGH = 26.0, 24.0
#: A square from its corner on.
_OUTLINE: Final = f"h{_SQUARE - 1:g}v{_SQUARE_HIGH - 1:g}h{1 - _SQUARE:g}z"
#: Depths of a square, chosen so that its figure can be read on each, on light and on dark ground.
DEPTHS: Final = (0.1, 0.22, 0.35, 0.45, 0.65, 0.85, 1.0)
#: From this depth on the figure is written in the colour of paper, where the ground is light.
_DEEP: Final = 6


def draw(picture: Picture, zone: tzinfo) -> str:
    """A picture as SVG."""
    match picture:
        case Bars():
            bars = replace(picture, labels=tuple(map(said, picture.labels)))
            return _lying(bars, zone) if picture.lying else _standing(bars, zone)
        case Lines():
            return draw_lines(replace(picture, labels=tuple(map(said, picture.labels))))
        case Heat():
            return _heat(picture, zone)
        case Strip():
            return draw_strip(picture, zone)


# -- bars -----------------------------------------------------------------------------------------------------------


def _scale(picture: Bars, length: float) -> Scale:
    """Lying bars stand beside each other and standing ones on top of each other."""
    join = max if picture.lying else sum
    largest = max((join(magnitude(cell) for cell in row) for row in picture.values if row), default=0.0)
    money = coin([cell for row in picture.values for cell in row])
    return scale(largest, picture.measure, length, money.decimals if money else 0)


def _lying(picture: Bars, zone: tzinfo) -> str:
    """Names at the left, figures behind the bars."""
    left, right, thick = 180.0, 108.0, _LYING * max(1, len(picture.series)) * (0.75 if len(picture.series) > 1 else 1)
    made = _scale(picture, WIDTH - left - right)
    top = _legend_height(picture)
    parts = [_patterns(picture.name), *_legend(picture)]
    for place, (name, cells) in enumerate(zip(picture.labels, picture.values, strict=True)):
        y = top + place * thick
        high = (thick - 6) / len(cells)
        parts.append(label(left - 8, y + thick / 2 + 4, _short(name), anchor="end"))
        for number, cell in enumerate(cells):
            at = y + 3 + number * high
            long = made.at(magnitude(cell))
            parts.append(_bar(picture.name, number, left, at, long, high - (1 if len(cells) > 1 else 0)))
            parts.append(label(left + long + 6, at + high / 2 + 4, shown(cell, picture.measure.kind, zone), size=11))
    bottom = top + len(picture.labels) * thick
    parts.append(rule(left, top, left, max(bottom, top + 12), tone="faint"))
    return document(picture.name, say(picture.title), say(picture.sentence), WIDTH, int(bottom + 8), "".join(parts))


def _standing(picture: Bars, zone: tzinfo) -> str:
    """In the order of time, over an axis; the series on top of each other."""
    made, top = _scale(picture, _PLOT), _TOP + _legend_height(picture)
    foot, room = top + _PLOT, (WIDTH - _LEFT - _RIGHT) / max(1, len(picture.labels))
    money = coin([cell for row in picture.values for cell in row])
    parts = [_patterns(picture.name), *_legend(picture), *_grid(made, foot, picture.measure, money)]
    every = 1 + (len(picture.labels) - 1) // max(1, int((WIDTH - _LEFT - _RIGHT) / _widest(picture.labels)))
    figures = len(picture.series) == 1 and len(picture.labels) <= MOST_FIGURES
    for place, (name, cells) in enumerate(zip(picture.labels, picture.values, strict=True)):
        x = _LEFT + place * room
        base = foot
        for number, cell in enumerate(cells):
            high = made.at(magnitude(cell))
            base -= high
            parts += [_bar(picture.name, number, x + room * 0.1, base, room * 0.8, high)] if high else []
            if figures and high:
                text = shown(cell, picture.measure.kind, zone)
                parts.append(label(x + room / 2, base - 3, text, anchor="middle", size=10))
        if place % every == 0:
            parts.append(label(x + room / 2, foot + 16, name, anchor="middle", tone="faint", size=11))
    parts.append(rule(_LEFT, foot, WIDTH - _RIGHT, foot, tone="faint"))
    return document(picture.name, say(picture.title), say(picture.sentence), WIDTH, int(foot + 26), "".join(parts))


def _widest(labels: Sequence[str]) -> float:
    return 12.0 + 6.0 * max(map(len, labels), default=1)


def _grid(made: Scale, foot: float, measure: Column, money: Money | None) -> Iterator[str]:
    for figure in made.ticks:
        y = foot - made.at(figure)
        yield rule(_LEFT, y, WIDTH - _RIGHT, y)
        yield label(_LEFT - 6, y + 4, tick(figure, measure, money), anchor="end", tone="faint", size=11)


def _bar(name: str, series: int, x: float, y: float, wide: float, high: float) -> str:
    """A bar: solid, hatched or hollow, by its place among the series."""
    fills = (INKS["accent"], f"url(#{name}-hatch)", INKS["paper"])
    place = series % len(fills)
    edge = None if place == 0 else INKS["accent"]
    return element(
        "rect",
        x=float(x),
        y=float(y),
        width=float(max(wide, 0.5)),
        height=float(high),
        class_=f"bar s{place}",
        fill=fills[place],
        stroke=edge,
    )


def _patterns(name: str) -> str:
    """The hatching of the second series."""
    line = element("path", d="M0 6 L6 0", class_="line-accent", stroke=INKS["accent"], stroke_width=2)
    tile: dict[str, Any] = {"width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    return element("defs", element("pattern", line, id=f"{name}-hatch", **tile))


def _legend_height(picture: Bars) -> float:
    return 24.0 if len(picture.series) > 1 else 4.0


def _legend(picture: Bars) -> Iterator[str]:
    """What is which, where there is more than one."""
    x = _LEFT
    for number, name in enumerate(picture.series if len(picture.series) > 1 else ()):
        yield _bar(picture.name, number, x, 4, 14, 12)
        yield label(x + 20, 14, say(name))
        x += 44 + 7 * len(name)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"


# -- weekday by hour ------------------------------------------------------------------------------------------------


def _heat(picture: Heat, zone: tzinfo) -> str:
    left, top = 64.0, 24.0
    parts = [
        label(left + (place + 0.5) * _SQUARE, top - 8, name, anchor="middle", tone="faint", size=11)
        for place, name in enumerate(picture.columns)
    ]
    parts += [
        label(left - 8, top + down * _SQUARE_HIGH + 16, say(name), anchor="end")
        for down, name in enumerate(picture.rows)
    ]
    parts += _squares(picture, left, top)
    if picture.outlined is not None:
        down, along = picture.outlined
        x, y = left + along * _SQUARE, top + down * _SQUARE_HIGH
        size: dict[str, Any] = {"x": x - 0.5, "y": y - 0.5, "width": _SQUARE, "height": _SQUARE_HIGH}
        parts.append(element("rect", **size, class_="outlined", fill="none", stroke=INKS["ink"], stroke_width=2.5))
    width, height = int(left + len(picture.columns) * _SQUARE + 12), int(top + len(picture.rows) * _SQUARE_HIGH + 8)
    return document(picture.name, say(picture.title), say(picture.sentence), width, height, "".join(parts))


def _squares(picture: Heat, left: float, top: float) -> Iterator[str]:
    """The squares, those of one depth as one path, and their figures: there are 168 of them, and a page has many such pictures."""
    largest = max((value for row in picture.values for value in row if value is not None), default=0.0)
    paths, figures = defaultdict[int, list[str]](list), defaultdict[tuple[int, int], list[str]](list)
    for down, row in enumerate(picture.values):
        for along, value in enumerate(row):
            if value is None:
                continue
            x, y, depth = left + along * _SQUARE, top + down * _SQUARE_HIGH, _depth(value, largest)
            paths[depth].append(f"M{x:g} {y:g}{_OUTLINE}")
            if depth:
                text = _brief(value)
                where = {"x": x + (_SQUARE - 1) / 2, "y": y + 15.5}
                figures[depth, 10 if len(text) < 4 else 9].append(element("text", text, **where))
    for depth, some in sorted(paths.items()):
        yield _of_depth(depth, "".join(some))
    for (depth, points), some in sorted(figures.items()):
        ink = INKS["paper" if depth >= _DEEP else "ink"]
        yield element("g", "".join(some), class_=f"t{depth}", fill=ink, font_size=points, text_anchor="middle")


def _depth(value: float, largest: float) -> int:
    """How deep a square is, by its share of the largest; 0 for one of nothing."""
    return min(len(DEPTHS), 1 + int(len(DEPTHS) * value / largest)) if value and largest else 0


def _of_depth(depth: int, path: str) -> str:
    """All squares of one depth."""
    if not depth:
        return element("path", d=path, class_="square none", fill="none", stroke=INKS["rule"])
    ink: dict[str, Any] = {"fill": INKS["accent"], "fill_opacity": str(DEPTHS[depth - 1])}
    return element("path", d=path, class_=f"square d{depth}", **ink)


def _brief(value: float) -> str:
    """A figure of three or four signs, for a square."""
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


# -- the table behind -----------------------------------------------------------------------------------------------


def behind(picture: Picture) -> Table:
    """The figures that a picture shows."""
    columns, rows = _figures(picture)
    return Table(name=picture.name, title=picture.title, columns=columns, rows=tuple(rows), count=len(rows))


def _figures(picture: Picture) -> tuple[tuple[Column, ...], list[Row]]:
    kind, columns = picture.measure.kind, tuple[Column, ...]()
    if isinstance(picture, Strip):
        columns = (
            Column("from", "from", "instant"),
            Column("to", "to", "instant"),
            Column("lasted", "lasted", "seconds"),
        )
        return columns, [(since, until, (until - since) // 1_000_000) for since, until in picture.spans]
    if isinstance(picture, Heat):
        heads = (
            Column("name", picture.heading),
            *(Column(f"c{n}", one, kind) for n, one in enumerate(picture.columns)),
        )
        return heads, [(ours(name), *row) for name, row in zip(picture.rows, picture.values, strict=True)]
    series = [Column(f"s{number}", name, kind) for number, name in enumerate(picture.series)]
    cells: list[list[Cell]] = [list(row) for row in picture.values]
    if isinstance(picture, Lines) and picture.band is not None:
        series += [
            Column("low", later("{name}, from", name=ours(picture.band.name)), kind),
            Column("high", later("{name}, to", name=ours(picture.band.name)), kind),
        ]
        edges = zip(picture.band.low, picture.band.high, strict=True)
        cells = [[*row, *pair] for row, pair in zip(cells, edges, strict=True)]
    columns = (Column("name", picture.heading), *series)
    return columns, [(name, *row) for name, row in zip(picture.labels, cells, strict=True)]
