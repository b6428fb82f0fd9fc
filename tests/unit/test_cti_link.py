"""CTI-LINK alone: what it tells an application of the switch, and when it rather says nothing."""

from __future__ import annotations

from typing import Any

from ccs_switch_toy import Host

from switchsim.callcentre.cti_link import SILENT_CYCLES, CtiLink
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    AttachChannel,
    CallBegan,
    FlowAsked,
    Ordered,
    SeatChanged,
    TellAll,
    Told,
    Wanted,
)
from switchsim.model.platform import AnyBody, CtiUp, Heartbeat, Letter, Register
from switchsim.units import ms


class Bench:
    """CTI-LINK between the test, which is CTI-SERVER, and `ami`; it has been told everything, up to number 3."""

    def __init__(self) -> None:
        self.host = Host()
        self.letters: list[Letter] = []
        self.host.send = self._send  # type: ignore[method-assign]
        self.link = CtiLink("callcentre/cti_link", self.host)
        self.host.parts[self.link.path] = self.link
        self.link.start()
        self.say("cti_server", CtiUp(True))
        self.say("ami", Register("ami", ()))
        self.tell(1, AllBegins("cti_link"))
        self.tell(2, SeatChanged("2001", "idle", 0, "", "", 0))
        self.tell(3, AllTold("cti_link"))

    def _send(self, place: str, port: str, message: Any) -> bool:
        self.letters.append(message)
        return True

    def say(self, sender: str, body: AnyBody) -> None:
        self.link.on_message("comm", Letter("cti_link", sender, body))

    def tell(self, serial: int, event: AnyCtiEvent) -> None:
        self.say("cti_server", Told(serial, self.host.now, event))

    def wait(self, cycles: int) -> None:
        self.host.run(self.host.now + cycles)

    def ask(self) -> list[str]:
        """What `ami` is told when it asks for everything."""
        self.letters.clear()
        self.say("ami", Wanted("ami", 0, TellAll()))
        return [type(one.body.event).__name__ for one in self.letters if isinstance(one.body, Told)]

    def orders(self) -> list[str]:
        bodies = [one.body for one in self.letters if one.to == "cti_server"]
        return [type(body.body).__name__ for body in bodies if isinstance(body, Wanted)]


def test_who_asks_is_told_everything_that_is_known() -> None:
    assert Bench().ask() == ["AllBegins", "SeatChanged", "AllTold"]


def test_nobody_is_told_everything_while_it_can_not_be_known_whether_it_is_that() -> None:
    """ICDCOMM was away, and what the switch told meanwhile is lost."""
    bench = Bench()
    bench.wait(SILENT_CYCLES + ms(1))
    assert bench.ask() == []
    bench.say("cti_server", CtiUp(True, 3))
    assert bench.ask() == ["AllBegins", "SeatChanged", "AllTold"]


def test_what_was_lost_last_shows_in_the_next_word_of_cti_server() -> None:
    bench = Bench()
    bench.letters.clear()
    bench.say("cti_server", CtiUp(True, 4))
    assert bench.orders() == ["TellAll"]
    assert bench.ask() == []


def test_a_question_that_is_answered_is_asked_of_nobody_else() -> None:
    bench = Bench()
    bench.tell(4, CallBegan(1, "in", "139", "10060", "10060", 0))
    bench.tell(5, FlowAsked(1, 1, "hotline", "10060", "139"))
    assert bench.ask()[-1] == "FlowAsked", "it is open"
    bench.say("ami", Wanted("ami", 7, AttachChannel(1, "vp-0", 1)))
    bench.tell(6, Ordered("ami", 7, "wrong_state", 1))
    assert bench.ask()[-1] == "FlowAsked", "still"
    bench.say("ami", Wanted("ami", 8, AttachChannel(1, "vp-0", 2)))
    bench.tell(7, Ordered("ami", 8, "ok", 1))
    assert "FlowAsked" not in bench.ask()


def test_routing_is_ordered_anew_when_the_switch_tells_everything() -> None:
    """A switch that had lost the platform asks nobody until it is told to."""
    bench = Bench()
    bench.letters.clear()
    bench.say("ami", Heartbeat("active", 0))
    assert bench.orders() == ["Routing"]
    bench.letters.clear()
    bench.tell(4, AllBegins(""))
    bench.tell(5, AllTold(""))
    assert bench.orders() == ["Routing"]
