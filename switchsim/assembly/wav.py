"""Sounds from WAV files: A-law octets at 8 kHz, and cue points.

8 kHz, mono, 16-bit PCM or A-law is taken as it is. Anything else is converted, and said so: linear samples of 8, 16, 24
or 32 bits, floating point or mu-law, at 4 to 192 kHz, of up to 8 channels (their mean), by soxr in double precision,
then rounded to 16 bits. Octets that differ in their last bit between hosts can not be ruled out thereby: `as_file` is
what a run keeps of a converted sound, and what a replay reads.

The standard library's `wave` refuses A-law and knows no cue points, so the few chunks that matter are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from switchsim.dsp.assets import encode_alaw
from switchsim.errors import BadInput

RATE: Final = 8000
MAX_PROMPT_OCTETS: Final = RATE * 600
PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
RATES: Final = range(4000, 192_001)
MOST_CHANNELS: Final = 8
MOST_CUES: Final = 1000
CODINGS: Final = {(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64), (ALAW, 8), (ULAW, 8)}
"""(coding, bits of a sample) of the format chunk."""
EXPECTED: Final = "a WAV file of up to 10 minutes: PCM, floating point, A-law or mu-law, 4000..192000 Hz"
ADVICE: Final = "convert it, e.g. sox IN -r 8000 -c 1 -b 16 OUT.wav"


@dataclass(frozen=True)
class Sound:
    """A sound as the native core takes it. converted: what was done to it, in words, `` where nothing was."""

    octets: bytes
    cues: dict[str, int] = field(default_factory=dict)  # name -> octet at which it lies
    converted: str = ""


class _Chunk(NamedTuple):
    at: int  # place in the file of its first octet, the name
    content: bytes

    def refuse(self, what: str) -> ValueError:
        return ValueError(f"octet {self.at}: {what}")


class _Format(NamedTuple):
    coding: int
    channels: int
    rate: int
    bits: int

    @property
    def plain(self) -> bool:
        return self.rate == RATE and self.channels == 1 and (self.coding, self.bits) in ((PCM, 16), (ALAW, 8))


def load_wav(path: Path) -> Sound:
    """The sound of a file. Raises BadInput that names the file and the octet, what is wrong, and what to do."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput.one(str(path), f"cannot be read: {error.strerror or error}", EXPECTED,
                           "check the path and its permissions") from None
    try:
        return _decode(data)
    except ValueError as error:
        raise BadInput.one(str(path), str(error), EXPECTED, ADVICE) from None


def as_file(sound: Sound) -> bytes:
    """A WAV file of the octets and cue points, which load_wav takes as it is."""
    fmt = struct.pack("<HHIIHH", ALAW, 1, RATE, RATE, 1, 8)
    body = _written(b"fmt ", fmt) + _written(b"data", sound.octets)
    if sound.cues:
        rows = [struct.pack("<II4sIII", number, at, b"data", 0, 0, at)
                for number, at in enumerate(sound.cues.values(), 1)]  # fmt: skip
        labels = [_written(b"labl", struct.pack("<I", number) + name.encode() + b"\0")
                  for number, name in enumerate(sound.cues, 1)]  # fmt: skip
        body += _written(b"cue ", struct.pack("<I", len(rows)) + b"".join(rows))
        body += _written(b"LIST", b"adtl" + b"".join(labels))
    return _written(b"RIFF", b"WAVE" + body)


def _written(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


# -- chunks -----------------------------------------------------------------------------------------------------------


def _decode(data: bytes) -> Sound:
    chunks = _chunks(data)
    if "fmt " not in chunks or "data" not in chunks:
        missing = "data" if "fmt " in chunks else "format"
        raise ValueError(f"has no {missing} chunk in its {len(data)} octets")
    form, sound = _format(chunks["fmt "]), chunks["data"]
    octets = _converted(form, sound)
    if not 1 <= len(octets) <= MAX_PROMPT_OCTETS:
        raise sound.refuse(f"has {len(octets)} samples")
    samples = len(sound.content) * 8 // (form.channels * form.bits)
    cues = {name: min(at * RATE // form.rate, len(octets) - 1) for name, at in _cues(chunks, samples).items()}
    return Sound(octets, cues, "" if form.plain else _told(form))


def _told(form: _Format) -> str:
    coding = {PCM: f"{form.bits}-bit", FLOAT: "floating point", ALAW: "A-law", ULAW: "mu-law"}[form.coding]
    channels = {1: "mono", 2: "stereo"}.get(form.channels, f"{form.channels} channels")
    done = "converted" if form.rate == RATE else "resampled"
    return f"{done}: {form.rate} Hz, {channels}, {coding}, to {RATE} Hz, mono, A-law"


def _chunks(data: bytes) -> dict[str, _Chunk]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("octet 0: is no WAV file")
    chunks: dict[str, _Chunk] = {}
    for name, chunk in _parts(data, 12, 0):
        key = "adtl" if name == "LIST" and chunk.content[:4] == b"adtl" else name
        chunks.setdefault(key, chunk)
    return chunks


def _parts(data: bytes, at: int, origin: int) -> Iterator[tuple[str, _Chunk]]:
    """Chunks one after the other; `origin`: place in the file of data[0]."""
    while at + 8 <= len(data):
        name, size = data[at : at + 4].decode("latin-1"), int.from_bytes(data[at + 4 : at + 8], "little")
        if size > len(data) - at - 8:
            what = f"its chunk {name!r} says {size} octets, {len(data) - at - 8} are there"
            raise ValueError(f"octet {origin + at}: is cut short: {what}")
        yield name, _Chunk(origin + at, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2


def _format(chunk: _Chunk) -> _Format:
    if len(chunk.content) < 16:
        raise chunk.refuse(f"a format chunk of {len(chunk.content)} octets, not 16 at least")
    coding, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", chunk.content[:16])
    if coding == EXTENSIBLE and len(chunk.content) >= 26:
        coding = int.from_bytes(chunk.content[24:26], "little")
    if rate not in RATES or not 1 <= channels <= MOST_CHANNELS:
        raise chunk.refuse(f"has {rate} Hz and {channels} channels")
    if (coding, bits) not in CODINGS:
        raise chunk.refuse(f"has {bits} bits a sample in coding {coding}")
    if frame != channels * bits // 8:
        raise chunk.refuse(f"has frames of {frame} octets, {channels} samples of {bits} bits each")
    return _Format(coding, channels, rate, bits)


def _cues(chunks: dict[str, _Chunk], samples: int) -> dict[str, int]:
    """Name -> sample. Cue points without a label, or with an empty one, are called by their numbers."""
    chunk = chunks.get("cue ")
    if chunk is None:
        return {}
    count = int.from_bytes(chunk.content[:4], "little")
    if len(chunk.content) < 4 or count > MOST_CUES or len(chunk.content) < 4 + 24 * count:
        raise chunk.refuse(f"says {count} cue points of 24 octets in {len(chunk.content)}; at most {MOST_CUES}")
    labels = _labels(chunks.get("adtl"))
    cues: dict[str, int] = {}
    for index in range(count):
        number, _, _, _, _, sample = struct.unpack_from("<II4sIII", chunk.content, 4 + 24 * index)
        name = labels.get(number) or str(number)
        if name in cues:
            raise chunk.refuse(f"two cue points are called {name!r}")
        if sample >= samples:
            raise chunk.refuse(f"cue point {name!r} lies at sample {sample}, behind the end")
        cues[name] = sample
    return cues


def _labels(chunk: _Chunk | None) -> dict[int, str]:
    if chunk is None:
        return {}
    return {int.from_bytes(part.content[:4], "little"): part.content[4:].split(b"\0")[0].decode("utf-8", "replace")
            for name, part in _parts(chunk.content, 4, chunk.at + 8) if name == "labl"}  # fmt: skip


# -- samples ----------------------------------------------------------------------------------------------------------


def _converted(form: _Format, sound: _Chunk) -> bytes:
    if len(sound.content) % (form.channels * form.bits // 8):
        raise sound.refuse(f"ends within a sample: {len(sound.content)} octets")
    if form.plain:
        return sound.content if form.coding == ALAW else encode_alaw(sound.content)
    samples = len(sound.content) // (form.channels * form.bits // 8)
    if not 1 <= samples <= MAX_PROMPT_OCTETS * form.rate // RATE:
        raise sound.refuse(f"has {samples} samples of each channel")
    from switchsim.assembly.resampling import linear, resampled  # it loads libraries that few machines need

    try:
        samples_of_all = linear(sound.content, form.coding, form.bits)
    except ValueError as error:
        raise sound.refuse(str(error)) from None
    return encode_alaw(resampled(samples_of_all, form.channels, form.rate))
