"""The language that is spoken now: to whoever the page, the letter or the file that is being made is for.

A request says once whose it is (`speak`), and everything that is written for it asks here: `say`, `plural`, and the days, hours
and amounts of `gateway/web/words.py`. It is kept in a context variable, which goes with a coroutine from step to step, so that two
requests that wait at the same time keep their languages apart. Where nothing was said it is English: the command line,
the log, tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Final, Self, TypeVar

from gateway.languages.catalogues import STAFF
from gateway.languages.speech import Speech, speech

K = TypeVar("K")

#: Words of ours in cells that are remembered: a table of a million rows has some dozens.
_REMEMBERED: Final = 1_024
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


class Later(str):
    """A text that is English for programs and is written again, in the language that is spoken, where it is shown to people.

    `say` writes it, wherever it stands: alone, or as what is filled into another text. Two of them, or one and any other text,
    are put one behind the other with `+`.
    """

    __slots__ = ("_write",)
    _write: Callable[[], str]

    def __new__(cls, write: Callable[[], str]) -> Self:
        """A text that is made by what `write` returns, in whichever language."""
        with speaking(_ENGLISH):
            made = super().__new__(cls, write())
        made._write = write
        return made

    def said(self) -> str:
        """It in the language that is spoken."""
        return self._write()

    def __add__(self, more: str) -> str:
        """With another text behind it."""
        return joined("", (self, more))

    def __radd__(self, before: str) -> str:
        """With another text before it."""
        return joined("", (before, self))


def said(text: str) -> str:
    """A text that may be ours or somebody else's: ours in the language that is spoken, theirs as it is."""
    return text.said() if isinstance(text, Later) else text


def _again(value: object) -> object:
    return value.said() if isinstance(value, Later) else value


def say(message: str, /, **values: object) -> str:
    """A text in the language that is spoken, with what stands in its braces."""
    if isinstance(message, Later):
        return message.said()
    text = _NOW.get().texts.gettext(message) if message else ""  # to an empty text gettext says its own head
    return text.format(**{name: _again(value) for name, value in values.items()}) if values else text


def plural(one: str, many: str, number: int, /, **values: object) -> str:
    """The text for so many; `{number}` in it is the number as the language writes it."""
    return _NOW.get().plural(one, many, number, **{name: _again(value) for name, value in values.items()})


def later(message: str, /, **values: object) -> str:
    """A text that is said where it is shown: `say(later("…"))`. It is English until then."""
    return Later(partial(say, message, **values)) if values else message


def later_plural(one: str, many: str, number: int, /, **values: object) -> str:
    """The text for so many, said where it is shown."""
    return Later(partial(plural, one, many, number, **values))


@lru_cache(_REMEMBERED)
def ours(text: str) -> str:
    """A word of ours where words of others may stand, as in the cell of a table: it is said where it is shown, theirs are not."""
    return Later(partial(say, text)) if text else ""


def joined(between: str, texts: Iterable[str]) -> str:
    """Texts one behind the other, each said where they are shown; empty ones are left out."""
    found = [one for one in texts if one]
    return Later(lambda: between.join(said(one) for one in found)) if found else ""


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
