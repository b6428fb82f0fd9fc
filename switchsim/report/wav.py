"""WAV files of what a party said or heard: 8 kHz, one channel, A-law as it was on the line, or linear."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Final

from switchsim.report.output import write_whole, writing

RATE_HZ: Final = 8000
WAVE_FORMAT_ALAW: Final = 6


def write_alaw(path: Path, octets: bytes) -> None:
    """Write A-law octets (as on the line, even bits inverted) as a WAV of format 6; raises OutputError.

    The standard library's `wave` writes linear PCM only; other formats need the extended `fmt ` chunk and `fact`.
    """
    fmt = struct.pack("<HHIIHHH", WAVE_FORMAT_ALAW, 1, RATE_HZ, RATE_HZ, 1, 8, 0)
    body = b"WAVE" + _chunk(b"fmt ", fmt) + _chunk(b"fact", struct.pack("<I", len(octets))) + _chunk(b"data", octets)
    write_whole(path, _chunk(b"RIFF", body))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_linear(path: Path, samples: bytes) -> None:
    """Write 16-bit little-endian samples, -32768..32767, as a linear WAV; raises OutputError."""
    with writing(path) as out, wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(samples)
