"""How calls are refused: causes and the signals that tell them, in every phase of register signalling (Q.474)."""

from __future__ import annotations

import pytest
from r2_by_hand import fresh
from r2_pair import Bench, End

from switchsim.proto import r2
from switchsim.proto.r2 import codes
from switchsim.proto.r2.state import Line
from switchsim.units import seconds

CONFIGS = {
    "itu": r2.R2Config(), "china": r2.R2Config(variant="china"), "china toll": r2.R2Config(variant="china", toll=True),
}  # fmt: skip


def refused(name: str, cause: int) -> tuple[End, End]:
    made = Bench(CONFIGS[name])
    made.b.whole, made.b.cause = 3, cause
    made.a.do(made.a.circuit.setup("123", "", 10))
    made.run(seconds(6))
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable
    assert made.b.last(r2.ReleasedInd) == r2.ReleasedInd(cause, False)
    return made.a, made.b


@pytest.mark.parametrize(
    ("name", "cause", "signal", "told"),
    [
        ("itu", 17, 3, 17), ("itu", 1, 5, 1), ("itu", 28, 5, 1), ("itu", 27, 8, 27), ("itu", 34, 4, 42),
        ("itu", 42, 4, 42), ("itu", 22, 2, 4), ("itu", 16, 4, 42),
        ("china", 17, 4, 17), ("china", 1, 5, 1), ("china", 42, 4, 17), ("china", 27, 4, 17),
        ("china toll", 17, 2, 17), ("china toll", 1, 5, 1), ("china toll", 42, 4, 34), ("china toll", 27, 4, 34),
    ],
)  # fmt: skip
def test_an_offered_call_is_refused_in_group_b(name: str, cause: int, signal: int, told: int) -> None:
    a, b = refused(name, cause)
    assert b.signals[-1] == signal
    again = told in (34, 42)
    assert a.last(r2.SetupFailed) == r2.SetupFailed("refused", again, told)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("cause", [1, 16, 17, 19, 21, 27, 28, 31, 34, 41, 42, 102, 127])
@pytest.mark.parametrize("digits", [0, 1, 2])
def test_a_call_ends_at_any_digit(name: str, cause: int, digits: int) -> None:
    """Congestion by A4; any other cause by the changeover, as group A has no signal for it (China: KB5 for unknown)."""
    made = Bench(CONFIGS[name])
    a, b = made.a, made.b
    a.do(a.circuit.setup("123", "", 10))
    while not b.state.called:
        made.run(80)
    for _ in range(digits):
        b.do(b.circuit.more())
        made.run(seconds(1))
    b.do(b.circuit.refuse(cause))
    assert b.last(r2.ReleasedInd) == r2.ReleasedInd(cause, False)
    made.run(seconds(4))
    assert a.circuit.selectable
    assert b.circuit.selectable
    table = codes.table_b(CONFIGS[name].variant, a.state.kd or (2 if "toll" in name else 3))
    expected = [4] if cause in codes.CONGESTIONS else [3, codes.signal_of(table, cause)]
    assert b.signals == [1] * digits + expected
    assert a.last(r2.SetupFailed) is not None
    assert [b.kinds().count(kind) for kind in ("ReleasedInd", "SetupInd")] == [1, 0]


@pytest.mark.parametrize("cause", [1, 42])
@pytest.mark.parametrize("after", range(0, 16000, 523))
@pytest.mark.parametrize("name", ["itu", "china"])
def test_released_at_any_moment_by_the_called_side(name: str, after: int, cause: int) -> None:
    made = Bench(CONFIGS[name])
    made.b.whole, made.b.answers_after = 3, 0
    made.a.do(made.a.circuit.setup("123", "45", 10))
    made.run(after)
    made.b.do(made.b.circuit.release(cause))
    made.run(seconds(90))
    made.a.do(made.a.circuit.release(16))
    made.run(seconds(1))
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable
    ends = [end.kinds().count("SetupFailed") + end.kinds().count("ReleasedInd") for end in (made.a, made.b)]
    assert ends[0] == 1
    assert ends[1] == made.b.kinds().count("SeizedInd")
    assert not made.a.state.violations_count + made.b.state.violations_count


@pytest.mark.parametrize("after", range(0, 16000, 523))
@pytest.mark.parametrize("name", ["itu", "china"])
def test_released_at_any_moment_by_the_caller(name: str, after: int) -> None:
    made = Bench(CONFIGS[name])
    made.b.whole, made.b.answers_after = 3, 0
    made.a.do(made.a.circuit.setup("123", "45", 10))
    made.run(after)
    made.a.do(made.a.circuit.release(16))
    assert made.a.last(r2.ReleasedInd) == r2.ReleasedInd(16, False)
    made.run(seconds(1))
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable
    assert made.b.kinds().count("ReleasedInd") == made.b.kinds().count("SeizedInd")
    assert not made.a.state.violations_count + made.b.state.violations_count


@pytest.mark.parametrize(
    ("name", "kd", "signal", "complete"),
    [
        ("itu", 1, 6, True), ("itu", 1, 7, False), ("china", 3, 1, True), ("china", 3, 6, True),
        ("china toll", 2, 1, True),
    ],
)  # fmt: skip
def test_signals_of_a_free_line(name: str, kd: int, signal: int, complete: bool) -> None:
    circuit = fresh(CONFIGS[name])
    circuit.setup("1", "", 10)
    circuit.line(0b11)
    circuit.register_ready()
    circuit.tone_on(3)
    assert r2.SendTone(kd) in circuit.tone_off()
    circuit.tone_on(signal)
    assert r2.AddressCompleteInd(True, complete) in circuit.tone_off()


@pytest.mark.parametrize(("name", "signal"), [("itu", 1), ("itu", 9), ("itu", 15), ("china toll", 6)])
def test_spare_signals_of_group_b_end_the_call(name: str, signal: int) -> None:
    circuit = fresh(CONFIGS[name])
    circuit.setup("1", "", 10)
    circuit.line(0b11)
    circuit.register_ready()
    circuit.tone_on(3)
    circuit.tone_off()
    circuit.tone_on(signal)
    actions = circuit.tone_off()
    assert r2.SetupFailed("refused", False, 41) in actions
    assert isinstance(actions[0], r2.Violation)


@pytest.mark.parametrize("charge", [True, False])
def test_a_free_call(charge: bool) -> None:
    made = Bench(CONFIGS["itu"])
    made.b.whole, made.b.charge = 3, charge
    made.a.do(made.a.circuit.setup("123", "", 10))
    made.run(seconds(4))
    assert made.a.last(r2.AddressCompleteInd) == r2.AddressCompleteInd(True, charge)
    assert made.a.state.line is Line.OUT_COMPLETE


def test_released_before_there_is_a_register() -> None:
    circuit = fresh()
    circuit.line(0b00)
    actions = circuit.release(1)
    assert actions[0] == r2.ReleasedInd(1, False)
    assert r2.FreeRegister() in actions
    assert circuit.state.line is Line.IN_ENDED


def test_released_while_the_free_signal_is_on_its_way() -> None:
    circuit = fresh(r2.R2Config(ask_calling=False))
    circuit.line(0b00)
    circuit.register_ready()
    circuit.tone_on(1)
    circuit.complete()
    circuit.tone_off()
    circuit.tone_on(1)
    circuit.accept()
    assert circuit.release(17) == [r2.ReleasedInd(17, False)]
    circuit.tone_off()
    assert circuit.state.line is Line.IN_ENDED
    assert circuit.answer() == []


def test_congestion_while_calling_digits_come_is_a_compelled_a4() -> None:
    circuit = fresh()
    circuit.line(0b00)
    circuit.register_ready()
    circuit.tone_on(1)
    circuit.complete()
    circuit.release(42)
    circuit.tone_off()
    assert r2.SendTone(4) in circuit.tone_on(1)
