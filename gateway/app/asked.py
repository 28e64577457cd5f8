"""What programs ask to be changed, carried out: each wish becomes one job of the writer, and its answer comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway.instants import to_micros
from gateway.occupancy import KeepRoomNews
from gateway.posting.handing import Counter, acknowledge
from gateway.settle import Policy
from gateway.store import requests
from gateway.store.memory import Memory
from gateway.store.once import Asked, Done, NotDone, Once, Outcome
from gateway.store.rows import Due
from gateway.store.tokens import Token
from gateway.store.writer import Job
from gateway.wishes import Acknowledge, AnyWish, CheckIn, CheckOut, MoveRoom, RoomWish, Take
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged

#: How far ahead of ours the clock of a program may be; news of a later instant is a mistake.
AHEAD: Final = timedelta(minutes=10)


class Asking:
    """Takes the wishes of programs."""

    def __init__(
        self,
        *,
        memory: Memory,
        submit: Callable[[Job], None],
        now: Callable[[], datetime],
        policy: Policy,
        pms_tells_rooms: bool,
        counter: Counter | None,
        take: Callable[[Sequence[Due]], None],
    ) -> None:
        self._memory, self._submit, self._now, self._policy = memory, submit, now, policy
        self._pms_tells_rooms, self._counter, self._take = pms_tells_rooms, counter, take

    def ask(self, token: Token, wish: AnyWish) -> Deferred[Outcome]:
        """Carry a wish out once; fires with what is answered, when it is committed."""
        answered: Deferred[Outcome] = Deferred()
        words = requests.digest([type(wish).__name__, wish.model_dump(mode="json")])
        asked = Asked(token.id, wish.client_id, words, to_micros(self._now()))
        who = f"{token.name} (token {token.id})"
        self._submit(Once(self._memory, asked, lambda c: self._deed(c, wish, who), answered.callback))
        return answered

    def _deed(self, connection: Connection, wish: AnyWish, who: str) -> Done | NotDone:
        now = to_micros(self._now())
        match wish:
            case Acknowledge():
                told = [acknowledge(connection, self._memory, self._counter, one, who, now) for one in wish.postings]
                return Done({"postings": told}, lambda: None)
            case Take():
                if self._counter is None:
                    return NotDone(
                        'nothing is handed over here: that needs [[pms]] adapter = "door" in the configuration'
                    )
                given = self._counter.hand_over(connection, wish.most, now)
                return Done({"ids": given}, lambda: None, changed=bool(given))
            case CheckIn() | CheckOut() | MoveRoom():
                return self._told(connection, wish, who, now)
            case _:
                assert_never(wish)

    def _told(self, connection: Connection, wish: RoomWish, who: str, now: int) -> Done | NotDone:
        """Room news, kept as the news of a PMS is."""
        if self._pms_tells_rooms:
            return NotDone("the PMS of this house tells by itself who is in which room; nothing was changed")
        at = self._now() if wish.at is None else wish.at.astimezone(UTC)
        if at > self._now() + AHEAD:
            return NotDone(f"{at.isoformat()} has not come yet; is the clock of the sender right? Nothing was changed")
        news, sentence = _news(wish, at)
        kept = KeepRoomNews(self._memory, news, policy=self._policy, now=now, done=self._take).work(connection)
        self._memory.note(connection, now, who, f"at the door: {sentence}")
        return Done({"sentence": sentence}, kept)


def _news(wish: RoomWish, at: datetime) -> tuple[CheckedIn | CheckedOut | GuestChanged, str]:
    """A wish as the news that a PMS would tell, and as a sentence. Pure."""
    match wish:
        case CheckIn():
            said = {"name", "first_name", "language", "vip", "group", "no_post", "departure"}
            guest = Guest(reservation=wish.reservation, arrival=at, **wish.model_dump(include=said))
            words = f"reservation {wish.reservation} is in room {wish.room}"
            return CheckedIn(room=wish.room, guest=guest, at=at, shared=wish.shared), words
        case CheckOut():
            whose = f"reservation {wish.reservation} has" if wish.reservation is not None else "everybody has"
            return CheckedOut(room=wish.room, at=at, reservation=wish.reservation), f"{whose} left room {wish.room}"
        case MoveRoom():
            guest = Guest(reservation=wish.reservation)
            words = f"reservation {wish.reservation} has moved from room {wish.from_room} to room {wish.to_room}"
            return GuestChanged(room=wish.to_room, guest=guest, at=at, old_room=wish.from_room), words
        case _:
            assert_never(wish)
