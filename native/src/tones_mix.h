/* What a tile of several sets listens for, put together; part of tones_kernel.h. */
/* The sets of a tile, for LANES of its channels: the lanes that listen for each; those without any get the numbers of the first. */
typedef struct blend {
    uint32_t n, set[TONES_SETS];
    v32 mine[TONES_SETS];
} blend;

EACH blend blend_of(const tones_tile *tile, uint32_t position)
{
    static const int32_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    blend b = {.n = 0};
    for (uint32_t left = tile->sets; left; left &= left - 1, b.n++) {
        b.set[b.n] = (uint32_t)__builtin_ctz(left);
        b.mine[b.n] = negative(-(all((int32_t)(tile->of_set[b.set[b.n]] >> position & 0xFFFF)) & load(bits)));
    }
    return b;
}

/* A number that each set has, that of set 0 at `first` and each so many octets behind that of the one before. */
EACH void put(int32_t *to, const blend *b, const void *first, size_t apart)
{
    const uint8_t *numbers = first;
    v32 x = all(pair_at((const int16_t *)(numbers + b->set[0] * apart)));
    for (uint32_t i = 1; i < b->n; i++)
        x = choose(b->mine[i], all(pair_at((const int16_t *)(numbers + b->set[i] * apart))), x);
    store(to, x);
}

/* All that a hop of so many pairs of samples and so many frequencies takes of the mixture. */
APART void mix(tones_mixture *mixture, const tones_tile *tile, const tones_set *sets, const tones_hop *hop, uint32_t pairs, uint32_t freqs)
{
    for (uint32_t position = 0; position < TONES_TILE; position += LANES) {
        const blend b = blend_of(tile, position);
        for (uint32_t n = 0; n < pairs; n++)
            for (uint32_t f = 0; f < freqs; f++) {
                put(&mixture->even[n][f][position], &b, sets->even[n][f], sizeof *sets);
                put(&mixture->odd[n][f][position], &b, sets->odd[n][f], sizeof *sets);
            }
        for (uint32_t f = 0; f < freqs; f++) {
            put(&mixture->along[f][position], &b, &hop->along[0][f], sizeof hop->along[0]);
            put(&mixture->across[f][position], &b, &hop->across[0][f], sizeof hop->across[0]);
            put(&mixture->joined[f][position], &b, &sets->joined[f], sizeof *sets);
        }
        for (uint32_t i = 0; i < TONES_LIMITS; i++)
            put(&mixture->limits[i][position], &b, (const uint8_t *)&sets->limits + i * sizeof(int32_t), sizeof *sets);
    }
    memcpy(mixture->of_set, tile->of_set, sizeof mixture->of_set);
    mixture->made = 1;
}
