"""Snapshots of toy machines: restored, they go on as the run did; anything else is refused with ValueError."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_toys import Ball, Bench, Decider, ScriptedMedia, Sound, Toy

from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Act, Heal, Inject, Outside

END = 1200


def juggle(toy: Toy, what: str) -> None:
    """Timers restarted and stopped, balls on slow wires, draws: everything that a snapshot must hold."""
    if what == "start":
        toy.start_timer("slow", 700)
        toy.start_timer("beat", 56)
    elif what == "timer beat":
        toy.start_timer("beat", 40 + toy.draw("pace") % 64)
        toy.send("out", Ball(toy.draw("number") % 1000))
    elif what.startswith("in "):
        toy.start_timer("slow", 100 + int(what[3:]) % 90)
    elif what.startswith("media"):
        toy.stop_timer("slow")


def machine(seed: int = 1, tick: int = 8, parts: int = 3) -> Bench:
    media = ScriptedMedia([Sound(at, 1, at % parts) for at in range(11, END, 97)], tick)
    bench = Bench(media=media, tick=tick, seed=seed)
    for number in range(parts):
        bench.toy(f"p/{number}", juggle, Decider if number % 2 else Toy)
        bench.kernel.own_media((1,), number, f"p/{number}")
    for number in range(parts):
        bench.wire(f"p/{number}", f"p/{(number + 1) % parts}", latency_cycles=37 * number, capacity=4)
    return bench


def begun(**how: int) -> Bench:
    bench = machine(**how)
    bench.kernel.power_on()
    for at, order in ((300, Act("go", {"n": 1})), (901, Act("late", {}))):
        bench.kernel.order(at, "p/1", order)
    return bench


def taken(at: int, **how: int) -> tuple[bytes, bytes]:
    """(journal so far, snapshot) of a run cut at a cycle."""
    bench = begun(**how)
    bench.kernel.run(at)
    return bytes(bench.octets), take(bench.kernel)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, END - 1), st.sampled_from([1, 3, 8]))
def test_restored_at_any_cycle_the_run_continues_as_it_did(at: int, tick: int) -> None:
    whole = begun(tick=tick)
    whole.kernel.run(END)
    before, snapshot = taken(at, tick=tick)
    again = machine(tick=tick)
    restore(again.kernel, snapshot)
    assert again.kernel.now == at
    again.kernel.run(END)
    assert before + bytes(again.octets) == bytes(whole.octets)
    assert take(again.kernel) == take(whole.kernel)


def test_taking_a_snapshot_changes_nothing() -> None:
    plain, looked_at = begun(), begun()
    plain.kernel.run(END)
    for at in range(50, END + 1, 50):
        looked_at.kernel.run(at)
        take(looked_at.kernel)
    looked_at.kernel.run(END)
    assert looked_at.octets == plain.octets


def test_a_part_that_keeps_something_outside_its_state_would_be_seen() -> None:
    """The comparison above can fail: what is not in a State is lost by a restore."""
    def forgetful() -> Bench:
        bench = Bench()
        beats = [0]

        def react(toy: Toy, what: str) -> None:
            beats[0] += 1
            toy.start_timer("t", 40 + 8 * beats[0])

        bench.toy("p", react)
        return bench

    whole, cut, again = forgetful(), forgetful(), forgetful()
    for bench in (whole, cut):
        bench.kernel.power_on()
    whole.kernel.run(END)
    cut.kernel.run(500)
    restore(again.kernel, take(cut.kernel))
    again.kernel.run(END)
    assert cut.octets + again.octets != whole.octets


def test_orders_of_every_kind_wait_in_a_snapshot() -> None:
    orders = (Inject("1", "cut", {"directions": 3}), Heal("1", "cut", {}), Outside("e1-0:16", "data", b"\x00\xff"))
    bench = Bench()
    bench.toy("p")
    bench.kernel.power_on()
    for order in orders:
        bench.kernel.order(100, "p", order)
    again = Bench()
    again.toy("p")
    restore(again.kernel, take(bench.kernel))
    assert [order for _, _, _, order in sorted(again.kernel.orders, key=lambda entry: entry[:2])] == list(orders)


# -- refusals ----------------------------------------------------------------------------------------------------------

SNAPSHOT = taken(503)[1]


@pytest.mark.parametrize(
    ("other", "why"),
    [(lambda: machine(seed=2), "seed 1"), (lambda: machine(tick=4), "control tick 8"),
     (lambda: machine(parts=4), "another machine")],
    ids=["seed", "tick", "machine"],
)  # fmt: skip
def test_a_snapshot_of_another_run_is_refused(other: Callable[[], Bench], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        restore(other().kernel, SNAPSHOT)


def test_a_snapshot_of_another_format_is_refused() -> None:
    whole = msgspec.msgpack.decode(SNAPSHOT)
    whole["format"] += 1
    with pytest.raises(ValueError, match="format"):
        restore(machine().kernel, msgspec.msgpack.encode(whole))


def refused_or_restored(octets: bytes) -> bool:
    """Anything but ValueError goes up and fails the test."""
    try:
        restore(machine().kernel, octets)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("length", range(0, len(SNAPSHOT), 97))
def test_a_truncated_snapshot_is_refused(length: int) -> None:
    assert not refused_or_restored(SNAPSHOT[:length])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_refused(octets: bytes) -> None:
    assert not refused_or_restored(octets)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SNAPSHOT) - 1), st.integers(1, 255))
def test_a_snapshot_with_one_octet_changed_is_restored_or_refused(place: int, change: int) -> None:
    changed = bytearray(SNAPSHOT)
    changed[place] ^= change
    refused_or_restored(bytes(changed))


def fields(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values in a decoded snapshot."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, inner in items for deeper in fields(inner, (*path, key)))]


DECODED = msgspec.msgpack.decode(SNAPSHOT)
PATHS = fields(DECODED)


@pytest.mark.parametrize("value", [None, -1, 2**40, "", "x", b"", b"\xc1", [], {}, [1, 2, 3], 3.5], ids=repr)
def test_a_snapshot_with_any_one_value_replaced_is_restored_or_refused(value: object) -> None:
    for path in PATHS[1:]:
        changed = msgspec.msgpack.decode(SNAPSHOT)
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        refused_or_restored(msgspec.msgpack.encode(changed))
