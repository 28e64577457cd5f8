"""Protects "a wrong configuration gets all its problems at once, each with file, key and what to write instead"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.configurations import EXAMPLE, only, with_exchange, with_tariff, wrong


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_tariff(tmp_path)


def test_all_problems_come_at_once_in_the_order_of_the_file(folder: Path) -> None:
    text = """\
[property]
id = "SEASIDE"
timezone = "Europe/Warsow"
country = "Poland"
currency = "ZLT"
colour = "blue"
[store]
url = "mysql://localhost/calls"
[web]
listen = "tcp:8080"
[[pbx]]
name = "main"
dialect = "avaya-ip-office"
listen = "tcp:5100"
connect = "tcp:10.0.0.7:1752"
[[pbx]]
name = "main"
dialect = "asterisk"
[[pms]]
name = "opera"
adapter = "soap"
connect = "10.0.0.1"
encoding = "klingon"
amount_decimals = 7
token_width = 5
[[pms]]
name = "protel"
adapter = "fias"
[rooms]
extensions = [{ from = "100", to = "0499" }]
map = { "600" = "101" }
departments = { "600" = "Kitchen" }
transfer_payer = "nobody"
[tarif]
folder = "tariffs"
"""
    problems = wrong(folder, text)
    assert [problem.key for problem in problems] == [
        "property.name",
        "property.timezone",
        "property.country",
        "property.currency",
        "property.colour",
        "store.url",
        "web.listen",
        "pbx[1].dialect",
        "pbx[1].connect",
        "pbx[2]",
        "pbx[2].name",
        "pms.opera.adapter",
        "pms.opera.connect",
        "pms.opera.encoding",
        "pms.opera.amount_decimals",
        "pms.opera.token_width",
        "pms.protel",  # one too many
        "pms.protel",  # and nowhere to be found
        "rooms.extensions[1]",
        "rooms.departments.600",
        "rooms.transfer_payer",
        "tarif",
        "tariff",
    ]
    assert {problem.file for problem in problems} == {folder / "foliogate.toml"}
    assert all(problem.line for problem in problems[:-1])


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (("[property]", "[propertie]"), "property", "this table is missing; write [property] with id, name, timezone"),
        (('name = "Seaside Hotel"\n', ""), "property.name", 'write for example name = "Seaside Hotel"'),
        (('area_code = "22"', "area_code = 22"), "property.area_code", "must be text in quotes, not 22"),
        (('area_code = "22"', 'area_code = "022 "'), "property.area_code", "its digits alone"),
        (("Europe/Warsaw", "Europe/Warszawa"), "property.timezone", 'did you mean "Europe/Warsaw"?'),
        (('"PL"', '"pl"'), "property.country", 'did you mean "PL"?'),
        (('"PLN"', '"PLZ"'), "property.currency", 'did you mean "PLN"?'),
        (('area_code = "22"', 'areacode = "22"'), "property.areacode", 'did you mean "area_code"?'),
        (("sqlite:///foliogate.db", "sqlite://"), "store.url", "loses every call"),
        (("sqlite:///foliogate.db", "foliogate.db"), "store.url", "not a database URL"),
        (("tcp:8080:interface=127.0.0.1", "tcp:8080:interface=0.0.0.0"), "web.listen", "needs TLS"),
        (("tcp:8080:interface=127.0.0.1", "tcp:8080"), "web.listen", "certificate and key beside it"),
        (("tcp:8080:interface=127.0.0.1", "tcp:http:interface=127.0.0.1"), "web.listen", "'http'"),
        (("tcp:8080:interface=127.0.0.1", "tls:8080"), "web.listen", "certificate and key beside it"),
        (("tcp:8080:interface=127.0.0.1", "8080"), "web.listen", "is not an endpoint string for TCP"),
        (("tcp:5100:interface=127.0.0.1", "tcp:5100:port=7"), "pbx.main.listen", "write for example"),
        (("tcp:5100:interface=127.0.0.1", "tcp:5100:host=a"), "pbx.main.listen", "does not know"),
        (("tcp:5100:interface=127.0.0.1", "tcp:5100:interface=eth0"), "pbx.main.listen", "by its address"),
        (("tcp:5100:interface=127.0.0.1", "tcp:8080:interface=127.0.0.1"), "pbx.main.listen", "used by web too"),
        (("tcp:5100:interface=127.0.0.1", "tcp:8080"), "pbx.main.listen", "used by web too"),
        (('"avaya-ipoffice"', '"avaya-ip-office"'), "pbx.main.dialect", 'did you mean "avaya-ipoffice"?'),
        (
            ('trunk_access = ["9"]', "trunk_access = [9]"),
            "pbx.main.trunk_access[1]",
            'in quotes, not 9; write for example trunk_access = ["9"]',
        ),
        (('trunk_access = ["9"]', 'trunk_access = "9"'), "pbx.main.trunk_access", "must be a list in brackets"),
        (('trunk_access = ["9"]', 'trunk_access = ["nine"]'), "pbx.main.trunk_access", "not a trunk access code"),
        (("options = {}", 'options = "MDY"'), "pbx.main.options", "must be a table"),
        (
            ("[tariff]", '[numbering]\nlocal_areas = ["Berlin"]\n[tariff]'),
            "numbering.local_areas",
            'how its numbers begin, such as "22"',
        ),
        (("[tariff]", '[numbering]\nemergency = ["601123456"]\n[tariff]'), "numbering.emergency", "two to six digits"),
        (
            ("[tariff]", '[numbering]\ncarrier_codes = ["x1"]\n[tariff]'),
            "numbering.carrier_codes",
            "what is dialled before the number",
        ),
        (
            ("[tariff]", '[numbering]\nlocal_area = ["22"]\n[tariff]'),
            "numbering.local_area",
            'did you mean "local_areas"?',
        ),
        (('folder = "tariffs"', 'folder = "tariffs"\nold_after_months = 0'), "tariff.old_after_months", "1"),
        (('listen = "tcp:5100:interface=127.0.0.1"', 'udp = "udp:514"'), "pbx.main.udp", "do not come by udp; write"),
        (('listen = "tcp:5100:interface=127.0.0.1"', 'serial = "COM1"'), "pbx.main.serial", "not a serial port"),
        (
            ("trunk_access", 'token = "0123456789abcdef"\ntrunk_access'),
            "pbx.main.token",
            "of push alone, and the records come by listen",
        ),
        (("trunk_access", 'relay = "tcp:5101"\ntrunk_access'), "pbx.main.relay", "relay and relay_to belong together"),
        (
            ("trunk_access", 'relay = "tcp:5101"\nrelay_to = ["192.0.2.300"]\ntrunk_access'),
            "pbx.main.relay_to[1]",
            "no address and no network",
        ),
        (
            ("trunk_access", 'relay = "tcp:5100"\nrelay_to = ["192.0.2.9"]\ntrunk_access'),
            "pbx.main.relay",
            "port 5100 is used by",
        ),
        (('"fias"', '"fidelio"'), "pms.opera.adapter", "known are: door, fias"),
        (("tcp:127.0.0.1:5010", "tcp:5010"), "pms.opera.connect", "a host and a port"),
        (("tcp:127.0.0.1:5010", "tcp:127.0.0.1:0"), "pms.opera.connect", "is not a port"),
        (('"cp852"', '"cp8520"'), "pms.opera.encoding", "is not a code page"),
        (('"cp852"', '"utf-16"'), "pms.opera.encoding", "does not keep ASCII"),
        (('"cp852"', '"rot13"'), "pms.opera.encoding", "does not keep ASCII"),
        (("amount_decimals = 2", "amount_decimals = 5"), "pms.opera.amount_decimals", "5 is out of bounds"),
        (
            ("amount_decimals = 2", 'amount_decimals = "2"'),
            "pms.opera.amount_decimals",
            "a whole number without quotes",
        ),
        (("answer_timeout = 30", "answer_timeout = 0"), "pms.opera.answer_timeout", "out of bounds"),
        (("answer_timeout = 30", "answer_timeout = nan"), "pms.opera.answer_timeout", "finite number"),
        (("answer_timeout = 30", "answer_timeout = true"), "pms.opera.answer_timeout", "a number without quotes"),
        (("answer_timeout = 30", "send_reservation = 1"), "pms.opera.send_reservation", "true or false"),
        (("answer_timeout = 30", 'interface_family = "pbx"'), "pms.opera.interface_family", "two capital letters"),
        (("answer_timeout = 30", 'outlet = { locale = "1" }'), "pms.opera.outlet", 'did you mean "local"?'),
        (("answer_timeout = 30", 'outlet = { local = "1|2" }'), "pms.opera.outlet.local", "cannot stand in a record"),
        (("answer_timeout = 30", "call_type = { local = 1 }"), "pms.opera.call_type.local", "text in quotes, not 1"),
        (("answer_timeout = 30", 'call_type = { local = "LO" }'), "pms.opera.call_type", "one letter or digit"),
        (("answer_timeout = 30", 'call_type = { default = "L" }'), "pms.opera.call_type", "is not a class of number"),
        (('connect = "tcp:127.0.0.1:5010"', 'listen = "tcp:5010"'), "pms.opera.listen", "fias is not reached so"),
        (('connect = "tcp:127.0.0.1:5010"\n', ""), "pms.opera", 'write connect = "tcp:host:port"'),
        (('"cp852"', '"iso-2022-jp"'), "pms.opera.encoding", "does not keep ASCII"),
        (("options = {}", "options = { clock = 12 }"), "pbx.main.options", "has no option 'clock'"),
        (('listen = "tcp:5100:interface=127.0.0.1"', 'file = "x"'), "pbx.main.file", "do not come by file; write"),
        (('{ from = "100", to', "{ from = 100, to"), "rooms.extensions[1].from", "text in quotes, not 100"),
        (('{ from = "100", to', '{ from = "10a", to'), "rooms.extensions[1].from", "cannot bound a range"),
        (('{ from = "100", to = "499" }', '{ from = "100" }'), "rooms.extensions[1].to", "this key is missing"),
        (('{ from = "100", to', '{ from = "500", to'), "rooms.extensions[1]", 'comes after "499"'),
        (
            ('"2101" = "101"', '"2101" = 101'),
            "rooms.map.2101",
            'in quotes, not 101; write for example map = { "2101" = "101" }',
        ),
        (('"2101" = "101"', '"2101" = ""'), "rooms.map.2101", "must not be empty"),
        (('"2101" = "101"', '"" = "101"'), "rooms.map.", "must not be empty"),
        (('"2101" = "101"', '"600" = "101"'), "rooms.departments.600", "a room's or a department's"),
        (
            ('folder = "tariffs"', 'folder = "rates"'),
            "tariff.folder",
            "rates --country PL --currency PLN",
        ),
        (
            ('folder = "tariffs"', "folder = 7"),
            "tariff.folder",
            'must be text in quotes, not 7; write for example folder = "tariffs"',
        ),
    ],
)
def test_one_mistake_gets_one_sentence_on_its_own_key_and_line(
    folder: Path, change: tuple[str, str], key: str, said: str
) -> None:
    text = EXAMPLE.replace(*change, 1)
    assert text != EXAMPLE
    problem = next((found for found in wrong(folder, text) if found.key == key), None)
    assert problem is not None, wrong(folder, text)
    assert said in problem.sentence
    if "is missing" not in said:
        assert problem.line is not None
        assert len(wrong(folder, text)) <= 1 + text.count("[propertie]")


def test_the_line_of_a_problem_is_the_line_of_its_key(folder: Path) -> None:
    text = EXAMPLE.replace('dialect = "avaya-ipoffice"', 'dialect = "avaya"')
    problem = only(folder, text)
    assert problem.line == text.splitlines().index('dialect = "avaya"') + 1
    assert str(problem).startswith(f"{folder}/foliogate.toml:{problem.line}: pbx.main.dialect: ")


def test_a_property_without_rates_is_told_the_command_that_writes_some(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace('[tariff]\nfolder = "tariffs"\n', ""))
    assert problem.key == "tariff"
    command = f"foliogate tariff init {folder}/tariffs --country PL --currency PLN"
    assert problem.sentence.startswith(f"no rates: run {command}, then write [tariff]")


def test_the_command_that_writes_rates_can_be_pasted_where_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    text = EXAMPLE.replace('folder = "tariffs"', 'folder = "rates of 2026"').replace('"PL"', '"Poland"')
    sentence = next(problem.sentence for problem in wrong(folder, text) if problem.key == "tariff.folder")
    assert sentence.endswith("run foliogate tariff init 'rates of 2026' --country CC --currency PLN")


def test_a_property_without_an_exchange_is_told_so_once(folder: Path) -> None:
    start, end = EXAMPLE.index("[[pbx]]"), EXAMPLE.index("[[pms]]")
    problem = only(folder, EXAMPLE[:start] + EXAMPLE[end:])
    assert (problem.key, problem.sentence.startswith("no telephone exchange is described")) == ("pbx", True)


def test_one_bracket_where_two_belong_is_understood(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace("[[pbx]]", "[pbx]"))
    assert (problem.key, "[[pbx]] with two brackets" in problem.sentence) == ("pbx", True)


@pytest.mark.parametrize(
    ("dialect", "first", "second", "key"),
    [
        ("asterisk", 'file = "cdr/Master.csv"', 'file = "./cdr/../cdr/Master.csv"', "file"),
        ("mitel-mivb", 'connect = "tcp:10.0.0.7:1752"', 'connect = "tcp:10.0.0.7:1752"', "connect"),
    ],
)
def test_one_place_is_not_read_twice_because_each_call_would_be_charged_twice(
    folder: Path, dialect: str, first: str, second: str, key: str
) -> None:
    other = f'[[pbx]]\nname = "other"\ndialect = "{dialect}"\n{second}'
    problem = only(folder, with_exchange(f'dialect = "{dialect}"\n{first}\n{other}'))
    assert (problem.key, "charged twice" in problem.sentence) == (f"pbx.other.{key}", True)


def test_two_systems_are_one_too_many(folder: Path) -> None:
    text = EXAMPLE + '[[pms]]\nname = "protel"\nadapter = "fias"\nconnect = "tcp:127.0.0.1:5011"\n'
    problem = only(folder, text)
    assert (problem.key, "one PMS is as many" in problem.sentence) == ("pms.protel", True)


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('costly = "many"', "reports.costly", 'write it like "50.00"'),
        ('costly = "0"', "reports.costly", "is no amount"),
        ('costly = "50 PLN"', "reports.costly", "without its name"),
        ('after_hours_from = "25:00"', "reports.after_hours_from", "is not a time of day"),
        ("repeated = 1", "reports.repeated", "2"),
        ("long_minute = 5", "reports.long_minute", 'did you mean "long_minutes"?'),
    ],
)
def test_what_stands_out_is_set_in_the_hotels_own_terms(folder: Path, line: str, key: str, said: str) -> None:
    problem = only(folder, f"{EXAMPLE}\n[reports]\n{line}\n")
    assert (problem.key, said in problem.sentence) == (key, True), problem.sentence
