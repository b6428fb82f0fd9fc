"""The Asterisk Manager Interface, version 13, its server side: blocks, classes of events, sessions. Sans-I/O."""

from switchsim.proto.ami.actions import (
    Action,
    Close,
    Judge,
    LoggedIn,
    Refused,
    Request,
    Send,
    StartTimer,
    StopTimer,
)
from switchsim.proto.ami.blocks import Block, Fields, ReaderState, TooMuch, read, written
from switchsim.proto.ami.classes import BITS, EVERYTHING, mask_of
from switchsim.proto.ami.session import GREETING, UNKNOWN_CLIENTS, VERSION, Session, SessionState

__all__ = [
    "BITS",
    "EVERYTHING",
    "GREETING",
    "UNKNOWN_CLIENTS",
    "VERSION",
    "Action",
    "Block",
    "Close",
    "Fields",
    "Judge",
    "LoggedIn",
    "ReaderState",
    "Refused",
    "Request",
    "Send",
    "Session",
    "SessionState",
    "StartTimer",
    "StopTimer",
    "TooMuch",
    "mask_of",
    "read",
    "written",
]
