from dataclasses import dataclass

from sensor.links.serial_ports import SerialPort, usb_serial_ports


@dataclass
class Port:
    device: str
    description: str
    product: str | None
    serial_number: str | None
    vid: int | None


def test_usb_ports_are_listed_with_what_identifies_them() -> None:
    ports = [
        Port("/dev/ttyS0", "ttyS0", None, None, None),
        Port("/dev/ttyACM1", "GaitNode - CDC", "GaitNode", "89ABCDEF", 0x1915),
        Port("/dev/ttyACM0", "n/a", None, None, 0x0403),
    ]
    assert usb_serial_ports(lambda: ports) == [
        SerialPort("/dev/ttyACM0", "n/a", None),
        SerialPort("/dev/ttyACM1", "GaitNode", "89ABCDEF"),
    ]


def test_this_computer_can_be_asked() -> None:
    assert all(port.device for port in usb_serial_ports())
