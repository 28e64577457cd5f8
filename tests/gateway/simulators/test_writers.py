"""Protects "reads what a real exchange writes": each simulated dialect is written to the column, and read back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gateway.simulators import write_avaya_cm
from gateway.simulators.calls import SimulatedCall
from gateway.simulators.hotel import CallSource, history, parse_rooms
from gateway.simulators.writers import Writer, dialects, garbage, writer_of
from protocols.records import CallRecord, Furniture, JoinedCall, is_made_up
from protocols.smdr.catalog import DIALECTS, Dialect, SourceSettings

WARSAW = ZoneInfo("Europe/Warsaw")
CALL = SimulatedCall(
    seq=7,
    start=datetime(2026, 11, 20, 8, 15, 30, tzinfo=WARSAW),
    ring_seconds=9,
    talk_seconds=132,
    direction="out",
    kind="international",
    outcome="answered",
    extension="205",
    name="Adler",
    dialled="900447700900123",
    sent="00447700900123",
    trunk=16,
)
TRANSFERRED = replace(CALL, transferred_to="601", transferred_after=32)
LOST = replace(CALL, outcome="no_answer", talk_seconds=0)
BUSY = replace(CALL, outcome="busy", talk_seconds=0)
INCOMING = replace(
    CALL, direction="in", kind="incoming", dialled="205", sent="", caller="0033199006599", trunk=3, ring_seconds=8
)
INTERNAL = replace(CALL, direction="internal", kind="internal", dialled="601", sent="", trunk=0)


def text(dialect: str, call: SimulatedCall, **options: str) -> list[str]:
    return [record.decode() for record in writer_of(dialect, options).records(call)]


def test_a_call_that_crosses_the_change_of_the_clocks_lasts_as_long_as_it_lasted() -> None:
    """The clock's face goes back an hour in the middle of the call; the seconds in the row do not."""
    start = datetime(2026, 10, 25, 2, 58, 49, tzinfo=WARSAW)
    (row,) = text("asterisk", replace(CALL, start=start, quirk=500))
    assert '"2026-10-25 02:58:49","2026-10-25 02:58:58","2026-10-25 02:01:10",141,132,"ANSWERED"' in row


# -- Avaya IP Office ----------------------------------------------------------------------------------------------


def test_an_ip_office_call_is_thirty_fields() -> None:
    assert text("avaya-ipoffice", CALL) == [
        "2026/11/20 08:15:30,00:02:12,9,205,O,900447700900123,900447700900123,,0,1000007,0,"
        "E205,Extn205,T9016,LINE 1.16,0,0,,,,,,,,,,,,,\r\n"
    ]


def test_release_eleven_adds_servers_and_the_time_in_utc() -> None:
    (line,) = text("avaya-ipoffice", CALL, fields="35")
    assert line.count(",") == 34
    assert line.endswith(",192.0.2.10,10014,192.0.2.10,10015,2026/11/20 07:17:51\r\n")


def test_an_ip_office_transfer_is_two_segments_of_one_call_id() -> None:
    first, second = text("avaya-ipoffice", TRANSFERRED)
    assert first.startswith("2026/11/20 08:15:30,00:00:32,9,205,O,")
    assert ",1000007,1,E205,Extn205,T9016,LINE 1.16,5,0," in first
    assert second.startswith("2026/11/20 08:15:30,00:01:40,0,205,O,")
    assert ",1000007,0,E601,Extn601,T9016,LINE 1.16,0,0," in second


def test_a_release_that_gives_the_second_segment_its_own_start_can_be_had() -> None:
    _, second = text("avaya-ipoffice", TRANSFERRED, second_start="own")
    assert second.startswith("2026/11/20 08:16:11,00:01:40,0,")


def test_an_ip_office_call_without_an_answer_has_no_connected_time() -> None:
    assert text("avaya-ipoffice", LOST)[0].startswith("2026/11/20 08:15:30,00:00:00,9,205,O,900447700900123,")


def test_incoming_and_internal_calls_name_their_other_side() -> None:
    assert ",8,0033199006599,I,205,205,,0,1000007,0,E205,Extn205,T9003,LINE 1.3," in text("avaya-ipoffice", INCOMING)[0]
    assert ",9,205,O,601,601,,1,1000007,0,E205,Extn205,E601,Extn601," in text("avaya-ipoffice", INTERNAL)[0]


# -- Mitel --------------------------------------------------------------------------------------------------------

RULER = "         1         2         3         4         5         6         7         8         9"


def test_a_mitel_call_is_ninety_columns() -> None:
    (line,) = text("mitel-mivb", CALL)
    assert line == " 11/20 08:15  00:02:12 205       900447700900123           A T016" + " " * 25 + "\r\n"
    assert len(line) == len(RULER) + 2


def test_mitel_columns_stand_where_the_manual_has_them() -> None:
    (line,) = text("mitel-mivb", replace(TRANSFERRED, talk_seconds=1900, transferred_to="601"))
    assert (line[0], line[59], line[61:65], line[65], line[67:71]) == ("+", "A", "T016", "T", "601 ")


def test_mitel_incoming_calls_have_a_time_to_answer_and_with_112_columns_the_caller() -> None:
    (answered,) = text("mitel-mivb", INCOMING, columns="112")
    assert (answered[23:27], answered[29:32], answered[61:64]) == ("T003", "008", "205")
    assert (answered[91:101], answered[102:112], len(answered)) == ("3199006599", "205       ", 114)
    (lost,) = text("mitel-mivb", replace(INCOMING, outcome="busy", talk_seconds=0))
    assert (lost[29:32], lost[59], lost[14:22]) == ("***", "B", "00:00:00")


def test_mitel_writes_two_equal_lines_for_twins() -> None:
    first, second = CallSource(1, parse_rooms("101-110")).twins_ending(CALL.start)
    assert first != second
    assert text("mitel-mivb", first) == text("mitel-mivb", second)


def test_an_extension_too_wide_for_its_column_is_refused() -> None:
    with pytest.raises(ValueError, match="wider than the 4 columns"):
        text("mitel-mivb", replace(CALL, extension="12345"))


# -- Asterisk -----------------------------------------------------------------------------------------------------


def test_an_asterisk_call_is_one_row_of_21_columns() -> None:
    assert text("asterisk", CALL) == [
        '"HOTEL","205","900447700900123","rooms","""Room 205"" <205>","PJSIP/205-00000038","PJSIP/trunk2-00000039",'
        '"Dial","PJSIP/00447700900123@trunk2,30","2026-11-20 08:15:30","2026-11-20 08:15:39","2026-11-20 08:17:51",'
        '141,132,"ANSWERED","DOCUMENTATION","1795158930.56","","HOTEL","1795158930.56",56\n'
    ]


def test_a_busy_trunk_leaves_a_second_row_of_nought_seconds() -> None:
    dialled, hangup = text("asterisk", BUSY)
    assert ',"2026-11-20 08:15:30",,"2026-11-20 08:15:39",9,0,"BUSY",' in dialled
    assert ',"","Hangup","","2026-11-20 08:15:39",,"2026-11-20 08:15:39",0,0,"BUSY",' in hangup


def test_a_forked_dial_leaves_a_row_for_each_attempt_under_one_uniqueid() -> None:
    busy, answered = text("asterisk", replace(CALL, quirk=0))
    assert '"BUSY"' in busy
    assert '"ANSWERED"' in answered
    assert busy.count("1795158930.56") == answered.count("1795158930.56") == 2


def test_a_local_channel_makes_two_answered_rows_joined_by_linkedid() -> None:
    near, far = text("asterisk", replace(CALL, quirk=79))
    assert '"Local/900447700900123@rooms-00000007;1"' in near
    assert '"1795158930.58"' in far
    assert ',132,"ANSWERED"' in near
    assert ',132,"ANSWERED"' in far
    assert near.split('"')[-2] == far.split('"')[-2] == "1795158930.56"


def test_a_redirect_overwrites_the_number_that_was_dialled() -> None:
    trunk, after = text("asterisk", TRANSFERRED)
    assert trunk.startswith('"HOTEL","205","601","rooms"')
    assert '"PJSIP/00447700900123@trunk2,30"' in trunk
    assert ',141,132,"ANSWERED"' in trunk
    assert ',1,1,"ANSWERED"' in after


def test_the_manager_interface_says_the_same_as_an_event() -> None:
    (event,) = text("asterisk", LOST, output="ami")
    lines = event.split("\r\n")
    assert lines[:3] == ["Event: Cdr", "Privilege: cdr,all", "AccountCode: HOTEL"]
    assert {"AnswerTime: ", "Duration: 9", "BillableSeconds: 0", "Disposition: NO ANSWER"} < set(lines)
    assert event.endswith("\r\n\r\n")


# -- all of them --------------------------------------------------------------------------------------------------

#: Dialects whose records do not tell the start to the second, or the length: by how many seconds each may be off.
COARSE: dict[str, tuple[int, int]] = {
    "mitel-mivb": (60, 0),
    "avaya-cm": (100, 3),
    "unify": (25, 0),
    "samsung": (25, 0),
    "nortel": (100, 0),
    "panasonic": (100, 0),
    "nec-neax": (25, 0),
    "nec-sl": (100, 0),
    "hobic": (60, 59),
}
#: Dialects that do not say of an outgoing call whether its time began with the answer.
UNSURE = frozenset({"nec-sl", "unify", "samsung", "nortel", "panasonic", "nec-neax"})
#: Dialects that do not say of an incoming call that nobody answered where it rang.
NOWHERE = frozenset({"samsung"})
#: What the gateway must be told to read what is written with these options.
READ_WITH: dict[str, dict[str, str]] = {
    "nec-sl": {"time_basis": "end"},
    "unify": {"handed_on": "adjacent"},
    "layout=printer": {"layout": "printer"},
    "layout=customized": {"page": write_avaya_cm.PAGE},
}

FORMS: list[tuple[str, dict[str, str], str]] = [
    ("avaya-cm", {"layout": "printer"}, "listen"),
    ("avaya-cm", {"layout": "teleseer"}, "listen"),
    ("avaya-cm", {"layout": "customized"}, "listen"),
    ("nec-neax", {}, "connect"),
    ("nec-neax", {"form": "flexible"}, "connect"),
    ("nec-neax", {"billing": "split"}, "connect"),
    ("nec-neax", {"form": "flexible", "billing": "split"}, "connect"),
    ("nec-sl", {}, "connect"),
    ("alcatel-oxe", {}, "connect"),
    ("panasonic", {}, "connect"),
    ("panasonic", {"columns": "120"}, "connect"),
    ("avaya-ipoffice", {}, "listen"),
    ("avaya-ipoffice", {"fields": "35"}, "listen"),
    ("mitel-mivb", {}, "connect"),
    ("mitel-mivb", {"columns": "112"}, "connect"),
    ("asterisk", {}, "file"),
    ("asterisk", {"output": "ami"}, "connect"),
    ("cisco-cucm", {}, "folder"),
    ("3cx", {}, "listen"),
    ("3cx", {"words": "new"}, "connect"),
    ("unify", {}, "listen"),
    ("unify", {"form": "long"}, "serial"),
    ("unify", {"form": "get-account"}, "file"),
    ("unify", {"form": "pipe"}, "file"),
    ("samsung", {}, "connect"),
    ("samsung", {"size": "154"}, "file"),
    ("nortel", {}, "serial"),
    ("freeswitch", {"form": "csv"}, "file"),
    ("freeswitch", {"form": "json"}, "push"),
    ("freeswitch", {"form": "xml"}, "push"),
    ("yate", {}, "file"),
    ("yate", {"tabs": "yes", "combined": "yes"}, "file"),
    ("asterisk-cel", {}, "file"),
    ("cisco-cme", {}, "udp"),
    ("grandstream", {}, "file"),
    ("grandstream", {"output": "json"}, "push"),
    ("yeastar", {}, "push"),
    ("yeastar", {"output": "list"}, "push"),
    ("hobic", {}, "file"),
]


def recorded(writer: Writer, calls: list[SimulatedCall]) -> list[SimulatedCall]:
    """The calls that an exchange tells of: all that were handed on, and of most exchanges a part of the others."""
    all_of_them = writer.dialect in ("asterisk", "avaya-ipoffice", "mitel-mivb")
    told = [call for at, call in enumerate(calls) if all_of_them or at % 8 == 0 or call.transferred_to]
    return [call for call in told if writer.records(call)]


@pytest.fixture(scope="module")
def calls() -> list[SimulatedCall]:
    """Four days with the end of summer time in them."""
    days = history(11, parse_rooms("101-120"), date(2026, 10, 23), 4)
    return [item for item in days if isinstance(item, SimulatedCall)]


def read_back(
    writer: Writer, dialect: Dialect, transport: str, call: SimulatedCall, options: Mapping[str, str]
) -> JoinedCall:
    said = [READ_WITH.get(f"{key}={value}", {}) for key, value in options.items()] + [READ_WITH.get(dialect.name, {})]
    reading = {key: value for one in said for key, value in one.items()}
    trunks = frozenset({"trunk1", "trunk2", "trunkspare"})
    parse = dialect.parser(SourceSettings(timezone=WARSAW, trunk_access=("9",), trunks=trunks, options=reading))
    records = writer.records(call)
    stream = writer.head + writer.page(call) + b"".join(records)
    frames = dialect.framer(0, transport=transport, options=reading).feed(stream)
    legs = [parse(frame.data, call.end.astimezone(UTC)) for frame in frames]
    legs = [leg for leg in legs if not isinstance(leg, Furniture)]
    assert len(legs) == len(records) or writer.dialect == "asterisk-cel", (records, legs)
    shown_twice = any(at.utcoffset() != at.replace(fold=1 - at.fold).utcoffset() for at in (call.start, call.end))
    read = [leg for leg in legs if isinstance(leg, CallRecord) and (shown_twice or not leg.warnings)]
    assert len(read) == len(legs), (records, legs)
    sharing = dialect.sharing(reading)
    assert sharing is None or all(sharing.joins([one], other) for one, other in pairwise(read))
    return dialect.join(read)


@pytest.mark.parametrize(("name", "options", "transport"), FORMS)
def test_every_call_reads_back_as_the_call_it_was(
    name: str, options: Mapping[str, str], transport: str, calls: list[SimulatedCall]
) -> None:
    writer, dialect = writer_of(name, options), DIALECTS[name]
    for call in recorded(writer, calls):
        told = read_back(writer, dialect, transport, call, options).call
        start_off, talk_off = COARSE.get(name, (0, 0))
        unheard = name in NOWHERE and call.direction == "in" and call.outcome != "answered"
        assert (told.direction, told.extension) == (call.direction, None if unheard else call.extension)
        assert abs((told.start - call.start).total_seconds()) <= start_off
        assert abs((told.talk_seconds or 0) - call.talk_seconds) <= talk_off
        answered = call.outcome == "answered"
        assert told.answered == answered or call.talk_seconds <= talk_off or (name in UNSURE and told.answered is None)
        assert (None if is_made_up(told.call_key) else told.call_key) == writer.key(call)


@pytest.mark.parametrize(("name", "options", "transport"), FORMS)
def test_every_call_that_costs_reads_back_as_one_charge_and_no_other_does(
    name: str, options: Mapping[str, str], transport: str, calls: list[SimulatedCall]
) -> None:
    writer, dialect = writer_of(name, options), DIALECTS[name]
    for call in recorded(writer, calls):
        charged = read_back(writer, dialect, transport, call, options).charged
        talk_off = COARSE.get(name, (0, 0))[1]
        if call.direction == "out" and call.outcome == "answered" and call.talk_seconds > talk_off:
            assert len(charged) == 1
            assert charged[0].dialled in (call.dialled, call.sent)
            assert abs((charged[0].talk_seconds or 0) - call.talk_seconds) <= talk_off
        elif call.direction == "out" and call.outcome == "answered":
            assert len(charged) <= 1
        else:
            assert charged == ()


@pytest.mark.parametrize(("name", "options", "transport"), FORMS)
def test_the_same_call_is_always_the_same_bytes(
    name: str, options: Mapping[str, str], transport: str, calls: list[SimulatedCall]
) -> None:
    one, other = writer_of(name, options), writer_of(name, options)
    assert [one.records(call) for call in calls] == [other.records(call) for call in calls]


@pytest.mark.parametrize(("name", "options", "transport"), FORMS)
def test_garbage_is_lines_that_are_no_call(name: str, options: Mapping[str, str], transport: str) -> None:
    writer, dialect, draw = writer_of(name, options), DIALECTS[name], random.Random(4)
    parse = dialect.parser(SourceSettings(timezone=WARSAW))
    for _ in range(50):
        line = garbage(draw, writer)
        assert line.endswith(writer.line_end)
        for frame in dialect.framer(0, transport=transport).feed(line):
            assert not isinstance(parse(frame.data, CALL.start.astimezone(UTC)), CallRecord)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("toshiba", {}, "There is no simulated exchange 'toshiba'"),
        ("mitel-mivb", {"columns": "80"}, "can be 90 or 112, not '80'"),
        ("mitel-mivb", {"width": "90"}, "has no option 'width'"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(name: str, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        writer_of(name, options)


def test_the_simulated_dialects_are_dialects_of_the_gateway() -> None:
    assert set(dialects()) <= set(DIALECTS)
