"""Files onto an SFTP server: whole or not there, and never in the place of another's.

A file goes up under a name that begins with a dot and is then renamed; SFTP 3 has no rename that could not replace, so the name is
looked at first. What is there already, byte for byte, is left.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any, Final

from twisted.conch.ssh.filetransfer import FX_NO_SUCH_FILE, FXF_CREAT, FXF_READ, FXF_TRUNC, FXF_WRITE, SFTPError
from twisted.internet.defer import Deferred

from gateway.delivery.by_folder import NameTaken
from gateway.delivery.packs import Pack, Packed
from gateway.delivery.sftp import SftpRefused, Visits
from gateway.store.elsewhere import Elsewhere

#: Bytes sent at a time: what every server takes in one packet.
PIECE_BYTES: Final = 32_768
#: Seconds that one delivery may take in all.
LONGEST: Final = 900


class BySftp:
    """Brings packs to a folder of a server."""

    def __init__(self, visits: Visits, folder: str, reactor: Any, elsewhere: Elsewhere) -> None:
        self._visits, self._folder, self._reactor, self._elsewhere = visits, PurePosixPath(folder), reactor, elsewhere

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt."""
        return Deferred.fromCoroutine(self._send(pack)).addTimeout(LONGEST, self._reactor)

    async def _send(self, pack: Pack) -> None:
        async def deed(client: Any) -> None:
            for file in pack.files:
                await self._put(client, file)

        try:
            await self._visits.during(lambda client: Deferred.fromCoroutine(deed(client)))
        except SFTPError as error:
            raise SftpRefused(f"the server says: {error.message} (folder {self._folder})") from error

    async def _put(self, client: Any, file: Packed) -> None:
        place, part = str(self._folder / file.name), str(self._folder / f".{file.name}.part")
        size = await self._size(client, place)
        if size is not None:
            if size != file.bytes or await self._digest(client, place, size) != file.digest:
                raise NameTaken(f"there is another file {place} on the server; move it away, or deliver elsewhere")
            return
        await self._upload(client, file, part)
        if await self._size(client, part) != file.bytes:
            raise SftpRefused(f"the server has not all of {file.name}")
        await client.renameFile(part.encode(), place.encode())

    async def _upload(self, client: Any, file: Packed, part: str) -> None:
        target = await client.openFile(part.encode(), FXF_WRITE | FXF_CREAT | FXF_TRUNC, {})
        source = await self._elsewhere(lambda: file.path.open("rb"))
        at = 0
        try:
            while piece := await self._elsewhere(lambda: source.read(PIECE_BYTES)):
                await target.writeChunk(at, piece)
                at += len(piece)
        finally:
            source.close()
            await target.close()

    async def _size(self, client: Any, place: str) -> int | None:
        """How long a file on the server is; None where there is none."""
        try:
            known = await client.getAttrs(place.encode())
        except SFTPError as error:
            if error.code == FX_NO_SUCH_FILE:
                return None
            raise
        return int(known.get("size", -1))

    async def _digest(self, client: Any, place: str, size: int) -> str:
        found, at = hashlib.sha256(), 0
        file = await client.openFile(place.encode(), FXF_READ, {})
        try:
            while at < size and (piece := await file.readChunk(at, min(PIECE_BYTES, size - at))):
                found.update(piece)
                at += len(piece)
        finally:
            await file.close()
        return found.hexdigest()
