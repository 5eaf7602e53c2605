"""``gaitchain devices`` and ``identify`` where there is nothing, or something that does not answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from gaitchain.cli import run
from gaitchain.commands import devices
from gaitchain.errors import ExitCode
from sensor.acquisition.finding import Found
from sensor.links.ble import BleAdapter
from sensor.links.link import LinkLost
from sensor.links.serial_ports import SerialPort
from sensor.samples import Placement


@dataclass
class Air:
    """What a scan hears."""

    found: list[Found]
    refusal: str = ""
    scans: int = 0

    async def find(self, _: BleAdapter, scan_s: float) -> list[Found]:
        assert scan_s > 0
        self.scans += 1
        if self.refusal:
            raise LinkLost(self.refusal)
        return self.found


def heard(name: str, **more: object) -> Found:
    return Found(name, "ble", "C0:FF:EE:00:00:01", None, **more)  # type: ignore[arg-type]


@pytest.fixture
def air(monkeypatch: pytest.MonkeyPatch) -> Air:
    one = Air([])
    monkeypatch.setattr(devices, "find_ble", one.find)
    monkeypatch.setattr(devices, "usb_serial_ports", lambda: [SerialPort("/dev/ttyACM9", "GaitNode", "S1")])
    return one


def test_what_is_heard_is_listed(air: Air, capsys: pytest.CaptureFixture[str]) -> None:
    air.found = [
        heard("0000000A", placement=Placement.HIP_LEFT, battery_pct=77, rssi_dbm=-61),
        heard("0000000B", refusal="Sensor 0000000B speaks protocol version 2."),
    ]
    assert run(["devices"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "0000000A, hip_left, Bluetooth, battery 77 %, -61 dBm",
        "0000000B, no place set, Bluetooth. Sensor 0000000B speaks protocol version 2.",
    ]
    assert "/dev/ttyACM9 (GaitNode) was not asked; do so with --port /dev/ttyACM9." in err
    assert run(["devices", "--json"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert [one["usable"] for one in shown["nodes"]] == [True, False]
    assert shown["nodes"][0]["placement"] == "hip_left"
    assert shown["serial_ports"][0]["usb_serial_number"] == "S1"


def test_nothing_is_code_4_with_what_kept_us_from_looking(air: Air, capsys: pytest.CaptureFixture[str]) -> None:
    air.refusal = "Bluetooth cannot be used (off). Switch it on."
    assert run(["devices"]) == ExitCode.NO_DEVICE
    out, err = capsys.readouterr()
    assert out == ""
    assert "Bluetooth cannot be used (off)" in err
    assert "gaitchain doctor" in err
    assert run(["devices", "--json"]) == ExitCode.NO_DEVICE
    assert json.loads(capsys.readouterr().out)["problems"] == [air.refusal]


def test_a_port_that_does_not_open_is_a_problem_not_an_end(air: Air, capsys: pytest.CaptureFixture[str]) -> None:
    air.found = [heard("0000000A")]
    assert run(["devices", "--json", "--port", "/dev/nowhere"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert "/dev/nowhere does not open" in shown["problems"][0]
    assert run(["devices", "--json", "--no-bluetooth"]) == ExitCode.NO_DEVICE
    assert air.scans == 1


@pytest.mark.parametrize(
    ("node", "code", "words"),
    [
        ("knee", ExitCode.USAGE, "is no sensor"),
        ("123456789", ExitCode.USAGE, "is no sensor"),
        ("serial:", ExitCode.USAGE, "serial:PORT"),
        ("serial:/dev/nowhere", ExitCode.NO_DEVICE, "does not open"),
    ],
)
def test_a_sensor_that_cannot_be_identified(
    node: str, code: ExitCode, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["identify", node]) == code
    assert words in capsys.readouterr().err
