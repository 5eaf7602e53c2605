"""``gaitchain users``: who may log in to the app from another computer."""

from __future__ import annotations

import getpass
import sys

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.errors import ExitCode

ROLES = ("viewer", "therapist", "admin")


@click.group(short_help=COMMANDS["users"])
def command() -> None:
    """Look after the users of the app. A password is asked for, or read from the first line of stdin."""


@command.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="therapist",
    show_default=True,
    help="viewer: sees; therapist: records and changes; admin: looks after users, too.",
)
@click.pass_obj
def add(data: str | None, name: str, role: str) -> ExitCode:
    """Let NAME in."""
    from gaitchain.store import open_store  # the database: half a second

    password = _password()
    with open_store(data_dir(data)) as store:
        user = store.users.add(name, role, password)
        store.audit(_operator(), "user added")
    click.echo(f"{user.name} may log in as {user.role}.")
    return ExitCode.OK


@command.command("list")
@click.pass_obj
def show(data: str | None) -> ExitCode:
    """Print names and roles, one user a line."""
    from gaitchain.store import open_store

    with open_store(data_dir(data)) as store:
        for user in store.users.all():
            click.echo(f"{user.name}\t{user.role}")
    return ExitCode.OK


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove(data: str | None, name: str) -> ExitCode:
    """Let NAME in no more."""
    from gaitchain.store import open_store

    with open_store(data_dir(data)) as store:
        store.users.remove(name)
        store.audit(_operator(), "user removed")
    return ExitCode.OK


@command.command("password")
@click.argument("name")
@click.pass_obj
def password(data: str | None, name: str) -> ExitCode:
    """Give NAME another password; whoever is logged in with the old one is out."""
    from gaitchain.store import open_store

    new = _password()
    with open_store(data_dir(data)) as store:
        store.users.set_password(name, new)
        store.audit(_operator(), "password changed")
    return ExitCode.OK


def _password() -> str:
    """The password, never from the command line, where other users of the computer could read it."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _operator() -> str:
    """Who sits at the computer, for the trail."""
    try:
        return f"command line, {getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name
        return "command line"
