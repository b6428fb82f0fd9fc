"""Figures of bit error rate tests: ratios in whole numbers, rows of measurements, what people and programs read."""

from __future__ import annotations

import json
from fractions import Fraction

import msgspec
import pytest
from by_hand import Row, records
from hypothesis import given
from hypothesis import strategies as st

from switchsim.model.line_events import PatternResult
from switchsim.report.bit_tests import ratio_text
from switchsim.report.figures import FIGURE_NAMES, FigureCounter, Figures
from switchsim.report.text import figure_pairs

TEN_MINUTES = 600 * 8000
FOUND: list[Row] = [
    (100, "farend/test/out", PatternResult("e1-0", "far", "1-31", "2^15-1", 42, 54_552_064, 396_850, 3, 2, 16, 1, 1)),
    (200, "north/farend/test/dead", PatternResult("n-0", "machine", "5", "qrss", 12, 0, 0, 0, 0, 12, 0, 0)),
    (300, "farend/test/out", PatternResult("e1-0", "far", "1-31", "2^9-1", 0, 1000, 0, 0, 0, 0, 0, 0)),
]  # fmt: skip


def figures(rows: list[Row]) -> Figures:
    counter = FigureCounter()
    for record in records(rows):
        counter.take(record)
    return counter.result(TEN_MINUTES)


@pytest.mark.parametrize(("part", "whole", "text"), [
    (0, 0, ""), (0, 1, "0"), (1, 1, "1.0"), (1, 2, "5.0e-1"), (1, 10, "1.0e-1"), (1, 10_000, "1.0e-4"),
    (1173, 20_032_448, "5.9e-5"), (994, 10_000, "9.9e-2"), (995, 10_000, "1.0e-1"), (999, 1000, "1.0"),
    (1, 10**18, "1.0e-18"), (125, 100_000, "1.3e-3"),
])  # fmt: skip
def test_a_ratio_has_two_digits(part: int, whole: int, text: str) -> None:
    assert ratio_text(part, whole) == text


@given(st.integers(1, 10**15), st.integers(0, 10**15))
def test_a_ratio_is_within_half_a_digit(part: int, more: int) -> None:
    exact = Fraction(part, part + more)
    text = ratio_text(part, part + more)
    head, _, exponent = text.partition("e-")
    unit = Fraction(1, 10 ** (int(exponent or 0) + 1))
    assert len(head) == 3
    assert head >= "1.0"
    assert abs(Fraction(text) - exact) <= unit / 2


def test_a_row_a_measurement_in_their_order() -> None:
    out, dead, again = figures(FOUND).tests
    assert (out.test, out.bit_error_ratio, out.availability_percent) == ("out", "7.3e-3", 61.9)
    assert (dead.test, dead.bit_error_ratio, dead.availability_percent) == ("dead", "", 0.0)
    assert (again.test, again.pattern, again.bit_error_ratio) == ("out", "2^9-1", "0")
    assert again.availability_percent == 100.0


def test_what_people_read() -> None:
    pairs = [(name, text) for name, text in figure_pairs(figures(FOUND)) if name.startswith("test ")]
    assert pairs[0] == (
        "test out", "2^15-1 in timeslots 1-31 of e1-0, checked at the far end: BER 7.3e-3 (396850 of 54552064 bits), "
        "ES 3, SES 2, UAS 16, 61.9 % of 42 s available, sync losses 1, slips 1")  # fmt: skip
    assert pairs[1] == (
        "test dead", "qrss in timeslots 5 of n-0, checked at the machine end: never in sync, "
        "ES 0, SES 0, UAS 12, 0.0 % of 12 s available, sync losses 0, slips 0")  # fmt: skip
    assert [name for name, _ in pairs] == ["test out", "test dead", "test out"]


def test_what_programs_read() -> None:
    rows = json.loads(msgspec.json.encode(figures(FOUND)))["tests"]
    assert [row["errors"] for row in rows] == [396_850, 0, 0]
    assert rows[0] | {"bits": 0} == {
        "test": "out", "line": "e1-0", "end": "far", "timeslots": "1-31", "pattern": "2^15-1", "bits": 0,
        "errors": 396_850, "bit_error_ratio": "7.3e-3", "seconds": 42, "errored_seconds": 3,
        "severely_errored_seconds": 2, "unavailable_seconds": 16, "availability_percent": 61.9, "sync_losses": 1,
        "slips": 1,
    }  # fmt: skip


def test_a_run_without_tests_has_none() -> None:
    assert figures([]).tests == ()
    assert not [name for name, _ in figure_pairs(figures([])) if name.startswith("test ")]
    assert "tests" not in FIGURE_NAMES
