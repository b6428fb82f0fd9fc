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
