"""The page of targets: how each desk stands today, this week and this month, the budgets, and the form that sets a target.

A target goes to the gateway as a command; the one before it ends and stays below, with who set it and who ended it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from gateway.instants import midnight, to_micros
from gateway.languages.spoken import Texts, say
from gateway.reports.asking import Asked, asked_of
from gateway.reports.desks import Followed, followed
from gateway.reports.kinds.budgets import standing_of
from gateway.store import office
from gateway.store.office import COST_PERS, LONGEST_DESK, TARGET, Target, Wish
from gateway.store.reporting import Span
from gateway.web.deeds import Deeds
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.marks import Mark
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens
from gateway.web.words import Clock, amount, figure, visible
from rating.money import format_amount, minor_digits, parse_amount

#: Characters of the extensions of a group.
LONGEST_LIST: Final = 400
#: Seconds that an answer may be asked for within.
MOST_SECONDS: Final = 3_600

_STRETCHES: Final[Mapping[str, str]] = Texts({"day": "today", "week": "this week", "month": "this month"})
_PERS: Final[Mapping[str, str]] = Texts({"day": "a day", "week": "a week", "month": "a month"})
_WHOSE: Final[Mapping[str, str]] = Texts(
    {"department": "department", "extension": "extension", "account_code": "account code"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form as it was filled in, shown again beside what was wrong with it."""

    desk: str = ""
    extensions: str = ""
    within: str = ""
    percent: str = ""
    missed: str = ""
    cost: str = ""
    cost_per: str = "month"
    who: str = ""
    why: str = ""
    token: str = ""


def filled(fields: Fields) -> Filled:
    """The fields of the form, each bounded."""

    def text(name: bytes, most: int) -> str:
        return one_line(fields, name, most)

    return Filled(
        desk=text(b"desk", LONGEST_DESK),
        extensions=text(b"extensions", LONGEST_LIST),
        within=text(b"within", 6),
        percent=text(b"percent", 6),
        missed=text(b"missed", 6),
        cost=text(b"cost", 20),
        cost_per=text(b"cost_per", 10),
        who=text(b"who", 80),
        why=text(b"why", 400),
        token=text(b"token", 64),
    )


def wish_of(form: Filled, decimals: int) -> Wish:
    """What a form wishes; raises ValueError with the sentence for whoever filled it in. Pure."""
    if not form.desk:
        raise ValueError(say("Name the desk: a department, or a group of extensions that you list."))
    within = _whole(form.within, MOST_SECONDS, say("Seconds are a whole number from 0 to 3600."))
    percent = _whole(form.percent, 100, say("A share is a whole number from 0 to 100."))
    missed = _whole(form.missed, 100, say("A share is a whole number from 0 to 100."))
    if (within is None) != (percent is None):
        raise ValueError(say("Seconds and share go together: so many of a hundred answered within so many seconds."))
    if form.cost_per not in COST_PERS:
        raise ValueError(say("The cost is for a day, a week or a month."))
    try:
        cost = parse_amount(form.cost, decimals) if form.cost else None
    except ValueError:
        raise ValueError(say("The cost is no amount; write it like 120.50.")) from None
    if cost is not None and cost < 0:
        raise ValueError(say("The cost is no amount; write it like 120.50."))
    extensions = " ".join(dict.fromkeys(form.extensions.replace(",", " ").split()))
    return Wish(form.desk, extensions, within, percent, missed, cost, form.cost_per)


def _whole(text: str, most: int, problem: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= most):
        raise ValueError(problem)
    return int(text)


class TargetPages:
    """The page of targets, and what its form asks for."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds = pages, deeds

    async def all(self, told: str = "", problem: str = "", form: Filled | None = None, desk: str = "") -> Page:
        """Every desk with a target, the budgets, and targets that ended; the form begins with the target of `desk`."""
        config, owner, clock = self._house.config, self._house.database.property, self._live.clock()
        today = clock.today.date()
        asked = asked_of(config, self._house.database, today, today, self._house.now())
        first = midnight(today.replace(day=1), config.property.timezone)

        def work(connection: Connection) -> dict[str, Any]:
            return {
                "desks": followed(asked, connection),
                "budgets": standing_of(asked, connection, Span(first, to_micros(asked.run_at))),
                "ended": office.ended(connection, owner),
            }

        read = await self._reads.read(work)
        page = await self._pages.page(
            "targets.html",
            here="targets",
            title=say("Targets"),
            desks=[_desk(asked, one, clock) for one in read["desks"]],
            budgets=[_budget(asked, one) for one in read["budgets"] if _may_show(asked, one)],
            ended=[_ended(asked, one, clock) for one in read["ended"]],
            departments=sorted(set(config.rooms.departments.values())),
            pers=[(one, _PERS[one]) for one in COST_PERS],
            currency=config.property.currency,
            form=form or _as_it_is(asked, desk, read["desks"]),
            told=told,
            problem=problem,
            token=self._tokens.sign("targets"),
        )
        return Page(page.html, 422 if problem else page.status)

    async def set(self, form: Filled) -> Page:
        """Set a target, and say what came of it."""
        try:
            if not self._tokens.fits(form.token, "targets"):
                raise ValueError(say("This page is older than the running gateway. Look again and set it anew."))
            if not form.who:
                raise ValueError(say("Write your name: whoever asks later must know who set the target."))
            wish = wish_of(form, minor_digits(self._house.config.property.currency))
        except ValueError as problem:
            return await self.all(problem=str(problem), form=form)
        words = await self._deeds.ask(form.who, TARGET, form.why, wish.subject())
        return await self.all(told=f"{words[:1].upper()}{words[1:]}.")


# -- words; pure --------------------------------------------------------------------------------------------------------


def verdict(met: bool | None) -> Mark:
    """Whether a target is reached."""
    if met is None:
        words = say("cannot be said yet")
        return Mark("–", "quiet", words, words)
    words = say("reached") if met else say("not reached")
    return Mark("✓" if met else "!", "good" if met else "amber", words, words)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0f} %"


def _desk(asked: Asked, one: Followed, clock: Clock) -> dict[str, Any]:
    target, came = one.target, one.came
    limited = target.cost is not None and target.cost_per == one.stretch
    return {
        "desk": visible(target.desk),
        "extensions": visible(target.extensions),
        "stretch": _STRETCHES[one.stretch],
        "begins": one.stretch == "day",
        "calls": came.calls,
        "answered": came.answered,
        "missed": came.missed,
        "in_time": _percent(one.in_time),
        "answer_target": say(
            "{share} % within {seconds} s", share=target.answered_percent, seconds=target.within_seconds
        )
        if target.within_seconds is not None
        else "",
        "missed_share": _percent(one.missed),
        "missed_target": say("at most {share} %", share=target.missed_percent)
        if target.missed_percent is not None
        else "",
        "spent": figure(one.spent, asked.decimals),
        "cost_target": say("at most {amount}", amount=figure(target.cost or 0, asked.decimals)) if limited else "",
        "mark": verdict(one.verdict),
        "set": say("set {moment} by {name}", moment=clock.moment(target.set_at), name=visible(target.set_by)),
        "why": visible(target.why),
    }


def _as_it_is(asked: Asked, desk: str, found: Sequence[Followed]) -> Filled:
    """The form with what holds for a desk, so that whoever changes one figure need not type the others."""
    target = next((one.target for one in found if one.target.desk == desk), None)
    if target is None:
        return Filled(desk=desk)

    def text(number: int | None) -> str:
        return "" if number is None else str(number)

    return Filled(
        desk=desk,
        extensions=target.extensions,
        within=text(target.within_seconds),
        percent=text(target.answered_percent),
        missed=text(target.missed_percent),
        cost="" if target.cost is None else format_amount(target.cost, asked.decimals),
        cost_per=target.cost_per,
    )


def _may_show(asked: Asked, one: Any) -> bool:
    """The budget of an extension is a figure by person."""
    return bool(asked.office.agreement) or one.budget.whose != "extension"


def _budget(asked: Asked, one: Any) -> dict[str, Any]:
    budget, share = one.budget, 100 * one.spent // one.budget.amount if one.budget.amount else 0
    tone, sign, words = {
        "within": ("good", "✓", say("within")),
        "near": ("amber", "…", say("nearly spent")),
        "passed": ("red", "!", say("spent")),
    }[one.verdict]
    return {
        "whose": _WHOSE[budget.whose],
        "name": visible(budget.name),
        "amount": amount(budget.amount, asked.decimals, asked.currency),
        "spent": amount(one.spent, asked.decimals, asked.currency),
        "share": f"{share} %",
        "mark": Mark(sign, tone, words, words),  # type: ignore[arg-type]
    }


def _ended(asked: Asked, one: Target, clock: Clock) -> dict[str, Any]:
    said = []
    if one.within_seconds is not None:
        said.append(say("{share} % within {seconds} s", share=one.answered_percent, seconds=one.within_seconds))
    if one.missed_percent is not None:
        said.append(say("at most {share} % missed", share=one.missed_percent))
    if one.cost is not None:
        said.append(
            say(
                "at most {amount} {per}",
                amount=amount(one.cost, asked.decimals, asked.currency),
                per=_PERS[one.cost_per],
            )
        )
    return {
        "desk": visible(one.desk),
        "words": "; ".join(said),
        "set": say("{moment} by {name}", moment=clock.moment(one.set_at), name=visible(one.set_by)),
        "ended": say("{moment} by {name}", moment=clock.moment(one.ended_at or 0), name=visible(one.ended_by)),
        "why": visible(one.why),
    }
