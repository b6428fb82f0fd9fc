"""Seeded scripts of acts, units, faults and noise on signalling terminals: core and reference agree throughout."""

from __future__ import annotations

import random

import pytest
from su_rig import Both, bits_of

from switchsim.dsp.engine import (
    CELL_ONES,
    EV_AERM,
    EV_SU,
    EV_SU_COUNTING,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    NONE,
    SU_RAW,
    EngineConfig,
)
from switchsim.dsp.reference import hdlc

TRANSMITTERS, RECEIVERS, SWITCHED = 2, 3, 2


def unit(rng: random.Random) -> bytes:
    """Fill-in, status or message unit, or a length indicator that does not fit; often of many ones."""
    n = rng.choice([3, 3, 4, 5, 6, 10, 40, 276, rng.randrange(3, 277)])
    ones = 0xF8 if rng.random() < 0.3 else 0
    octets = bytearray(rng.randrange(256) | ones for _ in range(n))
    octets[2] = min(n - 3, 63) if rng.random() < 0.9 else octets[2]
    return bytes(octets)


def noise(rng: random.Random) -> bytes:
    """Line octets of units, faults, flags of all kinds and random bits."""
    bits: list[int] = []
    for _ in range(rng.randrange(1, 12)):
        pieces: list[list[int] | bytes] = [
            hdlc.FLAG, hdlc.FLAG[1:], [1] * rng.randrange(20), hdlc.FLAG * rng.randrange(9), unit(rng),
            [rng.randrange(2) for _ in range(rng.randrange(90))], b"\xff\xff\x00",
            hdlc.stuff(hdlc.octet_bits(bytes(rng.randrange(270, 290))))]
        bits += bits_of(hdlc.FLAG, *rng.choices(pieces, [5, 1, 1, 2, 8, 2, 8, 1], k=4))
    if bits and rng.random() < 0.3:
        bits[rng.randrange(len(bits))] ^= 1
    return hdlc.line_octets(bits)[:470]


def some_cell(both: Both, rng: random.Random) -> int:
    """A transmitter, a source or a switched cell, once in a while a dead line."""
    cells = [both.first_source_cell, *(both.first_su_cell + i for i in range(TRANSMITTERS)),
             *(both.first_switched_cell + i for i in range(SWITCHED))]
    return rng.choice([*cells, *cells, CELL_ONES])


def act(both: Both, rng: random.Random) -> None:
    """One act on the terminals."""
    t, r = rng.randrange(TRANSMITTERS), rng.randrange(RECEIVERS)
    kind = rng.randrange(24)
    if kind < 10:
        both.send(t, unit(rng), rng.choice([0, 0, 0, 1, 2, 4, 8, 9, 11]))
    elif kind == 10:
        both.send(t, bytes(rng.choice([1, 5, 279, 280, 300])), SU_RAW)
    elif kind == 11:
        octets = rng.choice([b"", b"\xff\xff\x00", b"\xff\xff\x01\x02", b"\xff\xff\x02\x02\x00"])
        both.fill(t, octets, rng.random() < 0.2)
    elif kind < 15:
        both.ack(t, rng.randrange(256))
    elif kind < 17:
        both.notify(t, rng.choice([0, 1, 5, 16, NONE]))
    elif kind == 17:
        both.flush(t)
    elif kind == 18:
        both.listen(r, rng.choice([some_cell(both, rng)] * 9 + [NONE]))
    elif kind < 21:
        both.monitor(r, *rng.choice([(0, 0), (1, 4), (1, 1), (2, 64), (2, 3), (2, 1)]))
    elif kind == 21:
        both.connect(both.first_switched_cell + rng.randrange(SWITCHED), some_cell(both, rng))


@pytest.mark.parametrize("seed", range(10))
def test_acts_and_noise(seed: int) -> None:
    rng = random.Random(seed)
    both = Both(EngineConfig(tick_cycles=1 + seed % 8, n_sources=1, n_su_tx=TRANSMITTERS, n_su_rx=RECEIVERS,
                             n_switched=SWITCHED))
    both.listen(0, both.first_source_cell)
    both.listen(1, both.first_su_cell)
    both.listen(2, both.first_switched_cell)
    both.connect(both.first_switched_cell, both.first_su_cell + 1)
    both.fill(1, b"\xff\xff\x00")
    kinds: set[int] = set()
    for _ in range(60):
        act(both, rng)
        if rng.random() < 0.2:
            kinds.update(event.kind for event in both.hear(noise(rng)))
        kinds.update(event.kind for event in both.run(both.now + rng.choice([0, 1, 3, 8, 30, 100])))
        for t in range(TRANSMITTERS):
            both.waiting(t)
            both.sent(t)
        for r in range(RECEIVERS):
            both.repeats(r)
            both.counts(r)
    assert {EV_SU, EV_SU_COUNTING} <= kinds


@pytest.mark.parametrize("seed", range(4))
def test_noise_under_each_monitor(seed: int) -> None:
    rng = random.Random(1000 + seed)
    both = Both(EngineConfig(tick_cycles=8, n_sources=1, n_su_rx=3))
    kinds: set[int] = set()
    for r in range(3):
        both.listen(r, both.first_source_cell)
    for _ in range(25):
        both.monitor(rng.randrange(2), *rng.choice([(1, 4), (1, 1)]))
        both.monitor(2, 2, rng.choice([1, 4, 64]))
        kinds.update(event.kind for event in both.hear(noise(rng)))
    assert {EV_AERM, EV_SU_PROVED_AGAIN, EV_SUERM} <= kinds
