"""Look-ups in a real PostgreSQL server: rows, locks, time-outs, and a server that is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from switchsim.model.outside import Query
from switchsim.sut.database import GRACE_MS, Database
from switchsim.sut.options import DatabaseOption

pytestmark = pytest.mark.peer("postgresql")
DEADLINE_S = 30.0
TIMEOUT_MS = 200
STATEMENTS = {
    "level": "SELECT level, score FROM level WHERE number = :number",
    "lock": "SELECT level FROM level WHERE number = :number FOR UPDATE",
    "sleep": "SELECT pg_sleep(5)",
    "wrong": "SELECT nothing FROM nowhere",
}


def program(name: str) -> str:
    """A program of the newest PostgreSQL of this host; Debian keeps them beside the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name) or name


class Server:
    """A server of its own in a temporary folder, on a Unix socket alone."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder, self.user = folder, user
        self.process: subprocess.Popen[bytes] | None = None
        words = ["-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        subprocess.run([program("initdb"), *words], user=user, check=True, capture_output=True, cwd=folder)

    @property
    def url(self) -> str:
        return f"postgresql://postgres:secretword@/postgres?host={self.folder}"

    def start(self) -> None:
        words = ["-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        self.process = subprocess.Popen([program("postgres"), *words], user=self.user, cwd=self.folder,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        last = time.monotonic() + DEADLINE_S
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                assert time.monotonic() < last
            else:
                return

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(DEADLINE_S)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to be root
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        if user is not None:
            shutil.chown(name, user)
        one = Server(Path(name), user)
        one.start()
        try:
            with one.connect() as connection:
                connection.execute("CREATE TABLE level (number text, level text, score numeric)")
                connection.execute("INSERT INTO level VALUES ('139', '金', 7.50)")
            yield one
        finally:
            one.stop()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    one = Database(DatabaseOption(url=server.url, statements=STATEMENTS, timeout_ms=TIMEOUT_MS))
    one.begin()
    yield one
    one.close()


def asked(one: Database, statement: str, **parameters: str) -> tuple[str, str]:
    before = time.monotonic()
    answer = one.ask(Query(query=1, statement=statement, parameters=parameters))
    assert time.monotonic() - before < (TIMEOUT_MS + GRACE_MS) / 1000 + 1
    return answer.result, answer.text


def test_rows_and_none_and_mistakes(database: Database) -> None:
    assert asked(database, "level", number="139") == ("found", "金")
    assert asked(database, "level", number="x") == ("empty", "")
    assert asked(database, "wrong") == ("failed", "UndefinedTable")
    assert asked(database, "level", number="139") == ("found", "金")


def test_a_row_that_somebody_holds_is_locked(server: Server, database: Database) -> None:
    with server.connect() as other, other.transaction():
        other.execute("SELECT * FROM level FOR UPDATE")
        assert asked(database, "lock", number="139") == ("locked", "")
    assert asked(database, "lock", number="139") == ("found", "金")


def test_a_statement_that_takes_too_long_is_late(database: Database) -> None:
    assert asked(database, "sleep") == ("late", "")
    assert asked(database, "level", number="139") == ("found", "金")


def test_a_server_that_hangs_is_late_and_asked_again_when_it_goes_on(server: Server, database: Database) -> None:
    with server.connect() as other:
        (pids,) = other.execute("SELECT array_agg(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                                "AND backend_type = 'client backend'").fetchone() or ([],)
    assert isinstance(pids, list)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        assert asked(database, "level", number="139") == ("late", "")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert asked(database, "level", number="139") == ("found", "金")


def test_a_server_that_is_gone_fails_and_one_that_is_back_answers(server: Server, database: Database) -> None:
    server.stop()
    assert asked(database, "level", number="139") == ("failed", "OperationalError")
    server.start()
    assert asked(database, "level", number="139") == ("found", "金")
