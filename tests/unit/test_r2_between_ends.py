"""Calls between two circuits: both variants, every order of the numbers, every answer to a call."""

from __future__ import annotations

import pytest
from r2_pair import Bench, End

from switchsim.proto import r2
from switchsim.proto.r2.state import Line
from switchsim.units import ms, seconds

ITU = r2.R2Config()
CHINA = r2.R2Config(variant="china", cd=0b11)


def bench(config: r2.R2Config = ITU, outgoing: r2.R2Config | None = None, delay: int = ms(5)) -> Bench:
    made = Bench(config if outgoing is None else outgoing, config, delay)
    made.b.whole, made.b.answers_after = 5, seconds(1)
    return made


def call(made: Bench, called: str = "10086", calling: str = "139", category: int = 10) -> tuple[End, End]:
    made.a.do(made.a.circuit.setup(called, calling, category))
    made.run(seconds(8))
    return made.a, made.b


ORDERS = [
    (ITU, [1, 10, 10, 8, 6, 1, 1, 3, 9, 15, 1], [1, 1, 1, 1, 5, 5, 5, 5, 5, 3, 6]),
    (r2.R2Config(calling_first=True), [1, 1, 1, 3, 9, 15, 10, 10, 8, 6, 1], [5, 5, 5, 5, 5, 1, 1, 1, 1, 3, 6]),
    (r2.R2Config(ask_calling=False), [1, 10, 10, 8, 6, 1], [1, 1, 1, 1, 3, 6]),
    (r2.R2Config(calling_digits=3), [1, 10, 10, 8, 6, 1, 1, 3, 9, 1], [1, 1, 1, 1, 5, 5, 5, 5, 3, 6]),
    (CHINA, [1, 10, 10, 8, 6, 1, 1, 3, 9, 15, 3], [1, 1, 1, 1, 6, 1, 1, 1, 1, 3, 1]),
    (r2.R2Config(variant="china", calling_first=True),
     [1, 1, 1, 3, 9, 15, 10, 10, 8, 6, 3], [6, 1, 1, 1, 1, 1, 1, 1, 1, 3, 1]),
    (r2.R2Config(variant="china", calling_first=True, calling_digits=3),
     [1, 1, 1, 3, 9, 10, 10, 8, 6, 3], [6, 1, 1, 1, 1, 1, 1, 1, 3, 1]),
    (r2.R2Config(variant="china", ask_calling=False), [1, 10, 10, 8, 6, 3], [1, 1, 1, 1, 3, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("config", "forward", "backward"), ORDERS)
def test_signals_in_their_order(config: r2.R2Config, forward: list[int], backward: list[int]) -> None:
    a, b = call(bench(config))
    assert (a.signals, b.signals) == (forward, backward)
    assert a.kinds() == ["AddressCompleteInd", "AnswerInd"]
    assert b.last(r2.SetupInd) == r2.SetupInd("10086", "139" if config.ask_calling else "", 10)
    assert (a.state.line, b.state.line) == (Line.OUT_ANSWERED, Line.IN_ANSWERED)
    assert not a.state.violations_count + b.state.violations_count
    assert (a.register, b.register, a.due, b.due) == ("", "", {}, {})


@pytest.mark.parametrize("config", [ITU, CHINA])
@pytest.mark.parametrize("delay", [ms(0), ms(1), ms(30), ms(80)])
def test_any_delay_that_the_acknowledgement_allows(config: r2.R2Config, delay: int) -> None:
    a, b = call(bench(r2.R2Config(variant=config.variant, timers={"seize_ack": ms(300)}), delay=delay))
    assert (a.state.line, b.state.line) == (Line.OUT_ANSWERED, Line.IN_ANSWERED)
    assert not a.state.violations_count + b.state.violations_count


@pytest.mark.parametrize("config", [ITU, CHINA, r2.R2Config(calling_first=True)])
def test_one_call_after_the_other_either_way(config: r2.R2Config) -> None:
    """Nothing of a call is left to the next, whoever begins it and however the one before it ended."""
    made = bench(config)
    made.a.whole = 5
    for number in range(6):
        caller, called = (made.a, made.b) if number % 3 else (made.b, made.a)
        called.cause = 17 if number % 2 else 0
        called.answers_after = ms(100)
        caller.do(caller.circuit.setup("10086", f"13{number}", 10))
        made.run(seconds(8))
        assert called.last(r2.SetupInd) == r2.SetupInd("10086", f"13{number}", 10)
        assert (caller.state.line is Line.OUT_ANSWERED) == (number % 2 == 0)
        caller.do(caller.circuit.release(16))
        made.run(seconds(1))
        assert made.a.circuit.selectable
        assert made.b.circuit.selectable
    assert not made.a.state.violations_count + made.b.state.violations_count


@pytest.mark.parametrize("config", [ITU, CHINA])
def test_the_caller_clears(config: r2.R2Config) -> None:
    made = bench(config)
    a, b = call(made)
    a.do(a.circuit.release(16))
    made.run(seconds(1))
    assert a.kinds()[-2:] == ["ReleasedInd", "IdleInd"]
    assert b.last(r2.ReleasedInd) == r2.ReleasedInd(16, by_peer=True)
    assert a.circuit.selectable
    assert b.circuit.selectable
    assert (a.bits, b.bits) == ([0b00, 0b10], [0b11, 0b01, 0b10])


@pytest.mark.parametrize("config", [ITU, CHINA])
def test_the_called_party_clears_and_comes_back(config: r2.R2Config) -> None:
    made = bench(config)
    a, b = call(made)
    for on in (True, False, True):
        b.do(b.circuit.clear_back(on))
        made.run(ms(200))
        assert a.last(r2.ClearBackInd) == r2.ClearBackInd(on)
    made.run(seconds(89))
    assert a.state.line is Line.OUT_CLEARED_BACK
    made.run(seconds(3))
    assert a.last(r2.ReleasedInd) == r2.ReleasedInd(16, by_peer=False)
    assert b.last(r2.ReleasedInd) == r2.ReleasedInd(16, by_peer=True)
    assert a.circuit.selectable
    assert b.circuit.selectable
