"""The sources, read for the tests of this folder: which modules there are, what they import, define and say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("protocols", "rating", "pms_adapters", "gateway")

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the top of the checkout, as people write it."""
        return self.path.relative_to(ROOT).as_posix() if self.path.is_relative_to(ROOT) else self.path.name

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.name)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield the dotted name of everything imported, also inside functions, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", node.lineno

    def calls(self) -> Iterator[tuple[str, int]]:
        """Yield the dotted name of everything that is called by a plain name, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node.lineno

    def functions(self) -> Iterator[Function]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield every class."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield node


@cache
def _source(path: Path) -> Source:
    """One for each path: reading them all takes seconds, and every test asks for them."""
    return Source(path)


def sources(*folders: str) -> list[Source]:
    """Return the Python files under these folders (or the files of these names), in order."""
    found: list[Source] = []
    for folder in folders:
        place = ROOT / folder
        found += [_source(path) for path in sorted([place] if place.is_file() else place.rglob("*.py"))]
    return found


def length(function: Function) -> int:
    """Return how many lines a function has, its docstring and decorators not counted."""
    first = function.body[0]
    end = function.end_lineno or function.lineno
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return end - function.lineno + 1 - docstring
