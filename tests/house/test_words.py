"""Words of events that are kept where the model must not look: the two agree. That each word which is told is one of an
event's own, the whole suite checks (tests/conftest.py); that each of an event's own can be told, these do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import pytest

from switchsim.firmware.reference.state import Stage
from switchsim.model.event import Event, fields_of
from switchsim.model.events import CallState, ClockMode, ClockReference, FrameBad, LineThreshold, SeatState
from switchsim.proto.clock import pll, selector
from switchsim.proto.e1.thresholds import THRESHOLDS
from switchsim.proto.seats.messages import STATES
from switchsim.report.taps import ERRORS


@pytest.mark.parametrize(("event", "field", "kept"), [
    (CallState, "state", Stage),
    (SeatState, "state", set(STATES) - {"dead"}),   # a dead set tells nothing
    (ClockMode, "mode", get_args(pll.Mode)),
    (ClockReference, "stage", {*get_args(selector.Stage), "given_up"}),   # the board gives up, not its selector
    (FrameBad, "reason", ERRORS),
    (LineThreshold, "period", THRESHOLDS),
    (LineThreshold, "what", {what for period in THRESHOLDS.values() for what in period}),
])  # fmt: skip
def test_words_of_an_event_are_those_of_who_tells_it(event: type[Event], field: str, kept: Iterable[str]) -> None:
    assert set(fields_of(event)[field].words) == set(kept)
