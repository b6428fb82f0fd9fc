/* Acts upon the generators and checkers of test sequences. */
#include "acts.h"

int acts_pattern(swd_engine *e, script *s)
{
    uint32_t cells[32], kind = script_u8(s) % 12, pattern = 1 + script_u8(s) % 10, n = script_u8(s);
    uint32_t unit = script_index(s, kind < 5 ? e->config.n_patterns : e->config.n_berts);
    uint32_t first = kind & 1 ? script_index(s, e->n_cells) : e->first_source, inverted = n >> 7;
    n = n & 0x40 ? n % 33 : 1 + n % 3;
    for (uint32_t k = 0; k < 32; k++)
        cells[k] = first + k;
    switch (kind) {
    case 0: return swd_pattern_stop(e, unit);
    case 1: return swd_pattern_error(e, unit, n < 32 ? n : UINT32_MAX);
    case 2:
    case 3:
    case 4: return swd_pattern_start(e, unit, pattern, kind & 1 ? script_index(s, e->config.n_sources) : 0, n, (int)inverted);
    case 5: return swd_bert_stop(e, unit);
    case 6: return swd_bert_slip(e, first, n == 3 ? 0 : inverted ? 1 : -1);
    default: return swd_bert_listen(e, unit, pattern, cells, n, (int)inverted);
    }
}

void acts_check_patterns(const swd_engine *e)
{
    uint32_t generating = 0, comparing = 0;
    for (uint32_t i = 0; i < e->config.n_patterns; i++)
        generating += AT(e, const pattern_generator, at_generators)[i].pattern != 0;
    for (uint32_t i = 0; i < e->config.n_berts; i++)
        comparing += AT(e, const pattern_checker, at_berts)[i].cell != SWD_NONE;
    assert(generating == e->n_generating && comparing == e->n_comparing);
}
