/* Whatever the instruction set and the order of copying, every switched cell is in each row what its source was in the row before. */
#include "check.h"
#include "engine.h"

#define ROWS 200u
#define SOURCES 70u               /* so that the last 65,536 cells do not begin with a switched one */

static void quick_run(swd_engine *e, uint64_t until)
{
    swd_event events[64];
    while (swd_now(e) < until)
        swd_run(e, 0, until, events, 64);
}

/* Connections by chance: among switched cells, one in `distant` to a source; those that stay hear idle. */
static void connect_some(swd_engine *e, uint64_t key, uint32_t n_times, uint32_t distant)
{
    uint32_t n = e->config.n_switched;
    for (uint32_t k = 0; k < n_times; k++) {
        uint64_t draw = swd_philox(key, k);
        uint32_t to = n_times >= n ? k % n : (uint32_t)(draw % n), from = (uint32_t)((draw >> 24) % n);
        uint32_t cell = (draw >> 48) % distant == 0 ? e->first_source + from % SOURCES : e->first_switched + from;
        assert(swd_connect(e, e->first_switched + to, cell) == SWD_OK);
    }
}

/* One row, in one piece or two: what was made of the row before. Returns how many cells did not copy idle. */
static uint32_t check_row(swd_engine *e, uint64_t *before, uint32_t cut)
{
    uint64_t row = swd_now(e) / SWD_ROW_CYCLES, end = swd_now(e) + SWD_ROW_CYCLES;
    const uint64_t *old = AT(e, const uint64_t, at_rows[(row & 1) ^ 1]), *cur = AT(e, const uint64_t, at_rows[row & 1]);
    uint32_t alive = 0;
    memcpy(before, old, e->n_cells * sizeof *before);
    if (cut)
        quick_run(e, end - SWD_ROW_CYCLES + cut);
    quick_run(e, end);
    for (uint32_t i = 0; i < e->config.n_switched; i++) {
        uint64_t octets = before[swd_connected(e, e->first_switched + i)];
        assert(cur[e->first_switched + i] == octets);
        alive += octets != ROW_IDLE;
    }
    return alive;
}

static swd_engine *made(uint32_t n_switched)
{
    swd_config config = {.tick_cycles = 8, .n_sources = SOURCES, .n_switched = n_switched};
    size_t size = swd_size(&config);
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert(memory);
    swd_engine *e = swd_init(memory, &config);
    for (uint32_t i = 0; i < SOURCES; i++)
        assert(swd_source_mark(e, i, i + 1) == SWD_OK);
    return e;
}

/* Its order is made, and made anew after changes; connections change one by one meanwhile. */
static swd_engine *large(int isa, uint32_t n_switched, uint32_t distant)
{
    swd_engine *e = made(n_switched);
    uint64_t *before = malloc(e->n_cells * sizeof *before);
    uint32_t alive = 0, in_order = 0;
    assert(before && swd_isa_select(isa) == SWD_OK);
    connect_some(e, 1, n_switched, 2);
    for (uint32_t row = 0; row < ROWS; row++) {
        if (row == 20 || row == 130)
            connect_some(e, row, n_switched, distant);
        connect_some(e, 1000 + row, 5, distant);
        alive += check_row(e, before, row % 7 == (uint32_t)isa ? row % 8 : 0);
        in_order += e->ordered;
    }
    assert(alive > ROWS * n_switched / 4);
    assert(in_order == 0 ? n_switched < 16384 || distant < 8 : in_order == ROWS - 63);
    for (uint32_t i = 0; i < n_switched; i += 3) /* some fall asleep */
        swd_connect(e, e->first_switched + i, SWD_CELL_IDLE);
    for (uint32_t row = 0; row < 140; row++)
        check_row(e, before, 0);
    free(before);
    return e;
}

/* However rows were cut, and on each instruction set, the state is the same octets. */
static void everywhere(uint32_t n_switched, uint32_t distant)
{
    swd_engine *first = large(SWD_ISA_PLAIN, n_switched, distant);
    for (int isa = SWD_ISA_PLAIN + 1; isa <= swd_isa_best(); isa++) {
        swd_engine *e = large(isa, n_switched, distant);
        assert(memcmp(first, e, e->size) == 0);
        free(e);
    }
    free(first);
}

/* The order is one, of every line once, and better than none: lines are fetched less often. */
static void order_is_good(void)
{
    swd_engine *e = made(32768);
    uint32_t n_lines = 32768 / CACHE_CELLS, missed[2] = {0, 0};
    uint32_t *seen = calloc(n_lines, sizeof *seen), *when = calloc(e->n_cells, sizeof *when);
    static uint32_t sources[32768];
    assert(seen && when);
    for (uint32_t i = 0; i < 32768; i++)
        sources[i] = e->first_switched + i;
    for (uint32_t i = 32768; i-- > 1;) { /* a permutation by chance */
        uint32_t k = (uint32_t)(swd_philox(3, i) % (i + 1)), kept = sources[i];
        sources[i] = sources[k];
        sources[k] = kept;
    }
    for (uint32_t i = 0; i < 32768; i++)
        swd_connect(e, e->first_switched + i, sources[i]);
    for (uint32_t which = 0; which < 2; which++) {
        uint32_t fetched = 1000;
        memset(when, 0, e->n_cells * sizeof *when);
        if (which)
            quick_run(e, 64 * SWD_ROW_CYCLES);
        assert(e->ordered == which && (which == 0 || e->n_moved == 0));
        for (uint32_t k = 0; k < n_lines; k++)
            for (uint32_t j = 0; j < CACHE_CELLS; j++) {
                uint32_t target = AT(e, uint32_t, at_order)[k], i = target * CACHE_CELLS + j;
                uint32_t from = (swd_connected(e, e->first_switched + i) - e->first_switched) / CACHE_CELLS;
                seen[target] += j == 0;
                if (when[from] == 0 || fetched - when[from] >= 384) {
                    when[from] = ++fetched;
                    missed[which]++;
                }
            }
    }
    for (uint32_t target = 0; target < n_lines; target++)
        assert(seen[target] == 2);
    assert(missed[1] * 10 < missed[0] * 7);
    free(seen);
    free(when);
    free(e);
}

void test_switching(void)
{
    everywhere(1003, 8);
    everywhere(16384 + 5, 20);
    everywhere(66003, 30);
    everywhere(20000, 3);
    order_is_good();
    assert(swd_isa_select(swd_isa_best()) == SWD_OK);
}
