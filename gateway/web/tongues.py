"""Which language a request is answered in: the person's own, else the browser's, else the house's. Pure.

A person who signs in keeps a language with the user. A browser keeps one in a cookie where it was chosen at the foot of a page,
and tells what it would like in Accept-Language (RFC 9110, section 12.5.4). What is told last is `[property] language`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.languages.catalogues import STAFF, language_of
from gateway.languages.names import STAFF_LANGUAGES
from gateway.languages.speech import Speech, speech

#: The cookie of a browser's language. It is no secret, and the same for every house.
COOKIE: Final = "foliogate-language"
#: Seconds that a browser remembers it: a year.
REMEMBERED: Final = 365 * 24 * 3600
#: What programs read is the same for all of them.
_FOR_PROGRAMS: Final = (b"/api/", b"/soap/", b"/metrics", b"/healthz", b"/livez")
#: Languages of a browser that are looked at.
_MOST_WISHED: Final = 20


class Tongues:
    """The languages of a house's pages."""

    def __init__(self, language: str, country: str) -> None:
        self._language, self._country = language, country

    @property
    def own(self) -> Speech:
        """The house's own language: what is written for nobody in particular."""
        return self.speech(self._language)

    def speech(self, language: str) -> Speech:
        """A language as it is written in the hotel's country."""
        return speech(language, STAFF, self._country)

    def of(self, request: Any) -> Speech:
        """What this request is answered in; `request.person` says who asks."""
        if request.path.startswith(_FOR_PROGRAMS):
            return self.speech("en")
        cookie = request.getCookie(COOKIE.encode())
        chosen = request.person.language or (cookie.decode("ascii", "replace") if cookie is not None else "")
        if chosen not in STAFF_LANGUAGES:
            chosen = wished(request.getHeader("accept-language") or "") or self._language
        return self.speech(chosen)


def wished(header: str) -> str:
    """The language of ours that a browser likes best; empty where it names none. Pure."""
    ranked = sorted(_wishes(header), key=lambda one: -one[0])
    return next((tag for weight, tag in ranked if weight > 0), "")


def _wishes(header: str) -> Iterator[tuple[float, str]]:
    for one in header.split(",")[:_MOST_WISHED]:
        tag, _, said = one.partition(";")
        language = language_of(tag)
        named = tag.strip().lower().startswith("en") or language != "en"  # what is not there is told as English
        if named and language in STAFF_LANGUAGES:
            weight = said.strip().removeprefix("q=").strip()
            try:
                yield float(weight) if weight else 1.0, language
            except ValueError:
                continue
