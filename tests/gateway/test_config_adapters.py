"""Protects the person who configures a web PMS: every mistake in its options is told with its key, at once, secrets hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.app.pms import MAKERS, tells_rooms
from gateway.cli.main import main
from gateway.config import Problem
from pms_adapters.catalog import ADAPTERS
from pms_adapters.soap.ows_options import OwsOptions
from tests.gateway.configurations import EXAMPLE, good, only, with_tariff, wrong

OWS = """[[pms]]
name = "opera"
adapter = "ows"
url = "https://opera.example/OWS_WS_51/"
options = { hotel_code = "SEASIDE", username = "FOLIOGATE", password = "env:OWS_PASSWORD", transaction_code = { default = "8100" } }

"""


def config(options: str = "", pms: str = OWS) -> str:
    """The manual's example with another PMS, its options changed."""
    start, end = EXAMPLE.index("[[pms]]"), EXAMPLE.index("[rooms]")
    return EXAMPLE[:start] + (pms if not options else pms.partition("options")[0] + options + "\n") + EXAMPLE[end:]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OWS_PASSWORD", "pssst")
    return with_tariff(tmp_path)


def test_every_adapter_that_may_be_named_can_be_made() -> None:
    assert MAKERS.keys() == ADAPTERS.keys()


def test_options_are_the_adapters_own_with_their_secrets(folder: Path) -> None:
    (pms,) = good(folder, config()).pms
    assert isinstance(pms.options, OwsOptions)
    assert pms.options.password == "pssst"
    assert (pms.url, pms.place, pms.loopback) == ("https://opera.example/OWS_WS_51", pms.url, False)
    assert pms.address.port == 443
    assert not tells_rooms(pms)
    assert "pssst" not in repr(pms)
    assert "pssst" not in repr(pms.options)


def test_options_may_be_a_table_of_their_own(folder: Path) -> None:
    own = '[pms.options]\nhotel_code = "SEASIDE"\nusername = "F"\npassword = "x"\ntransaction_code = { default = "8100" }\n'
    (pms,) = good(folder, config(own)).pms
    assert isinstance(pms.options, OwsOptions)


def test_every_mistake_in_the_options_is_told_with_its_key_and_line(folder: Path) -> None:
    own = (
        '[pms.options]\nhotel_code = 7\nusernam = "F"\npassword = "env:NOWHERE"\nhold = ["25:00-04:00"]\n'
        'folio_window = 9\nclient_certificate = "no.pem"\ntransaction_code = { locl = "1" }\nid_type = "OTHER"\n'
    )
    problems = wrong(folder, config(own))
    told = {one.key: one for one in problems}
    assert told.keys() == {
        "pms.opera.options.hotel_code",
        "pms.opera.options.username",
        "pms.opera.options.usernam",
        "pms.opera.options.password",
        "pms.opera.options.hold",
        "pms.opera.options.folio_window",
        "pms.opera.options.client_certificate",
        "pms.opera.options.transaction_code",
        "pms.opera.options.id_type",
    }
    assert 'did you mean "username"?' in told["pms.opera.options.usernam"].sentence
    assert 'write for example hotel_code = "SEASIDE"' in told["pms.opera.options.hotel_code"].sentence
    assert "no variable NOWHERE" in told["pms.opera.options.password"].sentence
    assert "is not a span of the day" in told["pms.opera.options.hold"].sentence
    assert "cannot be read" in told["pms.opera.options.client_certificate"].sentence
    assert "is not a class of number" in told["pms.opera.options.transaction_code"].sentence
    assert len({one.line for one in problems}) >= 8


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (('url = "https://opera.example/OWS_WS_51/"', ""), "pms.opera", 'write url = "https://'),
        (("url =", 'connect = "tcp:h:1"\nurl ='), "pms.opera.connect", "ows is not reached so"),
        (("url =", 'encoding = "cp852"\nurl ='), "pms.opera.encoding", "for the adapter fias alone"),
        (
            ('"https://opera.example/OWS_WS_51/"', '"opera.example"'),
            "pms.opera.url",
            "not the address of a web service",
        ),
        (("https://opera", "https://me:secret@opera"), "pms.opera.url", "must hold no password"),
        (("options = {", "options = 7 #"), "pms.opera.options", "must be a table"),
        (('default = "8100"', ""), "pms.opera.options.transaction_code", "no transaction code is named"),
    ],
)
def test_a_web_pms_is_checked_as_a_whole(folder: Path, change: tuple[str, str], key: str, said: str) -> None:
    problem: Problem = only(folder, config(pms=OWS.replace(*change)))
    assert problem.key == key
    assert said in problem.sentence
    assert "secret@" not in str(problem)


def test_an_adapter_of_another_way_may_have_no_url(folder: Path) -> None:
    problem = only(folder, EXAMPLE.replace('connect = "tcp:127.0.0.1:5010"', 'url = "http://h/x"\nconnect = "tcp:h:1"'))
    assert (problem.key, "fias is not reached so" in problem.sentence) == ("pms.opera.url", True)


def test_check_says_that_a_certificate_is_none(folder: Path) -> None:
    (folder / "ca.pem").write_text("no certificate")
    path = folder / "foliogate.toml"
    path.write_text(config(pms=OWS.replace("options = {", 'options = { ca_file = "ca.pem",')))
    (folder / "tariffs" / "tariff.toml").unlink()
    CliRunner().invoke(main, ["tariff", "init", str(folder / "tariffs"), "--country", "PL", "--currency", "PLN"])
    told = CliRunner().invoke(main, ["check", "--config", str(path)])
    assert told.exit_code == 1
    assert "ca.pem cannot be used" in told.output


def test_check_prints_how_charges_will_look(folder: Path) -> None:
    path = folder / "foliogate.toml"
    path.write_text(config())
    (folder / "tariffs" / "tariff.toml").unlink()
    made = CliRunner().invoke(main, ["tariff", "init", str(folder / "tariffs"), "--country", "PL", "--currency", "PLN"])
    assert made.exit_code == 0, made.output
    shown = CliRunner().invoke(main, ["check", "--config", str(path)]).output
    assert "PMS opera: OPERA Web Services (OWS 5.1)" in shown
    assert "any other class: transaction code 8100" in shown
    assert "at https://opera.example/OWS_WS_51" in shown
    assert "pssst" not in shown
