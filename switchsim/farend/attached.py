"""The far end of a timeslot when an outside program is it: octets pass between its socket and the line."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.dsp.engine import CELL_ONES, EV_BAD_FRAME, EV_FRAME, NONE, Engine
from switchsim.model.events import FrameBad, ProgramAttached, ProgramDetached
from switchsim.model.order import Order, Outside
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.units import ms

HDLC, RAW = "hdlc", "raw"
WAITING_FRAMES: Final = 64
LONGEST_FRAME: Final = 264
"""Octets, FCS and flags not counted; the shortest is 1."""
DRAIN_CYCLES: Final = ms(1)
BLOCK_CYCLES: Final = 160
BAD_REASONS: Final = {1: "fcs", 2: "abort", 3: "short", 4: "long", 5: "align"}


class AttachedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. Units that the mode does not use are NONE."""

    line: str
    timeslot: int
    mode: str
    near_rx: int  # the switched cell of the machine's end of the line: 8 cycles, the line, after what it is fed from
    far_rx: int  # the cell that arrives from the machine
    hdlc_tx: int = NONE
    hdlc_rx: int = NONE
    source: int = NONE
    recorder: int = NONE


class AttachedState(State):
    """Counts are of datagrams; `outbox` is whole datagrams that the runner has not taken yet, oldest first."""

    attached: bool = False
    backlog: list[bytes] = []
    outbox: list[bytes] = []
    skip: int = 0
    """Octets that are still to come before block 0 begins, 0..159."""
    heard: bytes = b""
    """What the timeslot carried and fills no block yet."""
    bad_lengths: int = 0
    refused: int = 0
    underruns: int = 0
    overruns: int = 0


class Attached(Part[AttachedState]):
    """`farend/attached/<line>:<timeslot>`. Orders: Outside attached, detached, data, bad_length, refused, underrun.

    `take_outbox` is what is to go to the program; the runner takes it after each slice. Block modes: with block 0 at
    cycle b, the first multiple of 160 not before the program came, the machine's block n holds cycles b + 160n ..
    b + 160n + 159, and the program's block n, which is ordered at b + 160(n+1), is on the line for those 160 cycles.
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: AttachedConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = AttachedState()

    @property
    def room(self) -> int:
        """Frames that the timeslot takes now, 0..64."""
        waiting = len(self.state.backlog) + self.engine.hdlc_waiting(self.config.hdlc_tx)
        return max(0, WAITING_FRAMES - waiting)

    def take_outbox(self) -> list[bytes]:
        """What is to go to the program, once."""
        taken, self.state.outbox = self.state.outbox, []
        return taken

    def start(self) -> None:
        """Nobody is there: all-ones, which fails a link as in the field."""
        self.engine.connect(self.config.near_rx, CELL_ONES)

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Outside), f"{self.path} takes no {order}"
        state = self.state
        match order.what:
            case "attached":
                self._attach()
            case "detached":
                self._detach()
            case "data":
                self._data(order.octets)
            case "bad_length":
                state.bad_lengths += 1
            case "refused":
                state.refused += 1
            case "underrun":  # the source goes on with idle
                state.underruns += 1

    def _data(self, octets: bytes) -> None:
        """One datagram. A replay of changed inputs may bring what the adaptor never lets through: it is counted."""
        hdlc = self.config.mode == HDLC
        fits = 1 <= len(octets) <= LONGEST_FRAME if hdlc else len(octets) == BLOCK_CYCLES
        if not fits or not self.state.attached:
            self.state.bad_lengths += 1
        elif hdlc:
            self.state.backlog.append(octets)
            self._drain()
        elif not self.engine.source_feed(self.config.source, octets):
            self.state.overruns += 1

    def _attach(self) -> None:
        config = self.config
        self.state.attached = True
        self.emit(ProgramAttached(f"{config.line}:{config.timeslot}"))
        if config.mode == HDLC:
            self.engine.hdlc_listen(config.hdlc_rx, config.far_rx)
            self.engine.connect(config.near_rx, self.engine.first_hdlc_cell + config.hdlc_tx)
            return
        self.engine.source_raw(config.source)
        self.engine.record_start(config.recorder, config.far_rx)
        self.engine.connect(config.near_rx, self.engine.first_source_cell + config.source)
        self.state.skip = -self.now % BLOCK_CYCLES
        self.state.heard = b""
        self.start_timer("block", self.state.skip + BLOCK_CYCLES)

    def _detach(self) -> None:
        config = self.config
        self.state.attached = False
        self.state.outbox.clear()
        self.emit(ProgramDetached(f"{config.line}:{config.timeslot}"))
        self.engine.connect(config.near_rx, CELL_ONES)
        if config.mode == HDLC:
            self.state.backlog.clear()
            self.stop_timer("drain")
            self.engine.hdlc_flush(config.hdlc_tx)
            self.engine.hdlc_listen(config.hdlc_rx, NONE)
        else:
            self.engine.source_idle(config.source)
            self.engine.record_stop(config.recorder)
            self.stop_timer("block")

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME and self.state.attached:
            self.state.outbox.append(event.octets)
        elif event.kind == EV_BAD_FRAME:
            self.emit(FrameBad(f"{self.config.line}:{self.config.timeslot}", BAD_REASONS[event.a], event.b))

    def on_timer(self, name: str) -> None:
        if name == "block":
            self._hear()
            self.start_timer("block", BLOCK_CYCLES - self.now % BLOCK_CYCLES)
        else:
            self._drain()

    def _hear(self) -> None:
        """Cut whole blocks from what was recorded; a timer rounded up to a control tick leaves a rest for the next."""
        state = self.state
        recorded = self.engine.record_drain(self.config.recorder)
        heard = state.heard + recorded[state.skip:]
        state.skip = max(0, state.skip - len(recorded))
        whole = len(heard) - len(heard) % BLOCK_CYCLES
        state.outbox += [heard[at : at + BLOCK_CYCLES] for at in range(0, whole, BLOCK_CYCLES)]
        state.heard = heard[whole:]

    def _drain(self) -> None:
        """Give the transmitter what it takes; it holds fewer frames than may wait."""
        backlog = self.state.backlog
        while backlog and self.engine.hdlc_send(self.config.hdlc_tx, backlog[0]):
            del backlog[0]
        if backlog:
            self.start_timer("drain", DRAIN_CYCLES)
