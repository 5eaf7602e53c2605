"""The API against its own description: whatever is asked, the answer is one that was described, and no mistake."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from gaitchain.app.settings import Limits
from sensor.recording import write_recording
from sensor.samples import KNEES
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.app.real import Served, serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries it brings along
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
SPARED = {("DELETE", "/api/session")}  # it would log the asker out


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An app with a patient and a session; whoever asks at random may delete them."""
    walk = tmp_path / "walk.csv"
    write_recording(simulate(WalkSpec(duration_s=12.0, placements=KNEES)).table, walk)
    with serving(tmp_path / "data", limits=Limits(wrong_tries=10**6)) as running:
        with running.client() as client:
            pid = client.post("/api/patients", json={"code": "K-1"}).json()["pid"]
            files = {"file": ("walk.csv", walk.read_bytes())}
            assert client.post("/api/recordings", files=files, data={"pid": pid}).status_code == 201
        yield running


def fuzz(served: Served, examples: int) -> dict[tuple[str, str], set[int]]:
    """Ask every operation at random; the statuses that came."""
    with served.client() as client:
        described = client.get("/api/openapi.json").json()
        known = {
            "pid": client.get("/api/patients").json()[0]["pid"],
            "sid": client.get("/api/sessions").json()[0]["sid"],
        }
    seen = {}
    for result in schemathesis.openapi.from_dict(described).get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        key = (operation.method.upper(), operation.path)
        if key not in SPARED:
            seen[key] = ask(operation, served, known, examples)
    return seen


def ask(operation: Any, served: Served, known: dict[str, str], examples: int) -> set[int]:
    """Ask one operation; every other time about something that is there."""
    headers = {"X-Gaitchain": "1", "Cookie": served.cookie()}
    statuses: list[int] = []

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def asking(case: Any) -> None:
        for name in set(case.path_parameters) & set(known) if len(statuses) % 2 else ():
            case.path_parameters[name] = known[name]
        answer = case.call(base_url=served.base, headers=headers)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    asking()
    return set(statuses)


def test_whatever_is_asked_the_answer_is_as_described(served: Served) -> None:
    seen = fuzz(served, 3)
    assert len(seen) > 35
    assert {200, 404, 409, 422} <= set().union(*seen.values())


@pytest.mark.long
def test_whatever_is_asked_at_length(served: Served) -> None:
    seen = fuzz(served, 60)
    assert {200, 201, 404, 409, 422} <= set().union(*seen.values())


def test_every_operation_describes_its_refusals(served: Served) -> None:
    with served.client() as client:
        described = client.get("/api/openapi.json").json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403", "422"} <= set(operation["responses"]), (method, path)
            assert operation["summary"], (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    (content,) = response["content"].values()
                    assert content["schema"]["$ref"].endswith("/Refusal"), (method, path, status)


def test_the_description_needs_a_login(served: Served) -> None:
    import httpx

    assert httpx.get(f"{served.base}/api/openapi.json").status_code == 401
