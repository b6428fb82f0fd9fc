/* What a tile of several sets listens for, put together; part of tones_kernel.h. */
EACH void put(int32_t *to, v32 mine, int32_t x) { store(to, choose(mine, all(x), load(to))); }

/* Put a set into a mixture, for LANES channels from a position on: those that have it. */
EACH void mix_set(tones_mixture *mixture, const tones_set *s, const tones_hop *hop, uint32_t set, v32 mine, uint32_t position, uint32_t pairs)
{
    for (uint32_t n = 0; n < pairs; n++)
        for (uint32_t f = 0; f < TONES_FREQS; f++) {
            put(&mixture->even[n][f][position], mine, pair_at(s->even[n][f]));
            put(&mixture->odd[n][f][position], mine, pair_at(s->odd[n][f]));
        }
    for (uint32_t f = 0; f < TONES_FREQS; f++) {
        put(&mixture->along[f][position], mine, hop->along[set][f]);
        put(&mixture->across[f][position], mine, hop->across[set][f]);
        put(&mixture->joined[f][position], mine, s->joined[f]);
    }
    const int32_t *limits = (const int32_t *)&s->limits;
    for (uint32_t i = 0; i < TONES_LIMITS; i++)
        put(&mixture->limits[i][position], mine, limits[i]);
}

/* The first set everywhere, then the others where they are listened for. */
APART void mix(tones_mixture *mixture, const tones_tile *tile, const tones_set *sets, const tones_hop *hop, uint32_t pairs)
{
    static const int32_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    uint32_t first = (uint32_t)__builtin_ctz(tile->sets);
    for (uint32_t position = 0; position < TONES_TILE; position += LANES)
        for (uint32_t left = tile->sets; left; left &= left - 1) {
            uint32_t set = (uint32_t)__builtin_ctz(left), have = set == first ? 0xFFFF : tile->of_set[set] >> position & 0xFFFF;
            mix_set(mixture, &sets[set], hop, set, negative(-(all((int32_t)have) & load(bits))), position, pairs);
        }
    memcpy(mixture->of_set, tile->of_set, sizeof mixture->of_set);
    mixture->made = 1;
}
