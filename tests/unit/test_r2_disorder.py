"""Two circuits whose users, registers and path do anything at any time: they agree again when it is quiet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from r2_pair import Bench, End

from switchsim.proto import r2
from switchsim.proto.r2.state import Line
from switchsim.units import ms, seconds

CONFIGS = (r2.R2Config(), r2.R2Config(variant="china"), r2.R2Config(calling_first=True))


def deaf(end: End) -> None:
    end.deaf = True


def hears(end: End) -> None:
    """What changed meanwhile is looked at now, as a trunk board reads the bits that are there."""
    end.deaf = False
    end.line_comes(end.peer.state.sent << 2 | 1)


def registers(number: int) -> Callable[[End], None]:
    def act(end: End) -> None:
        end.registers = number
    return act


ACTS: list[Callable[[End], object]] = [
    *[lambda end: end.do(end.circuit.setup("123", "45", 10))] * 6,
    lambda end: end.do(end.circuit.release(16)), lambda end: end.do(end.circuit.release(42)),
    lambda end: end.do(end.circuit.clear_back(True)), lambda end: end.do(end.circuit.clear_back(False)),
    lambda end: end.do(end.circuit.complete()), lambda end: end.do(end.circuit.answer()),
    lambda end: end.do(end.circuit.block(True)), lambda end: end.do(end.circuit.block(False)),
    lambda end: end.do(end.circuit.reset()), lambda end: end.do(end.circuit.line_fault(True)),
    lambda end: end.do(end.circuit.line_fault(False)), deaf, hears, hears, registers(0), registers(1),
]  # fmt: skip


def calm(made: Bench) -> None:
    """Everybody hangs up, everything works again."""
    for end in (made.a, made.b):
        registers(1)(end)
        hears(end)
        end.do(end.circuit.line_fault(False))
        end.do(end.circuit.block(False))
    made.run(seconds(20))
    for end in (made.a, made.b):
        end.do(end.circuit.release(16))
    made.run(seconds(100))
    for end in (made.a, made.b):
        if end.state.line is Line.OUT_NO_ACK:
            end.do(end.circuit.reset())
    made.run(seconds(4))


@pytest.mark.parametrize("seed", range(60))
def test_both_are_idle_when_it_is_quiet_again(seed: int) -> None:
    made = Bench(CONFIGS[seed % len(CONFIGS)], delay=ms(seed % 40))
    made.a.whole = made.b.whole = 3
    made.a.answers_after = made.b.answers_after = ms(200)
    number = seed * 7919 + 1
    for _ in range(60):
        number = (number * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        end = (made.a, made.b)[number >> 29 & 1]
        ACTS[(number >> 8) % len(ACTS)](end)
        made.run(1 + (number >> 16) % ms(700))
    calm(made)
    for end in (made.a, made.b):
        assert end.circuit.selectable, (end.name, end.state)
        begun = end.kinds().count("SeizedInd")
        ended = end.kinds().count("ReleasedInd")
        assert begun <= ended + end.kinds().count("SetupFailed")
        assert not end.register
        assert not end.tone


@pytest.mark.parametrize("config", CONFIGS)
def test_a_call_comes_about_after_any_disorder(config: r2.R2Config) -> None:
    made = Bench(config)
    made.a.whole = made.b.whole = 3
    made.a.answers_after = made.b.answers_after = 0
    for act in ACTS:
        act(made.a)
        made.run(ms(150))
        act(made.b)
        made.run(ms(150))
    calm(made)
    made.a.do(made.a.circuit.setup("123", "45", 10))
    made.run(seconds(6))
    assert (made.a.state.line, made.b.state.line) == (Line.OUT_ANSWERED, Line.IN_ANSWERED)
