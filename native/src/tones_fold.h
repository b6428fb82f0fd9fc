/* A hop of A-law to folded samples; part of tones_kernel.h, for each instruction set once. Octets are brought into the lanes of their
 * channels before they are expanded, next to those that mirror them: half as much to move as samples, and where octets can be multiplied
 * the expansion adds and subtracts as well. */
#ifdef SHUFFLE_OCTETS
#define FOUR_TIMES(...) {__VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__}

/* A-law by its halves, the inversion of even bits included: 2m + 1; 32 above segment 0; the power of two, with the sign. */
static const uint8_t mantissas[64] = FOUR_TIMES(11, 9, 15, 13, 3, 1, 7, 5, 27, 25, 31, 29, 19, 17, 23, 21);
static const uint8_t above_0[64] = FOUR_TIMES(32, 32, 32, 32, 32, 0, 32, 32, 32, 32, 32, 32, 32, 0, 32, 32);
static const int8_t powers[64] = FOUR_TIMES(-16, -8, -64, -32, -1, -1, -4, -2, 16, 8, 64, 32, 1, 1, 4, 2);

/* A-law to linear, 13 bits: what lies at even octets and what lies at odd ones, added; and the second taken from the first. */
EACH void expand(v32 octets, v32 *sum, v32 *difference, int odd_first)
{
    v32 high = octets >> 4 & 0x0F0F0F0F, power = SHUFFLE_OCTETS(load(powers), high);
    v32 magnitude = SHUFFLE_OCTETS(load(mantissas), octets & 0x0F0F0F0F) | SHUFFLE_OCTETS(load(above_0), high);
    *sum = MADD_OCTETS(magnitude, power);
    *difference = MADD_OCTETS(magnitude, odd_first ? MINUS_EVEN(power) : MINUS_ODD(power));
}

/* Four octets a lane, and those that mirror them, last first but for each two: samples 0 and 2, then 1 and 3. */
EACH void fold_four(v32 octets, v32 mirrors, v32 *even, v32 *odd, uint32_t next)
{
    v32 crossed = (octets ^ mirrors) & 0x00FF00FF;
    expand(mirrors ^ crossed, even, odd, 0);
    expand(octets ^ crossed, even + next, odd + next, 1);
}
#else
/* x << count, count 0..6 in each place, one bit of the count after the other. */
EACH v16 shift_left(v16 x, v16 count)
{
    x += x & -(count & 1);
    x += (x + x + x) & -(count >> 1 & 1);
    return x + (((x << 4) - x) & -(count >> 2));
}

/* A-law in the lower halves of 16 bits to 13-bit linear, +-1..4032: 2m + 1, or (2m + 33) << (segment - 1). */
EACH v16 expand(v16 codes)
{
    v16 b = codes ^ 0x55, segment = b >> 4 & 7, above_0 = -segment >> 15;
    v16 x = shift_left(((b & 15) << 1) + 1 + (above_0 & 32), segment + above_0), minus = (b >> 7) - 1;
    return (x ^ minus) - minus;
}

EACH v16 expand_lower(v32 octets) { return expand((v16)octets & 0xFF); }
EACH v16 expand_upper(v32 octets) { return expand((v16)((vu16)octets >> 8)); }

/* Four octets a lane, and those that mirror them, last first but for each two: samples 0 and 2, then 1 and 3. */
EACH void fold_four(v32 octets, v32 mirrors, v32 *even, v32 *odd, uint32_t next)
{
    v16 first = expand_lower(octets), last = expand_upper(mirrors);
    even[0] = (v32)(first + last);
    odd[0] = (v32)(first - last);
    first = expand_upper(octets), last = expand_lower(mirrors);
    even[next] = (v32)(first + last);
    odd[next] = (v32)(first - last);
}
#endif

/* The energy of the hop, and its samples folded about its middle: pairs of samples n, n + 2 with their mirrors, added and subtracted, for
 * n = 0, 4, 1, 5 of each row. |folded| <= 8064. The energy of both is twice that of the samples. */
EACH v32 fold(v32 *even, v32 *odd, const uint8_t *raw, size_t stride, uint32_t position, uint32_t rows)
{
    v32 energy = {0};
    raw += position / 2 * SWD_ROW_CYCLES;
    for (uint32_t row = 0; row < rows / 2; row++, even += 4, odd += 4) {
        const uint8_t *first = raw + row * stride, *last = raw + (rows - 1 - row) * stride;
        v32 low = load(first), high = load(first + 16 * SWD_ROW_CYCLES);
        v32 low_mirror = SWAP_HALVES(load(last)), high_mirror = SWAP_HALVES(load(last + 16 * SWD_ROW_CYCLES));
        fold_four(SHUFFLE_EVEN(low, high), SHUFFLE_ODD(low_mirror, high_mirror), even, odd, 2);
        fold_four(SHUFFLE_ODD(low, high), SHUFFLE_EVEN(low_mirror, high_mirror), even + 1, odd + 1, 2);
        WHOLE
        for (uint32_t i = 0; i < 4; i++) {
            energy = ADD_MADD(energy, (v16)even[i], (v16)even[i]);
            energy = ADD_MADD(energy, (v16)odd[i], (v16)odd[i]);
        }
    }
    return (v32)((vu32)energy >> 1);
}
