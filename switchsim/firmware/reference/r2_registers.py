"""The pool of MFC registers: R2 circuits seize one for the register signals of a call, and wait when all are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.firmware.reference.core import channel_index
from switchsim.firmware.reference.state import RegistersState
from switchsim.model.messages import ListenMfc, MfcHeard, MfcSent, SendMfc
from switchsim.terminals.r2_tap import RECEIVED, SENT
from switchsim.units import ms

if TYPE_CHECKING:
    from switchsim.firmware.reference.r2 import R2Side

POOL: Final = "mfc"
ANSWER_GUARD: Final = ms(150)
"""From the end of the register signals to the answer: else the other side may recognise the answer first."""
HEARS: Final = {"outgoing": "backward", "incoming": "forward"}
SENDS: Final = {"outgoing": "forward", "incoming": "backward"}


class Registers:
    """Works for R2Side. A register's user in the pool is -1 - circuit."""

    def __init__(self, r2: R2Side) -> None:
        self.r2 = r2
        self.core = r2.core
        self.office = r2.core.office
        self.unit_at = channel_index(self.office.mfc)

    @property
    def state(self) -> RegistersState:
        return self.core.state.registers

    def seize(self, circuit: int, side: str) -> None:
        """Connect a register with a circuit, at once or when one is free.

        While none works a call of our own is over; one that comes waits as long as its caller does: a board may return.
        """
        self.state.side[circuit] = side
        if self._connect(circuit):
            return
        if side == "outgoing" and not self._any():
            del self.state.side[circuit]
            self.r2.do(circuit, self.r2.circuits[circuit].register_none())
            return
        self.state.waiting.append(circuit)

    def _any(self) -> bool:
        """Whether there is a register that works, though perhaps in use."""
        return len(self.core.state.mfc.broken) < len(self.office.mfc)

    def _connect(self, circuit: int) -> bool:
        register = self.core.seize(POOL, self.core.state.mfc, -1 - circuit)
        if register < 0:
            return False
        self.state.of[circuit] = register
        self.core.units_changed = True
        channel, slot = self.office.mfc[register], self.office.circuits[circuit].slot
        self.core.hear(channel.slot, slot)
        self.core.keep(slot, channel.slot)
        direction, limits = HEARS[self.state.side[circuit]], self.r2.config(circuit).variant
        self.core.world.send_bus(ListenMfc(channel.board, channel.unit, direction, limits))
        self.r2.do(circuit, self.r2.circuits[circuit].register_ready())
        return True

    def send(self, circuit: int, signal: int, cycles: int = 0) -> None:
        """Signal 1..15, or nothing; by a circuit that has a register."""
        register = self.state.of.get(circuit, -1)
        if register >= 0:
            channel, side, tap = self.office.mfc[register], self.state.side[circuit], self.r2.taps[circuit]
            tap.tone(SENT, SENDS[side], signal) if signal else tap.silence(SENT)
            limits = self.r2.config(circuit).variant
            self.core.world.send_bus(SendMfc(channel.board, channel.unit, SENDS[side], signal, cycles, limits))

    def free(self, circuit: int) -> None:
        """The register signals of the call are over: whoever waits longest gets it."""
        self.state.side.pop(circuit, None)
        if circuit in self.state.waiting:
            self.state.waiting.remove(circuit)
        register = self.state.of.pop(circuit, -1)
        if register < 0:
            return
        self.core.units_changed = True
        self._release(register, circuit)
        self.r2.taps[circuit].register_over()
        self.core.free(POOL, self.core.state.mfc, register)
        self._rest(circuit)
        self._serve()

    def _release(self, register: int, circuit: int) -> None:
        channel, slot = self.office.mfc[register], self.office.circuits[circuit].slot
        self.core.world.send_bus(ListenMfc(channel.board, channel.unit, ""))
        self.core.hear(channel.slot, 0)
        self.core.let_go(slot)

    def _serve(self) -> None:
        """Circuits that wait, as long as there are registers."""
        pool = self.core.state.mfc
        while self.state.waiting and any(not user and unit not in pool.broken for unit, user in enumerate(pool.users)):
            self._connect(self.state.waiting.pop(0))

    # -- answers -------------------------------------------------------------------------------------------------

    def _rest(self, circuit: int) -> None:
        """The register signals of a call are over."""
        if circuit not in self.state.resting:
            self.state.resting.append(circuit)
        self.core.world.start_timer(f"r2/{circuit}/rest", ANSWER_GUARD)

    def busy_still(self, circuit: int) -> bool:
        """Whether an answer has to wait for register signals; it is then given by itself."""
        wait = circuit in self.state.side or circuit in self.state.resting
        if wait and circuit not in self.state.answers:
            self.state.answers.append(circuit)
        return wait

    def rested(self, circuit: int) -> None:
        """Timer `rest`."""
        self.state.resting.remove(circuit)
        if circuit in self.state.answers and circuit not in self.state.side:  # of a new call: its signals still go on
            self.state.answers.remove(circuit)
            self.r2.do(circuit, self.r2.circuits[circuit].answer())

    def no_answer(self, circuit: int) -> None:
        """The call is over before."""
        if circuit in self.state.answers:
            self.state.answers.remove(circuit)

    # -- what registers report -----------------------------------------------------------------------------------

    def heard(self, message: MfcHeard) -> None:
        """A signal begins or ends at a register."""
        circuit = self._circuit(message.board, message.register)
        if circuit >= 0:
            one, tap = self.r2.circuits[circuit], self.r2.taps[circuit]
            if message.on:
                tap.tone(RECEIVED, HEARS[self.state.side[circuit]], message.signal)
                self.r2.do(circuit, one.tone_on(message.signal))
            else:
                tap.silence(RECEIVED)
                self.r2.do(circuit, one.tone_off())

    def sent(self, message: MfcSent) -> None:
        """A pulse is over."""
        circuit = self._circuit(message.board, message.register)
        if circuit >= 0:
            self.r2.taps[circuit].silence(SENT)
            self.r2.do(circuit, self.r2.circuits[circuit].pulse_sent())

    def _circuit(self, board: int, unit: int) -> int:
        """The circuit that has a register, -1: none; what the register heard before is nobody's."""
        register = self.unit_at[board, unit]
        user = self.core.state.mfc.users[register]
        return -1 - user if user < 0 and self.state.of.get(-1 - user) == register else -1

    # -- boards --------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Registers were marked broken, or work again: those in calls are given up, those that wait may be served."""
        broken = set(self.core.state.mfc.broken)
        for circuit in [circuit for circuit, register in self.state.of.items() if register in broken]:
            self.r2.do(circuit, self.r2.circuits[circuit].register_none())
        if not self._any():
            for circuit in [one for one in self.state.waiting if self.state.side[one] == "outgoing"]:
                self.r2.do(circuit, self.r2.circuits[circuit].register_none())
        self._serve()

    # -- hot standby ---------------------------------------------------------------------------------------------

    def give_up(self, of: dict[int, int]) -> None:
        """Registers of the processor that went, by circuit: they stop whatever they do, and are free."""
        pool, hears = self.core.state.mfc, self.core.state.hears
        for circuit, register in of.items():
            pool.users[register] = -1 - circuit
            slot = self.office.circuits[circuit].slot
            hears[self.office.mfc[register].slot] = hears[slot] = -1
            self.core.state.kept[slot] = 0
            self._release(register, circuit)
            self.core.free(POOL, pool, register)
