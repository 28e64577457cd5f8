"""The languages people can be spoken to in, each by its own name. Nothing is loaded for it."""

from __future__ import annotations

from typing import Final

#: Every language a guest can be written to in; English first.
LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "pl": "Polski",
    "no": "Norsk",
    "ru": "Русский",
    "ar": "العربية",
}

#: Every language that the staff's pages speak: what runs from right to left is for guests alone.
STAFF_LANGUAGES: Final = {tag: name for tag, name in LANGUAGES.items() if tag != "ar"}
