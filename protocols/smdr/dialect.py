"""What a dialect is: everything a source needs of one kind of exchange.

A source is five separate choices: the transport it comes over, the session around its records, the framer that cuts
it, the layout of a record, and what the fields mean. A dialect names the transports that make sense for it and gives
the other four. Each stands in the module that reads it, and `catalog` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias

from protocols.framing import Framer, LineFramer
from protocols.records import CallRecord, JoinedCall
from protocols.smdr.answers import AnswerShape
from protocols.smdr.carrying import Advance, CarryingFramer, ContextOf, resumed
from protocols.smdr.counting import Counter
from protocols.smdr.sessions import PlainSession, Session
from protocols.smdr.settings import Parser, SourceSettings
from protocols.smdr.shares import Sharing

Transport: TypeAlias = Literal["listen", "connect", "serial", "file", "folder", "udp", "push", "pull"]

_BARE: Final = AnswerShape()


def _lines(start: int, transport: str, options: Mapping[str, str]) -> Framer:
    return LineFramer(start)


def _no_counter(options: Mapping[str, str]) -> Counter | None:
    return None


def _no_context(options: Mapping[str, str]) -> ContextOf | None:
    return None


def _no_sharing(options: Mapping[str, str]) -> Sharing | None:
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
    `sharing` says how the shares of a call find each other that is split without a key; None where a key joins them or nothing does.
    `site_option` names the option without which records whose columns the site chose cannot be read.
    `context_of` knows the lines that say something of the records behind them, a date above all (`carrying.py`), and
    `context_by` finds such a function where it takes the source's options to know them; `advance` is for dialects whose
    rows do so too. `dated` says what a record carries whose day a person names. `other_addresses` are endpoints that are
    dialled in turn with the first: an exchange with two processors of which one speaks. `answer` is how the web service of
    its exchanges builds its answers, where they are JSON.
    """

    name: str
    title: str
    transports: frozenset[Transport]
    make_parser: Callable[[SourceSettings], Parser]
    join_legs: Callable[[Sequence[CallRecord]], JoinedCall]
    default_port: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    site_option: str = ""
    needs: Mapping[Transport, tuple[str, ...]] = field(default_factory=dict)
    make_framer: Callable[[int, str, Mapping[str, str]], Framer] = _lines
    context_of: ContextOf | None = None
    context_by: Callable[[Mapping[str, str]], ContextOf | None] = _no_context
    advance: Advance | None = None
    dated: Callable[[date, Mapping[str, str]], bytes] | None = None
    other_addresses: Callable[[Mapping[str, str]], tuple[str, ...]] = lambda options: ()
    answer: AnswerShape = _BARE
    make_session: Callable[[Mapping[str, str], str], Session] = _plain
    check_more: Callable[[Mapping[str, str]], list[str]] = lambda options: []
    counter: Callable[[Mapping[str, str]], Counter | None] = _no_counter
    sharing: Callable[[Mapping[str, str]], Sharing | None] = _no_sharing

    def framer(
        self, start: int = 0, *, transport: str, options: Mapping[str, str] | None = None, last: bytes = b""
    ) -> Framer:
        """Make a framer for a stream of which the first byte to come stands at `start`, behind the stored record `last`."""
        framer = self.make_framer(start, transport, options or {})
        context_of = self.context_of or self.context_by(options or {})
        if context_of is None:
            return framer
        return CarryingFramer(framer, context_of, resumed(last, context_of), self.advance)

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
