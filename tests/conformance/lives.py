"""What tests beyond the sheets meet of the protocol machines' tables: judged sequences, and lives drawn at random."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [one for one in (str(HERE), str(HERE.parent / "unit")) if one not in sys.path]

import pairs_isup  # noqa: E402
import pairs_mtp2  # noqa: E402
import pairs_mtp3  # noqa: E402
import test_mtp2_table  # noqa: E402
import test_mtp3_table  # noqa: E402

from switchsim.conformance.coverage import Key, keys  # noqa: E402

MTP2_STEPS = 4_000
HANDS, NETWORKS = 300, 16
"""Enough for what is left."""


def mtp3_walks() -> set[Key]:
    found = keys(test_mtp3_table.inhibiting()) | keys(test_mtp3_table.odd_moments())
    for seed in range(HANDS):
        found |= keys(test_mtp3_table.by_hand(seed))
    for seed in range(NETWORKS):
        found |= keys(test_mtp3_table.by_network(seed))
    return found


def others() -> dict[str, set[Key]]:
    """Machine -> pairs."""
    return {
        "mtp2": keys(pairs_mtp2.walk()) | keys(test_mtp2_table.walked(MTP2_STEPS)),
        "mtp3": keys(pairs_mtp3.walk()) | mtp3_walks(),
        "isup": keys(pairs_isup.walk()),
    }
