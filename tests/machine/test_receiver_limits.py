"""`receivers: {limits: NAME}`: what a machine's DTMF receivers take for a digit, from its file to the call."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_runs import SMALL, Inside, prepared

from switchsim.errors import BadInput
from switchsim.model.events import DigitHeard, decode_line

TEXT = """
format: 1
machine: limited
seed: 5
seconds: 20
load:
  - name: dials
    shape: constant
    rate: 1/s
    numbers: ["10060"]
    stop: 1100ms
    patience: 12s
    plan: {steps: [{do: listen, prompt: menu}, {do: dial, digits: "1", low: LOW, high: HIGH}, {do: wait}]}
"""


def heard(folder: Path, limits: str, low: int, high: int) -> list[str]:
    """Digits that the machine heard of a caller who dials 1 at these levels, dBm0."""
    machine = SMALL.read_text(encoding="utf-8").replace("name: b_type_small", "name: limited")
    (folder / "limited.yaml").write_text(machine + f"receivers: {{limits: {limits}}}\n", encoding="utf-8")
    run = Inside(prepared(folder, TEXT.replace("LOW", str(low)).replace("HIGH", str(high))))
    run.go()
    events = [decode_line(line).event for line in bytes(run.octets).splitlines()[1:]]
    return [event.digit for event in events if isinstance(event, DigitHeard)]


@pytest.mark.parametrize(("limits", "low", "high", "right"), [
    ("default", -42, -42, ["1"]), ("china", -42, -42, []),  # YDN 065: nothing below -31 dBm
    ("china", -20, -18, ["1"]), ("default", -20, -12, ["1"]),
    ("china", -20, -8, []), ("att", -20, -12, []),  # high above low by more than 6 dB, by more than 4 dB
])  # fmt: skip
def test_limits_of_administrations(tmp_path: Path, limits: str, low: int, high: int, right: list[str]) -> None:
    assert heard(tmp_path, limits, low, high)[:1] == right


def test_limits_of_nobody_are_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        heard(tmp_path, "belgium", -9, -7)
    assert "no limits 'belgium'" in str(refused.value)
    assert "china" in str(refused.value)
