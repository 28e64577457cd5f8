"""Asterisk's names of channels, and the argument of Dial: over which trunk a call went, and what was sent to it.

`dst` in a call record is what the extension dialled, with its access code, and after a transfer what the transfer
went to. What was sent to the trunk stands in `lastdata`, as the argument of Dial, and survives: `PJSIP/021@trunk1,20`,
or several such branches between `&`, which ring at once. So the number to rate comes from the branch that the
destination channel belongs to, and from `dst` only where that cannot be found, with a warning.

Source: docs.asterisk.org, "Dial application", "PJSIP: Dialing", and chan_dahdi's names of channels.
"""

from __future__ import annotations

from protocols.smdr.fields import number_sent


def technology(channel: str) -> str:
    """Give the kind of a channel: `PJSIP` of `PJSIP/trunk1-00000019`."""
    return channel.partition("/")[0]


def endpoint(channel: str) -> str:
    """Give the endpoint of a channel: `trunk1` of `PJSIP/trunk1-00000019`; none for a Local channel.

    What stands behind a second `/` is a number or a channel of the line: `i1` of `DAHDI/i1/5551234-1`.
    """
    kind, _, rest = channel.partition("/")
    if kind == "Local":
        return ""
    name = rest.partition("/")[0] if "/" in rest else rest.rpartition("-")[0] or rest
    return name.strip()


def number_called(
    trunk: str | None, channel: str, application: str, data: str, dst: str, warnings: list[str]
) -> str | None:
    """Find the number that was called: on a trunk what was sent to it, else what the extension dialled."""
    if trunk is None:
        return number_sent(dst, [])
    if application in ("Dial", "RetryDial"):
        sent = number_sent(_sent_to(trunk, channel, data, warnings), warnings)
        if sent:
            return sent
    warnings.append("lastdata does not tell what was sent to the trunk; what the extension dialled is taken")
    return number_sent(dst, warnings)


def _sent_to(trunk: str, channel: str, data: str, warnings: list[str]) -> str:
    """Find the number in the branch of a Dial that a channel belongs to; blank where there is none."""
    branches = [_branch(text) for text in data.partition(",")[0].split("&")]
    mine = {number for name, number in branches if name == trunk and number}
    if not mine:
        # A line is dialled as a group (DAHDI/g1/…) but named by its channel: then the number may stand in the channel.
        numbers = {number for _, number in branches if number}
        mine = numbers if len(numbers) == 1 else {number for number in numbers if f"/{number}-" in channel}
    if len(mine) > 1:
        warnings.append("several numbers were dialled at once over this trunk; which of them answered is not told")
    return next((number for _, number in branches if number in mine), "")


def _branch(text: str) -> tuple[str, str]:
    """Read one branch of a Dial as endpoint and number: `PJSIP/021@trunk1`, `PJSIP/trunk1/sip:021@host`, `DAHDI/g1/021`."""
    rest = text.partition("/")[2]
    name, slash, number = rest.partition("/")
    if not slash:
        number, _, name = rest.partition("@")
    number = number.rpartition("sip:")[2] if "sip:" in number else number
    return name, number.partition("@")[0].strip()
