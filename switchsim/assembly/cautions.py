"""What a machine file may say, and no standard would: told as warnings, nothing is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from switchsim.assembly.machine import LineSpec
from switchsim.assembly.r2 import R2Spec
from switchsim.assembly.signalling import Ss7Spec
from switchsim.assembly.yamlfile import Lines
from switchsim.errors import Problem
from switchsim.proto.isup.timers import TIMERS as ISUP_TIMERS
from switchsim.proto.mtp2.state import PCR_TIMERS
from switchsim.proto.mtp2.state import TIMERS as MTP2_TIMERS
from switchsim.proto.mtp3.config import TEST_WINDOWS, WINDOWS
from switchsim.proto.r2.timers import TIMERS as R2_TIMERS
from switchsim.proto.tup.timers import TIMERS as TUP_TIMERS
from switchsim.proto.windows import Outside, Window, outside
from switchsim.units import CYCLES_PER_MS, CYCLES_PER_SECOND

_STANDARD: Final[dict[str, str]] = {
    "mtp2": "Q.703 ", "mtp3": "Q.704 ", "slt": "Q.707 ", "isup": "Q.764 ", "tup": "Q.724: ",
}  # fmt: skip


def timer_warnings(ss7: Ss7Spec | None, lines: Lines) -> tuple[Problem, ...]:
    """Timers of `ss7: timers:` that are outside the windows of their standards, in the order of the file."""
    if ss7 is None:
        return ()
    pcr = any(row.method == "pcr" for row in ss7.link_sets)
    return tuple(
        lines.problem(("ss7", "timers", row.name), f"warning: {_told(row)}")
        for row in outside(ss7.timers, _windows(pcr))
    )


def r2_timer_warnings(specs: Sequence[LineSpec], lines: Lines) -> tuple[Problem, ...]:
    """The same of the `timers` of lines with R2 signalling."""
    return tuple(
        lines.problem(("lines", index, "signalling", "timers", row.name), f"warning: {_told(row)}")
        for index, spec in enumerate(specs) if isinstance(spec.signalling, R2Spec)
        for row in outside(spec.signalling.timers, R2_TIMERS)
    )  # fmt: skip


def _windows(pcr: bool) -> dict[str, Window]:
    """By the names of machine files."""
    layers: dict[str, Mapping[str, Window]] = {
        "mtp2": PCR_TIMERS if pcr else MTP2_TIMERS, "mtp3": WINDOWS, "slt": TEST_WINDOWS, "isup": ISUP_TIMERS,
        "tup": TUP_TIMERS,
    }  # fmt: skip
    return {f"{layer}.{name}": window for layer, windows in layers.items() for name, window in windows.items()}


def _told(row: Outside) -> str:
    standard = _STANDARD.get(row.name.partition(".")[0], "")  # R2: the clause alone, if there is one
    unit, size = ("s", CYCLES_PER_SECOND) if row.high >= CYCLES_PER_SECOND else ("ms", CYCLES_PER_MS)
    low, high = _number(row.low, size), _number(row.high, size)
    return f"{row.name}: {_number(row.value, size)}{unit} is outside {low}..{high} {unit} ({standard}{row.told})"


def _number(cycles: int, size: int) -> str:
    """Cycles in units of `size` cycles, without superfluous zeros; exact to 125 us."""
    whole, rest = divmod(cycles, size)
    return f"{whole}." + f"{rest * 1_000_000 // size:06d}".rstrip("0") if rest else str(whole)
