"""Pictures read back as XML: they say what they show, their figures are in proportion, and nothing rests on colour alone."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.charts import DEPTHS, behind, draw
from gateway.reports.scales import MOST_TICKS, scale, tick
from gateway.reports.values import Bars, CellKind, Column, Lines, Money, Picture
from tests.gateway.reports.samples import WARSAW, pictures

SVG = "{http://www.w3.org/2000/svg}"
KINDS: list[CellKind] = ["count", "erlangs", "seconds", "percent", "ccs"]


def drawn(picture: Picture) -> ET.Element:
    """A picture, parsed."""
    return ET.fromstring(draw(picture, WARSAW))


def of_class(tree: ET.Element, name: str) -> list[ET.Element]:
    """Elements of a class."""
    return [one for one in tree.iter() if name in one.get("class", "").split()]


def texts(tree: ET.Element) -> list[str]:
    """What is written in a picture."""
    return [one.text or "" for one in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("picture", pictures(), ids=lambda one: one.name)
def test_a_picture_says_what_it_is_to_whoever_cannot_see_it(picture: Picture) -> None:
    tree = drawn(picture)
    assert tree.get("role") == "img"
    told = {one.get("id"): one.text for one in tree if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert [told[name] for name in tree.get("aria-labelledby", "").split()] == [picture.title, picture.sentence]


@pytest.mark.parametrize("picture", pictures(), ids=lambda one: one.name)
def test_a_picture_has_no_style_script_or_reference_outside(picture: Picture) -> None:
    """The policy of the pages forbids inline style; a picture is also a file by itself."""
    for one in drawn(picture).iter():
        assert one.tag.removeprefix(SVG) not in {"script", "style", "image", "a", "foreignObject"}
        assert not [name for name in one.attrib if name == "style" or "href" in name or name.startswith("on")]


@pytest.mark.parametrize("picture", pictures(), ids=lambda one: one.name)
def test_everything_lies_within_the_picture(picture: Picture) -> None:
    tree = drawn(picture)
    _, _, width, height = map(float, tree.get("viewBox", "").split())
    for one in tree.iter(f"{SVG}rect"):
        x, y = float(one.get("x", "0")), float(one.get("y", "0"))
        assert -1 <= x <= x + float(one.get("width", "0")) <= width + 1
        assert -1 <= y <= y + float(one.get("height", "0")) <= height + 1


def test_lying_bars_are_as_long_as_their_figures() -> None:
    lying = pictures()[0]
    lengths = [float(one.get("width", "0")) for one in of_class(drawn(lying), "bar")]
    assert lengths[0] / lengths[1] == pytest.approx(81_240 / 40_000, rel=0.01)
    assert {"812.40 PLN", "400.00 PLN", "0.00 PLN"} <= set(texts(drawn(lying)))


def test_standing_bars_stand_on_top_of_each_other_and_differ_without_colour() -> None:
    standing = pictures()[1]
    tree = drawn(standing)
    fills = {place: {one.get("fill") for one in of_class(tree, place)} for place in ("s0", "s1")}
    assert fills == {"s0": {"#1b4d7a"}, "s1": {"url(#hours-hatch)"}}
    assert {"out", "in"} <= set(texts(tree))


def test_lines_differ_by_dash_are_named_and_break_where_nothing_is_known() -> None:
    lines = pictures()[3]
    tree = drawn(lines)
    found = list(tree.iter(f"{SVG}polyline"))
    assert [one.get("stroke-dasharray") for one in found] == [None, "7 4"]
    assert {"measured", "forecast", "24 trunks"} <= set(texts(tree))
    assert len((found[1].get("points") or "").split()) == 25
    assert len(of_class(tree, "band")) == 1


def test_squares_carry_their_figures_and_are_deeper_for_more() -> None:
    heat = pictures()[4]
    tree = drawn(heat)
    squares = of_class(tree, "square")
    drawn_of = {one.get("class", ""): (one.get("d") or "").count("M") for one in squares}
    assert sum(drawn_of.values()) == 7 * 24 - 1, "an hour of which nothing is known has no square"
    depths = {one.get("fill-opacity") for one in squares} - {None}
    assert depths <= {str(depth) for depth in DEPTHS}
    assert len(depths) == len(squares) - 1, "squares of one depth are one path"
    assert len(of_class(tree, "outlined")) == 1
    assert len(texts(tree)) == 7 + 24 + 7 * 24 - 1 - drawn_of["square none"]


def test_a_strip_marks_its_spans_and_the_clock_of_a_day_of_25_hours() -> None:
    strip = pictures()[5]
    tree = drawn(strip)
    assert len(of_class(tree, "s0")) == 2
    assert "02:30" in texts(tree)


@pytest.mark.parametrize("picture", pictures(), ids=lambda one: one.name)
def test_the_table_behind_has_each_figure(picture: Picture) -> None:
    table = behind(picture)
    assert all(len(row) == len(table.columns) for row in table.rows)
    if isinstance(picture, Bars):
        assert [row[1:] for row in table.rows] == list(picture.values)
    if isinstance(picture, Lines):
        assert [row[1:3] for row in table.rows] == list(picture.values)


def test_pictures_of_nothing_can_be_drawn() -> None:
    measure = Column("n", "n", "count")
    for lying in (True, False):
        bars = Bars(
            name="b",
            title="t",
            sentence="s",
            measure=measure,
            series=("n",),
            labels=(),
            heading="h",
            values=(),
            lying=lying,
        )
        assert drawn(bars).get("role") == "img"
    empty = Lines(
        name="l", title="t", sentence="s", measure=measure, series=("n",), labels=("1",), heading="h", values=((None,),)
    )
    assert drawn(empty).get("role") == "img"


@given(st.floats(min_value=0, max_value=1e12), st.sampled_from(KINDS))
def test_an_axis_reaches_its_largest_figure_in_a_few_even_steps(largest: float, kind: CellKind) -> None:
    made = scale(largest, Column("n", "n", kind), 180.0)
    assert made.top >= largest * (1 - 1e-9)
    assert 1 <= len(made.ticks) <= MOST_TICKS + 1
    steps = [two - one for one, two in pairwise([0.0, *made.ticks])]
    assert steps == pytest.approx([made.step] * len(steps))
    assert made.at(largest) <= 180.0 + 1e-6
    assert len({tick(one, Column("n", "n", kind), None) for one in made.ticks}) == len(made.ticks), (
        "no two look the same"
    )


@given(st.integers(min_value=1, max_value=10**12))
def test_an_axis_of_money_counts_in_whole_units_of_it(minor: int) -> None:
    made = scale(minor, Column("n", "n", "money"), 180.0, 2)
    assert made.top >= minor
    told = [tick(one, Column("n", "n", "money"), Money(0, "EUR", 2)) for one in made.ticks]
    assert len(set(told)) == len(told)
