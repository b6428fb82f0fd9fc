"""What passed on R2 circuits, by calls: line signals, and register signals as they begin, with their meaning.

The machine's end tells it where it writes it down; else the far end does, seen from the other side.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import R2Line, R2Register
from switchsim.proto.r2 import codes

MACHINE: Final = "machine"
FIXED: Final = 0b11
"""c, d: 11 in China, 01 elsewhere."""
GROUPS: Final[dict[str, dict[int, str]]] = {
    "I": codes.GROUP_I, "II": codes.GROUP_II, "A": codes.GROUP_A, "B": codes.GROUP_B, "A_CHINA": codes.GROUP_A_CHINA,
    "KA": codes.KA, "KD": codes.KD, "KB": codes.KB, "KB_LOCAL": codes.KB_LOCAL,
}  # fmt: skip
ENDED: Final = frozenset({"idle", "clear_forward"})


class R2Signal(msgspec.Struct, frozen=True):
    """One rung: `sent` by the machine, or received by it."""

    at: int
    sent: bool
    text: str


class _Call(msgspec.Struct):
    """From a seizure to the next one. start -1: what passed before the first."""

    start: int
    signals: list[R2Signal]
    over: bool = False

    def lasts(self, offered: int, ended: int) -> bool:
        end = self.signals[-1].at if self.over else ended
        return 0 <= self.start <= ended and end >= offered


class R2Signals:
    """Give it every record, then ask for the signals of a circuit's call."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, int, str], list[_Call]] = {}  # line, timeslot, end
        self._china: dict[tuple[str, int], bool] = {}  # circuits whose fixed bits are China's
        self._kd: dict[tuple[str, int], int] = {}  # the latest

    def take(self, record: Record) -> None:
        """Records of other kinds change nothing."""
        event = record.event
        if isinstance(event, R2Line):
            calls = self._calls.setdefault((event.line, event.timeslot, event.end), [_Call(-1, [])])
            if event.signal == "seizure" and (calls[-1].over or calls[-1].start < 0):
                calls.append(_Call(record.at, []))
            self._china[event.line, event.timeslot] = event.abcd & FIXED == FIXED
            calls[-1].over = calls[-1].over or event.signal in ENDED
            self._add(record.at, event, f"{event.signal} {event.abcd:04b}")
        elif isinstance(event, R2Register) and event.on:
            self._add(record.at, event, self._meaning(event))

    def _add(self, at: int, event: R2Line | R2Register, text: str) -> None:
        calls = self._calls.setdefault((event.line, event.timeslot, event.end), [_Call(-1, [])])
        sent = (event.way == "sent") == (event.end == MACHINE)
        calls[-1].signals.append(R2Signal(at, sent, text))

    def _meaning(self, event: R2Register) -> str:
        circuit = (event.line, event.timeslot)
        if event.group == "KD":
            self._kd[circuit] = event.signal
        group = event.group
        if group == "A" and self._china.get(circuit):
            group = "A_CHINA"
        elif group == "KB" and self._kd.get(circuit) in codes.KD_LOCAL:
            group = "KB_LOCAL"
        return f"{event.group}-{event.signal} {GROUPS[group].get(event.signal, 'spare')}"

    def of_call(self, line: str, timeslot: int, offered: int, ended: int) -> list[R2Signal]:
        """Of the call that was on a circuit from `offered` to `ended`: its seizure, to the circuit's idle state."""
        calls = self._calls.get((line, timeslot, MACHINE)) or self._calls.get((line, timeslot, "far"), [])
        return next((call.signals for call in calls if call.lasts(offered, ended)), [])


