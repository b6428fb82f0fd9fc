"""The signalling terminal (ITU-T Q.703) bit by bit: sender, receiver, octet counting and the two error monitors.

Lists of bits, one step a bit, no shortcut; for tests of the native core. `terminals` makes an engine of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from switchsim.dsp.engine import (
    EV_AERM,
    EV_SU,
    EV_SU_BAD,
    EV_SU_COUNTING,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    MONITOR_AERM,
    MONITOR_NONE,
    MONITOR_SUERM,
    SU_ABORT,
    SU_BAD_FCS,
    SU_FIRST,
    SU_QUEUE,
    SU_RAW,
    SU_VERBATIM,
    SuCounts,
)
from switchsim.dsp.reference import hdlc

SHORTEST = 5  # octets with the check bits (4.1.3)
LONGEST = 278  # SIF of 272 octets: m + 6 with the check bits
ALIGNED = 279  # m + 7: more octets than these after a flag, and alignment is lost (4.1.4)
N_OCTETS = 16  # octet counting: an error every N octets (10.2.2)
D_UNITS = 256  # SUERM: units that take one error back (10.2.2)

Report = tuple[int, int, int, bytes]  # kind, a, b, octets


class Sender:
    """Sends what waits, else the fill-in unit; one flag between two units."""

    def __init__(self) -> None:
        self.bits: list[int] = list(hdlc.FLAG)
        self.queue: list[tuple[bytes, int]] = []
        self.fill, self.fill_verbatim = b"", False
        self.ack = 0xFF
        self.notify: int | None = None
        self.units = self.msus = self.msu_octets = 0

    def send(self, octets: bytes, flags: int) -> bool:
        """Queue a unit; False when too many wait."""
        if len(self.queue) == SU_QUEUE:
            return False
        self.queue.insert(0 if flags & SU_FIRST else len(self.queue), (octets, flags))
        return True

    def octet(self) -> tuple[int, bool]:
        """The next line octet, and whether the notice asked for is due with it."""
        octet = 0
        for _ in range(8):
            if not self.bits:
                self.bits = self._begin() + hdlc.FLAG
            octet = octet << 1 | self.bits.pop(0)
        due = self.notify is not None and len(self.queue) <= self.notify
        if due:
            self.notify = None
        return octet, due

    def _begin(self) -> list[int]:
        if not self.queue and not self.fill:
            return []
        octets, flags = self.queue.pop(0) if self.queue else (self.fill, SU_VERBATIM * self.fill_verbatim)
        self.units += 1
        if not flags & (SU_VERBATIM | SU_RAW):
            octets = bytes([self.ack]) + octets[1:]
        if len(octets) > 3 and octets[2] & 63 > 2:
            self.msus += 1
            self.msu_octets += len(octets) - 3
        if flags & (SU_RAW | SU_ABORT):
            return hdlc.stuff(hdlc.octet_bits(octets)) + [1] * (16 if flags & SU_ABORT else 0)
        check = hdlc.fcs(octets) ^ (0xFFFF if flags & SU_BAD_FCS else 0)
        return hdlc.stuff(hdlc.octet_bits(octets + check.to_bytes(2, "little")))


@dataclass
class Monitor:
    """AERM or SUERM (10.2, 10.3); `proving_again`: AERM aborted, the next correct unit is told."""

    mode: int = MONITOR_NONE
    limit: int = 0
    errors: int = 0
    units: int = 0
    proving_again: bool = False

    def good(self) -> list[int]:
        """A correct unit: the kinds of what it brings about."""
        if self.mode == MONITOR_SUERM:
            self._unit()
        if not self.proving_again:
            return []
        self.proving_again = False
        return [EV_SU_PROVED_AGAIN]

    def error(self) -> list[int]:
        """A unit in error, or N octets of octet counting."""
        if self.mode == MONITOR_NONE:
            return []
        self.errors += 1
        if self.errors == self.limit:
            kind = EV_AERM if self.mode == MONITOR_AERM else EV_SUERM
            self.proving_again = self.mode == MONITOR_AERM
            self.mode = MONITOR_NONE
            return [kind]
        if self.mode == MONITOR_SUERM:
            self._unit()
        return []

    def _unit(self) -> None:
        self.units += 1
        if self.units == D_UNITS:
            self.units = 0
            self.errors = max(0, self.errors - 1)


@dataclass
class Receiver:
    """Delimits units, judges them, tells what is new.

    `bits` are those since the latest flag, or the start, without the inserted zeros; None: discarded to the next flag.
    """

    bits: list[int] | None = field(default_factory=list)
    ones: int = 0
    flag_seen: bool = False
    counting: int | None = None  # octet counting: bits since the last error
    after_bad: bool = False
    last: bytes = b""  # the unit before, if a fill-in or status unit
    repeats: int = 0
    monitor: Monitor = field(default_factory=Monitor)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SuCounts._fields, 0))
    reports: list[Report] = field(default_factory=list)

    def octet(self, octet: int) -> list[Report]:
        """Take a line octet; returns what it completed, in order."""
        self.reports = []
        for bit in hdlc.line_bits([octet]):
            was_counting = self.counting is not None
            self._bit(bit)
            if was_counting and self.counting is not None:
                self._count_bit()
        return self.reports

    def _tell(self, kind: int, a: int = 0, b: int = 0, octets: bytes = b"") -> None:
        self.reports.append((kind, a, b, octets))

    def _bit(self, bit: int) -> None:
        before = self.ones
        self.ones = before + 1 if bit else 0
        if not bit and before == 6:
            self._flag()
        elif self.ones == 7:
            self._lost("bad_abort", len(self._data()) // 8)
        elif self.ones < 6 and (bit or before < 5) and self.bits is not None:
            self.bits.append(bit)
            if len(self.bits) == (ALIGNED + 1) * 8:
                self._lost("bad_long", ALIGNED + 1)

    def _data(self) -> list[int]:
        """The bits without the zero and the five ones that a flag or an abort left behind."""
        return (self.bits or [])[:-6]

    def _lost(self, reason: str, n_octets: int) -> None:
        """Alignment is lost (4.1.4)."""
        if self.bits is not None:
            self._bad(reason, n_octets)
        self.bits, self.flag_seen = None, True
        if self.counting is None:
            self.counting = 0
            self.counts["countings"] += 1
            self._tell(EV_SU_COUNTING, 1)

    def _count_bit(self) -> None:
        assert self.counting is not None
        self.counting += 1
        if self.counting == N_OCTETS * 8:
            self.counting = 0
            self.counts["counted_octets"] += N_OCTETS
            self._error()

    def _error(self) -> None:
        self.counts["errors"] += 1
        for kind in self.monitor.error():
            self._tell(kind)

    def _bad(self, reason: str, n_octets: int) -> None:
        self.counts[reason] += 1
        if not self.after_bad:
            self._tell(EV_SU_BAD, SuCounts._fields.index(reason) - SuCounts._fields.index("bad_fcs") + 1, n_octets)
        self.after_bad = True

    def _flag(self) -> None:
        data, known = self._data(), self.bits is not None and self.flag_seen
        self.bits, self.flag_seen = [], True
        if not data or not known:
            return
        octets = bytes(sum(bit << i for i, bit in enumerate(data[k : k + 8])) for k in range(0, len(data) - 7, 8))
        if len(data) < SHORTEST * 8:
            reason = "bad_short"
        elif len(data) > LONGEST * 8:
            reason = "bad_long"
        elif len(data) % 8:
            reason = "bad_align"
        elif hdlc.fcs(octets[:-2]) != int.from_bytes(octets[-2:], "little"):
            reason = "bad_fcs"
        else:
            self._good(octets[:-2])
            return
        self._bad(reason, len(octets))
        if self.counting is None:
            self._error()

    def _good(self, unit: bytes) -> None:
        self.counts["good"] += 1
        self.after_bad = False
        if unit[2] & 63 > 2:
            self.counts["msus"] += 1
            self.counts["msu_octets"] += len(unit) - 3
        if unit == self.last:
            self.repeats = min(self.repeats + 1, 65535)
        else:
            self._tell(EV_SU, 0, len(unit) | self.repeats << 16, unit)
            self.repeats = 0
        self.last = unit if unit[2] & 63 < 3 and len(unit) <= 5 else b""
        if self.counting is not None:
            self.counting = None
            self._tell(EV_SU_COUNTING, 0)
        for kind in self.monitor.good():
            self._tell(kind)
