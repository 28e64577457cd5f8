"""A language that nobody speaks: every text of the catalogues in letters with a stroke, so that what is left in plain ones was said by nobody.

It needs no translator: a text is known to it as soon as it is marked where the catalogues are gathered from. A text that is not
marked, is put together from pieces, or is said and not gathered, stays in plain English, and its small words tell.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import NullTranslations
from typing import Final

from babel import Locale

from gateway.languages.catalogues import REPORTS, STAFF
from gateway.languages.extracting import texts
from gateway.languages.speech import Speech

#: Each letter as one that English has not.
_STRANGE: Final = str.maketrans("abcdefghijklmnoprstuvwyz", "ɐƀɕɖɘƒɠɦɨʝƙłɱɳɵρɍʂŧʉʋɯɏƶ")
#: What stays as it is in a text: what is filled in, tags, figures of HTML, and what stands in quotes to be typed.
_KEPT: Final = re.compile(r"(\{\w*\}|<[^>]*>|&\w+;|\[\[?\w+\]?\]|'foliogate [^']*')")
#: The small words of English, and those of the trade that no name is made of: where one stands, a text was not said.
ENGLISH: Final = re.compile(
    r"\b(?:the|and|of|was|were|are|not|with|for|from|that|which|has|have|had|been|is|by|on|its|this|these|it|to|than|"
    r"call|calls|charge|charges|room|guest|waiting|held|refused|posted|answered|missed|together|known|unknown|nothing|none)\b"
)


class _Strange(NullTranslations):
    """The catalogue."""

    def gettext(self, message: str) -> str:
        """The text in strange letters; one that is not gathered stays."""
        return strange(message) if message in known() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for so many."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def strange(message: str) -> str:
    """A text in strange letters. Pure."""
    parts = _KEPT.split(message)
    return "".join(part if at % 2 else part.translate(_STRANGE) for at, part in enumerate(parts))


@cache
def known() -> frozenset[str]:
    """Every text that the catalogues gather, each form of a plural for itself."""
    found = (one.id for domain in (STAFF, REPORTS) for one in texts(domain))
    return frozenset(form for one in found for form in (one if isinstance(one, tuple | list) else (one,)) if form)


#: The language, with days and figures as German has them.
FOREIGN: Final = Speech("de", Locale.parse("de"), _Strange())


def english(text: str) -> list[str]:
    """The small words of English in a text, each with what stands around it."""
    return [text[max(0, found.start() - 30) : found.end() + 30].replace("\n", " ") for found in ENGLISH.finditer(text)]


def plain(text: str) -> bool:
    """Whether a text has a word that was not said: three plain letters, of which no strange text has so many on end."""
    return _PLAIN.search(_KEPT.sub("", text)) is not None


_PLAIN: Final = re.compile(r"[a-z]{3}")
