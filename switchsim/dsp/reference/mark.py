"""The watermark of a party, octet by octet, as native/src/mark.c defines it; slow and obvious."""

from __future__ import annotations

MASK_64 = (1 << 64) - 1
SEGMENT = 2


def crc16(info: int) -> int:
    """CRC of 16 bits, most significant first, polynomial x^16 + x^12 + x^5 + 1, from zero."""
    crc = 0
    for i in range(15, -1, -1):
        feedback = crc >> 15 ^ (info >> i & 1)
        crc = crc << 1 & 0xFFFF ^ (0x1021 if feedback else 0)
    return crc


def noise(row: int) -> int:
    """Eight sign bits that all marks share in a row; bit j belongs to the row's octet j."""
    z = (row + 1) * 0x9E3779B97F4A7C15 & MASK_64
    z = (z ^ z >> 29) * 0xBF58476D1CE4E5B9 & MASK_64
    return z >> 56


def walsh(party: int, chip: int) -> int:
    """The Walsh function `party` in natural order, 0 or 1, at chip 0..2047."""
    return (party & chip).bit_count() & 1


def octet(party: int, cycle: int) -> int:
    """The A-law octet of a party's mark at a cycle."""
    row, j = divmod(cycle, 8)
    info = party << 5 | row % 32
    mantissa = (info >> 2 * j & 3) | (crc16(info) >> 2 * j & 3) << 2
    sign = noise(row) >> j & 1 ^ walsh(party, cycle % 2048)
    return (sign << 7 | SEGMENT << 4 | mantissa) ^ 0x55


def who(octets: bytes) -> int:
    """The party whose mark eight octets, a whole row, are; 0 when their check fails (signs are not looked at)."""
    plain = [code ^ 0x55 for code in octets]
    info = sum((code & 3) << 2 * j for j, code in enumerate(plain))
    check = sum((code >> 2 & 3) << 2 * j for j, code in enumerate(plain))
    if any(code >> 4 & 7 != SEGMENT for code in plain) or crc16(info) != check:
        return 0
    return info >> 5
