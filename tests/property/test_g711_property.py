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


@given(st.integers(-32635, 32635))
def test_reference_error_is_at_most_half_a_step(sample: int) -> None:
    """Within the range of mu-law; A-law, whose range ends at 32767, has the steps of its own table."""
    for encode, decode, line, decisions in (
        (g711.alaw_encode, g711.alaw_decode, g711.ALAW_LINE, g711.ALAW_DECISIONS),
        (g711.ulaw_encode, g711.ulaw_decode, g711.ULAW_LINE, g711.ULAW_DECISIONS),
    ):
        index = (encode(sample) ^ line) & 0x7F
        step = decisions[index + 1] - decisions[index]
        assert 2 * abs(decode(encode(sample)) - sample) <= max(step, 8)
