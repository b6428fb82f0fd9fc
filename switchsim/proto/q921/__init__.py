"""LAPD, the data link of the ISDN D channel (ITU-T Q.921), sans-I/O, network and user side."""

from switchsim.proto.q921.actions import (
    Action,
    Data,
    Established,
    Released,
    SendFrame,
    StartTimer,
    StopTimer,
    UnitData,
    Violation,
)
from switchsim.proto.q921.core import LapdState
from switchsim.proto.q921.frames import Event, Frame, Invalid, State, decode
from switchsim.proto.q921.link import TRANSITIONS, Lapd

__all__ = [
    "TRANSITIONS",
    "Action",
    "Data",
    "Established",
    "Event",
    "Frame",
    "Invalid",
    "Lapd",
    "LapdState",
    "Released",
    "SendFrame",
    "StartTimer",
    "State",
    "StopTimer",
    "UnitData",
    "Violation",
    "decode",
]
