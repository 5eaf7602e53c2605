"""A store in an empty folder, and a PostgreSQL server of the test run's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from gaitchain.store import Store, open_store
from gaitchain.store.database import URL_VARIABLE


@pytest.fixture(autouse=True)
def _own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as opened:
        yield opened


def _server_folder() -> Path | None:
    """Where Debian puts initdb and pg_ctl, which are in no PATH."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server on a Unix socket, which ends with the test run."""
    programs = _server_folder()
    if programs is None:
        reason = "PostgreSQL's server is not installed; on Debian: apt install postgresql"
        if os.environ.get("GAITCHAIN_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    as_root = os.geteuid() == 0  # the server refuses to run as root
    with TemporaryDirectory(prefix="gaitchain-pg-", ignore_cleanup_errors=True) as home:  # a socket's path is short
        if as_root:
            shutil.chown(home, "nobody", "nogroup")

        def run(program: str, *arguments: str) -> None:
            done = subprocess.run(
                [programs / program, "-D", f"{home}/cluster", *arguments],
                cwd=home,
                capture_output=True,
                text=True,
                check=False,
                user="nobody" if as_root else None,
                group="nogroup" if as_root else None,
            )
            assert done.returncode == 0, done.stdout + done.stderr

        run("initdb", "-U", "gait", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {home} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        run("pg_ctl", "-l", f"{home}/log", "-w", "-o", options, "start")
        try:
            yield f"postgresql://gait@/postgres?host={home}"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of the test's own."""
    name = f"t{abs(hash(request.node.nodeid))}"
    engine = create_engine(postgres_server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """The database of an index: None is SQLite in the data folder."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
