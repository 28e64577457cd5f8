"""Logging: one line an event on standard error, in UTC, with the facts as words; never a guest's name at info."""

from __future__ import annotations

from typing import IO

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from zope.interface import implementer


@implementer(ILogObserver)
class LineObserver:
    """Writes an event as a line: instant, level, part, sentence; a failure with its traceback below."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def __call__(self, event: LogEvent) -> None:
        """Write one event; a stream that is gone is nobody's concern."""
        from datetime import UTC, datetime

        at = datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds")
        level = event["log_level"].name if event.get("log_level") else "info"
        part = str(event.get("log_namespace", "-")).rsplit(".", 1)[-1]
        text = formatEvent(event).replace("\n", " | ")
        lines = [f"{at} {level} {part}: {text}"]
        if event.get("log_failure") is not None:
            lines.append(event["log_failure"].getTraceback())
        try:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()
        except (OSError, ValueError):
            return


def start_logging(out: IO[str], *, verbose: bool) -> None:
    """Begin to log: our own parts from info on, Twisted's from warnings on."""
    ours, theirs = LogLevel.debug if verbose else LogLevel.info, LogLevel.info if verbose else LogLevel.warn
    levels = LogLevelFilterPredicate(defaultLogLevel=theirs)
    for part in ("gateway", "pms_adapters"):
        levels.setLogLevelForNamespace(part, ours)
    observer = FilteringLogObserver(LineObserver(out), [levels])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
