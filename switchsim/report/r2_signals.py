"""What passed on R2 circuits, by calls: line signals, and register signals as they begin, with their meaning.

The machine's end tells it where it writes it down; else the far end does, seen from the other side.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import R2Line, R2Register
from switchsim.report.r2_meanings import CHINA_ALONE, ITU_ALONE, Dialogue

MACHINE: Final = "machine"
FIXED: Final = 0b11
"""c, d: 11 in China, 01 elsewhere, but where the machine file says otherwise."""
ENDED: Final = frozenset({"idle", "clear_forward"})


class R2Signal(msgspec.Struct, frozen=True):
    """One rung: `sent` by the machine, or received by it."""

    at: int
    sent: bool
    text: str


class _Call(msgspec.Struct):
    """From a seizure to the next one. start -1: what passed before the first."""

    start: int
    events: list[tuple[int, R2Line | R2Register]]
    over: bool = False

    def lasts(self, offered: int, ended: int) -> bool:
        end = self.events[-1][0] if self.over else ended
        return 0 <= self.start <= ended and end >= offered


class R2Signals:
    """Give it every record, then ask for the signals of a circuit's call."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, int, str], list[_Call]] = {}  # line, timeslot, end
        self._china: dict[str, bool] = {}  # lines, as the groups of their signals tell
        self._fixed: dict[str, bool] = {}  # and as their fixed bits do, where no such group came

    def take(self, record: Record) -> None:
        """Records of other kinds change nothing."""
        event = record.event
        if isinstance(event, R2Line):
            calls = self._of(event)
            if event.signal == "seizure" and (calls[-1].over or calls[-1].start < 0):
                calls.append(_Call(record.at, []))
            if event.way == "sent":
                self._fixed[event.line] = event.abcd & FIXED == FIXED
            calls[-1].over = calls[-1].over or event.signal in ENDED
            calls[-1].events.append((record.at, event))
        elif isinstance(event, R2Register) and event.on:
            if event.group in CHINA_ALONE | ITU_ALONE:
                self._china[event.line] = event.group in CHINA_ALONE
            self._of(event)[-1].events.append((record.at, event))

    def _of(self, event: R2Line | R2Register) -> list[_Call]:
        return self._calls.setdefault((event.line, event.timeslot, event.end), [_Call(-1, [])])

    def of_call(self, line: str, timeslot: int, offered: int, ended: int) -> list[R2Signal]:
        """Of the call that was on a circuit from `offered` to `ended`: its seizure, to the circuit's idle state."""
        calls = self._calls.get((line, timeslot, MACHINE)) or self._calls.get((line, timeslot, "far"), [])
        events = next((call.events for call in calls if call.lasts(offered, ended)), [])
        dialogue = Dialogue(self._china.get(line, self._fixed.get(line, False)))
        return [R2Signal(at, (event.way == "sent") == (event.end == MACHINE), _text(event, dialogue))
                for at, event in events]  # fmt: skip


def _text(event: R2Line | R2Register, dialogue: Dialogue) -> str:
    if isinstance(event, R2Line):
        return f"{event.signal} {event.abcd:04b}"
    return f"{event.group}-{event.signal} {dialogue.meaning(event.group, event.signal)}"
