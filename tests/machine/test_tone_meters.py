"""Tone meters: what a scenario's `listen` tells of digits, tones and call progress signals on any path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import BadInput
from switchsim.model.events import DigitMeasured, SignalRecognised, ToneMeasured, decode_line

HEAD = "format: 1\ntitle: meters\nmachine: b_type_small\nseed: 5\nseconds: 30\n"
RINGS = """
listen: ["caller e1-0:1", "line e1-0:1 received"]
agents: [{behaviour: no_answer}]
load:
  - {name: rung, shape: constant, rate: 1/s, numbers: ["2001"], stop: 1100ms, patience: 14s,
     plan: {steps: [{do: wait}]}}
"""
DIALS = """
listen: ["line e1-0:1 received", "line e1-0:1 sent"]
load:
  - name: dials
    shape: constant
    rate: 1/s
    numbers: ["10060"]
    stop: 1100ms
    patience: 20s
    plan:
      steps:
        - {do: listen, prompt: menu}
        - {do: dial, digits: "157D*", "on": 60ms, "off": 60ms, low: -16, high: -12}
        - {do: hold, time: 1s}
"""


def told(folder: Path, text: str) -> list[Any]:
    run = Inside(prepared(folder, HEAD + text))
    run.go()
    return [decode_line(line).event for line in bytes(run.octets).splitlines()[1:]]


def test_ring_back_is_measured_and_recognised(tmp_path: Path) -> None:
    """450 Hz, 1 s in 5 s, -10 dBm0 (GF 002-9002), as the caller hears it from the machine."""
    events = told(tmp_path, RINGS)
    tones = [event for event in events if isinstance(event, ToneMeasured)]
    assert len(tones) >= 2
    assert {(event.who, event.hz) for event in tones} == {("caller e1-0:1", "450")}
    assert all(abs(event.cycles - 8000) < 60 and abs(event.lower_cdbm0 + 1000) < 60 for event in tones)
    assert next(event.signal for event in events if isinstance(event, SignalRecognised)) == "ring_back"


def test_digits_are_measured_where_they_pass_and_nowhere_else(tmp_path: Path) -> None:
    digits = [event for event in told(tmp_path, DIALS) if isinstance(event, DigitMeasured)]
    assert [event.digit for event in digits] == list("157D*")
    assert {event.who for event in digits} == {"line e1-0:1 received"}
    for event in digits:
        assert event.low_cdbm0 == pytest.approx(-1600, abs=60)
        assert event.twist_cdb == pytest.approx(400, abs=80)
        assert abs(event.low_offset) < 20
        assert abs(event.high_offset) < 20
        assert event.cycles == pytest.approx(480, abs=40)


def test_a_place_that_is_not_there_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        Inside(prepared(tmp_path, HEAD + "listen: [agent 7]\n"))
    assert "agent 7" in str(refused.value)
    assert ":6: " in str(refused.value)


def test_a_meter_changes_nothing_else(tmp_path: Path) -> None:
    """Without its own lines the journal is the same."""
    with_meter = [event for event in told(tmp_path, RINGS) if not isinstance(event, ToneMeasured | SignalRecognised)]
    without = told(tmp_path, RINGS.replace('listen: ["caller e1-0:1", "line e1-0:1 received"]\n', ""))
    assert with_meter == without


