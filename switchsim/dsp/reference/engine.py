"""The engine cell by cell and cycle by cycle, with every octet that ever was kept in plain lists.

It speaks the same acts as `switchsim.dsp.engine.Engine`, takes no shortcut and knows no row: what a stage computes for
cycle c comes from its sources' octets of cycle c - 8. Ears and DTMF receivers are not in it: what they hear is looked
for in the octets by their own tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import CELL_ONES, CONF_LEGS, EV_RAW_BLOCK, EV_SOURCE_DONE, EV_TX_DONE, NONE, EngineConfig
from switchsim.dsp.reference import g711, hdlc, mark

DELAY_CYCLES = 8
IDLE = 0xD5
FLAG_BITS = [0, 1, 1, 1, 1, 1, 1, 0]

OctetAt = Callable[[int], int]
Draw = Callable[[int, int], int]


class Transmitter:
    """Flags, and frames between them."""

    def __init__(self) -> None:
        self.bits: list[int] = []
        self.frames: list[bytes] = []
        self.after_flag = False
        self.ends: list[int] = []  # bits until the closing flags of frames on their way are sent

    def octet(self) -> tuple[int, bool]:
        """The next octet, and whether the last frame's closing flag ends in it."""
        while len(self.bits) < 8:
            if self.frames and self.after_flag:
                self.bits += hdlc.encode(self.frames.pop(0)) + FLAG_BITS
                self.ends.append(len(self.bits))
            else:
                self.bits += FLAG_BITS
            self.after_flag = True
        octet = hdlc.line_octets(self.bits[:8])[0]
        del self.bits[:8]
        done = any(end <= 8 for end in self.ends) and not self.frames and max(self.ends) <= 8
        self.ends = [end - 8 for end in self.ends if end > 8]
        return octet, done


class Line:
    """32 cells that are impaired together; errors fall on bits counted from cycle 0, 256 a cycle."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.cut = False
        self.rate_ppb = self.key = self.draws = self.next_bit = self.count = 0

    def gap(self, philox: Draw, exponential_q16: Callable[[int], int]) -> int:
        """Good bits before the next error: -ln(u) over -ln(1 - p)."""
        q16 = exponential_q16(philox(self.key, self.draws))
        self.draws += 1
        return (q16 << 46) // lambda_q62(self.rate_ppb)


def lambda_q62(rate_ppb: int) -> int:
    """-ln(1 - p) by its series, in 2^-62."""
    p = (rate_ppb << 62) // 10**9
    power, total, k = p, 0, 1
    while power:
        total += power // k
        power = power * p >> 62
        k += 1
    return total


class ReferenceEngine:
    """Cells of the same numbers as the engine's; `history[cell][cycle]` is every octet."""

    def __init__(self, config: EngineConfig, assets: Assets, prompts: Sequence[bytes], philox: Draw,
                 exponential_q16: Callable[[int], int], tone_octet: Callable[[int, int], int],
                 digit_octet: Callable[[str, int, int, int], int]) -> None:
        self.config, self.assets, self.prompts = config, assets, prompts
        self.philox, self.exponential_q16 = philox, exponential_q16
        self.tone_octet, self.digit_octet = tone_octet, digit_octet
        self.first_source_cell = 2
        self.first_hdlc_cell = 2 + config.n_sources
        self.first_conference_cell = self.first_hdlc_cell + config.n_hdlc_tx
        self.first_switched_cell = self.first_conference_cell + CONF_LEGS * config.n_conferences
        self.cell_count = self.first_switched_cell + config.n_switched
        self.history: list[list[int]] = [[] for _ in range(self.cell_count)]
        self.now = 0
        self.events: list[tuple[int, int, int]] = []
        self.sources: list[OctetAt] = [lambda _: IDLE] * config.n_sources
        self.fifos: dict[int, list[int]] = {}
        self.transmitters = [Transmitter() for _ in range(config.n_hdlc_tx)]
        self.legs = [[(NONE, 0)] * CONF_LEGS for _ in range(config.n_conferences)]
        self.sources_of = [0] * config.n_switched
        self.lines: dict[int, Line] = {}
        self.gates: dict[int, tuple[int, int, int]] = {}

    # Acts

    def connect(self, switched_cell: int, from_cell: int) -> None:
        self.sources_of[switched_cell - self.first_switched_cell] = from_cell

    def conference_leg(self, conference: int, leg: int, from_cell: int, hears_mask: int) -> None:
        self.legs[conference][leg] = (from_cell, hears_mask)

    def gate(self, cell: int, and_bits: int, or_bits: int, xor_bits: int) -> bool:
        self.gates[cell] = (and_bits, or_bits, xor_bits)
        return True

    def line_define(self, line: int, first_switched_cell: int) -> None:
        self.lines[line] = Line(first_switched_cell)

    def line_cut(self, line: int, cut: bool) -> None:
        self.lines[line].cut = cut

    def line_errors(self, line: int, rate_ppb: int, key: int) -> None:
        row = self.lines[line]
        row.rate_ppb, row.key, row.draws = rate_ppb, key, 0
        if rate_ppb:
            row.next_bit = self.now * 256 + row.gap(self.philox, self.exponential_q16)

    def line_error_count(self, line: int) -> int:
        return self.lines[line].count

    def hdlc_send(self, transmitter: int, frame: bytes) -> bool:
        self.transmitters[transmitter].frames.append(frame)
        return True

    def source_idle(self, source: int) -> None:
        self._play(source, lambda _: IDLE)

    def source_mark(self, source: int, party: int) -> None:
        self._play(source, lambda cycle: mark.octet(party, cycle))

    def source_tone(self, source: int, tone: int) -> None:
        start, cadence = self.now, self.assets.tones[tone]

        def octet(cycle: int) -> int:
            t, step = cycle - start, 0
            while cadence.steps_cycles and t >= cadence.steps_cycles[step]:
                t -= cadence.steps_cycles[step]
                step = step + 1 if step + 1 < len(cadence.steps_cycles) else cadence.repeat_from
            return IDLE if step % 2 else self.tone_octet(tone, cycle)

        self._play(source, octet)

    def source_prompts(self, source: int, prompts: Sequence[int], loop: bool = False) -> None:
        self._play_octets(source, b"".join(self.prompts[prompt] for prompt in prompts), loop)

    def source_digits(self, source: int, digits: str, on_cycles: int, off_cycles: int, low: int, high: int) -> None:
        octets = [
            self.digit_octet(digit, t, low, high) if t < on_cycles else IDLE
            for digit in digits
            for t in range(on_cycles + off_cycles)
        ]
        self._play_octets(source, bytes(octets), False)

    def source_raw(self, source: int) -> None:
        fifo: list[int] = []

        def octet(cycle: int) -> int:
            if len(fifo) == 161:
                self.events.append((cycle, EV_RAW_BLOCK, source))
            return fifo.pop(0) if fifo else IDLE

        self._play(source, octet)
        self.fifos[source] = fifo

    def source_feed(self, source: int, octets: bytes) -> bool:
        if len(self.fifos[source]) + len(octets) > 640:
            return False
        self.fifos[source] += octets
        return True

    def _play(self, source: int, octet: OctetAt) -> None:
        self.fifos.pop(source, None)
        self.sources[source] = octet

    def _play_octets(self, source: int, octets: bytes, loop: bool) -> None:
        start = self.now

        def octet(cycle: int) -> int:
            t = cycle - start
            if not loop and t == len(octets) - 1:
                self.events.append((cycle, EV_SOURCE_DONE, source))
            return octets[t % len(octets)] if loop or t < len(octets) else IDLE

        self._play(source, octet)

    # Time

    def run(self, until: int) -> None:
        """Every cell's octet of every cycle up to `until`."""
        while self.now < until:
            self._cycle()
            self.now += 1

    def before(self, cell: int) -> int:
        """The octet of a cell eight cycles ago; before cycle 0 there was idle."""
        if self.now < DELAY_CYCLES:
            return 0xFF if cell == CELL_ONES else IDLE
        return self.history[cell][self.now - DELAY_CYCLES]

    def _cycle(self) -> None:
        made = [IDLE, 0xFF, *(octet(self.now) for octet in self.sources)]
        for number, transmitter in enumerate(self.transmitters):
            octet, done = transmitter.octet()
            made.append(octet)
            if done:
                self.events.append((self.now, EV_TX_DONE, number))
        for legs in self.legs:
            made += [self._mixed(legs, mask) for _, mask in legs]
        made += [self.before(cell) for cell in self.sources_of]
        for line in self.lines.values():
            self._impair(line, made)
        for cell, (and_bits, or_bits, xor_bits) in self.gates.items():
            made[cell] = (made[cell] & and_bits | or_bits) ^ xor_bits
        for cell, octet in enumerate(made):
            self.history[cell].append(octet)

    def _mixed(self, legs: Sequence[tuple[int, int]], mask: int) -> int:
        spoken = [self.before(cell) for leg, (cell, _) in enumerate(legs) if mask >> leg & 1 and cell != NONE]
        total = sum(g711.alaw_decode(octet) for octet in spoken if octet | 0x80 != IDLE)
        return g711.alaw_encode(max(-32768, min(32767, total)))

    def _impair(self, line: Line, made: list[int]) -> None:
        if line.cut:
            made[line.first : line.first + 32] = [0xFF] * 32
        while line.rate_ppb and line.next_bit < (self.now + 1) * 256:
            cell, bit = divmod(line.next_bit % 256, 8)
            if not line.cut:
                made[line.first + cell] ^= 0x80 >> bit
                line.count += 1
            line.next_bit += 1 + line.gap(self.philox, self.exponential_q16)
