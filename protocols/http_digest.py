"""HTTP Digest access authentication, the client's side (RFC 7616, and RFC 2617 before it): a challenge answered. Pure.

MD5 is what exchanges ask for; SHA-256 is taken where it is offered. The password never leaves: what is sent proves that it is known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

_FIELD: Final = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}
#: The stronger first.
_LIKED: Final = ("SHA-256", "MD5")


def challenge_in(headers: Sequence[str]) -> Mapping[str, str] | None:
    """The challenge that can be answered, of the values of WWW-Authenticate; None where there is none."""
    asked: dict[str, Mapping[str, str]] = {}
    for header in headers:
        scheme, _, rest = header.strip().partition(" ")
        if scheme.lower() != "digest":
            continue
        fields = {name.lower(): quoted.replace("\\", "") or bare for name, quoted, bare in _FIELD.findall(rest)}
        offered = [one.strip() for one in fields.get("qop", "auth").split(",")]
        if "nonce" in fields and "auth" in offered:
            asked[fields.get("algorithm", "MD5").upper()] = fields
    return next((asked[name] for name in _LIKED if name in asked), None)


def answer(
    challenge: Mapping[str, str], *, user: str, password: str, method: str, uri: str, count: int, ours: str
) -> str:
    """The value of Authorization for one request. `count` is how often this nonce was used, `ours` a nonce of the client."""
    algorithm = challenge.get("algorithm", "MD5").upper()
    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    used = f"{count:08x}"
    secret = _digest(algorithm, f"{user}:{realm}:{password}")
    asked = _digest(algorithm, f"{method}:{uri}")
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', f"algorithm={algorithm}"]
    if "qop" in challenge:
        proof = _digest(algorithm, f"{secret}:{nonce}:{used}:{ours}:auth:{asked}")
        parts += ["qop=auth", f"nc={used}", f'cnonce="{ours}"']
    else:
        proof = _digest(algorithm, f"{secret}:{nonce}:{asked}")
    parts.append(f'response="{proof}"')
    if "opaque" in challenge:
        parts.append(f'opaque="{challenge["opaque"]}"')
    return "Digest " + ", ".join(parts)


def _digest(algorithm: str, text: str) -> str:
    return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()
