"""Protects "the same program, with a configuration file, does it": what the file says is what the gateway is told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from gateway.app.configured import plan_of, room_list
from gateway.config import Config, load
from gateway.config.sentences import model_in
from gateway.config.settings import Document
from tests.gateway.configurations import EXAMPLE, SMALLEST, good, loaded, only, with_exchange, with_tariff


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_tariff(tmp_path)


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


@pytest.mark.parametrize(
    "name", ["calls.db", "data/a-b_1.db", "/srv/x.db", "ä b.db", "50%.db", "50%25.db", "a?b=c", "a#b", "a+b@c:d"]
)
def test_a_store_of_any_name_is_the_file_that_sqlalchemy_says_it_is(folder: Path, name: str) -> None:
    """A plain path is taken without asking it."""
    said = make_url(f"sqlite:///{name}")
    store = good(folder, EXAMPLE.replace("sqlite:///foliogate.db", f"sqlite:///{name}")).store
    assert make_url(store.url) == said.set(database=str(folder / (said.database or "")))
    assert store.shown == make_url(store.url).render_as_string(hide_password=True)


def test_a_file_of_records_and_an_absolute_store_are_taken_as_they_are(folder: Path) -> None:
    text = EXAMPLE.replace("sqlite:///foliogate.db", "sqlite:////var/lib/foliogate/calls.db").replace(
        'dialect = "avaya-ipoffice"\nlisten = "tcp:5100:interface=127.0.0.1"',
        'dialect = "asterisk"\nfile = "Master.csv"',
    )
    config = good(folder, text)
    assert config.store.url == "sqlite:////var/lib/foliogate/calls.db"
    assert (config.pbx[0].transport, config.pbx[0].file) == ("file", folder / "Master.csv")


def test_options_of_a_dialect_are_words_whatever_toml_made_of_them(folder: Path) -> None:
    text = with_exchange(
        'dialect = "mitel-mivb"\nconnect = "tcp:10.0.0.7:1752"\noptions = { clock = 12, pulses = true }'
    )
    assert dict(good(folder, text).pbx[0].options) == {"clock": "12", "pulses": "yes"}


def test_a_secret_among_the_options_is_resolved_and_never_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLIOGATE_TEST_AMI", "opensesame")
    text = with_exchange(
        'dialect = "asterisk"\nconnect = "tcp:10.0.0.7:5038"\ntrunks = ["trunk"]\n'
        'options = { username = "foliogate", secret = "env:FOLIOGATE_TEST_AMI" }'
    )
    config = good(folder, text)
    assert config.pbx[0].options["secret"] == "opensesame"
    assert "opensesame" not in repr(config)
    assert config.pbx[0].trunks == ("trunk",)


def test_a_log_in_that_a_transport_cannot_do_without_is_asked_for(folder: Path) -> None:
    problem = only(folder, with_exchange('dialect = "asterisk"\nconnect = "tcp:10.0.0.7:5038"'))
    assert "needs username and secret" in problem.sentence


def test_an_option_that_the_dialect_lacks_half_of_is_a_problem(folder: Path) -> None:
    text = with_exchange('dialect = "asterisk"\nconnect = "tcp:10.0.0.7:5038"\noptions = { username = "foliogate" }')
    problem = only(folder, text)
    assert (problem.key, "secret is missing" in problem.sentence) == ("pbx.main.options", True)


def test_all_other_classes_may_share_an_outlet(folder: Path) -> None:
    text = EXAMPLE.replace(
        "answer_timeout = 30", 'outlet = { premium = "3", default = "1" }\ncall_type = { premium = "" }'
    )
    (pms,) = good(folder, text).pms
    assert dict(pms.outlet) == {"premium": "3", "default": "1"}
    assert dict(pms.call_type) == {"premium": ""}


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


# ------------------------------------------------------------------------------------------------ the manual
MANUAL = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()


def test_the_example_in_the_manual_is_good(folder: Path) -> None:
    example = MANUAL.partition("```toml\n")[2].partition("```")[0]
    assert good(folder, example).pbx[0].dialect == "avaya-ipoffice"


def test_the_manual_has_every_key_and_no_other() -> None:
    sections = re.split(r"^## `\[+(\w+)\]+`.*$", MANUAL, flags=re.MULTILINE)[1:]
    documented = {
        table: set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE))
        for table, text in zip(sections[::2], sections[1::2], strict=True)
    }
    documented["pms"] |= {"listen"}
    known = {
        name: {told.alias or key for key, told in model.model_fields.items()}
        for name, field in Document.model_fields.items()
        if (model := model_in(field.annotation)) is not None
    }
    assert documented == known


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


def test_the_hotels_own_numbers_reach_the_reading_of_what_is_dialled(folder: Path) -> None:
    table = '[numbering]\nlocal_areas = ["22", "46"]\nemergency = ["2222"]\nfeature_codes = ["*41"]\n\n[tariff]'
    config = good(folder, SMALLEST.replace("[tariff]", table))
    plan = plan_of(config, ("9",), room_list(config))
    assert plan.classify("9*41461234567")[1:3] == ("local", "+48461234567")
    assert plan.classify("92222").number_class == "emergency"
