/* Signalling terminals under seeded scripts, however cut. */
#include "su_script.h"

#define SCRIPTS 300u
#define SCRIPT_OCTETS 600u

void test_su(void)
{
    uint8_t octets[SCRIPT_OCTETS];
    su_totals totals;
    memset(&totals, 0, sizeof totals);
    for (uint32_t seed = 0; seed < SCRIPTS; seed++) {
        for (uint32_t i = 0; i < SCRIPT_OCTETS; i += 8) {
            uint64_t draw = swd_philox(seed, i);
            memcpy(octets + i, &draw, 8);
        }
        su_play(octets, SCRIPT_OCTETS, &totals);
    }
    for (uint32_t kind = SWD_EV_SU; kind <= SWD_EV_SU_PROVED_AGAIN; kind++)
        assert(kind == SWD_EV_SU_LOW || totals.kinds[kind] > 10);
}
