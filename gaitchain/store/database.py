"""The database behind the index: SQLite beside the files, or PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from gaitchain.errors import ExitCode
from gaitchain.store.errors import StoreError
from gaitchain.store.layout import Layout
from gaitchain.store.tables import HEAD, metadata

URL_VARIABLE = "GAITCHAIN_STORE_URL"
MIGRATIONS = Path(__file__).with_name("migrations")
_BUSY_MS = 10_000
_HURRY_MS = 100

_PRAGMAS = (
    f"busy_timeout={_BUSY_MS}",  # first: the others may have to wait
    "journal_mode=WAL",  # readers never wait for the writer
    "synchronous=NORMAL",  # a lost last transaction is made again from the files
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten
)


def store_url(layout: Layout, given: str | None = None) -> URL:
    """The database that was named, else that of ``GAITCHAIN_STORE_URL``, else SQLite in the data folder.

    Raises
    ------
    StoreError
        It is no URL, or of a database that gaitchain does not know.
    """
    told = given or os.environ.get(URL_VARIABLE)
    if not told:
        return URL.create("sqlite", database=str(layout.index))
    try:
        url = make_url(told)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"{URL_VARIABLE} is no database that gaitchain knows; write postgresql://USER@HOST/DATABASE, or leave it "
            "out for SQLite.",
            ExitCode.USAGE,
        )
    return url.set(drivername="postgresql+psycopg" if url.get_backend_name() == "postgresql" else "sqlite")


def connect(url: URL) -> Engine:
    """An engine for the index; StoreError if the driver is missing. Its errors show no values: they end in logs."""
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
            event.listen(engine, "handle_error", _hide_row)
            return engine
    except ModuleNotFoundError as error:
        raise StoreError("PostgreSQL needs psycopg: pip install 'gaitchain[clinic]'.", ExitCode.USAGE) from error
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to this version's form, from nothing or from an earlier one.

    Raises
    ------
    StoreError
        The database cannot be reached, or a later version of gaitchain made it.
    """
    try:
        with engine.connect() as connection:
            at = revision(connection)
    except OperationalError as error:
        raise StoreError(f"The store's database cannot be reached ({_first_line(error)}).") from error
    except DatabaseError as error:
        raise StoreError(
            f"The store's index is damaged ({_first_line(error)}); move it away, then run `gaitchain index rebuild`."
        ) from error
    if at != HEAD:
        upgrade(engine, HEAD)


def revision(connection: Connection) -> str | None:
    """Which revision the tables are; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine, to: str) -> None:
    """Run the migrations up to a revision, all or none of them."""
    from alembic import command  # 0.2 s that only a migration needs
    from alembic.config import Config
    from alembic.util.exc import CommandError

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, to)
    except CommandError as error:
        raise StoreError("A later version of gaitchain made this store; update gaitchain.") from error


def empty(connection: Connection) -> None:
    """Delete every row of the index."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def purge(engine: Engine) -> bool:
    """Overwrite what deleted rows left behind; False if another program kept some of it in use."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in metadata.tables:
                connection.execute(text(f"VACUUM FULL {name}"))
        return True
    with _hurried(engine) as cursor:
        try:
            cursor.execute("VACUUM")
        except sqlite3.OperationalError:  # somebody is at work
            return False
    return empty_log(engine)


def empty_log(engine: Engine) -> bool:
    """Move SQLite's write-ahead log into the file and cut it to nothing; False if a reader is in the way."""
    if engine.dialect.name != "sqlite":
        return True
    with _hurried(engine) as cursor:
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def _hurried(engine: Engine) -> Iterator[Any]:
    """A cursor of SQLite outside of transactions, which does not wait long for others."""
    with closing(engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_HURRY_MS}")
        try:
            yield cursor
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says when a transaction begins, also for CREATE TABLE
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _hide_row(context: ExceptionContext) -> None:
    """PostgreSQL tells the whole row after the first line of a refusal."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = (str(error.args[0]).partition("\n")[0] if error.args else "", *error.args[1:])


def _first_line(error: Any) -> str:
    return next(iter(str(error.orig).splitlines()), type(error).__name__)
