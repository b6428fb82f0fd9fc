"""One machine's share of a native core that several machines have in common: its own numbering of cells and units.

A plan counts from 0 as if it were alone; the share adds what the machines before it have taken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import fields, replace

from switchsim.dsp.dtmf import DtmfLimits
from switchsim.dsp.engine import (
    CELL_ONES,
    CHECK_2000,
    CONF_LEGS,
    NONE,
    BertCounts,
    DtmfShape,
    E1Config,
    E1Counts,
    E1Error,
    Engine,
    EngineConfig,
    PathImpairment,
    SuCounts,
    SuTxCounts,
    ToneSet,
)
from switchsim.dsp.tone_paths import ALL as ALL_PARTS

FIRST_SOURCE = CELL_ONES + 1
SHARED = ("tick_cycles", "recorder_octets")


def together(configs: Sequence[EngineConfig]) -> EngineConfig:
    """The core that all of them need; they have the same control tick."""
    sums = {
        field.name: sum(getattr(one, field.name) for one in configs)
        for field in fields(EngineConfig) if field.name not in SHARED
    }  # fmt: skip
    return EngineConfig(
        tick_cycles=configs[0].tick_cycles, recorder_octets=max(one.recorder_octets for one in configs), **sums
    )


class EngineShare(Engine):
    """Has the face of an Engine for one machine. `before`: what the machines before it take of the core, summed."""

    def __init__(self, engine: Engine, own: EngineConfig, before: EngineConfig) -> None:
        self.engine = engine  # and nothing of a native core of its own: every act of the base is given on
        self.assets = engine.assets
        self.config = own
        self.before = before
        self.first_source_cell = FIRST_SOURCE
        self.first_hdlc_cell = FIRST_SOURCE + own.n_sources
        self.first_su_cell = self.first_hdlc_cell + own.n_hdlc_tx
        self.first_conference_cell = self.first_su_cell + own.n_su_tx
        self.first_switched_cell = self.first_conference_cell + own.n_conferences * CONF_LEGS
        self._starts = [
            0, self.first_source_cell, self.first_hdlc_cell, self.first_su_cell, self.first_conference_cell,
            self.first_switched_cell,
        ]  # fmt: skip
        self._shifts = [
            0,
            engine.first_source_cell + before.n_sources - self.first_source_cell,
            engine.first_hdlc_cell + before.n_hdlc_tx - self.first_hdlc_cell,
            engine.first_su_cell + before.n_su_tx - self.first_su_cell,
            engine.first_conference_cell + before.n_conferences * CONF_LEGS - self.first_conference_cell,
            engine.first_switched_cell + before.n_switched - self.first_switched_cell,
        ]

    def cell(self, cell: int) -> int:
        """The core's number of a cell of this machine."""
        if cell == NONE:
            return cell
        return cell + self._shifts[bisect_right(self._starts, cell) - 1]

    def has(self, units: str, unit: int) -> bool:
        """Whether a unit of the plan is in the core; `units`: the field of EngineConfig that counts it."""
        return True

    @property
    def now(self) -> int:
        return self.engine.now

    # Connections

    def connect(self, switched_cell: int, from_cell: int) -> None:
        self.engine.connect(self.cell(switched_cell), self.cell(from_cell))

    def conference_leg(self, conference: int, leg: int, from_cell: int, hears_mask: int) -> None:
        self.engine.conference_leg(conference + self.before.n_conferences, leg, self.cell(from_cell), hears_mask)

    # Impairments

    def gate(self, cell: int, and_bits: int, or_bits: int, xor_bits: int) -> bool:
        return self.engine.gate(self.cell(cell), and_bits, or_bits, xor_bits)

    def line_define(self, line: int, first_switched_cell: int) -> None:
        self.engine.line_define(line + self.before.n_lines, self.cell(first_switched_cell))

    def line_cut(self, line: int, cut: bool) -> None:
        self.engine.line_cut(line + self.before.n_lines, cut)

    def line_errors(self, line: int, rate_ppb: int, key: int) -> None:
        self.engine.line_errors(line + self.before.n_lines, rate_ppb, key)

    def line_error_count(self, line: int) -> int:
        return self.engine.line_error_count(line + self.before.n_lines)

    def override(self, cell: int, from_cell: int) -> None:
        self.engine.override(self.cell(cell), self.cell(from_cell))

    def path_define(self, path: int, cell: int) -> None:
        self.engine.path_define(path + self.before.n_paths, self.cell(cell))

    def path_set(self, path: int, impairment: PathImpairment) -> None:
        if impairment.break_in is not None:
            cell, gain_mdb = impairment.break_in
            impairment = replace(impairment, break_in=(self.cell(cell), gain_mdb))
        self.engine.path_set(path + self.before.n_paths, impairment)

    def path_clear(self, path: int, parts: int = ALL_PARTS) -> None:
        self.engine.path_clear(path + self.before.n_paths, parts)

    def path_does(self, path: int) -> int:
        return self.engine.path_does(path + self.before.n_paths)

    # E1 lines

    def e1(self, unit: int) -> int:
        """The core's number of a direction of this machine."""
        return unit if unit == NONE else unit + self.before.n_e1

    def e1_define(self, unit: int, config: E1Config) -> None:
        first, opposite = self.cell(config.first_cell), self.e1(config.opposite)
        self.engine.e1_define(self.e1(unit), replace(config, first_cell=first, opposite=opposite))

    def e1_level(self, unit: int, bits: bool) -> bool:
        return self.engine.e1_level(self.e1(unit), bits)

    def e1_clean(self, unit: int) -> bool:
        return self.engine.e1_clean(self.e1(unit))

    def e1_mute(self, unit: int, on: bool) -> None:
        self.engine.e1_mute(self.e1(unit), on)

    def e1_send(self, unit: int, send: int) -> None:
        self.engine.e1_send(self.e1(unit), send)

    def e1_force(self, unit: int, receiver: bool, send: int) -> None:
        self.engine.e1_force(self.e1(unit), receiver, send)

    def e1_sa(self, unit: int, sa5: int, ssm: int = 15) -> None:
        self.engine.e1_sa(self.e1(unit), sa5, ssm)

    def e1_abcd(self, unit: int, timeslot: int, abcd: int) -> None:
        self.engine.e1_abcd(self.e1(unit), timeslot, abcd)

    def e1_inject(self, unit: int, slot: int, error: E1Error) -> None:
        self.engine.e1_inject(self.e1(unit), slot, error)

    def e1_inject_stop(self, unit: int, slot: int) -> None:
        self.engine.e1_inject_stop(self.e1(unit), slot)

    def e1_injected(self, unit: int, slot: int) -> int:
        return self.engine.e1_injected(self.e1(unit), slot)

    def e1_shift(self, unit: int, bits: int) -> bool:
        return self.engine.e1_shift(self.e1(unit), bits)

    def e1_delay(self, unit: int, cycles: int) -> bool:
        return self.engine.e1_delay(self.e1(unit), cycles)

    def e1_slip(self, unit: int, how: int) -> bool:
        return self.engine.e1_slip(self.e1(unit), how)

    def e1_loop(self, unit: int, from_unit: int, what: int) -> None:
        self.engine.e1_loop(self.e1(unit), self.e1(from_unit), what)

    def e1_status(self, unit: int) -> int:
        return self.engine.e1_status(self.e1(unit))

    def e1_counters(self, unit: int) -> E1Counts:
        return self.engine.e1_counters(self.e1(unit))

    def e1_received(self, unit: int) -> tuple[int, int]:
        return self.engine.e1_received(self.e1(unit))

    def e1_abcd_received(self, unit: int, timeslot: int) -> int:
        return self.engine.e1_abcd_received(self.e1(unit), timeslot)

    def e1_tap(self, unit: int, on: bool) -> bool:
        return self.engine.e1_tap(self.e1(unit), on)

    def e1_tap_drain(self, unit: int) -> bytes:
        return self.engine.e1_tap_drain(self.e1(unit))

    # Sources

    def source_idle(self, source: int) -> None:
        self.engine.source_idle(source + self.before.n_sources)

    def source_tone(self, source: int, tone: int) -> None:
        self.engine.source_tone(source + self.before.n_sources, tone)

    def source_prompts(self, source: int, prompts: Sequence[int], loop: bool = False) -> None:
        self.engine.source_prompts(source + self.before.n_sources, prompts, loop)

    def source_digits(
        self, source: int, digits: str, on_cycles: int, off_cycles: int, low_mdbm0: int, high_mdbm0: int
    ) -> None:
        self.engine.source_digits(
            source + self.before.n_sources, digits, on_cycles, off_cycles, low_mdbm0, high_mdbm0
        )

    def source_dtmf(self, source: int, digits: str, shape: DtmfShape) -> None:
        self.engine.source_dtmf(source + self.before.n_sources, digits, shape)

    def source_mfc(
        self, source: int, direction: str, signal: int, *, level_mdbm0: tuple[int, int] = (-11_500, -11_500),
        cycles: int = 0, offset_ppm: tuple[int, int] = (0, 0)
    ) -> None:  # fmt: skip
        self.engine.source_mfc(
            source + self.before.n_sources, direction, signal, level_mdbm0=level_mdbm0, cycles=cycles,
            offset_ppm=offset_ppm)  # fmt: skip

    def source_mark(self, source: int, party: int) -> None:
        self.engine.source_mark(source + self.before.n_sources, party)

    def source_raw(self, source: int) -> None:
        self.engine.source_raw(source + self.before.n_sources)

    def source_feed(self, source: int, octets: bytes) -> bool:
        return self.engine.source_feed(source + self.before.n_sources, octets)

    def source_underruns(self, source: int) -> int:
        return self.engine.source_underruns(source + self.before.n_sources)

    # HDLC

    def hdlc_send(self, transmitter: int, frame: bytes) -> bool:
        return self.engine.hdlc_send(transmitter + self.before.n_hdlc_tx, frame)

    def hdlc_waiting(self, transmitter: int) -> int:
        return self.engine.hdlc_waiting(transmitter + self.before.n_hdlc_tx)

    def hdlc_flush(self, transmitter: int) -> None:
        self.engine.hdlc_flush(transmitter + self.before.n_hdlc_tx)

    def hdlc_listen(self, receiver: int, cell: int) -> None:
        self.engine.hdlc_listen(receiver + self.before.n_hdlc_rx, self.cell(cell))

    # Receivers, ears, recorders

    def receiver_listen(self, receiver: int, cell: int) -> None:
        self.engine.receiver_listen(receiver + self.before.n_receivers, self.cell(cell))

    def receiver_limits(self, limits: str | DtmfLimits, limits_set: int = 0) -> None:
        """Of all machines: a plant has the same ones everywhere."""
        self.engine.receiver_limits(limits, limits_set)

    def receiver_use(self, receiver: int, limits_set: int) -> None:
        self.engine.receiver_use(receiver + self.before.n_receivers, limits_set)

    def check_listen(self, check: int, cell: int, freqs: int = CHECK_2000) -> None:
        self.engine.check_listen(check + self.before.n_checks, self.cell(cell), freqs)

    def mfc_listen(self, unit: int, cell: int, direction: str = "forward", limits: str = "itu") -> None:
        self.engine.mfc_listen(unit + self.before.n_mfc, self.cell(cell), direction, limits)

    def progress_listen(self, unit: int, cell: int, tone_set: str = "china") -> None:
        self.engine.progress_listen(unit + self.before.n_progress, self.cell(cell), tone_set)

    def progress_define(self, name: str, tones: ToneSet) -> None:
        self.engine.progress_define(name, tones)

    def ear_listen(self, ear: int, cell: int) -> None:
        self.engine.ear_listen(ear + self.before.n_ears, self.cell(cell))

    def record_start(self, recorder: int, cell: int) -> None:
        self.engine.record_start(recorder + self.before.n_recorders, self.cell(cell))

    def record_stop(self, recorder: int) -> None:
        self.engine.record_stop(recorder + self.before.n_recorders)

    def record_drain(self, recorder: int) -> bytes:
        return self.engine.record_drain(recorder + self.before.n_recorders)

    # Test sequences

    def pattern_start(
        self, generator: int, pattern: int, first_source: int, n_timeslots: int = 1, inverted: bool = False
    ) -> None:
        self.engine.pattern_start(
            generator + self.before.n_patterns, pattern, first_source + self.before.n_sources, n_timeslots, inverted
        )

    def pattern_stop(self, generator: int) -> None:
        self.engine.pattern_stop(generator + self.before.n_patterns)

    def pattern_error(self, generator: int, count: int = 1) -> bool:
        return self.engine.pattern_error(generator + self.before.n_patterns, count)

    def bert_listen(self, bert: int, pattern: int, cells: Sequence[int], inverted: bool = False) -> None:
        self.engine.bert_listen(bert + self.before.n_berts, pattern, [self.cell(cell) for cell in cells], inverted)

    def bert_stop(self, bert: int) -> None:
        self.engine.bert_stop(bert + self.before.n_berts)

    def bert_counters(self, bert: int) -> BertCounts:
        return self.engine.bert_counters(bert + self.before.n_berts)

    def bert_slip(self, first_cell: int, how: int) -> None:
        self.engine.bert_slip(self.cell(first_cell), how)

    # Signalling terminals

    def su_fill(self, transmitter: int, octets: bytes, verbatim: bool = False) -> None:
        self.engine.su_fill(transmitter + self.before.n_su_tx, octets, verbatim)

    def su_send(self, transmitter: int, octets: bytes, flags: int = 0) -> bool:
        return self.engine.su_send(transmitter + self.before.n_su_tx, octets, flags)

    def su_ack(self, transmitter: int, octet: int) -> None:
        self.engine.su_ack(transmitter + self.before.n_su_tx, octet)

    def su_notify(self, transmitter: int, level: int) -> None:
        self.engine.su_notify(transmitter + self.before.n_su_tx, level)

    def su_flush(self, transmitter: int) -> int:
        return self.engine.su_flush(transmitter + self.before.n_su_tx)

    def su_waiting(self, transmitter: int) -> int:
        return self.engine.su_waiting(transmitter + self.before.n_su_tx)

    def su_tx_counters(self, transmitter: int) -> SuTxCounts:
        return self.engine.su_tx_counters(transmitter + self.before.n_su_tx)

    def su_listen(self, receiver: int, cell: int) -> None:
        self.engine.su_listen(receiver + self.before.n_su_rx, self.cell(cell))

    def su_monitor(self, receiver: int, mode: int, threshold: int = 0) -> None:
        self.engine.su_monitor(receiver + self.before.n_su_rx, mode, threshold)

    def su_repeats(self, receiver: int) -> int:
        return self.engine.su_repeats(receiver + self.before.n_su_rx)

    def su_counters(self, receiver: int) -> SuCounts:
        return self.engine.su_counters(receiver + self.before.n_su_rx)
