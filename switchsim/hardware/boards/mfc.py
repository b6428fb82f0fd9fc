"""MFR: the MFC register board, a pool of receivers and senders of compelled R2 signals on highway timeslots."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.dsp.engine import EV_MFC_OFF, EV_MFC_ON, EV_SOURCE_DONE, NONE
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.loop_tests import LoopTests, LoopTestState, LoopUnits
from switchsim.hardware.site import Site
from switchsim.model.messages import ListenMfc, MfcHeard, MfcSent, SendMfc
from switchsim.model.part import MediaEvent, State
from switchsim.proto.r2.codes import SEND_MDBM0

QUIET_MDBM0: Final = -60_000
"""What a broken sender gives: the pulse lasts, and nobody hears it."""
TEST_SIGNAL: Final = 5
FORWARD: Final = "forward"


class Listening(State):
    """What a register waits for."""

    direction: str
    limits: str


class MfcState(CommonState):
    listening: dict[int, Listening] = {}
    pulses: list[int] = []  # registers that send one
    failed: list[int] = []
    tests: LoopTestState = msgspec.field(default_factory=LoopTestState)


class Mfc(Board[MfcState]):
    """Owns the media events of its registers. The self-test loops a known signal from sender to receiver in rounds."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.rows = site.mfc
        self.by_unit = {row.unit: number for number, row in enumerate(site.mfc)}
        self.by_source = {row.source: number for number, row in enumerate(site.mfc)}
        for row in site.mfc:
            site.owns((EV_MFC_ON, EV_MFC_OFF), row.unit)
            site.owns((EV_SOURCE_DONE,), row.source)
        self.state = MfcState()
        self.restored()

    def restored(self) -> None:
        period = self.kind.timings["register_test"]
        units = LoopUnits("register", "test signal not heard", period, self._busy, self._looped, self._play)
        self.tests = LoopTests(self, self.state.tests, units)

    def registers(self) -> dict[str, int]:
        return {"BUSY": len(self.state.listening)}

    def started(self) -> None:
        self.tests.started(range(len(self.rows)))

    def stopped(self) -> None:
        self.tests.stopped()
        self.state.listening.clear()
        self.state.pulses.clear()
        for row in self.rows:
            self.engine.mfc_listen(row.unit, NONE)
            self.engine.source_idle(row.source)

    # -- what it hears and sends ---------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_SOURCE_DONE:
            self._sent(self.by_source[event.unit])
            return
        number, on = self.by_unit[event.unit], event.kind == EV_MFC_ON
        if not self.alive or self.tests.hears(number, on and event.a == TEST_SIGNAL):
            return
        if number in self.state.listening:
            self.send("bus", MfcHeard(self.bus, number, event.a, on))

    def _sent(self, number: int) -> None:
        if self.alive and number in self.state.pulses:
            self.state.pulses.remove(number)
            self.send("bus", MfcSent(self.bus, number))

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ListenMfc):
            self._listen(message)
        elif isinstance(message, SendMfc):
            self._send(message)
        else:
            super().handle(port, message)

    def _listen(self, message: ListenMfc) -> None:
        number = message.register
        if message.direction:
            self.state.listening[number] = Listening(message.direction, message.limits)
            self.tests.taken(number)
        else:
            self.state.listening.pop(number, None)
            self.tests.released(number)
        self._silence(number)
        self._tune(number)

    def _silence(self, number: int) -> None:
        if number in self.state.pulses:
            self.state.pulses.remove(number)
        self.engine.source_idle(self.rows[number].source)

    def _tune(self, number: int) -> None:
        row, wanted = self.rows[number], self.state.listening.get(number)
        if wanted is not None and number not in self.state.failed:
            self.engine.mfc_listen(row.unit, row.cell, wanted.direction, wanted.limits)
        else:
            self.engine.mfc_listen(row.unit, NONE)

    def _send(self, message: SendMfc) -> None:
        number, level = message.register, SEND_MDBM0[message.limits]
        self._silence(number)
        if message.signal and message.cycles:
            self.state.pulses.append(number)  # over in time, whether or not anything is to be heard of it
        if message.signal and (message.cycles or number not in self.state.failed):
            at = level if number not in self.state.failed else QUIET_MDBM0
            self.engine.source_mfc(self.rows[number].source, message.direction, message.signal,
                                   level_mdbm0=(at, at), cycles=message.cycles)  # fmt: skip

    # -- self-test -----------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        self.tests.timer(name)

    def _busy(self, number: int) -> bool:
        return number in self.state.listening

    def _looped(self, number: int, on: bool) -> None:
        """Each register hears its own sender; a broken one has neither."""
        row = self.rows[number]
        if not on or number in self.state.failed:
            self._tune(number)
            return
        self.engine.mfc_listen(row.unit, self.engine.first_source_cell + row.source, FORWARD)

    def _play(self, on: bool) -> None:
        for number in self.state.tests.looped if on else range(len(self.rows)):
            if self._busy(number):
                continue
            if on and number not in self.state.failed:
                self.engine.source_mfc(self.rows[number].source, FORWARD, TEST_SIGNAL)
            elif not on:
                self.engine.source_idle(self.rows[number].source)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """register_failure: the register is deaf and dumb."""
        if point != "register_failure":
            return super().fault(point, values)
        number = int(values["register"])
        self.state.failed.append(number)
        self._changed(number)
        return f"register {number} is deaf and dumb"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "register_failure":
            super().undo(point, values)
            return
        number = int(values["register"])
        self.state.failed.remove(number)
        self._changed(number)

    def _changed(self, number: int) -> None:
        """What it does ends; a pulse that is cut short is over."""
        self._sent(number)
        self._silence(number)
        self._tune(number)
        self.tests.wanted(number)
