"""Which right each address of the site asks for. An address that is not here does not exist for people who sign in.

The paths are those of the wings, word for word; a test walks every wing and finds none without its line. Beside rights:
OPEN asks nothing of anybody; SIGNED_IN asks for a person, whoever it is; PROGRAM asks for a token, or, to read, for a person
who may see all that the API tells; METRICS asks for a token that may read, or for this machine.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from gateway.roles import Right

Access: TypeAlias = Right | Literal["OPEN", "SIGNED_IN", "PROGRAM", "METRICS"]

_ROW: Final = "<int(min=1, max=4611686018427387904):number>"
_COPY: Final = "<int(min=0, max=4611686018427387904):copy>"

TABLE: Final[dict[str, Access]] = {
    # what everything starts from
    "GET /": "see_calls",
    "GET /now": "see_calls",
    "GET /frame": "see_calls",
    # rooms
    "GET /rooms": "see_calls",
    "GET /rooms/<room>": "see_calls",
    "POST /rooms/<room>": "tag_calls",
    "POST /rooms/<room>/earlier": "earlier_stays",
    "POST /rooms/<room>/limit": "budgets",
    f"GET /sheets/{_ROW}": "see_calls",
    f"POST /sheets/{_ROW}": "tag_calls",
    f"GET /sheets/{_ROW}/sheet.pdf": "see_calls",
    "GET /rack/live": "see_calls",
    "GET /find": "see_calls",
    "GET /resync": "ask_resync",
    "POST /resync": "ask_resync",
    "GET /calls": "see_calls",
    "GET /calls/show": "see_calls",
    "GET /calls/file.<form>": "reports",
    "POST /calls/filters": "see_calls",
    f"GET /calls/{_ROW}": "see_calls",
    f"GET /calls/{_ROW}/story": "see_calls",
    f"POST /calls/{_ROW}/tags": "tag_calls",
    "GET /postings": "see_calls",
    f"GET /postings/{_ROW}": "see_calls",
    f"POST /postings/{_ROW}": "decide_postings",
    "GET /alarms": "see_calls",
    f"GET /alarms/{_ROW}": "see_calls",
    f"POST /alarms/{_ROW}": "take_alarms",
    "GET /emergency": "see_calls",
    "GET /records": "see_links",
    "GET /links": "see_links",
    "GET /static/<name>": "OPEN",
    "POST /language": "OPEN",
    "GET /healthz": "OPEN",
    "GET /livez": "OPEN",
    "GET /metrics": "METRICS",
    # prices
    "GET /corrections": "see_calls",
    "POST /corrections": "approve_prices",
    f"GET /corrections/{_ROW}": "see_calls",
    f"POST /corrections/{_ROW}": "approve_prices",
    "GET /laboratory": "rehearse_prices",
    "POST /laboratory": "rehearse_prices",
    f"GET /laboratory/{_ROW}": "rehearse_prices",
    f"GET /laboratory/{_ROW}/<name>": "rehearse_prices",
    # what people do to charges
    "GET /acts": "see_calls",
    f"GET /acts/call/{_ROW}": "see_calls",
    f"POST /acts/call/{_ROW}": "change_charges",
    f"POST /acts/call/{_ROW}/receipt": "change_charges",
    "GET /acts/charge": "change_charges",
    "POST /acts/charge": "change_charges",
    f"POST /acts/{_ROW}": "void_above_limit",
    # night audit
    "GET /audit": "see_audit",
    "GET /audit/<date>": "see_audit",
    "GET /audit/<date>/<name>": "see_audit",
    "POST /audit/<date>": "close_day",
    # reports
    "GET /reports": "reports",
    "GET /reports/show": "reports",
    "GET /reports/<kind>": "reports",
    "GET /reports/<kind>/file.<form>": "reports",
    "GET /bill-check": "reports",
    "GET /bill-check/show": "reports",
    "GET /bill-check/file.<form>": "reports",
    "GET /trunks": "reports",
    "GET /targets": "reports",
    "POST /targets": "budgets",
    "GET /schedules": "reports",
    "POST /schedules": "reports",
    f"GET /schedules/files/{_ROW}": "reports",
    # bills and prices for guests
    "GET /bills": "print_bills",
    f"GET /bills/stay/{_ROW}": "print_bills",
    f"POST /bills/stay/{_ROW}": "print_bills",
    f"POST /bills/stay/{_ROW}/look": "earlier_stays",
    f"GET /bills/stay/{_ROW}/paper": "print_bills",
    f"GET /bills/stay/{_ROW}/file.pdf": "print_bills",
    f"GET /bills/final/{_ROW}": "print_bills",
    f"POST /bills/final/{_ROW}": "print_bills",
    f"GET /bills/final/{_ROW}/print/{_COPY}/paper": "print_bills",
    f"GET /bills/final/{_ROW}/print/{_COPY}/file.pdf": "print_bills",
    "GET /bills/card": "print_bills",
    "GET /bills/card/paper": "print_bills",
    "GET /bills/card/file.pdf": "print_bills",
    "GET /price": "print_bills",
    "GET /price/paper": "print_bills",
    "GET /price/file.pdf": "print_bills",
    # people
    "GET /sign-in": "OPEN",
    "POST /sign-in": "OPEN",
    "GET /sign-in/oidc": "OPEN",
    "GET /sign-in/oidc/back": "OPEN",
    "POST /sign-out": "SIGNED_IN",
    "GET /me": "SIGNED_IN",
    "POST /me": "SIGNED_IN",
    "GET /users": "manage_users",
    "POST /users": "manage_users",
    f"GET /users/{_ROW}": "manage_users",
    f"POST /users/{_ROW}": "manage_users",
    f"POST /invitations/{_ROW}": "manage_users",
    "GET /invitation/<secret>": "OPEN",
    "POST /invitation/<secret>": "OPEN",
    "GET /trail": "see_trail",
    "GET /tokens": "settings",
    "POST /tokens": "settings",
    # numbers
    "GET /numbers": "see_calls",
    "GET /numbers/<digits>": "see_calls",
    "POST /numbers/<digits>": "tag_calls",
    f"GET /numbers/of/{_ROW}": "see_calls",
    f"POST /numbers/of/{_ROW}": "tag_calls",
    # what is kept of guests
    "GET /guests": "erase_guests",
    "POST /guests": "erase_guests",
    f"GET /guests/{_ROW}": "erase_guests",
    f"POST /guests/{_ROW}": "erase_guests",
    f"POST /guests/{_ROW}/file.zip": "erase_guests",
    # programs
    "GET /api/v1/openapi.json": "OPEN",
    "GET /api/<path:rest>": "PROGRAM",
    "POST /api/<path:rest>": "PROGRAM",
    "GET /soap/<path:rest>": "OPEN",  # the contract
    "POST /soap/<path:rest>": "PROGRAM",
}


def _parted(line: str) -> tuple[str, str]:
    method, _, path = line.partition(" ")
    return method, path


_MAP: Final = Map(
    [
        Rule(path, endpoint=access, methods=[method])
        for (method, path), access in ((_parted(line), access) for line, access in TABLE.items())
    ]
)
_ADDRESSES: Final = _MAP.bind("house")


def access_to(method: str, path: str) -> Access | None:
    """What an address asks for; None where there is no such address. Pure."""
    try:
        access, _ = _ADDRESSES.match(path, method)
    except HTTPException:
        return None
    found: Access = access
    return found
