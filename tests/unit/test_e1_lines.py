"""E1 directions in an engine: both levels, errors that are counted, slips, shifts, delays, loops, taps."""

from __future__ import annotations

import random

import pytest
from e1_line_bench import FLAGS, Line, statuses

from switchsim.dsp import e1
from switchsim.dsp.e1_lines import (
    ALL_TIMESLOTS,
    ERR_A,
    ERR_BIT,
    ERR_CAS_MFAS,
    ERR_CODE,
    ERR_CRC,
    ERR_CRC_MFAS,
    ERR_E,
    ERR_FAS,
    ERR_NFAS,
    ERR_SA,
    EV_CAS,
    EV_E1,
    EV_SSM,
    LOOP_NONE,
    LOOP_RECEIVED,
    LOOP_SENT,
    NO_SSM,
    TAP_OCTETS,
    E1Config,
    E1Error,
)
from switchsim.dsp.engine import CELL_ONES, NONE, Engine, EngineConfig, Event

HEALTHY = (0, 0)


# Both levels


def play(seed: int, flags: int, levels: bool) -> tuple[list[Event], list[bytes]]:
    """A healthy line on which things happen, its ways to bit level and back at random, or never."""
    acts, switching = random.Random(seed), random.Random(-seed)
    line = Line(flags=flags, phase=seed % 16, tick_cycles=1 + seed % 8, bits=False)
    engine, heard = line.engine, []
    engine.hdlc_listen(0, line.first[0] + 5)
    for _ in range(60):
        unit, what = acts.randrange(2), acts.randrange(6)
        if what == 0 and flags & e1.CAS:
            engine.e1_abcd(unit, acts.choice((1, 7, 15, 17, 31)), acts.randrange(16))
        elif what == 1:
            engine.e1_sa(unit, acts.randrange(32), acts.randrange(16))
        elif what == 2:
            engine.e1_slip(unit, acts.choice((1, -1)))
        elif what == 3:
            engine.hdlc_send(0, acts.randbytes(acts.randint(1, 60)))
            engine.connect(line.first[0] + 5, engine.first_hdlc_cell)
        elif what == 4:
            engine.e1_mute(unit, acts.random() < 0.2)
        if levels:
            for way in range(2):
                assert engine.e1_level(way, switching.random() < 0.6)
        line.run(acts.randint(1, 50))
        heard += line.heard()
    assert engine.e1_status(0) == engine.e1_status(1) == 0
    return line.events, heard


@pytest.mark.parametrize("flags", [FLAGS, e1.CAS, FLAGS | e1.CAS, 0], ids=["crc4", "cas", "crc4-cas", "plain"])
@pytest.mark.parametrize("seed", range(6))
def test_a_healthy_line_is_the_same_at_both_levels(seed: int, flags: int) -> None:
    octet_level, bit_level = play(seed, flags, levels=False), play(seed, flags, levels=True)
    assert octet_level[0] == bit_level[0]
    assert octet_level[1] == bit_level[1]
    assert len(octet_level[1]) > 900


def test_octet_level_costs_nothing_when_nothing_changes() -> None:
    engine = Engine(EngineConfig(n_switched=64, n_e1=2))
    for unit in range(2):
        engine.e1_define(unit, E1Config(first_cell=engine.first_switched_cell + 32 * unit, flags=FLAGS))
    engine.run(8000)
    before = engine.snapshot()
    engine.run(80_000_000)  # a jump: nothing is computed
    assert engine.now == 80_000_000
    assert len(before) == len(engine.snapshot())


def test_a_snapshot_at_bit_level_goes_on() -> None:
    line = Line(flags=FLAGS | e1.CAS)
    line.inject(kind=ERR_BIT, random=1, rate_ppb=3_000_000, bits=0xFF, key=5)
    line.engine.e1_delay(1, 40)
    line.run(1003)
    kept = line.engine.snapshot()
    first = line.run(5000), line.engine.snapshot()
    line.engine.restore(kept)
    assert (line.run(5000), line.engine.snapshot()) == first


# Errors: exactly as many as were asked for


@pytest.mark.parametrize(("kind", "bits", "flags", "counter", "each"), [
    (ERR_FAS, 0x40, FLAGS, "fas_errors", 1),
    (ERR_FAS, 0x03, FLAGS, "fas_bit_errors", 2),
    (ERR_CRC, 8, FLAGS, "crc_errors", 1),
    (ERR_CRC, 3, FLAGS, "crc_errors", 1),
    (ERR_BIT, 0xFF, FLAGS, "crc_errors", 1),
    (ERR_CODE, 0xFF, FLAGS, "code_violations", 1),
])  # fmt: skip
def test_count_n_makes_exactly_n_errors(kind: int, bits: int, flags: int, counter: str, each: int) -> None:
    line = Line(flags=flags)
    spacing = 4000 if kind in (ERR_BIT, ERR_CODE) else 3
    line.inject(kind=kind, bits=bits, count=17, skip=5, spacing=spacing)
    line.run(4000)
    assert line.engine.e1_injected(0, 0) == 17
    assert getattr(line.engine.e1_counters(0), counter) == 17 * each
    assert not statuses(line.events, EV_E1)


def test_e_bits_tell_the_other_end_how_many_blocks_were_in_error() -> None:
    line = Line()
    line.inject(kind=ERR_CRC, bits=8, count=11, spacing=2)
    line.run(2000)
    assert line.engine.e1_counters(0).crc_errors == 11
    assert line.engine.e1_counters(1).e_errors == 11
    assert line.engine.e1_counters(0).e_errors == line.engine.e1_counters(1).crc_errors == 0


def test_forced_e_bits_are_no_errors_of_the_check_bits() -> None:
    line = Line()
    line.inject(kind=ERR_E, count=5, spacing=2)
    line.run(2000)
    counts = line.engine.e1_counters(0)
    assert (counts.e_errors, counts.crc_errors) == (5, 0)


def test_bit_2_a_and_sa_bits_are_inverted_in_frames_without_alignment_word() -> None:
    line = Line()
    line.inject(kind=ERR_NFAS, count=3, slot=0)
    line.inject(kind=ERR_A, count=2, slot=1)
    line.inject(kind=ERR_SA, bits=0x05, count=4, slot=2)
    line.engine.e1_tap(0, True)
    line.run(32)
    tapped = line.engine.e1_tap_drain(0)
    nfas = [octet for octet in tapped[::32] if octet & 0x7F != 0x1B]
    assert [not octet & 0x40 for octet in nfas[:6]] == [True, True, True, False, False, False]
    assert [bool(octet & 0x20) for octet in nfas[:6]] == [True, True, False, False, False, False]
    assert [octet & 0x05 for octet in nfas[:6]] == [0, 0, 0, 0, 5, 5]
    line.run(2000)
    assert line.engine.e1_counters(0).crc_errors == 0
    assert not line.events


def test_three_errored_alignment_words_lose_the_frame_and_two_do_not() -> None:  # G.706 4.1.1
    line = Line()
    line.inject(kind=ERR_FAS, bits=0x7F, count=2)
    line.run(1000)
    assert not line.events
    line.inject(kind=ERR_FAS, bits=0x7F, count=3)
    events = line.run(1000)
    assert statuses(events, EV_E1)[0][1] & e1.LOF
    assert line.engine.e1_status(0) == 0
    assert line.engine.e1_counters(0).frame_losses == 1


def test_multiframe_alignment_words_in_error() -> None:
    line = Line(flags=FLAGS | e1.CAS)
    line.inject(kind=ERR_CAS_MFAS, bits=15, count=1, slot=0)
    line.inject(kind=ERR_CRC_MFAS, bits=63, count=3, slot=1)
    line.run(400)
    assert not statuses(line.events, EV_E1)
    line.inject(kind=ERR_CAS_MFAS, bits=15, count=2)  # G.732 5.2: two running
    events = line.run(400)
    assert statuses(events, EV_E1)[0][1] == e1.LOCAS
    assert line.engine.e1_status(0) == 0


def test_masks_and_spacing_say_which_bits() -> None:
    clean, hit = Line(), Line()
    hit.inject(kind=ERR_BIT, timeslots=1 << 4 | 1 << 31, bits=0x81, skip=1, spacing=3, count=5)
    for line in (clean, hit):
        line.engine.e1_tap(0, True)
        line.run(32)
    pairs = zip(clean.engine.e1_tap_drain(0), hit.engine.e1_tap_drain(0), strict=True)
    wrong = [(at // 32, at % 32, a ^ b) for at, (a, b) in enumerate(pairs) if a != b]
    # Opportunities: TS4 bit 1, TS4 bit 8, TS31 bit 1, TS31 bit 8, and so on; the second and each third after it are hit.
    assert wrong == [(0, 4, 0x01), (1, 4, 0x80), (1, 31, 0x01), (2, 31, 0x80), (3, 4, 0x01)]


@pytest.mark.parametrize(("rate_ppb", "seconds"), [(500_000_000, 0.01), (10_000_000, 0.5), (100_000, 4), (10_000, 8)])
def test_random_errors_come_at_their_rate(rate_ppb: int, seconds: float) -> None:
    line = Line(bits=False, n_sources=62)
    line.engine.pattern_stop(0)
    line.engine.pattern_stop(1)
    line.engine.e1_level(0, True)
    line.inject(kind=ERR_BIT, random=1, rate_ppb=rate_ppb, bits=0xFF, timeslots=ALL_TIMESLOTS & ~1, key=77)
    cycles = round(8000 * seconds)
    line.run(cycles)
    opportunities = 248 * cycles
    expected = opportunities * rate_ppb / 1e9
    assert abs(line.engine.e1_injected(0, 0) - expected) < 5 * expected**0.5


def test_the_smallest_rate_waits_long_and_the_same_key_gives_the_same() -> None:
    results = []
    for key in (1, 1, 2):
        line = Line(bits=False)
        line.engine.e1_level(0, True)
        line.inject(kind=ERR_BIT, random=1, rate_ppb=1_000_000, bits=0xFF, key=key)
        line.run(800)
        results.append(line.engine.snapshot())
    assert results[0] == results[1] != results[2]
    line.inject(kind=ERR_BIT, random=1, rate_ppb=1, bits=0xFF, key=3)
    line.run(800)
    assert line.engine.e1_injected(0, 0) == 0


def test_code_errors_without_the_line_code_and_other_refusals() -> None:
    line = Line(flags=0)
    good = {"kind": ERR_BIT, "bits": 0xFF}
    line.inject(**good)
    for change in (
        {"kind": ERR_CODE}, {"kind": ERR_CRC, "bits": 8}, {"kind": ERR_E}, {"kind": ERR_CAS_MFAS, "bits": 15},
        {"kind": 0}, {"kind": 11}, {"bits": 0}, {"bits": 0x100}, {"timeslots": 0}, {"spacing": 0},
        {"kind": ERR_FAS, "bits": 0x80}, {"kind": ERR_SA, "bits": 32}, {"random": 1, "rate_ppb": 500_000_001},
        {"random": 1, "rate_ppb": 0}, {"slot": 8}, {"unit": 2},
    ):  # fmt: skip
        with pytest.raises(ValueError, match="e1_inject"):
            line.inject(**(good | change))
    with pytest.raises(ValueError, match="e1_inject"):
        Line(bits=False).inject(**good)


def test_a_code_error_inside_a_substitution_makes_bit_errors_as_a_decoder_would() -> None:
    line = Line()
    line.engine.pattern_stop(0)  # idle octets in the timeslots
    quiet = Line()
    quiet.engine.pattern_stop(0)
    line.inject(kind=ERR_CODE, bits=0xFF, spacing=1, skip=3, count=40)
    for one in (line, quiet):
        one.engine.e1_tap(0, True)
        one.run(16)
    assert line.engine.e1_tap_drain(0) != quiet.engine.e1_tap_drain(0)
    line.run(100)
    line.engine.e1_tap_drain(0)
    line.run(8)
    quiet.run(100)
    quiet.engine.e1_tap_drain(0)
    quiet.run(8)
    assert line.engine.e1_tap_drain(0) == quiet.engine.e1_tap_drain(0)  # and nothing of it stays


# Slips


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
    line.run(400)
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


def test_a_local_loop_brings_back_what_is_sent_a_row_later() -> None:
    line = Line()
    line.run(80)
    line.engine.e1_loop(0, 1, LOOP_SENT)  # B hears itself; the frames' numbers are 8 later: the multiframe is found anew
    line.run(800)
    line.heard()
    sent = Line()
    sent.run(800 + 80 + 8)
    line.engine.e1_loop(0, 1, LOOP_NONE)
    events = statuses(line.events, EV_E1)
    assert all(status in (0, e1.LOCRC) for _, status in events)
    assert events[-1][1] == 0


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
    line.engine.e1_loop(0, 1, LOOP_RECEIVED)
    line.engine.e1_loop(1, 0, LOOP_RECEIVED)
    line.run(8000)
    assert line.engine.e1_status(0) == line.engine.e1_status(1) == 0  # eight healthy frames go round and round


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
    assert Line(flags=0).engine.e1_received(0) == (31, NO_SSM)


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
    fas = [frame for frame in range(0, len(frames) // 32) if frames[32 * frame] & 0x7F == 0x1B]
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
