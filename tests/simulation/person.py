"""The person at the desk, who looks at the PMS's folios the morning after and settles what the gateway left to a person."""

from __future__ import annotations

from collections import Counter

from gateway.instants import to_micros
from gateway.store import commands
from gateway.store.database import Database
from tests.simulation import checks, hotel
from tests.simulation.day import HOUR, Day


def settle(day: Day) -> None:
    """Give a command for each doubt, by what truly is on the folio, and each possible repeat, by what was truly told."""
    laid = checks.books(day)
    deeds: list[tuple[int, str, str]] = []
    for posting in laid.postings.values():
        if posting.state == "in_doubt":
            found = "on-folio" if posting.booked else "not-on-folio"
            deeds.append((posting.id, found, "looked at the folio"))
    deeds += [(number, deed, "asked the exchange") for number, deed in _repeats(day, laid)]
    _give(day, deeds)
    day.world.say(f"a person settles {[(number, deed) for number, deed, _ in deeds]}")
    day.world.counts["settled by a person"] += len(deeds)
    day.world.run(HOUR)


def _repeats(day: Day, laid: checks.Books) -> list[tuple[int, str]]:
    """What to do with each charge held as a possible repeat: released while calls of that key are without one."""
    true: Counter[checks.Key] = Counter()
    for name, exchange in day.exchanges.items():
        for call in exchange.calls:
            true[(name, checks.key_of(day, name, call))] += call.charged
    have: Counter[checks.Key] = Counter()
    held: list[tuple[int, checks.Key]] = []
    for call_id, parts in laid.by_call.items():
        key = laid.keys[call_id]
        doubtful = [part for part in parts if part.hold == "possible_repeat"]
        have[key] += len(doubtful) < len(parts)
        held += [(part.id, key) for part in doubtful]
    deeds = []
    for number, key in held:
        release = have[key] < true[key]
        have[key] += release
        deeds.append((number, "release" if release else "write-off"))
    return deeds


def _give(day: Day, deeds: list[tuple[int, str, str]]) -> None:
    database = Database(day.config.store.url, hotel.OWNER)
    now = to_micros(day.world.now())
    try:
        for number, deed, why in deeds:
            database.transact(
                lambda connection, number=number, deed=deed, why=why: commands.give(  # type: ignore[misc]
                    connection, hotel.OWNER, now=now, who="Night auditor", deed=deed, posting_id=number, why=why
                )
            )
    finally:
        database.close()
