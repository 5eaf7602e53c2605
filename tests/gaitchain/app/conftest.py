"""An app in an empty folder, and clients who are in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gaitchain.app.server import create_app
from gaitchain.app.settings import Settings
from gaitchain.store import Role, Store, open_store
from sensor.recording import write_recording
from sensor.samples import HIPS, KNEES
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.app.clients import TestClient
from tests.gaitchain.app.clock import FakeClock

BASE = "http://127.0.0.1:8642"
PASSWORD = "correct horse battery"
HEADERS = {"X-Gaitchain": "1"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def _empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store; to make one takes longer than most of these tests."""
    data = tmp_path_factory.mktemp("empty") / "data"
    open_store(data).close()
    return data


@pytest.fixture
def store(tmp_path: Path, _empty_data: Path) -> Iterator[Store]:
    with open_store(Path(shutil.copytree(_empty_data, tmp_path / "data"))) as opened:
        yield opened


@pytest.fixture
def enter(store: Store, clock: FakeClock) -> Iterator[Callable[..., TestClient]]:
    """Make clients of an app: in by the token, by a login, or not at all."""
    with ExitStack() as stack:

        def made(*, token: bool = True, user: str = "", **said: Any) -> TestClient:
            settings = Settings(store.layout.data, **said)
            app = create_app(settings, store=store, clocks=clock.clocks)
            client = stack.enter_context(TestClient(app, BASE, headers=HEADERS, follow_redirects=False))
            if user:
                assert client.post("/api/session", json={"name": user, "password": PASSWORD}).status_code == 200
            elif token:
                assert client.get(f"/?token={settings.token}").status_code == 303
            return client

        yield made


@pytest.fixture
def client(enter: Callable[..., TestClient]) -> TestClient:
    """Whoever sits at the computer."""
    return enter()


@pytest.fixture
def users(store: Store) -> None:
    """One of each role."""
    for role in Role:
        store.users.add(f"{role.value}-1", role, PASSWORD)


@pytest.fixture
def pid(client: TestClient) -> str:
    """A patient."""
    return str(client.post("/api/patients", json={"code": "K-17", "height_m": 1.74}).json()["pid"])


@pytest.fixture(scope="session")
def walk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of half a minute."""
    path = tmp_path_factory.mktemp("walk") / "Mr Smith.csv.gz"
    write_recording(simulate(WalkSpec(duration_s=30.0, placements=KNEES + HIPS, seed=3)).table, path)
    return path


@pytest.fixture
def sid(client: TestClient, pid: str, walk_file: Path) -> str:
    """A session of the patient, opened from a file."""
    with walk_file.open("rb") as file:
        answer = client.post("/api/recordings", files={"file": (walk_file.name, file)}, data={"pid": pid})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sid"])
