"""ISDN user part (ITU-T Q.761-Q.764), sans-I/O.

`codec`, `messages`, `parameters` and `values` hold its octets; `machine.Isup` is the procedures of all circuits between
two exchanges, `table` their transitions, `timers` their timers with the standard's windows, `actions` what they ask for.
"""

from switchsim.proto.isup.actions import Action, SendMsu, StartTimer, StopTimer
from switchsim.proto.isup.machine import Isup
from switchsim.proto.isup.state import Circuit, Cpc, IsupConfig, IsupState, SetupRequest

__all__ = [
    "Action",
    "Circuit",
    "Cpc",
    "Isup",
    "IsupConfig",
    "IsupState",
    "SendMsu",
    "SetupRequest",
    "StartTimer",
    "StopTimer",
]
