"""Opened timeslots of the e1d server: our end of each socket pair, what came on it and what is to go.

A RAW timeslot is a stream whose octets are exchanged in blocks; an HDLC one is a SOCK_SEQPACKET, one frame a packet.
"""

from __future__ import annotations

import socket
from collections import deque
from typing import Final

from switchsim.kernel.inputs import InputKind
from switchsim.model.e1d import step_of
from switchsim.model.outside import pack_in
from switchsim.sut.side import Arrival, E1dCounts
from switchsim.sut.sockets import MAX_DATAGRAM
from switchsim.units import round_up

RAW: Final = "raw"
MOST_FRAME_OCTETS: Final = 264
FRAMES_IN_FLIGHT: Final = 64
"""With so many frames waiting for the line the socket is not read."""
MOST_UNSENT_OCTETS: Final = 1 << 16
"""Octets that wait for a program which does not read, when the machine does not wait for it."""
_RECORD_OCTETS: Final = 1 << 15


class Session:
    """One opened timeslot; `read`, `cut` and `send` never wait."""

    def __init__(self, number: int, name: str, mode: str, bufsize: int, ours: socket.socket, counts: E1dCounts) -> None:
        """name: LINE:TS. ours: the end of the pair that stays here."""
        ours.setblocking(False)
        self.number = number
        self.name = name
        self.raw = mode == RAW
        self.step = step_of(bufsize)
        self.socket = ours
        self.counts = counts
        self.base: int | None = None
        """raw: the cycle at which block 0 of both sides begins; None until the machine knows of the session."""
        self.in_flight = 0
        """hdlc: frames that the machine has and the line has not."""
        self.ended = False
        self.awaited = True
        """raw: the machine waits for its blocks; not when it is slow to write, until it writes again."""
        self.spoke = False
        """raw: it has written since its opening, so that a short block counts."""
        self.deaf = False
        """It did not read for long: not waited for, until it has read everything."""
        self._dry = True
        """raw: the last block was empty."""
        self._inbox = bytearray()
        self._outgoing: deque[bytes] = deque()

    @property
    def readable(self) -> bool:
        """There is room for what it writes."""
        return not self.ended and (len(self._inbox) < self.step if self.raw else self.in_flight < FRAMES_IN_FLIGHT)

    @property
    def unsent(self) -> bool:
        return bool(self._outgoing)

    def read(self) -> list[Arrival]:
        """Read what there is room for: frames as they come; octets wait for `cut`."""
        found: list[Arrival] = []
        while self.readable:
            try:
                octets = self.socket.recv(self.step - len(self._inbox) if self.raw else MAX_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionResetError:
                continue  # told once, when it went without reading everything
            if not octets:  # an empty packet ends a timeslot too, as with osmo-e1d
                self.ended = True
            elif self.raw:
                self._inbox += octets
                self.awaited = True
            else:
                found.append(self._frame(octets))
        return found

    def next_block(self, now: int) -> int | None:
        """raw: the first cycle after `now` at which a block of each side is due."""
        if self.base is None:
            return None
        return max(self.base + self.step, round_up(now + 1, self.step))

    def noticed(self, now: int) -> None:
        """The machine takes notice of it at this cycle."""
        if self.raw and self.base is None:
            self.base = round_up(now, self.step)

    def missing(self, now: int) -> bool:
        """raw: the machine has to wait for the block that is due now."""
        due = self.next_block(now - 1) == now
        return due and self.awaited and not self.ended and len(self._inbox) < self.step

    def cut(self, now: int) -> list[Arrival]:
        """raw: the block that is due now, whole or short; nothing when none is due, or none will come any more."""
        if self.next_block(now - 1) != now:
            return []
        block = bytes(self._inbox)
        self._inbox.clear()
        self.counts.octets_in += len(block)
        self.spoke = self.spoke or bool(block)
        if len(block) == self.step:
            self._dry = False
            return [(InputKind.DATA, pack_in(self.number, block[at : at + _RECORD_OCTETS]))
                    for at in range(0, len(block), _RECORD_OCTETS)]  # fmt: skip
        self._dry = not block
        if self.ended and not block:
            return []
        self.counts.underruns += self.spoke and not self.ended
        return [(InputKind.UNDERRUN, pack_in(self.number, block))]

    @property
    def over(self) -> bool:
        """It ended, and its last block was on the line."""
        return self.ended and not self._inbox and self._dry

    def say(self, octets: bytes) -> None:
        """A block or a frame for the program; the next `send` tries to send it."""
        self._outgoing.append(octets)

    def send(self) -> None:
        """Send what can be sent now."""
        while self._outgoing:
            octets = self._outgoing[0]
            try:
                sent = self.socket.send(octets)
            except BlockingIOError:
                return
            except (BrokenPipeError, ConnectionResetError):
                self.forget()
                return
            self.counts.octets_out += sent
            if sent < len(octets):
                self._outgoing[0] = octets[sent:]
                continue
            self._outgoing.popleft()
            self.counts.frames_out += not self.raw
        self.deaf = False

    def trim(self) -> None:
        """Keep no more than so much for a program that is not waited for."""
        waiting = sum(map(len, self._outgoing))
        while waiting > MOST_UNSENT_OCTETS and len(self._outgoing) > 1:  # the first may be half sent
            waiting -= len(self._outgoing[1])
            del self._outgoing[1]
            self.counts.unsent += 1

    def forget(self) -> None:
        """Nothing of this will be read any more."""
        self.counts.unsent += len(self._outgoing)
        self._outgoing.clear()

    def close(self) -> None:
        self.forget()
        self.socket.close()

    def _frame(self, octets: bytes) -> Arrival:
        if len(octets) > MOST_FRAME_OCTETS:
            self.counts.bad_length += 1
            return InputKind.BAD_LENGTH, pack_in(self.number, len(octets).to_bytes(4, "little"))
        self.in_flight += 1
        self.counts.frames_in += 1
        self.counts.octets_in += len(octets)
        return InputKind.DATA, pack_in(self.number, octets)
