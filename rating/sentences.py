"""The catalogue of sentences in which a charge explains itself, by language. Pure look-up; English where one is not there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "pl", "no", "ru")
"""ISO 639-1 codes of the languages that there are sentences for."""

_ALSO: Final = {"nb": "no", "nn": "no"}


def language_of(tag: str) -> str:
    """Give the language of a tag such as "de", "de-AT" or "pt_BR"; English for one that is not there."""
    bare = tag.strip().lower().replace("_", "-").partition("-")[0]
    bare = _ALSO.get(bare, bare)
    return bare if bare in LANGUAGES else "en"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Give the sentences of a language of LANGUAGES."""
    text = resources.files("rating.languages").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {name: str(sentence) for name, sentence in tomllib.loads(text).items()}
