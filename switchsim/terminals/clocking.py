"""Clocks as the assembly plans them, and what faults do to an oscillator, of a clock board or of a far end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from switchsim.proto.clock.oscillator import Oscillator, Wander
from switchsim.proto.clock.ssm import Quality

OSCILLATOR_FAULTS: Final = ("clock_offset", "clock_step", "clock_wander", "clock_walk")
"""Fault points of everything that has an oscillator."""


class ReferencePlan(msgspec.Struct, frozen=True):
    """A line that the machine's clock may follow; the lowest priority is the first."""

    line: str
    priority: int


class ClockPlan(msgspec.Struct, frozen=True):
    """The clock of a machine. told: the machine file speaks of clocks; otherwise nobody says anything before a fault.

    ppb, wander: of the oscillators of its clock boards. quality: what it sends while it follows no reference.
    wait_cycles: wait to restore, -1 as the board kind has it.
    """

    name: str = "machine"
    told: bool = False
    ppb: int = 0
    wander: Wander = Wander()
    references: tuple[ReferencePlan, ...] = ()
    ssm: bool = False
    revertive: bool = True
    quality: int = Quality.SEC
    wait_cycles: int = -1


class FarClockPlan(msgspec.Struct, frozen=True):
    """The clock at the far end of a line; told as in ClockPlan. follows: it is locked to what it receives."""

    line: str
    name: str
    told: bool = False
    ppb: int = 0
    wander: Wander = Wander()
    quality: int = Quality.PRC
    follows: bool = False


def disturb(oscillator: Oscillator, now: int, point: str, values: Mapping[str, int | str]) -> None:
    """A fault of OSCILLATOR_FAULTS begins; values: as switchsim.faults.clock leaves them, and the fault's number."""
    state, fault = oscillator.state, str(values["fault"])
    if point == "clock_offset":
        state.offsets[fault] = int(values["ppb"])
    elif point == "clock_step":
        state.steps[fault] = int(values["ppb"])
    elif point == "clock_wander":
        sine = Wander("sine", amplitude_ns=int(values["amplitude_ns"]), period_cycles=int(values["period"]))
        state.wanders[fault] = sine
        oscillator.wander_anew(now)
    else:
        step, most = int(values["ppb"]), int(values["most"])
        state.wanders[fault] = Wander("walk", step_ppb=step, most_ppb=most, every_cycles=int(values["every"]))
        oscillator.wander_anew(now)


def leave_alone(oscillator: Oscillator, now: int, point: str, values: Mapping[str, int | str]) -> None:
    """The fault is undone."""
    state, fault = oscillator.state, str(values["fault"])
    if point in ("clock_offset", "clock_step"):
        (state.offsets if point == "clock_offset" else state.steps).pop(fault, None)
    elif state.wanders.pop(fault, None) is not None:
        oscillator.wander_anew(now)
