"""The transmitter of signal units (Q.703 2.2, 3, 11.2.2): queue, fill-in, acknowledgement, faults made on purpose."""

from __future__ import annotations

import pytest
from su_rig import Both

from switchsim.dsp.engine import (
    EV_SU,
    EV_SU_BAD,
    EV_SU_COUNTING,
    EV_SU_LOW,
    MONITOR_SUERM,
    NONE,
    SU_ABORT,
    SU_BAD_FCS,
    SU_FIRST,
    SU_QUEUE,
    SU_RAW,
    SU_VERBATIM,
    Engine,
    EngineConfig,
)
from switchsim.dsp.reference import hdlc

FISU, SIOS = b"\xff\xff\x00", b"\xff\xff\x01\x03"


def msu(number: int, octets: int = 10) -> bytes:
    """Message unit number 0..127 with this many octets of SIO and SIF."""
    return bytes([0xFF, 0x80 | number, min(octets, 63)]) + bytes((number + i) & 0xFF for i in range(octets))


@pytest.fixture
def both() -> Both:
    made = Both(EngineConfig(tick_cycles=8, n_su_tx=1, n_su_rx=1))
    made.listen(0, made.first_su_cell)
    return made


def told(both: Both, cycles: int) -> list[bytes]:
    """The units told within so many cycles."""
    return [event.octets for event in both.run(both.now + cycles) if event.kind == EV_SU]


def test_a_new_transmitter_sends_flags(both: Both) -> None:
    assert both.run(8000) == []
    assert both.counts(0) == (0,) * 11
    assert both.sent(0) == (0, 0, 0)


def test_the_fill_in_unit_is_sent_over_and_over(both: Both) -> None:
    both.fill(0, FISU)
    both.run(8000)
    assert both.sent(0).units == both.counts(0).good + 1 == both.repeats(0) + 2
    both.fill(0, SIOS)
    assert told(both, 80) == [SIOS]
    both.fill(0, b"")
    assert told(both, 80) == []
    sent = both.sent(0)
    both.run(both.now + 800)
    assert both.sent(0) == sent


def test_an_idle_link_does_not_stop_the_clock() -> None:
    engine = Engine(EngineConfig(tick_cycles=8, n_su_tx=1, n_su_rx=1))
    engine.su_fill(0, FISU)
    engine.su_listen(0, engine.first_su_cell)
    engine.su_monitor(0, MONITOR_SUERM, 64)
    assert [event.octets for event in engine.run(80)] == [FISU]
    assert engine.run(800_000) == []
    assert engine.now == 800_000
    assert engine.su_repeats(0) == 0xFFFF
    assert engine.su_counters(0).good > 0xFFFF


def test_a_snapshot_taken_within_a_unit_goes_on_alike() -> None:
    config = EngineConfig(tick_cycles=8, n_su_tx=1, n_su_rx=1)
    engine, other = Engine(config), Engine(config)
    engine.su_listen(0, engine.first_su_cell)
    engine.su_fill(0, FISU)
    for number in range(8):
        engine.su_send(0, msu(number, 50))
    engine.run(83)
    other.restore(engine.snapshot())
    for until in (84, 100, 333, 900):
        while engine.now < until:
            assert engine.run(until) == other.run(until)
    assert engine.snapshot() == other.snapshot()


def test_units_leave_in_order_with_one_flag_between(both: Both) -> None:
    units = [msu(i, 3 + 17 * i) for i in range(SU_QUEUE)]
    assert all(both.send(0, unit) for unit in units)
    assert not both.send(0, FISU)
    n_bits = 8 + sum(len(hdlc.encode(unit)) + 8 for unit in units)
    assert told(both, n_bits // 64 * 8 + 8) == units
    assert both.sent(0) == (SU_QUEUE, SU_QUEUE, sum(map(len, units)) - 3 * SU_QUEUE)


def test_a_single_status_unit_goes_before_all_that_waits(both: Both) -> None:
    for number in range(4):
        both.send(0, msu(number))
    both.run(8)
    both.send(0, SIOS, SU_FIRST)
    both.send(0, b"\xff\xff\x01\x05", SU_FIRST)
    assert told(both, 120) == [msu(0), b"\xff\xff\x01\x05", SIOS, msu(1), msu(2), msu(3)]


def test_the_acknowledgement_is_put_in_as_a_unit_begins(both: Both) -> None:
    both.fill(0, FISU)
    both.send(0, msu(0))
    both.send(0, msu(1))
    both.send(0, msu(2), SU_VERBATIM)
    both.run(8)
    both.ack(0, 0x85)
    found = told(both, 120)
    assert found == [msu(0), b"\x85" + msu(1)[1:], msu(2), b"\x85" + FISU[1:]]
    both.ack(0, 0x86)
    assert told(both, 40) == [b"\x86" + FISU[1:]]
    both.fill(0, FISU, verbatim=True)
    both.ack(0, 0x87)
    assert told(both, 40) == [FISU]


@pytest.mark.parametrize("level", [0, 1, 3])
def test_a_notice_when_few_units_wait(both: Both, level: int) -> None:
    for number in range(6):
        both.send(0, msu(number, 40))
    both.notify(0, level)
    low = [(event.at, event.unit) for event in both.run(4000) if event.kind == EV_SU_LOW]
    n_bits = 8 + sum(len(hdlc.encode(msu(number, 40))) + 8 for number in range(5 - level))
    assert low == [(n_bits // 8, 0)]


def test_a_notice_at_once_when_it_is_so_already_and_one_taken_back(both: Both) -> None:
    both.run(80)
    both.notify(0, 2)
    assert [(event.kind, event.at) for event in both.run(200)] == [(EV_SU_LOW, 80)]
    both.send(0, msu(1))
    both.notify(0, 0)
    both.notify(0, NONE)
    assert [event.kind for event in both.run(400)] == [EV_SU]


def test_units_not_begun_are_forgotten(both: Both) -> None:
    for number in range(5):
        both.send(0, msu(number))
    both.notify(0, 0)
    both.run(24)  # the second one has begun
    assert both.waiting(0) == 3
    assert both.flush(0) == 3
    assert both.flush(0) == both.waiting(0) == 0
    assert [(event.kind, event.octets) for event in both.run(200)] == [(EV_SU_LOW, b""), (EV_SU, msu(1))]


def test_faults_on_purpose(both: Both) -> None:
    both.send(0, msu(0))
    both.send(0, msu(1), SU_BAD_FCS)
    both.send(0, msu(2), SU_ABORT)
    both.send(0, msu(3))
    both.send(0, b"\x01\x02\x03\x04", SU_RAW)
    both.send(0, msu(4))
    both.send(0, bytes(290), SU_RAW)
    both.send(0, msu(5))
    found = both.run(800)
    assert [event.octets for event in found if event.kind == EV_SU] == [msu(n) for n in (0, 3, 4, 5)]
    assert [event.a for event in found if event.kind == EV_SU_BAD] == [1, 3, 4]
    assert [event.a for event in found if event.kind == EV_SU_COUNTING] == [1, 0, 1, 0]
    assert both.counts(0)[6:] == (1, 1, 1, 1, 0)


def test_raw_octets_bring_their_own_check_bits(both: Both) -> None:
    unit = msu(9)
    both.send(0, unit + hdlc.fcs(unit).to_bytes(2, "little"), SU_RAW)
    assert told(both, 80) == [unit]


@pytest.mark.parametrize(("octets", "flags"), [
    (2, 0), (277, 0), (0, SU_RAW), (301, SU_RAW), (277, SU_ABORT), (10, 32), (10, -1),
])  # fmt: skip
def test_what_no_unit_is_is_refused(octets: int, flags: int) -> None:
    engine = Engine(EngineConfig(n_su_tx=1))
    with pytest.raises((ValueError, OverflowError)):
        engine.su_send(0, bytes(octets), flags)
    assert engine.su_waiting(0) == 0


def test_values_out_of_their_range_are_refused() -> None:
    engine = Engine(EngineConfig(n_su_tx=1, n_su_rx=1))
    before = engine.snapshot()
    for act in (lambda: engine.su_fill(0, b"ab"), lambda: engine.su_fill(0, b"abcdef"), lambda: engine.su_fill(1, FISU),
                lambda: engine.su_ack(0, 256), lambda: engine.su_ack(1, 0), lambda: engine.su_notify(0, SU_QUEUE + 1),
                lambda: engine.su_listen(1, 0), lambda: engine.su_listen(0, 99), lambda: engine.su_monitor(0, 3, 1),
                lambda: engine.su_monitor(0, 1, 0), lambda: engine.su_counters(1), lambda: engine.su_tx_counters(1)):
        with pytest.raises(ValueError, match="out of range"):
            act()
    assert engine.snapshot() == before
