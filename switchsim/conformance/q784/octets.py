"""ISUP messages as the tester writes and reads them (Q.763 clauses 1 and 4); made apart from what it tests."""

from __future__ import annotations

from typing import Final, NamedTuple

END: Final = 0
"""Code that ends the optional part."""


class Form(NamedTuple):
    """One row of Q.763 table 4. fixed: (parameter, octets); optional: whether the message has an optional part."""

    code: int
    fixed: tuple[tuple[int, int], ...] = ()
    variable: tuple[int, ...] = ()
    optional: bool = False


_GROUP: Final = ((0x15, 1),)
FORMS: Final[dict[str, Form]] = {
    "IAM": Form(0x01, ((0x06, 1), (0x07, 2), (0x09, 1), (0x02, 1)), (0x04,), True),
    "SAM": Form(0x02, (), (0x05,), True),
    "INR": Form(0x03, ((0x0E, 2),), (), True),
    "INF": Form(0x04, ((0x0F, 2),), (), True),
    "COT": Form(0x05, ((0x10, 1),)),
    "ACM": Form(0x06, ((0x11, 2),), (), True),
    "CON": Form(0x07, ((0x11, 2),), (), True),
    "FOT": Form(0x08, (), (), True),
    "ANM": Form(0x09, (), (), True),
    "REL": Form(0x0C, (), (0x12,), True),
    "SUS": Form(0x0D, ((0x22, 1),), (), True),
    "RES": Form(0x0E, ((0x22, 1),), (), True),
    "RLC": Form(0x10, (), (), True),
    "CCR": Form(0x11),
    "RSC": Form(0x12),
    "BLO": Form(0x13),
    "UBL": Form(0x14),
    "BLA": Form(0x15),
    "UBA": Form(0x16),
    "GRS": Form(0x17, (), (0x16,)),
    "CGB": Form(0x18, _GROUP, (0x16,)),
    "CGU": Form(0x19, _GROUP, (0x16,)),
    "CGBA": Form(0x1A, _GROUP, (0x16,)),
    "CGUA": Form(0x1B, _GROUP, (0x16,)),
    "FAR": Form(0x1F, ((0x18, 1),), (), True),
    "FRJ": Form(0x21, ((0x18, 1),), (0x12,), True),
    "LPA": Form(0x24),
    "GRA": Form(0x29, (), (0x16,)),
    "CQM": Form(0x2A, (), (0x16,)),
    "CQR": Form(0x2B, (), (0x16, 0x26)),
    "CPG": Form(0x2C, ((0x24, 1),), (), True),
    "UCIC": Form(0x2E),
    "CFN": Form(0x2F, (), (0x12,), True),
    "OLM": Form(0x30),
    "UPT": Form(0x34, (), (), True),
    "UPA": Form(0x35, (), (), True),
    "SGM": Form(0x38, (), (), True),
}
_NAMES: Final = {form.code: name for name, form in FORMS.items()}
UNKNOWN: Final = "UNKNOWN"
"""A message of a type that Q.763 does not know; such messages have an optional part alone (Q.764 2.9.5.2)."""
_UNKNOWN_FORM: Final = Form(0x3E, (), (), True)

Parameters = list[tuple[int, bytes]]
"""Mandatory ones first, in the order of the form, then those of the optional part as they stand."""


class Message(NamedTuple):
    """What a message says. wrong: why its octets are none, or empty."""

    cic: int
    name: str
    parameters: Parameters
    wrong: str = ""

    def first(self, code: int) -> bytes | None:
        """Contents of the first parameter of that code."""
        return next((octets for found, octets in self.parameters if found == code), None)

    def __str__(self) -> str:
        words = [self.name, f"CIC={self.cic}", *(f"{code:02X}:{octets.hex()}" for code, octets in self.parameters)]
        return " ".join(words) + (f" ({self.wrong})" if self.wrong else "")


def form_of(name: str) -> Form:
    return FORMS.get(name, _UNKNOWN_FORM)


def write(cic: int, name: str, parameters: Parameters) -> bytes:
    """The octets behind the routing label; cic 0..4095."""
    form = form_of(name)
    head = bytes([cic & 0xFF, cic >> 8, form.code])
    fixed, variable = len(form.fixed), len(form.variable)
    head += b"".join(octets for _, octets in parameters[:fixed])
    bodies = [bytes([len(octets)]) + octets for _, octets in parameters[fixed : fixed + variable]]
    options = b"".join(bytes([code, len(octets)]) + octets for code, octets in parameters[fixed + variable :])
    pointers_count = variable + form.optional
    pointers = [pointers_count - number + sum(map(len, bodies[:number])) for number in range(variable)]
    if form.optional:
        pointers.append(1 + sum(map(len, bodies)) if options else 0)
    return head + bytes(pointers) + b"".join(bodies) + (options + bytes([END]) if options else b"")


def read(octets: bytes) -> Message:
    """Read strictly: everything that `write` would not write is wrong."""
    if len(octets) < 3:
        return Message(0, UNKNOWN, [], f"only {len(octets)} octets")
    name = _NAMES.get(octets[2], UNKNOWN)
    try:
        parameters = _parameters(form_of(name), octets)
    except IndexError:
        return Message(octets[0] | octets[1] << 8 & 0xF00, name, [], f"breaks off: {octets.hex()}")
    message = Message(octets[0] | octets[1] << 8, name, parameters)
    if octets[1] & 0xF0:
        return message._replace(wrong="spare bits beside the circuit identification code are not 0")
    if name != UNKNOWN and write(message.cic, name, parameters) != octets:
        return message._replace(wrong=f"not as Q.763 writes it: {octets.hex()}")
    return message


def _parameters(form: Form, octets: bytes) -> Parameters:
    found: Parameters = []
    at = 3
    for code, size in form.fixed:
        found.append((code, octets[at : at + size]))
        at += size
    for code in form.variable:
        start = at + octets[at]
        found.append((code, octets[start + 1 : start + 1 + octets[start]]))
        at += 1
    if form.optional and octets[at]:
        at += octets[at]
        while octets[at] != END:
            found.append((octets[at], octets[at + 2 : at + 2 + octets[at + 1]]))
            at += 2 + octets[at + 1]
    return found
