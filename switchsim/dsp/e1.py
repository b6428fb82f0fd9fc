"""The E1 framer alone (ITU-T G.704, G.706): a sender and a receiver of frames, and the line code HDB3 (G.703 annex A).

A frame is 32 octets, one of each timeslot; bit 1 of timeslot 0, the most significant of its octet, is first on the
line. Within an engine the same framer works on the lines that are at bit level; tests and tools use it without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from switchsim._native import ffi, lib

FRAME_OCTETS: Final = 32

CRC4: Final[int] = lib.SWD_E1_CRC4
CAS: Final[int] = lib.SWD_E1_CAS
NFAS: Final[int] = lib.SWD_E1_NFAS
"""Bit 2 wrong in three consecutive NFAS is a loss of frame alignment, too (G.706 4.1.1)."""
HDB3: Final[int] = lib.SWD_E1_HDB3

SEND_A: Final[int] = lib.SWD_E1_SEND_A
SEND_Y: Final[int] = lib.SWD_E1_SEND_Y
SEND_AIS: Final[int] = lib.SWD_E1_SEND_AIS
SEND_NOTHING: Final[int] = lib.SWD_E1_SEND_NOTHING
SEND_TS16_AIS: Final[int] = lib.SWD_E1_SEND_TS16_AIS
SEND_UNFRAMED: Final[int] = lib.SWD_E1_SEND_UNFRAMED
SEND_NO_CRC: Final[int] = lib.SWD_E1_SEND_NO_CRC
SEND_E0: Final[int] = lib.SWD_E1_SEND_E0
SEND_ALL: Final = 0xFF

LOS: Final[int] = lib.SWD_E1_LOS
AIS: Final[int] = lib.SWD_E1_AIS
LOF: Final[int] = lib.SWD_E1_LOF
RAI: Final[int] = lib.SWD_E1_RAI
LOCRC: Final[int] = lib.SWD_E1_LOCRC
NO_CRC: Final[int] = lib.SWD_E1_NO_CRC
LOCAS: Final[int] = lib.SWD_E1_LOCAS
RMA: Final[int] = lib.SWD_E1_RMA
TS16_AIS: Final[int] = lib.SWD_E1_TS16_AIS
FEBE_ALL: Final[int] = lib.SWD_E1_FEBE_ALL
EBER: Final[int] = lib.SWD_E1_EBER

EBER_SET: Final[int] = lib.SWD_E1_EBER_SET
"""Errored FAS within 4 s that are an excessive error ratio, 1e-3."""
EBER_CLEAR: Final[int] = lib.SWD_E1_EBER_CLEAR
"""Errored FAS in 4 s, at most, that end it."""

IS_FAS: Final[int] = lib.SWD_E1_IS_FAS
IS_E: Final[int] = lib.SWD_E1_IS_E
IS_CRC_MFAS: Final[int] = lib.SWD_E1_IS_CRC_MFAS
IS_CAS_MFAS: Final[int] = lib.SWD_E1_IS_CAS_MFAS

NO_SSM: Final = 0xFF


class E1Counts(NamedTuple):
    """What a receiver counted since it was made."""

    frames: int  # FAS looked at in frame: half the frames
    fas_errors: int
    fas_bit_errors: int
    crc_blocks: int  # sub-multiframes checked
    crc_errors: int
    e_blocks: int  # E bits received
    e_errors: int  # those that were 0
    frame_losses: int
    crc_losses: int
    cas_losses: int
    false_alignments: int
    code_violations: int
    bits: int


class NextFrame(NamedTuple):
    """What the frame that a sender makes next is."""

    what: int  # IS_FAS | IS_E | IS_CRC_MFAS | IS_CAS_MFAS
    crc_frame: int  # 0..15
    cas_frame: int  # 0..15


def _within(name: str, value: int, last: int) -> int:
    if not 0 <= value <= last:
        raise ValueError(f"{name} {value}: outside 0..{last}")
    return value


def _all_within(name: str, values: Sequence[int], last: int, count: int) -> list[int]:
    if len(values) != count:
        raise ValueError(f"{name}: {len(values)} values, expected {count}")
    return [_within(name, value, last) for value in values]


def _frame(name: str, octets: bytes) -> bytes:
    if len(octets) != FRAME_OCTETS:
        raise ValueError(f"{name}: {len(octets)} octets, expected {FRAME_OCTETS}")
    return octets


class E1Sender:
    """Makes frames (G.704 2.3, 5.1). Raises ValueError when a value is out of its range.

    flags: CRC4 | CAS; crc_frame, cas_frame: numbers of the first frame in the two multiframes, 0..15.
    """

    def __init__(self, flags: int, crc_frame: int = 0, cas_frame: int = 0) -> None:
        self._tx = ffi.new("swd_e1_tx *")
        self._line = ffi.new("uint8_t[]", FRAME_OCTETS)
        lib.swd_e1_tx_reset(self._tx, flags, _within("crc_frame", crc_frame, 15), _within("cas_frame", cas_frame, 15))

    def frame(self, payload: bytes, wrong_ts0: int = 0, wrong_ts16: int = 0) -> bytes:
        """The next frame of 32 octets of payload; wrong_* are XORed into TS0 and TS16 as made, and are no CRC error."""
        wrong = {"ts0": _within("wrong_ts0", wrong_ts0, 0xFF), "ts16": _within("wrong_ts16", wrong_ts16, 0xFF)}
        lib.swd_e1_tx_frame(self._tx, _frame("payload", payload), wrong, self._line)
        return bytes(self._line)

    def next(self) -> NextFrame:
        """What the next frame is."""
        numbers = ffi.new("uint32_t[2]")
        return NextFrame(lib.swd_e1_tx_next(self._tx, numbers, numbers + 1), *numbers)

    @property
    def send(self) -> int:
        """SEND_*: what it is made to send."""
        return int(self._tx.send)

    @send.setter
    def send(self, send: int) -> None:
        self._tx.send = _within("send", send, SEND_ALL)

    @property
    def sa(self) -> tuple[int, ...]:
        """Sa4..Sa8, 0 or 1 each."""
        return tuple(self._tx.sa)

    @sa.setter
    def sa(self, bits: Sequence[int]) -> None:
        self._tx.sa = _all_within("sa", bits, 1, 5)

    @property
    def ssm_sa(self) -> int:
        """The Sa bit, 4..8, that carries `ssm` (G.704 2.3.4); 0: none."""
        return int(self._tx.ssm_sa)

    @ssm_sa.setter
    def ssm_sa(self, sa: int) -> None:
        if sa not in (0, 4, 5, 6, 7, 8):
            raise ValueError(f"ssm_sa {sa}: expected 4..8, or 0 for none")
        self._tx.ssm_sa = sa

    @property
    def ssm(self) -> int:
        """The synchronisation status message, 0..15; its most significant bit is San1."""
        return int(self._tx.ssm)

    @ssm.setter
    def ssm(self, nibble: int) -> None:
        self._tx.ssm = _within("ssm", nibble, 15)

    @property
    def e(self) -> tuple[int, ...]:
        """E1 and E2, for frames 13 and 15."""
        return tuple(self._tx.e)

    @e.setter
    def e(self, bits: Sequence[int]) -> None:
        self._tx.e = _all_within("e", bits, 1, 2)

    @property
    def si(self) -> int:
        """Bit 1 of TS0 without CRC-4."""
        return int(self._tx.si)

    @si.setter
    def si(self, bit: int) -> None:
        self._tx.si = _within("si", bit, 1)

    @property
    def abcd(self) -> tuple[int, ...]:
        """CAS bits by timeslot, 32 nibbles, a in bit 3; 0 and 16 are not used."""
        return tuple(self._tx.abcd)

    @abcd.setter
    def abcd(self, nibbles: Sequence[int]) -> None:
        self._tx.abcd = _all_within("abcd", nibbles, 15, 32)


class E1Receiver:
    """Finds frames in bits and takes them apart (G.706, G.775). Raises ValueError when a value is out of its range.

    flags: CRC4 | CAS | NFAS; los_intervals 10..255 (G.775 4); ssm_sa: the Sa bit that carries an SSM, 4..8, or 0.
    """

    def __init__(self, flags: int, los_intervals: int = 255, ssm_sa: int = 0) -> None:
        if not 10 <= los_intervals <= 255 or ssm_sa not in (0, 4, 5, 6, 7, 8):
            raise ValueError(f"los_intervals {los_intervals}, ssm_sa {ssm_sa}: expected 10..255, and 4..8 or 0")
        self._rx = ffi.new("swd_e1_rx *")
        self._out = ffi.new("uint8_t[]", FRAME_OCTETS)
        lib.swd_e1_rx_reset(self._rx, flags, los_intervals, ssm_sa)

    def aligned(self, crc_frame: int = 0, cas_frame: int = 0) -> None:
        """As if it had been in frame for ever; the numbers of the frame that comes next, 0..15."""
        lib.swd_e1_rx_aligned(self._rx, _within("crc_frame", crc_frame, 15), _within("cas_frame", cas_frame, 15))

    def push(self, line: bytes) -> bytes:
        """Take a multiple of 32 octets of line bits; returns as many: of each 256 bits the frame completed in them.

        Ones stand for it in LOS, AIS or LOF. A frame that is in step with the pushed octets comes out of the same push.
        """
        if len(line) % FRAME_OCTETS:
            raise ValueError(f"line: {len(line)} octets, expected a multiple of {FRAME_OCTETS}")
        frames = []
        for at in range(0, len(line), FRAME_OCTETS):
            lib.swd_e1_rx_push(self._rx, line[at : at + FRAME_OCTETS], self._out)
            frames.append(bytes(self._out))
        return b"".join(frames)

    @property
    def status(self) -> int:
        """LOS | AIS | LOF | ...: levels, none hidden by another."""
        return int(self._rx.status)

    @property
    def counts(self) -> E1Counts:
        """Free-running counts."""
        return E1Counts(*(int(getattr(self._rx.counts, name)) for name in E1Counts._fields))

    @property
    def abcd(self) -> tuple[int, ...]:
        """CAS bits received by timeslot, 32 nibbles; held while they can not be read."""
        return tuple(self._rx.abcd)

    @property
    def sa(self) -> int:
        """Sa4..Sa8 of the latest NFAS, Sa4 in bit 4."""
        return int(self._rx.sa)

    @property
    def ssm(self) -> int:
        """The nibble of three sub-multiframes running; NO_SSM: none yet."""
        return int(self._rx.ssm)

    @property
    def crc_good(self) -> tuple[int, ...]:
        """Of the latest sub-multiframes I and II: 1 good, 0 errored or not aligned. E1 and E2 of the other way."""
        return tuple(self._rx.crc_good)


class Hdb3:
    """Coder and decoder of one direction (G.703 annex A): what is decoded was coded a call before."""

    def __init__(self) -> None:
        self._code = ffi.new("swd_hdb3 *")
        self._a, self._b = ffi.new("uint8_t[]", FRAME_OCTETS), ffi.new("uint8_t[]", FRAME_OCTETS)
        lib.swd_hdb3_reset(self._code)

    def encode(self, bits: bytes) -> tuple[bytes, bytes]:
        """Positive and negative marks, as bitmaps of 32 octets, of 32 octets; three bits late."""
        lib.swd_hdb3_encode(self._code, _frame("bits", bits), self._a, self._b)
        return bytes(self._a), bytes(self._b)

    def decode(self, plus: bytes, minus: bytes) -> tuple[bytes, int]:
        """The 32 octets that were coded a call before, and how often these marks violate the code."""
        violations = lib.swd_hdb3_decode(self._code, _frame("plus", plus), _frame("minus", minus), self._a)
        return bytes(self._a), int(violations)
