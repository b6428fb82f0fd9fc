"""What `switchsim check` does: everything short of running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from switchsim.assembly import build
from switchsim.assembly.yamlfile import read
from switchsim.errors import BadInput, Problem
from switchsim.scenario.prepare import kinds_of, prepare
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller


class Checked(NamedTuple):
    """What is wrong, and what may stand but is told."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def check_file(file: str, search: Sequence[str] = ()) -> Checked:
    """Every problem and warning of a machine or a scenario; a file with a `rack` or `machines` is a machine."""
    try:
        path = Path(file)
        data = read(path).data
        if isinstance(data, dict) and ("rack" in data or "machines" in data):
            machine = build(path, seed=0, kinds=kinds_of(path, search), journal_sink=lambda _octets: None)
        else:
            machine = Staged(prepare(path, search=search), Sinks(), Teller(), StopSignal()).machine
    except BadInput as error:
        return Checked(error.problems)
    return Checked((), machine.warnings)
