"""A private D-Bus for tests."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""
START_S = 10.0


@contextlib.contextmanager
def private_bus(dbus_daemon: str, folder: Path) -> Iterator[str]:
    """Run dbus-daemon while in the context; gives its address."""
    path, config = folder / "bus", folder / "bus.conf"
    config.write_text(CONFIG.format(socket=path), encoding="utf-8")
    command = [dbus_daemon, f"--config-file={config}", "--nofork", "--nopidfile"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(path, process)
            yield f"unix:path={path}"
        finally:
            process.terminate()
            process.wait()


def _wait(path: Path, process: subprocess.Popen[bytes]) -> None:
    """The socket file is there before anybody listens: try to connect."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            return
        time.sleep(0.005)
    raise RuntimeError("dbus-daemon did not start")
