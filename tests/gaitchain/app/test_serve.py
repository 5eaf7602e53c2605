"""``gaitchain serve`` as a command: its one line, its refusals, its end."""

from __future__ import annotations

import ipaddress
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gaitchain.app import serving
from gaitchain.app.settings import is_loopback
from gaitchain.app.tls import certificate_names
from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.store import Role, open_store
from tests.gaitchain.app.conftest import PASSWORD

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")


@contextmanager
def started(data: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the address that it has printed."""
    command = [sys.executable, "-m", "gaitchain", "--data", str(data), "serve", "--no-open", "--port", "0", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            yield process, url
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)


@POSIX
def test_one_line_on_stdout_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with started(tmp_path / "data") as (process, url):
        assert httpx.get(url).status_code == 303
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (ExitCode.OK, "")
    assert err == "Ctrl-C ends it.\n"


@POSIX
@pytest.mark.long
def test_a_recording_is_closed_in_order_by_ctrl_c(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data) as (process, url):
        assert "?token=" in url
        base, _, rest = url.partition("/?")
        with httpx.Client(base_url=base, headers={"X-Gaitchain": "1", "X-Gaitchain-Tab": "tab-of-serve"}) as client:
            assert client.get(f"/?{rest}").status_code == 303
            pid = client.post("/api/patients", json={"code": "K-1"}).json()["pid"]
            client.post("/api/live/start", json={"pid": pid, "protocol": "2min", "source": "sim"})
            wait(client, "placing")
            client.post("/api/live/place", json={})
            ends_s = time.monotonic() + 60.0
            while client.post("/api/live/calibrate").status_code != 200:
                assert time.monotonic() < ends_s
                time.sleep(0.2)  # real time: the server's
            client.post("/api/live/skip")
            client.post("/api/live/begin")
            wait(client, "recording", 2.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == ExitCode.OK, err
    assert out == ""  # the address was the only line
    assert "Traceback" not in err
    assert "K-1" not in err
    with open_store(data) as store:
        (session,) = store.sessions()
        assert session.end == "complete"
        assert session.has_result


def wait(client: httpx.Client, phase: str, elapsed_s: float = 0.0) -> None:
    ends_s = time.monotonic() + 60.0
    while time.monotonic() < ends_s:
        state = client.get("/api/live").json()
        assert not state["failure"], state["failure"]
        if state["phase"] == phase and state["elapsed_s"] >= elapsed_s:
            return
        time.sleep(0.1)  # real time: the server's
    raise AssertionError(phase)


@POSIX
def test_one_server_per_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with started(tmp_path / "data"):
        code = run(["--data", str(tmp_path / "data"), "serve", "--no-open", "--port", "0"])
    assert code == ExitCode.NO_DEVICE
    assert "Another `gaitchain serve` uses" in capsys.readouterr().err


def test_a_port_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert run(["--data", str(tmp_path), "serve", "--no-open", "--port", str(port)]) == ExitCode.NO_DEVICE
        assert f"Port {port} is taken" in capsys.readouterr().err
        wish = serving.Wish(tmp_path, "127.0.0.1", None, port, None, None, False, False, 1.0)
        with serving._listening(wish) as listener:  # nobody asked for this one: the next that is free
            assert port < listener.getsockname()[1] < port + serving.PORTS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "needs --tls-cert, --tls-key and users"),
        (["--host", "192.0.2.7"], "needs --tls-cert"),
        (["--tls-cert", "{here}/certificate.pem"], "Give both"),
        (["--login"], "add a user first"),
        (["--tls-cert", "{here}/key.pem", "--tls-key", "{here}/key.pem"], "not a certificate"),
        (["--tls-cert", "{here}/certificate.pem", "--tls-key", "{here}/other.pem"], "is not the key of"),
        (["--tls-cert", "{here}/old.pem", "--tls-key", "{here}/key.pem"], "not valid now"),
        (["--port", "70000"], "--port"),
    ],
)
def test_what_would_be_too_open_or_cannot_be_is_refused(
    tmp_path: Path, certificates: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    said = [argument.format(here=certificates) for argument in arguments]
    assert run(["--data", str(tmp_path), "serve", "--no-open", *said]) == ExitCode.USAGE
    assert words in capsys.readouterr().err


def test_a_missing_package_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda name: None if name == "argon2" else object())
    assert run(["--data", str(tmp_path), "serve", "--no-open"]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert "argon2" in error
    assert "gaitchain[app]" in error


@POSIX
def test_beyond_loopback_over_tls_with_a_login(tmp_path: Path, certificates: Path) -> None:
    import ssl

    data = tmp_path / "data"
    with open_store(data) as store:
        store.users.add("anna", Role.THERAPIST, PASSWORD)
    files = ["--tls-cert", str(certificates / "certificate.pem"), "--tls-key", str(certificates / "key.pem")]
    with started(data, "--host", "0.0.0.0", *files) as (_, url):
        assert url.startswith("https://clinic.example:")  # a name that a browser can use
        assert "token" not in url
        port = url.rpartition(":")[2].strip("/")
        trust = ssl.create_default_context(cafile=str(certificates / "certificate.pem"))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, headers={"X-Gaitchain": "1"}) as client:
            assert client.get("/api/patients").status_code == 401
            answer = client.post("/api/session", json={"name": "anna", "password": PASSWORD})
            assert "secure" in answer.headers["set-cookie"].lower()
            assert client.get("/api/session").json() == {"name": "anna", "role": "therapist"}
            assert client.get("/api/users").status_code == 403
            assert client.get("/", headers={"host": f"clinic.example:{port}"}).status_code == 200
            assert client.get("/", headers={"host": f"other.example:{port}"}).status_code == 400


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and a clinic, one that is over, and keys."""
    folder = tmp_path_factory.mktemp("tls")
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("key", "other")}
    for name, key in keys.items():
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(pem)
    now = datetime.now(UTC)
    for name, until in (("certificate", now + timedelta(days=1)), ("old", now - timedelta(days=1))):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gaitchain test")])
        names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName("Clinic.example")]
        names.append(x509.IPAddress(ipaddress.ip_address("192.0.2.7")))
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(keys["key"].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(keys["key"], hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder


def test_the_names_in_a_certificate_are_the_names_of_the_app(certificates: Path) -> None:
    tls, names = certificate_names(certificates / "certificate.pem", certificates / "key.pem")
    assert tls is not None
    assert names == {"localhost", "clinic.example", "192.0.2.7"}
    assert certificate_names(None, None) == (None, frozenset())


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((name, True) for name in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST")),
        *((name, False) for name in ("0.0.0.0", "::", "192.168.1.2", "localhost.evil.test", "clinic", "")),
    ],
)
def test_what_only_this_computer_can_reach(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_refusal_costs_no_second(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "gaitchain", "--data", str(tmp_path), "serve", "--host", "::"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.USAGE
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not loaded & {"fastapi", "sqlalchemy", "uvicorn"}
    assert done.stdout == ""
