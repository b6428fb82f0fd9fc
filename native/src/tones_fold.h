/* A hop of A-law to folded samples; part of tones_kernel.h, for each instruction set once. Octets are brought into the lanes of their
 * channels before they are expanded, next to those that mirror them: half as much to move as samples, and where octets can be multiplied
 * the expansion adds and subtracts as well. */
#if defined(LOOK_UP_128)
EACH v32 magnitude_of(v32 octets) { return LOOK_UP_128(alaw_sizes, octets); }
EACH v32 power_of(v32 octets) { return LOOK_UP_64(alaw_powers, octets >> 4); }
#elif defined(SHUFFLE_OCTETS)
/* By the lower four bits 2m + 1, by the upper four 32 above segment 0. */
static const uint8_t mantissas[64] = ALAW_FOUR_TIMES(11, 9, 15, 13, 3, 1, 7, 5, 27, 25, 31, 29, 19, 17, 23, 21);
static const uint8_t above_0[64] = ALAW_FOUR_TIMES(32, 32, 32, 32, 32, 0, 32, 32, 32, 32, 32, 32, 32, 0, 32, 32);

EACH v32 upper_half(v32 octets) { return octets >> 4 & 0x0F0F0F0F; }
EACH v32 power_of(v32 octets) { return SHUFFLE_OCTETS(load(alaw_powers), upper_half(octets)); }
EACH v32 magnitude_of(v32 octets)
{
    return SHUFFLE_OCTETS(load(mantissas), octets & 0x0F0F0F0F) | SHUFFLE_OCTETS(load(above_0), upper_half(octets));
}
#endif

#ifdef MADD_OCTETS
#ifndef ODD_MIRRORED
#define EVEN_OCTETS 0x00FF00FF
#define ODD_MIRRORED(octets, mirrors) (((octets) & EVEN_OCTETS) | (SWAP_HALVES(mirrors) & ~EVEN_OCTETS))
#define EVEN_MIRRORED(octets, mirrors) (((octets) & ~EVEN_OCTETS) | (SWAP_HALVES(mirrors) & EVEN_OCTETS))
#endif

/* A-law to linear, 13 bits: what lies at even octets and what lies at odd ones, added; and the second taken from the first. */
EACH v32 expand(v32 octets, v32 *sum, v32 *difference, int odd_first)
{
    v32 power = power_of(octets), magnitude = magnitude_of(octets);
    *sum = MADD_OCTETS(magnitude, power);
    *difference = MADD_OCTETS(magnitude, odd_first ? MINUS_EVEN(power) : MINUS_ODD(power));
    return magnitude;
}

/* Four octets a lane, and those that mirror them, each two of which are in order: samples 0 and 2, then 1 and 3. Returns ABOVE_0 where
 * any of them is above segment 0, among other bits. */
EACH v32 fold_four(v32 octets, v32 mirrors, v32 even[2], v32 odd[2])
{
    return expand(ODD_MIRRORED(octets, mirrors), even, odd, 0) | expand(EVEN_MIRRORED(octets, mirrors), even + 1, odd + 1, 1);
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
EACH v16 expand(v16 codes, v16 *above)
{
    v16 b = codes ^ 0x55, segment = b >> 4 & 7, above_0 = -segment >> 15;
    v16 x = shift_left(((b & 15) << 1) + 1 + (above_0 & 32), segment + above_0), minus = (b >> 7) - 1;
    *above |= above_0;
    return (x ^ minus) - minus;
}

EACH v16 expand_lower(v32 octets, v16 *above) { return expand((v16)octets & 0xFF, above); }
EACH v16 expand_upper(v32 octets, v16 *above) { return expand((v16)((vu16)octets >> 8), above); }

/* Four octets a lane, and those that mirror them, each two of which are in order: samples 0 and 2, then 1 and 3. Returns ABOVE_0 where
 * any of them is above segment 0, among other bits. */
EACH v32 fold_four(v32 octets, v32 mirrors, v32 even[2], v32 odd[2])
{
    v16 above = {0};
    mirrors = SWAP_HALVES(mirrors);
    v16 first = expand_lower(octets, &above), last = expand_upper(mirrors, &above);
    even[0] = (v32)(first + last);
    odd[0] = (v32)(first - last);
    first = expand_upper(octets, &above), last = expand_lower(mirrors, &above);
    even[1] = (v32)(first + last);
    odd[1] = (v32)(first - last);
    return (v32)above;
}
#endif
#define ABOVE_0 0x20202020

/* What fold_four takes, of a row of a hop and the one that mirrors it: octets 0 to 3, then 4 to 7. */
typedef struct row {
    v32 octets[2], mirrors[2];
} row;

EACH row load_row(const uint8_t *first, const uint8_t *last)
{
    v32 low = load(first), high = load(first + 16 * SWD_ROW_CYCLES);
    v32 low_mirror = load(last), high_mirror = load(last + 16 * SWD_ROW_CYCLES);
    return (row){{SHUFFLE_EVEN(low, high), SHUFFLE_ODD(low, high)},
                 {SHUFFLE_ODD(low_mirror, high_mirror), SHUFFLE_EVEN(low_mirror, high_mirror)}};
}

/* Twice the energy of the samples is that of both. */
EACH v32 add_energy(v32 energy, const v32 even[2], const v32 odd[2])
{
    WHOLE
    for (uint32_t i = 0; i < 2; i++) {
        energy = ADD_MADD(energy, (v16)even[i], (v16)even[i]);
        energy = ADD_MADD(energy, (v16)odd[i], (v16)odd[i]);
    }
    return energy;
}
