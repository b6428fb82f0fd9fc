/* G.711, Philox, oscillators, instruction sets. */
#include "check.h"

void test_g711(void)
{
    static const uint8_t milliwatt[8] = {0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4}; /* G.711 table 5 */
    int64_t squares = 0;
    for (int i = 0; i < 8; i++)
        squares += (int64_t)swd_alaw_decode(milliwatt[i]) * swd_alaw_decode(milliwatt[i]);
    assert(squares / 8 / 16139 == 16139 || squares / 8 / 16139 == 16138);
    for (int code = 0; code < 256; code++) {
        assert(swd_alaw_encode(swd_alaw_decode((uint8_t)code)) == code);
        assert(code == 0x7F || swd_ulaw_encode(swd_ulaw_decode((uint8_t)code)) == code);
        assert(swd_alaw_decode((uint8_t)code) == -swd_alaw_decode((uint8_t)(code ^ 0x80)));
    }
    for (int32_t s = -32768; s < 32767; s++) { /* both laws rise with the sample and stay within half a step of it */
        int32_t a = swd_alaw_decode(swd_alaw_encode((int16_t)s)), u = swd_ulaw_decode(swd_ulaw_encode((int16_t)s));
        assert(abs(a - s) <= 8 + abs(s) / 32 && abs(u - s) <= 4 + abs(s) / 31 + (abs(s) > 32635 ? 644 : 0));
        assert(a <= swd_alaw_decode(swd_alaw_encode((int16_t)(s + 1))));
        assert(u <= swd_ulaw_decode(swd_ulaw_encode((int16_t)(s + 1))));
    }
}

void test_prng(void)
{
    const uint64_t ones[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    uint64_t out[4];
    assert(swd_philox(0, 0) == 0x16554D9ECA36314Cu); /* Random123, kat_vectors */
    swd_philox_block(out, ones, ones);
    assert(out[0] == 0x87B092C3013FE90Bu && out[1] == 0x438C3C67BE8D0224u);
    assert(out[2] == 0x9CC7D7C69CD777B6u && out[3] == 0xA09CAEBF594F0BA0u);
}

void test_tone(void)
{
    assert(swd_phase_step(2000000) == 1u << 30);
    assert(swd_amplitude_q15(0) == 22824 && swd_amplitude_q15(3000) == 32240 && swd_amplitude_q15(SWD_LEVEL_TOP_MDBM0) == 32764 && swd_amplitude_q15(-60000) == 23);
    for (int32_t level = SWD_LEVEL_FLOOR_MDBM0; level < SWD_LEVEL_TOP_MDBM0; level++)
        assert(swd_amplitude_q15(level) <= swd_amplitude_q15(level + 1));
    for (uint64_t phase = 0; phase < 1ull << 32; phase += 0x00123457) {
        int32_t opposite = swd_sine((uint32_t)phase + 0x80000000u, 22824);
        assert(abs(swd_sine((uint32_t)phase, 22824) + opposite) <= 1);
    }
    assert(swd_exponential_q16(UINT64_MAX) == 0 && swd_exponential_q16(0) == 2907270); /* 64 ln 2 */
    for (uint64_t draw = 1; draw < 1ull << 63; draw += draw / 2 + 1)
        assert(swd_exponential_q16(draw) <= swd_exponential_q16(draw - 1));
}

void test_isa(void)
{
    int best = swd_isa_best();
    assert(swd_isa_selected() == best);
    assert(swd_isa_select(-1) == SWD_E_RANGE && swd_isa_select(SWD_ISA_AVX512 + 1) == SWD_E_RANGE);
    for (int isa = SWD_ISA_PLAIN; isa <= SWD_ISA_AVX512; isa++) {
        assert(swd_isa_select(isa) == (isa <= best ? SWD_OK : SWD_E_ISA));
        assert(isa > best || swd_isa_selected() == isa);
    }
    assert(swd_isa_select(best) == SWD_OK);
}
