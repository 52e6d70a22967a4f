"""A file of JSON lines that grows is followed to its last whole line, whatever happens to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tocsin.sources import SourceError
from tocsin.sources.jsonl import Follower


def lines(follower: Follower) -> list[bytes]:
    found = follower.read()
    follower.keep()
    return [line for _, line in found]


def test_whole_lines_are_taken_once_and_a_half_one_waits(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    follower = Follower(path)
    assert lines(follower) == []
    path.write_bytes(b'{"a":1}\n{"b":2}\r\n\n{"c"')
    assert lines(follower) == [b'{"a":1}', b'{"b":2}']
    assert lines(follower) == []
    with path.open("ab") as file:
        file.write(b':3}\n{"d":4}\n')
    assert follower.read() == [("in.jsonl:4", b'{"c":3}'), ("in.jsonl:5", b'{"d":4}')]


def test_lines_come_again_until_they_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n2\n")
    follower = Follower(path)
    assert follower.read() == follower.read()
    follower.keep()
    assert follower.read() == []


def test_where_we_were_is_remembered_across_a_restart(tmp_path: Path) -> None:
    path, mark = tmp_path / "in.jsonl", tmp_path / "mark"
    path.write_bytes(b"1\n2\n")
    assert lines(Follower(path, mark)) == [b"1", b"2"]
    with path.open("ab") as file:
        file.write(b"3\n")
    assert lines(Follower(path, mark)) == [b"3"]
    mark.write_bytes(b"garbage")
    assert lines(Follower(path, mark)) == [b"1", b"2", b"3"]


def test_a_file_that_was_cut_off_or_rewritten_is_read_from_its_start(tmp_path: Path) -> None:
    path, mark = tmp_path / "in.jsonl", tmp_path / "mark"
    path.write_bytes(b"old 1\nold 2\n")
    follower = Follower(path, mark)
    lines(follower)
    path.write_bytes(b"new 1\n")
    assert lines(follower) == [b"new 1"]
    path.write_bytes(b"other 1\nother 2\nother 3\n")
    assert lines(Follower(path, mark)) == [b"other 1", b"other 2", b"other 3"]


def test_a_file_that_was_rotated_away_is_followed_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n")
    follower = Follower(path)
    assert lines(follower) == [b"1"]
    path.rename(tmp_path / "in.jsonl.1")
    assert lines(follower) == []
    path.write_bytes(b"2\n")
    assert lines(follower) == [b"2"]


def test_a_long_file_comes_in_pieces_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(b"%d %s\n" % (n, b"x" * 100) for n in range(30_000)))
    follower = Follower(path)
    seen = []
    while found := lines(follower):
        seen.extend(int(line.split()[0]) for line in found)
    assert seen == list(range(30_000))


def test_a_line_that_nobody_ends_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"x" * 5_000_000 + b"\nnext\n")
    follower = Follower(path)
    seen = []
    while found := lines(follower):
        seen.extend(found)
    assert seen[-1] == b"next"


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dir.jsonl"
    path.mkdir()
    with pytest.raises(SourceError) as refused:
        Follower(path).read()
    assert refused.value.where == str(path)
    assert refused.value.remedy


def test_following_hands_lines_over_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n")
    seen: list[bytes] = []

    async def follow() -> None:
        more = asyncio.Event()

        async def take(found: object) -> None:
            seen.extend(line for _, line in found)  # type: ignore[attr-defined]
            more.set()

        task = asyncio.create_task(Follower(path).run(take, 0.01))
        await more.wait()
        more.clear()
        with path.open("ab") as file:
            file.write(b"2\n")
        await more.wait()
        task.cancel()

    asyncio.run(asyncio.wait_for(follow(), 10))
    assert seen == [b"1", b"2"]
