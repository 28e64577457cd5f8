"""Protects the state table itself: every pair of state and input has one stated outcome, and the page shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.fias.link import Audit, Description, Link, LocalProtocolError, Oddity, Timers
from protocols.fias.records import RECORDS, Record, Role
from protocols.fias.states import (
    AUDIT,
    AUDIT_DEADLINES,
    COMMON_SENTENCES,
    DEADLINES,
    SENTENCES,
    TABLES,
    Do,
    State,
    audit_diagram,
    diagram,
)

PAGE = Path(__file__).parents[3] / "docs" / "fias.md"
ROLES: tuple[Role, ...] = ("gateway", "pms")
DESCRIPTION = Description(version="0.1", family="PB", records=(("PS", ("RN", "P#")),))
PAIRS = [(role, state) for role in ROLES for state in TABLES[role]]

# What may be said to a living or dying link, written down apart from the table: (role, state) -> kinds.
GATEWAY_MAY_SEND = {
    State.ALIVE: {"LS", "LE", "DR"},
    State.PROBING: {"LE"},
    State.WAITING: {"LE"},
    State.GREETING: {"LE"},
    State.DESCRIBED: {"LE"},
    State.KNOWN: {"LE"},
    State.ASKED: {"LE"},
    State.RESYNCING: {"LE"},
}
PMS_MAY_SEND = {
    State.ALIVE: {"LS", "LE", "DS"},
    State.SWAPPING: {"LS", "LE", "DE"},
    State.GREETED: {"LE"},
    State.DESCRIBING: {"LE"},
}
LINK_RECORDS = {"LS", "LD", "LR", "LA", "LE", "DR", "DS", "DE"}
DATA_STATES = {"gateway": {State.ALIVE, State.PROBING}, "pms": {State.ALIVE, State.SWAPPING}}


def link_in(role: Role, state: State) -> Link:
    link = Link(role, description=DESCRIPTION)
    link.state = state
    return link


def may_send(role: Role, state: State, kind: str) -> bool:
    if RECORDS[kind].sender not in (role, "both"):
        return False
    if kind in LINK_RECORDS:
        return kind in (GATEWAY_MAY_SEND if role == "gateway" else PMS_MAY_SEND).get(state, set())
    return state in DATA_STATES[role]


@pytest.mark.parametrize(("role", "state"), PAIRS)
def test_what_may_be_sent_in_each_state_and_what_raises_changing_nothing(role: Role, state: State) -> None:
    for kind in RECORDS:
        link = link_in(role, state)
        assert link.allows(kind) is may_send(role, state, kind)
        if may_send(role, state, kind):
            assert link.send(Record(kind), 1.0)
        else:
            with pytest.raises(LocalProtocolError, match=kind):
                link.send(Record(kind), 1.0)
            assert (link.state, link.due()) == (state, None)


@pytest.mark.parametrize(("role", "state"), [pair for pair in PAIRS if pair[1] is not State.OFFLINE])
def test_nothing_the_peer_sends_raises_and_what_is_odd_changes_nothing(role: Role, state: State) -> None:
    for kind in RECORDS:
        link = link_in(role, state)
        actions = link.receive(Record(kind), 1.0)
        listed = f"<{kind}" if kind in LINK_RECORDS else "<data"
        if RECORDS[kind].sender == role or (listed not in TABLES[role][state] and kind != "LA"):
            assert [type(action) for action in actions] == [Oddity]
            assert link.state is state
        elif kind != "LA":
            assert link.state is TABLES[role][state][listed].to


@pytest.mark.parametrize("role", ROLES)
def test_a_record_without_a_connection_is_our_own_mistake(role: Role) -> None:
    with pytest.raises(LocalProtocolError, match="without a connection"):
        link_in(role, State.OFFLINE).receive(Record("LS"), 1.0)


@pytest.mark.parametrize("role", ROLES)
def test_every_state_can_be_reached_and_left(role: Role) -> None:
    table = TABLES[role]
    reached = {State.OFFLINE}
    while grown := {step.to for state in reached for step in table[state].values()} - reached:
        reached |= grown
    assert reached == set(table)
    assert all("disconnected" in row for state, row in table.items() if state is not State.OFFLINE)


@pytest.mark.parametrize("role", ROLES)
def test_every_deadline_has_a_timer_and_every_timer_a_deadline(role: Role) -> None:
    timed = {state for state, row in TABLES[role].items() if "deadline" in row}
    assert timed == set(DEADLINES[role])
    assert all(hasattr(Timers(), name) for name in DEADLINES[role].values())
    assert {state for state, row in AUDIT.items() if "deadline" in row} == set(AUDIT_DEADLINES)
    assert all(hasattr(Timers(), name) for name in AUDIT_DEADLINES.values())


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_told_has_a_sentence(role: Role) -> None:
    telling = {Do.ODD, Do.DOWN, Do.SYNC_FAILED, Do.HANG_UP}
    for state, row in TABLES[role].items():
        for name, step in row.items():
            if telling & set(step.do):
                assert (state, name) in SENTENCES or name in COMMON_SENTENCES


@pytest.mark.parametrize("role", ROLES)
def test_a_link_that_stands_says_so_when_it_falls_and_only_then(role: Role) -> None:
    up = {state for state, row in TABLES[role].items() if Do.DOWN in row.get("disconnected", ("", ()))[1]}
    for state, row in TABLES[role].items():
        for name, step in row.items():
            assert (Do.DOWN in step.do) == (state in up and step.to not in up), (state, name)
            assert (Do.UP in step.do) == (state not in up and step.to in up), (state, name)


def test_charges_leave_only_when_the_link_stands_and_no_resync_runs() -> None:
    sending = {state for state in TABLES["gateway"] if ">posting" in TABLES["gateway"][state]}
    assert sending == {State.ALIVE, State.PROBING}


def test_charges_wait_for_the_night_audit() -> None:
    for audit in Audit:
        link = link_in("gateway", State.ALIVE)
        link.audit = audit
        assert link.allows("PS") is (audit in (Audit.NONE, Audit.OVERDUE))


@pytest.mark.parametrize(
    ("audit", "name", "after"), [(audit, name, to) for audit, row in AUDIT.items() for name, to in row.items()]
)
def test_an_announced_end_ends_the_audit_and_an_announced_begin_begins_it(
    audit: Audit, name: str, after: Audit
) -> None:
    assert (after is Audit.RUNNING) == (name == "<NS")
    if name in ("<NE", "disconnected", "<answered"):
        assert after is Audit.NONE


def test_the_page_shows_the_tables_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for drawing in (diagram("gateway"), diagram("pms"), audit_diagram()):
        assert f"```mermaid\n{drawing}```" in page, f"docs/fias.md is out of date; it must show\n{drawing}"
