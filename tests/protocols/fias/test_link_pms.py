"""Protects the promise that the PMS's end of our link behaves as real ones do, and that the two ends always agree."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from protocols.fias.link import Action, HangUp, Link, Send, State
from protocols.fias.records import Record, Role
from tests.playbook import Playbook, at
from tests.protocols.fias.talk import DESCRIPTION, LD, LR_GI, LR_PS, LinkParty, pms, pms_up, record

# -- the PMS -----------------------------------------------------------------------------------------------------------


def test_the_pms_greets_at_once_and_takes_a_description() -> None:
    assert pms_up() >> "PS|RN0412|P#1|" << "[PS|RN0412|P#1|]" >> "send PA|ASOK|P#1|" << "PA|ASOK|P#1|"


def test_the_pms_remembers_what_was_declared() -> None:
    link = Link("pms")
    link.connected(0)
    for line in (LD, LR_GI, LR_PS, "LR|RIZZ|FLRN|"):
        link.receive(record(line), 0)
    assert link.declared == {"GI": ("RN", "SF"), "PS": ("RN", "P#")}
    assert link.peer_description == record(LD)


def test_the_pms_answers_an_alive_check_and_never_an_la() -> None:
    assert pms_up() >> "LS|" << "LA|" >> "LA|" >> "LA|"


def test_an_la_without_a_single_lr_gets_another_ls_as_real_ones_do() -> None:
    odd = "[Oddity: the gateway said LA without a single LR, so it would get no record at all]"
    assert pms() >> "connected" << "LS|" >> LD >> "LA|" << odd << "LS|"
    assert pms(needs_lr=False) >> "connected" << "LS|" >> LD >> "LA|" << "LA|" << "[LinkUp]"


def test_what_comes_before_the_description_is_ignored_and_told() -> None:
    assert (
        pms()
        >> "connected"
        << "LS|"
        >> "PS|RN0412|"
        << ("[Oddity: PS came and was passed over; the link stands at: the PMS said LS, waiting for the description]")
    )


def test_the_pms_greets_again_when_nobody_answers() -> None:
    assert pms() >> "connected" << "LS|" >> at(30) << "LS|" >> at(60) << "LS|"


def test_the_pms_says_who_it_is_when_asked_with_rt() -> None:
    link = Link("pms", configuration=record("LC|PHSEASIDE|"))
    assert (
        Playbook(LinkParty(link))
        >> "connected"
        << "LS|"
        >> "LD|RT4|V#1|IFPB|"
        >> LR_PS
        >> "LA|"
        << ("LC|PHSEASIDE|")
        << "LA|"
        << "[LinkUp]"
    )


def test_the_pms_sends_a_resync_and_live_records_in_it() -> None:
    assert (
        pms_up()
        >> "DR|"
        << "[DR|]"
        >> "send DS|"
        << "DS|"
        >> "send GI|RN1|SF|"
        << "GI|RN1|SF|"
        >> "PS|RN1|"
        << "[PS|RN1|]"
        >> "send DE|"
        << "DE|"
    )


def test_a_pms_can_ask_for_a_new_description() -> None:
    assert pms_up() >> "send LS|" << "[LinkDown: we asked the gateway to describe itself anew]" << "LS|"


# -- both ends ---------------------------------------------------------------------------------------------------------


class Pair:
    """Both ends of a link, with a wire in each direction that delivers when told to."""

    def __init__(self) -> None:
        self.ends: dict[Role, Link] = {"gateway": Link("gateway", description=DESCRIPTION), "pms": Link("pms")}
        self.wires: dict[Role, deque[Record]] = {"gateway": deque(), "pms": deque()}
        self.now = 0.0
        self.hung_up = False

    def do(self, end: Role, actions: list[Action]) -> None:
        other: Role = "pms" if end == "gateway" else "gateway"
        for action in actions:
            if isinstance(action, Send):
                self.wires[other].append(action.record)
            self.hung_up = self.hung_up or isinstance(action, HangUp)

    def connect(self) -> None:
        for end in self.ends:
            self.do(end, self.ends[end].connected(self.now))

    def deliver(self, end: Role) -> None:
        if self.wires[end]:
            self.do(end, self.ends[end].receive(self.wires[end].popleft(), self.now))

    def settle(self) -> None:
        for _ in range(500):
            if not any(self.wires.values()):
                return
            for end in self.ends:
                self.deliver(end)
        raise AssertionError("the two ends never stop talking")

    def tick(self, seconds: float) -> None:
        self.now += seconds
        for end in self.ends:
            self.do(end, self.ends[end].tick(self.now))


moves = st.lists(st.sampled_from(["gateway", "pms", "time", "long"]), max_size=40)


@given(moves)
def test_however_slowly_the_wires_deliver_the_two_ends_come_up_and_fall_silent(script: list[str]) -> None:
    pair = Pair()
    pair.connect()
    for move in script:
        match move:
            case "time" | "long":
                pair.tick(1.0 if move == "time" else 4.0)
            case "gateway":
                pair.deliver("gateway")
            case _:
                pair.deliver("pms")
    if pair.hung_up:
        return
    pair.settle()
    for _ in range(40):
        pair.tick(1.0)
        pair.settle()
    assert {end: link.state for end, link in pair.ends.items()} == {"gateway": State.ALIVE, "pms": State.ALIVE}
