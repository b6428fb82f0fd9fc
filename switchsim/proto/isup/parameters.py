"""Parameters of Q.763 table 5: one row each, with its code, limits of length and the codec of its value.

    CALLED_PARTY_NUMBER.read(octets) -> Number | None        CALLED_PARTY_NUMBER.write(Number("10000")) -> bytes

Lengths are of the contents, without name and length octets. Where the standard sets no upper limit, a row has that of
the length indicator in a message (254), or what sixteen digits (32 for national use) take for numbers.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from switchsim.proto.isup import values as v
from switchsim.proto.isup import values_more as m
from switchsim.proto.isup import values_numbers as n

T = TypeVar("T")

PARAMETERS: Final[dict[int, Parameter[Any]]] = {}
"""Every row by its code, in ascending order of definition below."""


class Parameter(Generic[T]):
    """One row. `read` returns None for contents that are too short or break the coding rules; contents longer than
    `maximum` are read as far as they are known, since a later issue may have added to them (Q.764 2.9.5.3.4).
    """

    __slots__ = ("clause", "code", "codec", "maximum", "minimum", "name")

    def __init__(self, code: int, name: str, size: tuple[int, int], codec: v.Codec[T], clause: str) -> None:
        self.code, self.name, self.codec, self.clause = code, name, codec, clause
        self.minimum, self.maximum = size
        assert code not in PARAMETERS, f"two parameters of code 0x{code:02x}"
        PARAMETERS[code] = self

    def read(self, octets: bytes) -> T | None:
        return self.codec.read(octets) if len(octets) >= self.minimum else None

    def write(self, value: T) -> bytes:
        """Raises AssertionError for a value that has no place in the parameter."""
        octets = self.codec.write(value)
        assert self.minimum <= len(octets) <= self.maximum, f"{self.name} of {len(octets)} octets"
        return octets

    def __repr__(self) -> str:
        return f"Parameter(0x{self.code:02x}, {self.name})"


_RAW: Final = v.Octets()
_ONE: Final = v.Whole()
_NUMBER: Final = (2, 18)
_LONG: Final = (1, 254)

# -- what basic call and circuit supervision use -----------------------------------------------------------------------

TRANSMISSION_MEDIUM = Parameter(0x02, "transmission_medium_requirement", (1, 1), _ONE, "3.54")
CALLED_PARTY_NUMBER = Parameter(0x04, "called_party_number", _NUMBER, n.CALLED_FORMAT, "3.9")
SUBSEQUENT_NUMBER = Parameter(0x05, "subsequent_number", (1, 17), n.Digits(), "3.51")
NATURE_OF_CONNECTION = Parameter(0x06, "nature_of_connection_indicators", (1, 1), v.NATURE_OF_CONNECTION_BITS, "3.35")
FORWARD_CALL = Parameter(0x07, "forward_call_indicators", (2, 2), v.FORWARD_CALL_BITS, "3.23")
OPTIONAL_FORWARD_CALL = Parameter(
    0x08, "optional_forward_call_indicators", (1, 1), v.OPTIONAL_FORWARD_CALL_BITS, "3.38"
)
CALLING_CATEGORY = Parameter(0x09, "calling_partys_category", (1, 1), _ONE, "3.11")
CALLING_PARTY_NUMBER = Parameter(0x0A, "calling_party_number", _NUMBER, n.CALLING_FORMAT, "3.10")
INFORMATION_REQUEST = Parameter(0x0E, "information_request_indicators", (2, 2), v.INFORMATION_REQUEST_BITS, "3.28")
INFORMATION = Parameter(0x0F, "information_indicators", (2, 2), v.INFORMATION_BITS, "3.27")
CONTINUITY = Parameter(0x10, "continuity_indicators", (1, 1), v.CONTINUITY_BITS, "3.18")
BACKWARD_CALL = Parameter(0x11, "backward_call_indicators", (2, 2), v.BACKWARD_CALL_BITS, "3.5")
CAUSE = Parameter(0x12, "cause_indicators", (2, 34), m.Causes(), "3.12")
GROUP_KIND = Parameter(0x15, "circuit_group_supervision_message_type", (1, 1), v.GROUP_KIND_BITS, "3.13")
RANGE_AND_STATUS = Parameter(0x16, "range_and_status", (1, 33), m.Ranges(), "3.43")
USER_SERVICE = Parameter(0x1D, "user_service_information", (2, 11), m.UserServices(), "3.57")
USER_TO_USER = Parameter(0x20, "user_to_user_information", (1, 129), m.USER_TO_USER_BITS, "3.61")
CONNECTED_NUMBER = Parameter(0x21, "connected_number", _NUMBER, n.CONNECTED_FORMAT, "3.16")
SUSPEND_RESUME = Parameter(0x22, "suspend_resume_indicators", (1, 1), v.SUSPEND_RESUME_BITS, "3.52")
EVENT = Parameter(0x24, "event_information", (1, 1), v.EVENT_BITS, "3.21")
CIRCUIT_STATE = Parameter(0x26, "circuit_state_indicator", (1, 32), m.CircuitStates(), "3.14")
CONGESTION_LEVEL = Parameter(0x27, "automatic_congestion_level", (1, 1), _ONE, "3.4")
OPTIONAL_BACKWARD_CALL = Parameter(
    0x29, "optional_backward_call_indicators", (1, 1), v.OPTIONAL_BACKWARD_CALL_BITS, "3.37"
)
GENERIC_NOTIFICATION = Parameter(0x2C, "generic_notification_indicator", _LONG, m.Notifications(), "3.25")
PROPAGATION_DELAY = Parameter(0x31, "propagation_delay_counter", (2, 2), v.Whole(2), "3.42")
MESSAGE_COMPATIBILITY = Parameter(
    0x38, "message_compatibility_information", (1, 254), m.MessageCompatibility(), "3.33"
)
PARAMETER_COMPATIBILITY = Parameter(
    0x39, "parameter_compatibility_information", (2, 254), m.ParameterCompatibility(), "3.41"
)
HOP_COUNTER = Parameter(0x3D, "hop_counter", (1, 1), _ONE, "3.80")

# -- numbers -----------------------------------------------------------------------------------------------------------

REDIRECTING_NUMBER = Parameter(0x0B, "redirecting_number", _NUMBER, n.REDIRECTING_FORMAT, "3.44")
REDIRECTION_NUMBER = Parameter(0x0C, "redirection_number", _NUMBER, n.CALLED_FORMAT, "3.46")
ORIGINAL_CALLED_NUMBER = Parameter(0x28, "original_called_number", _NUMBER, n.REDIRECTING_FORMAT, "3.39")
LOCATION_NUMBER = Parameter(0x3F, "location_number", _NUMBER, n.LOCATION_FORMAT, "3.30")
GENERIC_NUMBER = Parameter(0xC0, "generic_number", (3, 19), n.GENERIC_FORMAT, "3.26")
