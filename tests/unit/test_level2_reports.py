"""What level 2 of a link says to level 3, across the glue between them."""

from __future__ import annotations

from typing import Any, cast

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
