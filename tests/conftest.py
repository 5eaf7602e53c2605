"""What all tests share: the data sets beside the checkout, system tools, Hypothesis, a data folder of their own."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.bluez.daemon import private_bus

ROOT = Path(__file__).resolve().parents[1]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before anything imports numpy

# A job of a shell may have been started deaf to Ctrl-C, and would hand that down to every program it tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's data folder."""
    monkeypatch.setenv("GAITCHAIN_DATA", str(tmp_path_factory.getbasetemp() / "gaitchain-data"))


@pytest.fixture(scope="session")
def datasets_dir() -> Path:
    """The real recordings, which are not part of the project."""
    folder = Path(os.environ.get("GAITCHAIN_DATASETS", ROOT.parent / "shared" / "datasets"))
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder}; set GAITCHAIN_DATASETS to where they are")
    return folder


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str, str], str]:
    """Give the path of a system tool; without it the test skips, or fails under GAITCHAIN_REQUIRE_TOOLS=1."""

    def require(name: str, debian_package: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"{name} is not installed; on Debian: apt install {debian_package}"
            if os.environ.get("GAITCHAIN_REQUIRE_TOOLS") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return require


@pytest.fixture(scope="module")
def _bus_daemon(require_tool: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(require_tool("dbus-daemon", "dbus"), tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
def bus(_bus_daemon: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a D-Bus of our own, which is this computer's system bus meanwhile."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", _bus_daemon)
    return _bus_daemon
