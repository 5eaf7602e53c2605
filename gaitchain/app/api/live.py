"""The live recording: commands of the window that leads it. Everybody else looks, see stream.py."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool

from gaitchain.app.api.asked import TAB_PATTERN, AnyVisitor, Tab, TheHub, Therapist, TheStore, refusals
from gaitchain.app.hub.order import LiveOrder
from gaitchain.store import MAX_PAIN, CareVerdict
from sensor.recording.marks import Mark
from sensor.samples import Placement

routes = APIRouter(prefix="/api/live", tags=["live"])
Node = Annotated[str, Field(pattern=r"^[0-9A-F]{8}$", description="Label of a sensor.")]
State = dict[str, Any]
AnyTab = Annotated[str, Header(alias="X-Gaitchain-Tab", pattern=TAB_PATTERN)]


class Strict(BaseModel):
    """A body in which nothing unknown stands."""

    model_config = ConfigDict(extra="forbid")


class Start(Strict):
    """What is to be recorded."""

    pid: str = Field(pattern=r"^[0-9a-f]{12}$")
    protocol: str = Field(max_length=100, description="2min, 4x10m, walk-sit-walk, or another text.")
    source: str = Field(
        pattern=r"^(sim|ble|serial|serial:[A-Za-z0-9/._-]{1,100})$",
        description="sim: a simulated patient; serial: every cable that is plugged in.",
    )
    condition: str = Field("", max_length=200)
    pain_before: int | None = Field(None, ge=0, le=MAX_PAIN, description="As told before the walk.")
    places: dict[Node, Placement] = Field(default_factory=dict, max_length=16)


class Place(Strict):
    """Where sensors are worn; those not named stay where they are."""

    places: dict[Node, Placement | None] = Field(
        default_factory=dict, max_length=16, description="null: not worn; the others then connect anew."
    )
    done: bool = Field(True, description="All are right: the checks follow.")


class Identify(Strict):
    """A sensor that shall blink."""

    node: Node
    seconds: int = Field(5, ge=1, le=60)


class Tapped(Strict):
    """A sensor of a simulated patient that is tapped."""

    node: Node


class MarkIn(Strict):
    """A marker; pain has a number."""

    kind: Literal["event", "turn", "pain", "exclude"]
    pain: int | None = Field(None, ge=0, le=MAX_PAIN, description="Needed for pain, and for nothing else.")

    @model_validator(mode="after")
    def _pain_has_a_number(self) -> MarkIn:
        if (self.kind == "pain") != (self.pain is not None):
            raise ValueError("pain needs a number from 0 to 10, and only pain has one")
        return self


class Decided(BaseModel):
    """The session that was decided about."""

    session: str


@routes.get("", responses=refusals())
async def state(hub: TheHub, _: AnyVisitor, tab: AnyTab = "00000000") -> State:
    """The state, as the websocket sends it."""
    return hub.state(tab)


@routes.post("/start", responses=refusals(404, 409))
async def start(order: Start, tab: Tab, hub: TheHub, store: TheStore, visitor: Therapist) -> State:
    """Begin to look for sensors; this window leads. 409: a recording runs already."""
    patient = await run_in_threadpool(store.patient, order.pid)
    await hub.start(
        tab,
        LiveOrder(
            pid=order.pid,
            person=patient.person,
            by=visitor.name,
            protocol=order.protocol,
            source=order.source,
            condition=order.condition,
            pain_before=order.pain_before,
            places=dict(order.places),
        ),
    )
    return hub.state(tab)


@routes.post("/control", responses=refusals())
async def control(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Take control: this window leads from now on."""
    hub.take_control(tab)
    return hub.state(tab)


@routes.post("/search", responses=refusals(409))
async def search(tab: Tab, hub: TheHub, visitor: Therapist) -> State:
    """Try again after it has failed."""
    await hub.search(tab, visitor.name)
    return hub.state(tab)


@routes.post("/place", responses=refusals(409))
async def place(places: Place, tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Say where sensors are worn."""
    await hub.place(tab, places.places, done=places.done)
    return hub.state(tab)


@routes.post("/identify", responses=refusals(409))
async def identify(wanted: Identify, tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Let a sensor blink."""
    await hub.led_by(tab).identify(wanted.node, wanted.seconds)
    return hub.state(tab)


@routes.post("/tapped", responses=refusals(409))
async def tapped(wanted: Tapped, tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Tap a sensor of a simulated patient."""
    hub.led_by(tab).tap(wanted.node)
    return hub.state(tab)


@routes.post("/calibrate", responses=refusals(409))
async def calibrate(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """The person stands still for 5 s."""
    await hub.led_by(tab).calibrate()
    return hub.state(tab)


@routes.post("/skip", responses=refusals(409))
async def skip(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Leave the standing out."""
    await hub.led_by(tab).skip()
    return hub.state(tab)


@routes.post("/begin", responses=refusals(409))
async def begin(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """The walk begins. It ends by stop, never by itself."""
    await hub.led_by(tab).begin()
    return hub.state(tab)


@routes.post("/mark", responses=refusals(409))
async def mark(marker: MarkIn, tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Mark this moment of the walk."""
    hub.led_by(tab).mark(Mark[marker.kind.upper()], marker.pain)
    return hub.state(tab)


@routes.post("/undo", responses=refusals(409))
async def undo(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Take the last marker back."""
    hub.led_by(tab).undo()
    return hub.state(tab)


@routes.post("/stop", responses=refusals(409))
async def stop(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """The walk ends; the verdict follows."""
    hub.led_by(tab).stop()
    return hub.state(tab)


@routes.post("/accept", responses=refusals(409))
async def accept(tab: Tab, hub: TheHub, visitor: Therapist) -> Decided:
    """Accept the session."""
    return Decided(session=await hub.decide(tab, CareVerdict.ACCEPTED, visitor.name))


@routes.post("/repeat", responses=refusals(409))
async def repeat(tab: Tab, hub: TheHub, visitor: Therapist) -> Decided:
    """Have it walked again; what was walked is kept."""
    return Decided(session=await hub.decide(tab, CareVerdict.REPEAT, visitor.name))


@routes.post("/cancel", responses=refusals(409))
async def cancel(tab: Tab, hub: TheHub, _: Therapist) -> State:
    """Leave, before the walk has begun or when it is over."""
    await hub.cancel(tab)
    return hub.state(tab)
