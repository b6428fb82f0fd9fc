"""A process of the platform: it starts, lives, hangs, is slow, crashes, is started again; it talks through ICDCOMM."""

from __future__ import annotations

from typing import Any, ClassVar, Final, TypeVar

from switchsim.model.events import FaultFired, FaultUndone, ProcessState
from switchsim.model.message import Message
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Host, Part, State
from switchsim.model.phase import Phase
from switchsim.model.platform import AnyBody, Heartbeat, Letter
from switchsim.units import ms, seconds

START_CYCLES: Final = seconds(2)
"""From its start to its first act; at power-on the platform runs already."""
HEARTBEAT_CYCLES: Final = seconds(1)
LOST_AFTER: Final = 3
"""Heartbeats missed until a process counts as gone."""
SLOW_CYCLES: Final = ms(500)


class ProcessCommon(State):
    """State that every process has; a kind adds its own fields.

    life: starting, running, stopped. faults: number -> crash, hang, slow. kept: messages and timers that a hung process
    has not taken, oldest first.
    """

    life: str = "running"
    faults: dict[str, str] = {}
    slow_cycles: int = 0
    kept: list[Letter] = []
    late: dict[int, Letter] = {}
    next_late: int = 0
    overdue: list[str] = []


StateT = TypeVar("StateT", bound=ProcessCommon)


class Process(Part[StateT]):
    """`callcentre/<name>`. Port `comm` both ways (Letter).

    A kind overrides `fresh` (its state at a start), `started`, `letter`, `timer`, `stopped`, and `other` for orders of
    its own. Fault points: crash (forgets everything; healing starts it anew), hang (takes nothing; goes on where it
    was), slow (delay: cycles more for each message). Orders: Act stop, start, restart.
    """

    phase: ClassVar[Phase] = Phase.DECIDE

    def __init__(self, path: str, host: Host) -> None:
        super().__init__(path, host)
        self.name = path.partition("/")[2]
        self.state = self.fresh()

    def fresh(self) -> StateT:
        """The state of a process that has just been started; faults that still act are kept by the base."""
        raise AssertionError(f"{self.path} says nothing of its state")

    def started(self) -> None:
        """It runs from now on."""

    def stopped(self) -> None:
        """It goes now; nothing may be sent any more."""

    def outlives(self, before: StateT) -> None:
        """It has gone: take from its former state what is not in its memory (files, faults of the kind's own)."""

    def letter(self, sender: str, body: Any) -> None:
        """A message of another process."""

    def deliver(self, message: Letter) -> None:
        """A letter has come to its reader."""
        self.letter(message.sender, message.body)

    def timer(self, name: str) -> None:
        raise AssertionError(f"{self.path} has no timer {name!r}")

    def other(self, port: str, message: Any) -> None:
        """A message on a port besides `comm`."""
        raise AssertionError(f"{self.path} has no port {port!r}")

    # -- for kinds -----------------------------------------------------------------------------------------------

    def write(self, to: str, body: AnyBody) -> None:
        """Send to another process, by its name."""
        self.send("comm", Letter(to, self.name, body))

    @property
    def running(self) -> bool:
        return self.state.life == "running" and "hang" not in self.state.faults.values()

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.emit(ProcessState("started"))
        self.started()

    def _stop(self, why: str) -> None:
        if self.state.life == "stopped":
            return
        self.stopped()
        for name in self.host.timers_of(self.path):
            self.stop_timer(name)
        before, self.state = self.state, self.fresh()
        self.state.faults, self.state.life, self.state.slow_cycles = before.faults, "stopped", before.slow_cycles
        self.outlives(before)
        self.emit(ProcessState(why))

    def _start(self) -> None:
        if self.state.life == "stopped" and "crash" not in self.state.faults.values():
            self.state.life = "starting"
            self.emit(ProcessState("starting"))
            self.start_timer("process/start", START_CYCLES)

    # -- kernel --------------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Message) -> None:
        state = self.state
        if state.life != "running":
            return
        if port != "comm":
            if self.running:
                self.other(port, message)
            return
        assert isinstance(message, Letter)
        if not state.faults and not state.slow_cycles:  # nothing is the matter, as nearly always
            self.deliver(message)
        elif not self.running:
            self._late(state.next_late)
            state.kept.append(message)
        elif self.state.slow_cycles:
            self.state.next_late += 1
            self.state.late[self.state.next_late] = message
            self.start_timer(f"process/late/{self.state.next_late}", self.state.slow_cycles)
        else:
            self.deliver(message)

    def on_timer(self, name: str) -> None:
        if name == "process/start":
            self.state.life = "running"
            self.start()
        elif name.startswith("process/late/"):
            self._late(int(name.rpartition("/")[2]))
        elif not self.running:
            self.state.overdue.append(name)
        else:
            self.timer(name)

    def _late(self, last: int) -> None:
        """Late letters up to that number are taken, in their order: none overtakes another."""
        for number in [number for number in self.state.late if number <= last]:
            self.stop_timer(f"process/late/{number}")
            message = self.state.late.pop(number)
            if self.running:
                self.deliver(message)
            else:
                self.state.kept.append(message)

    def start_timer(self, name: str, cycles: int) -> None:
        self._forget_overdue(name)
        super().start_timer(name, cycles)

    def stop_timer(self, name: str) -> None:
        self._forget_overdue(name)
        super().stop_timer(name)

    def _forget_overdue(self, name: str) -> None:
        """A timer that was due while it hung, and is stopped or started again before its turn, is due no more."""
        if name in self.state.overdue:
            self.state.overdue.remove(name)

    # -- faults and orders ---------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        if isinstance(order, Inject):
            self.state.faults[order.fault] = order.point
            if effect := self._inject(order):
                self.emit(FaultFired(order.fault, effect))
        elif isinstance(order, Heal):
            self.state.faults.pop(order.fault, None)
            self.emit(FaultUndone(order.fault))
            self._heal(order)
        elif isinstance(order, Act) and order.act in ("stop", "start", "restart"):
            if order.act != "start":
                self._stop("stopped")
            if order.act != "stop":
                self._start()
        else:
            self.order(order)

    def order(self, order: Order) -> None:
        """An order of the kind's own."""
        super().on_order(order)

    def _inject(self, order: Inject) -> str:
        match order.point:
            case "crash":
                self._stop("crashed")
                return "crashed"
            case "hang":
                self.emit(ProcessState("hung"))
                return "takes nothing"
            case "slow":
                self.state.slow_cycles = int(order.values["delay"])
                self.emit(ProcessState("slow"))
                return f"{order.values['delay']} cycles later"
        return self.fault(order)

    def _heal(self, order: Heal) -> None:
        match order.point:
            case "crash":
                self._start()
            case "hang":
                if self.running:
                    self.emit(ProcessState("running"))
                    self._catch_up()
            case "slow":
                self._fast_again()
            case _:
                self.undo(order)

    def _fast_again(self) -> None:
        if "slow" in self.state.faults.values():
            return
        self.state.slow_cycles = 0
        self._late(self.state.next_late)
        if self.running:
            self.emit(ProcessState("running"))

    def _catch_up(self) -> None:
        """What came while it hung is taken now, timers first: they were due before."""
        while self.state.overdue:
            self.timer(self.state.overdue.pop(0))
        letters, self.state.kept = self.state.kept, []
        for one in letters:
            self.deliver(one)

    def fault(self, order: Inject) -> str:
        """A fault point of the kind's own; its effect in words, empty when it has none yet and tells of it later."""
        raise AssertionError(f"{self.path} has no fault point {order.point!r}")

    def undo(self, order: Heal) -> None:
        raise AssertionError(f"{self.path} has no fault point {order.point!r}")


class Watched(State):
    """What is known of another process by its heartbeats."""

    heard: int = 0
    role: str = ""
    since: int = 0
    alive: bool = False


def heard(row: Watched, beat: Heartbeat, now: int) -> bool:
    """Note a heartbeat; True when its sender had not been alive."""
    came = not row.alive
    row.heard, row.role, row.since, row.alive = now, beat.role, beat.since, True
    return came


def missed(row: Watched, now: int) -> bool:
    """True, once, when it has been silent for LOST_AFTER heartbeats."""
    if row.alive and now - row.heard > LOST_AFTER * HEARTBEAT_CYCLES:
        row.alive = False
        return True
    return False
