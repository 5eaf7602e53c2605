"""What is promised about set-up: two locks that agree, hashes for all, nothing but PyPI, every package in the wheel."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {"firmware_protocol", "sensor", "pipeline", "models", "gaitchain"}


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0] for requirement in requirements}


def extras(project: dict[str, Any]) -> list[str]:
    return [one for extra in project["project"]["optional-dependencies"].values() for one in extra]


def test_both_locks_hold_the_same_versions() -> None:
    by_uv = {(p["name"], p["version"]) for p in toml("uv.lock")["package"] if "registry" in p["source"]}
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    by_pip = set(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))
    assert by_pip == by_uv


def test_every_locked_package_has_hashes() -> None:
    entries = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
    for package in toml("uv.lock")["package"]:
        assert all(wheel["hash"].startswith("sha256:") for wheel in package.get("wheels", []))


def test_the_lock_is_that_of_this_pyproject() -> None:
    project = toml("pyproject.toml")
    (locked,) = [p for p in toml("uv.lock")["package"] if p["name"] == "gaitchain"]
    asked = [*project["project"]["dependencies"], *extras(project)]
    assert {r["name"] for r in locked["metadata"]["requires-dist"]} == names(asked)
    for group in ("test", "lint", "build"):
        assert {r["name"] for r in locked["metadata"]["requires-dev"][group]} == names(
            project["dependency-groups"][group]
        )


def test_the_build_backend_is_the_locked_one() -> None:
    locked = {p["name"]: p.get("version") for p in toml("uv.lock")["package"]}
    assert toml("pyproject.toml")["tool"]["uv"]["build-constraint-dependencies"] == [
        f"hatchling=={locked['hatchling']}"
    ]


def test_locks_name_no_host_but_pypi() -> None:
    for name in ("uv.lock", "requirements.lock"):
        hosts = set(re.findall(r"\b(?:https?|file)://[^/\"\s]*", (ROOT / name).read_text(encoding="utf-8")))
        assert hosts <= {"https://pypi.org", "https://files.pythonhosted.org"}


def test_every_floor_is_packaged_and_linted() -> None:
    project = toml("pyproject.toml")["tool"]
    assert set(project["hatch"]["build"]["packages"]) == FLOORS
    assert set(project["importlinter"]["root_packages"]) == FLOORS
    assert set(project["mypy"]["packages"]) >= FLOORS


def test_dependencies_are_what_the_product_imports() -> None:
    imported: set[str] = set()
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.partition(".")[0])
    project = toml("pyproject.toml")
    modules = {"scikit-learn": "sklearn", "pyserial": "serial", "argon2-cffi": "argon2"}
    always = {modules.get(name, name) for name in names(project["project"]["dependencies"])}
    extra = {modules.get(name, name) for name in names(extras(project))}
    assert always == imported - FLOORS - sys.stdlib_module_names - extra
