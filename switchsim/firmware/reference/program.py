"""The program: one message or timer in, everything that follows from it done, the standby told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchsim.firmware.office import Office
from switchsim.firmware.reference.calls import Calls
from switchsim.firmware.reference.core import Core, World, channel_index
from switchsim.firmware.reference.cti import Cti
from switchsim.firmware.reference.load import LoadMeter
from switchsim.firmware.reference.monitor import Monitor
from switchsim.firmware.reference.orders import Orders
from switchsim.firmware.reference.queues import Queues
from switchsim.firmware.reference.script import Script
from switchsim.firmware.reference.seats import Seats
from switchsim.firmware.reference.standby import Standby, Store
from switchsim.firmware.reference.state import Call, Dial, Pool, ProgramState, Stage
from switchsim.firmware.reference.talk import Talk
from switchsim.firmware.reference.tandem import Tandem
from switchsim.firmware.reference.targets import Targets
from switchsim.firmware.reference.transfer import Transfer
from switchsim.firmware.reference.trunks import Trunks
from switchsim.firmware.reference.voice import Voice
from switchsim.model.cti import CtiRequest
from switchsim.model.events import PlatformLink
from switchsim.model.messages import (
    BoardStarted,
    CasHeard,
    CheckHeard,
    DigitReceived,
    Layer3Received,
    Level2Report,
    LineChanged,
    LinkChanged,
    MfcHeard,
    MfcSent,
    MsuReceived,
    NodeChanged,
    PlatformChanged,
    PlayEnded,
    RouteAnswer,
    SeatKey,
    SlaveChanged,
    UnitFailed,
)
from switchsim.model.order import Value

NORMAL = 16


class Program:
    """Call processing of the queue switch. Sans-I/O: acts on the world only through `World`."""

    def __init__(self, office: Office, state: ProgramState, world: World) -> None:
        self.core = Core(office, state, world)
        self.trunks = Trunks(self)
        self.load = LoadMeter(self)
        self.calls = Calls(self)
        self.script = Script(self)
        self.queues = Queues(self)
        self.seats = Seats(self)
        self.transfer = Transfer(self)
        self.monitor = Monitor(self)
        self.tandem = Tandem(self)
        self.talk = Talk(self)
        self.voice = Voice(self)
        self.targets = Targets(self)
        self.orders = Orders(self)
        self.cti = Cti(self)
        self.standby = Standby(self)
        self._handlers = self._by_message()
        self._timers: dict[str, Callable[[Call], None]] = {
            "guard": self._prompt_overdue,
            "menu": self.script.no_choice,
            "wait": self.queues.waited_too_long,
            "ring": self.queues.no_answer,
            "route": self.queues.unanswered,
            "flow": self.voice.refused,
            "origin": self.orders.originator.no_answer,
            **dict.fromkeys(("hold", "limit"), lambda call: self.calls.clear(call, NORMAL, "machine")),
        }
        self._receivers = channel_index(office.receivers)
        self._announcers = channel_index(office.announcers)
        self._links = {(link.board, link.unit): index for index, link in enumerate(office.links)}

    def _by_message(self) -> dict[type, Callable[[Any], None]]:
        return {
            Layer3Received: lambda m: self.trunks.access.layer3(self._links[m.board, m.link], m.octets),
            MsuReceived: lambda m: self.trunks.number7.received(m),
            Level2Report: self._level2,
            LinkChanged: self._link_changed,
            DigitReceived: self._digit,
            CheckHeard: lambda m: self.trunks.number7.side.checks.heard(m),
            CasHeard: self.trunks.r2.line_heard,
            MfcHeard: self.trunks.r2.registers.heard,
            MfcSent: self.trunks.r2.registers.sent,
            PlayEnded: self._play_ended,
            SeatKey: lambda m: self.seats.key(m.board, m.seat, m.key, m.argument),
            LineChanged: lambda m: self.trunks.line_changed(m.board, m.line, m.in_service),
            UnitFailed: self._unit_failed,
            SlaveChanged: self._slave_changed,
            BoardStarted: self._board_started,
            NodeChanged: self._node_changed,
            PlatformChanged: self._platform_changed,
            RouteAnswer: self._route_answer,
            CtiRequest: lambda m: self.orders.take(m.wanted),
        }

    # -- starts --------------------------------------------------------------------------------------------------

    def cold_start(self) -> None:
        """Forget everything."""
        state, office = self.core.state, self.core.office
        state.receivers = Pool(users=[0] * len(office.receivers))
        state.checks = Pool(users=[0] * len(office.checks))
        state.mfc = Pool(users=[0] * len(office.mfc))
        state.announcers = Pool(users=[0] * len(office.announcers))
        state.conferences = Pool(users=[0] * len(office.conferences))
        self.seats.cold_start()
        self.trunks.cold_start()

    def take_over(self, store: Store, next_call: int, *, keep: bool) -> tuple[int, int]:
        """Start from checkpoints; returns (calls kept, calls given up). Without `keep` they are too old to go on."""
        self.cold_start()
        self.core.state.next_call = next_call
        return self.standby.take_over(store, keep=keep)

    # -- what comes in -------------------------------------------------------------------------------------------

    def message(self, message: Any) -> None:
        """A board reports."""
        self.load.message(type(message))
        self._handlers[type(message)](message)
        self.cti.settle()

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "load":
            self.load.look()
        elif what == "cti":
            self.cti.send()
        else:
            self.load.timer()
            self._timer(what, rest, name)
            self.cti.settle()

    def _timer(self, what: str, rest: str, name: str) -> None:
        if what == "q931":
            self.trunks.access.timer(rest)
        elif what == "pool":
            self.core.enough(rest)
        elif what == "r2":
            self.trunks.r2.timer(rest)
        elif what in ("mtp3", "user", "line"):
            self.trunks.number7.timer(name)
        elif what == "wrap":
            self.seats.wrapped_up(int(rest))
        else:
            call = self.core.state.calls.get(int(rest))
            if call is not None:
                self._timers[what](call)

    def dial(self, dial: Dial) -> None:
        """The console wants a call placed."""
        self.trunks.dial(dial)
        self.cti.settle()

    def upkeep(self, act: str, values: dict[str, Value]) -> None:
        """The console manages No.7, one of `number7_upkeep.ACTS`, or R2 circuits: block, unblock, reset.

        What their state does not allow changes nothing.
        """
        if not self.trunks.r2.act(act, str(values.get("line", "")), int(values.get("timeslot", 0))):
            self.trunks.number7.act(act, values)
        self.cti.settle()

    # -- by message ----------------------------------------------------------------------------------------------

    def _link_changed(self, message: LinkChanged) -> None:
        self.trunks.access.link_changed(self._links[message.board, message.link], message.up)

    def _level2(self, message: Level2Report) -> None:
        self.trunks.number7.level2(message)

    def _digit(self, message: DigitReceived) -> None:
        index = self._receivers[message.board, message.receiver]
        call = self.core.state.calls.get(self.core.state.receivers.users[index])
        if call is not None:
            self.script.digit(call, message.digit)

    def _play_ended(self, message: PlayEnded) -> None:
        index = self._announcers[message.board, message.channel]
        call = self.core.state.calls.get(self.core.state.announcers.users[index])
        if call is not None:
            self.script.prompt_ended(call)

    def _prompt_overdue(self, call: Call) -> None:
        """The announcement board never said that it was done: go on without it."""
        self.script.prompt_ended(call)

    def _unit_failed(self, message: UnitFailed) -> None:
        state = self.core.state
        receiver = self._receivers.get((message.board, message.unit), -1)
        seat = self.seats.by_port.get((message.board, message.unit), -1)
        check = self.trunks.number7.side.checks.unit_at.get((message.board, message.unit), -1)
        register = self.trunks.r2.registers.unit_at.get((message.board, message.unit), -1)
        if receiver >= 0:
            self._mark(state.receivers, receiver, message.failed)
        elif register >= 0:
            self._mark(state.mfc, register, message.failed)
            self.trunks.r2.registers.changed()
        elif check >= 0:
            self._mark(state.checks, check, message.failed)
        elif seat >= 0 and message.failed:
            self.seats.failed(seat)
        elif seat >= 0:
            self.seats.repaired(seat)

    def _play_lost(self, call: Call) -> None:
        """Its announcement board went: who waits hears another one's music, or a tone; a service goes on."""
        if call.stage == Stage.QUEUED:
            self.queues.play_again(call)
        elif call.stage == Stage.HELD:
            self.talk.play_again(call)
        else:
            self.script.prompt_ended(call)

    def _mark(self, pool: Pool, unit: int, broken: bool) -> None:
        if unit in pool.broken:
            pool.broken.remove(unit)
        if broken:
            pool.broken.append(unit)
        self.core.units_changed = True

    def _slave_changed(self, message: SlaveChanged) -> None:
        """A board went: what it did for calls is gone. It comes back with BoardStarted."""
        if not message.ok:
            self._board(message.board, lost=True)
            if message.board == self.core.office.mem_board and self.core.state.platform:
                self._platform_changed(PlatformChanged(message.board, False))

    def _board_started(self, message: BoardStarted) -> None:
        self._board(message.board, lost=False)
        if message.board in self.core.office.network_boards:
            self.core.renew_network()

    def _board(self, board: int, *, lost: bool) -> None:
        office, state = self.core.office, self.core.state
        pools = (state.receivers, state.announcers, state.checks, state.mfc)
        channels_of = (office.receivers, office.announcers, office.checks, office.mfc)
        for channels, pool in zip(channels_of, pools, strict=True):
            for unit, channel in enumerate(channels):
                if channel.board == board:
                    self._mark(pool, unit, lost)
        self.trunks.r2.registers.changed()
        if lost:
            for user in [state.announcers.users[unit] for unit in state.announcers.broken]:
                if user in state.calls:
                    self._play_lost(state.calls[user])
        for index in self.seats.on_board(board):
            if lost:
                self.seats.failed(index)
            else:
                self.seats.repaired(index)
        if lost:
            self.trunks.access.board_lost(board)
        self.trunks.number7.board_changed(board, lost=lost)
        for line in sorted({group.trunk_line for group in office.groups if group.trunk_board == board}):
            self.trunks.line_changed(board, line, not lost)

    def _node_changed(self, message: NodeChanged) -> None:
        """Without the way to the switching network no connection changes there: no new call is taken meanwhile."""
        if message.board >> 8 == self.core.office.switching_board >> 8:
            self.core.state.network_lost = not message.ok
            if message.ok:
                for line in dict.fromkeys(group.line for group in self.core.office.groups):
                    self.trunks.try_dials(line)

    def _platform_changed(self, message: PlatformChanged) -> None:
        self.core.state.platform = message.up
        self.core.units_changed = True
        self.core.world.emit(PlatformLink("up" if message.up else "down"))
        self.cti.platform_changed(message.up)

    def _route_answer(self, message: RouteAnswer) -> None:
        call = self.core.state.calls.get(message.call)
        if call is not None:
            self.queues.answered(call, message.queue)
