"""Signalling bits of circuits on a trunk board: recognised when they have lasted (Q.422 3.1), and told the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from switchsim.model.messages import CasHeard, SendCas
from switchsim.model.part import State
from switchsim.proto import r2

if TYPE_CHECKING:
    from switchsim.hardware.boards.trunk import Trunk


class CasState(State):
    """By channel, `<line>/<timeslot>`: what is recognised."""

    channels: dict[str, r2.RecogniserState] = {}


class CasScanner:
    """Works for a trunk board; its timers are `cas/<line>/<timeslot>`."""

    def __init__(self, board: Trunk) -> None:
        self.board = board

    @property
    def state(self) -> CasState:
        return self.board.state.cas

    def _channel(self, number: int, timeslot: int) -> r2.Recogniser:
        held = self.state.channels.setdefault(f"{number}/{timeslot}", r2.RecogniserState(ab=r2.UNKNOWN))
        return r2.Recogniser(held)

    def heard(self, number: int, timeslot: int, abcd: int) -> None:
        """Bits that arrive changed."""
        self._do(number, timeslot, self._channel(number, timeslot).push(abcd))

    def timer(self, rest: str) -> None:
        number, _, timeslot = rest.partition("/")
        channel = self._channel(int(number), int(timeslot))
        self._do(int(number), int(timeslot), channel.timer("recognise"))

    def order(self, message: SendCas) -> None:
        """Send bits; and say, when asked, what was recognised last, or what will be."""
        end = self.board.ends[message.line]
        end.cas(message.timeslot, message.abcd)
        if message.report:
            arrives = end.engine.e1_abcd_received(end.row.receive, message.timeslot)
            channel = self._channel(message.line, message.timeslot)
            self._do(message.line, message.timeslot, channel.push(arrives))
            if channel.state.ab != r2.UNKNOWN:
                self._tell(message.line, message.timeslot, channel.state.ab)

    def stopped(self) -> None:
        """What was recognised is forgotten with the board."""
        for name in self.state.channels:
            self.board.stop_timer(f"cas/{name}")
        self.state.channels.clear()

    def _do(self, number: int, timeslot: int, actions: Iterable[Any]) -> None:
        name = f"cas/{number}/{timeslot}"
        for action in actions:
            match action:
                case r2.Recognised(ab):
                    self._tell(number, timeslot, ab)
                case r2.StartTimer(_, cycles):
                    self.board.start_timer(name, cycles)
                case r2.StopTimer():
                    self.board.stop_timer(name)

    def _tell(self, number: int, timeslot: int, ab: int) -> None:
        self.board.send("bus", CasHeard(self.board.bus, number, timeslot, ab))
