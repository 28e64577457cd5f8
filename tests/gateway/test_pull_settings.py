"""Protects whoever sets up an exchange that is asked: each mistake is told at its key, and no secret is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.app.pulling import first_cursor, question_of, trust_of
from tests.gateway.configurations import good, only, with_exchange, with_tariff

UCM = "https://192.0.2.20:8443/cdrapi?format=json&startTime={since}&endTime={until}&numRecords=1000&offset={offset}"
NOW = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the configuration lies."""
    return with_tariff(tmp_path)


def asked(pull: str = UCM, more: str = "", dialect: str = "grandstream") -> str:
    """The example with an exchange that is asked."""
    return with_exchange(f'dialect = "{dialect}"\npull = "{pull}"\n{more}')


def test_a_ucm_is_asked_as_its_dialect_says_and_a_site_may_say_otherwise(folder: Path) -> None:
    pbx = good(folder, asked(more='login = { kind = "digest", user = "cdrapi", password = "geheim" }')).pbx[0]
    question = question_of(pbx)
    assert pbx.transport == "pull"
    assert (question.shape.records, question.shape.identity, question.every) == ("cdr_root", "AcctId start", 60.0)
    assert question.manner.by_time
    assert question.manner.in_pages
    assert "geheim" not in repr(pbx)
    assert first_cursor(pbx, NOW).since == NOW - timedelta(hours=1)
    said = 'asking = { records = "data.calls", identity = "id", begin = "2026-11-01T00:00:00+01:00", headers = { X-Tenant = "a" } }'
    pbx = good(folder, asked(more=said)).pbx[0]
    assert question_of(pbx).shape.records == "data.calls"
    assert question_of(pbx).headers == {"user-agent": "Foliogate", "x-tenant": "a"}
    assert first_cursor(pbx, NOW).begun == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    pbx = good(folder, asked("http://127.0.0.1/?after={after}", 'asking = { begin = "17", identity = "AcctId" }')).pbx[
        0
    ]
    assert first_cursor(pbx, NOW).after == "17"


def test_a_file_of_authorities_that_holds_none_is_told(folder: Path) -> None:
    (folder / "ca.pem").write_text("no certificate")
    pbx = good(folder, asked(more='asking = { ca_file = "ca.pem" }')).pbx[0]
    with pytest.raises(ValueError, match=r"ca_file .*ca\.pem cannot be used"):
        trust_of(pbx)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (asked("http://192.0.2.20/cdr"), "pull", "must be https"),
        (asked("ftp://192.0.2.20/cdr"), "pull", "not the address"),
        (asked("https://cdr:geheim@192.0.2.20/"), "pull", "must hold no password"),
        (asked("https://192.0.2.20/{sincer}"), "pull", 'did you mean "since"?'),
        (asked("https://{page}/cdr"), "pull", "write it out"),
        (asked("https://192.0.2.20/{until}"), "pull", "write both"),
        (asked("https://192.0.2.20/{since}/{after}"), "pull", "only one of"),
        (asked("https://192.0.2.20/{after}"), "pull", "under identity"),
        (asked("https://192.0.2.20/{page}/{offset}"), "pull", "only one of"),
        (asked("https://192.0.2.20/{token}"), "pull", "filled by a log-in"),
        (asked(more='login = { kind = "yeastar", user = "a", password = "geheim" }'), "pull", "write {token} where"),
        (asked(more='login = { kind = "digest", user = "a" }'), "login", "needs password"),
        (asked(more='login = { kind = "kerberos" }'), "kind", "digest"),
        (asked(more='asking = { next = "token" }'), "next", "fills {after}"),
        (asked("https://192.0.2.20/", "asking = { overlap = 60 }"), "overlap", "no {since}"),
        (asked("https://192.0.2.20/", 'asking = { begin = "17" }'), "begin", "there is no begin"),
        (asked(more='asking = { begin = "17" }'), "begin", "begins at a time"),
        (asked(more='asking = { begin = "2026-11-01" }'), "begin", "with its zone"),
        (asked(more='asking = { times = "local" }'), "times", "no way to write a time"),
        (asked(more='asking = { headers = { Authorization = "Bearer geheim" } }'), "headers", "cannot be written here"),
        (asked(more="asking = { every = 0.1 }"), "every", "1"),
        (asked("http://127.0.0.1/", 'asking = { ca_file = "ca.pem" }'), "ca_file", "not https"),
        (asked(more='token = "a-token-of-some-length"'), "token", "of push alone"),
        (asked(dialect="mitel-mivb"), "pull", "do not come by pull"),
        (with_exchange('dialect = "3cx"\nlisten = "tcp:5100"\nasking = { every = 60 }'), "asking", "of pull alone"),
    ],
)
def test_each_mistake_is_told_at_its_key(folder: Path, text: str, key: str, said: str) -> None:
    problem = only(folder, text)
    assert problem.key.rpartition(".")[2] == key
    assert said in problem.sentence
    assert "geheim" not in str(problem)
