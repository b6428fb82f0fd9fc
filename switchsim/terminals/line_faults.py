"""What a fault does to a line, at one of its ends: signals forced onto it, errors made in it, loops, slips, delay.

`switchsim.faults.line` is the catalogue; its values say what to do, in the words below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.dsp.e1_lines import LOOP_NONE, LOOP_RECEIVED, LOOP_SENT, E1Error
from switchsim.dsp.engine import NONE
from switchsim.model.events import LineLooped
from switchsim.model.part import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from switchsim.terminals.line_end import LineEnd

RECEIVED, SENT = "received", "sent"
INJECTORS: Final = 4
"""Errors that can be made on a direction at the same time from one of its ends."""
PAYLOAD: Final = 0xFFFFFFFE
Values = dict[str, int | str]


class Deed(State):
    """What one fault holds. forced: E1 unit -> SEND_*; injectors: [unit, slot]; looped: unit of a loop, -1; cells: that
    are overridden; delayed: unit, -1; loop: its name."""

    forced: dict[int, int] = {}
    injectors: list[list[int]] = []
    looped: int = -1
    cells: list[int] = []
    delayed: int = -1
    loop: str = ""


class LineFaultsState(State):
    deeds: dict[str, Deed] = {}  # by the fault's number


class LineFaults:
    """Works for a LineEnd."""

    def __init__(self, end: LineEnd) -> None:
        self.end = end
        self.engine = end.engine

    @property
    def state(self) -> LineFaultsState:
        return self.end.state.faults

    def _unit(self, direction: str) -> int:
        return self.end.row.receive if direction == RECEIVED else self.end.row.transmit

    def inject(self, fault: str, values: Values) -> str:
        """Let a fault of the catalogue act; its effect in words, "" where nothing could be done."""
        self.end.stir()
        return str(getattr(self, f"_{values['act']}")(fault, values))

    def _force(self, fault: str, values: Values) -> str:
        """act: force. direction, flags (SEND_*)."""
        self.force(fault, (str(values["direction"]),), int(values["flags"]))
        return f"{values['what']} on what {self.end.row.name} {_does(values)}"

    def _error(self, fault: str, values: Values) -> str:
        """act: error. direction, kind (ERR_*), random, count, skip, spacing, ppb, timeslots, bits."""
        unit = self._unit(str(values["direction"]))
        used = [slot for deed in self.state.deeds.values() for one, slot in deed.injectors if one == unit]
        first = INJECTORS * (unit == self.end.row.receive)  # the other end of the line may break it, too
        free = [slot for slot in range(first, first + INJECTORS) if slot not in used]
        if not free:
            return ""
        error = E1Error(
            kind=int(values["kind"]), random=bool(values["random"]), count=int(values["count"]),
            skip=int(values["skip"]), spacing=int(values["spacing"]), rate_ppb=int(values["ppb"]),
            timeslots=int(values["timeslots"]), bits=int(values["bits"]),
            key=self.end.owner.draw(f"errors/{self.end.number}"),
        )  # fmt: skip
        self.engine.e1_inject(unit, free[0], error)
        self.state.deeds[fault] = Deed(injectors=[[unit, free[0]]])
        return f"{values['what']} in what {self.end.row.name} {_does(values)}"

    def _shift(self, fault: str, values: Values) -> str:
        """act: shift. direction, how: +1 a bit too many, -1 a bit lost. It stays: alignment is found anew."""
        self.engine.e1_shift(self._unit(str(values["direction"])), int(values["how"]))
        return f"a bit {'too many' if int(values['how']) > 0 else 'lost'} in what {self.end.row.name} {_does(values)}"

    def _slip(self, fault: str, values: Values) -> str:
        """act: slip. how: +1 repeated, -1 lost; of what is received."""
        self.end.slip(int(values["how"]), "fault")
        return f"a frame {'repeated' if int(values['how']) > 0 else 'lost'}"

    def _delay(self, fault: str, values: Values) -> str:
        """act: delay. direction, cycles."""
        unit = self._unit(str(values["direction"]))
        if not self.engine.e1_delay(unit, int(values["cycles"])):
            return ""
        self.state.deeds[fault] = Deed(delayed=unit)
        return f"{values['cycles']} cycles more for what {self.end.row.name} {_does(values)}"

    def _loop(self, fault: str, values: Values) -> str:
        """act: loop. loop: local, line, payload, timeslots (mask `timeslots`)."""
        row, loop = self.end.row, str(values["loop"])
        deed = Deed(loop=loop)
        if loop == "local":  # what this end sends comes back to it
            self.engine.e1_loop(row.receive, row.transmit, LOOP_SENT)
            deed.looped = row.receive
        elif loop == "line":  # what arrives goes back as it is, framing and all
            self.engine.e1_loop(row.transmit, row.receive, LOOP_RECEIVED)
            deed.looped = row.transmit
        else:
            mask = PAYLOAD if loop == "payload" else int(values["timeslots"]) & PAYLOAD
            for timeslot in (one for one in range(1, 32) if mask >> one & 1):
                self.engine.override(row.speaks + timeslot, row.hears + timeslot)
                deed.cells.append(row.speaks + timeslot)
        self.state.deeds[fault] = deed
        self.end.owner.emit(LineLooped(row.name, row.end, loop, 1))
        return f"{loop} loop at the {row.end} end of {row.name}"

    def force(self, fault: str, directions: Iterable[str], flags: int) -> None:
        """The line itself carries that (SEND_*), whatever its sender wants."""
        self.end.stir()
        self.state.deeds[fault] = Deed(forced={self._unit(direction): flags for direction in directions})
        self._forces()

    def _forces(self) -> None:
        for unit in (self.end.row.receive, self.end.row.transmit):
            flags = 0
            for deed in self.state.deeds.values():
                flags |= deed.forced.get(unit, 0)
            self.engine.e1_force(unit, unit == self.end.row.receive, flags)

    def undo(self, fault: str) -> None:
        deed = self.state.deeds.pop(fault, None)
        if deed is None:
            return
        for unit, slot in deed.injectors:
            self.engine.e1_inject_stop(unit, slot)
        for cell in deed.cells:
            self.engine.override(cell, NONE)
        if deed.looped >= 0:
            self.engine.e1_loop(deed.looped, deed.looped, LOOP_NONE)
        if deed.delayed >= 0:
            self.engine.e1_delay(deed.delayed, 0)
        if deed.loop:
            self.end.owner.emit(LineLooped(self.end.row.name, self.end.row.end, deed.loop, 0))
        if deed.forced:
            self._forces()


def _does(values: Values) -> str:
    return "receives" if values["direction"] == RECEIVED else "sends"
