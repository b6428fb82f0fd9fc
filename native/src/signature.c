/* signature.c: the table by which an ear knows a prompt from eight of its octets: one window about every 25 ms of each,
 * the first as early as there are four different octets in it. The same window twice keeps its first place. */
#include "engine.h"

#define SIGNATURE_STEP 200
#define LEAST_DIFFERENT 4

int swd_prompt_good(const swd_assets *assets, uint32_t prompt)
{
    const swd_prompt *p;
    if (prompt >= assets->n_prompts)
        return 0;
    p = &assets->prompts[prompt];
    return p->n_octets > 0 && p->offset <= assets->n_octets && p->n_octets <= assets->n_octets - p->offset;
}

static uint64_t window_at(const uint8_t *octets)
{
    uint64_t window;
    memcpy(&window, octets, sizeof window);
    return window;
}

static uint32_t place_of(uint64_t window, uint32_t n_places)
{
    return (uint32_t)((window * 0x9E3779B97F4A7C15u) >> 40) & (n_places - 1);
}

const swd_signature *swd_signature_find(const swd_assets *assets, uint64_t window)
{
    uint32_t n = assets->n_signatures;
    for (uint32_t i = place_of(window, n); assets->signatures[i].window; i = (i + 1) & (n - 1))
        if (assets->signatures[i].window == window)
            return &assets->signatures[i];
    return NULL;
}

static int telling(const uint8_t *octets)
{
    uint32_t different = 0;
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t k = 0;
        while (octets[k] != octets[i])
            k++;
        different += k == i;
    }
    return different >= LEAST_DIFFERENT;
}

/* 1 when the window was new. */
static int insert(swd_signature *table, uint32_t n_places, swd_signature x)
{
    uint32_t i = place_of(x.window, n_places);
    for (; table[i].window; i = (i + 1) & (n_places - 1))
        if (table[i].window == x.window)
            return 0;
    table[i] = x;
    return 1;
}

uint32_t swd_signatures_places(const swd_assets *assets)
{
    uint32_t n = 0, places = 64;
    for (uint32_t i = 0; i < assets->n_prompts; i++)
        if (swd_prompt_good(assets, i))
            n += assets->prompts[i].n_octets / SIGNATURE_STEP + 1;
    while (places < 2 * n)
        places *= 2;
    return assets->n_prompts ? places : 0;
}

void swd_signatures_build(const swd_assets *assets, swd_signature *table, uint32_t n_places)
{
    assert(n_places == swd_signatures_places(assets));
    memset(table, 0, n_places * sizeof *table);
    for (uint32_t i = 0; i < assets->n_prompts; i++) {
        const swd_prompt *prompt = &assets->prompts[i];
        if (!swd_prompt_good(assets, i))
            continue;
        const uint8_t *octets = assets->octets + prompt->offset;
        for (uint32_t at = 0; at + 8 <= prompt->n_octets;)
            if (telling(octets + at) && insert(table, n_places, (swd_signature){window_at(octets + at), i, at}))
                at += SIGNATURE_STEP;
            else
                at++;
    }
}
