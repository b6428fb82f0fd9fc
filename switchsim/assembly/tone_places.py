"""Where faults of speech paths act: the circuits of a line, and what can break in on them."""

from __future__ import annotations

from switchsim.assembly.layout import Layout, LinePlan
from switchsim.assembly.parameters import near, wrong
from switchsim.assembly.planner import Planner
from switchsim.faults.line import Values
from switchsim.faults.tones import ToneFault, tone_values

TIMESLOTS = range(1, 32)
CAS_TIMESLOT = 16


class TonePlaces:
    """Resolves them against one machine; what does not fit is BadInput, in words for the scenario's line."""

    def __init__(self, layout: Layout, planner: Planner) -> None:
        self.layout = layout
        self.planner = planner

    def values(self, row: ToneFault, line: str, read: Values) -> Values:
        """The values of the trunk board's fault point; `read`: the parameters, and which line of the board it is."""
        circuits = self._circuits(row, line)
        mask = int(read.get("timeslots", sum(1 << timeslot for timeslot in circuits)))
        for timeslot in TIMESLOTS:
            if mask >> timeslot & 1 and timeslot not in circuits:
                raise wrong(f"{row.name}: timeslot {timeslot} of {line} carries signalling", "circuits of the line")
        found: Values = {**read, "timeslots": mask}
        if "prompt" in read:
            found["speech"] = self._prompt(row, str(read["prompt"]))
        if "circuit" in read:
            found["cell"] = self._cell(row, str(read["circuit"]))
        return tone_values(row, found)

    def _circuits(self, row: ToneFault, line: str) -> list[int]:
        plan = self._line(row, line)
        signalling = {*plan.links, *((CAS_TIMESLOT,) if plan.framing.cas else ())}
        return [timeslot for timeslot in TIMESLOTS if timeslot not in signalling]

    def _line(self, row: ToneFault, line: str) -> LinePlan:
        found = next((one for one in self.layout.lines if one.name == line), None)
        if found is None:
            known = [one.name for one in self.layout.lines]
            raise wrong(f"{row.name}: no line {line!r}", f"one of {', '.join(known)}", near(line, known))
        return found

    def _prompt(self, row: ToneFault, name: str) -> int:
        prompts = list(self.planner.machine.prompts)
        if name not in prompts:
            known = f"one of {', '.join(prompts)}" if prompts else "a machine with prompts"
            raise wrong(f"{row.name}: no prompt {name!r}", known, near(name, prompts))
        return prompts.index(name)

    def _cell(self, row: ToneFault, circuit: str) -> int:
        """What arrives at the machine on that circuit."""
        line, _, timeslot = circuit.partition(":")
        known = self._circuits(row, line)
        if not timeslot.isdecimal() or int(timeslot[:4]) not in known:
            raise wrong(f"{row.name}: no circuit {circuit!r}", f"line:timeslot, as in {line}:{known[0]}")
        return self._line(row, line).receive_cell + int(timeslot)
