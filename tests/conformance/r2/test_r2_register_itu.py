"""Register signals of System R2: the compelled cycle (Q.440), meanings (Q.441), pulses (Q.442), time-outs (Q.476)."""

from __future__ import annotations

import pytest
from r2_rows import Bench

from switchsim.proto.r2 import codes
from switchsim.units import ms

FORWARD_HZ, BACKWARD_HZ = (1380, 1500, 1620, 1740, 1860, 1980), (1140, 1020, 900, 780, 660, 540)
PAIRS = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4),
         (0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]
"""Frequencies of signals 1 to 15, as indices: weights 0 1 2 4 7 11 (Q.441, multifrequency combinations)."""

OUTGOING = "setup 2345678 -> line=00\nline 11 -> tone=2"
CLEARED = "wait 1000 -> line=10 tone=0 busy\nline 10; wait 300 -> selectable"


def test_q441_frequencies_and_combinations() -> None:
    assert tuple(codes.FREQUENCIES["forward"]) == tuple(1000 * hz for hz in FORWARD_HZ)
    assert tuple(codes.FREQUENCIES["backward"]) == tuple(1000 * hz for hz in BACKWARD_HZ)
    assert {signal: tuple(codes.PAIRS[signal]) for signal in range(1, 16)} == dict(enumerate(PAIRS, 1))


DIGITS = [(digit, 10 if digit == "0" else int(digit)) for digit in "1234567890"]


@pytest.mark.parametrize(("digit", "signal"), DIGITS)
def test_q441_digits_are_signals_1_to_10(digit: str, signal: int) -> None:
    Bench().play(f"setup {digit}9; line 11 -> tone={signal}")
    bench = Bench().play(f"line 00; tone {signal} -> tone=0 +DigitInd(digits={digit})")
    bench.play("more -> tone=1\noff -> tone=0")


GROUP_A = [
    (1, "next digit", "cycles 2/1 -> tone=3"),
    (2, "last but one", "cycles 2/1 3/1 4/2 -> tone=3\ncycles 3/1 4/1 5/1 -> tone=6"),
    (7, "last but two", "cycles 2/1 3/1 4/1 5/7 -> tone=3\ncycles 3/1 4/1 5/1 -> tone=6"),
    (8, "last but three", "cycles 2/1 3/1 4/1 5/8 -> tone=2\ncycles 2/1 3/1 4/1 5/1 -> tone=6"),
    (3, "address complete, changeover to group B", "cycles 2/1 3/3 -> tone=1\n"
     "cycles 1/6 -> tone=0 +AddressCompleteInd(free=True,charge=True)"),
    (4, "congestion in the national network", f"cycles 2/4 -> +SetupFailed(cause=34|42) tone=0\n{CLEARED}"),
    (5, "calling party's category", "cycles 2/1 3/5 -> tone=1"),
    (6, "address complete, charge, set up speech conditions",
     "cycles 2/1 3/6 -> tone=0 line=00 +AddressCompleteInd(charge=True)"),
    (15, "congestion in an international exchange", f"cycles 2/15 -> +SetupFailed(cause=34|42) tone=0\n{CLEARED}"),
]


@pytest.mark.parametrize("then", [row[2] for row in GROUP_A], ids=[f"A-{row[0]} {row[1]}" for row in GROUP_A])
def test_q441_group_a(then: str) -> None:
    Bench().play(f"{OUTGOING}\n{then}")


REFUSED = {9: {12}, 10: {12}, 11: {11, 12, 14}, 12: {10, 12}, 13: {12, 13}, 14: {11, 12, 14}}
"""What is not asked of a national call is answered with "request not accepted" (I-12), or its own indicator."""


@pytest.mark.parametrize("signal", REFUSED, ids=[f"A-{signal}" for signal in REFUSED])
def test_q441_group_a_for_international_calls_and_spare(signal: int) -> None:
    bench = Bench().play(f"{OUTGOING}\ncycles 2/1 3/{signal}; wait 100")
    assert bench.tone in REFUSED[signal] or bench.all_reported("SetupFailed")


def test_q441_after_the_last_digit_comes_end_of_pulsing() -> None:
    Bench().play("setup 23; line 11\ncycles 2/1 3/1 -> tone=15\ncycles 15/3 1/6 -> +AddressCompleteInd")


def test_a5_asks_the_category_then_the_calling_number_then_a1_goes_on() -> None:
    """The national use of A-5: II, calling digits in group I, 15 at the end; the called number goes on where it was."""
    Bench().play("setup 234 139; line 11\ncycles 2/5 1/5 1/5 3/5 9/5 15/1 3/1 4/3 1/6 -> +AddressCompleteInd")


def test_a5_when_there_is_no_calling_number_is_refused_with_12() -> None:
    Bench().play("setup 234 -; line 11\ncycles 2/5 1/5 12/1 3/1 4/3 1/6 -> +AddressCompleteInd")


def test_a5_for_the_category_alone() -> None:
    Bench().play("setup 234; line 11\ncycles 2/5 1/1 3/1 4/3 1/6 -> +AddressCompleteInd")


GROUP_B = [
    (2, "special information tone", "+SetupFailed(cause=4|31)"), (3, "subscriber line busy", "+SetupFailed(cause=17)"),
    (4, "congestion after changeover", "+SetupFailed(cause=34|42)"), (5, "unallocated number", "+SetupFailed(cause=1)"),
    (6, "line free, charge", "+AddressCompleteInd(free=True,charge=True)"),
    (7, "line free, no charge", "+AddressCompleteInd(free=True,charge=False)"),
    (8, "line out of order", "+SetupFailed(cause=27)"),
    *((signal, "spare", "+SetupFailed|AddressCompleteInd") for signal in (1, 9, 10, 11, 12, 13, 14, 15)),
]


@pytest.mark.parametrize(("signal", "then"), [(row[0], row[2]) for row in GROUP_B],
                         ids=[f"B-{row[0]} {row[1]}" for row in GROUP_B])
def test_q441_group_b(signal: int, then: str) -> None:
    bench = Bench().play(f"{OUTGOING}\ncycles 2/3 1/{signal} -> {then} tone=0")
    if bench.all_reported("SetupFailed"):
        bench.play(CLEARED)
    else:
        bench.play("wait 1000 -> line=00\nline 01 -> +AnswerInd")


CAUSES_BACK = [(17, "3"), (1, "5"), (34, "4"), (27, "8")]


@pytest.mark.parametrize(("cause", "signal"), CAUSES_BACK)
def test_q441_a_called_party_that_is_not_free_is_told_in_group_b(cause: int, signal: str) -> None:
    bench = Bench(complete_at=2, ask_calling=False, accepts=False)
    bench.play(f"line 00; cycles 2/1 3/3; tone 1; wait 500 -> +SetupInd(called=23) tone=0\n"
        f"release {cause} -> tone={signal} line=11")
    bench.play("off -> tone=0\nwait 500; line 10; wait 400 -> line=10 selectable")


@pytest.mark.parametrize(("arguments", "signal"), [("", "6"), ("1 1", "6"), ("1 0", "7")])
def test_q441_a_free_called_party_is_told_in_group_b(arguments: str, signal: str) -> None:
    Bench(complete_at=2, ask_calling=False, accepts=False).play(
        f"line 00; cycles 2/1 3/3; tone 1; wait 2000 -> +SetupInd tone=0\naccept {arguments} -> tone={signal}\n"
        "off -> tone=0 line=11\nanswer -> line=01")


def test_q441_a_number_that_can_not_be_routed() -> None:
    """After the second digit it is known that there is no such number: changeover and B-5, or A-4."""
    bench = Bench(accepts=False).play("line 00; tone 9; more; off; tone 9 -> +DigitInd(digits=99)\n"
        "refuse 1 -> tone=3|4\noff -> tone=0")
    if not bench.all_reported("ReleasedInd"):
        bench.play("tone 1 -> tone=5\noff -> tone=0")
    bench.play("wait 500; line 10; wait 400 -> line=10 selectable")


def test_q440_the_order_of_a_cycle_outgoing() -> None:
    """Forward on; backward heard: forward off; only when the backward signal is gone the next one begins."""
    Bench().play(f"{OUTGOING}\nwait 2000 -> tone=2\ntone 1 -> tone=0\nwait 500 -> tone=0\noff -> tone=3")


def test_q440_the_order_of_a_cycle_incoming() -> None:
    Bench(complete_at=2).play("line 00 -> tone=0\nwait 500 -> tone=0\ntone 7 -> tone=1\nwait 500 -> tone=1\n"
        "off -> tone=0\nwait 100 -> tone=0")


def test_q440_a_verdict_that_takes_its_time() -> None:
    Bench().play("line 00; tone 7 -> tone=0 +DigitInd(digits=7)\nwait 1500 -> tone=0\nmore -> tone=1\noff -> tone=0")


def test_q440_a_backward_signal_in_no_cycle_is_no_digit_request() -> None:
    """Between seizure and acknowledgement, and after the end of register signalling, tones mean nothing."""
    Bench().play("setup 23 -> tone=0\ntone 1; off -> tone=0\nline 11 -> tone=2")
    Bench().play(f"{OUTGOING}\ncycles 2/6 -> tone=0\ntone 1; off; wait 100 -> tone=0 line=00")


PULSES = [
    ("3", "tone=1\ncycles 1/6 -> +AddressCompleteInd"), ("6", "+AddressCompleteInd tone=0 line=00"),
    ("4", "+SetupFailed(cause=34|42) tone=0"), ("15", "+SetupFailed(cause=34|42) tone=0"),
]


@pytest.mark.parametrize(("signal", "then"), PULSES)
def test_q442_a_pulse_is_taken_like_a_compelled_signal(signal: str, then: str) -> None:
    """A pulse does not wait for the forward signal to end; it is over after 150 ms, whatever the register does."""
    Bench().play(f"setup 23; line 11; cycles 2/1 -> tone=3\ntone {signal}; wait 150 -> tone=0\noff; wait 200 -> {then}")


def test_q442_complete_after_the_last_cycle_is_pulsed() -> None:
    """The number turns out to be complete while no forward signal is there: A-3 as a pulse, then group II and B."""
    bench = Bench(ask_calling=False).play("line 00; tone 2; more; off; tone 3 -> +DigitInd(digits=23)\n"
        "more -> tone=1\noff -> tone=0")
    bench.play("wait 20\ncomplete; wait 110 -> pulse=3|6\nwait 200 -> tone=0")
    if bench.all_reported("PulseTone")[0].signal == 3:
        bench.play("tone 1 -> tone=6 +SetupInd(called=23)\noff -> tone=0")
    bench.play("answer -> line=01")


def test_q442_pulses_last_100_to_200_ms() -> None:
    bench = Bench(ask_calling=False).play("line 00; tone 2; more; off; wait 1000; complete; wait 110 -> pulse=3|6")
    [pulse] = bench.all_reported("PulseTone")
    assert ms(100) <= pulse.cycles <= ms(200)


def test_q480_no_digits_come() -> None:
    """Nothing for 8 to 24 s after the seizure or the last cycle: congestion is pulsed, or nothing; released."""
    for before in ("line 00", "line 00; tone 2; more; off"):
        bench = Bench().play(f"{before}\nwait 7900 -> tone=0 -ReleasedInd\nwait 16400")
        assert bench.all_reported("ReleasedInd"), "ended by now"
        assert {pulse.signal for pulse in bench.all_reported("PulseTone")} <= {4, 15}
        bench.play("wait 1000; line 10; wait 400 -> selectable line=10 tone=0")


def test_q480_the_forward_signal_never_ends() -> None:
    bench = Bench(complete_at=3).play("line 00; tone 2 -> tone=1\nwait 7900 -> tone=1\nwait 16400 -> tone=0")
    assert bench.all_reported("ReleasedInd")
    bench.play("off; wait 1000; line 10; wait 400 -> selectable line=10 tone=0")


def test_q476_no_backward_signal_within_15_s() -> None:
    Bench().play(f"{OUTGOING}\nwait 11900 -> tone=2 -SetupFailed\nwait 6200 -> tone=0 +SetupFailed(reason=timeout)\n"
        f"{CLEARED}")


def test_q476_the_backward_signal_never_ends() -> None:
    """Nothing is sent for 24 s or more: the call is given up."""
    Bench().play(f"{OUTGOING}\ntone 1 -> tone=0\nwait 23900 -> line=00 -SetupFailed\n"
                 f"wait 26000 -> +SetupFailed(reason=timeout) tone=0\noff\n{CLEARED}")
