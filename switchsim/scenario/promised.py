"""What is asked of the faults of a run: of each kind by the catalogue, of some faults by their own parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from switchsim.faults.catalogue import FaultRow
from switchsim.faults.line import DIRECTIONS, LineFault
from switchsim.model.order import Value
from switchsim.report.faults import FaultFacts

DIRECTION: Final = {number: word for word, number in DIRECTIONS.items()}
CUT: Final = {2: slice(1, None)}
"""Of a line that is cut only in what the machine sends, the alarm and the defect are those that the far end answers."""


def facts_of(row: FaultRow) -> FaultFacts:
    """What the catalogue says of a kind of fault."""
    return FaultFacts(
        row.alarms, row.defects, harms_speech=row.harms_speech, echoes=isinstance(row, LineFault) and row.echoes,
        harms_messages=row.harms_messages, layers=row.layers, shows=row.shows)  # fmt: skip


def own_facts(row: FaultRow, line: Value, place: str, values: Mapping[str, Value], *, joined: bool) -> FaultFacts:
    """What is asked of one fault of an E1 line, with its values as resolved, done to the part at `place`.

    joined: the other end is another machine's, and tells of it by another name. The far end of a line has no alarms.
    """
    alarms, defects = row.alarms, row.defects
    if isinstance(row, LineFault):
        alarms, defects = row.promises(DIRECTION[int(values.get("direction", 1))])
    elif "directions" in values:
        which = CUT.get(int(values["directions"]), slice(1))
        alarms, defects = row.alarms[which], row.defects[which]
    about = "" if "farend/" in place else f"{place}/e1/{values['line']}"
    return msgspec.structs.replace(
        facts_of(row), alarms=alarms, defects=defects, about=about, line="" if joined else str(line))  # fmt: skip
