"""Words and fields of sheets to messages and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from switchsim.conformance.q784.octets import UNKNOWN, Message, Parameters, form_of, write

Values = dict[str, int]
USUAL_CIC: Final = 1
ST: Final = "F"
CODES: Final = {11: "B", 12: "C"}
"""Address signals that lead to operators (Q.763 3.9)."""
_NATIONAL: Final = 3


class Bits(NamedTuple):
    """A field of an octet of a parameter."""

    parameter: int
    octet: int
    lowest: int
    width: int


_CAUSE: Final = {"CAUSE": Bits(0x12, 1, 0, 7), "LOCATION": Bits(0x12, 0, 0, 4)}
_BACKWARD: Final = {
    "CHARGE": Bits(0x11, 0, 0, 2), "STATUS": Bits(0x11, 0, 2, 2), "CATEGORY": Bits(0x11, 0, 4, 2),
    "INTERWORKING": Bits(0x11, 1, 0, 1), "ACCESS": Bits(0x11, 1, 4, 1), "ECHO": Bits(0x11, 1, 5, 1),
    "INBAND": Bits(0x29, 0, 0, 1), "SEGMENT": Bits(0x29, 0, 2, 1),
}  # fmt: skip
_SUPERVISED: Final = {"HARDWARE": Bits(0x15, 0, 0, 2), "RANGE": Bits(0x16, 0, 0, 8)}
_RANGE: Final = {"RANGE": Bits(0x16, 0, 0, 8)}
FIELDS: Final[dict[str, Mapping[str, Bits]]] = {
    "IAM": {
        "SATELLITE": Bits(0x06, 0, 0, 2), "CHECK": Bits(0x06, 0, 2, 2), "ECHO": Bits(0x06, 0, 4, 1),
        "FORWARD": Bits(0x07, 0, 0, 8), "CATEGORY": Bits(0x09, 0, 0, 8), "MEDIUM": Bits(0x02, 0, 0, 8),
        "SEGMENT": Bits(0x08, 0, 2, 1), "PRESENTATION": Bits(0x0A, 1, 2, 2), "SCREENING": Bits(0x0A, 1, 0, 2),
    },
    "ACM": _BACKWARD,
    "CON": _BACKWARD,
    "INR": {"ADDRESS": Bits(0x0E, 0, 0, 1), "CATEGORY": Bits(0x0E, 0, 3, 1)},
    "INF": {"CATEGORY": Bits(0x09, 0, 0, 8), "INCLUDED": Bits(0x0F, 0, 0, 2), "GIVEN": Bits(0x0F, 0, 5, 1)},
    "COT": {"OK": Bits(0x10, 0, 0, 1)},
    "REL": {**_CAUSE, "LEVEL": Bits(0x27, 0, 0, 8)},
    "RLC": _CAUSE,
    "CFN": _CAUSE,
    "FRJ": {**_CAUSE, "FACILITY": Bits(0x18, 0, 0, 8)},
    "FAR": {"FACILITY": Bits(0x18, 0, 0, 8)},
    "SUS": {"NETWORK": Bits(0x22, 0, 0, 1)},
    "RES": {"NETWORK": Bits(0x22, 0, 0, 1)},
    "CPG": {"EVENT": Bits(0x24, 0, 0, 7), "INBAND": Bits(0x29, 0, 0, 1), "SEGMENT": Bits(0x29, 0, 2, 1)},
    "ANM": {"SEGMENT": Bits(0x29, 0, 2, 1)},
    "GRS": _RANGE, "GRA": _RANGE, "CQM": _RANGE, "CQR": _RANGE,
    "CGB": _SUPERVISED, "CGU": _SUPERVISED, "CGBA": _SUPERVISED, "CGUA": _SUPERVISED,
}  # fmt: skip
NUMBERS: Final = {"CALLED": 0x04, "CALLING": 0x0A, "DIGITS": 0x05}
_WITH_STATUS: Final = ("GRA", "CGB", "CGU", "CGBA", "CGUA")
_MORE: Final[dict[str, frozenset[str]]] = {
    "IAM": frozenset({"CALLED", "CALLING", "CODE", "NATURE", "ST"}),
    "SAM": frozenset({"DIGITS", "ST"}),
    "INF": frozenset({"CALLING"}),
    **{name: frozenset({"STATUS"}) for name in _WITH_STATUS},
    "CQR": frozenset({"STATES"}),
    **{name: frozenset({"DIAGNOSTIC"}) for name in ("REL", "RLC", "CFN")},
}
_DEFAULTS: Final[dict[str, Parameters]] = {
    # speech, ordinary subscriber, ISUP all the way; a national number with the ISDN plan
    "IAM": [(0x06, b"\0"), (0x07, b"\x20\x01"), (0x09, b"\x0a"), (0x02, b"\0"), (0x04, b"")],
    "SAM": [(0x05, b"")],
    "ACM": [(0x11, b"\x12\x04")],  # charge, ordinary subscriber, ISUP all the way
    "CON": [(0x11, b"\x12\x04")],
    "REL": [(0x12, b"\x82\x90")],
    "CFN": [(0x12, b"\x82\xe1")],
    "CQR": [(0x16, b""), (0x26, b"")],
}


def fields_of(name: str, sent_by_tester: bool) -> frozenset[str]:
    """The fields that a message has in sheets."""
    known = frozenset({"CIC", *FIELDS.get(name, {})}) | _MORE.get(name, frozenset())
    if form_of(name).optional:
        known |= {"PARAMETER", "CONTENTS"} | ({"INSTRUCTION"} if sent_by_tester else frozenset())
    return known


# -- what the tester sends ---------------------------------------------------------------------------------------------


def compose(name: str, values: Values) -> bytes:
    """The octets of a `<` line; what it does not say is usual."""
    found = {code: bytearray(size) for code, size in form_of(name).fixed}
    found |= {code: bytearray() for code in form_of(name).variable}
    found |= {code: bytearray(octets) for code, octets in _DEFAULTS.get(name, [])}
    _numbers(found, values)
    _status(name, found, values)
    for key, bits in FIELDS.get(name, {}).items():
        if key in values:
            octets = found.setdefault(bits.parameter, bytearray())
            octets.extend(bytes(max(0, bits.octet + 1 - len(octets))))
            octets[bits.octet] &= ~(((1 << bits.width) - 1) << bits.lowest) & 0xFF
            octets[bits.octet] |= values[key] << bits.lowest
    if 0x12 in found and name in ("REL", "RLC", "CFN", "FRJ"):
        _finish_cause(found[0x12], values)
    parameters = [(code, bytes(octets)) for code, octets in found.items()]
    return write(values.get("CIC", USUAL_CIC), name, parameters + _extra(name, values))


def _numbers(found: dict[int, bytearray], values: Values) -> None:
    for key, code in NUMBERS.items():
        if key in values:
            before = CODES.get(values.get("CODE", 0), "") if key == "CALLED" else ""
            digits = before + str(values[key]) + (ST if values.get("ST") and key != "CALLING" else "")
            odd = len(digits) & 1
            packed = bytes(int(high, 16) << 4 | int(low, 16)
                           for low, high in zip(digits[::2], digits[1::2] + "0" * odd, strict=True))
            nature = values.get("NATURE", _NATIONAL)
            second = {"CALLED": b"\x10", "CALLING": b"\x13", "DIGITS": b""}[key]
            first = odd << 7 | (0 if key == "DIGITS" else nature)
            found[code] = bytearray(bytes([first]) + second + packed)


def _status(name: str, found: dict[int, bytearray], values: Values) -> None:
    if 0x16 not in found:
        return
    last = values.get("RANGE", 0)
    found[0x16] = bytearray([last])
    if name in _WITH_STATUS:
        found[0x16] += values.get("STATUS", 0).to_bytes(last // 8 + 1, "little")
    if name == "CQR":
        found[0x26] = bytearray(values["STATES"].to_bytes(last + 1, "big"))


def _finish_cause(octets: bytearray, values: Values) -> None:
    octets.extend(bytes(2 - len(octets)))
    octets[0] |= 0x80
    octets[1] |= 0x80
    if "DIAGNOSTIC" in values:
        octets += whole_octets(values["DIAGNOSTIC"])


def _extra(name: str, values: Values) -> Parameters:
    """A parameter of any code; INSTRUCTION: what to do where it, or the message, is not known (Q.763 3.33, 3.41)."""
    extra: Parameters = []
    if "PARAMETER" in values:
        extra.append((values["PARAMETER"], whole_octets(values.get("CONTENTS", 0))))
        if "INSTRUCTION" in values:
            extra.append((0x39, bytes([values["PARAMETER"], values["INSTRUCTION"]])))
    elif name == UNKNOWN and "INSTRUCTION" in values:
        extra.append((0x38, bytes([values["INSTRUCTION"]])))
    return extra


def whole_octets(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


# -- what the implementation under test sends --------------------------------------------------------------------------


def mismatch(name: str, values: Values, message: Message) -> str:
    """Why a message is not what a `>` line says; empty when it is. Fields that the line does not name may be any."""
    if message.wrong:
        return message.wrong
    if message.name != name:
        return f"{message.name} instead of {name}"
    for key, wanted in {"CIC": USUAL_CIC, **values}.items():
        found = value_of(key, message)
        if key == "PARAMETER":
            if message.first(wanted) is None:
                return f"no parameter 0x{wanted:02X}"
        elif found != wanted:
            return f"{key}={'nothing' if found is None else found} instead of {wanted}"
    return ""


def value_of(key: str, message: Message) -> int | None:
    """A field of a message; None where its parameter is missing."""
    if key == "CIC":
        return message.cic
    if key in NUMBERS or key in ("CODE", "NATURE", "ST"):
        return _number_of(key, message)
    if key == "STATUS" and message.name in _WITH_STATUS:
        octets = message.first(0x16)
        return None if octets is None else int.from_bytes(octets[1:], "little")
    if key in ("STATES", "DIAGNOSTIC"):
        octets = message.first(0x26 if key == "STATES" else 0x12)
        return None if octets is None else int.from_bytes(octets[0 if key == "STATES" else 2 :], "big")
    bits = FIELDS.get(message.name, {}).get(key)
    octets = message.first(bits.parameter) if bits else None
    if bits is None or octets is None or len(octets) <= bits.octet:
        return None
    return octets[bits.octet] >> bits.lowest & ((1 << bits.width) - 1)


def _number_of(key: str, message: Message) -> int | None:
    code = NUMBERS.get(key, 0x05 if message.name == "SAM" else 0x04)
    octets = message.first(code)
    if octets is None:
        return None
    if key == "NATURE":
        return octets[0] & 0x7F
    head = 1 if code == 0x05 else 2
    digits = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets[head:])
    digits = digits[:-1] if octets[0] & 0x80 else digits
    if key == "ST":
        return int(digits.endswith(ST))
    digits = digits.removesuffix(ST)
    return number_of(digits)[key == "CODE"]


def number_of(digits: str) -> tuple[int, int]:
    """(the number, the code before it or 0); -1 for what is none."""
    code = next((code for code, sign in CODES.items() if digits.startswith(sign)), 0)
    digits = digits[1:] if code else digits
    return int(digits) if digits.isdecimal() else -1, code
