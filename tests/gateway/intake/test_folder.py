"""Protects the promise that every record of a file laid into a folder is kept once, whatever happens on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.intake.folder import PickUp, unfinished
from gateway.store import records
from protocols.smdr.catalog import DIALECTS
from tests.gateway.rig import Rig, line


class Folder:
    """A folder that is looked into, on a rig."""

    def __init__(self, rig: Rig, path: Path, *, rest: float = 10) -> None:
        self.rig, self.path, self.rest = rig, path, rest
        self.missed: list[str] = []
        self.states: list[tuple[bool, str]] = []
        self.crowded = False
        self.begin()

    def begin(self) -> None:
        """The gateway starts: what it knows comes from the store."""
        known = self.rig.database.read(lambda c: records.known_files(c, "SEASIDE", "main"))
        self.pick = PickUp(
            self.path,
            pattern="*.csv",
            rest_seconds=self.rest,
            open_feed=self.rig.feed_told,
            framer=lambda start, last: DIALECTS["avaya-ipoffice"].framer(start, transport="folder", last=last),
            source="main",
            known=known,
            crowded=lambda: self.crowded,
            seconds=self.rig.clock.seconds,
            state=lambda up, why: self.states.append((up, why)),
            missed=self.missed.append,
        )

    def lay(self, name: str, *lines: bytes, end: bytes = b"\r\n") -> Path:
        """A file of these records."""
        path = self.path / name
        path.write_bytes(b"\r\n".join(lines) + end)
        return path

    def rounds(self, number: int = 4) -> None:
        """Look so many times, with the rest between them, and let the writer work."""
        for _ in range(number):
            self.pick.look()
            self.rig.pump()
            self.rig.advance(self.rest + 1)

    @property
    def calls(self) -> int:
        """How many calls the store has."""
        return int(self.rig.rows("SELECT count(*) FROM calls")[0][0])

    @property
    def here(self) -> list[str]:
        """All files, by their place."""
        return sorted(str(one.relative_to(self.path)) for one in self.path.rglob("*") if one.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An empty folder and a house."""
    rig = Rig(f"sqlite:///{tmp_path / 'store.db'}")
    path = tmp_path / "incoming"
    path.mkdir()
    yield Folder(rig, path)
    rig.close()


def test_a_file_is_taken_when_it_has_rested_and_put_away_when_it_is_kept(folder: Folder) -> None:
    """The last record needs no line end; the oldest file goes first; nothing is deleted."""
    os.utime(folder.lay("b.csv", line(2), line(3), end=b""), ns=(1, 1))
    folder.lay("a.csv", line(4))
    folder.lay("c.csv.part", line(5))
    folder.pick.look()
    assert folder.calls == 0
    folder.rounds()
    assert folder.calls == 3
    assert folder.here == ["c.csv.part", "done/a.csv", "done/b.csv"]
    assert folder.rig.rows("SELECT call_key FROM calls ORDER BY id LIMIT 1")[0][0] == "2"
    assert folder.missed == []


def test_one_that_still_grows_is_left_alone_and_one_that_grew_later_is_read_on(folder: Folder) -> None:
    folder.lay("a.csv", line(1))
    for number in range(2, 5):
        folder.pick.look()
        folder.rig.advance(6)
        with (folder.path / "a.csv").open("ab") as growing:
            growing.write(line(number) + b"\r\n")
    assert folder.calls == 0
    folder.rounds()
    assert folder.calls == 4
    with (folder.path / "done" / "a.csv").open("ab") as growing:
        growing.write(line(5) + b"\r\n")
    folder.rounds()
    assert folder.calls == 5
    assert ["grew" in one for one in folder.missed] == [True]


def test_a_crash_at_any_point_neither_loses_nor_repeats(folder: Folder) -> None:
    """Half kept, all kept but not moved: the store's position says which; a second delivery is moved unread."""
    folder.lay("a.csv", *[line(number) for number in range(600)])
    folder.pick.look()
    folder.rig.advance(11)
    folder.pick.look()
    for announce in folder.rig.writer.step():
        announce()
    kept = folder.calls
    assert 0 < kept < 600
    folder.pick.close()
    folder.rig.writer = type(folder.rig.writer)(folder.rig.database, folder.rig.memory.reload, lambda: None)
    folder.begin()
    folder.rounds()
    assert folder.calls == 600
    (folder.path / "done" / "a.csv").rename(folder.path / "a.csv")
    folder.begin()
    folder.rounds()
    assert folder.calls == 600
    assert folder.here == ["done/a.csv"]
    assert ["not read a second time" in one for one in folder.missed] == [True]


def test_a_file_of_which_nothing_can_be_read_is_put_apart_with_its_bytes_kept(folder: Folder) -> None:
    folder.lay("a.csv", b"<html>", b"an error page of a proxy")
    folder.rounds()
    assert folder.here == ["failed/a.csv"]
    assert int(folder.rig.rows("SELECT count(*) FROM records")[0][0]) == 2
    folder.lay("a.csv", line(1))
    folder.lay("done.csv", line(2))
    folder.rounds()
    folder.lay("a.csv", line(3))
    folder.rounds()
    assert folder.here == ["done/a.csv", "done/a.csv.2", "done/done.csv", "failed/a.csv"]


def test_no_folder_and_one_that_cannot_be_written_are_told_and_nothing_is_read_twice(folder: Folder) -> None:
    folder.lay("a.csv", line(1))
    (folder.path / "done").write_bytes(b"a file where the folder should be")
    folder.rounds(6)
    assert folder.calls == 1
    assert "cannot be moved" in folder.states[-1][1]
    folder.path.rename(folder.path.parent / "elsewhere")
    folder.pick.look()
    assert folder.states[-1] == (False, f"{folder.path} cannot be used: No such file or directory")


@pytest.mark.parametrize("name", [".a.csv", "~a.csv", "a.csv.part", "a.csv.FILEPART", "a.csv~", "_tmp_a.csv"])
def test_names_of_files_that_are_still_being_written(name: str) -> None:
    assert unfinished(name)
    assert not unfinished("cdr_StandAloneCluster_01_202611260203_1")
