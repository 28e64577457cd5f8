"""What is still to be translated as one compact text, and the translations taken in again, each checked.

    python -m gateway.languages.translating write de > de.txt
    python -m gateway.languages.translating read de de.txt

A line holds a key, a tab and a text; behind the key of a text with plural forms stands the number of the form. Whoever translates writes
the same keys with the texts of the language, in any order, as many as there is time for. A line is refused that fills in something
else than the English text, changes a tag, lacks a form, or holds a character that cannot be seen; the others are kept. The key is made
from the English text, so it stays when texts come and go.
"""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message

from gateway.languages.extracting import DOMAINS, SPOKEN, catalogue_path, kept, texts, write
from gateway.languages.names import LANGUAGES

#: Digits of a key: enough for ten thousand texts.
_KEY: Final = 7
_BRACES: Final = re.compile(r"\{(\w*)\}")
_TAGS: Final = re.compile(r"</?[a-z][^>]*>|&#?\w+;")
_HEAD: Final = """\
# {name} ({language}), domain {domain}: {number} texts. Behind each key and a tab write what it says in {name}.
# {{names in braces}} and <tags> stay as they are. Forms of a plural: {forms}
"""


def up_to_date(language: str, domain: str) -> Catalog:
    """The catalogue of a language with every text there is."""
    catalogue = kept(language, domain)
    catalogue.update(texts(domain), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def key_of(message: str | Sequence[str]) -> str:
    """The short name of a text."""
    first = message if isinstance(message, str) else message[0]
    return hashlib.sha256(first.encode()).hexdigest()[:_KEY]


def open_texts(catalogue: Catalog) -> list[Message]:
    """The texts without a translation, those of one place beside each other."""
    return sorted(
        (one for one in catalogue if one.id and not all(forms_of(one.string))),
        key=lambda one: (str(one.locations[:1]), one.id if isinstance(one.id, str) else one.id[0]),
    )


def forms_of(text: object) -> tuple[str, ...]:
    """The forms of a text; one of a plain one."""
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, tuple | list) else ("",)


def written(language: str, domain: str) -> Iterator[str]:
    """The lines of what is to be translated."""
    catalogue = up_to_date(language, domain)
    found, place = open_texts(catalogue), ""
    yield _HEAD.format(
        name=LANGUAGES[language], language=language, domain=domain, number=len(found), forms=_forms(catalogue)
    )
    for one in found:
        where = str(one.locations[0][0]) if one.locations else ""
        if where != place:
            place = where
            yield f"# {where}\n"
        forms = forms_of(one.id)
        for number, text in enumerate(forms):
            shown = text.replace("\n", "\\n")
            yield f"{key_of(one.id)}{f'.{number}' if len(forms) > 1 else ''}\t{shown}\n"


def _forms(catalogue: Catalog) -> str:
    """Which numbers each form is for, as examples."""
    from gettext import c2py

    form = c2py(catalogue.plural_expr)
    examples: dict[int, list[str]] = {}
    for number in (1, 2, 3, 5, 11, 21, 22, 25, 100, 1_000_000, 0):
        examples.setdefault(form(number), []).append(str(number))
    return "; ".join(f".{at} as for {', '.join(numbers)}" for at, numbers in sorted(examples.items()))


def read(language: str, domain: str, lines: list[str]) -> tuple[int, list[str]]:
    """Take translations in and keep them; how many, and what was the matter with the others."""
    catalogue = up_to_date(language, domain)
    known = {key_of(one.id): one for one in catalogue if one.id}
    told, problems, taken = _told(lines), [], 0
    for key, forms in told.items():
        message = known.get(key)
        if message is None:
            problems.append(f"{key}: no text has this key")
            continue
        problem = wrong(message.id, forms, catalogue.num_plurals)
        if problem:
            problems.append(f"{key}: {problem}: {' | '.join(forms.values())}")
            continue
        message.string = forms[0] if isinstance(message.id, str) else tuple(forms[at] for at in sorted(forms))
        taken += 1
    write(catalogue, catalogue_path(language, domain))
    return taken, problems


def _told(lines: list[str]) -> dict[str, dict[int, str]]:
    """The translations by key and form."""
    found: dict[str, dict[int, str]] = {}
    for line in lines:
        name, tab, text = line.rstrip("\r\n").partition("\t")
        key, _, form = name.strip().partition(".")
        if tab and re.fullmatch(rf"[0-9a-f]{{{_KEY}}}", key):
            found.setdefault(key, {})[int(form) if form.isdigit() else 0] = text.replace("\\n", "\n")
    return found


def wrong(message: str | Sequence[str], forms: Mapping[int, str], plurals: int) -> str:
    """What is the matter with a translation; empty if nothing. Pure."""
    source = forms_of(message)
    wanted = plurals if len(source) > 1 else 1
    if sorted(forms) != list(range(wanted)):
        return f"it needs {wanted} form{'s' if wanted > 1 else ''}"
    for number, text in forms.items():
        told = _wrong_form(source[-1], text, may_lack=number < wanted - 1)
        if told:
            return told
    return ""


def _wrong_form(source: str, text: str, *, may_lack: bool) -> str:
    if not text.strip():
        return "it is empty"
    if (text[:1].isspace(), text[-1:].isspace()) != (source[:1].isspace(), source[-1:].isspace()):
        return "it begins or ends with another blank"
    if any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn") for one in text.replace("\n", "")):
        return "it holds a character that cannot be seen"
    filled, ours = Counter(_BRACES.findall(text)), Counter(_BRACES.findall(source))
    if not (filled <= ours if may_lack else set(filled) == set(ours)):
        return f"it fills in {sorted(filled)}, the English text {sorted(ours)}"
    if re.search(r"[{}]", _BRACES.sub("", text)):
        return "a brace stands alone"
    if Counter(_TAGS.findall(text)) != Counter(_TAGS.findall(source)):
        return "it has other tags than the English text"
    return ""


def main(arguments: list[str]) -> int:
    """Write or read; the exit status."""
    match arguments:
        case ["write", language, *rest] if language in LANGUAGES and language != "en":
            domains = rest or [one for one in DOMAINS if language in SPOKEN[one]]
            sys.stdout.writelines(line for domain in domains for line in written(language, domain))
            return 0
        case ["read", language, name, *rest] if language in LANGUAGES and language != "en":
            lines = Path(name).read_text(encoding="utf-8").splitlines()
            return _read(language, lines, rest or [one for one in DOMAINS if language in SPOKEN[one]])
    sys.stderr.write("write LANGUAGE [DOMAIN] > FILE, or read LANGUAGE FILE [DOMAIN]\n")
    return 2


def _read(language: str, lines: list[str], domains: list[str]) -> int:
    left: list[str] = []
    for domain in domains:
        taken, problems = read(language, domain, lines)
        unknown = [one for one in problems if one.endswith("no text has this key")]
        left += [one for one in problems if one not in unknown]
        rest = len(open_texts(up_to_date(language, domain)))
        sys.stdout.write(f"{domain}: {taken} taken in, {rest} still without a translation\n")
    for one in left:
        sys.stderr.write(f"refused {one}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
