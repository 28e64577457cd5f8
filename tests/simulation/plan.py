"""What happens in a day, drawn from its seed: guests, calls, and every fault that the promise must survive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.simulation import hotel, hotel_pms
from tests.simulation.day import DAY_HOURS, HOUR, Day
from tests.simulation.disk import Trouble
from tests.simulation.exchanges import FileExchange
from tests.simulation.world import CRASH_POINTS

#: Calls of a day: with their legs, and what is told again, somewhat over a hundred records.
FEWEST_CALLS: Final = 85
MOST_CALLS: Final = 115
#: When faults may begin, in seconds of the day: the last hour is free of new ones, so that they end with it.
LAST_FAULT: Final = (DAY_HOURS - 1) * HOUR


def whole(day: Day) -> None:
    """The plan of a day."""
    calls(day)
    guests(day)
    audit(day)
    for fault, chance, most in FAULTS:
        if day.world.draw.random() < chance:
            for _ in range(day.world.draw.randint(1, most)):
                _at(day, fault)


def quiet(day: Day) -> None:
    """A day without a fault."""
    calls(day)
    guests(day)


def _at(day: Day, act: Callable[[Day], None]) -> None:
    day.world.later(day.world.draw.uniform(60, LAST_FAULT), act, day)


def calls(day: Day) -> None:
    """Calls over the day, one in ten in a burst, and now and then twins."""
    draw = day.world.draw
    for _ in range(draw.randint(FEWEST_CALLS, MOST_CALLS)):
        source = draw.choices(tuple(day.exchanges), weights=(4, 4, 3))[0]
        at = draw.uniform(60, DAY_HOURS * HOUR - 6000)
        day.world.later(at, day.call, source)
    for _ in range(draw.randint(0, 3)):
        at, source = draw.uniform(60, LAST_FAULT - 6000), draw.choice(tuple(day.exchanges))
        for _ in range(draw.randint(4, 10)):
            day.world.later(at + draw.uniform(0, 20), day.call, source)
    for _ in range(draw.randint(0, 3)):
        day.world.later(draw.uniform(60, LAST_FAULT - 6000), twins, day)


def twins(day: Day) -> None:
    day.world.fault("twins")
    day.call("mitel", twins=day.world.draw.randint(2, 4))


def guests(day: Day) -> None:
    """Check-ins, check-outs, moves and shares over the day."""
    for _ in range(day.world.draw.randint(8, 20)):
        day.world.later(day.world.draw.uniform(60, DAY_HOURS * HOUR - 60), day.pms.live)


def audit(day: Day) -> None:
    """The night audit, in the small hours, for minutes or an hour."""
    draw = day.world.draw
    begin = draw.uniform(19, 21.5) * HOUR
    day.world.later(begin, day.pms.pms.house.audit, True)
    day.world.later(begin + draw.uniform(300, 4000), day.pms.pms.house.audit, False)


# -- faults -----------------------------------------------------------------------------------------------------------


def crash(day: Day) -> None:
    """The gateway is killed at the n-th point of one kind from now, or in ten minutes where that does not come."""
    life = day.life
    if life is None:
        return
    draw = day.world.draw
    life.machine.doom = (draw.choice(CRASH_POINTS), draw.choice((0, 0, 1, 2, 3, 5, 8, 20)))

    def at_last() -> None:
        if life.machine.doom is not None and life.alive:
            life.machine.die("between")

    day.world.later(600, at_last)


def crash_in_traffic(day: Day) -> None:
    """Several calls end within a moment, and the gateway is killed among them."""
    draw = day.world.draw
    for _ in range(draw.randint(3, 8)):
        day.world.later(draw.uniform(0, 5), day.call, draw.choice(tuple(day.exchanges)))
    day.world.later(draw.uniform(20, 240), crash, day)


def stop(day: Day) -> None:
    """The gateway is stopped in order, and started again."""
    if day.life is not None:
        day.life.stop()


def cut(day: Day) -> None:
    """A connection breaks, at any byte."""
    wire = day.network.at(day.world.draw.choice((hotel_pms.PORT, hotel.AVAYA_PORT, hotel.MITEL_PORT)))
    if wire is not None:
        day.world.fault("cut", str(wire.number))
        wire.cut()


def cut_in_traffic(day: Day) -> None:
    """A connection breaks while something is under way on it."""
    draw = day.world.draw
    number = draw.choice((hotel_pms.PORT, hotel.AVAYA_PORT, hotel.MITEL_PORT))
    tries = draw.randint(1, 4000)

    def look(left: int) -> None:
        wire = day.network.at(number)
        if wire is not None and any(end.outgoing for end in wire.ends):
            day.world.fault("cut in traffic", str(number))
            wire.cut()
        elif left:
            day.world.later(0.01 if left % 50 else 5.0, look, left - 1)

    look(tries)


def unreachable(day: Day) -> None:
    """A peer cannot be reached for a while."""
    draw = day.world.draw
    number = draw.choice((hotel_pms.PORT, hotel.AVAYA_PORT, hotel.MITEL_PORT))
    day.world.fault("unreachable", str(number))
    day.network.unreachable.add(number)
    wire = day.network.at(number)
    if wire is not None:
        wire.cut()
    day.world.later(draw.uniform(30, 5400), day.network.unreachable.discard, number)


def pms_restart(day: Day) -> None:
    """The PMS goes away, politely or not, and comes back."""
    draw = day.world.draw
    day.world.fault("pms restart")
    if draw.random() < 0.3:
        day.pms.goodbye()
    day.world.later(draw.uniform(0, 3), day.pms.close)
    day.world.later(draw.uniform(5, 3000), day.pms.open)


def _spell(day: Day, words: str, seconds: float) -> None:
    """A fault of the PMS, for a while or for a number of postings."""
    name = words.partition(":")[0]
    day.world.fault(f"pms {name}", words)
    day.pms.pms.house.fault(words)
    if seconds:
        day.world.later(seconds, day.pms.pms.house.fault, f"{name}:off")


def pms_fault(day: Day) -> None:
    """One of the things a PMS does wrong."""
    draw = day.world.draw
    few, long = draw.randint(1, 4), draw.uniform(120, 5400)
    words, seconds = day.pms.fault(few, long)
    _spell(day, words, seconds)


def odd_answer(day: Day) -> None:
    """An answer that is late, double, or to a posting nobody made."""
    odd = day.pms.odd_answers()
    if not odd:
        return
    kind, act = day.world.draw.choice(odd)
    if act():
        day.world.fault(kind)


def disk(day: Day) -> None:
    """The disk is full, read-only, or the store is locked, for a while."""
    draw = day.world.draw
    trouble: Trouble = draw.choice(("full", "read-only", "locked"))
    day.world.fault(f"disk {trouble}")
    day.disk.begin(trouble)
    day.world.later(draw.uniform(1, 1800), day.disk.end)


def slow(day: Day) -> None:
    """Commits take seconds for a while."""
    draw = day.world.draw
    day.world.fault("disk slow")
    day.disk.slow = draw.choice((0.5, 3.0, 20.0))

    def over() -> None:
        day.disk.slow = 0.0

    day.world.later(draw.uniform(60, 1800), over)


def clock(day: Day) -> None:
    """The gateway's wall clock jumps; mostly it is put right some time later."""
    draw = day.world.draw
    jump = draw.choice((-1, 1)) * draw.choice((2, 90, 3600, 5 * 3600, 26 * 3600, 400 * 86400))
    day.world.fault("clock jump", f"{jump:+}")
    day.set_skew(timedelta(seconds=jump))
    day.world.later(draw.uniform(60, 7200), day.set_skew, timedelta())


def dump(day: Day) -> None:
    """An exchange loses its connection and dumps its buffer again when it has one."""
    draw = day.world.draw
    number, name = draw.choice(((hotel.AVAYA_PORT, "avaya"), (hotel.MITEL_PORT, "mitel")))
    exchange = day.exchanges[name]
    exchange.habits.dump_next = draw.choice((1, 2, 3, 4, 8, 20, 60))
    wire = day.network.at(number)
    if wire is not None:
        wire.cut()


def stuck(day: Day) -> None:
    """An exchange keeps its records for hours, and then tells them all, perhaps in no order."""
    draw = day.world.draw
    exchange = day.exchanges[draw.choice(tuple(day.exchanges))]
    day.world.fault("late records", exchange.name)
    exchange.habits.stuck = True
    if draw.random() < 0.5:
        day.world.fault("out of order", exchange.name)
        exchange.habits.shuffled = True

    def over() -> None:
        exchange.habits.stuck = False
        exchange.flush()
        exchange.habits.shuffled = False

    day.world.later(draw.uniform(300, 5 * 3600), over)


def rotate(day: Day) -> None:
    """The followed file is renamed and a new one begins."""
    exchange = day.exchanges["asterisk"]
    assert isinstance(exchange, FileExchange)
    day.world.fault("rotated file")
    exchange.rotate()


def empty(day: Day) -> None:
    """The followed file is copied and emptied."""
    exchange = day.exchanges["asterisk"]
    assert isinstance(exchange, FileExchange)
    day.world.fault("emptied file")
    exchange.empty(day.stored("asterisk"))


#: Each fault, the chance that a day has it, and how often at most.
FAULTS: Final[tuple[tuple[Callable[[Day], None], float, int], ...]] = (
    (crash, 0.6, 4),
    (crash_in_traffic, 0.5, 3),
    (stop, 0.4, 2),
    (cut, 0.5, 4),
    (cut_in_traffic, 0.6, 4),
    (unreachable, 0.3, 2),
    (pms_restart, 0.4, 2),
    (pms_fault, 0.8, 5),
    (odd_answer, 0.6, 5),
    (disk, 0.4, 2),
    (slow, 0.3, 2),
    (clock, 0.3, 2),
    (dump, 0.5, 3),
    (stuck, 0.4, 2),
    (rotate, 0.4, 3),
    (empty, 0.2, 2),
)
