"""The pages about what people do to charges: void, adjust, move, charge by hand, and the second person's word."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.acts import AGREE, ASK, DECLINE, LONGEST_ROOM, REASONS, Act, ActKind
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import Texts, later, say
from gateway.roles import Person
from gateway.store import acts, outbox, reading, receipts, shares
from gateway.store.acts import ActRow
from gateway.store.receipts import Receipt
from gateway.store.rows import PostingRow
from gateway.store.shares import ShareRow
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON, Deeds
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.marks import NAMES
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, one_line
from gateway.web.security import Tokens
from gateway.web.words import Clock, amount, minutes
from rating.money import minor_digits, parse_amount

#: Acts on one page.
LISTED: Final = 50
#: Forms whose answer is remembered, so that one that is sent twice charges once.
REMEMBERED: Final = 500
#: What each kind of act is called.
KIND_WORDS: Final[Mapping[str, str]] = Texts(
    {"void": "void", "adjust": "made less", "move": "moved", "charge": "charged by hand"}
)
STATE_WORDS: Final[Mapping[str, str]] = Texts(
    {
        "waiting": "waits for a second person",
        "done": "done",
        "declined": "declined",
        "stale": "left alone: the charge had changed",
    }
)
_OLD: Final = later("This page is older than the running gateway. Look at the charge below and decide again.")
_NAMELESS: Final = later("Write your name: whoever asks later must know who decided.")
_WORDLESS: Final = later("Write in your own words why: whoever balances the day will ask.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """What a form brought, as text."""

    kind: str = ""
    till: str = ""
    receipt: str = ""
    amount: str = ""
    room: str = ""
    share: str = ""
    reason: str = ""
    who: str = ""
    why: str = ""
    token: str = ""
    once: str = ""


def read_form(fields: Fields) -> ActForm:
    """The fields of a form, each bounded; a missing one is empty."""

    def text(name: bytes, most: int) -> str:
        return one_line(fields, name, most)

    return ActForm(
        kind=text(b"kind", 10),
        till=text(b"till", 5),
        receipt=text(b"receipt", receipts.LONGEST),
        amount=text(b"amount", 20),
        room=text(b"room", LONGEST_ROOM),
        share=text(b"share", LONGEST_ROOM),
        reason=text(b"reason", 20),
        who=text(b"who", LONGEST_NAME),
        why=text(b"why", LONGEST_REASON),
        token=text(b"token", 64),
        once=text(b"once", 64),
    )


class _Charged(NamedTuple):
    """A call, its postings, what was done to them, the receipt it was paid by, and who shares it."""

    call: Any
    parts: list[PostingRow]
    done: list[ActRow]
    paid: Receipt | None
    shares: list[ShareRow]


class ActPages:
    """Acts, and the forms that ask for one."""

    def __init__(self, house: House, reads: Reads, live: Live, tokens: Tokens, pages: Pages, deeds: Deeds) -> None:
        self._house, self._reads, self._live, self._tokens = house, reads, live, tokens
        self._pages, self._deeds = pages, deeds
        self._sent: OrderedDict[str, str] = OrderedDict()

    @property
    def _owner(self) -> str:
        return self._house.database.property

    @property
    def _currency(self) -> str:
        return self._house.config.property.currency

    # -- all of them ----------------------------------------------------------------------------------------------

    async def all(self, before: int | None = None, told: str = "", problem: str = "") -> Page:
        """What waits for a second person, and the newest acts."""
        owner = self._owner

        def work(connection: Connection) -> tuple[list[ActRow], list[ActRow]]:
            return acts.waiting(connection, owner), acts.newest(connection, owner, LISTED + 1, before)

        waiting, found = await self._reads.read(work)
        clock = self._live.clock()
        page = await self._pages.page(
            "acts.html",
            here="acts",
            title=say("Changed charges"),
            waiting=[{**_view(one, clock), "token": self._tokens.sign("act", one.id)} for one in waiting],
            acts=[_view(one, clock) for one in found[:LISTED]],
            older=found[LISTED - 1].id if len(found) > LISTED else None,
            told=told,
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    async def decide(self, form: ActForm, number: int, deed: str) -> Page:
        """A second person's word."""
        if not self._tokens.fits(form.token, "act", number):
            return await self.all(problem=say(_OLD))
        if deed not in ("agree", "decline"):
            return await self.all(problem=say("An act can be agreed to or declined."))
        if not form.who:
            return await self.all(problem=say(_NAMELESS))
        if deed == "decline" and not form.why:
            return await self.all(problem=say("Say why it is declined: whoever asked for it will want to know."))
        result = await self._deeds.ask(form.who, AGREE if deed == "agree" else DECLINE, form.why, str(number))
        return await self.all(told=kept(result))

    # -- one call -------------------------------------------------------------------------------------------------

    async def of_call(self, number: int, form: ActForm | None = None, told: str = "", problem: str = "") -> Page:
        """What can be done to the charge of a call, and what was done."""
        owner = self._owner

        def work(connection: Connection) -> _Charged | None:
            call = reading.call(connection, owner, number)
            if call is None:
                return None
            paid = receipts.of_calls(connection, owner, [number]).get(number)
            parts = outbox.of_call(connection, owner, number)
            done = acts.of_calls(connection, owner, [number])
            return _Charged(call, parts, done, paid, shares.of_call(connection, owner, number))

        found = await self._reads.read(work)
        if found is None:
            return await self._pages.missing(say("There is no call {number}.", number=number))
        call, parts, done, paid, held = found
        clock = self._live.clock()
        charged = sum(one.amount or 0 for one in parts if one.state != "written_off")
        page = await self._pages.page(
            "act.html",
            here="acts",
            title=say("Charge of call {number}", number=number),
            call=_call_view(call, charged, clock),
            parts=[_part_view(one) for one in parts],
            chargeable=any(one.state != "written_off" for one in parts) and (charged > 0 or not done),
            acts=[_view(one, clock) for one in done],
            paid=None if paid is None else _receipt_view(paid, clock),
            shares=[_share_view(one, call) for one in held if one.kind != "department" and one.amount],
            payable=not held and paid is None and call["amount"] is not None and receipts.payable(parts),
            tills=receipts.TILLS,
            reasons=REASONS,
            currency=call["currency"] or self._currency,
            form=form or ActForm(),
            token=self._tokens.sign("charge of", number, charged, len(parts)),
            told=told,
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    async def ask(self, form: ActForm, number: int, person: Person) -> Page:
        """Ask for an act at the charge of a call."""
        act = await self._judged(form, number, person)
        if isinstance(act, str):
            return await self.of_call(number, form, problem=act)
        result = await self._deeds.ask(form.who, ASK, form.why, act.subject())
        if result.startswith("act "):
            return await self.of_call(number, told=kept(result))
        return await self.of_call(number, form, problem=kept(result))

    async def receipt(self, form: ActForm, number: int, person: Person) -> Page:
        """Write down that a call was paid at a till."""
        found = await self._reads.read(lambda connection: outbox.of_call(connection, self._owner, number))
        charged = sum(one.amount or 0 for one in found if one.state != "written_off")
        most = self._alone(person)
        problem = ""
        if not self._tokens.fits(form.token, "charge of", number, charged, len(found)):
            problem = say(_OLD)
        elif not form.who:
            problem = say(_NAMELESS)
        elif form.till not in receipts.TILLS or not form.receipt:
            problem = say("Say where it was paid, and write the number of the receipt.")
        elif most is not None and charged > most:
            problem = say("This is more than you may let go alone: a supervisor writes the receipt down.")
        if problem:
            return await self.of_call(number, form, problem=problem)
        about = receipts.subject(number, form.till, form.receipt)
        result = await self._deeds.ask(form.who, receipts.RECEIPT, form.why, about)
        if result.startswith(receipts.KEPT):
            return await self.of_call(number, told=kept(result))
        return await self.of_call(number, form, problem=kept(result))

    async def _judged(self, form: ActForm, number: int, person: Person) -> Act | str:
        """The act that a form asks for, or what is the matter with it."""
        parts = await self._reads.read(lambda connection: outbox.of_call(connection, self._owner, number))
        charged = sum(one.amount or 0 for one in parts if one.state != "written_off")
        if not self._tokens.fits(form.token, "charge of", number, charged, len(parts)):
            return say(_OLD)
        kinds: dict[str, ActKind] = {"void": "void", "adjust": "adjust", "move": "move"}
        kind = kinds.get(form.kind)
        if kind is None:
            return say("A charge can be made void, made less, or moved.")
        if kind != "move" and not person.may("void"):
            return say("Your role may not take charges back; ask the night auditor or a supervisor.")
        problem = _incomplete(form)
        if problem:
            return problem
        wanted = self._minor(form.amount) if kind == "adjust" else None
        if isinstance(wanted, str):
            return wanted
        room = form.room if kind == "move" else None
        share, most = form.share or None, self._alone(person)
        return Act(kind=kind, call_id=number, amount=wanted, room=room, reason=form.reason, up_to=most, share=share)

    def _alone(self, person: Person) -> int | None:
        """Up to how much this person may decide alone."""
        said = self._house.config.acts.alone_up_to
        if said is None or person.may("void_above_limit"):
            return None
        return parse_amount(said, minor_digits(self._currency))

    def _minor(self, text: str) -> int | str:
        try:
            return parse_amount(text, minor_digits(self._currency))
        except ValueError as error:
            return say("The amount {problem}.", problem=error)

    # -- by hand --------------------------------------------------------------------------------------------------

    async def charge(self, form: ActForm | None = None, told: str = "", problem: str = "") -> Page:
        """The form of a charge by hand."""
        page = await self._pages.page(
            "act_charge.html",
            here="acts",
            title=say("Charge by hand"),
            form=form or ActForm(),
            currency=self._currency,
            tax=self._house.config.acts.tax_percent,
            token=self._tokens.sign("charge by hand"),
            once=form.once if form is not None and problem and form.once else secrets.token_hex(16),
            told=told,
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    async def make_charge(self, form: ActForm) -> Page:
        """Charge by hand. A form that comes twice (a page loaded again, a button pressed twice) charges once."""
        if not self._tokens.fits(form.token, "charge by hand"):
            return await self.charge(form, problem=say("This page is older than the running gateway. Send it anew."))
        wanted = self._minor(form.amount)
        problem = _incomplete(form, reasoned=False) or (wanted if isinstance(wanted, str) else "")
        if problem or isinstance(wanted, str):
            return await self.charge(form, problem=problem)
        if form.once in self._sent:
            return await self.charge(told=say("This form was sent before: {result}", result=self._sent[form.once]))
        self._sent[form.once] = say("it is being written down.")
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        act = Act(kind="charge", amount=wanted, room=form.room)
        result = await self._deeds.ask(form.who, ASK, form.why, act.subject())
        if result.startswith("not done"):
            del self._sent[form.once]
            return await self.charge(form, problem=kept(result))
        self._sent[form.once] = result
        return await self.charge(told=kept(result))


def _incomplete(form: ActForm, *, reasoned: bool = True) -> str:
    """What a form lacks; empty if nothing."""
    if not form.who:
        return say(_NAMELESS)
    if reasoned and form.reason not in REASONS:
        return say("Choose a reason from the list.")
    return "" if form.why else say(_WORDLESS)


def _call_view(call: Mapping[str, Any], charged: int, clock: Clock) -> dict[str, Any]:
    return {
        "id": call["id"],
        "began": clock.moment(call["started_at"]),
        "room": call["room"] or "",
        "place": said_place(call["place"] or ""),
        "charged": amount(charged, call["decimals"], call["currency"]),
    }


def _share_view(one: ShareRow, call: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": one.name or "-",
        "room": one.room or "",
        "talked": minutes(one.seconds),
        "amount": amount(one.amount, call["decimals"], call["currency"]),
    }


def _receipt_view(one: Receipt, clock: Clock) -> dict[str, str]:
    return {
        "receipt": one.receipt,
        "till": one.till,
        "amount": amount(one.amount, one.decimals, one.currency),
        "who": one.who,
        "at": clock.moment(one.at),
    }


def _part_view(row: PostingRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": NAMES.get(row.state, row.state),
        "amount": amount(row.amount, row.decimals, row.currency),
        "room": row.room or "",
        "reason": kept(row.reason),
    }


def _view(row: ActRow, clock: Clock) -> dict[str, Any]:
    return {
        "id": row.id,
        "what": KIND_WORDS[row.kind],
        "state": row.state,
        "state_words": STATE_WORDS[row.state],
        "call": row.call_id,
        "room": row.room or "",
        "target": row.target or "",
        "before": amount(row.before, row.decimals, row.currency),
        "after": amount(row.after, row.decimals, row.currency),
        "reason": say(REASONS.get(row.reason, row.reason)) if row.kind != "charge" and row.reason else "",
        "why": row.why,
        "asked_by": row.asked_by,
        "asked": clock.moment(row.asked_at),
        "decided_by": row.decided_by,
        "decided_why": row.decided_why,
        "decided": clock.moment(row.decided_at) if row.decided_at is not None else "",
        "outcome": kept(row.outcome),
    }
