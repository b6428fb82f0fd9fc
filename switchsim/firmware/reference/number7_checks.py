"""Continuity check of No.7 circuits: the check tone goes out, a receiver waits for it; or the circuit is looped.

The user part says what is to be done (`CheckTone`) and when it has taken too long; here is what is done with the speech
path (Q.724 7, Q.764 2.1.8). Loops are made in the switching network; its delay is that of any connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.firmware.reference.core import channel_index
from switchsim.firmware.reference.state import Checking
from switchsim.model.events import ContinuityCheck
from switchsim.model.messages import CheckHeard, ListenCheck
from switchsim.terminals.continuity import CHECK_TONES, SENT

if TYPE_CHECKING:
    from switchsim.firmware.reference.number7_calls import CallSide

RESERVED: Final = "reserved"


class Checks:
    """Works for CallSide. `circuit` counts the office's; a receiver's user in the pool is -1 - circuit."""

    def __init__(self, side: CallSide) -> None:
        self.side = side
        self.core = side.core
        self.office = side.office
        self.unit_at = channel_index(self.office.checks)
        self.tone_slots = {hz: self.office.tones[name] for hz, name in CHECK_TONES.items() if name in self.office.tones}

    # -- which calls ask -----------------------------------------------------------------------------------------

    def wanted(self, group: int, circuit: int) -> bool:
        """Whether this call asks for a check: every so many do, if a receiver is free; it is then reserved."""
        every, turns = self.office.groups[group].check_every, self.core.state.check_turns
        if not every:
            return False
        turns[group] = turns.get(group, 0) + 1
        if turns[group] < every:
            return False
        unit = self._seize(circuit)
        if unit < 0:
            return False  # the call goes on unchecked, the next one asks
        turns[group] = 0
        self.core.state.checking[circuit] = Checking(RESERVED, unit)
        return True

    # -- what the user part wants --------------------------------------------------------------------------------

    def tone(self, circuit: int, mode: str) -> None:
        """send, loop, off."""
        held = self.core.state.checking.get(circuit)
        if mode == "off" or (held is not None and held.mode != RESERVED):
            self.end(circuit)
        if mode == "off":
            return
        self.core.units_changed = True
        check = self.core.state.checking.setdefault(circuit, Checking())
        check.mode = mode
        row = self.office.circuits[circuit]
        self.core.world.emit(ContinuityCheck(row.line, row.timeslot, mode))
        method = self.office.groups[row.group].check_method
        sent, back = SENT[method]
        if mode == "send":
            self.core.hear(row.slot, self.tone_slots[sent])
            self._listen(circuit, check, back)
        elif method == "loop":
            self.core.hear(row.slot, row.slot)
        else:
            self._listen(circuit, check, sent)

    def _listen(self, circuit: int, check: Checking, hz: int) -> None:
        """Without a receiver nothing is heard: the check fails, and is repeated in time."""
        if check.unit < 0:
            check.unit = self._seize(circuit)
        if check.unit >= 0:
            channel = self.office.checks[check.unit]
            self.core.hear(channel.slot, self.office.circuits[circuit].slot)
            self.core.world.send_bus(ListenCheck(channel.board, channel.unit, hz))

    def _seize(self, circuit: int) -> int:
        self.core.units_changed = True
        return self.core.seize("check", self.core.state.checks, -1 - circuit)

    def end(self, circuit: int) -> None:
        """Neither tone nor loop nor receiver is left."""
        check = self.core.state.checking.pop(circuit, None)
        if check is None:
            return
        self.core.units_changed = True
        row = self.office.circuits[circuit]
        if self.core.state.hears.get(row.slot, 0) in (-1, row.slot, *self.tone_slots.values()):
            self.core.hear(row.slot, 0)
        if check.unit >= 0:
            channel = self.office.checks[check.unit]
            self.core.world.send_bus(ListenCheck(channel.board, channel.unit, 0))
            self.core.hear(channel.slot, 0)
            self.core.free("check", self.core.state.checks, check.unit)
        if check.mode != RESERVED:
            self.core.world.emit(ContinuityCheck(row.line, row.timeslot, "off"))

    # -- what the receivers hear ---------------------------------------------------------------------------------

    def heard(self, message: CheckHeard) -> None:
        """A check tone begins or ends at a receiver."""
        circuit = -1 - self.core.state.checks.users[self.unit_at[message.board, message.check]]
        check = self.core.state.checking.get(circuit)
        if check is None:
            return
        row = self.office.circuits[circuit]
        if check.mode == "loop":  # the transponder answers as long as it is asked
            self.core.hear(row.slot, self.tone_slots[1780] if message.on else 0)
        elif message.on:
            self.core.world.emit(ContinuityCheck(row.line, row.timeslot, "heard"))
            relation, user = self.side.user(row.group)
            self.side.point.do4(relation, user.continuity_heard(row.cic, True))

    # -- hot standby ---------------------------------------------------------------------------------------------

    def give_up(self, checking: dict[int, Checking]) -> list[int]:
        """Checks of the processor that went: their tones, loops and receivers are freed, their circuits to be reset."""
        state = self.core.state
        for circuit, check in checking.items():
            state.checking[circuit] = check
            state.hears[self.office.circuits[circuit].slot] = -1  # whatever it hears, it must hear nothing
            if check.unit >= 0:
                state.checks.users[check.unit] = -1 - circuit
                state.hears[self.office.checks[check.unit].slot] = -1
            self.end(circuit)
        return list(checking)
