"""What all commands say and how: results on stdout, progress on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


def print_path(path: Path) -> None:
    """Print a path alone on its line: absolute, never wrapped or coloured, any file name unharmed."""
    click.echo(os.fsencode(path.resolve()))


def print_bytes(text: bytes) -> None:
    """Print UTF-8 as it is, whatever the terminal's encoding."""
    click.echo(text, nl=False)


@contextmanager
def stage(words: str) -> Iterator[None]:
    """Say on stderr what is going on: a spinner on a terminal, else a plain line."""
    if not sys.stderr.isatty():
        click.echo(f"{words} ...", err=True)
        yield
        return
    from rich.console import Console  # 70 ms that only a terminal needs
    from rich.markup import escape

    with Console(stderr=True).status(escape(words)):  # a file's name may hold [brackets]
        yield
