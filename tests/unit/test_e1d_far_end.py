"""The far end of timeslots that programs open: which cycles a block is on the line in, who has the line before and
after, and what clients are told of a line."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from switchsim import assembly
from switchsim.assembly.built import Machine
from switchsim.assembly.shipped import folder as shipped
from switchsim.dsp.e1 import AIS, LOF, LOS, RAI
from switchsim.errors import BadInput
from switchsim.farend.e1d import PLACE, E1dFarEnd
from switchsim.kernel.snapshot import restore, take
from switchsim.model.e1d import Item, step_of, unpack_item, unpack_sent, write_opened
from switchsim.model.order import Act, Outside
from switchsim.model.outside import Listeners, pack_in
from switchsim.proto.e1d.wire import Message, decode

MACHINES = shipped("boards") / "machines"
ONES, IDLE = b"\xff", b"\xd5"
LINE, THROUGH = 8, 8
"""Cycles of a line each way, and from the machine's end back to its beginning where it is looped."""
RAW_SLOT, HDLC_SLOT = 5, 7


class Bench:
    """A machine whose timeslots 5 and 7 are looped at the machine, and the adaptor's orders by hand."""

    def __init__(self, machine: str = "one_e1_pri", batch: int = 160) -> None:
        self.journal = bytearray()
        self.machine: Machine = assembly.build(
            MACHINES / f"{machine}.yaml", seed=1, record=("agent 1001",), listeners=Listeners(e1d=True), batch=batch,
            journal_sink=self.journal.extend)
        self.machine.power_on()
        line = self.machine.layout.lines[0]
        for timeslot in (RAW_SLOT, HDLC_SLOT):
            self.machine.engine.connect(line.transmit_cell + timeslot, line.receive_cell + timeslot)
        self.machine.engine.record_start(0, line.receive_cell + RAW_SLOT)
        self.sent: list[tuple[Item, int, bytes]] = []

    @property
    def part(self) -> E1dFarEnd:
        part = self.machine.part(PLACE)
        assert isinstance(part, E1dFarEnd)
        return part

    def tell(self, at: int, what: str, session: int, payload: bytes = b"") -> None:
        self.machine.order(at, PLACE, Outside("e1d", what, pack_in(session, payload)))

    def open(self, at: int, session: int, timeslot: int, mode: str, size: int = 160) -> None:
        self.tell(at, "attached", session, write_opened(f"e1-0:{timeslot}", mode, size))

    def run(self, until: int, slice_cycles: int = 100) -> None:
        while self.machine.kernel.now < until:
            self.machine.run(min(self.machine.kernel.now + slice_cycles, until))
            self.sent += [unpack_item(item) for item in self.part.take_outbox()]

    def heard(self, session: int) -> bytes:
        """What a program was given."""
        return b"".join(octets for what, number, octets in self.sent if (what, number) == (Item.DATA, session))

    def events(self) -> list[tuple[int, int, bytes]]:
        messages = [decode(octets) for what, _, octets in self.sent if what is Item.EVENT]
        return [(one.type, one.line, one.payload) for one in messages if isinstance(one, Message)]

    def on_the_line(self) -> bytes:
        """Timeslot 5 towards the machine where the line begins, an octet a cycle from cycle 0."""
        return self.machine.recordings()[0][1][LINE:]


def octets_of(count: int, seed: int = 5) -> bytes:
    return random.Random(seed).randbytes(count)


# -- raw ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [160, 40, 100, 1, 700])
@pytest.mark.parametrize("open_at", [0, 163])
def test_what_is_written_as_block_n_is_on_the_line_while_block_n_plus_1_is_read(size: int, open_at: int) -> None:
    """As block n of a `raw` attachment: ours holds the cycles that follow its base, theirs comes a block later."""
    step = step_of(size)
    base, count = -(-open_at // step) * step, 5
    bench, blocks = Bench(), octets_of(5 * step)
    bench.open(open_at, 1, RAW_SLOT, "raw", size)
    for number in range(count):
        bench.tell(base + step * (number + 1), "data", 1, blocks[step * number :][:step])
    for number in range(count + 1, count + 3):
        bench.tell(base + step * number, "underrun", 1)
    bench.run(base + step * (count + 2) + LINE)
    line = bench.on_the_line()
    first = base + step
    assert line[max(0, open_at - LINE) : first] == ONES * (first - max(0, open_at - LINE))
    assert line[first:][: len(blocks)] == blocks
    assert line[first + len(blocks) :] == ONES * (len(line) - first - len(blocks))
    heard, late = bench.heard(1), 2 * LINE + THROUGH
    assert len(heard) == (base + step * (count + 2) + LINE - base) // size * size
    assert heard[late:] == line[base:][: len(heard) - late]
    assert {len(octets) for what, _, octets in bench.sent if what is Item.DATA} == {size}


def test_a_block_that_is_short_goes_on_with_ones() -> None:
    bench = Bench()
    bench.open(0, 1, RAW_SLOT, "raw")
    bench.tell(160, "data", 1, b"\x11" * 160)
    bench.tell(320, "underrun", 1, b"\x22" * 60)
    bench.tell(480, "data", 1, b"\x33" * 160)
    bench.run(800)
    assert bench.on_the_line()[160:640] == b"\x11" * 160 + b"\x22" * 60 + ONES * 100 + b"\x33" * 160
    assert bench.part.state.underruns == 1


@pytest.mark.parametrize("slice_cycles", [8, 37, 1000])
def test_how_a_run_is_sliced_does_not_show(slice_cycles: int) -> None:
    digests = set()
    for batch in (1, 160):
        bench = Bench(batch=batch)
        bench.open(3, 1, RAW_SLOT, "raw")
        bench.open(11, 2, HDLC_SLOT, "hdlc")
        bench.tell(320, "data", 1, octets_of(160))
        bench.tell(400, "data", 2, b"a frame")
        bench.run(2000, slice_cycles)
        digests.add((bytes(bench.journal), bench.heard(1), bench.heard(2)))
    assert len(digests) == 1
    assert digests.pop()[2] == b"a frame"


# -- hdlc --------------------------------------------------------------------------------------------------------------


def test_frames_go_out_in_order_and_come_back_and_the_room_is_told() -> None:
    bench = Bench()
    frames = [octets_of(3 + 60 * number % 262, number) for number in range(100)]
    bench.open(0, 1, HDLC_SLOT, "hdlc")
    for frame in frames:
        bench.tell(16, "data", 1, frame)
    bench.run(24_000)
    assert [octets for what, _, octets in bench.sent if what is Item.DATA] == frames
    assert sum(unpack_sent(octets) for what, _, octets in bench.sent if what is Item.SENT) == 100


def test_frames_that_no_adaptor_lets_through_are_counted() -> None:
    bench = Bench()
    bench.open(0, 1, HDLC_SLOT, "hdlc")
    bench.tell(8, "data", 1, b"")
    bench.tell(8, "data", 1, bytes(265))
    bench.tell(8, "bad_length", 1, (300).to_bytes(4, "little"))
    bench.tell(8, "data", 99, b"for nobody")
    bench.open(8, 1, 9, "raw")  # a number twice
    bench.open(8, 3, HDLC_SLOT, "raw")  # open already
    bench.tell(8, "attached", 4, b"e1-9:5 raw 160")
    bench.tell(8, "attached", 5, b"\xff\xfe")
    bench.tell(8, "attached", 6, b"control")
    bench.tell(8, "detached", 77)
    bench.run(800)
    assert (bench.part.state.ignored, bench.part.state.bad_lengths, len(bench.part.state.open)) == (7, 1, 1)


# -- who has the line --------------------------------------------------------------------------------------------------


def kinds(bench: Bench, kind: str) -> list[Any]:
    import json

    return [row for row in map(json.loads, bytes(bench.journal).splitlines()) if row.get("kind") == kind]


def test_a_d_channel_that_was_opened_is_the_built_in_exchanges_again() -> None:
    """While a program has it, the link is down and the exchange hears nothing; afterwards it comes up by itself."""
    bench = Bench()
    bench.run(8000)
    assert len(kinds(bench, "link_up")) >= 1
    bench.open(8000, 1, 16, "hdlc")
    bench.run(200_000, 8000)  # T203 and the retries of T200
    assert kinds(bench, "link_down")
    assert len(bench.heard(1)) > 0  # the machine's SABME
    downs, ups = len(kinds(bench, "link_down")), len(kinds(bench, "link_up"))
    bench.tell(200_000, "detached", 1)
    bench.run(300_000, 8000)
    assert len(kinds(bench, "link_up")) > ups
    assert len(kinds(bench, "link_down")) == downs
    assert kinds(bench, "program_attached")[0]["source"] == kinds(bench, "program_detached")[0]["source"] == "e1-0:16"


def test_units_are_a_pool() -> None:
    """31 timeslots again and again; what the line carried before comes back each time."""
    bench = Bench()
    line = bench.machine.layout.lines[0]
    before = [bench.machine.engine.connected(line.receive_cell + timeslot) for timeslot in range(32)]
    session = 0
    for round_number in range(4):
        opened = []
        for timeslot in range(1, 32):
            session += 1
            opened.append(session)
            bench.open(round_number * 1000, session, timeslot, ("raw", "hdlc")[(timeslot + round_number) % 2])
        bench.run(round_number * 1000 + 500)
        assert sorted(one.unit for one in bench.part.state.open.values()) == list(range(31))
        for number in opened:
            bench.tell(round_number * 1000 + 600, "detached", number)
        bench.run(round_number * 1000 + 1000)
        assert bench.part.state.open == {}
    assert [bench.machine.engine.connected(line.receive_cell + timeslot) for timeslot in range(32)] == before
    assert bench.part.state.ignored == 0


@pytest.mark.parametrize("cut", [1, 163, 480, 999])
def test_a_snapshot_goes_on_the_same(cut: int) -> None:
    def drive(bench: Bench) -> None:
        bench.open(3, 1, RAW_SLOT, "raw")
        bench.open(11, 2, HDLC_SLOT, "hdlc")
        for number in range(1, 8):
            bench.tell(160 + 160 * number, "data", 1, octets_of(160, number))
            bench.tell(160 * number, "data", 2, octets_of(50, number))
        bench.tell(1700, "detached", 1)

    whole, first, second = Bench(), Bench(), Bench()
    for bench in (whole, first):
        drive(bench)
    whole.run(3000)
    first.run(cut)
    kept = take(first.machine.kernel)
    restore(second.machine.kernel, kept)
    second.sent = list(first.sent)
    second.run(3000)
    assert second.heard(1) == whole.heard(1)
    assert second.heard(2) == whole.heard(2)
    assert len(whole.heard(2)) == 7 * 50


def test_a_machine_without_lines_to_the_network_and_a_plant_are_refused(tmp_path: Path) -> None:
    lineless = tmp_path / "lineless.yaml"
    lineless.write_text("""format: 1
name: lineless
title: {zh: 无, en: none}
rack:
  main_control: {frame: 0, slots: {0: pwc, 1: ema, 2-3: mpu, 4: nod, 5-6: bnet, 7: ckv, 8: alm, 9: sig, 10: spt}}
lines: []
numbers: {}
services: {}
""")
    for path, says in ((lineless, "no line to the network"), (MACHINES / "two_cities.yaml", "takes no programs")):
        with pytest.raises(BadInput, match=says):
            assembly.build(path, seed=1, listeners=Listeners(e1d=True), journal_sink=bytearray().extend)


def test_lines_of_voice_processors_are_none_of_the_interface() -> None:
    machine = assembly.build(MACHINES / "call_centre.yaml", seed=1, listeners=Listeners(e1d=True),
                             attached=(("e1-0", 16, "hdlc"),), journal_sink=bytearray().extend)
    assert not any(name.startswith("vp") for name in machine.layout.e1d_lines)
    assert 16 not in machine.layout.e1d_lines["e1-0"]
    assert len(machine.layout.e1d_units) == 64


# -- what clients are told ---------------------------------------------------------------------------------------------


def test_each_change_of_a_line_is_one_event() -> None:
    bench = Bench()
    for at, status in enumerate((LOS | LOF, LOS | LOF, LOF, RAI, AIS | RAI, 0, 0x400), start=1):
        bench.machine.order(at * 80, PLACE, Act("line_status", {"line": "e1-0", "status": status}))
    bench.run(1000)
    assert bench.events() == [
        (0x40, 0, b""), (0x46, 0, b""), (0x41, 0, b""), (0x44, 0, b""), (0x47, 0, b""), (0x42, 0, b""),
        (0x43, 0, b""), (0x45, 0, b"")]


def test_sa_bits_received_are_told_when_they_changed() -> None:
    bench = Bench()
    for sa in (0b11111, 0b11111, 0b01111, 0b01111, 0b11111):
        bench.part.sa_bits("e1-0", sa)
    bench.run(8)
    assert bench.events() == [(0x7F, 0, b"\xe1"), (0x7F, 0, b"\xf1")]


def test_sa_bits_of_a_client_are_sent() -> None:
    """They stand in what the machine's end receives."""
    bench = Bench()
    bench.tell(0, "attached", 1, b"control")
    bench.tell(800, "data", 1, b"\x00\x70")  # Sa4, Sa5, Sa7
    bench.run(8_000)
    assert bench.machine.engine.e1_received(0)[0] & 0b11111 == 0b11010
