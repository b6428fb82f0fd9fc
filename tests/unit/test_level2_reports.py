"""What level 2 of a link says to level 3, across the glue between them."""

from __future__ import annotations

from typing import Any, cast

from switchsim.model.event import Event
from switchsim.proto import mtp2, mtp3
from switchsim.terminals.level2 import TerminalRow, Terminals
from switchsim.terminals.point import REPORTS


class Ear:
    """Level 3 that only notes the end of retrievals."""

    def __init__(self) -> None:
        self.ends: list[tuple[int, bool]] = []

    def retrieval_complete(self, link: int, reasonable: bool = True) -> list[Any]:
        self.ends.append((link, reasonable))
        return []


class Owner:
    """A part that keeps its journal."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def start_timer(self, name: str, cycles: int) -> None: ...

    def stop_timer(self, name: str) -> None: ...


class Deaf:
    """Stands for the native core, which nobody asks for anything here."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **named: None


def test_a_retrieval_with_an_unreasonable_number_is_told_so() -> None:
    """Q.704 5.7.3: level 3 has to know that nothing was retrieved because the far end's FSN can not be."""
    ear = Ear()

    def report(number: int, what: str, value: int, text: str, octets: bytes) -> None:
        REPORTS[what](cast("mtp3.Mtp3", ear), number, value, text, octets)

    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1)]
    terminals = Terminals(cast("Any", None), cast("Any", None), rows, lambda number, octets: None, report)
    terminals.restored(terminals.new_states())
    terminals.do(0, [mtp2.RetrievalComplete(reasonable=False)])
    terminals.do(0, [mtp2.RetrievalComplete()])
    assert ear.ends == [(0, False), (0, True)]


def test_a_link_that_never_came_up_does_not_go_down() -> None:
    """Each alignment that fails is told to level 3; the journal tells only what becomes of a link in service."""
    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1, tap=1)]
    owner, reports = Owner(), list[tuple[str, str]]()
    terminals = Terminals(owner, cast("Any", None), rows, lambda number, octets: None,
                          lambda number, what, value, text, octets: reports.append((what, text)))  # fmt: skip
    terminals.restored(terminals.new_states())
    for action in (mtp2.OutOfService("t2"), mtp2.InService(), mtp2.OutOfService("suerm"), mtp2.OutOfService("t2"),
                   mtp2.InService()):  # fmt: skip
        terminals.do(0, [action])
    assert [type(event).__name__ for event in owner.events] == ["LinkUp", "LinkDown", "LinkUp"]
    assert [what for what, _ in reports] == [
        "out_of_service", "in_service", "out_of_service", "out_of_service", "in_service"]  # fmt: skip


def test_a_link_that_level_3_stops_is_down() -> None:
    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1, tap=1)]
    owner, reports = Owner(), list[str]()
    terminals = Terminals(owner, cast("Any", None), rows, lambda number, octets: None,
                          lambda number, what, value, text, octets: reports.append(what))  # fmt: skip
    terminals.restored(terminals.new_states())
    terminals.do(0, [mtp2.InService()])
    for _ in range(2):
        terminals.order(0, "stop")
    assert [type(event).__name__ for event in owner.events] == ["LinkUp", "LinkDown"]
    assert reports == ["in_service"], "it knows what it ordered"


def test_the_far_ends_outage_shows_that_a_link_has_aligned() -> None:
    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1, tap=1)]
    owner, reports = Owner(), list[str]()
    terminals = Terminals(owner, cast("Any", None), rows, lambda number, octets: None,
                          lambda number, what, value, text, octets: reports.append(what))  # fmt: skip
    terminals.restored(terminals.new_states())
    terminals.do(0, [mtp2.RemoteProcessorOutage()])
    terminals.do(0, [mtp2.RemoteProcessorRecovered(), mtp2.InService()])
    assert [type(event).__name__ for event in owner.events] == ["LinkUp"]
    assert reports == ["remote_outage", "remote_recovered", "in_service"]
    for state, told in ((mtp2.Lsc.PROCESSOR_OUTAGE, "in_service"), (mtp2.Lsc.ALIGNED_READY, "out_of_service")):
        terminals.states[0].level2.lsc = state
        terminals.order(0, "report")
        assert reports[-1] == told, "blocked is not away: whoever takes over goes on with it"


def test_a_link_without_power_tells_nothing_of_an_outage() -> None:
    """A fault of a board that is pulled out reaches nobody; level 3 hears of it when the link is started."""
    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1)]
    reports = list[tuple[str, int]]()
    terminals = Terminals(Owner(), cast("Any", Deaf()), rows, lambda number, octets: None,
                          lambda number, what, value, text, octets: reports.append((what, value)))  # fmt: skip
    terminals.restored(terminals.new_states())
    terminals.breaker.inject("1", "processor_outage", {"link": 0})
    assert not reports
    terminals.power_on()
    terminals.order(0, "start")
    assert reports == [("local_outage", 1)]
    assert terminals.states[0].level2.local_outage
    terminals.breaker.heal("1", "processor_outage", {"link": 0})
    assert reports[1:] == [("local_outage", 0)]


def test_a_receiver_stays_busy_over_a_start_and_an_outage() -> None:
    rows = [TerminalRow(name="e1-0:16", transmitter=0, receiver=0, cell=0, sends=1)]
    terminals = Terminals(Owner(), cast("Any", Deaf()), rows, lambda number, octets: None,
                          lambda number, what, value, text, octets: None)  # fmt: skip
    terminals.restored(terminals.new_states())
    terminals.power_on()
    level2 = terminals.states[0].level2
    terminals.breaker.inject("1", "receiver_busy", {"link": 0})
    assert not level2.receive_congested, "out of service nothing is received"
    terminals.order(0, "start")
    assert level2.receive_congested
    terminals.breaker.inject("2", "receiver_busy", {"link": 0})
    terminals.breaker.heal("1", "receiver_busy", {"link": 0})
    assert level2.receive_congested
    terminals.breaker.heal("2", "receiver_busy", {"link": 0})
    assert not level2.receive_congested
    assert terminals.states[0].broken is None
