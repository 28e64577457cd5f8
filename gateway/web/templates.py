"""Templates: Jinja2 with escaping on, unknown names as errors, and every value made visible before it is escaped.

No value reaches a page otherwise than through `_finish`: a guest's name with a direction mark, a record with a bell in
it, a `<script>` are shown as what they are. Templates and static files are package data, read once at the start.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined, Undefined
from markupsafe import Markup, escape

from gateway.languages.kept import kept
from gateway.languages.names import STAFF_LANGUAGES
from gateway.languages.speech import Speech
from gateway.languages.spoken import spoken
from gateway.web.words import visible
from protocols.text import mask_number

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def _finish(value: Any) -> Any:
    """The last look at every value: texts made visible, None as nothing; markup of our own and mistakes as they are."""
    if isinstance(value, Markup | Undefined):
        return value
    return "" if value is None else visible(str(value))


#: Digits in a row, parted as people part them; fewer than a telephone number has are an amount, a time, an extension.
_DATE: Final = r"(?!\d{4}-\d\d-\d\d\b)"
_DIGITS: Final = re.compile(rf"(?<![\d.,])\+?\(?{_DATE}\d(?:[ ()/-]{{0,2}}{_DATE}\d){{5,}}(?![.,]?\d)")
_FULL: Final = Markup("<!--if see_full_numbers-->")
_MASKED: Final = Markup("<!--if masked-->")
_END: Final = Markup("<!--/if-->")
#: A text with a tag in it is HTML, and is not escaped; what is filled in always is.
_TAG: Final = re.compile(r"</?[a-z]")
#: Texts remembered as they stand on pages: about all there are, in three languages.
_TEXTS_REMEMBERED: Final = 8_192


def masked(text: str) -> str:
    """A text with the middle of every telephone number in it hidden, blanks and all."""
    return _DIGITS.sub(lambda found: mask_number(re.sub(r"[^+\d]", "", found[0])), text)


def digits(value: object) -> Markup:
    """A text with telephone numbers in it: whole for those who may see them, masked for the others (`persons.dressed`)."""
    whole = str(_finish(value))
    hidden = masked(whole)
    if whole == hidden:
        return escape(whole)
    return _FULL + escape(whole) + _END + _MASKED + escape(hidden) + _END


def say(message: str, **values: Any) -> Markup:
    """A text of a template, in the language that is spoken. A text with tags is HTML; any other is escaped like a value.

    The text is ours, always: what comes from outside is filled in, never said.
    """
    text = _standing(message, spoken())
    return text.format(**{name: _finish(value) for name, value in values.items()}) if values else text


def plural(one: str, many: str, number: int, **values: Any) -> Markup:
    """The same for so many; `{number}` in it is the number as the language writes it."""
    tongue = spoken()
    text = tongue.texts.ngettext(one, many, number)
    known = {name: _finish(value) for name, value in values.items()}
    return (Markup(text) if _TAG.search(one) else _escaped(text)).format(number=tongue.figure(number), **known)


@lru_cache(_TEXTS_REMEMBERED)
def _standing(message: str, tongue: Speech) -> Markup:
    text = tongue.texts.gettext(message) if message else ""
    return Markup(text) if _TAG.search(message) else _escaped(text)


def _escaped(text: str) -> Markup:
    """A text of ours, escaped; its apostrophes need it not, since our attributes stand in double quotes."""
    return Markup(str(escape(text)).replace("&#39;", "'"))


@cache
def environment() -> Environment:
    """The templates of this package, ready to be rendered; compiled once in a process, since they never change."""
    folder = resources.files("gateway.web") / "templates"
    texts = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".html")}
    made = Environment(
        loader=DictLoader(texts),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finish,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["digits"] = digits
    made.globals |= {
        "say": say,
        "plural": plural,
        "kept": kept,
        "speech_now": spoken,
        "staff_languages": STAFF_LANGUAGES,
    }
    return made


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that is served as it is; `tag` changes with its content."""

    data: bytes
    content_type: str
    tag: str


def static_files() -> dict[str, StaticFile]:
    """Every static file by name. Only these names are served, so a path can lead nowhere else."""
    folder = resources.files("gateway.web") / "static"
    found = {}
    for one in folder.iterdir():
        ending = one.name.rpartition(".")[2]
        if ending in _TYPES:
            data = one.read_bytes()
            found[one.name] = StaticFile(data, _TYPES[ending], hashlib.sha256(data).hexdigest()[:16])
    return found
