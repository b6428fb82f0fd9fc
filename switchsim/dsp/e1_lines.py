"""The E1 lines of an engine (ITU-T G.704, G.706, G.775): its acts upon single directions of lines.

A direction has a sender, the line, and a receiver. At octet level, the normal case, its 32 cells copy; at bit level
they carry what the receiver makes of the framed bits, faults of the line included. A healthy direction gives the same
octets and events at both levels (native/include/swd_e1.h).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from switchsim._native import ffi, lib
from switchsim.dsp.e1 import E1Counts
from switchsim.dsp.results import done, out_of_range

EV_E1: Final[int] = lib.SWD_EV_E1
EV_CAS: Final[int] = lib.SWD_EV_CAS
EV_SSM: Final[int] = lib.SWD_EV_SSM

ERR_BIT: Final[int] = lib.SWD_ERR_BIT
ERR_CODE: Final[int] = lib.SWD_ERR_CODE
ERR_FAS: Final[int] = lib.SWD_ERR_FAS
ERR_NFAS: Final[int] = lib.SWD_ERR_NFAS
ERR_CRC: Final[int] = lib.SWD_ERR_CRC
ERR_CRC_MFAS: Final[int] = lib.SWD_ERR_CRC_MFAS
ERR_CAS_MFAS: Final[int] = lib.SWD_ERR_CAS_MFAS
ERR_E: Final[int] = lib.SWD_ERR_E
ERR_A: Final[int] = lib.SWD_ERR_A
ERR_SA: Final[int] = lib.SWD_ERR_SA
E1_ERRORS: Final[int] = lib.SWD_E1_ERRORS

LOOP_NONE: Final[int] = lib.SWD_E1_LOOP_NONE
LOOP_SENT: Final[int] = lib.SWD_E1_LOOP_SENT
LOOP_RECEIVED: Final[int] = lib.SWD_E1_LOOP_RECEIVED

DELAY_CYCLES: Final[int] = lib.SWD_E1_DELAY_CYCLES
TAP_OCTETS: Final[int] = lib.SWD_E1_TAP_OCTETS
ALL_TIMESLOTS: Final = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class E1Config:
    """What one direction is (swd_e1_config)."""

    first_cell: int  # the switched cell of timeslot 0; 31 more follow it
    opposite: int = lib.SWD_NONE  # the unit whose receiver stands where this one's sender does
    flags: int = 0  # CRC4 | CAS | NFAS | HDB3 of switchsim.dsp.e1
    phase: int = 0  # 0..15: frame of the CRC-4 multiframe = (cycle + phase) % 16
    los_intervals: int = 255  # 10..255
    ssm_sa: int = 0  # 4..8: this Sa bit carries synchronization status; 0: none


@dataclass(frozen=True, kw_only=True)
class E1Error:
    """Errors to make: which of the opportunities that `kind` (ERR_*) names (swd_e1_error).

    With random False: the first after `skip`, then each spacing-th. `bits`: ERR_BIT, ERR_CODE 1..0xFF, 0x80 the first
    on the line; ERR_FAS 1..0x7F (bits 2..8); ERR_CRC, ERR_CAS_MFAS 1..15; ERR_CRC_MFAS 1..63; ERR_SA 1..31.
    """

    kind: int
    random: bool = False
    count: int = 0  # as many and no more; 0: until stopped
    skip: int = 0  # opportunities
    spacing: int = 1
    rate_ppb: int = 0  # random: 1..500,000,000; else as evenly as can be, and 0: spacing
    timeslots: int = ALL_TIMESLOTS  # ERR_BIT, ERR_CODE: bit t = timeslot t
    bits: int = 0
    key: int = 0  # of the random draws


class E1Acts:
    """Acts of an engine upon its E1 directions, `unit` 0..n_e1-1."""

    _e: Any

    def override(self, cell: int, from_cell: int) -> None:
        """Let a switched cell copy this cell instead of the one it is connected to (NONE: no more)."""
        if lib.swd_override(self._e, cell, from_cell):
            out_of_range("override", cell, from_cell)

    def e1_define(self, unit: int, config: E1Config) -> None:
        """A direction of 32 switched cells that no other has; not while it is at bit level."""
        raw: Any = ffi.new("swd_e1_config *", vars(config))
        if lib.swd_e1_define(self._e, unit, raw):
            out_of_range("e1_define", unit, config)

    def e1_level(self, unit: int, bits: bool) -> bool:
        """To bit level, or back to octet level: False while something would be lost thereby (see e1_clean)."""
        refused = lib.swd_e1_level(self._e, unit, bits)
        # One that may not leave bit level is there: asking for it changes nothing.
        if refused and (bits or lib.swd_e1_level(self._e, unit, 1)):
            out_of_range("e1_level", unit, bits)
        return not refused

    def e1_clean(self, unit: int) -> bool:
        """Whether e1_level(unit, False) would be accepted and for two CRC-4 multiframes nothing was wrong."""
        return bool(lib.swd_e1_clean(self._e, unit))

    def e1_mute(self, unit: int, on: bool) -> None:
        """At either level: the receiver gives out ones, its board is dead."""
        if lib.swd_e1_mute(self._e, unit, on):
            out_of_range("e1_mute", unit)

    def e1_send(self, unit: int, send: int) -> None:
        """What the sender is made to send, SEND_* of switchsim.dsp.e1; at octet level 0 alone."""
        if lib.swd_e1_send(self._e, unit, send):
            out_of_range("e1_send", unit, send)

    def e1_force(self, unit: int, receiver: bool, send: int) -> None:
        """What a fault at one of its ends makes of the line, beside what the sender sends; at octet level 0 alone.

        Nothing and AIS are put on the line itself: a loop at the sender's end goes on.
        """
        if lib.swd_e1_force(self._e, unit, receiver, send):
            out_of_range("e1_force", unit, receiver, send)

    def e1_sa(self, unit: int, sa5: int, ssm: int = 15) -> None:
        """Sa4..Sa8 = 16, 8, 4, 2, 1 and the synchronization status that stands in one of them, at either level."""
        if lib.swd_e1_sa(self._e, unit, sa5, ssm):
            out_of_range("e1_sa", unit, sa5, ssm)

    def e1_abcd(self, unit: int, timeslot: int, abcd: int) -> None:
        """Signalling bits 0..15 of a timeslot 1..15, 17..31 of a line with CAS, at either level; a = 8."""
        if lib.swd_e1_abcd(self._e, unit, timeslot, abcd):
            out_of_range("e1_abcd", unit, timeslot, abcd)

    def e1_inject(self, unit: int, slot: int, error: E1Error) -> None:
        """At bit level: errors, from now on, by injector `slot` 0..7; what it did before ends."""
        raw: Any = ffi.new("swd_e1_error *", vars(error))
        if lib.swd_e1_inject(self._e, unit, slot, raw):
            out_of_range("e1_inject", unit, slot, error)

    def e1_inject_stop(self, unit: int, slot: int) -> None:
        if lib.swd_e1_inject_stop(self._e, unit, slot):
            out_of_range("e1_inject_stop", unit, slot)

    def e1_injected(self, unit: int, slot: int) -> int:
        """Errors made since e1_inject."""
        return int(lib.swd_e1_injected(self._e, unit, slot))

    def e1_shift(self, unit: int, bits: int) -> bool:
        """At bit level: 1 one bit comes twice, -1 one is lost.

        0: back to the unshifted state, which the receiver does not notice and which costs one frame; False while its
        status is not 0.
        """
        refused = lib.swd_e1_shift(self._e, unit, bits)
        if refused and (bits or not lib.swd_e1_status(self._e, unit)):
            out_of_range("e1_shift", unit, bits)
        return not refused

    def e1_delay(self, unit: int, cycles: int) -> bool:
        """At bit level: the line is 0..2048 cycles longer. False when 8 units are delayed already."""
        return done(lib.swd_e1_delay(self._e, unit, cycles), "e1_delay", unit, cycles)

    def e1_slip(self, unit: int, how: int) -> bool:
        """One frame lost: 1 the one before comes again, -1 the next comes in its place. False while a slip waits."""
        return done(lib.swd_e1_slip(self._e, unit, how), "e1_slip", unit, how)

    def e1_loop(self, unit: int, from_unit: int, what: int) -> None:
        """The line carries what from_unit sends (LOOP_SENT) or receives (LOOP_RECEIVED), 16 cycles later.

        Both are at bit level.
        """
        if lib.swd_e1_loop(self._e, unit, from_unit, what):
            out_of_range("e1_loop", unit, from_unit, what)

    def e1_status(self, unit: int) -> int:
        """What the receiver sees, LOS and the like of switchsim.dsp.e1; 0 at octet level."""
        return int(lib.swd_e1_status(self._e, unit))

    def e1_counters(self, unit: int) -> E1Counts:
        """Since the direction went to bit level; at octet level where they stood."""
        raw: Any = ffi.new("swd_e1_counts *")
        if lib.swd_e1_counters(self._e, unit, raw):
            out_of_range("e1_counters", unit)
        return E1Counts(*(getattr(raw, name) for name in E1Counts._fields))

    def e1_received(self, unit: int) -> tuple[int, int]:
        """The Sa bits and the synchronization status (NO_SSM of switchsim.dsp.e1: none) received."""
        raw: Any = ffi.new("uint32_t[2]")
        if lib.swd_e1_received(self._e, unit, raw, raw + 1):
            out_of_range("e1_received", unit)
        return raw[0], raw[1]

    def e1_abcd_received(self, unit: int, timeslot: int) -> int:
        """The signalling bits told last."""
        return int(lib.swd_e1_abcd_received(self._e, unit, timeslot))

    def e1_tap(self, unit: int, on: bool) -> bool:
        """At bit level: keep the frames as they come to the receiver. False when another unit's are kept."""
        return done(lib.swd_e1_tap(self._e, unit, on), "e1_tap", unit)

    def e1_tap_drain(self, unit: int) -> bytes:
        """Take out the frames kept, 32 octets each; run() stops when half of TAP_OCTETS wait."""
        raw: Any = ffi.new("uint8_t[]", TAP_OCTETS)
        return bytes(ffi.buffer(raw, lib.swd_e1_tap_drain(self._e, unit, raw, TAP_OCTETS)))
