"""Why a call costs what it costs, and what is known of a charge in doubt: in sentences, from what is stored alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rating.explain import explain


def explained(call: Mapping[str, Any]) -> list[str]:
    """The sentences for a row of `calls`: the ruling first, then the price, leg by leg where there are several."""
    lines = [call["reason"]] if call["reason"] else []
    if call["trace"] is None:
        return lines
    traces = json.loads(call["trace"])
    for number, trace in enumerate(traces, 1):
        if len(traces) > 1:
            lines.append(f"part {number} of {len(traces)}:")
        lines += explain(trace, call["currency"], call["decimals"])
    return lines


def doubted(
    posting: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], stamp: Callable[[int], str]
) -> list[tuple[str, str]]:
    """What is known of a posting in doubt, as pairs of a name and its words; `stamp` writes an instant.

    Everything but the last attempt has its own outcome already: it is the last one that nobody answered.
    """
    if not attempts:
        return [("sent", "no attempt is written down, which cannot be: 'foliogate db verify' tells more")]
    last = attempts[-1]
    which = f", its attempt {last['attempt']}" if last["attempt"] > 1 else ""
    known = [("sent", f"{stamp(last['sent_at'])} to room {last['room']} as number {last['token']}{which}")]
    if posting["place"]:
        known.append(("with the text", str(posting["place"])))
    if last["answered_at"] is not None:
        known.append(("then", f"{stamp(last['answered_at'])}: {last['words'] or 'no answer came'}"))
    known.append(("came back", f"nothing; a late answer to number {last['token']} settles this by itself"))
    return known
