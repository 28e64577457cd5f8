"""What can go wrong between an exchange and its reader, as chances that a user writes down.

`cut:0.01,split:0.05` means: one record in a hundred is cut in the middle by a broken connection, one in twenty comes
in two writes. The chances are independent; each is drawn for each record (glue, twin: for each call).

  cut         half a record, then the link breaks; after the reconnect the whole record comes first, as from an
              exchange that keeps a record until all of it was taken
  split       a record in two writes with a pause between
  glue        many records in one write
  dump-again  the link breaks between two records; after the reconnect the last records come once more; and so they
              do, with the same chance, after a reconnect that was not of the exchange's making
  twin        two real calls that look as alike as the exchange can make them
  garbage     a line that is no record
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFaults:
    """The chance of each fault, 0 to 1."""

    cut: float = 0.0
    split: float = 0.0
    glue: float = 0.0
    dump_again: float = 0.0
    twin: float = 0.0
    garbage: float = 0.0


def parse_line_faults(text: str) -> LineFaults:
    """Reads `cut:0.01,split:0.05`; raises ValueError with a plain sentence for a name or chance that is none."""
    known = {field.name.replace("_", "-"): field.name for field in fields(LineFaults)}
    chances: dict[str, float] = {}
    for part in (piece.strip() for piece in text.split(",") if piece.strip()):
        name, _, chance = part.partition(":")
        if name not in known:
            raise ValueError(f"There is no fault {name!r}; there are {', '.join(known)}.")
        chances[known[name]] = _chance(name, chance)
    return LineFaults(**chances)


def _chance(name: str, text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise ValueError(f"The fault {name} needs a chance between 0 and 1, as in {name}:0.05, not {text!r}.")
    return chance
