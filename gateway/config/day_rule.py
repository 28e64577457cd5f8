"""How the business days of a configured house end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from gateway.audit.days import DayRule, EndsBy
from gateway.config.lines import Path

if TYPE_CHECKING:
    from gateway.config.settings import Config

#: Adapters whose PMS tells when its night audit begins and ends.
TELLING: Final = ("fias",)


def day_rule(config: Config) -> DayRule:
    """By whom and when, in the property's zone."""
    tells = bool(config.pms) and config.pms[0].adapter in TELLING
    by = cast("EndsBy", config.audit.ends_by or ("pms" if tells else "clock"))
    return DayRule(by=by, at=config.audit.ends_at, zone=config.property.timezone)


def day_findings(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """A PMS that tells no night audit ends no day."""
    said, systems = document.get("audit"), document.get("pms")
    if not isinstance(said, dict) or said.get("ends_by") != "pms" or not isinstance(systems, list):
        return
    if not any(isinstance(one, dict) and one.get("adapter") in TELLING for one in systems):
        yield ("audit", "ends_by"), 'only a PMS over FIAS tells when its night audit begins; write "clock" or "hand"'
