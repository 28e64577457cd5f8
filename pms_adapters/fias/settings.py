"""What a hotel may choose about its FIAS link, checked when built, and the plain lines that describe it.

FIAS negotiates almost nothing: the code page, the decimals of an amount, the width of P#, the outlet and the call type
of a charge are agreed between people and configured at both ends. A wrong one shows as money on the wrong account, not
as an error, so `mapping_lines` says them in words for the hotel to confirm before the first charge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from protocols.fias.crypt import auth_key
from protocols.fias.records import FIELDS, RECORDS

POSTING_FIELDS: Final = ("RN", "PT", "TA", "DD", "DU", "PC", "CT", "PX", "SO", "P#", "DA", "TI")
"""What a charge carries unless the hotel says otherwise, in this order. X1 is left out because most PMSs ignore it
until it is set up, and G# because the specification does not know it in PS."""

MANDATORY_POSTING_FIELDS: Final = ("RN", "PT", "TA", "P#", "DA", "TI")
"""Without these a charge cannot be booked, or its answer not be matched."""

POSSIBLE_POSTING_FIELDS: Final = frozenset((*POSTING_FIELDS, "X1", "G#"))
"""What we can fill."""

CALL_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"local": "L", "national": "N", "mobile": "N", "international": "I"}
)
"""PC by class of number. The specification has no table; its samples use these three letters."""

ANY_CLASS: Final = "default"
"""The key of `outlet` that stands for every class without an entry of its own."""

GUEST_FIELDS: Final = frozenset(RECORDS["GI"].optional)
"""Fields in which a PMS can tell something of a guest."""

WIDTHS: Final = (4, 8)
"""How wide P# may be: 8 digits since FIAS 2.20 (November 2009), 4 before."""

MAX_DECIMALS: Final = 4
"""Most decimals of an amount on a link; no currency has more."""
MAX_VERSION: Final = 10
"""Characters of our version that a link record takes (V#)."""
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FiasSettings:
    """One link to one PMS, as the hotel has it.

    `encoding` is the code page of the PMS's machine. `amount_decimals` is how many decimals the PMS implies in TA,
    which has nothing to do with those of the currency. `interface_family` is IF, what the hotel's licence calls us.
    `token_width` is the most digits P# may have. `answer_timeout` and `alive_check` are seconds. `outlet` gives SO and
    `call_type` gives PC by class of number ("" in `call_type`: send none). `timezone` is the hotel's.
    `takes_reversals`: the hotel has seen its PMS book a negative TA. `tariff_field` and `class_field` name the field of a
    check-in that tells the guest's tariff and class. Raises ValueError with one sentence where a value cannot work.
    """

    name: str
    timezone: ZoneInfo
    version: str = "0.1"
    encoding: str = "cp850"
    amount_decimals: int = 2
    interface_family: str = "PB"
    token_width: int = 8
    answer_timeout: float = 30.0
    alive_check: float = 300.0
    auth_key: str | None = field(default=None, repr=False)
    outlet: Mapping[str, str] = field(default_factory=dict)
    call_type: Mapping[str, str] = field(default_factory=dict)
    send_reservation: bool = False
    takes_reversals: bool = False
    tariff_field: str = ""
    class_field: str = ""
    posting_fields: tuple[str, ...] = POSTING_FIELDS

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        for sentence in (*_of_the_link(self), *_of_the_wire(self), *_of_postings(self)):
            raise ValueError(sentence)

    @property
    def highest_token(self) -> int:
        """The highest P# of this width."""
        return int("9" * self.token_width)

    @property
    def own_guest_fields(self) -> tuple[str, ...]:
        """The fields of GI and GC that the hotel gave a meaning of its own."""
        return tuple(name for name in (self.tariff_field, self.class_field) if name)

    @property
    def declared_posting_fields(self) -> tuple[str, ...]:
        """What our LR says of PS."""
        if self.send_reservation and "G#" not in self.posting_fields:
            return (*self.posting_fields, "G#")
        return self.posting_fields

    def outlet_of(self, number_class: str) -> str:
        """SO for a class of number; "" where the hotel names none."""
        return self.outlet.get(number_class, self.outlet.get(ANY_CLASS, ""))

    def call_type_of(self, number_class: str) -> str:
        """PC for a class of number; "" where there is none."""
        return self.call_type.get(number_class, CALL_TYPES.get(number_class, ""))


def mapping_lines(settings: FiasSettings) -> list[str]:
    """What the hotel must confirm before the first charge, in plain lines."""
    classes = dict.fromkeys((*CALL_TYPES, *settings.call_type, *settings.outlet))
    lines = [
        f"PMS {settings.name}: FIAS as interface family {settings.interface_family}, texts in {settings.encoding}",
        f"  amounts: {settings.amount_decimals} decimals implied, so 1375 stands for {_example(settings)}",
        f"  posting numbers: up to {settings.token_width} digits; an answer is awaited {settings.answer_timeout:g} s",
        f"  fields of a charge: {' '.join(settings.declared_posting_fields)}",
    ]
    for name in classes:
        outlet, call_type = settings.outlet_of(name), settings.call_type_of(name)
        shown = "any other class" if name == ANY_CLASS else name
        lines.append(f"  {shown}: outlet {_or_none(outlet, 'SO')}, call type {_or_none(call_type, 'PC')}")
    return lines


def _example(settings: FiasSettings) -> str:
    digits = settings.amount_decimals
    return "1375" if digits == 0 else f"{1375 // 10**digits}.{1375 % 10**digits:0{digits}}"


def _or_none(value: str, name: str) -> str:
    return f"{name}{value}" if value else f"none (no {name} sent)"


def _of_the_link(settings: FiasSettings) -> list[str]:
    problems = [f"{name} is no field of a check-in" for name in settings.own_guest_fields if name not in GUEST_FIELDS]
    if len(settings.interface_family) != FIELDS["IF"].max_length or not settings.interface_family.isalpha():
        problems.append(f"interface family {settings.interface_family!r} must be two letters, such as PB or CA")
    if not 0 < len(settings.version) <= MAX_VERSION or not settings.version.isascii():
        problems.append(f"version {settings.version!r} must have 1 to {MAX_VERSION} plain characters")
    if settings.answer_timeout <= 0 or settings.alive_check <= 0:
        problems.append("answer_timeout and alive_check must be more than 0 seconds")
    if settings.auth_key is not None:
        try:
            auth_key(settings.auth_key)
        except ValueError as problem:
            problems.append(str(problem))
    return problems


def _of_the_wire(settings: FiasSettings) -> list[str]:
    """A FIAS code page must leave plain characters as they are, or the frame itself would be unreadable."""
    try:
        plain = _PRINTABLE.encode(settings.encoding) == _PRINTABLE.encode("ascii")
        shifts = b"\x1b" in "あ".encode(settings.encoding, errors="replace")
    except (LookupError, UnicodeError):
        return [f"there is no code page {settings.encoding!r}"]
    if not plain or shifts:
        return [f"code page {settings.encoding!r} changes plain characters; choose one such as cp850, cp1252 or utf-8"]
    return []


def _of_postings(settings: FiasSettings) -> list[str]:
    problems = []
    if not 0 <= settings.amount_decimals <= MAX_DECIMALS:
        problems.append(f"amount_decimals must be 0 to {MAX_DECIMALS}, not {settings.amount_decimals}")
    if settings.token_width not in WIDTHS:
        problems.append(f"token_width must be 4 or 8, not {settings.token_width}")
    if missing := [name for name in MANDATORY_POSTING_FIELDS if name not in settings.posting_fields]:
        problems.append(f"a charge cannot do without {' '.join(missing)}")
    if unknown := [name for name in settings.posting_fields if name not in POSSIBLE_POSTING_FIELDS]:
        problems.append(f"we cannot fill {' '.join(unknown)} in a charge")
    if long := [value for value in settings.outlet.values() if "|" in value or not value.isascii()]:
        problems.append(f"outlet {long[0]!r} must be plain text")
    if long := [value for value in settings.call_type.values() if len(value) > 1 or not value.isascii()]:
        problems.append(f"call type {long[0]!r} must be one plain character")
    return problems
