"""China No.1 register signals: group A, KA after A-6, KD and KB, both orders of the calling number."""

from __future__ import annotations

import pytest
from r2_caller import Caller, call, signals
from r2_rows import CALLING, ORDINARY, Bench

OUTGOING = "setup 2345 139 -> line=00\nline 11 -> tone=2"
CLEARED = "wait 1000 -> line=10 tone=0 busy\nline 10; wait 300 -> selectable"

GROUP_A = [
    ("A-1 next digit", "cycles 2/1 -> tone=3"),
    ("A-2 from the first digit again", "cycles 2/1 3/1 4/2 -> tone=2\ncycles 2/1 3/1 4/1 5/3 -> tone=3"),
    ("A-3 change to group B: KD", "cycles 2/1 3/1 4/1 5/3 -> tone=3\n"
     "cycles 3/1 -> tone=0 line=00 +AddressCompleteInd(free=True)"),
    ("A-3 before the last digit", "cycles 2/1 3/3 -> tone=3\ncycles 3/1 -> +AddressCompleteInd"),
    ("A-4 congestion", f"cycles 2/1 3/4 -> tone=0 +SetupFailed(cause=34|42)\n{CLEARED}"),
    ("A-5 unallocated number", f"cycles 2/1 3/5 -> tone=0 +SetupFailed(cause=1)\n{CLEARED}"),
    ("A-6 category and calling number", "cycles 2/1 3/1 4/1 5/6 -> tone=1\ncycles 1/1 1/1 3/1 9/1 -> tone=15\n"
     "cycles 15/3 -> tone=3"),
    ("A-1 after the last digit", "cycles 2/1 3/1 4/1 5/1 -> tone=15"),
    ("A-6 when there is no calling number", "cycles 2/6 -> tone=1"),
]


@pytest.mark.parametrize("then", [row[1] for row in GROUP_A], ids=[row[0] for row in GROUP_A])
def test_group_a_as_the_calling_side(then: str) -> None:
    Bench(variant="china").play(f"{OUTGOING}\n{then}")


KB_LOCAL = [(1, "+AddressCompleteInd(free=True)"), (2, "+SetupFailed|AddressCompleteInd"),
            (3, "+SetupFailed|AddressCompleteInd"), (4, "+SetupFailed(cause=17|34|42)"), (5, "+SetupFailed(cause=1)"),
            (6, "+AddressCompleteInd(free=True)")]
"""KD 3, 4 (local calls): 1 free, 4 busy or congestion, 5 unallocated, 6 free with release by the caller."""


@pytest.mark.parametrize(("signal", "then"), KB_LOCAL, ids=[f"KB-{row[0]}" for row in KB_LOCAL])
def test_kb_to_a_local_call(signal: int, then: str) -> None:
    bench = Bench(variant="china").play(f"{OUTGOING}\ncycles 2/1 3/1 4/1 5/3 3/{signal} -> {then} tone=0")
    if bench.all_reported("SetupFailed"):
        bench.play(CLEARED)
    else:
        bench.play("line 01 -> +AnswerInd")


KB_BACK = [(3, "accept", "1"), (3, "release 17", "4"), (3, "release 1", "5"), (3, "release 34", "4"),
           (2, "accept", "1"), (2, "release 17", "2|3"), (2, "release 1", "5"), (2, "release 34", "4"),
           (1, "release 17", "2|3"), (6, "accept", "1"), (4, "release 17", "4")]
"""(KD received, the called party, KB sent): toll calls (KD 1, 2, 6) have other signals of busy than local ones."""


@pytest.mark.parametrize(("service", "verdict", "signal"), KB_BACK)
def test_kb_depends_on_kd(service: int, verdict: str, signal: str) -> None:
    bench = Bench(variant="china", complete_at=2, ask_calling=False, accepts=False)
    bench.play(f"line 00; cycles 2/1 3/3; tone {service} -> tone=0 +SetupInd(called=23)\n"
        f"wait 300; {verdict} -> tone={signal}\noff -> tone=0")


def test_example_local_call_a_number_wanted_after_the_last_digit() -> None:
    """Called side: A-6 after the last called digit, KA, calling digits by A-1, 15, A-3, KD 3, KB 1, answer."""
    bench = Bench(variant="china", complete_at=5)
    caller = call(bench, Caller("10000", CALLING, variant="china"))
    asked = [(1, 1), *((digit, 1) for digit in signals(CALLING)), (15, 3), (3, 1)]
    assert caller.cycles == [(1, 1), (10, 1), (10, 1), (10, 1), (10, 6), *asked]
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling, setup.category) == ("10000", CALLING, ORDINARY)
    bench.play("answer -> line=01\nclear_back on -> line=11\nline 10; wait 400 -> line=10 selectable")


def test_example_local_call_a_number_wanted_in_mid_number() -> None:
    """The other order: after the calling number's 15, A-1 goes on with the called number, as the called side."""
    bench = Bench(variant="china", complete_at=5, calling_first=True)
    caller = call(bench, Caller("28123", CALLING, variant="china", calling_first=True))
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling) == ("28123", CALLING)
    asked = [(1, 1), *((digit, 1) for digit in signals(CALLING)), (15, 1)]
    assert caller.cycles == [(2, 6), *asked, (8, 1), (1, 1), (2, 1), (3, 3), (3, 1)]


def test_example_local_call_as_the_calling_side_both_orders() -> None:
    first = "cycles 2/1 8/6 1/1 1/1 3/1 9/1 15/1 3/1 4/3 3/1 -> +AddressCompleteInd(free=True)\nline 01 -> +AnswerInd"
    Bench(variant="china", calling_first=True).play(f"setup 2834 139; line 11\n{first}")
    last = "cycles 2/1 8/1 3/1 4/6 1/1 1/1 3/1 9/1 15/3 3/1 -> +AddressCompleteInd(free=True)\nline 01 -> +AnswerInd"
    for order in (False, True):
        Bench(variant="china", calling_first=order).play(f"setup 2834 139; line 11\n{last}")


def test_a_number_of_fixed_length_needs_no_15() -> None:
    bench = Bench(variant="china", complete_at=3, calling_digits=4)
    caller = call(bench, Caller("234", "5678", variant="china"))
    assert bench.all_reported("SetupInd")[0].calling == "5678"
    assert caller.cycles == [(2, 1), (3, 1), (4, 6), (1, 1), (5, 1), (6, 1), (7, 1), (8, 3), (3, 1)]


def test_an_unallocated_number_gets_kb_5_or_a_5() -> None:
    bench = Bench(variant="china").play("line 00; tone 9 -> +DigitInd(digits=9)\nrefuse 1; wait 100 -> tone=3|5\n"
        "off -> tone=0")
    if bench.all_reported("SendTone")[-1].signal == 3:
        bench.play("tone 3 -> tone=5\noff -> tone=0")
    bench.play("wait 500; line 10; wait 400 -> selectable")


def test_backward_signals_above_6_do_not_exist() -> None:
    """Four backward frequencies: a signal of 7 or more from the other side changes nothing but a counter."""
    for signal in range(7, 16):
        bench = Bench(variant="china").play(f"{OUTGOING}\ntone {signal}; off; wait 100 -> line=00|10")
        assert not bench.all_reported("AddressCompleteInd")


KA = [(1, {10, 17}), (2, {10, 18}), (3, {10, 19}), (5, {10, 16}), (8, {11, 21}), (10, {11, 20})]
"""Categories, and what the national use of Q.763 has for them (16 to 21)."""


@pytest.mark.parametrize(("category", "isup"), KA)
def test_ka_categories(category: int, isup: set[int]) -> None:
    bench = Bench(variant="china", complete_at=2)
    call(bench, Caller("23", "45", category=category, variant="china"))
    assert bench.all_reported("SetupInd")[0].category in isup


def test_the_fixed_bits_are_11() -> None:
    """The circuit's own bits are a b; what is sent with them is the board's, from the configuration."""
    assert Bench(variant="itu").config.cd == 0b01
    assert Bench(variant="china", cd=0b11).config.cd == 0b11
