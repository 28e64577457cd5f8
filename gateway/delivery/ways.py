"""How a run reaches a recipient: the notice that names it is unpacked, and one of the ways makes one attempt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred, maybeDeferred

from gateway.delivery.packs import Pack, letter_of, pack_of, subject_of, told_to_hook
from gateway.languages.speech import Speech
from gateway.languages.spoken import speaking
from gateway.store import runs
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere
from gateway.store.notices import Waiting
from gateway.watch.hooks import Hook
from gateway.watch.mail import Attached, Mailer

#: Bytes of all files together that a web hook gets in its value; it fetches larger ones by the link.
MOST_HOOK_BYTES: Final = 2_000_000
_MEGABYTE: Final = 1_000_000


class NotDelivered(Exception):
    """The way is there, but this cannot go by it; the sentence says why."""


class Way(Protocol):
    """One way out."""

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt; fires when the other side has it, or fails with why not."""


class Unpacking:
    """The channel of one recipient: what is delivered is a notice with the number of a run."""

    def __init__(
        self,
        way: Way,
        *,
        database: Database,
        elsewhere: Elsewhere,
        hotel: str,
        folder: Path,
        page: str,
        masked: bool,
    ) -> None:
        self._way, self._database, self._elsewhere = way, database, elsewhere
        self._hotel, self._folder, self._page, self._masked = hotel, folder, page, masked

    def deliver(self, notice: Waiting, name: str) -> Deferred[Any]:
        """One attempt."""
        return Deferred.fromCoroutine(self._deliver(int(notice.body), name))

    async def _deliver(self, number: int, name: str) -> None:
        pack = await self._elsewhere(lambda: self._packed(number))
        await self._way.send(pack, name)

    def _packed(self, number: int) -> Pack:
        owner = self._database.property

        def work(connection: Any) -> tuple[runs.RunRow | None, list[runs.FileRow]]:
            return runs.one(connection, owner, number), runs.files_of(connection, owner, [number])

        run, files = self._database.read(work)
        if run is None:
            raise NotDelivered(f"there is no run {number}")
        pack = pack_of(
            run, files, owner=owner, hotel=self._hotel, folder=self._folder, page=self._page, masked=self._masked
        )
        missing = [one.name for one in pack.files if not one.path.is_file()]
        if missing or not pack.files:
            raise NotDelivered(f"its files are no longer in {self._folder}; ask for the report again")
        return pack


class ByMail:
    """A mail with the files attached, or with the link alone where they are too large."""

    def __init__(
        self, mailer: Mailer, recipients: tuple[str, ...], megabytes: int, elsewhere: Elsewhere, tongue: Speech
    ) -> None:
        self._tongue = tongue  # the house's own: whose a mail's reader is is not known
        self._mailer, self._to, self._most, self._elsewhere = mailer, recipients, megabytes * _MEGABYTE, elsewhere

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt."""
        return Deferred.fromCoroutine(self._send(pack, name))

    async def _send(self, pack: Pack, name: str) -> None:
        await self._mailer.send(self._to, await self._elsewhere(lambda: self._letter(pack, name)))

    def _letter(self, pack: Pack, name: str) -> bytes:
        attached = pack.size <= self._most
        files = [Attached(one.name, one.path.read_bytes()) for one in pack.files] if attached else []
        with speaking(self._tongue):
            return self._mailer.letter(self._to, subject_of(pack), letter_of(pack, attached), name, files)


class ByHook:
    """A signed value, as every web hook gets it, with the files inside where they are small."""

    def __init__(self, hook: Hook, elsewhere: Elsewhere) -> None:
        self._hook, self._elsewhere = hook, elsewhere

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt."""
        return Deferred.fromCoroutine(self._send(pack, name))

    async def _send(self, pack: Pack, name: str) -> None:
        contents: dict[str, bytes] = {}
        if pack.size <= MOST_HOOK_BYTES:
            contents = await self._elsewhere(lambda: {one.name: one.path.read_bytes() for one in pack.files})
        await self._hook.send({"id": name, **told_to_hook(pack, contents)}, name)


class ByFolder:
    """Files put into a folder of this machine."""

    def __init__(self, put: Callable[[Pack], None], elsewhere: Elsewhere) -> None:
        self._put, self._elsewhere = put, elsewhere

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt."""
        return maybeDeferred(self._elsewhere, lambda: self._put(pack))
