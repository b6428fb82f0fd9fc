"""Primary rate accesses: Q.931 of every D channel, bound to calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from switchsim.firmware.reference.interworking import Caller, heard
from switchsim.firmware.reference.state import Leg
from switchsim.model import messages
from switchsim.model.events import Violated
from switchsim.model.messages import LineCarries, SendLayer3
from switchsim.model.part import State
from switchsim.proto.q931 import (
    Action,
    AlertingInd,
    Bearer,
    CallState,
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
from switchsim.proto.q931.elements import Ie, Progress
from switchsim.proto.q931.state import RESTARTING

if TYPE_CHECKING:
    from switchsim.firmware.reference.trunks import Trunks

INBAND = 8  # progress description: in-band information is available
ORIGIN_NO_ISDN = 3  # the caller is not at an ISDN
NOT_ALL_ISDN = 1  # and: the call is not end-to-end ISDN, so that it may be
A_LAW, E164 = 3, 1
DIGITAL = frozenset({8, 17})  # information transfer capabilities that have no layer 1 protocol

_SAY: Final[dict[str, Callable[[Interface, int], list[Action]]]] = {
    "CALL PROCEEDING": lambda interface, key: interface.proceeding(key),
    "PROGRESS": lambda interface, key: interface.progress(key, INBAND),
    "ALERTING": lambda interface, key: interface.alerting(key, progress=INBAND),
}
"""Messages of `interworking.SIGNALS`; CONNECT goes out by `connect`."""


def _caller(action: SetupInd) -> Caller:
    number = action.calling or Number("")
    return Caller("pri", nature=number.ton, presentation=max(number.presentation, 0), screening=number.screening,
                  medium=action.bearer.capability)  # fmt: skip


def _is_inband(action: ProceedingInd | ProgressInd) -> bool:
    if isinstance(action, ProceedingInd):
        return action.inband
    return action.description in (INBAND, NOT_ALL_ISDN)


class GroupRow(State):
    """A link's checkpoint.

    next_key, next_cr: the first Q.931 call key and call reference not used yet. restarting: timeslots whose RESTART has
    not been acknowledged.
    """

    up: bool
    next_key: int
    next_cr: int
    restarting: list[int]


class Access:
    """One Q.931 interface a link. Timers are named `q931/<link>/<name>`."""

    def __init__(self, trunks: Trunks) -> None:
        self.trunks = trunks
        self.core = trunks.core
        self.office = trunks.office
        self.group_of = {group.index: at for at, group in enumerate(self.office.groups) if group.kind == "pri"}
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
        self.core.dirty_groups.add(self.group_of[link])
        self._do(link, self.interfaces[link].data_link(up))
        if up:
            self.trunks.try_dials(self.office.links[link].line)

    def timer(self, name: str) -> None:
        link, _, timer = name.partition("/")
        self._do(int(link), self.interfaces[int(link)].timer(timer))

    def line_changed(self, group: int, in_service: bool) -> None:
        """LAP is told whether layer 1 is there."""
        link = self.office.links[self.office.groups[group].index]
        self.core.world.send_bus(LineCarries(link.board, link.unit, in_service))

    def board_lost(self, board: int) -> None:
        """A LAP board went with everything that it knew."""
        for number, link in enumerate(self.office.links):
            if link.board == board and self.core.state.link_up[number]:
                self.link_changed(number, False)

    # -- what calls ask for --------------------------------------------------------------------------------------

    def proceeding(self, leg: Leg, further: bool) -> None:
        """CALL PROCEEDING, wherever the call goes."""
        link, interface = self._of(leg)
        self._do(link, interface.proceeding(leg.key))

    def alerting(self, leg: Leg) -> None:
        """ALERTING with in-band ring-back."""
        link, interface = self._of(leg)
        self._do(link, interface.alerting(leg.key, progress=INBAND))

    def say(self, leg: Leg, message: str) -> None:
        link, interface = self._of(leg)
        self._do(link, _SAY[message](interface, leg.key))

    def more_digits(self, leg: Leg) -> None:
        link, interface = self._of(leg)
        self._do(link, interface.more_info(leg.key))

    def connect(self, leg: Leg) -> None:
        link, interface = self._of(leg)
        self._do(link, interface.connect(leg.key))

    def release(self, leg: Leg, cause: int) -> None:
        """Reject before the first answer, DISCONNECT afterwards."""
        link, interface = self._of(leg)
        known = interface.state.calls.get(leg.key)
        if known is None:
            return
        first = known.state.name == "CALL_PRESENT" or (known.state.name == "CALL_INITIATED" and not known.ours)
        self._do(link, interface.reject(leg.key, cause) if first else interface.disconnect(leg.key, cause))

    def restart(self, group: int, circuits: list[int]) -> None:
        link = self.office.groups[group].index
        channels = sorted(self.office.circuits[index].timeslot for index in circuits)
        self._do(link, self.interfaces[link].restart(channels))

    def set_up(self, group: int, called: str, calling: str, caller: Caller | None) -> tuple[int, int]:
        """SETUP on any free channel: (circuit, key), or (-1, -1)."""
        link = self.office.groups[group].index
        request = SetupRequest(called=Number(called), calling=Number(calling, presentation=0) if calling else None)
        if caller is not None:
            values = caller.to("pri")
            number = Number(calling, values["nature"], E164, values["presentation"], values["screening"])
            medium = values["medium"]
            bearer = Bearer(medium) if medium in DIGITAL else Bearer(medium, A_LAW)
            origin: dict[int, Any] = {} if caller.isdn else {Ie.PROGRESS_INDICATOR: Progress(ORIGIN_NO_ISDN)}
            request = SetupRequest(Number(called), number if calling else None, bearer, extra=origin)
        key, actions = self.interfaces[link].setup(request)
        circuit = -1
        if key is not None:
            circuit = self._circuit(link, self.interfaces[link].state.calls[key].channel)
        self.core.dirty_groups.add(group)
        self._do(link, actions)
        return circuit, -1 if key is None else key

    def has_room(self, group: int) -> bool:
        link, blocked = self.office.groups[group].index, self.core.state.blocked
        channels = self.core.state.interfaces[link].channels
        return self.core.state.link_up[link] and any(
            channels[self.office.circuits[index].timeslot] == 0 and index not in blocked
            for index in self.trunks.circuits_of[group]
        )

    # -- hot standby ---------------------------------------------------------------------------------------------

    def export_call(self, leg: Leg) -> bytes:
        """Layer 3 of a call, or nothing when layer 3 does not know it."""
        interface = self._of(leg)[1]
        return msgspec.msgpack.encode(interface.export_call(leg.key)) if leg.key in interface.state.calls else b""

    def adopt_call(self, leg: Leg, octets: bytes) -> bool:
        """Go on with a call; False when it was not in talk."""
        return self._of(leg)[1].adopt_call(msgspec.msgpack.decode(octets, type=CallState))

    def export_group(self, group: int) -> bytes:
        link = self.office.groups[group].index
        interface = self.core.state.interfaces[link]
        restarting = [timeslot for timeslot, use in enumerate(interface.channels) if use == RESTARTING]
        row = GroupRow(self.core.state.link_up[link], interface.next_key, interface.next_cr, restarting)
        return msgspec.msgpack.encode(row)

    def adopt_group(self, group: int, octets: bytes) -> list[int]:
        """Returns the circuits whose restart is still to be done."""
        link, row = self.office.groups[group].index, msgspec.msgpack.decode(octets, type=GroupRow)
        interface = self.core.state.interfaces[link]
        self.core.state.link_up[link] = row.up
        interface.link_up = True  # `resume` lets it fail, with all that follows for the calls adopted
        # The peer still holds the references of calls that nobody here knows: use none of them again.
        interface.next_key, interface.next_cr = row.next_key, row.next_cr
        return [self._circuit(link, timeslot) for timeslot in row.restarting]

    def resume(self) -> None:
        """A link that is down fails once more, so that T309 runs for the calls it carries."""
        for link, up in enumerate(self.core.state.link_up):
            if not up:
                self._do(link, self.interfaces[link].data_link(False))

    # -- actions -------------------------------------------------------------------------------------------------

    def _of(self, leg: Leg) -> tuple[int, Interface]:
        link = self.office.groups[self.office.circuits[leg.circuit].group].index
        return link, self.interfaces[link]

    def _circuit(self, link: int, timeslot: int) -> int:
        return self.trunks.circuit_at[self.office.links[link].line, timeslot]

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
                    calling = action.calling.digits if action.calling else ""
                    circuit = self._circuit(link, action.channel)
                    self.core.dirty_groups.add(self.group_of[link])
                    called, complete = action.called.digits, action.sending_complete
                    self.trunks.offered(circuit, action.key, calling, called, complete, _caller(action))
                case SetupRefused() | SetupAckInd():
                    pass  # the SETUP timers, or the peer, bring the outcome
                case EstablishLink():
                    world.send_bus(messages.EstablishLink(office_link.board, office_link.unit))
                case RestartFailed(channels):  # T316 and N316 are over (four minutes): begin again, never give up
                    self._do(link, self.interfaces[link].restart(channels))
                case RestartInd(channels) | RestartDone(channels):
                    for channel in channels:
                        self.trunks.circuit_state(self._circuit(link, channel), "idle")
                    self.core.dirty_groups.add(self.group_of[link])
                    self.trunks.try_dials(office_link.line)
                case _:
                    self._on_call(link, action)

    def _on_call(self, link: int, action: Action) -> None:
        key, group, trunks = getattr(action, "key", 0), self.group_of[link], self.trunks
        if isinstance(action, ReleasedInd):
            circuit = self._circuit(link, action.channel) if action.channel else -1
            trunks.released(group, key, circuit, action.cause)
            return
        call = trunks.call_of(group, key)
        if call is None:
            return
        calls = trunks.program.calls
        match action:
            case InfoInd(_, digits, complete):
                calls.more_digits(call, digits, complete)
            case DigitsTimeout():
                calls.more_digits(call, "", True)
            case AlertingInd() if trunks.program.tandem.under_way(call):
                trunks.program.tandem.progress(call, heard("pri", "ALERTING"), in_band=action.inband)
            case AlertingInd():
                calls.far_alerting(call)
            case ProceedingInd() | ProgressInd():
                in_band = _is_inband(action)
                message = "PROGRESS" if in_band else "CALL PROCEEDING"
                trunks.program.tandem.progress(call, heard("pri", message), in_band=in_band)
            case ConnectedInd():
                self.core.touch(call)  # active from now on: the standby may keep it
            case ConnectInd():
                calls.far_answered(call)
            case DisconnectInd(_, cause, inband, by_peer):
                calls.leg_over(call, group, key, cause, trunks.by(call, group, key) if by_peer else "machine")
                if inband:  # nobody listens to the tone any more
                    self._do(link, self.interfaces[link].release(key, cause))
