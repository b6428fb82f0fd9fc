"""Two signalling terminals joined by a link: on the native core, or on its slow reference."""

from __future__ import annotations

from typing import Final

from switchsim.conformance.q781.bench import AERM, IUT, LOW, PROVED_AGAIN, SUERM, TESTER, TICK, UNIT, WireEvent
from switchsim.dsp.engine import (
    CELL_ONES,
    EV_AERM,
    EV_SU,
    EV_SU_LOW,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    Engine,
    EngineConfig,
)
from switchsim.dsp.reference.terminals import Terminals

_SORTS: Final = {EV_SU: UNIT, EV_SUERM: SUERM, EV_AERM: AERM, EV_SU_PROVED_AGAIN: PROVED_AGAIN, EV_SU_LOW: LOW}


class TerminalWire:
    """Transmitter and receiver 0 of the link under test, 1 of the tester; a switched cell lies in each direction."""

    def __init__(self, slow: bool) -> None:
        config = EngineConfig(tick_cycles=TICK, n_su_tx=2, n_su_rx=2, n_switched=2)
        self.engine: Engine | Terminals = Terminals(config) if slow else Engine(config)
        self._towards_iut = self.engine.first_switched_cell
        self._tester_cell = self.engine.first_su_cell + TESTER
        self.engine.connect(self._towards_iut, self._tester_cell)
        self.engine.connect(self._towards_iut + 1, self.engine.first_su_cell + IUT)
        self.engine.su_listen(IUT, self._towards_iut)
        self.engine.su_listen(TESTER, self._towards_iut + 1)

    @property
    def now(self) -> int:
        return self.engine.now

    def run(self, until: int) -> list[WireEvent]:
        """To `until`, or to the first tick with an event."""
        return [WireEvent(event.at, event.unit, _SORTS[event.kind], event.octets,
                          event.b >> 16 if event.kind == EV_SU else 0)
                for event in self.engine.run(until) if event.kind in _SORTS]

    def fill(self, side: int, octets: bytes, verbatim: bool) -> None:
        """What a side sends when nothing waits."""
        self.engine.su_fill(side, octets, verbatim=verbatim)

    def send(self, side: int, octets: bytes, flags: int) -> bool:
        """Queue a unit; False when there is no room."""
        return self.engine.su_send(side, octets, flags)

    def ack(self, octet: int) -> None:
        """Octet 0 of the units of the link under test."""
        self.engine.su_ack(IUT, octet)

    def notify(self, side: int, level: int) -> None:
        """Report LOW once, when at most `level` units wait."""
        self.engine.su_notify(side, level)

    def flush(self, side: int) -> None:
        """Forget the units that wait."""
        self.engine.su_flush(side)

    def monitor(self, mode: int, threshold: int) -> None:
        """The error monitor of the link under test."""
        self.engine.su_monitor(IUT, mode, threshold)

    def repeats(self, side: int) -> int:
        """How often the last unit that was told came again."""
        return self.engine.su_repeats(side)

    def ones(self, on: bool) -> None:
        """The direction to the link under test carries nothing but ones, or what the tester sends."""
        self.engine.connect(self._towards_iut, CELL_ONES if on else self._tester_cell)
