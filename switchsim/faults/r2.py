"""Faults of R2 signalling: what an exchange at the far end does wrongly on its circuits.

They act between its protocol, which is right, and the line (`switchsim.terminals.r2_mistakes`). What the machine makes
of it is in the journal as violated and call_cleared, and as what passes on the circuit: r2_line, r2_register.
"""

from __future__ import annotations

from typing import Final

from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.units import seconds


class R2Fault(ParameterFault, frozen=True, kw_only=True):
    """A fault of circuits of a line; timeslot 0: of all of them."""


WHICH: Final[dict[str, Parameter]] = {
    "skip": Parameter("number", 0, high=1_000_000),
    "count": Parameter("number", 0, high=1_000_000),
}
"""Of the signals that it could meet `skip` are spared, then it meets `count`, 0: all."""
SIGNAL: Final = Parameter("number", None, low=1, high=15)
TIME: Final = Parameter("cycles", None, low=8, high=seconds(60))
SHOWS: Final = ("violated",)


def _row(name: str, text: str, **more: Parameter) -> R2Fault:
    return R2Fault(name, text, "r2", name, (), (), layers=(), shows=SHOWS, parameters={**WHICH, **more})


ROWS: Final = (
    _row("r2_no_ack", "seizures are not acknowledged: the bits stay idle"),
    _row("r2_double_seizure", "a seizure is answered with a seizure, as when both ends take a circuit at once"),
    _row("r2_late_line", "line signals come so much later: acknowledgement, answer, clear-back, idle", time=TIME),
    _row("r2_mute_register", "register signals are not sent, forward or backward"),
    _row("r2_wrong_signal", "register signals are sent as another one", signal=SIGNAL),
    _row("r2_stuck_tone", "register signals do not end before the register is given up"),
)
R2_FAULTS: Final[dict[str, R2Fault]] = {row.name: row for row in ROWS}
