"""Voice channels of the platform: the step `ivr` of a service, and what calls are attached to meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.office import Ivr
from switchsim.firmware.reference.state import Call, Stage
from switchsim.model.cti import ChannelFreed, FlowAsked

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program


class Voice:
    """A flow is asked for, and a voice channel attached by order; without either the service goes its other way.

    The caller is not answered by this: the flow does that (`AnswerCaller`) when it likes.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = program.core.office
        self.circuits = {
            (circuit.line, circuit.timeslot): index
            for index, circuit in enumerate(self.office.circuits)
            if self.office.groups[circuit.group].kind == "vp"
        }

    def step(self, call: Call) -> Ivr | None:
        """The step that asked for a flow, while the call is in it."""
        step = self.program.script.step_of(call) if call.stage == Stage.SERVICE else None
        return step if isinstance(step, Ivr) else None

    # -- asking --------------------------------------------------------------------------------------------------

    def begin(self, call: Call, step: Ivr) -> None:
        """Ask for the flow; nobody to ask: the other way at once."""
        self.core.stage(call, Stage.SERVICE, "ivr")
        if not self.program.cti.on:
            self.program.script.begin(call, step.otherwise)
            return
        self.program.cti.call(call)
        self.ask_again(call)
        self.core.world.start_timer(f"flow/{call.number}", step.wait_cycles)

    def ask_again(self, call: Call) -> None:
        """Tell the question of a call that waits for its answer."""
        step = self.step(call)
        if step is not None and call.voice < 0:
            number = call.target or call.called
            self.program.cti.tell(FlowAsked(call.number, call.a.number, step.flow, number, call.calling))

    def refused(self, call: Call) -> None:
        """Nobody serves the call (any more)."""
        step = self.step(call)
        if step is not None:
            self.free(call, "detached")
            self.core.world.stop_timer(f"flow/{call.number}")
            self.program.script.begin(call, step.otherwise)

    def resume(self, call: Call, step: Ivr) -> None:
        """After a switchover."""
        if call.voice < 0:
            self.core.world.start_timer(f"flow/{call.number}", step.wait_cycles)

    # -- attaching -----------------------------------------------------------------------------------------------

    def attach(self, call: Call, line: str, timeslot: int) -> str:
        """Speech both ways between the caller and a voice channel; one of RESULTS."""
        circuit = self.circuits.get((line, timeslot), -1)
        if self.step(call) is None or call.voice >= 0:
            return "wrong_state"
        if circuit < 0 or circuit in self.core.state.blocked:
            return "no_circuit"
        if circuit in self.core.state.voice:
            return "busy"
        self.core.world.stop_timer(f"flow/{call.number}")
        call.voice, self.core.state.voice[circuit] = circuit, call.number
        slot = self.office.circuits[circuit].slot
        self.core.hear(self.core.slot(call.a), slot)
        self.core.hear(slot, self.core.slot(call.a))
        self.core.touch(call)
        return "ok"

    def free(self, call: Call, why: str) -> None:
        """The channel hears nothing any more, nor does the caller; one that is attached to none stays as it is."""
        if call.voice < 0:
            return
        circuit, call.voice = self.office.circuits[call.voice], -1
        index = self.circuits[circuit.line, circuit.timeslot]
        self.core.state.voice.pop(index, None)
        if self.core.hears(self.core.slot(call.a)) == circuit.slot:
            self.core.hear(self.core.slot(call.a), 0)
        self.core.hear(circuit.slot, 0)
        self.core.touch(call)
        self.program.cti.tell(ChannelFreed(call.number, circuit.line, circuit.timeslot, why))

    def occupy(self, call: Call) -> None:
        """After a switchover: the network has the connection already."""
        if call.voice >= 0:
            self.core.state.voice[call.voice] = call.number
            self.core.state.hears[self.office.circuits[call.voice].slot] = self.core.slot(call.a)

    # -- losses --------------------------------------------------------------------------------------------------

    def _other_way(self, call: Call, why: str) -> None:
        step = self.step(call)
        self.free(call, why)
        self.core.world.stop_timer(f"flow/{call.number}")
        if step is not None:
            self.program.script.begin(call, step.otherwise)

    def circuits_lost(self, indices: list[int]) -> None:
        """Their line or its board went."""
        for index in indices:
            call = self.core.state.calls.get(self.core.state.voice.get(index, 0))
            if call is not None:
                self._other_way(call, "lost")

    def platform_lost(self) -> None:
        """Nobody conducts flows any more."""
        for number in sorted(self.core.state.calls):
            call = self.core.state.calls.get(number)
            if call is not None and self.step(call) is not None:
                self._other_way(call, "lost")
