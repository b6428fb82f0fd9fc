/* switching.c: each switched cell copies a cell of the row before.
 *
 * What bounds it are accesses while both rows lie in the first cache, and lines of the second cache when they do not; so the map of
 * who copies whom is of 16 bits where that is enough, and lines of a large row are copied in an order (order.c) in which what they
 * need is often still at hand. Whatever the order, the row is the same. */
#include "engine.h"

#define MANY_AWAKE 16             /* of 64 cells */

static uint32_t first_near(const swd_engine *e) { return e->n_cells > NEAR_CELLS ? e->n_cells - NEAR_CELLS : 0; }

/* Where the near source of the i-th switched cell stands. */
static uint32_t near_at(const swd_engine *e, uint32_t i)
{
    return AT(e, const uint32_t, at_place)[i / CACHE_CELLS] * CACHE_CELLS + i % CACHE_CELLS;
}

void swd_switching_init(swd_engine *e)
{
    for (uint32_t k = 0; k < swd_switched_lines(e); k++)
        AT(e, uint32_t, at_order)[k] = AT(e, uint32_t, at_place)[k] = k;
}

void swd_switching_source(swd_engine *e, uint32_t i, uint32_t cell)
{
    uint64_t *distant = AT(e, uint64_t, at_distant);
    e->n_distant -= bit_get(distant, i);
    bit_clear(distant, i);
    if (cell < first_near(e)) {
        bit_set(distant, i);
        e->n_distant++;
    }
    AT(e, uint16_t, at_near)[near_at(e, i)] = (uint16_t)(cell - first_near(e));
    e->n_moved++;
}

void swd_switching_reorder(swd_engine *e)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of);
    for (uint32_t i = 0; i < e->config.n_switched; i++)
        AT(e, uint16_t, at_near)[near_at(e, i)] = (uint16_t)(from[i] - first_near(e));
}

/* Cells that are copied whatever sleeps among them. */
static void copy_near(uint64_t *restrict to, const uint64_t *restrict near, const uint16_t *restrict from, uint32_t n)
{
    uint32_t done = 0;
#if defined(__x86_64__)
    if (swd_isa_gathers())
        done = swd_copy_avx512(to, near, from, n);
    else if (swd_isa_selected() >= SWD_ISA_AVX2)
        done = swd_copy_avx2(to, near, from, n);
#endif
    for (uint32_t k = done; k < n; k++)
        to[k] = near[from[k]];
}

static void copy_lines(uint64_t *restrict to, const uint64_t *restrict near, const uint16_t *restrict from, const uint32_t *order, uint32_t n)
{
#if defined(__x86_64__)
    if (swd_isa_gathers())
        swd_copy_lines_avx512(to, near, from, order, n);
    else if (swd_isa_selected() >= SWD_ISA_AVX2)
        swd_copy_lines_avx2(to, near, from, order, n);
    else
#endif
        swd_copy_lines_plain(to, near, from, order, n);
}

static void copy_far(uint64_t *restrict to, const uint64_t *restrict old, const uint32_t *restrict from, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        to[k] = old[from[k]];
}

/* The first cell from `first` on, a multiple of 64, that lies in one 64 with a cell that copies a distant one. */
static uint32_t near_until(const swd_engine *e, uint32_t first, uint32_t end)
{
    const uint64_t *distant = AT(e, const uint64_t, at_distant);
    if (e->n_distant == 0)
        return end;
    while (first < end && distant[first / 64] == 0)
        first += 64;
    return first < end ? first : end;
}

/* Cells first..end-1 of the switched ones, of which the first is a multiple of 64. */
static void copy_run(const swd_engine *e, const span *s, uint32_t first, uint32_t end)
{
    const uint64_t *near = s->old + first_near(e);
    const uint16_t *near_from = AT(e, const uint16_t, at_near);
    const uint32_t *from = AT(e, const uint32_t, at_source_of);
    uint64_t *to = s->cur + e->first_switched;
    while (first < end) {
        uint32_t stop = e->ordered ? first : near_until(e, first, end), n = end - stop < 64 ? end - stop : 64;
        copy_near(to + first, near, near_from + first, stop - first);
        copy_far(to + stop, s->old, from + stop, n);
        first = stop + n;
    }
}

static void copy_awake(uint64_t *restrict to, const uint64_t *restrict old, const uint32_t *restrict from, uint64_t word, uint64_t mask)
{
    for (; word; word &= word - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(word);
        put(&to[k], old[from[k]], mask);
    }
}

static int many_awake(uint64_t word) { return word != 0 && (word == ~0ull || __builtin_popcountll(word) >= MANY_AWAKE); }

/* All cells: lines of near ones in their order, then those that copy distant ones, and those that make no whole line. */
static void copy_ordered(const swd_engine *e, const span *s)
{
    const uint64_t *distant = AT(e, const uint64_t, at_distant);
    const uint32_t *from = AT(e, const uint32_t, at_source_of);
    uint32_t n = e->config.n_switched, whole = n / CACHE_CELLS * CACHE_CELLS;
    uint64_t *to = s->cur + e->first_switched;
    copy_lines(to, s->old + first_near(e), AT(e, const uint16_t, at_near), AT(e, const uint32_t, at_order), n / CACHE_CELLS);
    for (uint32_t w = 0; e->n_distant && w < bit_words(n); w++)
        copy_awake(to + w * 64, s->old, from + w * 64, distant[w], s->mask);
    copy_far(to + whole, s->old, from + whole, n - whole);
}

static uint32_t run_of_awake(const uint64_t *awake, uint32_t w, uint32_t n_words)
{
    while (w + 4 <= n_words && (awake[w] & awake[w + 1] & awake[w + 2] & awake[w + 3]) == ~0ull)
        w += 4;
    while (w < n_words && many_awake(awake[w]))
        w++;
    return w;
}

/* Copy the awake cells, 64 to a word of the map. Words of which many are awake are copied whole, one run of words after the
 * other: what a sleeping cell would copy is what it holds. */
void swd_switch_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_switched);
    const uint32_t *from = AT(e, const uint32_t, at_source_of);
    uint64_t *to = s->cur + e->first_switched;
    uint32_t n = e->config.n_switched, n_words = bit_words(n);
    for (uint32_t w = 0; w < n_words; w++) {
        uint32_t begun = w;
        if (s->mask == ~0ull)
            w = run_of_awake(awake, w, n_words);
        if (w - begun == n_words && e->ordered) {
            copy_ordered(e, s);
            return;
        }
        copy_run(e, s, begun * 64, w * 64 < n ? w * 64 : n);
        if (w < n_words)
            copy_awake(to + w * 64, s->old, from + w * 64, awake[w], s->mask);
    }
}
