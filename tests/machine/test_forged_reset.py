"""A reset that the caller's exchange never sent: the machine's end of the call is gone, its own is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.model.event import Record
from switchsim.model.events import CallRecord, PartyState, decode_line
from switchsim.units import seconds

RESET = seconds(12)


def played(folder: Path, patience: str) -> list[Record]:
    """One caller of the city waits in a queue that nobody serves; GRS comes for its circuit and the next."""
    run = Inside(prepared(folder, f"""
        {{format: 1, machine: two_links_ss7, seed: 1, seconds: 40, drained: false,
          agents: [{{sign_in: 1h}}],
          load: [{{name: one, shape: constant, rate: 1/s, numbers: ["10000"], start: 10s, stop: 11500ms{patience}}}],
          timeline: [{{at: 12s, send: {{link: "e1-0:16", end: far,
                                     unit: "85 01 80 00 20 02 00 17 01 01 01"}}}}]}}
        """))  # fmt: skip
    run.go()
    return [decode_line(line) for line in bytes(run.octets).splitlines()[1:]]


@pytest.mark.parametrize(("patience", "ends"), [("", []), (", patience: 8s", ["abandons", "released"])])
def test_a_caller_who_was_not_answered_leaves_the_dead_circuit_when_patience_ends(
    patience: str, ends: list[str], tmp_path: Path
) -> None:
    records = played(tmp_path, patience)
    assert [r.event.ended >= RESET for r in records if isinstance(r.event, CallRecord)] == [True]
    after = [r.event.state for r in records if isinstance(r.event, PartyState) and r.at > RESET]
    assert after == ends
