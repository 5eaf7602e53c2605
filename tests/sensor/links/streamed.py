"""Nodes that are heard in the air, and one that streams over a link for a while."""

import asyncio
from collections.abc import Iterable

import pytest

from sensor.devices.gaitnode import Event, GaitNodeDecoder
from sensor.devices.gaitnode_client import GaitNodeClient
from sensor.devices.samples import DeviceSamples
from sensor.links.ble import BleAdapter, Seen
from sensor.links.link import Link, LinkLost

SESSION = 99


def samples_of(events: Iterable[Event]) -> list[DeviceSamples]:
    """Only the samples."""
    return [event for event in events if isinstance(event, DeviceSamples)]


async def seen(adapter: BleAdapter, *short_ids: int) -> list[Seen]:
    """Scan until these nodes are heard; in the order asked for."""
    found = {one.advert.short_id: one for one in await adapter.scan(5.0, short_ids) if one.advert is not None}
    return [found[short_id] for short_id in short_ids]


async def streamed(link: Link, seconds: float, rate_hz: int = 100) -> tuple[GaitNodeDecoder, list[int]]:
    """Stream without loss, then close the link; the decoder and the counters in order of arrival."""
    client, decoder, counters = GaitNodeClient(link), GaitNodeDecoder(), list[int]()

    async def listen() -> None:
        async for arrival in client.arrivals():
            for samples in samples_of(decoder.push(arrival)):
                counters.extend(samples.counter.tolist())

    task = asyncio.create_task(listen())
    await client.hello()
    await client.configure(rate_hz)
    await client.start(SESSION)
    await client.ping()
    await asyncio.sleep(seconds)
    stopped = await client.stop(SESSION)
    await asyncio.sleep(0.1)
    assert counters == list(range(stopped.next_counter))
    await link.close()
    with pytest.raises(LinkLost, match="was closed"):
        await task
    return decoder, counters
