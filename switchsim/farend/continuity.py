"""Continuity check at the far end: each circuit of an exchange has a check tone receiver, and its telephone's mouth.

An exchange can be told to answer checks badly; see `Manner`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from switchsim.dsp.engine import CELL_IDLE, CHECK_FREQUENCIES, EV_CHECK_ON, NONE, Engine
from switchsim.model.events import ContinuityCheck
from switchsim.model.part import MediaEvent, State
from switchsim.terminals.continuity import SENT
from switchsim.units import ms

if TYPE_CHECKING:
    from switchsim.farend.number7 import No7Exchange


class Manner(StrEnum):
    """How the checked side behaves: as it should, no loop at all, a tone of its own instead, a loop after a while."""

    GOOD = "good"
    NONE = "none"
    WRONG = "wrong"
    LATE = "late"


class ChecksState(State):
    every: int = 0  # calls set up between two that ask for a check; 0 = none asks
    turns: int = 0  # calls set up since
    manner: str = Manner.GOOD
    late_ms: int = 0
    modes: dict[int, str] = {}  # call key -> send, loop


class FarChecks:
    """Works for an exchange; its timers are `loop/<call key>`."""

    def __init__(self, exchange: No7Exchange) -> None:
        self.exchange = exchange
        self.engine: Engine = exchange.engine
        self.by_unit = {row.check: key for key, row in exchange.rows.items()}

    @property
    def state(self) -> ChecksState:
        return self.exchange.state.checks

    def wanted(self) -> bool:
        """Whether the call that is set up now asks for a check."""
        self.state.turns += 1
        if not self.state.every or self.state.turns < self.state.every:
            return False
        self.state.turns = 0
        return True

    def act(self, act: str, values: dict[str, Any]) -> None:
        """check_every (value) and check_loop (manner; value: ms until a late loop)."""
        if act == "check_every":
            self.state.every, self.state.turns = int(values["value"]), 0
        else:
            self.state.manner, self.state.late_ms = Manner(values["manner"]), int(values.get("value", 0))

    # -- what the user part wants ------------------------------------------------------------------------------------

    def tone(self, key: int, mode: str) -> None:
        """send, loop, off. Nobody listens to the circuit meanwhile."""
        if key in self.state.modes:
            self._end(key)
        if mode == "off":
            return
        self.state.modes[key] = mode
        self._tell(key, mode)
        party = self._party(key)
        self.engine.ear_listen(party.ear, NONE)
        if mode == "send":
            hz, back = SENT[self.exchange.rows[key].method]
            self._sound(key, hz)
            self._listen(key, back)
        elif self.state.manner == Manner.WRONG:
            self._sound(key, 1780 if self.exchange.rows[key].method == "loop" else 2010)
        elif self.state.manner == Manner.LATE:
            self.exchange.start_timer(f"loop/{key}", ms(self.state.late_ms))
        elif self.state.manner == Manner.GOOD:
            self.answer(key)

    def answer(self, key: int) -> None:
        """Loop the circuit, or let its transponder listen."""
        party = self._party(key)
        if self.exchange.rows[key].method == "loop":
            self.engine.connect(party.speaks, party.hears)
        else:
            self._listen(key, SENT["transponder"][0])

    def _sound(self, key: int, hz: int) -> None:
        party = self._party(key)
        self.engine.source_tone(party.source, self.exchange.config.check_tones[hz])
        self.engine.connect(party.speaks, self.engine.first_source_cell + party.source)

    def _listen(self, key: int, hz: int) -> None:
        self.engine.check_listen(self.exchange.rows[key].check, self._party(key).hears, CHECK_FREQUENCIES[hz])

    def _end(self, key: int) -> None:
        """Whoever has a call there has ear and mouth on the circuit again."""
        party = self._party(key)
        del self.state.modes[key]
        self.exchange.stop_timer(f"loop/{key}")
        self.engine.check_listen(self.exchange.rows[key].check, NONE)
        self.engine.source_idle(party.source)
        in_call = key in self.exchange.state.by_key
        self.engine.ear_listen(party.ear, party.hears if in_call else NONE)
        self.engine.connect(party.speaks, self.engine.first_source_cell + party.source if in_call else CELL_IDLE)
        self._tell(key, "off")

    # -- what the receivers hear -------------------------------------------------------------------------------------

    def media(self, event: MediaEvent) -> None:
        """A check tone begins or ends."""
        key, on = self.by_unit[event.unit], event.kind == EV_CHECK_ON
        mode = self.state.modes.get(key, "")
        if mode == "loop" and on:
            self._sound(key, 1780)
        elif mode == "loop":
            self.engine.source_idle(self._party(key).source)
        elif mode == "send" and on:
            self._tell(key, "heard")
            self.exchange.ask(key, lambda user, cic: user.continuity_heard(cic, True))

    def _tell(self, key: int, what: str) -> None:
        party = self._party(key)
        self.exchange.emit(ContinuityCheck(party.line, party.timeslot, what))

    def _party(self, key: int) -> Any:
        return self.exchange.config.parties[self.exchange.rows[key].party]
