"""Every sentence that a module can put together, read from its source: the constants, and the f-strings with something filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

#: What stands where the code fills something in.
FILLED = "Zz9"
#: Sentences of one f-string: each way that its conditions may go, and no more than so many.
MOST = 16
#: What begins with a small letter, has a blank, and no sign of a statement, a path or a format.
_SENTENCE = re.compile(r"^[A-Za-z(“'Z][^\n|<>=*\\]* [^\n|<>=*\\]*$")
#: What is called with words that are no sentence to be kept: logs, SQL, texts that are said already, problems of programs.
_ELSEWHERE = frozenset(
    "info warn error debug critical failure say plural later later_plural ours Texts Plurals text getattr setattr partial "
    "CheckConstraint op column Column isoformat strftime index unique failuresHandled".split()
)


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Each with its line. Pure."""
    tree = ast.parse(source)
    skipped = set(_skipped(tree))
    inner = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)} - {
        id(one) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr)
    }
    nested = {
        id(part)
        for one in ast.walk(tree)
        if isinstance(one, ast.JoinedStr)
        for part in ast.walk(one)
        if part is not one and isinstance(part, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in skipped | inner | nested:
            for text in _ways(node):
                if _SENTENCE.match(text) and re.search(r"[a-z]{2,} [a-z]|[a-z]{3,} Zz9|Zz9 [a-z]{2,}", text):
                    yield node.lineno, text


def _skipped(tree: ast.AST) -> Iterator[int]:
    """What is no sentence: docstrings, annotations, names of words that are looked up, what is logged, said or raised as a bug."""
    for node in ast.walk(tree):
        inside: Iterable[ast.AST] = ()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside = [node.value]
        elif isinstance(node, ast.Call) and _name(node) in _ELSEWHERE:
            inside = [part for one in (*node.args, *node.keywords) for part in ast.walk(one)]
        elif isinstance(node, ast.Assert):
            inside = ast.walk(node)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc) in _BUGS:
            inside = ast.walk(node)
        elif isinstance(node, ast.AnnAssign):
            inside = ast.walk(node.annotation)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and False:
            inside = ()
        yield from (id(one) for one in inside)


_BUGS = frozenset("AssertionError LookupError KeyError TypeError RuntimeError NotImplementedError".split())


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _ways(node: ast.expr) -> Iterator[str]:
    """The texts that it can be: each way of a condition in it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _ways(node.body)
            yield from _ways(node.orelse)
        case ast.JoinedStr():
            parts = [list(_ways(part)) or [FILLED] for part in node.values]
            yield from islice(("".join(way) for way in product(*parts)), MOST)
        case ast.FormattedValue():
            yield from _ways(node.value) if isinstance(node.value, ast.IfExp | ast.Constant | ast.JoinedStr) else [FILLED]
        case _:
            yield FILLED
