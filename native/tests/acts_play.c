/* Scripts played on engines that are cut differently, which must agree in every octet. */
#include "acts.h"

static void expect_equal(const rig *a, const rig *b)
{
    assert(a->n_events == b->n_events && a->digest == b->digest);
    assert(memcmp(a->memory, b->memory, a->size) == 0);
}

/* One act on each engine, from the same octets; then time passes: mostly little, at times a sweep or more. */
static void step(rig *rigs, uint32_t n_rigs, script *s)
{
    size_t from = s->at;
    for (uint32_t i = 0; i < n_rigs; i++) {
        s->at = from;
        rig_act(&rigs[i], s);
    }
    uint32_t pace = script_u8(s), part = 1 + script_u8(s) % 29;
    uint64_t until = swd_now(rigs[0].engine) + (pace < 64 ? 0 : pace < 200 ? pace % 37 : pace < 250 ? 600 : 3000 + 7 * part);
    rig_run(&rigs[0], until, UINT32_MAX, MAX_CAPACITY);
    for (uint32_t i = 1; i < n_rigs; i++)
        rig_run(&rigs[i], until, part, i == 1 ? 1 + part % 3 : MAX_CAPACITY);
    for (uint32_t i = 1; i < n_rigs; i++)
        expect_equal(&rigs[0], &rigs[i]);
    rig_check(&rigs[0]);
}

void acts_open(rig rigs[3], const swd_config *config)
{
    for (uint32_t i = 0; i < 3; i++)
        rig_open(&rigs[i], config);
}

void acts_go_on(rig rigs[3], script *s)
{
    while (s->at < s->n_octets / 2)
        step(rigs, 2, s);
    rig_restore(&rigs[2], &rigs[0]);
    while (s->at < s->n_octets)
        step(rigs, 3, s);
    for (uint32_t i = 0; i < 3; i++)
        rig_close(&rigs[i]);
}

void acts_play(const uint8_t *octets, size_t n_octets)
{
    script s = {octets, n_octets, 0};
    swd_config config = acts_config(&s);
    rig rigs[3];
    acts_open(rigs, &config);
    acts_go_on(rigs, &s);
}
