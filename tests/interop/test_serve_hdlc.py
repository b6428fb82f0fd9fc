"""`hdlc` attachments in a machine: frames at 64 kbit/s in order, at most 64 waiting, all-ones while nobody is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchsim import assembly
from switchsim.assembly.built import Machine
from switchsim.assembly.shipped import folder as shipped
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Outside
from switchsim.units import seconds

ONE_E1 = shipped("boards") / "machines" / "one_e1_pri.yaml"
D_CHANNEL = 16
WAITING = 64
FCS_OCTETS = 2
SABME, UA = bytes.fromhex("02017f"), bytes.fromhex("000173")


def ui(length: int) -> bytes:
    """A UI frame that no management entity wants, `length` octets long: LAPD drops it."""
    return (bytes.fromhex("fcff03") + bytes(range(0x80, 0x100)) * 3)[:length]


class HdlcBench:
    """A machine whose D channel is attached; frames come at any cycle."""

    def __init__(self, batch: int = 160) -> None:
        self.octets = bytearray()
        self.machine: Machine = assembly.build(
            ONE_E1, seed=1, record=("agent 1001",), attached=(("e1-0", D_CHANNEL, "hdlc"),), batch=batch,
            journal_sink=self.octets.extend)
        self.machine.power_on()

    def order(self, at: int, what: str, octets: bytes = b"") -> None:
        self.machine.order(at, self.machine.places[0], Outside("e1-0:16", what, octets))

    def run(self, until: int) -> list[bytes]:
        """Run; the frames that the machine sent."""
        sent: list[bytes] = []
        while self.machine.kernel.now < until:
            self.machine.run(min(self.machine.kernel.now + 100, until))
            sent += [octets for _, octets in self.machine.take_sent()]
        return sent

    def journal(self, kind: str) -> list[dict[str, Any]]:
        lines = map(json.loads, bytes(self.octets).decode().splitlines()[1:])
        return [line for line in lines if line["kind"] == kind]


def test_frames_come_in_order_at_64_kbit_s() -> None:
    """An octet a cycle: no frame sooner after the one before than its octets, FCS and one flag take."""
    bench = HdlcBench()
    bench.order(0, "attached")
    lengths = [3, 260, 4, 100, 264, 3, 3]
    for length in lengths:
        bench.order(1000, "data", ui(length))
    bench.run(seconds(1))
    came = bench.journal("frame_received")
    assert [line["octets"] for line in came] == [ui(length).hex() for length in lengths]
    earliest = 1000
    for line, length in zip(came, lengths, strict=True):
        earliest += length + FCS_OCTETS + 1
        assert earliest <= line["at"] <= earliest + earliest // 5 + 64  # stuffed bits, a flag, the line, a tick
        earliest = max(earliest, line["at"] - 16)


def test_sixty_four_frames_may_wait_and_then_there_is_no_room() -> None:
    bench = HdlcBench()
    bench.order(0, "attached")
    bench.run(80)
    assert bench.machine.room(0) == WAITING
    for number in range(WAITING):
        bench.order(80, "data", ui(100 + number))
    bench.run(88)
    assert bench.machine.room(0) == 0
    bench.run(88 + 2 * (100 + FCS_OCTETS + 1))
    assert 1 <= bench.machine.room(0) <= 2
    bench.run(seconds(4))
    assert bench.machine.room(0) == WAITING
    assert [len(line["octets"]) // 2 for line in bench.journal("frame_received")] == list(range(100, 100 + WAITING))


def test_what_waits_goes_with_its_program() -> None:
    """The frame that is being sent is aborted; the next program begins on an empty line."""
    bench = HdlcBench()
    bench.order(0, "attached")
    for _ in range(10):
        bench.order(800, "data", ui(200))
    bench.order(1100, "detached")
    bench.order(2000, "attached")
    bench.order(2400, "data", ui(77))
    bench.run(seconds(1))
    assert [len(line["octets"]) // 2 for line in bench.journal("frame_received")] == [200, 77]
    assert [line["reason"] for line in bench.journal("frame_bad")] == ["abort"]


def test_before_and_after_a_program_the_timeslot_carries_all_ones() -> None:
    bench = HdlcBench()
    bench.machine.engine.record_start(0, bench.machine.layout.lines[0].receive_cell + D_CHANNEL)
    bench.order(400, "attached")
    bench.order(800, "detached")
    bench.run(1200)
    _, octets = bench.machine.recordings()[0]
    assert [set(octets[at:to]) for at, to in ((0, 400), (400, 800), (800, 1200))] == [{0xFF}, {0x7E}, {0xFF}]


def test_sabme_is_answered_while_our_own_is_under_way() -> None:
    bench = HdlcBench()
    bench.order(0, "attached")
    bench.order(20, "data", SABME)
    bench.order(40, "data", UA)
    assert bench.run(seconds(1) - 80) == [bytes.fromhex("00017f"), bytes.fromhex("020173")]
    assert len(bench.journal("link_up")) == 1


@pytest.mark.parametrize("cut", [5, 96, 700, 1333, 3000])
def test_a_snapshot_with_frames_waiting_goes_on_the_same(cut: int) -> None:
    def begun() -> HdlcBench:
        bench = HdlcBench()
        bench.order(0, "attached")
        bench.order(40, "data", UA)
        for number in range(WAITING):
            bench.order(90, "data", ui(50 + number))
        bench.order(4000, "detached")
        return bench

    whole, half, other = begun(), begun(), begun()
    sent = whole.run(6000)
    half.machine.run(cut)
    restore(other.machine.kernel, take(half.machine.kernel))
    other.octets[:] = half.octets
    assert other.run(6000) == sent
    assert bytes(other.octets) == bytes(whole.octets)


@pytest.mark.parametrize("batch", [1, 8])
def test_the_batch_changes_nothing(batch: int) -> None:
    def run(batch: int) -> tuple[list[bytes], bytes]:
        bench = HdlcBench(batch)
        bench.order(3, "attached")
        bench.order(41, "data", UA)
        for number in range(WAITING):
            bench.order(91, "data", ui(50 + number))
        return bench.run(6000), bytes(bench.octets)

    assert run(batch) == run(160)
