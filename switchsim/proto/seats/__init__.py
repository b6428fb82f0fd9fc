"""What a seat set and its board say over LAPD: Q.931 messages with the dummy call reference, sans-I/O."""

from switchsim.proto.seats.codec import decode, encode
from switchsim.proto.seats.messages import KEYS, MOST_DIGITS, STATES, Body, Display, Key, Register, Violation

__all__ = [
    "KEYS",
    "MOST_DIGITS",
    "STATES",
    "Body",
    "Display",
    "Key",
    "Register",
    "Violation",
    "decode",
    "encode",
]
