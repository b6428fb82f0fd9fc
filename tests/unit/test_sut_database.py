"""Look-ups in real SQLite files: every outcome is an answer, within its time."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from switchsim.errors import BadInput, InvalidRun
from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import Query, pack_query, unpack_answer, unpack_in
from switchsim.sut.database import MOST_CHARACTERS, MOST_COLUMNS, Database
from switchsim.sut.options import DatabaseOption

LEVELS = ("CREATE TABLE level (number TEXT, level TEXT, score INTEGER, note BLOB)",
          "INSERT INTO level VALUES ('139', '金', 7, x'00ff'), ('138', NULL, -1, NULL)")
STATEMENTS = {
    "level": "SELECT level, score, note FROM level WHERE number = :number",
    "wrong": "SELECT score FROM nowhere",
    "count": "UPDATE level SET score = score + 1 WHERE number = :number",
    "endless": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "long": "SELECT " + ", ".join(f"printf('%.*c', 5000, 'x') AS c{n}" for n in range(20)),
    "broad": "SELECT " + ", ".join(f"replace(printf('%.*c', 900, 'x'), 'x', char(1)) AS c{n}" for n in range(16)),
}


def database(url: str = "sqlite://", *, init: tuple[str, ...] = LEVELS, timeout_ms: int = 1_000,
             beside: str = ".", named: bool = False) -> Database:
    made = Database(DatabaseOption(url=url, statements=STATEMENTS, init=init, timeout_ms=timeout_ms, beside=beside,
                                   named=named))
    made.begin()
    return made


def asked(one: Database, statement: str, **parameters: str) -> tuple[str, str, dict[str, str]]:
    answer = one.ask(Query(query=1, statement=statement, parameters=parameters))
    return answer.result, answer.text, answer.row


def test_the_first_row_comes_as_text() -> None:
    one = database()
    assert asked(one, "level", number="139") == ("found", "金", {"level": "金", "score": "7", "note": "00ff"})
    assert asked(one, "level", number="138") == ("found", "", {"level": "", "score": "-1", "note": ""})
    assert asked(one, "level", number="x") == ("empty", "", {})
    assert asked(one, "count", number="139") == ("empty", "", {})
    assert asked(one, "level", number="139")[2]["score"] == "8"
    one.close()


def test_parameters_are_no_sql() -> None:
    one = database()
    assert asked(one, "level", number="' OR 1=1 --")[0] == "empty"
    assert asked(one, "level")[0] == "empty"  # one that is missing is NULL
    assert asked(one, "level", number="139", other="1")[0] == "found"
    one.close()


def test_what_is_wrong_is_named_by_its_class_alone() -> None:
    one = database()
    assert asked(one, "wrong") == ("failed", "no such table", {})
    assert asked(one, "wrong") == ("failed", "no such table", {})
    assert asked(one, "nothing") == ("failed", "NoSuchStatement", {})
    assert asked(one, "level", number="\ud800")[0] == "failed"
    assert one.counts.failed == 4
    assert one.counts.failed_why == {"no such table": 2, "NoSuchStatement": 1, "UnicodeEncodeError": 1}
    one.close()


def test_rows_are_bounded() -> None:
    one = database()
    result, text, row = asked(one, "long")
    assert (result, len(text), len(row)) == ("found", MOST_CHARACTERS, MOST_COLUMNS)
    assert asked(one, "broad") == ("failed", "RowTooLong", {})
    one.close()


def test_a_locked_file_answers_locked_within_the_time(tmp_path: Path) -> None:
    one = database("sqlite:///leads.db", beside=str(tmp_path), timeout_ms=100)
    with sqlite3.connect(tmp_path / "leads.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        before = time.monotonic()
        assert asked(one, "level", number="139") == ("locked", "", {})
        assert time.monotonic() - before < 1.0
        other.execute("ROLLBACK")
    assert asked(one, "level", number="139")[0] == "found"
    one.close()


def test_what_takes_too_long_is_late_and_the_next_is_asked_as_ever() -> None:
    one = database(timeout_ms=50)
    before = time.monotonic()
    assert asked(one, "endless") == ("late", "", {})
    assert time.monotonic() - before < 1.0
    assert asked(one, "level", number="139")[0] == "found"
    one.close()


def test_an_answer_is_an_input_of_connection_0() -> None:
    one = database()
    assert not one.waiting
    one.deliver(pack_query(Query(query=12, statement="level", parameters={"number": "139"})))
    assert one.waiting
    ((kind, octets),) = one.take()
    number, payload = unpack_in(octets)
    answer = unpack_answer(payload)
    assert answer is not None
    assert (kind, number, answer.query, answer.text) == (InputKind.ANSWERED, 0, 12, "金")
    assert not one.waiting
    one.close()


@pytest.mark.parametrize(("url", "says"), [
    ("leads.db", "no URL of a database"), ("nodialect://x", "no URL of a database"), ("", "no URL of a database"),
    ("mysql://secret:pw@host/db", "the driver is not installed"), ("sqlite+nodriver://", "no URL of a database"),
])
def test_urls_that_nothing_can_be_done_with(url: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        database(url)
    assert "pw" not in str(caught.value)


def test_a_database_that_is_not_there_makes_no_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun, match="can not be used: no such file"):
        database(f"sqlite:///{tmp_path}/no/such/folder.db", init=())


@pytest.mark.parametrize("query", ["", "?timeout=1", "?uri=true&cache=private", "?uri=true"])
def test_a_file_that_was_named_must_be_there_and_is_not_made(query: str, tmp_path: Path) -> None:
    file = tmp_path / "a_mode=rwc typo?.db" if not query else tmp_path / "typo.db"
    path = str(file).replace("?", "%3F") if not query else str(file)
    url = f"sqlite:///{'file:' if 'uri' in query else ''}{path}{query}"
    with pytest.raises(InvalidRun, match=r"^the database can not be used: no such file, or no right to open it$"):
        database(url, init=(), named=True)
    assert list(tmp_path.iterdir()) == []


def test_a_named_file_is_looked_into_before_the_run(tmp_path: Path) -> None:
    file = tmp_path / "random.db"
    file.write_bytes(bytes(range(256)) * 16)
    with pytest.raises(InvalidRun, match=r"^the database can not be used: the file is no database$"):
        database(f"sqlite:///{file}", init=(), named=True)


def test_a_named_file_that_is_locked_at_the_start_is_there_all_the_same(tmp_path: Path) -> None:
    database(f"sqlite:///{tmp_path}/leads.db").close()
    with sqlite3.connect(tmp_path / "leads.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        one = database(f"sqlite:///{tmp_path}/leads.db", init=(), named=True, timeout_ms=100)
        other.execute("ROLLBACK")
    assert asked(one, "level", number="139")[0] == "found"
    assert asked(one, "count", number="139")[0] == "empty"  # it may be written to
    one.close()


def test_a_statement_at_the_start_that_fails_is_told_in_full() -> None:
    with pytest.raises(BadInput, match=r"statement 2 fails: .*no such table: nowhere"):
        database(init=("SELECT 1", "DELETE FROM nowhere"))
