"""Snapshots of whole machines: restored into a fresh machine at any cycle, a run with faults goes on as it did."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_runs import DEMO, SMALL, Inside, prepared, shortened

from switchsim.assembly import build
from switchsim.kernel.snapshot import restore, take
from switchsim.model.events import FaultFired, FaultUndone, decode_line
from switchsim.scenario.prepare import Prepared, prepare

POINTS = 50
SECONDS = 12
TICK = 8


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared(tmp_path_factory.mktemp("short"), shortened(SECONDS))


@pytest.fixture(scope="module")
def whole(short: Prepared) -> tuple[Inside, list[tuple[int, int, bytes]]]:
    """A run that was looked at often: itself, and (cycle, octets of the journal so far, snapshot) of each look."""
    ats = sorted(random.Random(703).sample(range(1, short.until), POINTS))
    run = Inside(short)
    run.begin()
    points = []
    for at in ats:
        run.machine.run(at)
        points.append((at, len(run.octets), take(run.machine.kernel)))
    run.end()
    return run, points


def continued(from_snapshot: bytes, what: Prepared) -> Inside:
    """A fresh machine, restored and run to the end."""
    run = Inside(what)
    restore(run.machine.kernel, from_snapshot)
    run.end()
    return run


def test_looking_changes_nothing_and_the_run_is_one_with_faults(
    short: Prepared, whole: tuple[Inside, list[tuple[int, int, bytes]]]
) -> None:
    run, points = whole
    assert Inside(short).go() == run.sinks.digest.hexdigest()
    events = [decode_line(line).event for line in bytes(run.octets).splitlines()[1:]]
    assert sum(isinstance(event, FaultFired) for event in events) == 2
    assert sum(isinstance(event, FaultUndone) for event in events) == 2
    assert sum(at % TICK != 0 for at, _, _ in points) > POINTS // 2, "most points are between control ticks"


def test_restored_at_fifty_cycles_the_run_goes_on_as_it_did(
    short: Prepared, whole: tuple[Inside, list[tuple[int, int, bytes]]]
) -> None:
    run, points = whole
    for at, so_far, snapshot in points:
        again = continued(snapshot, short)
        assert bytes(again.octets) == bytes(run.octets[so_far:]), f"restored at cycle {at}"
        assert again.seconds == run.seconds[at // 8000 :], f"the chain, restored at cycle {at}"


def test_a_state_that_is_lost_is_seen(short: Prepared, whole: tuple[Inside, list[tuple[int, int, bytes]]]) -> None:
    """The comparison can fail: one draw forgotten by the snapshot, and the journal goes another way."""
    run, points = whole
    _, so_far, snapshot = points[5]
    changed = msgspec.msgpack.decode(snapshot)
    stream = next(name for name in changed["taken"] if name.startswith("farend/load"))
    changed["taken"][stream] -= 1
    again = continued(msgspec.msgpack.encode(changed), short)
    assert bytes(again.octets) != bytes(run.octets[so_far:])


def test_the_demo_cut_in_the_middle_has_the_digest_of_the_whole() -> None:
    """A snapshot within the busy minute of the shipped demo, off the control tick: prefix and rest make the whole."""
    demo = prepare(DEMO)
    digest = Inside(demo).go()
    first = Inside(demo)
    first.begin()
    first.machine.run(demo.until // 3 + 3)
    snapshot = take(first.machine.kernel)
    second = continued(snapshot, demo)
    joined = bytes(first.octets) + bytes(second.octets)
    assert hashlib.blake2b(joined, digest_size=32).hexdigest() == digest
    assert len(first.octets) > 100_000
    assert len(second.octets) > 100_000


# -- refusals


@pytest.fixture(scope="module")
def snapshot(whole: tuple[Inside, list[tuple[int, int, bytes]]]) -> bytes:
    return whole[1][POINTS // 2][2]


def test_another_seed_is_refused(tmp_path: Path, snapshot: bytes) -> None:
    other = Inside(prepared(tmp_path, shortened(SECONDS), seed=10061))
    with pytest.raises(ValueError, match="seed 10060"):
        restore(other.machine.kernel, snapshot)


def test_another_control_tick_is_refused(tmp_path: Path, snapshot: bytes) -> None:
    text = SMALL.read_text(encoding="utf-8").replace("format: 1\n", "format: 1\ntick: 4\n")
    (tmp_path / "b_type_small.yaml").write_text(text, encoding="utf-8")
    other = Inside(prepared(tmp_path, shortened(SECONDS)))
    with pytest.raises(ValueError, match="control tick 8"):
        restore(other.machine.kernel, snapshot)


def test_another_machine_is_refused(snapshot: bytes) -> None:
    other = build(SMALL.parent / "one_e1_pri.yaml", seed=10060, journal_sink=len)
    with pytest.raises(ValueError, match="another machine"):
        restore(other.kernel, snapshot)


def test_a_media_path_of_another_shape_is_refused(short: Prepared, snapshot: bytes) -> None:
    changed = msgspec.msgpack.decode(snapshot)
    for media in (b"", changed["media"][:-1], changed["media"] + b"\0", bytes(len(changed["media"]))):
        with pytest.raises(ValueError, match="no snapshot of an engine"):
            restore(Inside(short).machine.kernel, msgspec.msgpack.encode(changed | {"media": media}))


class _Kept:
    """A machine that refuses before it takes anything over, and a snapshot for it; shown by hypothesis by its name."""

    def __init__(self, run: Inside, snapshot: bytes) -> None:
        self.run = run
        self.snapshot = snapshot


@pytest.fixture(scope="module")
def kept(short: Prepared, snapshot: bytes) -> _Kept:
    return _Kept(Inside(short), snapshot)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 10**9), garbage=st.binary(min_size=1, max_size=64))
def test_truncated_octets_and_garbage_are_refused(kept: _Kept, cut: int, garbage: bytes) -> None:
    whole = kept.snapshot
    for octets in (whole[: cut % len(whole)], garbage, garbage + whole, whole + garbage):
        with pytest.raises(ValueError, match="snapshot"):
            restore(kept.run.machine.kernel, octets)
