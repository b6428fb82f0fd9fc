"""AGI, the line protocol between a switch and a script that serves a call (FastAGI: over TCP), sans-I/O."""

from switchsim.proto.agi.answers import DEAD, HANGUP, INVALID, success, usage
from switchsim.proto.agi.commands import COMMANDS, Command, find, fits, leading_integer
from switchsim.proto.agi.lines import LinesState, push, split_arguments
from switchsim.proto.agi.opening import Opening, encode_opening
from switchsim.proto.agi.saying import civil_time, spoken_characters, spoken_digits, spoken_number
from switchsim.proto.agi.variables import substitute, truth

__all__ = [
    "COMMANDS",
    "DEAD",
    "HANGUP",
    "INVALID",
    "Command",
    "LinesState",
    "Opening",
    "civil_time",
    "encode_opening",
    "find",
    "fits",
    "leading_integer",
    "push",
    "split_arguments",
    "spoken_characters",
    "spoken_digits",
    "spoken_number",
    "substitute",
    "success",
    "truth",
    "usage",
]
