"""The far end of a timeslot when an outside program is it: octets pass between its socket and the line."""

from __future__ import annotations

import msgspec

from switchsim.dsp.engine import CELL_ONES, NONE, Engine
from switchsim.farend.attached_modes import CAS, HDLC, NO_BITS, RAW, SS7, Mode, mode_named
from switchsim.model.events import ProgramAttached, ProgramDetached
from switchsim.model.order import Order, Outside
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase

__all__ = ["CAS", "HDLC", "RAW", "SS7", "Attached", "AttachedConfig", "AttachedState"]


class AttachedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. Units that the mode does not use are NONE."""

    line: str
    timeslot: int
    mode: str
    near_rx: int  # the switched cell of the machine's end of the line: 8 cycles, the line, after what it is fed from
    far_rx: int  # the cell that arrives from the machine
    hdlc_tx: int = NONE
    hdlc_rx: int = NONE
    su: int = NONE  # signalling terminal, both halves
    source: int = NONE
    recorder: int = NONE
    e1_sends: int = NONE  # the E1 unit that carries signalling bits to the machine
    e1_hears: int = NONE  # and the one that brings the machine's


class AttachedState(State):
    """Counts are of datagrams; `outbox` is whole datagrams that the runner has not taken yet, oldest first."""

    attached: bool = False
    backlog: list[bytes] = []
    fill: bytes = b""
    """Units: what the line repeats once everything before it has gone; empty: flags."""
    outbox: list[bytes] = []
    skip: int = 0
    """Octets that are still to come before block 0 begins, 0..159."""
    heard: bytes = b""
    """What the timeslot carried and fills no block yet."""
    bad_lengths: int = 0
    repeats: int = 0
    """Units that said what the line repeated anyway."""
    refused: int = 0
    underruns: int = 0
    overruns: int = 0
    blocks: int = 0
    """Modes of blocks: taken, and not told of yet."""
    abcd: int = NO_BITS
    digest: bytes = b""


class Attached(Part[AttachedState]):
    """`farend/attached/<line>:<timeslot>`. Orders: Outside attached, detached, data, bad_length, refused, underrun.

    `take_outbox` is what is to go to the program; the runner takes it after each slice.
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: AttachedConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = AttachedState()
        self.mode: Mode = mode_named(config.mode)(self)

    @property
    def name(self) -> str:
        """How events call it."""
        return f"{self.config.line}:{self.config.timeslot}"

    @property
    def room(self) -> int:
        """Datagrams that the timeslot takes now, 0..64."""
        return self.mode.room()

    def take_outbox(self) -> list[bytes]:
        """What is to go to the program, once."""
        taken, self.state.outbox = self.state.outbox, []
        return taken

    def start(self) -> None:
        """Nobody is there: all-ones, which fails a link as in the field."""
        self.engine.connect(self.config.near_rx, CELL_ONES)
        self.mode.start()

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Outside), f"{self.path} takes no {order}"
        state = self.state
        match order.what:
            case "attached":
                state.attached = True
                self.emit(ProgramAttached(self.name))
                self.mode.attach()
            case "detached":
                self.mode.closing()
                state.attached = False
                state.outbox.clear()
                self.emit(ProgramDetached(self.name))
                self.engine.connect(self.config.near_rx, CELL_ONES)
                self.mode.detach()
            case "data":
                self._data(order.octets)
            case "bad_length":
                state.bad_lengths += 1
            case "refused":
                state.refused += 1
            case "underrun":  # the source goes on with idle
                state.underruns += 1

    def tells(self, order: Order) -> bool:
        """Blocks are many, and of one sort: they are told of together."""
        return self.mode.tells and isinstance(order, Outside) and order.what == "data" and self._fits(order.octets)

    def closing(self) -> None:
        self.mode.closing()

    def _fits(self, octets: bytes) -> bool:
        return self.state.attached and len(octets) in self.mode.lengths

    def _data(self, octets: bytes) -> None:
        """One datagram. A replay of changed inputs may bring what the adaptor never lets through: it is counted."""
        if self._fits(octets):
            self.mode.data(octets)
        else:
            self.state.bad_lengths += 1

    def on_media(self, event: MediaEvent) -> None:
        self.mode.media(event)

    def on_timer(self, name: str) -> None:
        self.mode.timer()
