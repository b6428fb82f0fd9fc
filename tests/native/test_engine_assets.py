"""Prompts from WAV files, and tones: what is taken, and how what is not is told."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from switchsim.assembly.wav import load_wav
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.reference import g711
from switchsim.errors import BadInput

SAMPLES = [0, 1000, -1000, 32767, -32768, 7, -8]


def pcm_wav(path: Path, rate: int = 8000, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setframerate(rate)
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in SAMPLES * 2))
    return path


def alaw_wav(path: Path, octets: bytes, extra: bytes = b"") -> Path:
    fmt = (6).to_bytes(2, "little") + (1).to_bytes(2, "little") + (8000).to_bytes(4, "little") * 2 + b"\x01\0\x08\0"
    body = b"fmt " + len(fmt).to_bytes(4, "little") + fmt + extra + b"data" + len(octets).to_bytes(4, "little") + octets
    path.write_bytes(b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WAVE" + body)
    return path


def test_pcm_becomes_alaw(tmp_path: Path) -> None:
    assert load_wav(pcm_wav(tmp_path / "a.wav")).octets == bytes(g711.alaw_encode(sample) for sample in SAMPLES * 2)


def test_alaw_is_taken_as_it_is_and_other_chunks_are_passed_over(tmp_path: Path) -> None:
    octets = bytes(range(256)) + b"\x01"
    assert load_wav(alaw_wav(tmp_path / "a.wav", octets, b"LIST\x03\0\0\0abc\0")).octets == octets


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"MThd" + bytes(60)])
def test_what_is_no_wav_is_told(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(octets)
    with pytest.raises(BadInput, match=r"x\.wav"):
        load_wav(path)


def test_a_file_cut_anywhere_is_told_and_never_a_traceback(tmp_path: Path) -> None:
    whole = pcm_wav(tmp_path / "a.wav").read_bytes()
    path = tmp_path / "cut.wav"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(BadInput):
            load_wav(path)


def test_a_missing_file_and_an_empty_sound_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_wav(tmp_path / "none.wav")
    with pytest.raises(BadInput, match="0 samples"):
        load_wav(alaw_wav(tmp_path / "empty.wav", b""))


@pytest.mark.parametrize("wrong", [
    {"freqs_mhz": ()}, {"freqs_mhz": (450_000, 1, 2)}, {"levels_mdbm0": (0, 0)}, {"freqs_mhz": (4_000_000,)},
    {"levels_mdbm0": (3_141,)}, {"steps_cycles": (1,) * 9}, {"steps_cycles": (5, 5), "repeat_from": 2},
    {"steps_cycles": (5, 0), "repeat_from": 1}, {"steps_cycles": (-1,)},
])  # fmt: skip
def test_a_tone_out_of_range_is_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"freqs_mhz": (450_000,), "levels_mdbm0": (-10_000,)}
    Tone(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"tone|cadence"):
        Tone(**{**good, **wrong})  # type: ignore[arg-type]


def test_empty_prompts_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one octet"):
        Assets([b"x", b""])
