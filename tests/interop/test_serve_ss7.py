"""`ss7` attachments in a machine: what is said once is repeated on the line, what the line repeats is told once.

Two timeslots of a line are attached, and joined to each other inside the machine: each program hears the other.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchsim import assembly
from switchsim.assembly.built import Machine
from switchsim.assembly.shipped import folder as shipped
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Outside
from switchsim.units import ms, seconds

ONE_E1 = shipped("boards") / "machines" / "one_e1_pri.yaml"
TIMESLOTS = (5, 6)
WAITING = 64
FCS_OCTETS = 2
SIOS, SIO, SIN, SIB = (bytes([0xFF, 0xFF, 1, status]) for status in (3, 0, 1, 5))
FISU = bytes([0xFF, 0xFF, 0])


def msu(number: int, length: int = 20) -> bytes:
    """A message signal unit of so many octets with this FSN; only the terminals ever look at it."""
    return bytes([0xFF, 0x80 | number, min(length - 3, 63)]) + bytes(0x80 + n % 0x80 for n in range(length - 3))


def fisu_of(unit: bytes) -> bytes:
    return unit[:2] + b"\0"


class Ss7Bench:
    """A machine with two attached timeslots on a crossed line."""

    def __init__(self, batch: int = 160) -> None:
        self.octets = bytearray()
        self.machine: Machine = assembly.build(
            ONE_E1, seed=1, record=("agent 1001",), attached=tuple(("e1-0", timeslot, "ss7") for timeslot in TIMESLOTS),
            batch=batch, journal_sink=self.octets.extend)
        self.before_power_on()
        self.machine.power_on()
        self.cross()

    def before_power_on(self) -> None:
        """Where a bench adds what it needs besides."""

    def cross(self) -> None:
        """The machine sends on each timeslot what comes on the other."""
        line, engine = self.machine.layout.lines[0], self.machine.engine
        for timeslot, other in zip(TIMESLOTS, reversed(TIMESLOTS), strict=True):
            engine.connect(line.transmit_cell + timeslot, line.receive_cell + other)

    def order(self, at: int, what: str, octets: bytes = b"", source: int = 0) -> None:
        self.machine.order(at, self.machine.places[source], Outside(f"e1-0:{TIMESLOTS[source]}", what, octets))

    def both(self, at: int = 0) -> None:
        for source in range(2):
            self.order(at, "attached", source=source)

    def run(self, until: int) -> list[tuple[int, int, bytes]]:
        """Run; (cycle, source, unit) of what went to the programs."""
        told: list[tuple[int, int, bytes]] = []
        while (now := self.machine.kernel.now) < until:
            self.machine.run(min(now + 8, until))
            told += [(self.machine.kernel.now, source, octets) for source, octets in self.machine.take_sent()]
        return told

    def heard(self, until: int, source: int = 1) -> list[bytes]:
        """Run; what one program was told."""
        return [octets for _, told, octets in self.run(until) if told == source]

    def received(self, source: int) -> Any:
        """Q.752 counts of what arrives at an attached program's receiver."""
        unit = self.machine.layout.far_su[f"e1-0:{TIMESLOTS[source]}"]
        return self.machine.engine.su_counters(unit)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        lines = map(json.loads, bytes(self.octets).decode().splitlines()[1:])
        return [line for line in lines if line["kind"] == kind]


def test_messages_go_in_order_at_64_kbit_s() -> None:
    bench = Ss7Bench()
    bench.both()
    lengths = [20, 276, 6, 100, 8, 7]
    units = [msu(number, length) for number, length in enumerate(lengths)]
    for unit in units:
        bench.order(1000, "data", unit)
    told = [(at, unit) for at, source, unit in bench.run(seconds(1)) if source == 1]
    assert [unit for _, unit in told] == [*units, fisu_of(units[-1])]
    earliest = 1000
    for at, unit in told:
        earliest += len(unit) + FCS_OCTETS + 1
        assert earliest <= at <= earliest + earliest // 5 + 96  # stuffed bits, two lines and the machine, a tick
        earliest = max(earliest, at - 48)


def test_a_status_or_fill_in_unit_is_repeated_and_told_once() -> None:
    bench = Ss7Bench()
    bench.both()
    bench.order(800, "data", SIOS)
    bench.order(2400, "data", SIO)
    bench.order(4000, "data", FISU)
    assert bench.heard(800 + seconds(1)) == [SIOS, SIO, FISU]
    counts = bench.received(1)
    assert counts.good > 1000
    assert (counts.msus, sum(counts[6:])) == (0, 0)


def test_a_unit_equal_to_what_the_line_repeats_is_filtered() -> None:
    """What follows waits behind nothing: it leaves at the next boundary of units."""
    bench = Ss7Bench()
    bench.both()
    for at in range(800, 1600, 8):
        bench.order(at, "data", FISU)
    bench.order(1600, "data", msu(0))
    told = bench.run(2400)
    assert [unit for _, _, unit in told] == [FISU, msu(0), fisu_of(msu(0))]
    assert told[1][0] <= 1600 + 6 + len(msu(0)) + 3 + 64
    assert bench.machine.attached[0].state.repeats == 99


def test_after_a_message_the_line_goes_on_with_its_numbers() -> None:
    """The fill-in unit of the program that says the same changes nothing, another one does (Q.703 2.3)."""
    bench = Ss7Bench()
    bench.both()
    bench.order(800, "data", FISU)
    bench.order(1600, "data", msu(5))
    bench.order(2400, "data", fisu_of(msu(5)))
    bench.order(3200, "data", bytes([0x83, 0x85, 0]))
    assert bench.heard(4000) == [FISU, msu(5), fisu_of(msu(5)), bytes([0x83, 0x85, 0])]


def test_busy_counts_once_each_time_it_is_said() -> None:
    """SIB is no state of the line: what it repeated before, it repeats again. Two in a row are one change."""
    bench = Ss7Bench()
    bench.both()
    bench.order(800, "data", FISU)
    for at in (1600, 2400, 2400):
        bench.order(at, "data", SIB)
    bench.order(3200, "data", FISU)
    assert bench.heard(4000) == [FISU, SIB, FISU, SIB, FISU]
    assert bench.received(1).good > 300


def test_equal_messages_are_all_sent() -> None:
    bench = Ss7Bench()
    bench.both()
    for _ in range(3):
        bench.order(800, "data", msu(1))
    assert bench.heard(2400) == [msu(1)] * 3 + [fisu_of(msu(1))]


@pytest.mark.parametrize(("length", "fits"), [(0, False), (2, False), (3, True), (276, True), (277, False)])
def test_three_to_276_octets_are_a_unit(length: int, fits: bool) -> None:
    bench = Ss7Bench()
    bench.both()
    unit = FISU if length == 3 else msu(0, max(length, 3))[:length]
    bench.order(800, "data", unit)
    assert (bench.heard(2400)[:1] == [unit]) == fits
    assert bench.machine.attached[0].state.bad_lengths == (not fits)


def test_units_whose_length_indicator_lies_are_sent_as_they_are() -> None:
    """Sound and broken ones: the terminal judges check bits and lengths, the far end the rest."""
    bench = Ss7Bench()
    bench.both()
    lies = [bytes([0xFF, 0x81, 1]) + bytes(40), bytes([0xFF, 0x82, 63]), bytes([0xFF, 0x83, 0, 1, 2, 3, 4])]
    for number, lie in enumerate(lies):
        bench.order(800 + 400 * number, "data", lie)
    assert bench.heard(3200) == [lies[0], lies[1], fisu_of(lies[1]), lies[2], fisu_of(lies[1])]


def test_sixty_four_units_may_wait_and_then_there_is_no_room() -> None:
    bench = Ss7Bench()
    bench.both()
    bench.run(80)
    assert bench.machine.room(0) == WAITING
    units = [msu(number % 128, 100 + number) for number in range(WAITING)]
    for unit in units:
        bench.order(80, "data", unit)
    bench.run(88)
    assert bench.machine.room(0) <= 1  # the first has begun
    told = bench.heard(seconds(3))
    assert bench.machine.room(0) == WAITING
    assert told == [*units, fisu_of(units[-1])]


def test_on_connecting_a_program_is_told_what_the_line_repeats() -> None:
    bench = Ss7Bench()
    bench.order(0, "attached")
    bench.order(8, "data", SIN)
    bench.order(4000, "attached", source=1)
    told = bench.run(4800)
    assert [(source, unit) for _, source, unit in told] == [(1, SIN)]
    assert told[0][0] <= 4000 + 48
    bench.order(4800, "detached", source=1)
    bench.order(5600, "attached", source=1)
    assert bench.heard(6400) == [SIN]


def test_before_and_after_a_program_the_timeslot_carries_all_ones() -> None:
    """What waited goes with its program; the next one begins with flags, until it says something."""
    bench = Ss7Bench()
    bench.machine.engine.record_start(0, bench.machine.layout.lines[0].receive_cell + TIMESLOTS[0])
    bench.order(400, "attached")
    for number in range(20):
        bench.order(800, "data", msu(number, 200))
    bench.order(1200, "detached")
    bench.order(1600, "attached")
    bench.run(2000)
    _, octets = bench.machine.recordings()[0]
    assert set(octets[:400]) == {0xFF}
    assert set(octets[400:800]) == {0x7E}
    assert 0x7E not in octets[1200:1600]
    assert set(octets[1200:1600]) == {0xFF}
    assert set(octets[1900:2000]) < {0x7E, 0x3F, 0x9F, 0xCF, 0xE7, 0xF3, 0xF9, 0xFC}  # flags, at any bit of an octet


def test_a_program_that_goes_is_heard_to_go() -> None:
    """Seven ones and more: the other side's receiver counts octets (Q.703 4.1.4), which fails a link."""
    bench = Ss7Bench()
    bench.both()
    bench.order(800, "data", FISU)
    bench.order(1600, "detached")
    bench.run(1600 + ms(128) + 100)
    counts = bench.received(1)
    assert counts.countings == 1
    assert counts.errors >= 64
    assert [line["reason"] for line in bench.journal("frame_bad") if line["at"] > 1600] == ["abort"]


@pytest.mark.parametrize("cut", [5, 96, 700, 1333, 3000])
def test_a_snapshot_with_units_waiting_goes_on_the_same(cut: int) -> None:
    def begun() -> Ss7Bench:
        bench = Ss7Bench()
        bench.both()
        bench.order(40, "data", SIO)
        for number in range(WAITING - 2):
            bench.order(90, "data", msu(number, 30 + number))
        bench.order(4000, "detached")
        return bench

    whole, half, other = begun(), begun(), begun()
    sent = whole.run(6000)
    before = half.run(cut)
    restore(other.machine.kernel, take(half.machine.kernel))
    other.octets[:] = half.octets
    assert [unit for _, _, unit in (*before, *other.run(6000))] == [unit for _, _, unit in sent]
    assert bytes(other.octets) == bytes(whole.octets)


@pytest.mark.parametrize("batch", [1, 8])
def test_the_batch_changes_nothing(batch: int) -> None:
    def run(batch: int) -> tuple[list[tuple[int, int, bytes]], bytes]:
        bench = Ss7Bench(batch)
        bench.both(3)
        bench.order(41, "data", SIO)
        for number in range(WAITING - 1):
            bench.order(91, "data", msu(number, 30 + number))
        return bench.run(6000), bytes(bench.octets)

    assert run(batch) == run(160)
