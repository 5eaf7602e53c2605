"""What this computer needs for recording, and how to get what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

LEAST_FREE_BYTES = 1 << 30  # a day of sessions: four sensors at 200 Hz write 60 MB an hour
PYTHONS = ((3, 11), (3, 13))
SYSTEM_BUS = "/run/dbus/system_bus_socket"


class Health(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    WARN = "warn"  # something will not work
    BAD = "bad"  # nothing will be recorded
    UNKNOWN = "unknown"  # cannot be told here


@dataclass(frozen=True, slots=True)
class Finding:
    """One look at the computer; ``fix`` is empty when it is good."""

    name: str
    health: Health
    said: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Computer:
    """How the computer is asked; a test puts another in its place."""

    system: str = field(default_factory=platform.system)
    python: tuple[int, int] = sys.version_info[:2]
    root: Path = Path("/")
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    which: Callable[[str], str | None] = shutil.which
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    groups: Callable[[], Iterable[str]] = field(default_factory=lambda: _groups)
    may_write: Callable[[Path], bool] = lambda path: os.access(path, os.W_OK)
    is_root: bool = hasattr(os, "geteuid") and os.geteuid() == 0


def check_up(computer: Computer, data_dir: Path) -> list[Finding]:
    """Everything worth knowing, most important first."""
    findings = [_python(computer), *_data(computer, data_dir)]
    if computer.system == "Linux":
        findings += [*_bluetooth(computer), _serial(computer)]
    else:
        findings.append(Finding("bluetooth", Health.UNKNOWN, f"{computer.system} tells only when it is used", _ASK[0]))
    findings.append(_tool(computer, "uv", "installs and updates gaitchain", "https://docs.astral.sh/uv"))
    return findings


_ASK = ("`gaitchain devices` tries it; allow the terminal to use Bluetooth if the system asks",)


def _python(computer: Computer) -> Finding:
    said = f"Python {computer.python[0]}.{computer.python[1]}"
    if PYTHONS[0] <= computer.python <= PYTHONS[1]:
        return Finding("python", Health.GOOD, said)
    return Finding("python", Health.BAD, said, "install Python 3.11, 3.12 or 3.13 and set gaitchain up again with it")


def _data(computer: Computer, data_dir: Path) -> list[Finding]:
    there = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    if not there.is_dir():
        return [
            Finding(
                "data folder", Health.BAD, f"{there} is a file", "give another folder with --data or GAITCHAIN_DATA"
            )
        ]
    if not computer.may_write(there):
        fix = f"take the right to write there, or give another folder with --data or GAITCHAIN_DATA (now {data_dir})"
        return [Finding("data folder", Health.BAD, f"{there} cannot be written", fix)]
    free = computer.free_bytes(there)
    said = f"{free / 1e9:.1f} GB free at {there}"
    disk = (
        Finding("disk", Health.GOOD, said)
        if free >= LEAST_FREE_BYTES
        else Finding("disk", Health.WARN, said, "free some space: recording needs 1 GB to be safe for a day")
    )
    return [Finding("data folder", Health.GOOD, str(data_dir)), disk]


def _bluetooth(computer: Computer) -> list[Finding]:
    adapters = sorted(
        path.name for path in (computer.root / "sys/class/bluetooth").glob("hci*") if ":" not in path.name
    )
    bus = computer.environment.get("DBUS_SYSTEM_BUS_ADDRESS", "")
    bus_there = bool(bus) or (computer.root / SYSTEM_BUS.lstrip("/")).exists()
    service = next(
        (
            path
            for path in ("usr/libexec/bluetooth/bluetoothd", "usr/lib/bluetooth/bluetoothd", "usr/sbin/bluetoothd")
            if (computer.root / path).exists()
        ),
        None,
    )
    found = [
        Finding("Bluetooth adapter", Health.GOOD, ", ".join(adapters))
        if adapters
        else Finding(
            "Bluetooth adapter",
            Health.WARN,
            "none",
            "plug in a Bluetooth 5 USB adapter, best on an extension lead; or connect the sensors by cable",
        ),
        Finding("Bluetooth service", Health.GOOD, f"/{service}")
        if service
        else Finding("Bluetooth service", Health.WARN, "BlueZ is not installed", "on Debian: sudo apt install bluez"),
        Finding("D-Bus", Health.GOOD, bus or SYSTEM_BUS)
        if bus_there
        else Finding(
            "D-Bus", Health.WARN, "no system bus", "on Debian: sudo apt install dbus, then start the computer again"
        ),
    ]
    blocked = [path.parent.name for path in (computer.root / "sys/class/rfkill").glob("*/soft") if _is_blocked(path)]
    if blocked:
        found.append(Finding("radio", Health.WARN, "Bluetooth is switched off", "run: rfkill unblock bluetooth"))
    return found


def _is_blocked(soft: Path) -> bool:
    try:
        kind = (soft.parent / "type").read_text(encoding="ascii").strip()
        return kind == "bluetooth" and soft.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False


def _serial(computer: Computer) -> Finding:
    ports = sorted(path for pattern in ("ttyACM*", "ttyUSB*") for path in (computer.root / "dev").glob(pattern))
    closed = [path for path in ports if not computer.may_write(path)]
    if closed:
        said = f"{', '.join(path.name for path in closed)} may not be opened"
        return Finding("serial ports", Health.WARN, said, "run: sudo usermod -aG dialout $USER, then log in again")
    said = ", ".join(path.name for path in ports) or "none plugged in"
    if not ports and not computer.is_root and "dialout" not in set(computer.groups()):
        fix = "for sensors on a cable run: sudo usermod -aG dialout $USER, then log in again"
        return Finding("serial ports", Health.WARN, f"{said}, and you are not in the group dialout", fix)
    return Finding("serial ports", Health.GOOD, said)


def _tool(computer: Computer, name: str, what_for: str, where: str) -> Finding:
    path = computer.which(name)
    if path is not None:
        return Finding(name, Health.GOOD, path)
    return Finding(name, Health.UNKNOWN, f"not installed; it {what_for}", f"optional: {where}")


def _groups() -> list[str]:
    if sys.platform == "win32":
        return []
    import grp

    names = []
    for number in os.getgroups():
        try:
            names.append(grp.getgrgid(number).gr_name)
        except KeyError:  # a group without a name
            continue
    return names
