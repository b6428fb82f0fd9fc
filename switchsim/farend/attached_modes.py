"""What an attached program's datagrams are, mode by mode: HDLC frames, signal units, blocks of octets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from hashlib import blake2b
from typing import TYPE_CHECKING, ClassVar, Final

from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME, EV_SU, EV_SU_BAD, NONE, SU_VERBATIM
from switchsim.model.events import BlocksTaken, FrameBad
from switchsim.model.part import MediaEvent
from switchsim.units import ms

if TYPE_CHECKING:
    from switchsim.farend.attached import Attached

HDLC, SS7, RAW, CAS = "hdlc", "ss7", "raw", "cas"
WAITING_FRAMES: Final = 64
DRAIN_CYCLES: Final = ms(1)
BLOCK_CYCLES: Final = 160
BAD_REASONS: Final = {1: "fcs", 2: "abort", 3: "short", 4: "long", 5: "align"}
LENGTH_INDICATOR: Final = 0x3F  # of octet 2 of a signal unit (Q.703 2.3.3)
FILL_OCTETS: Final = 5
SIB: Final = 5  # status of a LSSU (Q.703 11.1.3)
BLOCKED: Final = 0b1101  # a = b = d = 1, c = 0, as an R2 circuit is blocked (Q.421 3.1)
ABCD: Final = 0xF
NO_BITS: Final = -1
BLOCKS_A_LINE: Final = 50
"""Of the journal: a second."""


class Mode(ABC):
    """How one attached part treats datagrams and its units of the native core."""

    lengths: ClassVar[range]
    """Octets of a datagram; others are dropped and counted."""
    tells: ClassVar[bool] = False
    """The mode itself tells of its datagrams."""

    def __init__(self, part: Attached) -> None:
        self.part = part
        self.engine = part.engine
        self.config = part.config

    @abstractmethod
    def room(self) -> int:
        """Datagrams that the timeslot takes now."""

    def start(self) -> None:  # noqa: B027 - all-ones is all that most modes need
        """Power-on: nobody is there yet."""

    @abstractmethod
    def attach(self) -> None:
        """The program came: connect the line."""

    @abstractmethod
    def detach(self) -> None:
        """It went; the line is all-ones by now."""

    @abstractmethod
    def data(self, octets: bytes) -> None:
        """A datagram of a fitting length."""

    def closing(self) -> None:  # noqa: B027 - what is told at once leaves nothing
        """The program goes, or the run ends: tell what is left to be told."""

    def media(self, event: MediaEvent) -> None:  # noqa: B027 - blocks have no events
        """An event of the mode's units."""

    @abstractmethod
    def timer(self) -> None:
        """The one timer of the mode."""


class QueueMode(Mode):
    """Datagrams wait for the line; the transmitter holds fewer of them than may wait."""

    def room(self) -> int:
        return max(0, WAITING_FRAMES - len(self.part.state.backlog) - self.waiting())

    def detach(self) -> None:
        self.part.state.backlog.clear()
        self.part.stop_timer("drain")
        self.hush()

    def data(self, octets: bytes) -> None:
        self.part.state.backlog.append(octets)
        self.timer()

    def timer(self) -> None:
        backlog = self.part.state.backlog
        while backlog and self.give(backlog[0]):
            del backlog[0]
        if backlog:
            self.part.start_timer("drain", DRAIN_CYCLES)

    @abstractmethod
    def waiting(self) -> int:
        """Datagrams that the transmitter holds."""

    @abstractmethod
    def give(self, octets: bytes) -> bool:
        """Hand one to the transmitter; False when it is full."""

    @abstractmethod
    def hush(self) -> None:
        """Stop both directions."""

    def bad(self, event: MediaEvent) -> None:
        """Something that was no frame or unit."""
        self.part.emit(FrameBad(self.part.name, BAD_REASONS[event.a], event.b))


class HdlcMode(QueueMode):
    """One datagram is one HDLC frame, FCS and flags not counted."""

    lengths = range(1, 265)

    def attach(self) -> None:
        self.engine.hdlc_listen(self.config.hdlc_rx, self.config.far_rx)
        self.engine.connect(self.config.near_rx, self.engine.first_hdlc_cell + self.config.hdlc_tx)

    def hush(self) -> None:
        self.engine.hdlc_flush(self.config.hdlc_tx)
        self.engine.hdlc_listen(self.config.hdlc_rx, NONE)

    def waiting(self) -> int:
        return self.engine.hdlc_waiting(self.config.hdlc_tx)

    def give(self, octets: bytes) -> bool:
        return self.engine.hdlc_send(self.config.hdlc_tx, octets)

    def media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME and self.part.state.attached:
            self.part.state.outbox.append(event.octets)
        elif event.kind == EV_BAD_FRAME:
            self.bad(event)


class UnitMode(QueueMode):
    """One datagram is one signal unit, FCS and flags not counted.

    What the program says once is repeated on the line until it says something else, and what the line repeats is told
    to the program once: the receiver keeps back a LSSU or FISU that equals the unit before it. Until the program has
    said anything, the line carries flags.
    """

    lengths = range(3, 277)

    def attach(self) -> None:
        self.engine.su_listen(self.config.su, self.config.far_rx)
        self.engine.connect(self.config.near_rx, self.engine.first_su_cell + self.config.su)

    def hush(self) -> None:
        self.part.state.fill = b""
        self.engine.su_flush(self.config.su)
        self.engine.su_fill(self.config.su, b"")
        self.engine.su_listen(self.config.su, NONE)

    def data(self, octets: bytes) -> None:
        fill = _fill_after(octets)
        if fill == octets == self.part.state.fill:
            self.part.state.repeats += 1
            return
        if fill:
            self.part.state.fill = fill
        super().data(octets)

    def waiting(self) -> int:
        return self.engine.su_waiting(self.config.su)

    def give(self, octets: bytes) -> bool:
        if not self.engine.su_send(self.config.su, octets, SU_VERBATIM):
            return False
        fill = _fill_after(octets)
        if fill:  # the transmitter takes it only when nothing waits any more
            self.engine.su_fill(self.config.su, fill, verbatim=True)
        return True

    def media(self, event: MediaEvent) -> None:
        if event.kind == EV_SU and self.part.state.attached:
            self.part.state.outbox.append(event.octets)
        elif event.kind == EV_SU_BAD:
            self.bad(event)


def _fill_after(unit: bytes) -> bytes:
    """What the line goes on with after a unit; b"": with what it had before it.

    A LSSU or FISU itself, but not SIB, which counts once, nor what is too long to be repeated; after a message the FISU
    of its numbers.
    """
    length = unit[2] & LENGTH_INDICATOR
    if length > 2:
        return unit[:2] + b"\0"
    if len(unit) > FILL_OCTETS or (length and len(unit) > 3 and unit[3] & 7 == SIB):
        return b""
    return unit


class BlockMode(Mode):
    """One datagram is the octets of 160 cycles.

    With block 0 at cycle b, the first multiple of 160 not before the program came, the machine's block n holds cycles
    b + 160n .. b + 160n + 159, and the program's block n, which is ordered at b + 160(n+1), is on the line for those
    160 cycles.
    """

    lengths = range(BLOCK_CYCLES, BLOCK_CYCLES + 1)
    tells = True

    def room(self) -> int:
        return WAITING_FRAMES

    def attach(self) -> None:
        config, part = self.config, self.part
        self.engine.source_raw(config.source)
        self.engine.record_start(config.recorder, config.far_rx)
        self.engine.connect(config.near_rx, self.engine.first_source_cell + config.source)
        part.state.skip = -part.now % BLOCK_CYCLES
        part.state.heard = b""
        part.start_timer("block", part.state.skip + BLOCK_CYCLES)

    def detach(self) -> None:
        self.engine.source_idle(self.config.source)
        self.engine.record_stop(self.config.recorder)
        self.part.stop_timer("block")
        self.part.state.abcd = NO_BITS

    def data(self, octets: bytes) -> None:
        self._take(octets, octets, NO_BITS)

    def _take(self, datagram: bytes, octets: bytes, abcd: int) -> None:
        """Feed the octets to the line, and count the datagram for the journal."""
        state = self.part.state
        state.digest = blake2b(state.digest + self.part.now.to_bytes(8, "little") + datagram, digest_size=16).digest()
        state.blocks += 1
        changed, state.abcd = abcd != state.abcd, abcd
        if changed or state.blocks == BLOCKS_A_LINE:
            self.closing()
        if not self.engine.source_feed(self.config.source, octets):
            state.overruns += 1

    def closing(self) -> None:
        state = self.part.state
        if state.blocks:
            self.part.emit(BlocksTaken(self.part.name, state.blocks, state.abcd, state.digest.hex()))
            state.blocks = 0

    def timer(self) -> None:
        """Cut whole blocks from what was recorded; a timer rounded up to a control tick leaves a rest for the next."""
        state = self.part.state
        recorded = self.engine.record_drain(self.config.recorder)
        heard = state.heard + recorded[state.skip:]
        state.skip = max(0, state.skip - len(recorded))
        whole = len(heard) - len(heard) % BLOCK_CYCLES
        state.outbox += [self.block(heard[at : at + BLOCK_CYCLES]) for at in range(0, whole, BLOCK_CYCLES)]
        state.heard = heard[whole:]
        self.part.start_timer("block", BLOCK_CYCLES - self.part.now % BLOCK_CYCLES)

    def block(self, octets: bytes) -> bytes:
        """The datagram of 160 octets heard."""
        return octets


class CasMode(BlockMode):
    """One datagram is the signalling bits (abcd in the low nibble, a = bit 3), then the octets of 160 cycles.

    What the program sends as bits holds from the first cycle of its block on; what it gets are the bits as they were
    when the block was full. Without a program the circuit is blocked.
    """

    lengths = range(1 + BLOCK_CYCLES, 2 + BLOCK_CYCLES)

    def start(self) -> None:
        self._send_bits(BLOCKED)

    def detach(self) -> None:
        super().detach()
        self._send_bits(BLOCKED)

    def data(self, octets: bytes) -> None:
        abcd = octets[0] & ABCD
        self._send_bits(abcd)
        self._take(octets, octets[1:], abcd)

    def block(self, octets: bytes) -> bytes:
        heard = self.engine.e1_abcd_received(self.config.e1_hears, self.config.timeslot)
        return bytes([heard & ABCD]) + octets

    def _send_bits(self, abcd: int) -> None:
        self.engine.e1_abcd(self.config.e1_sends, self.config.timeslot, abcd)


_MODES: Final[dict[str, type[Mode]]] = {HDLC: HdlcMode, SS7: UnitMode, RAW: BlockMode, CAS: CasMode}


def mode_named(name: str) -> type[Mode]:
    """The behaviour of a mode of the attachment contract."""
    return _MODES[name]
