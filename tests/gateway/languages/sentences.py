"""Every sentence that a module can put together, read from its source: the constants, and the f-strings with something filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice, product

#: What stands where the code fills something in.
FILLED = "Zz9"
#: Sentences of one f-string: each way that its conditions may go, and no more than so many.
MOST = 16
#: What begins with a small letter, has a blank, and no sign of a statement, a path or a format.
_SENTENCE = re.compile(r"^[A-Za-z(“'Z][^\n|<>=*\\]* [^\n|<>=*\\]*$")
_WORDS = re.compile(r"[a-z]{2,} [a-z]|[a-z]{3,} Zz9|Zz9 [a-z]{2,}")
#: What is called with words that are no sentence to be kept: logs, SQL, texts that are said already, problems of programs.
_ELSEWHERE = frozenset(
    "info warn error debug critical failure say plural later later_plural ours Texts Plurals text getattr setattr partial "
    "CheckConstraint op column Column isoformat strftime index unique failuresHandled".split()
)


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Each with its line. Pure."""
    for node in _texts(ast.parse(source)):
        for text in _ways(node):
            if _SENTENCE.match(text) and _WORDS.search(text):
                yield node.lineno, text


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """Every text but what is no sentence: docstrings, annotations, titles, what is logged, said, taken apart or raised as a bug."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert():
            return
        case ast.Call() if _name(node) in _ELSEWHERE:
            return
        case ast.Raise(exc=ast.Call() as raised) if _name(raised) in _BUGS:
            return
        case ast.keyword(arg="title" | "options" | "name") | ast.Attribute(attr="split"):
            return
        case ast.AnnAssign():
            yield from _texts(node.value) if node.value is not None else ()
        case ast.Constant() | ast.JoinedStr():
            yield node
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _texts(child)


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
            yield from (
                _ways(node.value) if isinstance(node.value, ast.IfExp | ast.Constant | ast.JoinedStr) else [FILLED]
            )
        case _:
            yield FILLED
