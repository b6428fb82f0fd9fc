"""CSTA phase III in XML (ECMA-323, services of ECMA-269; sessions of ECMA-354), without sockets or clocks.

`framing` cuts octets into messages, `xmltext` reads and writes documents safely, `requests` types what applications ask
for (`values` reads the fields), `vocabulary` holds every word that is used.
"""

from switchsim.proto.csta.framing import (
    EVENT_INVOKE,
    LONGEST_SENT,
    Frame,
    FrameState,
    Violation,
    frame,
    next_invoke,
    push,
)
from switchsim.proto.csta.requests import Asked, Request, read_request
from switchsim.proto.csta.values import ConnectionId, secrets_in
from switchsim.proto.csta.xmltext import Content, Document, Element, Refused, read, write

__all__ = [
    "EVENT_INVOKE",
    "LONGEST_SENT",
    "Asked",
    "ConnectionId",
    "Content",
    "Document",
    "Element",
    "Frame",
    "FrameState",
    "Refused",
    "Request",
    "Violation",
    "frame",
    "next_invoke",
    "push",
    "read",
    "read_request",
    "secrets_in",
    "write",
]
