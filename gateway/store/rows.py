"""Rows as tuples in the order of their tables' columns, so that hot inserts take them as they are.

A test holds each of these against its table. Text that came from outside passes through `clean`, because PostgreSQL
refuses NUL in text and a lone surrogate cannot be encoded at all; the raw bytes of a record are kept untouched.
"""

from __future__ import annotations

from typing import NamedTuple


def clean(text: str | None) -> str | None:
    """Text that every store accepts."""
    if text is None or text.isascii():
        return text.replace("\0", "") if text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def all_clean(texts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Texts that every store accepts; nearly always those that were given, found out for all of them at once."""
    whole = "".join([text for text in texts if text])
    return texts if whole.isascii() and "\0" not in whole else tuple([clean(text) for text in texts])


class RecordRow(NamedTuple):
    """One row of `records`."""

    property: str
    id: int
    segment: int
    position: int
    source: str
    received_at: int
    kind: str
    reason: str
    mark: str
    call_id: int | None
    raw: bytes


class CodesRow(NamedTuple):
    """One row of `call_codes`."""

    property: str
    call_id: int
    account_code: str
    authorization_code: str
    name: str
    person: str
    personal: int
    known: int
    led_to: str


class CallRow(NamedTuple):
    """One row of `calls`."""

    property: str
    id: int
    source: str
    call_key: str | None
    legs: int
    status: str
    reason: str
    settle_by: int | None
    direction: str
    answered: int | None
    started_at: int
    ring_seconds: int | None
    talk_seconds: int | None
    extension: str | None
    holders: str
    dialled: str | None
    caller: str | None
    trunk: str | None
    room: str | None
    department: str | None
    reservation: str | None
    number: str | None = None
    number_class: str | None = None
    place: str | None = None
    amount: int | None = None
    net: int | None = None
    tax: int | None = None
    currency: str | None = None
    decimals: int | None = None
    tariff: str | None = None
    tariff_version: str | None = None
    prefix: str | None = None
    billed_seconds: int | None = None
    trace: str | None = None
    warnings: str = ""
    trunk_group: str | None = None
    pulses: int | None = None
    aoc_amount: str | None = None
    aoc_currency: str | None = None
    carrier: str | None = None
    cost: int | None = None
    cost_currency: str | None = None
    cost_decimals: int | None = None
    cost_tariff: str | None = None
    cost_version: str | None = None
    cost_trace: str | None = None
    trunk_uses: str | None = None


class PostingRow(NamedTuple):
    """One row of `postings`."""

    property: str
    id: int
    call_id: int
    part: int
    pms: str
    state: str
    hold: str
    reason: str
    room: str | None
    reservation: str | None
    amount: int | None
    currency: str
    decimals: int
    attempts: int
    token: int | None
    due_at: int
    by_hand: int
    created_at: int
    changed_at: int
    code: str
    reference: str
    kind: str = "charge"


def fresh_posting(
    call: CallRow,
    posting_id: int,
    pms: str,
    now: int,
    *,
    amount: int | None,
    money: tuple[str, int],
    reservation: str | None,
    part: int = 0,
    hold: tuple[str, str] | None = None,
    reason: str = "",
    kind: str = "charge",
) -> PostingRow:
    """A posting of a stored call that nobody has tried to send: due now, or held for `hold` (the reason's name, its words).

    `money` is the currency and its decimals; `reason` says of one that is due why it came to be.
    """
    return PostingRow(
        property=call.property,
        id=posting_id,
        call_id=call.id,
        part=part,
        pms=pms,
        state="due" if hold is None else "held",
        hold="" if hold is None else hold[0],
        reason=clean(reason if hold is None else hold[1]) or "",
        room=call.room,
        reservation=reservation,
        amount=amount,
        currency=money[0],
        decimals=money[1],
        attempts=0,
        token=None,
        due_at=now,
        by_hand=0,
        created_at=now,
        changed_at=now,
        code="",
        reference="",
        kind=kind,
    )


class Due(NamedTuple):
    """A posting on its way to a PMS: what the clerk keeps in its queue, and the facts an adapter needs."""

    posting_id: int
    call_id: int
    room: str
    amount: int
    currency: str
    decimals: int
    attempts: int
    due_at: int
    by_hand: int
    started_at: int
    talk_seconds: int
    dialled: str
    number_class: str
    trunk: str | None
    place: str
