"""The message transfer part between the machine and its far end, tried by a testing user part (service indicator 8).

Every message carries its running number within its direction and SLS, so what arrives tells by itself whether anything
was lost, doubled or overtaken. It passes everything on its way: main processor, bus, LAP7 board, line, far end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from switchsim import assembly
from switchsim.firmware.processor import Processor
from switchsim.model.event import Event, Record
from switchsim.model.events import MessageDelivered, MessageSent, SignallingLink
from switchsim.model.order import Act
from switchsim.proto import mtp3
from switchsim.report.result import CheckResult
from switchsim.scenario.checks import Check, CheckSettings, SignallingFacts, run_checks
from switchsim.terminals.point import SERVICE, SignallingPoint
from switchsim.units import ms, seconds

TESTING: Final = 8
"""MTP testing user part (Q.704 14.2.1)."""
SLS_COUNT: Final = 16
TIMER: Final = "tagged"
MACHINES: Final = Path(__file__).parent / "machines"
SHIPPED: Final = assembly.shipped.folder("boards") / "machines"

Flow = tuple[str, int]
"""(the place that sends, SLS)."""


def machine_file(name: str) -> Path:
    own = MACHINES / f"{name}.yaml"
    return own if own.is_file() else SHIPPED / f"{name}.yaml"


class TestingUser:
    """One end: sends a message every `every` cycles, SLS after SLS, and takes what comes for its service indicator."""

    __test__ = False

    def __init__(self, bench: TaggedBench, place: str, point: SignallingPoint, dpc: int) -> None:
        self.bench, self.place, self.point, self.dpc = bench, place, point, dpc
        self.part = bench.machine.part(place)
        self.sent = [0] * SLS_COUNT
        self.heard: list[list[int]] = [[] for _ in range(SLS_COUNT)]
        self.turn = 0
        self.sends = False
        self._do3, self._on_timer = point.do3, self.part.on_timer
        point.do3 = self.do3  # type: ignore[method-assign]
        self.part.on_timer = self.on_timer  # type: ignore[method-assign]

    def do3(self, actions: Iterable[Any]) -> None:
        for action in actions:
            if isinstance(action, mtp3.Deliver) and action.si == TESTING:
                self.part.emit(MessageDelivered(TESTING, action.opc, action.sls, 0, action.data.hex()))
                self.heard[action.sls].append(int.from_bytes(action.data[:4], "big"))
            else:
                self._do3((action,))

    def on_timer(self, name: str) -> None:
        if name != TIMER:
            self._on_timer(name)
            return
        if self.sends:
            self.send(self.turn)
            self.turn = (self.turn + 1) % SLS_COUNT
        self.part.start_timer(TIMER, self.bench.every)

    def send(self, sls: int) -> None:
        number = self.sent[sls]
        data = number.to_bytes(4, "big") + bytes((number * 7 + sls) % 40)  # of many lengths
        self.sent[sls] += 1
        self.part.emit(MessageSent(TESTING, self.dpc, sls, 0, data.hex()))
        self.point.do3(self.point.mtp3.transfer(TESTING, self.dpc, sls, data))


class TaggedBench:
    """A machine, switched on, with testing users of the machine (`ours`) and of the far end's `city` (`theirs`)."""

    def __init__(self, patch: pytest.MonkeyPatch, machine: str, *, every: int = 48, batch: int = 160) -> None:
        patch.setitem(SERVICE, "testing", TESTING)  # or its messages were answered with UPU
        self.every = every
        self.records: list[Record] = []
        self.told: dict[tuple[str, str], str] = {}  # place, link -> level 3's last word on it
        self.lines: list[bytes] = []
        self.machine = assembly.build(machine_file(machine), seed=1, journal_sink=self.lines.append, batch=batch)
        self.machine.kernel.observers.append(self._observe)
        self.machine.power_on()
        self.run(8)
        place = next(path for path, part in self.machine.kernel.parts.items() if isinstance(part, Processor))
        parts: Any = self.machine.kernel.parts
        near = parts[place].program.trunks.number7.point
        far = parts["farend/exchange/city"].signalling.point
        self.ours = TestingUser(self, place, near, far.config.own_pc)
        self.theirs = TestingUser(self, "farend/exchange/city", far, near.config.own_pc)
        for user in (self.ours, self.theirs):
            user.part.start_timer(TIMER, self.every)
        self.names: list[str] = [near.names[number] for number in sorted(near.names)]

    def _observe(self, now: int, place: str, event: Event) -> None:
        self.records.append(Record(now, "", place, len(self.records), event))
        if isinstance(event, SignallingLink):
            self.told[place, event.link] = event.state

    @property
    def now(self) -> int:
        return self.machine.kernel.now

    def run(self, cycles: int) -> None:
        self.machine.run(self.now + cycles)

    def begin(self) -> None:
        """Wait until every link is available, then let both users send."""
        for number in range(len(self.names)):
            self.until(number, "available", seconds(20))
        self.run(seconds(1))
        self.ours.sends = self.theirs.sends = True

    def settle(self, cycles: int = seconds(2)) -> None:
        """Stop sending; whatever is on its way arrives."""
        self.ours.sends = self.theirs.sends = False
        self.run(cycles)

    # -- links -------------------------------------------------------------------------------------------------------

    def state(self, number: int) -> tuple[str, str]:
        """Level 3's last word on a link, at our end and at theirs (or a transfer point's)."""
        name = self.names[number]
        ends = [self.told.get((place, name), "") for place in self.told_by(name)]
        return (ends[0], ends[1]) if len(ends) == 2 else ("", "")

    def told_by(self, name: str) -> list[str]:
        """Places that told of a link, ours first."""
        return sorted((place for place, link in self.told if link == name), key=lambda place: place != self.ours.place)

    def until(self, number: int, state: str, within: int) -> None:
        """Run until both ends say so of a link."""
        end = self.now + within
        while self.state(number) != (state, state):
            assert self.now < end, f"{self.names[number]} is {self.state(number)}, not {state}"
            self.run(ms(50))

    def events(self, kind: str, since: int = 0) -> list[Any]:
        return [record.event for record in self.records
                if record.at >= since and record.event.__struct_config__.tag == kind]  # fmt: skip

    def wait(self, kind: str, count: int, since: int, within: int) -> None:
        """Run until there were so many events of a kind since a cycle."""
        end = self.now + within
        while len(self.events(kind, since)) < count:
            assert self.now < end, f"{len(self.events(kind, since))} of {count} {kind}"
            self.run(ms(50))

    def cut(self, number: int, directions: int = 3) -> None:
        """Nothing but idle of a link's timeslot arrives: 1 at the machine, 2 at the far end, 3 both."""
        for bit, (to_cell, _) in ((1, self._cells(number)[0]), (2, self._cells(number)[1])):
            if directions & bit:
                self.machine.engine.connect(to_cell, 0)

    def mend(self, number: int) -> None:
        for to_cell, from_cell in self._cells(number):
            self.machine.engine.connect(to_cell, from_cell)

    def _cells(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """(receives, is sent) of the link's timeslot: towards the machine, towards the far end."""
        name, _, timeslot = self.names[number].partition(":")
        line = next(line for line in self.machine.layout.lines if line.name == name)
        ts = int(timeslot)
        return ((line.receive_cell + ts, line.far_tx_cell + ts), (line.far_rx_cell + ts, line.transmit_cell + ts))

    def far(self, act: str, number: int) -> None:
        """An order to the far end's link: `stop` its level 2, `deactivate`, `activate`, `outage`, ..."""
        self.machine.order(self.now, self.theirs.place, Act(act, {"link": number}))

    # -- what came ---------------------------------------------------------------------------------------------------

    def flows(self) -> dict[Flow, tuple[int, list[int]]]:
        """(messages sent, numbers heard at the other end) of every flow."""
        return {(sender.place, sls): (sender.sent[sls], hearer.heard[sls])
                for sender, hearer in ((self.ours, self.theirs), (self.theirs, self.ours))
                for sls in range(SLS_COUNT)}  # fmt: skip

    def exact(self) -> None:
        """Everything arrived, once and in order."""
        for flow, (count, heard) in self.flows().items():
            assert heard == list(range(count)), (flow, count, _first_break(heard), len(heard))

    def lost(self) -> int:
        """How many did not arrive; what did is in order and not doubled."""
        missing = 0
        for flow, (count, heard) in self.flows().items():
            assert heard == sorted(set(heard)), (flow, _first_break(heard))
            missing += count - len(heard)
        return missing

    def judge(self, check: type[Check]) -> CheckResult:
        """What a built-in check says of all that happened so far."""
        network = SignallingFacts(**self.machine.signalling_network)
        return run_checks(self.records, [check(CheckSettings(signalling=network))])[0]


def _first_break(heard: list[int]) -> tuple[int, list[int]]:
    """(position, numbers around it) of the first that does not follow on the one before."""
    for position, (one, other) in enumerate(itertools.pairwise(heard)):
        if other != one + 1:
            return position, heard[max(0, position - 3) : position + 5]
    return -1, heard[:1]
