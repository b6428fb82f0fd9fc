"""Every time-out: when it starts, how long it is, what its expiry does (Q.422, Q.476)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from r2_by_hand import BLOCKED, IDLE, SEIZED, fresh, incoming, outgoing

from switchsim.proto import r2
from switchsim.proto.r2.actions import Action
from switchsim.proto.r2.state import Line
from switchsim.proto.r2.timers import SETTINGS, TIMERS, timer_values
from switchsim.proto.windows import outside
from switchsim.units import ms, seconds

CHINA = r2.R2Config(variant="china")


def brought(circuit: r2.Circuit, *steps: Callable[[r2.Circuit], object]) -> r2.Circuit:
    for step in steps:
        step(circuit)
    return circuit


def heard(signal: int) -> Callable[[r2.Circuit], object]:
    return lambda circuit: circuit.tone_on(signal)


silence = r2.Circuit.tone_off


def waiting_for_digits(config: r2.R2Config | None = None) -> r2.Circuit:
    circuit = fresh() if config is None else fresh(config)
    return brought(circuit, lambda c: c.line(SEIZED), r2.Circuit.register_ready, heard(1), r2.Circuit.more, silence)


def calling_awaited(config: r2.R2Config) -> r2.Circuit:
    return brought(fresh(config), lambda c: c.line(SEIZED), r2.Circuit.register_ready, heard(1), r2.Circuit.complete,
                   silence, heard(1), silence)  # fmt: skip


ROWS: list[tuple[str, str, Callable[[], r2.Circuit], list[Action], Line]] = [
    ("seize_ack", "no acknowledgement", lambda: outgoing(Line.OUT_SEIZED),
     [r2.MaintenanceAlarm("3.2.3.2", "no seizing acknowledgement"), r2.FreeRegister(),
      r2.SetupFailed("no_ack", True, 41), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_NO_ACK),
    ("guard", "double seizure", lambda: brought(outgoing(Line.OUT_SEIZED), lambda c: c.line(SEIZED)),
     [r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("reseize", "pause", lambda: brought(incoming(Line.IN_ENDED), lambda c: c.line(IDLE)), [r2.IdleInd()], Line.IDLE),
    ("release", "no release guard", lambda: brought(outgoing(Line.OUT_ANSWERED), r2.Circuit.release),
     [r2.MaintenanceAlarm("3.2", "no release guard")], Line.OUT_RELEASING),
    ("release", "no clear-forward", lambda: incoming(Line.IN_ENDED),
     [r2.MaintenanceAlarm("3.2", "no clear-forward")], Line.IN_ENDED),
    ("reset", "not idle", lambda: brought(incoming(Line.IN_ANSWERED), r2.Circuit.reset),
     [r2.MaintenanceAlarm("3.2", "bits 00 after a reset, 10 expected")], Line.RESETTING),
    ("fault", "backward 10", lambda: brought(outgoing(Line.OUT_COMPLETE), lambda c: c.line(IDLE)),
     [r2.MaintenanceAlarm("3.2", "bits 10 for too long"), r2.ReleasedInd(41, True), r2.StopTimer("answer"),
      r2.SendLine(IDLE), r2.StartTimer("reseize", ms(100))], Line.IDLE),
    ("fault", "forward 11", lambda: brought(incoming(Line.IN_COMPLETE), lambda c: c.line(BLOCKED)),
     [r2.MaintenanceAlarm("3.2", "bits 11 for too long"), r2.ReleasedInd(41, True),
      r2.StartTimer("release", seconds(60))], Line.IN_ENDED),
    ("line_fault", "outgoing", lambda: brought(outgoing(Line.OUT_ANSWERED), lambda c: c.line_fault(True)),
     [r2.ReleasedInd(41, False), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("line_fault", "incoming", lambda: brought(incoming(Line.IN_ANSWERED), lambda c: c.line_fault(True)),
     [r2.SendLine(BLOCKED), r2.ReleasedInd(41, False), r2.StartTimer("release", seconds(60))], Line.IN_ENDED),
    ("answer", "no answer", lambda: outgoing(Line.OUT_COMPLETE),
     [r2.ReleasedInd(19, False), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("clear_back", "no re-answer", lambda: outgoing(Line.OUT_CLEARED_BACK),
     [r2.ReleasedInd(16, False), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("forward", "no backward signal", lambda: outgoing(Line.OUT_REGISTER),
     [r2.MaintenanceAlarm("5.5", "no backward signal to forward 1"), r2.SetupFailed("timeout", True, 102),
      r2.StopTone(), r2.FreeRegister(), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("between", "backward signal stays", lambda: brought(outgoing(Line.OUT_REGISTER), heard(1)),
     [r2.MaintenanceAlarm("5.5", "no occasion for a forward signal"), r2.SetupFailed("timeout", True, 102),
      r2.FreeRegister(), r2.SendLine(IDLE), r2.StartTimer("release", seconds(60))], Line.OUT_RELEASING),
    ("incoming", "no first digit", lambda: incoming(Line.IN_REGISTER),
     [r2.MaintenanceAlarm("5.5", "no forward signal, digit expected"), r2.ReleasedInd(28, False),
      r2.StartTimer("pulse_gap", ms(100))], Line.IN_REGISTER),
    ("incoming", "no next digit", waiting_for_digits,
     [r2.MaintenanceAlarm("5.5", "no forward signal, digit expected"), r2.ReleasedInd(28, False),
      r2.StartTimer("pulse_gap", ms(100))], Line.IN_REGISTER),
    ("incoming", "no calling digit", lambda: calling_awaited(r2.R2Config()),
     [r2.StartTimer("pulse_gap", ms(100))], Line.IN_REGISTER),
    ("incoming", "no calling digit, China", lambda: calling_awaited(CHINA),
     [r2.StartTimer("pulse_gap", ms(100))], Line.IN_REGISTER),
    ("incoming", "no group II", lambda: brought(
        fresh(r2.R2Config(ask_calling=False)), lambda c: c.line(SEIZED), r2.Circuit.register_ready, heard(1),
        r2.Circuit.complete, silence),
     [r2.MaintenanceAlarm("5.5", "no forward signal, group_ii expected"), r2.ReleasedInd(102, False),
      r2.FreeRegister(), r2.StartTimer("release", seconds(60))], Line.IN_ENDED),
    ("back_cycle", "forward signal stays", lambda: brought(waiting_for_digits(), heard(2), r2.Circuit.more),
     [r2.MaintenanceAlarm("5.5", "forward signal 2 does not end"), r2.StopTone(), r2.FreeRegister(),
      r2.ReleasedInd(102, False), r2.StartTimer("release", seconds(60))], Line.IN_ENDED),
    ("pulse_gap", "pulse", lambda: brought(waiting_for_digits(), r2.Circuit.complete),
     [r2.PulseTone(3, ms(150))], Line.IN_REGISTER),
]  # fmt: skip


@pytest.mark.parametrize(("name", "title", "given", "expected", "line"), ROWS, ids=[f"{r[0]}-{r[1]}" for r in ROWS])
def test_expiry(name: str, title: str, given: Callable[[], r2.Circuit], expected: list[Action], line: Line) -> None:
    circuit = given()
    assert list(circuit.timer(name)) == expected, title
    assert circuit.state.line is line
    assert circuit.timer(name) == [], "it runs no more"


def test_every_timer_has_its_row() -> None:
    assert {row[0] for row in ROWS} == set(TIMERS)


@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_that_does_not_run_changes_nothing(name: str) -> None:
    circuit = fresh()
    assert circuit.timer(name) == []
    assert circuit.state == r2.new_state()


def test_defaults_lie_in_their_windows() -> None:
    assert not outside(timer_values({}), SETTINGS)
    assert [row.name for row in outside(timer_values({"forward": seconds(20)}), SETTINGS)] == ["forward"]


def test_overrides_are_used_and_checked() -> None:
    circuit = fresh(r2.R2Config(timers={"seize_ack": ms(150), "pulse": ms(120)}))
    assert r2.StartTimer("seize_ack", ms(150)) in circuit.setup("1", "", 10)
    with pytest.raises(ValueError, match="no timers of R2 signalling: forwards"):
        fresh(r2.R2Config(timers={"forwards": 1}))


def test_variants_are_two() -> None:
    with pytest.raises(ValueError, match="no variant of R2 signalling"):
        r2.R2Config(variant="mexico")


def test_a_congestion_pulse_ends_register_signalling() -> None:
    circuit = waiting_for_digits()
    circuit.timer("incoming")
    assert circuit.timer("pulse_gap") == [r2.PulseTone(4, ms(150))]
    assert circuit.pulse_sent() == [r2.FreeRegister(), r2.StartTimer("release", seconds(60))]
    assert circuit.state.line is Line.IN_ENDED


@pytest.mark.parametrize("config", [r2.R2Config(), CHINA])
def test_a_call_goes_on_without_its_calling_number(config: r2.R2Config) -> None:
    circuit = calling_awaited(config)
    circuit.timer("incoming")
    circuit.timer("pulse_gap")
    circuit.pulse_sent()
    assert circuit.tone_on(1)[-1] == r2.SetupInd("1", "", 10)


def cycles(text: str) -> int:
    number, unit = text.split()
    return int(float(number) * {"ms": 8, "s": 8000}[unit])


def test_the_page_tells_the_timers_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "r2.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+ m?s) \| (\S+)( ms| s)? to (\S+ m?s) \|", page, re.MULTILINE)
    told = {
        name: (cycles(low + (unit or " " + high.split()[1])), cycles(default), cycles(high))
        for name, default, low, unit, high in rows
    }
    assert told == {name: row[:3] for name, row in TIMERS.items()}
