"""The tables of MTP2: every pair is there, what is ignored changes nothing, what is called impossible never happens."""

from __future__ import annotations

import random

import msgspec
import pytest
from mtp2_by_hand import MESSAGE, SIB, SIE, SIN, SIO, SIOS, SIPO

from switchsim.proto.mtp2 import Event, Link, LinkConfig, LinkState, Lsc
from switchsim.proto.mtp2.state import RUN
from switchsim.proto.mtp2.table import BOXES, DISPATCH, TRANSITIONS, rows

STATUSES = (SIO, SIN, SIE, SIOS, SIPO, SIB)


def test_every_pair_stands_in_the_table() -> None:
    assert len(TRANSITIONS) == sum(len(box.states) * len(box.events) for box in BOXES) == len(list(rows()))
    assert {box.field for box in BOXES} == {"lsc", "iac", "txc", "rc", "poc", "cc"}
    assert all(row.handler or row.reason for row in rows())
    assert all(any(word in row.reason for word in ("clause", "figure", "Q.7", ":")) for row in rows() if row.reason)


@pytest.mark.parametrize("pair", [pair for pair, what in TRANSITIONS.items() if isinstance(what, str)], ids=str)
def test_what_is_ignored_changes_nothing(pair: tuple[str, int, Event]) -> None:
    box, current, event = pair
    link = Link(LinkState(), LinkConfig())
    state = link.state
    setattr(state, box, type(getattr(state, box))(current))
    before = msgspec.msgpack.encode(state)
    DISPATCH[box][current][event](link, None)
    assert (msgspec.msgpack.encode(state), link.out) == (before, [])


class Walk:
    """One link under random orders, units and timers, mostly sensible, so that deep states are reached."""

    def __init__(self, seed: int, config: LinkConfig) -> None:
        self.random = random.Random(seed)
        self.trace: list[tuple[str, int, Event]] = []
        self.link = Link(LinkState(), config, self.trace)

    def order(self) -> None:
        link, draw = self.link, self.random
        act = draw.choice((
            link.power_on, link.start, link.start, link.emergency, link.emergency_ceases, link.local_processor_outage,
            link.local_processor_recovered, link.local_processor_recovered, link.flush_buffers, link.continue_,
            link.continue_, link.retrieve_bsnt, lambda: link.receive_congestion(True),
            lambda: link.receive_congestion(False), lambda: link.send(MESSAGE), lambda: link.send(MESSAGE),
            lambda: link.retrieve(draw.choice((None, (link.state.fsnf - 1) & 127, draw.randrange(128)))),
        ))  # fmt: skip
        act()
        if draw.random() < 0.03:
            draw.choice((link.power_off, link.stop, link.suerm_failure))()

    def unit(self) -> None:
        link, draw, state = self.link, self.random, self.link.state
        if state.lsc in (Lsc.OUT_OF_SERVICE, Lsc.INITIAL_ALIGNMENT, Lsc.POWER_OFF) or draw.random() < 0.05:
            link.receive(draw.choice(STATUSES if draw.random() < 0.2 else (SIO, SIN, SIE, SIN, SIPO)))
            return
        if draw.random() < 0.08:
            link.receive(draw.choice((SIB, SIPO)))
            return
        bsn = (state.fsnf - 1 + draw.randint(0, len(state.rtb))) & 127
        fsn = (state.fsnx - draw.choice((0, 0, 0, 1, 1, 126))) & 127
        octets = bytearray((state.fib | bsn, state.fibx | fsn, 0))
        if draw.random() < 0.06:
            octets[draw.randrange(2)] ^= draw.choice((128, 64))
        if draw.random() < 0.5:
            octets[2:] = bytes((len(MESSAGE),)) + MESSAGE
        link.receive(bytes(octets))

    def time(self) -> None:
        link, draw = self.link, self.random
        running = [name for name, bit in RUN.items() if link.state.running & bit]
        act = draw.random()
        if running and act < 0.3:
            link.timer(draw.choice(running))
        elif act < 0.5:
            draw.choice((link.low, link.aerm_abort, link.correct_su, link.low))()
        elif act < 0.7:
            link.repeated(draw.randrange(1, 4))

    def steps(self, count: int) -> set[tuple[str, int, Event]]:
        for _ in range(count):
            self.random.choices((self.order, self.unit, self.time), (2, 5, 2))[0]()
            msgspec.msgpack.encode(self.link.state)
        return set(self.trace)


def walked(steps_count: int) -> set[tuple[str, int, Event]]:
    configs = (LinkConfig(), LinkConfig(method="pcr", n1=3), LinkConfig(congested="accept", lssu_octets=2))
    return set().union(*(Walk(seed, config).steps(steps_count) for seed, config in enumerate(configs * 4)))


def test_random_life_covers_all_that_can_happen_and_nothing_else() -> None:
    seen = walked(20_000)
    impossible = {
        pair for pair, what in TRANSITIONS.items() if isinstance(what, str) and what.startswith("impossible")
    }
    names = {box.field: {int(state): state.name for state in box.states} for box in BOXES}
    assert [(box, names[box][state], event.name) for box, state, event in sorted(seen & impossible)] == []
    missed = TRANSITIONS.keys() - seen - impossible
    assert [(box, names[box][state], event.name) for box, state, event in sorted(missed)] == []
