"""Trunk circuits as calls see them: groups of circuits, whatever signalling controls them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from switchsim.firmware.reference.access import Access
from switchsim.firmware.reference.interworking import Caller, said
from switchsim.firmware.reference.number7 import Number7
from switchsim.firmware.reference.r2 import R2Side
from switchsim.firmware.reference.state import Call, Dial, Leg, Stage
from switchsim.firmware.reference.voice_lines import VoiceLines
from switchsim.model.events import CallLeg, CircuitState

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NO_CIRCUIT, NO_RESOURCE, ATTEMPTS = 34, 47, 4


class Signalling(Protocol):
    """What a kind of signalling does for the groups that it controls. `group` counts the office's; keys name calls."""

    def proceeding(self, leg: Leg, further: bool) -> None: ...
    def alerting(self, leg: Leg) -> None: ...
    def more_digits(self, leg: Leg) -> None: ...
    def connect(self, leg: Leg) -> None: ...
    def release(self, leg: Leg, cause: int) -> None: ...
    def restart(self, group: int, circuits: list[int]) -> None: ...
    def say(self, leg: Leg, message: str) -> None: ...
    def set_up(self, group: int, called: str, calling: str, caller: Caller | None) -> tuple[int, int]: ...
    def has_room(self, group: int) -> bool: ...
    def line_changed(self, group: int, in_service: bool) -> None: ...
    def export_call(self, leg: Leg) -> bytes: ...
    def adopt_call(self, leg: Leg, octets: bytes) -> bool: ...
    def export_group(self, group: int) -> bytes: ...
    def adopt_group(self, group: int, octets: bytes) -> list[int]: ...


class Trunks:
    """One group of circuits a line; each belongs to the signalling that its kind names."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = self.core.office
        self.access = Access(self)
        self.number7 = Number7(self)
        self.r2 = R2Side(self)
        by_kind: dict[str, Signalling] = {
            "pri": self.access, "isup": self.number7.side, "tup": self.number7.side, "r2": self.r2,
            "vp": VoiceLines(self), "clear": VoiceLines(self),
        }  # fmt: skip
        self.signalling = [by_kind[group.kind] for group in self.office.groups]
        self.circuit_at = {(c.line, c.timeslot): index for index, c in enumerate(self.office.circuits)}
        self.circuits_of: list[list[int]] = [[] for _ in self.office.groups]
        for index, circuit in enumerate(self.office.circuits):
            self.circuits_of[circuit.group].append(index)

    def cold_start(self) -> None:
        self.access.cold_start()
        self.number7.cold_start()
        self.r2.cold_start()

    def of(self, leg: Leg) -> Signalling:
        """The signalling of a trunk leg's circuit."""
        return self.signalling[self.office.circuits[leg.circuit].group]

    # -- what calls ask for --------------------------------------------------------------------------------------

    def proceeding(self, call: Call, *, further: bool = False) -> None:
        """The number is complete, and known; further: another exchange will say what becomes of the call."""
        self.of(call.a).proceeding(call.a, further)

    def alerting(self, call: Call) -> None:
        """The called seat rings; the caller hears ring-back in the speech path."""
        self.of(call.a).alerting(call.a)

    def more_digits(self, call: Call) -> None:
        self.of(call.a).more_digits(call.a)

    def connect(self, call: Call) -> None:
        self.of(call.a).connect(call.a)

    def say(self, leg: Leg, what: str) -> bool:
        """Pass on what another exchange said; a meaning of `interworking.SIGNALS`. False: it is not said there."""
        message = said(self.office.groups[self.office.circuits[leg.circuit].group].kind, what)
        if message:
            self.of(leg).say(leg, message)
        return bool(message)

    def release(self, leg: Leg, cause: int) -> None:
        """Clear the circuit; `released` follows, unless nothing was known of the call."""
        self.of(leg).release(leg, cause)

    def restart(self, circuits: Iterable[int]) -> None:
        """Nobody here knows how far the calls of these circuits are: both sides are to make them idle."""
        by_group: dict[int, list[int]] = {}
        for index in circuits:
            by_group.setdefault(self.office.circuits[index].group, []).append(index)
            self.circuit_state(index, "restarting")
        for group, indices in sorted(by_group.items()):
            self.core.dirty_groups.add(group)
            self.signalling[group].restart(group, indices)

    def usable_groups(self) -> list[int]:
        """Groups over which a call can be set up now."""
        return [group for group in range(len(self.signalling)) if self._has_room(group)]

    def _has_room(self, group: int) -> bool:
        return not self.core.state.network_lost and self.signalling[group].has_room(group)

    def set_up(self, call: Call, leg: Leg, group: int, number: str) -> bool:
        """Seize a free circuit of the group for a leg."""
        circuit, key = self.signalling[group].set_up(group, number, call.calling, call.caller)
        if circuit < 0:
            return False
        leg.circuit, leg.key = circuit, key
        if call.direction == "out":
            call.line = ""  # the record tells the circuit that it got in the end
        self.core.state.by_key[f"{group}/{key}"] = call.number
        if not call.line:
            call.line, call.timeslot = self.office.circuits[circuit].line, self.office.circuits[circuit].timeslot
        self.circuit_state(circuit, "busy")
        return True

    def resume(self) -> None:
        """After a switchover."""
        self.access.resume()
        self.number7.resume()
        self.r2.resume()
        for line in dict.fromkeys(group.line for group in self.office.groups):
            self.try_dials(line)

    # -- calls of the console ------------------------------------------------------------------------------------

    def dial(self, dial: Dial) -> None:
        """Place a call as soon as its line has room; not in overload."""
        if self.program.load.refuses():
            self.program.load.refuse(self.program.calls.unplaced(dial))
            return
        self.core.state.dials.append(dial)
        self.core.units_changed = True
        self.try_dials(dial.line)

    def try_dials(self, line: str) -> None:
        """Place what waits for the line's link or an idle circuit of it, in turn, until the first that does not fit."""
        state = self.core.state
        if state.network_lost:
            return
        self._retry(line)
        if not state.dials:
            return
        waiting, state.dials = state.dials, []
        room = True
        for position, dial in enumerate(waiting):
            if dial.line != line or not (room := room and self._place(dial)):
                state.dials.append(dial)
            if not room:
                state.dials.extend(waiting[position + 1 :])
                break
        self.core.units_changed |= len(state.dials) != len(waiting)

    def _retry(self, line: str) -> None:
        """Calls that lost their circuit before anybody answered go first."""
        waiting, self.core.state.retries = self.core.state.retries, []
        for number in waiting:
            call = self.core.state.calls.get(number)
            if call is None or call.stage == Stage.CLEARING:
                continue
            groups = [at for at, group in enumerate(self.office.groups) if group.line == line == call.line]
            if not self._another(call, groups):
                self.core.state.retries.append(number)

    def _another(self, call: Call, groups: list[int]) -> bool:
        """Seize a circuit of one of the groups for a call that has been offered already."""
        return self.seize(call, groups, call.target or call.called)

    def seize(self, call: Call, groups: list[int], number: str) -> bool:
        """A circuit of the first of the groups that has one, as leg b of a call that is known already."""
        if not any(self.set_up(call, call.b, group, number) for group in groups):
            return False
        self._leg(call, joined=1)
        return True

    def _leg(self, call: Call, joined: int) -> None:
        """Tell that the call got, or lost, the circuit of its outgoing leg otherwise than by its begin and its end."""
        if call.b.circuit >= 0:
            circuit = self.office.circuits[call.b.circuit]
            self.core.world.emit(CallLeg(call.number, circuit.line, circuit.timeslot, "", joined))

    def _place(self, dial: Dial) -> bool:
        for group, data in enumerate(self.office.groups):
            if data.line == dial.line and self._has_room(group):
                return self.program.calls.place(dial, group)
        return False

    # -- lines ---------------------------------------------------------------------------------------------------

    def line_changed(self, board: int, line: int, in_service: bool) -> None:
        """A line went or came back: its circuits take no new calls meanwhile."""
        blocked = self.core.state.blocked
        self.core.units_changed = True
        for number, group in enumerate(self.office.groups):
            if (group.trunk_board, group.trunk_line) == (board, line):
                for index in self.circuits_of[number]:
                    if in_service and index in blocked:
                        blocked.remove(index)
                    elif not in_service and index not in blocked:
                        blocked.append(index)
                self.signalling[number].line_changed(number, in_service)
                if not in_service:
                    self.program.voice.circuits_lost(self.circuits_of[number])

    # -- what signalling reports ---------------------------------------------------------------------------------

    def call_of(self, group: int, key: int) -> Call | None:
        return self.core.state.calls.get(self.core.state.by_key.get(f"{group}/{key}", 0))

    def offered(self, circuit: int, key: int, calling: str, called: str, complete: bool, caller: Caller) -> None:
        """A call came on a circuit."""
        group = self.office.circuits[circuit].group
        self.circuit_state(circuit, "busy")
        call = self.program.calls.offered(Leg(circuit=circuit, key=key), calling, called, caller)
        self.core.state.by_key[f"{group}/{key}"] = call.number
        if self.core.state.network_lost:
            self.program.calls.clear(call, NO_RESOURCE, "machine")
        elif self.program.load.refuses():
            self.program.load.refuse(call)
        else:
            self.program.calls.analyse(call, complete=complete)

    def is_leg(self, leg: Leg, group: int, key: int) -> bool:
        """Whether a leg is the one that its signalling calls so. Keys of two groups may be alike."""
        return leg.circuit >= 0 and leg.key == key and self.office.circuits[leg.circuit].group == group

    def by(self, call: Call, group: int, key: int) -> str:
        """Who cleared, when the peer of that leg did."""
        return "caller" if call.direction == "in" and self.is_leg(call.a, group, key) else "network"

    def released(self, group: int, key: int, circuit: int, cause: int, *, dials: bool = True) -> None:
        """The call of that key is over at its circuit; circuit -1: it never had one."""
        call = self.call_of(group, key)
        self.core.state.by_key.pop(f"{group}/{key}", None)
        if circuit >= 0:
            self.circuit_state(circuit, "idle")
        if call is not None:
            self.program.calls.circuit_free(call, group, key, cause)
        if dials:
            self.try_dials(self.office.groups[group].line)

    def set_up_failed(self, group: int, key: int, call: Call) -> None:
        """The circuit was no good for our call."""
        self.core.state.by_key.pop(f"{group}/{key}", None)
        self._leg(call, joined=0)
        call.b.circuit = call.b.key = -1
        call.b.alerted = False

    def try_again(self, group: int, call: Call) -> None:
        """On another circuit, a few times (Q.764 2.8.1)."""
        if self.program.tandem.under_way(call):
            self.program.tandem.again(call)
            return
        call.attempts += 1
        groups = [group, *(other for other in self.usable_groups() if other != group)]
        if call.attempts < ATTEMPTS and call.stage != Stage.CLEARING:
            self.core.touch(call)
            if self._another(call, groups):
                return
        again = call.attempts < ATTEMPTS and call.stage != Stage.CLEARING and call.origination is None
        if call.direction == "out" and again:
            self.core.state.retries.append(call.number)  # the console's: it waits for a circuit, as it did before
            return
        self.give_up(call)

    def give_up(self, call: Call) -> None:
        if self.program.tandem.under_way(call):
            self.program.tandem.give_up(call)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "network")

    def circuit_state(self, index: int, state: str) -> None:
        circuit = self.office.circuits[index]
        self.core.world.emit(CircuitState(circuit.line, circuit.timeslot, state))
