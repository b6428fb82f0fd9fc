"""Hot standby: what the active processor tells the other one, and how that one takes over.

After every message handled, each call and seat that changed goes to the standby as one checkpoint. A takeover keeps
answered calls; calls in set-up are given up with a cause, and their circuits restarted, because nobody knows how far
their signalling had come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from switchsim.firmware.reference.state import SETTLED, Call, Checking, Dial, ProgramState, Seat, Stage
from switchsim.model.events import CallCleared
from switchsim.model.part import State

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

TEMPORARY_FAILURE = 41

Store = dict[str, bytes]
"""What a standby holds: `call/7`, `seat/3`, `group/0`, `units`, `number7` -> msgpack."""


class UnitsRow(State):
    """The platform's link, units that are broken, circuits whose line is away, and calls that the console waits for."""

    platform: bool
    receivers: list[int]
    announcers: list[int]
    checks: list[int]
    mfc: list[int]
    checking: dict[int, Checking]
    registers: dict[int, int]
    blocked: list[int]
    dials: list[Dial]


class Standby:
    """Writes checkpoints, and rebuilds a program's state from them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core

    # -- the active side -----------------------------------------------------------------------------------------

    def changes(self) -> list[tuple[str, bytes]]:
        """Checkpoints of what was touched since the last time, and forget that it was."""
        rows = [(f"call/{number}", self._call(number)) for number in sorted(self.core.dirty_calls)]
        rows += [(f"seat/{index}", self._seat(index)) for index in sorted(self.core.dirty_seats)]
        rows += [self.group(number) for number in sorted(self.core.dirty_groups)]
        if self.core.units_changed:
            rows.append(self.units())
        if self.core.number7_changed:
            rows.append(self.number7())
        if self.core.cti_changed:
            rows.append(self.cti())
        if self.core.members_changed:
            rows.append(self.members())
        self.core.units_changed = self.core.number7_changed = self.core.cti_changed = self.core.members_changed = False
        for dirty in (self.core.dirty_calls, self.core.dirty_seats, self.core.dirty_groups):
            dirty.clear()
        return rows

    def everything(self) -> list[tuple[str, bytes]]:
        """For a standby that has just started."""
        state = self.core.state
        rows = [(f"call/{number}", self._call(number)) for number in state.calls]
        rows += [(f"seat/{index}", self._seat(index)) for index in range(len(state.seats))]
        rows += [self.units(), self.number7(), self.cti(), self.members()]
        return rows + [self.group(number) for number in range(len(self.core.office.groups))]

    def group(self, number: int) -> tuple[str, bytes]:
        return f"group/{number}", self.program.trunks.signalling[number].export_group(number)

    def number7(self) -> tuple[str, bytes]:
        return "number7", self.program.trunks.number7.export_network()

    def cti(self) -> tuple[str, bytes]:
        return "cti", self.program.cti.exported()

    def members(self) -> tuple[str, bytes]:
        return "members", msgspec.msgpack.encode(self.core.state.members)

    def units(self) -> tuple[str, bytes]:
        state = self.core.state
        broken = (state.receivers.broken, state.announcers.broken, state.checks.broken, state.mfc.broken)
        row = UnitsRow(state.platform, *broken, state.checking, state.registers.of, state.blocked, state.dials)
        return "units", msgspec.msgpack.encode(row)

    def _call(self, number: int) -> bytes:
        call = self.core.state.calls.get(number)
        if call is None:
            return b""
        trunks = self.program.trunks
        exported = [trunks.of(leg).export_call(leg) for leg in (call.a, call.b) if leg.circuit >= 0]
        call.layer3 = [octets for octets in exported if octets]
        call.heard = self._heard(call)
        octets = msgspec.msgpack.encode(call)
        call.layer3, call.heard = [], {}
        return octets

    def _heard(self, call: Call) -> dict[int, int]:
        """What its legs hear; a seat that has another call at its ear hears that one."""
        state = self.core.state
        legs = [leg for leg in (call.a, call.b) if leg.seat < 0 or state.seats[leg.seat].call == call.number]
        return {slot: state.hears[slot] for slot in map(self.core.slot, legs) if slot in state.hears}

    def _seat(self, index: int) -> bytes:
        return msgspec.msgpack.encode(self.core.state.seats[index])

    # -- the standby becomes active ------------------------------------------------------------------------------

    def take_over(self, store: Store, *, keep: bool) -> tuple[int, int]:
        """Rebuild everything from the checkpoints; returns (calls kept, calls given up)."""
        state = self.core.state
        calls = [msgspec.msgpack.decode(octets, type=Call) for key, octets in store.items() if key.startswith("call/")]
        calls.sort(key=lambda call: call.number)
        restart = self._take_plain(store, state)
        kept, lost = [], []
        for call in calls:
            if keep and self._keep(call):
                kept.append(call)
            else:
                lost.append(call)
                restart += [leg.circuit for leg in (call.a, call.b) if leg.circuit >= 0]
        for call in kept:
            self._adopt(call)
        given_up = [call for call in lost if call.stage != Stage.CLEARING]
        for call in lost:
            self._give_up(call)
        self.program.trunks.number7.users_resume()  # resets can be sent
        self.program.trunks.restart(sorted(set(restart)))
        self.program.trunks.resume()
        going_on = [call for call in kept if call.stage != Stage.CLEARING]
        for call in going_on:
            self._resume(call)
        self.program.seats.resume()
        self.program.cti.resume()
        return len(going_on), len(given_up) + len(kept) - len(going_on)

    def _take_plain(self, store: Store, state: ProgramState) -> list[int]:
        """Everything but calls; returns the circuits whose restart is still to be done."""
        restart: list[int] = []
        for key, octets in store.items():
            what, _, number = key.partition("/")
            if what == "seat":
                state.seats[int(number)] = msgspec.msgpack.decode(octets, type=Seat)
            elif what == "group":
                restart += self.program.trunks.signalling[int(number)].adopt_group(int(number), octets)
            elif what == "cti":
                self.program.cti.adopt(octets)
            elif what == "members":
                state.members = msgspec.msgpack.decode(octets, type=dict[str, dict[int, int]])
            elif what == "number7":
                self.program.trunks.number7.adopt_network(octets)
            elif what == "units":
                units = msgspec.msgpack.decode(octets, type=UnitsRow)
                state.platform, state.blocked, state.dials = units.platform, units.blocked, units.dials
                state.receivers.broken, state.announcers.broken = units.receivers, units.announcers
                state.checks.broken, state.mfc.broken = units.checks, units.mfc
                restart += self.program.trunks.number7.side.checks.give_up(units.checking)
                self.program.trunks.r2.registers.give_up(units.registers)
        return restart

    def _keep(self, call: Call) -> bool:
        """Answered calls go on, if layer 3 of every trunk leg was active; a consultation only in talk."""
        if not call.answered and call.direction != "seat":
            return False
        if call.stage not in SETTLED:
            return False
        legs = [leg for leg in (call.a, call.b) if leg.circuit >= 0]
        if len(call.layer3) != len(legs):
            return False
        return all(
            self.program.trunks.of(leg).adopt_call(leg, layer3)
            for leg, layer3 in zip(legs, call.layer3, strict=True)
        )

    def _adopt(self, call: Call) -> None:
        """The call and what it uses are this processor's now; boards never stopped working for it."""
        state, core = self.core.state, self.core
        call.layer3 = []
        state.calls[call.number] = call
        for leg in (call.a, call.b):
            if leg.circuit >= 0:
                state.by_key[f"{core.office.circuits[leg.circuit].group}/{leg.key}"] = call.number
        self._occupy(call)
        if call.waits:
            self.program.queues.place(call)

    def _occupy(self, call: Call) -> None:
        """Note the units and speech paths that the call holds on the boards."""
        state, office = self.core.state, self.core.office
        state.hears.update(call.heard)
        self.program.voice.occupy(call)
        if call.announcer >= 0:
            state.announcers.users[call.announcer] = call.number
        if call.receiver >= 0:
            state.receivers.users[call.receiver] = call.number
            state.hears[office.receivers[call.receiver].slot] = self.core.slot(call.a)
        if call.conference >= 0:
            state.conferences.users[call.conference] = call.number
            for slot, heard in zip(call.members, office.conferences[call.conference].slots, strict=False):
                state.hears[slot] = heard
        call.heard = {}
        state.hears.pop(0, None)

    def _give_up(self, call: Call) -> None:
        """Free what the call used; write its record unless that was done before."""
        core = self.core
        self._occupy(call)
        for leg in (call.a, call.b):
            slot = core.slot(leg)
            if slot:
                core.state.hears.setdefault(slot, -1)  # whatever it hears, it must hear nothing
        core.state.calls[call.number] = call
        self.program.calls.silence(call)
        if call.stage != Stage.CLEARING:
            self.program.cti.lost(call)
            core.world.emit(CallCleared(call.number, TEMPORARY_FAILURE, "fault"))
            self.program.calls.record(call, TEMPORARY_FAILURE, "fault")
        was, call.stage = call.stage, Stage.CLEARING
        self.program.transfer.part(call, was, TEMPORARY_FAILURE, "fault")
        core.state.calls.pop(call.number, None)
        core.touch(call)

    def _resume(self, call: Call) -> None:
        if call.stage == Stage.SERVICE:
            self.program.script.resume(call)
        elif call.stage in (Stage.ROUTING, Stage.QUEUED, Stage.RINGING):
            self.program.queues.resume(call)
        elif call.stage == Stage.TALK:
            self.program.talk.resume(call)
