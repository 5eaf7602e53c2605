"""From nothing and from the first revision to this one, on SQLite and on PostgreSQL, with what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from gaitchain.store import Care, StoreError, open_store
from gaitchain.store.database import MIGRATIONS, connect, migrate, revision, store_url, upgrade
from gaitchain.store.layout import Layout
from gaitchain.store.tables import HEAD, metadata
from sensor.person import Person
from tests.gaitchain.store.somebody import make_session, rows


@pytest.fixture
def engine(tmp_path: Path, url: str | None) -> Iterator[Engine]:
    engine = connect(store_url(Layout(tmp_path), url))
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_head_is_the_last_revision() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [HEAD]
    assert [script.revision for script in scripts.walk_revisions()] == ["0002", "0001"]


def test_from_nothing_the_tables_are_those_of_the_code(engine: Engine) -> None:
    migrate(engine)
    assert differences(engine) == []
    with engine.connect() as connection:
        assert revision(connection) == HEAD
    migrate(engine)  # again: nothing to do
    assert differences(engine) == []


def test_from_the_first_revision_rows_stay_and_the_tables_are_the_same(engine: Engine) -> None:
    upgrade(engine, "0001")
    assert not inspect(engine).has_table("audit")
    flags = "'[\"fever\"]'"
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO patients (pid, code, code_key, age_years, red_flags, notes, created) "
                f"VALUES ('abcdef012345', 'KN-1', 'kn-1', 41.5, {flags}, 'n', '2026-01-01T00:00:00+00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO sessions (sid, pid, started, ended, protocol, condition, notes, created_by, headline, "
                "has_result, version, pain_before) VALUES ('20260101T000000-abcdef', 'abcdef012345', 's', 'complete', "
                "'2min', '', '', 'anna', '{}', TRUE, '0.1.0', 4)"
            )
        )
    migrate(engine)
    assert differences(engine) == []
    found = rows(engine)
    assert found["patients"][0] | {"pid": "abcdef012345", "age_years": 41.5, "state": ""} == found["patients"][0]
    assert found["patients"][0]["red_flags"] == ["fever"]
    assert found["sessions"][0] | {"pain_before": 4, "model_version": "", "state": ""} == found["sessions"][0]
    with engine.begin() as connection:  # the key between the tables has survived
        connection.execute(text("DELETE FROM patients"))
    assert rows(engine)["sessions"] == []


def test_a_store_of_the_first_revision_opens_with_all_that_its_files_hold(tmp_path: Path, url: str | None) -> None:
    with open_store(tmp_path, url) as store:
        pid = store.put_patient(None, Person("KN-1", 50.0), "", "anna").pid
        make_session(store, pid, Care("2min"))
        wanted = rows(store.engine)
        with store.engine.begin() as connection:  # back to what the first revision had
            metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
        upgrade(store.engine, "0001")
        with store.engine.begin() as connection:
            flags = "'[]'"
            connection.execute(
                text(
                    "INSERT INTO patients (pid, code, code_key, red_flags, notes, created) "
                    f"VALUES ('{pid}', 'old', 'old', {flags}, '', 'x')"
                )
            )
    with open_store(tmp_path, url) as store:
        assert rows(store.engine) == wanted


def test_a_store_of_a_later_version_is_refused(tmp_path: Path, url: str | None) -> None:
    with open_store(tmp_path, url) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="later version of gaitchain made this store; update gaitchain"):
        open_store(tmp_path, url)


def test_a_migration_that_breaks_off_changes_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(engine, "0001")
    before = set(inspect(engine).get_table_names())

    def refuse(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.op.create_index", refuse)
    with pytest.raises(KeyboardInterrupt):
        upgrade(engine, HEAD)
    assert set(inspect(engine).get_table_names()) == before
    assert "state" not in {column["name"] for column in inspect(engine).get_columns("patients")}
    monkeypatch.undo()
    migrate(engine)
    assert differences(engine) == []


@pytest.mark.parametrize("bad", ["mysql://x@y/z", "nonsense"])
def test_another_database_is_refused_without_its_password(bad: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(tmp_path, bad)
    assert "postgresql://USER@HOST/DATABASE" in str(refused.value)


def test_a_database_that_does_not_answer_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        open_store(tmp_path, f"postgresql://gait:hush@/x?host={tmp_path}")
    assert "hush" not in str(refused.value)


def test_an_index_that_is_no_database_is_said(tmp_path: Path) -> None:
    Layout(tmp_path).index.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StoreError, match=r"damaged.*move it away"):
        open_store(tmp_path)
