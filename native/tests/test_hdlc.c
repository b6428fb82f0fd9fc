/* HDLC there and back with every cut, damage, and limits. */
#include "check.h"

typedef struct line_end {
    swd_hdlc_rx rx;
    uint32_t good, bad[6];
    uint32_t sum;                 /* over everything reported, to compare two ends */
} line_end;

static void reset_end(line_end *end)
{
    memset(end, 0, sizeof *end);
    swd_hdlc_rx_reset(&end->rx);
}

static void feed(line_end *end, const uint8_t *line, uint32_t n, uint64_t at)
{
    swd_hdlc_result results[8];
    uint8_t out[8 * SWD_MAX_FRAME];
    uint32_t count = swd_hdlc_rx_push(&end->rx, line, n, results, out), used = 0;
    assert(count <= n);
    for (uint32_t i = 0; i < count; i++) {
        assert(results[i].at_octet < n && results[i].bad <= SWD_BAD_ALIGN);
        end->sum = end->sum * 31 + (uint32_t)at + results[i].at_octet + results[i].bad * 977 + results[i].n_octets;
        end->bad[results[i].bad]++;
        for (uint32_t k = 0; !results[i].bad && k < results[i].n_octets; k++)
            end->sum = end->sum * 31 + out[used++];
    }
    end->good = end->bad[0];
}

static void there_and_back(uint32_t seed)
{
    swd_hdlc_tx tx;
    line_end whole, single;
    uint32_t sent = 0, at_octet, ran_empty = 0;
    uint8_t frame[SWD_MAX_FRAME], line[8];
    swd_hdlc_tx_reset(&tx);
    reset_end(&whole);
    reset_end(&single);
    for (uint64_t row = 0; row < 4000; row++) {
        uint64_t draw = swd_philox(seed, row);
        if (row < 3500 && draw % 16 == 0) {
            uint32_t n = 2 + (uint32_t)(draw >> 8) % (SWD_MAX_FRAME - 1);
            for (uint32_t i = 0; i < n; i++)
                frame[i] = (uint8_t)(swd_philox(row, i) | (draw & 1 << 20 ? 0xF8 : 0));
            sent += swd_hdlc_tx_queue(&tx, frame, n) == SWD_OK;
        }
        ran_empty += (uint32_t)swd_hdlc_tx_pull(&tx, line, 8, &at_octet);
        feed(&whole, line, 8, row * 8);
        for (uint32_t i = 0; i < 8; i++)
            feed(&single, line + i, 1, row * 8 + i);
        assert(memcmp(&whole.rx, &single.rx, sizeof whole.rx) == 0);
    }
    assert(sent > 50 && whole.good == sent && tx.waiting == 0 && ran_empty > 0);
    assert(single.good == sent && single.sum == whole.sum);
}

static void damaged(void)
{
    swd_hdlc_tx tx;
    line_end end;
    uint8_t frame[40] = {0}, line[8];
    uint32_t at_octet, total = 0;
    swd_hdlc_tx_reset(&tx);
    reset_end(&end);
    for (uint64_t row = 0; row < 20000; row++) {
        if (tx.waiting < 2)
            assert(swd_hdlc_tx_queue(&tx, frame, 2 + (uint32_t)(row % 38)) == SWD_OK);
        swd_hdlc_tx_pull(&tx, line, 8, &at_octet);
        if (row % 7 == 0)
            line[row % 8] ^= (uint8_t)(1 << swd_philox(9, row) % 8);
        feed(&end, line, 8, row * 8);
    }
    for (int kind = 0; kind < 6; kind++)
        total += end.bad[kind];
    assert(end.bad[SWD_BAD_FCS] > 100 && end.good > 100 && total > 4000);
}

static void limits(void)
{
    swd_hdlc_tx tx;
    static const uint8_t zeros[SWD_MAX_FRAME + 1];
    swd_hdlc_tx_reset(&tx);
    assert(swd_hdlc_tx_queue(&tx, zeros, 0) == SWD_E_RANGE);
    assert(swd_hdlc_tx_queue(&tx, zeros, SWD_MAX_FRAME + 1) == SWD_E_RANGE);
    while (swd_hdlc_tx_queue(&tx, zeros, SWD_MAX_FRAME) == SWD_OK)
        ;
    assert(tx.waiting == 6 && swd_hdlc_tx_queue(&tx, zeros, SWD_MAX_FRAME) == SWD_E_FULL);
}

void test_hdlc(void)
{
    for (uint32_t seed = 0; seed < 4; seed++)
        there_and_back(seed);
    damaged();
    limits();
}
