"""org.bluez on a private bus: just enough, and like the real one, for bleak's unmodified BlueZ backend.

The behaviour follows BlueZ 5.66 as observed with virtual controllers: devices are announced while discovering, a lost
link is one PropertiesChanged with both properties, GATT objects stay, a silent device makes Connect hang.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from firmware_protocol.frames import ATT_BYTES

ADAPTER = "/org/bluez/hci0"
ADAPTER_1, DEVICE_1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE_1, CHARACTERISTIC_1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
ANNOUNCE_S = 0.02

Interfaces = dict[str, dict[str, Variant]]
HANGS = object()


class RefusalError(Exception):
    """A D-Bus error reply."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


@dataclass
class Characteristic:
    """A characteristic of a peripheral."""

    uuid: str
    flags: tuple[str, ...]
    on_write: Callable[[bytes], None] = lambda _: None
    on_read: Callable[[], bytes] = bytes
    notifying: bool = False
    path: str = ""


@dataclass
class Peripheral:
    """What is on the air at one address, and how it misbehaves."""

    address: str
    name: str
    service: str
    characteristics: list[Characteristic]
    manufacturer: dict[int, bytes] = field(default_factory=dict)
    service_data: dict[str, bytes] = field(default_factory=dict)
    att_mtu: int = 247
    refusals: int = 0  # this many connection attempts fail
    silent: bool = False  # Connect never answers
    on_connect: Callable[[], None] = lambda: None
    on_disconnect: Callable[[], None] = lambda: None
    connected: bool = False

    @property
    def path(self) -> str:
        return f"{ADAPTER}/dev_{self.address.replace(':', '_')}"


class FakeBlueZ:
    """The service. ``start`` and ``stop`` it within one event loop."""

    def __init__(self, address: str) -> None:
        self.peripherals: dict[str, Peripheral] = {}
        self.powered = True
        self.discovering = False
        self.connects = 0
        self._known: dict[str, Interfaces] = {}
        self._bus = MessageBus(bus_address=address)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._handlers: dict[tuple[str, str], Callable[[Message], Any]] = {
            (MANAGER, "GetManagedObjects"): self._managed,
            (ADAPTER_1, "SetDiscoveryFilter"): lambda _: None,
            (ADAPTER_1, "StartDiscovery"): self._start_discovery,
            (ADAPTER_1, "StopDiscovery"): self._stop_discovery,
            (DEVICE_1, "Connect"): self._connect,
            (DEVICE_1, "Disconnect"): self._disconnect,
            (CHARACTERISTIC_1, "ReadValue"): self._read,
            (CHARACTERISTIC_1, "WriteValue"): self._write,
            (CHARACTERISTIC_1, "StartNotify"): lambda message: self._set_notify(message, on=True),
            (CHARACTERISTIC_1, "StopNotify"): lambda message: self._set_notify(message, on=False),
        }

    async def start(self) -> None:
        await self._bus.connect()
        self._bus.add_message_handler(self._handle)
        await self._bus.request_name("org.bluez")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    def add(self, peripheral: Peripheral) -> None:
        """Put a peripheral on the air."""
        service = f"{peripheral.path}/service000a"
        for i, characteristic in enumerate(peripheral.characteristics):
            characteristic.path = f"{service}/char{0x000B + 3 * i:04x}"
        self.peripherals[peripheral.path] = peripheral

    def drop(self, peripheral: Peripheral) -> None:
        """The link is lost."""
        if peripheral.connected:
            self._ended(peripheral)
            gone = {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)}
            self._changed(peripheral.path, DEVICE_1, gone)

    def remove(self, peripheral: Peripheral) -> None:
        """BlueZ forgets a device that has not been seen for 30 s."""
        prefix = f"{peripheral.path}/"
        for path in [p for p in self._known if p == peripheral.path or p.startswith(prefix)]:
            removed = list(self._known.pop(path))
            self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, removed])

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """A notification or indication, if anybody subscribed."""
        if characteristic.notifying:
            self._changed(characteristic.path, CHARACTERISTIC_1, {"Value": Variant("ay", value)})

    # -- the bus

    def _handle(self, message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL:
            return False
        handler = self._handlers.get((message.interface or "", message.member or ""))
        if handler is None:
            return False
        try:
            result = handler(message)
        except RefusalError as refusal:
            self._bus.send(Message.new_error(message, refusal.name, str(refusal)))
            return True
        if result is not HANGS:
            signature, body = result if result is not None else ("", [])
            self._bus.send(Message.new_method_return(message, signature, body))
        return True

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, body))

    def _changed(self, path: str, interface: str, values: dict[str, Variant], invalid: tuple[str, ...] = ()) -> None:
        if path in self._known:
            self._known[path][interface].update(values)
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, list(invalid)])

    def _appear(self, path: str, interfaces: Interfaces) -> None:
        self._known[path] = interfaces
        self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _peripheral(self, message: Message) -> Peripheral:
        path = message.path or ""
        device = "/".join(path.split("/")[:5])
        if device not in self._known:
            raise RefusalError("org.freedesktop.DBus.Error.UnknownObject", f'Method doesn\'t exist at "{path}"')
        return self.peripherals[device]

    # -- methods

    def _managed(self, _: Message) -> tuple[str, list[Any]]:
        adapter: Interfaces = {
            ADAPTER_1: {
                "Address": Variant("s", "00:00:00:00:00:01"),
                "Powered": Variant("b", self.powered),
                "Discovering": Variant("b", self.discovering),
                "Roles": Variant("as", ["central", "peripheral"]),
            }
        }
        return "a{oa{sa{sv}}}", [{ADAPTER: adapter, **self._known}]

    def _start_discovery(self, _: Message) -> None:
        if not self.powered:
            raise RefusalError("org.bluez.Error.NotReady", "Resource Not Ready")
        self.discovering = True
        self._spawn(self._announce())

    def _stop_discovery(self, _: Message) -> None:
        self.discovering = False

    async def _announce(self) -> None:
        rssi = -60
        while self.discovering:
            for peripheral in self.peripherals.values():
                if peripheral.connected:
                    continue
                if peripheral.path not in self._known:
                    self._appear(peripheral.path, {DEVICE_1: self._device(peripheral)})
                self._changed(peripheral.path, DEVICE_1, {"RSSI": Variant("n", rssi)})
            rssi = -60 if rssi < -60 else -61
            await asyncio.sleep(ANNOUNCE_S)

    def _device(self, peripheral: Peripheral) -> dict[str, Variant]:
        return {
            "Address": Variant("s", peripheral.address),
            "AddressType": Variant("s", "random"),
            "Name": Variant("s", peripheral.name),
            "Alias": Variant("s", peripheral.name),
            "Adapter": Variant("o", ADAPTER),
            "Paired": Variant("b", False),
            "Trusted": Variant("b", False),
            "Connected": Variant("b", False),
            "ServicesResolved": Variant("b", False),
            "UUIDs": Variant("as", [peripheral.service]),
            "RSSI": Variant("n", -62),
            "ManufacturerData": Variant("a{qv}", {k: Variant("ay", v) for k, v in peripheral.manufacturer.items()}),
            "ServiceData": Variant("a{sv}", {k: Variant("ay", v) for k, v in peripheral.service_data.items()}),
        }

    def _connect(self, message: Message) -> object:
        peripheral = self._peripheral(message)
        self.connects += 1
        if peripheral.silent:
            return HANGS
        if peripheral.refusals:
            peripheral.refusals -= 1
            raise RefusalError("org.bluez.Error.Failed", "br-connection-canceled")
        peripheral.connected = True
        self._changed(peripheral.path, DEVICE_1, {"Connected": Variant("b", True)})
        self._resolve(peripheral)
        self._changed(peripheral.path, DEVICE_1, {"ServicesResolved": Variant("b", True)})
        peripheral.on_connect()
        return None

    def _resolve(self, peripheral: Peripheral) -> None:
        service = f"{peripheral.path}/service000a"
        of_service = {
            "UUID": Variant("s", peripheral.service),
            "Device": Variant("o", peripheral.path),
            "Primary": Variant("b", True),
        }
        self._appear(service, {SERVICE_1: of_service})
        for characteristic in peripheral.characteristics:
            values = {
                "UUID": Variant("s", characteristic.uuid),
                "Service": Variant("o", service),
                "Flags": Variant("as", list(characteristic.flags)),
                "MTU": Variant("q", peripheral.att_mtu),
                "Notifying": Variant("b", False),
            }
            self._appear(characteristic.path, {CHARACTERISTIC_1: values})

    def _disconnect(self, message: Message) -> None:
        peripheral = self._peripheral(message)
        if peripheral.connected:
            self._ended(peripheral)
            self._changed(peripheral.path, DEVICE_1, {"ServicesResolved": Variant("b", False)})
            self._changed(peripheral.path, DEVICE_1, {"Connected": Variant("b", False)})

    @staticmethod
    def _ended(peripheral: Peripheral) -> None:
        peripheral.connected = False
        for characteristic in peripheral.characteristics:
            characteristic.notifying = False
        peripheral.on_disconnect()

    def _characteristic(self, message: Message) -> tuple[Peripheral, Characteristic]:
        peripheral = self._peripheral(message)
        if not peripheral.connected:
            raise RefusalError("org.bluez.Error.Failed", "Not connected")
        return peripheral, next(c for c in peripheral.characteristics if c.path == message.path)

    def _read(self, message: Message) -> tuple[str, list[Any]]:
        return "ay", [self._characteristic(message)[1].on_read()]

    def _write(self, message: Message) -> None:
        peripheral, characteristic = self._characteristic(message)
        value, options = message.body
        command = options.get("type") is not None and options["type"].value == "command"
        if command and len(value) > peripheral.att_mtu - ATT_BYTES:
            raise RefusalError("org.bluez.Error.Failed", "Failed to initiate write")
        characteristic.on_write(bytes(value))

    def _set_notify(self, message: Message, on: bool) -> None:
        _, characteristic = self._characteristic(message)
        characteristic.notifying = on
        self._changed(characteristic.path, CHARACTERISTIC_1, {"Notifying": Variant("b", on)})

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
