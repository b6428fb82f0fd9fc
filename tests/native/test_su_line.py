"""The receiver of signal units clause by clause (Q.703 2, 4, 10); the core and its reference hear the same bits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from su_rig import Both, line_of

from switchsim.dsp.engine import (
    EV_AERM,
    EV_SU,
    EV_SU_BAD,
    EV_SU_COUNTING,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    MONITOR_AERM,
    MONITOR_NONE,
    MONITOR_SUERM,
    EngineConfig,
)
from switchsim.dsp.reference import hdlc

FLAG = hdlc.FLAG
FISU, OTHER_FISU, SIO = b"\xff\xff\x00", b"\x80\xff\x00", b"\xff\xff\x01\x00"
MSU = b"\xff\x80\x07" + b"\x85abcdef"
FCS, ABORT, SHORT, LONG, ALIGN = 1, 2, 3, 4, 5


def msu(sif_octets: int) -> bytes:
    """A message with this much signalling information."""
    return bytes([0xFF, 0x81, min(sif_octets + 1, 63), 0x85]) + bytes(i * 37 & 0xFF for i in range(sif_octets))


def raw(octets: bytes) -> list[int]:
    """Stuffed bits of octets without check bits added."""
    return hdlc.stuff(hdlc.octet_bits(octets))


def bad(unit: bytes) -> list[int]:
    """Stuffed bits of a unit whose check bits are inverted."""
    return raw(unit + (hdlc.fcs(unit) ^ 0xFFFF).to_bytes(2, "little"))


@pytest.fixture
def both() -> Both:
    made = Both(EngineConfig(tick_cycles=8, n_sources=1, n_su_rx=1))
    made.listen(0, made.first_source_cell)
    return made


def heard(both: Both, *pieces: Sequence[int]) -> list[tuple[int, int, bytes] | tuple[int, int]]:
    """(EV_SU, repeats before, octets) and (kind, a) of what these bits bring."""
    return [(event.kind, event.b >> 16, event.octets) if event.kind == EV_SU else (event.kind, event.a)
            for event in both.hear(line_of(*pieces))]


def units(*octets: bytes) -> list[tuple[int, int, bytes]]:
    return [(EV_SU, 0, unit) for unit in octets]


def test_2_2_units_of_all_kinds(both: Both) -> None:
    found = heard(both, FLAG, FISU, FLAG, SIO, FLAG, b"\xff\xff\x02\x00\x00", FLAG, MSU, FLAG, msu(62), FLAG, msu(272))
    assert found == units(FISU, SIO, b"\xff\xff\x02\x00\x00", MSU, msu(62), msu(272))
    assert both.counts(0)[:4] == (6, 3, 8 - 1 + 63 + 273, 0)


@pytest.mark.parametrize("shift", range(8))
def test_3_1_a_unit_is_found_at_every_bit_offset(both: Both, shift: int) -> None:
    assert heard(both, [0] * shift, FLAG, MSU, FLAG, MSU) == units(MSU, MSU)


def test_3_1_several_flags_and_flags_that_share_a_zero(both: Both) -> None:
    assert heard(both, FLAG * 4, MSU, FLAG * 3, FISU, FLAG, FLAG[1:], FLAG[1:], SIO) == units(MSU, FISU, SIO)


def test_3_2_zeros_after_five_ones_are_taken_out(both: Both) -> None:
    ones = b"\xff\xff\x3f" + b"\xff" * 200
    assert heard(both, FLAG, ones, FLAG, ones) == units(ones, ones)


@pytest.mark.parametrize("n_bits", [1, 7, 8, 31, 32, 39])
def test_4_1_3_less_than_five_octets(both: Both, n_bits: int) -> None:
    found = heard(both, FLAG, FISU, FLAG, ([1, 0, 1, 0] * 10)[:n_bits], FLAG, OTHER_FISU)
    assert found == [*units(FISU), (EV_SU_BAD, SHORT), *units(OTHER_FISU)]


@pytest.mark.parametrize("extra", range(1, 8))
def test_4_1_3_no_whole_number_of_octets(both: Both, extra: int) -> None:
    found = heard(both, FLAG, FISU, FLAG, hdlc.encode(MSU) + ([0, 1] * 4)[:extra], FLAG, MSU)
    assert found == [*units(FISU), (EV_SU_BAD, ALIGN), *units(MSU)]


def test_4_2_check_bits_that_do_not_agree(both: Both) -> None:
    assert heard(both, FLAG, MSU, FLAG, bad(MSU), FLAG, bad(FISU), FLAG, MSU) == [
        *units(MSU), (EV_SU_BAD, FCS), *units(MSU)]
    assert both.counts(0)[3:] == (2, 0, 0, 2, 0, 0, 0, 0)


@pytest.mark.parametrize(("octets", "found"), [
    (276, []), (277, [(EV_SU_BAD, LONG)]), (278, [(EV_SU_BAD, LONG), (EV_SU_COUNTING, 1), (EV_SU_COUNTING, 0)]),
])  # fmt: skip
def test_4_1_4_the_longest_unit_one_octet_more_and_lost_alignment(both: Both, octets: int,
                                                                  found: list[tuple[int, int]]) -> None:
    """278 octets with the check bits are a unit, 279 one in error, of a 280th octet counting begins."""
    unit = b"\xff\xff\x3f" + bytes(octets - 3)
    expected = [*units(FISU), *(units(unit) if not found else found[:2]), *units(MSU), *found[2:]]
    assert sorted(heard(both, FLAG, FISU, FLAG, unit, FLAG, MSU), key=str) == sorted(expected, key=str)
    assert both.counts(0).errors == (octets == 277)


@pytest.mark.parametrize(("ones", "counting"), [(5, False), (6, False), (7, True), (8, True), (15, True), (40, True)])
def test_4_1_4_seven_ones_begin_octet_counting(both: Both, ones: int, counting: bool) -> None:
    """Six ones and a zero are a flag: the unit before it is too short."""
    found = heard(both, FLAG, FISU, FLAG, [0, 1] * 8, [0], [1] * ones, [0], FLAG, MSU, FLAG, SIO)
    expected = [(EV_SU_BAD, ABORT if counting else SHORT), (EV_SU_COUNTING, 1), (EV_SU_COUNTING, 0)]
    assert [x for x in found if x[0] == EV_SU] == units(FISU, MSU, SIO)
    assert [x for x in found if x[0] != EV_SU] == (expected if counting else expected[:1])


def test_4_1_4_octet_counting_ends_with_a_correct_unit_only(both: Both) -> None:
    found = heard(both, FLAG, MSU, [1] * 9, [0], FLAG, bad(MSU), FLAG, [0] * 9, FLAG, MSU)
    kinds = [x[0] for x in found]
    assert kinds == [EV_SU_BAD, EV_SU_COUNTING, EV_SU, EV_SU_COUNTING]
    assert both.counts(0).errors == 1  # sixteen octets while counting, and nothing for the bad units
    assert both.counts(0)[4:] == (1, 16, 1, 1, 1, 0, 0)


@pytest.mark.parametrize("octets", [0, 1, 15, 16, 17, 31, 32, 500])
def test_10_2_2_sixteen_octets_are_an_error(both: Both, octets: int) -> None:
    both.hear(line_of(FLAG, FISU, FLAG))
    both.hear(b"\xff" * (octets + 1))
    assert both.counts(0).errors == (octets * 8 + 1) // 128  # the seventh one begins it
    assert both.counts(0).countings == 1


def test_before_the_first_flag_no_unit_is_in_error(both: Both) -> None:
    assert heard(both, [0, 1, 0, 0] * 30, FLAG, FISU) == units(FISU)
    assert both.counts(0) == (1, *[0] * 10)


def test_a_line_without_flags_is_lost_alignment(both: Both) -> None:
    assert heard(both, [0, 1, 0, 0] * 2000, FLAG, FISU) == [
        (EV_SU_BAD, LONG), (EV_SU_COUNTING, 1), *units(FISU), (EV_SU_COUNTING, 0)]


def test_what_repeats_is_kept_back_and_counted(both: Both) -> None:
    assert heard(both, *[FLAG, FISU] * 50, FLAG, MSU, FLAG, MSU, *[FLAG, FISU] * 3, *[FLAG, OTHER_FISU] * 2,
                 *[FLAG, SIO] * 7) == [
        (EV_SU, 0, FISU), (EV_SU, 49, MSU), (EV_SU, 0, MSU), (EV_SU, 0, FISU), (EV_SU, 2, OTHER_FISU), (EV_SU, 1, SIO)]
    assert both.repeats(0) == 6
    assert both.counts(0).good == 64


def test_a_bad_unit_between_two_alike_is_not_between_them(both: Both) -> None:
    found = heard(both, FLAG, FISU, FLAG, bad(MSU), FLAG, FISU)
    assert found == [*units(FISU), (EV_SU_BAD, FCS)]
    assert both.repeats(0) == 1


@pytest.mark.parametrize("unit", [b"\xff\xff\x00abc", b"\xff\xff\x02\x00\x00\x00", b"\xff\xff\x03"])
def test_no_fill_in_and_no_status_unit_is_kept_back(both: Both, unit: bytes) -> None:
    """The length indicator is not held to the length here; what is longer or no status is told each time."""
    assert heard(both, *[FLAG, unit] * 3) == units(unit, unit, unit)


@pytest.mark.parametrize(("limit", "errors", "kinds"), [
    (4, 3, []), (4, 4, [EV_AERM, EV_SU_PROVED_AGAIN]), (4, 9, [EV_AERM, EV_SU_PROVED_AGAIN]),
    (1, 1, [EV_AERM, EV_SU_PROVED_AGAIN]), (1, 0, []),
])  # fmt: skip
def test_10_3_alignment_error_rate_monitor(both: Both, limit: int, errors: int, kinds: list[int]) -> None:
    both.monitor(0, MONITOR_AERM, limit)
    found = both.hear(line_of(FLAG, SIO, *[FLAG, bad(SIO)] * errors, *[FLAG, SIO] * 3))
    assert [event.kind for event in found if event.kind in (EV_AERM, EV_SU_PROVED_AGAIN, EV_SUERM)] == kinds


def test_10_3_started_again_the_monitor_counts_from_zero(both: Both) -> None:
    for _ in range(3):
        both.monitor(0, MONITOR_AERM, 4)
        assert EV_AERM not in [event.kind for event in both.hear(line_of(FLAG, SIO, *[FLAG, bad(SIO)] * 3))]


@pytest.mark.parametrize(("good", "errors"), [(0, 64), (1, 64), (4, 65), (250, None), (255, None)])
def test_10_2_signal_unit_error_rate_monitor(both: Both, good: int, errors: int | None) -> None:
    """One error with so many good units after it, over and over: after which the link fails, of 70 of them at most."""
    both.monitor(0, MONITOR_SUERM, 64)
    line = line_of(FLAG, bad(FISU), *[FLAG, FISU] * good)
    both.hear(line_of(FLAG, FISU))
    failed = [number for number in range(1, 71) if EV_SUERM in [event.kind for event in both.hear(line)]]
    assert failed == ([] if errors is None else [errors])


def test_10_2_each_256_units_take_one_error_back(both: Both) -> None:
    both.monitor(0, MONITOR_SUERM, 3)
    kinds = [EV_SUERM in [event.kind for event in both.hear(line_of(FLAG, bad(FISU), *[FLAG, FISU] * good))]
             for good in (255, 100, 0, 0)]
    assert kinds == [False, False, False, True]  # 1 - 1, 1, 2, 3


def test_10_2_octet_counting_fails_a_dead_link_in_128_ms(both: Both) -> None:
    both.monitor(0, MONITOR_SUERM, 64)
    both.hear(line_of(FLAG, FISU))
    start = both.now
    failures = [event.at - start for event in both.hear(b"\xff" * 1200) if event.kind == EV_SUERM]
    assert failures == [64 * 16]


def test_a_monitor_that_is_stopped_says_nothing(both: Both) -> None:
    both.monitor(0, MONITOR_AERM, 1)
    both.monitor(0, MONITOR_NONE)
    found = both.hear(line_of(FLAG, SIO, *[FLAG, bad(SIO)] * 9, FLAG, SIO))
    assert [event.kind for event in found] == [EV_SU, EV_SU_BAD]


def test_listening_again_forgets_all(both: Both) -> None:
    both.monitor(0, MONITOR_SUERM, 2)
    both.hear(line_of(*[FLAG, FISU] * 9, FLAG, bad(FISU)))
    both.listen(0, both.first_source_cell)
    assert both.counts(0) == (0,) * 11
    assert both.repeats(0) == 0
    assert heard(both, FLAG, bad(FISU), FLAG, bad(FISU), FLAG, FISU) == [(EV_SU_BAD, FCS), *units(FISU)]
