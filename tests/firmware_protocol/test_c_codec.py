"""The C99 reference codec says the same as the Python one, under -Werror and both sanitizers."""

import json
import random
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.codec import LAYOUTS, Packet, Refusal, batch_for, decode, encode
from firmware_protocol.frames import StreamDecoder, seal, to_serial
from firmware_protocol.vectors.generate import PATH
from tests.firmware_protocol.packets import packets

C = Path(__file__).parents[2] / "firmware_protocol" / "c"
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
SANITIZERS = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
REFUSALS = {Refusal.FRAME: 1, Refusal.UNKNOWN_TYPE: 2, Refusal.UNKNOWN_FLAGS: 3, Refusal.MALFORMED: 4}

Driver = Callable[[Sequence[str]], list[str]]


@pytest.fixture(scope="session")
def driver(require_tool: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """Runs commands in the compiled test driver; one answer line each."""
    program = tmp_path_factory.mktemp("c") / "driver"
    sources = [str(C / "gaitnode.c"), str(C / "driver.c")]
    compiler = require_tool("cc", "gcc")
    command = [compiler, *STRICT, *SANITIZERS, *sources, "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr

    def run(commands: Sequence[str]) -> list[str]:
        text = "\n".join(commands) + "\n"
        done = subprocess.run([str(program)], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout.splitlines()

    return run


def bits(kind: str, value: float) -> int:
    """A value as the driver prints it: unsigned, floats by their bits."""
    if kind == "f32":
        return int(struct.unpack("<I", struct.pack("<f", value))[0])
    return int(value) & 0xFFFF if kind == "i16" else int(value)


def line_of(packet: Packet) -> str:
    message = packet.message
    layout = LAYOUTS[type(message)]
    parts = [f"type={message.type_code}", f"compat={int(packet.compat)}", f"request={packet.request}"]
    parts += [f"{n}={bits(k, getattr(message, n))}" for n, k in zip(layout.names, layout.kinds, strict=True)]
    if isinstance(message, m.Data):
        parts.append("samples=" + "".join(f"{v}," for v in message.samples.ravel()))
    parts.append("extensions=" + "".join(bytes((e.tag, len(e.value))).hex() + e.value.hex() for e in packet.extensions))
    parts.append("frame=" + encode(message, packet.request, packet.compat, packet.extensions).hex())
    return " ".join(parts)


def expected(frame: bytes) -> str:
    """What the C decoder must print for a frame, by the Python decoder."""
    packet = decode(frame)
    if isinstance(packet, Packet):
        return line_of(packet)
    return f"refused={REFUSALS[packet.refusal]} type={packet.type_code} request={packet.request}"


def test_the_golden_packets_and_refusals(driver: Driver) -> None:
    vectors = json.loads(PATH.read_text(encoding="utf-8"))
    frames = [v["frame"] for v in vectors["packets"] + vectors["refused"]]
    got = driver([f"D {frame}" for frame in frames])
    assert got == [expected(bytes.fromhex(frame)) for frame in frames]
    assert [line.rpartition("=")[2] for line in got[: len(vectors["packets"])]] == frames[: len(vectors["packets"])]


def test_the_golden_stream_and_stuffing(driver: Driver) -> None:
    vectors = json.loads(PATH.read_text(encoding="utf-8"))
    *frames, counts = driver([f"S {vectors['stream']['serial']}", "C"])
    assert frames == vectors["stream"]["frames"]
    assert counts == " ".join(f"{name}={vectors['stream']['counts'][name]}" for name in vectors["stream"]["counts"])
    assert driver([f"E {v['bytes']}" for v in vectors["cobs"]]) == [v["serial"] for v in vectors["cobs"]]


@settings(max_examples=10)
@given(st.lists(packets(), min_size=30, max_size=60))
def test_packets_made_by_python_are_read_by_c(driver: Driver, made: list[Packet]) -> None:
    lines = driver([f"D {encode(p.message, p.request, p.compat, p.extensions).hex()}" for p in made])
    assert lines == [line_of(packet) for packet in made]


@pytest.mark.parametrize("seed", [1, 20, 300])
def test_packets_made_by_c_are_read_by_python(driver: Driver, seed: int) -> None:
    lines = driver([f"R {seed} 700"])
    made = [line for line in lines if not line.endswith("frame=")]  # a random layout without sense is not encoded
    for line in made:
        assert expected(bytes.fromhex(line.rpartition("=")[2])) == line
    assert len(made) > 600
    assert len({line.split()[0] for line in made}) == len(m.MESSAGES)


@settings(max_examples=10)
@given(st.lists(st.binary(min_size=4, max_size=100), min_size=50, max_size=120))
def test_sealed_noise_is_judged_alike(driver: Driver, bodies: list[bytes]) -> None:
    types = [kind.type_code for kind in m.MESSAGES]
    frames = [seal(bytes((types[body[0] % len(types)], 0)) + body[2:]) for body in bodies]
    frames += [seal(body) for body in bodies] + bodies
    assert driver([f"D {frame.hex()}" for frame in frames]) == [expected(frame) for frame in frames]


def noisy_stream(seed: int, pieces: int) -> bytes:
    """Frames, damaged frames and noise of all lengths around the limits."""
    rng = random.Random(seed)
    stream = b""
    for _ in range(pieces):
        size = rng.choice([4, 20, 60, 249, 250, 251, 252, 253, 254, 500, 508, 509, 510])
        body = bytes(rng.choice((0, 0, 1, 255, rng.randrange(256))) for _ in range(size))
        encoded = bytearray(to_serial(seal(body)))
        if rng.random() < 0.3:
            encoded[rng.randrange(len(encoded))] = rng.randrange(256)
        if rng.random() < 0.1:
            del encoded[rng.randrange(len(encoded)) :]
        if rng.random() < 0.1:
            encoded += rng.randbytes(rng.choice((1, 5, 514, 515, 516, 517, 2000)))
        stream += bytes(encoded)
    return stream


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_line_gives_the_same_frames_and_counts(driver: Driver, seed: int) -> None:
    stream = noisy_stream(seed, 200)
    decoder = StreamDecoder()
    frames = [frame.hex() for frame in decoder.push(stream)]
    c = decoder.counts
    assert c.good > 50
    assert c.bad > 20
    cuts = range(0, len(stream), 1000)
    lines = driver([f"S {stream[a : a + 1000].hex()}" for a in cuts] + ["C"])
    assert lines == [*frames, f"good={c.good} encoding={c.encoding} short={c.short} long={c.long} crc={c.crc}"]


def test_limits_of_length(driver: Driver) -> None:
    for size in (510, 511, 513, 514):
        body = bytes([9]) * size
        frame = body + b"\0\0"
        lines = driver([f"S {to_serial(frame).hex()}", "C"])
        decoder = StreamDecoder()
        decoder.push(to_serial(frame))
        assert f"long={decoder.counts.long} crc={decoder.counts.crc}" in lines[-1]
        assert decoder.counts.long == (size > 510)
        assert decoder.counts.crc == (size <= 510)


def test_batches_are_sized_alike(driver: Driver) -> None:
    sizes = range(600)
    got = [int(line) for line in driver([f"B {size}" for size in sizes])]
    assert got == [batch_for(size) if size >= 62 else 0 for size in sizes]
