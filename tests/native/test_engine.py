"""The engine's face: acts at their cycle, delays, HDLC, early return, idle stretches, refusals, snapshots."""

from __future__ import annotations

import random

import pytest

from switchsim.dsp import isa
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import (
    BAD_ABORT,
    BAD_LONG,
    CELL_IDLE,
    CELL_ONES,
    EV_BAD_FRAME,
    EV_DIGIT_OFF,
    EV_DIGIT_ON,
    EV_FRAME,
    EV_RAW_BLOCK,
    EV_SOURCE_DONE,
    EV_TX_DONE,
    NONE,
    Engine,
    EngineConfig,
    Event,
)
from switchsim.dsp.reference import mark
from switchsim.errors import BadInput

CONFIG = EngineConfig(
    n_sources=4, n_hdlc_tx=2, n_hdlc_rx=2, n_conferences=1, n_switched=64, n_lines=2, n_receivers=2, n_ears=2,
    n_recorders=4, recorder_octets=1024,
)  # fmt: skip
SOUND = random.Random(1).randbytes(4000)


def machine(config: EngineConfig = CONFIG) -> Engine:
    return Engine(config, Assets([SOUND, SOUND[:5]], [Tone((1_000_000,), (0,))]))


def run(engine: Engine, until: int) -> list[Event]:
    events = []
    while engine.now < until:
        events += engine.run(until)
    return events


@pytest.fixture
def engine() -> Engine:
    return machine()


@pytest.mark.parametrize("at", [64, 67, 71])
def test_a_connection_takes_effect_on_the_octet_of_its_cycle(engine: Engine, at: int) -> None:
    cell = engine.first_switched_cell
    engine.source_prompts(0, [0])
    engine.connect(cell, CELL_ONES)
    engine.record_start(0, cell)
    run(engine, at)
    engine.connect(cell, engine.first_source_cell)
    assert engine.connected(cell) == engine.first_source_cell
    run(engine, 200)
    heard = engine.record_drain(0)
    assert heard[:at] == b"\xff" * at
    assert heard[at:] == SOUND[at - 8 : 192]


def test_every_stage_delays_by_eight_cycles(engine: Engine) -> None:
    first = engine.first_switched_cell
    engine.source_prompts(0, [0])
    engine.connect(first, engine.first_source_cell)
    engine.conference_leg(0, 0, first, 0)
    engine.conference_leg(0, 1, NONE, 1)
    engine.connect(first + 1, engine.first_conference_cell + 1)
    engine.record_start(0, first + 1)
    run(engine, 300)
    heard = engine.record_drain(0)
    expected = [0xD5 if octet == 0x55 else octet for octet in SOUND[:276]]  # both are silence to a conference
    assert heard == b"\xd5" * 24 + bytes(expected)


def test_a_loop_of_two_cells_keeps_what_is_in_it(engine: Engine) -> None:
    first = engine.first_switched_cell
    engine.source_prompts(0, [0])
    engine.connect(first, engine.first_source_cell)
    engine.connect(first + 1, first)
    run(engine, 16)
    engine.connect(first, first + 1)
    engine.record_start(0, first)
    run(engine, 16 + 800)
    assert engine.record_drain(0) == (b"\xd5" * 8 + SOUND[:8]) * 50


def test_frames_cross_and_their_last_bit_dates_them(engine: Engine) -> None:
    cell = engine.first_switched_cell
    engine.connect(cell, engine.first_hdlc_cell)
    engine.hdlc_listen(0, cell)
    run(engine, 100)
    frames = [bytes([i]) * n for i, n in enumerate((3, 260, 300))]
    assert all(engine.hdlc_send(0, frame) for frame in frames)
    assert engine.hdlc_waiting(0) == 3
    events = run(engine, 2000)
    got = [event for event in events if event.kind == EV_FRAME]
    assert [event.octets for event in got] == frames
    (done,) = (event for event in events if event.kind == EV_TX_DONE)
    assert got[-1].at == done.at + 8
    assert got[0].at - 8 - 100 in (5, 6)  # three octets, FCS, flag
    assert engine.hdlc_waiting(0) == 0


def test_a_flushed_frame_is_aborted(engine: Engine) -> None:
    engine.hdlc_listen(0, engine.first_hdlc_cell)
    run(engine, 64)
    engine.hdlc_send(0, bytes(100))
    run(engine, 96)
    engine.hdlc_flush(0)
    events = run(engine, 400)
    assert [(event.kind, event.a) for event in events] == [(EV_BAD_FRAME, BAD_ABORT)]


def test_a_full_transmitter_says_so_and_keeps_what_it_has(engine: Engine) -> None:
    while engine.hdlc_send(1, bytes(300)):
        pass
    waiting = engine.hdlc_waiting(1)
    assert waiting >= 5
    run(engine, 40_000)
    assert engine.hdlc_waiting(1) == 0


def test_a_slept_transmitter_wakes_with_its_flags_in_step(engine: Engine) -> None:
    """After a second of flags alone the receiver takes the first frame, and no error."""
    engine.connect(engine.first_switched_cell, engine.first_hdlc_cell)
    engine.hdlc_listen(0, engine.first_switched_cell)
    engine.hdlc_send(0, b"\x1f\x1f\x1f")  # stuffing shifts the flags against the octets
    run(engine, 8003)
    engine.hdlc_send(0, b"again")
    frames = [event for event in run(engine, 9000) if event.kind != EV_TX_DONE]
    assert [(event.kind, event.octets) for event in frames] == [(EV_FRAME, b"again")]


def test_a_receiver_does_not_sleep_within_a_frame(engine: Engine) -> None:
    """Flags, then idle octets just before the sweep at cycle 512: to the receiver a frame that never ends."""
    cell = engine.first_switched_cell
    engine.connect(cell, engine.first_hdlc_cell)
    engine.hdlc_listen(0, cell)
    run(engine, 480)
    engine.connect(cell, CELL_IDLE)
    (event,) = run(engine, 4000)
    assert (event.kind, event.a) == (EV_BAD_FRAME, BAD_LONG)
    assert 480 + 300 <= event.at <= 480 + 304


def test_marks_made_together_are_the_marks() -> None:
    engine = machine(EngineConfig(n_sources=70, n_recorders=70))
    parties = [1 + 31 * source % 2047 for source in range(70)]
    for source, party in enumerate(parties):
        engine.record_start(source, engine.first_source_cell + source)
        if source != 33:
            engine.source_mark(source, party)
    run(engine, 2200)
    for source, party in enumerate(parties):
        expected = b"\xd5" * 2200 if source == 33 else bytes(mark.octet(party, cycle) for cycle in range(2200))
        assert engine.record_drain(source) == expected


@pytest.mark.parametrize("tick", [1, 3, 8])
def test_a_run_stops_at_the_first_tick_after_an_event(tick: int) -> None:
    engine = machine(EngineConfig(tick_cycles=tick, n_sources=1))
    engine.source_prompts(0, [1])
    events = engine.run(1000)
    assert events == [Event(4, EV_SOURCE_DONE, 0, 0, 0)]
    assert engine.now == -(-5 // tick) * tick


def test_events_between_two_ticks_wait_for_the_tick(engine: Engine) -> None:
    engine.source_prompts(0, [1])
    assert engine.run(6) == []
    assert engine.now == 6
    assert [event.at for event in engine.run(100)] == [4]
    assert engine.now == 8


def test_events_of_a_tick_are_sorted() -> None:
    engine = machine(EngineConfig(n_sources=40))
    for source in reversed(range(40)):
        engine.source_prompts(source, [1])
    engine.source_digits(7, "1", 2, 0, -9000, -7000)
    events = engine.run(100)
    assert [(event.at, event.unit) for event in events] == [(1, 7)] + [(4, unit) for unit in range(40) if unit != 7]


def test_more_events_than_a_call_takes_come_at_once() -> None:
    engine = machine(EngineConfig(n_sources=5000))
    for source in range(5000):
        engine.source_prompts(source, [1])
    assert [event.unit for event in engine.run(100)] == list(range(5000))
    assert engine.now == 8
    assert engine.run(100) == []


def test_digits_are_received(engine: Engine) -> None:
    engine.receiver_listen(1, engine.first_source_cell)
    engine.source_digits(0, "159D*0#", 400, 400, -9000, -7000)
    events = run(engine, 8000)
    assert "".join(chr(e.a & 0xFF) for e in events if e.kind == EV_DIGIT_ON and e.unit == 1) == "159D*0#"
    assert all(abs(e.b - 400) < 60 for e in events if e.kind == EV_DIGIT_OFF)


def test_a_half_full_recorder_stops_the_run_once(engine: Engine) -> None:
    engine.record_start(2, CELL_ONES)
    assert engine.run(10_000) == []
    assert engine.now == 512
    assert len(engine.record_drain(2)) == 512
    engine.run(10_000)
    assert engine.now == 1024
    engine.run(10_000)
    assert engine.now == 10_000
    assert len(engine.record_drain(2)) == 1024  # what came when it was full is lost


def test_a_raw_source_asks_for_its_next_block(engine: Engine) -> None:
    engine.source_raw(0)
    assert engine.source_feed(0, SOUND[:320])
    assert not engine.source_feed(0, bytes(321))
    engine.record_start(0, engine.first_source_cell)
    events = run(engine, 400)
    assert events == [Event(159, EV_RAW_BLOCK, 0, 0, 0)]
    assert engine.record_drain(0) == SOUND[:320] + b"\xd5" * 80
    assert engine.source_underruns(0) == 80


def test_lines_hit_and_heal(engine: Engine) -> None:
    first = engine.first_switched_cell
    engine.line_define(0, first)
    engine.line_errors(0, 1_000_000, 99)
    engine.record_start(0, first + 5)
    run(engine, 800)
    engine.line_errors(0, 0, 0)
    count = engine.line_error_count(0)
    assert 120 <= count <= 300  # 204,800 bits at 1e-3
    engine.record_drain(0)
    run(engine, 1000)
    assert engine.record_drain(0) == b"\xd5" * 200
    assert engine.line_error_count(0) == count


def test_error_rate_is_what_was_asked(engine: Engine) -> None:
    for rate_ppb, expected in ((1_000, 205), (500_000_000, 10_240)):
        cycles = 800_000 if rate_ppb == 1_000 else 80
        fresh = machine()
        fresh.line_define(0, fresh.first_switched_cell)
        fresh.line_errors(0, rate_ppb, 7)
        run(fresh, cycles)
        assert abs(fresh.line_error_count(0) - expected) < 4 * expected**0.5


def test_a_cut_line_keeps_its_connections(engine: Engine) -> None:
    first = engine.first_switched_cell
    engine.line_define(1, first + 16)
    engine.connect(first + 20, engine.first_source_cell)
    engine.source_prompts(0, [0], loop=True)
    engine.line_cut(1, True)
    engine.connect(first + 21, engine.first_source_cell)
    engine.record_start(0, first + 20)
    run(engine, 80)
    assert engine.record_drain(0) == b"\xff" * 80
    engine.line_cut(1, False)
    engine.record_start(1, first + 21)
    run(engine, 160)
    assert engine.record_drain(0) == engine.record_drain(1) == SOUND[72:152]
    assert engine.connected(first + 21) == engine.first_source_cell


def test_at_most_64_gates(engine: Engine) -> None:
    cells = range(engine.first_switched_cell - 4, engine.first_switched_cell + 60)
    assert all(engine.gate(cell, 0xFF, 1, 0) for cell in cells)
    assert not engine.gate(engine.first_switched_cell + 60, 0xFF, 1, 0)
    assert engine.gate(cells[3], 0xFF, 0, 0)
    assert engine.gate(engine.first_switched_cell + 60, 0xFF, 1, 0)


def test_idle_stretches_are_jumped(engine: Engine) -> None:
    """A hundred hours of nothing; then all works as ever."""
    far = 100 * 3600 * 8000 + 3
    run(engine, 2000)
    run(engine, far)
    engine.source_mark(0, 12)
    engine.ear_listen(0, engine.first_source_cell)
    assert [(event.at, event.b) for event in run(engine, far + 100)] == [(far, 12)]


@pytest.mark.parametrize("call", [
    ("connect", (2, 0)), ("connect", (NONE, 0)), ("connect", (40, 9999)), ("conference_leg", (0, 8, 0, 0)),
    ("conference_leg", (1, 0, 0, 0)), ("conference_leg", (0, 0, 0, 256)), ("gate", (CELL_IDLE, 0, 0, 0)),
    ("gate", (9999, 0, 0, 0)), ("line_define", (0, 60)), ("line_define", (2, 30)), ("line_cut", (0, True)),
    ("line_errors", (0, 1, 0)), ("source_idle", (4,)), ("source_tone", (0, 1)), ("source_prompts", (0, [2])),
    ("source_prompts", (0, [])), ("source_prompts", (0, [0] * 17)), ("source_digits", (0, "", 1, 1, 0, 0)),
    ("source_digits", (0, "1E", 1, 1, 0, 0)), ("source_digits", (0, "1" * 33, 1, 1, 0, 0)),
    ("source_digits", (0, "1", 0, 1, 0, 0)), ("source_digits", (0, "1", 1, 1, 3141, 0)), ("source_mark", (0, 0)),
    ("source_mark", (0, 2048)), ("source_feed", (0, b"x")), ("hdlc_send", (0, b"")), ("hdlc_send", (2, b"x")),
    ("hdlc_send", (0, bytes(301))), ("hdlc_flush", (2,)), ("hdlc_listen", (2, 0)), ("hdlc_listen", (0, 9999)),
    ("receiver_listen", (2, 0)), ("ear_listen", (0, 9999)), ("record_start", (4, 0)), ("record_stop", (4,)),
])  # fmt: skip
def test_out_of_range_is_refused_and_changes_nothing(engine: Engine, call: tuple[str, tuple[object, ...]]) -> None:
    before = engine.snapshot()
    with pytest.raises(ValueError, match=call[0]):
        getattr(engine, call[0])(*call[1])
    assert engine.snapshot() == before


def test_lines_do_not_overlap(engine: Engine) -> None:
    engine.line_define(0, engine.first_switched_cell)
    with pytest.raises(ValueError, match="line_define"):
        engine.line_define(1, engine.first_switched_cell + 31)
    engine.line_define(1, engine.first_switched_cell + 32)


@pytest.mark.parametrize("wrong", [
    {"tick_cycles": 0}, {"tick_cycles": 9}, {"n_switched": (1 << 20) + 1}, {"n_ears": 65_537},
    {"n_recorders": 1, "recorder_octets": 1000},
], ids=str)  # fmt: skip
def test_a_shape_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="an engine cannot be so"):
        Engine(EngineConfig(**wrong))


def test_an_empty_engine_runs() -> None:
    engine = Engine(EngineConfig())
    assert engine.run(10_000) == []
    assert engine.now == 10_000


def test_a_snapshot_of_another_shape_is_refused(engine: Engine) -> None:
    other = machine(EngineConfig(n_sources=4))
    run(engine, 100)
    kept = engine.snapshot()
    damaged = bytes([kept[0] ^ 1]) + kept[1:]
    for wrong in (other.snapshot(), kept[:-1], b"", kept + b"x", damaged):
        with pytest.raises(ValueError, match="no snapshot"):
            engine.restore(wrong)
    assert engine.snapshot() == kept


def test_the_build_keeps_assertions_and_its_flags() -> None:
    flags = isa.build_flags().split()
    for flag in ("-std=c11", "-Wall", "-Wextra", "-Werror", "-O3", "-UNDEBUG", "-fwrapv", "-ffp-contract=off"):
        assert flag in flags
    assert not any(flag.startswith("-march") for flag in flags)


def test_every_instruction_set_runs_alike() -> None:
    states = []
    before = isa.selected()
    try:
        for name in isa.NAMES[: isa.NAMES.index(isa.choose(None)) + 1]:
            assert isa.choose(name) == name
            engine = machine(EngineConfig(n_sources=70, n_conferences=1, n_switched=8, n_receivers=1, n_ears=1))
            for source in range(66):
                engine.source_mark(source, 7 * source + 1)
            for source in range(4):
                engine.conference_leg(0, source, engine.first_source_cell + source, 0xF & ~(1 << source))
                engine.connect(engine.first_switched_cell + source, engine.first_conference_cell + source)
            engine.receiver_listen(0, engine.first_switched_cell)
            engine.ear_listen(0, engine.first_switched_cell)
            run(engine, 8003)
            states.append(engine.snapshot())
    finally:
        isa.choose(before)
    assert all(state == states[0] for state in states)


@pytest.mark.parametrize("name", ["", "neon", "AVX2"])
def test_a_wrong_instruction_set_is_bad_input(name: str) -> None:
    with pytest.raises(BadInput, match="SWITCHSIM_ISA"):
        isa.choose(name)
