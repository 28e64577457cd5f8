"""Protects "a wrong configuration gets all its problems at once, each with file, key and what to write instead"."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from gateway.config import Config, Problem, load

# The example of the project's own manual, whole.
EXAMPLE = """\
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "Europe/Warsaw"
country = "PL"
area_code = "22"
currency = "PLN"

[store]
url = "sqlite:///foliogate.db"            # or postgresql+psycopg://...

[web]
listen = "tcp:8080:interface=127.0.0.1"

[[pbx]]
name = "main"
dialect = "avaya-ipoffice"
listen = "tcp:5100:interface=127.0.0.1"
timezone = "Europe/Warsaw"
trunk_access = ["9"]
trunks = []
options = {}

[[pms]]
name = "opera"
adapter = "fias"
connect = "tcp:127.0.0.1:5010"
encoding = "cp852"
amount_decimals = 2
answer_timeout = 30

[rooms]
extensions = [{ from = "100", to = "499" }]
map = { "2101" = "101", "2102" = "101" }
departments = { "600" = "Kitchen", "601" = "Front desk" }

[tariff]
folder = "tariffs"
"""

SMALLEST = """\
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "Europe/Warsaw"
country = "PL"
currency = "PLN"
[[pbx]]
name = "main"
dialect = "avaya-ipoffice"
listen = "tcp:5100:interface=127.0.0.1"
[tariff]
folder = "tariffs"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with something that looks like a tariff in it."""
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "tariff.toml").write_text("")
    return tmp_path


def loaded(folder: Path, text: str | bytes) -> Config | list[Problem]:
    path = folder / "foliogate.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def good(folder: Path, text: str) -> Config:
    config = loaded(folder, text)
    assert isinstance(config, Config), config
    return config


def wrong(folder: Path, text: str | bytes) -> list[Problem]:
    problems = loaded(folder, text)
    assert isinstance(problems, list), problems
    return problems


def only(folder: Path, text: str | bytes) -> Problem:
    problems = wrong(folder, text)
    assert len(problems) == 1, problems
    return problems[0]


def test_the_example_of_the_manual_is_good(folder: Path) -> None:
    config = good(folder, EXAMPLE)
    assert config.file == folder / "foliogate.toml"
    assert config.property.timezone == ZoneInfo("Europe/Warsaw")
    assert (config.web.host, config.web.port) == ("127.0.0.1", 8080)
    (pbx,) = config.pbx
    assert (pbx.name, pbx.transport, pbx.listen) == ("main", "listen", "tcp:5100:interface=127.0.0.1")
    assert (pbx.trunk_access, pbx.trunks, dict(pbx.options)) == (("9",), (), {})
    (pms,) = config.pms
    assert (pms.connect, pms.encoding, pms.amount_decimals, pms.answer_timeout) == (
        "tcp:127.0.0.1:5010",
        "cp852",
        2,
        30.0,
    )
    assert pms.loopback
    assert [(item.first, item.last) for item in config.rooms.extensions] == [("100", "499")]
    assert dict(config.rooms.map) == {"2101": "101", "2102": "101"}
    assert dict(config.rooms.departments) == {"600": "Kitchen", "601": "Front desk"}
    assert config.tariff.folder == folder / "tariffs"


def test_what_is_left_out_has_the_documented_default(folder: Path) -> None:
    config = good(
        folder, SMALLEST + '[[pms]]\nname = "opera"\nadapter = "fias"\nconnect = "tcp:pms.hotel.example:5010"\n'
    )
    assert config.store.url == f"sqlite:///{folder}/foliogate.db"
    assert config.web.listen == "tcp:8080:interface=127.0.0.1"
    assert config.property.area_code == ""
    assert config.pbx[0].timezone == ZoneInfo("Europe/Warsaw")
    assert (config.rooms.extensions, config.rooms.transfer_payer) == ((), "first_guest")
    (pms,) = config.pms
    assert (pms.encoding, pms.amount_decimals, pms.answer_timeout, pms.alive_check) == ("cp850", 2, 30.0, 300.0)
    assert (pms.interface_family, pms.token_width, pms.auth_key, pms.send_reservation) == ("PB", 8, None, False)
    assert (dict(pms.outlet), dict(pms.call_type), pms.loopback) == ({}, {}, False)


def test_without_a_pms_a_configuration_is_good(folder: Path) -> None:
    assert good(folder, SMALLEST).pms == ()


def test_the_clock_of_an_exchange_may_stand_in_another_zone(folder: Path) -> None:
    text = SMALLEST.replace("[tariff]", 'timezone = "UTC"\n[tariff]')
    assert good(folder, text).pbx[0].timezone == ZoneInfo("UTC")


def test_settings_cannot_be_changed_after_loading(folder: Path) -> None:
    config = good(folder, EXAMPLE)
    with pytest.raises(ValidationError):
        config.pms[0].amount_decimals = 3
    with pytest.raises(AttributeError):
        config.pms = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.rooms.map["1"] = "2"  # type: ignore[index]


def test_relative_paths_start_from_the_folder_of_the_file_not_from_where_we_stand(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (folder / "foliogate.toml").write_text(EXAMPLE.replace("foliogate.db", "data/calls.db"))
    config = load(Path(folder.name) / "foliogate.toml")
    assert isinstance(config, Config)
    assert make_url(config.store.url).database == str(folder / "data" / "calls.db")
    assert config.tariff.folder == folder / "tariffs"


def test_a_file_of_records_and_an_absolute_store_are_taken_as_they_are(folder: Path) -> None:
    text = EXAMPLE.replace("sqlite:///foliogate.db", "sqlite:////var/lib/foliogate/calls.db").replace(
        'dialect = "avaya-ipoffice"\nlisten = "tcp:5100:interface=127.0.0.1"',
        'dialect = "asterisk"\nfile = "Master.csv"',
    )
    config = good(folder, text)
    assert config.store.url == "sqlite:////var/lib/foliogate/calls.db"
    assert (config.pbx[0].transport, config.pbx[0].file) == ("file", folder / "Master.csv")


# ------------------------------------------------------------------------------------------------ secrets
KEY = "FidCrypt0S|AAECAwQFBgcICQoLDA0ODw=="


def test_a_secret_may_stand_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLIOGATE_TEST_KEY", KEY)
    config = good(folder, EXAMPLE.replace("answer_timeout = 30", 'auth_key = "env:FOLIOGATE_TEST_KEY"'))
    assert config.pms[0].auth_key == KEY


def test_a_secret_may_stand_in_a_file_beside_the_configuration(folder: Path) -> None:
    (folder / "key").write_text(KEY + "\n")
    config = good(folder, EXAMPLE.replace("answer_timeout = 30", 'auth_key = "file:key"'))
    assert config.pms[0].auth_key == KEY


def test_the_password_of_the_store_may_be_a_secret_and_is_never_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLIOGATE_TEST_STORE", "postgresql://foliogate:opensesame@db.example/calls")
    config = good(folder, EXAMPLE.replace("sqlite:///foliogate.db", "env:FOLIOGATE_TEST_STORE"))
    assert config.store.url == "postgresql+psycopg://foliogate:opensesame@db.example/calls"
    assert "opensesame" not in repr(config)
    assert config.store.shown == "postgresql+psycopg://foliogate:***@db.example/calls"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("env:FOLIOGATE_NOWHERE", "the environment has no variable FOLIOGATE_NOWHERE"),
        ("file:nowhere", "cannot be read"),
        ("file:empty", "is empty"),
        ("file:/dev/zero", "is longer than"),
        ("hunter2", "16 bytes in base64"),
    ],
)
def test_a_secret_that_is_not_there_is_a_problem_and_none_is_repeated(folder: Path, written: str, said: str) -> None:
    (folder / "empty").write_text("\n")
    problem = only(folder, EXAMPLE.replace("answer_timeout = 30", f'auth_key = "{written}"'))
    assert problem.key == "pms.opera.auth_key"
    assert said in problem.sentence
    assert "hunter2" not in problem.sentence


def test_a_secret_of_the_wrong_type_is_not_repeated_either(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace("answer_timeout = 30", "auth_key = 12345678"))
    assert "12345678" not in str(problem)


# ------------------------------------------------------------------------------------------------ all at once
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
        "pms.protel",
        "rooms.extensions[1]",
        "rooms.departments.600",
        "rooms.transfer_payer",
        "tarif",
        "tariff",
    ] or problems
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
        (("tcp:8080:interface=127.0.0.1", "tcp:8080:interface=0.0.0.0"), "web.listen", "sign-in and TLS"),
        (("tcp:8080:interface=127.0.0.1", "tcp:8080"), "web.listen", "which this release does not have"),
        (("tcp:8080:interface=127.0.0.1", "tcp:http:interface=127.0.0.1"), "web.listen", "'http'"),
        (("tcp:8080:interface=127.0.0.1", "tls:8080"), "web.listen", "TLS is not in this release"),
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
        (('listen = "tcp:5100:interface=127.0.0.1"', 'udp = "0.0.0.0:514"'), "pbx.main.udp", "not in this release"),
        (
            ('listen = "tcp:5100:interface=127.0.0.1"', 'serial = "/dev/ttyS0@9600,8N1"'),
            "pbx.main.serial",
            "not in this release",
        ),
        (('"fias"', '"fidelio"'), "pms.opera.adapter", "known are: fias"),
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
        (('connect = "tcp:127.0.0.1:5010"', 'listen = "tcp:5010"'), "pms.opera.listen", "not in this release"),
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
        (('"2101" = "101"', '"600" = "101"'), "rooms.departments.600", "a room's or a department's"),
        (
            ('folder = "tariffs"', 'folder = "rates"'),
            "tariff.folder",
            "foliogate tariff init rates --country PL --currency PLN",
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
    assert "no rates: run foliogate tariff init tariffs --country PL --currency PLN" in problem.sentence


def test_a_property_without_an_exchange_is_told_so_once(folder: Path) -> None:
    start, end = EXAMPLE.index("[[pbx]]"), EXAMPLE.index("[[pms]]")
    problem = only(folder, EXAMPLE[:start] + EXAMPLE[end:])
    assert (problem.key, problem.sentence.startswith("no telephone exchange is described")) == ("pbx", True)


def test_one_bracket_where_two_belong_is_understood(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace("[[pbx]]", "[pbx]"))
    assert (problem.key, "[[pbx]] with two brackets" in problem.sentence) == ("pbx", True)


def test_two_systems_are_one_too_many(folder: Path) -> None:
    text = EXAMPLE + '[[pms]]\nname = "protel"\nadapter = "fias"\nconnect = "tcp:127.0.0.1:5011"\n'
    problem = only(folder, text)
    assert (problem.key, "one PMS is as many" in problem.sentence) == ("pms.protel", True)


# ------------------------------------------------------------------------------------------------ the file itself
def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    problems = load(tmp_path / "nowhere.toml")
    assert isinstance(problems, list)
    assert "there is no such file" in problems[0].sentence


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    problems = load(tmp_path)
    assert isinstance(problems, list)
    assert "cannot be read" in problems[0].sentence


def test_a_mistake_of_toml_has_its_line(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace('id = "SEASIDE"', "id = SEASIDE"))
    assert (problem.line, "this is not TOML" in problem.sentence) == (2, True)


def test_a_text_in_another_encoding_has_its_line(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace("Seaside Hotel", "Hôtel").encode("latin-1"))
    assert (problem.line, "UTF-8" in problem.sentence) == (3, True)


def test_a_file_that_never_ends_is_refused(tmp_path: Path) -> None:
    problems = load(Path("/dev/zero"))
    assert isinstance(problems, list)
    assert "that is no configuration" in problems[0].sentence


def test_brackets_without_end_are_refused(folder: Path) -> None:
    assert "nested too deeply" in only(folder, "a = " + "[" * 20000).sentence


def test_an_editor_s_byte_order_mark_does_no_harm(folder: Path) -> None:
    assert isinstance(loaded(folder, b"\xef\xbb\xbf" + EXAMPLE.encode()), Config)


TOML_VALUES = st.recursive(
    st.one_of(
        st.integers(-5, 70000), st.booleans(), st.text(max_size=8), st.floats(), st.just("tcp:1:interface=127.0.0.1")
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def leaves(document: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(document, dict):
        children = list(document.items())
    elif isinstance(document, list):
        children = list(enumerate(document))
    return [path, *(leaf for key, child in children for leaf in leaves(child, (*path, key)))]


PLACES = [path for path in leaves(tomllib.loads(EXAMPLE)) if path]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=TOML_VALUES)
def test_whatever_stands_anywhere_the_answer_is_settings_or_sentences(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: tuple[str | int, ...], value: object
) -> None:
    def changed(text: str) -> dict[str, object]:
        document = tomllib_loads(text)
        inner: object = document
        for word in place[:-1]:
            inner = inner[word]  # type: ignore[index]
        inner[place[-1]] = value  # type: ignore[index]
        return document

    tomllib_loads: Callable[[str], dict[str, object]] = tomllib.loads
    with monkeypatch.context() as patched:
        patched.setattr(tomllib, "loads", changed)
        answer = loaded(folder, EXAMPLE)
    if isinstance(answer, list):
        assert answer
        for problem in answer:
            assert problem.key
            assert problem.sentence
