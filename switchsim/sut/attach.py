"""One attached timeslot: the program at the far end of `--attach`, its datagrams in and out.

Bytes only: nothing here knows a protocol. What came is kept in a bounded inbox until the kernel drains it.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from switchsim.kernel.inputs import InputKind
from switchsim.sut.options import AttachOption
from switchsim.sut.sockets import Listener, Program
from switchsim.units import round_up

LINE_FRAMES: Final = 64
"""With so many frames waiting for the line the socket is not read (the attachment contract)."""
BLOCK_CYCLES: Final = 160
RELIEF_DATAGRAMS: Final = 4096
"""Read at most for a clocked program that blocks on its full socket instead of answering."""

Arrival = tuple[InputKind, bytes]


class AttachCounts(msgspec.Struct):
    """Datagrams of one attachment; wall-clock matters, so they are for the report and never for the journal."""

    taken: int = 0
    sent: int = 0
    bad_length: int = 0
    refused: int = 0
    """Second programs that were closed."""
    unsent: int = 0
    """Datagrams that a program which does not read, or is gone, never got."""
    underruns: int = 0
    late: int = 0
    """Blocks that came after their underrun; they are dropped, so that the delay does not grow."""


def ends_wait(arrivals: list[Arrival]) -> bool:
    """True when the last thing that came is the block that was waited for, or tells that none will come."""
    return bool(arrivals) and arrivals[-1][0] in (InputKind.DATA, InputKind.CLOSED)


class Attach:
    """The listener of one timeslot with its inbox.

    `service` moves what waits on the sockets into the inbox; `take` hands it over. An adaptor thread may call `service`
    while the kernel's thread calls the rest: the caller holds a lock around each.
    """

    def __init__(self, option: AttachOption, label: str = "--attach") -> None:
        """Listen; raises BadInput when the path can not be had."""
        self.option = option
        self.listener = Listener(option.path, label)
        self.counts = AttachCounts()
        self.inbox: deque[Arrival] = deque()
        self.allowance = 0
        """Frames that `service` may still read: the room on the line."""
        self.base_cycle: int | None = None
        """Block modes: the cycle at which block 0 of both sides begins; None while nobody is attached."""
        self.retired = False
        """True once its program said that it has finished: it is not read any more, and its going is no input."""
        self._blocks_owed = 0
        self._ended = False

    @property
    def program(self) -> Program | None:
        return self.listener.program

    def descriptors(self) -> list[int]:
        """What to poll for reading: the listener always, the program while there is room for what it sends."""
        found = [self.listener.socket.fileno()]
        if self.program is not None and not self._ended and not self.retired and self._inbox_room() > 0:
            found.append(self.program.socket.fileno())
        return found

    @property
    def held_back(self) -> bool:
        """True when the line's room alone keeps what the program sent from going on."""
        if self.option.mode.block:
            return False
        unread = self.program is not None and not self.retired and not self._ended and self._inbox_room() <= 0
        return unread or bool(self.inbox)

    def service(self) -> None:
        """Accept, refuse and read without waiting, within the allowance."""
        if self.retired:
            return
        self._accept()
        while self.program is not None and not self._ended and self._inbox_room() > 0 and self._read(self.program):
            pass

    def relieve(self) -> None:
        """Read whatever the room on the line; what is read goes on when there is room."""
        if self.retired or self.option.mode.block:
            return
        while (self.program is not None and not self._ended and len(self.inbox) < RELIEF_DATAGRAMS
               and self._read(self.program)):
            pass

    def retire(self) -> None:
        """Its program has finished: what it sent before still goes on, what it does now is no input any more."""
        if not self.retired:
            self.relieve()
            self.inbox = deque(arrival for arrival in self.inbox if arrival[0] is not InputKind.CLOSED)
            self.retired = True

    def accept_only(self) -> None:
        """Before the run: take a program, and let one that went again make place; nothing is read."""
        if self.program is not None and self.program.hung_up():
            self.listener.drop()
            self.inbox.clear()
        self._accept()

    def take(self, room: int) -> list[Arrival]:
        """Everything that came, at most `room` datagrams of data; a close is seen after the data before it."""
        taken: list[Arrival] = []
        while self.inbox and (self.inbox[0][0] is not InputKind.DATA or room > 0):
            taken.append(self._pop())
            room -= taken[-1][0] is InputKind.DATA
        return taken

    def take_block(self) -> list[Arrival]:
        """Block modes: up to the next block or close, with what came before it; blocks that come too late go."""
        taken: list[Arrival] = []
        while self.inbox and not ends_wait(taken):
            arrival = self._pop()
            if arrival[0] is InputKind.DATA and self._blocks_owed:
                self._blocks_owed -= 1
                self.counts.late += 1
            else:
                taken.append(arrival)
        return taken

    def underrun(self) -> Arrival:
        """The block of this boundary did not come in time."""
        self._blocks_owed += 1
        self.counts.underruns += 1
        return InputKind.UNDERRUN, b""

    def connected_at(self, cycle: int) -> None:
        """The machine takes notice of the program: blocks count from the next multiple of 160 cycles."""
        self.base_cycle = round_up(cycle, BLOCK_CYCLES)
        self._blocks_owed = 0

    def next_block(self, now: int) -> int | None:
        """Block modes: the first cycle after `now` at which a block of each side is due; None while nobody is there.

        A program that has finished owes none any more.
        """
        if self.base_cycle is None or self.retired or not self.option.mode.block:
            return None
        return max(self.base_cycle + BLOCK_CYCLES, round_up(now + 1, BLOCK_CYCLES))

    def block_due(self, now: int) -> bool:
        return self.next_block(now - 1) == now

    def send(self, octets: bytes) -> bool:
        """Send one datagram to the program; false when there is none or it does not take it now (not yet counted)."""
        if self.program is None or self._ended or not self.program.send(octets):
            return False
        self.counts.sent += 1
        return True

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        came, refused = self.listener.accept()
        if came:
            self.inbox.append((InputKind.CONNECTED, b""))
        self.counts.refused += refused
        self.inbox.extend([(InputKind.REFUSED, b"")] * refused)

    def _read(self, program: Program) -> bool:
        """Read one datagram, or the end; false when there is none now."""
        try:
            self._arrived(program.receive())
        except BlockingIOError:
            return False
        return True

    def _arrived(self, octets: bytes | None) -> None:
        mode = self.option.mode
        if octets is None:
            self._ended = True
            self.inbox.append((InputKind.CLOSED, b""))
        elif mode.shortest <= len(octets) <= mode.longest:
            self.counts.taken += 1
            self.inbox.append((InputKind.DATA, octets))
        else:
            self.counts.bad_length += 1
            self.inbox.append((InputKind.BAD_LENGTH, len(octets).to_bytes(4, "little")))

    def _inbox_room(self) -> int:
        """Data up to the allowance; dropped datagrams and newcomers besides it, bounded, so that no flood holds us."""
        data = sum(kind is InputKind.DATA for kind, _ in self.inbox)
        return min(self.allowance - data, self.allowance + LINE_FRAMES - len(self.inbox))

    def _pop(self) -> Arrival:
        arrival = self.inbox.popleft()
        if arrival[0] is InputKind.CLOSED:
            self._gone()
        return arrival

    def _gone(self) -> None:
        self._ended = False
        self.base_cycle = None
        self.listener.drop()
