"""The people who stay in a simulated hotel: first names and surnames of several languages.

A guest list in plain ASCII hides faults: code pages, column widths and sorting only fail on real names. So the
lists hold letters that Windows and DOS code pages lack in part (Polish, Czech, Swedish, Turkish, Vietnamese), an
apostrophe, a hyphen and a space inside a surname. The language codes are those a FIAS link carries in GL: EA, FR, GE,
IT, JA and SP are fixed by the IFC8 FIAS specification (2.20.25, appendix of language codes); the others are
ISO 639-1 as most installations configure them.

All persons are made up: first names and surnames are common ones of each language, drawn apart from each other.
"""

from __future__ import annotations

import random
from typing import NamedTuple


class Person(NamedTuple):
    """One made-up person: surname, first name, and the FIAS language code of the two."""

    surname: str
    first_name: str
    language: str


class _Stock(NamedTuple):
    weight: int
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]


_PEOPLE: dict[str, _Stock] = {
    "PL": _Stock(
        22,
        ("Łukasz", "Małgorzata", "Zbigniew", "Agnieszka", "Piotr", "Bożena", "Paweł", "Jadwiga"),
        ("Wójcik", "Dąbrowska", "Żak", "Śliwiński", "Gołębiewska", "Kaczmarek", "Źrebiec", "Nowak-Ćwiklińska"),
    ),
    "GE": _Stock(
        16,
        ("Ines", "Jürgen", "Käthe", "Bernd", "Sören", "Annegret", "Matthias", "Uta"),
        ("Adler", "Müller", "Größmann", "von der Heide", "Schäfer", "Jäger", "Brand", "Weiß"),
    ),
    "EA": _Stock(
        18,
        ("Nora", "Desmond", "Patricia", "Owen", "Ruth", "Callum", "Winifred", "George"),
        ("Cole", "O'Donnell", "Fairweather", "Ashworth", "Smith-Jones", "Hollis", "MacLeod", "Pike"),
    ),
    "FR": _Stock(
        9,
        ("Chloé", "Benoît", "Hélène", "François", "Maëlle", "Rémi", "Aurélie", "Gaël"),
        ("Lefèvre", "d'Aubigné", "Rousseau", "Garçon", "Bérenger", "Le Goff", "Moreau", "Noël"),
    ),
    "SP": _Stock(
        7,
        ("Begoña", "Íñigo", "Ángel", "Lucía", "Jesús", "Concepción", "Óscar", "Nuria"),
        ("Núñez", "García Peña", "Ibáñez", "Castaño", "Muñoz", "López", "Güell", "Sáenz"),
    ),
    "IT": _Stock(
        6,
        ("Niccolò", "Giulia", "Raffaele", "Carmela", "Ottavio", "Chiara", "Mosè", "Bianca"),
        ("Rossi", "D'Angelo", "Cantù", "Bianchi", "De Luca", "Forlì", "Greco", "Marchetti"),
    ),
    "CZ": _Stock(
        5,
        ("Jiří", "Zdeňka", "Ondřej", "Věra", "Radek", "Květa", "Tomáš", "Růžena"),
        ("Šťastný", "Dvořáková", "Kříž", "Procházka", "Černá", "Hůlka", "Běloušek", "Novotný"),
    ),
    "SV": _Stock(
        5,
        ("Åsa", "Björn", "Håkan", "Märta", "Göran", "Solveig", "Nils", "Birgitta"),
        ("Ångström", "Sjögren", "Lindqvist", "Öberg", "Hjälmarsson", "Ek", "Bäckström", "Norén"),
    ),
    "TR": _Stock(
        3,
        ("Gülşen", "İbrahim", "Çağla", "Oğuz", "Şükrü", "Işıl", "Ümit", "Ayşe"),
        ("Yıldız", "Öztürk", "Şahin", "Çelik", "Doğan", "Güneş", "Kılıç", "Aydın"),
    ),
    "JA": _Stock(
        4,
        ("Haruto", "Yui", "Kenji", "Sakura", "Jun'ichi", "Aiko", "Ren", "Mei"),
        ("Satō", "Itō", "Nakamura", "Kobayashi", "Ōno", "Watanabe", "Mori", "Yamaguchi"),
    ),
    "UK": _Stock(
        3,
        ("Олена", "Тарас", "Ірина", "Богдан", "Ганна", "Юрій", "Оксана", "Їржина"),
        ("Шевченко", "Коваль", "Ґудзь", "Бондаренко", "Єфименко", "Лисенко", "Іваненко", "Щербак"),
    ),
    "VI": _Stock(
        2,
        ("Đức", "Hương", "Tuấn", "Phương", "Quỳnh", "Bảo", "Lệ", "Thảo"),
        ("Nguyễn", "Trần", "Đặng", "Lê", "Phạm", "Võ", "Đỗ", "Bùi"),
    ),
}


def person(draw: random.Random) -> Person:
    """Draws one made-up person; languages come in the shares of a city hotel in Central Europe."""
    languages = tuple(_PEOPLE)
    language = draw.choices(languages, weights=[_PEOPLE[name].weight for name in languages])[0]
    stock = _PEOPLE[language]
    return Person(draw.choice(stock.surnames), draw.choice(stock.first_names), language)
