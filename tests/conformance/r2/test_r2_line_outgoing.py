"""Line signalling of the outgoing end (Q.421, Q.422): every state, every code received, and the times between.

Codes are a b as in Q.421: forward idle 10, seizure 00; backward idle 10, acknowledgement and clear-back 11, answer 01.
"""

from __future__ import annotations

import pytest
from r2_rows import Bench

SEIZED = "setup 1234 -> line=00 tone=0 busy"
ACKNOWLEDGED = f"{SEIZED}\nline 11 -> line=00 tone=1"
COMPLETE = f"{ACKNOWLEDGED}\ncycles 1/1 2/1 3/1 4/3 1/6 -> line=00 tone=0 +AddressCompleteInd(free=True,charge=True)"
ANSWERED = f"{COMPLETE}\nline 01 -> line=00 +AnswerInd"
CLEAR_BACK = f"{ANSWERED}\nline 11 -> line=00 +ClearBackInd(on=True)"
CLEARING = f"{ANSWERED}\nrelease 16 -> line=10 busy"
BLOCKED = "line 11 -> line=10 busy +BlockedInd(by=remote,on=True)"
FREE_AGAIN = "wait 300; line 10; wait 300 -> line=10 selectable"

ROWS = [
    # idle
    ("idle-10", "", "line 10 -> line=10 selectable -SeizedInd"),
    ("idle-11-is-blocked", "", BLOCKED),
    ("idle-01-is-abnormal-no-seizure-until-10", "", "line 01 -> busy -SeizedInd\n"
     "line 10; wait 300 -> selectable line=10"),
    ("idle-seizes-with-00", "", SEIZED),
    # seized: waits for the acknowledgement
    ("seized-11-is-acknowledgement", SEIZED, "line 11 -> line=00 tone=1 -SetupFailed"),
    ("seized-10-waits", SEIZED, "line 10 -> line=00 tone=0 -SetupFailed"),
    ("seized-01-is-no-acknowledgement", SEIZED, f"line 01; wait 250 -> +SetupFailed -AnswerInd tone=0 alarm busy\n"
     f"line 11; wait 150 -> line=10\n{FREE_AGAIN}"),
    ("seized-nothing-within-100-ms-waits", SEIZED, "wait 99 -> line=00 -SetupFailed\nline 11 -> tone=1"),
    ("seized-nothing-within-200-ms-fails", SEIZED,
     "wait 99; wait 102 -> +SetupFailed(reason=no_ack,try_again=True) alarm busy"),
    ("seized-late-acknowledgement-is-cleared", SEIZED, f"wait 201 -> +SetupFailed busy\n"
     "line 11; wait 150 -> line=10 tone=0 busy\n"
     f"wait 1000 -> busy\n{FREE_AGAIN}"),
    # acknowledged, register signals go on
    ("registers-01-is-an-early-answer", ACKNOWLEDGED,
     f"line 01; wait 100 -> line=10 tone=0 -AnswerInd +SetupFailed|ReleasedInd busy\n{FREE_AGAIN}"),
    ("registers-10-for-a-moment-is-ridden-over", ACKNOWLEDGED,
     "line 10; wait 500 -> line=00 -SetupFailed\nline 11 -> line=00\n"
     "cycles 1/1 2/1 3/1 4/3 1/6 -> +AddressCompleteInd"),
    ("waiting-10-for-a-moment-is-ridden-over", COMPLETE,
     "line 10; wait 500 -> line=00 -ReleasedInd\nline 11 -> line=00\nline 01 -> +AnswerInd"),
    ("registers-10-for-2-s-fails", ACKNOWLEDGED,
     f"line 10; wait 2100 -> +SetupFailed|ReleasedInd alarm tone=0\nline 11; wait 150 -> line=10\n{FREE_AGAIN}"),
    ("registers-00-for-2-s-fails", ACKNOWLEDGED,
     f"line 00; wait 2100 -> +SetupFailed|ReleasedInd busy tone=0\nline 11; wait 150 -> line=10\n{FREE_AGAIN}"),
    ("registers-released-by-the-caller", ACKNOWLEDGED, f"release 16 -> line=10 tone=0 busy\n{FREE_AGAIN}"),
    # address complete, waits for the answer
    ("waiting-01-is-answer", COMPLETE, "line 01 -> line=00 +AnswerInd -ClearBackInd"),
    ("waiting-10-for-2-s-fails", COMPLETE,
     f"line 10; wait 2100 -> +ReleasedInd|SetupFailed\nline 11; wait 150 -> line=10 busy\n{FREE_AGAIN}"),
    ("waiting-released-by-the-caller", COMPLETE, f"release 16 -> line=10 busy\nline 11 -> line=10 busy\n{FREE_AGAIN}"),
    ("waiting-for-ever-ends", COMPLETE, "wait 240000 -> +ReleasedInd|SetupFailed line=10"),
    # answered
    ("answered-01-stays", ANSWERED, "line 01 -> line=00 -AnswerInd -ReleasedInd"),
    ("answered-11-is-clear-back", ANSWERED, "line 11 -> line=00 +ClearBackInd(on=True) -ReleasedInd"),
    ("answered-bb-0-is-no-clear-back", ANSWERED, "line 10 -> -ClearBackInd -AnswerInd\n"
     "release 16; line 01; wait 150 -> line=10 busy\n"
     f"{FREE_AGAIN}"),
    ("answered-released-by-the-caller", ANSWERED, f"release 16 -> line=10 busy +ReleasedInd(by_peer=False)\n"
     f"{FREE_AGAIN}"),
    # clear-back
    ("clear-back-01-is-answered-again", CLEAR_BACK, "line 01 -> line=00 +ClearBackInd(on=False)"),
    ("clear-back-released", CLEAR_BACK, f"release 16 -> line=10 busy\nline 11 -> line=10 busy\n{FREE_AGAIN}"),
    # clear-forward sent, release guard
    ("clearing-01-waits", CLEARING, "line 01; wait 1000 -> line=10 busy -AnswerInd -IdleInd"),
    ("clearing-11-waits", CLEARING, "line 11; wait 1000 -> line=10 busy -ClearBackInd -IdleInd -BlockedInd"),
    ("clearing-00-is-abnormal", CLEARING, "line 00; wait 50 -> busy -IdleInd"),
    ("clearing-10-is-idle", CLEARING, "line 10; wait 300 -> line=10 +IdleInd selectable"),
    ("clearing-10-no-seizure-at-once", CLEARING, "line 10; wait 50 -> busy\nwait 250 -> selectable"),
    ("clearing-blocked-afterwards", CLEARING, "line 10; wait 300; line 11 -> busy +BlockedInd(by=remote,on=True)"),
    # blocked by the other side
    ("blocked-10-is-unblocked", BLOCKED, "line 10; wait 300 -> line=10 selectable +BlockedInd(by=remote,on=False)"),
    ("blocked-01-stays-unselectable", BLOCKED, "line 01 -> busy line=10"),
    ("blocked-is-not-seized", BLOCKED, "setup 1234 -> +SetupFailed(reason=blocked) line=10"),
]


@pytest.mark.parametrize("variant", ["itu", "china"])
@pytest.mark.parametrize(("given", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_q422_outgoing_end(variant: str, given: str, then: str) -> None:
    if variant == "china":
        given, then = (script.replace("4/3 1/6", "4/3 3/1") for script in (given, then))  # KD-3, KB-1
    Bench(variant=variant).play(f"{given}\n{then}")


DOUBLE = "setup 1234 -> line=00\nline 00 -> tone=0"
DOUBLE_ROWS = [
    ("fails-and-may-be-tried-again", "wait 400 -> line=10 busy", "+SetupFailed"),
    ("seizure-is-kept-100-ms", "wait 95 -> line=00\nwait 200 -> line=10", ""),
    ("clear-forward-is-kept-100-ms", "wait 300 -> line=10\nline 10; wait 300 -> line=10 selectable", ""),
    ("is-no-call-of-the-other-side", "wait 400 -> -SeizedInd -SetupInd line=10", ""),
]


@pytest.mark.parametrize("then", [row[1] for row in DOUBLE_ROWS], ids=[row[0] for row in DOUBLE_ROWS])
def test_q422_double_seizure(then: str) -> None:
    """Both ends seize; both keep 00 for at least 100 ms, then clear forward, and are idle after the other's 10."""
    bench = Bench().play(f"{DOUBLE}\n{then}")
    [failed] = bench.all_reported("SetupFailed")
    assert (failed.reason, failed.try_again) == ("collision", True)


def test_q422_after_a_double_seizure_the_circuit_works() -> None:
    Bench().play(f"{DOUBLE}\nwait 300; line 10; wait 300 -> selectable\n{ANSWERED}")
    Bench(complete_at=2).play(f"{DOUBLE}\nwait 300; line 10; wait 300\nline 00 -> line=11 +SeizedInd")


def test_a_second_setup_on_a_busy_circuit_is_refused() -> None:
    Bench().play(f"{ACKNOWLEDGED}\nsetup 99 -> +SetupFailed line=00 tone=1\ncycles 1/1 2/1")


def test_no_register_means_no_seizure_signals() -> None:
    """The outgoing register is missing: the call fails with "no_register" and the circuit is cleared."""
    bench = Bench(registers=False).play("setup 1234; line 11; wait 200 -> tone=0 line=10\n"
        "line 10; wait 300 -> selectable")
    assert [failed.reason for failed in bench.all_reported("SetupFailed")] == ["no_register"]


FAULTS = [
    ("idle", "", "fault on -> busy\nfault off; line 10; wait 500 -> selectable"),
    ("seized", SEIZED, "fault on; wait 5000 -> busy tone=0 +SetupFailed|ReleasedInd\n"
     "fault off; line 11; wait 200; line 10; wait 500 -> line=10 selectable"),
    ("answered", ANSWERED, "fault on -> busy -IdleInd\n"
     "release 16; fault off; line 11; wait 200; line 10; wait 500 -> line=10 selectable"),
]


@pytest.mark.parametrize(("given", "then"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_q424_loss_of_alignment(given: str, then: str) -> None:
    """Received bits count as 1 1 while the line has failed: the circuit is blocked, and comes back with the line."""
    Bench().play(f"{given}\n{then}")


def test_reset_forgets_the_call_and_waits_for_idle() -> None:
    Bench().play(f"{ANSWERED}\nreset -> line=10 busy tone=0\nline 01; wait 500 -> busy line=10 -AnswerInd\n"
        "line 10; wait 500 -> selectable")
