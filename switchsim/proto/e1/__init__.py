"""E1 lines above the framer: consequent actions, performance (G.826, G.821), slips (G.822), registers, thresholds."""

from switchsim.proto.e1.consequent import NOTHING, Consequences, EndOptions, Received, consequences, ranked, words
from switchsim.proto.e1.performance import (
    CLEAN,
    BitPerformance,
    Limits,
    Performance,
    PerformanceState,
    Ratios,
    Second,
    ratios,
)
from switchsim.proto.e1.registers import Availability, Counts, Crossing, Measured, Result, Side, SideState
from switchsim.proto.e1.slips import ACCEPTABLE, DEGRADED, UNACCEPTABLE, SlipQuality, SlipState
from switchsim.proto.e1.thresholds import THRESHOLDS, Thresholds

__all__ = [
    "ACCEPTABLE", "CLEAN", "DEGRADED", "NOTHING", "THRESHOLDS", "UNACCEPTABLE", "Availability", "BitPerformance",
    "Consequences", "Counts", "Crossing", "EndOptions", "Limits", "Measured", "Performance", "PerformanceState",
    "Ratios", "Received", "Result", "Second", "Side", "SideState", "SlipQuality", "SlipState", "Thresholds",
    "consequences", "ranked", "ratios", "words",
]  # fmt: skip
