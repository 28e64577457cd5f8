"""Rating one call: what it costs, or why it costs nothing, or why nobody can say. The outcomes are in `rating.outcomes`.

A call is rated twice: `rate` says what the guest pays, `cost_of` what the carrier will charge the hotel for it. Both go
the same way: what is never charged (an emergency before all else), what is doubtful, the tariff in force at the call's
start, the rule that fits, the rate of the number; `rating.pricing` does the sums. Nothing here raises on anything an
exchange can report.

An incoming call is no emergency, even if its digits (the extension that was called) happen to read 112. Calls that do
not go out cost nothing, unless a rule of a tariff asks for their direction.
"""

from __future__ import annotations

from protocols.records import CallRecord
from rating.bands import DAY, band_at, instant_of
from rating.book import Periods, TariffBook, in_force
from rating.choosing import Choice, choices
from rating.circumstances import PLAIN, Circumstances, fits
from rating.fields import PRICE_LIMIT
from rating.money import exact
from rating.numbering import CHARGEABLE_CLASSES, DialledNumber
from rating.outcomes import NotChargeable, Rating, Unrated
from rating.pricing import Metered, Talk, Worked, plainly, worked
from rating.tariff import SHORT, Rate, Tariff

TALK_LIMIT = 31 * DAY
"""Longest talk time that is priced. A longer one is a counter gone wrong; it is held for a person to look at."""

PULSE_LIMIT = 1_000_000
"""Most pulses that are priced: one each three seconds for a month."""

FALLBACK_LIMIT = 4
"""Tariffs that are asked after the first one, where none has a price; a longer chain is refused when it is read."""

FIRST_YEAR, LAST_YEAR = 1980, 2200
"""Calls outside these years have a clock gone wrong; inside them no date arithmetic can overflow."""

_INCOMING = NotChargeable("incoming", "incoming call: not charged")
_EMERGENCY = NotChargeable("emergency", "emergency call: never charged")
_INTERNAL = NotChargeable("internal", "internal call: not charged")
_TANDEM = NotChargeable("tandem", "call from trunk to trunk: not charged")
_UNANSWERED = NotChargeable("unanswered", "the call was not answered")
_NO_TIME = NotChargeable("unanswered", "no talk time, and the exchange does not say that the call was answered")

_new = tuple.__new__  # builds a named tuple in a third of the time; there is one for each call
_PRICED = frozenset(CHARGEABLE_CLASSES)
_NEVER = {"emergency": _EMERGENCY, "internal": _INTERNAL}
_UNRULED: dict[str, NotChargeable | Unrated] = {
    "in": _INCOMING,
    "tandem": _TANDEM,
    "collect": Unrated("a collect call: its charges were accepted, and no rule of the tariff prices them"),
    "unknown": Unrated("the exchange does not say whether the call went out or came in"),
}


def rate(call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances = PLAIN) -> Rating:
    """Price one call for the guest, with the tariff in force at its start."""
    found = _outcome(call, number, book, around, cost=False)
    return found.rated if type(found) is Worked else found  # type: ignore[return-value]


def cost_of(call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances = PLAIN) -> Rating | None:
    """Say what the carrier will charge the hotel for a call; None where the book has no cost tariff."""
    if not book.costs:
        return None
    found = _outcome(call, number, book, around, cost=True)
    return found.rated if isinstance(found, Worked) else found


def _outcome(
    call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances, *, cost: bool
) -> Worked | Unrated | NotChargeable:
    direction = around.direction or call.direction
    talk, answered = call.talk_seconds, call.answered is not False
    if not (
        talk
        and direction == "out"
        and answered
        and 0 < talk <= TALK_LIMIT
        and number.number_class in _PRICED
        and FIRST_YEAR <= call.start.year < LAST_YEAR
    ):
        settled = _settled(call, number, direction, book)
        if settled is not None:
            return settled
    if book.asked:
        around = _filled(around, call)
    periods = _periods(book, around, cost=cost) if cost or around.tariff else book.periods
    if isinstance(periods, Unrated):
        return periods
    tariff = in_force(periods, call.start)
    if tariff is None:
        day = call.start.astimezone(book.zone).date().isoformat()
        named = f"the tariff {around.tariff} is not" if around.tariff and not cost else "no tariff is"
        return Unrated(f"{named} in force on {day}")
    deciding = _class_in(tariff, number) if number.kind else number.number_class
    choice = choices(tariff, deciding, direction, around)
    if choice and (usual := choice[0]).plain is not None and usual.asks is None and talk and answered:
        found = find_rate(usual, number)
        quick = None if found is None else plainly(talk, number, found, usual, tariff, book.version)
        if quick is not None:
            return quick
    result = _by_tariff(call, number, book, around, tariff)
    if isinstance(result, str):
        result = _by_others(call, number, book, around, tariff, result)
    if isinstance(result, str):
        return _UNRULED.get(direction) or Unrated(result)
    return result


def _class_in(tariff: Tariff, number: DialledNumber) -> str:
    """Give the class that decides: the finer one of a number, where the tariff has a rule for it."""
    kind = number.kind
    known = kind in tariff.rules or any(kind in special.by_class for special in tariff.special)
    return kind if kind and known else number.number_class


def _by_others(
    call: CallRecord,
    number: DialledNumber,
    book: TariffBook,
    around: Circumstances,
    tariff: Tariff,
    result: str,
) -> Worked | Unrated | NotChargeable | str:
    """Ask the tariffs that stand behind the first one, in turn; without an answer its own reason holds."""
    code = tariff.otherwise
    for _ in range(FALLBACK_LIMIT):
        later = book.in_force(call.start, code) if code else None
        if later is None:
            break
        found = _by_tariff(call, number, book, around, later)
        if not isinstance(found, str):
            return found
        code = later.otherwise
    return result


def _settled(
    call: CallRecord, number: DialledNumber, direction: str, book: TariffBook
) -> NotChargeable | Unrated | None:
    """What ends the matter before any tariff is asked, most important first; None where the call may cost money."""
    if direction not in ("in", "collect"):
        never = _NEVER.get(number.number_class)
        if never is not None:
            return never
    if direction != "out" and direction not in book.directions:
        return _INTERNAL if direction == "internal" else _UNRULED.get(direction, _UNRULED["unknown"])
    talk = call.talk_seconds
    if call.answered is False or (call.answered is None and talk == 0):
        if not book.attempts or number.number_class == "unknown":
            return _UNANSWERED if call.answered is False else _NO_TIME
    elif talk is None:
        return Unrated("the exchange does not say how long the call lasted")
    elif not 0 <= talk <= TALK_LIMIT:
        return Unrated(f"a talk time of {talk} seconds cannot be right")
    if not FIRST_YEAR <= call.start.year < LAST_YEAR:
        return Unrated(f"a call in the year {call.start.year} cannot be right")
    if number.number_class == "unknown" and direction == "out":
        return Unrated(f"the number {number.raw!r} could not be understood" if number.raw else "no digits are known")
    return None


def _filled(around: Circumstances, call: CallRecord) -> Circumstances:
    """Take from the record what nobody said."""
    trunk, group, extension = around.trunk, around.trunk_group, around.extension
    if (trunk or not call.trunk) and (group or not call.trunk_group) and (extension or not call.extension):
        return around
    return around._replace(
        trunk=trunk or call.trunk or "",
        trunk_group=group or call.trunk_group or "",
        extension=extension or call.extension or "",
    )


def _periods(book: TariffBook, around: Circumstances, *, cost: bool) -> Periods | Unrated:
    if cost:
        line = book.cost_line(around)
        if line is not None:
            return line.periods
        words = f"carrier {around.carrier}" if around.carrier else f"trunk {around.trunk or 'that is not known'}"
        return Unrated(f"no cost tariff is for the {words}")
    if not around.tariff:
        return book.periods
    periods = book.carried.get(around.tariff)
    return Unrated(f"the tariff {around.tariff} is not in the folder") if periods is None else periods


def _by_tariff(
    call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances, tariff: Tariff
) -> Worked | Unrated | NotChargeable | str:
    """Rate a call with one tariff; a text says why this tariff has no price for it."""
    choice = _choice(call, number, book, around, tariff)
    if isinstance(choice, str):
        return choice
    if choice.rule.free:
        words = f"rule {choice.name}" if choice.name else f"class {number.number_class}"
        return NotChargeable("class-free", f"calls of {words} are free in tariff {tariff.code}")
    seconds = call.talk_seconds or 0
    if call.answered is False or (call.answered is None and not seconds):
        if not choice.terms.attempt:
            return _UNANSWERED
        found = find_rate(choice, number) or _ATTEMPT
        return worked(Talk(call.start, 0, 0, None), number, found, choice, tariff, book)
    counted = seconds
    if tariff.unsupervised:
        counted = _counted(seconds, around, tariff)
        if not counted and seconds:
            words = f"{seconds} s on a line that does not tell the answer: counted as not answered"
            return NotChargeable("unanswered", words)
    return _priced(call, number, book, around, tariff, choice, _new(Talk, (call.start, seconds, counted, None)))


_ATTEMPT = Rate("attempt", "", (0,), (0,), 1, 1, True)


def _choice(
    call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances, tariff: Tariff
) -> Choice | str:
    """The first rule whose own conditions fit the number and the clock."""
    for choice in choices(tariff, _class_in(tariff, number), around.direction or call.direction, around):
        asks = choice.asks
        if asks is None:
            return choice
        key = number.e164 or SHORT + number.digits
        if (
            (not asks.prefixes or key.startswith(asks.prefixes))
            and (not asks.countries or number.country in asks.countries)
            and (not asks.bands or band_at(tariff.week, book.zone, instant_of(call.start)) in asks.bands)
        ):
            return choice
    return f"the tariff {tariff.code} has no rule for calls of class {number.number_class}"


def _counted(seconds: int, around: Circumstances, tariff: Tariff) -> int:
    """The seconds that count on a line without answer supervision; 0 for what counts as not answered."""
    for line in tariff.unsupervised:
        if fits(line.trunks, around.trunk) or fits(line.trunks, around.trunk_group):
            if seconds <= line.allowance:
                return 0
            return max(seconds - line.subtract, 0)
    return seconds


def find_rate(choice: Choice, number: DialledNumber) -> Rate | None:
    """Find the rate of a number: a row for its class, else the price of the rule, else the longest prefix."""
    rule = choice.rule
    if rule.rows is not None:
        found = rule.rows.find(number.e164 or SHORT + number.digits)
        if found is not None:
            return found
    if rule.price is not None:
        return rule.price
    found = choice.deck.find(number.e164) if number.e164 is not None else None
    return rule.last if found is None else found


def _priced(
    call: CallRecord,
    number: DialledNumber,
    book: TariffBook,
    around: Circumstances,
    tariff: Tariff,
    choice: Choice,
    talk: Talk,
) -> Worked | Unrated | str:
    metering = choice.rule.metered
    if metering is not None:
        metered = _pulses(call) if metering.basis == "pulses" else _advice(call, tariff)
        if isinstance(metered, Unrated):
            return metered
        if metered is not None:
            return worked(talk._replace(metered=metered), number, metering, choice, tariff, book)
    found = find_rate(choice, number)
    if found is None:
        wanted = f"the tariff {tariff.code} has no rate for {number.e164 or number.digits or number.raw}"
        return wanted if metering is None else f"{wanted}, and the exchange metered nothing"
    if found.basis == "cost":
        cost = _cost(call, number, book, around)
        if isinstance(cost, Unrated):
            return cost
        talk = talk._replace(metered=cost)
    return worked(talk, number, found, choice, tariff, book)


def _pulses(call: CallRecord) -> Metered | Unrated | None:
    if call.pulses is None:
        return None
    if not 0 <= call.pulses <= PULSE_LIMIT:
        return Unrated(f"a count of {call.pulses} pulses cannot be right")
    return Metered(call.pulses)


def _advice(call: CallRecord, tariff: Tariff) -> Metered | Unrated | None:
    if call.aoc_amount is None:
        return None
    if call.aoc_currency not in (None, "", tariff.currency):
        return Unrated(f"the exchange advises {call.aoc_currency}, the tariff is in {tariff.currency}")
    try:
        amount = exact(call.aoc_amount, 6)
    except ValueError:
        amount = -1
    if not 0 <= amount <= PRICE_LIMIT:
        return Unrated(f"the exchange advises {call.aoc_amount[:40]!r}, which cannot be right")
    return Metered(amount, 1, tariff.currency)


def _cost(call: CallRecord, number: DialledNumber, book: TariffBook, around: Circumstances) -> Metered | Unrated:
    """The carrier's exact cost, as what a cost-plus price begins with."""
    if not book.costs:
        return Unrated("the price is cost plus, and no cost tariff is known")
    found = _outcome(call, number, book, around, cost=True)
    if isinstance(found, Unrated):
        return Unrated(f"the price is cost plus, and the cost is not known: {found.reason}")
    if isinstance(found, NotChargeable):
        return Metered(0)
    return Metered(found.numerator, found.denominator, found.rated.tariff)
