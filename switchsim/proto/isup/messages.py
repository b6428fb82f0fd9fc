"""Messages of Q.763 table 4 and clause 4: one layout each."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.parameters import Parameter

Rows = tuple[Parameter[Any], ...]


class MessageType(IntEnum):
    """Message type codes (Q.763 table 4); the last three are Chinese (YDN 038): calling party clear, pulses, operator.

    CRG (charge information) has a national format, so it has no layout; nor have the codes of earlier issues.
    """

    IAM = 0x01
    SAM = 0x02
    INR = 0x03
    INF = 0x04
    COT = 0x05
    ACM = 0x06
    CON = 0x07
    FOT = 0x08
    ANM = 0x09
    REL = 0x0C
    SUS = 0x0D
    RES = 0x0E
    RLC = 0x10
    CCR = 0x11
    RSC = 0x12
    BLO = 0x13
    UBL = 0x14
    BLA = 0x15
    UBA = 0x16
    GRS = 0x17
    CGB = 0x18
    CGU = 0x19
    CGBA = 0x1A
    CGUA = 0x1B
    FAR = 0x1F
    FAA = 0x20
    FRJ = 0x21
    LPA = 0x24
    PAM = 0x28
    GRA = 0x29
    CQM = 0x2A
    CQR = 0x2B
    CPG = 0x2C
    USR = 0x2D
    UCIC = 0x2E
    CFN = 0x2F
    OLM = 0x30
    CRG = 0x31
    NRM = 0x32
    FAC = 0x33
    UPT = 0x34
    UPA = 0x35
    IDR = 0x36
    IRS = 0x37
    SGM = 0x38
    LOP = 0x40
    APM = 0x41
    PRI = 0x42
    SDM = 0x43
    CCL = 0xFC
    MPM = 0xFD
    OPR = 0xFE


class Layout:
    """How a message is built: parameters of the fixed and the variable mandatory part, and those of the optional one.

    `optional` is None where there is no optional part; a parameter that is not listed is unrecognized there (Q.764
    2.9.5.3). What else it holds is the same again as framing needs it: `head` counts the octets up to and with the
    pointers, the plans are (code, length) of the fixed and (code, shortest contents) of the variable parameters.
    """

    def __init__(self, code: MessageType, fixed: Rows, variable: Rows, optional: Rows | None) -> None:
        self.code, self.name = int(code), code.name
        self.fixed, self.variable, self.optional = fixed, variable, optional
        self.fixed_plan = tuple((row.code, row.maximum) for row in fixed)
        self.fixed_sizes = dict(self.fixed_plan)
        self.variable_plan = tuple((row.code, row.minimum) for row in variable)
        self.mandatory_codes = tuple(row.code for row in fixed + variable)
        self.fixed_count, self.mandatory_count = len(fixed), len(fixed) + len(variable)
        self.pointers_count = len(variable) + (optional is not None)
        self.head = 3 + sum(self.fixed_sizes.values()) + self.pointers_count
        self.optional_codes = frozenset(row.code for row in optional or ())


_COMPATIBILITY: Final = (p.MESSAGE_COMPATIBILITY, p.PARAMETER_COMPATIBILITY)
_CALL_SETUP: Final = (
    p.TRANSIT_NETWORK, p.CALL_REFERENCE, p.CALLING_PARTY_NUMBER, p.OPTIONAL_FORWARD_CALL, p.REDIRECTING_NUMBER,
    p.REDIRECTION_INFORMATION, p.CLOSED_USER_GROUP, p.CONNECTION_REQUEST, p.ORIGINAL_CALLED_NUMBER, p.USER_TO_USER,
    p.ACCESS_TRANSPORT, p.USER_SERVICE, p.USER_TO_USER_INDICATORS, p.GENERIC_NUMBER, p.PROPAGATION_DELAY,
    p.USER_SERVICE_PRIME, p.NETWORK_FACILITY, p.GENERIC_DIGITS, p.ORIGINATION_POINT_CODE, p.USER_TELESERVICE,
    p.REMOTE_OPERATIONS, p.PARAMETER_COMPATIBILITY, p.GENERIC_NOTIFICATION, p.SERVICE_ACTIVATION, p.PRECEDENCE,
    p.TRANSMISSION_MEDIUM_PRIME, p.LOCATION_NUMBER, p.FORWARD_GVNS, p.CCSS, p.NETWORK_MANAGEMENT,
    p.CIRCUIT_ASSIGNMENT_MAP, p.CORRELATION_ID, p.DIVERSION_TREATMENT, p.CALLED_IN_NUMBER, p.OFFERING_TREATMENT,
    p.CONFERENCE_TREATMENT, p.SCF_ID, p.UID_CAPABILITY, p.ECHO_CONTROL, p.HOP_COUNTER, p.COLLECT_CALL,
    p.APPLICATION_TRANSPORT, p.PIVOT_CAPABILITY, p.CALLED_DIRECTORY_NUMBER, p.ORIGINAL_CALLED_IN_NUMBER,
    p.GEODETIC_LOCATION, p.NETWORK_ROUTING_NUMBER, p.QUERY_ON_RELEASE, p.PIVOT_COUNTER, p.PIVOT_FORWARD,
    p.REDIRECT_CAPABILITY, p.REDIRECT_COUNTER, p.REDIRECT_STATUS, p.REDIRECT_FORWARD, p.NUMBER_PORTABILITY)  # fmt: skip
_BACKWARD: Final = (
    p.OPTIONAL_BACKWARD_CALL, p.CALL_REFERENCE, p.USER_TO_USER_INDICATORS, p.USER_TO_USER, p.ACCESS_TRANSPORT,
    p.GENERIC_NOTIFICATION, p.TRANSMISSION_MEDIUM_USED, p.ECHO_CONTROL, p.ACCESS_DELIVERY, p.PARAMETER_COMPATIBILITY,
    p.NETWORK_FACILITY, p.REMOTE_OPERATIONS, p.SERVICE_ACTIVATION, p.NUMBER_RESTRICTION, p.CONFERENCE_TREATMENT,
    p.APPLICATION_TRANSPORT, p.PIVOT_BACKWARD, p.REDIRECT_STATUS)  # fmt: skip
"""What ACM, ANM, CON and CPG have in common (Q.763 tables 21 to 23 and 27)."""
_CONNECTED: Final = (p.CONNECTED_NUMBER, p.BACKWARD_GVNS, p.CALL_HISTORY, p.GENERIC_NUMBER)
_DIVERTED: Final = (p.CAUSE, p.REDIRECTION_NUMBER, p.CALL_DIVERSION, p.UID_ACTION, p.CCNR_POSSIBLE)
_RELEASE: Final = (
    p.REDIRECTION_INFORMATION, p.REDIRECTION_NUMBER, p.ACCESS_TRANSPORT, p.SIGNALLING_POINT_CODE, p.USER_TO_USER,
    p.CONGESTION_LEVEL, p.NETWORK_FACILITY, p.ACCESS_DELIVERY, p.PARAMETER_COMPATIBILITY, p.USER_TO_USER_INDICATORS,
    p.DISPLAY_INFORMATION, p.REMOTE_OPERATIONS, p.HTR_INFORMATION, p.REDIRECT_COUNTER, p.REDIRECT_BACKWARD)  # fmt: skip
_FACILITY: Final = (p.USER_TO_USER_INDICATORS, p.CALL_REFERENCE, p.CONNECTION_REQUEST, p.PARAMETER_COMPATIBILITY)
_IN_CALL: Final = (
    p.REMOTE_OPERATIONS, p.SERVICE_ACTIVATION, p.CALL_TRANSFER_NUMBER, p.ACCESS_TRANSPORT, p.GENERIC_NOTIFICATION,
    p.REDIRECTION_NUMBER, p.PIVOT_ROUTING, p.PIVOT_STATUS, p.PIVOT_COUNTER, p.PIVOT_BACKWARD,
    p.REDIRECT_STATUS)  # fmt: skip
_SEGMENT: Final = (
    p.ACCESS_TRANSPORT, p.USER_TO_USER, p.MESSAGE_COMPATIBILITY, p.GENERIC_DIGITS, p.GENERIC_NOTIFICATION,
    p.GENERIC_NUMBER)  # fmt: skip
_GROUP: Final = ((p.GROUP_KIND,), (p.RANGE_AND_STATUS,), None)
_RANGE: Final = ((), (p.RANGE_AND_STATUS,), None)
_BARE: Final = ((), (), None)
_T = MessageType

LAYOUTS: Final[dict[int, Layout]] = {
    layout.code: layout
    for layout in (
        Layout(
            _T.IAM,
            (p.NATURE_OF_CONNECTION, p.FORWARD_CALL, p.CALLING_CATEGORY, p.TRANSMISSION_MEDIUM),
            (p.CALLED_PARTY_NUMBER,),
            _CALL_SETUP,
        ),
        Layout(_T.SAM, (), (p.SUBSEQUENT_NUMBER,), ()),
        Layout(
            _T.INR, (p.INFORMATION_REQUEST,), (), (p.CALL_REFERENCE, p.NETWORK_FACILITY, p.PARAMETER_COMPATIBILITY)
        ),
        Layout(_T.INF, (p.INFORMATION,), (), (p.CALLING_CATEGORY, p.CALLING_PARTY_NUMBER, p.CALL_REFERENCE,
                                              p.CONNECTION_REQUEST, p.PARAMETER_COMPATIBILITY, p.NETWORK_FACILITY)),
        Layout(_T.COT, (p.CONTINUITY,), (), None),
        Layout(_T.ACM, (p.BACKWARD_CALL,), (), (*_BACKWARD, *_DIVERTED, p.HTR_INFORMATION)),
        Layout(_T.CON, (p.BACKWARD_CALL,), (), (*_BACKWARD, *_CONNECTED, p.HTR_INFORMATION)),
        Layout(_T.FOT, (), (), (p.CALL_REFERENCE,)),
        Layout(
            _T.ANM, (), (), (p.BACKWARD_CALL, *_BACKWARD, *_CONNECTED, p.REDIRECTION_NUMBER, p.DISPLAY_INFORMATION)
        ),
        Layout(_T.REL, (), (p.CAUSE,), _RELEASE),
        Layout(_T.SUS, (p.SUSPEND_RESUME,), (), (p.CALL_REFERENCE,)),
        Layout(_T.RES, (p.SUSPEND_RESUME,), (), (p.CALL_REFERENCE,)),
        Layout(_T.RLC, (), (), (p.CAUSE,)),
        *(Layout(bare, *_BARE) for bare in (_T.CCR, _T.RSC, _T.BLO, _T.UBL, _T.BLA, _T.UBA, _T.LPA, _T.UCIC, _T.OLM)),
        *(Layout(group, *_GROUP) for group in (_T.CGB, _T.CGU, _T.CGBA, _T.CGUA)),
        *(Layout(group, *_RANGE) for group in (_T.GRS, _T.GRA, _T.CQM)),
        Layout(_T.CQR, (), (p.RANGE_AND_STATUS, p.CIRCUIT_STATE), None),
        Layout(_T.FAR, (p.FACILITY,), (), _FACILITY),
        Layout(_T.FAA, (p.FACILITY,), (), _FACILITY),
        Layout(_T.FRJ, (p.FACILITY,), (p.CAUSE,), (p.USER_TO_USER_INDICATORS,)),
        Layout(
            _T.CPG,
            (p.EVENT,),
            (),
            (p.BACKWARD_CALL, *_BACKWARD, *_CONNECTED, *_DIVERTED, p.CALL_TRANSFER_NUMBER),
        ),
        Layout(_T.USR, (), (p.USER_TO_USER,), (p.ACCESS_TRANSPORT,)),
        Layout(_T.CFN, (), (p.CAUSE,), ()),
        Layout(_T.NRM, (), (), (*_COMPATIBILITY, p.ECHO_CONTROL)),
        Layout(_T.FAC, (), (), (*_COMPATIBILITY, *_IN_CALL)),
        Layout(_T.UPT, (), (), (p.PARAMETER_COMPATIBILITY,)),
        Layout(_T.UPA, (), (), (p.PARAMETER_COMPATIBILITY,)),
        Layout(_T.IDR, (), (), (p.MCID_REQUEST, *_COMPATIBILITY)),
        Layout(
            _T.IRS,
            (),
            (),
            (p.MCID_RESPONSE, *_COMPATIBILITY, p.CALLING_PARTY_NUMBER, p.ACCESS_TRANSPORT, p.GENERIC_NUMBER,
             p.CHARGED_PARTY),
        ),
        Layout(_T.SGM, (), (), _SEGMENT),
        Layout(_T.LOP, (), (), (*_COMPATIBILITY, p.CALL_TRANSFER_REFERENCE, p.LOOP_PREVENTION)),
        Layout(_T.APM, (), (), (*_COMPATIBILITY, p.APPLICATION_TRANSPORT)),
        Layout(
            _T.PRI,
            (),
            (),
            (*_COMPATIBILITY, p.OPTIONAL_FORWARD_CALL, p.OPTIONAL_BACKWARD_CALL, p.APPLICATION_TRANSPORT),
        ),
        Layout(_T.SDM, (), (), (p.SUBSEQUENT_NUMBER, p.MESSAGE_COMPATIBILITY)),
        Layout(_T.CCL, (), (), (p.MESSAGE_COMPATIBILITY,)),
        Layout(_T.MPM, (p.CHARGE_INFORMATION,), (), (p.MESSAGE_COMPATIBILITY,)),
        Layout(_T.OPR, (), (), (p.MESSAGE_COMPATIBILITY,)),
    )
}  # fmt: skip
"""Every layout by its code. A type that is not here has none that we know: only an optional part is looked for."""

OPAQUE: Final = frozenset((int(_T.PAM), int(_T.CRG)))
"""Contents that are no parameters: a whole other message behind the type (pass-along), or a national matter."""
