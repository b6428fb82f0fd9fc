"""What every application of the CTI link does when letters of CTI-LINK do not come."""

from __future__ import annotations

from typing import Any

from ccs_switch_toy import Host

from switchsim.callcentre.application import ApplicationCommon, CtiApplication
from switchsim.model.cti import AllBegins, AllTold, AnyCtiEvent, SeatChanged, TellAll, Told, Wanted
from switchsim.model.platform import AnyBody, CtiUp, Letter, Register, Registered
from switchsim.units import seconds


class Wallboard(CtiApplication[ApplicationCommon]):
    what = "wallboard"

    def fresh(self) -> ApplicationCommon:
        return ApplicationCommon()


class Bench:
    """A wallboard alone, registered, with the switch told up to number 3; CTI-LINK is the test."""

    def __init__(self) -> None:
        self.host = Host()
        self.sent: list[Any] = []
        self.host.send = lambda place, port, message: self.sent.append(message.body) is None  # type: ignore[method-assign,func-returns-value]
        self.board = Wallboard("callcentre/wallboard", self.host)
        self.host.parts[self.board.path] = self.board
        self.board.start()
        self.say(Registered(), CtiUp(True))
        self.tell(1, AllBegins("wallboard"))
        self.tell(2, seat("idle"))
        self.tell(3, AllTold("wallboard"))

    def say(self, *bodies: AnyBody) -> None:
        for body in bodies:
            self.board.on_message("comm", Letter("wallboard", "cti_link", body))

    def tell(self, serial: int, event: AnyCtiEvent) -> None:
        self.say(Told(serial, self.host.now, event))

    def wait(self, cycles: int) -> None:
        self.host.run(self.host.now + cycles)

    def asked(self) -> int:
        return sum(isinstance(body, Wanted) and isinstance(body.body, TellAll) for body in self.sent)


def seat(state: str) -> SeatChanged:
    return SeatChanged("2001", state, 0, "", "", 0)


def test_who_registers_again_and_misses_the_beginning_of_everything_asks_for_it() -> None:
    bench = Bench()
    bench.wait(seconds(5))
    assert bench.sent[-1] == Register("wallboard", ())
    bench.say(Registered(), CtiUp(True))
    bench.tell(2, seat("busy"))  # 1, AllBegins, was lost
    assert not bench.asked()
    bench.wait(seconds(1))
    assert bench.asked() == 1
    bench.tell(4, AllBegins("wallboard"))
    bench.tell(5, seat("busy"))
    bench.tell(6, AllTold("wallboard"))
    assert bench.board.state.switch.complete
    assert bench.board.state.switch.seats["2001"].state == "busy"
