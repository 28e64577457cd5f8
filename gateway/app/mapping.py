"""How charges will look to the PMS, by what a configuration says of it.

No adapter is loaded for it: `check` says how charges will look without what talks to a PMS.
"""

from __future__ import annotations

from gateway.config import Config, PmsSettings
from pms_adapters.catalog import ADAPTERS
from pms_adapters.fias.settings import FiasSettings, mapping_lines
from pms_adapters.web.options import WebOptions


def fias_settings(config: Config, pms: PmsSettings, version: str) -> FiasSettings:
    """A FIAS link's settings."""
    return FiasSettings(
        name=pms.name,
        encoding=pms.encoding,
        amount_decimals=pms.amount_decimals,
        interface_family=pms.interface_family,
        version=version[:10],
        token_width=pms.token_width,
        answer_timeout=pms.answer_timeout,
        alive_check=pms.alive_check,
        auth_key=pms.auth_key,
        outlet=pms.outlet,
        call_type=pms.call_type,
        send_reservation=pms.send_reservation,
        takes_reversals=pms.takes_reversals,
        tariff_field=pms.tariff_field,
        class_field=pms.class_field,
        timezone=config.property.timezone,
    )


def described(config: Config, pms: PmsSettings, version: str) -> list[str]:
    """How charges will look to the PMS, in lines for the hotel to confirm; raises ValueError with what cannot work."""
    if pms.adapter == "fias":
        return mapping_lines(fias_settings(config, pms, version))
    if pms.url.startswith("https:") and isinstance(pms.options, WebOptions):
        from pms_adapters.web.connecting import Trust  # what speaks TLS is loaded where TLS is meant

        Trust(pms.options)
    head = f"PMS {pms.name}: {ADAPTERS[pms.adapter].title}; an answer is awaited {pms.answer_timeout:g} s"
    return [head, *(f"  {line}" for line in pms.options.lines())]
