"""Tables of register signals (Q.441, Q.451; China No.1) and the recognition of line bits (Q.422)."""

from __future__ import annotations

import pytest

from switchsim.proto import r2
from switchsim.proto.r2 import codes
from switchsim.proto.r2.recognition import SKEW
from switchsim.units import ms

WEIGHTS = (0, 1, 2, 4, 7, 11)
"""Of the six frequencies (Q.441); the number of most signals is the sum of its two."""


def test_the_weights_of_a_signal() -> None:
    weights = {signal: (WEIGHTS[low], WEIGHTS[high]) for signal, (low, high) in codes.PAIRS.items()}
    assert {signal for signal, pair in weights.items() if sum(pair) == signal} == {*range(1, 10), 11, 12, 13}
    assert (weights[10], weights[14], weights[15]) == ((4, 7), (4, 11), (7, 11))


def test_frequencies_are_120_hz_apart() -> None:
    forward, backward = codes.FREQUENCIES["forward"], codes.FREQUENCIES["backward"]
    assert forward == tuple(range(1_380_000, 1_980_001, 120_000))
    assert backward == tuple(range(1_140_000, 539_999, -120_000))


def test_china_sends_backward_with_four_frequencies() -> None:
    assert {index for signal in codes.BACKWARD_SIGNALS_CHINA for index in codes.PAIRS[signal]} == {0, 1, 2, 3}


@pytest.mark.parametrize("digit", "0123456789")
def test_digits(digit: str) -> None:
    assert codes.signal_digit(codes.digit_signal(digit)) == digit
    assert codes.digit_signal("0") == 10


@pytest.mark.parametrize("table", codes.CAUSES)
def test_causes_both_ways(table: str) -> None:
    """Every signal has a cause, every cause a signal that the other side can read."""
    for signal, cause, sent in codes.CAUSES[table]:
        assert codes.cause_of(table, signal) == cause
        assert all(codes.signal_of(table, one) == signal for one in sent)
    assert all(codes.cause_of(table, codes.signal_of(table, cause)) is not None for cause in range(128))
    assert all(signal in range(1, 7) for signal, _, _ in codes.CAUSES[table]) or table in ("A", "B")


@pytest.mark.parametrize(
    ("variant", "kd", "table"),
    [("itu", 3, "B"), ("china", 1, "KB"), ("china", 2, "KB"), ("china", 3, "KB_LOCAL"), ("china", 4, "KB_LOCAL"),
     ("china", 5, "KB"), ("china", 6, "KB")],
)  # fmt: skip
def test_the_table_of_group_b_follows_kd(variant: str, kd: int, table: str) -> None:
    assert codes.table_b(variant, kd) == table


def test_busy_follows_kd() -> None:
    assert [codes.signal_of(table, 17) for table in ("B", "KB", "KB_LOCAL")] == [3, 2, 4]
    assert [codes.cause_of(table, 4) for table in ("B", "KB", "KB_LOCAL")] == [42, 34, 17]


@pytest.mark.parametrize("charge", [True, False])
def test_a_free_line_is_told_as_such(charge: bool) -> None:
    assert codes.free_signal("B", charge) == (6 if charge else 7)
    assert codes.free_signal("KB", charge) == codes.free_signal("KB_LOCAL", charge) == 1


@pytest.mark.parametrize("table", codes.CATEGORY)
def test_categories_both_ways(table: str) -> None:
    sent = [category for _, _, categories in codes.CATEGORY[table] for category in categories]
    assert len(set(sent)) == len(sent)
    for signal, _, categories in codes.CATEGORY[table]:
        assert all(codes.category_signal(table, category) == signal for category in categories)
    assert codes.category_signal(table, 200) in (1, 3)
    assert codes.category_of(table, 15) == codes.ORDINARY


@pytest.mark.parametrize("category", [9, 10, 11, 12, 13])
def test_categories_of_itu_pass(category: int) -> None:
    assert codes.category_of("II", codes.category_signal("II", category)) == category


def test_meanings_are_complete() -> None:
    for table in (codes.GROUP_I, codes.GROUP_II, codes.GROUP_A, codes.GROUP_B):
        assert tuple(table) == codes.SIGNALS
    for table in (codes.GROUP_A_CHINA, codes.KB, codes.KB_LOCAL, codes.KD):
        assert tuple(table) == codes.BACKWARD_SIGNALS_CHINA


# -- recognition -------------------------------------------------------------------------------------------------------


def test_a_code_counts_when_it_has_lasted() -> None:
    recogniser = r2.Recogniser()
    assert recogniser.push(0b0001) == (r2.StartTimer("recognise", ms(20)),)
    assert recogniser.push(0b0001) == ()
    assert recogniser.timer("recognise") == (r2.Recognised(0b00),)
    assert recogniser.timer("recognise") == ()


def test_what_returns_before_never_was() -> None:
    recogniser = r2.Recogniser()
    recogniser.push(0b1101)
    assert recogniser.push(0b1001) == (r2.StopTimer("recognise"),)
    assert recogniser.timer("recognise") == ()


@pytest.mark.parametrize("between", [0b0001, 0b1101])
def test_two_bits_that_change_apart_are_one_change(between: int) -> None:
    """Idle 10 to answered 01: whichever bit is first, the time runs from the second."""
    recogniser = r2.Recogniser()
    recogniser.push(between)
    assert recogniser.push(0b0101) == (r2.StartTimer("recognise", ms(20)),)
    assert recogniser.timer("recognise") == (r2.Recognised(0b01),)


@pytest.mark.parametrize("cd", range(4))
def test_c_and_d_are_not_looked_at(cd: int) -> None:
    recogniser = r2.Recogniser()
    assert recogniser.push(0b1000 | cd) == ()
    assert recogniser.push(0b0100 | cd) != ()


def test_recognition_outlasts_the_skew() -> None:
    with pytest.raises(ValueError, match="takes longer than the skew"):
        r2.Recogniser(cycles=SKEW)


def test_another_timer_is_not_ours() -> None:
    recogniser = r2.Recogniser()
    recogniser.push(0b0001)
    assert recogniser.timer("release") == ()
