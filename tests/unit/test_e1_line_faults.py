"""E1 directions in an engine: slips, shifted bits, delays, loops, what is sent and received, taps, refusals."""

from __future__ import annotations

import pytest
from e1_line_bench import Line, statuses

from switchsim.assembly.share import EngineShare, together
from switchsim.dsp import e1
from switchsim.dsp.e1_lines import (
    ERR_FAS,
    EV_CAS,
    EV_E1,
    EV_SSM,
    LOOP_NONE,
    LOOP_RECEIVED,
    LOOP_SENT,
    TAP_OCTETS,
    E1Config,
)
from switchsim.dsp.engine import CELL_ONES, NONE, Engine, EngineConfig

# Slips

QUIET = 34_400
"""Cycles after which a direction is clean: 4.25 s, and what is on the way."""


@pytest.mark.parametrize("bits", [False, True], ids=["octet level", "bit level"])
@pytest.mark.parametrize("how", [1, -1])
@pytest.mark.parametrize("at", range(8))
def test_a_slip_damages_one_frame_of_every_timeslot(at: int, how: int, bits: bool) -> None:
    line, whole = Line(bits=bits, tick_cycles=1), Line(bits=bits, tick_cycles=1)
    for one in (line, whole):
        one.run(104 + at)
        if one is line:
            assert one.engine.e1_slip(0, how)
        one.run(50)
    good, slipped = whole.heard(), line.heard()
    hit = 104 + at + (how < 0 and at == 7)
    assert [k for k, pair in enumerate(zip(good, slipped, strict=True)) if pair[0] != pair[1]] == [hit]
    assert slipped[hit] == good[hit - how]
    assert all(a != b for a, b in zip(slipped[hit], good[hit], strict=True)) or how  # PRBS: some octets may agree


def test_a_second_slip_in_the_same_cycle_waits_for_nobody() -> None:
    line = Line()
    assert line.engine.e1_slip(0, 1)
    assert not line.engine.e1_slip(0, -1)
    line.run(8)
    assert line.engine.e1_slip(0, -1)
    with pytest.raises(ValueError, match="e1_slip"):
        line.engine.e1_slip(0, 2)


# Bits inserted and lost


@pytest.mark.parametrize("bit", [1, -1])
def test_a_bit_more_or_less_loses_the_frame_until_it_is_found_anew(bit: int) -> None:
    line = Line()
    line.run(200)
    line.engine.e1_shift(0, bit)
    events = statuses(line.run(2000), EV_E1)
    assert any(status & e1.LOF for _, status in events)
    assert events[-1][1] == 0
    assert line.engine.e1_counters(0).frame_losses == 1
    assert not line.engine.e1_level(0, False)
    line.heard()
    assert line.engine.e1_shift(0, 0)
    assert not line.run(2000)
    line.bring_down()


def test_a_bit_in_and_a_bit_out_are_none() -> None:
    line, whole = Line(), Line()
    for bit in (1, -1):
        line.engine.e1_shift(0, bit)
    for one in (line, whole):
        one.run(100)
    assert line.heard() == whole.heard()
    assert not line.events


def test_shifted_frames_come_one_later() -> None:
    line, whole = Line(), Line()
    line.engine.e1_shift(0, 1)
    for one in (line, whole):
        one.run(1600)
    assert line.heard()[800:] == whole.heard()[799:-1]


# Delay


def test_a_longer_line_is_silent_until_the_signal_has_run_through_it() -> None:
    line, whole = Line(), Line()
    for one in (line, whole):
        one.run(80)
    assert line.engine.e1_delay(0, 100)
    for one in (line, whole):
        one.run(1600)
    delayed, prompt = line.heard(), whole.heard()
    assert statuses(line.events, EV_E1)[0] == (80, e1.LOS)
    assert delayed[80 + 200:] == prompt[80 + 100 : -100]
    assert line.engine.e1_status(0) == 0
    line.engine.e1_delay(0, 2048)
    line.run(4000)
    assert line.engine.e1_delay(0, 0)
    line.run(QUIET)
    assert line.engine.e1_clean(0)


def test_eight_directions_can_be_delayed_and_no_ninth() -> None:
    line = Line(lines=5, bits=False)
    for unit in range(10):
        line.engine.e1_level(unit, True)
    assert [line.engine.e1_delay(unit, 7) for unit in range(10)] == [True] * 8 + [False] * 2
    assert line.engine.e1_delay(3, 0)
    assert line.engine.e1_delay(8, 1)
    with pytest.raises(ValueError, match="e1_delay"):
        line.engine.e1_delay(0, 2049)


# Loops


def test_a_local_loop_brings_back_what_is_sent_a_multiframe_later() -> None:
    line, whole = Line(), Line()
    line.run(80)
    line.engine.e1_loop(0, 1, LOOP_SENT)
    line.run(800)
    for k in range(31):
        whole.engine.record_start(k, whole.first[1] + k + 1)
    whole.run(880)
    assert line.heard()[80:] == whole.heard()[80 - 16 : -16]
    line.engine.e1_loop(0, 1, LOOP_NONE)
    line.run(QUIET)
    assert not line.events
    assert line.engine.e1_clean(0)
    assert line.engine.e1_counters(0).crc_errors == 4  # twice, two blocks in which one stream became the other


def test_a_line_loop_returns_errors_and_all() -> None:
    line = Line()
    line.engine.e1_loop(1, 0, LOOP_RECEIVED)
    line.run(400)
    before = line.engine.e1_counters(1)
    line.inject(kind=ERR_FAS, bits=0x7F, count=2)
    line.run(400)
    assert line.engine.e1_counters(0).fas_errors - 0 == 2
    assert line.engine.e1_counters(1).fas_errors - before.fas_errors == 2
    line.engine.e1_send(0, e1.SEND_AIS)
    line.run(100)
    assert line.engine.e1_status(1) & e1.AIS
    assert not line.engine.e1_level(0, False)  # somebody loops from it


def test_loops_of_loops_carry_bits_in_a_circle() -> None:
    line = Line()
    line.run(64)
    line.heard()
    line.engine.e1_loop(0, 1, LOOP_RECEIVED)
    line.engine.e1_loop(1, 0, LOOP_RECEIVED)
    line.run(320)
    heard = line.heard()
    assert heard[:-32] == heard[32:]  # two multiframes that go round and round
    assert not line.engine.e1_status(0) & (e1.LOS | e1.AIS | e1.LOF)


def test_an_overridden_cell_copies_the_other_one_and_its_connection_is_kept() -> None:
    line = Line(bits=False)
    engine, cell = line.engine, line.first[0] + 4
    engine.override(cell, line.first[1] + 4)
    engine.connect(cell, CELL_ONES)
    line.run(800)
    looped = [frame[3] for frame in line.heard()]
    whole = Line(bits=False)
    whole.engine.record_start(0, whole.first[1] + 4)
    whole.run(800)
    assert bytes(looped[8:]) == whole.engine.record_drain(0)[:-8]
    assert engine.connected(cell) == CELL_ONES
    engine.override(cell, NONE)
    line.run(16)
    assert line.heard()[-1][3] == 0xFF


# What is sent and received


def test_a_mute_receiver_gives_out_ones_at_both_levels() -> None:
    for bits in (False, True):
        line = Line(bits=bits)
        line.run(80)
        line.engine.e1_mute(0, True)
        line.run(80)
        assert set(line.heard()[80:]) == {b"\xff" * 31}
        line.engine.e1_mute(0, False)
        line.run(80)
        whole = Line(bits=bits)
        whole.run(240)
        assert line.heard() == whole.heard()[160:]


@pytest.mark.parametrize(("send", "status"), [
    (e1.SEND_NOTHING, e1.LOS), (e1.SEND_AIS, e1.AIS), (e1.SEND_UNFRAMED, e1.LOF), (e1.SEND_A, e1.RAI),
])  # fmt: skip
def test_what_the_sender_is_made_to_send_is_seen_and_passes(send: int, status: int) -> None:
    line = Line()
    line.engine.e1_send(0, send)
    line.run(800)
    assert line.engine.e1_status(0) & status
    assert set(line.heard()[-80:]) == {b"\xff" * 31} or send == e1.SEND_A
    assert not line.engine.e1_level(0, False)
    line.engine.e1_send(0, 0)
    line.run(800)
    assert line.engine.e1_status(0) == 0
    assert not line.engine.e1_clean(0)  # its windows still hold what was
    line.run(QUIET)
    assert line.engine.e1_clean(0)
    line.bring_down()
    with pytest.raises(ValueError, match="e1_send"):
        line.engine.e1_send(0, send)


@pytest.mark.parametrize("bits", [False, True])
def test_synchronization_status_comes_after_three_equal_nibbles(bits: bool) -> None:  # G.704 2.3.4
    line = Line(bits=bits, phase=0)
    line.run(100)  # frame 4 of the multiframe: the present nibble will be neither
    line.engine.e1_sa(0, 0b10110, 0b0010)
    line.run(100)
    assert [(event.at, event.a) for event in line.events if event.kind == EV_SSM] == [(127, 2)]
    assert line.engine.e1_received(0) == (0b10110 | 16, 2)
    assert Line(flags=0).engine.e1_received(0) == (31, e1.NO_SSM)


@pytest.mark.parametrize("bits", [False, True])
def test_signalling_bits_come_in_their_frame_of_the_multiframe(bits: bool) -> None:  # G.704 5.1.3.2
    line = Line(flags=e1.CAS, bits=bits)
    line.run(101)
    line.engine.e1_abcd(0, 3, 9)
    line.engine.e1_abcd(0, 20, 1)
    line.run(32)
    told = [(event.at, event.a, event.b) for event in line.events if event.kind == EV_CAS]
    assert told == [(115, 3, 9), (116, 20, 1)]
    assert line.engine.e1_abcd_received(0, 3) == 9
    for timeslot, abcd in ((0, 1), (16, 1), (32, 1), (1, 16)):
        with pytest.raises(ValueError, match="e1_abcd"):
            line.engine.e1_abcd(0, timeslot, abcd)


# Taps, refusals


def test_the_tap_keeps_frames_and_the_engine_stops_before_it_is_full() -> None:
    line = Line()
    assert line.engine.e1_tap(0, True)
    assert not line.engine.e1_tap(1, True)
    frames = b""
    for _ in range(20):
        line.engine.run(line.engine.now + 4000)
        frames += line.engine.e1_tap_drain(0)
        assert line.engine.now % (TAP_OCTETS // 64) == 0
    assert len(frames) == 32 * line.engine.now
    fas = [frame for frame in range(len(frames) // 32) if frames[32 * frame] & 0x7F == 0x1B]
    assert fas[:3] == [1, 3, 5]  # the phase is 3: odd cycles
    assert not line.engine.e1_level(0, False)
    assert line.engine.e1_tap(0, False)
    assert line.engine.e1_tap(1, True)


def test_bad_units_and_configurations_are_refused() -> None:
    engine = Engine(EngineConfig(n_switched=80, n_e1=2, n_lines=1))
    first = engine.first_switched_cell
    for config in (
        E1Config(first_cell=first - 1), E1Config(first_cell=first + 49), E1Config(first_cell=first, phase=16),
        E1Config(first_cell=first, los_intervals=9), E1Config(first_cell=first, ssm_sa=3),
        E1Config(first_cell=first, opposite=2), E1Config(first_cell=first, opposite=0),
        E1Config(first_cell=first, flags=16),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="e1_define"):
            engine.e1_define(0, config)
    engine.e1_define(0, E1Config(first_cell=first))
    with pytest.raises(ValueError, match="e1_define"):
        engine.e1_define(1, E1Config(first_cell=first + 31))
    with pytest.raises(ValueError, match="line_define"):
        engine.line_define(0, first + 10)
    for bits in (False, True):
        with pytest.raises(ValueError, match="e1_level"):
            engine.e1_level(1, bits)
    with pytest.raises(ValueError, match="e1_shift"):
        engine.e1_shift(0, 1)
    with pytest.raises(ValueError, match="e1_loop"):
        engine.e1_loop(0, 0, LOOP_SENT)
    assert engine.e1_level(0, False)
    assert not any(engine.e1_counters(0))


def test_a_machine_numbers_its_directions_from_zero() -> None:
    own = EngineConfig(n_switched=64, n_e1=2, n_sources=1)
    core = Engine(together([own, own]))
    share = EngineShare(core, own, before=own)
    for unit in range(2):
        first = share.first_switched_cell + 32 * unit
        share.e1_define(unit, E1Config(first_cell=first, opposite=unit ^ 1, flags=e1.CRC4))
    share.override(share.first_switched_cell + 3, share.first_source_cell)
    for unit in range(2):
        assert share.e1_level(unit, True)
    share.e1_loop(0, 1, LOOP_SENT)
    share.e1_send(1, e1.SEND_AIS)
    core.run(400)
    core.run(400)
    core.run(400)
    assert share.e1_status(0) == core.e1_status(2) == share.e1_status(1)
    assert share.e1_status(0) & e1.AIS
    assert core.e1_status(0) == 0
    with pytest.raises(ValueError, match="e1_level"):
        core.e1_level(0, True)
