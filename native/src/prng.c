/* Counter-based random numbers: Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
 * SC11). A draw is a function of (key, index), so nothing has to be kept and any draw can be had alone. */
#include "parts.h"

__extension__ typedef unsigned __int128 wide;

#define MULTIPLIER_0 0xD2E7470EE14C6C93u
#define MULTIPLIER_1 0xCA5A826395121157u
#define WEYL_0 0x9E3779B97F4A7C15u /* golden ratio */
#define WEYL_1 0xBB67AE8584CAA73Bu /* sqrt(3) - 1 */
#define ROUNDS 10

void swd_philox_block(uint64_t out[4], const uint64_t counter[4], const uint64_t key[2])
{
    uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint64_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        wide product_0 = (wide)MULTIPLIER_0 * c0;
        wide product_1 = (wide)MULTIPLIER_1 * c2;
        c0 = (uint64_t)(product_1 >> 64) ^ c1 ^ k0;
        c1 = (uint64_t)product_1;
        c2 = (uint64_t)(product_0 >> 64) ^ c3 ^ k1;
        c3 = (uint64_t)product_0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

uint64_t swd_philox(uint64_t key, uint64_t index)
{
    const uint64_t counter[4] = {index, 0, 0, 0};
    const uint64_t keys[2] = {key, 0};
    uint64_t out[4];
    swd_philox_block(out, counter, keys);
    return out[0];
}
