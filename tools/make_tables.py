"""Write native/src/tables.c and tables.h: every constant table of the native core, exactly rounded.

Only integers and `decimal` (correctly rounded by its specification) are used, so each host writes the same bytes; a
test runs this again and compares. Usage: python tools/make_tables.py [DIRECTORY]   (default: native/src)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from pathlib import Path

getcontext().prec = 60

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
SINE_BITS = 12                    # 4096 points a turn
SINE_Q = 14                       # 16384 = one
LN_BITS = 10                      # 1024 intervals of [1/2, 1)
LN_Q = 24
AMPLITUDE_FLOOR_MDBM0 = -60_000
AMPLITUDE_TOP_MDBM0 = 3_000
PEAK_0_DBM0 = 22_824              # 16-bit A-law scale: RMS of the digital milliwatt, 16139, times root two
AMPLITUDE_Q = 16
STEP_Q = 30
DTMF_HZ = (697, 770, 852, 941, 1209, 1336, 1477, 1633)   # Q.23
DTMF_BLOCK = 96                   # samples of a Hann block; half of it is the hop
DTMF_SCREEN_Q = 12                # 16128 (four 13-bit samples) * 24 * 2^12 < 2^31
DTMF_FINE_Q = 14                  # 4032 * 96 / 2 * 2 / pi * 2^14 < 2^31
DTMF_SCREEN_BINS = range(7, 22)   # multiples of 8000 / 96 Hz: 583 to 1750 Hz
DTMF_PAIRS = ((0, 2), (4, 6), (1, 3), (5, 7))   # octets of a row that lie together after decoding
# Half of a symmetric band-pass, Q14, for every second output: 350-450 Hz 33 dB down, 686-1662 Hz within 1.1 dB. The
# weighted least squares that gave it is floating point, so its result stands here; a test measures it.
DTMF_BAND_PASS = (-1173, 6, 150, 238, 241, 418, 727, 551, -142, -309, 185, -396, -2502, -3044, 446, 4868)


def nearest(value: Decimal) -> int:
    """Round to the nearest integer (ties, which irrational values never give, to even)."""
    return int(value.to_integral_value(rounding=ROUND_HALF_EVEN))


def cosine(turns: Decimal) -> Decimal:
    """cos(2 pi turns) by its power series; turns of any size, error below 1e-50."""
    angle = (turns % 1) * 2 * PI
    term = total = Decimal(1)
    for k in range(2, 120, 2):
        term *= -angle * angle / (k * (k - 1))
        total += term
    return total


def sine(turns: Decimal) -> Decimal:
    """sin(2 pi turns)."""
    return cosine(turns - Decimal("0.25"))


def sine_table() -> list[int]:
    """One turn, Q14."""
    points = 1 << SINE_BITS
    return [nearest(sine(Decimal(i) / points) * (1 << SINE_Q)) for i in range(points)]


def ln_table() -> list[int]:
    """-ln(x) in Q24 at x = 1/2 + i/2048, i = 0..1024."""
    half = 1 << LN_BITS
    return [nearest(-(Decimal(half + i) / (2 * half)).ln() * (1 << LN_Q)) for i in range(half + 1)]


def ln2() -> int:
    """ln 2 in Q24."""
    return nearest(Decimal(2).ln() * (1 << LN_Q))


def decibel_ratio(mdb: int) -> Decimal:
    """Amplitude ratio of a level in thousandths of a decibel."""
    return (Decimal(mdb) / 20_000 * Decimal(10).ln()).exp()


def amplitude_tables() -> tuple[list[int], list[int], list[int]]:
    """Peaks from the floor in steps of 1024 mdB (Q16), then ratios of 32 mdB and of 1 mdB (Q30)."""
    coarse_count = (AMPLITUDE_TOP_MDBM0 - AMPLITUDE_FLOOR_MDBM0) // 1024 + 1
    coarse = [
        nearest(PEAK_0_DBM0 * decibel_ratio(AMPLITUDE_FLOOR_MDBM0 + 1024 * i) * (1 << AMPLITUDE_Q))
        for i in range(coarse_count)
    ]
    middle = [nearest(decibel_ratio(32 * i) * (1 << STEP_Q)) for i in range(32)]
    fine = [nearest(decibel_ratio(i) * (1 << STEP_Q)) for i in range(32)]
    return coarse, middle, fine


def alaw_decode(code: int) -> int:
    """G.711 table 1, on the 16-bit scale."""
    bits = code ^ 0x55
    segment, magnitude = bits >> 4 & 7, (bits & 15) * 16 + 8
    if segment:
        magnitude = (magnitude + 256) << (segment - 1)
    return magnitude if bits & 0x80 else -magnitude


def ulaw_decode(code: int) -> int:
    """G.711 table 2, on the 16-bit scale."""
    bits = ~code & 0xFF
    magnitude = (((bits & 15) * 8 + 132) << (bits >> 4 & 7)) - 132
    return -magnitude if bits & 0x80 else magnitude


def alaw_encode(linear: int) -> int:
    """G.711 table 1: the segment is found by the position of the highest bit of the 12-bit magnitude."""
    magnitude = (~linear if linear < 0 else linear) >> 4
    segment = max(0, magnitude.bit_length() - 4)
    mantissa = magnitude >> max(0, segment - 1) & 15
    return (segment << 4 | mantissa | (0 if linear < 0 else 0x80)) ^ 0x55


def alaw_encode_table() -> list[int]:
    """A-law of every 12-bit value, indexed by (uint16 linear) >> 4."""
    return [alaw_encode((i if i < 2048 else i - 4096) << 4) for i in range(4096)]


def fcs_table() -> list[int]:
    """CRC of ISO/IEC 13239 annex A, reflected polynomial 0x8408: row k is an octet followed by k zero octets."""
    table = []
    for octets in range(1, 9):
        for octet in range(256):
            crc = octet
            for _ in range(8 * octets):
                crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
            table.append(crc)
    return table


def stuff_table() -> list[int]:
    """Bit stuffing of an octet, sent least significant bit first: index ones * 256 + octet; bits 9..0 what is sent (the
    last in bit 0), 12..15 how many, 16..18 the consecutive ones after it.
    """
    return [stuffed(ones, octet) for ones in range(5) for octet in range(256)]


def stuffed(ones: int, octet: int) -> int:
    """One entry of stuff_table: `ones` (0..4) consecutive ones were sent before."""
    sent = count = 0
    for i in range(8):
        bit = octet >> i & 1
        sent = sent << 1 | bit
        count += 1
        ones = ones + 1 if bit else 0
        if ones == 5:
            sent <<= 1
            count += 1
            ones = 0
    return sent | count << 12 | ones << 16


def dtmf_window(block: int = DTMF_BLOCK) -> list[Decimal]:
    """A Hann window whose overlapping copies sum to one."""
    return [(1 - cosine((Decimal(n) + Decimal("0.5")) / block)) / 2 for n in range(block)]


def dtmf_correlator(wave: Callable[[Decimal], Decimal]) -> list[int]:
    """Window times wave(f * time until the block's middle), Q14; index [frequency][sample]."""
    window = dtmf_window()
    middle = Decimal(DTMF_BLOCK - 1) / 2
    return [
        nearest(window[n] * wave(Decimal(hz) * (middle - n) / 8000) * (1 << DTMF_FINE_Q))
        for hz in DTMF_HZ
        for n in range(DTMF_BLOCK)
    ]


def dtmf_screen(wave: Callable[[Decimal], Decimal], odd: int) -> list[int]:
    """wave(k / 96 * time until the block's middle) over a block's first quarter, Q12, for the even or the odd bins.

    Index [row * 4 + pair][bin][sample of the pair].
    """
    middle = Decimal(DTMF_BLOCK - 1) / 2
    return [
        nearest(wave(k * (middle - (row * 8 + place)) / DTMF_BLOCK) * (1 << DTMF_SCREEN_Q))
        for row in range(3)
        for pair in DTMF_PAIRS
        for k in DTMF_SCREEN_BINS
        if k % 2 == odd
        for place in pair
    ]


def dtmf_advance() -> list[int]:
    """cos and sin of each frequency's phase over a hop, Q14."""
    turns = [Decimal(hz) * (DTMF_BLOCK // 2) / 8000 for hz in DTMF_HZ]
    return [nearest(wave(turn) * (1 << SINE_Q)) for turn in turns for wave in (cosine, sine)]


def band_pass_gain(hz: Decimal) -> Decimal:
    """Power gain of the band-pass."""
    half = len(DTMF_BAND_PASS) - Decimal("0.5")
    taps = (tap * cosine(hz * (half - i) / 8000) for i, tap in enumerate(DTMF_BAND_PASS))
    return (2 * sum(taps, start=Decimal(0)) / (1 << DTMF_FINE_Q)) ** 2


def dtmf_gain() -> list[int]:
    """Power gain of the band-pass at each frequency, Q12."""
    return [nearest(band_pass_gain(Decimal(hz)) * 4096) for hz in DTMF_HZ]


def dtmf_slope() -> list[int]:
    """How that changes with a turn over a hop more, Q12: between 2 % below each frequency and 2 % above it."""
    turns = [Decimal(hz) * (DTMF_BLOCK // 2) / 8000 / 25 for hz in DTMF_HZ]
    ends = [(band_pass_gain(hz * Decimal("0.98")), band_pass_gain(hz * Decimal("1.02"))) for hz in DTMF_HZ]
    return [nearest((above - below) / turn * 4096) for turn, (below, above) in zip(turns, ends, strict=True)]


def arc_tangents() -> list[int]:
    """Turns of atan(2^-i), Q24, for turning a vector to the axis by shifts and additions."""
    return [nearest(arc_tangent(Decimal(2) ** -i) / (2 * PI) * (1 << 24)) for i in range(16)]


def arc_tangent(x: Decimal) -> Decimal:
    """atan x, |x| <= 1, by halving the angle and its power series."""
    for _ in range(3):
        x = x / (1 + (1 + x * x).sqrt())
    return 8 * sum(((-1) ** k * x ** (2 * k + 1) / (2 * k + 1) for k in range(80)), start=Decimal(0))


def unstuff_table() -> list[int]:
    """Receiving a timeslot octet, most significant bit first: index ones * 256 + octet, ones 0..5 before it.

    Bits 0..7 the data (the first in bit 0), 8..11 how many, 12..14 the consecutive ones after it; bit 15 alone: there
    is a sixth one, so the octet must be taken bit by bit.
    """
    return [unstuffed(ones, octet) for ones in range(6) for octet in range(256)]


def unstuffed(ones: int, octet: int) -> int:
    """One entry of unstuff_table."""
    data = count = 0
    for i in range(7, -1, -1):
        bit = octet >> i & 1
        if bit and ones == 5:
            return 1 << 15
        if bit or ones < 5:
            data |= bit << count
            count += 1
        ones = ones + 1 if bit else 0
    return data | count << 8 | ones << 12


def c_array(kind: str, name: str, values: Iterable[int]) -> str:
    """A C definition, wrapped at 120 columns."""
    lines, line = [], "   "
    items = list(values)
    for value in items:
        piece = f" {value},"
        if len(line) + len(piece) > 118:
            lines.append(line)
            line = "   "
        line += piece
    return f"const {kind} {name}[{len(items)}] = {{\n" + "\n".join([*lines, line]) + "\n};\n"


def tables() -> list[tuple[str, str, list[int], str]]:
    """(C type, name, values, comment) of every table, in the order of the file."""
    coarse, middle, fine = amplitude_tables()
    return [
        ("int16_t", "swd_table_sine", sine_table(), "one turn in 4096 points, Q14"),
        ("uint32_t", "swd_table_ln", ln_table(), "-ln(1/2 + i/2048), Q24"),
        ("uint32_t", "swd_table_peak", coarse, "peak of -60000 + 1024 i mdBm0, 16-bit A-law scale, Q16"),
        ("uint32_t", "swd_table_ratio_32", middle, "amplitude ratio of 32 i mdB, Q30"),
        ("uint32_t", "swd_table_ratio_1", fine, "amplitude ratio of i mdB, Q30"),
        ("int16_t", "swd_table_alaw", [alaw_decode(i) for i in range(256)], "A-law decoder, 16-bit scale"),
        ("int16_t", "swd_table_ulaw", [ulaw_decode(i) for i in range(256)], "mu-law decoder, 16-bit scale"),
        ("uint8_t", "swd_table_to_alaw", alaw_encode_table(), "A-law encoder by (uint16_t)linear >> 4"),
        ("uint16_t", "swd_table_fcs", fcs_table(), "FCS-16: [zero octets after it][octet]"),
        ("uint32_t", "swd_table_stuff", stuff_table(), "[ones before][octet]: bits | count << 12 | ones after << 16"),
        ("uint16_t", "swd_table_unstuff", unstuff_table(), "[ones][octet]: bits | count << 8 | ones after << 12"),
        ("int16_t", "swd_table_dtmf_cos", dtmf_correlator(cosine), "Hann * cos, Q14: [frequency][96]"),
        ("int16_t", "swd_table_dtmf_sin", dtmf_correlator(sine), "Hann * sin, Q14: [frequency][96]"),
        ("int16_t", "swd_table_dtmf_window", [nearest(w * 32767) for w in dtmf_window()], "Hann, Q15: 96"),
        ("int16_t", "swd_table_dtmf_half_window", [nearest(w * 32767) for w in dtmf_window(48)], "Hann, Q15: 48"),
        ("int16_t", "swd_table_dtmf_band_pass", [*DTMF_BAND_PASS, *reversed(DTMF_BAND_PASS)], "Q14: 32 taps"),
        ("int16_t", "swd_table_dtmf_even_cos", dtmf_screen(cosine, 0), "cos, Q12: [pair][even bin][2]"),
        ("int16_t", "swd_table_dtmf_even_sin", dtmf_screen(sine, 0), "sin, Q12: [pair][even bin][2]"),
        ("int16_t", "swd_table_dtmf_odd_cos", dtmf_screen(cosine, 1), "cos, Q12: [pair][odd bin][2]"),
        ("int16_t", "swd_table_dtmf_odd_sin", dtmf_screen(sine, 1), "sin, Q12: [pair][odd bin][2]"),
        ("int16_t", "swd_table_dtmf_advance", dtmf_advance(), "cos, sin of a hop's phase at each frequency, Q14"),
        ("int16_t", "swd_table_dtmf_gain", dtmf_gain(), "power gain of the band-pass at each frequency, Q12"),
        ("int16_t", "swd_table_dtmf_slope", dtmf_slope(), "its change with a turn over a hop, Q12"),
        ("int32_t", "swd_table_arc", arc_tangents(), "turns of atan(2^-i), Q24"),
    ]


def header(rows: list[tuple[str, str, list[int], str]]) -> str:
    """tables.h."""
    lines = [f"extern const {kind} {name}[{len(values)}];  /* {note} */" for kind, name, values, note in rows]
    return (
        "/* Made by tools/make_tables.py; a test compares. */\n#ifndef SWD_TABLES_H\n#define SWD_TABLES_H\n\n"
        "#include <stdint.h>\n\n" + f"#define SWD_LN2_Q24 {ln2()}u\n\n" + "\n".join(lines) + "\n\n#endif\n"
    )


def source(rows: list[tuple[str, str, list[int], str]]) -> str:
    """tables.c."""
    bodies = [f"/* {note} */\n" + c_array(kind, name, values) for kind, name, values, note in rows]
    return '/* Made by tools/make_tables.py; a test compares. */\n#include "tables.h"\n\n' + "\n".join(bodies)


def main(arguments: list[str]) -> None:
    """Write both files into the directory given, or into native/src beside this script."""
    where = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent / "native" / "src"
    rows = tables()
    (where / "tables.h").write_text(header(rows), encoding="ascii")
    (where / "tables.c").write_text(source(rows), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
