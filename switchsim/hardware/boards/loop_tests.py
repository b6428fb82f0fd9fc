"""Self-tests of a board's receivers: in rounds a known signal is looped through those that may have changed.

A receiver that nothing has happened to passes again, so nobody plays it anything; what was broken, mended, or has just
been started is heard to by its own ears: the board plays, the receiver listens, and no answer in time is a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchsim.hardware.board import Board
from switchsim.model.messages import UnitFailed
from switchsim.model.part import State
from switchsim.units import ms

ROUND: Final = "round"
VERDICT: Final = "verdict"
SOON: Final = ms(1)


class LoopTestState(State):
    """pending: to be tested in the next round; looped: in the present one, and those of them that heard the signal;
    reported: failures that the main processor knows of.
    """

    pending: list[int] = []
    looped: list[int] = []
    heard: list[int] = []
    reported: list[int] = []


class LoopUnits(msgspec.Struct, frozen=True):
    """What is tested. what: `receiver` in paths, `receiver_deaf` and so on in ids; period: of the rounds, cycles.

    busy: serves a call now. listen: put to the test signal, or back to what it does. play: sound the test signal.
    """

    what: str
    detail: str
    period: int
    busy: Callable[[int], bool]
    listen: Callable[[int, bool], None]
    play: Callable[[bool], None]


class LoopTests:
    """Works for a board; its timers are `round` and `verdict`."""

    def __init__(self, board: Board[Any], state: LoopTestState, units: LoopUnits) -> None:
        self.board = board
        self.state = state
        self.units = units

    def started(self, everything: range) -> None:
        """The board is in service again; the processor has forgotten what failed with it."""
        for number in self.state.reported:
            self.board.send("bus", UnitFailed(self.board.bus, number, True))
        if self.board.now:
            for number in everything:
                self.wanted(number)

    def stopped(self) -> None:
        if self.state.looped:
            self.units.play(False)
        self.state.looped.clear()
        self.state.heard.clear()
        self.board.stop_timer(ROUND)
        self.board.stop_timer(VERDICT)

    def wanted(self, number: int) -> None:
        """A unit may have changed: the next round tests it."""
        if number not in self.state.pending:
            self.state.pending.append(number)
        if not self.state.looped:
            self.board.start_timer(ROUND, self.units.period - self.board.now % self.units.period)

    def taken(self, number: int) -> None:
        """A call gets the unit in the middle of its test: the test is done later."""
        if number in self.state.looped:
            self.state.looped.remove(number)
            self.wanted(number)

    def released(self, number: int) -> None:
        """A call gives the unit back: a test that waited for that is done at once."""
        if number in self.state.pending and not self.state.looped:
            self.board.start_timer(ROUND, SOON)

    def hears(self, number: int, right: bool) -> bool:
        """The unit heard something; False when it is not in a test. right: it was the test signal."""
        if number not in self.state.looped:
            return False
        if right and number not in self.state.heard:
            self.state.heard.append(number)
        return True

    def timer(self, name: str) -> None:
        if name == ROUND:
            self._round()
        else:
            self._verdicts()

    def _round(self) -> None:
        """Those that serve a call wait for the next one."""
        state, units = self.state, self.units
        state.looped = [number for number in sorted(state.pending) if not units.busy(number)]
        state.pending = [number for number in state.pending if number not in state.looped]
        state.heard.clear()
        for number in state.looped:
            units.listen(number, True)
        if state.looped:
            units.play(True)
        self.board.start_timer(VERDICT, self.board.kind.timings["test_time"])

    def _verdicts(self) -> None:
        state, looped = self.state, self.state.looped
        state.looped = []
        if looped:
            self.units.play(False)
        for number in looped:
            self.units.listen(number, False)
            self._verdict(number, number not in state.heard)
        if state.pending:
            self.board.start_timer(ROUND, self.units.period - self.board.now % self.units.period)

    def _verdict(self, number: int, failed: bool) -> None:
        board, what = self.board, self.units.what
        if failed == (number in self.state.reported):
            return
        about = f"{board.path}/{what}/{number}"
        if failed:
            self.state.reported.append(number)
            board.see_defect(f"{what}_deaf", about)
            board.raise_alarm(f"{what}_fault", about, self.units.detail)
        else:
            self.state.reported.remove(number)
            board.defect_gone(f"{what}_deaf", about)
            board.clear_alarm(f"{what}_fault", about)
        board.send("bus", UnitFailed(board.bus, number, failed))
