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
from switchsim.proto.isup import values_services as s

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
INFORMATION_REQUEST = Parameter(0x0E, "information_request_indicators", (2, 2), v.INFORMATION_REQUEST_BITS, "3.29")
INFORMATION = Parameter(0x0F, "information_indicators", (2, 2), v.INFORMATION_BITS, "3.28")
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
HOP_COUNTER = Parameter(0x3D, "hop_counter", (1, 1), v.Few(5), "3.80")

# -- numbers -----------------------------------------------------------------------------------------------------------

REDIRECTING_NUMBER = Parameter(0x0B, "redirecting_number", _NUMBER, n.REDIRECTING_FORMAT, "3.44")
REDIRECTION_NUMBER = Parameter(0x0C, "redirection_number", _NUMBER, n.CALLED_FORMAT, "3.46")
ORIGINAL_CALLED_NUMBER = Parameter(0x28, "original_called_number", _NUMBER, n.REDIRECTING_FORMAT, "3.39")
LOCATION_NUMBER = Parameter(0x3F, "location_number", _NUMBER, n.LOCATION_FORMAT, "3.30")
GENERIC_NUMBER = Parameter(0xC0, "generic_number", (3, 19), n.GENERIC_FORMAT, "3.26")
CALL_TRANSFER_NUMBER = Parameter(0x45, "call_transfer_number", _NUMBER, n.CONNECTED_FORMAT, "3.64")
CALLED_IN_NUMBER = Parameter(0x6F, "called_in_number", _NUMBER, n.REDIRECTING_FORMAT, "3.73")
CALLED_DIRECTORY_NUMBER = Parameter(0x7D, "called_directory_number", _NUMBER, n.CALLED_FORMAT, "3.86")
ORIGINAL_CALLED_IN_NUMBER = Parameter(0x7F, "original_called_in_number", _NUMBER, n.REDIRECTING_FORMAT, "3.87")
HTR_INFORMATION = Parameter(0x82, "htr_information", _NUMBER, n.HTR_FORMAT, "3.89")
NETWORK_ROUTING_NUMBER = Parameter(0x84, "network_routing_number", (1, 17), n.RoutingNumbers(), "3.90")
TRANSIT_NETWORK = Parameter(0x23, "transit_network_selection", (1, 17), n.TransitNetworks(), "3.53")
GENERIC_DIGITS = Parameter(0xC1, "generic_digits", _LONG, s.GENERIC_DIGITS_BITS, "3.24")

# -- what supplementary services and national networks use -------------------------------------------------------------

CALL_REFERENCE = Parameter(0x01, "call_reference", (5, 5), v.CallReferences(), "3.8")
ACCESS_TRANSPORT = Parameter(0x03, "access_transport", _LONG, _RAW, "3.3")  # elements of Q.931 clause 4.5
CONNECTION_REQUEST = Parameter(0x0D, "connection_request", (5, 7), s.ConnectionRequests(), "3.17")
REDIRECTION_INFORMATION = Parameter(0x13, "redirection_information", (1, 2), v.Redirections(), "3.45")
FACILITY = Parameter(0x18, "facility_indicator", (1, 1), _ONE, "3.22")  # 2: user-to-user service
CLOSED_USER_GROUP = Parameter(0x1A, "closed_user_group_interlock_code", (4, 4), s.ClosedUserGroups(), "3.15")
SIGNALLING_POINT_CODE = Parameter(0x1E, "signalling_point_code", (2, 2), v.Whole(2, little=True), "3.50")
CIRCUIT_ASSIGNMENT_MAP = Parameter(0x25, "circuit_assignment_map", (4, 5), s.CircuitMaps(), "3.69")
USER_TO_USER_INDICATORS = Parameter(
    0x2A, "user_to_user_indicators", (1, 1), s.USER_TO_USER_INDICATOR_BITS, "3.60"
)
ORIGINATION_POINT_CODE = Parameter(0x2B, "origination_isc_point_code", (2, 2), v.Whole(2, little=True), "3.40")
CALL_HISTORY = Parameter(0x2D, "call_history_information", (2, 2), v.Whole(2), "3.7")
ACCESS_DELIVERY = Parameter(0x2E, "access_delivery_information", (1, 1), v.Few(1), "3.2")
NETWORK_FACILITY = Parameter(0x2F, "network_specific_facility", (2, 254), _RAW, "3.36")
USER_SERVICE_PRIME = Parameter(0x30, "user_service_information_prime", (2, 11), m.UserServices(), "3.58")
REMOTE_OPERATIONS = Parameter(0x32, "remote_operations", _LONG, s.REMOTE_OPERATIONS_BITS, "3.48")
SERVICE_ACTIVATION = Parameter(0x33, "service_activation", _LONG, _RAW, "3.49")  # a feature code an octet
USER_TELESERVICE = Parameter(0x34, "user_teleservice_information", (2, 3), s.TELESERVICE_BITS, "3.59")
TRANSMISSION_MEDIUM_USED = Parameter(0x35, "transmission_medium_used", (1, 1), _ONE, "3.56")
CALL_DIVERSION = Parameter(0x36, "call_diversion_information", (1, 1), s.CALL_DIVERSION_BITS, "3.6")
ECHO_CONTROL = Parameter(0x37, "echo_control_information", (1, 1), s.ECHO_CONTROL_BITS, "3.19")
PRECEDENCE = Parameter(0x3A, "mlpp_precedence", (6, 6), s.Precedences(), "3.34")
MCID_REQUEST = Parameter(0x3B, "mcid_request_indicators", (1, 1), s.IDENTIFICATION_BITS, "3.31")
MCID_RESPONSE = Parameter(0x3C, "mcid_response_indicators", (1, 1), s.IDENTIFICATION_BITS, "3.32")
TRANSMISSION_MEDIUM_PRIME = Parameter(0x3E, "transmission_medium_requirement_prime", (1, 1), _ONE, "3.55")
NUMBER_RESTRICTION = Parameter(0x40, "redirection_number_restriction", (1, 1), v.Few(2), "3.47")
CALL_TRANSFER_REFERENCE = Parameter(0x43, "call_transfer_reference", (1, 1), _ONE, "3.65")
LOOP_PREVENTION = Parameter(0x44, "loop_prevention_indicators", (1, 1), s.LOOP_PREVENTION_BITS, "3.67")
CCSS = Parameter(0x4B, "ccss", (1, 1), v.Few(1), "3.63")
FORWARD_GVNS = Parameter(0x4C, "forward_gvns", (3, 24), _RAW, "3.66")
BACKWARD_GVNS = Parameter(0x4D, "backward_gvns", _LONG, v.Few(2, 0x80), "3.62")
REDIRECT_CAPABILITY = Parameter(0x4E, "redirect_capability", _LONG, v.Few(3, 0x80), "3.96")
NETWORK_MANAGEMENT = Parameter(0x5B, "network_management_controls", _LONG, v.Few(1, 0x80), "3.68")
CORRELATION_ID = Parameter(0x65, "correlation_id", _LONG, _RAW, "3.70")
SCF_ID = Parameter(0x66, "scf_id", _LONG, _RAW, "3.71")
DIVERSION_TREATMENT = Parameter(0x6E, "call_diversion_treatment_indicators", _LONG, v.Few(2, 0x80), "3.72")
OFFERING_TREATMENT = Parameter(0x70, "call_offering_treatment_indicators", _LONG, v.Few(2, 0x80), "3.74")
CHARGED_PARTY = Parameter(0x71, "charged_party_identification", _LONG, _RAW, "3.75")
CONFERENCE_TREATMENT = Parameter(0x72, "conference_treatment_indicators", _LONG, v.Few(2, 0x80), "3.76")
DISPLAY_INFORMATION = Parameter(0x73, "display_information", _LONG, _RAW, "3.77")
UID_ACTION = Parameter(0x74, "uid_action_indicators", _LONG, s.THROUGH_CONNECTION_BITS, "3.78")
UID_CAPABILITY = Parameter(0x75, "uid_capability_indicators", _LONG, s.THROUGH_CONNECTION_BITS, "3.79")
REDIRECT_COUNTER = Parameter(0x77, "redirect_counter", (1, 1), v.Few(5), "3.97")
APPLICATION_TRANSPORT = Parameter(0x78, "application_transport", (3, 254), s.ApplicationTransports(), "3.82")
COLLECT_CALL = Parameter(0x79, "collect_call_request", (1, 1), v.Few(1), "3.81")
CCNR_POSSIBLE = Parameter(0x7A, "ccnr_possible_indicator", (1, 1), v.Few(1), "3.83")
PIVOT_CAPABILITY = Parameter(0x7B, "pivot_capability", _LONG, s.PIVOT_CAPABILITY_BITS, "3.84")
PIVOT_ROUTING = Parameter(0x7C, "pivot_routing_indicators", _LONG, v.Few(7, 0x80), "3.85")
GEODETIC_LOCATION = Parameter(0x81, "calling_geodetic_location", (2, 254), s.GEODETIC_BITS, "3.88")
QUERY_ON_RELEASE = Parameter(0x85, "query_on_release_capability", _LONG, v.Few(1, 0x80), "3.91")
PIVOT_STATUS = Parameter(0x86, "pivot_status", _LONG, v.Few(2, 0x80), "3.92")
PIVOT_COUNTER = Parameter(0x87, "pivot_counter", (1, 1), v.Few(5), "3.93")
PIVOT_FORWARD = Parameter(0x88, "pivot_routing_forward_information", (2, 254), s.Pieces(), "3.94")
PIVOT_BACKWARD = Parameter(0x89, "pivot_routing_backward_information", (2, 254), s.Pieces(), "3.95")
REDIRECT_STATUS = Parameter(0x8A, "redirect_status", _LONG, v.Few(2, 0x80), "3.98")
REDIRECT_FORWARD = Parameter(0x8B, "redirect_forward_information", (2, 254), s.Pieces(), "3.99")
REDIRECT_BACKWARD = Parameter(0x8C, "redirect_backward_information", (2, 254), s.Pieces(), "3.100")
NUMBER_PORTABILITY = Parameter(0x8D, "number_portability_forward_information", _LONG, v.Few(4, 0x80), "3.101")

# -- China (YDN 038): pulses of a metering pulse message; it is fixed there, so its code is never on the line ----------

CHARGE_INFORMATION = Parameter(0xFE, "charge_information", (2, 2), v.Whole(2), "YDN 038")
