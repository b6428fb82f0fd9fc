"""The reference firmware of the main processor: call processing as one sans-I/O program over plain state."""

from switchsim.firmware.reference.program import Program
from switchsim.firmware.reference.state import ProgramState

__all__ = ["Program", "ProgramState"]
