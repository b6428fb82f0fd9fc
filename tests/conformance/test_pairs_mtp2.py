"""Pairs of MTP level 2 that no sheet of Q.781 meets, judged by Q.703."""

from __future__ import annotations

import pytest
from pairs_mtp2 import LATE, SEQUENCES, play


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_sequence(name: str) -> None:
    assert play(SEQUENCES[name], []) == ""


@pytest.mark.parametrize(("method", "before"), LATE)
def test_a_late_report_changes_nothing(method: str, before: str) -> None:
    assert play(before, [], method) == ""


def test_the_sequences_can_fail() -> None:
    assert "hold" in play("! POWER-ON / < SIOS / > SIOS / ! START / hold 50ms", [])
