"""What a search begins with: real records, conversations, tariffs and configurations, as inputs of the targets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from protocols.smdr.catalog import DIALECTS
from rating.starter import starter_files
from tests.fuzz.laws import FILE_MARK, HOBIC_WIRES, TARGETS, TARIFF_NAMES
from tests.protocols.smdr.samples import sample

DATA: Final = Path(__file__).parents[1] / "data"
#: Inputs that once broke a law, by target. Whoever finds one puts it here; test_laws.py replays them all.
REGRESSIONS: Final = DATA / "fuzz"
_DOCUMENTED: Final = Path(__file__).parents[2] / "docs" / "configuration.md"
#: Bytes of a sample that a seed takes: some records, and short enough to be turned about quickly.
MOST: Final = 4_000
_NUMBERS: Final = (b"9112", b"90048221234567", b"+48221234567", b"00", b"9", b"", b"*47#", b"1" * 40)


def seeds(target: str) -> list[bytes]:
    """The first inputs of a target, the ones that once broke it among them."""
    assert target in TARGETS
    known = [path.read_bytes() for path in sorted((REGRESSIONS / target).glob("*")) if path.is_file()]
    return known + _fresh(target)


def _fresh(target: str) -> list[bytes]:
    if target in DIALECTS:
        return [choice + one for one in _records(target) for choice in (b"\0\0", b"\1\1", b"\x02\x03")]
    match target:
        case "identify":
            return [one for name in DIALECTS for one in _records(name)]
        case "fias":
            return [bytes((number % 4, number % 5)) + one for number, one in enumerate(_conversations(b"\x03"))]
        case "fias-serial":
            return [b"\x06" + one for one in _conversations(b"\x03\x1f")]
        case "hobic":
            line = b"0042 HTL 11/20  0412 08:15    5   13.75 0043123456789      I"
            answers = b"\x06\x0f\x15\x0f\x06\x06\x15\x15\x15\x15\x1f\x1f"
            return [answers, *(bytes((n,)) + wire.framed(line) + answers for n, wire in enumerate(HOBIC_WIRES))]
        case "numbers":
            return list(_NUMBERS)
        case "tariff":
            return [_folder("PL", "PLN"), _folder("GB", "GBP")]
        case _:
            return _configurations()


def _records(dialect: str) -> list[bytes]:
    folder = DATA / "cdr" / dialect
    names = [path.name for path in sorted(folder.glob("*")) if path.suffix in (".txt", ".csv", ".hex")]
    return [sample(f"{dialect}/{name}")[:MOST] for name in names]


def _conversations(end: bytes) -> list[bytes]:
    """The dialogues of the link, each as the stream of both ends."""
    talks = (DATA / "fias" / "dialogues.txt").read_text(encoding="utf-8").split("== ")[1:]
    return [
        b"".join(_frame(line, end) for line in talk.splitlines() if line[:2] in ("< ", "> "))[:MOST] for talk in talks
    ]


def _frame(line: str, end: bytes) -> bytes:
    return b"\x02" + line[2:].encode("cp852", "replace") + end


def _folder(country: str, currency: str) -> bytes:
    files = starter_files(country, currency)
    short = {
        name: b"\n".join(text.split(b"\n")[:40]) if name.endswith(".csv") else text for name, text in files.items()
    }
    ordered = sorted(short, key=lambda name: TARIFF_NAMES.index(name) if name in TARIFF_NAMES else 9)
    return FILE_MARK.join(short[name] for name in ordered)


def _configurations() -> list[bytes]:
    """Every block of TOML in the documentation, and all of them as one file."""
    blocks = [one.split("```")[0] for one in _DOCUMENTED.read_text(encoding="utf-8").split("```toml\n")[1:]]
    return [one.encode() for one in [*blocks, "\n".join(blocks)]]
