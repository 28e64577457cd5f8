"""What belongs to one adapter alone: the base of every adapter's options, and the kinds of value they share.

An adapter's options are the table `options` of `[[pms]]`. Its class says their types, defaults and checks; whoever reads the
configuration makes one whole, with the secrets put in, and turns what is wrong into sentences with file and key. A
check raises ValueError with the whole sentence: what is wrong, and what to write instead. Give each field an example,
which that sentence repeats, and `repr=False` where it is a secret. Nothing here opens a connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from rating.numbering import CHARGEABLE_CLASSES

ANY_CLASS = "default"
"""The key of a mapping by class of number that stands for every class without an entry of its own."""

_T = TypeVar("_T")


class AdapterOptions(BaseModel):
    """The options of an adapter: frozen, strict, and no key that nobody knows."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    @property
    def token_width(self) -> int | None:
        """How many digits a number on the wire may have; None where the adapter leaves that to others."""
        return None

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge, in plain lines; `foliogate check` prints them."""
        return []

    def secrets(self) -> tuple[str, ...]:
        """The values that are never shown: those of the fields that are left out of a `repr`."""
        hidden = [getattr(self, name) for name, field in type(self).model_fields.items() if not field.repr]
        return tuple(value for value in hidden if isinstance(value, str) and value)


class NoOptions(AdapterOptions):
    """For an adapter that has none."""


def _plain(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must not be empty, nor hold control characters")
    return text


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _file(value: object, info: ValidationInfo) -> object:
    """A path is counted from the folder of the configuration file, which the context names."""
    if not isinstance(value, str) or not value or "\0" in value:
        return value
    path = (getattr(info.context, "folder", Path()) / value).absolute()
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ValueError(f"the file {path} cannot be read: {error.strerror}") from None


def _frozen(value: Mapping[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType(dict(value))


def _by_class(value: Mapping[str, _T]) -> Mapping[str, _T]:
    known = (*CHARGEABLE_CLASSES, ANY_CLASS)
    for name in value:
        if name not in known:
            raise ValueError(f'"{name}" is not a class of number that can cost money; known are: {", ".join(known)}')
    return MappingProxyType(dict(value))


Text = Annotated[str, AfterValidator(_plain)]
"""Text that is not empty and has no control characters."""
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
"""A list of such texts."""
Numbers = Annotated[tuple[int, ...], BeforeValidator(_as_tuple)]
"""A list of whole numbers."""
TextMap = Annotated[Mapping[Text, Text], AfterValidator(_frozen)]
"""Text by text."""
ByClass = Annotated[Mapping[str, Text], AfterValidator(_by_class)]
"""Text by class of number, `default` for the classes without an entry."""
FilePath = Annotated[Path, BeforeValidator(_file)]
"""A file that can be read, counted from the configuration's folder."""


def of_class(mapping: Mapping[str, str], number_class: str) -> str:
    """The entry for a class of number; "" where the hotel names none."""
    return mapping.get(number_class, mapping.get(ANY_CLASS, ""))
