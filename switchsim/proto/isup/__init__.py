"""ISDN user part (ITU-T Q.761-Q.764), sans-I/O.

`codec`, `messages`, `parameters` and `values` hold its octets; `machine.Isup` is the procedures of all circuits between
two exchanges, `table` their transitions, `timers` their timers with the standard's windows, `actions` what they want.
"""

from switchsim.proto.isup.actions import (
    Action,
    AddressCompleteInd,
    AnswerInd,
    BlockedInd,
    CheckTone,
    ConnectedInd,
    DigitsInd,
    IdleInd,
    MaintenanceAlarm,
    ProgressInd,
    QueryInd,
    Refused,
    ReleasedInd,
    ResetDone,
    ResumeInd,
    SendMsu,
    SetupFailed,
    SetupInd,
    StartTimer,
    StatusInd,
    StopTimer,
    SuspendInd,
    Violation,
)
from switchsim.proto.isup.machine import Isup
from switchsim.proto.isup.outgoing import selectable
from switchsim.proto.isup.state import Block, Circuit, Cpc, IsupConfig, IsupState, SetupRequest

__all__ = [
    "Action", "AddressCompleteInd", "AnswerInd", "Block", "BlockedInd", "CheckTone", "Circuit", "ConnectedInd", "Cpc",
    "DigitsInd", "IdleInd", "Isup", "IsupConfig", "IsupState", "MaintenanceAlarm", "ProgressInd", "QueryInd", "Refused",
    "ReleasedInd", "ResetDone", "ResumeInd", "SendMsu", "SetupFailed", "SetupInd", "SetupRequest", "StartTimer",
    "StatusInd", "StopTimer", "SuspendInd", "Violation", "selectable",
]  # fmt: skip
