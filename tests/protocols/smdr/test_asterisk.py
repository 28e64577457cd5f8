"""Protects the promise that what really was sent to a trunk is what is rated, as Asterisk really writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from protocols.records import CallRecord, Furniture, Parsed, Unparsed
from protocols.smdr.as_json import as_json
from protocols.smdr.channels import endpoint, number_called
from tests.protocols.smdr.samples import NOW, call, expected, frames, parser, present, sample

ROW = (
    '"","205","9021","rooms","","PJSIP/205-01","PJSIP/trunk1-02","Dial","PJSIP/021@trunk1,20",'
    '"2026-11-21 21:06:48","2026-11-21 21:06:50","2026-11-21 21:06:54",6,4,"ANSWERED","DOCUMENTATION"'
)


def read(row: str, *trunks: str, **options: str) -> Parsed:
    return parser("asterisk", trunks=trunks, options=options)(row.encode(), NOW)


@pytest.mark.parametrize("number", range(10))
def test_a_real_row_says_what_is_written_beside_it(number: int) -> None:
    frame = frames("asterisk", sample("asterisk/Master.csv"))[number]
    shown = present(as_json(parser("asterisk")(frame.data, NOW), frame.data, 1))
    assert shown == expected("asterisk/Master.json")[number]


def test_the_manager_interface_tells_the_same_calls_without_their_sequence() -> None:
    parse = parser("asterisk")
    rows = [call(parse(frame.data, NOW)) for frame in frames("asterisk", sample("asterisk/Master.csv"))]
    blocks = frames("asterisk", sample("asterisk/ami_cdr_events.txt"), transport="connect")
    events = [present(as_json(parse(block.data, NOW), b"", 1)) for block in blocks]
    told = [present(as_json(row, b"", 1)) for row in rows]
    for one in told:
        del one["sequence"]
    assert events == told


@pytest.mark.parametrize(
    ("tail", "call_key", "sequence"),
    [
        ("", None, None),
        (',"1795295208.47"', "1795295208.47", None),
        (',"room205"', None, None),
        (',"1795295208.47","room205"', "1795295208.47", None),
        (',"HOTEL","1795295208.47",33', "1795295208.47", 33),
        (',"1795295208.48","HOTEL","1795295208.47",33', "1795295208.47", 33),
        (',"room205","HOTEL","1795295208.47",33', "1795295208.47", 33),
        (',"1795295208.48","room205","HOTEL","1795295208.47",33', "1795295208.47", 33),
    ],
)
def test_rows_of_16_to_21_columns_are_told_apart(tail: str, call_key: str | None, sequence: int | None) -> None:
    found = call(read(ROW + tail))
    assert (found.call_key, found.sequence) == (call_key, sequence)


@pytest.mark.parametrize(
    ("source", "target", "trunks", "direction", "trunk"),
    [
        ("PJSIP/205-01", "PJSIP/trunk1-02", (), "out", "trunk1"),
        ("PJSIP/205-01", "PJSIP/206-02", (), "internal", None),
        ("PJSIP/205-01", "PJSIP/206-02", ("206",), "out", "206"),
        ("PJSIP/trunk1-01", "PJSIP/205-02", (), "internal", None),
        ("PJSIP/trunk1-01", "PJSIP/205-02", ("trunk1",), "in", "trunk1"),
        ("PJSIP/trunk1-01", "PJSIP/205-02", ("PJSIP/trunk1",), "in", "trunk1"),
        ("PJSIP/trunk1-01", "PJSIP/trunk2-02", ("trunk1",), "tandem", "trunk2"),
        ("PJSIP/205-01", "Local/91234@rooms-00000002;1", (), "internal", None),
        ("Local/91234@rooms-00000002;2", "PJSIP/trunk1-02", (), "out", "trunk1"),
        ("PJSIP/205-01", "DAHDI/i1/021-1", (), "out", "i1"),
        ("PJSIP/205-01", "", (), "internal", None),
    ],
)
def test_the_trunk_among_the_channels_gives_the_direction(
    source: str, target: str, trunks: tuple[str, ...], direction: str, trunk: str | None
) -> None:
    found = call(read(ROW.replace("PJSIP/205-01", source).replace("PJSIP/trunk1-02", target), *trunks))
    assert (found.direction, found.trunk) == (direction, trunk)


def test_an_incoming_call_has_a_caller_and_the_extension_that_took_it() -> None:
    row = ROW.replace('"205","9021"', '"02155512345","390664"').replace("PJSIP/205-01", "PJSIP/line-01")
    found = call(read(row.replace("PJSIP/trunk1-02", "PJSIP/205-02"), "line"))
    assert (found.extension, found.caller, found.did, found.dialled) == ("205", "02155512345", "390664", None)


@pytest.mark.parametrize(
    ("channel", "data", "number", "warnings"),
    [
        ("PJSIP/trunk1-02", "PJSIP/02155512345@trunk1,20", "02155512345", 0),
        ("PJSIP/trunk1-02", "PJSIP/trunk1/sip:02155512345@192.0.2.1:5060,20", "02155512345", 0),
        ("PJSIP/trunk1-02", "PJSIP/trunk1/sip:+4822123@192.0.2.1", "+4822123", 0),
        ("SIP/trunk1-02", "SIP/trunk1/02155512345,60,tT", "02155512345", 0),
        ("IAX2/trunk1-02", "IAX2/trunk1/02155512345@ctx", "02155512345", 0),
        ("DAHDI/i1/02155512345-1", "DAHDI/g1/02155512345", "02155512345", 0),
        ("PJSIP/trunk1-02", "PJSIP/x@trunkbusy&PJSIP/7330@trunk1,20", "7330", 0),
        ("PJSIP/trunk1-02", "PJSIP/111@trunk2&PJSIP/222@trunk1&PJSIP/333@trunk3", "222", 0),
        ("PJSIP/trunk1-02", "PJSIP/111@trunk1&PJSIP/222@trunk1", "111", 1),
        ("DAHDI/i1/222-1", "DAHDI/g1/111&DAHDI/g2/222", "222", 0),
        ("PJSIP/trunk1-02", "PJSIP/reception", "9021", 1),
        ("PJSIP/trunk1-02", "", "9021", 1),
    ],
)
def test_the_number_is_what_was_sent_over_the_channel_that_answered(
    channel: str, data: str, number: str, warnings: int
) -> None:
    told: list[str] = []
    assert number_called(endpoint(channel), channel, "Dial", data, "9021", told) == number
    assert len(told) == warnings


def test_what_an_application_other_than_dial_was_given_is_no_number() -> None:
    told: list[str] = []
    assert number_called("trunk1", "PJSIP/trunk1-02", "Queue", "reception,123", "9021", told) == "9021"
    assert len(told) == 1


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("2026-11-21 21:06:48", "2026-02-30 21:06:48", "column 10 (start) holds '2026-02-30', expected a date between"),
        ("2026-11-21 21:06:48", "", "column 10 (start) holds '', expected year-month-day hours:minutes:seconds"),
        ("2026-11-21 21:06:54", "yesterday", "column 12 (end) holds 'yesterday', expected year-month-day"),
        (",6,4,", ",6,-4,", "column 14 (billsec) holds '-4', expected a whole number"),
        (",6,4,", ",,4,", "column 13 (duration) holds '', expected a whole number"),
    ],
)
def test_an_impossible_value_is_named_with_its_column(before: str, after: str, reason: str) -> None:
    found = read(ROW.replace(before, after))
    assert isinstance(found, Unparsed)
    assert found.reason.startswith(reason)


def test_a_row_whose_quotes_do_not_close_is_not_guessed_at() -> None:
    assert isinstance(read(ROW.replace('"rooms"', '"rooms')), Unparsed)
    assert isinstance(read(ROW[:100]), Unparsed)


def test_an_unknown_disposition_leaves_the_answer_open_with_a_warning() -> None:
    found = call(read(ROW.replace("ANSWERED", "PARKED")))
    assert found.answered is None
    assert "PARKED" in found.warnings[0]


def test_titles_greetings_and_other_events_are_furniture() -> None:
    assert isinstance(read("accountcode,src,dst"), Furniture)
    assert isinstance(read(""), Furniture)
    assert read("Event: FullyBooted\r\nPrivilege: system,all") == Furniture("a manager event: FullyBooted")
    assert read("Response: Success\r\nMessage: x") == Furniture("a manager response: Success")


def test_an_event_without_its_numbers_is_unparsed() -> None:
    found = read("Event: Cdr\r\nSource: 205\r\nStartTime: 2026-11-21 21:06:48")
    assert found == Unparsed("the value of Duration holds '', expected a whole number")


def test_a_callers_name_cannot_add_fields_to_an_event() -> None:
    event = sample("asterisk/ami_cdr_events.txt").partition(b"\r\n\r\n")[0].decode()
    forged = event.replace("Room 205", "x\u2028BillableSeconds: 0\x0bDuration: 0\x85Source: 999")
    found = call(read(forged))
    assert (found.talk_seconds, found.extension) == (4, "205")


def test_records_in_gmt_are_shown_in_the_zone_of_the_exchange() -> None:
    found = call(read(ROW, utc="yes"))
    assert found.start.isoformat() == "2026-11-21T22:06:48+01:00"
    assert found.end is not None
    assert found.end.isoformat() == "2026-11-21T22:06:54+01:00"
    assert found.time_basis == "utc"


@pytest.mark.parametrize(
    ("unique", "hour", "warned"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 0, False),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 1, False),
        (datetime(2026, 10, 25, 1, 10, tzinfo=UTC), 1, False),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 0, True),
    ],
)
def test_the_hour_that_came_twice_is_decided_by_the_unique_id(unique: datetime, hour: int, warned: bool) -> None:
    row = ROW.replace("2026-11-21 21:06:48", "2026-10-25 02:30:00").replace(
        "2026-11-21 21:06:54", "2026-10-25 02:30:06"
    )
    found = call(read(f'{row},"pbx-{int(unique.timestamp())}.47"'))
    assert found.start.astimezone(UTC) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert found.end is not None
    assert (found.end.astimezone(UTC) - found.start.astimezone(UTC)).total_seconds() == 6
    assert bool(found.warnings) is warned


def test_a_call_over_the_change_of_the_clock_ends_after_it_began() -> None:
    row = ROW.replace("2026-11-21 21:06:48", "2026-10-25 02:50:00").replace(
        "2026-11-21 21:06:54", "2026-10-25 02:10:00"
    )
    began = int(datetime(2026, 10, 25, 0, 50, tzinfo=UTC).timestamp())
    found = call(read(row.replace(",6,4,", ",1200,1190,") + f',"{began}.47"'))
    assert found.end is not None
    assert (found.end.astimezone(UTC) - found.start.astimezone(UTC)).total_seconds() == 1_200


def test_a_quotation_mark_in_the_callers_name_does_no_harm() -> None:
    assert isinstance(read(ROW.replace('"rooms",""', '"rooms","""Room, 205"" <205>"')), CallRecord)
