"""The AuthKey cryptogram: how a gateway proves to an Oracle interface that it knows the agreed key.

The key is a static AES-128 key that the two parties exchange out of band as `FidCrypt0S|<base64>`. In its LD the
gateway sends CG = `FidCryptAB;`, the base64 of a random block of 16 bytes, and the base64 of the date and time
digits of the last LS received, encrypted with that block as IV (AES-128-CBC, PKCS#7 padding; specification
2.20.25, chapter 2, "Authentication"). It proves the key and the freshness of the answer; it encrypts nothing else.

A wrong key makes the interface program close its port until a person opens it again, so nothing here ever tries
a second key, and the random block is the caller's to supply: this module draws no randomness.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

KEY_MARK: Final = "FidCrypt0S|"
CRYPTOGRAM_MARK: Final = "FidCryptAB;"
BLOCK: Final = 16
_BLOCK_BASE64: Final = 24


def auth_key(text: str) -> bytes:
    """The 16 bytes of a key written as `FidCrypt0S|<base64>` or as bare base64. Raises ValueError with a sentence."""
    try:
        key = base64.b64decode(text.strip().removeprefix(KEY_MARK), validate=True)
    except binascii.Error:
        raise ValueError("the AuthKey is not base64 text") from None
    if len(key) != BLOCK:
        raise ValueError(f"the AuthKey holds {len(key)} bytes; an AES-128 key has {BLOCK}")
    return key


def cryptogram(key: bytes, iv: bytes, da: str, ti: str) -> str:
    """The value of CG for the LS that carried `da` and `ti`. `iv` is 16 bytes, random and never used twice."""
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update((da + ti).encode("ascii")) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    data = encryptor.update(padded) + encryptor.finalize()
    return CRYPTOGRAM_MARK + base64.b64encode(iv).decode() + base64.b64encode(data).decode()


def check(key: bytes, text: str, da: str, ti: str) -> bool:
    """Whether `text` is a cryptogram of this date and time under this key. Anything unreadable is a plain no."""
    body = text.removeprefix(CRYPTOGRAM_MARK)
    try:
        iv = base64.b64decode(body[:_BLOCK_BASE64], validate=True)
        data = base64.b64decode(body[_BLOCK_BASE64:], validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        unpadder = PKCS7(BLOCK * 8).unpadder()
        plain = unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return False
    return plain == (da + ti).encode("ascii", errors="replace")
