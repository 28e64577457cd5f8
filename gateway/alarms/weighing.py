"""From facts to alarms: what is raised now and what is over, with the patience of each kind. Pure.

The memory is a mapping from (kind, subject) to how it stands. Seconds are those of a clock that never jumps; after a
restart patience begins anew, and the open alarms of the store are taken over as raised. A kind that could not be judged
in this round (the store did not answer) stays as it was: ignorance clears nothing. Kinds that are `by_person` tell of
events and are not weighed: they are raised as they happen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from gateway.alarms.kinds import KINDS, Fact

Key: TypeAlias = tuple[str, str]


class Standing(NamedTuple):
    """One key: since when it is so, since when it is not (None while it is), and whether it is an alarm."""

    since: float
    gone: float | None
    raised: bool
    sentence: str = ""


class Weighed(NamedTuple):
    """What came of one round."""

    standings: Mapping[Key, Standing]
    raised: tuple[Fact, ...] = ()
    reworded: tuple[Fact, ...] = ()
    cleared: tuple[Key, ...] = ()


def taken_over(open_alarms: Iterable[Fact], at: float) -> dict[Key, Standing]:
    """The memory that a start makes of the alarms which the store holds open."""
    return {fact.key: Standing(at, None, True, fact.sentence) for fact in open_alarms}


def weigh(standings: Mapping[Key, Standing], facts: Iterable[Fact], judged: Collection[str], at: float) -> Weighed:
    """One round: `facts` are all that is so among the kinds in `judged`."""
    after = dict(standings)
    raised: list[Fact] = []
    reworded: list[Fact] = []
    so = {fact.key: fact for fact in facts}
    for key, fact in so.items():
        known = after.get(key, Standing(at, None, False))
        ripe = not known.raised and at - known.since >= KINDS[fact.kind].raise_after
        if ripe:
            raised.append(fact)
        elif known.raised and known.sentence != fact.sentence:
            reworded.append(fact)
        after[key] = Standing(known.since, None, known.raised or ripe, fact.sentence)
    cleared = _cleared(after, so, judged, at)
    return Weighed(after, tuple(raised), tuple(reworded), tuple(cleared))


def _cleared(after: dict[Key, Standing], so: Mapping[Key, Fact], judged: Collection[str], at: float) -> list[Key]:
    """Take out of `after` what has been gone long enough; those of them that were alarms."""
    over: list[Key] = []
    for key, known in list(after.items()):
        if key in so or key[0] not in judged:
            continue
        gone = at if known.gone is None else known.gone
        after[key] = known._replace(gone=gone)
        if at - gone >= KINDS[key[0]].clear_after:
            del after[key]
            over += [key] if known.raised else []
    return over
