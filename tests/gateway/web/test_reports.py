"""The pages of reports: every kind can be looked at and taken away; what is asked wrongly is answered in a sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from pypdf import PdfReader
from twisted.internet.defer import Deferred, ensureDeferred, succeed

from gateway.reports.catalog import KINDS
from gateway.web.report_pages import MOST_WAITING, Workshop
from rating.starter import starter_files
from tests.gateway.web.asking import Asker
from tests.gateway.web.commands import Hanging, here
from tests.gateway.web.house import HOSTILE_NAME, StandingHouse, as_house

DAYS = "from=2026-11-19&to=2026-11-20"


@pytest.fixture
def workshop(house: StandingHouse) -> Iterator[Workshop]:
    """What makes files, here and now."""
    folder = house.config.tariff.folder
    folder.mkdir(exist_ok=True)
    for name, data in starter_files("PL", "PLN").items():
        (folder / name).write_bytes(data)
    made = Workshop(here)
    yield made
    made.close()


class AtOnce:
    """Sends a file in one piece: Twisted's own sender waits for a transport that asks for more."""

    def beginFileTransfer(self, file: IO[bytes], request: Any) -> Deferred[None]:  # noqa: N802 (as Twisted has it)
        """All of it."""
        request.write(file.read())
        return succeed(None)


@pytest.fixture(autouse=True)
def _no_transport_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.routing.FileSender", AtOnce)


@pytest.fixture
def asking(house: StandingHouse, workshop: Workshop) -> Asker:
    """Somebody who looks at the pages of an evening."""
    return Asker(as_house(house), workshop=workshop)


def test_the_list_names_every_report_and_the_days_it_offers(asking: Asker) -> None:
    page = asking.get("/reports")
    assert page.status == 200
    for name, kind in KINDS.items():
        assert kind.answers in page.text
        assert f"/reports/{name}?from=2026-11-19&amp;to=2026-11-19" in page.text
    assert "from=2026-11-09&amp;to=2026-11-15" in page.text, "last week"
    assert "from=2026-10-01&amp;to=2026-10-31" in page.text, "last month"
    assert 'id="nav-reports" href="/reports" aria-current="page"' in page.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_a_page_with_its_finding_and_its_files(asking: Asker, kind: str) -> None:
    page = asking.get(f"/reports/{kind}?{DAYS}")
    assert page.status == 200, page.text
    assert 'class="finding"' in page.text
    for form in ("pdf", "xlsx", "json", "html"):
        assert f"/reports/{kind}/file.{form}?from=2026-11-19&amp;to=2026-11-20" in page.text
    assert "<script>alert" not in page.text


def test_a_hostile_name_is_text_on_the_page(asking: Asker) -> None:
    page = asking.get(f"/reports/rooms?{DAYS}").text
    assert HOSTILE_NAME not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202eevil\\x07" in page


def test_numbers_are_hidden_from_whoever_asks_so(asking: Asker) -> None:
    assert "+48601234567" in asking.get(f"/reports/calls?{DAYS}").text
    masked = asking.get(f"/reports/calls?{DAYS}&masked=1").text
    assert "+48601234567" not in masked
    assert "masked=1" in masked, "its files are masked too"


def test_the_form_leads_to_the_days_it_means_today(asking: Asker) -> None:
    there = asking.get("/reports/show?kind=rooms&period=week&from=x&to=y&masked=1")
    assert (there.status, there.headers["location"]) == (303, "/reports/rooms?from=2026-11-09&to=2026-11-15&masked=1")
    own = asking.get(f"/reports/show?kind=rooms&period=own&{DAYS}")
    assert own.headers["location"] == f"/reports/rooms?{DAYS}"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/reports/nothing?from=2026-11-19&to=2026-11-20", 404, "There is no report nothing."),
        ("/reports/calls", 422, "Write both days"),
        ("/reports/calls?from=2026-11-20&to=2026-11-19", 422, "The last day is before the first."),
        ("/reports/calls?from=2020-01-01&to=2026-11-19", 422, "foliogate report takes any period"),
        ("/reports/show?kind=nothing&period=week", 422, "Choose one of the reports."),
        ("/reports/show?kind=calls&period=own&from=x", 422, "Write both days"),
        ("/reports/calls/file.exe?from=2026-11-19&to=2026-11-20", 404, "There is no such report."),
        ("/reports/calls/file.csv?from=2026-11-19&to=2026-11-20&table=nope", 503, "has no table"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_a_sentence(asking: Asker, address: str, status: int, words: str) -> None:
    answer = asking.get(address)
    assert (answer.status, words in answer.text) == (status, True), answer.text[:2000]


def test_a_report_can_be_taken_away_in_every_form(asking: Asker) -> None:
    got = {form: asking.get(f"/reports/calls/file.{form}?{DAYS}") for form in ("csv", "xlsx", "pdf", "json", "html")}
    assert {one.status for one in got.values()} == {200}
    for form, one in got.items():
        assert one.headers["content-disposition"] == f'attachment; filename="calls-2026-11-19-2026-11-20.{form}"'
        assert int(one.headers["content-length"]) == len(one.body)
    rows = list(csv.DictReader(io.StringIO(got["csv"].text)))
    assert len(rows) == len(json.loads(got["json"].body)["sections"][-1]["rows"]) > 5
    assert got["xlsx"].body.startswith(b"PK")
    assert "Seaside Hotel" in PdfReader(io.BytesIO(got["pdf"].body)).pages[0].extract_text()


def test_nothing_is_left_of_a_file_that_was_sent(asking: Asker, workshop: Workshop) -> None:
    asking.get(f"/reports/calls/file.csv?{DAYS}")
    asking.get(f"/reports/calls/file.csv?{DAYS}&table=nope")
    root = workshop._root
    assert root is not None
    assert list(root.iterdir()) == []
    workshop.close()
    assert not root.exists()


def test_files_are_made_one_at_a_time_and_the_line_has_an_end(tmp_path: Path) -> None:
    begun: list[Hanging] = []

    def run(_arguments: object, _line: object) -> Hanging:
        begun.append(Hanging())
        return begun[-1]

    workshop = Workshop(run)
    waiting = [ensureDeferred(workshop.make(["report"], "x.csv")) for _ in range(MOST_WAITING + 2)]
    assert len(begun) == 1
    said: list[object] = []
    waiting[-1].addCallback(said.append)
    assert said == ["Too many reports are being made; ask again in a minute."]
    waiting[0].cancel()  # its reader went away
    assert begun[0].stopped
    assert len(begun) == 2, "the next one's turn"
    workshop.close()
    assert begun[1].stopped
    for one in waiting[:-1]:
        one.addErrback(lambda _: None)
        one.cancel()
