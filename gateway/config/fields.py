"""The kinds of value a configuration is made of, each with the check that refuses it in plain words.

Every check raises ValueError with the whole sentence: what is wrong, and what to write instead. Checks that need to
know where the file lies or what the environment holds find that in the validation context (`Surroundings`); nothing
here looks at the process's own environment.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from gateway.config.endpoints import connect_address, listen_address
from gateway.config.problems import did_you_mean

SECRET_LIMIT = 65536  # bytes of a secret's file: a key or a URL is short, and /dev/zero is not a secret
FORBIDDEN_ON_THE_WIRE = frozenset({"|", *map(chr, range(32)), "\x7f"})  # FIAS has no escape: field separator, controls

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration may refer to: the folder that its relative paths start from, and the environment."""

    folder: Path
    environ: Mapping[str, str]


def surroundings(info: ValidationInfo) -> Surroundings:
    """Return what `load` handed to the validation."""
    context = info.context
    assert isinstance(context, Surroundings), "a configuration is validated by gateway.config.load alone"
    return context


def absolute(text: str, info: ValidationInfo) -> Path:
    """Return a path, counted from the configuration file's folder where it is relative."""
    if "\0" in text or not text:
        raise ValueError("a path must not be empty")
    return (surroundings(info).folder / text).absolute()


def secret(text: str, info: ValidationInfo) -> str:
    """Return the secret that `env:NAME` or `file:PATH` stands for; any other text stands for itself."""
    kind, colon, place = text.partition(":")
    if not colon or kind not in {"env", "file"}:
        return text
    if kind == "env":
        return _from_environment(place, info)
    return _from_file(absolute(place, info))


def _from_environment(name: str, info: ValidationInfo) -> str:
    value = surroundings(info).environ.get(name, "")
    if not value:
        raise ValueError(f"the environment has no variable {name}; set it before the start, or write file:PATH instead")
    return value


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            data = opened.read(SECRET_LIMIT + 1)
    except OSError as error:
        raise ValueError(
            f"the secret's file {path} cannot be read ({error.strerror}); create it, or write env:NAME"
        ) from None
    if len(data) > SECRET_LIMIT:
        raise ValueError(f"the secret's file {path} is longer than {SECRET_LIMIT} bytes; that is no secret")
    try:
        value = data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"the secret's file {path} is not text in UTF-8") from None
    if not value:
        raise ValueError(f"the secret's file {path} is empty")
    return value


def _plain(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    if not text.isprintable():
        raise ValueError("must not contain control characters")
    return text


def _wire(text: str) -> str:
    if not text or FORBIDDEN_ON_THE_WIRE & set(text):
        raise ValueError(f"{text!r} cannot stand in a record: it must not be empty, nor hold | or control characters")
    return text


def _zone(name: object) -> object:
    if not isinstance(name, str):
        return name  # the type check says what is wrong
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is not a time zone; {_zone_hint(name)}') from None


def _zone_hint(name: str) -> str:
    hint = did_you_mean(name, available_timezones())
    return hint if hint.startswith("did") else 'write a name such as "Europe/Warsaw"'


def _encoding(name: str) -> str:
    """Accept a code page that leaves ASCII alone: separators and record names must survive it."""
    ascii_text = "".join(map(chr, range(32, 127)))
    try:
        codec = codecs.lookup(name)
        text_codec = getattr(codec, "_is_text_encoding", True)
        if not text_codec or ascii_text.encode(name) != ascii_text.encode("ascii") or _shifts(name):
            raise ValueError(f'"{name}" does not keep ASCII as it is; write the code page of the PMS, such as "cp1252"')
    except LookupError:
        known = ("cp437", "cp850", "cp852", "cp1250", "cp1251", "cp1252", "iso-8859-1", "iso-8859-2", "utf-8", "cp936")
        raise ValueError(f'"{name}" is not a code page; {did_you_mean(name, known)}') from None
    return name


def _shifts(name: str) -> bool:
    """Tell whether a code page switches tables by escape sequences, as iso-2022-jp does: a frame could not be cut."""
    return b"\x1b" in "\u3042".encode(name, errors="replace")


def _listen(text: str) -> str:
    listen_address(text)
    return text


def _connect(text: str) -> str:
    connect_address(text)
    return text


def as_tuple(value: object) -> object:
    """Return a TOML array as a tuple, anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def _frozen(value: Mapping[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType(dict(value))


def _path(value: object, info: ValidationInfo) -> object:
    return absolute(value, info) if isinstance(value, str) else value


def scalar_text(value: object) -> object:
    """Return a dialect's option as text: TOML has numbers and truth values, options are words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float) else value


def one_of(words: tuple[str, ...], example: str) -> Callable[[str], str]:
    """Return a check that the text is one of these words."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f'"{text}" is not known; {did_you_mean(text, words)}; write for example {example}')
        return text

    return check


Text = Annotated[str, AfterValidator(_plain)]
WireText = Annotated[str, AfterValidator(_wire)]
Secret = Annotated[str, AfterValidator(secret), AfterValidator(_plain)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Listen = Annotated[str, AfterValidator(_listen)]
Connect = Annotated[str, AfterValidator(_connect)]
CodePage = Annotated[str, AfterValidator(_encoding)]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]
FilePath = Annotated[Path, BeforeValidator(_path)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_tuple)]
TextMap = Annotated[Mapping[Text, Text], AfterValidator(_frozen)]
PlainMap = Annotated[Mapping[str, str], AfterValidator(_frozen)]
WireMap = Annotated[Mapping[str, WireText], AfterValidator(_frozen)]
Option = Annotated[str, BeforeValidator(scalar_text), AfterValidator(secret)]
Options = Annotated[Mapping[str, Option], AfterValidator(_frozen)]
