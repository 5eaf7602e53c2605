"""Which serial ports this computer has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports


class Listed(Protocol):
    """What pyserial tells about a port."""

    device: str
    description: str
    product: str | None
    serial_number: str | None
    vid: int | None


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A port that may have a node on it. Only HELLO tells for sure.

    Attributes
    ----------
    device : str
        What to open. It may name another thing tomorrow; remember the serial number instead.
    serial_number : str or None
        Of the USB device.
    """

    device: str
    description: str
    serial_number: str | None


def usb_serial_ports(listed: Callable[[], Iterable[Listed]] = list_ports.comports) -> list[SerialPort]:
    """USB serial ports, by name; built-in ports, which no node uses, are left out."""
    ports = [
        SerialPort(port.device, port.product or port.description, port.serial_number)
        for port in listed()
        if port.vid is not None
    ]
    return sorted(ports, key=lambda port: port.device)
