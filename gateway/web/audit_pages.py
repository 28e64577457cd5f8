"""The page of the night audit: a day's balance sheet, its open items, what the PMS says, and how it is closed.

Everything of a page is one snapshot of the store, or the one that was frozen when the day was closed. Nothing is decided here
but what is shown; what a person tells becomes a command, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from gateway.audit.days import DONE, BusinessDay, belonging
from gateway.audit.sheet import CAME, WENT, Difference, Sheet, expected_of, unnamed
from gateway.audit.sums import Coin, Purse, Sum, put
from gateway.config.day_rule import day_rule
from gateway.languages.kept import kept
from gateway.languages.spoken import say
from gateway.reports.values import Money
from gateway.store import commands
from gateway.store.day_looks import DayLook, charges_behind, chosen, known_line, look, records_behind
from gateway.web import audit_words as words
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.marks import HOLDS, MEANINGS, NAMES, SIGNS, TONES
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.security import Tokens
from gateway.web.words import long_day
from rating.money import minor_digits

#: Open charges and late items that the page names; the lists behind its lines have them all.
MOST_SHOWN: Final = 60
#: Rows of a list behind a line.
PAGE_ROWS: Final = 200
#: The order in which open charges claim attention.
OPEN: Final = ("in_doubt", "refused", "held", "unconfirmable", "sent", "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a form brought that could not be done, shown again beside the reason."""

    deed: str = ""
    item: str = ""
    amount: str = ""
    group: str = ""
    who: str = ""
    why: str = ""
    problem: str = ""


class AuditPages:
    """A day, the lists behind its lines."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages) -> None:
        self._house, self._reads, self._live, self._tokens, self._pages = house, reads, live, tokens, pages

    async def day(self, date: str = "", *, told: int | None = None, said: Said | None = None) -> Page:
        """A day's sheet; without a date, the day an auditor wants."""
        owner, has_pms = self._owner, bool(self._house.config.pms)

        def work(connection: Connection) -> tuple[DayLook | None, str | None]:
            found = chosen(connection, owner, date)
            result = commands.result(connection, owner, told) if told is not None else None
            return (look(connection, owner, found, has_pms=has_pms) if found is not None else None), result

        seen, result = await self._reads.read(work)
        if seen is None and date:
            return await self._pages.missing(say("There is no business date {date}.", date=date))
        said = said or Said()
        values = self._values(seen) if seen is not None else {"day": None}
        page = await self._pages.page(
            "audit.html",
            here="audit",
            title=say("Night audit: {day}", day=words.day_words(seen.day.day))
            if seen is not None
            else say("Night audit"),
            said=said,
            told=_told(result) if told is not None else "",
            **values,
        )
        return Page(page.html, 422 if said.problem else page.status)

    async def behind(self, date: str, name: str, after: int) -> Page:
        """The records or charges behind a line of the sheet."""
        owner = self._owner
        if name not in WENT and not known_line(name):
            return await self._pages.missing(say("The sheet has no such line."))

        def work(connection: Connection) -> tuple[BusinessDay | None, list[dict[str, Any]]]:
            found = chosen(connection, owner, date)
            ask = charges_behind if name in WENT else records_behind
            return found, ask(connection, owner, found, name, after, PAGE_ROWS + 1) if found is not None else []

        day, rows = await self._reads.read(work)
        if day is None:
            return await self._pages.missing(say("There is no business date {date}.", date=date))
        clock = self._live.clock()
        shown = [(_charge_row if name in WENT else _record_row)(one, clock) for one in rows[:PAGE_ROWS]]
        line = NAMES[name] if name in WENT else words.CAME_WORDS[name]
        return await self._pages.page(
            "audit_items.html",
            here="audit",
            title=f"{words.day_words(day.day)}: {line}",
            date=day.date,
            line=line,
            closed=day.closed_at is not None,
            charges=name in WENT,
            rows=shown,
            name=name,
            after=rows[PAGE_ROWS - 1]["id"] if len(rows) > PAGE_ROWS else None,
        )

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def _owner(self) -> str:
        return self._house.database.property

    @property
    def _home(self) -> Money:
        currency = self._house.config.property.currency
        return Money(0, currency, minor_digits(currency))

    def _money(self, purse: Purse) -> str:
        return words.purse_words(purse, self._home)

    def _values(self, seen: DayLook) -> dict[str, Any]:
        # An open day has no total of the PMS yet: that is no difference before it has ended.
        found = [one for one in seen.differences if seen.day.state != "open" or one.key != "no total"]
        return {
            "day": self._day(seen.day),
            "days": [self._tab(one, seen.day) for one in seen.days[:12]],
            "figure": self._figure(found),
            "differences": [self._difference(one) for one in found],
            "nameless": len(unnamed(found)),
            **self._balance(seen),
            **self._lists(seen),
            "later": self._later(seen, self._live.clock()),
        }

    def _day(self, day: BusinessDay) -> dict[str, Any]:
        """The day itself: how it stands, and what its forms carry."""
        rule = day_rule(self._house.config)
        return {
            "id": day.id,
            "date": day.date,
            "words": long_day(day.day),
            "state": day.state,
            "standing": words.standing(day, self._live.clock()),
            "remarks": [one for one in day.remarks.split("\n") if one],
            "why": day.closed_why,
            "token": self._tokens.sign("day", day.id, day.state),
            "following": words.following(day, rule, self._house.now()).isoformat(),
            "ends_by": rule.by,
            "ends_at": f"{rule.at:%H:%M}",
        }

    def _balance(self, seen: DayLook) -> dict[str, Any]:
        """Left, right, by class, and the PMS beside it."""
        day, made, has_pms = seen.day, seen.sheet, bool(self._house.config.pms)
        return {
            "came": [
                self._came(made, name, day) for name in CAME if name in ("rated", "unread") or made.came[name].number
            ],
            "received": made.received,
            "rated": self._sum(made.rated),
            "went": [self._went(made, state, day) for state in WENT if made.went[state].number or state == "posted"],
            "bridge": [self._bridge(one) for one in seen.differences if one.key in words.BRIDGE],
            "charges": self._sum(made.charges),
            "open_sum": self._sum(made.open),
            "classes": self._classes(made),
            "agreement": self._agreement(seen) if has_pms else [],
            "groups": sorted({*made.yes_by_class, *made.classes} - {""}),
            "has_pms": has_pms,
        }

    def _lists(self, seen: DayLook) -> dict[str, Any]:
        """The items by name, each list as far as the page shows it."""
        made, taken, clock = seen.sheet, seen.sheet.snapshot, self._live.clock()
        return {
            "open": self._open(made, clock),
            "more_open": made.open.number > MOST_SHOWN,
            "late": [self._late(one, seen, clock) for one in taken.late[:MOST_SHOWN]],
            "carried": [self._carried(one, seen, clock) for one in taken.carried[:MOST_SHOWN]],
            "odd_calls": [self._odd_call(one, clock) for one in taken.odd_calls[:MOST_SHOWN]],
            "odd_yes": [self._odd_yes(one) for one in taken.odd_yes[:MOST_SHOWN]],
            "unread": [
                {"received": clock.moment(at), "source": source, "reason": reason, "id": number}
                for number, at, source, reason in taken.unread[:MOST_SHOWN]
            ],
            "deeds": [
                {"at": clock.moment(at), "who": who, "what": words.deed_words(what), "posting": posting}
                for at, who, what, posting in taken.deeds[:MOST_SHOWN]
            ],
            "entries": [
                {"at": clock.moment(one.at), "who": one.who, "words": _entry_words(one, self._home)}
                for one in seen.entries
            ],
        }

    def _tab(self, one: BusinessDay, here: BusinessDay) -> dict[str, Any]:
        sign = {"closed": "✓", "ended": "○", "open": "●"}[one.state]
        return {
            "date": one.date,
            "words": words.day_words(one.day),
            "sign": sign,
            "state": {"open": say("open"), "ended": say("not closed"), "closed": say("closed")}[one.state],
            "here": one.id == here.id,
        }

    def _sum(self, one: Sum) -> dict[str, Any]:
        return {
            "number": one.number,
            "gross": self._money(one.gross),
            "net": self._money(one.net),
            "tax": self._money(one.tax),
        }

    def _came(self, made: Sheet, name: str, day: BusinessDay) -> dict[str, Any]:
        linked = known_line(name) and made.came[name].number
        where = f"/audit/{day.date}/{name}" if linked else ""
        tone = "red" if name == "astray" else "amber" if name in ("unread", "unrated", "unfinished") else ""
        here = made.came[name]
        return {
            "name": name,
            "words": words.CAME_WORDS[name],
            "where": where,
            "tone": tone if here.number else "quiet",
        } | (self._sum(here))

    def _went(self, made: Sheet, state: str, day: BusinessDay) -> dict[str, Any]:
        return {
            "state": state,
            "words": NAMES[state],
            "sign": SIGNS[state],
            "tone": TONES[state],
            "meaning": MEANINGS[state],
            "where": f"/audit/{day.date}/{state}" if made.went[state].number else "",
            **self._sum(made.went[state]),
        }

    def _bridge(self, one: Difference) -> dict[str, Any]:
        purse = {coin: minor * words.BRIDGE[one.key] for coin, minor in one.amount.items()}
        return {"words": words.what(one), "amount": words.purse_words(purse, self._home, signed=True)}

    def _figure(self, found: list[Difference]) -> str:
        """What is left without a name, in large; a question mark where that is no amount."""
        nameless = unnamed(found)
        left: Purse = {}
        for one in nameless:
            for coin, minor in one.amount.items():
                put(left, coin, abs(minor))
        return "?" if nameless and not any(left.values()) else self._money(left)

    def _difference(self, one: Difference) -> dict[str, Any]:
        return {
            "key": one.key,
            "what": words.what(one),
            "amount": words.purse_words(one.amount, self._home, signed=True) if any(one.amount.values()) else "",
            "named": one.named,
            "why": one.why,
            "told": one.told,
            "advice": "" if one.named else words.advice(one),
        }

    def _open(self, made: Sheet, clock: Any) -> list[dict[str, Any]]:
        rows = sorted(made.snapshot.open, key=lambda row: (OPEN.index(row[2]) if row[2] in OPEN else 99, row[0]))
        shown = []
        for number, call, state, hold, reason, room, minor, currency, decimals, _attempts, started in rows[:MOST_SHOWN]:
            money = self._money({Coin(currency, decimals): minor}) if minor is not None else say("no price")
            why = kept(reason) or HOLDS.get(hold, hold) or MEANINGS[state]
            began = clock.moment(started) if started else ""
            person = state in ("in_doubt", "refused", "held", "unconfirmable")
            shown.append(
                {"id": number, "call": call, "room": room or "–", "amount": money, "why": why, "began": began}
                | {"state": NAMES[state], "sign": SIGNS[state], "tone": TONES[state], "person": person}
            )
        return shown

    def _classes(self, made: Sheet) -> list[dict[str, Any]]:
        names = sorted({*made.classes, *made.went_by_class, *made.yes_by_class})
        rows = []
        for name in names:
            states, rated = made.went_by_class.get(name, {}), made.classes.get(name, Sum())
            left = Sum()
            for state, one in states.items():
                if state not in ("posted", "written_off"):
                    left.take(one)
            posted, off = states.get("posted", Sum()), states.get("written_off", Sum())
            yes = made.yes_by_class.get(name, Sum())
            rows.append(
                {"name": name or say("without a class"), "rated": self._sum(rated), "posted": self._sum(posted)}
                | {"open": self._sum(left), "off": self._sum(off), "yes": self._sum(yes)}
            )
        return rows

    def _agreement(self, seen: DayLook) -> list[dict[str, Any]]:
        """Ours beside the PMS's, for all and for each class of which it told a total."""
        groups = ["", *sorted({*seen.sheet.yes_by_class, *seen.totals} - {""})]
        rows = []
        for group in groups:
            ours = expected_of(seen.sheet, group)
            total = seen.totals.get(group)
            rest = (
                ""
                if total is None
                else words.purse_words({total.coin: total.minor - ours.get(total.coin, 0)}, self._home, signed=True)
            )
            rows.append(
                {
                    "words": group or say("all telephone charges"),
                    "ours": self._money(ours),
                    "theirs": "" if total is None else self._money({total.coin: total.minor}),
                    "rest": rest,
                    "even": total is not None and total.minor == ours.get(total.coin, 0),
                    "where": "" if total is None else total.words,
                }
            )
        return rows

    # -- late items -----------------------------------------------------------------------------------------------

    def _belongs(self, seen: DayLook, started: int | None) -> str:
        found = belonging(seen.days, started) if started is not None else None
        return (
            say("belongs to {day}", day=words.day_words(found.day))
            if found is not None
            else say("belongs to an earlier day")
        )

    def _late(self, row: list[Any], seen: DayLook, clock: Any) -> dict[str, Any]:
        call, started, room, extension, _status, minor, currency, decimals = row
        money = self._money({Coin(currency or "", decimals or 0): minor}) if minor is not None else ""
        who = (
            say("room {room}", room=room)
            if room
            else say("extension {extension}", extension=extension or say("not told"))
        )
        return {
            "call": call,
            "began": clock.moment(started),
            "who": who,
            "amount": money,
            "mark": self._belongs(seen, started),
        }

    def _carried(self, row: list[Any], seen: DayLook, clock: Any) -> dict[str, Any]:
        number, call, started, room, state, kind, minor, currency, decimals, place = row
        money = self._money({Coin(currency, decimals): minor}) if minor is not None else say("no price")
        began = clock.moment(started) if started is not None else say("not known")
        mark = self._belongs(seen, started) if place == "earlier" else words.PLACES.get(place, place)
        return {"id": number, "call": call, "began": began, "room": room or "–", "amount": money, "mark": mark} | {
            "state": NAMES[state],
            "kind": say(kind),
        }

    def _odd_call(self, row: list[Any], clock: Any) -> dict[str, Any]:
        (
            number,
            started,
            room,
            extension,
            _class,
            reason,
            minor,
            currency,
            decimals,
            parts,
            charged,
            corrections,
            last,
            *house,
        ) = row
        coin = Coin(currency, decimals)
        why = (
            say("no charge")
            if not parts
            else say("the house held a share")
            if sum(house) == minor - charged
            else say("corrected")
            if corrections or last
            else say("price and charges differ")
        )
        return {
            "call": number,
            "began": clock.moment(started),
            "who": room or extension or "–",
            "price": self._money({coin: minor}),
            "charged": self._money({coin: charged}) if parts else "–",
            "why": f"{why}: {reason}" if reason else why,
        }

    def _odd_yes(self, row: list[Any]) -> dict[str, Any]:
        factor, way, number, room, state, _class, minor, currency, decimals = row
        money = self._money({Coin(currency, decimals): minor or 0})
        return {"id": number, "room": room or "–", "amount": money, "state": NAMES[state], "way": way, "factor": factor}

    def _later(self, seen: DayLook, clock: Any) -> dict[str, Any]:
        """What came after the day was closed: it stands on the sheet of the day on which it came."""
        later = seen.later
        if not any(later.values()):
            return {}
        moved = []
        before = {row[0]: row[2] for row in seen.sheet.snapshot.open}
        for number, state, _reason, changed, minor, currency, decimals, room in later["moved"]:
            money = self._money({Coin(currency, decimals): minor}) if minor is not None else say("no price")
            was = NAMES.get(before.get(number, ""), say("settled"))
            moved.append(
                {
                    "id": number,
                    "room": room or "–",
                    "amount": money,
                    "what": say(
                        "{was} when closed, {state} {moment}", was=was, state=NAMES[state], moment=clock.moment(changed)
                    ),
                }
            )
        made = [
            {"id": number, "room": room or "–", "amount": self._money({Coin(currency, decimals): minor or 0})}
            | {
                "what": say(
                    "{kind} made {moment}, {state}", kind=say(kind), moment=clock.moment(at), state=NAMES[state]
                ),
                "carried": self._carried_to(seen, at),
            }
            for number, _call, state, kind, at, minor, currency, decimals, room in later["made"]
        ]
        return {"moved": moved, "made": made, "late": [self._late(one, seen, clock) for one in later["late"]]}

    def _carried_to(self, seen: DayLook, at: int) -> str:
        found = belonging(seen.days, at)
        return say("carried to {day}", day=words.day_words(found.day)) if found is not None else ""


def _told(result: str | None) -> str:
    """What came of a command, as a sentence."""
    if result is None:
        return say("It is written down and will be done in a moment: look again.")
    sentence = kept(result.removeprefix(DONE))
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _entry_words(one: Any, home: Money) -> str:
    if one.kind == "name":
        return say("“{item}” is: {words}", item=one.item, words=one.words)
    amount = words.purse_words({Coin(one.currency, one.decimals): one.amount or 0}, home)
    if one.item:
        return say("the PMS’s total for {group} is {amount}: {words}", group=one.item, amount=amount, words=one.words)
    return say("the PMS’s total is {amount}: {words}", amount=amount, words=one.words)


def _record_row(one: Mapping[str, Any], clock: Any) -> dict[str, Any]:
    from gateway.web.words import amount

    who = one["room"] or one["department"] or one["extension"] or ""
    return {
        "id": one["id"],
        "at": clock.moment(one["received_at"]),
        "began": clock.moment(one["started_at"]) if one["started_at"] is not None else "",
        "who": who,
        "what": one["words"] or one["reason"] or one["mark"] or one["kind"],
        "amount": amount(one["amount"], one["decimals"], one["currency"]) if one["amount"] is not None else "",
        "where": f"/calls/{one['call_id']}" if one["call_id"] is not None else "",
    }


def _charge_row(one: Mapping[str, Any], clock: Any) -> dict[str, Any]:
    from gateway.web.words import amount

    return {
        "id": one["id"],
        "at": clock.moment(one["changed_at"]),
        "began": clock.moment(one["started_at"]) if one["started_at"] is not None else "",
        "who": one["room"] or "–",
        "what": one["reason"] or one["reference"] or "",
        "amount": amount(one["amount"], one["decimals"], one["currency"])
        if one["amount"] is not None
        else say("no price"),
        "where": f"/postings/{one['id']}",
    }
