/* order.c: in what order the lines of a large switched row are copied.
 *
 * A line of eight cells is made of cells from up to eight lines of the row before. Lines that need much of the same are copied one
 * after the other: the next is always one of which the most is at hand, in a cache of which it is thought that it holds the lines
 * fetched last. Of any permutation of 65,536 cells a third needs no line to be fetched then, instead of a fifteenth.
 *
 * An order is good for every connection, if not best, so it stands until a quarter of them are others. */
#include "engine.h"

#define MANY_CELLS 16384u         /* 128 kB a row */
#define CACHE_LINES 384u          /* half of a first cache of 48 kB, three quarters of one of 32 kB */
#define OCTETS_A_CELL 128u        /* of an engine that does little else than switch; such a one has 54 */
#define MANY_READERS 64u          /* of a cell: those after them are not looked at */
#define COPIED 0xFFu

/* In the engine's work list, which is cleared afterwards. */
typedef struct plan {
    const swd_engine *e;
    uint32_t n_lines;
    uint32_t heads[CACHE_CELLS + 1];           /* of lists of lines that are not copied yet, by their cells at hand */
    uint32_t *next, *prev;
    uint8_t *at_hand;             /* by line: cells whose source is; COPIED */
    uint8_t *cached;              /* by line of sources */
    uint32_t ring[CACHE_LINES];
    uint32_t n_fetched;
} plan;

/* Lines of a row begin with one of the switched cells. */
static uint32_t lead(const swd_engine *e) { return (CACHE_CELLS - e->first_switched % CACHE_CELLS) % CACHE_CELLS; }
static uint32_t source_lines(const swd_engine *e) { return (e->n_cells + lead(e)) / CACHE_CELLS + 1; }

static void put_in_list(plan *p, uint32_t target)
{
    uint32_t *head = &p->heads[p->at_hand[target]];
    p->next[target] = *head;
    p->prev[target] = SWD_NONE;
    if (*head != SWD_NONE)
        p->prev[*head] = target;
    *head = target;
}

static void take_from_list(plan *p, uint32_t target)
{
    uint32_t next = p->next[target], prev = p->prev[target];
    if (prev == SWD_NONE)
        p->heads[p->at_hand[target]] = next;
    else
        p->next[prev] = next;
    if (next != SWD_NONE)
        p->prev[next] = prev;
}

/* A line of sources is at hand, or no longer: one more or less for those that copy from it. */
static void count(plan *p, uint32_t source_line, int more)
{
    const swd_engine *e = p->e;
    const uint32_t *head = AT(e, const uint32_t, at_head), *next = AT(e, const uint32_t, at_next);
    for (uint32_t k = 0; k < CACHE_CELLS; k++) {
        uint32_t cell = source_line * CACHE_CELLS + k - lead(e), node = cell < e->n_cells ? head[cell] : SWD_NONE;
        for (uint32_t n = 0; node != SWD_NONE && n < MANY_READERS; node = next[node], n++) {
            uint32_t target = node / CACHE_CELLS;
            if (node >= e->config.n_switched || target >= p->n_lines || p->at_hand[target] == COPIED)
                continue;
            take_from_list(p, target);
            p->at_hand[target] = (uint8_t)(p->at_hand[target] + (more ? 1 : -1));
            put_in_list(p, target);
        }
    }
}

static void fetch(plan *p, uint32_t source_line)
{
    uint32_t *oldest = &p->ring[p->n_fetched % CACHE_LINES];
    if (p->cached[source_line])
        return;
    if (p->n_fetched++ >= CACHE_LINES) {
        p->cached[*oldest] = 0;
        count(p, *oldest, 0);
    }
    *oldest = source_line;
    p->cached[source_line] = 1;
    count(p, source_line, 1);
}

static uint32_t best(const plan *p)
{
    uint32_t most = CACHE_CELLS;
    while (p->heads[most] == SWD_NONE)
        most--;
    return p->heads[most];
}

static void find_order(plan *p, uint32_t *order, uint32_t *place)
{
    const uint32_t *from = AT(p->e, const uint32_t, at_source_of);
    for (uint32_t k = 0; k <= CACHE_CELLS; k++)
        p->heads[k] = SWD_NONE;
    for (uint32_t target = p->n_lines; target-- > 0;)
        put_in_list(p, target);
    for (uint32_t k = 0; k < p->n_lines; k++) {
        uint32_t target = best(p);
        take_from_list(p, target);
        p->at_hand[target] = COPIED;
        order[k] = target;
        place[target] = k;
        for (uint32_t j = 0; j < CACHE_CELLS; j++)
            fetch(p, (from[target * CACHE_CELLS + j] + lead(p->e)) / CACHE_CELLS);
    }
}

/* Where most sources are distant ones, an order of near ones would be of no use. Where much else is worked on between two rows, they
 * come from afar, and processors fetch ahead only what is written one line after the other. */
static int worth_it(const swd_engine *e)
{
    uint32_t n = e->config.n_switched;
    return n >= MANY_CELLS && e->n_moved >= n / 4 && e->n_distant <= n / 8 && e->size <= OCTETS_A_CELL * e->n_cells;
}

void swd_switching_order(swd_engine *e)
{
    uint32_t n_lines = e->config.n_switched / CACHE_CELLS;
    if (!worth_it(e))
        return;
    uint32_t *work = AT(e, uint32_t, at_work);
    plan p = {.e = e, .n_lines = n_lines, .next = work, .prev = work + n_lines, .at_hand = (uint8_t *)(work + 2 * n_lines)};
    p.cached = p.at_hand + n_lines;
    size_t octets = n_lines * (2 * sizeof *work + 1) + source_lines(e);
    assert(octets <= e->work_capacity * sizeof *work);
    find_order(&p, AT(e, uint32_t, at_order), AT(e, uint32_t, at_place));
    memset(work, 0, octets);
    swd_switching_reorder(e);
    e->ordered = 1;
    e->n_moved = 0;
}
