"""ISUP and TUP messages of calls, as the machine gave them to the MTP and got them from it."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import MessageDelivered, MessageSent, TrunkGroup
from switchsim.proto import tup
from switchsim.proto.isup import codec, messages, parameters
from switchsim.proto.mtp3 import Variant
from switchsim.report.causes import cause_name
from switchsim.units import seconds

ISUP: Final = 5
LONG_CODE_BITS: Final = 24
BEFORE_CYCLES: Final = seconds(60)
"""An IAM of ours leaves before the call has its number in the journal, but not longer than this."""


class TrunkMessage(msgspec.Struct, frozen=True):
    """One message; `text` names it with what one looks for in it."""

    at: int
    sent: bool
    text: str


class TrunkMessages:
    """Give it every record, then ask for the messages of a circuit."""

    def __init__(self) -> None:
        self._cics: dict[tuple[int, int], list[tuple[int, str]]] = {}  # service, point code -> CIC of timeslot 0, line
        self._variant = Variant.ITU14
        self._messages: dict[tuple[str, int], list[TrunkMessage]] = {}  # line, timeslot

    def take(self, record: Record) -> None:
        """Records of other kinds change nothing."""
        event = record.event
        if isinstance(event, TrunkGroup):
            self._variant = Variant.CHINA24 if event.label_bits == LONG_CODE_BITS else Variant.ITU14
            self._cics.setdefault((event.service, event.point_code), []).append((event.cic, event.line))
        elif isinstance(event, MessageSent):
            self._message(record.at, True, event.service, event.dpc, event)
        elif isinstance(event, MessageDelivered):
            self._message(record.at, False, event.service, event.opc, event)

    def _message(self, at: int, sent: bool, service: int, peer: int, event: MessageSent | MessageDelivered) -> None:
        """The far end writes its own down, with the machine's point code as the peer: no group has that."""
        groups = self._cics.get((service, peer))
        if groups is None:
            return
        octets = bytes.fromhex(event.octets)
        read = _isup(octets) if service == ISUP else self._tup(event.sls, event.spare, octets)
        if read is None:
            return
        cic, text = read
        for first, line in groups:
            if first < cic < first + 32:
                self._messages.setdefault((line, cic - first), []).append(TrunkMessage(at, sent, text))

    def _tup(self, sls: int, spare: int, octets: bytes) -> tuple[int, str] | None:
        message = tup.decode(sls, spare, octets, self._variant)
        if not isinstance(message, tup.Message):
            return None
        return message.cic, f"{tup.MessageType(message.type).name} CIC {message.cic}"

    def of_call(self, line: str, timeslot: int, offered: int, ended: int) -> list[TrunkMessage]:
        """From the IAM that began the call to the last message before the circuit's next call.

        offered, ended: cycles of the call by its events.
        """
        found: list[TrunkMessage] = []
        for message in self._messages.get((line, timeslot), ()):
            if message.at < offered - BEFORE_CYCLES:
                continue
            begins = message.text.startswith(("IAM", "IAI"))
            if begins and message.at <= offered:
                found.clear()
            elif begins and message.at > ended:
                break
            found.append(message)
        return found


def _isup(octets: bytes) -> tuple[int, str] | None:
    message = codec.decode(octets)
    if isinstance(message, codec.DecodeError):
        return (message.cic, f"bad message: {message.reason}") if message.cic >= 0 else None
    layout = messages.LAYOUTS.get(message.type)
    told = [layout.name if layout is not None else f"message 0x{message.type:02x}"]
    called, calling = message.value(parameters.CALLED_PARTY_NUMBER), message.value(parameters.CALLING_PARTY_NUMBER)
    if called is not None:
        told.append((f"{calling.digits} > " if calling is not None else "") + called.digits)
    cause = message.value(parameters.CAUSE)
    if cause is not None:
        told.append(f"cause {cause_name(cause.value)}")
    return message.cic, ", ".join([f"{told[0]} CIC {message.cic}", *told[1:]])
