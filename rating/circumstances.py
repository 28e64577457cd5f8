"""What surrounds a call and bears on its price: who calls, over which line, with which tariff.

The digits and the clock are in the record; this is the rest. Every entry is a plain text as the hotel, the PMS or the
exchange writes it, and empty where it is not known: an empty entry fits no condition of a rule, not even "any".
"""

from __future__ import annotations

from typing import NamedTuple


class Circumstances(NamedTuple):
    """The circumstances of one call.

    `tariff` is the code of the tariff that the stay, room, group, department or tenant carries; empty: the general one.
    `guest_class`, `vip` and `group` are the PMS's words for the guest. `extension_class` is what kind of telephone it
    is ("room", "booth", "meeting" …). `trunk` and `trunk_group` are the line; `carrier` whose line it is, where the
    hotel says so (empty: the cost tariffs' own lists of trunks decide). `direction` is empty where the record's own
    holds; "collect" is an incoming call whose charges were accepted. `operator` says that the operator set it up.
    """

    tariff: str = ""
    guest_class: str = ""
    vip: str = ""
    group: str = ""
    extension_class: str = ""
    extension: str = ""
    trunk: str = ""
    trunk_group: str = ""
    carrier: str = ""
    direction: str = ""
    operator: bool = False


PLAIN = Circumstances()
"""A call of which nothing is known but its record."""
