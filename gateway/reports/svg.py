"""Elements of SVG as text, everything from outside escaped. Pure.

Colours stand as attributes, fit for white paper; on a page the style sheet puts its own in their place by class (an
attribute gives way to any rule), so one picture serves paper, light, dark and forced colours. There is no inline style:
the pages' own policy forbids it.
"""

from __future__ import annotations

from html import escape
from typing import Final

from gateway.web.words import visible

#: The ink, lines and fills of paper, by the class that a style sheet knows them by.
INKS: Final = {
    "ink": "#1a212b",
    "faint": "#5a6472",
    "rule": "#d5dae1",
    "accent": "#1b4d7a",
    "paper": "#ffffff",
    "red": "#9b1c1c",
}
#: The fonts of paper: that of the PDF, then whatever is there.
FONTS: Final = "Libertinus Serif, Georgia, serif"
SMALL: Final = 12


def element(name: str, content: str = "", **attributes: object) -> str:
    """One element; `class_` is class, and an underscore within a name is a dash. Content is markup already."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_written(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


def _written(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def words(text: str) -> str:
    """Text as markup."""
    return escape(visible(text))


def label(x: float, y: float, text: str, *, anchor: str = "start", tone: str = "ink", size: int = SMALL) -> str:
    """A word at a place; `anchor` says which of its ends is there."""
    return element(
        "text",
        words(text),
        x=float(x),
        y=float(y),
        class_=tone,
        fill=INKS.get(tone, INKS["ink"]),
        font_size=size,
        text_anchor=anchor,
    )


def rule(x1: float, y1: float, x2: float, y2: float, *, tone: str = "rule") -> str:
    """A thin straight line."""
    return element(
        "line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=f"line-{tone}", stroke=INKS[tone]
    )


def document(name: str, title: str, sentence: str, width: int, height: int, content: str) -> str:
    """A picture with its title and its sentence, which a screen reader reads instead of it."""
    ids = f"{name}-title {name}-desc"
    head = element("title", words(title), id=f"{name}-title") + element("desc", words(sentence), id=f"{name}-desc")
    return element(
        "svg",
        head + content,
        xmlns="http://www.w3.org/2000/svg",
        class_="picture",
        role="img",
        aria_labelledby=ids,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=FONTS,
    )
