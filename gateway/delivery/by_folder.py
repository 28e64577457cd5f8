"""Files into a folder of this machine: whole or not there, and never in the place of another's.

A file is written under a name that begins with a dot, brought to the disk, and then given its own name by a link, which fails
where the name is taken. A folder that cannot link (some network drives) is looked at first, and the file is renamed.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from gateway.delivery.keeping import digest_of
from gateway.delivery.packs import Pack, Packed

#: What a folder says that has no links.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class NameTaken(Exception):
    """There is another file of this name, which is left as it is."""


class NoFolder(Exception):
    """The folder is not there; it is not made, because a drive may not be mounted."""


def put_into(folder: Path, pack: Pack) -> None:
    """Put every file of a pack into a folder; what is there already, byte for byte, is left. Raises OSError too."""
    if not folder.is_dir():
        raise NoFolder(f"there is no folder {folder}: is its drive mounted?")
    for file in pack.files:
        _put(file, folder / file.name)
    _to_disk(folder)


def _put(file: Packed, place: Path) -> None:
    if place.exists():
        _same_or_raise(file, place)
        return
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=place.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, file.path.open("rb") as source:
            shutil.copyfileobj(source, out)
            out.flush()
            os.fsync(out.fileno())
        made.chmod(0o640)
        _named(made, place, file)
    finally:
        made.unlink(missing_ok=True)


def _named(made: Path, place: Path, file: Packed) -> None:
    try:
        os.link(made, place)
    except FileExistsError:
        _same_or_raise(file, place)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        made.rename(place)


def _same_or_raise(file: Packed, place: Path) -> None:
    if not place.is_file() or place.stat().st_size != file.bytes or digest_of(place) != file.digest:
        raise NameTaken(f"there is another file {place.name} in {place.parent}; move it away, or deliver elsewhere")


def _to_disk(folder: Path) -> None:
    """The names too must outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
