/* e1_error.c: errors made on an E1 direction at bit level. An injector counts the opportunities that its kind names and hits some of
 * them; what is hit in a sender is a bit of timeslot 0 or 16, before the check bits are made where they protect it. */
#include "e1_line.h"

#define MOST_OPPORTUNITIES (1ull << 62)
#define SENDS_NO_FRAME (SWD_E1_SEND_AIS | SWD_E1_SEND_NOTHING | SWD_E1_SEND_UNFRAMED)

__extension__ typedef unsigned __int128 wide;

/* Of the n-th error at an even rate, from 0: so many opportunities from the first. */
static uint64_t place_of(uint64_t n, uint32_t rate_ppb)
{
    return (uint64_t)((wide)n * 1000000000u / rate_ppb);
}

static uint64_t next_wait(e1_injector *x)
{
    if (x->asked.random)
        return swd_geometric_gap(x->lambda, x->asked.key, x->draws++);
    if (x->asked.rate_ppb)
        return place_of(x->done, x->asked.rate_ppb) - place_of(x->done - 1, x->asked.rate_ppb) - 1;
    return x->asked.spacing - 1;
}

/* The first of the n opportunities, from `from` on, that is hit; n: none. */
uint32_t swd_e1_next_hit(e1_unit *u, uint32_t slot, uint32_t from, uint32_t n)
{
    e1_injector *x = &u->injectors[slot];
    if (!(u->active >> slot & 1))
        return n;
    if (x->wait >= n - from) {
        x->wait -= n - from;
        return n;
    }
    from += (uint32_t)x->wait;
    x->done++;
    x->wait = next_wait(x);
    if (x->done == x->asked.count)
        u->active &= ~(1u << slot);
    return from;
}

static int hit(e1_unit *u, uint32_t slot) { return swd_e1_next_hit(u, slot, 0, 1) == 0; }

/* As it is to be sent: in place. */
static uint8_t e_bit(const e1_unit *u, uint32_t crc_frame)
{
    return !(u->tx.send & SWD_E1_SEND_E0) && u->tx.e[crc_frame == 15] ? 0x80 : 0;
}

static void sender_error(e1_unit *u, uint32_t slot, uint32_t what, uint32_t crc_frame, swd_e1_wrong *wrong)
{
    uint32_t bits = u->injectors[slot].asked.bits;
    int fas = (what & SWD_E1_IS_FAS) != 0, check = (u->config.flags & SWD_E1_CRC4) && !(u->tx.send & SWD_E1_SEND_NO_CRC);
    switch (u->injectors[slot].asked.kind) {
    case SWD_ERR_FAS: wrong->ts0 ^= (uint8_t)(fas && hit(u, slot) ? bits : 0); break;
    case SWD_ERR_NFAS: wrong->ts0 ^= !fas && hit(u, slot) ? 0x40 : 0; break;
    case SWD_ERR_A: wrong->ts0 ^= !fas && hit(u, slot) ? 0x20 : 0; break;
    case SWD_ERR_SA: wrong->ts0 ^= (uint8_t)(!fas && hit(u, slot) ? bits : 0); break;
    case SWD_ERR_CRC: u->c_wrong ^= check && crc_frame % 8 == 0 && hit(u, slot) ? bits : 0; break;
    case SWD_ERR_CRC_MFAS: u->mfas_wrong ^= check && crc_frame == 0 && hit(u, slot) ? bits : 0; break;
    case SWD_ERR_E: wrong->ts0 ^= check && (what & SWD_E1_IS_E) && hit(u, slot) ? e_bit(u, crc_frame) : 0; break;
    case SWD_ERR_CAS_MFAS:
        if ((what & SWD_E1_IS_CAS_MFAS) && !(u->tx.send & SWD_E1_SEND_TS16_AIS))
            wrong->ts16 ^= (uint8_t)(hit(u, slot) ? bits << 4 : 0);
        break;
    default: break;
    }
}

swd_e1_wrong swd_e1_sender_errors(e1_unit *u)
{
    swd_e1_wrong wrong = {0, 0};
    uint32_t crc_frame, cas_frame, what;
    if (!(u->active | u->c_wrong | u->mfas_wrong))
        return wrong;
    what = swd_e1_tx_next(&u->tx, &crc_frame, &cas_frame);
    u->c_wrong = crc_frame % 8 == 0 ? 0 : u->c_wrong;
    u->mfas_wrong = crc_frame == 0 ? 0 : u->mfas_wrong;
    if (u->tx.send & SENDS_NO_FRAME)
        return wrong;
    for (uint32_t slots = u->active; slots; slots &= slots - 1)
        sender_error(u, (uint32_t)__builtin_ctz(slots), what, crc_frame, &wrong);
    if (crc_frame % 2 == 0 && u->c_wrong & 8u >> crc_frame % 8 / 2)
        wrong.ts0 ^= 0x80;
    if (crc_frame % 2 == 1 && crc_frame < 12 && u->mfas_wrong & 32u >> crc_frame / 2)
        wrong.ts0 ^= 0x80;
    return wrong;
}

/* The n-th of the bits that are set, from the least significant on. */
static uint32_t nth_set(uint32_t bits, uint32_t n)
{
    while (n--)
        bits &= bits - 1;
    return (uint32_t)__builtin_ctz(bits);
}

/* The n-th, from the most significant of an octet on, as a mask. */
uint8_t swd_e1_nth_bit(uint32_t bits, uint32_t n)
{
    uint32_t count = (uint32_t)__builtin_popcount(bits);
    return (uint8_t)(1u << nth_set(bits, count - 1 - n));
}

void swd_e1_bit_errors(e1_unit *u, uint8_t frame[32])
{
    for (uint32_t slots = u->active; slots; slots &= slots - 1) {
        uint32_t slot = (uint32_t)__builtin_ctz(slots);
        const swd_e1_error *asked = &u->injectors[slot].asked;
        if (asked->kind != SWD_ERR_BIT)
            continue;
        uint32_t n_bits = (uint32_t)__builtin_popcount(asked->bits), n = n_bits * (uint32_t)__builtin_popcount(asked->timeslots);
        for (uint32_t i = swd_e1_next_hit(u, slot, 0, n); i < n; i = swd_e1_next_hit(u, slot, i + 1, n))
            frame[nth_set(asked->timeslots, i / n_bits)] ^= swd_e1_nth_bit(asked->bits, i % n_bits);
    }
}

static int masks_good(const e1_unit *u, const swd_e1_error *x)
{
    static const uint32_t widest[] = {0, 0xFF, 0xFF, 0x7F, 0xFFFFFFFF, 15, 63, 15, 0xFFFFFFFF, 0xFFFFFFFF, 31};
    static const uint32_t needs[] = {0, 0, SWD_E1_HDB3, 0, 0, SWD_E1_CRC4, SWD_E1_CRC4, SWD_E1_CAS, SWD_E1_CRC4, 0, 0};
    if (x->kind < SWD_ERR_BIT || x->kind > SWD_ERR_SA || (u->config.flags & needs[x->kind]) != needs[x->kind])
        return 0;
    if ((x->kind == SWD_ERR_BIT || x->kind == SWD_ERR_CODE) && x->timeslots == 0)
        return 0;
    return widest[x->kind] == 0xFFFFFFFF || (x->bits != 0 && (x->bits & ~widest[x->kind]) == 0);
}

int swd_e1_inject(swd_engine *e, uint32_t unit, uint32_t slot, const swd_e1_error *error)
{
    e1_injector x = {.asked = *error};
    if (!e1_defined(e, unit) || slot >= SWD_E1_ERRORS || !e1_of(e, unit)->level || !masks_good(e1_of(e, unit), error))
        return SWD_E_RANGE;
    if (error->skip > MOST_OPPORTUNITIES || error->spacing > MOST_OPPORTUNITIES)
        return SWD_E_RANGE;
    if (error->rate_ppb > 500000000 || (error->random ? error->rate_ppb < 1 : error->spacing < 1))
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    x.asked.spare = 0;
    if (error->random) {
        x.lambda = swd_lambda_q62(error->rate_ppb);
        x.wait = next_wait(&x);
    }
    x.wait += error->skip;
    u->injectors[slot] = x;
    u->active |= 1u << slot;
    if (error->kind == SWD_ERR_CODE)
        swd_e1_code_start(u, e->now);
    return SWD_OK;
}

int swd_e1_inject_stop(swd_engine *e, uint32_t unit, uint32_t slot)
{
    if (!e1_defined(e, unit) || slot >= SWD_E1_ERRORS)
        return SWD_E_RANGE;
    e1_of(e, unit)->active &= ~(1u << slot);
    return SWD_OK;
}

uint64_t swd_e1_injected(const swd_engine *e, uint32_t unit, uint32_t slot)
{
    return e1_defined(e, unit) && slot < SWD_E1_ERRORS ? e1_of(e, unit)->injectors[slot].done : 0;
}
