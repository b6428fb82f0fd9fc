"""What a fault does to a line, at one of its ends: signals forced onto it, errors made in it, loops, slips, delay.

`switchsim.faults.line` is the catalogue; its `line_values` says what to do, in the words below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.dsp.e1 import SEND_NOTHING
from switchsim.dsp.e1_lines import LOOP_NONE, LOOP_RECEIVED, LOOP_SENT, E1Error
from switchsim.dsp.engine import NONE
from switchsim.model.events import LineLooped
from switchsim.model.messages import LineSlips
from switchsim.model.part import State
from switchsim.units import ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from switchsim.terminals.line_end import LineEnd

RECEIVED: Final = 1
INJECTORS: Final = 4
"""Errors that can be made on a direction at the same time from one of its ends."""
RELAY: Final = ms(8)
"""Until a loop is switched: it carries what has passed since the line is looked at bit by bit, and nothing older."""
PAYLOAD: Final = 0xFFFFFFFE
Values = dict[str, int | str]


class Deed(State):
    """What one fault holds. forced: E1 unit -> SEND_*; injectors: [unit, slot]; errors: that they make, 0 until undone;
    looped: units of loops; cells: that are overridden; delayed: E1 unit -> cycles; loop: its name. values: of what
    happens again; done: how often it has happened. A unit of another machine can have a negative number.
    """

    forced: dict[int, int] = {}
    injectors: list[list[int]] = []
    errors: int = 0
    looped: list[int] = []
    cells: list[int] = []
    delayed: dict[int, int] = {}
    loop: str = ""
    values: dict[str, int | str] = {}
    began: int = 0  # cycle of the first time of what happens again
    done: int = 0


class LineFaultsState(State):
    deeds: dict[str, Deed] = {}  # by the fault's number


class LineFaults:
    """Works for a LineEnd. Timers: `fault/<its number>`."""

    def __init__(self, end: LineEnd) -> None:
        self.end = end
        self.engine = end.engine

    @property
    def state(self) -> LineFaultsState:
        return self.end.state.faults

    def looped(self, loop: str) -> bool:
        """Whether such a loop is closed."""
        return any(deed.loop == loop for deed in self.state.deeds.values())

    def _unit(self, direction: int) -> int:
        return self.end.row.receive if direction == RECEIVED else self.end.row.transmit

    def _where(self, values: Values) -> str:
        """As people say it."""
        return f"what {self.end.row.name} {'receives' if values['direction'] == RECEIVED else 'sends'}"

    def inject(self, fault: str, values: Values) -> str:
        """Let a fault of the catalogue act; its effect in words, "" where nothing could be done."""
        self.end.stir()
        return str(getattr(self, f"_{values['act']}")(fault, values))

    def _send(self, fault: str, values: Values) -> str:
        self.force(fault, (int(values["direction"]),), int(values["kind"]))
        return f"{values['what']} on {self._where(values)}"

    def _error(self, fault: str, values: Values) -> str:
        unit = self._unit(int(values["direction"]))
        slot = self._free_injector(unit)
        if slot is None:
            return ""
        error = E1Error(
            kind=int(values["kind"]), random=bool(values["random"]), count=int(values["count"]),
            skip=int(values["skip"]), spacing=int(values["spacing"]), rate_ppb=int(values["ppb"]),
            timeslots=int(values["timeslots"]), bits=int(values["bits"]),
            key=self.end.owner.draw(f"errors/{self.end.number}"),
        )  # fmt: skip
        self.engine.e1_inject(unit, slot, error)
        self.state.deeds[fault] = Deed(injectors=[[unit, slot]], errors=error.count)
        return f"{values['what']} in {self._where(values)}"

    def _free_injector(self, unit: int) -> int | None:
        """One that nobody has, or that has made all its errors."""
        for deed in self.state.deeds.values():
            deed.injectors = [
                [one, slot] for one, slot in deed.injectors
                if not deed.errors or self.engine.e1_injected(one, slot) < deed.errors
            ]  # fmt: skip
        used = [slot for deed in self.state.deeds.values() for one, slot in deed.injectors if one == unit]
        first = INJECTORS * (unit == self.end.row.receive)  # the other end of the line may break it, too
        return next((slot for slot in range(first, first + INJECTORS) if slot not in used), None)

    def calm(self) -> None:
        """The line is at octet level: every injector has made its errors."""
        for deed in self.state.deeds.values():
            deed.injectors = []

    def _delay(self, fault: str, values: Values) -> str:
        unit = self._unit(int(values["direction"]))
        if not self.engine.e1_delay(unit, int(values["kind"])):
            return ""
        self.state.deeds[fault] = Deed(delayed={unit: int(values["kind"])})
        return f"{values['kind']} cycles more for {self._where(values)}"

    def _loop(self, fault: str, values: Values) -> str:
        """loop: local, line, payload, timeslots (mask `timeslots`)."""
        self.state.deeds[fault] = Deed(values=values)
        self.end.owner.start_line_timer(f"fault/{fault}", self.end.number, RELAY)
        return f"{values['loop']} loop at the {self.end.row.end} end of {self.end.row.name}"

    def _switch_loop(self, fault: str, values: Values) -> None:
        row, loop = self.end.row, str(values["loop"])
        deed = Deed(loop=loop)
        if loop == "local":  # what this end sends comes back to it
            self.engine.e1_loop(row.receive, row.transmit, LOOP_SENT)
            deed.looped.append(row.receive)
        elif loop == "line":  # what arrives goes back as it is, framing and all
            self.engine.e1_loop(row.transmit, row.receive, LOOP_RECEIVED)
            deed.looped.append(row.transmit)
        else:
            mask = PAYLOAD if loop == "payload" else int(values["timeslots"]) & PAYLOAD
            for timeslot in (one for one in range(1, 32) if mask >> one & 1):
                self.engine.override(row.speaks + timeslot, row.hears + timeslot)
                deed.cells.append(row.speaks + timeslot)
        self.state.deeds[fault] = deed
        self.end.owner.emit(LineLooped(row.name, row.end, loop, 1))
        self.end.loops_changed()

    # -- what happens again and again ----------------------------------------------------------------------------

    def _shift(self, fault: str, values: Values) -> str:
        self._begin(fault, values)
        return f"bits {'put into' if int(values['kind']) > 0 else 'lost in'} {self._where(values)}"

    def _slip(self, fault: str, values: Values) -> str:
        self._begin(fault, values)
        return f"frames {'repeated' if int(values['kind']) > 0 else 'lost'} in {self._where(values)}"

    def _interrupt(self, fault: str, values: Values) -> str:
        self._begin(fault, values)
        return f"interruptions of {self._where(values)}"

    def _begin(self, fault: str, values: Values) -> None:
        self.state.deeds[fault] = Deed(values=values, began=self.end.owner.now)
        self.again(fault)

    def again(self, fault: str) -> None:
        """The timer of a fault that acts again and again."""
        deed = self.state.deeds.get(fault)
        if deed is None:
            return
        self.end.stir()  # since the last time the line may have become calm
        values, unit = deed.values, self._unit(int(deed.values["direction"]))
        if values["act"] == "loop":
            self._switch_loop(fault, values)
            return
        if deed.forced:  # an interruption is over
            deed.forced = {}
            self._forces()
        elif values["act"] == "interrupt":
            deed.forced, deed.done = {unit: SEND_NOTHING}, deed.done + 1
            self._forces()
            self.end.owner.start_line_timer(f"fault/{fault}", self.end.number, int(values["time"]))
            return
        else:
            deed.done += 1
            if values["act"] == "shift":
                self.engine.e1_shift(unit, int(values["kind"]))
            else:
                self._slip_at(unit, int(values["kind"]))
        if deed.done != int(values["count"]):
            due = deed.began + deed.done * int(values["every"])
            self.end.owner.start_line_timer(f"fault/{fault}", self.end.number, max(1, due - self.end.owner.now))

    def _slip_at(self, unit: int, how: int) -> None:
        if unit == self.end.row.receive:
            self.end.slip(how, "fault")
        else:
            self.end.owner.tell_other_end(self.end.number, LineSlips(how))

    # -- signals on the line -------------------------------------------------------------------------------------

    def force(self, fault: str, directions: Iterable[int], flags: int) -> None:
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
        """A fault ends; what another one holds as well goes on."""
        deed = self.state.deeds.pop(fault, None)
        if deed is None:
            return
        others = list(self.state.deeds.values())
        for unit, slot in deed.injectors:
            self.engine.e1_inject_stop(unit, slot)
        for cell in deed.cells:
            if not any(cell in other.cells for other in others):
                self.engine.override(cell, NONE)
        for unit in deed.looped:
            if not any(unit in other.looped for other in others):
                self.engine.e1_loop(unit, unit, LOOP_NONE)
        for unit in deed.delayed:
            cycles = [other.delayed[unit] for other in others if unit in other.delayed]
            self.engine.e1_delay(unit, cycles[-1] if cycles else 0)
        if deed.loop:
            self.end.owner.emit(LineLooped(self.end.row.name, self.end.row.end, deed.loop, 0))
            self.end.loops_changed()
        if deed.values:
            self.end.owner.stop_line_timer(f"fault/{fault}", self.end.number)
        if deed.forced:
            self._forces()
