"""All boxes with states: each (state, event) pair with its procedure, or why nothing happens and by which clause."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import msgspec

from switchsim.proto.mtp3 import changeback, changeover, congestion, inhibit, links, restart, routes
from switchsim.proto.mtp3.core import Nothing, Rows
from switchsim.proto.mtp3.state import (
    Box,
    Linh,
    LinhEvent,
    Lsac,
    LsacEvent,
    Rcat,
    RcatEvent,
    Rsrt,
    RsrtEvent,
    Sltc,
    SltcEvent,
    Tcbc,
    TcbcEvent,
    Tcoc,
    TcocEvent,
    Tprc,
    TprcEvent,
    Trac,
    TracEvent,
)


class BoxTable(msgspec.Struct, frozen=True):
    """One box: its states, its events and a row for each pair of them."""

    box: Box
    states: type[IntEnum]
    events: type[IntEnum]
    rows: Rows


class Pair(msgspec.Struct, frozen=True):
    """One pair: `procedure` is "" where nothing happens; `reason` and `clause` (of Q.704) then say why.

    `impossible` pairs can not come up at all.
    """

    box: Box
    state: IntEnum
    event: IntEnum
    procedure: str
    reason: str = ""
    clause: str = ""
    impossible: bool = False


BOXES: Final = (
    BoxTable(Box.LSAC, Lsac, LsacEvent, links.LSAC),
    BoxTable(Box.SLTC, Sltc, SltcEvent, links.SLTC),
    BoxTable(Box.TCOC, Tcoc, TcocEvent, changeover.TCOC),
    BoxTable(Box.TCBC, Tcbc, TcbcEvent, changeback.TCBC),
    BoxTable(Box.LINH, Linh, LinhEvent, inhibit.LINH),
    BoxTable(Box.TPRC, Tprc, TprcEvent, restart.TPRC),
    BoxTable(Box.TRAC, Trac, TracEvent, restart.TRAC),
    BoxTable(Box.RSRT, Rsrt, RsrtEvent, routes.RSRT),
    BoxTable(Box.RCAT, Rcat, RcatEvent, congestion.RCAT),
)


def pairs() -> Iterator[Pair]:
    """Every pair of every box, by box, state and event."""
    for table in BOXES:
        for state in table.states:
            for event in table.events:
                row = table.rows[state, event]
                if isinstance(row, Nothing):
                    yield Pair(table.box, state, event, "", row.reason, row.clause, row.impossible)
                else:
                    yield Pair(table.box, state, event, row.__name__.lstrip("_"))
