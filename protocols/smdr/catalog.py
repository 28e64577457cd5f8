"""The dialects this gateway speaks, by name: an explicit dictionary, and everything a source needs of each.

A source is five separate choices: the transport it comes over, the session around its records, the framer that cuts
it, the layout of a record, and what the fields mean. A dialect names the transports that make sense for it and gives
the other four. Adding one is an entry here; nothing is found by searching.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from protocols.framing import BlockFramer, Framer, LineFramer
from protocols.records import CallRecord, JoinedCall
from protocols.smdr import asterisk, ipoffice, mivb
from protocols.smdr.counting import Counter
from protocols.smdr.legs import join_linked, join_segments, join_single
from protocols.smdr.sessions import AmiSession, PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings

__all__ = ["DIALECTS", "Dialect", "Parser", "SourceSettings", "Transport"]

Transport: TypeAlias = Literal["listen", "connect", "file", "udp", "serial"]


def _lines(start: int, transport: str) -> Framer:
    return LineFramer(start)


def _no_counter(options: Mapping[str, str]) -> Counter | None:
    return None


def _plain(options: Mapping[str, str], transport: str) -> Session:
    return PlainSession()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One kind of exchange.

    `transports` are those it can come over; `default_port` is the one its exchanges use unless told otherwise, None
    where there is none. `options` says in a sentence what each of its own options does, and `choices` which values
    an option takes, where it does not take any text; `needs` which options a transport cannot do without. `counter` says
    how the field `sequence` counts, for those whose numbers follow each other; None where a gap means nothing.
    """

    name: str
    title: str
    transports: frozenset[Transport]
    make_parser: Callable[[SourceSettings], Parser]
    join_legs: Callable[[Sequence[CallRecord]], JoinedCall]
    default_port: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: Mapping[Transport, tuple[str, ...]] = field(default_factory=dict)
    make_framer: Callable[[int, str], Framer] = _lines
    make_session: Callable[[Mapping[str, str], str], Session] = _plain
    check_more: Callable[[Mapping[str, str]], list[str]] = lambda options: []
    counter: Callable[[Mapping[str, str]], Counter | None] = _no_counter

    def framer(self, start: int = 0, *, transport: str) -> Framer:
        """Make a framer for a stream of which the first byte to come stands at `start`."""
        return self.make_framer(start, transport)

    def session(self, options: Mapping[str, str], *, transport: str) -> Session:
        """Make the session of a new connection. Raises ValueError for options that `check` would have refused."""
        return self.make_session(options, transport)

    def parser(self, settings: SourceSettings) -> Parser:
        """Compile the parser of one exchange; it is worth keeping."""
        return self.make_parser(settings)

    def join(self, legs: Sequence[CallRecord]) -> JoinedCall:
        """Join records that belong to one call. Raises ValueError for none, or for several where nothing joins them."""
        return self.join_legs(legs)

    def check(self, settings: SourceSettings) -> list[str]:
        """Look for problems in a source's settings; each is a plain sentence."""
        problems = []
        for key, value in settings.options.items():
            if key not in self.options:
                known = f"it has {', '.join(self.options)}" if self.options else "it has none"
                problems.append(f"{self.name} has no option {key!r}; {known}")
            elif key in self.choices and value not in self.choices[key]:
                problems.append(f"the option {key} is {value!r}; write {' or '.join(self.choices[key])}")
        return problems + self.check_more(settings.options)


def _asterisk_framer(start: int, transport: str) -> Framer:
    return BlockFramer(start) if transport == "connect" else asterisk.StreamFramer(start)


def _asterisk_session(options: Mapping[str, str], transport: str) -> Session:
    if transport != "connect":
        return PlainSession()
    live = options.get("live") == "yes"
    return AmiSession(options.get("username", ""), options.get("secret", ""), live=live)


def _check_ami(options: Mapping[str, str]) -> list[str]:
    problems = []
    if ("username" in options) != ("secret" in options):
        missing = "secret" if "username" in options else "username"
        problems.append(f"the manager interface needs both username and secret; {missing} is missing")
    if any(sign in options.get(key, "") for key in ("username", "secret") for sign in "\r\n\0"):
        problems.append("username and secret of the manager interface must not hold a line end")
    return problems


_KNOWN = (
    Dialect(
        name="avaya-ipoffice",
        title="Avaya IP Office SMDR",
        transports=frozenset({"listen", "connect"}),
        make_parser=ipoffice.make_parser,
        join_legs=join_segments,
        options={
            "count_calls": "yes if every call that this exchange numbers is recorded, so that a call number that does "
            "not come is told as a missing record (default no)",
        },
        choices={"count_calls": ("yes", "no")},
        counter=ipoffice.counter,
    ),
    Dialect(
        name="mitel-mivb",
        title="Mitel MiVoice Business SMDR",
        transports=frozenset({"connect", "listen", "file"}),
        make_parser=mivb.make_parser,
        join_legs=join_single,
        default_port=1752,
        options={
            "pulses": "yes if the last five columns of the dialled digits are meter pulses (default no)",
            "clock": "12 if the exchange prints its times in 12 hours and a blank for a.m. (default 24)",
        },
        choices={"pulses": ("yes", "no"), "clock": ("12", "24")},
    ),
    Dialect(
        name="asterisk",
        title="Asterisk CDR (Master.csv, or the manager interface)",
        transports=frozenset({"file", "connect"}),
        make_parser=asterisk.make_parser,
        join_legs=join_linked,
        default_port=5038,
        options={
            "utc": "yes if the records are in GMT (usegmtime in cdr.conf; default no)",
            "username": "the user of the manager interface (manager.conf), who may read the class cdr",
            "secret": "the secret of that user",
            "live": "yes to hear of emergency calls as they begin (the user then needs read = cdr,call; default no)",
        },
        choices={"utc": ("yes", "no"), "live": ("yes", "no")},
        needs={"connect": ("username", "secret")},
        make_framer=_asterisk_framer,
        make_session=_asterisk_session,
        check_more=_check_ami,
    ),
)

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _KNOWN}
