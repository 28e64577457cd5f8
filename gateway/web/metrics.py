"""`/metrics` in Prometheus' text format: the numbers that a watch is set on.

Counters begin at zero with the process, as Prometheus expects. A registry is made for each scrape and thrown away, so
that there is no state beside the gateway's own. Numbers of the store that cannot be read are left out, and
`foliogate_store_readable` says so: a scrape must work best when things do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.alarms.kinds import KINDS
from gateway.ledger import STATES
from gateway.store import alarms
from gateway.store import pages as queries
from gateway.web.house import House
from gateway.web.reads import Reads, StoreBusy, StoreUnreadable

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
#: A count of the whole ledger is not repeated before this many times as long has passed as it took: it may cost a
#: twentieth of one thread, however large the ledger grows.
REST: Final = 20.0
#: Shares of the reads-to-commits that are told.
QUANTILES: Final = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a scrape takes from the store."""

    postings: Mapping[str, int]
    oldest: int | None
    alarms: Mapping[tuple[str, bool], int]


class Metrics:
    """Answers scrapes."""

    def __init__(self, house: House, reads: Reads, seconds: Callable[[], float]) -> None:
        self._house, self._reads, self._seconds = house, reads, seconds
        self._totals: Mapping[str, int] = {}
        self._again = 0.0

    async def text(self) -> bytes:
        """One scrape."""
        try:
            counted: Counted | None = await self._counted()
        except (StoreUnreadable, StoreBusy):
            counted = None
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Families(list(_families(self._house, counted))))
        return generate_latest(registry)

    async def _counted(self) -> Counted:
        owner = self._house.database.property
        lively = await self._reads.read(lambda connection: queries.lively_counts(connection, owner))
        oldest = await self._reads.read(lambda connection: queries.oldest(connection, owner))
        open_alarms = await self._reads.read(lambda connection: alarms.counts(connection, owner))
        if self._seconds() >= self._again:
            began = self._seconds()
            self._totals = await self._reads.read(lambda connection: queries.totals(connection, owner))
            self._again = self._seconds() + REST * (self._seconds() - began)
        return Counted(
            postings={**dict.fromkeys(STATES, 0), **self._totals, **lively},
            oldest=min((oldest[one] for one in ("due", "sent") if one in oldest), default=None),
            alarms=open_alarms,
        )


class _Families(Collector):
    """A list of families that Prometheus' own code can write out."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """The families, as the registry asks for them."""
        yield from self._families


def _families(house: House, counted: Counted | None) -> Iterator[Metric]:
    yield from _sources(house)
    yield from _links(house)
    yield from _writer(house)
    yield _gauge("foliogate_store_readable", "1 while the pages can read the store", int(counted is not None))
    if counted is not None:
        yield from _postings(house, counted)
        yield _alarms(counted.alarms)


def _sources(house: House) -> Iterator[Metric]:
    sources = house.status.sources.values()
    for name, words, values in (
        ("records", "records committed since the start", {one.name: one.records for one in sources}),
        ("calls", "records among them that are calls", {one.name: one.calls for one in sources}),
        ("unread", "records among them that could not be read", {one.name: one.unread for one in sources}),
        ("cut", "records from which digits behind an access number were cut", {one.name: one.cut for one in sources}),
    ):
        yield _counter(f"foliogate_{name}", words, "source", values)
    missing = {one.name: one.missing for one in sources}
    yield _labelled(
        "foliogate_missing_records", "numbers that an exchange gave and no record brought", "source", missing
    )
    yield _labelled(
        "foliogate_source_up", "1 while the exchange is there", "source", {s.name: int(s.up) for s in sources}
    )
    last = {one.name: one.last_record.timestamp() for one in sources if one.last_record is not None}
    yield _labelled(
        "foliogate_source_last_record_timestamp_seconds", "when its last record was committed", "source", last
    )


def _links(house: House) -> Iterator[Metric]:
    links = house.status.links.values()
    yield _labelled(
        "foliogate_link_up", "1 while the PMS is there and has greeted us", "link", {o.name: int(o.up) for o in links}
    )
    ready = {one.name: int(one.ready) for one in links}
    yield _labelled("foliogate_link_ready", "1 while the PMS takes postings", "link", ready)
    clerk = house.link.clerk if house.link is not None else None
    yield _gauge("foliogate_postings_queued", "postings in the clerk's queue", clerk.waiting if clerk else 0)
    in_flight = int(clerk is not None and clerk.in_flight is not None)
    yield _gauge("foliogate_postings_in_flight", "postings sent and not answered yet", in_flight)


def _writer(house: House) -> Iterator[Metric]:
    writer, status = house.writer, house.status
    yield _gauge("foliogate_writer_backlog_records", "records that wait for their commit", writer.backlog)
    commits = CounterMetricFamily("foliogate_commits", "transactions committed since the start")
    commits.add_metric([], writer.commits)
    yield commits
    yield _gauge("foliogate_store_trouble", "1 while the store cannot be written", int(bool(writer.trouble)))
    yield _gauge(
        "foliogate_tariff_unapproved", "1 while prices nobody approved are in force", int(bool(status.tariff_warning))
    )
    yield _gauge("foliogate_troubles", "sentences that /healthz tells", len(house.troubles()))
    yield _gauge("foliogate_start_timestamp_seconds", "when the gateway started", status.started.timestamp())
    spans = sorted(status.read_to_commit)
    if spans:
        found = {str(share): spans[min(len(spans) - 1, int(share * len(spans)))] for share in QUANTILES}
        words = "seconds from a record's last byte to its commit, over the newest records"
        yield _labelled("foliogate_read_to_commit_seconds", words, "quantile", found)


def _postings(house: House, counted: Counted) -> Iterator[Metric]:
    yield _labelled("foliogate_postings", "postings in the ledger by state", "state", counted.postings)
    waiting = counted.postings["due"] + counted.postings["sent"]
    yield _gauge("foliogate_postings_waiting", "postings that are due or on their way", waiting)
    age = 0.0 if counted.oldest is None else max(0.0, (house.micros() - counted.oldest) / 1_000_000)
    yield _gauge("foliogate_oldest_waiting_seconds", "how long the oldest of them has waited", age)


def _alarms(counts: Mapping[tuple[str, bool], int]) -> Metric:
    family = GaugeMetricFamily("foliogate_alarms", "open alarms by kind", labels=["kind", "acknowledged"])
    for kind in KINDS:
        for taken in (False, True):
            family.add_metric([kind, "yes" if taken else "no"], counts.get((kind, taken), 0))
    return family


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _labelled(name: str, words: str, label: str, values: Mapping[str, Any]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for one, value in values.items():
        family.add_metric([one], float(value))
    return family


def _counter(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, words, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family
