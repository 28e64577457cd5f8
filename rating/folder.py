"""What the tariffs of a folder must be to one another: one for every day and payer, none that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from rating.fields import Problem, Severity
from rating.rate import FALLBACK_LIMIT
from rating.tariff import Tariff


def uncovered(tariff: Tariff) -> list[Problem]:
    """Warn of classes in which no call can have a price."""
    bare = [
        name
        for name, rule in tariff.rules.items()
        if not (rule.free or rule.rows or rule.price or rule.last or rule.metered or tariff.otherwise)
        and (name == "service" or not tariff.deck.rates)
    ]
    return [
        Problem(
            tariff.file, None, f"class.{name}", f"No price for calls of class {name}: they will be held.", "warning"
        )
        for name in bare
    ]


def together(tariffs: Sequence[Tariff]) -> list[Problem]:
    """Find what is wrong between tariffs: overlaps and gaps in time, codes and carriers that lead nowhere."""
    prices, costs = [one for one in tariffs if not one.is_cost], [one for one in tariffs if one.is_cost]
    general = [one for one in prices if not one.for_whom.by_code]
    problems = _in_time(general)
    for code in dict.fromkeys(one.code for one in prices if one.for_whom.by_code):
        problems += _in_time([one for one in prices if one.code == code])
    for carrier in dict.fromkeys(one.for_whom.carrier for one in costs):
        problems += _in_time([one for one in costs if one.for_whom.carrier == carrier])
    if tariffs and not general:
        sentence = "No tariff is for the calls of everybody: at least one is neither carried nor a carrier's."
        problems.append(Problem(tariffs[0].file, None, "", sentence))
    problems += _shared_trunks(costs)
    problems += [problem for one in prices for problem in _chain(one, prices)]
    if not costs:
        problems += [problem for one in tariffs for problem in _without_cost(one)]
    return problems


def _in_time(tariffs: list[Tariff]) -> list[Problem]:
    """Find periods that overlap, which is an error, and gaps between them, which is a warning."""
    in_order = sorted(tariffs, key=lambda tariff: tariff.valid_from)
    problems = []
    for earlier, later in zip(in_order, in_order[1:], strict=False):
        other = earlier.file
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            until = f"until {earlier.valid_to.isoformat()}" if earlier.valid_to else "for ever"
            sentence = f"The tariff begins on {later.valid_from}, but the one in {other} is valid {until}."
            if not later.is_cost and not later.for_whom.by_code and later.code != earlier.code:
                sentence += " If only some payers have this one, write carried = true in it."
            problems.append(_wrong(later, "valid_from", sentence))
        elif earlier.valid_to + timedelta(days=1) < later.valid_from:
            sentence = f"No tariff is valid between {earlier.valid_to} ({other}) and {later.valid_from}."
            problems.append(_wrong(later, "valid_from", sentence, "warning"))
    return problems


def _shared_trunks(costs: Iterable[Tariff]) -> list[Problem]:
    """Find trunks that two carriers claim, and two carriers that claim all that no one else does."""
    owner: dict[str, Tariff] = {}
    problems = []
    for one in costs:
        for trunk in (*one.for_whom.trunks, *one.for_whom.trunk_groups) or ("",):
            other = owner.setdefault(trunk, one)
            if other.for_whom.carrier != one.for_whom.carrier:
                what = f"the trunk {trunk!r}" if trunk else "every trunk"
                sentence = f"{other.for_whom.carrier} ({other.file}) has {what} too; each trunk is one carrier's."
                problems.append(_wrong(one, "trunks", sentence, "error" if trunk else "warning"))
    return problems


def _chain(tariff: Tariff, prices: list[Tariff]) -> list[Problem]:
    """Follow the tariffs that are asked when one has no price."""
    code, seen = tariff.otherwise, [tariff.code]
    while code:
        if code in seen:
            return [_wrong(tariff, "otherwise", f"otherwise leads back to {code}: {' -> '.join([*seen, code])}.")]
        if len(seen) > FALLBACK_LIMIT:
            words = f"More than {FALLBACK_LIMIT} tariffs are asked after this one: {' -> '.join(seen)}."
            return [_wrong(tariff, "otherwise", words)]
        later = next((one for one in prices if one.code == code), None)
        if later is None:
            known = ", ".join(sorted({one.code for one in prices} - {tariff.code})) or "none"
            return [_wrong(tariff, "otherwise", f"The folder has no tariff {code!r}; it has: {known}.")]
        seen.append(code)
        code = later.otherwise
    return []


def _wrong(tariff: Tariff, key: str, sentence: str, severity: Severity = "error") -> Problem:
    return Problem(tariff.file, tariff.lines.get(key), key, sentence, severity)


def _without_cost(tariff: Tariff) -> list[Problem]:
    rules = [*tariff.rules.values(), *(rule for special in tariff.special for rule in special.by_class.values())]
    if any(one is not None and one.basis == "cost" for rule in rules for one in (rule.price, rule.last)):
        sentence = 'A price is cost plus, and the folder has no cost tariff: add one with kind = "cost" and a carrier.'
        return [_wrong(tariff, "basis", sentence)]
    return []
