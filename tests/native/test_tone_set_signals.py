"""Every signal of every shipped tone set, sounded by a source, heard by a receiver, named by its cadence."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.assembly.meters import listening
from switchsim.assembly.sounds import TonesFile
from switchsim.assembly.yamlfile import read
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import EV_TONE_OFF, EV_TONE_ON, Engine, EngineConfig
from switchsim.errors import BadInput
from switchsim.proto.cadence import QUIET, Cadence
from switchsim.terminals.continuity import CHECK_TONES
from switchsim.units import ms, seconds

FOLDER = Path(__file__).resolve().parents[2] / "boards" / "tones"
UNNAMED = {("india", "dial"), ("india", "ring_back")}
"""Three frequencies at once."""


def recognised(tones: dict[str, Tone], sounded: str) -> set[str]:
    """The names that one signal gets, in the time of three of its periods."""
    engine = Engine(EngineConfig(n_progress=1, n_sources=1, n_switched=1), Assets([], list(tones.values())))
    tone_set, names, signals = listening(tones, engine, "here")
    engine.progress_listen(0, engine.first_source_cell, tone_set)
    engine.source_tone(0, list(tones).index(sounded))
    cadence, found, due = Cadence(signals), set[str](), None
    end = 3 * sum(tones[sounded].steps_cycles) + seconds(2)
    while engine.now < end:
        for event in engine.run(min(end, engine.now + 160) if due is None else min(end, due, engine.now + 160)):
            if event.kind in (EV_TONE_ON, EV_TONE_OFF):
                found.add(cadence.tone(names[event.a] if event.kind == EV_TONE_ON else QUIET, event.at) or "")
        if due is not None and engine.now >= due:
            found.add(cadence.look(engine.now) or "")
        due = cadence.due(engine.now)
    return found - {""}


def shipped(name: str) -> dict[str, Tone]:
    spec = read(FOLDER / f"{name}.yaml").validate(TonesFile)
    return {key: tone.tone() for key, tone in spec.tones.items() if key not in CHECK_TONES.values()}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_every_signal_gets_its_name_and_no_other(name: str) -> None:
    tones = shipped(name)
    for sounded in tones:
        assert recognised(tones, sounded) == (set() if (name, sounded) in UNNAMED else {sounded}), sounded


def test_tones_of_its_own() -> None:
    tones = {"hello": Tone((600_000,), (-10_000,), (ms(300), ms(300))),
             "bye": Tone((600_000, 800_000), (-10_000, -10_000), (ms(300), ms(300)))}  # fmt: skip
    assert recognised(tones, "hello") == {"hello"}
    assert recognised(tones, "bye") == {"bye"}


def test_more_than_a_receiver_can_tell_apart_is_refused() -> None:
    many = {str(hz): Tone((1000 * hz,), (-10_000,)) for hz in range(300, 3000, 300)}
    with pytest.raises(BadInput, match="9 frequencies"):
        recognised(many, "300")
