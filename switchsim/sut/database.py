"""The database of look-ups: named statements of the machine file, asked through SQLAlchemy, each with a time-out.

A query is asked when the machine hands it over, and its answer is an input: simulated time stands still meanwhile.
Every answer has a `result`, whatever the database does: found, empty, failed (the class of the error, no more, as its
words may tell hosts and data), locked, late.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

import sqlalchemy
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import StaticPool

from switchsim.errors import BadInput, InvalidRun
from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import (
    DATABASE_CONNECTION,
    Answer,
    Out,
    Query,
    pack_answer,
    pack_in,
    unpack_out,
    unpack_query,
)
from switchsim.sut.options import DatabaseOption
from switchsim.sut.side import Arrival, DatabaseCounts

GRACE_MS: Final = 500
"""A driver that breaks off by itself gets so much more; then its thread is left behind."""
MOST_COLUMNS: Final = 16
MOST_CHARACTERS: Final = 1_000
"""Of one column; longer texts are cut."""
MOST_ANSWER_OCTETS: Final = 60_000
SQLITE_STEPS: Final = 1_000
"""Instructions of SQLite between two looks at the time."""
_BUSY: Final = (5, 6)
"""SQLITE_BUSY, SQLITE_LOCKED; the low octet of an extended code."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
_QUERY_CANCELED: Final = "57014"
_INTERRUPT: Final = 9
_SQLITE_SAYS: Final = ("no such table", "no such column", "no such function", "syntax error")
"""SQLite's words for classes that have no code of their own; names follow them."""
_SQLITE_CODES: Final = {
    "SQLITE_CANTOPEN": "no such file, or no right to open it", "SQLITE_NOTADB": "the file is no database",
    "SQLITE_CORRUPT": "the file is damaged", "SQLITE_READONLY": "it can only be read",
}  # fmt: skip


class Database:
    """The source `database`, or that of one machine of a plant. Raises BadInput for a URL without use."""

    immediate = True
    cautions: tuple[str, ...] = ()
    address = ""
    look_ms = 1_000
    clients = 1
    unsent = False

    def __init__(self, option: DatabaseOption, name: str = "database") -> None:
        self.name = name
        self.counts = DatabaseCounts()
        self._option = option
        self._worker = _Worker(_engine(option))
        self._answers: list[Arrival] = []

    @property
    def waiting(self) -> bool:
        return bool(self._answers)

    def begin(self) -> None:
        """Before the run: it must be there, and is made. Raises InvalidRun when it does not answer.

        One that was named and is locked now is there: look-ups say so as long as it is.
        """
        try:
            self._in_time(self._make)
        except exc.SQLAlchemyError as error:
            if not self._option.named or _result_of(error) != "locked":
                raise InvalidRun(f"the database can not be used: {why_failed(error)}") from None
        except _Late:
            raise InvalidRun(f"the database does not answer within {self._option.timeout_ms} ms") from None

    def descriptors(self) -> list[int]:
        return []

    def service(self) -> None:
        """Nothing goes on by itself."""

    def take(self) -> list[Arrival]:
        taken, self._answers = self._answers, []
        return taken

    def take_closed(self) -> list[int]:
        return []

    def deliver(self, item: bytes) -> None:
        what, _, payload = unpack_out(item)
        if what is Out.QUERY:
            answer = self.ask(unpack_query(payload))
            self._answers.append((InputKind.ANSWERED, pack_in(DATABASE_CONNECTION, pack_answer(answer))))

    def flush(self) -> None:
        """Every query was asked when it came."""

    def close(self) -> None:
        self._worker.stop()

    def ask(self, query: Query) -> Answer:
        """The first row, or why there is none; within the time-out. Raises nothing."""
        answer = self._asked(query)
        if len(pack_answer(answer)) > MOST_ANSWER_OCTETS:
            answer = Answer(query=query.query, result="failed", text="RowTooLong")
        setattr(self.counts, answer.result, getattr(self.counts, answer.result) + 1)
        if answer.result == "failed":
            self.counts.failed_why[answer.text] = self.counts.failed_why.get(answer.text, 0) + 1
        return answer

    def _asked(self, query: Query) -> Answer:
        sql = self._option.statements.get(query.statement)
        if sql is None:
            return Answer(query=query.query, result="failed", text="NoSuchStatement")
        try:
            row = self._in_time(lambda: self._first_row(sql, query.parameters))
        except exc.SQLAlchemyError as error:
            result = _result_of(error)
            return Answer(query=query.query, result=result, text=why_failed(error) if result == "failed" else "")
        except _Late:
            return Answer(query=query.query, result="late")
        if row is None:
            return Answer(query=query.query, result="empty")
        return Answer(query=query.query, result="found", text=next(iter(row.values()), ""), row=row)

    def _first_row(self, sql: str, parameters: Mapping[str, str]) -> dict[str, str] | None:
        statement = sqlalchemy.text(sql)
        wanted = {name: parameters.get(name) for name in statement.compile().params}
        with self._worker.engine.begin() as connection:
            _limit(connection, self._option.timeout_ms)
            result = connection.execute(statement, wanted)
            row = result.first() if result.returns_rows else None
        if row is None:
            return None
        return {str(name)[:64]: _text(value) for name, value in list(row._mapping.items())[:MOST_COLUMNS]}

    def _make(self) -> None:
        with self._worker.engine.begin() as connection:
            _limit(connection, self._option.timeout_ms)
            connection.exec_driver_sql("SELECT 1")
            if connection.dialect.name == "sqlite":  # which looks into the file only when it has to
                connection.exec_driver_sql("PRAGMA schema_version")
        for number, sql in enumerate(self._option.init, 1):
            try:
                with self._worker.engine.begin() as connection:
                    connection.exec_driver_sql(sql)
            except exc.SQLAlchemyError as error:
                raise BadInput.one("platform: database: init", f"statement {number} fails: {_said(error)}",
                                   "SQL that the database takes") from error

    def _in_time(self, work: Callable[[], Any]) -> Any:
        """Do it in a thread, as some drivers can not be broken off. Raises what it raises, or _Late."""
        limit_ms = self._option.timeout_ms + GRACE_MS
        try:
            return self._worker.do(work, limit_ms / 1000)
        except _Late:
            self._worker = _Worker(_engine(self._option))
            raise


class _Late(Exception):
    """It took too long."""


class _Worker:
    """One thread that does one thing at a time; left behind when it hangs. The engine goes with it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._work: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], Any], limit_s: float) -> Any:
        self._work.put(work)
        try:
            result, error = self._done.get(timeout=limit_s)
        except Empty:
            self._work.put(None)
            raise _Late from None
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """End it; one that hangs ends by itself, some time."""
        self._work.put(None)
        self._thread.join(GRACE_MS / 1000)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                self._done.put((work(), None))
            except (exc.SQLAlchemyError, BadInput) as error:
                self._done.put((None, error))
            except (ValueError, TypeError, OverflowError, OSError) as error:  # of the driver, about what it was given
                self._done.put((None, exc.StatementError(type(error).__name__, None, None, error)))
        self.engine.dispose()


def _engine(option: DatabaseOption) -> Engine:
    try:
        url = make_url(option.url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:") and not url.query:
            url = url.set(database=str(Path(option.beside, str(url.database))))
        engine = sqlalchemy.create_engine(url, **_settings(url, option))
    except (exc.ArgumentError, ValueError, TypeError):
        raise BadInput.one("--database", "this is no URL of a database", "DIALECT://..., as in sqlite:///leads.db or "
                           "postgresql://user@host/name") from None
    except ImportError as error:
        raise BadInput.one("--database", f"the driver is not installed: no module {error.name}", "",
                           "for PostgreSQL: pip install 'switchsim[postgresql]'") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _watch_time(option.timeout_ms))
        if option.named:
            event.listen(engine, "do_connect", _open_only)
    return engine


def _settings(url: URL, option: DatabaseOption) -> dict[str, Any]:
    seconds = max(1, option.timeout_ms // 1000)
    match url.get_backend_name():
        case "sqlite":
            arguments = {"timeout": option.timeout_ms / 1000, "check_same_thread": False}
            memory = url.database in (None, "", ":memory:")
            return {"connect_args": arguments} | ({"poolclass": StaticPool} if memory else {})
        case "postgresql":
            return {"connect_args": {"connect_timeout": max(2, seconds)}, "pool_pre_ping": True}
    return {"pool_pre_ping": True}


def _open_only(dialect: Any, record: Any, words: list[Any], options: dict[str, Any]) -> None:
    """SQLite makes a file that is not there, unless it is asked for by a URI of its own with a mode."""
    name, is_uri = str(words[0]), bool(options.get("uri"))
    if name == ":memory:" or (is_uri and (":memory:" in name or "mode=" in name)):
        return
    uri = name if is_uri else Path(name).absolute().as_uri()
    words[0] = f"{uri}{'&' if '?' in uri else '?'}mode=rw"
    options["uri"] = True


def _watch_time(timeout_ms: int) -> Callable[[Any, Any], None]:
    """SQLite looks at the time while it works; `_limit` sets when a statement has to be over."""

    def connected(driver_connection: Any, record: Any) -> None:
        record.info["until_ns"] = time.monotonic_ns() + timeout_ms * 1_000_000
        driver_connection.set_progress_handler(lambda: time.monotonic_ns() > record.info["until_ns"], SQLITE_STEPS)

    return connected


def _limit(connection: Connection, timeout_ms: int) -> None:
    """The time-out of what is asked on this connection from now on."""
    match connection.dialect.name:
        case "sqlite":
            connection.info["until_ns"] = time.monotonic_ns() + (timeout_ms + GRACE_MS // 2) * 1_000_000
        case "postgresql":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {timeout_ms}")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, timeout_ms * 3 // 4)}")


def _result_of(error: exc.SQLAlchemyError) -> str:
    origin = getattr(error, "orig", None)
    code = getattr(origin, "sqlite_errorcode", None)
    state = getattr(origin, "sqlstate", None)
    if (code is not None and code & 0xFF in _BUSY) or state == _LOCK_NOT_AVAILABLE:
        return "locked"
    if (code is not None and code & 0xFF == _INTERRUPT) or state == _QUERY_CANCELED:
        return "late"
    return "failed"


def _said(error: exc.SQLAlchemyError) -> str:
    """In the database's own words; only of what stands in the machine file."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0][:200]


def why_failed(error: exc.SQLAlchemyError) -> str:
    """The class of the error in a few words; never the database's own, which may tell hosts and data."""
    origin = getattr(error, "orig", None)
    code = getattr(origin, "sqlite_errorname", None)
    if code is None:
        return type(error if origin is None else origin).__name__
    said = str(origin)
    return next((words for words in _SQLITE_SAYS if words in said), _SQLITE_CODES.get(code, code))


def _text(value: Any) -> str:
    """A column as text: nothing is empty, octets are hexadecimal, truth is 1 or 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)[: MOST_CHARACTERS // 2].hex()
    return str(value)[:MOST_CHARACTERS]
