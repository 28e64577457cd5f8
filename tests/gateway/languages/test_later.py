"""Protects a text that is English for programs and speaks where it is shown, and the letters that speak the house's language."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from gateway.instants import SECOND
from gateway.languages.spoken import Later, joined, later, later_plural, ours, said, say, speaking
from gateway.reports.values import Money
from gateway.reports.wording import in_words
from gateway.store.alarms import AlarmRow
from gateway.watch.letters import Addresses, notices
from tests.gateway.languages.foreign import FOREIGN, english, strange

AT = 1_795_000_000 * SECOND
ALARM = AlarmRow(
    7,
    "pms_down",
    "opera",
    "PMS opera is not connected since Fri 20 Nov 18:40",
    "",
    None,
    AT,
    None,
    "",
    "",
    None,
    None,
    0,
)


def test_a_text_said_later_is_english_for_programs_wherever_it_was_made() -> None:
    with speaking(FOREIGN):
        calls = later_plural("{number} call", "{number} calls", 1_234)
        text = later("{number} of {all}", number=calls, all=in_words(Money(123456, "PLN", 2)))
        assert json.dumps([text, text + "; " + ours("together")]) == (
            '["1,234 calls of 1\\u202f234.56 PLN", "1,234 calls of 1\\u202f234.56 PLN; together"]'
        )
        assert say(text) == f"1.234 {strange('calls')} {strange('of')} 1.234,56 PLN"
        assert said(joined(", ", ("", ours("together"), "Zoe"))) == f"{strange('together')}, Zoe"
        assert isinstance("a" + ours("together"), Later)
    assert joined(", ", ()) == ""
    assert said("together") == "together"


def test_an_alarm_is_told_in_the_houses_language_and_its_hook_keeps_its_fields() -> None:
    where = Addresses(
        property="SEASIDE",
        hotel="Seaside",
        zone=ZoneInfo("UTC"),
        page="http://x",
        to=("a@b",),
        hooks=("h",),
        tongue=FOREIGN,
    )
    for event in ("raised", "escalated", "cleared"):
        letter, hook = notices(event, ALARM, where)
        assert english(f"{letter.subject}\n{letter.body}") == []
        assert "18:40" in letter.subject
        value = json.loads(hook.body)
        assert (value["event"], value["alarm"]["kind"], value["alarm"]["title"]) == (
            event,
            "pms_down",
            "PMS not connected",
        )
        assert english(value["alarm"]["sentence"]) == []
