"""The tariff folder as a mapping of names to bytes: the one place that reads it and writes it, for the pure code that judges it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The largest tariff file read: a deck of half a million prefixes has 30 MB.
MOST_BYTES: Final = 64 * 1024 * 1024
#: What belongs to a tariff: rules in TOML, decks in CSV.
SUFFIXES: Final = (".toml", ".csv")


class TariffUnreadable(Exception):
    """The tariff folder cannot be read; the sentence says why and what to do."""


def read_texts(folder: Path) -> Mapping[str, bytes]:
    """Every tariff text of the folder, by name; raises TariffUnreadable."""
    if not folder.is_dir():
        raise TariffUnreadable(
            f"the tariff folder {folder} does not exist; make one with 'foliogate tariff init {folder} "
            "--country CC --currency CUR'"
        )
    texts: dict[str, bytes] = {}
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix in SUFFIXES and path.is_file() and not path.name.startswith("."):
                texts[path.name] = _bounded(path)
    except OSError as error:
        raise TariffUnreadable(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    return texts


def replace_text(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or as it was before."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    os.replace(beside, path)


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise TariffUnreadable(f"{path} is larger than {MOST_BYTES // 2**20} MB, which no tariff needs")
    return path.read_bytes()
