"""``gaitchain doctor``: computers of all kinds, each lacking something."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gaitchain.checkup import Computer, Finding, Health, check_up
from gaitchain.cli import run
from gaitchain.errors import ExitCode


@pytest.fixture
def whole(tmp_path: Path) -> Computer:
    """A Linux computer that lacks nothing."""
    root = tmp_path / "root"
    for name in ("sys/class/bluetooth/hci0", "sys/class/rfkill/rfkill0", "run/dbus", "usr/libexec/bluetooth", "dev"):
        (root / name).mkdir(parents=True)
    for name, text in (
        ("run/dbus/system_bus_socket", ""),
        ("usr/libexec/bluetooth/bluetoothd", ""),
        ("dev/ttyACM0", ""),
        ("sys/class/rfkill/rfkill0/type", "bluetooth\n"),
        ("sys/class/rfkill/rfkill0/soft", "0\n"),
    ):
        (root / name).write_text(text, encoding="ascii")
    return Computer(
        system="Linux",
        python=(3, 12),
        root=root,
        environment={},
        which=lambda name: f"/usr/bin/{name}",
        free_bytes=lambda _: 50_000_000_000,
        groups=lambda: ["dialout"],
        may_write=lambda _: True,
        is_root=False,
    )


def of(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_a_computer_that_lacks_nothing(whole: Computer, tmp_path: Path) -> None:
    findings = check_up(whole, tmp_path / "data" / "gaitchain")
    assert {finding.health for finding in findings} == {Health.GOOD}
    assert {finding.fix for finding in findings} == {""}
    assert of(findings, "Bluetooth adapter").said == "hci0"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("lacks", "name", "health", "fix"),
    [
        ({"python": (3, 10)}, "python", Health.BAD, "3.13"),
        ({"python": (3, 14)}, "python", Health.BAD, "3.13"),
        ({"free_bytes": lambda _: 10_000_000}, "disk", Health.WARN, "free some space"),
        ({"may_write": lambda path: "ttyACM" in path.name}, "data folder", Health.BAD, "--data"),
        ({"may_write": lambda path: "ttyACM" not in path.name}, "serial ports", Health.WARN, "dialout"),
        ({"which": lambda _: None}, "uv", Health.UNKNOWN, "optional"),
    ],
)
def test_what_is_missing_comes_with_its_fix(
    lacks: dict[str, object], name: str, health: Health, fix: str, whole: Computer, tmp_path: Path
) -> None:
    findings = check_up(replace(whole, **lacks), tmp_path)  # type: ignore[arg-type]
    assert (of(findings, name).health, fix in of(findings, name).fix) == (health, True)
    others = [finding for finding in findings if finding.name != name]
    assert {finding.health for finding in others} == {Health.GOOD}


@pytest.mark.parametrize(
    ("gone", "name", "fix"),
    [
        ("sys/class/bluetooth/hci0", "Bluetooth adapter", "by cable"),
        ("usr/libexec/bluetooth/bluetoothd", "Bluetooth service", "apt install bluez"),
        ("run/dbus/system_bus_socket", "D-Bus", "apt install dbus"),
    ],
)
def test_what_bluetooth_needs(gone: str, name: str, fix: str, whole: Computer, tmp_path: Path) -> None:
    path = whole.root / gone
    path.rmdir() if path.is_dir() else path.unlink()
    finding = of(check_up(whole, tmp_path), name)
    assert (finding.health, fix in finding.fix) == (Health.WARN, True)


def test_a_radio_that_is_switched_off_and_a_user_without_ports(whole: Computer, tmp_path: Path) -> None:
    (whole.root / "sys/class/rfkill/rfkill0/soft").write_text("1\n", encoding="ascii")
    (whole.root / "dev/ttyACM0").unlink()
    findings = check_up(replace(whole, groups=lambda: ["users"]), tmp_path)
    assert of(findings, "radio").fix == "run: rfkill unblock bluetooth"
    assert "usermod -aG dialout" in of(findings, "serial ports").fix
    assert of(check_up(replace(whole, is_root=True), tmp_path), "serial ports").health is Health.GOOD


def test_a_bus_elsewhere_and_another_system(whole: Computer, tmp_path: Path) -> None:
    (whole.root / "run/dbus/system_bus_socket").unlink()
    elsewhere = replace(whole, environment={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/tmp/bus"})
    assert of(check_up(elsewhere, tmp_path), "D-Bus").health is Health.GOOD
    findings = check_up(replace(whole, system="Darwin"), tmp_path)
    assert of(findings, "bluetooth").health is Health.UNKNOWN
    assert not any(finding.name == "D-Bus" for finding in findings)


def test_a_data_folder_that_is_a_file(whole: Computer, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="ascii")
    assert of(check_up(whole, tmp_path / "data"), "data folder").health is Health.BAD


def test_this_computer_is_described_and_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == ExitCode.OK
    assert "good     python: Python 3." in capsys.readouterr().out
    assert run(["doctor", "--json"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert {"python", "data folder"} <= {finding["name"] for finding in shown["findings"]}
    assert all(finding["fix"] for finding in shown["findings"] if finding["health"] in ("warn", "bad"))
