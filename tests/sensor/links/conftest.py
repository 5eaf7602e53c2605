"""Some links exist on some systems only."""

import sys

collect_ignore: list[str] = []
if sys.platform != "linux":
    collect_ignore.append("test_ble.py")  # BlueZ
if sys.platform == "win32":
    collect_ignore.append("test_serial_port.py")  # pseudo terminals
