"""A web hook is told of each event, in order and under one name, however often the other side says no or we die."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from gateway.store import watching
from gateway.watch.event_hooks import EventHook, mark_of
from gateway.web.rest import events
from tests.gateway.rig import Rig, line
from tests.gateway.web.asking import at_once
from tests.gateway.web.house import LaidOut


class OtherSide:
    """Takes events as laid out: "" is yes, a word is why not, a Deferred is no answer yet; then everything."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.answers: deque[str | Deferred[Any]] = deque()
        self.tries = 0

    def send(self, value: dict[str, Any], name: str) -> Deferred[Any]:
        """One attempt."""
        self.tries += 1
        answer = self.answers.popleft() if self.answers else ""
        if isinstance(answer, Deferred):
            return answer
        if answer:
            return fail(ConnectionError(answer))
        self.taken.append((name, value))
        return succeed(None)

    def told(self) -> list[str]:
        """The kinds, in order."""
        return [value["event"] for _, value in self.taken]

    def numbers(self) -> list[int]:
        """The numbers of the events, in order."""
        return [value["data"]["id"] for _, value in self.taken]


@pytest.fixture
def busy(tmp_path: Any) -> Iterator[Rig]:
    """A house that posts, and whose feed is read."""
    made = Rig(f"sqlite:///{tmp_path / 'store.db'}")
    made.read_feed()
    made.check_in()
    made.employ(LaidOut())
    yield made
    made.close()


def hook(rig: Rig, other: OtherSide, *kinds: str) -> EventHook:
    """A hook that was just started."""
    made = EventHook(
        hook="crm",
        kinds=kinds or ("call", "posting", "store"),
        sender=other,
        read=events.read,
        database=rig.database,
        memory=rig.memory,
        submit=rig.writer.submit,
        clock=rig.clock,
        elsewhere=at_once,
    )
    made.startService()
    return made


def calls(rig: Rig, *numbers: int) -> None:
    """Calls end."""
    rig.send(rig.connect(), *[line(one) for one in numbers])


def place(rig: Rig) -> int:
    """How far the hook has come, by the store."""
    return rig.database.read(lambda c: watching.marks(c, "SEASIDE")).get(mark_of("crm"), 0)


def test_everything_arrives_in_order_and_the_place_is_kept(busy: Rig) -> None:
    other = OtherSide()
    calls(busy, 1, 2)
    hooked = hook(busy, other)
    busy.advance(1)
    newest = busy.rows("SELECT max(id) FROM events")[0][0]
    assert other.numbers() == list(range(1, newest + 1))
    assert other.taken[0][0] == "SEASIDE-event-1"
    assert other.taken[0][1]["id"] == "SEASIDE-event-1"
    assert other.taken[0][1]["data"] == busy.database.read(lambda c: events.read(c, "SEASIDE", 0, 1))[0]
    assert place(busy) == newest
    calls(busy, 3)
    busy.advance(1.1)
    assert other.numbers()[newest:] == list(range(newest + 1, other.numbers()[-1] + 1))
    hooked.stopService()


def test_a_hook_is_told_of_what_it_asked_for(busy: Rig) -> None:
    other = OtherSide()
    calls(busy, 1)
    hooked = hook(busy, other, "call")
    busy.advance(1)
    assert other.told() == ["call.settled"]
    assert place(busy) == busy.rows("SELECT max(id) FROM events")[0][0]  # past what it is not told of
    hooked.stopService()


def test_what_is_not_taken_holds_up_what_is_behind_it(busy: Rig) -> None:
    other = OtherSide()
    calls(busy, 1)
    other.answers += ["", "it answered with status 500", "it hung up"]
    hooked = hook(busy, other)
    busy.advance(1)
    assert other.numbers() == [1]
    assert (other.tries, hooked.tries, hooked.problem) == (2, 1, "it answered with status 500")
    busy.advance(8)
    assert other.tries == 2
    busy.advance(2)
    assert other.tries == 3
    for _ in range(40):
        busy.advance(1)
    assert other.numbers() == [1, 2, 3, 4]
    assert hooked.tries == 0
    hooked.stopService()


def test_a_silence_that_lasts_is_worrying_and_is_never_given_up(busy: Rig) -> None:
    other = OtherSide()
    calls(busy, 1)
    other.answers += ["no"] * 90
    hooked = hook(busy, other)
    while other.tries < 5:
        busy.advance(30)
    assert hooked.worrying == "no"
    while other.tries < 91:
        busy.advance(3600)
    busy.advance(1)
    assert other.numbers() == [1, 2, 3, 4]
    assert hooked.worrying == ""
    hooked.stopService()


def test_a_process_that_dies_before_it_wrote_sends_again_under_the_same_names(busy: Rig) -> None:
    """The other side had taken them; it knows them again, and none is left out."""
    other = OtherSide()
    calls(busy, 1)
    submitted: list[Any] = []
    dead = hook(busy, other)
    dead._submit = submitted.append  # what it wants written never is
    busy.advance(1)
    assert other.numbers() == [1, 2, 3, 4]
    assert place(busy) == 0
    dead.stopService()
    calls(busy, 2)
    again = hook(busy, other)
    busy.advance(1)
    assert other.numbers() == [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8]
    assert dict(other.taken[:4]) == dict(other.taken[4:8])
    again.stopService()


def test_a_stop_calls_off_what_is_under_way(busy: Rig) -> None:
    other = OtherSide()
    calls(busy, 1)
    called_off: list[str] = []
    other.answers.append(Deferred(lambda _: called_off.append("yes")))
    hooked = hook(busy, other)
    busy.advance(1)
    ended: list[object] = []
    hooked.stopService().addCallback(ended.append)
    assert (called_off, ended) == (["yes"], [None])
    assert place(busy) == 0


def test_no_commit_is_waited_for_between_two_events(busy: Rig) -> None:
    """A slow disk must not make a feed slow: the place is kept now and then, and at the end."""
    other = OtherSide()
    calls(busy, *range(1, 21))
    before = busy.writer.commits
    hooked = hook(busy, other)
    busy.clock.advance(0)
    assert len(other.taken) >= 80
    busy.pump()
    assert busy.writer.commits - before <= 2
    assert place(busy) == len(other.taken)
    hooked.stopService()
