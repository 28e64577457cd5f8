"""The dialects this gateway speaks, by name: an explicit dictionary; nothing is found by searching.

Adding one is a module with its `DIALECT`, and a line here.
"""

from __future__ import annotations

from protocols.smdr import (
    alcatel_oxe,
    asterisk,
    asterisk_cel,
    avaya_cm,
    cisco_cme,
    cisco_cucm,
    freeswitch,
    grandstream,
    hobic_in,
    ipoffice,
    mivb,
    nec_neax,
    nec_sl,
    nortel,
    own,
    panasonic,
    samsung,
    three_cx,
    unify,
    yate,
    yeastar,
)
from protocols.smdr.dialect import Dialect, Transport
from protocols.smdr.settings import Parser, SourceSettings

__all__ = ["DIALECTS", "Dialect", "Parser", "SourceSettings", "Transport"]

_KNOWN = (
    ipoffice.DIALECT,
    mivb.DIALECT,
    asterisk.DIALECT,
    asterisk_cel.DIALECT,
    avaya_cm.DIALECT,
    panasonic.DIALECT,
    nec_neax.DIALECT,
    nec_sl.DIALECT,
    alcatel_oxe.DIALECT,
    cisco_cucm.DIALECT,
    three_cx.DIALECT,
    unify.DIALECT,
    samsung.DIALECT,
    nortel.DIALECT,
    freeswitch.DIALECT,
    yate.DIALECT,
    cisco_cme.DIALECT,
    grandstream.DIALECT,
    yeastar.DIALECT,
    hobic_in.DIALECT,
    own.DIALECT,
)

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _KNOWN}
