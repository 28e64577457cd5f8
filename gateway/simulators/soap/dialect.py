"""What a dialect of the simulated SOAP PMS is: how it says what was asked and answered. The office does the rest."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from gateway.simulators.soap.faults import Kind, Treatment
from gateway.simulators.soap.folios import SoapLine
from gateway.simulators.soap.wire import Asked, Element

Login: TypeAlias = tuple[str, str]
"""A user and a password."""


class Answer(NamedTuple):
    """The element that answers, the folio lines that were written before it may go out, and a header block."""

    payload: Element
    lines: tuple[SoapLine, ...] = ()
    header: Element | None = None


class Dialect(Protocol):
    """One PMS's way of speaking."""

    contracts: tuple[str, ...]
    """The names of its WSDLs."""

    def kind(self, operation: str) -> Kind:
        """What an operation is for."""

    def forget_sessions(self) -> None:
        """Every session ends, where there are sessions."""

    def answer(self, operation: str, asked: Asked, at: datetime, treatment: Treatment) -> Answer:
        """Does what is asked, by the treatment, and answers it."""


def text(parent: Element, path: str) -> str:
    """The text of a child, or ""."""
    return (parent.findtext(path) or "").strip()
