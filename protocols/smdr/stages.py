"""Where a call went apart from a telephone: what a record tells of queues, menus, voice mail, groups and transfers. Pure.

A call comes in and wanders: a menu answers, a queue holds it, a group rings, the operator hands it on, voice mail takes
it. Each dialect writes some of that, in its own words, and much of it not at all. Here those words become a few of ours,
and nothing is concluded from silence: a record without stages is a record that does not tell.

The stages of one record (`CallRecord.stages`), each a word, some with a name behind a blank (`queue reception`):

* `machine`: the exchange itself answered, and no telephone took part. Such a record is no answer by a person, however
  long it lasted.
* `queue`, `menu`, `announcement`, `voicemail`, `conference`, `parked`: what the call was in. All of these but `parked` are
  answered by the exchange, so a time to answer that is told behind one of them is the exchange's own (`ANSWERS_ITSELF`).
* `group`: several telephones rang, or a hunt group was what was called.
* `attendant`: an operator's console took the call.
* `transfer`: the record says that the call was handed on to somebody else.
* `forward`: a telephone's own forwarding or twinning sent the call on.

Sources: Asterisk, "Asterisk 12 CDR Specification" (lastapp, lastdata) and its list of applications; Avaya IP Office Manager,
appendix "SMDR" (devices, field 28 "External Targeting Cause"); Mitel MiVoice Business help, "SMDR - Summary of Fields"
(called party, time to answer, call transfer).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

#: What the exchange answers by itself before any person does.
ANSWERS_ITSELF: Final = frozenset({"queue", "menu", "announcement", "voicemail", "conference", "machine"})
#: Classifications that are remembered; an exchange has some dozen applications, queues and groups.
_REMEMBERED: Final = 1_024
#: Characters of a queue's name that are kept.
_LONGEST_NAME: Final = 40

_APPLICATIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("queue",), "queue"),
    **dict.fromkeys(("voicemail", "voicemailmain", "minivmrecord", "record"), "voicemail"),
    **dict.fromkeys(("background", "read", "waitexten", "directory", "speechbackground", "digittimeout"), "menu"),
    **dict.fromkeys(("playback", "controlplayback", "musiconhold", "saydigits", "saynumber", "echo"), "announcement"),
    **dict.fromkeys(("confbridge", "meetme", "page"), "conference"),
    **dict.fromkeys(("park", "parkedcall", "parkandannounce"), "parked"),
    **dict.fromkeys(("followme",), "group"),
}

# Who caused the targeting of a call on an IP Office, and for which reason: the words of its field 28.
_TARGETED_BY: Final[Mapping[str, str]] = {"HG": "group", "AA": "menu"}
_TARGETED_WHY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("FB", "FU", "FNR", "FDND", "MT", "TW"), "forward"),
    **dict.fromkeys(("XFP", "XFD"), "transfer"),
    **dict.fromkeys(("CFP", "CFD"), "conference"),
}


def asterisk_stages(application: str, data: str, destination: str, *, answered: bool) -> tuple[str, ...]:
    """What an Asterisk's row tells: its last application with its argument, and whether a channel was its destination."""
    if application in ("Dial", "") and destination and "&" not in data:
        return ()  # nearly every row: one telephone or trunk was dialled
    return _asterisk(application.lower(), _argument(application, data), bool(destination), answered)


def _argument(application: str, data: str) -> str:
    """Of what stands behind an application only what is part of a stage: fewer different texts to remember."""
    if application == "Queue":
        return data.partition(",")[0].strip()[:_LONGEST_NAME]
    return "&" if application == "Dial" and "&" in data.partition(",")[0] else ""


@lru_cache(maxsize=_REMEMBERED)
def _asterisk(application: str, argument: str, destined: bool, answered: bool) -> tuple[str, ...]:
    found = []
    stage = "group" if argument == "&" else _APPLICATIONS.get(application)
    if stage is not None:
        found.append(f"{stage} {argument}" if stage == "queue" and argument else stage)
    if answered and not destined:
        found.append("machine")
    return tuple(found)


def ipoffice_stages(first: str, second: str, cause: str) -> tuple[str, ...]:
    """What a segment of an IP Office tells: its two devices, and who or what targeted the call and why."""
    if "V" not in (first[:1], second[:1]) and not cause:
        return ()
    return _ipoffice(first, second, cause.strip()[:_LONGEST_NAME])


#: Voicemail ports are V9500 and on, conference ports V11000 and on.
_FIRST_CONFERENCE: Final = 11_000


@lru_cache(maxsize=_REMEMBERED)
def _ipoffice(first: str, second: str, cause: str) -> tuple[str, ...]:
    ports = [int(device[1:]) for device in (first, second) if device[:1] == "V" and device[1:].isdecimal()]
    found = ["conference" if port >= _FIRST_CONFERENCE else "voicemail" for port in ports]
    if "voicemail" in found and "E" not in (first[:1], second[:1]):
        found.append("machine")
    words = cause.upper().split()
    found += [_TARGETED_BY[word] for word in words if word in _TARGETED_BY]
    found += [_TARGETED_WHY[word] for word in words if word in _TARGETED_WHY]
    return tuple(dict.fromkeys(found))


def mivb_stages(called: str, to_answer: str, transfer: str, third: str) -> tuple[str, ...]:
    """What a Mitel's record tells: an attendant as called party or by the asterisk before the time, and a transfer."""
    if not transfer and not third and called[:3] != "ATT" and to_answer[:1] != "*":
        return ()
    found = []
    # Asterisks alone mean that nobody answered; one before figures, that an attendant did.
    if called[:3] == "ATT" or (to_answer[:1] == "*" and to_answer[1:].isdecimal()):
        found.append("attendant")
    if transfer in ("T", "X"):
        found.append("transfer")
    elif transfer == "C":
        found.append("conference")
    return tuple(found)


def kinds(stages: tuple[str, ...]) -> frozenset[str]:
    """The stages without their names."""
    return frozenset([stage.partition(" ")[0] for stage in stages])
