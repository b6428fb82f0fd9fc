"""A telephone user part decoder of its own, written from the tables of Q.723 and GF 001-9001.

It shares nothing with the codec under test: octets in, a flat dictionary of names and integers or strings out. It works
on a string of bits in the order of transmission (low bit of each octet first), the other one on a number.
"""

from __future__ import annotations

NAMES = {
    1: {1: "IAM", 2: "IAI", 3: "SAM", 4: "SAO"},
    2: {1: "GSM", 3: "COT", 4: "CCF"},
    3: {1: "GRQ"},
    4: {1: "ACM", 2: "CHG"},
    5: {1: "SEC", 2: "CGC", 3: "NNC", 4: "ADI", 5: "CFL", 6: "SSB", 7: "UNN", 8: "LOS", 9: "SST", 10: "ACB",
        11: "DPN", 12: "MPR", 15: "EUM"},
    6: {0: "ANU", 1: "ANC", 2: "ANN", 3: "CBK", 4: "CLF", 5: "RAN", 6: "FOT", 7: "CCL"},
    7: {1: "RLG", 2: "BLO", 3: "BLA", 4: "UBL", 5: "UBA", 6: "CCR", 7: "RSC"},
    8: {1: "MGB", 2: "MBA", 3: "MGU", 4: "MUA", 5: "HGB", 6: "HBA", 7: "HGU", 8: "HUA", 9: "GRS", 10: "GRA",
        11: "SGB", 12: "SBA", 13: "SGU", 14: "SUA"},
    10: {1: "ACC"},
    12: {2: "MPM"},
    13: {1: "OPR"},
    14: {1: "SLB", 2: "STB"},
    15: {1: "MAL"},
}  # fmt: skip
Fields = dict[str, int | str]


class Malformed(Exception):
    """The message is shorter than its contents say."""


class Bits:
    """Bits in the order of transmission, eaten from the left."""

    def __init__(self, octets: bytes) -> None:
        self.left = "".join(f"{octet:08b}"[::-1] for octet in octets)
        self.start = len(self.left)

    def number(self, width: int) -> int:
        if len(self.left) < width:
            raise Malformed
        taken, self.left = self.left[:width], self.left[width:]
        return int(taken[::-1], 2) if taken else 0

    def skip_to_octet(self) -> None:
        self.left = self.left[len(self.left) % 8 :]

    def address(self) -> str:
        digits = "".join("0123456789ABCDEF"[self.number(4)] for _ in range(self.number(4)))
        self.skip_to_octet()
        return digits


def label24(octets: bytes) -> tuple[int, int, int, bytes]:
    """(dpc, opc, cic, from the heading code on) of a SIF with the 64-bit label."""
    cic = octets[6] + 256 * (octets[7] % 16)
    return int.from_bytes(octets[:3], "little"), int.from_bytes(octets[3:6], "little"), cic, octets[8:]


def label14(octets: bytes) -> tuple[int, int, int, bytes]:
    """The same of the 40-bit label."""
    whole = int.from_bytes(octets[:5], "little")
    return whole % 2**14, whole // 2**14 % 2**14, whole // 2**28, octets[5:]


def contents(octets: bytes, point_code_bits: int) -> tuple[str, Fields]:
    """(message name, its fields) from the heading code on; raises Malformed, and KeyError for an unknown heading."""
    name = NAMES[octets[0] % 16][octets[0] // 16]
    bits = Bits(octets[1:])
    fields: Fields = {}
    if name in ("IAM", "IAI"):
        initial_address(bits, fields)
        if name == "IAI":
            additional(bits, fields)
    elif name == "SAM":
        bits.number(4)
        fields["digits"] = bits.address()
    elif name == "SAO":
        fields["digit"] = bits.number(4)
    elif name == "GSM":
        general_forward(bits, fields, point_code_bits)
    elif name == "GRQ":
        fields.update({key: bits.number(1) for key in ("category", "calling", "original", "malicious", "hold", "echo")})
    elif name == "ACM":
        fields["charge"] = bits.number(2)
        fields.update({key: bits.number(1) for key in ("free", "echo", "forwarded", "all_ss7")})
    elif name == "EUM":
        fields["reason"] = bits.number(4)
        bits.number(4)
        fields["point_code"] = bits.number(point_code_bits)
    elif name == "MPM":
        fields["pulses"] = octets[1] + 256 * octets[2] if len(octets) > 2 else short()
    elif name == "ACC":
        fields["level"] = bits.number(2)
    elif name == "CHG":
        fields["charging"] = octets[1:].hex()
    elif octets[0] % 16 == 8:
        group(bits, fields, name)
    return name, fields


def short() -> int:
    raise Malformed


def initial_address(bits: Bits, fields: Fields) -> None:
    fields["category"] = bits.number(6)
    bits.number(2)
    for key, width in (("nature_of_address", 2), ("nature_of_circuit", 2), ("continuity", 2), ("echo", 1),
                       ("international", 1), ("redirected", 1), ("digital_path", 1), ("all_ss7", 1)):  # fmt: skip
        fields[key] = bits.number(width)
    bits.number(1)
    fields["digits"] = bits.address()


def calling_line(bits: Bits, fields: Fields) -> None:
    fields["calling_nature"] = bits.number(2)
    fields["calling_restricted"] = bits.number(1)
    fields["calling_incomplete"] = bits.number(1)
    fields["calling"] = bits.address()


def original_called(bits: Bits, fields: Fields) -> None:
    fields["original_nature"] = bits.number(2)
    bits.number(2)
    fields["original"] = bits.address()


def additional(bits: Bits, fields: Fields) -> None:
    flags = bits.number(8)
    if flags & 0b1111:
        return  # parts for further study: nothing behind them can be located
    if flags & 0b1_0000:
        calling_line(bits, fields)
    if flags & 0b10_0000:
        original_called(bits, fields)


def general_forward(bits: Bits, fields: Fields, point_code_bits: int) -> None:
    flags = bits.number(8)
    fields.update({"echo": flags >> 4 & 1, "malicious": flags >> 5 & 1, "hold": flags >> 6 & 1})
    if flags & 1:
        fields["category"] = bits.number(6)
        bits.number(2)
    if flags & 2:
        calling_line(bits, fields)
    if flags & 4:
        kind = bits.number(2)
        bits.number(2)
        fields["identity_type"] = kind
        if kind == 1:
            bits.number(4)
            fields["identity_point_code"] = bits.number(point_code_bits)
            bits.skip_to_octet()
        elif kind == 2:
            fields["identity_digits"] = bits.address()
        else:
            bits.skip_to_octet()
        bits.number(4)
        fields["trunk"] = "".join(f"{bits.number(8):02x}" for _ in range(bits.number(4)))
    if flags & 8:
        original_called(bits, fields)


def group(bits: Bits, fields: Fields, name: str) -> None:
    fields["range"] = length = bits.number(8)
    if name != "GRS" and length:
        fields["status"] = "".join(str(bits.number(1)) for _ in range(length + 1))
        bits.skip_to_octet()
