"""Pictures in a work book: charts of its own over the figures that stand beside them, readable in grey."""

from __future__ import annotations

from typing import Any, Final

from gateway.languages.spoken import say
from gateway.reports.svg import INKS
from gateway.reports.values import Bars, Heat, Lines, Picture
from gateway.web.words import visible

_DASHES: Final = ("solid", "dash", "round_dot", "square_dot")
_PATTERNS: Final = ("", "wide_upward_diagonal", "light_horizontal")


def draw(book: Any, sheet: Any, picture: Picture, rows: int, columns: int) -> None:
    """Put a picture beside its figures, which are on the sheet already: `rows` of them under one row of heads."""
    if not rows:
        return
    if isinstance(picture, Heat):
        shades = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": INKS["accent"].upper()}
        sheet.conditional_format(1, 1, rows, columns - 1, shades)
    elif isinstance(picture, Bars):
        kind = {"type": "bar"} if picture.lying else {"type": "column", "subtype": "stacked"}
        _chart(book, sheet, picture, kind, rows, columns)
    elif isinstance(picture, Lines):
        _chart(book, sheet, picture, {"type": "line"}, rows, columns)


def _chart(book: Any, sheet: Any, picture: Bars | Lines, kind: dict[str, str], rows: int, columns: int) -> None:
    chart = book.add_chart(kind)
    name = sheet.get_name()
    for place in range(columns - 1):
        said: dict[str, Any] = {
            "name": [name, 0, place + 1],
            "categories": [name, 1, 0, rows, 0],
            "values": [name, 1, place + 1, rows, place + 1],
        }
        look = _line(place) if isinstance(picture, Lines) else _fill(place)
        chart.add_series(said | look)
    chart.set_title({"name": visible(say(picture.title)), "overlay": False, "name_font": {"size": 11}})
    chart.set_y_axis(
        {"name": visible(say(picture.measure.title))} | ({"reverse": True} if kind["type"] == "bar" else {})
    )
    chart.set_size({"width": 720, "height": max(300, 60 + 20 * rows) if kind["type"] == "bar" else 300})
    if columns == 2:
        chart.set_legend({"none": True})
    sheet.insert_chart(1, columns + 1, chart, {"description": visible(say(picture.sentence))})


def _line(place: int) -> dict[str, Any]:
    return {"line": {"color": INKS["accent"], "width": 1.75, "dash_type": _DASHES[place % len(_DASHES)]}}


def _fill(place: int) -> dict[str, Any]:
    pattern = _PATTERNS[place % len(_PATTERNS)]
    border = {"border": {"color": INKS["accent"]}}
    if not pattern:
        return border | {"fill": {"color": INKS["accent"]}}
    return border | {"pattern": {"pattern": pattern, "fg_color": INKS["accent"], "bg_color": INKS["paper"]}}
