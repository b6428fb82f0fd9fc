"""Clocks in machine files: the key `clock` of a machine, and of the lines for what is at their far ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from switchsim.assembly.parameters import read_parameters
from switchsim.assembly.parameters import wrong as wrong_value
from switchsim.assembly.services import LineName
from switchsim.assembly.yamltypes import Many, Strict, duration_in, scaled, wrong
from switchsim.faults.clock import ClockFault, act_values
from switchsim.hardware.boards.clock import Clock
from switchsim.proto.clock.oscillator import LEAST_PERIOD, MOST_PPB, Wander
from switchsim.proto.clock.ssm import BY_NAME
from switchsim.terminals.clocking import ClockPlan, FarClockPlan, ReferencePlan
from switchsim.units import ms, seconds

if TYPE_CHECKING:
    from switchsim.assembly.kinds import LoadedKind
    from switchsim.assembly.layout import Layout
    from switchsim.assembly.machine import MachineFile

MOST_PPM: Final = MOST_PPB // 1000
Ppm = Annotated[int, BeforeValidator(scaled(3, minimum=-MOST_PPB, maximum=MOST_PPB), json_schema_input_type=float)]
"""-500..500 ppm with up to three decimals -> ppb."""
StepPpm = Annotated[int, BeforeValidator(scaled(3, minimum=0, maximum=MOST_PPB), json_schema_input_type=float)]
Microseconds = Annotated[int, BeforeValidator(scaled(3, minimum=0, maximum=1_000_000), json_schema_input_type=float)]
"""0..1000 us with up to three decimals -> ns."""
QualityName = Literal["unknown", "prc", "ssu_a", "ssu_b", "sec", "do_not_use"]


class SineWander(Strict):
    """The phase swings to and fro."""

    shape: Literal["sine"]
    amplitude_us: Microseconds
    period: Annotated[int, duration_in(LEAST_PERIOD, seconds(86_400))]

    @model_validator(mode="after")
    def _within_reach(self) -> SineWander:
        if (peak := self.wander().peak_ppb) > MOST_PPB:
            raise wrong(f"{peak // 1000} ppm at the steepest", f"at most {MOST_PPM} ppm",
                        "take a longer period, or a smaller amplitude", where=("amplitude_us",))
        return self

    def wander(self) -> Wander:
        return Wander("sine", amplitude_ns=self.amplitude_us, period_cycles=self.period)


class WalkWander(Strict):
    """The frequency moves by a random step again and again."""

    shape: Literal["walk"]
    step_ppm: StepPpm
    most_ppm: StepPpm
    every: Annotated[int, duration_in(ms(1), seconds(86_400))]

    def wander(self) -> Wander:
        return Wander("walk", step_ppb=self.step_ppm, most_ppb=self.most_ppm, every_cycles=self.every)


WanderSpec = Annotated[SineWander | WalkWander, Field(discriminator="shape")]


class ReferenceSpec(Strict):
    """A line that the machine's clock may follow."""

    line: LineName
    priority: Annotated[int, Field(ge=1, le=255)] = 1


class ClockSpec(Strict):
    """The clock of a machine: how exact its clock boards are by themselves, and what they may follow."""

    ppm: Ppm = 0
    wander: WanderSpec | None = None
    references: Annotated[Many[ReferenceSpec], Field(min_length=1, max_length=48)] = ()
    ssm: bool = False
    revertive: bool = True
    quality: QualityName = "sec"
    wait_to_restore: Annotated[int, duration_in(0, seconds(720))] | None = None


class FarClockSpec(Strict):
    """The clock at the far end of a line, as exact and as good as it says; each line has one of its own."""

    ppm: Ppm = 0
    wander: WanderSpec | None = None
    quality: QualityName = "prc"
    follows: bool = False


def _wander(spec: Any) -> Wander:
    return spec.wander() if spec is not None else Wander()


def _told(machine: MachineFile) -> bool:
    """Whether the machine file speaks of clocks at all."""
    return machine.clock is not None or any(row.clock is not None for row in machine.lines)


def clock_plan(machine: MachineFile) -> ClockPlan:
    """The clock of the machine."""
    spec = machine.clock or ClockSpec()
    return ClockPlan(
        name=machine.name, told=_told(machine), ppb=spec.ppm, wander=_wander(spec.wander),
        references=tuple(ReferencePlan(one.line, one.priority) for one in spec.references), ssm=spec.ssm,
        revertive=spec.revertive, quality=int(BY_NAME[spec.quality]),
        wait_cycles=-1 if spec.wait_to_restore is None else spec.wait_to_restore,
    )  # fmt: skip


def far_clock_plans(machine: MachineFile) -> dict[str, FarClockPlan]:
    """Line -> the clock at its far end."""
    told, plans = _told(machine), {}
    for row in machine.lines:
        spec = row.clock or FarClockSpec()
        for line in row.names:
            plans[line] = FarClockPlan(
                line, f"far/{line}", told, spec.ppm, _wander(spec.wander), int(BY_NAME[spec.quality]), spec.follows
            )
    return plans


def clock_problems(
    spec: ClockSpec | None, lines: Sequence[str], boards: int
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """References that lead nowhere: where, what, expected."""
    seen: list[str] = []
    if spec and spec.references and not boards:
        yield ("clock", "references"), "references without a clock board", "a ckv in the rack"
    for index, one in enumerate(spec.references if spec else ()):
        where = ("clock", "references", index, "line")
        if one.line not in lines:
            yield where, f"no line {one.line!r}", f"one of {', '.join(lines)}"
        elif one.line in seen:
            yield where, f"line {one.line} is a reference already", "every line once"
        seen.append(one.line)


def is_clock(kind: LoadedKind) -> bool:
    """Whether boards of that kind give a clock."""
    return issubclass(kind.board, Clock)


def clock_boards(layout: Layout) -> list[str]:
    """Places of the clock boards, in the order in which they take over."""
    return [board.path for board in layout.boards if is_clock(board.loaded)]


def clock_values(row: ClockFault, given: dict[str, int | str]) -> dict[str, int | str]:
    """What a fault of a clock is given; raises BadInput."""
    values = act_values(read_parameters(row, given))
    if row.point == "clock_wander":
        sine = Wander("sine", amplitude_ns=int(values["amplitude_ns"]), period_cycles=int(values["period"]))
        if sine.peak_ppb > MOST_PPB:
            raise wrong_value(f"{row.name}: {sine.peak_ppb // 1000} ppm at the steepest", f"at most {MOST_PPM} ppm",
                              "take a longer period, or a smaller amplitude")
    return values
