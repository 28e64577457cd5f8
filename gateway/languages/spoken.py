"""The language that is spoken now: to whoever the page, the letter or the file that is being made is for.

A request says once whose it is (`speak`), and everything that is written for it asks here: `say`, `plural`, and the days, hours
and amounts of `gateway/web/words.py`. It is kept in a context variable, which goes with a coroutine from step to step, so that two
requests that wait at the same time keep their languages apart. Where nothing was said it is English: the command line,
the log, tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

from gateway.languages.catalogues import STAFF
from gateway.languages.speech import Speech, speech

K = TypeVar("K")

_ENGLISH: Final = speech("en", STAFF)
_NOW: Final[ContextVar[Speech]] = ContextVar("speech", default=_ENGLISH)


def spoken() -> Speech:
    """The language that is spoken now."""
    return _NOW.get()


def is_english() -> bool:
    """Whether it is English, whose days and amounts are written without looking anything up."""
    return _NOW.get().language == "en"


def speak(tongue: Speech) -> None:
    """From here on this language, until the coroutine is over that says so."""
    _NOW.set(tongue)


@contextmanager
def speaking(tongue: Speech) -> Iterator[None]:
    """This language for a while."""
    token = _NOW.set(tongue)
    try:
        yield
    finally:
        _NOW.reset(token)


def say(message: str, **values: object) -> str:
    """A text in the language that is spoken, with what stands in its braces."""
    text = _NOW.get().texts.gettext(message) if message else ""  # to an empty text gettext says its own head
    return text.format(**values) if values else text


def plural(one: str, many: str, number: int, **values: object) -> str:
    """The text for so many; `{number}` in it is the number as the language writes it."""
    return _NOW.get().plural(one, many, number, **values)


def later(message: str) -> str:
    """A text that is said where it is shown: `say(later("…"))`. It is English until then."""
    return message


class Texts(Mapping[K, str]):
    """Texts by name, each said in the language that is spoken when it is taken out: for tables at the head of a module."""

    __slots__ = ("_english",)

    def __init__(self, english: Mapping[K, str]) -> None:
        self._english = english

    def __getitem__(self, name: K) -> str:
        return _NOW.get().texts.gettext(self._english[name])

    def __iter__(self) -> Iterator[K]:
        return iter(self._english)

    def __len__(self) -> int:
        return len(self._english)


class Plurals(dict[str, tuple[str, str]]):
    """Texts by name, each with its form for one and for many: for tables at the head of a module."""

    def say(self, name: str, number: int, **values: object) -> str:
        """The text of this name for so many; the name itself where there is none."""
        if name not in self:
            return name
        one, many = self[name]
        return plural(one, many, number, **values)
