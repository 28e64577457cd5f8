"""Every text of a domain, found in the code and in the templates: what a catalogue must have. Run by hand, it brings the catalogues up to date.

    python -m gateway.languages.extracting

A text is the first argument of `say`, `later` or `ours`, the first two of `plural` or `later_plural`, and every value of `Texts({…})`. New texts come into each
catalogue empty, texts that are no longer said leave it; a test refuses a catalogue with a text that is empty.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from gateway.languages.catalogues import GUEST, REPORTS, STAFF, locale_name
from gateway.languages.names import LANGUAGES, STAFF_LANGUAGES

#: A text, or its forms for one and for many.
Message: TypeAlias = str | tuple[str, str]

_ROOT: Final = Path(__file__).parent.parent
#: Where each domain's texts are said: folders and modules of the gateway.
DOMAINS: Final = {
    GUEST: ("bills", "languages/places.py"),
    STAFF: (
        "web",
        "explaining.py",
        "traffic/saying.py",
        "languages/kept.py",
        "languages/sentences",
        "languages/places.py",
        "watch",
        "delivery/packs.py",
        "app/watching.py",
    ),
    REPORTS: ("reports",),
}
#: Which languages each domain is kept in.
SPOKEN: Final = {GUEST: tuple(LANGUAGES), STAFF: tuple(STAFF_LANGUAGES), REPORTS: tuple(STAFF_LANGUAGES)}
#: Tables of texts in modules of the lowest floor, which knows no languages: the pages say what they take from them.
TABLES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    STAFF: {
        "roles.py": ("RIGHTS", "ROLES"),
        "call_log/asking.py": ("PERIODS", "PROBLEMS", "TOLD"),
        "call_log/fields.py": ("RESULTS", "DIRECTIONS", "CLASSES", "POSTED", "HOURS", "YES_NO", "FIELDS"),
        "acts.py": ("REASONS",),
        "alarms/kinds.py": ("_KINDS",),
        "reports/catalog.py": ("DESK", "HOUSE", "TRUNKS", "KINDS"),
    },
    GUEST: {},
    REPORTS: {"reports/periods.py": ("WEEKDAYS",)},
}
#: What of a value that is built in such a table is a text.
_FIELDS: Final = ("title", "what_to_do", "label", "hint")
#: How a sentence begins, which needs no mark.
_BEGINS: Final = re.compile("[A-Z“]")
#: Where the title stands that a report on trunks is made with.
_MADE_TITLE: Final = 4
#: What is built in a report with a title in the second place, and the names of titles and sentences elsewhere.
_TITLED: Final = ("Column", "table", "Note")
_TITLES: Final = ("title", "heading", "nothing", "note", "finding", "sentence", "series")


def texts(domain: str) -> Catalog:
    """All texts of a domain, as a catalogue without a language."""
    found = Catalog(project="Foliogate", charset="utf-8")
    known = {message for _, message in _messages(STAFF)} if domain == REPORTS else set()
    for place, message in _messages(domain):
        if message not in known:
            found.add(message, locations=[(place, 0)])
    return found


@cache
def _messages(domain: str) -> tuple[tuple[str, Message], ...]:
    return tuple(_said_in(domain))


def _said_in(domain: str) -> Iterator[tuple[str, Message]]:
    for name in DOMAINS[domain]:
        for path in sorted((_ROOT / name).rglob("*")) if (_ROOT / name).is_dir() else [_ROOT / name]:
            text = path.read_text(encoding="utf-8") if path.suffix in (".py", ".html") else ""
            found = of_template(text) if path.suffix == ".html" else _in_module(domain, text)
            yield from ((str(path.relative_to(_ROOT)), one) for one in found)
    for name, tables in TABLES[domain].items():
        yield from ((name, one) for one in _of_tables((_ROOT / name).read_text(encoding="utf-8"), tables))


def _in_module(domain: str, source: str) -> Iterator[Message]:
    yield from of_python(source)
    if domain == REPORTS:
        yield from of_report(source)


def of_report(source: str) -> Iterator[str]:
    """The texts of a module of reports: titles, heads of columns, and sentences with nothing to fill in. Pure.

    A report is a value in English, for programs too; whoever shows it to people says these.
    """
    tree = ast.parse(source)
    docs = {one.value for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    pieces = {part for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    heads = {id(one) for call in ast.walk(tree) if isinstance(call, ast.Call) for one in _heads(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs | pieces:
            sentence = " " in node.value and _BEGINS.match(node.value) and node.value.endswith(".")
            if node.value and (sentence or id(node) in heads):
                yield node.value


def _heads(call: ast.Call) -> Iterator[ast.expr]:
    """What of a call is a title: the second value of a column or a table, and what is named so."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in _TITLED and len(call.args) > 1:
        yield call.args[1]
    for one in call.keywords:
        if one.arg in _TITLES:
            yield from one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
    if name == "made" and len(call.args) > _MADE_TITLE:
        yield call.args[_MADE_TITLE]
    if name.startswith("_"):
        yield from (one for one in call.args if isinstance(one, ast.Constant) and str(one.value)[:1].isupper())


def of_python(source: str) -> Iterator[Message]:
    """The texts of a module. Pure."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "Texts":
                yield from _values(node.args[0])
            elif name == "Plurals":
                yield from _pairs(node.args[0])
            else:
                yield from _said(name, [one.value if isinstance(one, ast.Constant) else None for one in node.args])


def of_template(source: str) -> Iterator[Message]:
    """The texts of a template. Pure."""
    for node in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name):
            yield from _said(node.node.name, [one.value if isinstance(one, nodes.Const) else None for one in node.args])


def _said(name: str, given: list[object]) -> Iterator[Message]:
    match given:
        case [str(text), *_] if name in ("say", "later", "ours"):
            yield text
        case [str(one), str(many), *_] if name in ("plural", "later_plural"):
            yield one, many


def _of_tables(source: str, names: tuple[str, ...]) -> Iterator[Message]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in names and node.value is not None:
            yield from _values(node.value)


def _pairs(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Every pair of forms of a table."""
    for one in node.values if isinstance(node, ast.Dict) else []:
        forms = (
            [form.value for form in one.elts if isinstance(form, ast.Constant)] if isinstance(one, ast.Tuple) else []
        )
        if len(forms) == 2:
            yield str(forms[0]), str(forms[1])


def _values(node: ast.expr) -> Iterator[str]:
    """Every text of a table: the values of a dictionary, the members of a tuple, what a value built there says."""
    inside = node.values if isinstance(node, ast.Dict) else getattr(node, "elts", [node])
    for one in inside:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
        elif isinstance(one, ast.Dict | ast.Tuple | ast.List):
            yield from _values(one)
        elif isinstance(one, ast.Call):
            told = [*one.args, *(named.value for named in one.keywords if named.arg in _FIELDS)]
            yield from (text for value in told for text in _values(value))


def kept(language: str, domain: str) -> Catalog:
    """A catalogue as it is kept; an empty one where there is none."""
    path = catalogue_path(language, domain)
    data = path.read_bytes() if path.exists() else b""
    return read_po(BytesIO(data), locale=locale_name(language), domain=domain)


def catalogue_path(language: str, domain: str) -> Path:
    """Where a catalogue is kept."""
    return _ROOT / "locale" / language / f"{domain}.po"


def main() -> None:
    """Bring every catalogue up to date."""
    for domain in DOMAINS:
        template = texts(domain)
        for language in SPOKEN[domain]:
            if language != "en":
                catalogue = kept(language, domain)
                catalogue.update(template, no_fuzzy_matching=True)
                catalogue.obsolete.clear()
                write(catalogue, catalogue_path(language, domain))


def write(catalogue: Catalog, path: Path) -> None:
    """Keep a catalogue: sorted by text, without dates, so that a change of one text is a change of one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = BytesIO()
    catalogue.header_comment = _HEADING
    catalogue.fuzzy = False
    write_po(made, catalogue, width=0, no_location=True, omit_header=False, sort_output=True)
    lines = [line for line in made.getvalue().decode().splitlines() if not line.startswith(_DATED)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


_HEADING: Final = (
    "# See docs/languages.md. Texts that a guest reads: in the words of the trade, as a good hotel would write them."
)
_DATED: Final = tuple(
    f'"{name}'
    for name in "Project-Id POT-Creation PO-Revision Last-Translator Language-Team Report-Msgid Generated-By".split()
)

if __name__ == "__main__":
    main()
