"""Every (state, event) pair of an ISUP circuit does what Q.764 says; together they are all that can come about."""

from __future__ import annotations

import pytest
from pairs_isup import REACH, SEQUENCES, WITH_OPTIONS, matrix, play

from switchsim.proto.isup import Cpc

MATRIX = matrix()


@pytest.mark.parametrize("state", list(REACH))
def test_each_event_in_a_state(state: str) -> None:
    """2.9.5.1 and the procedures that expect the event."""
    wrong = []
    for (at, event), steps in MATRIX.items():
        met: list[tuple[str, int, int | str]] = []
        if at == state and (why := play(steps, met)):
            wrong.append(f"{event}: {why}")
        elif at == state and event != "RESET-GROUP":
            assert ("CPC", Cpc[state]) in {(box, number) for box, number, _ in met}, event
    assert wrong == []


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_sequence(name: str) -> None:
    assert play(SEQUENCES[name], []) == ""


@pytest.mark.parametrize("name", list(WITH_OPTIONS))
def test_sequence_with_options(name: str) -> None:
    options, steps = WITH_OPTIONS[name]
    assert play(steps, [], **options) == ""


def test_the_pairs_can_fail() -> None:
    assert "hold" in play("! SETUP / > IAM / < ANM / hold 1s", [])
