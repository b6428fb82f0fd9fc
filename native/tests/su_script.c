/* What a script's octets mean, and what must hold of each report. */
#include "su_script.h"

#define CUTS 3u                   /* rows, octets, as the script says */

typedef struct su_end {
    swd_su_tx tx;
    swd_su_rx rx;
    uint64_t sent, taken, digest; /* FNV-1a over everything sent and reported */
    su_totals totals;
} su_end;

typedef struct reader {
    const uint8_t *octets;
    size_t n, at;
} reader;

static uint32_t u8(reader *r) { return r->at < r->n ? r->octets[r->at++] : 0; }

static void note(su_end *end, uint64_t x) { end->digest = (end->digest ^ x) * 0x100000001B3u; }

static void take(su_end *end, const uint8_t *line, uint32_t n)
{
    swd_su_report reports[SWD_SU_REPORTS];
    uint8_t *copy = malloc(n), *out = malloc(SWD_SU_OUT); /* exact sizes, for the address sanitizer */
    memcpy(copy, line, n);
    uint32_t count = swd_su_rx_push(&end->rx, copy, n, reports, out);
    assert(count <= SWD_SU_REPORTS && end->rx.bits.length <= 279 && end->rx.bits.n_bits < 8 && end->rx.bits.ones <= 7);
    assert(end->rx.counted_bits < 128 && (end->rx.counting || end->rx.counted_bits == 0));
    for (uint32_t i = 0; i < count; i++) {
        const swd_su_report *r = &reports[i];
        assert(r->at_octet < n && (i == 0 || r->at_octet >= reports[i - 1].at_octet));
        assert(r->kind >= SWD_EV_SU && r->kind <= SWD_EV_SU_PROVED_AGAIN);
        end->totals.kinds[r->kind]++;
        note(end, end->taken + r->at_octet);
        note(end, r->kind);
        note(end, r->kind == SWD_EV_SU ? 0 : r->a);
        note(end, r->b);
        for (uint32_t k = 0; r->kind == SWD_EV_SU && k < (r->b & 0xFFFF); k++)
            note(end, out[r->a + k]);
    }
    end->taken += n;
    free(copy);
    free(out);
}

static void take_cut(su_end *end, const uint8_t *line, uint32_t n, uint32_t cut)
{
    for (uint32_t at = 0, part; at < n; at += part) {
        part = cut < n - at ? cut : n - at;
        take(end, line + at, part);
    }
}

static void pull_cut(su_end *end, uint8_t *line, uint32_t n, uint32_t cut)
{
    uint32_t at_octet;
    for (uint32_t at = 0, part; at < n; at += part) {
        part = cut < n - at ? cut : n - at;
        if (swd_su_tx_pull(&end->tx, line + at, part, &at_octet)) {
            assert(at_octet < part);
            note(end, end->sent + at_octet);
        }
        end->sent += part;
    }
}

static void queue_unit(su_end *end, reader *r)
{
    uint8_t octets[320];
    uint32_t length = u8(r), flags = u8(r) & 0x3F, n = length < 200 ? length % 12 : 260 + length % 44, all = u8(r);
    for (uint32_t i = 0; i < n; i++)
        octets[i] = all & 1 ? (uint8_t)swd_philox(all, i) : (uint8_t)(all | 0xF0);
    if (n > 2 && all & 2)
        octets[2] = (uint8_t)(n - 3 < 63 ? n - 3 : 63);
    swd_su_tx_queue(&end->tx, octets, n, flags);
}

static void order(su_end *end, reader *r)
{
    static const uint8_t fills[3][5] = {{0xFF, 0xFF, 0}, {0xFF, 0xFF, 1, 3}, {0, 0x1F, 2, 0xF8, 1}};
    uint32_t x = u8(r);
    switch (x % 8) {
    case 0: swd_su_tx_fill(&end->tx, fills[x / 8 % 3], x & 128 ? 0 : 3 + x / 8 % 3, (int)(x & 64)); break;
    case 1: swd_su_tx_ack(&end->tx, x); break;
    case 2: end->tx.notify = x / 8 % 17; break;
    case 3: swd_su_tx_flush(&end->tx); break;
    case 4: swd_su_rx_monitor(&end->rx, x / 8 % 4, x / 32); break;
    case 5: swd_su_rx_reset(&end->rx); break;
    default: queue_unit(end, r); break;
    }
}

static void step(su_end *end, reader *r, uint32_t cut)
{
    uint8_t line[64];
    uint32_t what = u8(r), n = 8 * (1 + (what & 7));
    if ((what & 0xC0) == 0xC0) {
        for (uint32_t i = 0; i < 8; i++)
            line[i] = (uint8_t)u8(r);
        take_cut(end, line, 8, cut);
        return;
    }
    if (what & 0x80)
        order(end, r);
    pull_cut(end, line, n, cut);
    if (what & 0x40)
        line[u8(r) % n] ^= (uint8_t)(1 << u8(r) % 8);
    if (what & 0x20)
        memset(line, what & 0x10 ? 0xFF : 0, n);
    take_cut(end, line, n, cut);
}

void su_play(const uint8_t *octets, size_t n_octets, su_totals *totals)
{
    static su_end ends[CUTS];
    memset(ends, 0, sizeof ends);
    for (uint32_t i = 0; i < CUTS; i++) {
        reader r = {octets, n_octets, 0};
        uint32_t cut = 1 + u8(&r) % 7;
        swd_su_tx_reset(&ends[i].tx);
        swd_su_rx_reset(&ends[i].rx);
        while (r.at < r.n)
            step(&ends[i], &r, i == 0 ? 8 : i == 1 ? 1 : cut);
        assert(memcmp(&ends[0], &ends[i], sizeof ends[0]) == 0);
    }
    for (uint32_t kind = 0; kind < 32; kind++)
        totals->kinds[kind] += ends[0].totals.kinds[kind];
}
