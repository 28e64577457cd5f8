"""Protects a site that describes its exchange itself: its layout is proved by its own samples, and mistakes are told in sentences."""

from __future__ import annotations

import pytest

from protocols.records import Unparsed
from protocols.smdr.own import make_parser, problems
from protocols.smdr.settings import SourceSettings
from tests.protocols.smdr.samples import FOLDER, NOW, WARSAW

LAYOUT = (FOLDER / "own" / "layout.toml").read_text("utf-8")
SETTINGS = SourceSettings(timezone=WARSAW, options={"layout": LAYOUT})


def told(text: str) -> list[str]:
    return problems(text, SourceSettings(timezone=WARSAW, options={"layout": text}))


def test_a_layout_that_reads_its_samples_has_no_problem() -> None:
    assert problems(LAYOUT, SETTINGS) == []


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("talk_seconds = 132", "talk_seconds = 133", "sample 1: talk_seconds is read as '132', and should be '133'"),
        ("talk_seconds = 132", "talked = 132", "sample 1 names a field 'talked', which no call has"),
        ('number = "37-56"', 'number = "38-56"', "sample 1: dialled is read as '0447700900123'"),
        ('number = "37-56"', 'nummer = "37-56"', "no form has a column number: without it a call cannot be charged"),
        ('number = "37-56"', 'number = "56-37"', "'56-37' is not a range of columns"),
        (
            'date = "DD.MM.YY"',
            'date = "MM.DD.YY"',
            "sample 1 is not read as a call: columns 1-8 (date) holds '21.11.26'",
        ),
        ('date = "DD.MM.YY"', 'date = "DD.YY"', "does not say enough: a date needs MM and DD"),
        ('clock = "end"', 'clock = "middle"', "clock is 'middle'; write start or end"),
        ('clock = "end"', 'clocks = "end"', "[meaning] has a key 'clocks'; known are "),
        ('kind = "fixed"', 'kind = "free"', "kind is 'free'; write fixed or separated or key-value"),
        ('title = "The', 'titel = "The', "the layout has a key 'titel'; known are "),
        ("[[sample]]", "[nothing]", "the layout has a key 'nothing'"),
        ('line = "21.11.26', 'line = "x21.11.26', "sample 1 is not read as a call: in none of the layout's forms"),
        ("[meaning]", "[meaning", "the layout is no TOML: "),
    ],
)
def test_a_mistake_is_told_in_a_sentence(before: str, after: str, sentence: str) -> None:
    assert before in LAYOUT
    assert any(sentence in one for one in told(LAYOUT.replace(before, after, 1)))


def test_a_layout_without_samples_is_not_trusted() -> None:
    assert told(LAYOUT.partition("[[sample]]")[0]) == [
        "the layout carries no [[sample]]: give at least one real line, and what is to be read from it"
    ]


def test_a_layout_that_cannot_be_used_keeps_every_record_unread() -> None:
    parse = make_parser(SourceSettings(timezone=WARSAW, options={"layout": "kind = 1"}))
    assert parse(b"21.11.26", NOW) == Unparsed("kind is 1; write fixed or separated or key-value")
