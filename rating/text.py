"""A tariff folder as text: its files, by name, become a book of tariffs, or a list of what is wrong with them.

The folder holds one TOML text for each tariff period (`tariff.toml`, or several), decks as CSV texts, and
`approved.toml`, in which a named person vouches for exactly these texts: it repeats a digest over all the others. An
edit after the approval makes the digest another one, and the tariff is unapproved again. What is neither TOML nor CSV
has no part in a price, nor in the digest.

All problems come at once, with file, line and a plain sentence. Nothing here reads a file or a clock.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from rating.book import TariffBook, tariff_book
from rating.fields import Problem, Severity
from rating.folder import together, uncovered
from rating.periods import House, Shelf, decks_named, opened, read_period
from rating.tariff import Tariff

__all__ = ["APPROVAL", "Loaded", "Problem", "Severity", "approval", "declared", "digest", "load"]

APPROVAL = "approved.toml"
"""The name of the approval in the folder."""

VERSION_DIGITS = 12
"""Hexadecimal digits of the digest that name a version: short enough for a bill, far too many to meet by chance."""

PROBLEMS_SHOWN = 1000
"""Most problems that are listed; a deck in the wrong layout has one in each of its rows."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a tariff folder: a book, unless a problem is an error."""

    book: TariffBook | None
    problems: tuple[Problem, ...]


def load(files: Mapping[str, bytes], *, zone: ZoneInfo, currency: str, country: str) -> Loaded:
    """Read a tariff folder for a property. Never raises on what the files hold."""
    problems: list[Problem] = []
    texts = _decoded(files, problems)
    house = House(currency=currency, country=country.upper())
    tariffs = _tariffs(texts, house, problems)
    if not tariffs and not problems:
        sentence = "The folder holds no tariff: foliogate tariff init writes one to begin with."
        problems.append(Problem("tariff.toml", None, "", sentence))
    problems += together(tariffs)
    if any(problem.severity == "error" for problem in problems):
        return Loaded(None, _listed(problems))
    approved_by = _approved_by(texts.get(APPROVAL), digest(files), problems)
    book = tariff_book(
        tuple(tariffs),
        zone=zone,
        version=digest(files)[:VERSION_DIGITS],
        approved_by=approved_by,
    )
    return Loaded(book, _listed(problems))


def digest(files: Mapping[str, bytes]) -> str:
    """Give the digest (SHA-256, hexadecimal) over the names and bytes of all texts but the approval."""
    whole = hashlib.sha256()
    for name in sorted(files):
        if name != APPROVAL and name.lower().endswith((".toml", ".csv")):
            for part in (name.encode("utf-8", "surrogateescape"), files[name]):
                whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def approval(by: str, on: datetime, files: Mapping[str, bytes]) -> bytes:
    """Write the approval of a folder as it stands now; `on` is an aware instant."""
    return (
        "# Written by foliogate tariff approve. An edit of any other file here ends the approval.\n"
        f"by = {json.dumps(by, ensure_ascii=False)}\n"
        f"on = {on.isoformat(timespec='seconds')}\n"
        f'digest = "{digest(files)}"\n'
    ).encode()


def declared(files: Mapping[str, bytes]) -> tuple[str | None, str | None]:
    """Tell the currency and the country that the tariffs of a folder name themselves; the first that does decides."""
    said: dict[str, str] = {}
    for name in sorted(files):
        if name.lower().endswith(".toml") and name != APPROVAL:
            for key, value in _toml(files[name].decode("utf-8-sig", "replace")).items():
                if isinstance(value, str) and value:
                    said.setdefault(key, value)
    return said.get("currency"), said.get("country")


def _decoded(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, str]:
    texts = {}
    for name in sorted(files):
        if not name.lower().endswith((".toml", ".csv")):
            continue
        try:
            texts[name] = files[name].decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = files[name].count(b"\n", 0, error.start) + 1
            problems.append(Problem(name, line, "", "This is not UTF-8 text; save the file with that encoding."))
    return texts


def _tariffs(texts: Mapping[str, str], house: House, problems: list[Problem]) -> list[Tariff]:
    decks = {name: text for name, text in texts.items() if name.lower().endswith(".csv")}
    tops = [
        top
        for name, text in texts.items()
        if name not in decks and name != APPROVAL and (top := opened(name, text, problems)) is not None
    ]
    taken = {name for top in tops for name in decks_named(top)}
    shelf = Shelf(texts=decks, unnamed=tuple(sorted(decks.keys() - taken)))
    found: list[Tariff] = []
    used: set[str] = set()
    for top in tops:
        own: list[Problem] = []
        tariff, names = read_period(replace(top, problems=own), shelf, house)
        problems += own
        used.update(names)
        if tariff is not None:
            found.append(tariff)
            problems += uncovered(tariff)
    if found:
        sentence = "No tariff names this deck: its prices are not used."
        problems += [Problem(name, None, "", sentence, "warning") for name in decks if name not in used]
    return found


def _approved_by(text: str | None, now: str, problems: list[Problem]) -> str | None:
    """Tell who approved exactly these texts, or note why nobody has."""
    if text is None:
        sentence = "Nobody has approved these prices: foliogate tariff approve FOLDER --by NAME."
        problems.append(Problem(APPROVAL, None, "", sentence, "warning"))
        return None
    values = _toml(text)
    by, approved = values.get("by"), values.get("digest")
    if not isinstance(by, str) or not by.strip() or not isinstance(approved, str):
        sentence = "The approval cannot be read; foliogate tariff approve writes it anew."
    elif approved != now:
        sentence = f"The tariff was edited after {by} approved it, so it is not approved: foliogate tariff approve."
    else:
        return by
    problems.append(Problem(APPROVAL, None, "digest", sentence, "warning"))
    return None


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _listed(problems: list[Problem]) -> tuple[Problem, ...]:
    """Errors first, then by file and line; a very long list is cut, and says so."""
    in_order = sorted(problems, key=lambda one: (one.severity, one.file, one.line or 0))
    if len(in_order) <= PROBLEMS_SHOWN:
        return tuple(in_order)
    rest = len(in_order) - PROBLEMS_SHOWN
    return (*in_order[:PROBLEMS_SHOWN], Problem(in_order[0].file, None, "", f"And {rest} more problems."))
