"""The rules that a stored ledger keeps, each as a question that must find nothing. `verify.py` asks them.

A question names the rows that break its rule, by their numbers; `:p` is the property. All of it is plain SQL that SQLite
and PostgreSQL understand alike. What the tables themselves enforce is asked too: a damaged file enforces nothing.

Not here, because there is nothing to ask: numbers given out are ahead of the rows by construction (they are begun
behind the highest row at each start, and no table keeps them).
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from gateway.ledger import ARROWS, STATES, Event, Hold, State
from gateway.repeats import HISTORY
from gateway.store.schema_inbound import PIECE

#: The record of a call that a run of records proved to be a repeat keeps its call, which is no longer charged.
_REPEATED: Final = (
    "EXISTS (SELECT 1 FROM records r WHERE r.property = c.property AND r.mark = 'repeat' AND r.id IN "
    "(SELECT q.id FROM records q WHERE q.property = c.property AND q.call_id = c.id))"
)
#: Calls with the sums of their postings, added up once for all: SQLite would read the whole table for each call. `whole` is
#: all of them; `kept` is what stands on folios or is on its way there, for a part that was written off is asked for again by
#: a later leg.
_SUMMED: Final = (
    "calls c LEFT JOIN (SELECT p.call_id, sum(p.amount) AS whole, "
    "sum(CASE WHEN p.state <> 'written_off' THEN p.amount END) AS kept FROM postings p WHERE p.property = :p "
    "GROUP BY p.call_id) s ON s.call_id = c.id"
)
#: What of a call's price is the house's own: departments held the call as well, and pay nothing by a posting.
_OF_THE_HOUSE: Final = (
    " LEFT JOIN (SELECT h.call_id, sum(h.amount) AS house FROM call_shares h WHERE h.property = :p "
    "AND h.kind = 'department' GROUP BY h.call_id) o ON o.call_id = c.id"
)
_HOUSE: Final = "coalesce(o.house, 0)"
_WHOLE: Final = "coalesce(s.whole, 0)"
_KEPT: Final = "coalesce(s.kept, 0)"
#: A call whose price was put right by an approved list, or whose charge a person changed: its own price stands, and its
#: postings add up to the new one.
_CORRECTED: Final = (
    "(EXISTS (SELECT 1 FROM acts d WHERE d.property = c.property AND d.call_id = c.id AND d.state = 'done') OR "
    "EXISTS (SELECT 1 FROM list_items i JOIN lists l ON l.property = i.property AND l.id = i.list_id "
    "WHERE i.property = c.property AND i.call_id = c.id AND l.kind = 'correction' AND i.posting_id IS NOT NULL))"
)
#: Outcomes of an attempt: what the adapter reported, what was found at a start, or what the PMS told later.
_OUTCOMES: Final[tuple[Event, ...]] = (
    *("accepted", "refused", "retry_asked", "not_sent", "no_answer", "unacknowledged", "found_at_start"),
    *("late_yes", "late_no", "late_retry", "in_total"),
)
#: Outcomes that tell nothing: what is posted after one of them was settled by somebody.
_UNTOLD: Final = "('no_answer', 'unacknowledged', 'found_at_start')"


class Rule(NamedTuple):
    """What is wrong if a row is found: of what kind the rows are, what is the matter with them, and the question."""

    kind: str
    words: str
    question: str


def reachable(state: State) -> frozenset[State]:
    """Where a posting can have come from `state` without being sent once more."""
    seen, ahead = {state}, [state]
    while ahead:
        here = ahead.pop()
        new = {to for (at, event), to in ARROWS.items() if at == here and event != "offered"} - seen
        seen |= new
        ahead += new
    return frozenset(seen)


def states_after(event: Event) -> frozenset[State]:
    """The states in which a posting may stand whose last attempt ended with `event`."""
    return frozenset(
        where
        for (at, one), to in ARROWS.items()
        if one == event and at in ("sent", "in_doubt", "unconfirmable")
        for where in reachable(to)
    )


def _listed(words: frozenset[str] | tuple[str, ...]) -> str:
    return f"({', '.join(repr(one) for one in sorted(words))})"


def _lawful() -> str:
    """The condition under which a posting's state is one that the ledger's arrows lead to from its last attempt."""
    told = [f"(a.event = '{event}' AND p.state IN {_listed(states_after(event))})" for event in _OUTCOMES]
    return " OR ".join(["(a.event = '' AND p.state = 'sent')", *told])


_UNSENT: Final = _listed(reachable("held") | reachable("due"))
_HOLDS: Final = _listed(("", *get_args(Hold)))

RULES: Final[tuple[Rule, ...]] = (
    # -- records and where they came from
    Rule(
        "record",
        "without the connection or file it came from",
        "SELECT r.id FROM records r WHERE r.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM segments g WHERE g.property = r.property AND g.id = r.segment)",
    ),
    Rule(
        "record",
        "in a place where there is another one",
        "SELECT max(r.id) FROM records r WHERE r.property = :p GROUP BY r.segment, r.position HAVING count(*) > 1",
    ),
    Rule(
        "record",
        "of a file that says it was not read so far: it would be read again",
        "SELECT r.id FROM records r JOIN segments g ON g.property = r.property AND g.id = r.segment "
        "WHERE r.property = :p AND g.kind = 'file' AND r.position >= g.position",
    ),
    Rule(
        "record",
        "of a kind or with a mark that does not exist",
        "SELECT r.id FROM records r WHERE r.property = :p AND (r.kind NOT IN ('call', 'event', 'furniture', 'unparsed') "
        "OR r.mark NOT IN ('', 'repeat', 'possible repeat', 'gap', 'read again', 'anew'))",
    ),
    Rule(
        "record",
        "of a call that belongs to no call and is no repeat",
        "SELECT r.id FROM records r WHERE r.property = :p AND r.kind = 'call' AND r.mark <> 'repeat' "
        "AND r.call_id IS NULL",
    ),
    # Retention and erasure keep the fingerprint of the newest records whose bytes they blank; older ones have none to show.
    Rule(
        "record",
        "whose bytes are gone and that nobody erased",
        "SELECT r.id FROM records r WHERE r.property = :p AND length(r.raw) = 0 AND r.kind <> 'furniture' AND r.id > "
        f"(SELECT max(n.id) - {2 * HISTORY} FROM records n WHERE n.property = :p) AND NOT EXISTS "
        "(SELECT 1 FROM kept_digests d WHERE d.property = r.property AND d.id = r.id)",
    ),
    Rule(
        "kept fingerprint",
        "of a record that does not exist or has its bytes",
        "SELECT d.id FROM kept_digests d WHERE d.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM records r WHERE r.property = d.property AND r.id = d.id AND length(r.raw) = 0)",
    ),
    Rule(
        "record",
        "of a call that does not exist",
        "SELECT r.id FROM records r WHERE r.property = :p AND r.call_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM calls c WHERE c.property = r.property AND c.id = r.call_id)",
    ),
    # -- calls
    Rule(
        "call",
        "without a record",
        "SELECT c.id FROM calls c WHERE c.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM records r WHERE r.property = c.property AND r.call_id = c.id)",
    ),
    Rule(
        "call",
        "joined from another number of records than it says, or not named by its first",
        "SELECT c.id FROM calls c JOIN records r ON r.property = c.property AND r.call_id = c.id "
        "WHERE c.property = :p GROUP BY c.id, c.legs HAVING count(*) <> c.legs OR min(r.id) <> c.id",
    ),
    Rule(
        "call",
        "with a status that does not exist, or open without an end to the wait",
        "SELECT c.id FROM calls c WHERE c.property = :p AND "
        "(c.status NOT IN ('open', 'charge', 'allocated', 'not_chargeable') "
        "OR (c.status = 'open') <> (c.settle_by IS NOT NULL))",
    ),
    Rule(
        "call",
        "to be charged without a posting",
        "SELECT c.id FROM calls c WHERE c.property = :p AND c.status = 'charge' AND NOT EXISTS "
        "(SELECT 1 FROM postings p WHERE p.property = c.property AND p.call_id = c.id)",
    ),
    Rule(
        "call",
        "whose postings do not add up to its price",
        f"SELECT c.id FROM {_SUMMED}{_OF_THE_HOUSE} WHERE c.property = :p AND c.status = 'charge' "
        f"AND c.amount IS NOT NULL AND c.amount <> {_WHOLE} + {_HOUSE} AND c.amount <> {_KEPT} + {_HOUSE} "
        f"AND NOT {_CORRECTED}",
    ),
    Rule(
        "call",
        "whose shares do not add up to its price",
        "SELECT c.id FROM calls c JOIN (SELECT h.call_id, sum(h.amount) AS shared FROM call_shares h "
        "WHERE h.property = :p GROUP BY h.call_id) o ON o.call_id = c.id "
        "WHERE c.property = :p AND c.amount IS NOT NULL AND (o.shared IS NULL OR o.shared <> c.amount)",
    ),
    Rule(
        "call",
        "with the share of a posting that does not exist",
        "SELECT h.call_id FROM share_parts h WHERE h.property = :p AND NOT EXISTS (SELECT 1 FROM postings p "
        "WHERE p.property = h.property AND p.call_id = h.call_id AND p.part = h.part)",
    ),
    Rule(
        "call",
        "not to be charged with postings that charge it",
        f"SELECT c.id FROM {_SUMMED} WHERE c.property = :p AND c.status IN ('allocated', 'not_chargeable') "
        f"AND {_KEPT} <> 0 AND NOT {_REPEATED} AND NOT {_CORRECTED}",
    ),
    Rule(
        "call",
        "whose net and tax do not add up to its price",
        "SELECT c.id FROM calls c WHERE c.property = :p AND c.amount IS NOT NULL "
        "AND (c.net IS NULL OR c.tax IS NULL OR c.amount <> c.net + c.tax)",
    ),
    Rule(
        "call",
        "with a price and without the sum that made it, its currency or its tariff",
        "SELECT c.id FROM calls c WHERE c.property = :p AND c.amount IS NOT NULL "
        "AND (c.trace IS NULL OR c.currency IS NULL OR c.decimals IS NULL OR c.tariff_version IS NULL)",
    ),
    # -- postings
    Rule(
        "posting",
        "without a call",
        "SELECT p.id FROM postings p WHERE p.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM calls c WHERE c.property = p.property AND c.id = p.call_id)",
    ),
    Rule(
        "call",
        "whose postings are not its parts 0, 1, 2 …, each once",
        "SELECT p.call_id FROM postings p WHERE p.property = :p GROUP BY p.call_id "
        "HAVING min(p.part) <> 0 OR max(p.part) <> count(*) - 1 OR count(DISTINCT p.part) <> count(*)",
    ),
    Rule(
        "posting",
        "in another currency than its call",
        "SELECT p.id FROM postings p JOIN calls c ON c.property = p.property AND c.id = p.call_id "
        "WHERE p.property = :p AND c.currency IS NOT NULL AND (p.currency <> c.currency OR p.decimals <> c.decimals)",
    ),
    Rule(
        "posting",
        "in a state that does not exist, held without a reason, or with one and not held",
        f"SELECT p.id FROM postings p WHERE p.property = :p AND (p.state NOT IN {_listed(STATES)} "
        f"OR p.hold NOT IN {_HOLDS} OR (p.state = 'held') <> (p.hold <> ''))",
    ),
    Rule(
        "posting",
        "that is charged and has no amount above zero, or is a reversal and has none below",
        "SELECT p.id FROM postings p WHERE p.property = :p AND p.state NOT IN ('held', 'written_off') "
        "AND (p.amount IS NULL OR p.amount < 0 AND p.kind <> 'reversal' OR p.amount = 0 AND p.kind <> 'charge')",
    ),
    # -- attempts, and what they say of the states
    Rule(
        "posting",
        "whose attempts are not all written down",
        "SELECT p.id FROM postings p WHERE p.property = :p AND p.attempts <> "
        "(SELECT count(*) FROM attempts a WHERE a.property = p.property AND a.id IN "
        "(SELECT b.id FROM attempts b WHERE b.property = p.property AND b.posting_id = p.id) "
        "AND a.attempt BETWEEN 1 AND p.attempts)",
    ),
    Rule(
        "attempt",
        "at a posting that does not exist, or beyond those it counts",
        "SELECT a.id FROM attempts a WHERE a.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM postings p WHERE p.property = a.property AND p.id = a.posting_id AND a.attempt <= p.attempts)",
    ),
    Rule(
        "posting",
        f"that was never sent and is not {_UNSENT}".replace("'", ""),
        f"SELECT p.id FROM postings p WHERE p.property = :p AND p.attempts = 0 AND p.state NOT IN {_UNSENT}",
    ),
    Rule(
        "posting",
        "that is posted and was never sent, which a person says of corrections alone",
        "SELECT p.id FROM postings p WHERE p.property = :p AND p.attempts = 0 AND p.state = 'posted' "
        "AND p.kind = 'charge' AND p.amount > 0",
    ),
    Rule(
        "posting",
        "in a state to which no arrow leads from its last attempt",
        "SELECT p.id FROM postings p JOIN attempts a ON a.property = p.property AND a.posting_id = p.id "
        f"AND a.attempt = p.attempts WHERE p.property = :p AND NOT ({_lawful()})",
    ),
    Rule(
        "posting",
        "with another number on the wire than its last attempt",
        "SELECT p.id FROM postings p JOIN attempts a ON a.property = p.property AND a.posting_id = p.id "
        "AND a.attempt = p.attempts WHERE p.property = :p AND (p.token IS NULL OR p.token <> a.token)",
    ),
    Rule(
        "attempt",
        "that is out and was followed by another, or is answered without an instant",
        "SELECT a.id FROM attempts a JOIN postings p ON p.property = a.property AND p.id = a.posting_id "
        "WHERE a.property = :p AND ((a.event = '' AND a.attempt < p.attempts) "
        "OR (a.event = '') <> (a.answered_at IS NULL))",
    ),
    Rule(
        "posting",
        "in doubt with the number of another one in doubt: an answer could settle either",
        "SELECT max(p.id) FROM postings p WHERE p.property = :p AND p.state = 'in_doubt' "
        "GROUP BY p.pms, p.token HAVING count(*) > 1",
    ),
    # -- people
    Rule(
        "posting",
        "posted without the PMS's yes and without anybody who said so",
        "SELECT p.id FROM postings p JOIN attempts a ON a.property = p.property AND a.posting_id = p.id "
        f"AND a.attempt = p.attempts WHERE p.property = :p AND p.state = 'posted' AND a.event IN {_UNTOLD} "
        "AND NOT EXISTS (SELECT 1 FROM audit_trail t WHERE t.property = p.property AND t.posting_id = p.id)",
    ),
    Rule(
        "entry of the audit trail",
        "about a posting that does not exist and was not withdrawn",
        "SELECT t.id FROM audit_trail t WHERE t.property = :p AND t.posting_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM postings p WHERE p.property = t.property AND p.id = t.posting_id) AND NOT EXISTS "
        "(SELECT 1 FROM audit_trail w WHERE w.property = t.property AND w.posting_id = t.posting_id "
        "AND w.what LIKE '%withdrawn%')",
    ),
    # -- the feed
    Rule(
        "posting",
        "whose newest event in the feed tells it otherwise than it is",
        "SELECT p.id FROM postings p JOIN (SELECT posting_id, max(id) AS newest FROM events WHERE property = :p "
        "GROUP BY posting_id) l ON l.posting_id = p.id JOIN events e ON e.property = p.property AND e.id = l.newest "
        "WHERE p.property = :p AND (e.state <> p.state OR e.attempts <> p.attempts OR e.hold <> p.hold "
        "OR coalesce(e.room, '') <> coalesce(p.room, '') OR coalesce(e.amount, 0) <> coalesce(p.amount, 0))",
    ),
    Rule(
        "event",
        "behind a number that is missing from the feed",
        "SELECT e.id FROM events e WHERE e.property = :p AND e.kind <> 'store.restored' "
        "AND e.id > (SELECT min(f.id) FROM events f WHERE f.property = :p) "
        "AND NOT EXISTS (SELECT 1 FROM events b WHERE b.property = e.property AND b.id = e.id - 1)",
    ),
    Rule(
        "arrival",
        "of a call that does not exist",
        "SELECT a.id FROM arrivals a WHERE a.property = :p AND "
        "NOT EXISTS (SELECT 1 FROM calls c WHERE c.property = a.property AND c.id = a.id)",
    ),
    Rule(
        "contact",
        "in a piece that is not its call's, or of a call that does not exist",
        f"SELECT k.call_id FROM contacts k WHERE k.property = :p AND (k.piece <> k.call_id / {PIECE} OR "
        "NOT EXISTS (SELECT 1 FROM calls c WHERE c.property = k.property AND c.id = k.call_id))",
    ),
    Rule(
        "stay",
        "that ends before it begins",
        "SELECT s.id FROM stays s WHERE s.property = :p AND s.until < s.since",
    ),
)
