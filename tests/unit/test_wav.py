"""Sounds of any WAV file: what is converted and said so, cue points, and where a corrupt file is wrong."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from switchsim._native import lib
from switchsim.assembly.wav import Sound, as_file, load_wav
from switchsim.dsp.assets import encode_alaw
from switchsim.errors import BadInput

Wave = NDArray[np.float64]


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def wav(samples: bytes, *, coding: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, more: bytes = b"",
        frame: int = 0) -> bytes:  # fmt: skip
    size = frame or channels * bits // 8
    fmt = struct.pack("<HHIIHH", coding, channels, rate, rate * size, size, bits)
    return chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"data", samples) + more)


def loaded(folder: Path, octets: bytes) -> Sound:
    path = folder / "sound.wav"
    path.write_bytes(octets)
    return load_wav(path)


def linear(sound: Sound) -> Wave:
    return np.array([lib.swd_alaw_decode(octet) for octet in sound.octets], np.float64)


def sine(hz: float, rate: int, seconds: float = 0.5, peak: float = 8000) -> Wave:
    return peak * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)


def level(wave: Wave, hz: float) -> float:
    turn = np.exp(-2j * np.pi * hz * np.arange(len(wave)) / 8000)
    return float(2 * abs(np.mean(wave * turn)))


@pytest.mark.parametrize("rate", [4000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000])
def test_another_rate_is_resampled_and_told(rate: int, tmp_path: Path) -> None:
    sound = loaded(tmp_path, wav(sine(1004, rate).astype("<i2").tobytes(), rate=rate))
    wave = linear(sound)
    assert len(wave) == 4000
    assert level(wave[400:3600], 1004) == pytest.approx(8000, rel=0.01)
    assert sound.converted == f"resampled: {rate} Hz, mono, 16-bit, to 8000 Hz, mono, A-law"


def test_what_lies_above_4_khz_is_not_folded_down(tmp_path: Path) -> None:
    sound = loaded(tmp_path, wav(sine(6000, 16_000).astype("<i2").tobytes(), rate=16_000))
    assert np.abs(linear(sound)[200:-200]).max() < 100


@pytest.mark.parametrize(("coding", "bits", "told"), [
    (1, 8, "8-bit"), (1, 24, "24-bit"), (1, 32, "32-bit"), (3, 32, "floating point"), (3, 64, "floating point"),
    (7, 8, "mu-law"),
])  # fmt: skip
def test_other_samples_are_converted_and_told(coding: int, bits: int, told: str, tmp_path: Path) -> None:
    wave = sine(500, 8000)
    whole = np.rint(wave).astype("<i2")
    octets = {
        (1, 8): (np.rint(wave / 256) + 128).astype(np.uint8).tobytes(),
        (1, 24): b"".join((int(x) * 256).to_bytes(3, "little", signed=True) for x in whole),
        (1, 32): (whole.astype("<i4") << 16).tobytes(),
        (3, 32): (whole / 32768).astype("<f4").tobytes(), (3, 64): (whole / 32768).astype("<f8").tobytes(),
        (7, 8): bytes(lib.swd_ulaw_encode(int(x)) for x in whole),
    }[coding, bits]  # fmt: skip
    sound = loaded(tmp_path, wav(octets, coding=coding, bits=bits))
    assert np.abs(linear(sound) - wave).max() < 400
    assert sound.converted == f"converted: 8000 Hz, mono, {told}, to 8000 Hz, mono, A-law"
    if bits in (24, 32, 64):
        assert sound.octets == encode_alaw(whole.tobytes())


def test_of_several_channels_it_is_the_mean(tmp_path: Path) -> None:
    both = np.stack([np.full(800, 1000), np.full(800, 3000)], axis=1).astype("<i2")
    sound = loaded(tmp_path, wav(both.tobytes(), channels=2))
    assert sound.octets == encode_alaw(np.full(800, 2000, "<i2").tobytes())
    assert "8000 Hz, stereo, 16-bit" in sound.converted


def cues(points: list[tuple[int, int]], labels: dict[int, str]) -> bytes:
    rows = b"".join(struct.pack("<II4sIII", number, at, b"data", 0, 0, at) for number, at in points)
    names = b"".join(chunk(b"labl", struct.pack("<I", one) + name.encode() + b"\0") for one, name in labels.items())
    return chunk(b"cue ", struct.pack("<I", len(points)) + rows) + chunk(b"LIST", b"adtl" + names)


def test_cue_points_have_their_labels_or_numbers(tmp_path: Path) -> None:
    sound = loaded(tmp_path, wav(bytes(1600), more=cues([(1, 0), (2, 400), (9, 799)], {2: "one", 9: "the end"})))
    assert sound.cues == {"1": 0, "one": 400, "the end": 799}
    assert sound.converted == ""


def test_cue_points_move_with_the_rate(tmp_path: Path) -> None:
    sound = loaded(tmp_path, wav(bytes(2 * 44_100), rate=44_100, more=cues([(1, 22_050)], {1: "half"})))
    assert sound.cues == {"half": 4000}


def test_a_cue_point_at_the_last_sample_is_within_the_sound_whatever_the_rate(tmp_path: Path) -> None:
    more = cues([(1, 44_129)], {1: "last"})
    sound = loaded(tmp_path, wav(bytes(2 * 44_130), rate=44_100, more=more))
    assert sound.cues == {"last": len(sound.octets) - 1}
    with pytest.raises(BadInput, match="cue point 'last' lies at sample 44129, behind the end"):
        loaded(tmp_path, wav(bytes(2 * 44_129), rate=44_100, more=more))


def test_an_empty_label_is_none(tmp_path: Path) -> None:
    sound = loaded(tmp_path, wav(bytes(1600), more=cues([(1, 0), (2, 400)], {1: "", 2: ""})))
    assert sound.cues == {"1": 0, "2": 400}


def test_what_a_run_keeps_is_the_same_sound(tmp_path: Path) -> None:
    for more in (b"", cues([(1, 22_050), (2, 0)], {1: "half", 2: "begin"})):
        sound = loaded(tmp_path, wav(sine(700, 44_100, 1.0).astype("<i2").tobytes(), rate=44_100, more=more))
        kept = loaded(tmp_path, as_file(sound))
        assert (kept.octets, kept.cues, kept.converted) == (sound.octets, sound.cues, "")


@pytest.mark.parametrize(("octets", "says"), [
    (b"RIFX" + bytes(40), "octet 0: is no WAV file"),
    (wav(bytes(20))[:50], "octet 36: is cut short: its chunk 'data' says 20 octets, 6 are there"),
    (wav(bytes(20), coding=85), "octet 12: has 16 bits a sample in coding 85"),
    (wav(bytes(20), bits=12), "octet 12: has 12 bits a sample in coding 1"),
    (wav(bytes(20), rate=3999), "octet 12: has 3999 Hz and 1 channels"),
    (wav(bytes(20), rate=192_001), "octet 12: has 192001 Hz"),
    (wav(bytes(20), channels=0, frame=2), "octet 12: has 8000 Hz and 0 channels"),
    (wav(bytes(18), channels=9), "octet 12: has 8000 Hz and 9 channels"),
    (wav(bytes(20), frame=4), "octet 12: has frames of 4 octets, 1 samples of 16 bits each"),
    (wav(bytes(21)), "octet 36: ends within a sample: 21 octets"),
    (wav(b""), "octet 36: has 0 samples"),
    (wav(b"", rate=16_000), "octet 36: has 0 samples"),
    (wav(struct.pack("<2f", 0.5, float("nan")), coding=3, bits=32), "octet 36: holds samples that are no numbers"),
    (wav(b"\1\0\x80\x7f", coding=3, bits=32), "octet 36: holds samples that are no numbers"),
    (wav(bytes(20), more=chunk(b"cue ", struct.pack("<I", 2) + bytes(24))), "octet 64: says 2 cue points"),
    (wav(bytes(20), more=chunk(b"cue ", b"\1")), "octet 64: says 1 cue points"),
    (wav(bytes(20), more=cues([(1, 10)], {})), "octet 64: cue point '1' lies at sample 10, behind the end"),
    (wav(bytes(20), more=cues([(1, 3), (2, 4)], {1: "x", 2: "x"})), "octet 64: two cue points are called 'x'"),
    (wav(bytes(20), more=cues([(1, 3)], {})[:36] + chunk(b"LIST", b"adtllabl\xff\0\0\0abc")),
     "octet 112: is cut short"),
    (chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", bytes(12))) + chunk(b"data", b"xx"), "octet 12: a format chunk of 12"),
    (chunk(b"RIFF", b"WAVE" + chunk(b"data", b"xx")), "has no format chunk in its 22 octets"),
])  # fmt: skip
def test_a_corrupt_file_is_refused_with_its_place(octets: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, octets)
    assert str(tmp_path / "sound.wav") in str(caught.value)
    assert says in str(caught.value)
