"""A machine on R2 lines and all that it tells, for the tests: calls of both sides, faults, the built-in checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from switchsim.assembly import build
from switchsim.model.event import Event, Record
from switchsim.model.events import CallRecord, PartyState, R2Register, decode_line
from switchsim.model.order import Act, Heal, Inject, Value
from switchsim.scenario.checks import CheckRun, CheckSettings, built_in_checks
from switchsim.units import ms, seconds

SHIPPED = Path(__file__).resolve().parents[2] / "boards" / "machines"
PROGRAMS = ("frame/0/slot/2/program", "frame/0/slot/3/program")
E = TypeVar("E", bound=Event)


class R2Office:
    """One of the shipped machines, or a file of the test's."""

    def __init__(
        self, machine: str | Path = "one_e1_r2", *, seed: int = 1, batch: int = 160, bits: bool = False
    ) -> None:
        path = machine if isinstance(machine, Path) else SHIPPED / f"{machine}.yaml"
        self.octets = bytearray()
        self.machine = build(path, seed=seed, journal_sink=self.octets.extend, batch=batch, bits=bits)
        self.machine.power_on()
        self.numbered = 0

    @property
    def now(self) -> int:
        return self.machine.kernel.now

    def run(self, cycles: int) -> None:
        self.machine.run(self.now + cycles)

    def call(self, number: str, calling: str = "13800138000", line: str = "e1-0") -> None:
        """A subscriber of the far end calls."""
        place = self.machine.exchanges[line]
        self.machine.order(self.now, place, Act("call", {"called": number, "calling": calling, "line": line}))

    def dial(self, number: str, calling: str = "2001", line: str = "e1-0", hold: int = seconds(3)) -> None:
        """The machine's console calls."""
        values: dict[str, Value] = {"line": line, "number": number, "calling": calling, "hold_cycles": hold}
        for program in PROGRAMS:
            self.machine.order(self.now, program, Act("dial", values))

    def inject(self, fault: str, where: dict[str, Value], values: dict[str, Value] | None = None) -> Any:
        """A fault of the catalogue; returns what heals it."""
        place, point, found = self.machine.resolve_fault(fault, where, values or {})
        self.numbered += 1
        number = str(self.numbered)
        self.machine.order(self.now, place, Inject(number, point, found))
        return lambda: self.machine.order(self.now, place, Heal(number, point, found))

    # -- what was told ---------------------------------------------------------------------------------------------

    @property
    def records(self) -> list[Record]:
        return [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]

    def events(self, kind: type[E]) -> list[E]:
        return [record.event for record in self.records if isinstance(record.event, kind)]

    def causes(self) -> list[int]:
        return [record.cause for record in self.events(CallRecord)]

    def party_states(self) -> list[str]:
        return [event.state for event in self.events(PartyState)]

    def signals(self, way: str, timeslot: int) -> list[str]:
        """Register signals that the machine has sent, or received, on a circuit: `I 5`, `A 1`."""
        return [f"{event.group} {event.signal}" for event in self.events(R2Register)
                if event.way == way and event.timeslot == timeslot and event.on]  # fmt: skip

    @property
    def state(self) -> Any:
        """Of the program that is active."""
        return next(part.program for part in (self.machine.part(place).state for place in PROGRAMS) if part.active)

    def nothing_leaks(self) -> None:
        """Every circuit, register and seat is free, and the built-in checks found nothing wrong."""
        self.machine.close()
        run = CheckRun(built_in_checks(CheckSettings()))
        records = self.records
        for record in records:
            run.take(record)
        wrong = [result for result in run.finish(records[-1].at) if result.outcome.name == "FAILED"]
        assert not wrong, wrong
        for place in PROGRAMS:
            processor = self.machine.part(place).state
            if not processor.active:
                continue
            state = processor.program
            assert not any(state.mfc.users), (place, state.mfc.users)
            assert not state.registers.of, place
            assert not state.calls, place


SETTLE = ms(200)
"""Both ends have told each other that their circuits are idle."""
