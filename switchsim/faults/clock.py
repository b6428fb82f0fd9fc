"""Faults of clocks: of the machine's clock boards, or of the equipment at the far end of a line.

`where: {clock: machine}` is the first clock board, `{clock: frame/0/slot/7}` one of them, `{clock: e1-0}` the far end
of that line. What they lead to is what differing clocks lead to: slips, holdover, another reference.
"""

from __future__ import annotations

from typing import Final

from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.proto.clock.oscillator import LEAST_PERIOD, MOST_PPB
from switchsim.proto.clock.ssm import BY_NAME
from switchsim.units import ms, seconds


class ClockFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of a clock."""


PPM: Final = Parameter("ppm", None, low=-MOST_PPB, high=MOST_PPB)
UP_TO_PPM: Final = Parameter("ppm", None, high=MOST_PPB)
RESERVED: Final = "reserved"
RESERVED_CODE: Final = 0b0001
"""A code that G.704 does not give a meaning."""
SHOWS: Final = ("clock_mode", "clock_reference", "line_slip")
DAY: Final = seconds(86_400)


def _row(name: str, text: str, parameters: dict[str, Parameter]) -> ClockFault:
    return ClockFault(name, text, "clock", name, (), (), shows=SHOWS, parameters=parameters)


CLOCK_FAULTS: Final[dict[str, ClockFault]] = {
    row.name: row
    for row in (
        _row("clock_offset", "an oscillator is so much off nominal", {"ppm": PPM}),
        _row("clock_step", "an oscillator's frequency jumps by so much", {"ppm": PPM}),
        _row("clock_wander", "an oscillator's phase swings to and fro by so many nanoseconds",
             {"amplitude_ns": Parameter("number", None, low=1, high=1_000_000),
              "period": Parameter("cycles", None, low=LEAST_PERIOD, high=DAY)}),
        _row("clock_walk", "an oscillator's frequency takes random steps of up to `ppm`, and stays within `most`",
             {"ppm": UP_TO_PPM, "most": UP_TO_PPM,
              "every": Parameter("cycles", "1s", low=ms(1), high=DAY)}),
        _row("clock_quality", "a clock says something else of its quality in the synchronisation status message",
             {"quality": Parameter("word", None, words=(*BY_NAME, RESERVED))}),
    )
}  # fmt: skip


def act_values(values: dict[str, int | str]) -> dict[str, int | str]:
    """What the clock is given of the values that a scenario gave: codes instead of names, ppb instead of ppm."""
    found = {("ppb" if name == "ppm" else name): value for name, value in values.items()}
    if "quality" in found:
        found["quality"] = int(BY_NAME.get(str(found["quality"]), RESERVED_CODE))
    return found
