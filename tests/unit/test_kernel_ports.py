"""Ports: latency, poll grid, capacity, loss that is journalled, and what a wire carries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_toys import Ball, Bench, Feather, Toy

from switchsim.model.events import PortLost, decode_line
from switchsim.model.order import Act


def thrower(count: int) -> object:
    def react(toy: Toy, what: str) -> None:
        if what == "order go":
            for number in range(count):
                toy.send("out", Ball(number))

    return react


def thrown(at: int, count: int = 1, tick: int = 1, **wire: int) -> tuple[Bench, list[str]]:
    """What the catcher noted when `count` balls left at cycle `at`."""
    bench = Bench(tick=tick)
    bench.toy("a", thrower(count))  # type: ignore[arg-type]
    catcher = bench.toy("b")
    bench.wire("a", "b", **wire)
    bench.kernel.power_on()
    bench.kernel.order(at, "a", Act("go", {}))
    bench.kernel.run(at + 2000)
    return bench, catcher.state.seen


@pytest.mark.parametrize(
    ("at", "latency", "grid", "tick", "due"),
    [(0, 0, 1, 1, 0), (5, 0, 1, 1, 5), (5, 7, 1, 1, 12), (5, 7, 80, 1, 80), (80, 0, 80, 1, 80), (81, 0, 80, 1, 160),
     (5, 7, 8, 8, 16), (5, 7, 800, 8, 800), (3, 0, 1, 8, 8)],
)  # fmt: skip
def test_a_message_arrives_after_its_latency_at_the_receivers_next_look(
    at: int, latency: int, grid: int, tick: int, due: int
) -> None:
    _, seen = thrown(at, tick=tick, latency_cycles=latency, grid_cycles=grid)
    assert seen == [f"{due} in 0"]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 500), latency=st.integers(0, 300), grid=st.integers(1, 50), tick=st.sampled_from([1, 2, 4, 8]))
def test_no_message_is_early_and_none_is_off_the_grid(at: int, latency: int, grid: int, tick: int) -> None:
    _, seen = thrown(at, tick=tick, latency_cycles=latency, grid_cycles=grid * tick)
    due = int(seen[0].split()[0])
    assert due % (grid * tick) == 0
    assert at + latency <= due < at + latency + tick + grid * tick


def test_messages_of_one_wire_keep_their_order() -> None:
    _, seen = thrown(8, count=20, latency_cycles=3)
    assert seen == [f"11 in {number}" for number in range(20)]


def test_a_full_wire_loses_and_says_so() -> None:
    bench, seen = thrown(8, count=5, capacity=3, latency_cycles=1)
    assert [text.split()[-1] for text in seen] == ["0", "1", "2"]
    state = bench.kernel.wires["a", "out"].state
    assert (state.sent, state.lost, state.in_flight) == (3, 2, 0)
    losses = [record.event for record in map(decode_line, bytes(bench.octets).splitlines()[1:])
              if isinstance(record.event, PortLost)]
    assert losses == [PortLost("out", "Ball", "full")] * 2


def test_a_cut_wire_loses_what_is_sent_and_delivers_what_was_under_way() -> None:
    bench = Bench(tick=1)
    results: list[bool] = []

    def react(toy: Toy, what: str) -> None:
        if what.startswith("order"):
            results.append(toy.send("out", Ball(7)))

    bench.toy("a", react)
    catcher = bench.toy("b")
    wire = bench.wire("a", "b", latency_cycles=100)
    bench.kernel.power_on()
    bench.kernel.order(0, "a", Act("first", {}))
    bench.kernel.run(50)
    wire.state.cut = True
    bench.kernel.order(60, "a", Act("second", {}))
    bench.kernel.run(300)
    assert results == [True, False]
    assert catcher.state.seen == ["100 in 7"]
    assert b'"kind":"port_lost","port":"out","message":"Ball","why":"cut"' in bytes(bench.octets)


def test_a_wire_carries_its_own_types_alone() -> None:
    """A wrong type is our own mistake: an assertion, not data."""
    bench = Bench()
    toy = bench.toy("a")
    bench.toy("b")
    bench.wire("a", "b")
    with pytest.raises(AssertionError, match="a port out does not carry Feather"):
        toy.send("out", Feather())


def test_a_second_wire_out_of_a_port_and_a_grid_off_the_tick_are_refused() -> None:
    bench = Bench(tick=8)
    bench.toy("a")
    bench.toy("b")
    with pytest.raises(ValueError, match="grid 12 does not fit the control tick 8"):
        bench.wire("a", "b", grid_cycles=12)
    bench.wire("a", "b", grid_cycles=16)
    with pytest.raises(ValueError, match="two wires out of a port out"):
        bench.wire("a", "b")
