"""The FIAS catalogue as data: what a record is, which records and fields exist, and who may send them.

FIAS (Oracle, "IFC8 FIAS Specification" 2.20.25, May 2022) is a language of small text records: a two-character
name, then fields, each a two-character name and a value. This module holds the language's dictionary and the one
value that everything else passes around, `Record`. Three rules shaped it.

*Order and repeats are kept.* Field order means nothing to most records, but a room move carries GS twice and the
position says which room it speaks of, and a guest list repeats whole groups. So fields are an ordered tuple of
pairs, never a mapping.

*Empty means absent.* Several PMSs send every field that we declared, empty ones included; so `first` answers None
for an empty value. The one exception is SF, which never has a value: its mere presence says "part of a resync",
and `has` asks for that.

*The dictionary informs, it does not gate.* PMSs send records and fields that no edition lists; they are told of
once and passed over. Nothing here may refuse a record because a field is unknown or longer than the catalogue
says: names and room numbers in the wild are longer than the specification's columns.

Removed from the language and kept out of this dictionary: RA (IFC7 only), XO (2003), the EFT records (2017).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal["gateway", "pms"]
Sender: TypeAlias = Literal["gateway", "pms", "both"]


class FieldType(NamedTuple):
    """One field of the catalogue.

    `format` is the specification's type: AN (ASCII), ANS (any printable character of the code page), N (digits),
    M (money), D (YYMMDD), T (HHMMSS), or a short list of values. `max_length` is None where the specification
    sets none. PMSs exceed these lengths; they are what *we* keep to when sending.
    """

    id: str
    meaning: str
    format: str
    max_length: int | None


class RecordType(NamedTuple):
    """One record of the catalogue: its sender, the fields it must carry, and those it may carry."""

    id: str
    sender: Sender
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Record:
    """One FIAS record: its two-character kind and its fields in the order of the wire, repeats included.

    `marks` are plain sentences about what was wrong with the bytes it was read from (a code page that did not fit,
    a piece that is no field); they do not take part in comparison, because they are no part of what was said.
    """

    kind: str
    fields: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = field(default=(), compare=False)

    def first(self, name: str) -> str | None:
        """The first non-empty value of a field; None where the field is absent or empty everywhere."""
        for key, value in self.fields:
            if key == name and value:
                return value
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in order, empty ones included."""
        return tuple(value for key, value in self.fields if key == name)

    def has(self, name: str) -> bool:
        """Whether the field is there at all, with or without a value: the question to ask about SF."""
        return any(key == name for key, _ in self.fields)


def stamped(record: Record, at: datetime) -> Record:
    """The record with DA and TI in front, where its type demands them and it has neither.

    `at` is an aware instant already in the hotel's zone: FIAS knows only the hotel's own wall clock. A record that
    carries a time (a posting: the start of the call) keeps it.
    """
    kind = RECORDS.get(record.kind)
    if kind is None or "DA" not in kind.mandatory or record.has("DA") or record.has("TI"):
        return record
    day, time = f"{at.year % 100:02}{at.month:02}{at.day:02}", f"{at.hour:02}{at.minute:02}{at.second:02}"
    moment = (("DA", day), ("TI", time))
    return Record(record.kind, moment + record.fields, record.marks)


_TEXTS: Final = tuple(f"A{n}" for n in range(10))
_BREAKDOWN: Final = tuple(f"{letter}{n}" for letter in "STD" for n in range(1, 10))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _record(id_: str, sender: Sender, mandatory: str, optional: tuple[str, ...], meaning: str) -> RecordType:
    return RecordType(id_, sender, _names(mandatory), optional, meaning)


_GUEST: Final = _names("CS DA G+ GA GD GF GG GL GN GT GV MR NP SF TI TV VR WS EN ES EP")
_CHARGE: Final = _names("+0 C# CO CT CV DD DU ID MA M# PC PX SC SO ST T# TP X1")
_KEY: Final = _names("$1 $2 CT DA DT G# GA GD GG GN ID K# KO RO RT SI UO TI")


RECORDS: Final[dict[str, RecordType]] = {
    row.id: row
    for row in (
        _record("LS", "both", "DA TI", (), "link start: I was started, or are you there"),
        _record("LD", "gateway", "DA TI IF V#", _names("RT RL CG"), "link description: who we are"),
        _record("LR", "gateway", "RI FL", (), "link record: the fields of one record type, sent or wanted"),
        _record("LA", "both", "DA TI", (), "link alive, and the end of a description"),
        _record("LE", "both", "DA TI", (), "link end"),
        _record("LC", "pms", "", _names("A0 A1 A2 A3 PH RP CG"), "link configuration: answer to RT in LD"),
        _record("DR", "gateway", "DA TI", (), "request for a resync of all rooms"),
        _record("DS", "pms", "DA TI", (), "start of a resync"),
        _record("DE", "pms", "DA TI", (), "end of a resync"),
        _record("NS", "pms", "DA TI", (), "night audit begins"),
        _record("NE", "pms", "DA TI", (), "night audit has ended"),
        _record("GI", "pms", "RN", ("G#", "GS", *_TEXTS, *_GUEST), "guest check-in"),
        _record("GO", "pms", "RN", _names("G# GS DA SF TI WS EN ES EP"), "guest check-out"),
        _record("GC", "pms", "RN", ("G#", "GS", "RO", *_TEXTS, *_GUEST, "EO", "ET", "EI"), "guest change, room move"),
        _record("RE", "both", "RN", _names("CS CT DN G# ID ML MR PP PU RS TV VM"), "room equipment"),
        _record(
            "PS", "gateway", "RN PT DA TI", ("TA", "MP", "P#", "PM", "WS", *_CHARGE, *_BREAKDOWN), "simple posting"
        ),
        _record("PA", "pms", "AS", _names("RN P# CT G# GN ID SO WS C# DA TI"), "answer to PS or PR"),
        _record(
            "PR",
            "gateway",
            "P# WS PM",
            ("PI", "RN", "G#", "GN", "TA", "DA", "TI", "$2", "G+", "MX", "PT", *_CHARGE, *_BREAKDOWN),
            "posting with an inquiry first",
        ),
        _record(
            "PL",
            "pms",
            "P# WS",
            ("RN", "G#", "GN", *_TEXTS, *_names("BA C# CL DA G+ GA GD GF GG GL GT GV ID NP PM SO TI")),
            "guest list, the answer to an inquiry",
        ),
        _record("WR", "both", "DA RN TI", (), "wake-up request"),
        _record("WC", "both", "RN", _names("DA TI"), "wake-up clear"),
        _record("WA", "gateway", "AS DA RN TI", (), "wake-up result"),
        _record("XL", "both", "RN", _names("G# MI MT $J DA TI"), "guest text message"),
        _record("XM", "gateway", "RN", _names("G# DA MI RT TI"), "request for messages"),
        _record("XT", "pms", "RN", _names("G# MI MT DA TI"), "message text"),
        _record("XD", "both", "RN", _names("G# MI DA TI"), "message read or deleted"),
        _record("XR", "gateway", "RN", _names("G# DA TI"), "bill request"),
        _record("XI", "pms", "RN", _names("BD BI DC G# F# FD DA TI"), "bill item"),
        _record("XB", "pms", "RN", _names("BA G# AS DA TI"), "bill balance"),
        _record("XC", "both", "RN", _names("AS BA CT G# DA TI"), "remote check-out"),
        _record("LO", "gateway", "RN", _names("G# CT LT DA TI"), "guest locator on"),
        _record("LF", "gateway", "RN", _names("G# DA TI"), "guest locator off"),
        _record("LP", "both", "RN", _names("G# CT LT DA TI AS"), "guest locator retrieve"),
        _record("KR", "pms", "RN", ("KC", "KT", "WS", *_TEXTS, *_KEY), "key request"),
        _record("KD", "pms", "RN", ("KC", "KT", "WS", *_TEXTS, *_KEY), "key delete"),
        _record("KM", "pms", "RN", ("KC", "KT", "WS", *_TEXTS, *_KEY), "key data change"),
        _record("KA", "gateway", "AS", _names("CT KC WS $2 $3 DA G# TI RN"), "key answer"),
        _record("KZ", "both", "KC", _names("AS CT RN WS DA DT GN G# GD KO SI TI"), "key read"),
        _record("VA", "gateway", "EN AS", _names("CT RN ES EP G# GP"), "answer about a direct-dial number"),
    )
}
"""Every record of the language by its name. `mandatory` is what the specification demands in every use of it."""


_FIELD_ROWS: Final = (
    FieldType("$1", "key-card track 1", "AN", 40),
    FieldType("$2", "key-card track 2", "AN", 40),
    FieldType("$3", "key-card track 3", "AN", 200),
    FieldType("$J", "message number of the sender", "AN", 16),
    FieldType("+0", "rounding difference subtotal", "M", 15),
    FieldType("AS", "answer status", "AN", 2),
    FieldType("BA", "balance", "N", 20),
    FieldType("BD", "bill item text", "ANS", 300),
    FieldType("BI", "bill item amount", "N", 20),
    FieldType("C#", "check number", "N", 8),
    FieldType("CG", "cryptogram", "AN", 150),
    FieldType("CL", "credit limit", "M", 15),
    FieldType("CO", "override the credit limit", "Y/N", 1),
    FieldType("CS", "class of service: 0 barred, 1 local, 2 national, 3 unrestricted", "N", 1),
    FieldType("CT", "clear text", "ANS", None),
    FieldType("CV", "covers", "N", 5),
    FieldType("DA", "date", "D", 6),
    FieldType("DC", "department code", "N", 20),
    FieldType("DD", "dialled digits", "N", 20),
    FieldType("DN", "do not disturb", "Y/N", 1),
    FieldType("DT", "departure time", "HH:MM", 5),
    FieldType("DU", "duration", "T", 6),
    FieldType("EI", "action on the direct-dial number of the new room", "AN", None),
    FieldType("EN", "direct-dial number", "AN", None),
    FieldType("EO", "direct-dial number of the old room", "AN", None),
    FieldType("EP", "direct-dial number pool", "AN", None),
    FieldType("ES", "direct-dial action: 0 unassign, 1 assign, 2 keep, 3 move", "AN", None),
    FieldType("ET", "action on the direct-dial number of the old room", "AN", None),
    FieldType("F#", "bill window", "N", 2),
    FieldType("FD", "show flag", "Y/N", 1),
    FieldType("FL", "field list", "AN", None),
    FieldType("G#", "reservation number", "N", 10),
    FieldType("G+", "profile number", "AN", 10),
    FieldType("GA", "arrival date", "D", 6),
    FieldType("GD", "departure date", "D", 6),
    FieldType("GF", "first name", "ANS", 80),
    FieldType("GG", "group", "AN", 10),
    FieldType("GL", "language", "ANS", 10),
    FieldType("GN", "guest name", "ANS", 200),
    FieldType("GP", "guest's number code", "N", 6),
    FieldType("GS", "share: the room is occupied by somebody else", "Y/N", 1),
    FieldType("GT", "title", "ANS", 20),
    FieldType("GV", "VIP", "AN", 20),
    FieldType("ID", "user", "ANS", 16),
    FieldType("IF", "interface family", "AN", 2),
    FieldType("K#", "key count", "N", None),
    FieldType("KC", "key coder", "AN", None),
    FieldType("KO", "key options", "AN", None),
    FieldType("KT", "key type: N new, D duplicate, O one-shot", "AN", 1),
    FieldType("LT", "locator expiry", "HHMM", 4),
    FieldType("M#", "minibar count", "N", 2),
    FieldType("MA", "minibar article", "N", 4),
    FieldType("MI", "message number", "N", 8),
    FieldType("ML", "message light", "Y/N", 1),
    FieldType("MP", "meter pulses", "N", 10),
    FieldType("MR", "minibar right: MU MN ML", "AN", 2),
    FieldType("MT", "message text", "ANS", 2000),
    FieldType("MX", "most guests to list", "N", 2),
    FieldType("NP", "no posting wanted; information only", "Y/N", 1),
    FieldType("P#", "posting sequence number", "N", 8),
    FieldType("PC", "call type: L local, N national, I international", "AN", 1),
    FieldType("PH", "hotel", "AN", 20),
    FieldType("PI", "what to look for: a room or a name", "ANS", 10),
    FieldType("PM", "payment method", "ANS", 5),
    FieldType("PP", "printer port", "N", 1),
    FieldType("PT", "posting type: C costed by us, T costed by the PMS, M minibar", "AN", 1),
    FieldType("PU", "persons", "N", 2),
    FieldType("PX", "posting route: the trunk", "N", 6),
    FieldType("RI", "record being described", "AN", 2),
    FieldType("RL", "longest message record", "N", 4),
    FieldType("RN", "room", "ANS", 8),
    FieldType("RO", "old room", "ANS", 8),
    FieldType("RP", "payment methods", "AN", None),
    FieldType("RS", "room status", "N", 2),
    FieldType("RT", "request type", "N", 10),
    FieldType("SC", "service charge", "M", 15),
    FieldType("SF", "swap flag: its presence marks a record of a resync", "empty", 0),
    FieldType("SI", "suite rooms", "ANS", 30),
    FieldType("SO", "sales outlet", "N", 5),
    FieldType("ST", "serving time", "N", 4),
    FieldType("T#", "table", "N", 4),
    FieldType("TA", "total amount", "M", 15),
    FieldType("TI", "time", "T", 6),
    FieldType("TP", "tip", "M", 15),
    FieldType("TV", "television right: TU TM TX TN", "AN", 2),
    FieldType("UO", "suite rooms of the old room", "ANS", 30),
    FieldType("V#", "version of the sender's software", "AN", 10),
    FieldType("VM", "voice mail: Y, N, or unread and read counts", "AN", 4),
    FieldType("VR", "video right: VA VB VN", "AN", 2),
    FieldType("WS", "work station", "ANS", 16),
    FieldType("X1", "further posting text", "ANS", 25),
    *(FieldType(name, "text the hotel defines; another meaning in LC", "ANS", None) for name in _TEXTS),
    *(FieldType(f"S{n}", "subtotal", "M", 15) for n in range(1, 10)),
    *(FieldType(f"T{n}", "tax", "M", 15) for n in range(1, 10)),
    *(FieldType(f"D{n}", "discount, negative", "M", 15) for n in range(1, 10)),
)

FIELDS: Final[dict[str, FieldType]] = {row.id: row for row in sorted(_FIELD_ROWS)}
"""Every field of the language by its name."""
