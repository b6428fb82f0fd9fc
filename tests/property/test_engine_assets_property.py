"""WAV files from anywhere: any octets give a prompt or one clear error, never another exception."""

from __future__ import annotations

import io
import random
import wave
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from switchsim.assembly.wav import MAX_PROMPT_OCTETS, load_wav
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, EngineConfig
from switchsim.errors import BadInput

ANYTHING = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def good_wav(samples: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(random.Random(samples).randbytes(2 * samples))
    return out.getvalue()


def loads_or_refuses(path: Path, data: bytes) -> bytes | None:
    """The prompt; or None, when the error names the file and says what to do."""
    path.write_bytes(data)
    refusal, octets = "", b""
    try:
        octets = load_wav(path).octets
    except BadInput as error:
        refusal = str(error)
    if refusal:
        assert str(path) in refusal
        return None
    assert 1 <= len(octets) <= MAX_PROMPT_OCTETS
    return octets


@ANYTHING
@given(data=st.binary(max_size=400))
@example(data=b"RIFF\xff\xff\xff\xffWAVE")
@example(data=b"RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff")
def test_any_octets(tmp_path: Path, data: bytes) -> None:
    loads_or_refuses(tmp_path / "any.wav", data)


CHUNK = st.tuples(st.sampled_from([b"fmt ", b"data", b"LIST", b"\xff\x00\x80 "]), st.binary(max_size=60),
                  st.sampled_from([0, 0, 0, 1, -1, 0x7FFFFFFF]))  # fmt: skip


@ANYTHING
@given(chunks=st.lists(CHUNK, max_size=5))
def test_any_chunks(tmp_path: Path, chunks: list[tuple[bytes, bytes, int]]) -> None:
    """Right and wrong lengths, formats twice, data before the format."""
    body = b"".join(
        name + (max(0, len(content) + off)).to_bytes(4, "little") + content for name, content, off in chunks
    )
    loads_or_refuses(tmp_path / "chunks.wav", b"RIFF" + len(body).to_bytes(4, "little") + b"WAVE" + body)


@ANYTHING
@given(at=st.integers(0, 60), octet=st.integers(0, 255), cut=st.integers(0, 120))
def test_a_good_file_with_one_octet_changed_or_cut(tmp_path: Path, at: int, octet: int, cut: int) -> None:
    data = bytearray(good_wav(40))
    data[at] = octet
    loads_or_refuses(tmp_path / "changed.wav", bytes(data[: len(data) - cut]))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=st.integers(1, 3000))
def test_what_is_loaded_is_played(tmp_path: Path, samples: int) -> None:
    octets = loads_or_refuses(tmp_path / "good.wav", good_wav(samples))
    assert octets is not None
    assert len(octets) == samples
    engine = Engine(EngineConfig(n_sources=1, n_recorders=1), Assets([octets]))
    engine.source_prompts(0, [0])
    engine.record_start(0, engine.first_source_cell)
    while engine.now < samples:
        engine.run(samples)
    assert engine.record_drain(0) == octets


@pytest.mark.parametrize("path", ["", "nothing.wav"])
def test_a_folder_or_nothing_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_wav(tmp_path / path)
