"""Protects the log-in to an exchange: said at the right moment, its refusal shown, its secret never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.smdr.catalog import DIALECTS
from protocols.smdr.sessions import AmiSession, PlainSession

GREETING = b"Asterisk Call Manager/10.0.0\r\n"
WELCOME = b"Response: Success\r\nActionID: foliogate-log-in\r\nMessage: Authentication accepted\r\n\r\n"
EVENT = b"Event: Cdr\r\nSource: 205\r\n\r\n"


def session() -> AmiSession:
    return AmiSession("foliogate", "s3cret")


def test_a_plain_session_says_nothing_and_passes_everything_on() -> None:
    plain = PlainSession()
    assert plain.connected() == b""
    assert plain.receive(b"\0abc") == (b"", b"\0abc")
    assert plain.committed(3) == b""
    assert plain.problem is None


def test_the_log_in_waits_for_the_greeting_and_asks_for_call_records_only() -> None:
    ami = session()
    assert ami.connected() == b""
    said, records = ami.receive(GREETING)
    assert said == (
        b"Action: Login\r\nActionID: foliogate-log-in\r\nUsername: foliogate\r\nSecret: s3cret\r\nEvents: cdr\r\n\r\n"
    )
    assert records == b""
    assert ami.receive(WELCOME) == (b"", b"")
    assert ami.receive(EVENT) == (b"", EVENT)
    assert ami.problem is None
    assert ami.committed(1) == b""


def test_events_that_come_with_or_before_the_answer_are_not_lost() -> None:
    ami = session()
    ami.receive(GREETING)
    assert ami.receive(EVENT + WELCOME + EVENT[:7]) == (b"", EVENT + EVENT[:7])
    assert ami.receive(EVENT[7:]) == (b"", EVENT[7:])


@given(st.lists(st.integers(0, 400), max_size=6))
def test_the_conversation_does_not_depend_on_how_it_is_divided(points: list[int]) -> None:
    stream = GREETING + WELCOME + EVENT + EVENT
    edges = [0, *sorted(point % len(stream) for point in points), len(stream)]
    ami = session()
    answers = [ami.receive(stream[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    assert b"".join(said for said, _ in answers).startswith(b"Action: Login")
    assert b"".join(records for _, records in answers) == EVENT + EVENT


def test_a_refused_log_in_is_a_plain_sentence() -> None:
    ami = session()
    ami.receive(GREETING)
    assert ami.receive(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n" + EVENT) == (b"", b"")
    assert ami.problem == "Asterisk refused the log-in of the user 'foliogate': Authentication failed"
    assert ami.receive(EVENT) == (b"", b"")


def test_a_peer_that_is_something_else_is_told() -> None:
    ami = session()
    assert ami.receive(b"SSH-2.0-OpenSSH_9.2\r\n") == (b"", b"")
    assert ami.problem == "the peer is no Asterisk manager interface: it greets with 'SSH-2.0-OpenSSH_9.2'"


def test_a_peer_that_never_ends_its_greeting_or_answer_is_bounded() -> None:
    endless = session()
    endless.receive(b"x" * 2_000)
    assert endless.problem is not None
    deaf = session()
    deaf.receive(GREETING)
    for _ in range(20):
        deaf.receive(b"y" * 5_000)
    assert deaf.problem == "the peer does not answer the log-in, but goes on sending"


def test_the_secret_shows_nowhere() -> None:
    ami = session()
    assert "s3cret" not in repr(ami)
    ami.receive(GREETING)
    ami.receive(b"Response: Error\r\nMessage: no\r\n\r\n")
    assert "s3cret" not in repr(ami) + (ami.problem or "")


@pytest.mark.parametrize(("username", "secret"), [("a\r\nAction: x", "b"), ("a", "b\n"), ("a", "b\0")])
def test_a_line_end_in_a_name_or_secret_is_refused(username: str, secret: str) -> None:
    with pytest.raises(ValueError, match="line end") as refused:
        AmiSession(username, secret)
    assert secret.strip() not in str(refused.value).split()


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_nothing_a_peer_sends_raises(chunks: list[bytes]) -> None:
    ami = session()
    for chunk in [GREETING, *chunks]:
        ami.receive(chunk)


def test_only_the_manager_interface_has_a_conversation() -> None:
    asterisk = DIALECTS["asterisk"]
    options = {"username": "foliogate", "secret": "s3cret"}
    assert isinstance(asterisk.session(options, transport="connect"), AmiSession)
    assert isinstance(asterisk.session(options, transport="file"), PlainSession)
    assert isinstance(DIALECTS["mitel-mivb"].session({}, transport="connect"), PlainSession)
