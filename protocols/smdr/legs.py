"""Many records, one call: what the records of a call that was handed on, forked or held add up to.

A joined call answers three questions: what the call was, for people; which stretches of trunk cost money; and who
held it, each stretch for how long. Joining is pure and may be asked again whenever another record of the call arrives;
the caller gives only records that it believes belong together, for a key is unique only among the calls of some hours.

What counts as costing money is here only a fact of the record: an answered stretch on a trunk, outward. Whether it is
charged, and to whom, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from protocols.records import CallRecord, JoinedCall, Share

_OUTWARD = ("out", "tandem")


def join_single(legs: Sequence[CallRecord]) -> JoinedCall:
    """Make a call of the one record that an exchange without a call key writes for it."""
    if len(legs) != 1:
        raise ValueError(f"records of this exchange have nothing that joins them, so {len(legs)} cannot be one call")
    call = legs[0]
    return JoinedCall(
        call=call,
        charged=(call,) if _costs(call) else (),
        holders=_holders(legs),
        complete=not call.more_follows,
        warnings=call.warnings,
    )


def join_segments(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the segments of a call on an Avaya IP Office.

    Each segment has its own talk time, though some releases repeat the first segment's start in the second; so times
    are added and starts are not trusted beyond the earliest. All that was talked on trunks is one charge, under the
    number of the first stretch. Raises ValueError for no legs.
    """
    _some(legs)
    if len(legs) == 1:  # nearly every call: nothing is to be added up
        return join_single(legs)
    stretches = [leg for leg in legs if leg.direction in _OUTWARD]
    warnings = _disagreements(stretches)
    if any(not leg.more_follows for leg in legs[:-1]):
        warnings.append("a record followed the one that said it was the last of the call")
    charged, holders = _one_charge(stretches), _holders(legs)
    return JoinedCall(
        call=_whole(legs, legs if charged else _uncharged(legs), charged[0] if charged else None),
        charged=charged,
        holders=holders,
        complete=not legs[-1].more_follows,
        warnings=_all_warnings(legs, warnings),
        shares=(_in_turn(stretches),) if charged and len(holders) > 1 else (),
    )


def join_handed_on(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the parts of a call that was handed on, where the later ones do not say which way the call went.

    They went the way of the first; where that was never seen, the call has no direction. All that was talked is one charge,
    under the number of the first part. Parts come in any order. Raises ValueError for none.
    """
    _some(legs)
    ordered = sorted(legs, key=lambda leg: (_began(leg), leg.direction == "unknown", not leg.more_follows))
    way = ordered[0].direction
    joined = join_segments([leg._replace(direction=way) if leg.direction == "unknown" else leg for leg in ordered])
    if way != "unknown":
        return joined
    note = "this call was handed on, and no record tells whether it came in or went out"
    return replace(joined, warnings=(*joined.warnings, note))


def _one_charge(stretches: Sequence[CallRecord]) -> tuple[CallRecord, ...]:
    if not any(_costs(leg) for leg in stretches):
        return ()
    one = stretches[0]._replace(
        answered=_any_answered(stretches),
        start=_earliest(stretches),
        talk_seconds=_talk(stretches),
        pulses=_sum(leg.pulses for leg in stretches),
        more_follows=False,
    )
    return (one,)


def join_linked(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the records of a call on an Asterisk.

    Each answered leg to a trunk costs money; a consultation transfer really makes two calls. Two records of the same
    destination channel are one stretch of trunk, told twice where a Local channel was optimised away, so only the
    time that either covers counts. A later record may always come. Raises ValueError for no legs.
    """
    _some(legs)
    if len(legs) == 1:
        return join_single(legs)
    channels = _by_channel([leg for leg in legs if _costs(leg)])
    charged = [same[0] if len(same) == 1 else _merged(same) for same in channels]
    holders = _holders(sorted(legs, key=_began))
    return JoinedCall(
        call=_whole(legs, charged or _uncharged(legs)[:1], charged[0] if charged else None),
        charged=tuple(charged),
        holders=holders,
        complete=True,
        warnings=_all_warnings(legs, []),
        shares=tuple(_told_once(same) for same in channels) if len(holders) > 1 else (),
    )


def join_sided(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the legs of a call whose records each tell one side of it: the leg that came, the leg that was made.

    A leg that goes out is then a room's call only if no leg of the call came in over a trunk; otherwise the call went from
    trunk to trunk, and no room pays for it. Raises ValueError for no legs.
    """
    _some(legs)
    # Of legs that begin together, the one that came says more: over a trunk first, then from a telephone. A leg that was
    # made to a telephone names it as the number that was called.
    ordered = sorted(
        legs, key=lambda leg: (leg.trunk_in is None, leg.dialled is not None and leg.dialled == leg.extension)
    )
    came = next((leg.trunk_in for leg in ordered if leg.trunk_in), None)
    if came is None or not any(leg.direction in _OUTWARD for leg in ordered):
        return join_linked(ordered)
    through = [leg._replace(extension=None) for leg in ordered]
    return join_linked(
        [leg._replace(direction="tandem", trunk_in=came) if leg.direction == "out" else leg for leg in through]
    )


def join_stretches(
    legs: Sequence[CallRecord],
    *,
    out_leg: Callable[[CallRecord], str | None],
    in_leg: Callable[[CallRecord], str | None],
) -> JoinedCall:
    """Join the parts of a call that the exchange splits where it is handed on, each with its own time.

    `out_leg` and `in_leg` name the leg of a trunk on which a part goes out or comes in. What is talked on a leg that was
    called out is one charge, also in the parts that come *from* it: the party outside stayed, somebody else talks to
    them now. Parts come in any order. Raises ValueError for no legs.
    """
    _some(legs)
    ordered = sorted(legs, key=_began)
    stretches: dict[str, list[CallRecord]] = {}
    for number, leg in enumerate(ordered):
        if leg.direction in _OUTWARD:
            stretches.setdefault(out_leg(leg) or f"#{number}", []).append(leg)
    for leg in ordered:
        name = in_leg(leg)
        if name in stretches and name != out_leg(leg):
            stretches[name].append(leg)
    costing = [those for those in stretches.values() if any(_costs(leg) for leg in those)]
    charged = [charge for those in costing for charge in _one_charge(those)]
    complete, holders = any(not leg.more_follows for leg in legs), _holders(ordered)
    whole = _whole(ordered, charged or _uncharged(ordered), charged[0] if charged else None)
    return JoinedCall(
        call=whole._replace(more_follows=not complete),
        charged=tuple(charged),
        holders=holders,
        complete=complete,
        warnings=_all_warnings(ordered, []),
        shares=tuple(_in_turn(those) for those in costing) if len(holders) > 1 else (),
    )


def _uncharged(legs: Sequence[CallRecord]) -> list[CallRecord]:
    """Choose the legs that tell what a call without a charge was: what was talked inside, else the first attempt.

    The attempt to get out comes before other attempts, for it says more; but where someone was talked to, the call
    must not look like an answered call outward.
    """
    inside = [leg for leg in legs if leg.direction not in _OUTWARD and leg.answered and leg.talk_seconds]
    outward = [leg for leg in legs if leg.direction in _OUTWARD]
    return sorted(inside, key=lambda leg: -(leg.talk_seconds or 0)) or outward or list(legs)


def _by_channel(legs: Sequence[CallRecord]) -> list[list[CallRecord]]:
    """Put the legs together that are the same stretch of trunk, keeping order."""
    found: dict[str | int, list[CallRecord]] = {}
    for number, leg in enumerate(legs):
        found.setdefault(leg.leg_key if leg.leg_key is not None else number, []).append(leg)
    return list(found.values())


def _merged(legs: Sequence[CallRecord]) -> CallRecord:
    note = f"{len(legs)} records tell of the same stretch of trunk; the time that any of them covers counts once"
    talk = sum(share.seconds for share in _told_once(legs))
    return legs[0]._replace(start=_earliest(legs), talk_seconds=talk, warnings=(*legs[0].warnings, note))


def _span(leg: CallRecord) -> tuple[datetime, datetime]:
    """When a leg was talked on, in UTC: the talk time before its end, or after its ringing."""
    talked = timedelta(seconds=leg.talk_seconds or 0)
    if leg.end is not None:
        end = leg.end.astimezone(UTC)
        return end - talked, end
    begin = _began(leg) + timedelta(seconds=leg.ring_seconds or 0)
    return begin, begin + talked


# -- who held a stretch, and how long ----------------------------------------------------------------------------------


def _in_turn(legs: Sequence[CallRecord]) -> tuple[Share, ...]:
    """Of legs that follow one another: each is its telephone's."""
    return _added((leg.extension, leg.talk_seconds or 0) for leg in legs)


def _told_once(legs: Sequence[CallRecord]) -> tuple[Share, ...]:
    """Of records of the same stretch: what one covers that none before it did is its telephone's.

    A record alone has its own talk time. Else the whole stretch is cut down to whole seconds once, and not each share.
    """
    if len(legs) == 1:
        return _in_turn(legs)
    spans = sorted(((*_span(leg), leg.extension or "") for leg in legs), key=lambda span: span[:2])
    covered, reached, shares = timedelta(), spans[0][0], []
    for begin, end, extension in spans:
        before = int(covered.total_seconds())
        covered += max(end - max(begin, reached), timedelta())
        reached = max(reached, end)
        shares.append((extension, int(covered.total_seconds()) - before))
    return _added(shares)


def _added(shares: Iterable[tuple[str | None, int]]) -> tuple[Share, ...]:
    """One share for each telephone, in the order in which they had the line."""
    found: dict[str, int] = {}
    for extension, seconds in shares:
        if seconds:
            found[extension or ""] = found.get(extension or "", 0) + seconds
    return tuple(Share(*each) for each in found.items())


# -- what all of them share ----------------------------------------------------------------------------------------


def _some(legs: Sequence[CallRecord]) -> None:
    if not legs:
        raise ValueError("a call has at least one record")


def _costs(leg: CallRecord) -> bool:
    """Tell whether a record is a stretch of trunk that costs money: outward, talked on, not said to be unanswered."""
    return leg.direction in _OUTWARD and leg.answered is not False and bool(leg.talk_seconds)


def _whole(legs: Sequence[CallRecord], told: Sequence[CallRecord], charged: CallRecord | None) -> CallRecord:
    """Describe the whole call: the facts of its charge or else of the first leg told, from first start to last end."""
    ends = [leg.end for leg in legs if leg.end is not None]
    principal = charged or told[0]
    return principal._replace(
        extension=min(legs, key=_began).extension or principal.extension or next(iter(_holders(legs)), None),
        answered=_any_answered(told),
        start=_earliest(legs),
        end=max(ends, key=lambda at: at.astimezone(UTC)) if ends else None,
        talk_seconds=_talk(told),
        more_follows=legs[-1].more_follows,
    )


def _began(leg: CallRecord) -> datetime:
    return leg.start.astimezone(UTC)


def _earliest(legs: Sequence[CallRecord]) -> datetime:
    return min(legs, key=_began).start


def _talk(legs: Iterable[CallRecord]) -> int:
    return sum(leg.talk_seconds or 0 for leg in legs)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def _any_answered(legs: Sequence[CallRecord]) -> bool | None:
    said = {leg.answered for leg in legs}
    return True if True in said else None if None in said else False


def _holders(legs: Sequence[CallRecord]) -> tuple[str, ...]:
    if len(legs) == 1:
        return (legs[0].extension,) if legs[0].extension else ()
    return tuple(dict.fromkeys(leg.extension for leg in legs if leg.extension))


def _disagreements(stretches: Sequence[CallRecord]) -> list[str]:
    numbers = {leg.dialled for leg in stretches if leg.dialled}
    if len(numbers) < 2:
        return []
    return ["the records of this call name different numbers; the call is charged under the first"]


def _all_warnings(legs: Sequence[CallRecord], own: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(words for leg in legs for words in leg.warnings), *own)))
