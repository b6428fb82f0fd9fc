"""Values that are more than a row of bits: causes, ranges, circuit states, compatibility, user information."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.isup.values import Bits


class Cause(msgspec.Struct, frozen=True, gc=False):
    """Cause indicators (Q.763 3.12, Q.850): `value` 0..127, see `causes`."""

    value: int
    location: int = 0
    coding: int = 0
    recommendation: int = -1  # octet 1a, -1 where it is absent
    diagnostic: bytes = b""


class Causes:
    def read(self, octets: bytes) -> Cause | None:
        at = 1 if octets[:1] >= b"\x80" else 2
        if len(octets) <= at:
            return None
        recommendation = octets[1] & 0x7F if at == 2 else -1
        first = octets[0]
        return Cause(octets[at] & 0x7F, first & 15, first >> 5 & 3, recommendation, octets[at + 1 :])

    def write(self, value: Cause) -> bytes:
        first = value.coding << 5 | value.location
        head = bytes((first | 0x80,)) if value.recommendation < 0 else bytes((first, value.recommendation | 0x80))
        return head + bytes((value.value | 0x80,)) + value.diagnostic


class RangeStatus(msgspec.Struct, frozen=True, gc=False):
    """Range and status (Q.763 3.43): circuits CIC..CIC+range, a bit of `status` each (empty: none sent)."""

    range: int
    status: bytes = b""

    def bits(self) -> list[int]:
        """The status bit of each circuit of the range, that of the message's own CIC first; missing ones are 0."""
        wide = int.from_bytes(self.status, "little")
        return [wide >> index & 1 for index in range(self.range + 1)]


def range_status(bits: list[int]) -> RangeStatus:
    """Range and status of a circuit a bit, spare bits 0. There must be 1 to 256 circuits."""
    wide = sum(bool(bit) << index for index, bit in enumerate(bits))
    return RangeStatus(len(bits) - 1, wide.to_bytes((len(bits) + 7) // 8, "little"))


class Ranges:
    """A status that is neither absent nor of exactly the range's length cannot be read."""

    def read(self, octets: bytes) -> RangeStatus | None:
        if not octets or len(octets) not in (1, 2 + octets[0] // 8):
            return None
        return RangeStatus(octets[0], octets[1:])

    def write(self, value: RangeStatus) -> bytes:
        return bytes((value.range,)) + value.status


class CircuitState(msgspec.Struct, frozen=True, gc=False):
    """One circuit of a circuit state indicator (Q.763 3.14)."""

    maintenance: int = 0  # 0 not blocked, 1 locally, 2 remotely, 3 both; without processing: 0 transient, 3 unequipped
    processing: int = 3  # 0 see `maintenance`, 1 incoming busy, 2 outgoing busy, 3 idle
    hardware: int = 0  # 0 not blocked, 1 locally, 2 remotely, 3 both


class CircuitStates:
    """An octet a circuit."""

    def read(self, octets: bytes) -> tuple[CircuitState, ...] | None:
        return tuple(CircuitState(octet & 3, octet >> 2 & 3, octet >> 4 & 3) for octet in octets) or None

    def write(self, value: tuple[CircuitState, ...]) -> bytes:
        return bytes(state.maintenance | state.processing << 2 | state.hardware << 4 for state in value)


class Instruction(msgspec.Struct, frozen=True, gc=False):
    """What to do with what is not known (Q.763 3.33 for messages, 3.41 for parameters).

    `transit` 0: the instructions are for a transit exchange too, 1: it passes on. `not_possible` 0 release, 1 discard
    message, 2 discard parameter. `more` holds instruction octets behind the first (broadband interworking and later).
    """

    transit: int = 0
    release: int = 0
    notify: int = 0
    discard_message: int = 0
    discard_parameter: int = 0  # of a parameter only
    not_possible: int = 0
    broadband: int = 0  # of a message only: bits G F
    more: bytes = b""


def _instruction_octets(octets: bytes, at: int) -> int:
    """Where the instruction octets from `at` on end: behind the first with its extension bit set; 0 when none is."""
    while at < len(octets):
        at += 1
        if octets[at - 1] & 0x80:
            return at
    return 0


def _write_instruction(first: int, value: Instruction) -> bytes:
    head = value.transit | value.release << 1 | value.notify << 2 | value.discard_message << 3 | first
    return bytes((head | (0 if value.more else 0x80),)) + value.more


class MessageCompatibility:
    def read(self, octets: bytes) -> Instruction | None:
        end = _instruction_octets(octets, 0)
        if not end:
            return None
        first = octets[0]
        a, b, c, d = (first >> bit & 1 for bit in range(4))
        return Instruction(a, b, c, d, 0, first >> 4 & 1, first >> 5 & 3, octets[1:end])

    def write(self, value: Instruction) -> bytes:
        return _write_instruction(value.not_possible << 4 | value.broadband << 5, value)


class Upgraded(msgspec.Struct, frozen=True, gc=False):
    """One upgraded parameter and its instruction."""

    code: int
    instruction: Instruction = Instruction()


class ParameterCompatibility:
    """Pairs of a parameter code and its instruction octets."""

    def read(self, octets: bytes) -> tuple[Upgraded, ...] | None:
        found, at = [], 0
        while at < len(octets):
            end = _instruction_octets(octets, at + 1)
            if not end:
                return None
            first = octets[at + 1]
            a, b, c, d, e = (first >> bit & 1 for bit in range(5))
            found.append(Upgraded(octets[at], Instruction(a, b, c, d, e, first >> 5 & 3, 0, octets[at + 2 : end])))
            at = end
        return tuple(found) or None

    def write(self, value: tuple[Upgraded, ...]) -> bytes:
        return b"".join(bytes((one.code,)) + self._write_one(one.instruction) for one in value)

    def _write_one(self, value: Instruction) -> bytes:
        return _write_instruction(value.discard_parameter << 4 | value.not_possible << 5, value)


class UserService(msgspec.Struct, frozen=True, gc=False):
    """User service information (Q.763 3.57): the octets of a Q.931 bearer capability from octet 3 on."""

    capability: int = 0  # 0 speech, 8 unrestricted, 16 3.1 kHz audio
    coding: int = 0
    rate: int = 0x90  # octet 4 as it stands: circuit mode, 64 kbit/s
    layer1: int = 3  # octet 5: 2 mu-law, 3 A-law; -1 where it is absent
    rest: bytes = b""


class UserServices:
    """Octet 5 is read where it follows octet 4 at once; everything else behind octet 4 stays in `rest`."""

    def read(self, octets: bytes) -> UserService | None:
        if len(octets) < 2 or not octets[0] & 0x80:
            return None
        layer1, end = -1, 2
        if len(octets) > 2 and octets[1] & 0x80 and octets[2] & 0xE0 == 0xA0:
            layer1, end = octets[2] & 0x1F, 3
        return UserService(octets[0] & 0x1F, octets[0] >> 5 & 3, octets[1], layer1, octets[end:])

    def write(self, value: UserService) -> bytes:
        head = bytes((0x80 | value.coding << 5 | value.capability, value.rate))
        return head + (bytes((0xA0 | value.layer1,)) if value.layer1 >= 0 else b"") + value.rest


class UserToUser(msgspec.Struct, frozen=True, gc=False):
    """User-to-user information (Q.763 3.61)."""

    protocol: int  # 0 user specific, 4 IA5 characters
    rest: bytes = b""


class Notifications:
    """Generic notification indicator (Q.763 3.25): notifications 0..127, at least one; the last has bit H set."""

    def read(self, octets: bytes) -> tuple[int, ...] | None:
        end = _instruction_octets(octets, 0)
        return tuple(octet & 0x7F for octet in octets[:end]) or None

    def write(self, value: tuple[int, ...]) -> bytes:
        return bytes(value[:-1]) + bytes((value[-1] | 0x80,))


USER_TO_USER_BITS: Final = Bits(UserToUser, 1, (("protocol", 0, 8),), rest=True)
