"""Which languages there are, and their catalogues of texts: gettext files that ship as text and are made ready when first asked.

A catalogue is `gateway/locale/LANGUAGE/DOMAIN.po`. A domain is what one kind of reader reads (`guest`: bills, tariff card,
price enquiry; `staff`: the pages). English needs no file: its texts are the messages themselves. A text that a catalogue lacks is said in English.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gateway.languages.names import LANGUAGES

#: What a guest reads.
GUEST: Final = "guest"
#: What the people of the house read: pages, reports, letters.
STAFF: Final = "staff"
#: What is said in reports, on pages and in files; whoever is spoken to as staff is told it as well.
REPORTS: Final = "reports"
_ALSO: Final = {"nb": "no", "nn": "no"}


def language_of(tag: str) -> str:
    """The language of a tag such as "de", "de-AT" or "pt_BR"; English for one that is not there."""
    bare = tag.strip().lower().replace("_", "-").partition("-")[0]
    bare = _ALSO.get(bare, bare)
    return bare if bare in LANGUAGES else "en"


@cache
def catalogue(language: str, domain: str) -> NullTranslations:
    """The texts of a language of `LANGUAGES`; made once in a process, from text, in some milliseconds."""
    made = _read(language, domain)
    if domain == STAFF and language != "en":
        made.add_fallback(_read(language, REPORTS))
    return made


def _read(language: str, domain: str) -> NullTranslations:
    file = resources.files("gateway") / "locale" / language / f"{domain}.po"
    if language == "en" or not file.is_file():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=locale_name(language)))
    compiled.seek(0)
    return GNUTranslations(compiled)


def locale_name(language: str) -> str:
    """What the rules of dates and figures are found under; Norwegian is written in Bokmål."""
    return "nb" if language == "no" else language
