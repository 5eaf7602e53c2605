"""Who may log in: argon2, one file for its owner alone, no password on a command line."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gaitchain.cli import run
from gaitchain.commands.users import ROLES
from gaitchain.errors import ExitCode
from gaitchain.store import Conflict, NotFound, Role, Store, StoreError, open_store

PASSWORD = "correct horse"


def test_only_the_right_password_lets_in(store: Store) -> None:
    anna = store.users.add("Anna", Role.THERAPIST, PASSWORD)
    assert store.users.check("anna ", PASSWORD) == anna
    for name, password in (("Anna", "wrong horse!"), ("Bob", PASSWORD), ("", ""), ("Anna", ""), ("Anna", "x" * 10_000)):
        assert store.users.check(name, password) is None
    store.users.set_password("Anna", "another one")
    assert store.users.check("Anna", PASSWORD) is None
    again = store.users.check("Anna", "another one")
    assert again is not None
    assert again == replace(anna, stamp=again.stamp) != anna
    assert store.users.remove("ANNA").name == "Anna"
    assert store.users.check("Anna", "another one") is None
    assert store.users.all() == []


def test_the_file_holds_argon2_hashes_for_its_owner_alone(store: Store) -> None:
    store.users.add("Anna", "viewer", PASSWORD)
    text = store.layout.users.read_text()
    assert "$argon2id$" in text
    assert PASSWORD not in text
    if sys.platform != "win32":
        assert store.layout.users.stat().st_mode & 0o777 == 0o600


def test_what_will_not_do_is_refused(store: Store) -> None:
    store.users.add("Anna", "viewer", PASSWORD)
    with pytest.raises(Conflict):
        store.users.add("ANNA", "viewer", PASSWORD)
    with pytest.raises(Conflict, match="whoever sits at the computer"):
        store.users.add(" Local", "viewer", PASSWORD)
    for name, role, password in (
        ("", "viewer", PASSWORD),
        ("x" * 41, "viewer", PASSWORD),
        ("a\nb", "viewer", PASSWORD),
        ("Bob", "boss", PASSWORD),
        ("Bob", "viewer", "short"),
        ("Bob", "viewer", "x" * 257),
    ):
        with pytest.raises(StoreError):
            store.users.add(name, role, password)
    for ask in (store.users.remove, lambda name: store.users.set_password(name, PASSWORD)):
        with pytest.raises(NotFound):
            ask("Bob")
    assert [user.name for user in store.users.all()] == ["Anna"]
    store.layout.users.write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        store.users.all()


@pytest.mark.parametrize("role", Role)
def test_a_role_includes_those_below(role: Role) -> None:
    order = [Role.VIEWER, Role.THERAPIST, Role.ADMIN]
    assert [role.may(needed) for needed in order] == [order.index(needed) <= order.index(role) for needed in order]


def test_the_command_offers_the_roles_there_are() -> None:
    assert tuple(Role) == ROLES  # it does not import them: the database is half a second


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def users(*arguments: str, stdin: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        return run(["--data", str(tmp_path), "users", *arguments])

    assert users("add", "Anna", "--role", "admin", stdin=f"{PASSWORD}\n") == ExitCode.OK
    assert users("add", "Bob", stdin=f"{PASSWORD}\r\n") == ExitCode.OK
    capsys.readouterr()
    assert users("list") == ExitCode.OK
    assert capsys.readouterr().out == "Anna\tadmin\nBob\ttherapist\n"
    assert users("password", "Bob", stdin="something else\n") == ExitCode.OK
    assert users("remove", "Anna") == ExitCode.OK
    with open_store(tmp_path) as store:
        assert store.users.check("Bob", "something else")
        assert [user.name for user in store.users.all()] == ["Bob"]
        assert {line.what for line in store.audit_trail()} == {"user added", "password changed", "user removed"}
    assert users("add", "Carl", PASSWORD) == ExitCode.USAGE  # no password on the command line
    assert users("remove", "Carl") == ExitCode.REFUSED
    assert users("add", "Carl", stdin="\n") == ExitCode.REFUSED
    assert "10 to 256 characters" in capsys.readouterr().err
