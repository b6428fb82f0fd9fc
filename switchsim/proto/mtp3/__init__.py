"""Message transfer part, level 3 (ITU-T Q.704, Q.707), sans-I/O: one signalling point over its links."""

from switchsim.proto.mtp3.actions import (
    Action,
    ChangebackDone,
    ChangeoverDone,
    Deliver,
    InhibitResult,
    Level2,
    LinkState,
    Pause,
    RestartDone,
    Resume,
    SendMsu,
    StartTimer,
    Status,
    StopTimer,
    Violation,
)
from switchsim.proto.mtp3.config import TIMERS, LinkRow, LinkSetConfig, Mtp3Config, Route
from switchsim.proto.mtp3.label import Label, ServiceIndicator, Variant
from switchsim.proto.mtp3.machine import Mtp3
from switchsim.proto.mtp3.state import Mtp3State

__all__ = [
    "TIMERS",
    "Action",
    "ChangebackDone",
    "ChangeoverDone",
    "Deliver",
    "InhibitResult",
    "Label",
    "Level2",
    "LinkRow",
    "LinkSetConfig",
    "LinkState",
    "Mtp3",
    "Mtp3Config",
    "Mtp3State",
    "Pause",
    "RestartDone",
    "Resume",
    "Route",
    "SendMsu",
    "ServiceIndicator",
    "StartTimer",
    "Status",
    "StopTimer",
    "Variant",
    "Violation",
]
