"""The parameter tables of docs/methods/ say what the code does.

A table belongs to the dataclass, mapping or module that its heading names, and each kind has its first column:

- `parameter`: the fields of a dataclass. `default` is the default of the field; a column whose title is a dotted path
  is the value in that object. A field that is itself a dataclass is given by the name of its type.
- `key`: the entries of a mapping to dataclasses or numbers; the columns whose titles are fields, or `value`.
- `constant`: dotted paths; the column `value`.

Other columns are words. A new `...Params` of the pipeline needs a table on one of the pages.
"""

from __future__ import annotations

import ast
import pkgutil
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from typing import Any

import pytest

import pipeline
from tests.docs.pages import DOCS, Table, name_of, named, tables_with

PARAMETERS, MAPPINGS, CONSTANTS = (tables_with(first) for first in ("parameter", "key", "constant"))


def title(table: Table) -> str:
    return f"{name_of(table.page)}: {table.heading}"


def written(value: Any) -> Any:
    """A value as a table gives it."""
    return type(value).__name__ if is_dataclass(value) else value


def read(cell: str) -> Any:
    """A cell as the code has it: a literal, or the name of a type."""
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        return cell


def assert_same(table: Table, column: str, values: dict[str, Any]) -> None:
    wrong = differences(table, column, values)
    assert not wrong, "\n".join([f"{title(table)}, column {column}:", *wrong])


def differences(table: Table, column: str, values: dict[str, Any]) -> list[str]:
    said = {name: read(cell) for name, cell in zip(table.column(table.header[0]), table.column(column), strict=True)}
    lines = [f"{name} is {written(v)!r}, the table says {said[name]!r}" for name, v in values.items() if name in said
             and written(v) != said[name]]  # fmt: skip
    lines += [f"{name} is not in the table" for name in values if name not in said]
    return lines + [f"{name} is in the table but not in the code" for name in said if name not in values]


def defaults(kind: type) -> dict[str, Any]:
    found = {}
    for entry in fields(kind):
        value = entry.default if entry.default_factory is MISSING else entry.default_factory()
        assert value is not MISSING, f"{kind.__name__}.{entry.name} has no default; parameters have one"
        found[entry.name] = value
    return found


def pipeline_params() -> dict[str, type]:
    """Every parameter dataclass of the pipeline by its dotted path."""
    found = {}
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        for name, value in vars(import_module(module.name)).items():
            if name.endswith("Params") and isinstance(value, type) and value.__module__ == module.name:
                found[f"{module.name}.{name}"] = value
    return found


@pytest.mark.parametrize("path", pipeline_params())
def test_every_parameter_dataclass_has_its_table(path: str) -> None:
    pages = [name_of(table.page) for table in PARAMETERS if table.heading == path]
    assert len(pages) == 1, (
        f"{path} needs one table on a page in docs/methods/: the heading `{path}`, below it "
        f"| parameter | default | why | with a row for each of {', '.join(defaults(named(path)))}; "
        f"found {pages or 'none'}"
    )


@pytest.mark.parametrize("table", PARAMETERS, ids=title)
def test_parameters_are_those_of_the_code(table: Table) -> None:
    kind = named(table.heading)
    assert is_dataclass(kind)
    assert isinstance(kind, type)
    assert_same(table, "default", defaults(kind))
    for column in table.header:
        if column.startswith("pipeline."):
            other = named(column)
            assert_same(table, column, {f.name: getattr(other, f.name) for f in fields(other)})


@pytest.mark.parametrize("table", MAPPINGS, ids=title)
def test_mappings_are_those_of_the_code(table: Table) -> None:
    entries = named(table.heading)
    known = {f.name for entry in entries.values() if is_dataclass(entry) for f in fields(entry)}
    columns = [column for column in table.header[1:] if column in known | {"value"}]
    assert columns, "a column `value`, or one titled as a field"
    for column in columns:
        values = {key: entry if column == "value" else getattr(entry, column) for key, entry in entries.items()}
        assert_same(table, column, values)


@pytest.mark.parametrize("table", CONSTANTS, ids=title)
def test_constants_are_those_of_the_code(table: Table) -> None:
    assert_same(table, "value", {path: named(path) for path in table.column("constant")})


def test_the_tables_are_found() -> None:
    """A page whose tables nobody reads would pass every test above."""
    for page in sorted((DOCS / "methods").glob("*.md")):
        marks = page.read_text(encoding="utf-8").count("\n| parameter |")
        assert marks == sum(table.page == page for table in PARAMETERS), name_of(page)
    assert PARAMETERS
    assert MAPPINGS
    assert CONSTANTS
