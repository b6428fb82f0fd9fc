"""WAV files of what a party said or heard: 8 kHz, one channel, A-law as it was on the line, or linear."""

from __future__ import annotations

import io
import os
import struct
import wave
from pathlib import Path
from typing import Final

from switchsim.report.output import output_errors, write_whole, writing

RATE_HZ: Final = 8000
WAVE_FORMAT_ALAW: Final = 6
BUFFER: Final = 1 << 16
MOST_OCTETS: Final = (1 << 32) - 256


def write_alaw(path: Path, octets: bytes) -> None:
    """Write A-law octets (as on the line, even bits inverted) as a WAV of format 6; raises OutputError."""
    write_whole(path, _alaw_head(len(octets)) + octets + b"\0" * (len(octets) % 2))


class AlawFile:
    """A WAV of format 6 that is written while its octets come; it has its name only when it is complete.

    Memory holds BUFFER octets at most, and no file stays open: there may be thousands. What comes after MOST_OCTETS,
    six days, is left out, for a WAV cannot say that it is longer. Raises OutputError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + ".part")
        self._buffer = bytearray()
        self._count = 0
        with output_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._part.write_bytes(_alaw_head(0))

    def add(self, octets: bytes) -> None:
        octets = octets[: MOST_OCTETS - self._count]
        self._count += len(octets)
        self._buffer += octets
        if len(self._buffer) >= BUFFER:
            self._flush()

    def complete(self) -> None:
        """All came: put the lengths into the header and give the file its name."""
        self._flush()
        with output_errors(self.path):
            with self._part.open("r+b") as out:
                out.write(_alaw_head(self._count))
                out.seek(0, io.SEEK_END)
                out.write(b"\0" * (self._count % 2))
            os.replace(self._part, self.path)

    def _flush(self) -> None:
        with output_errors(self.path), self._part.open("ab") as out:
            out.write(self._buffer)
        self._buffer.clear()


def _alaw_head(count: int) -> bytes:
    """All before the `count` octets. `wave` of the standard library writes linear PCM only; other formats need the
    extended `fmt ` chunk and `fact`."""
    fmt = struct.pack("<HHIIHHH", WAVE_FORMAT_ALAW, 1, RATE_HZ, RATE_HZ, 1, 8, 0)
    length = struct.pack("<I", count)
    head = b"WAVE" + _chunk(b"fmt ", fmt) + _chunk(b"fact", length) + b"data" + length
    return b"RIFF" + struct.pack("<I", len(head) + count + count % 2) + head


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_linear(path: Path, samples: bytes) -> None:
    """Write 16-bit little-endian samples, -32768..32767, as a linear WAV; raises OutputError."""
    with writing(path) as out, wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(samples)
