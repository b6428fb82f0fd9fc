"""G.711: blocks of any samples and octets agree with the reference."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_parts import Parts

from switchsim.dsp.reference import g711


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-32768, 32767), max_size=300))
def test_alaw_blocks(parts: Parts, samples: list[int]) -> None:
    codes, linear = parts.ffi.new("uint8_t[]", len(samples) + 1), parts.ffi.new("int16_t[]", samples)
    codes[len(samples)] = 0xA5
    parts.lib.swd_alaw_encode_block(codes, linear, len(samples))
    assert list(codes) == [*map(g711.alaw_encode, samples), 0xA5]
    parts.lib.swd_alaw_decode_block(linear, codes, len(samples))
    assert list(linear) == [g711.alaw_decode(g711.alaw_encode(s)) for s in samples]


@given(st.integers(-32768, 32767))
def test_reference_rounds_to_the_nearest_code(sample: int) -> None:
    for encode, decode in ((g711.alaw_encode, g711.alaw_decode), (g711.ulaw_encode, g711.ulaw_decode)):
        error = abs(decode(encode(sample)) - sample)
        assert error <= min(abs(decode(code) - sample) for code in range(256)) + 1
