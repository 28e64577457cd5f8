"""The month pack: departments, tenants and long stays itemised, call by call; guest rooms as totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from gateway.instants import SECOND
from gateway.languages.places import placed
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.calls import PRICE
from gateway.reports.sums import Purse, money_rows, tallied, together
from gateway.reports.values import Column, Money, Report, Row, Table, table
from gateway.store.itemising import itemised, long_stays
from gateway.store.reporting import call_sums
from gateway.web.words import minutes

#: Calls that one pack itemises; a house that has more asks for less than a month.
MOST_CALLS: Final = 20_000
#: From how many nights on a stay is a long one, in microseconds.
LONG_NIGHTS: Final = 28
_LONG: Final = (LONG_NIGHTS * 24 - 12) * 3600 * SECOND
#: The ways of a call as the pack tells them, in the order of its sums.
WAYS: Final = (ours("out"), ours("on their behalf"), ours("incoming"), ours("forwarded"), ours("internal"))
#: How the list of an account is headed, by whose it is.
_HEADS: Final = {"tenant": ours("Tenant"), "department": ours("Department"), "long stay": ours("Long stay")}
CALLS: Final = (
    Column("call", "call", "text", detail=True),
    Column("began", "began", "instant"),
    Column("way", "way"),
    Column("extension", "extension"),
    Column("number", "number"),
    Column("place", "place"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "price", "money"),
)
_SUMS: Final = (
    Column("whose", "whose"),
    Column("kind", "kind"),
    *(Column(f"way_{place}", name, "count") for place, name in enumerate(WAYS)),
    Column("calls", "calls", "count"),
    Column("talk_seconds", "talk", "seconds"),
    Column("price", "price", "money"),
)
_WAYS: Final = (
    "Incoming is what was called and answered here; forwarded what came in and was put through to another extension; on their "
    "behalf what another extension dialled for them and handed over."
)


@dataclass(slots=True)
class Account:
    """One department, tenant or long stay, and its calls."""

    name: str
    kind: str
    calls: list[dict[str, Any]] = field(default_factory=list)

    def number(self, way: str) -> int:
        """How many calls went this way."""
        return sum(way_of(one) == way for one in self.calls)

    @property
    def talk(self) -> int:
        """Seconds of talk."""
        return sum(one["talk_seconds"] or 0 for one in self.calls)

    @property
    def price(self) -> Purse:
        """What the calls come to."""
        purse = Purse()
        for one in self.calls:
            if one["amount"] is not None and one["status"] in ("charge", "allocated"):
                purse.put(one["amount"], one["currency"], one["decimals"])
        return purse


def way_of(call: dict[str, Any]) -> str:
    """How a call went, as whoever gets the list sees it."""
    holders = [one for one in str(call["holders"]).split(" ") if one]
    passed = len(set(holders)) > 1
    match call["direction"]:
        case "in":
            return ours("forwarded") if passed else ours("incoming")
        case "out":
            return ours("on their behalf") if passed and holders[0] != call["extension"] else ours("out")
        case _:
            return ours("internal")


def month(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen, owner = asked.chosen(connection), asked.database.property
    guests = long_stays(connection, owner, asked.span, _LONG)
    extensions = sorted({one for some in asked.tenants.values() for one in some})
    calls = itemised(connection, chosen, extensions, [one["reservation"] for one in guests], MOST_CALLS)
    accounts = [one for one in _accounts(asked, calls, guests) if one.calls]
    rooms = _rooms(asked, call_sums(connection, chosen, ("room",)))
    talk = sum(one.talk for one in accounts)
    whole = sum(len(one.calls) for one in accounts)
    cut = later("Only the first {shown} calls are itemised.", shown=MOST_CALLS) if len(calls) == MOST_CALLS else ""
    told = later(
        "{accounts} itemised with {calls} and {minutes} of talk; {rooms} as totals.",
        accounts=later_plural("{number} account", "{number} accounts", len(accounts)),
        calls=later_plural("{number} call", "{number} calls", whole),
        minutes=minutes(talk),
        rooms=later_plural("{number} guest room", "{number} guest rooms", len(list(rooms.rows))),
    )
    return report(
        asked,
        connection,
        chosen,
        kind="month",
        title="Month",
        finding=joined(" ", (told, cut)),
        sections=(_summary(asked, accounts), rooms, *_lists(asked, accounts)),
        assumptions=(
            TALK,
            PRICE,
            _WAYS,
            later(
                "A long stay has {long_nights} nights and more. A tenant is called by the tariff that its extensions carry.",
                long_nights=LONG_NIGHTS,
            ),
            "A call of a tenant’s extension is on the tenant’s list, and not on a department’s.",
        ),
    )


def _accounts(asked: Asked, calls: Sequence[dict[str, Any]], guests: Sequence[dict[str, Any]]) -> list[Account]:
    """Each call on one list: the tenant's, else the department's, else the long stay's."""
    tenants = {extension: name for name, some in asked.tenants.items() for extension in some}
    stays = {
        one["reservation"]: later("{guest}, room {room}", guest=one["name"] or one["reservation"], room=one["room"])
        for one in guests
    }
    found: dict[tuple[str, str], Account] = {}
    for one in calls:
        if one["extension"] in tenants:
            key = (ours("tenant"), tenants[one["extension"]])
        elif one["department"]:
            key = (ours("department"), one["department"])
        else:
            key = (ours("long stay"), stays.get(one["reservation"], one["reservation"] or ""))
        found.setdefault(key, Account(name=key[1], kind=key[0])).calls.append(one)
    return [found[key] for key in sorted(found)]


def _summary(asked: Asked, accounts: Sequence[Account]) -> Table:
    rows: list[Row] = []
    for one in accounts:
        ways = (one.number(way) for way in WAYS)
        rows += money_rows((one.name, one.kind, *ways, len(one.calls), one.talk), [one.price], asked.money(0))
    whole = Account(name=ours("together"), kind="", calls=[call for one in accounts for call in one.calls])
    ways = (whole.number(way) for way in WAYS)
    totals = money_rows((whole.name, None, *ways, len(whole.calls), whole.talk), [whole.price], asked.money(0))
    nothing = "No department, tenant or long stay called."
    return table("accounts", "Departments, tenants, long stays", _SUMS, rows, totals=tuple(totals), nothing=nothing)


def _lists(asked: Asked, accounts: Sequence[Account]) -> Iterator[Table]:
    for place, one in enumerate(accounts, 1):
        yield call_list(
            asked, f"list_{place}", later("{kind}: {name}", kind=_HEADS.get(one.kind, one.kind), name=one.name), one
        )


def call_list(asked: Asked, name: str, title: str, one: Account) -> Table:
    """The calls of one account, each with its way and duration, and their sums."""
    rows: list[Row] = [
        (
            str(call["id"]),
            call["started_at"],
            way_of(call),
            call["extension"],
            asked.number(call),
            placed(call["place"]),
            call["talk_seconds"],
            Money(call["amount"], call["currency"], call["decimals"]) if call["amount"] is not None else None,
        )
        for call in one.calls
    ]
    counts = joined(", ", (later("{number} {way}", number=one.number(way), way=way) for way in WAYS if one.number(way)))
    head = (None, None, later_plural("{number} call", "{number} calls", len(one.calls)), None, None, None, one.talk)
    return table(
        name,
        title,
        CALLS,
        rows,
        totals=tuple(money_rows(head, [one.price], asked.money(0))),
        note=later("{list}.", list=counts),
    )


def _rooms(asked: Asked, sums: Sequence[dict[str, Any]]) -> Table:
    """Guest rooms: how often, how long, how much, and no single call."""
    found = {key[0]: one for key, one in tallied(sums, "room").items() if key[0]}
    columns = (
        Column("room", "room"),
        Column("out", "out", "count"),
        Column("in", "in", "count"),
        Column("talk_seconds", "talk", "seconds"),
        Column("price", "price", "money"),
    )
    rows: list[Row] = []
    for room in sorted(found, key=lambda one: (len(one), one)):
        one = found[room]
        rows += money_rows((room, one.outward, one.inward, one.talk), [one.priced], asked.money(0))
    whole = together(found.values())
    totals = money_rows((ours("together"), whole.outward, whole.inward, whole.talk), [whole.priced], asked.money(0))
    return table(
        "rooms", "Guest rooms, as totals", columns, rows, totals=tuple(totals), nothing="No guest room called."
    )
