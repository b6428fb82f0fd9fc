"""What there is, as rows of tables: board kinds, and the faults of a machine."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from switchsim.assembly import build
from switchsim.assembly.kinds import LoadedKind, load_kinds
from switchsim.errors import BadInput
from switchsim.scenario.places import find_machine
from switchsim.units import format_cycles

Rows = list[dict[str, object]]


def board_rows() -> Rows:
    """One row a board kind."""
    return [
        {
            "kind": name, "english": loaded.spec.title.en, "中文": loaded.spec.title.zh,
            "carries": {what: count for what, count in loaded.spec.provides.model_dump().items() if count},
            "LEDs": list(loaded.spec.leds), "alarms": sorted(loaded.spec.alarms),
            "fault points": sorted(loaded.spec.fault_points),
        }
        for name, loaded in sorted(load_kinds().items())
    ]  # fmt: skip


def kind_rows(name: str) -> Rows:
    """One row for each thing of a board kind; raises BadInput for a kind that is not there."""
    kinds = load_kinds()
    if name not in kinds:
        near = difflib.get_close_matches(name, sorted(kinds), n=1)
        raise BadInput.one(name, "no such board kind", "one of " + ", ".join(sorted(kinds)),
                           f"did you mean {near[0]!r}?" if near else "")
    return _things(kinds[name])


def _things(loaded: LoadedKind) -> Rows:
    spec = loaded.spec
    rows: Rows = [_row("LED", led, "") for led in spec.leds]
    rows += [
        _row("register", key, f"at {one.address}, reset {one.reset}{', writable' if one.writable else ''}: {one.text}")
        for key, one in spec.registers.items()
    ]
    rows += [_row("alarm", key, f"{one.severity}: {one.en} / {one.zh}") for key, one in spec.alarms.items()]
    for key, point in spec.fault_points.items():
        values = ", ".join(f"{name} {low}..{high}" for name, (low, high) in point.values.items())
        shows = f"; shows {point.shows}" if point.shows else ""
        rows.append(_row("fault point", key, point.text + (f" ({values})" if values else "") + shows))
    rows += [_row("timing", key, format_cycles(cycles)) for key, cycles in spec.timings.items()]
    return rows


def _row(sort: str, name: str, what: str) -> dict[str, object]:
    return {"what": sort, "name": name, "says": what}


def fault_rows(machine: str, search: Sequence[str] = ()) -> Rows:
    """The faults that a machine can have; raises BadInput."""
    built = build(find_machine(machine, beside=None, path=search), seed=0, journal_sink=lambda _octets: None)
    return built.describe_faults()


def place_rows(machine: str, search: Sequence[str] = ()) -> Rows:
    """What a fault's `where` can name on a machine; raises BadInput."""
    built = build(find_machine(machine, beside=None, path=search), seed=0, journal_sink=lambda _octets: None)
    return built.describe_places()
