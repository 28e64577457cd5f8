"""A doubt ends by the PMS's late word, by what its folio shows, or by a person with a reason; never by sending again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from twisted.internet.defer import Deferred, succeed

from gateway.cli.main import main
from gateway.explaining import doubted
from gateway.posting.deeds import refuse
from gateway.posting.doubts import LOOKS, Doubts
from gateway.store import outbox
from pms_adapters.posting import (
    FolioReader,
    Found,
    InDoubt,
    NotFound,
    Posted,
    Posting,
    ReadBack,
    Unreadable,
)
from pms_adapters.stand_ins import KeepsAFolio
from tests.gateway.configurations import EXAMPLE
from tests.gateway.rig import WARSAW, Rig, line
from tests.gateway.test_clerk import ByHand, deed, whole


@dataclass
class Folio:
    """A folio that tells what the test laid out, and remembers what it was asked."""

    says: ReadBack | Deferred[ReadBack]
    asked: list[Posting]

    def read_back(self, posting: Posting) -> Deferred[ReadBack]:
        """One question."""
        self.asked.append(posting)
        return self.says if isinstance(self.says, Deferred) else succeed(self.says)


_check: type[FolioReader] = Folio


@pytest.fixture
def pms(rig: Rig) -> ByHand:
    """A house with one posting in doubt."""
    rig.check_in()
    made = ByHand(rig)
    rig.employ(made).pump()
    rig.send(rig.connect(), line(1))
    made.answer(InDoubt("no answer within 30 s"))
    assert rig.states() == ["in_doubt"]
    return made


def reading(rig: Rig, pms: ByHand, says: ReadBack | Deferred[ReadBack]) -> tuple[Doubts, Folio]:
    """The part that reads folios back, over a folio of the test's."""
    assert rig.clerk is not None
    folio = Folio(says, [])
    doubts = Doubts(
        memory=rig.memory,
        numbers=rig.clerk._numbers,
        reader=folio,
        ready=lambda: pms.state.ready,
        submit=rig.writer.submit,
        now=lambda: rig.now,
        zone=lambda instant: instant.astimezone(WARSAW),
    )
    return doubts, folio


def after(rig: Rig, doubts: Doubts, seconds: float) -> None:
    """Time passes, and it is seen whether a folio is to be read."""
    rig.advance(seconds)
    doubts.look()
    rig.pump()


def trail(rig: Rig) -> list[tuple[str, str]]:
    """Who did what."""
    return [(who, what) for who, what in rig.rows("SELECT who, what FROM audit_trail ORDER BY id")]


def test_a_charge_found_on_its_folio_is_posted_by_read_back(rig: Rig, pms: ByHand) -> None:
    """With the PMS's own name for it; the number on the wire is free again; nothing is sent."""
    doubts, folio = reading(rig, pms, Found("ref 900817"))
    after(rig, doubts, LOOKS[0] - 1)
    assert folio.asked == []
    after(rig, doubts, 1)
    assert rig.states() == ["posted"]
    assert [(one.token, one.room, one.dialled) for one in folio.asked] == [(1, "201", "90048221234567")]
    assert trail(rig) == [("read-back", "in_doubt -> posted (on-folio): found on the folio of room 201: ref 900817")]
    assert rig.postings()[0]["reference"] == "ref 900817"
    assert rig.clerk is not None
    assert rig.clerk._numbers._doubtful == set()
    assert len(pms.out) == 1
    whole(rig)


def test_what_is_not_found_stays_in_doubt_with_a_note_each_time_and_is_never_sent_again(rig: Rig, pms: ByHand) -> None:
    """A PMS may book late: only a person may say that it is not there. After the last look nobody asks any more."""
    doubts, folio = reading(rig, pms, NotFound("12 charges since noon"))
    for _ in range(60):
        after(rig, doubts, 100)
    assert rig.states() == ["in_doubt"]
    assert len(folio.asked) == len(LOOKS)
    notes = trail(rig)
    assert [who for who, _ in notes] == ["read-back"] * len(LOOKS)
    assert all("was read and does not show it: 12 charges since noon; it stays in doubt" in what for _, what in notes)
    assert notes[-1][1].endswith("a person decides")
    assert len(pms.out) == 1
    whole(rig)


def test_a_folio_that_cannot_be_read_is_noted_and_an_adapter_that_fails_is_one(rig: Rig, pms: ByHand) -> None:
    """A failure is no answer."""
    broken: Deferred[ReadBack] = Deferred()
    doubts, _ = reading(rig, pms, broken)
    after(rig, doubts, LOOKS[0])
    broken.errback(RuntimeError("no such method"))
    rig.pump()
    assert "could not be read: the adapter failed: RuntimeError('no such method')" in trail(rig)[0][1]
    assert rig.states() == ["in_doubt"]


def test_nothing_is_asked_while_the_link_is_not_ready_nor_while_a_question_is_out(rig: Rig, pms: ByHand) -> None:
    """One at a time, and a hung PMS is left in peace."""
    waiting: Deferred[ReadBack] = Deferred()
    doubts, folio = reading(rig, pms, waiting)
    pms.ready(False)
    after(rig, doubts, 10_000)
    assert folio.asked == []
    pms.ready(True)
    after(rig, doubts, 0)
    after(rig, doubts, 10_000)
    assert len(folio.asked) == 1
    folio.says = Unreadable("the PMS is busy")
    waiting.callback(Unreadable("the PMS is busy"))
    rig.pump()
    assert len(folio.asked) == 2


def test_an_outage_does_not_heap_up_questions(rig: Rig, pms: ByHand) -> None:
    """Three looks in one second tell no more than one."""
    doubts, folio = reading(rig, pms, NotFound("nothing since noon"))
    pms.ready(False)
    after(rig, doubts, 10_000)
    pms.ready(True)
    after(rig, doubts, 0)
    after(rig, doubts, 1)
    assert len(folio.asked) == 1
    after(rig, doubts, LOOKS[1] - LOOKS[0])
    assert len(folio.asked) == 2


@pytest.mark.parametrize("faster", ["late", "on-folio", "not-on-folio", "write-off"])
def test_whoever_is_faster_than_the_folio_has_settled_it(rig: Rig, pms: ByHand, faster: str) -> None:
    """What the folio tells afterwards changes nothing and is no mistake."""
    waiting: Deferred[ReadBack] = Deferred()
    doubts, _ = reading(rig, pms, waiting)
    after(rig, doubts, LOOKS[0])
    assert rig.clerk is not None
    if faster == "late":
        rig.clerk.late_answer(1, Posted("900817"))
        rig.pump()
    else:
        deed(rig, faster)
    settled = rig.states()
    waiting.callback(Found("ref"))
    rig.pump()
    assert rig.states() == settled
    assert settled != ["in_doubt"]
    assert "read-back" not in [who for who, _ in trail(rig)]
    whole(rig)


def test_a_stand_in_with_a_folio_settles_its_own_doubts(rig: Rig) -> None:
    """Clerk, doubts and adapter together: what was booked in silence is posted, what got lost stays in doubt."""
    rig.check_in()
    adapter = KeepsAFolio(clock=rig.clock, wall_clock=lambda: rig.now)
    clerk = rig.employ(adapter)
    adapter.start(_Deaf())
    clerk.pump()
    rig.send(rig.connect(), line(1), line(2))
    adapter.books = False  # the first has arrived, the second gets lost
    rig.advance(31)
    rig.advance(31)
    assert rig.states() == ["in_doubt", "in_doubt"]
    doubts = Doubts(
        memory=rig.memory,
        numbers=clerk._numbers,
        reader=adapter,
        ready=lambda: adapter.state.ready,
        submit=rig.writer.submit,
        now=lambda: rig.now,
        zone=lambda instant: instant.astimezone(WARSAW),
    )
    after(rig, doubts, 60)
    assert rig.states() == ["posted", "in_doubt"]
    whole(rig)


class _Deaf:
    """A listener that nobody needs."""

    def link_changed(self, state: object) -> None:
        """Not listened to."""

    room_news = oddity = link_changed

    def late_answer(self, token: int, result: object) -> None:
        """Not listened to."""


def test_a_doubt_found_at_the_start_is_read_back_too(rig: Rig) -> None:
    """The gateway died between the byte and the answer."""
    rig.check_in()
    before = ByHand(rig)
    rig.employ(before).pump()
    rig.send(rig.connect(), line(1))
    assert rig.states() == ["sent"]
    again = ByHand(rig)
    rig.employ(again)
    assert rig.states() == ["in_doubt"]
    doubts, folio = reading(rig, again, Found("ref"))
    after(rig, doubts, LOOKS[0])
    assert rig.states() == ["posted"]
    assert len(folio.asked) == 1
    assert again.out == []


@pytest.mark.parametrize("what", ["on-folio", "not-on-folio", "write-off"])
def test_a_doubt_is_settled_with_a_reason_or_not_at_all(rig: Rig, pms: ByHand, what: str) -> None:
    """Whatever door the command came by."""
    row = rig.database.read(lambda c: outbox.posting(c, "SEASIDE", 1))
    assert refuse(row, what, None, "  ") == (
        f"'{what}' needs a reason, which is kept with your name; posting 1 is still in_doubt"
    )
    assert refuse(row, what, None, "seen") is None


def test_what_is_known_of_a_doubt_is_told_in_order() -> None:
    """When it was sent, where, as which number, and that nothing came back."""
    attempt = {
        "attempt": 2,
        "sent_at": 14,
        "room": "412",
        "token": 17,
        "answered_at": 44,
        "words": "the line was lost before the answer",
    }
    known = doubted({"state": "in_doubt", "place": "Poland, mobile"}, [{}, attempt], lambda instant: f"at {instant}")
    assert known == [
        ("sent", "at 14 to room 412 as number 17, its attempt 2"),
        ("with the text", "Poland, mobile"),
        ("then", "at 44: the line was lost before the answer"),
        ("came back", "nothing; a late answer to number 17 settles this by itself"),
    ]


def test_the_command_line_shows_a_doubt_and_the_two_ways_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And asks for the reason."""
    folder = tmp_path_factory.mktemp("house")
    config = folder / "foliogate.toml"
    config.write_text(EXAMPLE)
    rig = Rig(f"sqlite:///{folder / 'foliogate.db'}")
    rig.check_in()
    pms = ByHand(rig)
    rig.employ(pms).pump()
    rig.send(rig.connect(), line(1))
    pms.answer(InDoubt("no answer within 30 s"))
    rig.close()
    shown = CliRunner().invoke(main, ["postings", "show", "1", "--config", str(config)]).output
    for words in (
        "sent: 2026-11-20 11:00:00 UTC to room 201 as number 1",
        "then: 2026-11-20 11:00:00 UTC: no answer within 30 s",
        "came back: nothing; a late answer to number 1 settles this by itself",
        "look at the folio of room 201: if it arrived it shows",
        'it is there:     foliogate postings settle 1 --on-folio --why "…"',
    ):
        assert words in shown, shown
    silent = CliRunner().invoke(main, ["postings", "settle", "1", "--on-folio", "--config", str(config)])
    assert silent.exit_code == 2
    assert "--on-folio needs a reason" in silent.output
    told = CliRunner().invoke(
        main, ["postings", "settle", "1", "--on-folio", "--by", "Ines", "--why", "line 4", "--config", str(config)]
    )
    assert told.output == "posting 1 is now posted\n"
    after_it = CliRunner().invoke(main, ["postings", "show", "1", "--config", str(config)]).output
    assert "Ines: in_doubt -> posted (on-folio): line 4" in after_it
