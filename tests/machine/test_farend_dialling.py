"""Callers who dial badly, and who do not wait for a prompt's end: cue points, speech that barges in."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whole_runs import SMALL

from switchsim.assembly.wav import load_wav
from switchsim.cli.main import run_command_line
from switchsim.errors import BadInput
from switchsim.farend import party
from switchsim.farend.party import CallerState, SendDigits, Timer
from switchsim.farend.plan import Dial, Listen, Plan, Say, located
from switchsim.scenario.prepare import prepare
from switchsim.scenario.replay import replay
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

CUES = {"menu": {"one": 4000, "two": 8000}}
RATE = 44_100
SCENARIO = """format: 1
machine: small
seed: 4
seconds: 7
drained: false
load:
  - {{name: callers, shape: burst, calls: 1, every: 20s, start: 1s, numbers: ["10060"], patience: 20s,
     plan: {plan}}}
"""

# -- the caller alone -------------------------------------------------------------------------------------------------


def started(*steps: Any) -> tuple[CallerState, Plan]:
    plan = located(Plan(steps=steps), CUES)
    caller = CallerState(plan="p", reaction=2400)
    party.connected(caller, plan, 0)
    return caller, plan


def test_a_cue_point_is_waited_for_from_the_prompts_beginning() -> None:
    caller, plan = started(Listen("menu", "one"), Dial("1"))
    assert party.heard(caller, plan, "prompt", "menu", 1000, 1016) == [Timer("step", 4000 - 16)]
    (digits,) = party.timed(caller, plan, "step", 5000)
    assert isinstance(digits, SendDigits)


def test_a_prompt_that_ends_before_its_cue_point_is_reacted_to_as_ever() -> None:
    caller, plan = started(Listen("menu", "two"), Dial("1"))
    party.heard(caller, plan, "prompt", "menu", 1000, 1016)
    assert party.heard(caller, plan, "quiet", "", 3000, 3000) == [Timer("step", 2400)]


def test_a_prompt_that_is_heard_already_counts_from_its_beginning() -> None:
    plan = located(Plan(steps=(Listen("menu", "one"), Dial("1"))), CUES)
    caller = CallerState(plan="p")
    party.heard(caller, plan, "prompt", "menu", 1000, 1016)
    assert party.connected(caller, plan, 1800) == [Timer("step", 3200)]


def test_who_says_something_goes_on_when_it_is_said() -> None:
    caller, plan = started(Say("menu"), Dial("1"))
    assert caller.dialling
    (digits,) = party.spoken(caller, plan, 900)
    assert isinstance(digits, SendDigits)


# -- whole runs -------------------------------------------------------------------------------------------------------


def menu_wav(folder: Path) -> None:
    """Two seconds at 44.1 kHz, stereo, with cue points at half a second and at one second."""
    wave = 6000 * np.sin(2 * np.pi * np.cumsum(300 + 200 * np.sin(np.arange(2 * RATE) / 4000)) / RATE)
    samples = np.stack([wave, wave], axis=1).astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, 2, RATE, 4 * RATE, 4, 16)
    points = struct.pack("<I", 2) + b"".join(
        struct.pack("<II4sIII", number, RATE // 2 * number, b"data", 0, 0, RATE // 2 * number) for number in (1, 2))
    labels = b"adtl" + b"".join(b"labl" + struct.pack("<II", 8, number) + name for number, name in
                                ((1, b"one\0"), (2, b"two\0")))  # fmt: skip
    chunks = ((b"fmt ", fmt), (b"data", samples), (b"cue ", points), (b"LIST", labels))
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(content)) + content for name, content in chunks)
    (folder / "menu44.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def written(folder: Path, plan: str) -> Path:
    menu_wav(folder)
    text = SMALL.read_text(encoding="utf-8").replace("menu: menu.wav", "menu: menu44.wav")
    (folder / "small.yaml").write_text(text.replace("b_type_small", "small"), encoding="utf-8")
    (folder / "s.yaml").write_text(SCENARIO.format(plan=plan), encoding="utf-8")
    return folder / "s.yaml"


class _Told(Teller):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def line(self, text: str) -> None:
        self.told.append(text)


def played(path: Path) -> tuple[Path, list[dict[str, Any]], list[str]]:
    """The run's folder, its journal, and what was told."""
    teller = _Told()
    finished = run(prepare(path), RunOptions(out=path.parent / "run"), teller, StopSignal())
    lines = (finished.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    return finished.folder, [json.loads(line) for line in lines], teller.told


def of(journal: list[dict[str, Any]], kind: str, **values: object) -> list[int]:
    """When it happened; hears: since when."""
    return [row.get("since", row["at"]) for row in journal
            if row["kind"] == kind and all(row.get(name) == value for name, value in values.items())]  # fmt: skip


def test_a_resampled_prompt_is_told_heard_and_kept(tmp_path: Path) -> None:
    """A digit at its second cue point cuts it short there; the run is replayed from the octets that it kept."""
    plan = '[{do: listen, prompt: menu, until: two}, {do: dial, digits: "1"}]'
    folder, journal, told = played(written(tmp_path, plan))
    assert any("menu44.wav is resampled: 44100 Hz, stereo, 16-bit, to 8000 Hz" in line for line in told)
    (began,) = of(journal, "party_hears", what="prompt", which="menu")
    (dialled,) = of(journal, "party_dials", digits="1")
    assert 8000 <= dialled - began < 8000 + 8
    assert of(journal, "digit_heard")
    (copy,) = folder.rglob("menu44.wav")
    kept, given = load_wav(copy), load_wav(tmp_path / "menu44.wav")
    assert kept.converted == ""
    assert (kept.octets, kept.cues) == (given.octets, given.cues)
    assert len(kept.octets) == 16_000
    assert replay(folder).difference is None


def test_speech_barges_in_and_the_menu_still_takes_its_digit(tmp_path: Path) -> None:
    plan = '[{do: listen, prompt: menu, until: one}, {do: say, prompt: wrong_choice}, {do: dial, digits: "1"}]'
    _, journal, _ = played(written(tmp_path, plan))
    (began,) = of(journal, "party_hears", what="prompt", which="menu")
    (said,) = of(journal, "party_says", prompt="wrong_choice")
    (dialled,) = of(journal, "party_dials", digits="1")
    shipped = load_wav(SMALL.parents[2] / "prompts" / "wrong_choice.wav").octets
    assert 4000 <= said - began < 4008
    assert len(shipped) <= dialled - said <= len(shipped) + 8
    assert [row["digit"] for row in journal if row["kind"] == "digit_heard"] == ["1"]


def test_a_telephone_dials_as_badly_as_it_is_told(tmp_path: Path) -> None:
    """Within the limits it is understood; 6 % off, or 30 dB of twist, it is not."""
    heard = {}
    for shape in ("", ", low: -20.5, high: -16", ", offset_low: 1.2, offset_high: -1.2", ", ramp: 4ms, on: 60ms",
                  ", offset_low: 6", ", offset_high: -6", ", low: -40, high: -10"):  # fmt: skip
        plan = f'[{{do: listen, prompt: menu}}, {{do: dial, digits: "1"{shape}}}]'
        _, journal, _ = played(written(tmp_path, plan))
        heard[shape] = len(of(journal, "digit_heard", digit="1"))
        (tmp_path / "run").rename(tmp_path / f"run{len(heard)}")
    assert list(heard.values()) == [1, 1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(("plan", "words"), [
    ('[{do: dial, digits: "12E"}]', "'12E' can not be dialled: 'E'; expected 1..32"),
    ('[{do: dial, digits: "1", on: -5ms}]', "on: '-5ms' is out of range; expected 1ms to 131.072s"),
    ('[{do: dial, digits: "1", low: 3.15}]', "low: 3.15 is out of range; expected a number -60..3.14 dBm0"),
    ('[{do: dial, digits: "1", high: -61}]', "high: -61 is out of range"),
    ('[{do: dial, digits: "1", offset_low: 10.1}]', "offset_low: 10.1 is out of range; expected a number -10..10 %"),
    ('[{do: dial, digits: "1", on: 50ms, ramp: 26ms}]', "a ramp of 26ms in a digit of 50ms; expected at most"),
    ("[{do: listen, until: one}]", "until without prompt"),
    ("[{do: listen, prompt: menu, until: three}]", "prompt 'menu' has no cue point 'three'; expected one of one, two"),
    ("[{do: say, prompt: song}]", "no prompt 'song'"),
])  # fmt: skip
def test_what_no_telephone_does_is_refused_with_its_range(plan: str, words: str, tmp_path: Path) -> None:
    path = written(tmp_path, plan)
    with pytest.raises(BadInput) as caught:
        Staged(prepare(path), Sinks(), Teller(), StopSignal())
    assert words in str(caught.value)


def test_check_tells_of_a_prompt_that_is_resampled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "[{do: wait}]")
    assert run_command_line(["check", str(path)]) == 0
    told = capsys.readouterr()
    assert "warning: menu44.wav is resampled: 44100 Hz, stereo, 16-bit" in told.out + told.err
