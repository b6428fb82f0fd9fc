"""Faults of the platform's catalogue on the shipped machine: where they may act, and what a verdict tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.assembly.build import build
from switchsim.errors import BadInput

MACHINE = Path(__file__).resolve().parents[2] / "boards" / "machines" / "call_centre.yaml"


def test_a_voice_processor_has_the_cards_of_its_lines() -> None:
    machine = build(MACHINE, seed=1, journal_sink=lambda octets: None)
    assert machine.resolve_fault("vp_card_lost", {"process": "vp/0"}, {}) == ("callcentre/vp/0", "card", {"card": 0})
    with pytest.raises(BadInput, match=r"vp/0 has no card 1; expected 0 \(vp-0\)"):
        machine.resolve_fault("vp_card_lost", {"process": "vp/0"}, {"card": 1})
