/* The engine under seeded scripts of acts, on every instruction set: however a run is cut, and from a snapshot on, it is
 * the same in every octet. */
#include "acts.h"

#define SCRIPTS 12u
#define SCRIPT_OCTETS 2400u

static void fill(uint8_t *octets, uint64_t seed)
{
    for (uint32_t i = 0; i < SCRIPT_OCTETS; i += 8) {
        uint64_t draw = swd_philox(seed, i);
        memcpy(octets + i, &draw, 8);
    }
}

void test_engine(void)
{
    static uint8_t octets[SCRIPT_OCTETS];
    for (uint32_t seed = 0; seed < SCRIPTS; seed++) {
        swd_isa_select((int)(seed % 4) <= swd_isa_best() ? (int)(seed % 4) : swd_isa_best());
        fill(octets, seed);
        acts_play(octets, SCRIPT_OCTETS);
    }
    swd_isa_select(swd_isa_best());
}

/* A shape out of its range has no size. */
void test_engine_shapes(void)
{
    const swd_config good = {.tick_cycles = 8, .n_ears = 1, .n_recorders = 1, .recorder_octets = 1024};
    swd_config bad = good;
    assert(swd_size(&good) > 0 && swd_size(&good) % 64 == 0);
    for (uint32_t field = 0; field < sizeof bad / sizeof(uint32_t); field++) {
        bad = good;
        ((uint32_t *)&bad)[field] = 0xFFFFFFFFu;
        assert(swd_size(&bad) == 0);
    }
    bad = good;
    bad.tick_cycles = 0;
    assert(swd_size(&bad) == 0);
    bad = good;
    bad.recorder_octets = 1536;
    assert(swd_size(&bad) == 0);
}
