"""Messages of Q.763 table 4 and clause 4: one layout each."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.parameters import Parameter

Rows = tuple[Parameter[Any], ...]


class MessageType(IntEnum):
    """Message type codes (Q.763 table 4); the last three are the Chinese national ones."""

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


_CALL_SETUP: Final = (
    p.CALLING_PARTY_NUMBER, p.OPTIONAL_FORWARD_CALL, p.REDIRECTING_NUMBER, p.ORIGINAL_CALLED_NUMBER, p.USER_SERVICE,
    p.USER_TO_USER, p.GENERIC_NUMBER, p.PROPAGATION_DELAY, p.PARAMETER_COMPATIBILITY, p.GENERIC_NOTIFICATION,
    p.LOCATION_NUMBER, p.HOP_COUNTER)  # fmt: skip
_BACKWARD: Final = (
    p.OPTIONAL_BACKWARD_CALL, p.CAUSE, p.USER_TO_USER, p.GENERIC_NOTIFICATION, p.REDIRECTION_NUMBER,
    p.PARAMETER_COMPATIBILITY)  # fmt: skip

LAYOUTS: Final[dict[int, Layout]] = {
    layout.code: layout
    for layout in (
        Layout(
            MessageType.IAM,
            (p.NATURE_OF_CONNECTION, p.FORWARD_CALL, p.CALLING_CATEGORY, p.TRANSMISSION_MEDIUM),
            (p.CALLED_PARTY_NUMBER,),
            _CALL_SETUP,
        ),
        Layout(MessageType.SAM, (), (p.SUBSEQUENT_NUMBER,), ()),
        Layout(MessageType.INR, (p.INFORMATION_REQUEST,), (), (p.PARAMETER_COMPATIBILITY,)),
        Layout(MessageType.INF, (p.INFORMATION,), (),
               (p.CALLING_CATEGORY, p.CALLING_PARTY_NUMBER, p.PARAMETER_COMPATIBILITY)),
        Layout(MessageType.COT, (p.CONTINUITY,), (), None),
        Layout(MessageType.ACM, (p.BACKWARD_CALL,), (), _BACKWARD),
        Layout(MessageType.CON, (p.BACKWARD_CALL,), (), (*_BACKWARD, p.CONNECTED_NUMBER)),
        Layout(MessageType.FOT, (), (), ()),
        Layout(MessageType.ANM, (), (), (p.BACKWARD_CALL, *_BACKWARD, p.CONNECTED_NUMBER)),
        Layout(MessageType.REL, (), (p.CAUSE,), (p.USER_TO_USER, p.CONGESTION_LEVEL, p.PARAMETER_COMPATIBILITY)),
        Layout(MessageType.SUS, (p.SUSPEND_RESUME,), (), ()),
        Layout(MessageType.RES, (p.SUSPEND_RESUME,), (), ()),
        Layout(MessageType.RLC, (), (), (p.CAUSE,)),
        Layout(MessageType.CCR, (), (), None),
        Layout(MessageType.RSC, (), (), None),
        Layout(MessageType.BLO, (), (), None),
        Layout(MessageType.UBL, (), (), None),
        Layout(MessageType.BLA, (), (), None),
        Layout(MessageType.UBA, (), (), None),
        Layout(MessageType.GRS, (), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CGB, (p.GROUP_KIND,), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CGU, (p.GROUP_KIND,), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CGBA, (p.GROUP_KIND,), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CGUA, (p.GROUP_KIND,), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.LPA, (), (), None),
        Layout(MessageType.GRA, (), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CQM, (), (p.RANGE_AND_STATUS,), None),
        Layout(MessageType.CQR, (), (p.RANGE_AND_STATUS, p.CIRCUIT_STATE), None),
        Layout(MessageType.CPG, (p.EVENT,), (), (p.BACKWARD_CALL, *_BACKWARD)),
        Layout(MessageType.UCIC, (), (), None),
        Layout(MessageType.CFN, (), (p.CAUSE,), ()),
        Layout(MessageType.OLM, (), (), None),
        Layout(MessageType.UPT, (), (), (p.PARAMETER_COMPATIBILITY,)),
        Layout(MessageType.UPA, (), (), (p.PARAMETER_COMPATIBILITY,)),
    )
}  # fmt: skip
"""Every layout by its code. A type that is not here has none that we know: only an optional part is looked for."""
