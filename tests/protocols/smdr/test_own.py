"""Protects a site that describes its exchange itself: its layout is proved by its own samples, and mistakes are told in sentences."""

from __future__ import annotations

import pytest

from protocols.records import CallRecord, Furniture, Unparsed
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.own import make_parser, problems
from protocols.smdr.settings import SourceSettings
from tests.protocols.smdr.samples import FOLDER, NOW, WARSAW, call

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
        ('kind = "fixed"', 'kind = "free"', "kind is 'free'; write fixed or separated or headed or key-value"),
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
    assert parse(b"21.11.26", NOW) == Unparsed("kind is 1; write fixed or separated or headed or key-value")


# -- a file whose first line names its columns ------------------------------------------------------------------------

HEADED = """
title = "The cloud exchange"
kind = "headed"
separator = ";"
quote = '"'
[meaning]
date = "YYYY-MM-DD"
time = "HH:MM:SS"
duration = "seconds"
out = ["outbound"]
in = ["inbound"]
[[form]]
name = "row"
[form.columns]
number = "Called Party"
date = "Date"
time = "Start"
duration = "Seconds"
extension = "User"
direction = "Way"
[[sample]]
titles = "Date;Start;Way;User;Called Party;Seconds"
line = '2026-11-21;10:02:03;outbound;205;"00447700900123";132'
direction = "out"
extension = "205"
dialled = "00447700900123"
talk_seconds = 132
start = "2026-11-21 10:02:03"
"""


def test_columns_are_found_by_the_titles_of_the_file_wherever_they_stand() -> None:
    """Each file has its own line of titles, and a feed is read on after a restart without one."""
    assert told(HEADED) == []
    settings = SourceSettings(timezone=WARSAW, options={"layout": HEADED})
    parse = make_parser(settings)
    data = (
        b"2026-11-21;10:00:00;outbound;201;0221555640;5;;\r\n"
        b'\xef\xbb\xbf"User";"Date";"Start";"Way";"Queue";"Called Party";"Seconds"\r\n'
        b"205;2026-11-21;10:02:03;outbound;;00447700900123;132\r\n"
        b"205;2026-11-21;10:02:03;outbound;;00447700900123\r\n"
        b"Date;Start;Way;User;Called Party;Seconds\r\n2026-11-21;10:09:00;inbound;206;2501;7\r\n"
    )
    frames = DIALECTS["own"].framer(transport="file", options=settings.options).feed(data)
    read = [parse(frame.data, NOW) for frame in frames]
    calls = [
        (one.direction, one.extension, one.dialled, one.talk_seconds) for one in read if isinstance(one, CallRecord)
    ]
    assert calls == [("out", "205", "00447700900123", 132), ("in", "206", None, 7)]
    reasons = [one.reason for one in read if isinstance(one, Unparsed)]
    assert [reason.partition(";")[0] for reason in reasons] == [
        "the row stands under no line of titles with 'Date' and 'Start' and 'Seconds' and 'User' and 'Called Party'",
        "the row does not fit the line of titles above it",
    ]
    assert read.count(Furniture("a line of column titles")) == 2
    later = DIALECTS["own"].framer(900, transport="file", options=settings.options, last=frames[-1].data)
    (frame,) = later.feed(b"2026-11-21;10:11:00;outbound;207;0221555640;9\r\n")
    assert call(parse(frame.data, NOW)).extension == "207"
    grown = HEADED.replace('number = "Called Party"', 'account_code = "Code"\nnumber = "Called Party"')
    assert (
        call(make_parser(SourceSettings(timezone=WARSAW, options={"layout": grown}))(frame.data, NOW)).talk_seconds == 9
    )


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("titles =", "title =", "sample 1 needs titles: the line of titles above its line"),
        ("Date;Start;Way", "Day;Start;Way", "sample 1 needs titles: the line of titles above its line"),
        ("[[sample]]", '[[form]]\nname = "b"\n[form.columns]\ndate = "x"\n[[sample]]', "a headed layout has one form"),
    ],
)
def test_mistakes_in_a_headed_layout_are_told(before: str, after: str, sentence: str) -> None:
    assert before in HEADED
    assert any(sentence in one for one in told(HEADED.replace(before, after, 1)))
