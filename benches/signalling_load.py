"""A signalling link between two parts, full in both directions: what the benches of level 2 run."""

from __future__ import annotations

from typing import Any, Final

from switchsim.dsp.engine import NONE, Engine, EngineConfig, philox
from switchsim.kernel.journal import Journal
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.terminals.level2 import TerminalRow, Terminals, TerminalState

OVERHEAD_OCTETS: Final = 5
"""Of a unit beside SIO and SIF: numbers, length indicator, check."""
UNIT_OCTETS: Final = (15, 25, 38, 43, 57, 62)
"""From BSN to the check octets; 40 on average."""
MESSAGES: Final = tuple(
    bytes([0x85, *(7 * n % 251 for n in range(size - OVERHEAD_OCTETS - 1))]) for size in UNIT_OCTETS
)
AHEAD: Final = 60
"""Messages that are on their way from each end at a time."""


class EndState(State):
    links: list[TerminalState] = []
    next_message: int = 0
    received: int = 0


class End(Part[EndState]):
    """One end: as soon as a message comes, it sends one."""

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, row: TerminalRow) -> None:
        super().__init__(path, host)
        self.terminals = Terminals(self, engine, [row], self._received, self._report)
        self.state = EndState(self.terminals.new_states())
        self.terminals.restored(self.state.links)

    def start(self) -> None:
        self.terminals.power_on()
        self.terminals.order(0, "emergency")
        self.terminals.order(0, "start")

    def on_media(self, event: MediaEvent) -> None:
        self.terminals.media(event)

    def on_timer(self, name: str) -> None:
        self.terminals.timer(name.removeprefix("l2/"))

    def _report(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        if what == "in_service":
            for _ in range(AHEAD):
                self._send()

    def _received(self, number: int, octets: bytes) -> None:
        assert octets == MESSAGES[self.state.received % len(MESSAGES)], "in order, none lost"
        self.state.received += 1
        self._send()

    def _send(self) -> None:
        self.terminals.send(0, MESSAGES[self.state.next_message % len(MESSAGES)])
        self.state.next_message += 1


def full_link(sink: Any) -> tuple[Kernel, End, End]:
    """Switched on; the first end writes units sent and received into the journal, as a board does."""
    engine = Engine(EngineConfig(n_su_tx=2, n_su_rx=3, n_switched=2))
    kernel = Kernel(engine, Journal(sink, lambda _: None), Streams(1, philox))
    lines = [engine.first_switched_cell + number for number in range(2)]
    ends = []
    for number in range(2):
        sends = engine.first_su_cell + number
        engine.connect(lines[number], sends)
        row = TerminalRow(f"link:{number}", number, number, lines[1 - number], sends, NONE if number else 2)
        end = End(f"end/{number}", kernel, engine, row)
        kernel.add(end)
        for kinds, unit in row.media_units():
            kernel.own_media(kinds, unit, end.path)
        ends.append(end)
    kernel.power_on()
    return kernel, ends[0], ends[1]
