"""The balance of a run: three ledgers that nobody reconciled while they were written, held against each other. Pure.

The exchange's list says which calls it told, by its own call number. The store says what became of each: a posting in
some state, or a reason why there is none. The PMS's list says what it booked, by the number that each attempt carried.
From call to posting and from posting to folio line each thing must be found exactly once. What is not found at all is
lost, what is found twice is doubled; what is in doubt, held, refused or waiting is neither, but it is named.

While a run goes, something is always under way: what was first seen after `until` is not judged yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.demo.books import Books, FolioEntry, Row, StoredCall
from gateway.store.reading import money
from gateway.web.words import count

FOR_EVER: Final = float("inf")
#: Seconds until what is missing counts as lost while the run goes: far longer than a call needs to stand in the store.
UNDER_WAY: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How the ledgers stand. Each difference is a sentence that names what it is about."""

    calls: int
    records: int
    states: Mapping[str, int]
    not_charged: int
    posted_amount: int
    booked: int
    booked_amount: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong: tuple[str, ...]
    doubts: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def good(self) -> bool:
        """True if nothing is lost, doubled or booked with another amount."""
        return not (self.lost or self.doubled or self.wrong)

    def state(self, *states: str) -> int:
        """How many postings stand in these states."""
        return sum(self.states.get(one, 0) for one in states)

    @property
    def sentence(self) -> str:
        """The balance in one line."""
        wrong = f", {len(self.wrong)} with another amount" if self.wrong else ""
        return f"{count(self.records, 'record')}, {len(self.lost)} lost, {len(self.doubled)} doubled{wrong}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """What the exchange counted by its end: records written out, forgotten by a full buffer, and still in the buffer."""

    written: int
    dropped: int = 0
    waiting: int = 0


def balance(books: Books, until: float = FOR_EVER, said: LastWords | None = None) -> Balance:
    """Hold the ledgers against each other; at the end with what the exchange `said` last."""
    booked = _by_token(books.folio)
    postings = [(call, one) for call in books.calls.values() for one in call.postings]
    judged = [_judged(call, one, booked) for call, one in postings]
    return Balance(
        calls=len(books.told),
        records=books.records,
        states=Counter(str(one["state"]) for _, one in postings),
        not_charged=sum(not call.postings and call.row["status"] != "open" for call in books.calls.values()),
        posted_amount=sum(one["amount"] or 0 for _, one in postings if one["state"] == "posted"),
        booked=sum(map(len, booked.values())),
        booked_amount=sum(line.amount for lines in booked.values() for line in lines),
        lost=(*_never_came(books, until), *_uncounted(books, said), *(one.lost for one in judged if one.lost)),
        doubled=(
            *_kept_twice(books),
            *(one.doubled for one in judged if one.doubled),
            *_of_nobody(books, booked, until),
        ),
        wrong=tuple(one.wrong for one in judged if one.wrong),
        doubts=tuple(one.doubt for one in judged if one.doubt),
        open=(*_in_the_exchange(said), *_open(books)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    lost: str = ""
    doubled: str = ""
    wrong: str = ""
    doubt: str = ""


def _by_token(folio: Sequence[FolioEntry]) -> dict[int, list[FolioEntry]]:
    booked: dict[int, list[FolioEntry]] = {}
    for line in folio:
        if line.booked:
            booked.setdefault(line.token, []).append(line)
    return booked


def _judged(call: StoredCall, posting: Row, booked: Mapping[int, list[FolioEntry]]) -> _Verdict:
    """One posting against what the PMS booked of its attempts."""
    lines = [line for token in call.tokens[int(posting["id"])] for line in booked.get(token, [])]
    name, state = f"call {call.row['call_key']}, {_charge(posting)}", posting["state"]
    if len(lines) > 1:
        return _Verdict(doubled=f"{name}: the PMS holds it {len(lines)} times")
    if state == "posted" and not lines:
        return _Verdict(lost=f"{name}: posted, but the PMS does not hold it")
    if lines and lines[0].amount != posting["amount"]:
        return _Verdict(wrong=f"{name}: the PMS holds {money(lines[0].amount, posting['decimals'])}")
    if state == "in_doubt":
        found = "the PMS's own list has it" if lines else "the PMS's own list does not have it"
        return _Verdict(doubt=f"{name}: in doubt; {found}")
    if lines and state != "posted":
        return _Verdict(doubt=f"{name}: {str(state).replace('_', ' ')}, and yet the PMS's own list has it")
    return _Verdict()


def _charge(posting: Row) -> str:
    amount = money(posting["amount"], posting["decimals"]) or "no amount"
    return f"room {posting['room'] or '–'}, {amount} {posting['currency']}"


def _never_came(books: Books, until: float) -> Iterator[str]:
    kept = {call.row["call_key"] for call in books.calls.values()}
    for told in books.told.values():
        if told.key not in kept and told.seen <= until:
            yield f"call {told.key} from extension {told.extension}: told by the exchange, not in the store"


def _uncounted(books: Books, said: LastWords | None) -> Iterator[str]:
    """Records by number alone: a call told in two records is in the store even if one of them is not."""
    if said is None:
        return
    for place in range(1, said.dropped + 1):
        yield f"record {place} of {said.dropped} that the exchange's full buffer forgot"
    missing = said.written - books.records - sum(1 for _ in _never_came(books, FOR_EVER))
    for place in range(1, missing + 1):
        yield f"record {place} of {missing} that the exchange wrote beyond those in the store"


def _kept_twice(books: Books) -> Iterator[str]:
    charged = Counter(call.row["call_key"] for call in books.calls.values() if call.postings)
    for key, number in charged.items():
        if number > 1:
            yield f"call {key}: charged as {number} calls"


def _of_nobody(books: Books, booked: Mapping[int, list[FolioEntry]], until: float) -> Iterator[str]:
    ours = {token for call in books.calls.values() for tokens in call.tokens.values() for token in tokens}
    for token, lines in booked.items():
        if token not in ours and lines[0].seen <= until:
            yield f"room {lines[0].room}: the PMS holds a charge with number {token} that no attempt carried"


def _in_the_exchange(said: LastWords | None) -> Iterator[str]:
    if said is not None and said.waiting:
        yield f"{said.waiting} records: still in the exchange's own buffer, because nobody read them"


def _open(books: Books) -> Iterator[str]:
    """Postings that wait for something or somebody, each with its reason."""
    names = {"held": "held", "refused": "refused", "due": "waiting", "sent": "on its way"}
    for call in books.calls.values():
        for one in call.postings:
            if one["state"] in names:
                reason = f": {one['reason']}" if one["reason"] else ""
                yield f"call {call.row['call_key']}, {_charge(one)}: {names[one['state']]}{reason}"
