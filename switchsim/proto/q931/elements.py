"""Information elements of Q.931 clause 4.5: one row an element, one reader and one writer a row.

Readers get the contents (without identifier and length) and return None for contents that break the coding rules;
they never raise. Codes carry the codeset in the high byte: 0x0008 is the cause, 0x0608 that identifier in codeset 6.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeAlias

import msgspec


class Ie(IntEnum):
    """Identifiers of codeset 0 (Table 4-3/Q.931)."""

    BEARER_CAPABILITY = 0x04
    CAUSE = 0x08
    CALL_IDENTITY = 0x10
    CALL_STATE = 0x14
    CHANNEL_IDENTIFICATION = 0x18
    FACILITY = 0x1C
    PROGRESS_INDICATOR = 0x1E
    NETWORK_SPECIFIC_FACILITIES = 0x20
    NOTIFICATION_INDICATOR = 0x27
    DISPLAY = 0x28
    DATE_TIME = 0x29
    KEYPAD_FACILITY = 0x2C
    SIGNAL = 0x34
    INFORMATION_RATE = 0x40
    CONNECTED_NUMBER = 0x4C
    CALLING_PARTY_NUMBER = 0x6C
    CALLING_PARTY_SUBADDRESS = 0x6D
    CALLED_PARTY_NUMBER = 0x70
    CALLED_PARTY_SUBADDRESS = 0x71
    REDIRECTING_NUMBER = 0x74
    TRANSIT_NETWORK_SELECTION = 0x78
    RESTART_INDICATOR = 0x79
    LOW_LAYER_COMPATIBILITY = 0x7C
    HIGH_LAYER_COMPATIBILITY = 0x7D
    USER_USER = 0x7E
    MORE_DATA = 0xA0
    SENDING_COMPLETE = 0xA1
    CONGESTION_LEVEL = 0xB0
    REPEAT_INDICATOR = 0xD0


class Bearer(msgspec.Struct, frozen=True, gc=False):
    """Bearer capability (4.5.5): octets 3, 4 and 5; `layer1` is -1 where octet 5 is absent, `rest` all that follows."""

    capability: int  # 0 speech, 8 unrestricted, 9 restricted, 16 3.1 kHz audio, 17 unrestricted with tones, 24 video
    layer1: int = -1  # 2 mu-law, 3 A-law
    mode_rate: int = 0x10  # octet 4: circuit mode, 64 kbit/s
    coding: int = 0  # 0 ITU-T, 1 ISO, 2 national, 3 network
    rest: bytes = b""


SPEECH: Final = Bearer(0, 3)
AUDIO_3K1: Final = Bearer(16, 3)
UNRESTRICTED: Final = Bearer(8)


class Cause(msgspec.Struct, frozen=True, gc=False):
    """Cause (4.5.12, Q.850): `value` 1..127; `location` 0 user, 1 private local, 2 public local ... 10 interworking."""

    value: int
    location: int = 0
    coding: int = 0
    diagnostic: bytes = b""


class ChannelKind(IntEnum):
    """What a channel identification names."""

    NONE = 0  # no channel
    CHANNELS = 1  # the listed timeslots
    ANY = 3
    INTERFACE = 4  # the whole interface: octets 3.2 and 3.3 left out
    D_CHANNEL = 5


class ChannelId(msgspec.Struct, frozen=True, gc=False):
    """Channel identification of a primary rate interface (4.5.13); channel numbers are timeslots 1..31."""

    channels: tuple[int, ...] = ()
    exclusive: bool = True
    kind: ChannelKind = ChannelKind.CHANNELS
    interface: bytes = b""  # interface identifier, explicit when not empty


class Progress(msgspec.Struct, frozen=True, gc=False):
    """Progress indicator (4.5.23): 1 not end-to-end ISDN, 2/3 destination/origin non-ISDN, 4 returned, 8 in-band."""

    description: int
    location: int = 0
    coding: int = 0


class Number(msgspec.Struct, frozen=True, gc=False):
    """A party number (4.5.8, 4.5.10): `presentation` (0..3) and `screening` (0..3) where octet 3a is there, else -1."""

    digits: str
    ton: int = 0  # 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 6 abbreviated
    npi: int = 1  # 0 unknown, 1 E.164, 3 X.121, 8 national, 9 private
    presentation: int = -1
    screening: int = 0


class RestartIndicator(msgspec.Struct, frozen=True, gc=False):
    """Restart indicator (4.5.25): 0 indicated channels, 6 single interface, 7 all interfaces."""

    kind: int


class CallStateValue(msgspec.Struct, frozen=True, gc=False):
    """Call state (4.5.7): 0..25, or 0, 61, 62 for the global call reference."""

    value: int
    coding: int = 0


class Text(msgspec.Struct, frozen=True, gc=False):
    """Display or keypad facility (4.5.16, 4.5.18): IA5 characters, one an octet."""

    text: str


class Flag(msgspec.Struct, frozen=True, gc=False):
    """A single-octet element (4.5.1): sending complete, more data, and those with a value 0..15."""

    value: int = 0


IeValue: TypeAlias = (
    Bearer | Cause | ChannelId | Progress | Number | RestartIndicator | CallStateValue | Text | Flag | bytes
)


# -- readers and writers ---------------------------------------------------------------------------------------------


def _read_bearer(octets: bytes) -> Bearer | None:
    """Octet 4 keeps its extension bit turned round, so that octets 4.1 and 5a..7 travel in `rest` unchanged."""
    if len(octets) < 2 or not octets[0] & 0x80:
        return None
    layer1, rest = -1, 2
    if len(octets) > 2 and octets[1] & 0x80 and octets[2] & 0xE0 == 0xA0:
        layer1, rest = octets[2] & 0x1F, 3
    return Bearer(octets[0] & 0x1F, layer1, octets[1] ^ 0x80, octets[0] >> 5 & 3, octets[rest:])


def _write_bearer(value: Bearer) -> bytes:
    octets = bytes((0x80 | value.coding << 5 | value.capability, value.mode_rate ^ 0x80))
    return octets + (b"" if value.layer1 < 0 else bytes((0xA0 | value.layer1,))) + value.rest


def _read_cause(octets: bytes) -> Cause | None:
    """Octet 3a (recommendation) is skipped: it says where a cause comes from, which we do not use."""
    if not octets:
        return None
    at = 1 if octets[0] & 0x80 else 2
    if len(octets) <= at:
        return None
    return Cause(octets[at] & 0x7F, octets[0] & 0x0F, octets[0] >> 5 & 3, octets[at + 1 :])


def _write_cause(value: Cause) -> bytes:
    return bytes((0x80 | value.coding << 5 | value.location, 0x80 | value.value)) + value.diagnostic


def _read_channel(octets: bytes) -> ChannelId | None:
    if not octets or not octets[0] & 0x20:  # a basic interface's coding has no meaning here
        return None
    first = octets[0]
    exclusive = bool(first & 8)
    at = 1
    if first & 0x40:
        while at < len(octets) and not octets[at] & 0x80:
            at += 1
        at += 1
        if at > len(octets):
            return None
    interface = octets[1:at]
    if first & 4:
        return ChannelId((), exclusive, ChannelKind.D_CHANNEL, interface)
    selection = first & 3
    if selection == 1:
        return _read_channel_list(octets[at:], exclusive, interface)
    return None if selection == 2 else ChannelId((), exclusive, ChannelKind(selection), interface)


def _read_channel_list(octets: bytes, exclusive: bool, interface: bytes) -> ChannelId | None:
    """Octets 3.2 and 3.3: a list of numbers, or a map of four octets whose bit n is timeslot n (Figure 4-19)."""
    if not octets:
        return ChannelId((), exclusive, ChannelKind.INTERFACE, interface)
    if octets[0] & 0x60 or octets[0] & 0x0F != 3 or len(octets) < 2:  # coding standard ITU-T, B-channel units
        return None
    if octets[0] & 0x10:
        bits = int.from_bytes(octets[1:], "big") if len(octets) == 5 else 0
        slots = tuple(slot for slot in range(32) if bits >> slot & 1)
        return ChannelId(slots, exclusive, ChannelKind.CHANNELS, interface) if slots else None
    slots = _numbers(octets[1:])
    return ChannelId(slots, exclusive, ChannelKind.CHANNELS, interface)


def _numbers(octets: bytes) -> tuple[int, ...]:
    """Channel numbers up to the one with bit 8 set; octets after it are not looked at."""
    slots = []
    for octet in octets:
        slots.append(octet & 0x7F)
        if octet & 0x80:
            break
    return tuple(slots)


def _write_channel(value: ChannelId) -> bytes:
    kind = value.kind
    first = 0xA0 | (8 if value.exclusive else 0) | (0x40 if value.interface else 0)
    if kind is ChannelKind.D_CHANNEL:
        return bytes((first | 4,)) + value.interface
    if kind is not ChannelKind.CHANNELS:
        return bytes((first | (1 if kind is ChannelKind.INTERFACE else kind),)) + value.interface
    last = len(value.channels) - 1
    numbers = bytes(slot | (0x80 if index == last else 0) for index, slot in enumerate(value.channels))
    return bytes((first | 1,)) + value.interface + b"\x83" + numbers


def _read_progress(octets: bytes) -> Progress | None:
    if len(octets) < 2 or not octets[0] & 0x80 or not octets[1] & 0x80:
        return None
    return Progress(octets[1] & 0x7F, octets[0] & 0x0F, octets[0] >> 5 & 3)


def _write_progress(value: Progress) -> bytes:
    return bytes((0x80 | value.coding << 5 | value.location, 0x80 | value.description))


def _read_number(octets: bytes) -> Number | None:
    if not octets:
        return None
    first = octets[0]
    presentation, screening, at = -1, 0, 1
    if not first & 0x80:
        if len(octets) < 2 or not octets[1] & 0x80:
            return None
        presentation, screening, at = octets[1] >> 5 & 3, octets[1] & 3, 2
    digits = octets[at:].decode("latin-1")
    if not (digits.isascii() and digits.isprintable()):
        return None
    return Number(digits, first >> 4 & 7, first & 0x0F, presentation, screening)


def _write_number(value: Number) -> bytes:
    first = value.ton << 4 | value.npi
    if value.presentation < 0:
        return bytes((0x80 | first,)) + value.digits.encode("ascii")
    return bytes((first, 0x80 | value.presentation << 5 | value.screening)) + value.digits.encode("ascii")


def _read_restart(octets: bytes) -> RestartIndicator | None:
    if len(octets) != 1 or octets[0] & 0xF8 != 0x80 or octets[0] & 7 not in (0, 6, 7):
        return None
    return RestartIndicator(octets[0] & 7)


def _write_restart(value: RestartIndicator) -> bytes:
    return bytes((0x80 | value.kind,))


def _read_call_state(octets: bytes) -> CallStateValue | None:
    return CallStateValue(octets[0] & 0x3F, octets[0] >> 6) if len(octets) == 1 else None


def _write_call_state(value: CallStateValue) -> bytes:
    return bytes((value.coding << 6 | value.value,))


def _read_text(octets: bytes) -> Text | None:
    return Text(octets.decode("latin-1"))


def _write_text(value: Text) -> bytes:
    return value.text.encode("latin-1", "replace")


def _read_raw(octets: bytes) -> bytes | None:
    return octets


def _write_raw(value: bytes) -> bytes:
    return value


class Row(msgspec.Struct, frozen=True):
    """One element: its name, the longest contents we send in octets, and how they are read and written."""

    code: Ie
    name: str
    max_octets: int
    read: Callable[[bytes], IeValue | None] = _read_raw
    write: Callable[[Any], bytes] = _write_raw


_ROWS: Final = (
    Row(Ie.BEARER_CAPABILITY, "bearer capability", 10, _read_bearer, _write_bearer),
    Row(Ie.CAUSE, "cause", 30, _read_cause, _write_cause),
    Row(Ie.CALL_IDENTITY, "call identity", 8),
    Row(Ie.CALL_STATE, "call state", 1, _read_call_state, _write_call_state),
    Row(Ie.CHANNEL_IDENTIFICATION, "channel identification", 34, _read_channel, _write_channel),
    Row(Ie.FACILITY, "facility", 253),
    Row(Ie.PROGRESS_INDICATOR, "progress indicator", 2, _read_progress, _write_progress),
    Row(Ie.NETWORK_SPECIFIC_FACILITIES, "network specific facilities", 253),
    Row(Ie.NOTIFICATION_INDICATOR, "notification indicator", 1),
    Row(Ie.DISPLAY, "display", 80, _read_text, _write_text),
    Row(Ie.DATE_TIME, "date/time", 6),
    Row(Ie.KEYPAD_FACILITY, "keypad facility", 32, _read_text, _write_text),
    Row(Ie.SIGNAL, "signal", 1),
    Row(Ie.INFORMATION_RATE, "information rate", 4),
    Row(Ie.CONNECTED_NUMBER, "connected number", 22, _read_number, _write_number),
    Row(Ie.CALLING_PARTY_NUMBER, "calling party number", 22, _read_number, _write_number),
    Row(Ie.CALLING_PARTY_SUBADDRESS, "calling party subaddress", 21),
    Row(Ie.CALLED_PARTY_NUMBER, "called party number", 22, _read_number, _write_number),
    Row(Ie.CALLED_PARTY_SUBADDRESS, "called party subaddress", 21),
    Row(Ie.REDIRECTING_NUMBER, "redirecting number", 23),
    Row(Ie.TRANSIT_NETWORK_SELECTION, "transit network selection", 253),
    Row(Ie.RESTART_INDICATOR, "restart indicator", 1, _read_restart, _write_restart),
    Row(Ie.LOW_LAYER_COMPATIBILITY, "low layer compatibility", 16),
    Row(Ie.HIGH_LAYER_COMPATIBILITY, "high layer compatibility", 3),
    Row(Ie.USER_USER, "user-user", 129),
    Row(Ie.MORE_DATA, "more data", 0),
    Row(Ie.SENDING_COMPLETE, "sending complete", 0),
    Row(Ie.CONGESTION_LEVEL, "congestion level", 0),
    Row(Ie.REPEAT_INDICATOR, "repeat indicator", 0),
)
ELEMENTS: Final[dict[int, Row]] = {int(row.code): row for row in _ROWS}
"""Every element of codeset 0 that we know, by its code."""
