"""DTR: the digit collection board, a pool of DTMF receivers on highway timeslots."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.dsp.engine import EV_DIGIT_ON, NONE
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.loop_tests import LoopTests, LoopTestState, LoopUnits
from switchsim.hardware.site import Site
from switchsim.model.messages import DigitReceived, ListenDigits
from switchsim.model.part import MediaEvent
from switchsim.units import ms

TEST_DIGIT: Final = "5"
TEST_ON, TEST_OFF, TEST_MDBM0 = ms(60), ms(20), -15_000


class DigitState(CommonState):
    listening: list[int] = []
    failed: list[int] = []
    tests: LoopTestState = msgspec.field(default_factory=LoopTestState)


class Digits(Board[DigitState]):
    """Owns the media events of its receivers. The self-test loops a known digit through receivers in rounds."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.receivers = site.receivers
        self.test_source = site.test_source
        self.by_unit = {receiver.unit: number for number, receiver in enumerate(site.receivers)}
        for receiver in site.receivers:
            site.owns((EV_DIGIT_ON,), receiver.unit)
        self.state = DigitState()
        self.restored()

    def restored(self) -> None:
        period = self.kind.timings["receiver_test"]
        units = LoopUnits("receiver", "test digit not heard", period, self._busy, self._looped, self._play)
        self.tests = LoopTests(self, self.state.tests, units)

    def registers(self) -> dict[str, int]:
        return {"BUSY": len(self.state.listening)}

    def started(self) -> None:
        self.tests.started(range(len(self.receivers)))

    def stopped(self) -> None:
        self.tests.stopped()
        self.state.listening.clear()
        for receiver in self.receivers:
            self.engine.receiver_listen(receiver.unit, NONE)

    def on_media(self, event: MediaEvent) -> None:
        number, digit = self.by_unit[event.unit], chr(event.a & 0xFF)
        if not self.alive or self.tests.hears(number, digit == TEST_DIGIT):
            return
        if number in self.state.listening:
            self.send("bus", DigitReceived(self.bus, number, digit))

    def handle(self, port: str, message: Any) -> None:
        if not isinstance(message, ListenDigits):
            super().handle(port, message)
            return
        number = message.receiver
        if number in self.state.listening:
            self.state.listening.remove(number)
        if message.listen:
            self.state.listening.append(number)
            self.tests.taken(number)
        else:
            self.tests.released(number)
        self._tune(number)

    def _tune(self, number: int) -> None:
        receiver = self.receivers[number]
        hears = number in self.state.listening and number not in self.state.failed
        self.engine.receiver_listen(receiver.unit, receiver.cell if hears else NONE)

    # -- self-test -----------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        self.tests.timer(name)

    def _busy(self, number: int) -> bool:
        return number in self.state.listening

    def _looped(self, number: int, on: bool) -> None:
        if on and number not in self.state.failed:
            cell = self.engine.first_source_cell + self.test_source
            self.engine.receiver_listen(self.receivers[number].unit, cell)
        else:
            self._tune(number)

    def _play(self, on: bool) -> None:
        if on:
            self.engine.source_digits(self.test_source, TEST_DIGIT, TEST_ON, TEST_OFF, TEST_MDBM0, TEST_MDBM0)
        else:
            self.engine.source_idle(self.test_source)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """receiver_failure: the receiver is deaf."""
        if point != "receiver_failure":
            return super().fault(point, values)
        number = int(values["receiver"])
        self.state.failed.append(number)
        self._changed(number)
        return f"receiver {number} is deaf"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "receiver_failure":
            super().undo(point, values)
            return
        number = int(values["receiver"])
        self.state.failed.remove(number)
        self._changed(number)

    def _changed(self, number: int) -> None:
        self._tune(number)
        self.tests.wanted(number)
