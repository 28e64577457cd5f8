"""How each exchange writes a simulated call: dialect name -> the bytes of its records.

A writer is the mirror of a dialect in `protocols.smdr`, written apart from it on purpose: a column that is wrong in
one shows up in the other. Writers are functions of the call alone; what is odd about an exchange is decided by the
call's `quirk`, so that the same call is always the same bytes.

`key` is what a reader will find as the call's key, or None where the exchange gives none; it goes into the ledger.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from gateway.simulators import (
    write_alcatel_oxe,
    write_appliances,
    write_asterisk,
    write_avaya,
    write_avaya_cm,
    write_cel,
    write_cisco,
    write_freeswitch,
    write_mitel,
    write_nec_neax,
    write_nec_sl,
    write_nortel,
    write_panasonic,
    write_samsung,
    write_three_cx,
    write_unify,
    write_yate,
)
from gateway.simulators.calls import SimulatedCall

Records: TypeAlias = tuple[bytes, ...]


def _no_key(call: SimulatedCall) -> None:
    return None


def _no_page(call: SimulatedCall) -> bytes:
    return b""


LONGEST_GARBAGE: Final = 3000
"""Bytes of the longest line of nonsense: over any layout's width, far under any reader's limit for a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One exchange as a writer. `noise` comes ahead of the first record of a connection.

    `head` is what each file begins with: the titles of its columns. `buffers` is False where an exchange forgets what happens while nobody listens. Each record carries its own end.
    `page` is what stands above the rows of a call: a date, or the head of a page of `rows_per_page` rows (0: no pages). An
    `acknowledged` exchange sends a record only when the reader has told that it has the one before.
    """

    dialect: str
    records: Callable[[SimulatedCall], Records]
    key: Callable[[SimulatedCall], str | None] = _no_key
    page: Callable[[SimulatedCall], bytes] = _no_page
    rows_per_page: int = 0
    acknowledged: bool = False
    noise: bytes = b""
    head: bytes = b""
    line_end: bytes = b"\r\n"
    buffers: bool = True
    widest_extension: int = 20


def _avaya(options: Mapping[str, str]) -> Writer:
    fields = _choice(options, "fields", {"30": 30, "35": 35})
    own_start = _choice(options, "second_start", {"original": False, "own": True})
    return Writer(
        dialect="avaya-ipoffice",
        records=partial(write_avaya.lines, fields=35 if fields == 35 else 30, own_start=bool(own_start)),
        key=write_avaya.call_id,
        noise=write_avaya.CONNECT_NOISE,
    )


def _mitel(options: Mapping[str, str]) -> Writer:
    columns = _choice(options, "columns", {"90": 90, "112": 112})
    return Writer(
        dialect="mitel-mivb",
        records=partial(write_mitel.lines, columns=112 if columns == 112 else 90),
        widest_extension=write_mitel.WIDEST_EXTENSION,
    )


def _avaya_cm(options: Mapping[str, str]) -> Writer:
    layout = list(write_avaya_cm.LAYOUTS)[
        _choice(options, "layout", {n: i for i, n in enumerate(write_avaya_cm.LAYOUTS)})
    ]
    return Writer(
        dialect="avaya-cm",
        records=partial(write_avaya_cm.lines, layout=layout),
        page=partial(write_avaya_cm.date_record, layout=layout),
        widest_extension=write_avaya_cm.WIDEST_EXTENSION,
    )


def _panasonic(options: Mapping[str, str]) -> Writer:
    columns = _choice(options, "columns", {"80": 80, "120": 120})
    return Writer(
        dialect="panasonic",
        records=partial(write_panasonic.rows, columns=columns),
        page=lambda call: write_panasonic.titles(columns),
        rows_per_page=write_panasonic.ROWS_PER_PAGE,
        widest_extension=write_panasonic.WIDEST_EXTENSION,
    )


def _nec_neax(options: Mapping[str, str]) -> Writer:
    form = ("fixed", "flexible")[_choice(options, "form", {"fixed": 0, "flexible": 1})]
    split = _choice(options, "billing", {"total": 0, "split": 1})
    return Writer(
        dialect="nec-neax",
        records=partial(write_nec_neax.texts, form=form, split=bool(split)),
        acknowledged=True,
        line_end=b"\x03",
        widest_extension=write_nec_neax.WIDEST_EXTENSION,
    )


def _nec_sl(options: Mapping[str, str]) -> Writer:
    return Writer(
        dialect="nec-sl",
        records=write_nec_sl.rows,
        page=write_nec_sl.head,
        rows_per_page=write_nec_sl.ROWS_PER_PAGE,
        widest_extension=write_nec_sl.WIDEST_EXTENSION,
    )


def _alcatel_oxe(options: Mapping[str, str]) -> Writer:
    return Writer(
        dialect="alcatel-oxe",
        records=write_alcatel_oxe.tickets,
        widest_extension=write_alcatel_oxe.WIDEST_EXTENSION,
    )


def _asterisk(options: Mapping[str, str]) -> Writer:
    if _choice(options, "output", {"csv": 0, "ami": 1}):
        return Writer(
            dialect="asterisk",
            records=write_asterisk.ami_events,
            key=write_asterisk.linked_id,
            line_end=b"\r\n\r\n",
            buffers=False,
        )
    return Writer(dialect="asterisk", records=write_asterisk.csv_rows, key=write_asterisk.linked_id, line_end=b"\n")


def _cucm(options: Mapping[str, str]) -> Writer:
    return Writer(
        dialect="cisco-cucm",
        records=write_cisco.rows,
        key=write_cisco.call_number,
        head=write_cisco.TITLES,
        line_end=b"\n",
        widest_extension=12,
    )


def _cme(options: Mapping[str, str]) -> Writer:
    return Writer(dialect="cisco-cme", records=write_cisco.syslog, key=write_cisco.connection, line_end=b"\n")


def _three_cx(options: Mapping[str, str]) -> Writer:
    new = _choice(options, "words", {"old": 0, "new": 1})
    return Writer(dialect="3cx", records=partial(write_three_cx.line, new=bool(new)), key=write_three_cx.call_id)


def _unify(options: Mapping[str, str]) -> Writer:
    form = write_unify.FORMS[_choice(options, "form", {name: at for at, name in enumerate(write_unify.FORMS)})]
    return Writer(
        dialect="unify",
        records=partial(write_unify.lines, form=form),
        widest_extension=write_unify.WIDEST_EXTENSION,
    )


def _samsung(options: Mapping[str, str]) -> Writer:
    size = _choice(options, "size", {size: int(size) for size in write_samsung.SIZES})
    return Writer(
        dialect="samsung",
        records=partial(write_samsung.records, size=size),
        page=lambda call: write_samsung.HEAD,
        rows_per_page=write_samsung.ROWS_PER_PAGE,
        line_end=b"\0",
        widest_extension=write_samsung.WIDEST_EXTENSION,
    )


def _nortel(options: Mapping[str, str]) -> Writer:
    return Writer(dialect="nortel", records=write_nortel.lines, widest_extension=write_nortel.WIDEST_EXTENSION)


def _freeswitch(options: Mapping[str, str]) -> Writer:
    forms = write_freeswitch.FORMS
    form = forms[_choice(options, "form", {name: at for at, name in enumerate(forms)})]
    return Writer(
        dialect="freeswitch",
        records=partial(write_freeswitch.record, form=form),
        key=write_freeswitch.uuid,
        line_end=b"\n",
    )


def _yate(options: Mapping[str, str]) -> Writer:
    separator = "\t" if _choice(options, "tabs", {"no": 0, "yes": 1}) else ","
    combined = _choice(options, "combined", {"no": 0, "yes": 1})
    write = write_yate.whole if combined else write_yate.legs
    return Writer(dialect="yate", records=partial(write, separator=separator), key=write_yate.bill_id, line_end=b"\n")


def _cel(options: Mapping[str, str]) -> Writer:
    return Writer(dialect="asterisk-cel", records=write_cel.rows, key=write_cel.linked_id, line_end=b"\n")


def _grandstream(options: Mapping[str, str]) -> Writer:
    listed = _choice(options, "output", {"csv": 0, "json": 1})
    return Writer(
        dialect="grandstream",
        records=write_appliances.ucm_object if listed else write_appliances.ucm_row,
        key=write_appliances.unique_id,
        head=b"" if listed else write_appliances.UCM_TITLES,
        line_end=b"\n",
    )


def _yeastar(options: Mapping[str, str]) -> Writer:
    listed = _choice(options, "output", {"event": 0, "list": 1})
    return Writer(
        dialect="yeastar",
        records=write_appliances.listed_cdr if listed else write_appliances.new_cdr,
        key=write_appliances.unique_id,
        line_end=b"\n",
    )


def _hobic(options: Mapping[str, str]) -> Writer:
    holidex = bool(_choice(options, "framing", {"hb": 0, "hx": 1}))
    return Writer(
        dialect="hobic",
        records=partial(write_appliances.priced_line, holidex=holidex),
        acknowledged=bool(_choice(options, "answers", {"ack": 1, "none": 0})),
        widest_extension=5,
    )


_WRITERS: Final[Mapping[str, tuple[Callable[[Mapping[str, str]], Writer], frozenset[str]]]] = {
    "avaya-ipoffice": (_avaya, frozenset({"fields", "second_start"})),
    "mitel-mivb": (_mitel, frozenset({"columns"})),
    "asterisk": (_asterisk, frozenset({"output"})),
    "avaya-cm": (_avaya_cm, frozenset({"layout"})),
    "panasonic": (_panasonic, frozenset({"columns"})),
    "alcatel-oxe": (_alcatel_oxe, frozenset()),
    "nec-sl": (_nec_sl, frozenset()),
    "nec-neax": (_nec_neax, frozenset({"form", "billing"})),
    "cisco-cucm": (_cucm, frozenset()),
    "3cx": (_three_cx, frozenset({"words"})),
    "unify": (_unify, frozenset({"form"})),
    "samsung": (_samsung, frozenset({"size"})),
    "nortel": (_nortel, frozenset()),
    "freeswitch": (_freeswitch, frozenset({"form"})),
    "yate": (_yate, frozenset({"tabs", "combined"})),
    "asterisk-cel": (_cel, frozenset()),
    "cisco-cme": (_cme, frozenset()),
    "grandstream": (_grandstream, frozenset({"output"})),
    "yeastar": (_yeastar, frozenset({"output"})),
    "hobic": (_hobic, frozenset({"framing", "answers"})),
}


def dialects() -> tuple[str, ...]:
    """Names the dialects that can be written."""
    return tuple(_WRITERS)


def writer_of(dialect: str, options: Mapping[str, str] | None = None) -> Writer:
    """Makes the writer of a dialect; raises ValueError with a plain sentence for an unknown dialect or option."""
    if dialect not in _WRITERS:
        raise ValueError(f"There is no simulated exchange {dialect!r}; there are {', '.join(_WRITERS)}.")
    make, known = _WRITERS[dialect]
    unknown = sorted(set(options or {}) - known)
    if unknown:
        raise ValueError(f"The dialect {dialect} has no option {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    return make(options or {})


def _choice(options: Mapping[str, str], name: str, choices: Mapping[str, int]) -> int:
    """Reads one option; the first choice is what stands where nothing is said."""
    given = options.get(name, next(iter(choices)))
    if given not in choices:
        raise ValueError(f"The option {name} can be {' or '.join(choices)}, not {given!r}.")
    return choices[given]


def garbage(draw: random.Random, writer: Writer) -> bytes:
    """Draws a line that is no record: modem chatter, noise of the line, a page title, or one very long line."""
    lines = (
        b"AT&F1",
        b"RING",
        draw.randbytes(draw.randint(1, 60)).replace(b"\n", b"?").replace(b"\r", b"?"),
        b"-" * 80,
        b"," * draw.randint(200, LONGEST_GARBAGE),
    )
    return draw.choice(lines) + writer.line_end
