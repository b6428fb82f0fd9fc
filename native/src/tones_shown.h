/* What a window shows, how long it has, and whether the tone that is present goes on; part of tones_kernel.h, for each instruction set
 * once. */
/* The three strongest, each with the bit of its place in its lowest eight. */
typedef struct strongest {
    v32 first, second, third;
} strongest;

/* Two at a time, the stronger and the weaker of them, to the three of those before: few steps that wait for others. */
EACH strongest rank(const v32 *power, uint32_t freqs)
{
    const v32 upper = CONSTANT(~255);
    strongest s;
    WHOLE
    for (uint32_t f = 0; f < freqs; f += 2) {
        const v32 a = (power[f] & upper) | EVERYWHERE(bit + f), b = (power[f + 1] & upper) | EVERYWHERE(bit + f + 1);
        const v32 stronger = MAX(a, b), weaker = MIN(a, b);
        if (f == 0) {
            s = (strongest){stronger, weaker, {0}};
            continue;
        }
        const v32 below = MIN(s.first, stronger), beside = MAX(s.second, weaker);
        if (f == 2)
            s.third = MIN(below, beside);
        else
            s.third = MAX(s.third, MAX(MIN(s.second, stronger), MIN(s.first, weaker)));
        s.first = MAX(s.first, stronger);
        s.second = MAX(below, beside);
    }
    return s;
}

#define LIMIT(name) OF_SETS(of, mixed, of->one->limits.name, limits[offsetof(tones_limits, name) / sizeof(int32_t)])

/* The key of what this window shows, 0: nothing. No difference of two powers passes 2^31, and no product: what lacks something has a
 * difference below 0. */
EACH v32 shown(strongest s, v32 energy, const ears *of, int single, int mixed)
{
    v32 places = CONSTANT(255), pair = (s.first | s.second) & places, least = LIMIT(least), most = LIMIT(most), least_pure = (energy >> 6) * LIMIT(pure);
    v32 twist = CHOOSE(ANY_OF(pair, pair >> 1), LIMIT(twist_near), LIMIT(twist_far));
    v32 lacks = (s.second - least) | (most - s.first) | (s.first + s.second - least_pure);
    lacks |= ((s.second >> 6) * LIMIT(third) - s.third) | (s.second - (s.first >> 6) * twist);
    v32 key = pair & ~negative(lacks);
    if (single) {
        lacks = (s.first - least) | (most - s.first) | (s.first - least_pure) | ((s.first >> 6) * LIMIT(alone) - s.second);
        key |= s.first & places & ~negative(lacks);
    }
    return key;
}

/* The power of the weaker frequency of the tone that is present; TONES_MOST: none is. */
EACH v32 weaker(const v32 *power, v32 present, uint32_t freqs)
{
    v32 least = CONSTANT(TONES_MOST);
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        least = MIN_WHERE(least, power[f], present, f);
    return least;
}

/* Whether a tone that is present goes on; its history is that of its weaker frequency. Returns its gap, in place: what the state says
 * before this hop and the powers are enough for that, and nothing here waits for the key of the window. */
EACH v32 go_on(tones_tile *tile, const ears *of, some is, v32 state, v32 *level, const lanes *x, uint32_t freqs, int mixed,
               tones_turns *turns)
{
    int32_t *kept = &tile->held[of->position];
    v32 own = weaker(x->power, state >> STATE_PRESENT, freqs), held = ONLY(is, MAX(load(kept), TONES_HELD(own)));
    v32 gap = ONLY(ALSO_LESS(is, own, held), (state >> STATE_GAP & CONSTANT(0xFF)) + CONSTANT(1));
    *level = CHOOSE(is, own, *level);
    store(kept, held);
    turns->ended |= (uint32_t)BITS(ALSO_AT_LEAST(is, gap, LIMIT(off_hops))) << of->position;
    return gap << STATE_GAP;
}

/* How long what is shown has been shown. */
EACH void follow(tones_tile *tile, const ears *of, v32 key, v32 level, const lanes *x, uint32_t freqs, int single, int mixed, tones_turns *turns)
{
    uint32_t at = of->position;
    v32 state = load(&tile->state[at]), octet = CONSTANT(0xFF), present = CONSTANT(0xFF << STATE_PRESENT), gap = {0};
    some is = ANY_OF(state, present), other = ANY_OF(key ^ state, octet);
    level = ONLY(AT_LEAST(level, CONSTANT(256)), level); /* 0: a place without power */
    if (BITS(is))
        gap = go_on(tile, of, is, state, &level, x, freqs, mixed, turns);
    v32 run = ONLY(ANY_OF(key, key), ONLY(NOT(other), (v32)((vu32)state >> STATE_RUN)) + CONSTANT(1));
    run = MIN(run, octet);
    some began = ALSO_AT_LEAST(NOT(is), run, LIMIT(on_hops));
    store(&tile->state[at], (state & present) | gap | key | run << STATE_RUN);
    store(&tile->history[of->hop->history][at], level);
    turns->began |= (uint32_t)BITS(began) << at;
    if (single)
        store(&turns->energy[at], x->energy);
    WHOLE
    for (uint32_t f = 0; f < freqs; f++) /* always: whether any began is not known before all that follows is under way */
        store(&turns->power[f][at], x->power[f]);
}
