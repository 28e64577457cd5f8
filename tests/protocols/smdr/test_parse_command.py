"""Protects `foliogate parse` and `foliogate identify`: streamed, scriptable, and plain when something is wrong."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.records import _LineNumbers, identify_command, parse_command
from protocols.framing import CUT_OFF
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import FOLDER, expected, present, sample

MASTER = FOLDER / "asterisk" / "Master.csv"


def parse(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(parse_command, list(arguments), input=given)


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_record_is_one_object_with_its_line() -> None:
    result = parse("--dialect", "asterisk", "--json", "--timezone", "Europe/Warsaw", str(MASTER))
    assert result.exit_code == 0
    shown = objects(result)
    assert [one["line"] for one in shown] == list(range(1, 11))
    assert [present(one) for one in shown] == expected("asterisk/Master.json")
    assert shown[3]["raw"] == MASTER.read_text().splitlines()[3]
    assert result.stderr == "10 records: 10 call\n"


def test_manager_events_are_read_too_with_the_line_each_begins_at() -> None:
    result = parse("--dialect", "asterisk", "--json", str(FOLDER / "asterisk" / "ami_cdr_events.txt"))
    assert [one["line"] for one in objects(result)] == [1 + 23 * number for number in range(10)]


def test_standard_input_is_read_where_no_file_is_named() -> None:
    row = sample("mitel-mivb/standard-90.txt").splitlines(keepends=True)[0]
    for arguments in ((), ("-",)):
        result = parse("--dialect", "mitel-mivb", "--now", "2026-11-22", "--json", *arguments, given=row)
        assert [one["start"] for one in objects(result)] == ["2026-11-21T11:42:00+00:00"]


def test_now_supplies_only_a_missing_year() -> None:
    row = sample("mitel-mivb/standard-90.txt").splitlines(keepends=True)[0]
    result = parse("--dialect", "mitel-mivb", "--now", "2031-01-05T00:00:00+01:00", "--json", given=row)
    assert objects(result)[0]["start"] == "2030-11-21T11:42:00+00:00"
    result = parse("--dialect", "asterisk", "--now", "2031-01-05", "--json", str(MASTER))
    assert objects(result)[0]["start"] == "2026-11-21T21:06:48+00:00"


def test_what_was_not_read_is_shown_with_its_reason_and_the_exit_code_is_one() -> None:
    given = sample("avaya-ipoffice/segments.txt") + b"garbage\r\n\r\n" + b"x" * 1_000_000 + b"\r\n"
    result = parse("--dialect", "avaya-ipoffice", "--json", given=given)
    assert result.exit_code == 1
    kinds = [one["kind"] for one in objects(result)]
    assert kinds == ["call"] * 10 + ["unparsed", "furniture", "unparsed"]
    assert "longer than 16384" in str(objects(result)[-1]["reason"])
    assert result.stderr == "13 records: 10 call, 1 furniture, 2 unparsed\n"


def test_the_last_record_of_a_file_without_a_line_end_is_read_with_a_warning() -> None:
    row = sample("mitel-mivb/standard-90.txt").splitlines()[0]
    result = parse("--dialect", "mitel-mivb", "--json", given=row)
    assert result.exit_code == 0
    assert objects(result)[0]["warnings"] == [CUT_OFF]


def test_the_table_shows_calls_and_reasons_for_people() -> None:
    result = parse("--dialect", "asterisk", given=MASTER.read_bytes() + b"\x1b[2Jgarbage\n")
    lines = result.stdout.splitlines()
    assert lines[0].split()[:5] == ["line", "start", "direction", "answered", "talk"]
    assert lines[1].split() == [
        *("1", "2026-11-21T21:06:48+00:00", "out", "yes", "4", "205", "02155512345", "-", "trunk1", "1795295208.47")
    ]
    assert lines[11].startswith("11     unparsed: not a row of Master.csv")
    assert "\x1b" not in result.stdout


def test_options_trunks_and_zone_reach_the_dialect() -> None:
    result = parse("--dialect", "asterisk", "--trunk", "sipp_in", "--option", "utc=yes", "--json", str(MASTER))
    # sipp_in is the guest's channel in all rows but the one that came from a Local channel.
    assert [one["direction"] for one in objects(result)] == [
        *("tandem", "tandem", "in", "in", "tandem", "tandem", "in", "out", "tandem", "in")
    ]
    assert {one["time_basis"] for one in objects(result)} == {"utc"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dialect", "nope"], "There is no dialect 'nope'; the dialects are avaya-ipoffice, mitel-mivb, asterisk"),
        ([], "Missing option '--dialect'"),
        (["--dialect", "asterisk", "--timezone", "Mars/Olympus"], "'Mars/Olympus' is no time zone"),
        (["--dialect", "asterisk", "--timezone", "../etc"], "'../etc' is no time zone"),
        (["--dialect", "asterisk", "--now", "soon"], "--now soon is no instant"),
        (["--dialect", "asterisk", "--option", "utc"], "--option utc has no value"),
        (["--dialect", "asterisk", "--option", "utc=perhaps"], "the option utc is 'perhaps'; write yes or no"),
        (["--dialect", "asterisk", "/no/such/file"], "No such file"),
    ],
)
def test_a_wrong_command_line_gets_a_sentence_and_exit_code_two(arguments: list[str], words: str) -> None:
    result = parse(*arguments, given=b"")
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", [parse_command, identify_command])
def test_help_teaches_with_an_example(command: object) -> None:
    from click import Command

    assert isinstance(command, Command)
    shown = CliRunner().invoke(command, ["--help"]).stdout
    assert "  foliogate " in shown
    assert "exit code" in shown


def test_input_is_read_as_a_stream(tmp_path: Path) -> None:
    """A file of some megabytes is read in pieces, and its line numbers stay right across them."""
    file = tmp_path / "Master.csv"
    file.write_bytes(MASTER.read_bytes() * 500)
    result = parse("--dialect", "asterisk", "--json", str(file))
    assert [one["line"] for one in objects(result)] == list(range(1, 5_001))


def test_line_numbers_keep_a_bounded_part_of_the_input() -> None:
    lines = _LineNumbers()
    lines.add(b"one\n")
    assert [lines.at(0), lines.at(4)] == [1, 2]
    for _ in range(100):
        lines.add(b"x" * 65_536)
    assert len(lines._bytes) <= 5 * 65_536
    lines.add(b"\nthree\n")
    assert lines.at(4) == 2
    assert lines.at(4 + 100 * 65_536 + 1) == 3


def identified(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(identify_command, list(arguments), input=given)


def test_identify_names_the_dialect_and_why() -> None:
    result = identified(str(MASTER))
    assert result.exit_code == 0
    said = "asterisk 100% 10 of 10 rows read as Asterisk CDR (Master.csv, or the manager interface)"
    assert result.stdout.splitlines()[0].split() == said.split()
    assert "sipp_in-00000018" in result.stdout.splitlines()[1]
    shown = objects(identified("--json", given=MASTER.read_bytes()))[0]
    assert (shown["dialect"], shown["confidence"]) == ("asterisk", 1.0)


def test_identify_says_when_no_dialect_reads_it() -> None:
    result = identified(given=b"hello\nworld\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"No dialect reads any of it. The dialects are {', '.join(DIALECTS)}.\n" in result.stderr
    assert "avaya-cm (option page)" in result.stderr


def test_identify_reads_no_more_than_it_needs() -> None:
    stream = BytesIO(MASTER.read_bytes() * 1_000)
    CliRunner().invoke(identify_command, ["-"], input=stream)
    assert stream.tell() < 400_000
