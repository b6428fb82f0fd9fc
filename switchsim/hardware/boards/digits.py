"""DTR: the digit collection board, a pool of DTMF receivers on highway timeslots."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.messages import DigitReceived, ListenDigits, UnitFailed
from switchsim.model.part import MediaEvent

DIGIT_ON = 5
NO_CELL = 0xFFFFFFFF


class DigitState(CommonState):
    listening: list[int] = []
    failed: list[int] = []
    reported: list[int] = []  # failures that the self-test has found


class Digits(Board[DigitState]):
    """Owns the media events of its receivers. The self-test loops a known digit through every receiver in rounds."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.receivers = site.receivers
        self.by_unit = {receiver.unit: number for number, receiver in enumerate(site.receivers)}
        for receiver in site.receivers:
            site.owns((DIGIT_ON,), receiver.unit)
        self.state = DigitState()

    def registers(self) -> dict[str, int]:
        return {"BUSY": len(self.state.listening)}

    def started(self) -> None:
        for number in self.state.reported:  # the processor has forgotten them with the board
            self.send("bus", UnitFailed(self.bus, number, True))
        for number in sorted({*self.state.failed, *self.state.reported}):
            self._test_later(number)

    def stopped(self) -> None:
        for number in self.state.listening:
            self.engine.receiver_listen(self.receivers[number].unit, NO_CELL)
        self.state.listening.clear()

    def on_media(self, event: MediaEvent) -> None:
        number = self.by_unit[event.unit]
        if self.alive and event.kind == DIGIT_ON and number in self.state.listening:
            self.send("bus", DigitReceived(self.bus, number, chr(event.a)))

    def handle(self, port: str, message: Any) -> None:
        if not isinstance(message, ListenDigits):
            super().handle(port, message)
            return
        number = message.receiver
        if number in self.state.listening:
            self.state.listening.remove(number)
        if message.listen:
            self.state.listening.append(number)
        self._tune(number)

    def _tune(self, number: int) -> None:
        hears = number in self.state.listening and number not in self.state.failed
        receiver = self.receivers[number]
        self.engine.receiver_listen(receiver.unit, receiver.cell if hears else NO_CELL)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """receiver_failure: the receiver is deaf."""
        if point != "receiver_failure":
            return super().fault(point, values)
        number = int(values["receiver"])
        self.state.failed.append(number)
        self._tune(number)
        self._test_later(number)
        return f"receiver {number} is deaf"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "receiver_failure":
            super().undo(point, values)
            return
        number = int(values["receiver"])
        self.state.failed.remove(number)
        self._tune(number)
        self._test_later(number)

    def _test_later(self, number: int) -> None:
        period = self.kind.timings["receiver_test"]
        self.start_timer(f"test/{number}", period - self.now % period)

    def timer(self, name: str) -> None:
        number = int(name.partition("/")[2])
        failed = number in self.state.failed
        if failed == (number in self.state.reported):
            return
        about = f"{self.path}/receiver/{number}"
        if failed:
            self.state.reported.append(number)
            self.see_defect("receiver_deaf", about)
            self.raise_alarm("receiver_fault", about, "test digit not heard")
        else:
            self.state.reported.remove(number)
            self.defect_gone("receiver_deaf", about)
            self.clear_alarm("receiver_fault", about)
        self.send("bus", UnitFailed(self.bus, number, failed))
