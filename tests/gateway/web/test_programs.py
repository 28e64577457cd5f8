"""Protects those who watch: /healthz says whether charges flow and what does not, /livez whether we live, /metrics numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.ledger import STATES
from gateway.web import metrics
from gateway.web.health import WRITER_SILENCE, Pulse
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house


def scraped(asker: Asker) -> dict[str, float]:
    """A scrape as Prometheus would read it: each sample with its labels."""
    found = {}
    for family in text_string_to_metric_families(asker.get("/metrics").text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_a_healthy_house_is_200(asker: Asker) -> None:
    answer = asker.get("/healthz")
    assert (answer.status, answer.json()) == (200, {"ok": True, "troubles": []})


def test_a_sick_house_is_503_and_says_what_is_not_well(house: StandingHouse) -> None:
    link = house.status.links["opera"]
    link.up, link.why = False, "connection refused"
    house.status.tariff_warning = "the tariff's prices are not approved"
    answer = Asker(as_house(house)).get("/healthz")
    assert answer.status == 503
    assert answer.json() == {
        "ok": False,
        "troubles": ["PMS opera: connection refused", "the tariff's prices are not approved"],
    }


def test_a_sick_pms_is_no_reason_to_restart_us(house: StandingHouse) -> None:
    house.status.links["opera"].up = False
    assert Asker(as_house(house)).get("/livez").status == 200


class Standstill:
    """A writer whose thread died: work waits and nothing is committed."""

    trouble: str | None = None
    backlog = 5
    commits = 7
    idle = False


def test_a_writer_that_stands_still_with_work_waiting_is_dead(
    house: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Standstill()
    monkeypatch.setattr(type(house), "writer", property(lambda self: writer))
    now = [0.0]
    pulse = Pulse(as_house(house), lambda: now[0])
    now[0] = WRITER_SILENCE - 1
    assert pulse.life() == (200, {"alive": True})
    now[0] = WRITER_SILENCE + 1
    assert pulse.life() == (503, {"alive": False})
    writer.commits += 1
    assert pulse.life()[0] == 200


def test_a_writer_that_waits_for_the_disk_or_for_work_is_alive(
    house: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Standstill()
    monkeypatch.setattr(type(house), "writer", property(lambda self: writer))
    now = [0.0]
    pulse = Pulse(as_house(house), lambda: now[0])
    now[0] = 1e6
    writer.trouble = "disk full"
    assert pulse.life()[0] == 200
    writer.trouble, writer.idle = None, True
    now[0] = 2e6
    assert pulse.life()[0] == 200


def test_metrics_tell_sources_links_postings_and_the_writer(house: StandingHouse) -> None:
    house.status.read_to_commit.extend([0.001, 0.002, 0.009])
    house.rig.advance(0)
    numbers = scraped(Asker(as_house(house)))
    assert numbers["foliogate_records_total{source=main}"] == 12
    assert numbers["foliogate_source_up{source=main}"] == 1
    assert numbers["foliogate_link_up{link=opera}"] == numbers["foliogate_link_ready{link=opera}"] == 1
    by_state = {state: numbers[f"foliogate_postings{{state={state}}}"] for state in STATES}
    assert by_state == {
        "held": 2,
        "due": 1,
        "sent": 0,
        "posted": 3,
        "refused": 1,
        "in_doubt": 1,
        "unconfirmable": 0,
        "written_off": 0,
    }
    assert numbers["foliogate_postings_waiting"] == 1
    assert numbers["foliogate_commits_total"] == house.writer.commits
    assert numbers["foliogate_store_trouble"] == 0
    assert numbers["foliogate_store_readable"] == 1
    assert numbers["foliogate_read_to_commit_seconds{quantile=0.5}"] == 0.002
    assert numbers["foliogate_troubles"] == 0


def test_the_oldest_that_waits_grows_older(house: StandingHouse) -> None:
    house.pms.state = type(house.pms.state)(up=True, ready=False, why="audit", since=house.now())
    asker = Asker(as_house(house))
    house.rig.now += timedelta(seconds=90)
    assert scraped(asker)["foliogate_oldest_waiting_seconds"] == 90


def test_metrics_of_a_house_in_trouble_are_still_there(house: StandingHouse) -> None:
    house.rig.database.transact(lambda c: c.exec_driver_sql("ALTER TABLE postings RENAME TO gone"))
    numbers = scraped(Asker(as_house(house)))
    assert numbers["foliogate_store_readable"] == 0
    assert "foliogate_writer_backlog_records" in numbers
    assert not any(name.startswith("foliogate_postings{") for name in numbers)
    house.rig.database.transact(lambda c: c.exec_driver_sql("ALTER TABLE gone RENAME TO postings"))


def test_scrapes_leave_nothing_behind_and_do_not_add_up(asker: Asker) -> None:
    assert scraped(asker) == scraped(asker)
    assert asker.get("/metrics").headers["content-type"] == metrics.CONTENT_TYPE


def test_a_name_of_a_link_cannot_break_the_format(house: StandingHouse) -> None:
    house.status.links["opera"].name = 'x"} 1\nfoliogate_evil 1\\'
    numbers = scraped(Asker(as_house(house)))
    assert "foliogate_evil" not in numbers
