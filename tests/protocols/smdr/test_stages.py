"""Where a call went, by what each exchange writes: its own words become ours, and silence stays silence."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS, SourceSettings
from protocols.smdr.stages import asterisk_stages, ipoffice_stages, kinds, mivb_stages

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("application", "data", "destination", "answered", "stages"),
    [
        ("Dial", "PJSIP/201,20", "PJSIP/201-0000001f", True, ()),
        ("Dial", "PJSIP/201&PJSIP/202,20", "PJSIP/202-0000001f", True, ("group",)),
        ("Dial", "PJSIP/201,20,U(x&y)", "PJSIP/201-0000001f", True, ()),
        ("Queue", "reception,t,,,60", "PJSIP/201-0000001f", True, ("queue reception",)),
        ("Queue", "reception", "", True, ("queue reception", "machine")),
        ("Queue", "", "", False, ("queue",)),
        ("VoiceMail", "201@default,u", "", True, ("voicemail", "machine")),
        ("BackGround", "welcome", "", True, ("menu", "machine")),
        ("Playback", "closed", "", True, ("announcement", "machine")),
        ("ConfBridge", "1", "", True, ("conference", "machine")),
        ("AGI", "whatever.py", "", True, ("machine",)),
        ("Hangup", "", "", False, ()),
    ],
)
def test_an_asterisk_tells_its_last_application(
    application: str, data: str, destination: str, answered: bool, stages: tuple[str, ...]
) -> None:
    assert asterisk_stages(application, data, destination, answered=answered) == stages


@pytest.mark.parametrize(
    ("first", "second", "cause", "stages"),
    [
        ("E201", "T9001", "", ()),
        ("V9502", "T9001", "", ("voicemail", "machine")),
        ("E215", "V9051", "", ("voicemail",)),
        ("E201", "V11001", "", ("conference",)),
        ("T9002", "T9001", "U fu", ("forward",)),
        ("E203", "T9005", "U XfP", ("transfer",)),
        ("T9002", "T9001", "HG fnr", ("group", "forward")),
        ("T9002", "T9001", "AA", ("menu",)),
        ("E201", "T9001", "something new", ()),
    ],
)
def test_an_ip_office_tells_devices_and_who_targeted_a_call(
    first: str, second: str, cause: str, stages: tuple[str, ...]
) -> None:
    assert ipoffice_stages(first, second, cause) == stages


@pytest.mark.parametrize(
    ("called", "to_answer", "transfer", "third", "stages"),
    [
        ("201", "008", "", "", ()),
        ("201", "***", "", "", ()),
        ("ATT2", "*009", "T", "241", ("attendant", "transfer")),
        ("201", "*009", "", "", ("attendant",)),
        ("201", "008", "X", "241", ("transfer",)),
        ("201", "008", "C", "241", ("conference",)),
    ],
)
def test_a_mitel_tells_the_operator_and_a_transfer(
    called: str, to_answer: str, transfer: str, third: str, stages: tuple[str, ...]
) -> None:
    assert mivb_stages(called, to_answer, transfer, third) == stages


def test_the_parsers_put_the_stages_on_their_records() -> None:
    queued = (
        b'"","+48601234567","5500","in","","PJSIP/city-00000001","","Queue","reception,t","2026-11-21 10:00:00",'
        b'"2026-11-21 10:00:01","2026-11-21 10:00:41",41,40,"ANSWERED","DOCUMENTATION","1795255200.1","","","1795255200.1",1'
    )
    lines = {
        "asterisk": (queued, ("queue reception", "machine")),
        "avaya-ipoffice": (
            b"2026/11/21 10:00:00,00:00:20,9,0048601234567,I,600,5500,,0,1001,0,V9502,VM,T9001,LINE 1.1,0,0",
            ("voicemail", "machine"),
        ),
        "mitel-mivb": (
            b"+11/21 15:27  00:35:11 T090 *009                             ATT2T 241                    ",
            ("attendant", "transfer"),
        ),
    }
    settings = SourceSettings(timezone=ZoneInfo("Europe/Warsaw"), trunks=frozenset({"city"}))
    for name, (line, stages) in lines.items():
        record = DIALECTS[name].parser(settings)(line, NOW)
        assert isinstance(record, CallRecord), record
        assert (record.direction, record.stages) == ("in", stages)


def test_a_stage_is_known_without_its_name() -> None:
    assert kinds(("queue front desk", "machine")) == {"queue", "machine"}
