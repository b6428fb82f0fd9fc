"""Messages of level 3 as the tester writes and reads them (Q.704 clauses 14, 15; Q.707 5), apart from what it tests."""

from __future__ import annotations

from typing import Final, NamedTuple

from switchsim.conformance.q782.layouts import NI
from switchsim.proto.mtp3 import Variant

Values = dict[str, int]

CHANGEOVER: Final = {"COO": 0x11, "COA": 0x21}
EMERGENCY: Final = {"ECO": 0x12, "ECA": 0x22}
CHANGEBACK: Final = {"CBD": 0x51, "CBA": 0x61}
INHIBITING: Final = {"LIN": 0x16, "LUN": 0x26, "LIA": 0x36, "LUA": 0x46, "LID": 0x56, "LFU": 0x66, "LLT": 0x76,
                     "LRT": 0x86}
ROUTES: Final = {"TFP": 0x14, "TFR": 0x34, "TFA": 0x54, "RST": 0x15, "RSR": 0x25}
OTHERS: Final = {"TRA": 0x17, "TFC": 0x23, "RCT": 0x13, "UPU": 0x1A}
TESTS: Final = {"SLTM": 0x11, "SLTA": 0x21}
LINK_NAMES: Final = (*CHANGEOVER, *EMERGENCY, *CHANGEBACK, *INHIBITING, *TESTS)
"""Messages about a link: the label carries its SLC."""
_MANAGEMENT: Final = CHANGEOVER | EMERGENCY | CHANGEBACK | INHIBITING | ROUTES | OTHERS
_NAMES: Final = {code: name for name, code in _MANAGEMENT.items()}
_TEST_NAMES: Final = {code: name for name, code in TESTS.items()}
_LABEL: Final = {Variant.ITU14: (14, 4), Variant.CHINA24: (24, 7)}
MARK: Final = 0xC3
"""First octet of a test message's data; its number follows in two octets."""


class Message(NamedTuple):
    """A message on a link. sls: of management messages the SLC. values: FSN, CODE, DEST, LEVEL, USER, CAUSE, DATA."""

    name: str
    ni: int
    si: int
    dpc: int
    opc: int
    sls: int
    values: Values
    pattern: bytes = b""

    def __str__(self) -> str:
        values = "".join(f" {key}={value}" for key, value in self.values.items())
        pattern = f" {self.pattern.hex()}" if self.pattern else ""
        return f"{self.name} si={self.si} {self.opc}->{self.dpc} sls={self.sls}{values}{pattern}"


def head(si: int, ni: int, dpc: int, opc: int, sls: int, variant: Variant) -> bytes:
    """Service information octet and label."""
    bits, octets = _LABEL[variant]
    return bytes([ni << 6 | si]) + (dpc | opc << bits | sls << 2 * bits).to_bytes(octets, "little")


def compose(name: str, values: Values, dpc: int, opc: int, sls: int, variant: Variant, pattern: bytes = b"") -> bytes:
    """A message of the tester; NI, SI of `values` override the usual ones, `short` leaves out the last octet."""
    si = values.get("SI", 5 if name == "TEST" else 1 if name in TESTS else 0)
    octets = head(si, values.get("NI", NI), dpc, opc, sls, variant) + _body(name, values, variant, pattern)
    return octets[: -1] if "short" in values else octets


def _body(name: str, values: Values, variant: Variant, pattern: bytes) -> bytes:
    if name == "TEST":
        return bytes([MARK]) + values["DATA"].to_bytes(2, "big") + bytes(5)
    if name == "RAW":
        count = values.get("OCTETS", 1)
        return values.get("BODY", 0).to_bytes(max(count, 1), "big") if count else b""
    code = bytes([_MANAGEMENT[name] if name in _MANAGEMENT else TESTS[name]])
    bits, _ = _LABEL[variant]
    wide = (bits + 7) // 8
    if name in TESTS:
        return code + bytes([values.get("LENGTH", len(pattern)) << 4]) + pattern
    if name in CHANGEOVER:
        return code + bytes([values["FSN"] & 127])
    if name in CHANGEBACK:
        return code + bytes([values["CODE"]])
    if name in ROUTES:
        return code + values["DEST"].to_bytes(wide, "little")
    if name == "TFC":
        both = values["DEST"] | values.get("LEVEL", 0) << bits
        return code + both.to_bytes(wide + (bits % 8 == 0), "little")
    if name == "UPU":
        return code + values["DEST"].to_bytes(wide, "little") + bytes([values["USER"] | values["CAUSE"] << 4])
    return code


def read(octets: bytes, variant: Variant) -> Message:
    """What a message of the implementation under test is; ODD when it is none that the tester knows."""
    bits, size = _LABEL[variant]
    word, mask = int.from_bytes(octets[1 : 1 + size], "little"), (1 << bits) - 1
    si, ni = octets[0] & 15, octets[0] >> 6
    dpc, opc, sls = word & mask, word >> bits & mask, word >> 2 * bits & 15
    body = octets[1 + size :]
    if si >= 3:
        good = len(body) == 8 and body[0] == MARK
        return Message("TEST" if good else "ODD", ni, si, dpc, opc, sls,
                       {"DATA": int.from_bytes(body[1:3], "big")} if good else {})
    name = (_NAMES if si == 0 else _TEST_NAMES).get(body[0] if body else -1, "ODD")
    if name in TESTS:
        right = len(body) > 2 and body[1] >> 4 == len(body) - 2 and not body[1] & 15
        return Message(name if right else "ODD", ni, si, dpc, opc, sls, {}, body[2:])
    values, length = _values(name, body[1:], bits)
    return Message(name if length == len(body) - 1 else "ODD", ni, si, dpc, opc, sls, values)


def _values(name: str, body: bytes, bits: int) -> tuple[Values, int]:
    """Fields and the length that the body of this message has."""
    wide, number = (bits + 7) // 8, int.from_bytes(body, "little")
    if name in CHANGEOVER:
        return {"FSN": number}, 1  # bit 8 is spare and coded 0, so a number beyond 127 is wrong
    if name in CHANGEBACK:
        return {"CODE": number}, 1
    if name in ROUTES:
        return {"DEST": number}, wide
    if name == "TFC":
        return {"DEST": number & (1 << bits) - 1, "LEVEL": number >> bits}, wide + (bits % 8 == 0)
    if name == "UPU":
        point, rest = number & (1 << 8 * wide) - 1, number >> 8 * wide
        return {"DEST": point, "USER": rest & 15, "CAUSE": rest >> 4}, wide + 1
    return {}, 0
