"""A followed file that is renamed while nobody looks, once or more often: every row is kept, and none twice."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.intake.files import FollowedFile
from gateway.store import records
from protocols.framing import LineFramer
from tests.gateway.rig import NOON, Rig, line

#: Seconds of the epoch at which the files of a test begin to be written, an hour apart.
DAWN = NOON.timestamp() + 3600
#: Calls in a file that is longer than the head by which it is known.
LONG = 10


class Follower:
    """A gateway's eye on one file; `restart` is a new process on the same store."""

    def __init__(self, rig: Rig, path: Path) -> None:
        self._rig, self.path = rig, path
        self.missed: list[str] = []
        self._calls = 0
        self._followed = self._begun()

    def restart(self) -> None:
        """The process ends, and another one begins."""
        self._followed.close()
        self._followed = self._begun()

    def close(self) -> None:
        """The process ends."""
        self._followed.close()

    def look(self) -> None:
        """Look until all is read."""
        for _ in range(8):
            self._followed.look()
            self._rig.pump()

    def write(self, name: str, hour: int, count: int = LONG) -> list[bytes]:
        """A file of so many new calls, written in that hour."""
        numbers = range(self._calls + 1, self._calls + 1 + count)
        self._calls += count
        rows = [line(number) for number in numbers]
        with (self.path.parent / name).open("ab") as file:
            file.writelines(row + b"\n" for row in rows)
        os.utime(self.path.parent / name, (DAWN + hour * 3600,) * 2)
        return rows

    def rename(self, old: str, new: str) -> None:
        """As logrotate does."""
        (self.path.parent / old).rename(self.path.parent / new)

    @property
    def kept(self) -> list[bytes]:
        """What stands in the store, in order of arrival."""
        return [bytes(row[0]) for row in self._rig.rows("SELECT raw FROM records ORDER BY id")]

    def _begun(self) -> FollowedFile:
        rig = self._rig
        return FollowedFile(
            self.path,
            open_feed=lambda segment: rig.feed_told(segment, lambda batch, count: None),
            framer=lambda start, last: LineFramer(start),
            source="main",
            known=rig.database.read(lambda c: records.known_files(c, rig.memory.owner, "main")),
            crowded=lambda: False,
            state=lambda up, problem: None,
            missed=self.missed.append,
        )


@pytest.fixture
def follower(rig: Rig, tmp_path: Path) -> Iterator[Follower]:
    """A gateway that follows a file which is not there yet."""
    follower = Follower(rig, tmp_path / "Master.csv")
    yield follower
    follower.close()


@pytest.mark.parametrize("away", [True, False], ids=["restarted", "not looking"])
@pytest.mark.parametrize("count", [1, LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    "names",
    [
        ("Master.csv.3", "Master.csv.2", "Master.csv.1"),
        ("Master.csv-20261121", "Master.csv-20261122", "Master.csv.2026_11_23"),
    ],
)
def test_files_written_and_renamed_while_nobody_looked_are_read_in_order(
    follower: Follower, names: tuple[str, str, str], count: int, away: bool
) -> None:
    """The rest of the one we knew, then each in between, oldest first, then the newest; and nothing at a second look."""
    rows = follower.write("Master.csv", 0, count)
    follower.look()
    for hour, name in enumerate(names):
        rows += follower.write("Master.csv", hour, count)
        follower.rename("Master.csv", name)
    rows += follower.write("Master.csv", 3, count)
    if away:
        follower.restart()
    follower.look()
    assert follower.kept == rows
    follower.restart()
    follower.look()
    follower.rename("Master.csv", "Master.csv.0")
    rows += follower.write("Master.csv", 4)
    follower.look()
    assert follower.kept == rows
    assert follower.missed == []


def test_a_renamed_file_is_read_before_the_next_one_is_there(follower: Follower) -> None:
    """Its calls do not wait for the first call of the next day."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.rename("Master.csv", "Master.csv.2")
    rows += follower.write("Master.csv.1", 1)
    follower.restart()
    follower.look()
    assert follower.kept == rows[:LONG]  # the old one may still grow until there is a new one
    follower.path.touch()
    follower.look()
    assert follower.kept == rows


def test_at_the_first_start_only_the_configured_file_is_read(follower: Follower) -> None:
    """What was rotated before we came is not ours, then or at any later rotation."""
    follower.write("Master.csv.1", -2)
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.rename("Master.csv.1", "Master.csv.2")
    follower.rename("Master.csv", "Master.csv.1")
    rows += follower.write("Master.csv", 1)
    follower.look()
    assert follower.kept == rows


def test_neither_a_copy_nor_a_stranger_is_read(follower: Follower) -> None:
    """Somebody keeps a copy of the file, which has another inode, and files of other names."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    (follower.path.parent / "Master.csv.20261121").write_bytes(follower.path.read_bytes())
    for name in ("Master.csv.bak", "Master.csv~", "Master.csv2", "Master.csv.1.part"):
        follower.write(name, 1)
    follower.rename("Master.csv", "Master.csv.1")
    rows += follower.write("Master.csv", 2)
    follower.restart()
    follower.look()
    assert follower.kept == rows


def test_a_file_compressed_before_it_was_read_is_told_once_and_read_when_it_is_uncompressed(follower: Follower) -> None:
    """One that was read before it was compressed is not worth a word."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.rename("Master.csv", "Master.csv.2")
    late = follower.write("Master.csv.1", 1)
    rows += follower.write("Master.csv", 2)
    packed = _compress(follower.path.parent / "Master.csv.1", 1)
    follower.restart()
    follower.look()
    _compress(follower.path.parent / "Master.csv.2", 0)
    for hour in (3, 4):
        follower.rename("Master.csv", f"Master.csv-{hour}")
        rows += follower.write("Master.csv", hour)
        follower.look()
    assert follower.kept == rows
    (sentence,) = follower.missed
    assert sentence.startswith(f"{packed} was compressed before it was read: its calls are missing.")
    (follower.path.parent / "Master.csv.1").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    follower.restart()
    follower.rename("Master.csv", "Master.csv-5")
    rows += late + follower.write("Master.csv", 5)
    follower.look()
    assert follower.kept == rows


def _compress(path: Path, hour: int) -> Path:
    """As gzip does: another file, with the time of the old one."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, (DAWN + hour * 3600,) * 2)
    path.unlink()
    return packed


def test_what_cannot_be_looked_into_holds_nothing_up(follower: Follower) -> None:
    """A broken neighbour is told of, and the rest goes on."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.rename("Master.csv", "Master.csv.3")
    follower.write("Master.csv.2.gz", 1)
    rows += follower.write("Master.csv.1", 2) + follower.write("Master.csv", 3)
    follower.restart()
    follower.look()
    assert follower.kept == rows
    (sentence,) = follower.missed
    assert "Master.csv.2.gz cannot be read (Not a gzipped file" in sentence


def test_a_file_that_is_gone_before_its_rest_was_read_is_told(follower: Follower) -> None:
    """And what was written after it is read all the same."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.path.unlink()
    rows += follower.write("Master.csv.1", 1) + follower.write("Master.csv", 2)
    follower.restart()
    follower.look()
    assert follower.kept == rows
    (sentence,) = follower.missed
    assert "the file that was read last is gone" in sentence


def test_a_row_without_its_end_is_known_again(follower: Follower) -> None:
    """A file whose only row was never finished is read once, also after a restart."""
    rows = follower.write("Master.csv", 0)
    follower.look()
    follower.rename("Master.csv", "Master.csv.2")
    (follower.path.parent / "Master.csv.1").write_bytes(b"half a row")
    rows += [b"half a row", *follower.write("Master.csv", 2)]
    follower.look()
    follower.restart()
    follower.look()
    follower.rename("Master.csv", "Master.csv.0")
    rows += follower.write("Master.csv", 3)
    follower.look()
    assert follower.kept == rows
