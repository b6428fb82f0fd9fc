"""From line to circuit: No.7 circuits whose line is away are blocked, and come back with it (Q.764 2.8.2, Q.724 1.16).

A defect counts only when it lasts; short ones harm what is on the line just then and change no circuit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.terminals import users
from switchsim.terminals.point import SERVICE

if TYPE_CHECKING:
    from switchsim.firmware.reference.number7_calls import CallSide


class LineWatch:
    """Works for CallSide. Timers: `line/<group>`; groups that are out stand in `lines_out`."""

    def __init__(self, side: CallSide) -> None:
        self.side = side
        self.core = side.core
        self.timing = side.office.timing

    def changed(self, group: int, in_service: bool) -> None:
        """The line of a group went or came back; what lasts shorter than its persistence is forgotten."""
        if in_service == (group in self.core.state.lines_out):
            wait = self.timing.line_clear_cycles if in_service else self.timing.line_raise_cycles
            self.core.world.start_timer(f"line/{group}", wait)
        else:
            self.core.world.stop_timer(f"line/{group}")

    def persisted(self, group: int) -> None:
        """Hardware failure oriented group blocking, or unblocking, of the line's circuits."""
        out = self.core.state.lines_out
        on = group not in out
        out.append(group) if on else out.remove(group)
        self.core.number7_changed = True
        self._block(group, on)

    def _block(self, group: int, on: bool) -> None:
        relation, user = self.side.user(group)
        self.core.dirty_groups.add(group)
        self.side.point.do4(relation, user.block_group(self._cics(group), on, True))

    def _cics(self, group: int) -> list[int]:
        return [self.side.office.circuits[index].cic for index in self.side.trunks.circuits_of[group]]

    def in_reach(self, relation: int) -> None:
        """The other exchange can be reached again: what it could not be told meanwhile, it is told now."""
        for group, data in enumerate(self.side.office.groups):
            if data.kind not in SERVICE or data.index != relation:
                continue
            if group in self.core.state.lines_out:
                self._block(group, True)
            elif users.failed(self.side.user(group)[1], self._cics(group)):
                self._block(group, False)

    def resume(self) -> None:
        """After a switchover: the persistence of whatever changes begins anew."""
        blocked = self.core.state.blocked
        for group, data in enumerate(self.side.office.groups):
            if data.kind in SERVICE:
                away = any(index in blocked for index in self.side.trunks.circuits_of[group])
                self.changed(group, not away)
