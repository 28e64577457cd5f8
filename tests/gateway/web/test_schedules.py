"""The page of scheduled reports tells what came of each run, gives its files, and lets a person with a name ask for one now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from gateway.instants import to_micros
from gateway.schedules import Rhythm
from gateway.store.runs import RunRow
from gateway.web.schedule_pages import delivery, state_of, when
from gateway.web.words import Clock
from tests.gateway.delivery.office import ACCOUNTS, Office, schedule
from tests.gateway.rig import NOON, WARSAW
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import as_house
from tests.gateway.web.test_reports import AtOnce

CLOCK = Clock(WARSAW, NOON)
SIX = to_micros(datetime(2026, 11, 20, 5, 0, tzinfo=UTC))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A house with three schedules, after a night: one recipient is out of reach."""
    monkeypatch.setattr("gateway.web.routing.FileSender", AtOnce)
    hourly = schedule("contingency", "6 hours", to='["audit"]', forms='["pdf"]')
    made = Office(tmp_path, ACCOUNTS + schedule() + hourly + schedule("accounting", "monthly", to='["audit"]'))
    made.house.evening()
    made.gm.answers.extend(["connection refused"] * 3)
    made.pass_time(19 * 3600)
    yield made
    made.close()


def token_of(page: str) -> str:
    """The token in the page's forms."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_the_page_tells_what_came_of_each_run_and_a_person_can_ask_for_one_now(office: Office) -> None:
    asker = Asker(as_house(office.house))
    page = asker.get("/schedules").text
    assert 'id="nav-schedules" href="/schedules" aria-current="page"' in page
    for words in (
        "every day at 06:00, about the day before, CSV",
        "every 6 hours, one of them at 06:00, as things stand, PDF",
        "Sun 22 Nov 2026 06:00, about Sat 21 Nov 2026",
        "gm, by mail to gm@example.org (numbers masked)",
        "failed 3 times, tried again",
        "connection refused",
        'audit: <span class="mark good">has it since ',
        "It has not run yet.",
    ):
        assert words in page, words
    link = re.search(r'href="(/schedules/files/\d+)" download>SEASIDE-calls-2026-11-20.csv', page)
    assert link is not None
    file = asker.get(link[1])
    assert (file.status, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert file.body == (office.drop / "SEASIDE-calls-2026-11-20.csv").read_bytes()

    asked = {"name": "calls", "who": "Ines", "why": "the printer ate it", "token": token_of(page)}
    done = asker.post("/schedules", asked)
    assert "begun." in done.text
    office.pass_time(10)
    assert "asked for by Ines" in asker.get("/schedules").text
    assert office.made("calls")[-1].why == "the printer ate it"
    for wrong, words in (
        ({"who": ""}, "Write your name"),
        ({"token": "0"}, "older than the running gateway"),
        ({"name": "nothing"}, "There is no such schedule"),
    ):
        answer = asker.post("/schedules", asked | wrong)
        assert (answer.status, words in answer.text) == (422, True), words
    assert asker.post("/schedules", asked, sec_fetch_site="cross-site").status == 403
    assert len(office.made("calls")) == 2
    assert asker.get("/schedules/files/999").status == 404


def test_a_run_that_is_being_made_shows_how_far_it_is(office: Office) -> None:
    office.house.status.making[office.made("calls")[0].id] = 62
    page = Asker(as_house(office.house)).get("/schedules").text
    assert '<progress max="100" value="62"' in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"every": "weekly", "weekday": 4, "period": "last week", "when_closed": "next"},
         "every Friday at 06:00, on a closed day, on the next worked one, about the week before"),
        ({"every": "monthly", "day": 31, "period": "month to date", "when_closed": "skip"},
         "every month on day 31 at 06:00, not on closed days, about the month so far"),
        ({"every": "hours", "hours": 1, "period": "today"}, "every hour, about the day so far"),
    ],
)  # fmt: skip
def test_a_rhythm_in_words(said: dict[str, Any], words: str) -> None:
    assert when(Rhythm(at=time(6), **said)) == words


def test_what_became_of_runs_and_deliveries_in_words() -> None:
    run = RunRow(1, "x", "y", "calls", "2026-11-19", "2026-11-19", SIX, 0, "", "", SIX)
    assert state_of(run, None, CLOCK) == ("waits to be made", "quiet")
    assert state_of(run._replace(tries=2, again_at=SIX, problem="no disk"), None, CLOCK) == (
        "failed 2 times, tried again 06:00: no disk",
        "amber",
    )
    assert state_of(run._replace(state="failed", problem="no disk"), None, CLOCK) == ("given up: no disk", "red")
    assert state_of(run._replace(state="skipped", problem="was before"), None, CLOCK) == (
        "not made: was before",
        "quiet",
    )
    told = {"recipient": "gm", "tries": 0, "problem": "", "due_at": SIX, "done_at": None, "delivered": 0}
    assert delivery(told, CLOCK) == ("gm", "on its way", "quiet")
    assert delivery(told | {"tries": 79, "problem": "gone", "done_at": SIX}, CLOCK) == ("gm", "given up: gone", "red")
