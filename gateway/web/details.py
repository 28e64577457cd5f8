"""The particulars of a page: the facts of a call as pairs, the tabs of the page of postings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway import explaining
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import plural, say, spoken
from gateway.store.remarks import Remark, disputed
from gateway.web.marks import CLASSES, DIRECTIONS, FOR_PEOPLE, NAMES, RARE, TONES
from gateway.web.views import CallView, Row
from gateway.web.words import Clock, amount, written


def tabs(counts: Mapping[str, int], state: str) -> list[dict[str, Any]]:
    """The ways to look at postings: what needs a person first, then each state, then all."""
    needed = sum(counts.get(one, 0) for one in FOR_PEOPLE)
    settle = "amber" if needed else "quiet"
    shown: list[dict[str, Any]] = [
        {"state": "", "name": say("to settle"), "number": needed, "here": not state, "tone": settle}
    ]
    for one in ("in_doubt", "refused", "held", "unconfirmable", "due", "sent", "posted", "written_off"):
        number = counts.get(one)
        if one in RARE and not number and state != one:
            continue
        tone = TONES[one] if number else "quiet"
        shown.append({"state": one, "name": NAMES[one], "number": number, "here": state == one, "tone": tone})
    return [*shown, {"state": "all", "name": say("all"), "number": None, "here": state == "all", "tone": "quiet"}]


def of_call(call: Row) -> dict[str, Any]:
    """What a posting's line shows of its call."""
    columns = "call_key source extension dialled number number_class place started_at talk_seconds"
    return {name: call[name] for name in columns.split()}


def dispute(remarks: Sequence[Remark], clock: Clock) -> str:
    """Since when a call is in dispute, by whom and why; empty where it is not."""
    found = next(iter(disputed(remarks).values()), None)
    return (
        ""
        if found is None
        else say(
            "In dispute since {moment} ({who}): {words}", moment=clock.full(found.at), who=found.who, words=found.words
        )
    )


def reasons(call: Row, guest: str, chosen: str) -> dict[str, Any]:
    """Why a call costs what it costs, in the language chosen or else the guest's; what it cost us, and the margin."""
    language = chosen or (explaining.best_language(guest) if guest else spoken().language)
    shown = [
        {"tag": tag, "name": name, "here": tag == language, "guest": tag == explaining.best_language(guest) and guest}
        for tag, name in explaining.languages()
    ]
    margin = explaining.margin_text(call)
    return {
        "why": explaining.explained({**call, "reason": kept(call["reason"])}, language),
        "language": language,
        "languages": shown if call["trace"] is not None and len(shown) > 1 else [],
        "cost": amount(call["cost"], call["cost_decimals"], call["cost_currency"]),
        "cost_why": explaining.cost_explained(call, spoken().language),
        "margin": f"{written(margin)} {call['currency']}" if margin is not None else "",
    }


def facts(call: Row, view: CallView, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of a call, as pairs of a name and a value; what is not known is left out."""
    guest = names.get(call["reservation"] or "", "")
    said = [
        (say("began"), f"{view.day} {view.time}"),
        (say("room"), call["room"]),
        (
            say("guest"),
            say("{guest} (reservation {reservation})", guest=guest, reservation=call["reservation"])
            if guest
            else call["reservation"],
        ),
        (say("department"), call["department"]),
        (say("extension"), call["extension"]),
        (say("held by"), call["holders"] if " " in call["holders"] else ""),
        (say("direction"), DIRECTIONS.get(call["direction"], call["direction"])),
        (say("dialled"), call["dialled"]),
        (say("number"), view.number if call["number"] else ""),
        (say("from"), call["caller"]),
        (say("class"), CLASSES.get(call["number_class"], call["number_class"])),
        (say("place"), said_place(call["place"] or "")),
        (say("trunk"), call["trunk"]),
        (say("rang"), say("{number} s", number=call["ring_seconds"]) if call["ring_seconds"] else ""),
        (say("talked"), view.talked),
        (say("amount"), view.amount),
        (say("carrier"), call["carrier"]),
        (
            say("tariff"),
            say("{tariff}, version {version}", tariff=call["tariff"], version=call["tariff_version"])
            if call["tariff"]
            else "",
        ),
        (say("exchange"), call["source"]),
        (say("call key"), call["call_key"]),
        (say("records"), plural("{number} record", "{number} records", call["legs"]) if call["legs"] > 1 else ""),
    ]
    return [(name, str(value)) for name, value in said if value]
