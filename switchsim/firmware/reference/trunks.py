"""Trunk circuits: Q.931 of every D channel, bound to calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Dial, Leg
from switchsim.model import messages
from switchsim.model.events import CircuitState, Violated
from switchsim.model.messages import LineCarries, SendLayer3
from switchsim.proto.q931 import (
    Action,
    AlertingInd,
    ConnectedInd,
    ConnectInd,
    DigitsTimeout,
    DisconnectInd,
    EstablishLink,
    InfoInd,
    Interface,
    InterfaceState,
    Number,
    ProceedingInd,
    ProgressInd,
    ReleasedInd,
    RestartDone,
    RestartFailed,
    RestartInd,
    SendL3,
    SetupAckInd,
    SetupInd,
    SetupRefused,
    SetupRequest,
    StartTimer,
    StopTimer,
    Violation,
)

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL_CLEARING, NO_ROUTE = 16, 1


class Trunks:
    """One Q.931 interface a link. Timers are named `q931/<link>/<name>`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = self.core.office
        self.circuit_at = {(c.link, c.timeslot): index for index, c in enumerate(self.office.circuits)}
        self.circuits_of: dict[int, list[tuple[int, int]]] = {}  # link -> circuit, timeslot
        for (link, timeslot), index in self.circuit_at.items():
            self.circuits_of.setdefault(link, []).append((index, timeslot))
        self.restored()

    def restored(self) -> None:
        self.interfaces = [Interface(state) for state in self.core.state.interfaces]

    def cold_start(self) -> None:
        state = self.core.state
        state.interfaces = [InterfaceState(side=link.side) for link in self.office.links]  # type: ignore[arg-type]
        for interface in state.interfaces:
            interface.timers |= self.office.layer3_timers
        state.link_up = [False for _ in self.office.links]
        self.restored()

    # -- what comes in -------------------------------------------------------------------------------------------

    def layer3(self, link: int, octets: bytes) -> None:
        self._do(link, self.interfaces[link].receive(octets))

    def link_changed(self, link: int, up: bool) -> None:
        self.core.state.link_up[link] = up
        self.core.dirty_links.add(link)
        self._do(link, self.interfaces[link].data_link(up))
        if up:
            self.try_dials(self.office.links[link].line)

    def timer(self, name: str) -> None:
        link, _, timer = name.partition("/")
        self._do(int(link), self.interfaces[int(link)].timer(timer))

    def line_changed(self, board: int, line: int, in_service: bool) -> None:
        """A line went or came back: its circuits take no new calls meanwhile; LAP knows whether layer 1 is there."""
        blocked = self.core.state.blocked
        self.core.units_changed = True
        for index, circuit in enumerate(self.office.circuits):
            link = self.office.links[circuit.link]
            if (link.trunk_board, link.trunk_line) == (board, line) and in_service == (index in blocked):
                if in_service:
                    blocked.remove(index)
                else:
                    blocked.append(index)
        for link in self.office.links:
            if (link.trunk_board, link.trunk_line) == (board, line):
                self.core.world.send_bus(LineCarries(link.board, link.unit, in_service))

    def board_lost(self, board: int) -> None:
        """A LAP board went with everything that it knew."""
        for number, link in enumerate(self.office.links):
            if link.board == board and self.core.state.link_up[number]:
                self.link_changed(number, False)

    # -- what calls ask for --------------------------------------------------------------------------------------

    def proceeding(self, call: Call) -> None:
        link, interface = self._of(call.a)
        self._do(link, interface.proceeding(call.a.key))

    def alerting(self, call: Call) -> None:
        """ALERTING with in-band ring-back."""
        link, interface = self._of(call.a)
        self._do(link, interface.alerting(call.a.key, progress=8))

    def more_digits(self, call: Call) -> None:
        link, interface = self._of(call.a)
        self._do(link, interface.more_info(call.a.key))

    def connect(self, call: Call) -> None:
        link, interface = self._of(call.a)
        self._do(link, interface.connect(call.a.key))

    def release(self, leg: Leg, cause: int) -> None:
        """Clear the circuit: reject before the first answer, DISCONNECT afterwards."""
        link, interface = self._of(leg)
        known = interface.state.calls.get(leg.key)
        if known is None:
            return
        first = known.state.name == "CALL_PRESENT" or (known.state.name == "CALL_INITIATED" and not known.ours)
        self._do(link, interface.reject(leg.key, cause) if first else interface.disconnect(leg.key, cause))

    def restart(self, circuits: Iterable[int]) -> None:
        """RESTART these circuits, link by link."""
        by_link: dict[int, list[int]] = {}
        self.core.dirty_links.update(self.office.circuits[index].link for index in circuits)
        for index in circuits:
            circuit = self.office.circuits[index]
            by_link.setdefault(circuit.link, []).append(circuit.timeslot)
            self._circuit_state(index, "restarting")
        for link, channels in sorted(by_link.items()):
            self._do(link, self.interfaces[link].restart(sorted(channels)))

    def resume(self) -> None:
        """After a switchover: a link that is down fails once more, so that T309 runs for the calls it carries."""
        for link, up in enumerate(self.core.state.link_up):
            if not up:
                self._do(link, self.interfaces[link].data_link(False))
            else:
                self.try_dials(self.office.links[link].line)

    def usable_links(self) -> list[int]:
        """Links over which a call can be set up now."""
        up = self.core.state.link_up
        return [link for link in range(len(self.office.links)) if up[link] and self._has_room(link)]

    def dial(self, dial: Dial) -> None:
        self.core.state.dials.append(dial)
        self.core.units_changed = True
        self.try_dials(dial.line)

    def try_dials(self, line: str) -> None:
        """Place what waits for the line's link or an idle circuit of it, in turn, until the first that does not fit."""
        state = self.core.state
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

    def set_up(self, call: Call, leg: Leg, link: int, number: str) -> bool:
        """SETUP for a leg on any free circuit of the link."""
        request = SetupRequest(
            called=Number(number), calling=Number(call.calling, presentation=0) if call.calling else None
        )
        key, actions = self.interfaces[link].setup(request)
        self.core.dirty_links.add(link)
        if key is not None:
            channel = self.interfaces[link].state.calls[key].channel
            leg.circuit, leg.key = self.circuit_at[link, channel], key
            self.core.state.by_key[f"{link}/{key}"] = call.number
            if not call.line:
                call.line, call.timeslot = self.office.links[link].line, channel
            self._circuit_state(leg.circuit, "busy")
        self._do(link, actions)
        return key is not None

    def _place(self, dial: Dial) -> bool:
        for link, data in enumerate(self.office.links):
            if data.line == dial.line and self.core.state.link_up[link] and self._has_room(link):
                return self.program.calls.place(dial, link)
        return False

    def _has_room(self, link: int) -> bool:
        channels, blocked = self.core.state.interfaces[link].channels, self.core.state.blocked
        return any(channels[timeslot] == 0 and index not in blocked for index, timeslot in self.circuits_of[link])

    # -- actions -------------------------------------------------------------------------------------------------

    def _of(self, leg: Leg) -> tuple[int, Interface]:
        link = self.office.circuits[leg.circuit].link
        return link, self.interfaces[link]

    def _call(self, link: int, key: int) -> Call | None:
        return self.core.state.calls.get(self.core.state.by_key.get(f"{link}/{key}", 0))

    def _do(self, link: int, actions: Iterable[Action]) -> None:
        world, office_link = self.core.world, self.office.links[link]
        for action in actions:
            match action:
                case SendL3(octets):
                    world.send_bus(SendLayer3(office_link.board, office_link.unit, octets))
                case StartTimer(name, cycles):
                    world.start_timer(f"q931/{link}/{name}", cycles)
                case StopTimer(name):
                    world.stop_timer(f"q931/{link}/{name}")
                case Violation(clause, detail):
                    world.emit(Violated(f"{office_link.line}:{office_link.timeslot}", clause, detail))
                case SetupInd():
                    self._offered(link, action)
                case SetupRefused() | SetupAckInd() | ProceedingInd() | ProgressInd():
                    pass  # the SETUP timers, or the peer, bring the outcome
                case EstablishLink():
                    world.send_bus(messages.EstablishLink(office_link.board, office_link.unit))
                case RestartFailed(channels):  # T316 and N316 are over (four minutes): begin again, never give up
                    self._do(link, self.interfaces[link].restart(channels))
                case RestartInd(channels) | RestartDone(channels):
                    for channel in channels:
                        self._circuit_state(self.circuit_at[link, channel], "idle")
                    self.core.dirty_links.add(link)
                    self.try_dials(office_link.line)
                case _:
                    self._on_call(link, action)

    def _on_call(self, link: int, action: Action) -> None:
        key = getattr(action, "key", 0)
        call = self._call(link, key)
        if isinstance(action, ReleasedInd):
            self._released(link, action, call)
            return
        if call is None:
            return
        calls = self.program.calls
        match action:
            case InfoInd(_, digits, complete):
                calls.more_digits(call, digits, complete)
            case DigitsTimeout():
                calls.more_digits(call, "", True)
            case AlertingInd():
                calls.far_alerting(call)
            case ConnectedInd():
                self.core.touch(call)  # active from now on: the standby may keep it
            case ConnectInd():
                calls.far_answered(call)
            case DisconnectInd(_, cause, inband, by_peer):
                self._disconnected(link, call, key, cause, inband, by_peer)

    def _disconnected(self, link: int, call: Call, key: int, cause: int, inband: bool, by_peer: bool) -> None:
        leg_a = call.a.circuit >= 0 and call.a.key == key
        by = ("caller" if leg_a and call.direction == "in" else "network") if by_peer else "machine"
        self.program.calls.clear(call, cause, by)
        if inband:  # nobody listens to the tone any more
            self._do(link, self.interfaces[link].release(key, cause))

    def _offered(self, link: int, setup: SetupInd) -> None:
        leg = Leg(circuit=self.circuit_at[link, setup.channel], key=setup.key)
        self._circuit_state(leg.circuit, "busy")
        calling = setup.calling.digits if setup.calling else ""
        call = self.program.calls.offered(leg, calling, setup.called.digits, setup.sending_complete)
        self.core.state.by_key[f"{link}/{setup.key}"] = call.number
        self.core.dirty_links.add(link)
        self.program.calls.analyse(call, complete=setup.sending_complete)

    def _released(self, link: int, action: ReleasedInd, call: Call | None) -> None:
        self.core.state.by_key.pop(f"{link}/{action.key}", None)
        if action.channel:
            self._circuit_state(self.circuit_at[link, action.channel], "idle")
        if call is not None:
            self.program.calls.circuit_free(call, action.key, action.cause)
        self.try_dials(self.office.links[link].line)

    def _circuit_state(self, index: int, state: str) -> None:
        circuit = self.office.circuits[index]
        self.core.world.emit(CircuitState(circuit.line, circuit.timeslot, state))
