"""The media path of a machine: the typed face of the native engine (native/include/swd.h).

Units (sources, HDLC channels, ears, ...) are numbered from 0; cells are numbered as swd.h says. An act takes effect on
the octet of the present cycle, `now`. An index or value out of its range is our own mistake and raises ValueError; what
the simulated world may cause, such as a full queue, is a result.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from switchsim._native import ffi, lib
from switchsim.dsp import isa
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.dtmf import DtmfActs
from switchsim.dsp.e1 import E1Counts
from switchsim.dsp.e1_lines import EV_CAS, EV_E1, EV_SSM, E1Acts, E1Config, E1Error
from switchsim.dsp.patterns import EV_BERT, BertCounts, PatternActs
from switchsim.dsp.results import done, out_of_range
from switchsim.dsp.signalling import (
    MONITOR_AERM,
    MONITOR_NONE,
    MONITOR_SUERM,
    SU_ABORT,
    SU_BAD_FCS,
    SU_FIRST,
    SU_QUEUE,
    SU_RAW,
    SU_VERBATIM,
    SignallingActs,
    SuCounts,
    SuTxCounts,
)
from switchsim.dsp.sources import DtmfShape, SourceActs
from switchsim.dsp.tone_paths import PathActs, PathImpairment
from switchsim.dsp.tone_receivers import (
    EV_MFC_OFF,
    EV_MFC_ON,
    EV_TONE_OFF,
    EV_TONE_ON,
    ToneReceiverActs,
    ToneSet,
)

NONE: Final[int] = lib.SWD_NONE
CELL_IDLE: Final[int] = lib.SWD_CELL_IDLE
CELL_ONES: Final[int] = lib.SWD_CELL_ONES
ROW_CYCLES: Final[int] = lib.SWD_ROW_CYCLES
CONF_LEGS: Final[int] = lib.SWD_CONF_LEGS
MAX_FRAME: Final[int] = lib.SWD_MAX_FRAME

EV_FRAME: Final[int] = lib.SWD_EV_FRAME
EV_BAD_FRAME: Final[int] = lib.SWD_EV_BAD_FRAME
EV_TX_DONE: Final[int] = lib.SWD_EV_TX_DONE
EV_SOURCE_DONE: Final[int] = lib.SWD_EV_SOURCE_DONE
EV_DIGIT_ON: Final[int] = lib.SWD_EV_DIGIT_ON
EV_DIGIT_OFF: Final[int] = lib.SWD_EV_DIGIT_OFF
EV_HEARS: Final[int] = lib.SWD_EV_HEARS
EV_RAW_BLOCK: Final[int] = lib.SWD_EV_RAW_BLOCK
EV_SU: Final[int] = lib.SWD_EV_SU
EV_SU_BAD: Final[int] = lib.SWD_EV_SU_BAD
EV_SU_COUNTING: Final[int] = lib.SWD_EV_SU_COUNTING
EV_SU_LOW: Final[int] = lib.SWD_EV_SU_LOW
EV_SUERM: Final[int] = lib.SWD_EV_SUERM
EV_AERM: Final[int] = lib.SWD_EV_AERM
EV_SU_PROVED_AGAIN: Final[int] = lib.SWD_EV_SU_PROVED_AGAIN
EV_CHECK_ON: Final[int] = lib.SWD_EV_CHECK_ON
EV_CHECK_OFF: Final[int] = lib.SWD_EV_CHECK_OFF

CHECK_2000: Final[int] = lib.SWD_CHECK_2000
CHECK_2010: Final[int] = lib.SWD_CHECK_2010
CHECK_1780: Final[int] = lib.SWD_CHECK_1780
CHECK_FREQUENCIES: Final = {2000: CHECK_2000, 2010: CHECK_2010, 1780: CHECK_1780}
"""Hz -> what a check receiver waits for."""

BAD_FCS: Final[int] = lib.SWD_BAD_FCS
BAD_ABORT: Final[int] = lib.SWD_BAD_ABORT
BAD_SHORT: Final[int] = lib.SWD_BAD_SHORT
BAD_LONG: Final[int] = lib.SWD_BAD_LONG
BAD_ALIGN: Final[int] = lib.SWD_BAD_ALIGN

HEARS_QUIET: Final[int] = lib.SWD_HEARS_QUIET
HEARS_MARK: Final[int] = lib.SWD_HEARS_MARK
HEARS_TONE: Final[int] = lib.SWD_HEARS_TONE
HEARS_PROMPT: Final[int] = lib.SWD_HEARS_PROMPT
HEARS_SOUND: Final[int] = lib.SWD_HEARS_SOUND
HEARS_MIX: Final[int] = lib.SWD_HEARS_MIX
HEARS_ONES: Final[int] = lib.SWD_HEARS_ONES

EVENTS_A_CALL: Final = 4096
EVENT_ROW: Final = struct.Struct("=QIIII")  # swd_event
CARRYING: Final = (EV_FRAME, EV_SU)
DRAIN_OCTETS: Final = 1 << 16


class Event(NamedTuple):
    """One swd_event; `octets` holds the frame of an EV_FRAME or unit of an EV_SU, without FCS."""

    at: int
    kind: int
    unit: int
    a: int
    b: int
    octets: bytes = b""


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """What an engine consists of (swd_config of swd.h)."""

    tick_cycles: int = 8
    n_sources: int = 0
    n_hdlc_tx: int = 0
    n_hdlc_rx: int = 0
    n_su_tx: int = 0
    n_su_rx: int = 0
    n_conferences: int = 0
    n_switched: int = 0
    n_lines: int = 0
    n_e1: int = 0
    n_paths: int = 0
    n_receivers: int = 0
    n_checks: int = 0
    n_mfc: int = 0
    n_progress: int = 0
    n_ears: int = 0
    n_patterns: int = 0
    n_berts: int = 0
    n_recorders: int = 0
    recorder_octets: int = 8192


class Engine(SignallingActs, PatternActs, E1Acts, SourceActs, PathActs, ToneReceiverActs, DtmfActs):
    """One media path, in memory of its own; belongs to one thread."""

    def __init__(self, config: EngineConfig, assets: Assets | None = None) -> None:
        isa.choose_from_environment()
        native: Any = ffi.new("swd_config *", {field.name: getattr(config, field.name) for field in fields(config)})
        size = lib.swd_size(native)
        if size == 0:
            raise ValueError(f"an engine cannot be so: {config}")
        self.config = config
        self.assets = assets if assets is not None else Assets()
        self._native_assets = self.assets.native
        self._owner: Any = ffi.new("uint8_t[]", size + 63)
        self._memory: Any = self._owner + (-int(ffi.cast("uintptr_t", self._owner)) % 64)
        self._size = size
        self._e: Any = lib.swd_init(self._memory, native)
        self._events: Any = ffi.new("swd_event[]", EVENTS_A_CALL)
        self._drained: Any = ffi.new("uint8_t[]", DRAIN_OCTETS)
        self._event_octets: Any = ffi.buffer(self._events)
        self._frames: Any = lib.swd_frames(self._e)
        self.first_source_cell: int = lib.swd_first_source_cell(self._e)
        self.first_hdlc_cell: int = lib.swd_first_hdlc_cell(self._e)
        self.first_su_cell: int = lib.swd_first_su_cell(self._e)
        self.first_conference_cell: int = lib.swd_first_conference_cell(self._e)
        self.first_switched_cell: int = lib.swd_first_switched_cell(self._e)
        self.cell_count: int = lib.swd_cell_count(self._e)
        self.define_tone_sets(config.n_progress)

    @property
    def now(self) -> int:
        """The present cycle: the octets before it are made."""
        return int(lib.swd_now(self._e))

    def run(self, until: int) -> list[Event]:
        """Run to cycle `until`, or stop at the first control tick with an event or a half-full recorder: see `now`."""
        count = lib.swd_run(self._e, self._native_assets, until, self._events, EVENTS_A_CALL)
        if not count:
            return []
        events = self._taken(count)
        while count == EVENTS_A_CALL:  # what did not fit; time does not move for it
            count = lib.swd_run(self._e, self._native_assets, self.now, self._events, EVENTS_A_CALL)
            events += self._taken(count)
        return events

    def _taken(self, count: int) -> list[Event]:
        rows = EVENT_ROW.iter_unpack(self._event_octets[: count * EVENT_ROW.size])
        return [self._event(*row) if row[1] in CARRYING else Event(*row) for row in rows]

    def _event(self, at: int, kind: int, unit: int, a: int, b: int) -> Event:
        return Event(at, kind, unit, a, b, bytes(ffi.buffer(self._frames + a, b & 0xFFFF)))

    def snapshot(self) -> bytes:
        """The whole state, to go on from in any engine of the same config and assets."""
        return bytes(ffi.buffer(self._memory, self._size))

    def restore(self, octets: bytes) -> None:
        """Go on from a snapshot; raises ValueError, and changes nothing, when it is of another format or config."""
        if not lib.swd_same_shape(self._e, ffi.from_buffer(octets), len(octets)):
            raise ValueError(f"these {len(octets)} octets are no snapshot of an engine with {self.config}")
        ffi.memmove(self._memory, octets, self._size)

    # Connections

    def connect(self, switched_cell: int, from_cell: int) -> None:
        """Let a switched cell copy another cell, 8 cycles later."""
        if lib.swd_connect(self._e, switched_cell, from_cell):
            out_of_range("connect", switched_cell, from_cell)

    def connected(self, switched_cell: int) -> int:
        """The cell that a switched cell copies; NONE for a cell that is not a switched one."""
        return int(lib.swd_connected(self._e, switched_cell))

    def conference_leg(self, conference: int, leg: int, from_cell: int, hears_mask: int) -> None:
        """Leg `leg` speaks from a cell (NONE: says nothing) and hears the legs whose bits are set."""
        if lib.swd_conference_leg(self._e, conference, leg, from_cell, hears_mask):
            out_of_range("conference_leg", conference, leg, from_cell, hears_mask)

    # Impairments

    def gate(self, cell: int, and_bits: int, or_bits: int, xor_bits: int) -> bool:
        """Force bits of a cell; (0xFF, 0, 0) ends it. False when 64 cells are gated already."""
        return done(lib.swd_gate(self._e, cell, and_bits, or_bits, xor_bits), "gate", cell)

    def line_define(self, line: int, first_switched_cell: int) -> None:
        """A line direction is 32 switched cells from this one; no two lines overlap."""
        if lib.swd_line_define(self._e, line, first_switched_cell):
            out_of_range("line_define", line, first_switched_cell)

    def line_cut(self, line: int, cut: bool) -> None:
        """Cut: all 32 cells carry 0xFF."""
        if lib.swd_line_cut(self._e, line, cut):
            out_of_range("line_cut", line)

    def line_errors(self, line: int, rate_ppb: int, key: int) -> None:
        """Random bit errors, 0..500,000,000 a thousand million bits; 0 ends them."""
        if lib.swd_line_errors(self._e, line, rate_ppb, key):
            out_of_range("line_errors", line, rate_ppb)

    def line_error_count(self, line: int) -> int:
        """Bits flipped since the line was defined."""
        return int(lib.swd_line_error_count(self._e, line))

    # HDLC

    def hdlc_send(self, transmitter: int, frame: bytes) -> bool:
        """Queue a frame of 1..300 octets without FCS; False when there is no room."""
        return done(lib.swd_hdlc_send(self._e, transmitter, frame, len(frame)), "hdlc_send", transmitter, len(frame))

    def hdlc_waiting(self, transmitter: int) -> int:
        """Frames not yet wholly sent."""
        return int(lib.swd_hdlc_waiting(self._e, transmitter))

    def hdlc_flush(self, transmitter: int) -> None:
        """Forget what waits and abort what is being sent."""
        if lib.swd_hdlc_flush(self._e, transmitter):
            out_of_range("hdlc_flush", transmitter)

    def hdlc_listen(self, receiver: int, cell: int) -> None:
        """Receive frames from a cell (NONE: deaf), from a fresh start."""
        if lib.swd_hdlc_listen(self._e, receiver, cell):
            out_of_range("hdlc_listen", receiver, cell)

    # Receivers, ears, recorders

    def receiver_listen(self, receiver: int, cell: int) -> None:
        """A DTMF receiver listens to a cell (NONE: released), from a fresh start."""
        if lib.swd_receiver_listen(self._e, receiver, cell):
            out_of_range("receiver_listen", receiver, cell)

    def check_listen(self, check: int, cell: int, freqs: int = CHECK_2000) -> None:
        """A check tone receiver listens to a cell (NONE: released) for one or more of CHECK_*, from a fresh start.

        2000 and 2010 Hz are too near to be listened for together.
        """
        if lib.swd_check_listen(self._e, check, cell, freqs):
            out_of_range("check_listen", check, cell, freqs)

    def ear_listen(self, ear: int, cell: int) -> None:
        """An ear listens to a cell; NONE: deaf, and it hears quiet."""
        if lib.swd_ear_listen(self._e, ear, cell):
            out_of_range("ear_listen", ear, cell)

    def record_start(self, recorder: int, cell: int) -> None:
        """Keep a cell's octets from now on; a started recorder starts anew, empty."""
        if lib.swd_record_start(self._e, recorder, cell):
            out_of_range("record_start", recorder, cell)

    def record_stop(self, recorder: int) -> None:
        """Keep no more; what is kept can still be drained."""
        if lib.swd_record_stop(self._e, recorder):
            out_of_range("record_stop", recorder)

    def record_drain(self, recorder: int) -> bytes:
        """Take out what a recorder holds, oldest first."""
        parts = []
        while count := lib.swd_record_drain(self._e, recorder, self._drained, DRAIN_OCTETS):
            parts.append(bytes(ffi.buffer(self._drained, count)))
        return b"".join(parts)


def philox(key: int, index: int) -> int:
    """Draw `index` of stream `key`: Philox4x64-10, 64 bits."""
    return int(lib.swd_philox(key, index))


def exponential_q16(draw: int) -> int:
    """The exponential distribution of mean 1, in 1/65536, from a 64-bit draw: -ln((draw + 1) / 2^64)."""
    return int(lib.swd_exponential_q16(draw))


__all__ = [
    "EV_BERT", "EV_CAS", "EV_E1", "EV_MFC_OFF", "EV_MFC_ON", "EV_SSM", "EV_TONE_OFF", "EV_TONE_ON", "MONITOR_AERM",
    "MONITOR_NONE", "MONITOR_SUERM", "SU_ABORT", "SU_BAD_FCS", "SU_FIRST", "SU_QUEUE", "SU_RAW", "SU_VERBATIM",
    "Assets", "BertCounts", "DtmfShape", "E1Config", "E1Counts", "E1Error", "Engine", "EngineConfig", "Event",
    "PathImpairment", "SuCounts", "SuTxCounts", "Tone", "ToneSet", "exponential_q16", "philox",
]
