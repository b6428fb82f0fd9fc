"""Short runs give the journals that are checked in, octet for octet; else the first line that differs is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from regenerate import SCENARIOS, first_difference, golden_file, journal

from switchsim.model.events import AlarmRaised, CallAnswered, CallCleared, CallRecord, decode_line

ONE_CALL = Path(__file__).parent / "one_call.yaml"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_run_gives_its_golden_journal(scenario: Path) -> None:
    difference = first_difference(golden_file(scenario).read_bytes(), journal(scenario))
    assert not difference, (
        f"{scenario.name} first differs at {difference}\n"
        "If that is meant: python tests/golden/regenerate.py, and say so, with this line, in the commit's message."
    )


def test_the_golden_call_is_one_that_was_answered_and_cleared_by_the_machine() -> None:
    """The file itself is looked at: a golden journal of nothing would prove nothing."""
    events = [decode_line(line).event for line in golden_file(ONE_CALL).read_bytes().splitlines()[1:]]
    counts = [sum(isinstance(event, kind) for event in events) for kind in (CallAnswered, CallRecord, AlarmRaised)]
    assert counts == [1, 1, 0]
    (cleared,) = [event for event in events if isinstance(event, CallCleared)]
    assert (cleared.cause, cleared.by) == (16, "machine")
    (record,) = [event for event in events if isinstance(event, CallRecord)]
    assert record.called == "10000"
    assert record.ended - record.talked == pytest.approx(3 * 8000, abs=800)


def test_a_difference_is_named_with_its_line() -> None:
    golden = golden_file(ONE_CALL).read_bytes()
    changed = golden.replace(b'"cause":16', b'"cause":17', 1)
    line = golden[: golden.index(b'"cause":16')].count(b"\n") + 1
    assert first_difference(golden, changed).startswith(f"line {line}\n  - ")
    assert first_difference(golden, golden[:-20]) != ""
    assert first_difference(golden, golden) == ""


def test_another_seed_gives_another_journal() -> None:
    assert first_difference(golden_file(ONE_CALL).read_bytes(), journal(ONE_CALL, seed=2))
