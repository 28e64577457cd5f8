"""Every limit of the house, found where it is defined: `python -m tests.architecture.limits` writes docs/limits.md anew.

A limit is a number on a module's top level whose name has one of the words below. What it limits and why is the comment
above it or the text below it; the page is drawn from both, so that neither can say something else than the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.architecture.sources import ROOT, Source, sources

PAGE = ROOT / "docs" / "limits.md"
WORDS = frozenset(
    "BACKLOG BYTES CHUNK GRACE HIGH HISTORY KEPT LIMIT LONGEST LOW MAX MOST QUEUED REMEMBERED SHARE SILENCE".split()
)
#: Programs of their own that nobody's money passes through, and the command line, which ends.
LEFT_OUT = ("gateway/simulators/", "gateway/demo/", "gateway/cli/")

#: The chapters of the page: whose limits, and the beginnings of their modules' paths. The first that fits counts.
CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("From an exchange", ("protocols/framing", "protocols/smdr/", "gateway/intake/", "gateway/repeats")),
    ("In line for the store", ("gateway/store/", "gateway/tariff_folder", "gateway/status")),
    ("To and from a PMS", ("protocols/fias/", "pms_adapters/", "gateway/posting/", "gateway/app/")),
    ("Pages, reports and programs", ("gateway/web/", "gateway/reports/", "gateway/wishes")),
    ("Prices, numbers and configuration", ("rating/", "gateway/config/")),
    ("Elsewhere", ("",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFound:
    """One limit."""

    path: str
    name: str
    value: str
    reason: str

    @property
    def row(self) -> str:
        """Its row of the page."""
        return f"| `{self.name}` | {self.value} | {self.reason.replace('|', '&#124;')} | `{self.path}` |"


def limits() -> list[LimitFound]:
    """Every limit, by path and line."""
    return [found for source in sources("protocols", "rating", "pms_adapters", "gateway") for found in _of(source)]


def _of(source: Source) -> Iterator[LimitFound]:
    if source.name.startswith(LEFT_OUT):
        return
    body = source.tree.body
    for place, node in enumerate(body):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if not isinstance(target, ast.Name) or not target.id.isupper() or not WORDS & set(target.id.split("_")):
            continue
        value = getattr(import_module(source.name.removesuffix(".py").replace("/", ".")), target.id)
        if isinstance(value, int | float):
            below = body[place + 1] if place + 1 < len(body) else None
            reason = _comment(source, node.lineno) or _docstring(below) or _beside(source, node.lineno)
            yield LimitFound(path=source.name, name=target.id, value=_shown(value), reason=reason)


def _comment(source: Source, line: int) -> str:
    """The comment lines directly above; limits that follow one another without a gap share theirs."""
    lines, at = source.text.splitlines(), line - 2
    while at >= 0 and re.match(r"_?[A-Z][A-Z_]+\b.*= ", lines[at]):
        at -= 1
    found: list[str] = []
    while at >= 0 and lines[at].startswith("#"):
        found.insert(0, lines[at].lstrip("#: "))
        at -= 1
    return " ".join(found)


def _docstring(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _beside(source: Source, line: int) -> str:
    return source.text.splitlines()[line - 1].partition("  # ")[2]


def _shown(value: float) -> str:
    """A power of two in Ki and Mi, any other number as it is."""
    if isinstance(value, int) and 65_536 <= value < 2**30 and value & (value - 1) == 0:
        return f"{value // 1024:,} Ki" if value < 2**20 else f"{value // 2**20:,} Mi"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def drawn() -> str:
    """The page as it ought to be."""
    page = PAGE.read_text(encoding="utf-8")
    head = page.partition("\n## ")[0]
    waiting, parts = limits(), [head]
    for title, beginnings in CHAPTERS:
        chapter = [one for one in waiting if one.path.startswith(beginnings)]
        waiting = [one for one in waiting if one not in chapter]
        if chapter:
            rows = "\n".join(one.row for one in chapter)
            parts.append(f"\n## {title}\n\n| limit | value | what and why | where |\n|---|---|---|---|\n{rows}\n")
    return "".join(parts)


if __name__ == "__main__":
    Path(PAGE).write_text(drawn(), encoding="utf-8")
