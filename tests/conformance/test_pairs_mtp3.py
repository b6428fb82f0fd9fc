"""Pairs of MTP level 3 that no sheet of Q.782 meets, judged by Q.704."""

from __future__ import annotations

import pytest
from pairs_mtp3 import SEQUENCES, play


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_sequence(name: str) -> None:
    assert play(name, []) == ""
