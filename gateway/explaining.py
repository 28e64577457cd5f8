"""Why a call costs what it costs, in sentences, from what is stored of it and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
