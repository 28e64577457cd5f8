"""Pictures along time: lines with the band in which they are expected, and a strip on which spans are marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo
from typing import Final

from gateway.instants import from_micros
from gateway.languages.spoken import said, say
from gateway.reports.scales import Scale, scale, tick
from gateway.reports.svg import INKS, document, element, label, rule
from gateway.reports.values import Lines, Strip
from gateway.web.words import day

WIDTH: Final = 720
_LEFT, _TOP, _PLOT = 72.0, 12.0, 180.0
#: Room behind the lines for their names.
_NAMES: Final = 120.0
#: How the lines differ in grey: solid, dashed, dotted.
DASHES: Final = (None, "7 4", "2 3")
_STRIP_HIGH: Final = 36.0
#: Words under a strip; beyond, every second or third.
_MOST_WORDS: Final = 9


def draw_lines(picture: Lines) -> str:
    """Lines over an axis, each named where it ends."""
    figures = [value for row in picture.values for value in row if value is not None]
    figures += [value for value in (picture.band.high if picture.band else ()) if value is not None]
    figures += [picture.level[1]] if picture.level else []
    made = scale(max(figures, default=0.0), picture.measure, _PLOT)
    foot, right = _TOP + _PLOT, WIDTH - _NAMES
    step = (right - _LEFT) / max(1, len(picture.labels) - 1)
    xs = [_LEFT + place * step for place in range(len(picture.labels))]
    parts = list(_grid(picture, made, foot, right))
    parts += list(_band(picture, made, foot, xs))
    parts += list(_level(picture, made, foot, right))
    parts += list(_named_lines(picture, made, foot, xs))
    parts += list(_under(picture.labels, xs, foot))
    return document(picture.name, say(picture.title), say(picture.sentence), WIDTH, int(foot + 26), "".join(parts))


def _grid(picture: Lines, made: Scale, foot: float, right: float) -> Iterator[str]:
    for figure in made.ticks:
        y = foot - made.at(figure)
        yield rule(_LEFT, y, right, y)
        yield label(_LEFT - 6, y + 4, tick(figure, picture.measure, None), anchor="end", tone="faint", size=11)
    yield rule(_LEFT, foot, right, foot, tone="faint")


def _band(picture: Lines, made: Scale, foot: float, xs: Sequence[float]) -> Iterator[str]:
    if picture.band is None:
        return
    edges = zip(xs, picture.band.low, picture.band.high, strict=True)
    known = [(x, low, high) for x, low, high in edges if low is not None and high is not None]
    if not known:
        return
    upper = [f"{x:.1f},{foot - made.at(high):.1f}" for x, _, high in known]
    lower = [f"{x:.1f},{foot - made.at(low):.1f}" for x, low, _ in reversed(known)]
    yield element(
        "polygon",
        points=" ".join(upper + lower),
        class_="band",
        fill=INKS["accent"],
        fill_opacity="0.15",
        stroke=INKS["accent"],
        stroke_width="0.5",
    )


def _level(picture: Lines, made: Scale, foot: float, right: float) -> Iterator[str]:
    if picture.level is not None:
        y = foot - made.at(picture.level[1])
        yield element(
            "line",
            x1=_LEFT,
            y1=y,
            x2=right,
            y2=y,
            class_="line-red",
            stroke=INKS["red"],
            stroke_width=1.5,
            stroke_dasharray="10 3",
        )


def _named_lines(picture: Lines, made: Scale, foot: float, xs: Sequence[float]) -> Iterator[str]:
    taken: list[float] = []
    if picture.level is not None:
        taken.append(foot - made.at(picture.level[1]) + 4)
        yield label(xs[-1] + 8, taken[0], said(picture.level[0]), tone="red", size=11)
    for number, name in enumerate(picture.series):
        points = [(x, row[number]) for x, row in zip(xs, picture.values, strict=True)]
        last = None
        for run in _runs(points):
            path = " ".join(f"{x:.1f},{foot - made.at(value):.1f}" for x, value in run)
            yield element(
                "polyline",
                points=path if len(run) > 1 else f"{path} {path}",
                class_="line-accent",
                fill="none",
                stroke=INKS["accent"],
                stroke_width=2,
                stroke_linecap="round",
                stroke_dasharray=DASHES[number % len(DASHES)],
            )
            last = run[-1]
        if last is not None:
            y = foot - made.at(last[1]) + 4
            while any(abs(y - other) < 13 for other in taken):
                y -= 13
            taken.append(y)
            yield label(xs[-1] + 8, y, say(name))


def _runs(points: Sequence[tuple[float, float | None]]) -> Iterator[list[tuple[float, float]]]:
    """Unbroken parts of a line: where nothing is known there is no line."""
    run: list[tuple[float, float]] = []
    for x, value in points:
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((x, value))
    if run:
        yield run


def _under(labels: Sequence[str], xs: Sequence[float], foot: float) -> Iterator[str]:
    wide = 12 + 6 * max(map(len, labels), default=1)
    every = 1 + int(len(labels) * wide / max(1.0, WIDTH - _LEFT - _NAMES))
    for place, (name, x) in enumerate(zip(labels, xs, strict=True)):
        if place % every == 0:
            yield label(x, foot + 16, name, anchor="middle", tone="faint", size=11)


def draw_strip(picture: Strip, zone: tzinfo) -> str:
    """A stretch of time from left to right, with its spans filled; one that is very short can still be seen."""
    long, whole = WIDTH - 24.0, max(1, picture.until - picture.since)

    def x(at: int) -> float:
        return 12.0 + long * (max(picture.since, min(at, picture.until)) - picture.since) / whole

    parts = [
        element(
            "rect", x=12.0, y=8.0, width=long, height=_STRIP_HIGH, class_="strip", fill="none", stroke=INKS["faint"]
        )
    ]
    for since, until in picture.spans:
        wide = max(1.5, x(until) - x(since))
        parts.append(
            element("rect", x=x(since), y=8.0, width=wide, height=_STRIP_HIGH, class_="bar s0", fill=INKS["accent"])
        )
    for at, name in _clock(picture.since, picture.until, zone):
        parts.append(rule(x(at), 8 + _STRIP_HIGH, x(at), 14 + _STRIP_HIGH, tone="faint"))
        anchor = "start" if x(at) < 24 else "end" if x(at) > WIDTH - 24 else "middle"
        parts.append(label(x(at), 28 + _STRIP_HIGH, name, anchor=anchor, tone="faint", size=11))
    return document(
        picture.name, say(picture.title), say(picture.sentence), WIDTH, int(_STRIP_HIGH + 36), "".join(parts)
    )


def _clock(since: int, until: int, zone: tzinfo) -> Iterator[tuple[int, str]]:
    """Full hours of a short stretch, days of a long one, no more than can be read."""
    span = timedelta(microseconds=until - since)
    by_day = span > timedelta(hours=26)
    units = span // timedelta(days=1) if by_day else span // timedelta(hours=1)
    every = max(1, -(-units // _MOST_WORDS))
    for number in range(0, units + 1, every):
        at = from_micros(since) + (timedelta(days=number) if by_day else timedelta(hours=number))
        local = at.astimezone(zone)
        name = day(local, year=False) if by_day else f"{local:%H:%M}"
        yield since + (at - from_micros(since)) // timedelta(microseconds=1), name
