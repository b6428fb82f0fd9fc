/* HDLC for processors with AVX2 and what came with it: bits taken out in one step, check bits sixteen octets at a time. */
#include "parts.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,pclmul"))), apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,popcnt,pclmul")
#endif

#define HDLC_BMI2
#define RX_TAKE swd_hdlc_rx_take_avx2
#define TX_ENCODE swd_hdlc_encode_avx2
#include "hdlc_rx_kernel.h"
#include "hdlc_tx_kernel.h"

#define X191 0xA95D000000000000u
#define X127 0x7EEA000000000000u

/* Octets as a polynomial, the earliest bit its highest power; 128 bits of it times x^128, modulo x^16 + x^12 + x^5 + 1, in
 * 128 bits again. The product of two mirrored polynomials comes out one place off: hence x^191 and x^127, mirrored. */
static inline __m128i fold(__m128i x, __m128i next)
{
    const __m128i by = _mm_set_epi64x((long long)X127, (long long)X191);
    __m128i low = _mm_clmulepi64_si128(x, by, 0x00), high = _mm_clmulepi64_si128(x, by, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* The n first octets of 16, 1..16, after zeros. */
static inline __m128i last_places(__m128i octets, uint32_t n)
{
    const __m128i places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm_shuffle_epi8(octets, _mm_sub_epi8(places, _mm_set1_epi8((char)(16 - n))));
}

/* Zeros before the first bit change nothing, so the odd octets come first; the register counts as part of the first two. */
uint16_t swd_fcs_avx2(uint16_t fcs, const uint8_t *octets, uint32_t n)
{
    uint32_t odd = n % 16;
    uint8_t rest[16];
    if (odd == 1) { /* the register has two octets */
        fcs = swd_fcs_by_table(fcs, octets++, 1);
        n--;
    }
    odd = odd > 1 ? odd : 16;
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)octets);
    x = last_places(_mm_xor_si128(x, _mm_cvtsi32_si128(fcs)), odd);
    for (uint32_t i = odd; i < n; i += 16)
        x = fold(x, _mm_loadu_si128((const __m128i *)(const void *)(octets + i)));
    _mm_storeu_si128((__m128i *)(void *)rest, x);
    return swd_fcs_by_table(0, rest, sizeof rest);
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
