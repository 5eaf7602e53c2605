"""One node's way through a session, as events and actions; no loop, no link."""

from hypothesis import given
from hypothesis import strategies as st

from sensor.acquisition.node_machine import NodeMachine
from sensor.acquisition.states import (
    Action,
    Closed,
    ConnectAsked,
    Event,
    Failed,
    Fetched,
    Finished,
    Greeted,
    NodeParams,
    NodeState,
    Opened,
    Started,
    StopAsked,
    StreamAsked,
    Ticked,
)

PARAMS = NodeParams()


def streaming(at_s: float = 10.0) -> NodeMachine:
    """A node that began to stream at ``at_s``."""
    machine = NodeMachine()
    for event in (ConnectAsked(0.0), Opened(1.0), Greeted(2.0), StreamAsked(3.0), Started(at_s)):
        machine.on(event)
    assert machine.state is NodeState.STREAMING
    return machine


def ticked(machine: NodeMachine, begin_s: float, end_s: float, heard: bool = True) -> list[tuple[float, Action]]:
    """Let time pass in ticks; what was asked for, and when."""
    asked = []
    at_s = begin_s
    while (at_s := at_s + PARAMS.tick_s) <= end_s:
        asked += [(at_s, action) for action in machine.on(Ticked(at_s, at_s if heard else begin_s))]
    return asked


def test_the_way_of_a_node_that_does_as_it_is_told() -> None:
    machine = NodeMachine()
    story: list[tuple[Event, list[Action], NodeState]] = [
        (ConnectAsked(0.0), [Action.OPEN], NodeState.CONNECTING),
        (Opened(1.0), [Action.GREET], NodeState.CONNECTING),
        (Greeted(2.0), [], NodeState.READY),
        (StreamAsked(3.0), [Action.START], NodeState.READY),
        (Started(4.0), [], NodeState.STREAMING),
        (Ticked(5.0, 5.0, holes=True), [Action.FETCH], NodeState.BACKFILLING),
        (Ticked(5.25, 5.2, holes=True), [], NodeState.BACKFILLING),
        (Fetched(5.5), [], NodeState.STREAMING),
        (StopAsked(9.0), [Action.FINISH], NodeState.STOPPING),
        (Finished(10.0), [Action.CLOSE], NodeState.STOPPED),
        (Closed(10.1), [], NodeState.STOPPED),
    ]
    for event, actions, state in story:
        assert (machine.on(event), machine.state) == (actions, state)
    assert machine.losses == 0


def test_a_lost_node_is_cleaned_up_then_opened_again_and_streams_without_being_asked() -> None:
    machine = streaming()
    assert machine.on(Failed(30.0, "gone")) == [Action.CLOSE]
    assert (machine.state, machine.why, machine.losses) == (NodeState.LOST, "gone", 1)
    assert machine.on(Failed(30.0, "gone twice")) == []
    assert machine.on(Closed(30.1)) == []
    asked = ticked(machine, 30.1, 31.0)
    assert [action for _, action in asked] == [Action.SEARCH]  # it was lost within 5 s of streaming
    assert machine.on(Opened(31.0)) == [Action.GREET]
    assert machine.on(Greeted(31.1)) == [Action.START]
    machine.on(Started(31.2))
    assert (machine.state, machine.why) == (NodeState.STREAMING, "")


def test_a_steady_link_that_breaks_is_opened_where_it_was_and_at_once() -> None:
    machine = streaming()
    ticked(machine, 10.0, 20.0)
    machine.on(Failed(20.0, "gone"))
    machine.on(Closed(20.0))
    ((at_s, action),) = ticked(machine, 20.0, 21.0)
    assert (action, at_s) == (Action.OPEN, 20.0 + PARAMS.backoff_s[0])


def test_attempts_come_at_growing_distances_and_never_end() -> None:
    machine = streaming()
    ticked(machine, 10.0, 20.0)
    at_s, waits = 20.0, []
    machine.on(Failed(at_s, "gone"))
    for _ in range(8):
        machine.on(Closed(at_s))
        ((opened_s, _),) = ticked(machine, at_s, at_s + 6.0)
        waits.append(opened_s - at_s)
        at_s = opened_s
        machine.on(Failed(at_s, "not there"))
    assert waits == [0.25, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0]
    assert machine.losses == 1


def test_a_node_that_never_answers_is_given_up_but_one_that_is_refused_at_once() -> None:
    machine = NodeMachine()
    machine.on(ConnectAsked(0.0))
    opened, at_s = 1, 0.0
    while not machine.state.over:
        machine.on(Failed(at_s, "not there"))
        machine.on(Closed(at_s))
        opened += len(ticked(machine, at_s, at_s + 6.0))
        at_s += 6.0
    assert (opened, machine.state, machine.why) == (PARAMS.first_tries, NodeState.UNUSABLE, "not there")
    refused = NodeMachine()
    refused.on(ConnectAsked(0.0))
    refused.on(Failed(1.0, "too old", final=True))
    refused.on(Closed(1.0))
    assert (refused.state, refused.why) == (NodeState.UNUSABLE, "too old")


def test_silence_is_a_loss_although_the_link_stands() -> None:
    machine = streaming(10.0)
    assert ticked(machine, 10.0, 11.0, heard=False) == []
    assert machine.on(Ticked(11.25, 10.0)) == [Action.CLOSE]
    assert "said nothing for 1.2" in machine.why


def test_a_watchdog_that_was_held_up_itself_blames_nobody() -> None:
    machine = streaming(10.0)
    machine.on(Ticked(10.25, 10.2))
    assert machine.on(Ticked(14.0, 10.2)) == []  # 3.5 s late: what came meanwhile is still queued
    assert machine.on(Ticked(14.25, 14.2)) == []
    assert machine.state is NodeState.STREAMING


def test_a_stop_while_it_is_away_ends_at_once_and_one_that_takes_too_long_in_time() -> None:
    away = streaming()
    away.on(Failed(20.0, "gone"))
    away.on(Closed(20.1))
    assert away.on(StopAsked(21.0)) == [Action.CLOSE]
    assert away.state is NodeState.STOPPED
    slow = streaming()
    slow.on(StopAsked(20.0))
    assert ticked(slow, 20.0, 20.0 + PARAMS.finish_s + 1.0)[-1][1] is Action.CLOSE
    assert slow.state is NodeState.STOPPED
    assert "did not give" in slow.why


EVENTS = st.sampled_from(
    [
        ConnectAsked,
        StreamAsked,
        StopAsked,
        Opened,
        Greeted,
        Started,
        Closed,
        Fetched,
        Finished,
        "failed",
        "final",
        "tick",
    ]
)


@given(st.lists(st.tuples(EVENTS, st.floats(0.0, 8.0), st.booleans()), max_size=60))
def test_whatever_happens_the_rules_hold(story: list[tuple[object, float, bool]]) -> None:
    machine, at_s, opening, stopped = NodeMachine(), 0.0, 0, False
    for what, pause_s, flag in story:
        at_s += pause_s
        before = machine.state
        match what:
            case "failed" | "final":
                event: Event = Failed(at_s, "why", final=what == "final")
            case "tick":
                event = Ticked(at_s, at_s if flag else 0.0, holes=flag)
            case _:
                event = what(at_s)  # type: ignore[operator]
        stopped |= isinstance(event, StopAsked)
        actions = machine.on(event)
        assert len(actions) <= 1
        if before.over:
            assert (actions, machine.state) == ([], before)
        if stopped:
            assert not {Action.OPEN, Action.SEARCH, Action.START} & set(actions)
            assert machine.state in (NodeState.STOPPING, NodeState.STOPPED, NodeState.UNUSABLE)
        opening += len({Action.OPEN, Action.SEARCH} & set(actions))
        if machine.state.live:
            assert opening
        if machine.state is NodeState.UNUSABLE:
            assert machine.why == "why"
