"""What the journal owes: numbered, chained, idempotent, durable, redactable."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.journal import Issued, Journal, JournalError
from tocsin.model import Adoption, Deletion, Media, Order, Redaction, Report

AT = datetime(2024, 12, 20, 4, 41, tzinfo=UTC)


def report(number: int, text: str = "Гучно на лівому березі", **more: object) -> Report:
    return Report(id=f"m{number}", source="channel", text=f"{text} {number}", **more)  # type: ignore[arg-type]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "j.db") as opened:
        yield opened


def test_entries_are_numbered_from_one_and_come_back_as_they_were_given(journal: Journal) -> None:
    bodies = [
        report(
            1, stated_at=AT, media=(Media(sha256="ab", url="https://example.org/1"),), structured='{"a":1}'
        ),
        Deletion(id="d1", source="channel", deletes="m1"),
        Order(operator="olena", verb="quarantine", target="channel", why="hijacked", arguments={"b": "2"}),
        Adoption(kind="policy", digest="00", version="1", body="[rule]"),
        report(2, "з нулем \0, табуляцією \t і \N{RIGHT-TO-LEFT OVERRIDE}"),
    ]
    entries = journal.append(bodies, AT)
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.body for entry in journal.entries()] == bodies
    assert list(journal.entries()) == list(entries)
    assert [entry.number for entry in journal.entries(after=3)] == [4, 5]
    assert [entry.number for entry in journal.entries(after=1, until=3)] == [2, 3]
    assert journal.verify() == []


def test_the_same_report_twice_keeps_its_first_number(journal: Journal) -> None:
    first = journal.append([report(1, stated_at=AT)], AT)
    again = journal.append([report(1, stated_at=AT), report(2)], AT + timedelta(seconds=9))
    assert again[0] == first[0]
    assert again[1].number == 2
    assert journal.head[0] == 2


def test_retrieving_it_later_makes_no_other_report(journal: Journal) -> None:
    journal.append([report(1)], AT)
    assert journal.admit([report(1, retrieved_at=AT)], AT)[0].fresh is False


def test_the_same_id_with_another_text_conflicts_and_its_neighbours_are_kept(journal: Journal) -> None:
    journal.append([report(1)], AT)
    changed = Report(id="m1", source="channel", text="Усе інакше")
    one, two, three = journal.admit([report(2), changed, report(3)], AT)
    assert two.entry is None
    assert two.problem is not None
    assert "entry 1" in two.problem.what
    assert "replaces" in two.problem.remedy
    assert one.fresh
    assert three.fresh
    assert journal.head[0] == 3
    with pytest.raises(JournalError, match="other content"):
        journal.append([report(4), changed], AT)
    assert journal.head[0] == 3


def test_an_edit_that_says_replaces_is_a_new_entry_and_the_newest_is_found(journal: Journal) -> None:
    journal.append([report(1)], AT)
    edit = Report(id="m1", source="channel", text="Уточнено", replaces="m1")
    assert journal.append([edit], AT)[0].number == 2
    assert journal.append([edit], AT)[0].number == 2
    found = journal.find("channel", "m1")
    assert found is not None
    assert found.body == edit
    assert journal.find("channel", "m9") is None
    assert journal.find("other", "m1") is None


def test_an_order_that_is_clicked_twice_is_one_order(journal: Journal) -> None:
    raised = Order(operator="olena", verb="raise", target="UA", why="seen", key="k-1")
    first = journal.admit([raised, raised], AT)
    again = journal.admit([raised], AT + timedelta(minutes=1))
    assert [one.fresh for one in (*first, *again)] == [True, False, False]
    assert journal.head[0] == 1


def test_one_key_is_one_order_of_one_operator(journal: Journal) -> None:
    raised = Order(operator="olena", verb="raise", target="UA", why="seen", key="k-1")
    others = [
        Order(operator="petro", verb="raise", target="UA", why="seen", key="k-1"),
        Order(operator="olena", verb="clear", target="UA", why="over", key="k-1"),
        Order(operator="olena", verb="raise", target="UA", why="seen"),
        Order(operator="olena", verb="raise", target="UA", why="seen"),
    ]
    admitted = journal.admit([raised, *others], AT)
    assert [one.fresh for one in admitted] == [True, True, False, True, True]
    assert admitted[2].problem is not None


def test_two_of_one_id_within_one_batch_are_met_alike(journal: Journal) -> None:
    other = Report(id="m1", source="channel", text="Інше")
    first, same, conflict = journal.admit([report(1), report(1), other], AT)
    assert first.entry == same.entry
    assert not same.fresh
    assert conflict.problem is not None


def test_recorded_times_never_run_backwards(journal: Journal) -> None:
    journal.append([report(1)], AT)
    assert journal.append([report(2)], AT - timedelta(hours=1))[0].recorded_at == AT


def test_it_opens_again_where_it_ended(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append([report(n) for n in range(1, 1200)], AT)
        head = journal.head
    with Journal.open(tmp_path / "j.db") as journal:
        assert journal.head == head
        assert journal.notes == ()
        assert [e.number for e in journal.entries()] == list(range(1, 1200))
        assert journal.append([report(5000)], AT)[0].number == 1200


def test_the_chain_is_a_function_of_what_was_appended(tmp_path: Path) -> None:
    heads = []
    for name in ("a.db", "b.db"):
        with Journal.open(tmp_path / name, salt=b"test") as journal:
            journal.append([report(1), report(2)], AT)
            heads.append(journal.head)
    assert heads[0] == heads[1]


def test_batches_do_not_show_in_the_chain(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "a.db", salt=b"t") as one, Journal.open(tmp_path / "b.db", salt=b"t") as two:
        one.append([report(1), report(2)], AT)
        two.append([report(1)], AT)
        two.append([report(2)], AT)
        assert one.head == two.head


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entries SET stub = replace(stub, 'channel', 'chanel') WHERE number = 2", "entry 2"),
        ("UPDATE entries SET recorded_at = '2024-12-20T05:00:00Z' WHERE number = 3", "entry 3"),
        ("UPDATE texts SET words = replace(words, 'Гучно', 'Тихо') WHERE number = 1", "entry 1"),
        ("DELETE FROM texts WHERE number = 2", "entry 2"),
        ("DELETE FROM entries WHERE number = 2", "entry 3"),
        ("DELETE FROM entries WHERE number = 4", "entry 4"),
        ("UPDATE entries SET words = NULL WHERE number = 2", "entry 2"),
    ],
)
def test_a_broken_chain_refuses_and_names_the_entry(tmp_path: Path, statement: str, named: str) -> None:
    path = tmp_path / "j.db"
    with Journal.open(path) as journal:
        journal.append([report(n) for n in (1, 2, 3, 4)], AT)
    with sqlite3.connect(path) as db:
        # sqlite's replace() gives text; bytes are stored, so give bytes back
        db.execute(statement)
        db.execute("UPDATE entries SET stub = CAST(stub AS BLOB)")
        db.execute("UPDATE texts SET words = CAST(words AS BLOB)")
    db.close()
    for read_only in (False, True):
        with pytest.raises(JournalError, match=named):
            Journal.open(path, read_only=read_only)
    with Journal.open(path, check=False) as journal:
        problems = journal.verify()
    assert any(named in problem.where for problem in problems)
    assert all(problem.what and problem.remedy for problem in problems)


def test_a_redaction_takes_two_persons_and_leaves_no_byte_of_the_words(tmp_path: Path) -> None:
    """R29."""
    path = tmp_path / "j.db"
    personal = "Оксана Вигадана, вулиця Неіснуюча 5"
    with Journal.open(path) as journal:
        journal.append([report(n) for n in range(1, 40)], AT)
        journal.append(
            [Report(id="v", source="channel", text=personal, structured=f'{{"n":"{personal}"}}')], AT
        )
        journal.append([report(n) for n in range(40, 80)], AT)
        with pytest.raises(JournalError, match="two persons"):
            journal.redact(40, ("olena", "olena"), "a name", AT)
        assert personal.encode() in b"".join(f.read_bytes() for f in tmp_path.iterdir())
        entry = journal.redact(40, ("olena", "ihor"), "a name", AT)
        assert entry.body == Redaction(target=40, operators=("ihor", "olena"), why="a name")
        assert personal.encode() not in b"".join(f.read_bytes() for f in tmp_path.iterdir())
        assert journal.verify() == []
        kept = journal.entry(40)
        assert kept is not None
        assert isinstance(kept.body, Report)
        assert (kept.body.id, kept.body.text, kept.body.structured) == ("v", "", None)
        # the source sends it again: it doesn't come back in
        again = journal.admit([Report(id="v", source="channel", text=personal)], AT)[0]
        assert again.entry is not None
        assert again.entry.number == 40
        assert not again.fresh
    assert personal.encode() not in b"".join(f.read_bytes() for f in tmp_path.iterdir())
    with Journal.open(path) as journal:
        assert journal.verify() == []
        with pytest.raises(JournalError, match="no text"):
            journal.redact(81, ("olena", "ihor"), "again", AT)


def test_a_second_writer_is_refused_and_a_reader_is_welcome(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal.open(path) as journal, Journal.open(path) as other:
        journal.append([report(1)], AT)
        with pytest.raises(JournalError, match="another process writes"):
            other.append([report(2)], AT)
        with Journal.open(path, read_only=True) as reader:
            assert [e.number for e in reader.entries()] == [1]
        journal.append([report(3)], AT)
        assert journal.verify() == []


HOLDS = """
import sys
from tocsin.journal import Journal
journal = Journal.open(sys.argv[1])
journal.hold()
print("held", flush=True)
sys.stdin.read()
"""


def test_whoever_holds_a_journal_keeps_other_writers_out_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    with Journal.open(path) as journal:
        with pytest.raises(JournalError, match="another process writes"):
            journal.hold()
        assert journal.verify() == []
        other.kill()
        other.wait()
        journal.hold()
    other.stdin.close()
    other.stdout.close()


def test_reading_only_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no such journal"):
        Journal.open(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"hello", b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 3000])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"journal|can.t be opened|torn"):
        Journal.open(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (a)")
    db.close()
    with pytest.raises(JournalError, match="no journal of ours"):
        Journal.open(path)


def test_a_directory_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        Journal.open(tmp_path)


def test_what_was_issued_is_kept_once(journal: Journal) -> None:
    sent = Issued(change=4, outlet="cap", digest="ab", sent_at=AT)
    journal.issue([sent, Issued(change=5, outlet="mqtt", digest="cd", sent_at=AT)])
    journal.issue([Issued(change=4, outlet="cap", digest="ab", sent_at=AT + timedelta(seconds=5))])
    assert journal.issued("cap") == (sent,)
    assert [one.change for one in journal.issued()] == [4, 5]
    assert journal.issued("cap", after=4) == ()


KILLED = """
import os, sys
from datetime import UTC, datetime
from tocsin.journal import Journal
from tocsin.model import Report
journal = Journal.open(sys.argv[1])
number = 0
while True:
    number += 1
    journal.append([Report(id=str(number), source="s", text="текст")], datetime(2024, 12, 20, tzinfo=UTC))
    os.write(1, b"%d\\n" % number)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    said = b""
    while said.count(b"\n") < 200:
        said += os.read(child.stdout.fileno(), 65536)
    child.kill()
    said += child.stdout.read()
    child.stdout.close()
    child.wait()
    acknowledged = int(said[: said.rindex(b"\n")].split(b"\n")[-1])
    with Journal.open(path) as journal:
        assert journal.head[0] in {acknowledged, acknowledged + 1}
        assert journal.verify() == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["тихо", "гучно"]), st.booleans()), max_size=12
    ),
    st.integers(1, 4),
)
def test_however_reports_are_batched_the_entries_are_the_same(
    said: list[tuple[str, str, bool]], size: int
) -> None:
    bodies = [Report(id=i, source="s", text=t, replaces=i if r else None) for i, t, r in said]
    with Journal.open(":memory:", salt=b"t") as one, Journal.open(":memory:", salt=b"t") as two:
        first = [a for body in bodies for a in one.admit([body], AT)]
        second = [a for n in range(0, len(bodies), size) for a in two.admit(bodies[n : n + size], AT)]
        assert first == second
        assert one.head == two.head
