"""Which decoder reads which kind of device, by the name that the journal's sources carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sensor.devices.gaitnode import GaitNodeDecoder
from sensor.devices.movella_dot import MovellaDotDecoder
from sensor.devices.witmotion import WitMotionBleDecoder, WitMotionSerialDecoder
from sensor.links.link import Arrival
from sensor.recording.table import RecordingError

GAITNODE = "gaitnode"
MOVELLA_DOT = "movella_dot"
WITMOTION_SERIAL = "witmotion_serial"  # with its rate behind it: "witmotion_serial 100"
WITMOTION_BLE = "witmotion_ble"


def device_tag(kind: str, rate_hz: int) -> str:
    """What the journal calls a device of this kind that is set to a rate."""
    return f"{kind} {rate_hz}" if kind in (WITMOTION_SERIAL, WITMOTION_BLE) else kind


class Decoder(Protocol):
    """What all decoders do: a pure fold over what arrives from one node."""

    def push(self, arrival: Arrival) -> Sequence[object]:
        """Samples, clock pairs and other news in one arrival."""


def decoder_for(device: str) -> Decoder:
    """A fresh decoder; RecordingError for a device that this version does not know."""
    kind, _, rate_hz = device.partition(" ")
    match kind:
        case "gaitnode":
            return GaitNodeDecoder()
        case "movella_dot":
            return MovellaDotDecoder()
        case "witmotion_serial" if rate_hz.isdecimal():
            return WitMotionSerialDecoder(float(rate_hz))
        case "witmotion_ble" if rate_hz.isdecimal():
            return WitMotionBleDecoder(float(rate_hz))
    raise RecordingError(f"The journal names a device {device!r} that this version cannot read; update gaitchain.")


def interrupt(decoder: Decoder) -> None:
    """The link was lost and is being opened anew. Decoders of nodes with counters or clocks see for themselves."""
    if isinstance(decoder, WitMotionSerialDecoder | WitMotionBleDecoder):
        decoder.interrupted()


def nominal_rate_hz(decoder: Decoder) -> float | None:
    """Samples per second that the device says it sends; None before it has said so."""
    if isinstance(decoder, GaitNodeDecoder):
        return None if decoder.info is None else decoder.info.rate_mhz / 1000.0
    rate_hz = getattr(decoder, "rate_hz", None)
    return rate_hz if isinstance(rate_hz, float) else None
