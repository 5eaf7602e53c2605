"""One node's samples put in order: lives, gaps, clocks."""

import asyncio
import contextlib

import numpy as np
import pytest

from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec
from sensor.acquisition.decoders import decoder_for, nominal_rate_hz
from sensor.acquisition.history import GapCause, NodeHistory, NodeSamples, gaps
from sensor.devices.gaitnode_client import GaitNodeClient
from sensor.links.link import Arrival, LinkLost
from sensor.links.loopback import World
from sensor.recording.table import RecordingError
from tests.fakes.virtual_time import run_virtually, turning
from tests.firmware_protocol.packets import clockwork


def samples(counter: list[int], life: list[int] | None = None, dead: tuple[int, ...] = ()) -> NodeSamples:
    """10 Hz; the counter tells the time, a new life begins 100 s later."""
    lives = np.array(life if life is not None else [0] * len(counter))
    acc = np.ones((len(counter), 3))
    acc[list(dead)] = np.nan
    time_s = np.array(counter) / 10.0 + 100.0 * lives
    return NodeSamples(time_s, np.array(counter), lives, acc, np.ones((len(counter), 3)))


def spans(found: NodeSamples, start_s: float, end_s: float) -> list[tuple[float, float, int, str]]:
    return [
        (round(g.start_s, 3), round(g.end_s, 3), g.samples, g.cause.value) for g in gaps(found, 10.0, start_s, end_s)
    ]


def test_gaps_are_where_counters_are_missing() -> None:
    assert spans(samples([0, 1, 2, 5, 6, 8]), 0.0, 0.9) == [(0.3, 0.5, 2, "link_lost"), (0.7, 0.8, 1, "link_lost")]
    assert spans(samples([0, 1, 2]), 0.0, 0.3) == []


def test_a_node_that_comes_late_or_falls_silent_has_a_gap() -> None:
    assert spans(samples([20, 21, 22]), 0.0, 5.0) == [(0.0, 2.0, 20, "link_lost"), (2.3, 5.0, 28, "link_lost")]
    assert spans(samples([]), 0.0, 5.0) == [(0.0, 5.0, 50, "link_lost")]
    assert spans(samples([5, 6, 7]), 0.0, 1.6) == []  # a batch is on its way


def test_a_restart_is_a_gap_though_the_counter_begins_again() -> None:
    assert spans(samples([7, 8, 0, 1], [0, 0, 1, 1]), 0.0, 101.0) == [(0.9, 100.0, 991, "link_lost")]


def test_rows_the_sensor_did_not_deliver_are_a_gap() -> None:
    found = spans(samples([0, 1, 2, 3, 4], dead=(1, 2)), 0.0, 0.5)
    assert found == [(0.1, 0.3, 2, GapCause.MISSING.value)]


def test_a_reboot_and_a_new_session_are_lives_in_order() -> None:
    async def main() -> NodeHistory:
        node = VirtualNode(NodeSpec(faults=NodeFaults(reboot_s=(4.0,))), clockwork)
        world = World([node])
        await turning(world)
        history = NodeHistory("A", "gaitnode", 0)
        for session in (1, 1, 2):
            client = GaitNodeClient(world.connect(node), world.clock_ns)

            async def listen(client: GaitNodeClient = client) -> None:
                with contextlib.suppress(LinkLost):
                    async for arrival in client.arrivals():
                        history.push(arrival)

            task = asyncio.create_task(listen())
            await client.hello()
            await client.configure(100 if session == 1 else 0)
            await client.start(session)
            for _ in range(20):
                with contextlib.suppress(LinkLost):
                    await client.ping()
                await asyncio.sleep(0.2)
            with contextlib.suppress(LinkLost):
                await client.stop(session)
            await client.link.close()
            await task
        return history

    history = run_virtually(main)
    assert len(history.lives) == 3
    assert (history.rate_hz, history.identity["firmware"]) == (100.0, "1.0.0")
    found = history.ordered()
    assert set(found.life.tolist()) == {0, 1, 2}
    assert (np.diff(found.time_s) > 0.0).all()
    true_s = history_true_s(history)
    np.testing.assert_allclose(found.time_s, true_s, atol=0.03)  # short lives: few pings each
    restarts = [found.time_s[i] for i in np.flatnonzero(np.diff(found.life)) + 1]
    assert [gap.end_s for gap in gaps(found, 100.0, 0.0, float(found.time_s[-1]))] == restarts


def history_true_s(history: NodeHistory) -> np.ndarray:
    """What the clockwork's gyr says of the true time."""
    blocks = [block for life in history.lives for block in sorted(life.samples, key=lambda b: int(b.counter[0]))]
    return np.asarray(np.concatenate([block.gyr_rad_s[:, 0] for block in blocks]) / 0.05)


def test_a_single_frame_has_a_time_without_any_fit() -> None:
    history = NodeHistory("A", "witmotion_ble 100", 0)
    packet = b"\x55\x61" + bytes(18)
    history.push(Arrival(5 * 10**9, "", packet))
    assert history.ordered().time_s.tolist() == [5.0]
    assert history.rate_hz == 100.0


@pytest.mark.parametrize(
    ("device", "rate_hz"),
    [("gaitnode", None), ("movella_dot", 60.0), ("witmotion_serial 200", 200.0), ("witmotion_ble 50", 50.0)],
)
def test_every_device_has_its_decoder(device: str, rate_hz: float | None) -> None:
    decoder = decoder_for(device)
    assert list(decoder.push(Arrival(0, "", b""))) == []
    assert nominal_rate_hz(decoder) == rate_hz


@pytest.mark.parametrize("device", ["", "toaster", "witmotion_ble", "witmotion_serial fast"])
def test_an_unknown_device_is_a_sentence(device: str) -> None:
    with pytest.raises(RecordingError, match="update gaitchain"):
        decoder_for(device)
