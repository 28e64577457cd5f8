"""Asterisk's manager events of calls as they begin: the one way in which an emergency is heard before it is over. Pure.

With `live = "yes"` the log-in asks for events of the class `call` too. Of these some twenty come for each call; all that is
wanted is DialBegin, which says who dials what over which channel. `Sieve` lets call records through to the framer as they came
and keeps the rest from the store.

Source: docs.asterisk.org, "AMI v2 Specification", DialBegin.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocols.framing import BlockFramer
from protocols.smdr.channels import endpoint, technology
from protocols.smdr.fields import is_number

_END = b"\r\n\r\n"
#: Diallings that are kept until somebody asks; a peer that says more at once is not an exchange.
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialling:
    """A call that begins: who dials, what the dialplan was asked for and what is sent, on which channel, of which call."""

    extension: str
    numbers: tuple[str, ...]
    channel: str
    call_key: str

    def trunk(self, trunks: frozenset[str]) -> str | None:
        """The trunk it goes out on, by the rule for call records; None for a call within the house."""
        name = endpoint(self.channel)
        listed = name in trunks or f"{technology(self.channel)}/{name}" in trunks
        return name if name and (listed or not is_number(name)) else None


class Sieve:
    """Parts a stream of manager events: records go on, diallings are kept until `taken`, the rest is dropped."""

    __slots__ = ("_diallings", "_framer")

    def __init__(self) -> None:
        self._framer = BlockFramer()
        self._diallings: list[Dialling] = []

    def feed(self, data: bytes) -> bytes:
        """Take what was received; returns the bytes that are records."""
        passed = b""
        for frame in self._framer.feed(data):
            if frame.data[:16].lower() == b"event: dialbegin":
                self._hear(frame.data)
            elif _is_record(frame.data):
                passed += frame.data + _END
        return passed

    def rest(self) -> bytes:
        """The stream is over: what was cut off of a record."""
        return b"".join(frame.data for frame in self._framer.end() if _is_record(frame.data))

    def taken(self) -> list[Dialling]:
        """The calls that began since the last time."""
        diallings, self._diallings = self._diallings, []
        return diallings

    def _hear(self, block: bytes) -> None:
        pairs = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
        said = {key.strip().lower(): value.strip() for key, _, value in pairs}
        if len(self._diallings) < _MOST:
            self._diallings.append(
                Dialling(
                    extension=said.get("calleridnum", ""),
                    numbers=tuple(
                        dict.fromkeys(filter(None, (said.get("exten", ""), _sent(said.get("dialstring", "")))))
                    ),
                    channel=said.get("destchannel", ""),
                    call_key=said.get("linkedid", "") or said.get("uniqueid", ""),
                )
            )


def _is_record(block: bytes) -> bool:
    """True for a call record, and for whatever is no event at all: the parser says what it is."""
    kind = block[:16].lower()
    return kind.startswith(b"event: cdr") or not kind.startswith(b"event:")


def _sent(text: str) -> str:
    """The number in a DialString: `112@trunk1`, `trunk1/112`, `PJSIP/trunk1/sip:112@host`, `PJSIP/112@trunk1`."""
    parts = [part.rpartition("sip:")[2].partition("@")[0] for part in text.split("/")]
    return next((part for part in reversed(parts) if part and set(part) <= set("0123456789*#+")), "")
