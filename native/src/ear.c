/* ear.c: what a party hears, octet for octet where it is known what is said: idle, ones, one mark, a prompt.
 *
 * An ear *follows* one of these: each row is compared with what it must be. The first octet that differs is `lost`; from
 * there on the octets go to the ear's ring, and every row tries to take up a new thing to follow, whose beginning is then
 * found backwards, to the octet, but not before `lost`. What stays unexplained for whole blocks is judged by them
 * (ear_block.c). A single odd octet in a row, a bit error, does not count as a change, unless rows go on so; and a prompt
 * that errors have broken is taken up again where it would be. Ears work at row ends only. */
#include "engine.h"

#define CONFIRM_OCTETS 24         /* a prompt is believed when so many octets fit */
#define LOOK_BACK 64              /* octets; further only along a prompt */
#define ONES_OCTETS 24            /* make a dead line; a slow wave may stand so high for a row */
#define RESUME_OCTETS 24          /* a longer damage in a pause of a prompt has ended the prompt, unless it sounds again */
#define DAMAGED_ROWS 8            /* in each of which one octet may be odd */

static ear *ear_at(swd_engine *e, uint32_t i) { return &AT(e, ear, at_ears)[i]; }
static uint8_t *ring_at(swd_engine *e, uint32_t i) { return AT(e, uint8_t, at_ear_rings) + (size_t)EAR_RING * i; }

void swd_ear_heard(swd_engine *e, uint32_t unit, uint32_t kind, uint32_t which, uint64_t at)
{
    ear *x = ear_at(e, unit);
    if (x->kind == kind && x->which == which)
        return;
    x->kind = kind;
    x->which = which;
    x->since = at > x->since ? at : x->since;
    swd_event_push(e, x->since, SWD_EV_HEARS, unit, kind, which);
}

static uint64_t mark_octets(const swd_engine *e, const ear *x, uint64_t row)
{
    uint64_t sent = row - x->delay;
    return x->expect ^ e->mark_rows[sent % MARK_DELAYS] ^ mark_flip(x->id, sent);
}

/* What this row must be if the ear goes on hearing what it follows; returns how many octets of it are known. */
static uint32_t predict(const swd_engine *e, const swd_assets *assets, const ear *x, uint64_t row, uint64_t *octets)
{
    const swd_prompt *prompt;
    uint32_t left;
    if (x->follow == FOLLOW_CONSTANT) {
        *octets = x->expect;
        return SWD_ROW_CYCLES;
    }
    if (x->follow == FOLLOW_MARK) {
        *octets = mark_octets(e, x, row);
        return SWD_ROW_CYCLES;
    }
    prompt = &assets->prompts[x->prompt];
    left = prompt->n_octets - x->position;
    left = left < SWD_ROW_CYCLES ? left : SWD_ROW_CYCLES;
    *octets = 0;
    memcpy(octets, assets->octets + prompt->offset + x->position, left);
    return left;
}

static void report_followed(swd_engine *e, uint32_t unit, uint64_t at)
{
    ear *x = ear_at(e, unit);
    x->damaged = x->mix_due = 0;
    x->block_count = x->mix_wait = x->damaged_rows = x->resume = 0;
    if (x->follow == FOLLOW_CONSTANT)
        swd_ear_heard(e, unit, x->expect == ROW_ONES ? SWD_HEARS_ONES : SWD_HEARS_QUIET, 0, at);
    else if (x->follow == FOLLOW_MARK)
        swd_ear_heard(e, unit, SWD_HEARS_MARK, x->id, at);
    else
        swd_ear_heard(e, unit, SWD_HEARS_PROMPT, x->prompt, at);
}

static void go_on(swd_engine *e, uint32_t unit, uint64_t row)
{
    ear *x = ear_at(e, unit);
    x->damaged = x->damaged_rows = 0;
    if (x->follow != FOLLOW_PROMPT)
        return;
    x->position += SWD_ROW_CYCLES;
    if (!x->confirmed && (row + 1) * SWD_ROW_CYCLES - x->started >= CONFIRM_OCTETS) {
        x->confirmed = 1;
        report_followed(e, unit, x->started);
    }
}

/* The row does not fit. Returns 1 when a single odd octet is forgiven; the next row tells whether it was the beginning of
 * something else, whose other octets in this row happened to be the same. */
static int forgive_or_lose(ear *x, uint64_t row, uint64_t expected, uint64_t difference, uint32_t known)
{
    uint32_t first = (uint32_t)__builtin_ctzll(difference) / 8, last = 7 - (uint32_t)__builtin_clzll(difference) / 8;
    uint64_t at = row * SWD_ROW_CYCLES + first;
    if (x->follow == FOLLOW_PROMPT && !x->confirmed) {
        x->follow = FOLLOW_NONE;               /* not this prompt: lost since before */
        return 0;
    }
    if (!x->damaged)
        x->damaged = at + 1;
    x->position += x->follow == FOLLOW_PROMPT ? known : 0;
    if (known == SWD_ROW_CYCLES && first == last && ++x->damaged_rows <= DAMAGED_ROWS)
        return 1;
    x->resume = x->follow != FOLLOW_PROMPT || known < SWD_ROW_CYCLES ? RESUME_NONE
                : expected == ROW_IDLE ? RESUME_PAUSE : RESUME_SOUND;
    x->lost = x->damaged - 1;
    x->damaged = x->damaged_rows = 0;
    x->follow = FOLLOW_NONE;
    return 0;
}

/* The octet at `cycle`, not after `row`, of what is followed from `row` on; -1 before a prompt's first. */
static int octet_before(const swd_engine *e, const swd_assets *assets, const ear *x, uint64_t row, uint64_t cycle)
{
    uint64_t back = (row + 1) * SWD_ROW_CYCLES - cycle;
    if (x->follow == FOLLOW_PROMPT)
        return back > x->position ? -1 : assets->octets[assets->prompts[x->prompt].offset + x->position - back];
    if (x->follow == FOLLOW_CONSTANT)
        return (int)(x->expect & 0xFF);
    if (cycle / SWD_ROW_CYCLES < x->delay)
        return -1;
    return (int)(mark_octets(e, x, cycle / SWD_ROW_CYCLES) >> 8 * (cycle % SWD_ROW_CYCLES) & 0xFF);
}

/* The first cycle from which on all octets fit what is followed, from `start`, which fits, backwards. */
static uint64_t beginning(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row, uint64_t start)
{
    const ear *x = ear_at(e, unit);
    const uint8_t *ring = ring_at(e, unit);
    uint64_t reach = x->follow == FOLLOW_PROMPT ? EAR_RING - SWD_ROW_CYCLES : LOOK_BACK;
    uint64_t least = x->lost + reach < start ? start - reach : x->lost;
    while (start > least && ring[(start - 1) % EAR_RING] == octet_before(e, assets, x, row, start - 1))
        start--;
    return start;
}

/* Whether ones have stood long enough, up to the end of this row of them. */
static int dead(const ear *x, const uint8_t *ring, uint64_t row)
{
    uint64_t end = (row + 1) * SWD_ROW_CYCLES, start = end;
    while (start > x->lost && end - start < ONES_OCTETS && ring[(start - 1) % EAR_RING] == 0xFF)
        start--;
    return end - start == ONES_OCTETS;
}

static int take_up_whole_row(swd_engine *e, uint32_t unit, uint64_t row, uint64_t octets)
{
    ear *x = ear_at(e, unit);
    uint32_t delay = 0, id;
    if ((octets == ROW_ONES && dead(x, ring_at(e, unit), row)) || (octets == ROW_IDLE && x->kind != SWD_HEARS_SOUND)) {
        x->follow = FOLLOW_CONSTANT;
        x->expect = octets;
        return 1;
    }
    id = swd_mark_decode(e, octets, row, &delay);
    if (id == 0)
        return 0;
    x->follow = FOLLOW_MARK;
    x->expect = swd_mark_of_id(id);
    x->id = (uint16_t)id;
    x->delay = (uint8_t)delay;
    return 1;
}

/* Whether the octets from `start` to the row's end are those of the prompt from `position`; then follow it. */
static int fits_prompt(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row, uint64_t start,
                       const swd_signature *found)
{
    const swd_prompt *prompt = &assets->prompts[found->prompt];
    const uint8_t *octets = assets->octets + prompt->offset + found->position, *ring = ring_at(e, unit);
    uint32_t n = (uint32_t)((row + 1) * SWD_ROW_CYCLES - start);
    ear *x = ear_at(e, unit);
    if (n > prompt->n_octets - found->position)
        return 0;
    for (uint32_t k = 0; k < n; k++)
        if (ring[(start + k) % EAR_RING] != octets[k])
            return 0;
    x->follow = FOLLOW_PROMPT;
    x->prompt = found->prompt;
    x->position = found->position + n;
    x->resume = RESUME_NONE;
    return 1;
}

/* Look at the eight windows of eight octets that end in this row. */
static int take_up_prompt(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row)
{
    ear *x = ear_at(e, unit);
    const uint8_t *ring = ring_at(e, unit);
    uint64_t first = row * SWD_ROW_CYCLES;
    uint64_t start = first < 7 ? 0 : first - 7;
    for (start = start < x->lost ? x->lost : start; start <= first; start++) {
        uint64_t window = 0;
        for (uint32_t k = 0; k < 8; k++)
            window |= (uint64_t)ring[(start + k) % EAR_RING] << 8 * k;
        const swd_signature *found = swd_signature_find(assets, window);
        if (found && fits_prompt(e, assets, unit, row, start, found)) {
            x->started = beginning(e, assets, unit, row, start);
            x->confirmed = first + SWD_ROW_CYCLES - x->started >= CONFIRM_OCTETS;
            return 1;
        }
    }
    return 0;
}

/* Go on with a prompt that errors have broken, when the row is what it would be. */
static int take_up_again(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row, uint64_t octets)
{
    ear *x = ear_at(e, unit);
    const swd_prompt *prompt = &assets->prompts[x->prompt];
    uint64_t expected;
    if (x->resume == RESUME_NONE)
        return 0;
    if (prompt->n_octets - x->position < SWD_ROW_CYCLES) {
        x->resume = RESUME_NONE;
        return 0;
    }
    memcpy(&expected, assets->octets + prompt->offset + x->position, sizeof expected);
    x->position += SWD_ROW_CYCLES;
    if (octets == ROW_IDLE && (x->resume != RESUME_PAUSE || row * SWD_ROW_CYCLES > x->lost + RESUME_OCTETS))
        return 0;
    if (octets != expected)
        return 0;
    x->follow = FOLLOW_PROMPT;
    x->confirmed = 1;
    report_followed(e, unit, beginning(e, assets, unit, row, row * SWD_ROW_CYCLES));
    return 1;
}

static int take_up(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row, uint64_t octets)
{
    ear *x = ear_at(e, unit);
    if (take_up_again(e, assets, unit, row, octets))
        return 1;
    if (take_up_whole_row(e, unit, row, octets)) {
        report_followed(e, unit, beginning(e, assets, unit, row, row * SWD_ROW_CYCLES));
        return 1;
    }
    if (!assets->signatures || !take_up_prompt(e, assets, unit, row))
        return 0;
    if (x->confirmed)
        report_followed(e, unit, x->started);
    return 1;
}

static void hear_row(swd_engine *e, const swd_assets *assets, uint32_t unit, uint64_t row, uint64_t octets)
{
    ear *x = ear_at(e, unit);
    uint64_t end = (row + 1) * SWD_ROW_CYCLES;
    if (x->follow != FOLLOW_NONE) {
        uint64_t expected;
        uint32_t known = predict(e, assets, x, row, &expected);
        uint64_t difference = (octets ^ expected) | ~octet_mask(0, known);
        if (!difference && (x->follow != FOLLOW_PROMPT || x->confirmed)) {
            go_on(e, unit, row);
            return;
        }
        memcpy(ring_at(e, unit) + row * SWD_ROW_CYCLES % EAR_RING, &octets, sizeof octets);
        if (!difference) {
            go_on(e, unit, row);
            return;
        }
        if (forgive_or_lose(x, row, expected, difference, known))
            return;
    } else {
        memcpy(ring_at(e, unit) + row * SWD_ROW_CYCLES % EAR_RING, &octets, sizeof octets);
    }
    if (take_up(e, assets, unit, row, octets))
        return;
    if (end % BLOCK_CYCLES == 0 && x->lost + BLOCK_CYCLES <= end)
        swd_ear_block(e, unit, end);
    if (end >= x->lost + EAR_RING && end >= x->mix_due)
        swd_ear_mix(e, unit, end);
}

/* While an ear hears exactly what it expects, nothing of it changes. */
static void set_quick(swd_engine *e, uint32_t unit)
{
    const ear *x = ear_at(e, unit);
    int usable = x->cell != SWD_NONE && x->held_n == 0 && x->damaged == 0 &&
                 (x->follow == FOLLOW_CONSTANT || x->follow == FOLLOW_MARK);
    AT(e, quick_ear, at_quick_ears)[unit] = (quick_ear){x->expect, usable ? x->cell : 0, x->follow == FOLLOW_MARK ? x->id : 0, x->delay,
                                                        (uint8_t)usable};
}

/* In a row in which the ear was turned, the octets up to there are those it heard before. */
static uint64_t heard_octets(ear *x, const span *s)
{
    uint64_t octets = s->cur[x->cell];
    if (x->held_n) {
        put(&octets, x->held, octet_mask(0, x->held_n));
        x->held_n = 0;
        x->held = 0;
    }
    return octets;
}

/* 1 when the ear goes on hearing a confirmed prompt, a whole row within it, octet for octet. */
static int prompt_goes_on(const swd_assets *assets, ear *x, const span *s)
{
    uint64_t octets, expected;
    if (x->follow != FOLLOW_PROMPT || !x->confirmed || x->held_n || x->damaged || x->damaged_rows || x->cell == SWD_NONE)
        return 0;
    if (x->position + SWD_ROW_CYCLES > assets->prompts[x->prompt].n_octets)
        return 0;
    octets = s->cur[x->cell];
    memcpy(&expected, assets->octets + assets->prompts[x->prompt].offset + x->position, sizeof expected);
    if (octets != expected)
        return 0;
    x->position += SWD_ROW_CYCLES;
    return 1;
}

static void look_closer(swd_engine *e, const swd_assets *assets, uint32_t unit, const span *s)
{
    ear *x = ear_at(e, unit);
    if (prompt_goes_on(assets, x, s))
        return;
    if (x->cell != SWD_NONE)
        hear_row(e, assets, unit, s->row, heard_octets(x, s));
    set_quick(e, unit);
}

/* 1 when the ear does not hear exactly what it expects. Without branches: a busy machine asks this of every ear. */
static inline uint64_t hears_other(const swd_engine *e, const span *s, const quick_ear *x)
{
    uint64_t sent = s->row - x->delay, of_row = e->mark_rows[sent % MARK_DELAYS] ^ mark_flip(x->id, sent);
    uint64_t expected = x->expect ^ (of_row & (0 - (uint64_t)(x->id != 0)));
    return (uint64_t)(s->cur[x->cell] != expected) | !x->usable;
}

void swd_ears_span(swd_engine *e, const swd_assets *assets, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_ear);
    const quick_ear *quick = AT(e, const quick_ear, at_quick_ears);
    for (uint32_t w = 0; w < bit_words(e->config.n_ears); w++) {
        uint64_t word = awake[w], surprised = 0;
        for (; word; word &= word - 1) {
            uint32_t k = (uint32_t)__builtin_ctzll(word);
            surprised |= hears_other(e, s, &quick[w * 64 + k]) << k;
        }
        for (; surprised; surprised &= surprised - 1)
            look_closer(e, assets, w * 64 + (uint32_t)__builtin_ctzll(surprised), s);
    }
}

/* The octets of the present row up to now stay heard from where the ear was until now. */
int swd_ear_listen(swd_engine *e, uint32_t unit, uint32_t cell)
{
    if (unit >= e->config.n_ears || (cell != SWD_NONE && cell >= e->n_cells))
        return SWD_E_RANGE;
    ear *x = ear_at(e, unit);
    uint32_t k = (uint32_t)(e->now % SWD_ROW_CYCLES);
    const uint64_t *row = AT(e, const uint64_t, at_rows[e->now / SWD_ROW_CYCLES & 1]);
    if (cell == SWD_NONE) {
        swd_ear_heard(e, unit, SWD_HEARS_QUIET, 0, e->now);
        *x = (ear){.cell = SWD_NONE, .follow = FOLLOW_CONSTANT, .expect = ROW_IDLE};
    } else {
        put(&x->held, x->cell == SWD_NONE ? ROW_IDLE : row[x->cell], octet_mask(x->held_n, k));
        x->held_n = k;
        x->cell = cell;
        bit_set(AT(e, uint64_t, at_awake_ear), unit);
    }
    set_quick(e, unit);
    swd_node_attach(e, e->node_ear + unit, cell);
    return SWD_OK;
}
