"""The line code (G.703 annex A): pulses of the framer against pulses by hand."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from g704 import Bits, bits_of, octets_of
from hdb3_by_hand import decode, encode, places_of_violations

from switchsim.dsp import e1

LINES = {
    "all zeros": bytes(32 * 6),
    "all ones (AIS)": b"\xff" * 32 * 6,
    "alternating": b"\xaa" * 32 * 6,
    "one mark in eight": b"\x10" * 32 * 6,
    "one mark in five": octets_of([int(at % 5 == 0) for at in range(256 * 6)]),
    "runs of 4": octets_of([int(at % 9 > 3) for at in range(256 * 6)]),
    "runs of 3": octets_of([int(at % 4 == 3) for at in range(256 * 6)]),
    "runs over the bound of two frames": (b"\x55" * 31 + b"\x54" + b"\x15" + b"\x55" * 31) * 3,
    "sparse": Random(9).randbytes(8) + bytes(24) + Random(8).randbytes(160),
    "random": Random(7).randbytes(32 * 6),
}


class Line:
    """Coder and decoder in a row, one frame after the other; pulses as +1, 0, -1."""

    def __init__(self) -> None:
        self.coder, self.decoder = e1.Hdb3(), e1.Hdb3()
        self.pulses: list[int] = []
        self.bits: Bits = []
        self.violations = 0

    def put(self, octets: bytes, wrong: dict[int, int] | None = None) -> Line:
        """Code and decode; `wrong` puts these pulses, by their place on the line, instead of what was sent."""
        for at in range(0, len(octets), 32):
            plus, minus = self.coder.encode(octets[at : at + 32])
            pulses = [p - m for p, m in zip(bits_of(plus), bits_of(minus), strict=True)]
            assert not any(p & m for p, m in zip(plus, minus, strict=True))
            begin = 256 * (at // 32)
            for place, pulse in (wrong or {}).items():
                if begin <= place < begin + 256:
                    pulses[place - begin] = pulse
            self.pulses += pulses
            got, violations = self.decoder.decode(
                octets_of([int(p > 0) for p in pulses]), octets_of([int(p < 0) for p in pulses])
            )
            self.bits += bits_of(got)
            self.violations += violations
        return self

    @property
    def octets(self) -> bytes:
        return octets_of(self.bits)


def starts(octets: bytes) -> list[list[int]]:
    """The pulses by hand, for each state that a coder may be in when it starts (annex A leaves it open)."""
    return [encode(bits_of(octets), last, marks) for last in (-1, 1) for marks in (0, 1)]


def delay_of(got: Bits, want: Bits) -> int | None:
    """By how many bits the one comes after the other; None: not at all."""
    for delay in range(256 * 2 + 1):
        if got[delay:] == want[: len(want) - delay]:
            return delay
    return None


@pytest.mark.parametrize("name", LINES)
def test_annex_a_the_decoder_gives_the_bits_again(name: str) -> None:
    """A coder needs to see four bits: all in all the frames come late by whole frames, or not at all."""
    line = Line().put(LINES[name])
    delay = delay_of(line.bits, bits_of(LINES[name]))
    assert delay is not None
    assert delay % 256 == 0
    assert line.violations == 0


@pytest.mark.parametrize("name", LINES)
def test_annex_a_the_pulses_are_those_by_hand(name: str) -> None:
    """But for the few bits of delay before, and for the last run, whose end the coder has not seen."""
    line = Line().put(LINES[name])
    bits = len(line.pulses)
    wanted = starts(LINES[name])
    assert any(line.pulses[delay : bits - 4] == want[: bits - 4 - delay] for want in wanted for delay in (0, 3, 4, 256))


@pytest.mark.parametrize("name", LINES)
def test_annex_a_rules_of_the_pulses(name: str) -> None:
    """No four spaces; violations alternate; an odd number of marks between two of them; no direct current."""
    pulses = Line().put(LINES[name]).pulses[4:-4]
    assert all(any(pulses[at : at + 4]) for at in range(len(pulses) - 3))
    violations = places_of_violations(pulses)
    signs = [pulses[at] for at in violations]
    assert all(a == -b for a, b in pairwise(signs))
    for one, other in pairwise(violations):
        assert sum(map(abs, pulses[one + 1 : other])) % 2 == 1
    assert abs(sum(pulses)) <= 3


def test_all_ones_are_alternate_marks() -> None:
    pulses = Line().put(LINES["all ones (AIS)"]).pulses[4:]
    assert all(a == -b != 0 for a, b in pairwise(pulses))


def test_the_frames_by_hand_are_decoded() -> None:
    """Pulses made by hand, read by the framer's decoder."""
    bits = bits_of(LINES["random"])
    decoder, pulses, got, violations = e1.Hdb3(), encode(bits), [], 0
    assert decode(pulses) == bits
    for at in range(0, len(pulses), 256):
        frame = pulses[at : at + 256]
        octets, found = decoder.decode(octets_of([int(p > 0) for p in frame]), octets_of([int(p < 0) for p in frame]))
        got += bits_of(octets)
        violations += found
    delay = delay_of(got, bits)
    assert delay is not None
    assert (delay + 4) % 256 <= 4  # what the coder kept back, up to 4 bits, is missing in a frame
    assert violations == 0


ONES = b"\xff" * 32 * 4


@pytest.mark.parametrize("place", [300, 301, 511, 512, 513])
def test_o161_a_reversed_mark_is_a_code_violation(place: int) -> None:
    """Among ones no mark can be the V of a run: a pulse of the polarity of the one before is an error of the code."""
    clean = Line().put(ONES)
    line = Line().put(ONES, {place: -clean.pulses[place]})
    assert 1 <= line.violations <= 2  # the reversed one, and the next, which then equals it


@pytest.mark.parametrize("place", [300, 511, 512])
def test_o161_a_lost_mark_is_one_code_violation_at_most(place: int) -> None:
    line = Line().put(ONES, {place: 0})
    assert line.violations == 1  # the marks beside it have one polarity
    wrong = [at for at, bit in enumerate(line.bits[256:]) if bit == 0]  # the first frame may be none yet
    assert 1 <= len(wrong) <= 4


def test_o161_an_added_pulse_is_found() -> None:
    line = Line().put(b"\xaa" * 32 * 4, {401: 1})
    assert 1 <= line.violations <= 2


def test_o161_violations_of_one_sign_in_a_row_are_found() -> None:
    """000V twice with two marks between them: the second V has the sign of the first."""
    bits = [1] * 100 + [0] * 4 + [1, 1] + [0] * 4 + [1] * 146
    pulses = encode(bits)
    wrong = list(pulses)
    v = 100 + 4 + 2  # B of B00V; taken away, the run is 000V of the wrong parity
    assert wrong[v] != 0
    wrong[v] = 0
    wrong[v + 3] = wrong[v - 1]
    wrong[v + 4 :] = [p * (-1 if wrong[v + 3] == pulses[v + 4] else 1) for p in pulses[v + 4 :]]
    decoder = e1.Hdb3()
    found = 0
    for frame in (wrong, [(-1) ** at * -wrong[-1] for at in range(256)]):
        found += decoder.decode(octets_of([int(p > 0) for p in frame]), octets_of([int(p < 0) for p in frame]))[1]
    assert found == 1


def test_errors_end_with_the_errors() -> None:
    """After noise the code is found again: no violation and no wrong bit some frames later."""
    random = Random(703)
    octets = random.randbytes(32 * 12)
    noise = {place: random.choice((-1, 0, 1)) for place in range(256 * 2, 256 * 4)}
    line = Line().put(octets[: 32 * 6], noise)
    assert line.violations > 5
    before = line.violations
    line.put(octets[32 * 6 :])
    assert line.violations == before
    delay = delay_of(line.bits[256 * 6 :], bits_of(octets)[256 * 6 :])
    assert delay in (0, 256) or line.bits[256 * 7 :] == bits_of(octets)[256 * 6 : -256]
