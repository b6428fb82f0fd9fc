"""The signalling terminals of an engine (ITU-T Q.703): its acts upon the transmitters and receivers of signal units.

A unit is its octets from the backward sequence number on, without flags and check bits: 3..276 of them.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from switchsim._native import ffi, lib
from switchsim.dsp.results import done, out_of_range

SU_QUEUE: Final[int] = lib.SWD_SU_QUEUE
SU_VERBATIM: Final[int] = lib.SWD_SU_VERBATIM
SU_BAD_FCS: Final[int] = lib.SWD_SU_BAD_FCS
SU_ABORT: Final[int] = lib.SWD_SU_ABORT
SU_FIRST: Final[int] = lib.SWD_SU_FIRST
SU_RAW: Final[int] = lib.SWD_SU_RAW
MONITOR_NONE: Final[int] = lib.SWD_MONITOR_NONE
MONITOR_AERM: Final[int] = lib.SWD_MONITOR_AERM
MONITOR_SUERM: Final[int] = lib.SWD_MONITOR_SUERM


class SuCounts(NamedTuple):
    """What a receiver counted since su_listen (Q.752 table 1); bad units by reason, those in octet counting too."""

    good: int  # correct units, repeated ones too
    msus: int
    msu_octets: int  # from the SIO on
    errors: int  # told to the error monitors
    countings: int  # how often octet counting began
    counted_octets: int  # in steps of 16
    bad_fcs: int
    bad_abort: int
    bad_short: int
    bad_long: int
    bad_align: int


class SuTxCounts(NamedTuple):
    """What a transmitter began: units with the fill-in ones; messages and their octets from the SIO on."""

    units: int
    msus: int
    msu_octets: int


class SignallingActs:
    """Acts of an engine upon its signalling terminals."""

    _e: Any

    def su_fill(self, transmitter: int, octets: bytes, verbatim: bool = False) -> None:
        """The FISU or LSSU (3..5 octets) sent while nothing waits, from the next unit on; b"": nothing but flags.

        Octet 0 is the acknowledgement unless verbatim.
        """
        if lib.swd_su_fill(self._e, transmitter, octets, len(octets), verbatim):
            out_of_range("su_fill", transmitter, len(octets))

    def su_send(self, transmitter: int, octets: bytes, flags: int = 0) -> bool:
        """Queue a unit of 3..276 octets (SU_RAW: a frame of 1..300); False when SU_QUEUE of them wait."""
        return done(lib.swd_su_send(self._e, transmitter, octets, len(octets), flags), "su_send", transmitter,
                    len(octets), flags)

    def su_ack(self, transmitter: int, octet: int) -> None:
        """Octet 0, BIB << 7 | BSN, of every unit that begins from now on and is not verbatim."""
        if not 0 <= octet <= 0xFF or lib.swd_su_ack(self._e, transmitter, octet):
            out_of_range("su_ack", transmitter, octet)

    def su_notify(self, transmitter: int, level: int) -> None:
        """One EV_SU_LOW as soon as no more than `level` (0..SU_QUEUE) units are not yet begun; NONE takes it back."""
        if lib.swd_su_notify(self._e, transmitter, level):
            out_of_range("su_notify", transmitter, level)

    def su_flush(self, transmitter: int) -> int:
        """Forget the units not yet begun; returns how many they were: the last ones queued."""
        return int(lib.swd_su_flush(self._e, transmitter))

    def su_waiting(self, transmitter: int) -> int:
        """Units queued and not yet begun."""
        return int(lib.swd_su_waiting(self._e, transmitter))

    def su_tx_counters(self, transmitter: int) -> SuTxCounts:
        """What was begun since the start."""
        raw: Any = ffi.new("swd_su_tx_counts *")
        if lib.swd_su_tx_counters(self._e, transmitter, raw):
            out_of_range("su_tx_counters", transmitter)
        return SuTxCounts(raw.units, raw.msus, raw.msu_octets)

    def su_listen(self, receiver: int, cell: int) -> None:
        """Receive units from a cell (NONE: deaf), from a fresh start: no filter, octet counting, monitor or counts."""
        if lib.swd_su_listen(self._e, receiver, cell):
            out_of_range("su_listen", receiver, cell)

    def su_monitor(self, receiver: int, mode: int, threshold: int = 0) -> None:
        """Start AERM (Ti = 4 or 1) or SUERM (T = 64) from 0, or stop the monitor (Q.703 clause 10)."""
        if lib.swd_su_monitor(self._e, receiver, mode, threshold):
            out_of_range("su_monitor", receiver, mode, threshold)

    def su_repeats(self, receiver: int) -> int:
        """Repetitions of the last unit told, kept back since: 0..65535."""
        return int(lib.swd_su_repeats(self._e, receiver))

    def su_counters(self, receiver: int) -> SuCounts:
        """What was counted since su_listen."""
        raw: Any = ffi.new("swd_su_counts *")
        if lib.swd_su_counters(self._e, receiver, raw):
            out_of_range("su_counters", receiver)
        return SuCounts(raw.good, raw.msus, raw.msu_octets, raw.errors, raw.countings, raw.counted_octets,
                        *list(raw.bad)[1:])
