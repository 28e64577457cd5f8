"""Every text of a domain, found in the code: what a catalogue must have. Run by hand, it brings the catalogues up to date.

    python -m gateway.languages.extracting

A text is the first argument of `say`, or the first two of `plural`. New texts come into each catalogue empty, texts that are
no longer said leave it; a test refuses a catalogue with a text that is empty.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from gateway.languages.catalogues import GUEST, locale_name
from gateway.languages.names import LANGUAGES

_ROOT: Final = Path(__file__).parent.parent
#: Where each domain's texts are said, by folder of the gateway.
DOMAINS: Final = {GUEST: ("bills",)}
_KEYWORDS: Final[dict[str, Any]] = {"say": None, "plural": (1, 2)}


def texts(domain: str) -> Catalog:
    """All texts of a domain, as a catalogue without a language."""
    found = Catalog(project="Foliogate", charset="utf-8")
    for folder in DOMAINS[domain]:
        for name, _, message, _, _ in extract_from_dir(
            _ROOT / folder, method_map=[("**.py", "python")], keywords=_KEYWORDS
        ):
            found.add(message, locations=[(f"{folder}/{name}", 0)])
    return found


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
        for language in LANGUAGES:
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
