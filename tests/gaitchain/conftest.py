"""Pseudo terminals, Bluetooth and D-Bus exist on some systems only."""

import sys

collect_ignore: list[str] = []
if sys.platform == "win32":
    collect_ignore += ["test_record_serial.py", "test_virtual_node.py", "test_devices.py"]
if sys.platform != "linux":
    collect_ignore += ["test_record_ble.py", "test_record_makers.py"]
