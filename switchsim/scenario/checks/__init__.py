"""Checks: the built-in ones, which run in every scenario, and those behind `expect:`."""

from __future__ import annotations

from switchsim.scenario.checks.alarms import ALARMS
from switchsim.scenario.checks.base import Check, CheckRun, CheckSettings, SignallingFacts, run_checks
from switchsim.scenario.checks.changeover import CHANGEOVER
from switchsim.scenario.checks.conservation import CONSERVATION
from switchsim.scenario.checks.expected import expectations
from switchsim.scenario.checks.isup import ISUP_CHECKS
from switchsim.scenario.checks.line_alarms import LINE_ALARMS
from switchsim.scenario.checks.line_frames import LINE_FRAMES
from switchsim.scenario.checks.link_tests import LINK_TESTS
from switchsim.scenario.checks.link_timers import LINK_TIMERS
from switchsim.scenario.checks.links import LINKS
from switchsim.scenario.checks.platform_calls import PLATFORM_CALLS
from switchsim.scenario.checks.platform_flows import PLATFORM_FLOWS
from switchsim.scenario.checks.platform_order import PLATFORM_ORDER
from switchsim.scenario.checks.platform_pair import PLATFORM_PAIR
from switchsim.scenario.checks.platform_queues import PLATFORM_QUEUES
from switchsim.scenario.checks.platform_recovery import PLATFORM_RECOVERY
from switchsim.scenario.checks.processors import PROCESSORS
from switchsim.scenario.checks.queues import QUEUES
from switchsim.scenario.checks.signalling import SIGNALLING
from switchsim.scenario.checks.speech import SPEECH
from switchsim.scenario.checks.timers import TIMERS

BUILT_IN: tuple[type[Check], ...] = (
    *CONSERVATION, *SPEECH, *QUEUES, *PROCESSORS, *ALARMS, *LINE_ALARMS, *TIMERS, *LINKS, *SIGNALLING,
    *CHANGEOVER, *LINK_TIMERS, *LINK_TESTS, *LINE_FRAMES, *ISUP_CHECKS,
    *PLATFORM_CALLS, *PLATFORM_QUEUES, *PLATFORM_ORDER, *PLATFORM_PAIR, *PLATFORM_RECOVERY, *PLATFORM_FLOWS,
)  # fmt: skip
"""Every check that runs unasked, in the order in which they are told."""


def built_in_checks(settings: CheckSettings) -> list[Check]:
    """One fresh instance of each."""
    return [check(settings) for check in BUILT_IN]


__all__ = [
    "BUILT_IN", "Check", "CheckRun", "CheckSettings", "SignallingFacts", "built_in_checks", "expectations",
    "run_checks",
]  # fmt: skip
