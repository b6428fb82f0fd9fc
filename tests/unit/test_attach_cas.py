"""Attach mode `cas`: one octet of signalling bits (abcd in the low nibble) and 160 octets of the circuit, each way."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from switchsim import assembly
from switchsim.assembly.shipped import folder as shipped
from switchsim.dsp.e1 import CAS
from switchsim.dsp.e1_lines import EV_CAS, E1Config
from switchsim.dsp.engine import Engine, EngineConfig, Event, philox
from switchsim.errors import BadInput
from switchsim.farend.attached import Attached, AttachedConfig
from switchsim.farend.attached_modes import BLOCKED
from switchsim.kernel.journal import Journal
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.order import Outside
from switchsim.sut.options import FAST, default_pace, parse_attach

PLACE, SLOT = "farend/attached/e1-0:5", 5
LINE, BLOCK = 8, 160
MULTIFRAME = 16
"""Bits of a channel come once in a CAS multiframe, so they are as much later at most."""


class Media(Engine):
    """An engine that keeps what the machine's end receives: (cycle, abcd) of the timeslot."""

    bits: list[tuple[int, int]]

    def run(self, until: int) -> list[Event]:
        seen = super().run(until)
        self.bits += [(event.at, event.b) for event in seen if (event.kind, event.unit, event.a) == (EV_CAS, 0, SLOT)]
        return seen


class Bench:
    """One line with CAS and no machine: what arrives is recorded, what the machine's end sends is set by hand."""

    def __init__(self) -> None:
        config = EngineConfig(n_sources=1, n_recorders=2, n_switched=4 * 32, n_e1=2)
        self.engine = Media(config)
        self.bits: list[tuple[int, int]] = []
        self.engine.bits = self.bits
        first = self.engine.first_switched_cell
        self.near_rx, self.transmit, self.far_tx, self.far_rx = (first + 32 * number for number in range(4))
        self.engine.e1_define(0, E1Config(first_cell=self.near_rx, opposite=1, flags=CAS))
        self.engine.e1_define(1, E1Config(first_cell=self.far_rx, opposite=0, flags=CAS))
        self.journal = bytearray()
        self.kernel = Kernel(self.engine, Journal(self.journal.extend, lambda _: None), Streams(1, philox))
        self.part = Attached(PLACE, self.kernel, self.engine, AttachedConfig(
            line="e1-0", timeslot=SLOT, mode="cas", near_rx=self.near_rx + SLOT, far_rx=self.far_rx + SLOT, source=0,
            recorder=0, e1_sends=0, e1_hears=1))
        self.kernel.add(self.part)
        self.engine.connect(self.far_rx + SLOT, self.transmit + SLOT)
        self.engine.connect(self.transmit + SLOT, self.near_rx + SLOT)
        self.engine.record_start(1, self.near_rx + SLOT)
        self.kernel.power_on()

    @property
    def lines(self) -> list[bytes]:
        return bytes(self.journal).splitlines()

    def tell(self, at: int, what: str, octets: bytes = b"") -> None:
        self.kernel.order(at, PLACE, Outside("e1-0:5", what, octets))


def blocks(count: int) -> list[bytes]:
    source = random.Random(7)
    return [bytes([number]) + source.randbytes(BLOCK) for number in (0b1001, 0b0001, 0b1111, 0b0101)[:count]]


def test_bits_hold_for_a_whole_block_and_the_circuit_is_blocked_before_and_after() -> None:
    bench, sent = Bench(), blocks(3)
    bench.tell(320, "attached")
    for number, block in enumerate(sent):
        bench.tell(320 + BLOCK * (number + 1), "data", block)
    bench.tell(320 + BLOCK * 4 + 80, "detached")
    bench.kernel.run(1600)
    assert [abcd for _, abcd in bench.bits] == [0b1001, 0b0001, 0b1111, BLOCKED]
    for (at, _), wanted in zip(bench.bits, (480, 640, 800, 1040), strict=True):
        assert wanted <= at <= wanted + MULTIFRAME + 2 * LINE
    line = bench.engine.record_drain(1)[LINE:]
    assert line[480 : 480 + 3 * BLOCK] == b"".join(block[1:] for block in sent)
    assert set(line[:304]) == set(line[1048:]) == {0xFF}


def test_the_program_gets_the_bits_as_they_were_when_its_block_was_full() -> None:
    bench = Bench()
    bench.tell(0, "attached")
    got: list[bytes] = []
    for step, abcd in enumerate((0b1001, 0b0101, 0b1101)):
        bench.engine.e1_abcd(1, SLOT, abcd)
        bench.kernel.run(BLOCK * (step + 1) + 1)
        got += bench.part.take_outbox()
    assert [block[0] for block in got] == [0b1001, 0b0101, 0b1101]
    assert {len(block) for block in got} == {1 + BLOCK}


def test_of_the_first_octet_the_low_nibble_counts_and_other_lengths_are_dropped() -> None:
    bench = Bench()
    assert bench.engine.e1_abcd_received(0, SLOT) == BLOCKED
    bench.tell(0, "attached")
    bench.tell(160, "data", b"\xf6" + bytes(BLOCK))
    bench.tell(320, "data", bytes(BLOCK))
    bench.kernel.run(640)
    assert [abcd for _, abcd in bench.bits] == [0b0110]
    assert bench.part.state.bad_lengths == 1


def told(bench: Bench) -> list[tuple[int, int, int, str]]:
    """Blocks in the journal: cycle, how many, bits, digest. No datagram is an order there besides."""
    assert not any(b" data " in line for line in bench.lines)
    rows = [json.loads(line) for line in bench.lines if b"blocks_taken" in line]
    return [(row["at"], row["blocks"], row["abcd"], row["digest"]) for row in rows]


def digest_of(blocks: list[tuple[int, bytes]]) -> str:
    value = b""
    for at, block in blocks:
        value = hashlib.blake2b(value + at.to_bytes(8, "little") + block, digest_size=16).digest()
    return value.hex()


def test_the_journal_tells_of_blocks_when_bits_change_after_50_and_when_the_program_goes() -> None:
    bench, source = Bench(), random.Random(3)
    bits = [0b1001] * 3 + [0b0001] * 60 + [0b1001] * 2
    sent = [(BLOCK * (number + 1), bytes([abcd]) + source.randbytes(BLOCK)) for number, abcd in enumerate(bits)]
    bench.tell(0, "attached")
    for at, block in sent:
        bench.tell(at, "data", block)
    bench.tell(BLOCK * 66 + 5, "detached")
    bench.kernel.run(BLOCK * 70)
    rows = told(bench)
    assert [(at // BLOCK, blocks, abcd) for at, blocks, abcd, _ in rows] == [
        (1, 1, 0b1001), (4, 3, 0b0001), (54, 50, 0b0001), (64, 10, 0b1001), (66, 1, 0b1001)]  # fmt: skip
    taken = [sum(blocks for _, blocks, _, _ in rows[: end + 1]) for end in range(len(rows))]
    assert [digest for _, _, _, digest in rows] == [digest_of(sent[:count]) for count in taken]
    assert b"program_detached" in bench.lines[-1], "what was left is told before"


def test_every_changed_octet_and_cycle_of_a_block_is_another_journal() -> None:
    def journal(changes: dict[int, int], later: int = 0) -> list[bytes]:
        bench, block = Bench(), bytearray(blocks(1)[0])
        for octet, bit in changes.items():
            block[octet] ^= bit
        bench.tell(0, "attached")
        bench.tell(BLOCK + later, "data", bytes(block))
        bench.tell(BLOCK * 2, "data", blocks(1)[0])
        bench.kernel.run(BLOCK * 4)
        bench.part.closing()
        return bench.lines

    same = journal({})
    assert same == journal({})
    assert all(journal({octet: 1}) != same for octet in (1, 80, BLOCK))
    assert journal({0: 0x10}) != same, "also of a nibble that says nothing"
    assert journal({}, later=1) != same


def test_a_block_that_does_not_fit_is_an_order_in_the_journal() -> None:
    bench = Bench()
    bench.tell(0, "data", bytes(BLOCK + 1))  # nobody is there
    bench.tell(8, "attached")
    bench.tell(160, "data", bytes(BLOCK))
    bench.kernel.run(320)
    assert sum(b" data 00" in line for line in bench.lines) == 2
    assert bench.part.state.bad_lengths == 2


def test_timeslot_16_and_lines_without_signalling_bits_are_refused(tmp_path: Path) -> None:
    option = parse_attach("e1-0:5=cas:unix:/tmp/a")
    assert (option.mode.shortest, option.mode.longest, default_pace([option], [])) == (161, 161, FAST)
    with pytest.raises(BadInput, match="timeslot 16 carries the signalling bits"):
        parse_attach("e1-0:16=cas:unix:/tmp/a")
    machines = shipped("boards") / "machines"
    with pytest.raises(BadInput, match="has no signalling bits"):
        assembly.build(machines / "one_e1_pri.yaml", seed=1, attached=(("e1-0", 5, "cas"),),
                       journal_sink=bytearray().extend)


@pytest.mark.parametrize("mode", ["raw", "hdlc", "ss7"])
def test_a_mode_without_signalling_bits_is_refused_on_r2_circuits(mode: str) -> None:
    machine = shipped("boards") / "machines" / "one_e1_r2.yaml"
    with pytest.raises(BadInput) as refused:
        assembly.build(machine, seed=1, attached=(("e1-0", 4, "cas"), ("e1-0", 5, mode)),
                       journal_sink=bytearray().extend)
    told = str(refused.value)
    assert all(part in told for part in (f"e1-0:5 is an R2 circuit, and mode {mode}", "expected mode cas",
                                         "e1-0:5=cas:unix:PATH"))  # fmt: skip


def test_timeslot_16_of_a_line_with_signalling_bits_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "clear.yaml").write_text("""format: 1
name: clear
title: {zh: 透明, en: clear}
rack:
  main_control: {frame: 0, slots: {0: pwc, 1: ema, 2-3: mpu, 4: nod, 5-6: bnet, 7: ckv, 8: alm, 9: sig, 10: spt}}
  trunk: {frame: 1, slots: {0: dtm}}
lines:
  - {names: e1-0, signalling: {kind: clear}, framing: {cas: true}}
numbers: {}
services: {}
""")
    with pytest.raises(BadInput, match="carries the signalling bits"):
        assembly.build(tmp_path / "clear.yaml", seed=1, attached=(("e1-0", 16, "raw"),),
                       journal_sink=bytearray().extend)
