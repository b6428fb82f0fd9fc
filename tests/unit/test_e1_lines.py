"""E1 directions in an engine: both levels, and errors that are counted."""

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
    EV_E1,
    E1Config,
)
from switchsim.dsp.engine import Engine, EngineConfig, Event

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
])  # fmt: skip
def test_count_n_makes_exactly_n_errors(kind: int, bits: int, flags: int, counter: str, each: int) -> None:
    line = Line(flags=flags)
    spacing = 4000 if kind == ERR_BIT else 3
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
    # Opportunities: TS4 bit 1, TS4 bit 8, TS31 bit 1, TS31 bit 8, and so on; the second is hit and each third after it.
    assert wrong == [(0, 4, 0x01), (1, 4, 0x80), (1, 31, 0x01), (2, 31, 0x80), (3, 4, 0x01)]


@pytest.mark.parametrize(("rate_ppb", "seconds"), [(500_000_000, 0.01), (10_000_000, 0.5), (100_000, 4), (10_000, 8)])
def test_random_errors_come_at_their_rate(rate_ppb: int, seconds: float) -> None:
    line = Line(bits=False)
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


def test_code_errors_where_nothing_is_substituted_are_violations_and_no_more() -> None:  # G.703 annex A
    line = Line()
    line.engine.pattern_stop(0)  # idle octets in the timeslots: never two zeros running
    line.run(16)
    line.inject(kind=ERR_CODE, bits=0xFF, timeslots=ALL_TIMESLOTS & ~3, count=29, spacing=7)
    line.run(400)
    counts = line.engine.e1_counters(0)
    assert (line.engine.e1_injected(0, 0), counts.code_violations) == (29, 29)
    assert (counts.crc_errors, counts.fas_errors) == (0, 0)


def test_a_code_error_inside_a_substitution_makes_bit_errors_as_a_decoder_would() -> None:
    line, quiet = Line(), Line()
    for one in (line, quiet):
        one.run(16)
        one.engine.e1_tap(0, True)
    line.inject(kind=ERR_CODE, bits=0xFF, skip=3, count=40)
    for one in (line, quiet):
        one.run(16)
    assert line.engine.e1_tap_drain(0) != quiet.engine.e1_tap_drain(0)
    line.run(100)
    line.engine.e1_tap_drain(0)
    line.run(8)
    quiet.run(100)
    quiet.engine.e1_tap_drain(0)
    quiet.run(8)
    assert line.engine.e1_tap_drain(0) == quiet.engine.e1_tap_drain(0)  # and nothing of it stays
