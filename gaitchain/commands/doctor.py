"""``gaitchain doctor``: what is missing on this computer, and the fix."""

from __future__ import annotations

import json

import click

from gaitchain.checkup import Computer, Finding, Health, check_up
from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.errors import ExitCode

_WORDS = {Health.GOOD: "good", Health.WARN: "MISSING", Health.BAD: "MUST BE MENDED", Health.UNKNOWN: "-"}


@click.command(short_help=COMMANDS["doctor"])
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.pass_obj
def command(data: str | None, as_json: bool) -> ExitCode:
    """Look at this computer: Python, data folder, disk, Bluetooth, serial ports. Every finding comes with its fix.

    Changes nothing. Ends with code 0 even if something is missing: a computer without Bluetooth can still analyse.
    """
    findings = check_up(Computer(), data_dir(data))
    if as_json:
        click.echo(json.dumps(_said(findings), ensure_ascii=False, allow_nan=False))
        return ExitCode.OK
    for finding in findings:
        click.echo(f"{_WORDS[finding.health]:<8} {finding.name}: {finding.said}")
        if finding.fix:
            click.echo(f"{'':<8} {finding.fix}")
    return ExitCode.OK


def _said(findings: list[Finding]) -> dict[str, object]:
    return {
        "schema_version": 1,
        "ok": all(finding.health is not Health.BAD for finding in findings),
        "findings": [{"name": one.name, "health": one.health, "said": one.said, "fix": one.fix} for one in findings],
    }
