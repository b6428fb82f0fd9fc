"""G.711: the native codec against its tables, the digital milliwatt, the reference and libspandsp."""

from __future__ import annotations

import math

import numpy as np
import pytest
import spandsp_peer
from native_parts import Parts

from switchsim.dsp.reference import g711

ALAW_MILLIWATT = bytes.fromhex("34212134B4A1A1B4")     # G.711 table 5
ULAW_MILLIWATT = bytes.fromhex("1E0B0B1E9E8B8B9E")     # G.711 table 6
SAMPLES = range(-32768, 32768)


def test_every_code_decodes_as_the_reference(parts: Parts) -> None:
    assert [parts.lib.swd_alaw_decode(c) for c in range(256)] == [g711.alaw_decode(c) for c in range(256)]
    assert [parts.lib.swd_ulaw_decode(c) for c in range(256)] == [g711.ulaw_decode(c) for c in range(256)]


def test_every_sample_encodes_as_the_reference(parts: Parts) -> None:
    assert [parts.lib.swd_alaw_encode(s) for s in SAMPLES] == [g711.alaw_encode(s) for s in SAMPLES]
    assert [parts.lib.swd_ulaw_encode(s) for s in SAMPLES] == [g711.ulaw_encode(s) for s in SAMPLES]


def test_every_code_survives_decoding_and_encoding(parts: Parts) -> None:
    lib = parts.lib
    assert [lib.swd_alaw_encode(lib.swd_alaw_decode(c)) for c in range(256)] == list(range(256))
    # mu-law has two zeros; the negative one (0x7F) comes back as the positive one.
    back = [lib.swd_ulaw_encode(lib.swd_ulaw_decode(c)) for c in range(256)]
    assert back == [0xFF if c == 0x7F else c for c in range(256)]


@pytest.mark.parametrize(("law", "sequence", "rms"), [("alaw", ALAW_MILLIWATT, 16139), ("ulaw", ULAW_MILLIWATT, 16017)])
def test_table_5_and_6_digital_milliwatt(parts: Parts, law: str, sequence: bytes, rms: int) -> None:
    decode, encode = getattr(parts.lib, f"swd_{law}_decode"), getattr(parts.lib, f"swd_{law}_encode")
    samples = [decode(code) for code in sequence]
    assert round(math.sqrt(sum(s * s for s in samples) / 8)) == rms
    peak = rms * math.sqrt(2)
    wave = [-round(peak * math.sin(2 * math.pi * (n + 0.5) / 8)) for n in range(8)]
    assert bytes(encode(s) for s in wave) == sequence


def test_idle_and_peak_codes(parts: Parts) -> None:
    assert parts.lib.swd_alaw_decode(0xD5) == 8
    assert parts.lib.swd_alaw_decode(0x55) == -8
    assert parts.lib.swd_alaw_encode(0) == 0xD5
    assert parts.lib.swd_ulaw_encode(0) == 0xFF
    assert (parts.lib.swd_alaw_decode(0xAA), parts.lib.swd_ulaw_decode(0x80)) == (32256, 32124)


def test_blocks_are_the_single_codes(parts: Parts) -> None:
    codes = bytes(range(256)) * 3 + b"\x00"
    linear = parts.ffi.new("int16_t[]", len(codes))
    back = parts.ffi.new("uint8_t[]", len(codes))
    parts.lib.swd_alaw_decode_block(linear, codes, len(codes))
    parts.lib.swd_alaw_encode_block(back, linear, len(codes))
    assert list(linear) == [g711.alaw_decode(c) for c in codes]
    assert bytes(back) == codes


@pytest.mark.peer("libspandsp2", library="spandsp")
@pytest.mark.parametrize(("law", "mode"), [("alaw", spandsp_peer.G711_ALAW), ("ulaw", spandsp_peer.G711_ULAW)])
def test_libspandsp_encodes_and_decodes_the_same(parts: Parts, law: str, mode: int) -> None:
    ffi, lib = spandsp_peer.load()
    state = lib.g711_init(ffi.NULL, mode)
    samples = np.arange(-32768, 32768, dtype=np.int16)
    codes = ffi.new("uint8_t[65536]")
    linear = ffi.new("int16_t[256]")
    lib.g711_encode(state, codes, ffi.from_buffer("int16_t[]", samples), 65536)
    lib.g711_decode(state, linear, bytes(range(256)), 256)
    lib.g711_free(state)
    assert bytes(codes) == bytes(getattr(parts.lib, f"swd_{law}_encode")(int(s)) for s in samples)
    assert list(linear) == [getattr(parts.lib, f"swd_{law}_decode")(c) for c in range(256)]
