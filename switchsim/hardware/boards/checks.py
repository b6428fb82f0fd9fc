"""Check tone receivers of a trunk board: each listens on a highway timeslot for one tone of the continuity check.

The self-test loops the tone through every receiver in rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.dsp.engine import CHECK_FREQUENCIES, EV_CHECK_OFF, EV_CHECK_ON, NONE
from switchsim.model.messages import CheckHeard, ListenCheck, UnitFailed
from switchsim.model.part import MediaEvent, State

if TYPE_CHECKING:
    from switchsim.hardware.boards.trunk import Trunk
    from switchsim.hardware.site import Site



class ChecksState(State):
    listening: dict[int, int] = {}  # receiver -> Hz
    failed: list[int] = []
    reported: list[int] = []  # failures that the self-test has found


class CheckReceivers:
    """Works for a trunk board; its timers are `check/<receiver>`."""

    def __init__(self, board: Trunk, site: Site) -> None:
        self.board = board
        self.receivers = site.checks
        self.by_unit = {receiver.unit: number for number, receiver in enumerate(site.checks)}
        for receiver in site.checks:
            site.owns((EV_CHECK_ON, EV_CHECK_OFF), receiver.unit)

    @property
    def state(self) -> ChecksState:
        return self.board.state.checks

    def started(self) -> None:
        for number in self.state.reported:  # the processor has forgotten them with the board
            self.board.send("bus", UnitFailed(self.board.bus, number, True))
        for number in sorted({*self.state.failed, *self.state.reported}):
            self._test_later(number)

    def stopped(self) -> None:
        for number in self.state.listening:
            self.board.engine.check_listen(self.receivers[number].unit, NONE)
        self.state.listening.clear()

    def media(self, event: MediaEvent) -> None:
        number = self.by_unit[event.unit]
        if self.board.alive and self.state.listening.get(number) == event.a:
            on = event.kind == EV_CHECK_ON
            self.board.send("bus", CheckHeard(self.board.bus, number, event.a, on))

    def order(self, message: ListenCheck) -> None:
        """Wait for a tone, or for none."""
        if message.hz:
            self.state.listening[message.check] = message.hz
        else:
            self.state.listening.pop(message.check, None)
        self._tune(message.check)

    def _tune(self, number: int) -> None:
        receiver, hz = self.receivers[number], self.state.listening.get(number, 0)
        if hz and number not in self.state.failed:
            self.board.engine.check_listen(receiver.unit, receiver.cell, CHECK_FREQUENCIES[hz])
        else:
            self.board.engine.check_listen(receiver.unit, NONE)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, number: int) -> str:
        """check_failure: the receiver is deaf."""
        self.state.failed.append(number)
        self._changed(number)
        return f"check tone receiver {number} is deaf"

    def undo(self, number: int) -> None:
        self.state.failed.remove(number)
        self._changed(number)

    def _changed(self, number: int) -> None:
        if number < len(self.receivers):  # a machine without No.7 has no use for them
            self._tune(number)
        self._test_later(number)

    def _test_later(self, number: int) -> None:
        period = self.board.kind.timings["check_test"]
        self.board.start_timer(f"check/{number}", period - self.board.now % period)

    def tested(self, number: int) -> None:
        """The round has come to this receiver."""
        failed, board = number in self.state.failed, self.board
        if failed == (number in self.state.reported):
            return
        about = f"{board.path}/check/{number}"
        if failed:
            self.state.reported.append(number)
            board.see_defect("check_deaf", about)
            board.raise_alarm("check_fault", about, "check tone not heard")
        else:
            self.state.reported.remove(number)
            board.defect_gone("check_deaf", about)
            board.clear_alarm("check_fault", about)
        board.send("bus", UnitFailed(board.bus, number, failed))
