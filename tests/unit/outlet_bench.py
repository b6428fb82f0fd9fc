"""Orders that make faults act at an interface, as a scenario's step does, with the defaults of the catalogue."""

from __future__ import annotations

from typing import Any

from switchsim.assembly.parameters import read_parameters
from switchsim.faults.interfaces import INTERFACE_FAULTS


def order(kind: type[Any], fault: str, client: int = 0, number: str = "1", **values: Any) -> Any:
    row = INTERFACE_FAULTS[f"interface_{fault}"]
    return kind(number, row.point, {**read_parameters(row, values), "client": client})
