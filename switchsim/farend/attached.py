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
DRAIN_CYCLES: Final = ms(1)
BLOCK_CYCLES: Final = 160
BAD_REASONS: Final = {1: "fcs", 2: "abort", 3: "short", 4: "long", 5: "align"}


class AttachedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. Units that the mode does not use are NONE."""

    line: str
    timeslot: int
    mode: str
    far_tx: int  # the switched cell that leaves towards the machine
    far_rx: int  # the cell that arrives from it
    hdlc_tx: int = NONE
    hdlc_rx: int = NONE
    source: int = NONE
    recorder: int = NONE


class AttachedState(State):
    attached: bool = False
    backlog: list[bytes] = []
    bad_lengths: int = 0
    refused: int = 0
    underruns: int = 0


class Attached(Part[AttachedState]):
    """`farend/attached/<line>:<timeslot>`. Orders: Outside attached, detached, data, bad_length, refused, underrun.

    `outbox` is what is to go to the program; the runner takes it after each slice.
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: AttachedConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = AttachedState()
        self.outbox: list[bytes] = []

    @property
    def room(self) -> int:
        """Frames that the timeslot takes now."""
        waiting = len(self.state.backlog) + self.engine.hdlc_waiting(self.config.hdlc_tx)
        return max(0, WAITING_FRAMES - waiting)

    def start(self) -> None:
        """Nobody is there: all-ones, which fails a link as in the field."""
        self.engine.connect(self.config.far_tx, CELL_ONES)

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Outside), f"{self.path} takes no {order}"
        state = self.state
        match order.what:
            case "attached":
                self._attach()
            case "detached":
                self._detach()
            case "data" if self.config.mode == HDLC:
                state.backlog.append(order.octets)
                self._drain()
            case "data":
                self.engine.source_feed(self.config.source, order.octets)
            case "bad_length":
                state.bad_lengths += 1
            case "refused":
                state.refused += 1
            case "underrun":
                state.underruns += 1

    def _attach(self) -> None:
        config = self.config
        self.state.attached = True
        self.emit(ProgramAttached(f"{config.line}:{config.timeslot}"))
        if config.mode == HDLC:
            self.engine.hdlc_listen(config.hdlc_rx, config.far_rx)
            self.engine.connect(config.far_tx, self.engine.first_hdlc_cell + config.hdlc_tx)
        else:
            self.engine.source_raw(config.source)
            self.engine.record_start(config.recorder, config.far_rx)
            self.engine.connect(config.far_tx, self.engine.first_source_cell + config.source)
            self.start_timer("block", BLOCK_CYCLES - self.now % BLOCK_CYCLES)

    def _detach(self) -> None:
        config = self.config
        self.state.attached = False
        self.emit(ProgramDetached(f"{config.line}:{config.timeslot}"))
        self.engine.connect(config.far_tx, CELL_ONES)
        if config.mode == HDLC:
            self.state.backlog.clear()
            self.engine.hdlc_flush(config.hdlc_tx)
            self.engine.hdlc_listen(config.hdlc_rx, NONE)
        else:
            self.engine.source_idle(config.source)
            self.engine.record_stop(config.recorder)
            self.stop_timer("block")

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME and self.state.attached:
            self.outbox.append(event.octets)
        elif event.kind == EV_BAD_FRAME:
            self.emit(FrameBad(f"{self.config.line}:{self.config.timeslot}", BAD_REASONS[event.a], event.b))

    def on_timer(self, name: str) -> None:
        if name == "block":
            self.outbox.append(self.engine.record_drain(self.config.recorder)[:BLOCK_CYCLES])
            self.start_timer("block", BLOCK_CYCLES)
        else:
            self._drain()

    def _drain(self) -> None:
        backlog = self.state.backlog
        while backlog and self.engine.hdlc_send(self.config.hdlc_tx, backlog[0]):
            del backlog[0]
        if backlog:
            self.start_timer("drain", DRAIN_CYCLES)
