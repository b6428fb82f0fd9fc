"""The shipped tone sets: each is one, and says what its country's row of E.180 says."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.assembly.sounds import NEEDED, TonesFile
from switchsim.assembly.yamlfile import parse, read
from switchsim.dsp.assets import Tone
from switchsim.errors import BadInput
from switchsim.scenario.prepare import prepare
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.terminals.continuity import CHECK_TONES
from switchsim.units import ms

FOLDER = Path(__file__).resolve().parents[2] / "boards" / "tones"
SETS = sorted(FOLDER.glob("*.yaml"))
SIT = Tone((950_000, 1_400_000, 1_800_000), (-10_000,) * 3, (2640, 0, 2640, 0, 2640, 8000), in_turn=True)


def tones(name: str) -> dict[str, Tone]:
    return {key: spec.tone() for key, spec in read(FOLDER / f"{name}.yaml").validate(TonesFile).tones.items()}


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_a_set_has_what_machines_need(path: Path) -> None:
    found = tones(path.stem)
    assert {*NEEDED, *CHECK_TONES.values(), "dial", "ring_back", "busy", "congestion", "call_waiting"} <= set(found)
    assert found["dial"].steps_cycles == ()
    assert path.stem == "china" or found["special_information"] == SIT


CADENCES = {
    "china": {"ring_back": (1000, 4000), "busy": (350, 350), "congestion": (700, 700), "call_waiting": (400, 4000)},
    "e180": {"ring_back": (1000, 4000), "busy": (500, 500), "congestion": (250, 250)},
    "united_states": {"ring_back": (2000, 4000), "busy": (500, 500), "congestion": (250, 250),
                      "call_waiting": (300, 10_000)},
    "united_kingdom": {"ring_back": (400, 200, 400, 2000), "busy": (375, 375), "congestion": (400, 350, 225, 525)},
    "germany": {"ring_back": (1000, 4000), "busy": (480, 480), "congestion": (240, 240)},
    "russia": {"ring_back": (1000, 4000), "busy": (350, 350), "congestion": (175, 175)},
    "india": {"ring_back": (400, 200, 400, 2000), "busy": (750, 750), "congestion": (250, 250)},
}  # fmt: skip
"""Milliseconds on and off, E.180 and its list of national tones; China: GF 002-9002."""
HZ = {
    "china": {"dial": (450,), "busy": (450,)}, "e180": {"dial": (425,), "busy": (425,)},
    "united_states": {"dial": (350, 440), "ring_back": (440, 480), "busy": (480, 620), "congestion": (480, 620)},
    "united_kingdom": {"dial": (350, 440), "ring_back": (400, 450), "busy": (400,), "congestion": (400,)},
    "germany": {"dial": (425,), "busy": (425,)}, "russia": {"dial": (425,), "busy": (425,)},
    "india": {"dial": (375, 400, 425), "ring_back": (375, 400, 425), "busy": (400,)},
}  # fmt: skip


@pytest.mark.parametrize("name", CADENCES)
def test_e180_cadences_and_frequencies(name: str) -> None:
    found = tones(name)
    for tone, steps in CADENCES[name].items():
        assert found[tone].steps_cycles == tuple(map(ms, steps)), tone
    for tone, hz in HZ[name].items():
        assert found[tone].freqs_mhz == tuple(1000 * one for one in hz), tone


def test_every_set_is_in_the_table() -> None:
    assert {path.stem for path in SETS} == set(CADENCES) == set(HZ)


def test_a_machine_may_take_any_of_them(tmp_path: Path) -> None:
    text = (FOLDER.parent / "machines" / "one_e1_ss7.yaml").read_text(encoding="utf-8").replace("one_e1_ss7", "other")
    (tmp_path / "s.yaml").write_text("format: 1\nmachine: other\nseconds: 1\n", encoding="utf-8")
    for name in CADENCES:
        (tmp_path / "other.yaml").write_text(f"{text}\ntones: {name}\n", encoding="utf-8")
        staged = Staged(prepare(tmp_path / "s.yaml"), Sinks(), Teller(), StopSignal())
        assert [row[1] for row in staged.machine.files if row[0] == "tones"] == [f"{name}.yaml"]


@pytest.mark.parametrize(("row", "says"), [
    ("{hz: [450], dbm0: [3.15]}", "busy.dbm0[0]: 3.15 is out of range; expected a number -60..3.14 dBm0"),
    ("{hz: [4000], dbm0: [0]}", "busy.hz[0]: 4000 is out of range; expected a number 0.001..3999.999 Hz"),
    ("{hz: [450], dbm0: [-10], cadence: [-350ms, 350ms]}", "busy.cadence[0]: '-350ms' is out of range; expected 0s or"),
    ("{hz: [], dbm0: []}", "busy.hz: a list does not fit; expected at least 1, not 0"),
])  # fmt: skip
def test_what_can_not_sound_is_refused_with_its_range(row: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"format: 1\ntones:\n  busy: {row}\n".encode(), "t.yaml").validate(TonesFile)
    assert str(caught.value).startswith(f"t.yaml:3: tones.{says}")
