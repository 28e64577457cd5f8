"""Protects the reader: small functions and modules, names of the trade, a word of explanation on each module."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, Source, length, sources

FUNCTION_LINES = 40
MODULE_LINES = 500
TEST_MODULE_LINES = 750  # a test module is searched rather than read, and a table of expectations stays in one piece
VAGUE_WORDS = frozenset({"manager", "handler", "processor", "engine", "helper", "util", "utils"})
GENERATED_FOLDERS = frozenset({"__pycache__", "build", "dist"})
# Put together here, so that this file does not name them.
PLACES_OF_ITS_MAKING = ("/wo" + "rk/", ".lib" + "rary", "../sha" + "red", "fa" + "rm-")

HOUSE = sources(*PACKAGES)
EVERYTHING = [*HOUSE, *sources("tests")]


def words(name: str) -> set[str]:
    """Return the words that a name is made of, in snake_case or CamelCase."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def test_there_are_sources_to_read() -> None:
    assert len(HOUSE) > 20


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [
        f"{source.name}:{function.lineno} {function.name} has {length(function)} lines"
        for source in HOUSE
        for function in source.functions()
        if length(function) > FUNCTION_LINES
    ]
    assert long == []


def test_no_module_is_longer_than_can_be_held_in_mind() -> None:
    long = [
        f"{source.name} has {lines} lines"
        for source in EVERYTHING
        if (lines := source.text.count("\n")) > (MODULE_LINES if source in HOUSE else TEST_MODULE_LINES)
    ]
    assert long == []


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    vague = [source.name for source in HOUSE if words(source.path.stem) & VAGUE_WORDS]
    vague += [
        f"{source.name}:{node.lineno} {node.name}"
        for source in HOUSE
        for node in source.classes()
        if words(node.name) & VAGUE_WORDS
    ]
    assert vague == []


def test_every_module_says_what_it_is() -> None:
    silent = [source.name for source in EVERYTHING if source.text.strip() and not ast.get_docstring(source.tree)]
    silent += [source.name for source in HOUSE if not source.text.strip()]
    assert silent == []


def test_no_text_names_the_place_where_it_was_made() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in texts(ROOT)
        for word in PLACES_OF_ITS_MAKING
        if word.encode() in path.read_bytes()
    ]
    assert named == []


def texts(folder: Path) -> list[Path]:
    """Return the files that belong to the project: what is hidden is a tool's, save for the folder of the CI."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            tools = path.name.startswith(".") and path.name != ".ci"
            if not tools and path.name not in GENERATED_FOLDERS and not path.name.startswith("foliogate-demo"):
                found += texts(path)
        elif path.suffix not in {".db", ".pyc"}:
            found.append(path)
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [("PostingManager", {"posting", "manager"}), ("smdr_utils", {"smdr", "utils"}), ("PMSEngine", {"pms", "engine"})],
)
def test_the_reading_of_names_sees_each_word(name: str, expected: set[str]) -> None:
    assert words(name) == expected


def test_the_reading_of_lengths_leaves_out_the_docstring(tmp_path: Path) -> None:
    written = tmp_path / "sample.py"
    written.write_text('def short() -> None:\n    """One.\n\n    Two.\n    """\n    return None\n')
    (function,) = Source(written).functions()
    assert length(function) == 2
