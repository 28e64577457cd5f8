"""A configuration file read, and judged as a whole: either settings that are right, or every problem at once.

Nothing is repaired in silence and nothing is ignored: an unknown key is a problem, because it is nearly always a
misspelt known one. The order of the problems is the order of the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from gateway.config import rules
from gateway.config.fields import Surroundings
from gateway.config.lines import Path as KeyPath
from gateway.config.lines import key_lines, line_of
from gateway.config.problems import Problem
from gateway.config.sentences import findings_of
from gateway.config.settings import Config, Document, StoreDocument

FILE_LIMIT = 1_000_000  # bytes; a hotel of 5,000 mapped extensions has a file of 150 kB

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load(path: Path) -> Config | list[Problem]:
    """Read a configuration and return the settings, or all that is wrong with it.

    Secrets written as `env:NAME` are taken from the environment of this process. Reads files; never raises for what
    stands in them.
    """
    read = _read(path)
    return [read] if isinstance(read, Problem) else _judged(path, *read)


def load_store(path: Path) -> StoreDocument | list[Problem]:
    """Read only the property and its store, so that the ledger can be looked at whatever else the file says.

    Whoever lists postings need not hold the secrets of the links, and a tariff that is being edited is no hindrance.
    """
    read = _read(path)
    if isinstance(read, Problem):
        return [read]
    text, document = read
    try:
        context = Surroundings(path.absolute().parent, os.environ)
        return StoreDocument.model_validate({"store": {}} | document, context=context)
    except ValidationError as error:
        return _problems(path, text, document, findings_of(error, Document))


def _read(path: Path) -> tuple[str, dict[str, Any]] | Problem:
    text = _text(path)
    if isinstance(text, Problem):
        return text
    document = _document(path, text)
    return document if isinstance(document, Problem) else (text, document)


def _text(path: Path) -> str | Problem:
    try:
        with path.open("rb") as opened:
            data = opened.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        return Problem(
            path, "", "there is no such file; write one as in docs/configuration.md, or name it with --config"
        )
    except OSError as error:
        return Problem(path, "", f"it cannot be read: {error.strerror}")
    if len(data) > FILE_LIMIT:
        return Problem(path, "", f"it is longer than {FILE_LIMIT} bytes; that is no configuration")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(path, "", "it is not text in UTF-8; save it in that encoding", line)


def _document(path: Path, text: str) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _PLACE.search(said)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return Problem(path, "", f"this is not TOML: {_PLACE.sub('', said)}", line)
    except RecursionError:
        return Problem(path, "", "its tables or arrays are nested too deeply")


def _judged(path: Path, text: str, document: dict[str, Any]) -> Config | list[Problem]:
    folder = path.absolute().parent
    findings = list(rules.findings(document, folder))
    settings: Document | None = None
    try:
        settings = Document.model_validate(_completed(document), context=Surroundings(folder, os.environ))
    except ValidationError as error:
        findings = _united(findings, findings_of(error, Document))
    if settings is None or findings:
        return _problems(path, text, document, findings)
    return Config(file=path.absolute(), **{name: getattr(settings, name) for name in Document.model_fields})


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with an empty table for each that may be left out, and the property's zone where none is said."""
    may_miss = (
        "store",
        "web",
        "sign_in",
        "rooms",
        "numbering",
        "watch",
        "reports",
        "audit",
        "bills",
        "acts",
        "delivery",
        "fraud",
        "carrier_bills",
        "privacy",
        "staff",
    )
    left_out: dict[str, Any] = {name: {} for name in may_miss}
    whole = left_out | {"pms": []} | dict(document)
    hotel = whole.get("property")
    zone = _known_zone(hotel.get("timezone") if isinstance(hotel, dict) else None)
    if isinstance(whole.get("pbx"), list):
        whole["pbx"] = [{"timezone": zone} | table if isinstance(table, dict) else table for table in whole["pbx"]]
    return whole


def _known_zone(name: object) -> str:
    """Return the property's zone, or one that is surely good where the property's own is a problem already."""
    try:
        return ZoneInfo(name).key if isinstance(name, str) else "UTC"
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _united(between: list[rules.Finding], single: list[rules.Finding]) -> list[rules.Finding]:
    """Return both, without a second sentence on a key that one was found for already."""
    paths = {path for path, _ in between}
    return between + [finding for finding in single if finding[0] not in paths]


def _problems(path: Path, text: str, document: Mapping[str, Any], findings: list[rules.Finding]) -> list[Problem]:
    lines = key_lines(text)
    problems = [Problem(path, _shown(key, document), sentence, line_of(key, lines)) for key, sentence in findings]
    return sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0))


def _shown(key: KeyPath, document: Mapping[str, Any]) -> str:
    """Return the key as a person names it: tables of an array by their name, else counted from 1."""
    if len(key) > 1 and isinstance(key[1], int):
        listed = rules.tables(document, str(key[0]))
        name = listed[key[1]].get("name") if key[1] < len(listed) else None
        unique = isinstance(name, str) and [table.get("name") for table in listed].count(name) == 1
        head = f"{key[0]}.{name}" if unique else f"{key[0]}[{key[1] + 1}]"
        return ".".join([head, *_rest(key[2:])])
    return ".".join(_rest(key))


def _rest(key: KeyPath) -> list[str]:
    words: list[str] = []
    for word in key:
        if isinstance(word, int) and words:
            words[-1] += f"[{word + 1}]"
        else:
            words.append(str(word))
    return words
