"""Whatever comes in whatever order: the rules of the compelled cycle hold, nothing raises, and the circuit comes back.

Line codes, register signals, timers and calls in random order, 80 at a time; then the other side goes idle and silent.
"""

from __future__ import annotations

import random

import pytest
from r2_rows import Bench

from switchsim.proto import r2

LINE = ["line 00", "line 01", "line 10", "line 11"]
TONES = ["off", "off", *(f"tone {signal}" for signal in (1, 1, 2, 3, 4, 5, 6, 10, 12, 15))]
CALLS = ["setup 10000", "setup 2", "more", "complete", "refuse 1", "accept", "answer", "clear_back on",
         "clear_back off", "release 16", "release 17", "block on", "block off", "fault on", "fault off", "reset"]
TIME = ["wait 1", "wait 30", "wait 150", "wait 250", "wait 2500", "wait 20000"]


def meaningful(bench: Bench, step: str) -> bool:
    """A tone can begin only in silence and end only when there is one; who sets up a call has seen that he may."""
    if step.startswith("setup"):
        return bench.circuit.selectable
    return not bench.heard if step.startswith("tone") else step != "off" or bool(bench.heard)


def shaken(seed: int, variant: str, registers: bool) -> Bench:
    draw = random.Random(seed)
    bench = Bench(variant=variant, complete_at=draw.choice([0, 2, 5]), registers=registers, accepts=draw.random() < 0.5,
                  ask_calling=draw.random() < 0.5, calling_first=draw.random() < 0.5)
    weighted = [*LINE * 3, *TONES * 3, *CALLS, *TIME * 3]
    for _ in range(80):
        step = draw.choice(weighted)
        if meaningful(bench, step):
            bench.play(step)
    return bench


@pytest.mark.parametrize("registers", [True, False])
@pytest.mark.parametrize("variant", ["itu", "china"])
def test_the_rules_hold_and_the_circuit_comes_back(variant: str, registers: bool) -> None:
    for seed in range(150):
        bench = shaken(seed, variant, registers)
        if bench.heard:
            bench.play("off")
        bench.play("fault off; block off; line 10; wait 30000")
        bench.play("release 16; line 11; wait 500; line 10; wait 60000; line 11; wait 500; line 10; wait 1000")
        assert bench.circuit.selectable, f"seed {seed}: line {bench.code:02b}\n{bench._told()[-3000:]}"
        assert (bench.code, bench.tone, bench.register, bench.timers) == (0b10, 0, "", {}), f"seed {seed}"
        if registers:
            bench.complete_at, bench.accepts = 2, True
            bench.play("line 00 -> line=11 +SeizedInd\nline 10; wait 300 -> selectable line=10")


@pytest.mark.parametrize("variant", ["itu", "china"])
def test_every_call_ends_once(variant: str) -> None:
    """A seizure, ours or theirs, ends once: in ReleasedInd, or before the address is complete in SetupFailed."""
    for seed in range(150):
        bench = shaken(seed, variant, True)
        bench.play("fault off; block off; line 10; wait 30000; release 16; line 11; wait 500; line 10; wait 60000")
        up, told = False, f"seed {seed}\n{bench._told()[-4000:]}"
        for _, action in bench.story:
            name = type(action).__name__
            if name == "SeizedInd" or (name == "SendLine" and action.ab == 0):
                assert not up, f"seized again: {told}"
                up = True
            elif name == "ReleasedInd":
                assert up, f"released, but what? {told}"
                up = False
            elif name == "SetupFailed":
                assert up, f"failed, but what? {told}"
                up = False
        assert not up, f"never ended: {told}"


def test_the_bench_notices_what_breaks_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench().play("setup 12; line 11 -> tone=1")
    with pytest.raises(AssertionError, match="not so: \\['tone=2'\\]"):
        bench.play("wait 1 -> tone=2")
    monkeypatch.setattr(r2.Circuit, "tone_on", lambda *_: [r2.StopTone(), r2.SendTone(signal=2)])
    with pytest.raises(AssertionError, match="a forward signal while the backward one is heard"):
        bench.play("tone 1")
    bench = Bench(complete_at=2).play("line 00")
    monkeypatch.setattr(r2.Circuit, "tone_on", lambda *_: [r2.PulseTone(signal=3, cycles=160)])
    with pytest.raises(AssertionError, match=r"Q\.442: a pulse of 20"):
        bench.play("tone 1")
