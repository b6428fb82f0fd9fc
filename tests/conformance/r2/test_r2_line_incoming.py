"""Line signalling of the incoming end (Q.421, Q.422): every state, every code received (a b forward), and blocking."""

from __future__ import annotations

import pytest
from r2_rows import Bench

SEIZED = "line 00 -> line=11 +SeizedInd busy"
ITU = {"known": "cycles 1/1 2/3 1/6", "more": "cycles 1/1"}
CHINA = {"known": "cycles 1/1 2/3 3/1", "more": "cycles 1/1"}
KNOWN = f"{SEIZED}\nKNOWN -> +SetupInd(called=12) line=11 tone=0"
ANSWERED = f"{KNOWN}\nanswer -> line=01"
CLEAR_BACK = f"{ANSWERED}\nclear_back on -> line=11"
LOCALLY_BLOCKED = "block on -> line=11 busy +BlockedInd(by=local,on=True)"
GONE = "line 10; wait 300 -> line=10 sent=10 +ReleasedInd(by_peer=True)\nwait 200 -> selectable"

ROWS = [
    ("idle-00-is-seizure", "", SEIZED),
    ("idle-11-is-blocked", "", "line 11 -> busy -SeizedInd\nline 10; wait 300 -> selectable line=10"),
    ("idle-01-is-a-fault", "", "line 01 -> busy -SeizedInd\nline 10; wait 300 -> selectable line=10"),
    ("seized-10-is-clear-forward", SEIZED, GONE),
    ("seized-01-waits-for-00", SEIZED, "line 01; wait 500 -> line=11 -ReleasedInd\nline 00 -> line=11 -SeizedInd\n"
     "KNOWN -> +SetupInd(called=12)"),
    ("seized-11-waits-for-00", SEIZED, "line 11; wait 500 -> line=11 -ReleasedInd\nline 00 -> line=11 -SeizedInd\n"
     "KNOWN -> +SetupInd(called=12)"),
    ("registers-10-is-clear-forward", f"{SEIZED}\nMORE", GONE),
    ("registers-10-in-a-cycle-stops-the-signal", f"{SEIZED}\n"
     "tone 1 -> tone=1", "line 10; wait 300 -> tone=0 line=10 +ReleasedInd(by_peer=True)"),
    ("ringing-10-is-clear-forward", KNOWN, GONE),
    ("answered-00-stays", ANSWERED, "line 00 -> line=01 -SeizedInd -ReleasedInd"),
    ("answered-10-is-clear-forward", ANSWERED, GONE),
    ("answered-01-no-action", ANSWERED, "line 01; wait 500 -> line=01 -ReleasedInd\nline 00 -> line=01"),
    ("answered-11-no-action", ANSWERED, "line 11; wait 500 -> line=01 -ReleasedInd\nline 00 -> line=01"),
    ("answered-01-then-10-is-clear-forward", ANSWERED, f"line 01; wait 100\n{GONE}"),
    ("answered-11-and-clear-back-releases", ANSWERED, "line 11; wait 100; clear_back on -> +ReleasedInd"),
    ("clear-back-10-is-clear-forward", CLEAR_BACK, GONE),
    ("clear-back-taken-back", CLEAR_BACK, "clear_back off -> line=01"),
    ("clear-back-01-releases", CLEAR_BACK, "line 01 -> +ReleasedInd"),
    ("clear-back-11-releases", CLEAR_BACK, "line 11 -> +ReleasedInd"),
    ("released-by-the-called-side-is-clear-back", ANSWERED, "release 16 -> line=11 busy\n"
     "line 10; wait 400 -> line=10 selectable sent=10"),
    ("locally-blocked-10-stays", LOCALLY_BLOCKED, "line 10 -> line=11 busy"),
    ("locally-blocked-01-no-action", LOCALLY_BLOCKED, "line 01 -> line=11 busy -SeizedInd"),
    ("locally-blocked-11-no-action", LOCALLY_BLOCKED, "line 11 -> line=11 busy -SeizedInd"),
    ("locally-blocked-00-is-not-taken", LOCALLY_BLOCKED, "line 00 -> line=11|01 busy\n"
     "line 10; wait 400 -> line=11 busy -SetupInd"),
    ("unblocked-again", LOCALLY_BLOCKED, "block off -> line=10 +BlockedInd(by=local,on=False)\nwait 300 -> selectable"),
    ("locally-blocked-is-not-seized", LOCALLY_BLOCKED, "setup 1234 -> +SetupFailed(reason=blocked) line=11"),
    ("blocked-in-a-call-the-call-goes-on", f"{ANSWERED}\nblock on -> line=01 -ReleasedInd",
     "line 10; wait 1000 -> sent=10 line=11 busy"),
]


def spelled(script: str, words: dict[str, str]) -> str:
    return script.replace("KNOWN", words["known"]).replace("MORE", words["more"])


@pytest.mark.parametrize("variant", ["itu", "china"])
@pytest.mark.parametrize(("given", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_q422_incoming_end(variant: str, given: str, then: str) -> None:
    words = ITU if variant == "itu" else CHINA
    bench = Bench(variant=variant, complete_at=2, ask_calling=False)
    bench.play(spelled(f"{given}\n{then}", words))


def test_q422_a_cleared_circuit_takes_the_next_call() -> None:
    bench = Bench(complete_at=2, ask_calling=False)
    for _ in range(3):
        bench.play(spelled(f"{ANSWERED}\n{GONE.replace('+Rel', '+IdleInd +Rel')}", ITU))
    assert len(bench.all_reported("SetupInd")) == 3


def test_no_register_for_an_incoming_call() -> None:
    """Without a register nothing can be said with tones; the seizure is acknowledged or not, the call never offered."""
    bench = Bench(complete_at=2, registers=False).play("line 00; wait 1000 -> tone=0 -SetupInd\n"
        "line 10; wait 1000 -> selectable line=10")
    assert not bench.all_reported("SetupInd")


FAULTS = [
    ("idle", "", "fault on -> busy -SeizedInd\nfault off; line 10; wait 500 -> selectable line=10"),
    ("registers", SEIZED, "fault on; wait 60000 -> tone=0 +ReleasedInd busy\n"
     "fault off; line 10; wait 500 -> selectable line=10"),
    ("answered-caller-gone-meanwhile", ANSWERED, "fault on; wait 500 -> busy\n"
     "fault off; line 10; wait 500 -> selectable line=10"),
]


@pytest.mark.parametrize(("given", "then"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_q424_loss_of_alignment(given: str, then: str) -> None:
    Bench(complete_at=2, ask_calling=False).play(spelled(f"{given}\n{then}", ITU))
