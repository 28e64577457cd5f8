"""The one exception of this package.

What a peer does wrong is never an exception here: it is a value with a sentence (an oddity, a bad record, an
overlong frame). What *we* do wrong is: the caller asked for something the link's state does not allow.
"""

from __future__ import annotations


class LocalProtocolError(Exception):
    """We tried to do what the FIAS link does not allow now. Nothing was changed and nothing was sent."""
