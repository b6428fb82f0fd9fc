"""Speech paths of machines that share a native core, and faults upon faults of one path."""

from __future__ import annotations

import pytest

from switchsim.assembly.share import EngineShare
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import DtmfShape, Engine, EngineConfig
from switchsim.dsp.tone_paths import PARTS, PathImpairment
from switchsim.faults.tones import TONE_FAULTS, tone_values
from switchsim.terminals.line_end import LineEndRow
from switchsim.terminals.tone_faults import MAKERS, ToneFaults, ToneFaultsState

OWN = EngineConfig(n_sources=2, n_switched=80, n_paths=3, n_recorders=1, recorder_octets=1 << 14)
BOTH = EngineConfig(n_sources=4, n_switched=160, n_paths=6, n_recorders=2, recorder_octets=1 << 14)
ROW = LineEndRow("e1-0", "machine", 0, 1, 4, 40)  # its cells: heard from the first switched cell on, and 36 behind it
SOUND = bytes(range(256)) * 8


def shares() -> tuple[Engine, list[EngineShare]]:
    core = Engine(BOTH, Assets([SOUND]))
    return core, [EngineShare(core, OWN, EngineConfig()), EngineShare(core, OWN, OWN)]


def run(engine: Engine, until: int) -> None:
    while engine.now < until:
        engine.run(until)


def test_paths_of_each_machine_are_its_own() -> None:
    core, (north, south) = shares()
    for share, source in ((north, 0), (south, 1)):
        share.connect(share.first_switched_cell, share.first_source_cell + source)
        share.path_define(2, share.first_switched_cell)
        share.record_start(0, share.first_switched_cell)
    south.source_prompts(0, [0])
    south.path_set(2, PathImpairment(break_in=(south.first_source_cell, 0)))
    assert (north.path_does(2), core.path_does(5)) == (0, PARTS["break_in"])
    run(core, 400)
    assert north.record_drain(0) == b"\xd5" * 400
    heard = south.record_drain(0)
    assert heard[8:300].replace(b"\x55", b"\xd5") == SOUND[:292].replace(b"\x55", b"\xd5")
    south.path_clear(2)
    assert core.path_does(5) == 0


def test_signals_of_each_machine_are_its_own() -> None:
    core, (north, south) = shares()
    north.record_start(0, north.first_source_cell)
    south.record_start(0, south.first_source_cell)
    south.source_mfc(0, "forward", 3, cycles=80)
    run(core, 160)
    first = south.record_drain(0)
    assert first[80:] == b"\xd5" * 80
    assert first[:80] != b"\xd5" * 80
    south.source_dtmf(0, "5", DtmfShape(on_cycles=80))
    run(core, 320)
    assert south.record_drain(0)[:80] not in (first[:80], b"\xd5" * 80)
    assert north.record_drain(0) == b"\xd5" * 320


def faults(engine: Engine) -> ToneFaults:
    return ToneFaults(engine, [ROW], ToneFaultsState(), lambda stream: 99)


def values(name: str, mask: int = 0b110, direction: str = "received", **more: int | str) -> dict[str, int | str]:
    return tone_values(TONE_FAULTS[name], {"line": 0, "direction": direction, "timeslots": mask, **more})


def test_a_fault_that_ends_leaves_what_others_do() -> None:
    engine = Engine(OWN)
    one = faults(engine)
    assert one.inject("1", values("tone_level", gain=-3000)) == "tone_level on 2 circuits that e1-0 receives"
    assert one.inject("2", values("third_tone", 0b10, tone=1_000_000, level=-9000))
    assert one.inject("3", values("tone_level", 0b10, gain=-9000))
    assert {cell: engine.path_does(path) for cell, path in one.state.paths.items()} == {
        5: PARTS["gain"] | PARTS["tone"], 6: PARTS["gain"]}  # fmt: skip
    one.undo("3")
    assert engine.path_does(one.state.paths[5]) == PARTS["gain"] | PARTS["tone"]
    one.undo("1")
    assert list(one.state.paths) == [5]
    assert engine.path_does(one.state.paths[5]) == PARTS["tone"]
    one.undo("2")
    one.undo("2")
    assert one.state.paths == {}
    assert [engine.path_does(path) for path in range(3)] == [0, 0, 0]


def test_the_other_colour_of_noise_takes_its_place_and_gives_it_back() -> None:
    engine = Engine(OWN)
    one = faults(engine)
    one.inject("1", values("tone_noise", 0b10, kind="white", level=-30_000))
    path = one.state.paths[5]
    one.inject("2", values("tone_noise", 0b10, kind="pink", level=-20_000))
    assert engine.path_does(path) == PARTS["pink"]
    one.undo("2")
    assert engine.path_does(path) == PARTS["noise"]


def test_a_fault_that_finds_no_path_does_nothing() -> None:
    engine = Engine(OWN)
    one = faults(engine)
    assert one.inject("1", values("tone_recoding", 0b11110)) == ""
    assert (one.state.deeds, one.state.paths) == ({}, {})
    assert one.inject("2", values("tone_recoding", 0b1110, "sent"))
    assert sorted(one.state.paths) == [41, 42, 43]


@pytest.mark.parametrize("name", TONE_FAULTS)
def test_every_row_has_a_meaning(name: str) -> None:
    given: dict[str, int | str] = {
        "gain": -1000, "twist": 1000, "offset": 1000, "kind": "impulse", "level": -9000, "every": 800, "time": 8,
        "tone": 1_000_000, "loss": 10_000, "prompt": "menu", "speech": 0}  # fmt: skip
    wanted = {key: value for key, value in given.items() if key in TONE_FAULTS[name].parameters or key == "speech"}
    plain = tone_values(TONE_FAULTS[name], {"line": 0, "direction": "sent", "timeslots": 2, **wanted})
    assert MAKERS[name](plain, 1).parts
    assert set(MAKERS) == set(TONE_FAULTS)
